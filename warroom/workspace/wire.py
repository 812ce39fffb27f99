"""What crossed the wire: every call, frame, acknowledgement and request, newest 2,000 kept.

Tokens are never written down; the rest is kept as it was sent.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal["call", "socket", "ack", "event", "ask", "response_url", "lost", "unverified"]
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
    def __init__(self, now: Callable[[], float] = time.time, keep: int = 2000) -> None:
        self._now = now
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
    ) -> None:
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
