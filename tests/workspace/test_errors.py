"""One case for every error code that Slack documents for a method, or the reason why it cannot come about here."""

import json
from typing import Any

import pytest

from warroom.workspace.methods import METHODS, NOT_HERE

from . import errors_chat, errors_conversations, errors_rest
from .bench import REFERENCE, StartBench
from .errors import Case
from .errors_never import NEVER_HERE
from .situations import BASE, BEFORE, Stage, set_the_stage

CASES = [*errors_chat.CASES, *errors_conversations.CASES, *errors_rest.CASES]
REFERENCE_METHODS: dict[str, Any] = json.loads((REFERENCE / "methods.json").read_text("utf-8"))["methods"]
DOCUMENTED = {
    (name, code) for name, method in REFERENCE_METHODS.items() if name in METHODS for code in method["errors"]
}


async def _answer(stage: Stage, case: Case) -> dict[str, Any]:
    """The reply to the case's call, with the token and the HTTP method it asks for."""
    arguments = await stage.fill(case.arguments)
    bench = stage.bench
    right = bench.app.app_token if METHODS[case.method].caller == "app" else bench.app.bot_token
    token = {"": right, "app": bench.app.app_token, "wrong": "xoxb-wrong"}[case.token]
    if case.http == "POST":
        return await bench.call(case.method, token=token, **arguments)
    headers = {"Authorization": f"Bearer {token}"}
    address = f"{bench.workspace.api_url}{case.method}"
    async with bench.session() as session, session.get(address, params=arguments, headers=headers) as response:
        reply: dict[str, Any] = await response.json()
        return reply


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_the_situation_brings_the_code(start_bench: StartBench, case: Case) -> None:
    """In the situation that Slack documents for a code the method answers that code and no other."""
    stage = await set_the_stage(
        start_bench,
        without=case.without,
        plan=case.plan,
        restricted=(case.method,) if case.restricted else (),
        rate_limits=case.rate_limits,
        **case.features,
    )
    for method, arguments in (*case.before, *(BEFORE.get(case.method, ()) if case.outage else ())):
        assert (await stage.call(method, arguments))["ok"], method
    arguments = await stage.fill(case.arguments)
    if case.outage:
        stage.bench.workspace.faults.error(case.method, case.code)
    reply = await _answer(stage, case)
    assert (reply["ok"], reply["error"]) == (False, case.code), reply
    if case.outage:  # it is over, and nothing had been done
        assert (await stage.call(case.method, arguments))["ok"]


@pytest.mark.parametrize("method", sorted(METHODS))
async def test_the_working_call_works(start_bench: StartBench, method: str) -> None:
    """What the cases change a little is a call that works, so that it is the change that is refused."""
    stage = await set_the_stage(start_bench)
    for before, arguments in BEFORE.get(method, ()):
        assert (await stage.call(before, arguments))["ok"]
    reply = await stage.call(method, BASE[method])
    assert reply["ok"] is True, reply


def test_every_documented_code_has_a_case_or_a_reason() -> None:
    """Each of the reference's pairs of method and code is either brought about or named as impossible, never both."""
    cases = {(case.method, case.code) for case in CASES}
    reasons = {pair for pair in DOCUMENTED if pair in NEVER_HERE or ("*", pair[1]) in NEVER_HERE}
    assert len(cases) == len(CASES), "each pair once"
    assert cases - DOCUMENTED == set()
    assert sorted(DOCUMENTED - cases - reasons) == []
    assert sorted(cases & reasons) == []


def test_every_reason_is_needed() -> None:
    """No reason is given for a code that the reference does not have."""
    codes = {code for _, code in DOCUMENTED}
    assert [pair for pair in NEVER_HERE if pair not in DOCUMENTED and (pair[0] != "*" or pair[1] not in codes)] == []


def test_every_method_of_the_reference_is_here_or_said_not_to_be() -> None:
    """Each of the reference's methods is in the table or among those that are not here, with the reason."""
    assert set(REFERENCE_METHODS) - set(METHODS) - set(NOT_HERE) == set()
    assert set(METHODS) & set(NOT_HERE) == set()
    assert all(NOT_HERE.values())
