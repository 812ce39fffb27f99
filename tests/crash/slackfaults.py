"""What is wrong with Slack: one call in five goes wrong, connections are cut and freeze, events come twice or late."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.crash.history import History
from warroom.workspace import Faults
from warroom.workspace.faults import Fault

SHARE = 0.2
GENTLE = 0.05  # while a game is prepared that breaks something, which takes some twenty calls and presses
SHY = 0.05  # of the calls without which a bot cannot start
STARTING = ("auth.test", "apps.connections.open")
OPENING = (
    "conversations.create",
    "views.open",
)  # what is never told to be impossible, or half of a room would be silent


@dataclass(frozen=True, slots=True)
class Kind:
    """A way in which a call goes wrong, how often of all, and whether Slack thereby says that it can never be done."""

    name: str
    weight: float
    fault: Fault
    final: bool = False


def _answer(body: str, status: int = 200, *, after: bool = False, content: str = "application/json") -> Fault:
    return Fault(kind="answer_after" if after else "answer", status=status, body=body, content_type=content)


def _error(code: str, *, after: bool = False) -> Fault:
    return _answer(f'{{"ok":false,"error":"{code}"}}', after=after)


def _limited(retry_after: float | None) -> Fault:
    return Fault(kind="answer", status=429, body='{"ok":false,"error":"ratelimited"}', retry_after=retry_after)


KINDS = (
    Kind("429 with Retry-After", 10, _limited(1)),
    Kind("429, Retry-After with a fraction", 10, _limited(0.5)),
    Kind("429 without Retry-After", 0.2, _limited(None)),
    Kind("5xx, not carried out", 10, _answer('{"ok":false,"error":"service_unavailable"}', 503)),
    Kind("5xx, carried out", 14, _answer('{"ok":false,"error":"service_unavailable"}', 500, after=True)),
    Kind("answer lost (reset), carried out", 14, Fault(kind="drop_after")),
    Kind("connection reset, not carried out", 8, Fault(kind="drop_before")),
    Kind("hangs beyond the time-out", 1, Fault(kind="delay", seconds=9.5)),
    Kind("slow answer", 8, Fault(kind="delay", seconds=0.3)),
    Kind("page instead of JSON (502)", 6, _answer("<!doctype html><title>Bad gateway</title>", 502, content="text/html")),
    Kind("half of the JSON", 6, _answer('{"ok":tr')),
    Kind("internal_error, carried out", 8, _error("internal_error", after=True)),
    Kind("token_revoked", 4, _error("token_revoked")),
    Kind("channel_not_found", 0.5, _error("channel_not_found"), final=True),
    Kind("is_archived", 0.5, _error("is_archived"), final=True),
    Kind("msg_too_long", 2, _error("msg_too_long"), final=True),
)  # fmt: skip


class ByChance(Faults):
    """Draws for every call whether it goes wrong, while `rough` is true. What was ordered comes first."""

    def __init__(self, rng: random.Random, history: History) -> None:
        super().__init__()
        self._rng, self._history = rng, history
        self.rough = False
        self.share = SHARE
        self.calls = 0
        self.done: Counter[str] = Counter()

    def take(self, method: str) -> Fault | None:
        ordered = super().take(method)
        self.calls += self.rough
        if ordered is not None or not self.rough:
            return ordered
        if self._rng.random() >= (SHY if method in STARTING else self.share):
            return None
        kinds = [each for each in KINDS if not (each.final and method in OPENING)]
        kind = self._rng.choices(kinds, [each.weight for each in kinds])[0]
        self.done[kind.name] += 1
        self._history.write("slack fault", method=method, kind=kind.name)
        return kind.fault


class Lines:
    """What is wrong with the sockets, every half second something; and with the order and number of events.

    `connected` returns when somebody is: what is wrong with those who come must not pile up while nobody comes.
    """

    def __init__(
        self, connected: Callable[[], Awaitable[None]], faults: ByChance, rng: random.Random, history: History
    ) -> None:
        self._connected, self._faults, self._rng, self._history = connected, faults, rng, history

    async def run(self) -> None:
        """Until cancelled."""
        does = {
            "sockets closed": self._faults.close_sockets,
            "sockets frozen": self._faults.freeze_sockets,
            "disconnect refresh_requested": self._faults.disconnect,
            "disconnect warning": lambda: self._faults.disconnect("warning"),
            "disconnect too_many_websockets": lambda: self._faults.disconnect("too_many_websockets"),
            "ticket refused": self._faults.refuse_tickets,
            "ticket expired": self._faults.expire_tickets,
            "handshake refused": self._faults.refuse_handshakes,
            "acknowledgement lost": lambda: self._faults.lose_acks(self._rng.randint(1, 3)),
            "event twice": lambda: self._faults.duplicate_events(self._rng.randint(1, 5)),
            "events backwards": None,
        }
        weights = (3, 1, 2, 2, 1, 1, 1, 1, 6, 6, 4)
        while True:
            await asyncio.sleep(self._rng.uniform(0.2, 0.8))
            await self._connected()
            name = self._rng.choices(list(does), weights)[0]
            self._faults.done[name] += 1
            self._history.write("line fault", kind=name)
            do = does[name]
            if do is not None:
                do()
            else:
                self._faults.hold_events()
                await asyncio.sleep(self._rng.uniform(0.1, 0.6))
                self._faults.release_events(backwards=True)
