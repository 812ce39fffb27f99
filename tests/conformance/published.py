"""The oracles: what Slack published, as validators.

A validator answers with the departures of a value, each as the place (list positions as `*`) and what is wrong there.
"""

import copy
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema_rs import Draft7Validator, ValidationErrorKind

from tests.conformance.record import Doc, read_line
from warroom.workspace.blockkit.check import check_blocks

REFERENCE = Path(__file__).parents[1] / "workspace" / "reference"
METHODS: dict[str, Doc] = json.loads((REFERENCE / "methods.json").read_text("utf-8"))["methods"]

COMMON_ERRORS = frozenset(
    [
        "access_denied",
        "accesslimited",
        "account_inactive",
        "deprecated_endpoint",
        "ekm_access_denied",
        "enterprise_is_restricted",
        "fatal_error",
        "internal_error",
        "invalid_arg_name",
        "invalid_arguments",
        "invalid_array_arg",
        "invalid_auth",
        "invalid_charset",
        "invalid_form_data",
        "invalid_post_type",
        "method_deprecated",
        "missing_post_type",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "ratelimited",
        "request_timeout",
        "service_unavailable",
        "team_access_not_granted",
        "team_added_to_org",
        "token_expired",
        "token_revoked",
        "two_factor_setup_required",
        "invalid_json",
        "json_not_object",
    ]
)
"""Codes that docs.slack.dev gives for every method, and the two of its page on JSON bodies."""

_EVENTS: list[Doc] = json.loads((REFERENCE / "events.json").read_text("utf-8"))
EVENT_SCOPES: dict[str, frozenset[str]] = {
    event["name"]: frozenset(re.sub(r"^(app_mentions)\.", r"\1:", scope) for scope in event.get("scopes", ()))
    for event in _EVENTS
    if "Events" in event.get("APIs", ())
} | {
    # docs.slack.dev/reference/events has these four, the crawl has not
    "channel_archive": frozenset({"channels:read"}),
    "channel_unarchive": frozenset({"channels:read"}),
    "group_archive": frozenset({"groups:read"}),
    "group_unarchive": frozenset({"groups:read"}),
}
"""The events of the Events API, each with the scopes of which one must be held."""

SUBTYPES = {each["name"] for event in _EVENTS if event["name"] == "message" for each in event["subtypes"]}


class Validator:
    def __init__(self, schema: Doc) -> None:
        self._validator = Draft7Validator(schema)

    def departures(self, value: Any) -> list[str]:
        try:
            if self._validator.is_valid(value):
                return []
            errors = list(self._validator.iter_errors(value))
        except UnicodeEncodeError:  # half a surrogate pair, which tests send on purpose
            return self.departures(json.loads(json.dumps(value).encode("utf-8", "replace").replace(b"\\ud", b"?ud")))
        found = []
        for error in errors:
            place = "".join(f"/{'*' if isinstance(step, int) else step}" for step in error.instance_path)
            found += [f"{place}: {said}" for said in _said(error.kind, error.message)]
        return sorted(set(found))


def _said(kind: Any, message: str) -> list[str]:
    """One sentence each, so that each can be allowed or not."""
    match kind:
        case ValidationErrorKind.AdditionalProperties():
            return [f"unknown field {name}" for name in kind.unexpected]
        case ValidationErrorKind.Required():
            return [f"missing field {kind.property}"]
        case ValidationErrorKind.Type():
            return [f"wrong type, expected {', '.join(kind.types)}"]
        case ValidationErrorKind.FalseSchema():
            return ["must not be there"]
        case ValidationErrorKind.AnyOf():
            return ["none of the shapes that are known"]
    return [message[-120:]]


# -- by name -----------------------------------------------------------------------------------------------------------------


@cache
def _document(name: str) -> Doc | None:
    path = REFERENCE / "schemas" / f"{name}.schema.json"
    return read_line(path.read_text("utf-8")) if path.is_file() else None


_OPAQUE: dict[str, Doc] = {
    "message": {"type": "object"},  # messages are checked with `message`, wherever they are shown
    "messages": {"type": "array", "items": {"type": "object"}},
    "root": {"type": "object"},
    "blocks": {"type": "array"},  # those in the samples were a few; each is checked with @slack/types
    "event_payload": {"type": "object"},  # an app's own
    "state": {"type": "object"},  # of a view: the samples' views have no inputs; payloads are checked with @slack/bolt
}


def _opened(value: Any) -> Any:
    """A schema made from samples without what the samples cannot know."""
    if isinstance(value, list):
        return [_opened(item) for item in value]
    if not isinstance(value, dict):
        return value
    opened = {name: _opened(item) for name, item in value.items()}
    if isinstance(opened.get("properties"), dict):
        opened["properties"] |= {name: each for name, each in _OPAQUE.items() if name in opened["properties"]}
    return opened


@cache
def payload(name: str) -> Validator | None:
    """What Slack sends: `block_actions`, `action.button`, `event.reaction_added`, `event.message.channel_join`."""
    document = _document(f"payload/{name}")
    return Validator(document) if document is not None else None


@cache
def reply(method: str) -> Validator | None:
    """The reply of a method, of which a schema was published."""
    for path in (REFERENCE / "schemas" / "response").iterdir():
        if path.name.removesuffix(".schema.json").lower() == method.replace(".", "").lower():
            document = _document(f"response/{path.name.removesuffix('.schema.json')}")
            return Validator(_opened(document)) if document is not None else None
    return None


_MESSAGES_IN = (
    ("ConversationsHistory", "MessageElement"),
    ("ConversationsReplies", "MessageElement"),
    ("PinsList", "ItemMessage"),
)
"""Where messages are shown: the name of a reply, and of the message in its schema."""


@cache
def message(subtype: str = "") -> Validator:
    """A message as it is shown to apps, in replies and in events.

    It may have what a message has in any of the replies that show messages, and what the event of its subtype has.
    """
    fields: Doc = {}
    definitions: Doc = {}
    for reply_, name in _MESSAGES_IN:
        document = _opened(_document(f"response/{reply_}"))["definitions"]
        own = json.loads(json.dumps(document).replace("#/definitions/", f"#/definitions/{reply_}"))
        definitions |= {f"{reply_}{key}": schema for key, schema in own.items()}
        fields = own[name]["properties"] | fields
    event = _document(f"payload/event.message.{subtype}") if subtype else None
    fields = (event or {"properties": {}})["properties"] | fields
    return Validator(
        {"type": "object", "properties": fields, "additionalProperties": False, "definitions": definitions}
    )


@cache
def example(method: str) -> tuple[frozenset[str], Validator] | None:
    """The fields that a method's example reply has, and their types. Warnings and cursors come and go."""
    shown = METHODS[method]["success_example"]
    if not shown:
        return None
    schema = _of_example(shown)
    schema["properties"] |= {"warning": {"type": "string"}, "response_metadata": {"type": "object"}}
    return frozenset(shown) - {"warning", "response_metadata"}, Validator(_opened(schema))


def _of_example(value: Any) -> Doc:
    match value:
        case bool():
            return {"type": "boolean"}
        case int() | float():
            return {"type": "number"}
        case str():
            return {"type": "string"}
        case list():
            return {"type": "array"} | ({"items": _of_example(value[0])} if value else {})
        case dict():
            properties = {name: _of_example(item) for name, item in value.items()}
            return {"type": "object", "properties": properties, "additionalProperties": False}
    return {}


# -- blocks and views --------------------------------------------------------------------------------------------------------


@cache
def _block_validators() -> dict[str, Validator]:
    document = copy.deepcopy(_document("slack_types_3.2.0_KnownBlock") or {})
    preformatted = document["definitions"]["RichTextPreformatted"]["properties"]
    preformatted["language"] = {"type": "string"}  # docs.slack.dev (rich text block); the types lack it
    types = {}
    for name, schema in document["definitions"].items():
        form = (schema.get("anyOf") or [schema])[0]  # an image has two forms
        const = form.get("properties", {}).get("type", {}).get("const")
        if const and name.endswith("Block"):
            types[const] = Validator({**document, "$ref": f"#/definitions/{name}"})
    return types


def block_departures(blocks: Any) -> list[str]:
    """How blocks depart from Slack's types."""
    if not isinstance(blocks, list):
        return ["blocks are not a list"]
    found = []
    for block in blocks:
        kind = block.get("type") if isinstance(block, dict) else None
        validator = _block_validators().get(str(kind))
        if validator is None:
            found.append(f"unknown block {kind}")
        else:
            found += [f"/{kind}{departure}" for departure in validator.departures(block)]
    return sorted(set(found))


def limit_departures(blocks: Any) -> list[str]:
    """How blocks depart from the table of limits."""
    return sorted({f"{re.sub(r'/[0-9]+', '/*', p.pointer)}: {p.message}" for p in check_blocks(blocks, at="")})


@cache
def view(kind: str) -> Validator:
    name = "ModalView" if kind == "modal" else "HomeView"
    return Validator(_document(f"slack_types_3.2.0_{name}") or {})


def view_departures(given: Any) -> list[str]:
    """How a view departs from Slack's types; its blocks are looked at one by one, so that the place can be named."""
    if not isinstance(given, dict):
        return ["the view is not an object"]
    found = view(str(given.get("type"))).departures(given | {"blocks": []})
    return found + block_departures(given.get("blocks"))
