"""Monitoring and people, who want something of the bot all the time, and do not give up because it died.

Each input has a mark that stands in nothing else. Alerts are sent again until they are acknowledged; Slack sends
messages again by itself; commands and forms that fail are not repeated, because nobody knows whether they were done.
"""

import asyncio
import contextlib
import itertools
import random
import time
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import aiohttp

from tests.crash.history import History
from tests.crash.lives import Slot
from tests.crash.slackfaults import GENTLE, SHARE
from tests.crash.town import BREAKING, DIRECTOR, HOOK_TOKEN, OWNER, PLAYERS, Town
from tests.crash.waiting import until
from warroom.slack.presses import asked
from warroom.workspace import PersonRefused

# Buttons that end, stop or belong to somebody else are not pressed by chance.
PRESSED = ("Acknowledge", "Take command", "Done", "To the left", "To the right", "Approve and run", "Start: Lights out",
           "I agree to that")  # fmt: skip
GAME = 21.0  # seconds that a game is left alone
SOON, RARELY = (8.0, 12.0), (100.0, 130.0)  # seconds from one game that breaks something to the next
NO_DUFF = 0.04  # each time that somebody looks while two things are broken
TIDIED = 20.0  # seconds within which incidents are closed before games that break something
PREPARED = 60.0  # seconds within which a game that breaks something must have begun
PLAYED = 28.0  # and that it is then played at most: the last thing is broken after thirteen
STILL = 8.0  # seconds in which nothing is broken or undone any more
AGAIN = 20.0  # seconds after which a game is planned anew, when nothing is seen of it
PREFLIGHT = 6.0  # seconds between two preflights
ENDING = 20.0  # seconds in which games are ended; a room without a channel cannot be
ALERT_WITHIN = aiohttp.ClientTimeout(total=4, sock_connect=1)


class Producers:
    """`wanted` are the failpoints that some process is to come to; whoever brings one there then makes haste."""

    def __init__(
        self, town: Town, slots: list[Slot], rng: random.Random, history: History, wanted: Mapping[str, int]
    ) -> None:
        self._town, self._slots, self._rng, self._history, self._wanted = town, slots, rng, history, wanted
        self._numbers = itertools.count(1)
        self._unacknowledged = 0
        self._group = ""
        self._deliveries: set[asyncio.Task[None]] = set()
        self._approved: set[str] = set()
        self._started: set[str] = set()  # where "Start the game" was acknowledged, which may have been a refusal
        self._looked: dict[str, float] = {}  # when a preflight was last asked for
        self.over = False  # nothing new is begun
        self.breaking = True  # whether there are games that break something
        self.peaceful = False  # games that will break something are prepared, or played
        self.fragile = False  # they are played
        self.enough: Callable[[], bool] = lambda: False  # whether such games have served their purpose
        self.no_duffs = 0
        self.accept_after: list[float] = []
        self.alerts_on = True
        self.say_often = 0.2

    def tasks(self) -> list[Callable[[], Coroutine[Any, Any, None]]]:
        """What goes on side by side, each until `over`."""
        always = [self.monitor, self.talk, self.note, self.write_forms, self.press, self.play]
        return [*always, self.break_glass] if self.breaking else always

    def _mark(self, kind: str) -> str:
        return f"{kind}{next(self._numbers):06d}z"

    def _sent(self, kind: str, mark: str, entry: str, **more: Any) -> None:
        self._history.write("sent", kind=kind, mark=mark, entry=entry, **more)

    def _acknowledged(self, mark: str) -> None:
        self._history.write("acknowledged", mark=mark)

    async def _pause(self, mean: float, place: str = "") -> None:
        """For about so long, or until a process is to come to this place."""
        until = time.monotonic() + self._rng.expovariate(1 / mean)
        while (left := until - time.monotonic()) > 0:
            await asyncio.sleep(min(left, 0.1))
            if place and self._wanted.get(place):
                return

    # --- monitoring

    async def monitor(self) -> None:
        async with aiohttp.ClientSession(timeout=ALERT_WITHIN) as http:
            self._http = http
            rotation = asyncio.create_task(self._new_groups())
            try:
                while not self.over:
                    await self._pause(0.25)
                    if self._group and self.alerts_on and len(self._deliveries) < 12:
                        self._begin(self._deliver(self._group, self._rng.randint(1, 4)))
            finally:
                rotation.cancel()
                await asyncio.gather(rotation, *self._deliveries, return_exceptions=True)

    async def _new_groups(self) -> None:
        """Every so often something else is wrong, and what was is put right and closed."""
        for number in itertools.count(1):
            if self.alerts_on:
                self._group = f"trouble-{number}"
            await asyncio.sleep(self._rng.uniform(9, 15))
            self._begin(self._tidy_up())

    def _begin(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._deliveries.add(task)
        task.add_done_callback(self._deliveries.discard)

    async def _deliver(self, group: str, several: int) -> None:
        marks = [self._mark("alert") for _ in range(several)]
        for mark in marks:
            self._sent("alert", mark, "AlertFired")
        body = _alerts(group, marks)
        await self.delivered(body)
        for mark in marks:
            self._acknowledged(mark)
        if self._rng.random() < 0.15:  # Alertmanager repeats itself
            await self._pause(1.0)
            with contextlib.suppress(Exception):
                await self._post(self._rng.choice(self._slots), body)

    async def delivered(self, body: Any) -> None:
        """Sent to one process after another until one of them has acknowledged it."""
        for slot in itertools.cycle(self._rng.sample(self._slots, len(self._slots))):
            if slot.ready.is_set():
                with contextlib.suppress(aiohttp.ClientError, TimeoutError, OSError):
                    if await self._post(slot, body) == 200:
                        return
            await asyncio.sleep(0.06)

    async def _post(self, slot: Slot, body: Any) -> int:
        headers = {"Authorization": f"Bearer {HOOK_TOKEN}"}
        async with self._http.post(f"{slot.web}/hooks/alertmanager", json=body, headers=headers) as answer:
            await answer.read()
            return answer.status

    async def knock(self, slot: Slot) -> None:
        """Until cancelled: measures how long it takes from a kill until that slot has committed something again."""
        measured = 0.0
        async with aiohttp.ClientSession(timeout=ALERT_WITHIN) as http:
            while True:
                died = slot.died_at
                if died == measured or slot.died_how not in ("random", "at failpoints"):
                    await asyncio.sleep(0.02)
                    continue
                if await _knocked(http, slot, self._mark("knock")) and slot.died_at == died:
                    self.accept_after.append(asyncio.get_running_loop().time() - died)
                    measured = died
                else:
                    await asyncio.sleep(0.02)

    async def _tidy_up(self) -> None:
        """The incidents but the newest are resolved and closed, as well as it goes."""
        for channel in self._town.rooms("ana", kind="inc-", closing=True)[0 if not self.alerts_on else 1 :]:
            if channel.id not in self._town.closed:
                await self._town.hush(channel.id)
                await self._try("ana", channel.id, "/warroom resolve It is over.")
                if await self._try("ana", channel.id, "/warroom close"):
                    self._town.closed.add(channel.id)

    async def _tidy_until_real_is_over(self) -> None:
        """While something real is open, nothing is broken. Many who should hear of it are dead just then."""
        until = time.monotonic() + TIDIED
        while time.monotonic() < until and not self.over:
            await self._tidy_up()
            if all(each.id in self._town.closed for each in self._town.rooms("ana", kind="inc-", closing=True)):
                return
            await asyncio.sleep(0.2)

    # --- people

    async def talk(self) -> None:
        while not self.over:
            await self._pause(self.say_often, "event.taken")
            who = self._rng.choice(PLAYERS)
            rooms = self._town.rooms(who)[:4]
            if not rooms:
                continue
            mark, channel = self._mark("said"), self._rng.choice(rooms).id
            self._sent("event", mark, "MessageHeard", channel=channel)
            with contextlib.suppress(PersonRefused, aiohttp.ClientError, TimeoutError):
                # A process that has not met somebody has to ask: that is kept first; everything else is heard at once.
                somebody = f" @{self._rng.choice(PLAYERS)}" if self._rng.random() < 0.5 else ""
                await self._town.people[who].say(channel, f"I see {mark} & <more>{somebody}")

    async def note(self) -> None:
        while not self.over:
            await self._pause(0.5, "command.carried_out")
            who, word = self._rng.choice(PLAYERS), self._rng.choice(("note", "update"))
            rooms = self._town.rooms(who)[:3]
            if rooms:
                mark, channel = self._mark("noted"), self._rng.choice(rooms).id
                self._sent("command", mark, {"note": "NoteTaken", "update": "StatusPosted"}[word])
                if await self._try(who, channel, f"/warroom {word} It is {mark}"):
                    self._acknowledged(mark)

    async def _try(self, who: str, channel: str, words: str) -> bool:
        """Whether the command was acknowledged and not refused."""
        await self._town.connected()
        before = self._town.whispered(channel, who)
        try:
            await self._town.people[who].say(channel, words)
        except (PersonRefused, aiohttp.ClientError, TimeoutError):
            return False
        told = self._town.whispered(channel, who)
        return told != before and any(
            each in told for each in ("Noted", "Posted", "Resolved", "Closed", "over", "begins", "planned")
        )

    async def write_forms(self) -> None:
        while not self.over:
            await self._pause(1.0, "form.carried_out")
            who = self._rng.choice(PLAYERS)
            for channel in self._town.rooms(who)[:2]:
                for label in ("Note", "Post an update"):
                    with contextlib.suppress(PersonRefused, aiohttp.ClientError, TimeoutError, KeyError):
                        await self._fill(who, channel.id, label)

    async def _fill(self, who: str, channel: str, label: str) -> None:
        """Whichever form stands open then: what was pressed before may have opened late."""
        person = self._town.people[who]
        for view in await person.views():
            await person.close_view(view)
        message = next((each for each, name in self._town.buttons(channel) if name == label), None)
        if message is None:
            return
        await self._town.connected()
        await person.press(message, label)
        views = await person.views()
        if not views:
            return
        do, mark = asked(views[-1]["callback_id"]), self._mark("form")
        self._sent("form", mark, {"note": "NoteTaken", "update": "StatusPosted"}[do])
        await self._town.connected()
        if not await person.submit(views[-1], {"text": f"Written: {mark}"}):
            self._acknowledged(mark)

    async def press(self) -> None:
        """Whatever stands there to be pressed, by whoever is there; most of it is refused, which is right as well."""
        while not self.over:
            await self._pause(0.4, "press.carried_out")
            who = self._rng.choice(PLAYERS)
            rooms = self._town.rooms(who)[:4]
            if not rooms:
                continue
            channel = self._rng.choice(rooms)
            there = [(message, label) for message, label in self._town.buttons(channel.id) if label in PRESSED]
            if there:
                message, label = self._rng.choice(there)
                await self._press(who, message, label)

    async def _press(self, who: str, message: dict[str, Any], label: str) -> bool:
        await self._town.connected()
        number = self._mark("press")
        self._history.write("pressed", mark=number, who=who, label=label, channel=message["channel"], ts=message["ts"])
        try:
            await self._town.people[who].press(message, label)
        except (PersonRefused, aiohttp.ClientError, TimeoutError, KeyError):
            return False
        self._history.write("press acknowledged", mark=number)
        return True

    # --- games

    async def play(self) -> None:
        """One game after another."""
        while not self.over:
            await self._game("quiet")

    async def break_glass(self) -> None:
        """Now and then there is peace, with no real incident open, and games that really break something."""
        while not self.over:
            often = RARELY if self.enough() else SOON
            await until(lambda: self.over, every=0.5, within=self._rng.uniform(*often))
            await self._peace()

    async def _peace(self) -> None:
        if self.over:
            return
        self.alerts_on, self._group, self.peaceful = False, "", True
        self._town.faults.share = GENTLE
        known = {each.id for each in self._town.rooms(DIRECTOR, kind="exercise-", closing=True)}
        try:
            await self._tidy_until_real_is_over()
            await asyncio.gather(*(self._breaking(each, known) for each in BREAKING))
        finally:
            self.alerts_on, self.fragile, self.peaceful = True, False, False
            self._town.faults.share = SHARE
        await asyncio.gather(*(self._end_games(each) for each in BREAKING))

    async def _game(self, scenario: str) -> None:
        """Begun, left alone for a while, ended."""
        for _ in range(5):
            if self.over or await self._begin_game("start", scenario):
                break
        await until(lambda: self.over, every=0.5, within=GAME)
        await self._end_games(scenario)

    async def _breaking(self, scenario: str, known: set[str]) -> None:
        """Planned, approved, looked at, begun, and left when everything that it breaks has been broken and undone."""
        glass, begun, before = self._town.glass, False, self._channels(scenario)
        end, asked, moved, stood = time.monotonic() + PREPARED, -AGAIN, 0.0, -1
        while time.monotonic() < end and not self.over:
            if self._channels(scenario) <= before and time.monotonic() > asked + AGAIN:
                await self._begin_game("plan", scenario)
                asked = time.monotonic()
            await asyncio.sleep(0.7)
            await self._tidy_up()
            await self._approve()
            if await self._prepare(known):
                end, begun = time.monotonic() + PLAYED, True
            await self._perhaps_no_duff(scenario, known)
            if (changes := glass.changes(scenario)) != stood:
                stood, moved = changes, time.monotonic()
            if begun and time.monotonic() > moved + STILL and not glass.broken_of(scenario):
                return

    async def _begin_game(self, word: str, scenario: str) -> bool:
        players = " ".join(f"@{each}" for each in PLAYERS)
        operations = self._town.workspace.channel("operations")
        return await self._try(DIRECTOR, operations, f"/warroom {word} {scenario} {players}")

    def _channels(self, scenario: str) -> set[str]:
        """Of its games, also of those whose channel nothing is said in yet."""
        return {name for name in self._town.channel_names() if name.startswith("exercise-") and scenario in name}

    async def _end_games(self, scenario: str) -> None:
        for channel in self._town.rooms(DIRECTOR, kind="exercise-", closing=True):
            if scenario in channel.name:
                await self._end(channel.id)

    async def _perhaps_no_duff(self, scenario: str, known: set[str]) -> None:
        """Now and then something is real while something is broken: everything is undone at once."""
        if len(self._town.glass.broken_of(scenario)) < 2 or self._rng.random() > NO_DUFF:
            return
        rooms = [each for each in self._town.rooms(PLAYERS[0], kind="exercise-") if each.id not in known]
        if rooms:
            self.no_duffs += 1
            with contextlib.suppress(PersonRefused, aiohttp.ClientError, TimeoutError):
                await self._town.people[PLAYERS[0]].say(rooms[0].id, "NO DUFF: somebody is hurt")

    async def _prepare(self, known: set[str]) -> bool:
        """What the panel of a planned game offers, one thing after another. Whether a game has begun by that."""
        begun = False
        for channel in self._town.rooms(DIRECTOR, kind="exercise-"):
            if channel.id in known or "backchannel" not in channel.name:
                continue
            offered = dict[str, dict[str, Any]]()
            for message, name in self._town.buttons(channel.id):
                offered.setdefault(name, message)
            if channel.id in self._started and "Start the game" not in offered:
                self._started.remove(channel.id)
                begun = self.fragile = True
            wanted = ["Go: dungeon master", "Start the game"]
            if time.monotonic() > self._looked.get(channel.id, 0.0) + PREFLIGHT:
                self._looked[channel.id] = time.monotonic()
                wanted = ["Preflight"]
            for label in wanted:
                if label in offered and await self._press(DIRECTOR, offered[label], label):
                    self._started |= {channel.id} if label == "Start the game" else set()
        return begun

    async def _approve(self) -> None:
        state, owner = self._town.workspace.office.state, self._town.people[OWNER]
        own = state.direct((owner.user_id, self._town.app.bot_user_id))
        if own is not None:
            for message, label in self._town.buttons(own.id, 60):
                new = label == "Approve" and message["ts"] not in self._approved
                if new and await self._press(OWNER, message, label):
                    self._approved.add(message["ts"])

    async def _end(self, channel: str) -> None:
        if channel in self._town.closed:
            return
        await self._town.hush(channel)
        for word in ("/warroom resolve Somebody lit a candle.", "/warroom end It is late.", "/warroom close"):
            for _ in range(3):
                if await self._try(DIRECTOR if "resolve" not in word else "ana", channel, word):
                    if word.endswith("close"):
                        self._town.closed.add(channel)
                    break
                await asyncio.sleep(0.2)

    async def end_everything(self) -> None:
        """After the trouble: games end, incidents are resolved and closed."""
        self.alerts_on = False
        games = self._town.rooms(DIRECTOR, kind="exercise-", closing=True, silent=True)
        ending = [self._end(each.id) for each in games if "backchannel" not in each.name]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ENDING):
                await asyncio.gather(self._tidy_up(), *ending)


def _alerts(group: str, marks: list[str], status: str = "firing") -> dict[str, Any]:
    """One delivery of Alertmanager's webhook."""
    return {
        "version": "4",
        "groupKey": f'{{}}:{{group="{group}"}}',
        "status": status,
        "receiver": "warroom",
        "groupLabels": {"group": group},
        "commonLabels": {"group": group, "service": "lights", "severity": "critical"},
        "alerts": [
            {
                "status": status,
                "labels": {"alertname": "Dark", "group": group, "lamp": mark, "severity": "critical"},
                "annotations": {"summary": f"It is dark at {mark}"},
                "startsAt": "2026-01-02T03:04:05.000Z",
                "endsAt": "0001-01-01T00:00:00Z",
                "fingerprint": mark,
            }
            for mark in marks
        ],
    }


async def _knocked(http: aiohttp.ClientSession, slot: Slot, mark: str) -> bool:
    """An alert that is over and that nobody knows: it is kept, and nothing comes of it."""
    headers = {"Authorization": f"Bearer {HOOK_TOKEN}"}
    body = _alerts(f"nobody-{mark}", [mark], "resolved")
    try:
        async with http.post(f"{slot.web}/hooks/alertmanager", json=body, headers=headers) as answer:
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError, OSError):
        return False
