"""Checks what apps answer to commands and interactions, in an acknowledgement or in the body of an HTTP response."""

import re
from typing import Any

from tests.conformance import published
from tests.conformance.findings import Findings
from tests.conformance.record import Doc
from tests.conformance.responses import check_said
from warroom.workspace.blockkit.check import check_view

_ACTIONS = {"clear": set[str](), "update": {"view"}, "push": {"view"}, "errors": {"errors"}}
"""facts 3.3: what a response_action goes with."""


def check_answer(name: str, answer: Any, findings: Findings) -> None:
    """`name` is what was answered, as ACCEPTS_PAYLOAD has it. An empty answer is an acknowledgement and no more."""
    if not answer:
        return
    if not isinstance(answer, dict):
        findings.add("answer.shape", name, "not an object", answer)
        return
    findings.saw("answers", name)
    match name:
        case "slash_commands":
            check_said(name, answer, findings)
        case "view_submission":
            _check_action(name, answer, findings)
        case "block_suggestion":
            _check_options(name, answer, findings)


def _check_action(name: str, answer: Doc, findings: Findings) -> None:
    action = answer.get("response_action")
    if action not in _ACTIONS:
        findings.add("answer.action", name, str(action), answer)
        return
    wanted = _ACTIONS[action] | {"response_action"}
    if set(answer) != wanted:
        findings.add("answer.shape", name, f"{action} with {', '.join(sorted(answer))}", answer)
    if "view" in wanted:
        view = answer.get("view")
        findings.saw("views and messages with blocks")
        findings.add_all("answer.view", name, published.view_departures(view), view)
        problems = {f"{re.sub(r'/[0-9]+', '/*', p.pointer)}: {p.message}" for p in check_view(view, "modal", at="")}
        findings.add_all("answer.limits", name, sorted(problems), view)
    errors = answer.get("errors")
    if "errors" in wanted and not (
        isinstance(errors, dict) and errors and all(isinstance(text, str) and text for text in errors.values())
    ):
        findings.add("answer.shape", name, "errors are not texts by block_id", answer)


def _check_options(name: str, answer: Doc, findings: Findings) -> None:
    """The options are those of a static select, which is checked in their place (docs.slack.dev: block_suggestion)."""
    if set(answer) not in ({"options"}, {"option_groups"}):
        findings.add("answer.shape", name, f"has {', '.join(sorted(answer))}", answer)
        return
    select = {"type": "static_select", "action_id": "a", **answer}
    blocks = [{"type": "actions", "elements": [select]}]
    if any(answer.values()):
        findings.add_all("answer.options", name, published.block_departures(blocks), answer)
        findings.add_all("answer.limits", name, published.limit_departures(blocks), answer)
