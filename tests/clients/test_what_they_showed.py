"""What was wrong here until somebody else's client or app did not get on with it; one test for each."""

from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from warroom.workspace import Workspace

from .scene import SEED, manifest


async def test_scopes_are_told_in_lower_case_headers() -> None:
    """A reply's headers name the scopes one has and those the method accepts, in the lower case of Slack's own (Errbot)."""
    async with Workspace(seed=SEED) as workspace:
        app = await workspace.install(manifest())
        headers = {"Authorization": f"Bearer {app.bot_token}"}
        async with aiohttp.ClientSession() as session:
            reply = await session.post(f"{workspace.api_url}team.info", headers=headers)
        raw = {name.decode(): value.decode() for name, value in reply.raw_headers}
        assert "team:read" in raw["x-oauth-scopes"].split(",")
        assert raw["x-accepted-oauth-scopes"] == "team:read"


async def test_everybody_has_an_avatar_hash() -> None:
    """A profile has the hash of its picture, the same each time and another one for another person (Slack Machine)."""
    async with Workspace(seed=SEED) as workspace:
        app = await workspace.install(manifest())
        client = AsyncWebClient(token=app.bot_token, base_url=workspace.api_url)
        members: list[dict[str, Any]] = (await client.users_list())["members"]
        hashes = [member["profile"]["avatar_hash"] for member in members]
        assert len(set(hashes)) == len(members) == 4
        again = await client.users_info(user=members[0]["id"])
        assert again["user"]["profile"]["avatar_hash"] == hashes[0]


async def test_checkboxes_may_begin_with_none_checked() -> None:
    """An empty list of initial options is taken for checkboxes, though not for a menu (free-slack-poll)."""
    async with Workspace(seed=SEED) as workspace:
        app = await workspace.install(manifest())
        client = AsyncWebClient(token=app.bot_token, base_url=workspace.api_url)
        room = (await client.conversations_create(name="polls"))["channel"]["id"]
        options = [{"text": {"type": "plain_text", "text": "Anonymous"}, "value": "anonymous"}]
        boxes = {"type": "checkboxes", "action_id": "how", "options": options, "initial_options": []}
        await client.chat_postMessage(channel=room, text="x", blocks=[{"type": "actions", "elements": [boxes]}])
        menu = boxes | {"type": "multi_static_select"}
        section = {"type": "section", "text": {"type": "mrkdwn", "text": "How?"}, "accessory": menu}
        with pytest.raises(SlackApiError, match="invalid_blocks"):
            await client.chat_postMessage(channel=room, text="x", blocks=[section])
