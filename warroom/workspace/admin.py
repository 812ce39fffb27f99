"""`/local/`, the other half: what whoever runs the workspace may do. Install apps, sow, reset, break, read the wire.

Nothing here is done as a person. JSON in and out; a failure is HTTP 400 with a code and a sentence.
"""

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from warroom.workspace import apps
from warroom.workspace.arranging import Arranging
from warroom.workspace.control import json_body, ok, refusal
from warroom.workspace.faults import ORDERS, FaultError, Faults, order_named
from warroom.workspace.manifest import ManifestError, parse_manifest
from warroom.workspace.methods import METHODS
from warroom.workspace.model import App, Doc
from warroom.workspace.office import Office
from warroom.workspace.ratelimits import RateLimits
from warroom.workspace.refusals import Refused
from warroom.workspace.seed import Seed, SeedError, read_seed
from warroom.workspace.sowing import sow
from warroom.workspace.wire import Exchange, Wire

Answerer = Callable[[Doc], Awaitable[Doc]]


class Admin:
    """`seed` is what the workspace is sown with after a reset, until another is given."""

    def __init__(self, office: Office, wire: Wire, faults: Faults, limits: RateLimits, seed: Seed) -> None:
        self._office, self._wire, self._faults, self._limits, self._seed = office, wire, faults, limits, seed
        self._state = office.state

    def routes(self) -> list[web.RouteDef]:
        posters: dict[str, Answerer] = {
            "install": self._install,
            "revoke": self._revoke,
            "restore": self._restore,
            "verify": self._verify,
            "seed": self._sow,
            "reset": self._reset,
            "faults": self._order,
            "rate-limits": self._limit,
            "wire/clear": self._clear_wire,
            **Arranging(self._office).posters(),
        }
        return [
            web.get("/local/apps", self._apps),
            web.get("/local/wire", self._show_wire),
            web.get("/local/faults", self._pending),
            *(web.post(f"/local/{name}", self._answering(poster)) for name, poster in posters.items()),
        ]

    def _answering(self, poster: Answerer) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def serve(request: web.Request) -> web.Response:
            try:
                return ok(await poster(await json_body(request)))
            except Refused as refused:
                return refusal(refused)
            except ManifestError as wrong:
                return refusal(Refused("invalid_manifest", str(wrong)))
            except SeedError as wrong:
                return refusal(Refused("invalid_seed", str(wrong)))
            except FaultError as wrong:
                return refusal(Refused("invalid_fault", str(wrong)))
            finally:
                self._office.flush()

        return serve

    # -- apps ------------------------------------------------------------------------------------------------------------

    async def _apps(self, _request: web.Request) -> web.Response:
        """The apps with their tokens: this is a rehearsal room, and they are good nowhere else."""
        return ok({"apps": [self._with_tokens(app) for app in self._state.apps.values()]})

    def _with_tokens(self, app: App) -> Doc:
        return {
            "app_id": app.id,
            "name": app.name,
            "bot_user_id": app.bot_user_id,
            "bot_id": app.bot_id,
            "bot_token": app.bot_token,
            "app_token": app.app_token,
            "signing_secret": app.signing_secret,
            "connections": self._office.deliveries.connections(app.id),
            "revoked": app.revoked,
            "muted": app.muted,
            "socket_mode": app.features.socket_mode,
            "request_url": app.features.event_url,
            "verified": self._office.request_urls.is_verified(app),
        }

    async def _install(self, body: Doc) -> Doc:
        written = body.get("manifest") or {}
        manifest = parse_manifest(written) if isinstance(written, str) else written
        if not isinstance(manifest, Mapping):
            raise ManifestError("The manifest must be an object, or the text of one.")
        app = apps.install(self._office, manifest)
        self._office.flush()
        problem = "" if app.features.socket_mode else await self._office.request_urls.verify(app)
        return {"app": self._with_tokens(app)} | ({"warning": problem} if problem else {})

    async def _revoke(self, body: Doc) -> Doc:
        return {"app": self._with_tokens(apps.revoke(self._office, self._app(body)))}

    async def _restore(self, body: Doc) -> Doc:
        app = apps.restore(self._office, self._app(body))
        self._office.request_urls.subscriptions.forget(app.id)
        return {"app": self._with_tokens(app)}

    async def _verify(self, body: Doc) -> Doc:
        problem = await self._office.request_urls.verify(self._app(body))
        if problem:
            raise Refused("url_verification_failed", problem)
        return {}

    def _app(self, body: Doc) -> App:
        app = self._state.apps.get(str(body.get("app_id")))
        if app is None:
            known = ", ".join(f"{a.name} ({a.id})" for a in self._state.apps.values()) or "no apps"
            raise Refused("app_not_found", f"There is no app {body.get('app_id')!r}; there are {known}.")
        return app

    # -- content ---------------------------------------------------------------------------------------------------------

    async def _sow(self, body: Doc) -> Doc:
        sow(self._state, read_seed(body.get("seed")))
        return {}

    async def _reset(self, body: Doc) -> Doc:
        """Everything is as at the first start. Apps stay installed and keep their tokens unless `apps` is false."""
        seed = read_seed(body["seed"]) if body.get("seed") is not None else self._seed
        self._faults.clear()  # first: events that were held belong to what is forgotten next
        reset(self._office, seed, keep_apps=body.get("apps", True) is not False)
        self._seed = seed
        return {}

    # -- breaking --------------------------------------------------------------------------------------------------------

    async def _pending(self, _request: web.Request) -> web.Response:
        """What is still to come, what can be ordered, and whether 429 is answered as Slack does."""
        orders = [order_named(name).doc() for name in ORDERS]
        limits = {"enabled": self._limits.enabled}
        return ok(
            {"pending": self._faults.pending(), "faults": orders, "rate_limits": limits, "methods": list(METHODS)}
        )

    async def _order(self, body: Doc) -> Doc:
        fields = {name: value for name, value in body.items() if name != "fault"}
        self._faults.order(str(body.get("fault")), fields)
        return {"pending": self._faults.pending()}

    async def _limit(self, body: Doc) -> Doc:
        if not isinstance(body.get("enabled"), bool):
            raise Refused("invalid_arguments", "enabled must be true or false.")
        self._limits.enabled = body["enabled"]
        return {"enabled": self._limits.enabled}

    # -- the wire --------------------------------------------------------------------------------------------------------

    async def _show_wire(self, request: web.Request) -> web.Response:
        """What crossed after number `after`; only of one `kind`, `method`, `app` if asked for."""
        query = request.query
        after = query.get("after", "0")
        exchanges = self._wire.after(int(after) if after.isdecimal() else 0)
        shown = [
            e.doc() for e in exchanges if _is_asked_for(e, query.get("kind"), query.get("method"), query.get("app"))
        ]
        return ok({"exchanges": shown, "last": self._wire.last})

    async def _clear_wire(self, _body: Doc) -> Doc:
        self._wire.clear()
        return {}


def reset(office: Office, seed: Seed, *, keep_apps: bool) -> None:
    """Forgets everything but, if wanted, the apps, and sows again."""
    kept = [app for app in office.state.apps.values() if keep_apps]
    bots = [office.state.users[app.bot_user_id] for app in kept]
    office.deliveries.forget_events()
    for app in office.state.apps.values():
        if app not in kept:
            office.deliveries.disconnect("link_disabled", app.id)
    office.modals.forget()
    office.state.reset()
    for app in kept:
        office.state.keep(app)
    for bot in bots:
        office.state.keep(bot)
    sow(office.state, seed)
    office.flush()
    office.streams.publish_all({"type": "reset"})


def _is_asked_for(exchange: Exchange, kind: str | None, method: str | None, app: str | None) -> bool:
    return kind in (None, exchange.kind) and method in (None, exchange.method) and app in (None, exchange.app_id)
