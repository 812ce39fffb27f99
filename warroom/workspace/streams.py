"""The Server-Sent Events that people's pages listen to. Who may see what is decided by whoever publishes."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable, Iterable

from aiohttp import web

from warroom.workspace.model import Doc

_BEHIND = 5000  # a reader this many events behind is cut off; its page reloads what it missed when it reconnects
_KEEP_ALIVE = 15.0


class Streams:
    """The open streams, by person."""

    def __init__(self) -> None:
        self._open: dict[str, set[asyncio.Queue[str | None]]] = defaultdict(set)

    def publish(self, users: Iterable[str], event: Doc) -> None:
        self.publish_each(users, lambda _user: event)

    def publish_each(self, users: Iterable[str], draw: Callable[[str], Doc]) -> None:
        """Publishes to each person what `draw` makes for that person; only people who listen cost anything."""
        for user in set(users):
            queues = self._open.get(user)
            if queues:
                frame = f"data: {json.dumps(draw(user))}\n\n"
                for queue in list(queues):
                    self._put(queue, frame)

    def publish_all(self, event: Doc) -> None:
        """Publishes to everybody who listens."""
        self.publish(list(self._open), event)

    def _put(self, queue: asyncio.Queue[str | None], frame: str) -> None:
        queue.put_nowait(frame if queue.qsize() < _BEHIND else None)

    def close(self) -> None:
        for queues in self._open.values():
            for queue in queues:
                queue.put_nowait(None)

    async def serve(self, request: web.Request, user: str) -> web.StreamResponse:
        """Streams to one page until it goes away or the workspace stops."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._open[user].add(queue)
        try:
            await response.prepare(request)
            await response.write(b": open\n\n")
            while (frame := await _next(queue)) is not None:
                await response.write(frame.encode())
        except ConnectionError:
            pass  # the page went away: nothing is left to tell it
        finally:
            self._open[user].discard(queue)
        return response


async def _next(queue: asyncio.Queue[str | None]) -> str | None:
    try:
        async with asyncio.timeout(_KEEP_ALIVE):
            return await queue.get()
    except TimeoutError:
        return ": still here\n\n"
