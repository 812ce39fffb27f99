"""From an event to its acknowledgement: how long, how many a second, and how that compares with slack-bolt alone.

Three subjects stand beside one another, each a process of its own and connected to a pretend Slack in this one: slack-bolt
that acknowledges, slack-bolt that keeps one row first, and `warroom serve` as an operator starts it. They are asked in
turns. The events are messages that people write in twenty war rooms; every one becomes an entry of its room's timeline.

The way in is a parameter: whoever has `ask(envelope) -> seconds` can stand in `Transport`'s place. Socket Mode is the one.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from bench.cost import places
from bench.cost.figures import Bars, Figure, Measured, median, quantile, ratios, spread
from bench.cost.places import Place
from bench.cost.pretend import Make, PretendSlack, closed, message, press, steady

Transport = Callable[[], PretendSlack]
ROOMS, PEOPLE = 20, 40
AT_ONCE = (1, 20, 100)
RATE = 100  # events a second at which the p99 is looked at
SLACK_WAITS = 3.0  # seconds until Slack counts an event as not acknowledged
PATIENCE = 60  # seconds until a process must have connected


@dataclass
class Subject:
    """One process under load, and what was measured of it: seconds to the ack, and acks a second, by how many at once."""

    slack: PretendSlack
    rooms: list[int]
    process: int
    rates: dict[int, list[float]] = field(default_factory=dict)
    took: dict[int, list[float]] = field(default_factory=dict)
    steady: list[float] = field(default_factory=list)
    sustained: float = 0.0

    def talk(self) -> Make:
        return lambda number: message(number, f"C{self.rooms[number % len(self.rooms)]}", f"U{number % PEOPLE}")

    def presses(self) -> Make:
        return lambda number: press(number, self.rooms[number % len(self.rooms)], f"U{number // len(self.rooms)}")

    async def asked(self, at_once: int, seconds: float) -> None:
        began = time.perf_counter()
        took = await closed(self.slack, self.talk(), at_once=at_once, seconds=seconds)
        self.rates.setdefault(at_once, []).append(len(took) / (time.perf_counter() - began))
        self.took.setdefault(at_once, []).append(quantile(took, 0.5))


@asynccontextmanager
async def subject(
    command: tuple[str, ...], rooms: list[int], transport: Transport, **given: str
) -> AsyncIterator[Subject]:
    async with transport().open() as slack:
        line, environment = places.python(*command, WARROOM_SLACK_API=f"{slack.url}/api/", **given)
        process = await asyncio.create_subprocess_exec(
            *line, env=environment, stderr=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL
        )
        try:
            async with asyncio.timeout(PATIENCE):
                await slack.linked()
            yield Subject(slack, rooms, process.pid)
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.wait()


def served(url: str, place: Place) -> dict[str, str]:
    """The environment of a bot that talks to a pretend Slack as fast as it can."""
    return {
        "SLACK_BOT_TOKEN": "xoxb-pretend",
        "SLACK_APP_TOKEN": "xapp-pretend",
        "WARROOM_DATABASE": url,
        "WARROOM_STATE": str(place.folder / "state"),
        "WARROOM_WEB_PORT": "0",
        "WARROOM_SLACK_PACE": "0",
        "WARROOM_SLACK_CONNECTIONS": "1",
        "WARROOM_LOG_LEVEL": "ERROR",
    }


def measure(place: Place, transport: Transport = PretendSlack) -> Measured:
    found: list[Figure] = []
    bars: list[Bars] = []
    for name, url in place.databases("doors"):
        rooms = places.open_rooms(url, ROOMS)
        floor_url = place.sqlite("doors-floor") if name == "SQLite" else place.postgresql()
        subjects = asyncio.run(_measured(place, transport, url, floor_url, rooms))
        found += _figures(name, *subjects)
        bars.append(_bars(name, *subjects))
    return Measured(figures=found, bars=bars)


async def _measured(
    place: Place, transport: Transport, url: str, floor_url: str, rooms: list[int]
) -> tuple[Subject, ...]:
    floor = ("-m", "bench.cost.floors")
    async with AsyncExitStack() as stack:
        bare = await stack.enter_async_context(subject((*floor, "none"), rooms, transport))
        commit = await stack.enter_async_context(subject((*floor, floor_url), rooms, transport))
        serve = ("-m", "warroom.cli", "serve")
        ours = await stack.enter_async_context(subject(serve, rooms, transport, **served(url, place)))
        subjects = (bare, commit, ours)
        for each in subjects:  # everybody has been seen, everything is compiled
            await closed(each.slack, each.talk(), at_once=10, seconds=1.0)
        for _ in range(place.rounds):
            for at_once in AT_ONCE:
                for each in subjects:
                    await each.asked(at_once, place.seconds / 2)
            for each in subjects:
                took = await steady(each.slack, each.talk(), rate=RATE, seconds=place.seconds / 2)
                each.steady.append(1000 * quantile(took, 0.99))
        ours.sustained = await _sustained(ours, place.seconds)
        commit.sustained = await _sustained(commit, place.seconds)
        return subjects


async def _sustained(each: Subject, seconds: float) -> float:
    """The highest rate, of steps of a tenth downwards, at which every ack came within three seconds."""
    rate = max(each.rates[max(AT_ONCE)])
    while rate > 5:
        took = await steady(each.slack, each.talk(), rate=rate, seconds=seconds)
        if max(took) < SLACK_WAITS:
            return rate
        rate *= 0.9
    return rate


def _figures(name: str, bare: Subject, commit: Subject, ours: Subject) -> list[Figure]:
    found = []
    for at_once in AT_ONCE:
        of_commit = ratios(ours.rates[at_once], commit.rates[at_once])
        of_bare = ratios(ours.rates[at_once], bare.rates[at_once])
        found.append(
            Figure(
                group="Event to ack",
                name=f"{name}, {at_once} at once: acks a second, as a share of slack-bolt with one commit",
                target="at least 0.5",
                result=spread(of_commit),
                holds=median(of_commit) >= 0.5,
                says=(
                    f"{median(ours.rates[at_once]):.0f} a second, {1000 * median(ours.took[at_once]):.1f} ms in the middle; "
                    f"the floor {median(commit.rates[at_once]):.0f}; slack-bolt without a database "
                    f"{median(bare.rates[at_once]):.0f} ({median(of_bare):.2f})."
                ),
                samples={
                    "ours": ours.rates[at_once],
                    "one commit": commit.rates[at_once],
                    "no database": bare.rates[at_once],
                },
            )
        )
    sustained = {"ours": [ours.sustained], "one commit": [commit.sustained]}
    share = sustained["ours"][0] / sustained["one commit"][0]
    found.append(
        Figure(
            group="Event to ack",
            name=f"{name}: highest steady rate with every ack within 3 s, as a share of the floor's",
            target="at least 0.5",
            result=f"{share:.2f}",
            holds=share >= 0.5,
            says=f"{sustained['ours'][0]:.0f} events a second; the floor {sustained['one commit'][0]:.0f}.",
            samples=sustained,
        )
    )
    found.append(
        Figure(
            group="Event to ack",
            name=f"{name}: p99 at {RATE} events a second",
            target="under 300 ms",
            result=f"{spread(ours.steady, '.0f')} ms",
            holds=median(ours.steady) < 300,
            says=f"The floor {spread(commit.steady, '.0f')} ms, slack-bolt alone {spread(bare.steady, '.0f')} ms.",
            samples={"ours": ours.steady, "one commit": commit.steady, "no database": bare.steady},
        )
    )
    return found


def _bars(name: str, bare: Subject, commit: Subject, ours: Subject) -> Bars:
    rows = [
        (f"{label}, {at_once} at once", median(each.rates[at_once]))
        for at_once in AT_ONCE
        for label, each in (("slack-bolt", bare), ("with one commit", commit), ("warroom", ours))
    ]
    return Bars(title=f"Events acknowledged, {name}", unit="a second", rows=rows)
