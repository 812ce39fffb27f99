"""The Slack app this bot needs: its manifest, from which a company makes an app of its own.

The scopes are exactly those that the methods and events in use ask for; a test compares them with Slack's own tables.
"""

import json
from importlib import resources
from typing import Any

# Every Web API method the bot calls, and every event it subscribes to. The tests hold the code to these lists.
METHODS = (
    "apps.connections.open",
    "auth.test",
    "chat.delete",
    "chat.postEphemeral",
    "chat.postMessage",
    "chat.update",
    "conversations.create",
    "conversations.history",
    "conversations.invite",
    "conversations.join",
    "conversations.list",
    "conversations.members",
    "conversations.open",
    "conversations.replies",
    "conversations.setPurpose",
    "conversations.setTopic",
    "files.completeUploadExternal",
    "files.getUploadURLExternal",
    "pins.add",
    "users.info",
    "views.open",
    "views.publish",
    "views.update",
)
EVENTS = ("app_home_opened", "app_mention", "message.channels", "message.groups", "message.im")


def manifest(address: str = "") -> dict[str, Any]:
    """The manifest as it ships, for Socket Mode; or for an app that is told over HTTP, at this address."""
    text = resources.files("warroom.slack").joinpath("manifest.json").read_text(encoding="utf-8")
    shipped: dict[str, Any] = json.loads(text)
    if address:
        settings = shipped["settings"]
        settings["socket_mode_enabled"] = False
        settings["event_subscriptions"]["request_url"] = address
        settings["interactivity"]["request_url"] = address
        for command in shipped["features"]["slash_commands"]:
            command["url"] = address
    return shipped


def scopes() -> frozenset[str]:
    """The bot scopes the manifest asks for."""
    return frozenset(manifest()["oauth_config"]["scopes"]["bot"])
