"""Looking after the workspace from its page: apps, faults, people, channels and starting over, with the real workspace behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
import yaml
from aiohttp import web
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.page.conftest import DESKTOP, PHONE, Tabs
from tests.page.test_with_workspace import MANIFEST, PEOPLE
from warroom.workspace.seed import Person, Seed
from warroom.workspace.server import InstalledApp, Workspace

pytestmark = pytest.mark.asyncio(loop_scope="session")

SEED = Seed(people=PEOPLE, channels=("general", "incidents"))
PARTS = ("Apps", "Faults", "People and channels", "Start over")
OpenAs = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(loop_scope="session")
async def real() -> AsyncIterator[Workspace]:
    """A workspace with two people and no app."""
    async with Workspace(seed=SEED) as workspace:
        yield workspace


CLIPBOARD = ["clipboard-read", "clipboard-write"]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def tabs(browser: Browser) -> AsyncIterator[Tabs]:
    """The tabs of a window whose page may use the clipboard."""
    context = await browser.new_context(viewport=DESKTOP, permissions=CLIPBOARD)
    yield Tabs(context)
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def open_as(browser: Browser, tabs: Tabs, real: Workspace) -> AsyncIterator[OpenAs]:
    """Opens a window as a person: `await open_as("vera", phone=False)`. A script error or a breach of the policy fails the test."""
    phones: list[BrowserContext] = []
    complaints: list[str] = []

    async def opened(person: str, *, phone: bool = False, **more: Any) -> Page:
        if phone:
            phones.append(await browser.new_context(**PHONE, **more, permissions=CLIPBOARD))
        page = await (phones[-1].new_page() if phone else tabs.take())
        page.set_default_timeout(15_000)  # a browser on a busy machine
        tabs.listen(page, "pageerror", lambda error: complaints.append(f"script error: {error}"))
        tabs.listen(page, "console", lambda said: _note(complaints, said.text))
        await page.goto(f"{real.url}/?as={real.person(person)}")
        await page.wait_for_selector("body.ready")
        return page

    yield opened
    await tabs.give_back()
    for context in phones:
        await context.close()
    assert complaints == []


def _note(complaints: list[str], text: str) -> None:
    if "Content Security" in text:
        complaints.append(text)


async def _dialog(page: Page, part: str = "Apps") -> Locator:
    """The dialog at one of its parts."""
    await page.keyboard.press("Control+,")
    dialog = page.locator("dialog.workspace")
    await dialog.get_by_role("tab", name=part).click()
    return dialog


def _said(dialog: Locator) -> Locator:
    """What the dialog says came of the last thing."""
    return dialog.locator(".workspace-told")


def _client(real: Workspace, app: InstalledApp) -> AsyncWebClient:
    return AsyncWebClient(token=app.bot_token, base_url=real.api_url)


async def _refused(client: AsyncWebClient) -> str:
    """The error that auth.test answers."""
    with pytest.raises(SlackApiError) as caught:
        await client.auth_test()
    return str(caught.value.response["error"])


# --- the dialog ---


async def test_every_way_to_the_dialog(real: Workspace, open_as: OpenAs) -> None:
    """The workspace's name, a key and the quick switcher open the dialog, the sheet of keys tells of it, Escape closes it."""
    page = await open_as("vera")
    dialog, name = page.locator("dialog.workspace"), page.get_by_role("button", name="Workspace Local workspace")
    await name.click()
    await expect(dialog.get_by_role("tab", name="Apps")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(name).to_be_focused()
    await page.keyboard.press("Control+,")
    await expect(dialog).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox", name="Go to").fill("faults")
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_role("tab", name="Faults")).to_have_attribute("aria-selected", "true")
    await dialog.get_by_role("button", name="Close").click()
    await page.keyboard.press("Control+/")
    await expect(page.locator("dialog.keys")).to_contain_text("the workspace: apps, faults, people, start over")


async def test_tabs_by_arrows(real: Workspace, open_as: OpenAs) -> None:
    """Arrows, Home and End go from tab to tab, each with its panel; Tab goes on into the panel; what was typed stays."""
    page = await open_as("vera")
    dialog = await _dialog(page)
    await dialog.get_by_label("Manifest").fill("half written")
    await dialog.get_by_role("tab", name="Apps").focus()
    for key, part in zip(("ArrowRight", "ArrowRight", "End", "ArrowRight"), (*PARTS[1:], "Apps"), strict=True):
        await page.keyboard.press(key)
        await expect(dialog.get_by_role("tab", name=part, exact=True)).to_be_focused()
        await expect(dialog.get_by_role("tabpanel")).to_have_count(1)
        await expect(dialog.get_by_role("tabpanel", name=part, exact=True)).to_be_visible()
    await expect(dialog.get_by_label("Manifest")).to_have_value("half written")
    await page.keyboard.press("Tab")
    assert await dialog.get_by_role("tabpanel").evaluate("(panel) => panel.contains(document.activeElement)")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_phone_has_room(real: Workspace, open_as: OpenAs, scheme: str) -> None:
    """At phone width every part fits without scrolling sideways, and everything that is touched is big enough to be."""
    await real.install(MANIFEST)
    real.faults.status("chat.postMessage")
    page = await open_as("vera", phone=True, color_scheme=scheme)
    await page.get_by_role("button", name="Channels and people").click()
    await page.get_by_role("button", name="Workspace Local workspace").click()
    dialog = page.locator("dialog.workspace")
    await expect(dialog.locator(".app-card")).to_be_visible()
    for part in PARTS:
        await dialog.get_by_role("tab", name=part, exact=True).click()
        await expect(dialog.get_by_role("tabpanel")).to_be_visible()
        wide = "(all) => all.filter((node) => node.scrollWidth > node.clientWidth + 1).map((node) => node.className)"
        assert await dialog.locator(".workspace-body, .workspace-body section, .app-card").evaluate_all(wide) == []
        low = "(all) => all.map((one) => one.getBoundingClientRect().height).filter((height) => height && height < 36)"
        assert await dialog.locator("button, input:not([type=checkbox]), select, summary").evaluate_all(low) == []


# --- apps ---


async def test_the_first_app(real: Workspace, open_as: OpenAs) -> None:
    """Where there is no app the page leads to a form; a manifest in YAML gives an app that every open window lists."""
    vera, ida = await open_as("vera"), await open_as("ida")
    await vera.get_by_text("No app is installed here yet.").wait_for()
    await vera.locator(".no-app").get_by_role("button", name="Install an app").click()
    dialog = vera.locator("dialog.workspace")
    await expect(dialog).to_contain_text("There is no app here yet.")
    await dialog.get_by_label("Manifest").fill("display_information: {name: greeter}")
    await dialog.get_by_role("button", name="Install", exact=True).click()
    problem = dialog.get_by_role("form", name="Install an app").get_by_role("alert")
    await expect(problem).to_have_text("features.bot_user is missing: without a bot user there is no bot token.")
    await dialog.get_by_label("Manifest").fill(yaml.safe_dump(MANIFEST))
    await dialog.get_by_role("button", name="Install", exact=True).click()
    await expect(_said(dialog)).to_have_text("warroom is installed.")
    await expect(dialog.get_by_role("button", name="Copy as shell exports: warroom")).to_be_focused()
    for page in (vera, ida):
        await expect(page.locator("#sidebar section[aria-label=Apps]")).to_contain_text("warroom")
        await expect(page.locator(".no-app")).to_have_count(0)


async def test_the_example_is_an_app(real: Workspace, open_as: OpenAs) -> None:
    """The example that the form offers can be installed as it is."""
    dialog = await _dialog(await open_as("vera"))
    await dialog.get_by_role("button", name="Fill in an example").click()
    await dialog.get_by_role("button", name="Install", exact=True).click()
    await expect(_said(dialog)).to_have_text("greeter is installed.")


async def test_tokens_are_shown_when_asked(real: Workspace, open_as: OpenAs) -> None:
    """Tokens and the signing secret stand masked until they are shown, and are copied whole, alone or as shell exports."""
    app = await real.install(MANIFEST)
    page = await open_as("vera")
    dialog = await _dialog(page)
    await expect(dialog.locator(".app-card")).to_contain_text("not connected")
    secrets = (app.bot_token, app.app_token, app.signing_secret)
    for secret in secrets:
        await expect(dialog).not_to_contain_text(secret)
    await dialog.get_by_role("button", name="Show the bot token of warroom").click()
    await expect(dialog).to_contain_text(app.bot_token)
    await dialog.get_by_role("button", name="Hide the bot token of warroom").click()
    await expect(dialog).not_to_contain_text(app.bot_token)
    for words, secret in zip(("bot token", "app token", "signing secret"), secrets, strict=True):
        await dialog.get_by_role("button", name=f"Copy the {words} of warroom").click()
        await expect(_said(dialog)).to_have_text(f"Copied: {words.capitalize()} of warroom.")
        assert await page.evaluate("navigator.clipboard.readText()") == secret
    await dialog.get_by_role("button", name="Copy as shell exports").click()
    await expect(_said(dialog)).to_have_text("Copied: Shell exports for warroom.")
    assert (await page.evaluate("navigator.clipboard.readText()")).splitlines() == [
        f"export SLACK_BOT_TOKEN={app.bot_token}",
        f"export SLACK_APP_TOKEN={app.app_token}",
        f"export SLACK_SIGNING_SECRET={app.signing_secret}",
        f"export SLACK_API_URL={real.api_url}",
    ]


async def test_tokens_are_taken_and_given_back(real: Workspace, open_as: OpenAs) -> None:
    """Revoked tokens, once that is confirmed, are refused; restored ones are good; the dialog says which they are."""
    client = _client(real, await real.install(MANIFEST))
    dialog = await _dialog(page := await open_as("vera"))
    await dialog.get_by_role("button", name="Revoke tokens: warroom").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Keep them").click()
    assert (await client.auth_test())["ok"] is True
    await dialog.get_by_role("button", name="Revoke tokens: warroom").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Revoke").click()
    await expect(dialog.locator(".app-card")).to_contain_text("Tokens revoked")
    await expect(dialog.get_by_role("button", name="Restore tokens: warroom")).to_be_focused()
    assert await _refused(client) == "token_revoked"
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_role("button", name="Revoke tokens: warroom")).to_be_focused()
    assert (await client.auth_test())["ok"] is True


async def test_a_request_url_is_asked(real: Workspace, open_as: OpenAs) -> None:
    """Checking a request URL says that it has answered the challenge, or why not."""
    answering = False

    async def challenged(request: web.Request) -> web.Response:
        return web.Response(text=(await request.json())["challenge"]) if answering else web.Response(status=404)

    listener = web.Application()
    listener.router.add_post("/slack/events", challenged)
    runner = web.AppRunner(listener)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    await real.install({**MANIFEST, "settings": {"event_subscriptions": {"request_url": address}}})
    dialog = await _dialog(await open_as("vera"))
    check = dialog.get_by_role("button", name="Check request URL: warroom")
    await check.click()
    await expect(_said(dialog)).to_contain_text(f"{address} did not answer the challenge")
    await expect(dialog.locator(".app-card")).to_contain_text("has not answered the challenge yet")
    answering = True
    await check.click()
    await expect(_said(dialog)).to_have_text(f"{address} has answered the challenge.")
    await expect(dialog.locator(".reach.good")).to_have_text("●answered the challenge")
    await runner.cleanup()


# --- faults ---


async def test_a_fault_is_ordered_used_up_and_cleared(real: Workspace, open_as: OpenAs) -> None:
    """An ordered fault is listed until it has happened, which the open dialog sees by itself; what is left can be cleared."""
    client = _client(real, await real.install(MANIFEST))
    dialog = await _dialog(await open_as("vera"), "Faults")
    await dialog.get_by_label("What goes wrong").select_option("error")
    await expect(dialog).to_contain_text("A Slack error that our own rules would not give, such as internal_error")
    await dialog.get_by_label("method", exact=True).fill("auth.test")
    await dialog.get_by_label("code").fill("fatal_error")
    await dialog.get_by_label("times").fill("2")
    await dialog.get_by_role("button", name="Order it").click()
    pending = dialog.get_by_role("list", name="Still to come").get_by_role("listitem")
    await expect(pending).to_have_text(['2 ×auth.test{"ok":false,"error":"fatal_error"}'])
    assert await _refused(client) == "fatal_error"
    await expect(pending).to_have_text(['1 ×auth.test{"ok":false,"error":"fatal_error"}'])
    await dialog.get_by_role("button", name="Clear all").click()
    await expect(dialog).to_contain_text("Nothing: everything goes as it should.")
    assert (await client.auth_test())["ok"] is True


async def test_a_wrong_order_is_explained(real: Workspace, open_as: OpenAs) -> None:
    """What the workspace refuses of an order stands under its fields, and nothing is ordered."""
    dialog = await _dialog(await open_as("vera"), "Faults")
    await dialog.get_by_label("What goes wrong").select_option("delay")
    await dialog.get_by_label("method", exact=True).fill("auth.test")
    await dialog.get_by_label("seconds").evaluate("(box) => { box.required = false; box.value = ''; }")
    await dialog.get_by_role("button", name="Order it").click()
    await expect(dialog.get_by_role("form", name="Order a fault").get_by_role("alert")).to_have_text(
        "delay needs seconds."
    )
    assert real.faults.pending()["calls"] == {}


async def test_every_fault_has_a_form(real: Workspace, open_as: OpenAs) -> None:
    """Each fault that can be ordered over HTTP can be ordered in the dialog, with what its form holds and its empty required fields filled."""
    await real.install(MANIFEST)
    dialog = await _dialog(await open_as("vera"), "Faults")
    menu = dialog.get_by_label("What goes wrong")
    await expect(menu.get_by_role("option")).not_to_have_count(0)
    names: list[str] = await menu.evaluate("(menu) => [...menu.options].map(({ value }) => value)")
    assert len(names) == len(set(names)) > 20
    made = {"method": "auth.test", "code": "fatal_error", "seconds": "0.5"}
    for name in names:
        await menu.select_option(name)
        for box in await dialog.locator("form[aria-label='Order a fault'] input[required]").all():
            if not await box.input_value():
                await box.fill(made[await box.get_attribute("name") or ""])
        await dialog.get_by_role("button", name="Order it").click()
        await expect(_said(dialog)).to_have_text(f"Ordered: {name}.")
    assert real.faults.pending()["counts"]


async def test_rate_limits_are_switched(real: Workspace, open_as: OpenAs) -> None:
    """The switch shows whether 429 is answered as Slack does and changes it, for every window."""
    vera = await _dialog(await open_as("vera"), "Faults")
    ida = await _dialog(await open_as("ida"), "Faults")
    switch = "Answer 429 as Slack does"
    await expect(vera.get_by_label(switch)).not_to_be_checked()
    await vera.get_by_label(switch).click()
    await expect(_said(vera)).to_have_text("Calls are answered 429 as Slack does.")
    await expect(ida.get_by_label(switch)).to_be_checked()
    await ida.get_by_label(switch).click()
    await expect(vera.get_by_label(switch)).not_to_be_checked()


# --- people and channels ---


async def test_somebody_comes(real: Workspace, open_as: OpenAs) -> None:
    """A person who is added is in every open window, with standing and role, and can be played at once; a handle is given once."""
    vera, ida = await open_as("vera"), await open_as("ida")
    dialog = await _dialog(vera, "People and channels")
    await dialog.get_by_text("Add a person").click()
    for label, text in (("Handle", "zoe"), ("Full name", "Zoe Adler"), ("Role", "Auditor"), ("Company", "Vendor Inc")):
        await dialog.get_by_label(label, exact=True).fill(text)
    await dialog.get_by_role("button", name="Add", exact=True).click()
    await expect(dialog.get_by_role("list", name="People")).to_contain_text("Zoe Adler")
    await expect(dialog.get_by_label("Handle")).to_be_focused()
    await dialog.get_by_label("Handle").fill("zoe")
    await vera.keyboard.press("Enter")
    await expect(dialog.get_by_role("form", name="Add a person").get_by_role("alert")).to_have_text(
        "@zoe is there already."
    )
    await ida.get_by_role("link", name="Be Zoe Adler, Auditor, Vendor Inc").click()
    await expect(ida.get_by_role("link", name="You are Zoe Adler")).to_be_visible()


async def test_somebody_goes(real: Workspace, open_as: OpenAs) -> None:
    """A window whose person is deactivated plays the first who is left; the last one cannot be deactivated; all can come back."""
    vera, ida = await open_as("vera"), await open_as("ida")
    dialog = await _dialog(vera, "People and channels")
    await dialog.get_by_role("button", name="Deactivate Ida Holm").click()
    await expect(ida.get_by_role("link", name="You are Vera Lund")).to_be_visible()
    await expect(ida.locator("#sidebar .chip")).to_have_count(1)
    await expect(dialog.get_by_role("button", name="Deactivate Vera Lund")).to_be_disabled()
    await ida.get_by_label("Message", exact=True).fill("here as vera")
    await ida.keyboard.press("Enter")
    await expect(ida.locator(".message .name").last).to_have_text("Vera Lund")
    await dialog.get_by_role("button", name="Bring back Ida Holm").click()
    await expect(ida.get_by_role("link", name="Be Ida Holm")).to_be_visible()


async def test_a_channel_is_shared_and_ruled(real: Workspace, open_as: OpenAs) -> None:
    """A channel that is shared, unshared and bound to rules in the dialog is so in the workspace, and other windows show it."""
    vera, ida = await open_as("vera"), await open_as("ida")
    dialog = await _dialog(vera, "People and channels")
    await dialog.get_by_label("Channel", exact=True).select_option(label="#incidents")
    await dialog.get_by_label("Share it with a company").fill("Vendor Inc")
    await dialog.get_by_role("button", name="Share", exact=True).click()
    shared = ida.get_by_role("button", name="#incidents").locator(".badge")
    await expect(shared).to_have_text("shared")
    await dialog.get_by_label("Others post in threads only").check()
    await dialog.get_by_role("button", name="Set the rules").click()
    await expect(_said(dialog)).to_have_text("The rules of #incidents are set.")
    channel = real.office.state.channels[real.channel("incidents")]
    assert (channel.rules, len(channel.shared_with)) == (("thread_only",), 1)
    await dialog.get_by_role("button", name="Stop sharing with Vendor Inc").click()
    await expect(shared).to_have_count(0)
    await expect(dialog.get_by_label("Others post in threads only")).to_be_checked()


async def test_bookmarks_of_an_app_arrive(real: Workspace, open_as: OpenAs) -> None:
    """A bookmark that an app adds, changes and removes is seen in a window that shows the channel already."""
    manifest = {**MANIFEST, "oauth_config": {"scopes": {"bot": ["bookmarks:write", "channels:join"]}}}
    client = _client(real, await real.install(manifest))
    page, channel = await open_as("ida"), real.channel("general")
    await expect(page.locator("#header h1")).to_have_text("general")
    await client.conversations_join(channel=channel)
    marks = page.get_by_role("list", name="Bookmarks")
    added = await client.bookmarks_add(channel_id=channel, title="Board", type="link", link="https://board.example")
    await expect(marks).to_contain_text("Board")
    await client.bookmarks_edit(channel_id=channel, bookmark_id=added["bookmark"]["id"], title="Wall")
    await expect(marks).to_contain_text("Wall")
    await client.bookmarks_remove(channel_id=channel, bookmark_id=added["bookmark"]["id"])
    await expect(marks).to_have_count(0)


# --- starting over ---


@pytest.mark.parametrize("with_apps", [False, True])
async def test_starting_over(real: Workspace, open_as: OpenAs, with_apps: bool) -> None:
    """Once confirmed, everything is as at the first start in every open window, each plays the person of the same name, and apps stay only unless they were to go."""
    client = _client(real, await real.install(MANIFEST))
    vera, ida = await open_as("vera"), await open_as("ida")
    await ida.get_by_label("Message", exact=True).fill("soon forgotten")
    await ida.keyboard.press("Enter")
    await expect(vera.locator(".message").last).to_contain_text("soon forgotten")
    await ida.get_by_role("button", name="2 members").click()
    dialog, before = await _dialog(vera, "Start over"), real.person("ida")
    if with_apps:
        await dialog.get_by_label("Remove the apps too").check()
    await dialog.get_by_role("button", name="Start over…").click()
    await vera.get_by_role("alertdialog").get_by_role("button", name="Keep it").click()
    assert real.person("ida") == before
    await dialog.get_by_role("button", name="Start over…").click()
    await vera.get_by_role("alertdialog").get_by_role("button", name="Start over").click()
    for page, name in ((vera, "Vera Lund"), (ida, "Ida Holm")):
        await expect(page.locator(".notice")).to_contain_text("The workspace has started over")
        await expect(page.locator(".notice.error")).to_have_count(0)
        await expect(page.get_by_role("link", name=f"You are {name}")).to_be_visible()
        await expect(page.locator("dialog")).to_have_count(0)
        await expect(page.locator(".message")).to_have_count(0)
        await expect(page.locator("#sidebar section[aria-label=Apps] .place")).to_have_count(0 if with_apps else 1)
    assert real.person("ida") != before
    await ida.get_by_label("Message", exact=True).fill("a new day")
    await ida.keyboard.press("Enter")
    await expect(vera.locator(".message").last).to_contain_text("a new day")
    if with_apps:
        assert await _refused(client) == "invalid_auth"
    else:
        assert (await client.auth_test())["ok"] is True


async def test_a_workspace_that_forgot(real: Workspace, open_as: OpenAs) -> None:
    """A window whose workspace was started again without its state goes on as the person of the same name, else as the first."""
    page = await open_as("ida")
    port = int(real.url.rpartition(":")[2])
    await real.stop()
    again = Workspace(seed=Seed(people=(*PEOPLE, Person(name="new", real_name="Nia New")), channels=("general",)))
    await again.start(port=port)
    await expect(page.get_by_role("link", name="Be Nia New")).to_be_visible(timeout=20_000)
    await expect(page.get_by_role("link", name="You are Ida Holm")).to_be_visible()
    await expect(page.locator("#reconnecting")).to_be_hidden()
    await again.stop()


async def test_the_workspace_is_renamed(real: Workspace, open_as: OpenAs) -> None:
    """A new name of the workspace stands in every open window."""
    vera, ida = await open_as("vera"), await open_as("ida")
    dialog = await _dialog(vera, "Start over")
    await dialog.get_by_label("Name", exact=True).fill("Narwhal HQ")
    await vera.keyboard.press("Enter")
    for page in (vera, ida):
        await expect(page.locator("#sidebar .team")).to_have_text("Narwhal HQ")
