"""A stand-in for the local workspace: the control API's addresses with the canned story behind them.

It keeps what the page posted, and a test decides what the page is told: by pushing events to a person's stream, by giving
an answer in advance, and by holding an answer back. Run it by hand with `python -m tests.page.standin`.
"""

from __future__ import annotations

import asyncio
import copy
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.page import story

Json = dict[str, Any]

PAGE = Path(__file__).resolve().parents[2] / "warroom" / "workspace" / "page"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class StandIn:
    """The server, its story, and what the page did to it."""

    def __init__(self, caching: str = "no-store") -> None:
        self.caching = caching
        self.base = ""
        self._runner: web.AppRunner | None = None
        self.reset()

    def reset(self) -> None:
        """Tells the story from its beginning, to nobody yet."""
        self.people = copy.deepcopy(story.PEOPLE)
        self.apps = copy.deepcopy(story.APPS)
        self.channels = copy.deepcopy(story.CHANNELS)
        self.messages = copy.deepcopy(story.MESSAGES)
        self.threads = copy.deepcopy(story.THREADS)
        self.pins = copy.deepcopy(story.PINS)
        self.older: list[Json] = []
        self.wire = copy.deepcopy(story.WIRE)
        self.bookmarks = copy.deepcopy(story.BOOKMARKS)
        self.files = copy.deepcopy(story.FILES)
        self.received: list[tuple[str, bytes]] = []
        self.views: dict[str, list[Json]] = defaultdict(list)
        self.home: Json | None = copy.deepcopy(story.HOME)
        self.posts: list[tuple[str, Json]] = []
        self.answers: dict[str, Json] = {}
        self.streams: dict[str, list[asyncio.Queue[Json | None]]] = defaultdict(list)
        self.heard = asyncio.Condition()
        self.gate = asyncio.Event()
        self.gate.set()
        self.looks: list[str] = []

    # --- what a test does ---

    async def push(self, person: str, event: Json) -> None:
        """Tells every open stream of this person an event."""
        for queue in self.streams[person]:
            queue.put_nowait(event)

    async def drop(self, person: str) -> None:
        """Cuts this person's streams, as a restart of the server would."""
        for queue in self.streams[person]:
            queue.put_nowait(None)

    async def posted(self, name: str, times: int = 1) -> list[Json]:
        """Waits until the page has posted `times` times to /local/<name>; the bodies, oldest first."""
        async with self.heard:
            await self.heard.wait_for(lambda: len(self.bodies(name)) >= times)
        return self.bodies(name)

    def bodies(self, name: str) -> list[Json]:
        """What was posted to /local/<name> so far."""
        return [body for posted, body in self.posts if posted == name]

    async def looked(self, name: str) -> None:
        """Waits until the page has asked for /local/<name>."""
        async with self.heard:
            await self.heard.wait_for(lambda: name in self.looks)

    async def listening(self, person: str) -> None:
        """Waits until this person's page follows the stream."""
        async with self.heard:
            await self.heard.wait_for(lambda: bool(self.streams[person]))

    # --- the server ---

    async def start(self, port: int = 0) -> None:
        """Listens on loopback; `base` is its address afterwards."""
        self._runner = web.AppRunner(self._app(), shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        host, chosen = self._runner.addresses[0][:2]
        self.base = f"http://{host}:{chosen}"

    async def leave(self) -> None:
        """Ends every stream and lets every held answer go."""
        self.gate.set()
        for person in list(self.streams):
            await self.drop(person)

    async def stop(self) -> None:
        """Ends every stream, then the server."""
        await self.leave()
        if self._runner:
            await self._runner.cleanup()

    def _app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/", self._index)
        app.router.add_get("/page/{name}", self._file)
        app.router.add_get("/local/stream", self._stream)
        app.router.add_get("/local/{name}", self._get)
        app.router.add_post("/local/{name:.+}", self._post)
        app.router.add_post("/upload/v1/{key}", self._bytes)
        return app

    async def _index(self, _: web.Request) -> web.StreamResponse:
        return _file(PAGE / "index.html", "no-store")

    async def _file(self, request: web.Request) -> web.StreamResponse:
        path = PAGE / request.match_info["name"]
        return _file(path, self.caching) if path.parent == PAGE and path.is_file() else web.Response(status=404)

    async def _get(self, request: web.Request) -> web.StreamResponse:
        answer = getattr(self, f"_get_{request.match_info['name']}")(request.query)
        async with self.heard:
            self.looks.append(request.match_info["name"])
            self.heard.notify_all()
        await self.gate.wait()
        return web.json_response({"ok": True, **answer})

    def _get_people(self, _: Any) -> Json:
        return {"team": story.TEAM, "people": self.people, "apps": self.apps, "groups": story.GROUPS}

    def _get_channels(self, query: Any) -> Json:
        return {"channels": [one for one in self.channels if _visible(one, query["as"])]}

    def _get_messages(self, query: Any) -> Json:
        listed = self.messages.get(query["channel"], [])
        if root := query.get("thread_ts"):
            listed = [one for one in listed if one["ts"] == root] + self.threads.get(root, [])
        if before := query.get("before"):
            return {"messages": [one for one in self.older if one["ts"] < before], "pins": [], "more": False}
        shown = [one for one in listed if not one.get("is_ephemeral") or one.get("to", "U1") == query["as"]]
        return {"messages": shown, "pins": self.pins.get(query["channel"], []), "more": bool(self.older)}

    def _get_bookmarks(self, query: Any) -> Json:
        return {"bookmarks": self.bookmarks.get(query["channel"], [])}

    def _get_file(self, query: Any) -> Json:
        return {"file": self.files[query["file"]]}

    def _get_home(self, _: Any) -> Json:
        return {"view": self.home}

    def _get_views(self, query: Any) -> Json:
        return {"views": self.views[query["as"]]}

    def _get_wire(self, query: Any) -> Json:
        after = int(query.get("after", 0))
        return {"exchanges": [one for one in self.wire if one["n"] > after], "last": self.wire[-1]["n"]}

    async def _post(self, request: web.Request) -> web.StreamResponse:
        name, body = request.match_info["name"], await request.json()
        async with self.heard:
            self.posts.append((name, body))
            self.heard.notify_all()
        await self.gate.wait()
        answer = self.answers.get(name, {"ok": True})
        return web.json_response(answer, status=200 if answer["ok"] else 400)

    async def _bytes(self, request: web.Request) -> web.StreamResponse:
        self.received.append((request.match_info["key"], await request.read()))
        return web.Response(text="OK")

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        queue: asyncio.Queue[Json | None] = asyncio.Queue()
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        await response.write(b"retry: 50\n\n")
        person = request.query["as"]
        async with self.heard:
            self.streams[person].append(queue)
            self.heard.notify_all()
        try:
            while (event := await queue.get()) is not None:
                await response.write(f"data: {json.dumps(event)}\n\n".encode())
        finally:
            self.streams[person].remove(queue)
        return response


def _file(path: Path, caching: str) -> web.FileResponse:
    return web.FileResponse(path, headers={"Content-Security-Policy": POLICY, "Cache-Control": caching})


def _visible(channel: Json, person: str) -> bool:
    return person in channel["members"] if channel["is_private"] or channel["is_im"] else True


async def _serve() -> None:
    stand_in = StandIn()
    await stand_in.start(8123)
    print(f"The stand-in listens at {stand_in.base}")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve())
