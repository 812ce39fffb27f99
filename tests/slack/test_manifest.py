"""The app's manifest against Slack's own tables, and against what the code really calls.

Slack's tables lie beside the repository, not in it; where they are absent, what needs them is skipped.
"""

import ast
import inspect
import json
import textwrap
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
from slack_sdk.web.async_client import AsyncWebClient

from warroom.slack import listeners
from warroom.slack.manifest import EVENTS, METHODS, manifest, scopes

REPOSITORY = Path(__file__).parents[2]
TABLES = REPOSITORY / "tests" / "workspace" / "reference"
SPEAKS_SLACK = (*sorted((REPOSITORY / "warroom" / "slack").glob("*.py")), REPOSITORY / "warroom" / "main.py")

# For which kinds of conversation a method is used. Slack wants a scope for each kind: `channels:`, `groups:`, `im:`.
PUBLIC, PRIVATE, DIRECT = "channels:", "groups:", "im:"
KINDS = {
    "conversations.create": (PUBLIC, PRIVATE),  # the war room, the backchannel
    "conversations.history": (PUBLIC, PRIVATE, DIRECT),  # wherever something may have been said already
    "conversations.invite": (PUBLIC, PRIVATE),
    "conversations.join": (PUBLIC,),
    "conversations.list": (PUBLIC, PRIVATE),
    "conversations.members": (PUBLIC, PRIVATE, DIRECT),  # wherever a game is asked for
    "conversations.open": (DIRECT,),
    "conversations.replies": (PUBLIC, PRIVATE),
    "conversations.setPurpose": (PUBLIC, PRIVATE),
    "conversations.setTopic": (PUBLIC, PRIVATE),
}
FEATURES = {  # what the code does that is no method or event of its own
    "the slash command and the shortcuts": {"commands"},
    "chat.postMessage with `username`, for actors": {"chat:write.customize"},
}


def table(name: str) -> Any:
    return json.loads((TABLES / name).read_text(encoding="utf-8"))


# --- what the code calls


@cache
def called_by_sdk(method: str) -> frozenset[str]:
    """The Web API methods that a method of the SDK's client calls, by its own source."""
    written = getattr(AsyncWebClient, method, None)
    if not callable(written) or method == "api_call" or method.startswith("_"):
        return frozenset()
    tree, found = ast.parse(textwrap.dedent(inspect.getsource(written))), set[str]()
    for name, call in calls(tree):
        if name == "api_call" and isinstance(call.args[0], ast.Constant):
            found.add(str(call.args[0].value))
        elif name != method and receiver(call) == "self":
            found |= called_by_sdk(name)
    return frozenset(found)


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr, node


def receiver(call: ast.Call) -> str:
    """The last name of what the method is called on: `client` for `self._app.client.x()`."""
    assert isinstance(call.func, ast.Attribute)
    on = call.func.value
    return on.attr if isinstance(on, ast.Attribute) else on.id if isinstance(on, ast.Name) else ""


def called_in(path: Path) -> set[str]:
    found = set[str]()
    for name, call in calls(ast.parse(path.read_text(encoding="utf-8"))):
        if (
            name in ("_call", "_call_next", "_attempt", "_attempt_once", "call", "call_next")
            and call.args
            and isinstance(call.args[0], ast.Constant)
        ):
            found.add(str(call.args[0].value))
        elif receiver(call).lstrip("_") == "client":
            found |= called_by_sdk(name)
    return found


# --- what that asks for


def wanted() -> dict[str, set[str]]:
    """Everything that needs a scope, with the scopes of which any one will do."""
    held = table("methods.json")["methods"]
    needs = {name: set(held[name]["scopes"].get("bot", ())) for name in METHODS if name not in KINDS}
    for name, kinds in KINDS.items():
        for kind in kinds:
            needs[f"{name} in {kind}"] = {each for each in held[name]["scopes"]["bot"] if each.startswith(kind)}
    for event in table("events.json"):
        if event["name"] in EVENTS:
            needs[f"event {event['name']}"] = {each.replace(".read", ":read") for each in event["scopes"]}
    return {name: any_of for name, any_of in (needs | FEATURES).items() if any_of}


def test_the_manifest_passes_slacks_own_schema() -> None:
    """Slack's schema for app manifests accepts the manifest as it ships."""
    schema = table("schemas/manifest.schema.2.0.0.json")
    problems = list(jsonschema.validators.validator_for(schema)(schema).iter_errors(manifest()))
    assert [each.message for each in problems] == []


def test_the_list_of_methods_is_what_the_code_calls() -> None:
    """`METHODS` names the Web API methods that the code calls, no more and no fewer."""
    called = set[str]().union(*(called_in(path) for path in SPEAKS_SLACK))
    assert called == set(METHODS)
    assert list(METHODS) == sorted(METHODS)


def test_no_part_of_the_bot_calls_slack_behind_the_lists_back() -> None:
    """Outside of `warroom.slack` and `main` nothing of the bot holds a Slack client."""
    ours = set((REPOSITORY / "warroom").rglob("*.py")) - set((REPOSITORY / "warroom" / "workspace").rglob("*.py"))
    others = sorted(ours - set(SPEAKS_SLACK))
    assert [path.name for path in others if "slack_sdk" in path.read_text(encoding="utf-8")] == []


def test_the_manifest_subscribes_to_the_events_that_are_taken() -> None:
    """The events of the manifest are `EVENTS`, and each of them has a listener that takes it."""
    assert tuple(manifest()["settings"]["event_subscriptions"]["bot_events"]) == EVENTS
    assert {event.partition(".")[0] for event in EVENTS} == set(listeners.EVENTS)


def test_slack_knows_every_method_and_event() -> None:
    """Every method and event that is used is in Slack's own tables."""
    assert set(METHODS) <= set(table("methods.json")["methods"])
    assert set(EVENTS) <= {event["name"] for event in table("events.json")}


def test_every_kind_of_conversation_is_accounted_for() -> None:
    """Whichever method asks for another scope in another kind of conversation is listed with the kinds it is used for."""
    held = table("methods.json")["methods"]
    several = {
        name
        for name in METHODS
        if {"channels:", "groups:", "im:"} & {f"{each.split(':')[0]}:" for each in scope(held, name)}
    }
    assert several == set(KINDS)


def scope(held: dict[str, Any], name: str) -> list[str]:
    bot: list[str] = held[name]["scopes"].get("bot", [])
    return bot


def test_the_scopes_suffice() -> None:
    """For every method, event and feature in use the manifest asks for a scope that allows it."""
    lacking = {name: any_of for name, any_of in wanted().items() if not any_of & scopes()}
    assert lacking == {}


def test_no_scope_is_asked_for_in_vain() -> None:
    """Without any single one of its scopes the bot could not do something that it does."""
    needs = wanted()
    spare = {each for each in scopes() if all(any_of & (scopes() - {each}) for any_of in needs.values())}
    assert spare == set()
