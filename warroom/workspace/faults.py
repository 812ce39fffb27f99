"""Faults on demand: what goes wrong with Slack, ordered from a test.

    ws.faults.rate_limit("chat.postMessage", times=2, retry_after=1)
    ws.faults.drop("chat.postMessage", applied=True)     # it was done, but the answer is lost
    ws.faults.lose_acks(1)                               # the next acknowledgement is not noticed: redelivery

A method named `*` stands for every method. Faults of one method happen in the order they were asked for.
"""

import asyncio
from collections import defaultdict, deque
from dataclasses import dataclass
from typing import Literal, Protocol

from warroom.workspace.model import Doc

Kind = Literal["answer", "drop_before", "drop_after", "hang"]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One call that goes wrong. `hang` waits for `release_hanging`, then goes on as usual."""

    kind: Kind
    status: int = 200
    body: str = ""
    content_type: str = "application/json"
    retry_after: int | None = None


@dataclass(frozen=True, kw_only=True)
class Event:
    """An event on its way to an app. `attempt` counts the sendings before this one."""

    app_id: str
    payload: Doc
    since: float
    attempt: int = 0
    reason: str = ""


class Lines(Protocol):
    """What the faults need of the connections to apps."""

    def cut(self, app_id: str | None = None) -> None: ...
    def discard_waiting(self) -> int: ...
    def release_held(self, *, backwards: bool) -> None: ...


class Faults:
    def __init__(self) -> None:
        self._calls: dict[str, deque[Fault]] = defaultdict(deque)
        self._refused_tickets = 0
        self._lost_acks = 0
        self._copied_events = 0
        self._held: list[Event] | None = None
        self._hanging = asyncio.Event()
        self._lines: Lines | None = None

    def attach(self, lines: Lines) -> None:
        self._lines = lines

    # -- asked for by tests ----------------------------------------------------------------------------------------------

    def rate_limit(self, method: str, times: int = 1, retry_after: int = 1) -> None:
        """HTTP 429 with `Retry-After` in seconds."""
        body = '{"ok":false,"error":"ratelimited"}'
        self._add(method, times, Fault(kind="answer", status=429, body=body, retry_after=retry_after))

    def error(self, method: str, code: str, times: int = 1) -> None:
        """A Slack error that our own rules would not give, such as `internal_error`."""
        self._add(method, times, Fault(kind="answer", body=f'{{"ok":false,"error":"{code}"}}'))

    def status(self, method: str, status: int = 503, times: int = 1) -> None:
        """A bare HTTP status such as 500 or 503, with a JSON body."""
        self._add(method, times, Fault(kind="answer", status=status, body='{"ok":false,"error":"service_unavailable"}'))

    def html(self, method: str, times: int = 1, status: int = 200) -> None:
        """A web page where JSON was expected, as proxies send."""
        body = "<!doctype html><title>Be right back</title>"
        self._add(method, times, Fault(kind="answer", status=status, body=body, content_type="text/html"))

    def drop(self, method: str, times: int = 1, *, applied: bool) -> None:
        """Cuts the connection, after the call was carried out or before."""
        self._add(method, times, Fault(kind="drop_after" if applied else "drop_before"))

    def hang(self, method: str, times: int = 1) -> None:
        """Answers only after `release_hanging()`."""
        self._hanging.clear()
        self._add(method, times, Fault(kind="hang"))

    def release_hanging(self) -> None:
        self._hanging.set()

    def clear(self) -> None:
        """No more faults from now on."""
        self._calls.clear()
        self._refused_tickets = self._lost_acks = self._copied_events = 0
        self.release_hanging()
        self.release_events()

    def refuse_tickets(self, times: int = 1) -> None:
        """The next calls of apps.connections.open answer `internal_error`."""
        self._refused_tickets += times

    def lose_acks(self, times: int = 1) -> None:
        self._lost_acks += times

    def duplicate_events(self, times: int = 1) -> None:
        """The next events are each delivered twice."""
        self._copied_events += times

    def hold_events(self) -> None:
        """Keeps events back until `release_events`."""
        self._held = []

    def release_events(self, *, backwards: bool = False) -> None:
        self._connected.release_held(backwards=backwards)

    def close_sockets(self, app_id: str | None = None) -> None:
        """Closes every WebSocket without a `disconnect`."""
        self._connected.cut(app_id)

    def discard_backlog(self) -> int:
        """Throws away events that wait for a connection. Returns how many."""
        return self._connected.discard_waiting()

    # -- asked by the server ---------------------------------------------------------------------------------------------

    def take(self, method: str) -> Fault | None:
        for name in (method, "*"):
            if self._calls[name]:
                return self._calls[name].popleft()
        return None

    async def hanging(self) -> None:
        await self._hanging.wait()

    def refuse_ticket(self) -> bool:
        self._refused_tickets -= (refused := self._refused_tickets > 0)
        return refused

    def lose_ack(self) -> bool:
        self._lost_acks -= (lost := self._lost_acks > 0)
        return lost

    def copies(self) -> int:
        self._copied_events -= (copied := self._copied_events > 0)
        return 2 if copied else 1

    def hold(self, event: Event) -> bool:
        if self._held is None:
            return False
        self._held.append(event)
        return True

    def release(self, *, backwards: bool) -> list[Event]:
        held, self._held = self._held or [], None
        return held[::-1] if backwards else held

    def _add(self, method: str, times: int, fault: Fault) -> None:
        self._calls[method].extend([fault] * times)

    @property
    def _connected(self) -> Lines:
        if self._lines is None:
            raise RuntimeError("The faults belong to no workspace.")
        return self._lines
