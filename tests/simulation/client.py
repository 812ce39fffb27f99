"""The SDK's own client over Slack in memory: what it sends arrives, or not, and so does the answer.

Only the HTTP session is replaced, so that everything the SDK makes of arguments, answers and failures is real. Each call
has a number, and a plan says what happens to it; a call goes on its way even if the process that made it dies.
"""

import asyncio
import contextvars
import json
from collections.abc import Mapping
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import aiohttp

from tests.simulation.loop import Loop, Process, asked_at
from tests.simulation.slack import Slack

PACE = 1.0  # seconds between two messages in one channel
SETTLED = 0.3  # seconds until every process knows what one was told
# Methods that are called within the budgets only.
_BUDGETED = frozenset({"chat.postMessage", "chat.update", "conversations.create", "pins.add", "conversations.setTopic"})
_SWEEPING = frozenset({"conversations.history", "conversations.replies", "chat.delete"})
TIMEOUT = 8.0  # seconds; the bot's own for one call
TOKEN = "xoxb-CANARY-TOKEN-1"
THAWING = 0.1  # seconds in which a process that stood still finishes what it had begun
_NOBODY = contextvars.Context()

# What may happen to a call. The first words say what the caller sees; "after" that it was carried out all the same.
BEFORE = {
    "429 whole": (429, {"Retry-After": "2"}),
    "429 float": (429, {"Retry-After": "1.5"}),
    "429 date": (429, {"Retry-After": "date"}),
    "429 absent": (429, {}),
    "500 before": (500, {}),
    "503 before": (503, {}),
    "token_revoked": (200, "token_revoked"),
    "channel_not_found": (200, "channel_not_found"),
    "is_archived": (200, "is_archived"),
    "msg_too_long": (200, "msg_too_long"),
    "invalid_blocks": (200, "invalid_blocks"),
    "fatal_error before": (200, "fatal_error"),
}  # fmt: skip
AFTER = ("500 after", "fatal_error after", "reset after", "hang after", "html after", "half after")
NEVER = ("refused", "reset before", "hang before", "html before")
LATE = ("late 2", "late 6", "late 15", "late 40")  # carried out so many seconds after the caller gave up
SLOW = ("slow 1", "slow 3")  # carried out at once, and answered so many seconds later
FAULTS = (*BEFORE, *AFTER, *NEVER, *LATE)
WEIGHTS = [1 if fault == "429 absent" else 4 for fault in FAULTS]  # it makes everybody wait for half a minute

# Which of them Slack can give to which method: an answer that says that the channel is gone would be a lie for an edit.
_ABOUT_MESSAGES = frozenset({"msg_too_long", "invalid_blocks", "channel_not_found", "is_archived"})
_FOR_MESSAGES = frozenset({"chat.postMessage", "chat.postEphemeral"})


class Answer:
    """What the SDK needs of an aiohttp response."""

    def __init__(self, status: int, headers: Mapping[str, str], body: Any, kind: str = "application/json") -> None:
        self.status, self.headers, self.content_type, self._body = status, headers, kind, body

    async def __aenter__(self) -> "Answer":
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def json(self) -> Any:
        if isinstance(self._body, str):
            if self.content_type == "text/html":
                raise aiohttp.ContentTypeError(None, (), message="not JSON")  # type: ignore[arg-type]
            return json.loads(self._body)
        return self._body

    async def text(self) -> str:
        return self._body if isinstance(self._body, str) else json.dumps(self._body)

    async def read(self) -> bytes:
        return (await self.text()).encode()

    # an error that the SDK raises looks at it like at a response
    def get(self, name: str, default: Any = None) -> Any:
        return self._body.get(name, default) if isinstance(self._body, dict) else default


class Wire:
    """Between all processes and Slack: counts the calls, and has the plan's faults happen."""

    def __init__(self, loop: Loop, slack: Slack, faults: Mapping[int, str], seed: int, *, swept: bool) -> None:
        """`swept`: whether the bot looks for twins; without that, nothing is carried out after the caller gave up."""
        self.loop, self.slack, self.faults, self._seed, self._swept = loop, slack, faults, seed, swept
        self.calls = 0
        self.happened: dict[str, int] = {}
        self.away_until = 0.0
        self.hurried: list[str] = []  # calls that came before Slack allows them
        self.muted: list[tuple[float, float]] = []  # when Slack let nobody look for twins
        self._quiet: dict[
            str, tuple[float, float, Process]
        ] = {}  # who was told to keep still, from when and until when
        self._posted: dict[str, float] = {}

    def latency(self, number: int, way: int) -> float:
        """Milliseconds mostly, by the number of the call alone: leaving out one fault changes no other call."""
        mixed = (self._seed * 1_000_003 + number * 7_919 + way * 104_729) & 0xFFFFFFFF
        mixed = (mixed * 2_654_435_761) & 0xFFFFFFFF
        return 0.004 + (mixed >> 16) % 40 / 1000 + (0.6 if mixed % 97 == 0 else 0)

    def fault(self, method: str) -> str:
        self.calls += 1
        fault = self.faults.get(self.calls, "")
        if fault in _ABOUT_MESSAGES and method not in _FOR_MESSAGES:
            fault = ""
        if fault in SLOW and not method.startswith("chat."):
            fault = ""
        if fault in LATE and not self._swept:
            fault = "hang after"
        if self.loop.time() < self.away_until and not fault:
            fault = "503 before"
        if fault:
            self.happened[fault] = self.happened.get(fault, 0) + 1
        return fault

    async def carry(self, owner: Process, method: str, args: Mapping[str, Any]) -> Answer:
        self._watch(owner, method, args)
        fault = self.fault(method)
        number, answered = self.calls, self.loop.create_future()
        too_late = asked_at.get() < owner.zombie_since  # to be called back
        if self.loop.trace:
            self.loop.trace(f"{self.loop.time():9.3f} {owner} calls {method} #{number} {fault} {_told(args)}")

        def arrive() -> None:
            before = len(self.slack.posted)
            self._arrive(method, args, number, fault, answered)
            if too_late:
                for posted in self.slack.posted[before:]:
                    posted.promised = False

        self.loop.call_later(self.latency(number, 0), arrive, context=_NOBODY)
        answer = await answered
        if answer.status == 429:
            self.told_to_wait(owner, method, answer)
        return answer

    def _watch(self, owner: Process, method: str, args: Mapping[str, Any]) -> None:
        """Whether this call may be made by now: nobody was told to keep still, and a second has passed in the channel.

        Answers to one person are no business of the budgets. Who was frozen or has died could not keep to anything.
        """
        now, channel = self.loop.time(), str(args.get("channel", ""))
        if method not in _BUDGETED or (method == "chat.postMessage" and "metadata" not in args):
            return
        since, until, told = self._quiet.get(method, (now, now, owner))
        excused = told.dead or told.zombie_until > now or owner.zombie_until > now
        if since + SETTLED < now < until - SETTLED and not excused:
            self.hurried.append(f"{method} was called {until - now:.1f} s before Slack had said it may be")
        last = self._posted.get(channel, -PACE)
        held_up = owner.zombie_until > now or now - owner.thawed_at < THAWING  # it had its turn before it stood still
        if method == "chat.postMessage" and now - last < PACE / 2 and not held_up:
            self.hurried.append(f"{now - last:.1f} s after one message in {channel} came another")
        if method == "chat.postMessage" and not held_up:
            self._posted[channel] = now

    def told_to_wait(self, owner: Process, method: str, answer: Answer) -> None:
        """A 429 has arrived."""
        asked = answer.headers.get("Retry-After", "")
        seconds = float(asked) if asked.replace(".", "").isdigit() else 0.0
        if self.loop.time() + seconds > self._quiet.get(method, (0.0, 0.0, owner))[1]:
            self._quiet[method] = (self.loop.time(), self.loop.time() + seconds, owner)
        if method in _SWEEPING:
            longest = 60.0 if not asked or seconds == 0 else seconds  # a date, or nothing, is as good as a minute
            self.muted.append((self.loop.time(), self.loop.time() + longest))

    def _arrive(
        self, method: str, args: Mapping[str, Any], number: int, fault: str, answered: "asyncio.Future[Answer]"
    ) -> None:
        if fault in BEFORE or fault in NEVER:
            self._back(answered, number, fault, None)
        elif fault in LATE:
            late = float(fault.partition(" ")[2])
            self.loop.call_later(TIMEOUT + late, self._apply_late, method, args, late, context=_NOBODY)
            self._back(answered, number, "hang before", None)
        else:
            self._back(answered, number, fault, self._apply(method, args))

    def _apply(self, method: str, args: Mapping[str, Any]) -> Any:
        if method.startswith("upload "):
            return "OK" if self.slack.upload(method.partition(" ")[2], args["data"]) else "no"
        return self.slack.call(method, args)

    def _apply_late(self, method: str, args: Mapping[str, Any], late: float) -> None:
        before = len(self.slack.posted)
        self._apply(method, args)
        for posted in self.slack.posted[before:]:
            posted.promised = False

    def _back(self, answered: "asyncio.Future[Answer]", number: int, fault: str, body: Any) -> None:
        """The answer, or what becomes of it on its way."""
        given = self._answer(fault, body)
        pause = TIMEOUT if fault.startswith("hang") else self.latency(number, 1)
        pause += float(fault.partition(" ")[2]) if fault in SLOW else 0

        def give() -> None:
            if answered.done():
                return
            if isinstance(given, Exception):
                answered.set_exception(given)
                answered.exception()  # whoever waited for it may be dead
            else:
                answered.set_result(given)

        self.loop.call_later(pause, give, context=_NOBODY)

    def _answer(self, fault: str, body: Any) -> Answer | Exception:
        match fault:
            case "" | "slow 1" | "slow 3":
                headers = {"Date": self._date()}
                return Answer(200, headers, body, "text/plain" if isinstance(body, str) else "application/json")
            case "refused":
                return aiohttp.ClientConnectorError(_KEY, OSError(111, "refused"))
            case "reset after" | "reset before":
                return aiohttp.ServerDisconnectedError()
            case "hang after" | "hang before":
                return TimeoutError()
            case "html after" | "html before":
                return Answer(502, {}, "<html>Bad Gateway</html>", "text/html")
            case "half after":
                return Answer(200, {}, '{"ok": tru')
            case "500 after":
                return Answer(500, {}, {"ok": False, "error": "internal_error"})
            case "fatal_error after":
                return Answer(200, {}, {"ok": False, "error": "fatal_error"})
        status, more = BEFORE[fault]
        if isinstance(more, str):
            return Answer(200, {}, {"ok": False, "error": more})
        headers = {name: self._date(3) if each == "date" else each for name, each in more.items()}
        error = "ratelimited" if status == 429 else "service_unavailable"
        return Answer(status, headers, {"ok": False, "error": error})

    def _date(self, ahead: float = 0) -> str:
        return format_datetime(self.slack.now() + timedelta(seconds=ahead), usegmt=True)


class _Key:
    host, port, is_ssl, ssl = "slack.test", 443, True, True


_KEY: Any = _Key()


class Session:
    """Stands in for aiohttp's."""

    closed = False

    def __init__(self, wire: Wire, owner: Process) -> None:
        self._wire, self._owner = wire, owner

    def request(self, verb: str, url: str, **given: Any) -> "_Request":
        if url.startswith("https://files.slack.test/"):
            return _Request(self._wire, self._owner, f"upload {url}", {"data": given["data"]})
        args = {**(given.get("params") or {}), **_plain(given.get("data")), **(given.get("json") or {})}
        return _Request(self._wire, self._owner, url.rpartition("/")[2], args)


class _Request:
    def __init__(self, wire: Wire, owner: Process, method: str, args: Mapping[str, Any]) -> None:
        self._given = (owner, method, args)
        self._wire = wire

    async def __aenter__(self) -> Answer:
        return await self._wire.carry(*self._given)

    async def __aexit__(self, *_: object) -> None:
        pass


def _plain(data: Any) -> dict[str, Any]:
    return {} if data is None else dict(data)


def _told(args: Mapping[str, Any]) -> str:
    """Which channel, message and effect a call is about."""
    metadata = args.get("metadata") or {}
    metadata = json.loads(metadata) if isinstance(metadata, str) else metadata
    about = [args.get(name) for name in ("channel", "ts", "timestamp", "name")]
    return " ".join(map(str, filter(None, [*about, (metadata.get("event_payload") or {}).get("id")])))
