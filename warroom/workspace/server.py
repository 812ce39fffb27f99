"""The workspace: puts the parts together, listens, installs apps."""

import asyncio
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from warroom.workspace import apps
from warroom.workspace.admin import Admin, reset
from warroom.workspace.answers import respond
from warroom.workspace.api import Api
from warroom.workspace.avatars import Avatars
from warroom.workspace.control import Control
from warroom.workspace.deliveries import Deliveries
from warroom.workspace.faults import Faults
from warroom.workspace.guard import guard
from warroom.workspace.office import Office, make_office
from warroom.workspace.ratelimits import RateLimits
from warroom.workspace.recording import open_recording
from warroom.workspace.requesturls import RequestUrls
from warroom.workspace.scheduling import Schedule
from warroom.workspace.seed import Seed
from warroom.workspace.sowing import person_named, sow
from warroom.workspace.state import Clock, State
from warroom.workspace.store import Store
from warroom.workspace.streams import Streams
from warroom.workspace.timing import Timing
from warroom.workspace.uploads import Uploads
from warroom.workspace.wire import Wire

_PAGE = Path(__file__).parent / "page"
_LARGEST_BODY = 20 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class InstalledApp:
    """What an app needs to run: the tokens are as good as Slack's, here only."""

    app_id: str
    name: str
    bot_user_id: str
    bot_id: str
    bot_token: str = field(repr=False)
    app_token: str = field(repr=False)
    signing_secret: str = field(repr=False)


class Workspace:
    """A Slack-compatible workspace on loopback.

    `state` is the file everything is kept in; without one it lives and dies with the process. `rate_limits` turns on 429s.
    `faults` breaks it on purpose (give it one of your own that decides by chance), `wire` shows what crossed it, `record` is
    a folder where all of that is kept.
    """

    def __init__(
        self,
        *,
        seed: Seed | None = None,
        state: Path | None = None,
        rate_limits: bool = False,
        timing: Timing | None = None,
        now: Clock = time.time,
        record: Path | None = None,
        faults: Faults | None = None,
    ) -> None:
        timing = timing or Timing()
        self._state = State(Store(state) if state is not None else None, now)
        self.wire = Wire(now, recording=open_recording(record))
        self._state.watch_apps(self.wire.know)
        self.faults = faults or Faults()
        self._streams = Streams()
        self._deliveries = Deliveries(self._state, self.wire, self.faults, timing)
        self._request_urls = RequestUrls(self._state, self.wire, self.faults, timing, self._tell_people)
        self._deliveries.hand_over = self._request_urls.release
        self._office = make_office(self._state, self._deliveries, self._request_urls, self._streams, timing)
        self._limits = RateLimits(now, enabled=rate_limits)
        self._schedule = Schedule(self._office)
        self._posting: asyncio.Task[None] | None = None
        self._runner: web.AppRunner | None = None
        self._listening: socket.socket | None = None
        self._seed = seed or Seed()
        sow(self._state, self._seed)

    # -- life --------------------------------------------------------------------------------------------------------------

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listens; port 0 takes a free one. `url` is known afterwards.

        Raises:
            OSError: The port is taken. It can be tried again with another.
        """
        runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        except OSError:
            await runner.cleanup()
            raise
        await web.SockSite(runner, listening).start()
        self._runner, self._listening = runner, listening
        self._office.base_url = self._state.base_url = f"http://{host}:{runner.addresses[0][1]}"
        self._deliveries.resume()
        self._request_urls.resume()
        self._posting = asyncio.create_task(self._schedule.run())

    async def stop(self) -> None:
        """Asks connections to go, closes and keeps everything. May be called twice."""
        self.faults.release_hanging()
        if self._posting is not None:
            self._posting.cancel()
            await asyncio.gather(self._posting, return_exceptions=True)
            self._posting = None
        self._deliveries.close()
        self._streams.close()
        await self._request_urls.close()
        await self._stop_listening()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        self._state.close()
        self.wire.close()

    async def _stop_listening(self) -> None:
        """Nobody new from here on, and who has just come is known.

        Python 3.11 loses a connection that was accepted in the turn in which a server is closed: it is never closed.
        """
        if self._listening is not None:
            asyncio.get_running_loop().remove_reader(self._listening)
            self._listening = None
            await asyncio.sleep(0)
            await asyncio.sleep(0)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """The address without a slash at the end, such as http://127.0.0.1:8421."""
        if not self._office.base_url:
            raise RuntimeError("The workspace does not listen yet.")
        return self._office.base_url

    @property
    def api_url(self) -> str:
        """What slack_sdk calls base_url."""
        return f"{self.url}/api/"

    def post_scheduled(self) -> list[str]:
        """Posts the scheduled messages whose time has come, now instead of within a second. Returns their ts."""
        return [message.ts for message in self._schedule.post_due()]

    @property
    def office(self) -> Office:
        """The parts, for what happens to a workspace and has no door in the API: a new colleague, another name."""
        return self._office

    # -- apps and people -----------------------------------------------------------------------------------------------------

    async def install(self, manifest: Mapping[str, Any]) -> InstalledApp:
        """Installs an app from its manifest. An app of the same name is updated and keeps its ids and tokens.

        Raises:
            ManifestError: The manifest cannot be installed.
        """
        app = apps.install(self._office, manifest)
        self._office.flush()
        if not app.features.socket_mode:
            await self._request_urls.verify(
                app
            )  # an address that does not answer yet is asked again before its first event
        return InstalledApp(
            app_id=app.id,
            name=app.name,
            bot_user_id=app.bot_user_id,
            bot_id=app.bot_id,
            bot_token=app.bot_token,
            app_token=app.app_token,
            signing_secret=app.signing_secret,
        )

    def person(self, name: str) -> str:
        """The id of the person with this handle.

        Raises:
            KeyError: There is nobody of this name.
        """
        return person_named(self._state, name).id

    def channel(self, name: str) -> str:
        """The id of the channel of this name.

        Raises:
            KeyError: There is no such channel.
        """
        channel = self._state.channel_named(name)
        if channel is None:
            raise KeyError(name)
        return channel.id

    def connections(self, app: InstalledApp) -> int:
        """How many Socket Mode connections the app has open."""
        return self._deliveries.connections(app.app_id)

    async def wait_for_connections(self, app: InstalledApp, count: int = 1) -> None:
        """Returns once the app has exactly so many Socket Mode connections open."""
        await self._deliveries.wait_for_connections(app.app_id, count)

    async def settled(self) -> None:
        """Returns once no event is on its way: each was acknowledged, was given up, or waits for a connection."""
        await self._deliveries.settled()
        await self._request_urls.settled()

    async def revoke(self, app: InstalledApp) -> None:
        """Takes the app's tokens away; `restore` or another `install` makes them good again."""
        apps.revoke(self._office, self._state.apps[app.app_id])
        self._office.flush()

    async def restore(self, app: InstalledApp) -> None:
        apps.restore(self._office, self._state.apps[app.app_id])
        self._office.flush()

    def reset(self, seed: Seed | None = None, *, keep_apps: bool = True) -> None:
        """Forgets everything and sows again: this seed, or the one the workspace was made with."""
        reset(self._office, seed or self._seed, keep_apps=keep_apps)

    # -- HTTP ----------------------------------------------------------------------------------------------------------------

    def _application(self) -> web.Application:
        application = web.Application(middlewares=[guard], client_max_size=_LARGEST_BODY)
        api = Api(self._office, self.wire, self.faults, self._limits)
        uploads = Uploads(self._office, self.wire)
        application.add_routes(
            [
                web.route("*", "/api/{method}", api.serve),
                web.get("/link/", self._deliveries.serve),
                web.post("/actions/{team}/{number}/{secret}", self._respond),
                web.post("/upload/v1/{key}", uploads.take),
                web.get("/files/{key}/{name}", uploads.serve),
                web.get("/avatars/{name}", Avatars(self._office).serve),
                web.get("/archives/{channel}/{ts}", _deep_link),
                web.get("/", _index),
                *self._local(),
            ]
        )
        if _PAGE.is_dir():
            application.add_routes([web.static("/page", _PAGE)])
        return application

    def _local(self) -> list[web.RouteDef]:
        admin = Admin(self._office, self.wire, self.faults, self._limits, self._seed)
        return [*Control(self._office).routes(), *admin.routes()]

    def local_requests(self) -> list[str]:
        """Every request under /local/ that is answered, such as `POST /local/say`."""
        return [f"{route.method} {route.path}" for route in self._local()]

    def _tell_people(self, sentence: str) -> None:
        self._streams.publish_all({"type": "notice", "level": "error", "text": sentence})

    async def _respond(self, request: web.Request) -> web.Response:
        """An app's answer at a response URL. It needs no token: knowing the URL is enough."""
        info = request.match_info
        target = self._office.response_urls.use(f"{info['number']}/{info['secret']}")
        if isinstance(target, str):
            self.wire.note("response_url", response=target, status=404)
            return web.json_response({"ok": False, "error": target}, status=404)
        try:
            answer = await request.json()
        except ValueError:
            self.wire.note("response_url", app_id=target.app_id, response="invalid_payload", status=400)
            return web.json_response({"ok": False, "error": "invalid_payload"}, status=400)
        problem = respond(self._office, target, answer) if isinstance(answer, dict) else "invalid_payload"
        self._office.flush()
        status = 400 if problem else 200
        self.wire.record(
            "in", "response_url", app_id=target.app_id, request=answer, response=problem or "ok", status=status
        )
        return web.json_response({"ok": False, "error": problem}, status=400) if problem else web.Response(text="ok")


async def _index(_request: web.Request) -> web.StreamResponse:
    page = _PAGE / "index.html"
    if not page.is_file():
        raise web.HTTPNotFound(text="The page of the workspace is not installed.")
    return web.FileResponse(page, headers={"Cache-Control": "no-cache"})


async def _deep_link(request: web.Request) -> web.Response:
    """A permalink of chat.getPermalink, turned into the page's own address."""
    digits = request.match_info["ts"].removeprefix("p")
    query = {"channel": request.match_info["channel"], "ts": f"{digits[:-6]}.{digits[-6:]}"}
    if "thread_ts" in request.query:
        query["thread_ts"] = request.query["thread_ts"]
    location = request.url.with_path("/").with_query(query).relative()
    return web.Response(status=302, headers={"Location": str(location)})
