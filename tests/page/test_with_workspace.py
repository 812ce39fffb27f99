"""The page with the real local workspace behind it: that the stand-in has not drifted from what it stands in for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect
from slack_sdk.web.async_client import AsyncWebClient

from tests.page import blocks, story
from tests.page.conftest import Tabs
from warroom.workspace.seed import Person, Seed
from warroom.workspace.server import InstalledApp, Workspace

pytestmark = pytest.mark.asyncio(loop_scope="session")

PEOPLE = (
    Person(name="vera", real_name="Vera Lund", role="Dungeon master", emoji="🐉"),
    Person(name="ida", real_name="Ida Holm", role="Responder", emoji="🦊"),
)
MANIFEST: dict[str, Any] = {
    "display_information": {"name": "warroom"},
    "features": {
        "bot_user": {"display_name": "warroom"},
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "slash_commands": [{"command": "/warroom", "description": "Game days", "usage_hint": "[status]"}],
    },
    "oauth_config": {
        "scopes": {
            "bot": ["chat:write", "channels:join", "channels:read", "pins:write", "commands", "chat:write.customize"]
        }
    },
    "settings": {"socket_mode_enabled": True, "interactivity": {"is_enabled": True}},
}


@pytest_asyncio.fixture(loop_scope="session")
async def real() -> AsyncIterator[Workspace]:
    """A workspace with two people and one channel; no app runs."""
    async with Workspace(seed=Seed(people=PEOPLE, channels=("general", "incidents"))) as workspace:
        yield workspace


@pytest_asyncio.fixture(loop_scope="session")
async def app(real: Workspace) -> InstalledApp:
    """The app whose token posts."""
    return await real.install(MANIFEST)


@pytest_asyncio.fixture(loop_scope="session")
async def window(tabs: Tabs) -> AsyncIterator[Tabs]:
    """The tabs, which are given back afterwards."""
    yield tabs
    await tabs.give_back()


async def _open(window: Tabs, real: Workspace, person: str) -> Page:
    page = await window.take()
    page.set_default_timeout(15_000)  # a browser on a busy machine
    await page.goto(f"{real.url}/?as={real.person(person)}")
    await page.wait_for_selector("body.ready")
    await page.locator("#sidebar").get_by_role("button", name="#incidents").click()
    await expect(page.locator("#header h1")).to_have_text("incidents")
    return page


async def test_people_talk(window: Tabs, real: Workspace, app: InstalledApp) -> None:
    """What one person writes, edits and reacts to in a window, the other sees in theirs, with names for what was typed."""
    vera, ida = await _open(window, real, "vera"), await _open(window, real, "ida")
    await vera.get_by_label("Message", exact=True).fill("hello @ida & <b>all</b>")
    await vera.keyboard.press("Enter")
    row = ida.locator(".message").last
    await expect(row).to_contain_text("hello @Ida Holm & <b>all</b>")
    await expect(row.locator(".name")).to_have_text("Vera Lund")
    await row.hover()
    await row.get_by_role("button", name="React with eyes").click()
    await expect(vera.get_by_role("button", name="eyes, 1, Ida Holm")).to_be_visible()
    await vera.get_by_label("Message", exact=True).press("ArrowUp")
    await vera.get_by_role("dialog").get_by_label("Message").fill("hello @ida, edited")
    await vera.keyboard.press("Enter")
    await expect(row).to_contain_text("hello @Ida Holm, edited (edited)")


async def test_the_app_speaks(window: Tabs, real: Workspace, app: InstalledApp) -> None:
    """A card the app posts, pins, updates and answers in a thread arrives in a window that was open before."""
    ida = await _open(window, real, "ida")
    client = AsyncWebClient(token=app.bot_token, base_url=real.api_url)
    channels: list[dict[str, Any]] = (await client.conversations_list())["channels"]
    channel = next(one["id"] for one in channels if one["name"] == "incidents")
    await client.conversations_join(channel=channel)
    card = await client.chat_postMessage(channel=channel, text="EXERCISE step 3", blocks=story.STATUS_CARD)
    await expect(ida.get_by_role("button", name="Need help")).to_be_visible()
    await client.pins_add(channel=channel, timestamp=card["ts"])
    await expect(ida.locator(".pinned")).to_contain_text("EXERCISE step 3")
    await client.chat_update(channel=channel, ts=card["ts"], text="EXERCISE step 4", blocks=story.STATUS_CARD[:1])
    await expect(ida.locator(".pinned")).to_contain_text("EXERCISE step 4")
    await expect(ida.get_by_role("button", name="Need help")).to_have_count(0)
    await client.chat_postMessage(channel=channel, thread_ts=card["ts"], text="by the way")
    await ida.get_by_role("button", name="1 reply").click()
    await expect(ida.get_by_role("complementary", name="Thread")).to_contain_text("by the way")


async def test_an_app_that_is_away(window: Tabs, real: Workspace, app: InstalledApp) -> None:
    """A command of an app that does not answer is explained once, in the words of Slack's client."""
    ida = await _open(window, real, "ida")
    await ida.get_by_label("Message", exact=True).fill("/warroom status")
    await ida.keyboard.press("Enter")
    await expect(ida.locator(".notice")).to_contain_text("/warroom failed with the error")
    await expect(ida.locator(".notice")).to_have_count(1)
    await expect(ida.locator(".notice .times")).to_have_text("")


async def test_files_travel(window: Tabs, real: Workspace, app: InstalledApp) -> None:
    """A file that one person attaches is shown to the other with its text, and its bytes come back as they were sent."""
    vera, ida = await _open(window, real, "vera"), await _open(window, real, "ida")
    await vera.locator("#foot input[type=file]").set_input_files(
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"<b>alpha</b>"}
    )
    await vera.get_by_label("Message", exact=True).fill("the notes")
    await vera.keyboard.press("Enter")
    row = ida.locator(".message").last
    await expect(row).to_contain_text("the notes")
    await row.get_by_text("Look into notes.txt").click()
    await expect(row.locator(".file-text pre")).to_have_text("<b>alpha</b>")
    await expect(vera.locator(".tray-file")).to_have_count(0)


async def test_a_channel_is_looked_after_in_the_page(window: Tabs, real: Workspace, app: InstalledApp) -> None:
    """Topic, bookmark, group message and removal go all the way: one window does them, the other sees them."""
    vera, ida = await _open(window, real, "vera"), await _open(window, real, "ida")
    await vera.get_by_role("button", name="Channel actions").click()
    await vera.get_by_role("menuitem", name="Edit topic and description").click()
    await vera.get_by_label("Topic").fill("calm & quick")
    await vera.keyboard.press("Enter")
    await expect(ida.locator("#header .topic")).to_have_text("calm & quick")
    await vera.get_by_role("button", name="Channel actions").click()
    await vera.get_by_role("menuitem", name="Add a bookmark").click()
    await vera.get_by_label("Link").fill("https://runbooks.example.com")
    await vera.get_by_label("Name").fill("Runbooks")
    await vera.keyboard.press("Enter")
    for page in (vera, ida):
        await expect(page.get_by_role("list", name="Bookmarks")).to_contain_text("Runbooks")
    await vera.get_by_role("button", name="2 members").click()
    await vera.get_by_role("button", name="Remove Ida Holm").click()
    await vera.get_by_role("alertdialog").get_by_role("button", name="Remove").click()
    await expect(ida.locator("#foot")).to_contain_text("which you have not joined")


NOT_POSTED = {"hologram", "alert", "file"}  # unknown to Slack; only for modals; only for files the app added


async def test_the_blocks_are_such_as_slack_takes(window: Tabs, real: Workspace, app: InstalledApp) -> None:
    """What the other tests draw is what the workspace's validator lets an app post, and it comes out of the page again."""
    client = AsyncWebClient(token=app.bot_token, base_url=real.api_url)
    channel = real.channel("incidents")
    await client.conversations_join(channel=channel)
    for block in blocks.SHOWN:
        if block["type"] not in NOT_POSTED and "slack_file" not in str(block) and story.DOT not in str(block):
            await client.chat_postMessage(channel=channel, text=block["type"], blocks=[block])
    ida = await _open(window, real, "ida")
    await expect(ida.get_by_role("figure", name="Who is hit")).to_be_visible()
    await expect(ida.locator(".unsupported")).to_have_count(0)
