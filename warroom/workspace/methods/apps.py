"""apps.connections.open, apps.event.authorizations.list, apps.manifest.validate."""

from warroom.workspace.eventcontext import app_of_event_context
from warroom.workspace.manifest import ManifestError, read_manifest
from warroom.workspace.methods.method import ApiError, Arg, Call, Method, numbers, required, texts
from warroom.workspace.methods.paging import page
from warroom.workspace.model import Doc


def _connections_open(call: Call) -> Doc:
    office = call.office
    address = office.base_url.replace("http://", "ws://", 1)
    ticket = office.deliveries.ticket(call.app.id)
    return {"ok": True, "url": f"{address}/link/?ticket={ticket}&app_id={call.app.id}"}


def _authorizations(call: Call) -> Doc:
    """Who the event was shown to: in a workspace of one, the app's bot."""
    app_id = app_of_event_context(call.text("event_context"))
    if app_id is None or app_id not in call.office.state.apps:
        raise ApiError("invalid_event_context")
    if app_id != call.app.id:
        raise ApiError("auth_mismatch")
    bot = {
        "enterprise_id": None,
        "team_id": call.office.state.the_team.id,
        "user_id": call.bot,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    chosen, metadata = page(call, [bot], default=100, most=1000)
    return {"ok": True, "authorizations": list(chosen)} | metadata


def _validate(call: Call) -> Doc:
    """Slack takes an app configuration token here; there are none in this workspace, so a token of an app will do."""
    if call.text("app_id") and call.text("app_id") not in call.office.state.apps:
        raise ApiError("invalid_app_id")
    manifest = call.json("manifest")
    try:
        if not isinstance(manifest, dict):
            raise ManifestError("The manifest must be a JSON object.")
        read_manifest(manifest)
    except ManifestError as wrong:
        raise ApiError("invalid_manifest", errors=[{"message": str(wrong), "pointer": "/"}]) from None
    return {"ok": True, "errors": []}


_MANIFEST = Arg(name="manifest", kind="json", required=True, missing="invalid_manifest", invalid="invalid_manifest")


METHODS = (
    Method(
        name="apps.connections.open",
        handler=_connections_open,
        tier=3,
        caller="app",
        scopes=("connections:write",),
        post_only=True,
    ),
    Method(
        name="apps.event.authorizations.list",
        handler=_authorizations,
        tier="special",
        caller="app",
        scopes=("authorizations:read",),
        args=(required("event_context", missing="invalid_event_context"), *texts("cursor"), *numbers("limit")),
    ),
    Method(
        name="apps.manifest.validate",
        handler=_validate,
        tier=3,
        caller="either",
        args=(_MANIFEST, *texts("app_id")),
    ),
)
