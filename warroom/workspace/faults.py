"""Faults on demand: what goes wrong with Slack, ordered from a test or over HTTP (`POST /local/faults`).

    ws.faults.rate_limit("chat.postMessage", times=2, retry_after=1)
    ws.faults.drop("chat.postMessage", applied=True)     # it was done, but the answer is lost
    ws.faults.lose_acks(1)                               # the next acknowledgement is not noticed: redelivery

A method named `*` stands for every method. Faults of one method happen in the order they were asked for. `ORDERS` names what
can be ordered over HTTP; the fields of an order are the parameters of the function of that name.
"""

import asyncio
import inspect
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal, Protocol

from warroom.workspace.model import Doc, Event

Kind = Literal["answer", "answer_after", "drop_before", "drop_after", "hang", "delay", "pretend", "archive"]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One call that goes wrong. `hang` waits for `release_hanging`, `delay` for `seconds`; both then go on as usual."""

    kind: Kind
    status: int = 200
    body: str = ""
    content_type: str = "application/json"
    retry_after: float | None = None
    seconds: float = 0.0

    def words(self) -> str:
        """What will happen, for a list of what is to come."""
        match self.kind:
            case "answer" | "answer_after":
                what = f"HTTP {self.status}: {self.body}" if self.status != _OK else self.body
                return f"{what} (the call is carried out)" if self.kind == "answer_after" else what
            case "delay":
                return f"carried out and answered after {self.seconds:g} s"
            case other:
                return _CALLS[other]


_OK = 200
_CALLS = {
    "drop_before": "the connection is cut before the call is carried out",
    "drop_after": "carried out, then the connection is cut",
    "hang": "answered only after release_hanging",
    "pretend": "answered as if carried out, and nothing comes of it",
    "archive": "its channel is archived just before",
}
_COUNTS = {
    "ticket": ("apps.connections.open", "internal_error"),
    "expired": ("apps.connections.open", "the ticket has expired when it is used"),
    "handshake": ("WebSocket handshakes", "HTTP 503"),
    "ack": ("acknowledgements", "not noticed"),
    "event": ("events", "lost"),
    "copy": ("events", "delivered twice"),
}


@dataclass(frozen=True, kw_only=True)
class Field:
    """A parameter of an order. `kind` is text, integer, number or boolean; a `default` counts only if not `required`."""

    name: str
    kind: str
    required: bool
    default: Any

    def doc(self) -> Doc:
        return {"name": self.name, "kind": self.kind, "required": self.required} | (
            {} if self.required else {"default": self.default}
        )


@dataclass(frozen=True, kw_only=True)
class Order:
    """A fault that can be ordered over HTTP: its name, what happens in a sentence, and its fields."""

    name: str
    sentence: str
    fields: tuple[Field, ...]

    def doc(self) -> Doc:
        return {"name": self.name, "sentence": self.sentence, "fields": [field.doc() for field in self.fields]}


class Lines(Protocol):
    """What the faults need of the connections to apps."""

    def cut(self, app_id: str | None = None) -> None: ...
    def freeze(self, app_id: str | None = None) -> None: ...
    def disconnect(self, reason: str, app_id: str | None = None) -> None: ...
    def discard_waiting(self) -> int: ...
    def release_held(self, *, backwards: bool) -> None: ...


class FaultError(ValueError):
    """The order cannot be read; the text says what would be right."""


class Faults:
    def __init__(self) -> None:
        self._calls: dict[str, deque[Fault]] = defaultdict(deque)
        self._counts: dict[str, int] = defaultdict(int)
        self._held: list[Event] | None = None
        self.deliveries_used_up = False
        self._hanging = asyncio.Event()
        self._lines: Lines | None = None

    def attach(self, lines: Lines) -> None:
        self._lines = lines

    # -- calls -----------------------------------------------------------------------------------------------------------

    def rate_limit(self, method: str, times: int = 1, retry_after: int = 1) -> None:
        """HTTP 429 with `Retry-After` in seconds."""
        body = '{"ok":false,"error":"ratelimited"}'
        self._add(method, times, Fault(kind="answer", status=429, body=body, retry_after=retry_after))

    def error(self, method: str, code: str, times: int = 1, *, applied: bool = False) -> None:
        """A Slack error that our own rules would not give, such as `internal_error`; with `applied` the call was carried
        out all the same: success that is reported as failure."""
        kind: Kind = "answer_after" if applied else "answer"
        self._add(method, times, Fault(kind=kind, body=f'{{"ok":false,"error":"{code}"}}'))

    def status(self, method: str, status: int = 503, times: int = 1, *, applied: bool = False) -> None:
        """A bare HTTP status such as 500 or 503, with a JSON body; with `applied` the call was carried out all the same."""
        kind: Kind = "answer_after" if applied else "answer"
        self._add(method, times, Fault(kind=kind, status=status, body='{"ok":false,"error":"service_unavailable"}'))

    def html(self, method: str, times: int = 1, status: int = 200) -> None:
        """A web page where JSON was expected, as proxies send."""
        body = "<!doctype html><title>Be right back</title>"
        self._add(method, times, Fault(kind="answer", status=status, body=body, content_type="text/html"))

    def pretend(self, method: str, times: int = 1) -> None:
        """The call answers as if it had been carried out, and nothing comes of it: failure that is reported as success."""
        self._add(method, times, Fault(kind="pretend"))

    def drop(self, method: str, times: int = 1, *, applied: bool) -> None:
        """Cuts the connection, after the call was carried out or before."""
        self._add(method, times, Fault(kind="drop_after" if applied else "drop_before"))

    def delay(self, method: str, seconds: float, times: int = 1) -> None:
        """The call is carried out and answered only after so many seconds."""
        self._add(method, times, Fault(kind="delay", seconds=seconds))

    def hang(self, method: str, times: int = 1) -> None:
        """Answers only after `release_hanging()`."""
        self._hanging.clear()
        self._add(method, times, Fault(kind="hang"))

    def release_hanging(self) -> None:
        """Lets the calls go on that hang."""
        self._hanging.set()

    def archive_first(self, method: str, times: int = 1) -> None:
        """Somebody archives the channel that the call names just before it arrives."""
        self._add(method, times, Fault(kind="archive"))

    # -- connections -----------------------------------------------------------------------------------------------------

    def refuse_tickets(self, times: int = 1) -> None:
        """The next calls of apps.connections.open answer `internal_error`."""
        self._counts["ticket"] += times

    def expire_tickets(self, times: int = 1) -> None:
        """The next tickets for a connection have expired when they are used."""
        self._counts["expired"] += times

    def refuse_handshakes(self, times: int = 1) -> None:
        """The next WebSocket handshakes are answered with HTTP 503, and the ticket is used up."""
        self._counts["handshake"] += times

    def close_sockets(self, app_id: str | None = None) -> None:
        """Closes every WebSocket without a `disconnect`."""
        self._connected.cut(app_id)

    def freeze_sockets(self, app_id: str | None = None) -> None:
        """Every open WebSocket stays open and does nothing any more, not even answer pings: a half-open connection."""
        self._connected.freeze(app_id)

    def disconnect(self, reason: str = "refresh_requested", app_id: str | None = None) -> None:
        """Asks connections to go with a `disconnect` frame: `warning`, `refresh_requested`, `link_disabled`."""
        self._connected.disconnect(reason, app_id)

    # -- events ----------------------------------------------------------------------------------------------------------

    def lose_acks(self, times: int = 1) -> None:
        """The next acknowledgements over Socket Mode are not noticed."""
        self._counts["ack"] += times

    def lose_events(self, times: int = 1) -> None:
        """The next events never arrive and are not sent again."""
        self._counts["event"] += times

    def duplicate_events(self, times: int = 1) -> None:
        """The next events are each delivered twice."""
        self._counts["copy"] += times

    def hold_events(self) -> None:
        """Keeps events back until `release_events`."""
        self._held = self._held or []

    def release_events(self, *, backwards: bool = False) -> None:
        """Delivers what was held, with `backwards` the newest first."""
        self._connected.release_held(backwards=backwards)

    def use_up_deliveries(self) -> None:
        """This hour's 30,000 deliveries to request URLs are used up: `app_rate_limited` comes in their place."""
        self.deliveries_used_up = True

    def discard_backlog(self) -> int:
        """Throws away events that wait for a connection. Returns how many."""
        return self._connected.discard_waiting()

    def clear(self) -> None:
        """No more faults from now on."""
        self._calls.clear()
        self._counts.clear()
        self.deliveries_used_up = False
        self.release_hanging()
        self.release_events()

    # -- over HTTP -------------------------------------------------------------------------------------------------------

    def order(self, fault: str, fields: Mapping[str, Any]) -> None:
        """Orders a fault by its name.

        Raises:
            FaultError: There is no such fault, or a field is unknown, missing or of the wrong kind.
        """
        if fault not in ORDERS:
            raise FaultError(f"There is no fault {fault!r}; there are {', '.join(ORDERS)}.")
        known = {field.name: field for field in order_named(fault).fields}
        for name, value in fields.items():
            if name not in known:
                raise FaultError(f"{fault} has no field {name!r}; it takes {', '.join(known) or 'no fields'}.")
            _check_kind(fault, known[name], value)
        missing = [name for name, field in known.items() if field.required and name not in fields]
        if missing:
            raise FaultError(f"{fault} needs {', '.join(missing)}.")
        getattr(self, fault)(**fields)

    def pending(self) -> Doc:
        """What was ordered and has not happened yet; `listed` is the same for people."""
        calls = {name: [fault.kind for fault in faults] for name, faults in self._calls.items() if faults}
        counts = {name: count for name, count in self._counts.items() if count}
        held = None if self._held is None else len(self._held)
        return {"calls": calls, "counts": counts, "held_events": held, "listed": list(self._listed())}

    def _listed(self) -> Iterator[Doc]:
        for method, faults in self._calls.items():
            for fault, same in groupby(faults):
                yield _listed(method, fault.words(), sum(1 for _ in same))
        for name, count in self._counts.items():
            if count:
                yield _listed(*_COUNTS[name], count)
        if self._held is not None:
            yield _listed("events", f"held back until release_events: {len(self._held)} so far", None)
        if self.deliveries_used_up:
            yield _listed("request URLs", "this hour's deliveries are used up", None)

    # -- asked by the server ---------------------------------------------------------------------------------------------

    def take(self, method: str) -> Fault | None:
        for name in (method, "*"):
            if self._calls[name]:
                return self._calls[name].popleft()
        return None

    async def hanging(self) -> None:
        await self._hanging.wait()

    def refuse_ticket(self) -> bool:
        return self._due("ticket")

    def expire_ticket(self) -> bool:
        return self._due("expired")

    def refuse_handshake(self) -> bool:
        return self._due("handshake")

    def lose_ack(self) -> bool:
        return self._due("ack")

    def copies(self) -> int:
        """How many times the next event is sent: twice, once, or never."""
        if self._due("event"):
            return 0
        return 2 if self._due("copy") else 1

    def hold(self, event: Event) -> bool:
        if self._held is None:
            return False
        self._held.append(event)
        return True

    def release(self, *, backwards: bool) -> list[Event]:
        held, self._held = self._held or [], None
        return held[::-1] if backwards else held

    def _due(self, name: str) -> bool:
        due = self._counts[name] > 0
        self._counts[name] -= due
        return due

    def _add(self, method: str, times: int, fault: Fault) -> None:
        self._calls[method].extend([fault] * times)

    @property
    def _connected(self) -> Lines:
        if self._lines is None:
            raise RuntimeError("The faults belong to no workspace.")
        return self._lines


ORDERS = (
    "rate_limit",
    "error",
    "status",
    "html",
    "pretend",
    "drop",
    "delay",
    "hang",
    "release_hanging",
    "archive_first",
    "refuse_tickets",
    "expire_tickets",
    "refuse_handshakes",
    "close_sockets",
    "freeze_sockets",
    "disconnect",
    "lose_acks",
    "lose_events",
    "duplicate_events",
    "hold_events",
    "release_events",
    "use_up_deliveries",
    "discard_backlog",
    "clear",
)
"""Every fault there is, in the order of the documentation."""


_KINDS: Mapping[Any, str] = {int: "integer", float: "number", bool: "boolean"}
_CHECKS: Mapping[str, tuple[tuple[type, ...], str]] = {
    "integer": ((int,), "a whole number"),
    "number": ((int, float), "a number"),
    "boolean": ((bool,), "true or false"),
    "text": ((str,), "text"),
}


def order_named(name: str) -> Order:
    """The order of this name, as the function of that name says it."""
    function = getattr(Faults, name)
    given = [each for each in inspect.signature(function).parameters.values() if each.name != "self"]
    return Order(
        name=name,
        sentence=" ".join((inspect.getdoc(function) or "").split()),
        fields=tuple(
            Field(
                name=each.name,
                kind=_KINDS.get(each.annotation, "text"),
                required=each.default is each.empty,
                default=None if each.default is each.empty else each.default,
            )
            for each in given
        ),
    )


def _check_kind(fault: str, field: Field, value: Any) -> None:
    types, word = _CHECKS[field.kind]
    wrong = isinstance(value, bool) is not (types == (bool,)) or not isinstance(value, types)
    may_be_left_open = not field.required and field.default is None
    if wrong and not (value is None and may_be_left_open):
        raise FaultError(f"{fault}: {field.name} must be {word}, not {value!r}.")


def _listed(place: str, what: str, times: int | None) -> Doc:
    """Without `times` it goes on until it is ended."""
    return {"place": place, "what": what, "times": times}
