"""auth.test, auth.revoke, api.test."""

from warroom.workspace import apps
from warroom.workspace.methods.method import ApiError, Arg, Call, Method, flags
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


def _revoke(call: Call) -> Doc:
    """Gives the token back, which uninstalls the app. With `test` it is only said that it would have been."""
    if call.flag("test"):
        return {"ok": True, "revoked": False}
    apps.revoke(call.office, call.app)
    return {"ok": True, "revoked": True}


def _api_test(call: Call) -> Doc:
    given = {name: value for name, value in call.args.items() if name != "token"}
    if "error" in given:
        raise ApiError(str(given["error"]), args=given)
    return {"ok": True, "args": given}


METHODS = (
    Method(name="auth.test", handler=_auth_test, tier="special"),
    Method(name="auth.revoke", handler=_revoke, tier=3, takes_json=False, args=flags("test")),
    Method(name="api.test", handler=_api_test, tier=4, caller="anybody", args=(Arg(name="error"), Arg(name="foo"))),
)
