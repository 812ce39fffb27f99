"""The table of methods against Slack's published reference: tiers, scopes, encodings, arguments."""

import json
from typing import Any

import pytest

from warroom.workspace.arguments import read_arguments
from warroom.workspace.methods import METHODS
from warroom.workspace.methods.method import ApiError, Arg, ArgKind, Method

from .bench import REFERENCE

THEIRS: dict[str, Any] = json.loads((REFERENCE / "methods.json").read_text("utf-8"))["methods"]
SHARED = sorted(set(METHODS) & set(THEIRS))
DIFFERS = {
    ("apps.connections.open", "scopes"),  # the reference gives no scopes for app-level tokens
    ("apps.event.authorizations.list", "scopes"),  # the same
}
ELSEWHERE = {
    "auth.revoke",
    "chat.meMessage",
    "chat.unfurl",
    "conversations.close",
    "conversations.mark",
    "dnd.info",
    "dnd.teamInfo",
    "files.list",
    "reactions.list",
    "team.profile.get",
    "usergroups.create",
    "usergroups.disable",
    "usergroups.enable",
    "usergroups.update",
    "usergroups.users.update",
    "users.getPresence",
    "users.profile.get",
    "users.setPresence",
}
"""Methods that apps call and the kept part of the reference does not hold; their names and arguments are from docs.slack.dev."""
KIND_OF_TYPE: dict[str, ArgKind] = {
    "string": "text",
    "boolean": "bool",
    "integer": "int",
    "number": "int",
    "array": "list",
}
JSON_TEXT = {"attachments", "blocks", "manifest", "message", "metadata", "unfurled_attachments", "view"}
"""Text by the reference that holds JSON; in a JSON body it may come as it is."""
LISTS = {"users", "types", "channels"}
"""Text by the reference that holds a list with commas."""
DIFFERENT_KIND = {
    ("files.completeUploadExternal", "files"): "a list of objects, and those are read as JSON",
}
MORE = {
    ("api.test", "foo"): "any argument comes back",
    ("chat.postMessage", "client_msg_id"): "named in its errors and its reply, and in use",
    ("chat.postMessage", "team_id"): "clients add it to every call when they are told a team",
    ("conversations.history", "metadata_keys_to_include"): "named in its errors",
    ("conversations.replies", "metadata_keys_to_include"): "named in its errors",
    ("reactions.add", "file"): "named in its errors",
    ("reactions.add", "file_comment"): "named in its errors",
    ("users.list", "presence"): "older clients send it",
}


@pytest.mark.parametrize("name", SHARED)
def test_the_table_agrees_with_the_reference(name: str) -> None:
    """Every method's tier, scopes, required arguments and taste for JSON are those of Slack's reference."""
    ours, theirs = METHODS[name], THEIRS[name]
    tiers = {"t1": 1, "t2": 2, "t3": 3, "t4": 4}
    expected = {
        "tier": tiers.get(theirs["tier"], ours.tier),
        "json": bool(theirs["json"]),
        "scopes": set(theirs["scopes"].get("bot", ())),
        "required": set(theirs["required"] or ()) - {"token"} - {a.name for a in ours.args if a.required},
    }
    got = {"tier": ours.tier, "json": ours.takes_json, "scopes": set(ours.any_scope()), "required": set()}
    assert {k: v for k, v in got.items() if v != expected[k] and (name, k) not in DIFFERS} == {}


@pytest.mark.parametrize("name", SHARED)
def test_every_argument_of_the_reference_is_taken(name: str) -> None:
    """A method takes every argument that the reference gives it, and no other without a reason."""
    ours = {arg.name for arg in METHODS[name].args}
    theirs = set(THEIRS[name]["args"]) - {"token"}
    assert theirs - ours == set()
    assert {extra for extra in ours - theirs if (name, extra) not in MORE} == set()


@pytest.mark.parametrize("name", SHARED)
def test_arguments_have_the_kinds_of_the_reference(name: str) -> None:
    """What the reference calls a string, a boolean, a number or an array is read as such."""
    wrong = {}
    for arg in METHODS[name].args:
        given = THEIRS[name]["args"].get(arg.name)
        if given is None or (name, arg.name) in DIFFERENT_KIND:
            continue
        kinds = _kinds(given, arg.name)
        if arg.kind not in kinds:
            wrong[arg.name] = (arg.kind, kinds)
    assert wrong == {}


def _kinds(given: dict[str, Any], name: str) -> set[ArgKind]:
    """The kinds an argument may have; without a type in the reference it is text."""
    if name in JSON_TEXT:
        return {"json"}
    if name in LISTS:
        return {"list"}
    types = [given] if "type" in given else given.get("anyOf", [{"type": "string"}])
    return {KIND_OF_TYPE[each["type"]] for each in types if each.get("type", "null") != "null"} or {"text"}


def test_every_exception_is_in_use() -> None:
    """No argument is excused that is not there."""
    named = {(name, arg.name) for name in METHODS for arg in METHODS[name].args}
    assert {pair for pair in (*MORE, *DIFFERENT_KIND) if pair not in named} == set()


def test_methods_that_are_not_in_the_kept_reference_are_named() -> None:
    """Every method is either checked against the reference or known to come from elsewhere."""
    assert set(METHODS) - set(THEIRS) == ELSEWHERE


WRONG: list[tuple[ArgKind, Any]] = [
    ("text", {"a": 1}),
    ("text", [1]),
    ("text", True),
    ("bool", "perhaps"),
    ("bool", 2),
    ("bool", {}),
    ("int", "many"),
    ("int", 1.5),
    ("int", True),
    ("list", {"a": 1}),
    ("list", [1, 2]),
    ("json", "{"),
]


@pytest.mark.parametrize(("kind", "value"), WRONG, ids=str)
def test_a_value_of_the_wrong_kind_is_refused(kind: ArgKind, value: Any) -> None:
    """A value that is not of its argument's kind is refused with the argument's code and a pointer to it."""
    method = Method(name="x", handler=lambda call: {}, tier=1, args=(Arg(name="a", kind=kind),))
    with pytest.raises(ApiError) as refused:
        read_arguments(method, {"a": value})
    assert refused.value.code == "invalid_arguments"
    assert "[json-pointer:/a]" in refused.value.messages[0]


RIGHT: list[tuple[ArgKind, Any, Any]] = [
    ("text", "x", "x"),
    ("text", 5, "5"),
    ("bool", "1", True),
    ("bool", "false", False),
    ("bool", True, True),
    ("int", "12", 12),
    ("int", 12, 12),
    ("list", "a, b,", ["a", "b"]),
    ("list", ["a", "b"], ["a", "b"]),
    ("list", '["a","b"]', ["a", "b"]),
    ("json", '{"a": [1]}', {"a": [1]}),
    ("json", {"a": [1]}, {"a": [1]}),
]


@pytest.mark.parametrize(("kind", "value", "read"), RIGHT, ids=str)
def test_a_value_is_read_in_all_its_spellings(kind: ArgKind, value: Any, read: Any) -> None:
    """Each kind of argument is read from text, as forms and queries carry it, and from JSON."""
    method = Method(name="x", handler=lambda call: {}, tier=1, args=(Arg(name="a", kind=kind),))
    assert read_arguments(method, {"a": value}) == {"a": read}
