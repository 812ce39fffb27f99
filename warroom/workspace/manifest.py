"""Reads an app manifest (Slack's schema, version 1 or 2) into what the workspace needs to know of it.

Only what is used is read. Limits are those of Slack's published manifest schema.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import yaml


class ManifestError(Exception):
    """The manifest cannot be installed; the text says why."""


@dataclass(frozen=True, kw_only=True)
class Command:
    command: str
    description: str
    usage_hint: str
    should_escape: bool
    url: str


@dataclass(frozen=True, kw_only=True)
class Shortcut:
    name: str
    type: Literal["global", "message"]
    callback_id: str
    description: str


@dataclass(frozen=True, kw_only=True)
class Features:
    """What the app may do and wants to be told."""

    name: str
    bot_name: str
    description: str
    scopes: frozenset[str]
    bot_events: frozenset[str]
    commands: tuple[Command, ...]
    shortcuts: tuple[Shortcut, ...]
    home_tab: bool
    messages_tab: bool
    messages_tab_read_only: bool
    interactivity: bool
    socket_mode: bool
    event_url: str
    interactivity_url: str
    options_url: str
    metadata_subscriptions: frozenset[tuple[str, str]]  # (app id or *, event type or *)
    unfurl_domains: tuple[str, ...]

    def wants_metadata(self, app_id: str, event_type: str) -> bool:
        """Whether the app asked to hear of such metadata of that app's messages."""
        return any(app in (app_id, "*") and kind in (event_type, "*") for app, kind in self.metadata_subscriptions)


def parse_manifest(text: str) -> Mapping[str, Any]:
    """The manifest that somebody wrote, as JSON or YAML.

    Raises:
        ManifestError: It is neither, or not an object.
    """
    try:
        written = json.loads(text)
    except ValueError:
        written = _yaml(text)
    if not isinstance(written, dict):
        raise ManifestError("The manifest must be an object with display_information, features and more.")
    return written


def _yaml(text: str) -> Any:
    try:
        return json.loads(json.dumps(yaml.safe_load(text), default=str))  # dates become text, as in JSON
    except (yaml.YAMLError, TypeError, ValueError) as wrong:
        mark = getattr(wrong, "problem_mark", None)
        place = f": see line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise ManifestError(f"The manifest is neither JSON nor YAML{place}.") from None


def read_manifest(manifest: Mapping[str, Any]) -> Features:
    """Reads the manifest.

    Raises:
        ManifestError: It lacks a name, a bot user, or breaks one of the schema's limits.
    """
    shown = _section(manifest, "display_information")
    features = _section(manifest, "features")
    settings = _section(manifest, "settings")
    home = _section(features, "app_home")
    events = _section(settings, "event_subscriptions")
    interactivity = _section(settings, "interactivity")
    name = _text(shown, "name", 35, required=True)
    bot = features.get("bot_user")
    if not isinstance(bot, Mapping):
        raise ManifestError("features.bot_user is missing: without a bot user there is no bot token.")
    return Features(
        name=name,
        bot_name=_text(bot, "display_name", 80, required=True),
        description=_text(shown, "description", 140),
        scopes=frozenset(_texts(_section(_section(manifest, "oauth_config"), "scopes"), "bot", 255)),
        bot_events=frozenset(_texts(events, "bot_events", 100)),
        commands=tuple(_command(item) for item in _objects(features, "slash_commands", 50)),
        shortcuts=tuple(_shortcut(item) for item in _objects(features, "shortcuts", 10)),
        home_tab=bool(home.get("home_tab_enabled", False)),
        messages_tab=bool(home.get("messages_tab_enabled", False)),
        messages_tab_read_only=bool(home.get("messages_tab_read_only_enabled", False)),
        interactivity=bool(interactivity.get("is_enabled", False)),
        socket_mode=bool(settings.get("socket_mode_enabled", False)),
        event_url=str(events.get("request_url", "")),
        interactivity_url=str(interactivity.get("request_url", "")),
        options_url=str(interactivity.get("message_menu_options_url", "")),
        metadata_subscriptions=frozenset(_metadata(item) for item in _items(events, "metadata_subscriptions", 20)),
        unfurl_domains=tuple(str(domain).lower() for domain in _items(features, "unfurl_domains", 5)),
    )


def _section(parent: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = parent.get(name, {})
    if not isinstance(value, Mapping):
        raise ManifestError(f"{name} must be an object.")
    return value


def _items(parent: Mapping[str, Any], name: str, most: int) -> list[Any]:
    value = parent.get(name, [])
    if not isinstance(value, list) or len(value) > most:
        raise ManifestError(f"{name} must be a list of at most {most}.")
    return value


def _texts(parent: Mapping[str, Any], name: str, most: int) -> list[str]:
    items = _items(parent, name, most)
    if not all(isinstance(item, str) for item in items):
        raise ManifestError(f"{name} must be a list of texts.")
    return items


def _objects(parent: Mapping[str, Any], name: str, most: int) -> list[Mapping[str, Any]]:
    items = _items(parent, name, most)
    if not all(isinstance(item, Mapping) for item in items):
        raise ManifestError(f"{name} must be a list of objects.")
    return items


def _text(parent: Mapping[str, Any], name: str, most: int, *, required: bool = False) -> str:
    value = parent.get(name, "")
    if not isinstance(value, str) or len(value) > most or (required and not value):
        raise ManifestError(f"{name} must be text of {'1' if required else '0'} to {most} characters.")
    return value


def _metadata(item: Mapping[str, Any]) -> tuple[str, str]:
    if not isinstance(item, Mapping):
        raise ManifestError("A metadata subscription is an object with app_id and event_type.")
    return _text(item, "app_id", 100, required=True), _text(item, "event_type", 50, required=True)


def _command(item: Mapping[str, Any]) -> Command:
    command = _text(item, "command", 32, required=True)
    if not command.startswith("/") or " " in command:
        raise ManifestError(f"{command} is not a slash command.")
    return Command(
        command=command,
        description=_text(item, "description", 2000, required=True),
        usage_hint=_text(item, "usage_hint", 1000),
        should_escape=bool(item.get("should_escape", False)),
        url=_text(item, "url", 3000),
    )


def _shortcut(item: Mapping[str, Any]) -> Shortcut:
    type_: Literal["global", "message"]
    match item.get("type"):
        case "global":
            type_ = "global"
        case "message":
            type_ = "message"
        case other:
            raise ManifestError(f"A shortcut is global or message, not {other!r}.")
    return Shortcut(
        name=_text(item, "name", 24, required=True),
        type=type_,
        callback_id=_text(item, "callback_id", 255, required=True),
        description=_text(item, "description", 150, required=True),
    )
