"""Output on its way to people: cleaned, redacted, in pieces that are fit for a chat, and not too much of it."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable
from types import TracebackType

from warroom.outside.cleaning import Cleaner, clean
from warroom.outside.redacting import Redactor, redact, without_headless_key

log = logging.getLogger(__name__)

Say = Callable[[str], Awaitable[None]]

PIECE = 2_500  # characters said at once
MOST = 20_000  # characters said in all
TAIL = 2_000  # characters of the end that the outcome holds
LEFT_OUT = "… there is more, which is left out here; the end of it comes with the result."
_WINDOW = 16_384  # bytes of the end, of output of which no more is said
_PATIENCE = 10.0  # seconds for saying the last pieces


class Stream:
    """Takes bytes as they come, at any rate, and says them; `every` so many seconds, sooner when there is much.

    To be used with `async with`; leaving it says what is left. What cannot be said is logged and does not stop the act.
    """

    def __init__(self, say: Say, *, secrets: Iterable[str], every: float) -> None:
        self._say = say
        self._every = every
        self._secrets = tuple(secrets)
        self._cleaner = Cleaner()
        self._redactor = Redactor(self._secrets)
        self._waiting = ""
        self._said = 0  # characters, the waiting ones included
        self._window = b""  # the end of the output, as it came
        self._heard = 0  # bytes in all
        self._more = asyncio.Event()
        self._much = asyncio.Event()
        self._over = False

    async def __aenter__(self) -> "Stream":
        self._sender = asyncio.create_task(self._send())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._finish()
        try:
            if kind is None:
                await asyncio.wait({self._sender}, timeout=_PATIENCE)
        finally:
            self._sender.cancel()

    def feed(self, output: bytes) -> None:
        """Some output. Cheap for what is not said any more."""
        self._heard += len(output)
        self._window = (self._window + output)[-_WINDOW:]
        if self._said < MOST:
            self._take(self._redactor.feed(self._cleaner.feed(output)))

    def tail(self) -> str:
        """The end of the output, whole lines where possible."""
        if self._heard <= _WINDOW:
            return _end_of(redact(clean(self._window), self._secrets))
        _, _, whole_lines = self._window.partition(b"\n")  # the first may have lost the beginning of a secret
        return _end_of(redact(without_headless_key(clean(whole_lines)), self._secrets))

    def _take(self, text: str) -> None:
        if not text:
            return
        room = MOST - self._said
        self._said += len(text)
        self._waiting += text if len(text) <= room else f"{_cut(text, room)}\n{LEFT_OUT}"
        self._more.set()
        if len(self._waiting) >= PIECE:
            self._much.set()

    def _finish(self) -> None:
        if self._said < MOST:
            self._take(self._redactor.feed(self._cleaner.feed(b"", last=True)) + self._redactor.close())
        self._over = True
        self._more.set()
        self._much.set()

    async def _send(self) -> None:
        while True:
            await self._more.wait()
            if len(self._waiting) < PIECE and not self._over:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._every):
                        await self._much.wait()
            piece = _cut(self._waiting, PIECE)
            self._waiting = self._waiting[len(piece) :]
            if not self._waiting and not self._over:
                self._more.clear()
            if len(self._waiting) < PIECE and not self._over:
                self._much.clear()
            if piece.strip():
                await self._try_to_say(piece.strip("\n"))
            elif not piece and self._over:
                return

    async def _try_to_say(self, piece: str) -> None:
        try:
            await self._say(piece)
        except Exception:  # the chat may fail in any way; the act goes on, and its end is told by the outcome
            log.warning("a piece of an act's output could not be said", exc_info=True)


def _cut(text: str, most: int) -> str:
    """So much of the beginning, up to the end of a line where there is one in its second half."""
    if len(text) <= most:
        return text
    line = text.rfind("\n", most // 2, most) + 1
    return text[: line or most]


def _end_of(text: str) -> str:
    text = text.strip("\n").rstrip()
    if len(text) <= TAIL:
        return text
    end = text[-TAIL:]
    line = end.find("\n", 0, TAIL // 2)
    return end[line + 1 :] if line >= 0 else end
