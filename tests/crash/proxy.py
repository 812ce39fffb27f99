"""A way between two ends that may be as bad as networks are: black hole, reset, half close, slow, sliced.

It stands between the bots and Slack (Web API and Socket Mode alike), and between the replicas and PostgreSQL. Each
connection is a `Link`; its way of being bad may change while it stands.
"""

import asyncio
import contextlib
import random
import socket
import struct
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

FINE = "fine"
BAD = ("black hole", "reset", "half close", "slow", "slice")
Dial = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


@dataclass(eq=False)
class Link:
    """One connection through the proxy: the side that called, and the side that was called."""

    near: asyncio.StreamWriter
    far: asyncio.StreamWriter
    mode: str = FINE
    pumps: list[asyncio.Task[None]] = field(default_factory=list)


class Proxy:
    """`chance` is the share of new connections that are bad from their beginning, while `rough` is true."""

    def __init__(self, dial: Dial, rng: random.Random, chance: float = 0.03) -> None:
        self._dial, self._rng, self._chance = dial, rng, chance
        self._links: set[Link] = set()
        self.rough = False
        self.done: Counter[str] = Counter()

    async def take(self, reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        """One connection, until both sides are through with it; for `asyncio.start_server`."""
        try:
            back, far = await self._dial()
        except OSError:
            near.close()
            return
        link = Link(near, far)
        self._links.add(link)
        if self.rough and self._rng.random() < self._chance:
            self.spoil(link, self._rng.choice(BAD))
        link.pumps = [asyncio.create_task(self._pump(link, *ends)) for ends in ((reader, far), (back, near))]
        try:
            await asyncio.wait(link.pumps, return_when=asyncio.FIRST_COMPLETED)
            if link.mode != "half close":
                for each in link.pumps:
                    each.cancel()
            await asyncio.gather(*link.pumps, return_exceptions=True)
        except asyncio.CancelledError:  # the lane is over; asyncio's own callback would report it as an error
            for each in link.pumps:
                each.cancel()
        finally:
            self._links.discard(link)
            for writer in (near, far):
                writer.close()

    def disturb(self) -> str:
        """One of the connections that stand turns bad; how, or "" when none stands."""
        if not self._links:
            return ""
        how = self._rng.choice(BAD)
        self.spoil(self._rng.choice(list(self._links)), how)
        return how

    def spoil(self, link: Link, how: str) -> None:
        self.done[how] += 1
        link.mode = how
        if how == "reset":
            for writer in (link.near, link.far):
                _reset(writer)
        elif how == "half close":
            with contextlib.suppress(OSError, RuntimeError):
                link.near.write_eof()

    def cut(self, how: str) -> int:
        """Every connection that stands turns bad in this way."""
        for link in list(self._links):
            self.spoil(link, how)
        return len(self._links)

    def heal(self) -> None:
        """Nothing is bad from now on; what was swallowed is lost, so those connections end."""
        self.rough = False
        for link in list(self._links):
            if link.mode in ("black hole", "half close"):
                _reset(link.near)
                _reset(link.far)
            link.mode = FINE

    async def _pump(self, link: Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, RuntimeError):
            while data := await reader.read(65536):
                for piece in self._pieces(link, data):
                    if link.mode == "slow":
                        await asyncio.sleep(0.03)
                    if link.mode != "black hole":
                        writer.write(piece)
                        await writer.drain()

    def _pieces(self, link: Link, data: bytes) -> list[bytes]:
        if link.mode != "slice":
            return [data]
        size = max(1, len(data) // 7)
        return [data[start : start + size] for start in range(0, len(data), size)]


def _reset(writer: asyncio.StreamWriter) -> None:
    """RST instead of an orderly end, where the socket knows the difference."""
    held = writer.get_extra_info("socket")
    if held is not None:
        with contextlib.suppress(OSError):
            held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
