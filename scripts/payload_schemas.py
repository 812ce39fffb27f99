"""Writes `tests/workspace/reference/schemas/payload`: what Slack sends to apps, from what Slack published about it.

python scripts/payload_schemas.py --typescript > types.ts
npx ts-json-schema-generator --path types.ts --no-type-check --type T_shortcut -o T_shortcut.json     (and so on, each type)
python scripts/payload_schemas.py TYPES JSON_LOGS BOLT_PYTHON

TYPES is the folder of those schemas, JSON_LOGS the folder `json-logs/samples` of slackapi/java-slack-sdk, BOLT_PYTHON the folder
`tests` of slackapi/bolt-python. What a field is called and what type it has comes from all three; what must be there from the
types alone, because a sample of json-logs is many payloads laid over one another. Only structure is kept, no sentence.
"""

import ast
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parent.parent / "tests" / "workspace" / "reference" / "schemas" / "payload"
_TYPES = {
    "block_actions": "BlockAction",
    "view_submission": "ViewSubmitAction",
    "view_closed": "ViewClosedAction",
    "shortcut": "GlobalShortcut",
    "message_action": "MessageShortcut",
    "block_suggestion": "BlockSuggestion",
    "slash_command": "SlashCommand",
    "event_callback": "EnvelopedEvent",
}
"""The types of @slack/bolt; of @slack/types it is the one that holds all events, SlackEvent."""

_SAMPLES = {
    "block_actions": "app-backend/interactive-components/BlockActionPayload.json",
    "view_submission": "app-backend/views/ViewSubmissionPayload.json",
    "view_closed": "app-backend/views/ViewClosedPayload.json",
    "message_action": "app-backend/interactive-components/MessageShortcutPayload.json",
    "slash_command": "app-backend/slash-commands/SlashCommandPayload.json",
}
_EVENTS = [
    "app_home_opened",
    "app_mention",
    "channel_archive",
    "channel_created",
    "channel_deleted",
    "channel_id_changed",
    "channel_left",
    "channel_rename",
    "channel_unarchive",
    "emoji_changed",
    "file_change",
    "file_created",
    "file_deleted",
    "file_public",
    "file_shared",
    "file_unshared",
    "group_archive",
    "group_deleted",
    "group_left",
    "group_rename",
    "group_unarchive",
    "im_close",
    "im_created",
    "im_open",
    "member_joined_channel",
    "member_left_channel",
    "pin_added",
    "pin_removed",
    "reaction_added",
    "reaction_removed",
    "team_join",
    "tokens_revoked",
    "app_uninstalled",
    "user_change",
    "user_profile_changed",
    "subteam_created",
    "subteam_updated",
    "subteam_members_changed",
    "message_metadata_posted",
    "message_metadata_updated",
    "message_metadata_deleted",
]
_OPAQUE = {
    "blocks": "array",
    "event_payload": "object",
    "message": "object",
    "metadata": "object",
    "previous_message": "object",
    "root": "object",
}
"""Checked with a schema of their own (messages with that of conversations.history), or an app's own."""
_NOT_ALWAYS = {
    "block_actions": {"response_url"},  # absent in views (docs.slack.dev: block_actions payload)
    "reaction_added": {"item_user"},  # absent for messages without a user (docs.slack.dev: reaction_added)
    "reaction_removed": {"item_user"},
    "message": {"user"},  # a message of an app with a persona has none
    "message.thread_broadcast": {"client_msg_id", "user"},  # a person's client gives it one, an app's message has none
    "message.bot_message": {"user"},
    "message.channel_join": {"inviter"},  # only who was invited has one (docs.slack.dev: channel_join message)
}
_ALWAYS = {
    "event_callback": {"authorizations", "is_ext_shared_channel", "event_context"},  # docs.slack.dev: Events API
    "block_actions": {"is_enterprise_install"},  # present since org-wide apps
    "view_submission": {"is_enterprise_install"},
    "shortcut": {"is_enterprise_install"},
    "message_action": {"is_enterprise_install"},
}


_COMPUTED = "computed by the test"


@dataclass
class Node:
    """What is known of a value. A field that may be null need not be there: in the payloads it comes and goes."""

    types: set[str] = field(default_factory=set)
    fields: dict[str, "Node"] = field(default_factory=dict)
    required: set[str] | None = None
    items: "Node | None" = None
    others: "Node | None" = None  # what a map holds
    open: bool = False
    words: set[str] | None = None

    def merge(self, other: "Node") -> "Node":
        self.types |= other.types
        for name, node in other.fields.items():
            self.fields[name] = self.fields[name].merge(node) if name in self.fields else node
        for name in ("items", "others"):
            mine, theirs = getattr(self, name), getattr(other, name)
            setattr(self, name, mine.merge(theirs) if mine and theirs else mine or theirs)
        self.open = self.open or other.open
        return self

    def schema(self) -> dict[str, Any]:
        types = sorted(self.types - {"null"})
        doc: dict[str, Any] = {"type": types[0] if len(types) == 1 else types} if types else {}
        if self.words and types == ["string"]:
            doc["enum"] = sorted(self.words)
        if "array" in types and self.items is not None and self.items.schema():
            doc["items"] = self.items.schema()
        required = {name for name in self.required or () if "null" not in self.fields[name].types}
        if "object" in types and (self.fields or self.others):
            doc["properties"] = {name: node.schema() for name, node in sorted(self.fields.items())}
            doc["additionalProperties"] = self.others.schema() if self.others else self.open
            if required:
                doc["required"] = sorted(required)
        return doc


# -- from a value, from a type -----------------------------------------------------------------------------------------------


def of_value(value: Any, name: str = "") -> Node:
    """A sample: names and types, never what must be there."""
    if name in _OPAQUE and value is not None:
        return Node(types={_OPAQUE[name]})
    match value:
        case None:
            return Node(types={"null"})
        case bool():
            return Node(types={"boolean"})
        case int() | float():
            return Node(types={"number"})
        case str():
            return Node(types=set() if value == _COMPUTED else {"string"})
        case list():
            items = Node()
            for item in value:
                items.merge(of_value(item))
            return Node(types={"array"}, items=items if value else None)
    if name == "values":
        return Node(types={"object"})
    return Node(types={"object"}, fields={key: of_value(item, key) for key, item in value.items()})


def of_type(schema: Mapping[str, Any], all_: Mapping[str, Any], name: str = "", depth: int = 0) -> Node:
    """A JSON Schema made from a TypeScript type."""
    if name in _OPAQUE:
        return Node(types={_OPAQUE[name]})
    if "$ref" in schema:
        return of_type(
            all_[schema["$ref"].rpartition("/")[2].replace("%3C", "<").replace("%3E", ">")], all_, name, depth
        )
    if depth > 12:
        return Node()
    if "anyOf" in schema:
        return _either([of_type(each, all_, name, depth + 1) for each in schema["anyOf"]])
    words = {schema["const"]} if "const" in schema else set(schema.get("enum", ()))
    types = schema.get("type", [])
    node = Node(types={types} if isinstance(types, str) else set(types))
    node.types = {"number" if t == "integer" else t for t in node.types}
    node.words = {w for w in words if isinstance(w, str)} or None
    if isinstance(schema.get("items"), Mapping):
        node.items = of_type(schema["items"], all_, "", depth + 1)
    for key, each in schema.get("properties", {}).items():
        node.fields[key] = of_type(each, all_, key, depth + 1)
    node.required = set(schema.get("required", ())) or None
    more = schema.get("additionalProperties")
    if isinstance(more, Mapping) and more:
        node.others = of_type(more, all_, "", depth + 1)
    return node


def _either(nodes: list[Node]) -> Node:
    objects = [n for n in nodes if "object" in n.types]
    merged = Node()
    for node in nodes:
        merged.merge(node)
    merged.required = set.intersection(*(n.required or set() for n in objects)) if objects else None
    strings = [n for n in nodes if "string" in n.types]
    if strings and all(n.words for n in strings):
        merged.words = set().union(*(n.words or set() for n in strings))
    return merged


# -- the sources -------------------------------------------------------------------------------------------------------------


class _Plain(ast.NodeTransformer):
    """Turns what is computed in a test's payload into text, so that the rest can be read."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.Name | ast.Call | ast.Attribute | ast.JoinedStr | ast.Subscript):
            return ast.Constant(_COMPUTED)
        return super().generic_visit(node)


def written_payloads(folder: Path) -> Iterator[dict[str, Any]]:
    """The payloads that stand in Bolt's tests, as dictionaries or as JSON text."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            try:
                if isinstance(node, ast.Dict):
                    found = ast.literal_eval(ast.fix_missing_locations(_Plain().visit(node)))
                elif isinstance(node, ast.Constant) and isinstance(node.value, str) and '"type"' in node.value:
                    found = json.loads(node.value)
                else:
                    continue
            except (ValueError, TypeError):
                continue
            if isinstance(found, dict) and isinstance(found.get("type"), str):
                yield found


def _event_name(event: Mapping[str, Any]) -> str:
    name, subtype = str(event.get("type")), event.get("subtype")
    return f"{name}.{subtype}" if name == "message" and subtype else name


def event_types(schemas: Mapping[str, Any]) -> Iterator[tuple[str, Node]]:
    """Every event of @slack/types with its type, and its subtype if it is a message."""
    for name, schema in schemas.items():
        fields = schema.get("properties", {})
        if not name.endswith("Event") or "type" not in fields:
            continue
        kinds = fields["type"].get("enum", [fields["type"].get("const")])
        for kind in kinds:
            yield (
                _event_name({"type": kind, "subtype": fields.get("subtype", {}).get("const")}),
                of_type(schema, schemas),
            )


# -- writing -----------------------------------------------------------------------------------------------------------------


def _write(name: str, node: Node, *samples: Node) -> None:
    for sample in samples:
        node.merge(sample)
    kind = name.removeprefix("event.")
    node.required = ((node.required or set()) - _NOT_ALWAYS.get(kind, set())) | _ALWAYS.get(kind, set())
    schema = {"$schema": "http://json-schema.org/draft-07/schema#"} | node.schema()
    text = json.dumps(schema, sort_keys=True, separators=(",", ":"))
    (TARGET / f"{name}.schema.json").write_text(text + "\n", "utf-8")


def _definitions(types: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((types / f"T_{name}.json").read_text("utf-8"))["definitions"]
    return found


def _payload(name: str, types: Path, logs: Path, written: Iterable[dict[str, Any]]) -> Node:
    document = _definitions(types, name)
    node = of_type(document[f"T_{name}"], document)
    if name in _SAMPLES:
        node.merge(of_value(json.loads((logs / _SAMPLES[name]).read_text("utf-8"))))
    for payload in written:
        if payload["type"] == name:
            node.merge(of_value(payload))
    if "actions" in node.fields:
        node.fields["actions"] = Node(types={"array"}, items=Node(types={"object"}))
    if name == "block_suggestion":  # typed as anything; it is that of block_actions
        shown = json.loads((logs / _SAMPLES["block_actions"]).read_text("utf-8"))["container"]
        node.fields["container"].merge(of_value(shown))
    if "event" in node.fields:
        node.fields["event"] = Node(types={"object"})
    return node


def _actions(types: Path, written: Iterable[dict[str, Any]]) -> dict[str, Node]:
    document = _definitions(types, "block_actions")
    nodes = {}
    for each in document["BlockElementAction"]["anyOf"]:
        schema = document[each["$ref"].rpartition("/")[2]]
        nodes[schema["properties"]["type"]["const"]] = of_type(schema, document)
    for payload in written:
        for action in payload.get("actions", ()) if payload["type"] == "block_actions" else ():
            if isinstance(action, dict) and action.get("type") in nodes:
                nodes[action["type"]].merge(of_value(action))
    return nodes


def typescript() -> str:
    """The file that ts-json-schema-generator is run on."""
    lines = [
        'import type { SlackEvent } from "@slack/types";',
        f'import type {{ {", ".join(_TYPES.values())} }} from "@slack/bolt";',
    ]
    lines += [f"export type T_{name} = {type_};" for name, type_ in _TYPES.items()]
    return "\n".join([*lines, "export type T_events = SlackEvent;"])


def main(types: Path, logs: Path, bolt: Path) -> None:
    TARGET.mkdir(exist_ok=True)
    written = list(written_payloads(bolt))
    for name in _TYPES:
        _write(name, _payload(name, types, logs, written))
    for kind, node in _actions(types, written).items():
        _write(f"action.{kind}", node)
    samples = [json.loads(p.read_text("utf-8")) for p in sorted((logs / "events").glob("*.json"))]
    events = [e for p in (*samples, *written) if isinstance(e := p.get("event"), dict)]
    document = _definitions(types, "events")
    for name, node in event_types(document):
        if name in _EVENTS or name.partition(".")[0] == "message":
            _write(f"event.{name}", node, *(of_value(e) for e in events if _event_name(e) == name))


if __name__ == "__main__":
    if sys.argv[1:] == ["--typescript"]:
        print(typescript())
    else:
        main(*(Path(argument) for argument in sys.argv[1:4]))
