"""auth.test, api.test, apps.connections.open."""

from warroom.workspace.methods.method import ApiError, Arg, Call, Method
from warroom.workspace.model import Doc


def _auth_test(call: Call) -> Doc:
    team = call.office.state.the_team
    return {
        "ok": True,
        "url": f"{call.office.base_url}/",
        "team": team.name,
        "user": call.office.state.users[call.bot].name,
        "team_id": team.id,
        "user_id": call.bot,
        "bot_id": call.app.bot_id,
        "is_enterprise_install": False,
    }


def _api_test(call: Call) -> Doc:
    given = {name: value for name, value in call.args.items() if name != "token"}
    if "error" in given:
        raise ApiError(str(given["error"]), args=given)
    return {"ok": True, "args": given}


def _connections_open(call: Call) -> Doc:
    office = call.office
    address = office.base_url.replace("http://", "ws://", 1)
    ticket = office.deliveries.ticket(call.app.id)
    return {"ok": True, "url": f"{address}/link/?ticket={ticket}&app_id={call.app.id}"}


METHODS = (
    Method(name="auth.test", handler=_auth_test, tier="special"),
    Method(name="api.test", handler=_api_test, tier=4, caller="anybody", args=(Arg(name="error"), Arg(name="foo"))),
    Method(
        name="apps.connections.open",
        handler=_connections_open,
        tier=3,
        caller="app",
        scopes=("connections:write",),
    ),
)
