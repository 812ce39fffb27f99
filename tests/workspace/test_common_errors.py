"""The error codes that all methods share: each comes back in its situation, through the faults, or not at all for a reason."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from warroom.workspace import directory

from .bench import StartBench
from .situations import Stage, set_the_stage

JSON_TYPE = "application/json; charset=utf-8"
Ask = Callable[[Stage], Awaitable[dict[str, Any]]]


async def _raw(stage: Stage, method: str = "auth.test", *, token: str | None = "", **options: Any) -> dict[str, Any]:
    """A POST as it is, with no content type unless one is given."""
    headers = dict(options.pop("headers", {}))
    if token is not None:
        headers["Authorization"] = f"Bearer {token or stage.bench.app.bot_token}"
    address = f"{stage.bench.workspace.api_url}{method}"
    options.setdefault("skip_auto_headers", ["Content-Type"])
    async with stage.bench.session() as session, session.post(address, headers=headers, **options) as response:
        reply: dict[str, Any] = await response.json()
        return reply


def _typed(kind: str, data: bytes) -> Ask:
    return lambda stage: _raw(stage, data=data, headers={"Content-Type": kind})


async def _revoked(stage: Stage) -> dict[str, Any]:
    assert (await stage.call("auth.revoke", {}))["revoked"] is True
    return await _raw(stage)


async def _inactive(stage: Stage) -> dict[str, Any]:
    office = stage.bench.workspace.office
    directory.change_user(office, office.state.users[stage.bot], deleted=True)
    return await _raw(stage)


async def _limited(stage: Stage) -> dict[str, Any]:
    for _ in range(20):
        assert (await stage.call("users.list", {}))["ok"]
    return await stage.call("users.list", {})


async def _unscoped(stage: Stage) -> dict[str, Any]:
    return await stage.call("users.info", {"user": "U1"})


HERE: dict[str, Ask] = {
    "account_inactive": _inactive,
    "invalid_arg_name": lambda stage: _raw(stage, params={"what?": "x"}),
    "invalid_arguments": lambda stage: stage.call("users.list", {"limit": "many"}),
    "invalid_array_arg": lambda stage: _raw(stage, params={"users[0]": "x"}),
    "invalid_auth": lambda stage: _raw(stage, token="xoxb-wrong"),
    "invalid_charset": _typed("application/json; charset=utf-7", b"{}"),
    "invalid_form_data": _typed("multipart/form-data; boundary=x", b"no form at all"),
    "invalid_json": _typed(JSON_TYPE, b"{"),
    "invalid_post_type": _typed("text/csv", b"a,b"),
    "json_not_object": _typed(JSON_TYPE, b"[]"),
    "missing_post_type": lambda stage: _raw(stage, data=b"x"),
    "missing_scope": _unscoped,
    "not_allowed_token_type": lambda stage: _raw(stage, token=stage.bench.app.app_token),
    "not_authed": lambda stage: _raw(stage, token=None),
    "ratelimited": _limited,
    "token_revoked": _revoked,
    "unknown_method": lambda stage: _raw(stage, "no.such"),
}
"""What asks for a code."""

BY_FAULT = (
    "fatal_error",
    "internal_error",
    "org_login_required",
    "request_timeout",
    "service_unavailable",
    "team_added_to_org",
)
"""Only an outage or a migration at Slack makes these; a body that is cut off (request_timeout) ends the connection here."""

NOT_HERE = {
    "access_denied": "The workspace gives every token that is not revoked access; methods with resources have their own.",
    "accesslimited": "There is no list of allowed addresses: it listens on loopback only.",
    "deprecated_endpoint": "What Slack has switched off is not here, and answers unknown_method.",
    "ekm_access_denied": "No Enterprise key management.",
    "enterprise_is_restricted": "No Enterprise Grid.",
    "method_deprecated": "What Slack has switched off is not here, and answers unknown_method.",
    "no_permission": "Apps are refused by scopes and by the methods' own codes.",
    "team_access_not_granted": "Tokens belong to this one workspace.",
    "token_expired": "Tokens do not rotate here.",
    "two_factor_setup_required": "People here have no passwords.",
}


@pytest.mark.parametrize("code", sorted(HERE))
async def test_a_common_code_comes_in_its_situation(start_bench: StartBench, code: str) -> None:
    """Whatever the method, a call that cannot be read, let in or allowed is refused with the code for that."""
    without = ("users:read",) if code == "missing_scope" else ()
    stage = await set_the_stage(start_bench, without=without, rate_limits=code == "ratelimited")
    reply = await HERE[code](stage)
    assert (reply["ok"], reply["error"]) == (False, code)


@pytest.mark.parametrize("code", BY_FAULT)
async def test_an_outage_can_be_asked_for(start_bench: StartBench, code: str) -> None:
    """A code that only an outage makes is answered once when the faults are asked for it, and then things go on."""
    stage = await set_the_stage(start_bench)
    stage.bench.workspace.faults.error("users.list", code)
    assert (await stage.call("users.list", {}))["error"] == code
    assert (await stage.call("users.list", {}))["ok"] is True


def test_each_common_code_is_in_one_place() -> None:
    """The codes of docs.slack.dev that every method has are each here, or there by fault, or not, for a reason."""
    assert not set(HERE) & set(NOT_HERE)
    assert not set(BY_FAULT) & (set(HERE) | set(NOT_HERE))
    assert all(NOT_HERE.values())
