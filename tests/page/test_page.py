"""The page in a real browser, with the stand-in for a server: what people see, and what the server is told."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.page import story
from tests.page.conftest import OpenPage
from tests.page.standin import PAGE, StandIn

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)> "
    "<javascript:alert(4)|press me> <https://ok.example|<b>bold</b>> [m](javascript:alert(5)) \" onclick=alert(6) '><iframe>"
)


async def _stage(page: Page) -> str:
    return await page.inner_text("#stage")


async def test_a_message_appears_without_reloading(workspace: StandIn, open_page: OpenPage) -> None:
    """A message that the stream tells of is shown at once, at the end, and said to screen readers."""
    page = await open_page("U1")
    message = story.say(1000, "U2", "The *promote* is done :tada:")
    await workspace.push("U1", {"type": "message", "channel": "C1", "message": message})
    await expect(page.locator(".message").last).to_contain_text("The promote is done 🎉")
    await expect(page.locator("#spoken")).to_have_text("Ida Holm: The promote is done 🎉")


async def test_what_was_missed_is_fetched_after_a_drop(workspace: StandIn, open_page: OpenPage) -> None:
    """After a dropped stream the page connects again and shows what was said meanwhile."""
    page = await open_page("U1")
    workspace.messages["C1"].append(story.say(1000, "U2", "said while you were away"))
    await workspace.drop("U1")
    await expect(page.locator(".message").last).to_contain_text("said while you were away")
    await expect(page.locator("#reconnecting")).to_be_hidden()


async def test_a_changed_and_a_deleted_message(workspace: StandIn, open_page: OpenPage) -> None:
    """An edited message is redrawn in its place with the mark, a deleted one goes."""
    page = await open_page("U1")
    last = story.MESSAGES["C1"][-1]
    changed = {**last, "text": "better words", "edited": {"user": "U4", "ts": story.ts(700)}}
    await workspace.push("U1", {"type": "message_changed", "channel": "C1", "message": changed})
    row = page.locator(f'.message[data-ts="{last["ts"]}"]')
    await expect(row).to_contain_text("better words")
    await expect(row).to_contain_text("(edited)")
    await workspace.push("U1", {"type": "message_deleted", "channel": "C1", "ts": last["ts"]})
    await expect(row).to_have_count(0)


async def test_a_press_is_sent_once(workspace: StandIn, open_page: OpenPage) -> None:
    """A button pressed twice before the answer is sent once, with its ids and its message, and shows that it works."""
    page = await open_page("U2")
    workspace.gate.clear()
    done = page.get_by_role("button", name="Done", exact=True)
    await done.dblclick()
    await expect(done).to_have_attribute("aria-busy", "true")
    await workspace.posted("press")
    await done.click()
    workspace.gate.set()
    await expect(done).not_to_have_attribute("aria-busy", "true")
    action = {"block_id": "acts", "action_id": "step_done", "type": "button", "value": "step_done"}
    assert workspace.bodies("press") == [{"as": "U2", "action": action, "message": {"channel": "C1", "ts": story.CARD}}]


async def test_a_press_that_gets_no_answer_says_so(workspace: StandIn, open_page: OpenPage) -> None:
    """A press the app did not acknowledge in time is marked beside the button, in words."""
    page = await open_page("U2")
    workspace.answers["press"] = {"ok": False, "error": "operation_timeout", "sentence": "The app did not answer."}
    await page.get_by_role("button", name="Blocked").click()
    await expect(page.locator(".press-failed")).to_have_text("⚠ no answer in 3 seconds")


async def test_a_dangerous_button_asks_first(workspace: StandIn, open_page: OpenPage) -> None:
    """An element with a confirm object is pressed only after the person agreed to its own words."""
    page = await open_page("U2")
    await page.get_by_role("button", name="Skip", exact=True).click()
    dialog = page.get_by_role("alertdialog")
    await expect(dialog).to_contain_text("The fault stays in place")
    await dialog.get_by_role("button", name="Go back").click()
    await expect(dialog).to_have_count(0)
    await page.get_by_role("button", name="Skip", exact=True).click()
    await dialog.get_by_role("button", name="Skip it").click()
    bodies = await workspace.posted("press")
    assert [body["action"]["action_id"] for body in bodies] == ["step_skip"]


async def test_a_choice_is_sent_as_its_option(workspace: StandIn, open_page: OpenPage) -> None:
    """A choice in a select is sent with the option the app gave, and the state of the message's elements."""
    page = await open_page("U2")
    await page.get_by_role("button", name="Choose a signal").click()
    await page.get_by_role("option", name="Dashboard").click()
    (body,) = await workspace.posted("press")
    assert body["action"]["selected_option"]["value"] == "dash"
    assert body["state"]["values"]["p1"]["signal"]["selected_option"]["value"] == "dash"


async def test_a_modal_with_errors(workspace: StandIn, open_page: OpenPage) -> None:
    """A modal refuses what is missing by itself, shows the app's errors beside their fields, and sends every value."""
    page = await open_page("U1")
    await workspace.push("U1", {"type": "view_opened", "view": story.MODAL})
    modal = page.get_by_role("dialog", name="Declare an incident")
    await modal.get_by_role("button", name="Declare").click()
    await expect(modal.locator('[data-field="title"]')).to_contain_text("Please fill in this required field.")
    assert workspace.bodies("submit") == []
    await modal.get_by_label("What is wrong").fill("Checkout is slow")
    await modal.locator('[data-field="severity"] button').click()
    await modal.get_by_role("option", name="SEV2").click()
    workspace.answers["submit"] = {"ok": True, "errors": {"title": "There is such an incident already."}}
    await modal.get_by_role("button", name="Declare").click()
    await expect(modal.locator('[data-field="title"]')).to_contain_text("There is such an incident already.")
    await expect(modal.get_by_label("What is wrong")).to_be_focused()
    (body,) = workspace.bodies("submit")
    assert body["values"]["title"]["v"] == {"type": "plain_text_input", "value": "Checkout is slow"}
    assert body["values"]["severity"]["v"]["selected_option"]["value"] == "2"
    assert body["values"]["drill"]["v"]["selected_option"]["value"] == "drill"


async def test_an_updated_modal_keeps_what_was_typed(workspace: StandIn, open_page: OpenPage) -> None:
    """A view that the app updates keeps what the person entered under the same ids; Escape closes it and says so."""
    page = await open_page("U1")
    await workspace.push("U1", {"type": "view_opened", "view": story.MODAL})
    await page.get_by_label("What is wrong").fill("Checkout")
    changed = {**story.MODAL, "title": story.plain("Declare a drill"), "hash": "2"}
    await workspace.push("U1", {"type": "view_updated", "view": changed})
    await expect(page.get_by_role("dialog", name="Declare a drill")).to_be_visible()
    await expect(page.get_by_label("What is wrong")).to_have_value("Checkout")
    await expect(page.get_by_label("What is wrong")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog")).to_have_count(0)
    assert await workspace.posted("close") == [{"as": "U1", "view_id": "V1", "cleared": False}]


async def test_an_ephemeral_message_is_its_addressees_only(workspace: StandIn, open_page: OpenPage) -> None:
    """An ephemeral message is marked, is shown to its addressee alone, and goes for good when dismissed."""
    mine, other = await open_page("U1"), await open_page("U2")
    await expect(mine.locator(".message.ephemeral")).to_contain_text("Only visible to you")
    assert "Only you see this" not in await _stage(other)
    await mine.get_by_role("button", name="Dismiss").click()
    await expect(mine.locator(".message.ephemeral")).to_have_count(0)
    await mine.reload()
    await mine.wait_for_selector("body.ready")
    await expect(mine.locator(".message.ephemeral")).to_have_count(0)


async def test_a_thread_opens_at_the_side(workspace: StandIn, open_page: OpenPage) -> None:
    """The reply count opens the thread; a reply goes into it; Escape closes it."""
    page = await open_page("U2")
    await page.get_by_role("button", name="3 replies").click()
    thread = page.get_by_role("complementary", name="Thread")
    await expect(thread).to_contain_text("How long does a promote take?")
    await thread.get_by_label("Reply", exact=True).fill("Starting now")
    await page.keyboard.press("Enter")
    assert await workspace.posted("say") == [
        {"as": "U2", "channel": "C1", "text": "Starting now", "thread_ts": story.ROOT}
    ]
    await page.keyboard.press("Escape")
    await expect(thread).to_be_hidden()


async def test_switching_person(workspace: StandIn, open_page: OpenPage) -> None:
    """One click makes the window another person's: its address, its stream, what it shows and what it sends."""
    page = await open_page("U1", channel="C3")
    await page.get_by_role("link", name="Be Ida Holm, Responder").click()
    await expect(page.get_by_role("link", name="You are Ida Holm, Responder")).to_be_visible()
    await workspace.listening("U2")
    await expect(page.get_by_label("Message", exact=True)).to_have_attribute("placeholder", "Message #ops as Ida Holm")
    assert "as=U2" in page.url
    # A moment later than the box the other person's messages have come.
    await expect(page.locator("#stage")).not_to_contain_text("Next inject")
    await page.get_by_label("Message", exact=True).fill("hello")
    await page.keyboard.press("Enter")
    (body,) = await workspace.posted("say")
    assert body["as"] == "U2"


async def test_writing(workspace: StandIn, open_page: OpenPage) -> None:
    """Enter sends, Shift+Enter breaks the line, a slash offers the commands, and a refused text is given back."""
    page = await open_page("U1")
    box = page.get_by_label("Message", exact=True)
    await box.fill("/")
    await expect(page.locator(".offer")).to_contain_text("declare | status")
    await box.fill("")
    await box.press_sequentially("ask @ida")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Shift+Enter")
    await box.press_sequentially("please")
    workspace.answers["say"] = {"ok": False, "error": "is_archived", "sentence": "This channel is archived."}
    await page.keyboard.press("Enter")
    (body,) = await workspace.posted("say")
    assert body["text"] == "ask @ida \nplease"
    await expect(page.locator(".notice.error")).to_contain_text("This channel is archived.")
    await expect(box).to_have_value("ask @ida \nplease")


async def test_unread_marks(workspace: StandIn, open_page: OpenPage) -> None:
    """A message elsewhere counts on the left, a mention of the reader is counted as such, and going there clears both."""
    page = await open_page("U1")
    workspace.messages["C2"].append(story.say(1000, "U2", "<@U1> and once more"))
    await workspace.push("U1", {"type": "message", "channel": "C2", "message": workspace.messages["C2"][-1]})
    ops = page.get_by_role("button", name="#ops, 4 unread, 2 for you")
    await ops.click()
    await expect(page.get_by_role("button", name="#ops", exact=True)).to_be_visible()
    await expect(page.locator(".new-line")).to_be_visible()
    bodies = await workspace.posted("read", times=1)
    assert bodies[-1]["as"] == "U1"


async def test_quick_switch(workspace: StandIn, open_page: OpenPage) -> None:
    """Ctrl+K goes to a channel by a few of its letters, with the keyboard alone."""
    page = await open_page("U1")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("backst")
    await page.keyboard.press("Enter")
    await expect(page.locator("#header h1")).to_have_text("dm-backstage")
    await expect(page.locator("#stage")).to_contain_text("Next inject")


async def test_home_and_wire_log(workspace: StandIn, open_page: OpenPage) -> None:
    """An app opens at its Home tab, which follows what the app publishes; the wire log lists and filters."""
    page = await open_page("U1")
    await page.get_by_role("button", name="warroom, app").click()
    await expect(page.locator(".home")).to_contain_text("Good afternoon, Vera")
    blocks = [{"type": "header", "block_id": "h", "text": story.plain("Published anew")}]
    await workspace.push("U1", {"type": "home", "app_id": "A1", "view": {**story.HOME, "blocks": blocks}})
    await expect(page.locator(".home")).to_contain_text("Published anew")
    await page.locator("[data-act=inspector]").click()
    await expect(page.locator(".wire").first).to_contain_text("chat.update")
    await page.get_by_label("Filter the wire log").fill("postMessage")
    await expect(page.locator(".wire")).to_have_count(1)


async def test_a_home_published_while_it_opens_stays(workspace: StandIn, open_page: OpenPage) -> None:
    """A Home tab that the app publishes while the tab is being fetched is not overwritten by the older answer."""
    page = await open_page("U1")
    workspace.gate.clear()
    workspace.home = None
    await page.get_by_role("button", name="warroom, app").click()
    await workspace.looked("home")
    await workspace.push("U1", {"type": "home", "app_id": "A1", "view": story.HOME})
    await expect(page.locator(".home")).to_contain_text("Good afternoon, Vera")
    async with page.expect_response("**/local/home*") as answered:
        workspace.gate.set()
    await (await answered.value).finished()
    await expect(page.locator(".home")).to_contain_text("Good afternoon, Vera")


async def test_reading_is_not_disturbed(workspace: StandIn, open_page: OpenPage) -> None:
    """While the reader looks at older messages, news does not move them, but is counted on the way down."""
    page = await open_page("U1")
    scroller = page.locator("#stage .scroller")
    await page.mouse.move(700, 400)
    await page.mouse.wheel(0, -5000)
    await expect(page.get_by_role("button", name="Jump to newest")).to_be_visible()
    await expect(page.get_by_text("This is the beginning of")).to_be_in_viewport()
    await workspace.push("U1", {"type": "message", "channel": "C1", "message": story.say(1000, "U2", "news")})
    await page.get_by_role("button", name="1 new message").click()
    await expect(page.locator(".message").last).to_be_in_viewport()
    await expect(page.locator("#stage .jump")).to_be_hidden()
    assert await scroller.evaluate("node => node.scrollTop") > 0


async def test_more_windows_than_connections(workspace: StandIn, open_page: OpenPage) -> None:
    """Seven windows of one browser can be open, though a browser makes six connections: those out of sight let theirs go."""
    first = await open_page("U1")
    hidden = "Object.defineProperty(document, 'hidden', {get: () => !window.looked, configurable: true})"
    others = [await first.context.new_page() for _ in range(6)]
    for other in others[:-1]:
        await other.add_init_script(hidden)
    for other in others:
        await other.goto(f"{workspace.base}/?as=U2&channel=C1")
        await other.wait_for_selector("body.ready")
    news = story.say(1000, "U1", "are you all there?")
    workspace.messages["C1"].append(news)
    await workspace.push("U2", {"type": "message", "channel": "C1", "message": news})  # heard by those that follow
    await others[0].evaluate("window.looked = true; document.dispatchEvent(new Event('visibilitychange'))")
    await expect(others[0].locator(".message").last).to_contain_text("are you all there?")


async def test_phone_width(workspace: StandIn, open_page: OpenPage) -> None:
    """On a phone nothing scrolls sideways: not the messages, the list, the thread, a modal or the wire log."""
    page = await open_page("U1", phone=True)
    await _fits(page)
    await page.get_by_role("button", name="Channels and people").tap()
    await expect(page.get_by_role("link", name="You are Vera Lund")).to_be_in_viewport()
    await _fits(page)
    await page.get_by_role("button", name="#drill-12-payments").tap()
    await page.get_by_role("button", name="3 replies").tap()
    await expect(page.get_by_text("How long does a promote take?")).to_be_in_viewport()
    await _fits(page)
    await page.get_by_role("button", name="Back to the channel").tap()
    await workspace.push("U1", {"type": "view_opened", "view": story.MODAL})
    await expect(page.get_by_role("dialog")).to_be_visible()
    await _fits(page)


async def _fits(page: Page) -> None:
    wide = await page.evaluate(
        """() => [document.documentElement, ...document.querySelectorAll('.scroller, .modal-body, .side-lists, main')]
          .filter(node => node.scrollWidth > node.clientWidth + 1).map(node => node.className || node.tagName)"""
    )
    assert wide == []


def _hostile_story() -> list[dict[str, Any]]:
    """One message of each kind with the hostile text in every field that can hold text."""
    words, plain = story.mrk(HOSTILE), story.plain(HOSTILE)
    option = {"text": plain, "value": HOSTILE, "description": plain, "url": "javascript:alert(7)"}
    button = {"type": "button", "text": plain, "action_id": HOSTILE, "value": HOSTILE, "url": "javascript:alert(8)"}
    leaf = [{"type": "text", "text": HOSTILE}, {"type": "link", "url": "javascript:alert(9)", "text": HOSTILE}]
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": plain},
        {"type": "section", "text": words, "fields": [words, plain], "accessory": button},
        {"type": "section", "text": words, "accessory": {"type": "overflow", "action_id": "o", "options": [option]}},
        {
            "type": "context",
            "elements": [words, {"type": "image", "image_url": "javascript:alert(10)", "alt_text": HOSTILE}],
        },
        {"type": "actions", "elements": [button, {"type": "radio_buttons", "action_id": "r", "options": [option]}]},
        {
            "type": "image",
            "image_url": "data:text/html,<script>alert(11)</script>",
            "alt_text": HOSTILE,
            "title": plain,
        },
        {
            "type": "markdown",
            "text": f"# {HOSTILE}\n- {HOSTILE}\n> {HOSTILE}\n| {HOSTILE} | b |\n|---|---|\n```\n{HOSTILE}\n```",
        },
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": leaf}]},
        {
            "type": "input",
            "label": plain,
            "hint": plain,
            "element": {"type": "plain_text_input", "action_id": "p", "placeholder": plain},
        },
        {"type": HOSTILE},
        {"type": "section", "text": None, "fields": "not a list"},
    ]
    for at, block in enumerate(blocks):
        block["block_id"] = f"{at}{HOSTILE}"
    attachment = {
        "color": "red;background:url(https://evil.example)",
        "title": HOSTILE,
        "title_link": "javascript:alert(12)",
        "text": HOSTILE,
        "footer": HOSTILE,
        "image_url": "https://evil.example/x.png",
    }
    author = {
        "name": HOSTILE,
        "is_app": True,
        "avatar": {"emoji": HOSTILE, "color": "red;x:y", "url": "https://evil.example/i.png"},
    }
    return [
        story.bot(1000, HOSTILE, author=author, files=[{"name": HOSTILE, "url_private": "javascript:alert(13)"}]),
        story.bot(
            1001,
            HOSTILE,
            author=author,
            blocks=blocks,
            attachments=[attachment],
            reactions=[{"name": HOSTILE, "users": ["U1"], "count": 1}],
        ),
        story.say(1002, "U2", HOSTILE, subtype="channel_topic"),
        story.bot(1003, HOSTILE, author=author, is_ephemeral=True),
    ]


async def test_hostile_texts_stay_text(workspace: StandIn, open_page: OpenPage) -> None:
    """Nothing that is written anywhere becomes an element, a script, a style, a request or a link other than http and https."""
    workspace.messages["C1"] = _hostile_story()
    workspace.pins["C1"] = [workspace.messages["C1"][0]["ts"]]
    workspace.people[1] |= {"real_name": HOSTILE, "role": HOSTILE}
    workspace.channels[0] |= {"topic": {"value": HOSTILE}, "purpose": {"value": HOSTILE}}
    workspace.channels.append(story.channel("C9", HOSTILE, HOSTILE))
    page = await open_page("U1")
    modal = {
        **story.MODAL,
        "title": story.plain(HOSTILE),
        "submit": story.plain(HOSTILE),
        "blocks": _hostile_story()[1]["blocks"],
    }
    await workspace.push("U1", {"type": "notice", "level": HOSTILE, "text": HOSTILE})
    await expect(page.locator(".notice")).to_be_visible()
    await workspace.push("U1", {"type": "view_opened", "view": modal})
    await expect(page.locator("dialog.modal")).to_be_visible()
    assert await page.locator(".message").count() == 3
    planted = await page.evaluate(
        """() => [...document.querySelectorAll('iframe, b, object, embed, [onerror], [onload], [onclick], body script, body style')].map(n => n.outerHTML)"""
    )
    assert planted == []
    links = await page.evaluate("() => [...document.querySelectorAll('a[href]')].map(n => n.href)")
    pictures = await page.evaluate("() => [...document.querySelectorAll('img')].map(n => n.src)")
    assert [link for link in links if not link.startswith(("http://", "https://"))] == []
    assert pictures == []
    assert "<script>alert(1)</script>" in await _stage(page)


async def test_no_markup_is_ever_made_from_text() -> None:
    """The page's scripts hold no way from text to markup or to code."""
    ways = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", 'setTimeout("')
    found = [(path.name, way) for path in PAGE.glob("*.js") for way in ways if way in path.read_text("utf-8")]
    assert found == []
