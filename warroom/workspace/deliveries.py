"""Socket Mode: what the workspace sends to apps, and what they acknowledge.

Events are sent to one open connection of the app, in order, and again if they are not acknowledged in time (Slack's own
schedule for Socket Mode is not documented). While no connection is open they wait, two hours at most, and leave marked as a
retry when one opens. An event is kept until it is acknowledged, so one that was under way when the workspace stopped is sent
again by the next. Questions - commands and interactions - are asked once: there is a person waiting, who is told if no
answer came.
"""

import asyncio
import json
import secrets
import uuid
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from aiohttp import WSMsgType, web

from warroom.workspace.faults import Faults
from warroom.workspace.model import App, Doc, Event
from warroom.workspace.state import State
from warroom.workspace.timing import Timing
from warroom.workspace.wire import Wire

MOST_CONNECTIONS = 10
_MOST_WAITING = 10_000


class NotAcknowledged(Exception):
    """The app did not answer. `code` is what Slack's client shows."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(eq=False)
class _Connection:
    app_id: str
    abort: Callable[[], None]
    outgoing: asyncio.Queue[str | None] = field(default_factory=asyncio.Queue)
    unacknowledged: set[str] = field(default_factory=set)
    frozen: bool = False


@dataclass(frozen=True)
class _Sent:
    connection: _Connection
    event: Event
    timer: asyncio.TimerHandle


@dataclass(frozen=True)
class _Asked:
    connection: _Connection
    answer: asyncio.Future[Doc]


class Deliveries:
    """All connections of all apps, and what is on its way through them."""

    def __init__(self, state: State, wire: Wire, faults: Faults, timing: Timing) -> None:
        self._state, self._wire, self._faults, self._timing, self._now = state, wire, faults, timing, state.now
        self._tickets: dict[str, tuple[str, float]] = {}
        self._connections: dict[str, list[_Connection]] = defaultdict(list)
        self._turn: dict[str, int] = defaultdict(int)
        self._sent: dict[str, _Sent] = {}
        self._asked: dict[str, _Asked] = {}
        self._retrying: set[asyncio.TimerHandle] = set()
        self._waiting: dict[str, deque[Event]] = defaultdict(deque)
        self._closing = False
        self.hand_over: Callable[[Event], None] = self._send  # where held events go that are not for Socket Mode
        self._changed = asyncio.Event()  # set and replaced whenever a connection comes or goes
        faults.attach(self)

    def resume(self) -> None:
        """Takes up the events that were under way when the workspace stopped."""
        for event in self._state.events.values():
            app = self._state.apps.get(event.app_id)
            if app is not None and app.features.socket_mode:
                self._waiting[event.app_id].append(event)

    # -- what the rest of the workspace uses ---------------------------------------------------------------------------

    def ticket(self, app_id: str) -> str:
        """A ticket for one connection."""
        ticket = str(uuid.uuid4())
        lifetime = -1.0 if self._faults.expire_ticket() else self._timing.ticket
        self._tickets[ticket] = (app_id, self._now() + lifetime)
        return ticket

    def connections(self, app_id: str) -> int:
        return len(self._connections[app_id])

    async def wait_for_connections(self, app_id: str, count: int) -> None:
        """Returns once exactly so many connections are open."""
        while self.connections(app_id) != count:
            await self._changed.wait()

    async def settled(self) -> None:
        """Returns once nothing is on its way: every event that could be sent was acknowledged or given up."""
        while self._sent or self._retrying or self._asked:
            await self._changed.wait()

    def tell(self, event: Event) -> None:
        """Sends an event, now or when a connection opens."""
        copies = self._faults.copies()
        if not copies:
            self._wire.lost(event)
            return
        self._state.keep(event)
        if copies > 1:
            self._wire.note("fault", what="duplicate_events", event_id=event.id)
        for _ in range(copies):
            self._send(event)

    async def ask(self, app: App, type_: str, payload: Doc, *, accepts_payload: bool) -> Doc:
        """Sends a command or an interaction and waits for the answer: the acknowledgement's payload, {} if it had none.

        Raises:
            NotAcknowledged: `dispatch_failed` without a connection, `operation_timeout` without an answer in time.
        """
        connection = self._next_connection(app.id)
        if connection is None:
            raise NotAcknowledged("dispatch_failed")
        envelope_id = str(uuid.uuid4())
        answer: asyncio.Future[Doc] = asyncio.get_running_loop().create_future()
        self._asked[envelope_id] = _Asked(connection, answer)
        self._put(
            connection,
            {
                "envelope_id": envelope_id,
                "type": type_,
                "accepts_response_payload": accepts_payload,
                "payload": payload,
            },
        )
        self._wire.record("out", "ask", app_id=app.id, method=type_, request=payload)
        try:
            async with asyncio.timeout(self._timing.ack):
                return await answer
        except TimeoutError:
            raise NotAcknowledged("operation_timeout") from None
        finally:
            self._asked.pop(envelope_id, None)
            self._note_change()

    def discard_waiting(self) -> int:
        """Throws away the events that wait for a connection, as Slack did on 26 February 2025. Returns how many."""
        waiting = [event for events in self._waiting.values() for event in events]
        self._waiting.clear()
        for event in waiting:
            self._state.settle(event)
        return len(waiting)

    def forget_events(self) -> None:
        """Nothing is sent or sent again of what there was so far; connections stay."""
        self._waiting.clear()
        for sent in self._sent.values():
            sent.timer.cancel()
        self._sent.clear()
        for timer in self._retrying:
            timer.cancel()
        self._retrying.clear()

    def release_held(self, *, backwards: bool) -> None:
        for event in self._faults.release(backwards=backwards):
            app = self._state.apps[event.app_id]
            (self._send if app.features.socket_mode else self.hand_over)(event)

    def disconnect(self, reason: str, app_id: str | None = None) -> None:
        """Asks connections to go, as Slack does: a `disconnect` frame, then the close; after a warning some seconds later."""
        for connection in self._all(app_id):
            self._put(connection, {"type": "disconnect", "reason": reason, "debug_info": {"host": "local"}})
            if reason == "warning":
                loop = asyncio.get_running_loop()
                loop.call_later(self._timing.disconnect_warning, connection.outgoing.put_nowait, None)
            else:
                connection.outgoing.put_nowait(None)

    def cut(self, app_id: str | None = None) -> None:
        """Closes connections without a word, as when a cable is pulled."""
        for connection in self._all(app_id):
            connection.abort()

    def freeze(self, app_id: str | None = None) -> None:
        """Leaves connections open and does nothing on them any more."""
        for connection in self._all(app_id):
            connection.frozen = True

    def close(self) -> None:
        self._closing = True
        self.disconnect("refresh_requested")
        for sent in self._sent.values():
            sent.timer.cancel()
        for timer in self._retrying:
            timer.cancel()

    # -- the WebSocket ---------------------------------------------------------------------------------------------------

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """`GET /link/?ticket=...`: one connection, until either side closes it."""
        app_id = self._redeem(request.query.get("ticket", ""))
        if self._faults.refuse_handshake():
            return web.json_response({"ok": False, "error": "service_unavailable"}, status=503)
        if app_id is None:
            return web.json_response({"ok": False, "error": "invalid_ticket"}, status=401)
        socket = web.WebSocketResponse(heartbeat=self._timing.ping, autoping=False)
        await socket.prepare(request)
        if self.connections(app_id) >= MOST_CONNECTIONS:
            frame = {"type": "disconnect", "reason": "too_many_websockets", "debug_info": {"host": "local"}}
            self._wire.note("frame", direction="out", app_id=app_id, frame=frame)
            await socket.send_json(frame)
            await socket.close()
            return socket
        transport = request.transport
        if transport is None:
            return socket
        await self._converse(socket, _Connection(app_id, transport.abort), debug="debug_reconnects" in request.query)
        return socket

    async def _converse(self, socket: web.WebSocketResponse, connection: _Connection, *, debug: bool) -> None:
        lifetime = self._timing.debug_connection if debug else self._timing.connection
        self._connections[connection.app_id].append(connection)
        self._note_change()
        self._put(connection, self._hello(connection.app_id, lifetime))
        self._release_waiting(connection.app_id)
        background = [
            asyncio.create_task(self._write(socket, connection)),
            asyncio.create_task(self._expire(connection, lifetime)),
        ]
        try:
            async for frame in socket:
                if connection.frozen:
                    continue
                if frame.type is WSMsgType.PING:
                    await socket.pong(frame.data)
                elif frame.type is WSMsgType.TEXT:
                    self._read(connection, frame.data)
        finally:
            for task in background:
                task.cancel()
            self._forget(connection)
            await asyncio.gather(*background, return_exceptions=True)

    async def _write(self, socket: web.WebSocketResponse, connection: _Connection) -> None:
        try:
            while (frame := await connection.outgoing.get()) is not None:
                if not connection.frozen:
                    await socket.send_str(frame)
        except ConnectionError:
            return  # it is gone; the reader notices and gives back what was not acknowledged
        await socket.close()

    async def _expire(self, connection: _Connection, lifetime: float) -> None:
        await asyncio.sleep(max(lifetime - self._timing.disconnect_warning, 0))
        self._put(connection, {"type": "disconnect", "reason": "warning", "debug_info": {"host": "local"}})
        await asyncio.sleep(self._timing.disconnect_warning)
        self._put(connection, {"type": "disconnect", "reason": "refresh_requested", "debug_info": {"host": "local"}})
        connection.outgoing.put_nowait(None)

    def _hello(self, app_id: str, lifetime: float) -> Doc:
        started = datetime.fromtimestamp(self._now(), UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
        return {
            "type": "hello",
            "num_connections": self.connections(app_id),
            "connection_info": {"app_id": app_id},
            "debug_info": {
                "host": "local",
                "started": started,
                "build_number": 1,
                "approximate_connection_time": int(lifetime),
            },
        }

    def _redeem(self, ticket: str) -> str | None:
        app_id, until = self._tickets.pop(ticket, ("", 0.0))
        return app_id if app_id and self._now() <= until and not self._closing else None

    def _forget(self, connection: _Connection) -> None:
        self._connections[connection.app_id].remove(connection)
        self._note_change()
        for envelope_id in list(connection.unacknowledged):
            self._unanswered(envelope_id, "connection_failed")
        for asked in list(self._asked.values()):
            if asked.connection is connection and not asked.answer.done():
                asked.answer.set_exception(NotAcknowledged("operation_timeout"))

    # -- acknowledgements ------------------------------------------------------------------------------------------------

    def _read(self, connection: _Connection, text: str) -> None:
        try:
            frame: Any = json.loads(text)
        except ValueError:
            return
        self._wire.note("frame", direction="in", app_id=connection.app_id, connection=id(connection), frame=frame)
        if not isinstance(frame, dict) or self._faults.lose_ack():
            return
        payload = frame.get("payload")
        self._wire.record("in", "ack", app_id=connection.app_id, request=frame.get("envelope_id"), response=payload)
        self._acknowledge(str(frame.get("envelope_id", "")), payload if isinstance(payload, dict) else {})

    def _acknowledge(self, envelope_id: str, payload: Doc) -> None:
        sent = self._sent.pop(envelope_id, None)
        if sent is not None:
            sent.timer.cancel()
            sent.connection.unacknowledged.discard(envelope_id)
            self._state.settle(sent.event)
        asked = self._asked.get(envelope_id)
        if asked is not None and not asked.answer.done():
            asked.answer.set_result(payload)
        self._note_change()

    # -- events ----------------------------------------------------------------------------------------------------------

    def _send(self, event: Event) -> None:
        if self._closing or self._faults.hold(event):
            return
        connection = self._next_connection(event.app_id)
        if connection is None:
            self._wait(event)
            return
        envelope_id = str(uuid.uuid4())
        timer = asyncio.get_running_loop().call_later(self._timing.ack, self._unanswered, envelope_id, "timeout")
        self._sent[envelope_id] = _Sent(connection, event, timer)
        connection.unacknowledged.add(envelope_id)
        self._put(connection, _event_frame(envelope_id, event))
        self._wire.record("out", "event", app_id=event.app_id, method=event.name, request=event.payload)

    def _wait(self, event: Event) -> None:
        waiting = self._waiting[event.app_id]
        if len(waiting) >= _MOST_WAITING:
            oldest = waiting.popleft()
            self._wire.lost(oldest)
            self._state.settle(oldest)
        waiting.append(event)

    def _unanswered(self, envelope_id: str, reason: str) -> None:
        sent = self._sent.pop(envelope_id, None)
        if sent is None:
            return
        sent.timer.cancel()
        sent.connection.unacknowledged.discard(envelope_id)
        if self._closing:
            return
        if sent.event.attempt >= len(self._timing.retries):
            self._wire.lost(sent.event)
            self._state.settle(sent.event)
            self._note_change()
            return
        again = _again(sent.event, reason)
        self._state.keep(again)
        self._later(self._timing.retries[sent.event.attempt], again)

    def _later(self, wait: float, event: Event) -> None:
        def send() -> None:
            self._retrying.discard(timer)
            self._send(event)

        timer = asyncio.get_running_loop().call_later(wait, send)
        self._retrying.add(timer)

    def _release_waiting(self, app_id: str) -> None:
        waiting = self._waiting.pop(app_id, ())
        for event in waiting:
            if self._now() - event.since <= self._timing.backlog:
                self._send(_again(event, "connection_failed") if event.attempt == 0 else event)
            else:
                self._wire.lost(event)
                self._state.settle(event)

    # -- connections -----------------------------------------------------------------------------------------------------

    def _note_change(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _next_connection(self, app_id: str) -> _Connection | None:
        """Any of them: apps must not rely on a pattern."""
        open_ = self._connections[app_id]
        if not open_:
            return None
        self._turn[app_id] += 1
        return open_[(self._turn[app_id] + secrets.randbelow(2)) % len(open_)]

    def _all(self, app_id: str | None) -> list[_Connection]:
        return [c for app, open_ in self._connections.items() if app_id in (None, app) for c in open_]

    def _put(self, connection: _Connection, frame: Doc) -> None:
        connection.outgoing.put_nowait(json.dumps(frame))
        if not connection.frozen:
            self._wire.note("frame", direction="out", app_id=connection.app_id, connection=id(connection), frame=frame)
        if "envelope_id" not in frame:
            self._wire.record("out", "socket", app_id=connection.app_id, method=str(frame["type"]), request=frame)


def _again(event: Event, reason: str) -> Event:
    return replace(event, attempt=event.attempt + 1, reason=reason)


def _event_frame(envelope_id: str, event: Event) -> Doc:
    return {
        "envelope_id": envelope_id,
        "type": "events_api",
        "accepts_response_payload": False,
        "retry_attempt": event.attempt,
        "retry_reason": event.reason,
        "payload": event.payload,
    }
