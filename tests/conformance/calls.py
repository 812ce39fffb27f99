"""Checks Web API calls: what was asked, if it was accepted, and what was answered."""

import json
import re
from typing import Any

from tests.conformance import published
from tests.conformance.findings import Findings
from tests.conformance.record import Doc
from warroom.workspace.blockkit.check import check_view

_STRUCTURED = frozenset(
    [
        "blocks",
        "attachments",
        "metadata",
        "view",
        "files",
        "unfurls",
        "user_auth_blocks",
        "message",
        "users",
        "channels",
        "changes",
        "criteria",
    ]
)
"""Arguments documented as text that a JSON body may hold as they are (docs.slack.dev: Using the Web API)."""

_UNTOUCHED = frozenset({"answer", "answer_after", "drop"})
"""Faults whose answer is not the workspace's own."""


def check_call(line: Doc, findings: Findings) -> None:
    method, response = line["method"], line.get("response")
    findings.saw("calls", method)
    if line.get("fault") in _UNTOUCHED:
        _check_limited(line, method, findings)
        return
    if not isinstance(response, dict) or not isinstance(response.get("ok"), bool):
        findings.add("reply.shape", method, "ok is missing", response)
        return
    if method not in published.METHODS:
        if response.get("error") != "unknown_method":
            findings.add("method.unknown", method, "not a method of the Web API", response)
        return
    if response["ok"]:
        _check_arguments(line, method, findings)
        _check_reply(method, response, findings)
    else:
        _check_refusal(line, method, response, findings)
    view = response.get("view")
    if isinstance(view, dict):
        findings.add_all("reply.blocks", method, published.block_departures(view.get("blocks", [])), view)
    for message in _messages_in(response):
        check_message(method, message, findings)


def check_message(where: str, message: Doc, findings: Findings) -> None:
    """A message as it is shown to an app, in a reply or an event."""
    shape = published.message(str(message.get("subtype", "")))
    findings.add_all("message.shape", where, shape.departures(message), message)
    findings.add_all("message.blocks", where, published.block_departures(message.get("blocks", [])), message)
    if isinstance(message.get("root"), dict):
        check_message(where, message["root"], findings)


# -- what was asked ----------------------------------------------------------------------------------------------------------


def _check_arguments(line: Doc, method: str, findings: Findings) -> None:
    documented: dict[str, Doc] = published.METHODS[method]["args"]
    given: Doc = line.get("request") or {}
    for name, value in given.items():
        if name not in documented:
            if method != "api.test":  # takes anything, to echo it
                findings.add("call.unknown_argument", method, name, given)
        elif not _fits(documented[name], name, value):
            findings.add("call.argument_type", method, name, {name: value, "encoding": line.get("encoding")})
    for name in published.METHODS[method]["required"] or ():
        if name == "token":
            if not line.get("kind_of_token"):
                findings.add("call.without_token", method, "token", given)
        elif name not in given:
            findings.add("call.missing_argument", method, name, given)
    _check_content(method, given, findings)


def _fits(documented: Doc, name: str, value: Any) -> bool:
    """Whether a value is of its documented type, as text in a form or as itself in JSON."""
    if name in _STRUCTURED and isinstance(value, list | dict):
        return True
    return any(_is_a(each, value) for each in documented.get("anyOf", [documented]))


def _is_a(kind: Doc, value: Any) -> bool:
    if "enum" in kind and value not in kind["enum"]:
        return False
    match kind.get("type"):
        case "string":
            return isinstance(value, str) and len(value) <= kind.get("maxLength", len(value))
        case "boolean":
            return isinstance(value, bool) or str(value).lower() in ("true", "false", "1", "0")
        case "integer" | "number":
            return _is_number(value, kind)
        case "array":
            return isinstance(value, list | str)
        case "null":
            return value == ""
    return True


def _is_number(value: Any, kind: Doc) -> bool:
    if isinstance(value, bool) or not re.fullmatch(r"-?\d+(\.\d+)?", str(value)):
        return False
    return bool(kind.get("minimum", float("-inf")) <= float(value) <= kind.get("maximum", float("inf")))


def _check_content(method: str, given: Doc, findings: Findings) -> None:
    if method == "blocks.validate":
        return  # is there to be asked about anything
    if "blocks" in given:
        blocks = _read(given["blocks"])
        findings.saw("views and messages with blocks")
        findings.add_all("call.blocks", method, published.block_departures(blocks or []), blocks)
        findings.add_all("call.limits", method, published.limit_departures(blocks or []), blocks)
    for attachment in _read(given.get("attachments")) or ():
        blocks = attachment.get("blocks", []) if isinstance(attachment, dict) else []
        findings.add_all("call.blocks", method, published.block_departures(blocks), attachment)
    if "view" in given:
        _check_view(method, _read(given["view"]), findings)
    if "metadata" in given:
        findings.add_all("call.metadata", method, metadata_departures(_read(given["metadata"])), given["metadata"])


def _check_view(method: str, view: Any, findings: Findings) -> None:
    kind = "home" if method == "views.publish" else "modal"
    findings.saw("views and messages with blocks")
    findings.add_all("call.view", method, published.view_departures(view), view)
    problems = {f"{re.sub(r'/[0-9]+', '/*', p.pointer)}: {p.message}" for p in check_view(view, kind, at="")}
    findings.add_all("call.limits", method, sorted(problems), view)


def metadata_departures(metadata: Any) -> list[str]:
    """Metadata is an event's name and an object of plain values (@slack/types: MessageMetadata)."""
    if not metadata:
        return []
    if not isinstance(metadata, dict):
        return ["not an object"]
    found = [f"unknown field {name}" for name in metadata if name not in ("event_type", "event_payload", "entities")]
    if not isinstance(metadata.get("event_type"), str):
        found.append("event_type is not text")
    payload = metadata.get("event_payload")
    if not isinstance(payload, dict):
        return [*found, "event_payload is not an object"]
    return found + [f"{name} is nested too deep" for name, value in payload.items() if not _is_plain(value)]


def _is_plain(value: Any) -> bool:
    items = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return all(not isinstance(item, list | dict) or _is_flat(item) for item in items)


def _is_flat(value: Any) -> bool:
    return all(not isinstance(item, list | dict) for item in (value.values() if isinstance(value, dict) else value))


def _read(value: Any) -> Any:
    """A structured argument, which may have come as JSON text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value else None
    except ValueError:
        return value


# -- what was answered -------------------------------------------------------------------------------------------------------


def _check_limited(line: Doc, method: str, findings: Findings) -> None:
    if line["status"] == 429 and not str(line.get("retry_after", "")).isdecimal():
        findings.add("reply.retry_after", method, "429 without Retry-After", line.get("response"))


def _check_reply(method: str, response: Doc, findings: Findings) -> None:
    validator = published.reply(method)
    if validator is not None:
        findings.add_all("reply.shape", method, validator.departures(response), response)
    shown = published.example(method)
    if shown is None:
        return
    names, like_example = shown
    if validator is None:
        findings.add_all("reply.shape", method, like_example.departures(response), response)
    missing = sorted(names - response.keys())
    findings.add_all("reply.shape", method, [f": missing field {name}" for name in missing], response)


def _check_refusal(line: Doc, method: str, response: Doc, findings: Findings) -> None:
    code = response.get("error")
    known = published.COMMON_ERRORS | set(published.METHODS[method]["errors"] or ())
    if method == "api.test" and "error" in (line.get("request") or {}):
        known |= {line["request"]["error"]}  # echoes the error that it was asked for
    if code not in known:
        findings.add("reply.error_code", method, str(code), {"request": line.get("request"), "response": response})
    if (line["status"] == 429) != (code == "ratelimited"):
        findings.add("reply.status", method, f"{code} with HTTP {line['status']}", response)
    elif line["status"] not in (200, 429):
        findings.add("reply.status", method, f"HTTP {line['status']}", response)
    _check_limited(line, method, findings)
    if code == "missing_scope" and not (response.get("needed") and "provided" in response):
        findings.add("reply.missing_scope", method, "needed or provided is missing", response)
    beside = {"ok", "error", "needed", "provided", "response_metadata", "warning", "errors", "args"}
    findings.add_all(
        "reply.shape",
        method,
        [f": unknown field {n} beside an error" for n in sorted(response.keys() - beside)],
        response,
    )


def _messages_in(response: Doc) -> list[Doc]:
    found = [response.get("message"), *_list(response.get("messages"))]
    found += [item.get("message") for item in _list(response.get("items")) if isinstance(item, dict)]
    return [each for each in found if isinstance(each, dict)]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
