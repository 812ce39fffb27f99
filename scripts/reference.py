"""Writes the reference pages in `docs/reference` from the code, so that they cannot disagree with it.

python scripts/reference.py            write them
python scripts/reference.py --check    write nothing; fail when one of them is stale
"""

import inspect
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import typer
from pydantic import AliasChoices, SecretStr
from pydantic.fields import FieldInfo
from typer.models import ArgumentInfo, OptionInfo

from warroom.cli import exits
from warroom.cli.app import app
from warroom.core import breakable, events, injects, probes, steps
from warroom.core.when import CONDITIONS
from warroom.definitions.loader import called
from warroom.definitions.schema import schema
from warroom.settings import Settings
from warroom.slack import manifest
from warroom.slack.slash import WORDS
from warroom.workspace.faults import ORDERS, order_named
from warroom.workspace.methods import METHODS, NOT_HERE

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "reference"
NOTICE = "<!-- Written by scripts/reference.py from the code. Change the code, then run it again. -->"
Schema = Mapping[str, Any]
Lines = Iterator[str]

# What each permission is for. A permission that is missing here stops the script: nobody should ask for one in silence.
SCOPES = {
    "app_mentions:read": "answers when somebody writes @warroom in a channel or thread",
    "channels:history": "keeps what is said in war rooms, and looks for its own message after an unclear failure",
    "channels:join": "joins a channel it was not invited to, such as the one where incidents are announced",
    "channels:manage": "opens public war rooms, invites people, sets topic and purpose",
    "channels:read": "sees who is in a channel, and finds its own channel again",
    "chat:write": "says everything it says",
    "chat:write.customize": "speaks as a scenario's actors, with their name and face",
    "commands": "`/warroom` and the shortcuts",
    "files:write": "hands over the report as files",
    "groups:history": "hears NO DUFF in the backchannel, which is private, and looks for its own message there",
    "groups:read": "sees who is in a private channel",
    "groups:write": "opens the backchannel and invites the dungeon master",
    "im:history": "hears what is said to it in a direct message",
    "im:read": "knows its direct messages",
    "im:write": "tells one person something when there is no channel to tell it in",
    "pins:write": "pins the status card and the panel",
    "users:read": "people's names, for the report; who is a bot and not a player",
}


def main() -> int:
    pages = {FOLDER / name: "\n".join([NOTICE, "", *lines()]).rstrip() + "\n" for name, lines in PAGES.items()}
    stale = [path.name for path, text in pages.items() if not path.is_file() or path.read_text("utf-8") != text]
    if "--check" in sys.argv:
        print(f"stale: {', '.join(stale)}; run scripts/reference.py" if stale else "up to date")
        return 1 if stale else 0
    for path, text in pages.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return 0


def row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def table(*names: str) -> Lines:
    yield from (row(*names), f"|{'---|' * len(names)}")


# --- settings


def settings() -> Lines:
    yield "# Settings"
    yield ""
    yield "All come from the environment. Lists are comma-separated. The tokens may also be given as files that hold them:"
    yield "`WARROOM_SLACK_BOT_TOKEN_FILE`, `WARROOM_SLACK_APP_TOKEN_FILE`, `WARROOM_WEBHOOK_TOKENS_FILE`. All mistakes are"
    yield "reported together, before anything starts."
    yield ""
    yield from table("name", "default", "meaning")
    for name, field in Settings.model_fields.items():
        meaning = field.description or ""
        if isinstance(field.validation_alias, AliasChoices):
            meaning += f" `{field.validation_alias.choices[-1]}` does as well."
        yield row(f"`WARROOM_{name.upper()}`", _setting_default(field), meaning)


def _setting_default(field: FieldInfo) -> str:
    value = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
    return "none" if value in ("", ()) else f"`{value}`"


# --- the command line


def commands() -> Lines:
    yield "# Commands"
    yield ""
    yield "Results go to stdout, everything else to stderr. `--help` works everywhere."
    for path, callback in command_line():
        yield from ("", f"## warroom {path}", "", inspect.getdoc(callback) or "")
        if rows := [row(*cells) for cells in _parameters(callback)]:
            yield from ("", *table("option", "default", "meaning"), *rows)
    yield from ("", "## Exit codes", "", "They are part of the interface: scripts may rely on them.", "")
    yield from table("code", "name", "meaning")
    for name, code, meaning in re.findall(r"(\w+) = (\d+)(?:  # (.*))?", inspect.getsource(exits)):
        yield row(code, name, meaning or _PLAIN_EXITS[name])


_PLAIN_EXITS = {"OK": "it went well", "USAGE": "the command was not understood", "INTERRUPTED": "stopped by Ctrl-C"}


def command_line(group: typer.Typer = app, prefix: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every command with the words that call it."""
    for command in group.registered_commands:
        if command.callback is not None:
            yield prefix + (command.name or command.callback.__name__), command.callback
    for inner in group.registered_groups:
        if inner.typer_instance is not None:
            yield from command_line(inner.typer_instance, f"{prefix}{inner.name} ")


def _parameters(callback: Callable[..., Any]) -> Iterator[tuple[str, str, str]]:
    hints = get_type_hints(callback, include_extras=True)
    for name, parameter in inspect.signature(callback).parameters.items():
        if get_origin(hints[name]) is not Annotated:
            raise TypeError(f"{callback.__name__}: {name} does not say what it is")
        kind, info = get_args(hints[name])[:2]
        argument = isinstance(info, ArgumentInfo)
        written = name.upper() if argument else next(iter(_declared(info)), f"--{name.replace('_', '-')}")
        yield f"`{written}`", _default(parameter.default, kind), info.help or ""


def _declared(info: OptionInfo) -> tuple[str, ...]:
    """Inside `Annotated` typer takes the first name for the default until it builds the command."""
    first = info.default if isinstance(info.default, str) and info.default.startswith("--") else None
    return ((first,) if first else ()) + tuple(info.param_decls or ())


def _default(value: object, kind: object) -> str:
    if value is inspect.Parameter.empty:
        return "must be given"
    if value is None or kind is bool:
        return "–"
    return f"`{value}`"


# --- the chat


def chat() -> Lines:
    yield "# Words in the chat"
    yield ""
    yield "After `/warroom`; in a direct message to the bot, without it; or after `@warroom` in a channel or thread (Slack"
    yield "takes no slash commands in threads). What is written in capitals is yours to fill in, `[…]` may be left out."
    yield "What is not allowed now is told to you alone, and changes nothing."
    yield ""
    yield from table("say", "to")
    for word in WORDS.values():
        yield row(f"`{word.usage}`", word.means)


# --- the app at Slack


def slack() -> Lines:
    yield "# The Slack app"
    yield ""
    yield "`warroom slack manifest` prints all of this for pasting. The app-level token needs `connections:write`."
    yield from ("", "## Permissions of the bot", "", *table("scope", "what it is for"))
    for scope in sorted(manifest.scopes()):
        yield row(f"`{scope}`", SCOPES[scope])
    yield from ("", "## Events it subscribes to", "", ", ".join(f"`{each}`" for each in manifest.EVENTS))
    yield from ("", "## Methods it calls", "", ", ".join(f"`{each}`" for each in manifest.METHODS))


# --- the formats


def format_of(kind: str, opening: str) -> Callable[[], Lines]:
    def page() -> Lines:
        drawn = schema(kind)
        yield f"# Fields of {called(kind)}"
        yield ""
        yield from opening.splitlines()
        yield from _mapping(drawn, "")

    return page


KIND_WORDS = {
    *steps.KINDS,
    *injects.KINDS,
    *CONDITIONS,
    *probes.KINDS,
    *breakable.KINDS,
    "at",
    "after",
    "when",
    "by_hand",
    "all",
    "any",
    "met_by",
    "judged",
}


def _mapping(drawn: Schema, where: str) -> Lines:
    yield from ("", f"## {f'`{where}`' if where else 'The file'}", "")
    yield from table("key", "type", "needed", "default", "meaning")
    needs = dict.fromkeys(drawn["required"], "yes") | dict(_kind_needs(drawn))
    for key, each in drawn["properties"].items():
        default = f"`{each['default']}`" if "default" in each else ""
        yield row(f"`{key}`", _type(each), needs.get(key, ""), default, each.get("description", ""))
    if isinstance(drawn["additionalProperties"], dict):
        yield row("*any name*", _type(drawn["additionalProperties"]), "", "", "")
    for key, each in drawn["properties"].items():
        yield from _below(each, f"{where}.{key}" if where else key)


def _below(each: Schema, where: str) -> Lines:
    if each.get("type") == "array" and each["items"].get("properties"):
        yield from _mapping(each["items"], f"{where}[]")
    elif each.get("properties") or (isinstance(each.get("additionalProperties"), dict) and "required" in each):
        yield from _mapping(each, where)
    elif isinstance(inner := each.get("additionalProperties"), dict) and inner.get("properties"):
        yield from _mapping(inner, f"{where}.NAME")


def _kind_needs(drawn: Schema) -> Iterator[tuple[str, str]]:
    for branches in (each["oneOf"] for each in drawn.get("allOf", ())):
        words = [next(key for key in branch["required"] if key in KIND_WORDS) for branch in branches]
        every = set(words).union(*(branch.get("properties", {}) for branch in branches))
        for word, branch in zip(words, branches, strict=True):
            yield word, f"one of {', '.join(f'`{each}`' for each in words)}" if len(words) < 5 else "one of these"
            for key in every - set(branch.get("properties", {})) - set(words):
                yield key, f"with `{word}`" if key in branch["required"] else f"may stand with `{word}`"


def _type(each: Schema) -> str:
    if "enum" in each:
        return ", ".join(f"`{word}`" for word in each["enum"])
    if "const" in each:
        return f"`{each['const']}`"
    if "anyOf" in each:
        return "list of texts, or one"
    return _TYPES[each["type"]](each)


def _text_type(each: Schema) -> str:
    pattern = each.get("pattern", "")
    if pattern.startswith("^[a-z"):
        return "name"
    return "text" if not pattern else "place on the clock" if r"T\+" in pattern else "length"


def _object_type(each: Schema) -> str:
    return "names and texts" if each.get("additionalProperties") == {"type": "string"} else "mapping"


_TYPES: dict[str, Callable[[Schema], str]] = {
    "string": _text_type,
    "integer": lambda each: "whole number",
    "boolean": lambda each: "`true`",
    "array": lambda each: "list of mappings",
    "object": _object_type,
}

_UNITS = """\
A *name* is lowercase letters, digits and hyphens. A *length* has units: `90s`, `5m`, `1h 30m`. A *place on the clock* begins
with `T+`: `T+12m`. `warroom schema {kind}` prints the same as JSON Schema, for editors; how to use it all is in
[{page}](../{page}.md)."""


# --- the timeline


def timeline() -> Lines:
    yield "# Events on the timeline"
    yield ""
    yield "What can stand on a timeline, as it is named in a JSON export. Every entry also has a number, when it was recorded,"
    yield "when it occurred if that differs, and by whom. *Hidden* texts reach the dungeon master alone; *typed* ones are"
    yield "people's own words and can be redacted. Fields are added over time, and never renamed or removed."
    for section, names in _sections(inspect.getsource(events)):
        yield from ("", f"## {section}")
        for name in names:
            event = events.vocabulary()[name]
            yield from ("", f"### {name}", "")
            doc = inspect.getdoc(event) or ""
            if not doc.startswith(f"{name}("):  # which is what a dataclass without a docstring says of itself
                yield from (doc, "")
            yield ", ".join(map(_field, fields(event))) or "No fields."


def _sections(source: str) -> Iterator[tuple[str, list[str]]]:
    for part in source.split("\n# --- ")[1:]:
        title = part.partition("\n")[0]
        yield title[0].upper() + title[1:], re.findall(r"^class (\w+)\(Event\)", part, re.MULTILINE)


def _field(each: "Field[Any]") -> str:
    kind = each.type if isinstance(each.type, str) else getattr(each.type, "__name__", str(each.type))
    if get_origin(each.type) is not None:
        kind = re.sub(r"\b[a-z_]+\.(?:[a-z_]+\.)*", "", str(each.type))
    optional = each.default is not MISSING or each.default_factory is not MISSING
    return f"`{each.name}` ({_plain(kind)}{', optional' if optional else ''})"


def _plain(kind: str) -> str:
    if "Kept.HIDDEN" in kind:
        return "hidden " + ("scenario" if "Scenario" in kind else "text")
    if "Kept.TYPED" in kind:
        return "typed text"
    return {"str": "text", "bool": "yes or no", "int": "number", "timedelta": "length", "datetime": "time"}.get(
        kind, kind.replace("tuple[str, ...]", "texts").replace("Mapping[str, str]", "names and texts")
    )


# --- the local workspace

DIFFERENCES = (
    "One workspace, no Enterprise organisation: no `enterprise_id`, no org-wide install, no encryption keys.",
    "No tokens of people (`xoxp-`), no token rotation, no OAuth: apps are installed from their manifest.",
    "No canvases, lists, huddles, workflows, search, reminders, custom status expiry; nobody is ever away for long.",
    "Text-only messages of apps come back without the `rich_text` block that Slack may add; what people type has one.",
    "Links are not unfurled by the workspace: nothing is ever fetched. `link_shared` and `chat.unfurl` work.",
    "Socket Mode's own schedule of redelivery is not published; that of request URLs is used for both.",
    "A connection that Slack would recycle after hours is recycled after the time that its `hello` names.",
    "Which of two errors comes first when both apply is mostly not published: here it is token, rate limit, scope, "
    "arguments, channel, then the rest.",
)


def workspace() -> Lines:
    yield "# The local workspace"
    yield ""
    yield "What it answers and how it can be broken. How to use it: [the local workspace](../workspace.md)."
    yield from ("", "## Faults", "")
    yield "Ordered in Python, or with `POST /local/faults` and the name under `fault`. A method is one of those below, or `*`."
    yield ""
    yield from table("fault", "fields", "what happens")
    for order in map(order_named, ORDERS):
        shown = (f"`{f.name}`" + ("" if f.required else f" ({json.dumps(f.default)})") for f in order.fields)
        yield row(f"`{order.name}`", ", ".join(shown), order.sentence)
    yield from ("", "## Methods", "")
    yield "With Slack's rate limit (calls a minute, or *special*) and the scopes of which one is needed."
    yield ""
    yield from table("method", "tier", "scopes")
    for name, method in sorted(METHODS.items()):
        tier = {"post": "one a second and channel"}.get(str(method.tier), str(method.tier))
        yield row(f"`{name}`", tier, ", ".join(f"`{scope}`" for scope in method.any_scope()) or "none")
    yield from ("", "## What is not here", "")
    yield "Any method that is not in the table above answers `unknown_method`. Of those that apps might miss:"
    yield ""
    yield from table("method", "why")
    for name, reason in sorted(NOT_HERE.items()):
        yield row(f"`{name}`", reason)
    yield from ("", *(f"- {each}" for each in DIFFERENCES))


PAGES: dict[str, Callable[[], Lines]] = {
    "settings.md": settings,
    "commands.md": commands,
    "chat.md": chat,
    "slack.md": slack,
    "runbook-fields.md": format_of("runbook", _UNITS.format(kind="runbook", page="runbooks")),
    "scenario-fields.md": format_of("scenario", _UNITS.format(kind="scenario", page="scenarios")),
    "catalogue-fields.md": format_of("catalogue", _UNITS.format(kind="catalogue", page="runbooks")),
    "allowed-fields.md": format_of(
        "allowed",
        "Every pattern is a regular expression of Python's kind, and must match the whole of what it stands for. `warroom schema\n"
        "allowed` prints the same as JSON Schema, for editors; how to use it all is in [acts](../acts.md#the-allow-list).",
    ),
    "events.md": timeline,
    "workspace.md": workspace,
}


if __name__ == "__main__":
    sys.exit(main())
