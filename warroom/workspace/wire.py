"""What crossed the wire: every call, frame, acknowledgement and request, newest 2,000 kept.

Tokens are never written down; the rest is kept as it was sent. With a recording, all of it is also written to a file.
"""

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from warroom.workspace.model import App, Event
from warroom.workspace.recording import Recording, digest

Kind = Literal["call", "socket", "ack", "event", "ask", "response_url", "lost", "unverified"]
_RECORDED = ("call", "response_url")  # the rest is noted as the frames and requests that it is made of
_SECRET = frozenset({"token", "app_token", "bot_token", "signing_secret"})


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One thing that crossed the wire. `direction` is as the workspace sees it."""

    n: int
    at: float
    direction: Literal["in", "out"]
    kind: Kind
    app_id: str
    method: str
    request: Any
    response: Any
    status: int

    def doc(self) -> dict[str, Any]:
        return asdict(self)


class Wire:
    def __init__(
        self, now: Callable[[], float] = time.time, keep: int = 2000, recording: Recording | None = None
    ) -> None:
        self._now, self._recording = now, recording
        self._exchanges: deque[Exchange] = deque(maxlen=keep)
        self.last = 0

    def record(
        self,
        direction: Literal["in", "out"],
        kind: Kind,
        *,
        app_id: str = "",
        method: str = "",
        request: Any = None,
        response: Any = None,
        status: int = 0,
        how: Mapping[str, Any] | None = None,
    ) -> None:
        """`how` is for the recording alone: by what means it was sent, and whether it was made to fail."""
        if kind in _RECORDED:
            what = {"app_id": app_id, "method": method, "request": request, "response": response, "status": status}
            self.note(kind, **what, **(how or {}))
        self.last += 1
        shown = {k: v for k, v in request.items() if k not in _SECRET} if isinstance(request, dict) else request
        self._exchanges.append(
            Exchange(
                n=self.last,
                at=self._now(),
                direction=direction,
                kind=kind,
                app_id=app_id,
                method=method,
                request=shown,
                response=response,
                status=status,
            )
        )

    def note(self, kind: str, **what: Any) -> None:
        """Writes a line to the recording, if there is one."""
        if self._recording is not None:
            self._recording.write({"kind": kind, "at": self._now(), **what})

    def know(self, app: App) -> None:
        """To be called with every app and whenever one changes: the recording says what it may do and hides its secrets."""
        if self._recording is None:
            return
        secrets = [app.bot_token, app.app_token, app.signing_secret, app.verification_token]
        self._recording.hide(secrets)
        features = app.features
        self.note(
            "app",
            app_id=app.id,
            bot_user_id=app.bot_user_id,
            bot_id=app.bot_id,
            scopes=sorted(features.scopes),
            bot_events=sorted(features.bot_events),
            socket_mode=features.socket_mode,
            secrets=[digest(secret) for secret in secrets],
        )

    def close(self) -> None:
        """Writes what the recording still holds."""
        if self._recording is not None:
            self._recording.close()

    def lost(self, event: Event) -> None:
        """Notes that an event did not arrive and will not be sent again."""
        self.record("out", "lost", app_id=event.app_id, method=event.name, request=event.payload)

    def clear(self) -> None:
        """Forgets what was shown so far; numbers go on."""
        self._exchanges.clear()

    def after(self, n: int = 0) -> list[Exchange]:
        """What crossed after number `n`, oldest first."""
        return [exchange for exchange in self._exchanges if exchange.n > n]

    def calls(self, method: str = "") -> list[Exchange]:
        """The Web API calls that came in, all or of one method."""
        return [e for e in self._exchanges if e.kind == "call" and method in ("", e.method)]

    def payloads(self, kind: Kind) -> list[Exchange]:
        return [e for e in self._exchanges if e.kind == kind]
