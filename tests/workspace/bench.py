"""What the tests of the workspace are played on: three people, an app that may do everything, Slack's own client."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from warroom.workspace import InstalledApp, Person, PersonAt, Seed, SeedChannel, SeedGroup, Timing, Workspace

REFERENCE = Path(__file__).parent / "reference"
"""Facts that Slack published: see its README."""

SCOPES = [
    "app_mentions:read",
    "bookmarks:read",
    "bookmarks:write",
    "channels:history",
    "channels:join",
    "channels:manage",
    "channels:read",
    "chat:write",
    "chat:write.customize",
    "commands",
    "emoji:read",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "groups:write",
    "im:history",
    "im:read",
    "im:write",
    "mpim:history",
    "mpim:read",
    "mpim:write",
    "pins:read",
    "pins:write",
    "reactions:read",
    "reactions:write",
    "team:read",
    "usergroups:read",
    "users:read",
    "users:read.email",
]
EVENTS = [
    "app_home_opened",
    "app_mention",
    "channel_archive",
    "channel_created",
    "channel_rename",
    "group_archive",
    "member_joined_channel",
    "member_left_channel",
    "message.channels",
    "message.groups",
    "message.im",
    "message.mpim",
    "pin_added",
    "pin_removed",
    "reaction_added",
    "reaction_removed",
]
SEED = Seed(
    team_name="Ghostbusters",
    people=(
        Person(name="ana", real_name="Ana Lindqvist", role="Responder", emoji="🦊", email="ana@example.com"),
        Person(name="ben", real_name="Ben Okafor", role="Responder", emoji="🐻"),
        Person(name="mira", real_name="Mira Sato", role="Dungeon master", emoji="🐉"),
    ),
    channels=(
        "general",
        SeedChannel(name="ops", members=("ana", "ben")),
        SeedChannel(name="plans", members=("mira",), is_private=True),
    ),
    groups=(SeedGroup(handle="oncall", name="On call", members=("ana",)),),
)


def manifest(
    *, name: str = "warden", without_scopes: tuple[str, ...] = (), events: list[str] | None = None
) -> dict[str, Any]:
    """An app's manifest; by default one that may do everything the workspace knows."""
    return {
        "display_information": {"name": name},
        "features": {
            "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
            "bot_user": {"display_name": name, "always_online": True},
            "shortcuts": [
                {"name": "Begin", "type": "global", "callback_id": "begin", "description": "Begin something"},
                {"name": "Note it", "type": "message", "callback_id": "note", "description": "Keep this message"},
            ],
            "slash_commands": [
                {"command": f"/{name}", "description": "Ask", "usage_hint": "start", "should_escape": True}
            ],
        },
        "oauth_config": {"scopes": {"bot": [s for s in SCOPES if s not in without_scopes]}},
        "settings": {
            "event_subscriptions": {"bot_events": EVENTS if events is None else events},
            "interactivity": {"is_enabled": True},
            "socket_mode_enabled": True,
        },
    }


@dataclass
class Bench:
    """A running workspace, an installed app, and Slack's own client for it."""

    workspace: Workspace
    app: InstalledApp
    client: AsyncWebClient

    def client_for(self, app: InstalledApp) -> AsyncWebClient:
        return AsyncWebClient(token=app.bot_token, base_url=self.workspace.api_url, retry_handlers=[], timeout=10)

    async def call(self, method: str, token: str | None = None, **arguments: Any) -> dict[str, Any]:
        """A call as Slack's Node client makes it: everything in a form, nested values as JSON text."""
        form = {name: value if isinstance(value, str) else json.dumps(value) for name, value in arguments.items()}
        headers = {"Authorization": f"Bearer {token or self.app.bot_token}"}
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.workspace.api_url}{method}", data=form, headers=headers) as response,
        ):
            reply: dict[str, Any] = await response.json()
            return reply

    def session(self) -> aiohttp.ClientSession:
        """A plain HTTP client, for what is no API call."""
        return aiohttp.ClientSession()

    async def refused(self, method: str, **arguments: Any) -> str:
        """The error code of a call that must fail."""
        reply = await self.call(method, **arguments)
        assert reply["ok"] is False, reply
        return str(reply["error"])

    async def room(self, name: str = "war-room", *members: str, private: bool = False) -> str:
        """A new channel of the bot with these people in it."""
        channel = (await self.client.conversations_create(name=name, is_private=private))["channel"]["id"]
        if members:
            await self.client.conversations_invite(channel=channel, users=[self.workspace.person(m) for m in members])
        return str(channel)


StartBench = Callable[..., Awaitable[Bench]]


StartBot = Callable[[Bench, AsyncApp], Awaitable[AsyncSocketModeHandler]]
Arrive = Callable[[Bench, str], Awaitable[PersonAt]]


def bolt(bench: Bench) -> AsyncApp:
    """An empty bot on the bench's app."""
    return AsyncApp(client=bench.client, signing_secret=bench.app.signing_secret)


HASTE = Timing(ack=0.1, retries=(0.0, 0.05, 0.05))
"""Waits short enough for tests of what happens without an answer."""
