"""What happens when everything comes at once: alerts, people, and a thousand rooms that each wait for their time.

Each storm meets a `warroom serve` of its own, on SQLite, with a pretend Slack in this process. Afterwards the database is
read: what was accepted must be there, once.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import aiohttp

from bench.cost import places
from bench.cost.doors import served, subject
from bench.cost.figures import Figure, Measured, quantile
from bench.cost.places import WORKSPACE, Place
from bench.cost.pretend import PretendSlack, press
from tests.ports import free_port
from warroom.core import commands as c
from warroom.core import events as e
from warroom.core.injects import Announce
from warroom.core.scenario import Inject, Scenario
from warroom.core.when import Timing
from warroom.runtime.clock import SystemClock
from warroom.runtime.handle import Runtime
from warroom.store import outbox, rooms
from warroom.store.db import Database
from warroom.testing import ManualClock

SERVE = ("-m", "warroom.cli", "serve")
TOKEN = "a-token-for-the-benchmarks-0001"
AT_ONCE, EACH = 20, 20  # deliveries under way, alerts in each
AFTER = timedelta(minutes=3)  # the game's start, when its inject is due
LEAD = 75.0  # seconds before the first of them: the bot starts, asks what it missed, and then has nothing to do
SPREAD = 30.0  # seconds over which the injects of all rooms are due
LATEST = 250  # ms


def measure(place: Place) -> Measured:
    return Measured(
        figures=[
            *asyncio.run(_alerts(place, 1_000 if place.quick else 10_000)),
            asyncio.run(_presses(place, 200)),
            *asyncio.run(_timers(place, 50 if place.quick else 1_000)),
        ]
    )


# --- alerts


async def _alerts(place: Place, number: int) -> list[Figure]:
    url, port = place.sqlite("alerts"), free_port()
    given = served(url, place) | {"WARROOM_WEB_PORT": str(port), "WARROOM_WEBHOOK_TOKENS": TOKEN}
    async with subject(SERVE, [], PretendSlack, **given) as one:
        began = time.perf_counter()
        statuses = await _deliver(f"http://127.0.0.1:{port}/hooks/alertmanager", number)
        took = time.perf_counter() - began
        with Database(url) as db:
            await _quiet(db)
            opened = await db.read(rooms.listing, None, mode="all")
            kept = [each.event for row in opened for each in await db.read(rooms.entries, row.id)]
    said = one.slack.calls["chat.postMessage"]
    fired = {each.alert for each in kept if isinstance(each, e.AlertFired)}
    told = sum(isinstance(each, e.AlertFired) for each in kept)
    whole = set(statuses) == {200} and len(opened) == 1 and len(fired) == told == number
    return [
        Figure(
            group="Storms",
            name=f"{number:,} alerts of one group: seconds until all are committed",
            target="within a minute; one incident, nothing lost",
            result=f"{took:.0f} s",
            holds=took < 60 and whole,
            says=f"{len(opened)} incident, {len(fired):,} alerts on its timeline, each once: {number / took:.0f} a second, "
            f"in deliveries of {EACH}.",
            samples={"seconds": [took]},
        ),
        Figure(
            group="Storms",
            name=f"{number:,} alerts of one group: messages that people get",
            target="a handful, at most 20",
            result=f"{said}",
            holds=said <= 20,
            says="The first five by themselves, then one whenever there are ten, twenty, fifty and so on; the rest is the opening.",
            samples={"messages": [float(said)]},
        ),
    ]


async def _deliver(address: str, number: int) -> Counter[int]:
    statuses: Counter[int] = Counter()
    deliveries = iter(range(number // EACH))
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {TOKEN}"}) as http:

        async def sender() -> None:
            for delivery in deliveries:
                async with http.post(address, json=_payload(delivery)) as answer:
                    statuses[answer.status] += 1

        await asyncio.gather(*(sender() for _ in range(AT_ONCE)))
    return statuses


def _payload(delivery: int) -> dict[str, object]:
    labels = {"alertname": "QueueGrows", "severity": "critical"}
    alerts = [
        {
            "status": "firing",
            "labels": labels | {"instance": f"host-{delivery * EACH + at}"},
            "annotations": {"summary": "The queue grows"},
            "startsAt": "2026-01-01T12:00:00Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "http://prometheus.example.org/graph",
            "fingerprint": f"{delivery * EACH + at:016x}",
        }
        for at in range(EACH)
    ]
    return {
        "version": "4",
        "groupKey": "all",
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "warroom",
        "groupLabels": {"alertname": "QueueGrows"},
        "commonLabels": labels,
        "commonAnnotations": {},
        "externalURL": "http://alertmanager.example.org",
        "alerts": alerts,
    }


# --- people


async def _presses(place: Place, people: int) -> Figure:
    url = place.sqlite("presses-storm")
    (room,) = await asyncio.to_thread(places.open_rooms, url, 1)
    async with subject(SERVE, [room], PretendSlack, **served(url, place)) as one:
        await one.slack.ask(press(0, room, "UFIRST"))
        asked = (one.slack.ask(press(number, room, f"U{number}")) for number in range(1, people + 1))
        took = list(await asyncio.gather(*asked))
        with Database(url) as db:
            await _quiet(db)
            kept = [each.event for each in await db.read(rooms.entries, room)]
    taken = sum(isinstance(each, e.RoleTaken) for each in kept)
    return Figure(
        group="Storms",
        name=f"{people} people press a button in one room at the same moment: until the last is acknowledged",
        target="under 3 s, every press on the timeline",
        result=f"{max(took):.1f} s",
        holds=max(took) < 3 and taken == people + 1,
        says=f"Half of them after {quantile(took, 0.5):.1f} s; {taken - 1} of {people} became entries.",
        samples={"seconds": took},
    )


# --- timers


async def _timers(place: Place, number: int) -> list[Figure]:
    url = place.sqlite("timers")
    dues = await asyncio.to_thread(_games, url, number)
    async with subject(SERVE, [], PretendSlack, **served(url, place)) as one:
        asked = await _caught_up(one.slack)
        before, began = places.processor(one.process), time.perf_counter()
        first = min(dues.values()).timestamp()
        await asyncio.sleep(max(20.0, min(60.0, first - time.time() - 1.0)))
        idle = (places.processor(one.process) - before) / (time.perf_counter() - began)
        await asyncio.sleep(max(0.0, max(dues.values()).timestamp() - time.time() + 5.0))
        with Database(url) as db:
            await _quiet(db)
            late = [await _lateness(db, room, due) for room, due in dues.items()]
    return [
        Figure(
            group="Storms",
            name=f"{number:,} open rooms with timers, none of them due: share of one processor",
            target="under 1 %",
            result=f"{100 * idle:.1f} %",
            holds=idle < 0.01,
            says="What a process does by itself: once a second it looks whether another one has left something to do, and "
            f"every 15 s what is real beside the games. Before, at its start, it asked {asked:,} channels what it had missed.",
            samples={"share": [idle]},
        ),
        Figure(
            group="Storms",
            name=f"{number:,} open rooms whose injects come within {SPREAD:.0f} s: how late (p99)",
            target=f"at most {LATEST} ms",
            result=f"{quantile(late, 0.99):.0f} ms",
            holds=quantile(late, 0.99) <= LATEST,
            says=f"Half of them within {quantile(late, 0.5):.0f} ms; {len(late):,} of {number:,} came, the last "
            f"{max(late):.0f} ms late.",
            samples={"ms": late},
        ),
    ]


async def _caught_up(slack: PretendSlack) -> int:
    """Returns when every channel was asked what was missed while nobody was there: how many questions that took."""
    name = "conversations.history"
    while True:
        before = slack.calls[name]
        await asyncio.sleep(3.0)
        if before == slack.calls[name] > 0:
            return before


def _games(url: str, number: int) -> dict[int, object]:
    """So many games, each with one inject that is still to come: when, by room."""

    async def made() -> dict[int, object]:
        with Database(url) as db:
            clock = ManualClock(SystemClock().now())
            runtime = Runtime(db, clock)
            began = time.perf_counter()
            for at in range(10):
                await _game(runtime, f"try-{at}", end=True)
            lead = (time.perf_counter() - began) / 10 * number * 1.5 + LEAD
            first = SystemClock().now() + timedelta(seconds=lead)
            dues = {}
            for at in range(number):
                due = first + timedelta(seconds=SPREAD * at / number)
                clock.move_to(due - AFTER)
                dues[await _game(runtime, f"game-{at}")] = due
            await db.tx(places.settle)
            return dues

    return asyncio.run(made())


async def _game(runtime: Runtime, name: str, *, end: bool = False) -> int:
    inject = Inject(id="dark", title="It gets dark", timing=Timing(at=AFTER), what=Announce(text="It is dark."))
    scenario = Scenario(id=name, title=name, briefing="It is late.", length=timedelta(hours=8), injects=(inject,))

    def make(key: str) -> Sequence[c.Command]:
        return [
            c.OpenGame(by="U1", key=key, workspace=WORKSPACE, scenario=scenario, players=("U2",)),
            c.RecordChannel(place="war-room", channel=f"C{key}", name=key.lower()),
            c.RecordChannel(place="backchannel", channel=f"B{key}", name=f"{key.lower()}-back"),
            c.StartGame(by="U1"),
            *([c.EndGame(by="U1")] if end else []),
        ]

    return (await runtime.open(make, workspace=WORKSPACE, kind="game-day", mode="drill")).id


async def _lateness(db: Database, room: int, due) -> float:  # type: ignore[no-untyped-def]
    played = [each for each in await db.read(rooms.entries, room) if isinstance(each.event, e.InjectPlayed)]
    return (played[0].at - due) / timedelta(milliseconds=1) if played else float("inf")


async def _quiet(db: Database) -> None:
    """Returns when nothing is owed any more."""
    async with asyncio.timeout(300):
        while await db.read(outbox.pending):  # noqa: ASYNC110 - of another process, which tells nobody
            await asyncio.sleep(0.2)
