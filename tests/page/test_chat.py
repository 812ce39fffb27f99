"""That the page feels like a chat: reading marks, threads, files, channels, people, keys, colours, the wire log."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from tests.page import story
from tests.page.conftest import OpenPage
from tests.page.standin import StandIn

pytestmark = pytest.mark.asyncio(loop_scope="session")

BOX = "#foot .compose-box"


# --- reading ---


async def test_the_title_counts_what_is_for_me(workspace: StandIn, open_page: OpenPage) -> None:
    """The tab's title begins with the number of mentions, else with a star while something is unread, else with neither."""
    page = await open_page("U1")
    await expect(page).to_have_title(re.compile(r"^\(2\) #drill-12-payments"))
    await page.keyboard.press("Shift+Escape")
    await expect(page).to_have_title(re.compile(r"^#drill-12-payments"))
    told = {body["channel"] for body in await workspace.posted("read", times=3)}
    assert told >= {"C2", "C4", "D1"}
    await workspace.push("U1", {"type": "message", "channel": "C4", "message": story.say(1000, "U2", "psst")})
    await expect(page).to_have_title(re.compile(r"^\* #drill"))
    await expect(page.get_by_role("button", name="#payments, 1 unread")).to_be_visible()


async def test_escape_marks_the_channel_as_read(workspace: StandIn, open_page: OpenPage) -> None:
    """Escape takes the "New" line away and goes to the newest message."""
    page = await open_page("U1", channel="C2")
    await expect(page.locator(".new-line")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator(".new-line")).to_have_count(0)
    await expect(page.locator(".message").last).to_be_in_viewport()


async def test_older_messages_are_fetched_in_place(workspace: StandIn, open_page: OpenPage) -> None:
    """What came before is fetched on request, stands above, and does not move what one is reading."""
    workspace.older = [story.say(-3600 + n, "U3", f"earlier {n}") for n in range(40)]
    page = await open_page("U1")
    await page.locator("#stage .scroller").evaluate("node => node.scrollTo(0, 0)")
    first = page.get_by_text("Good afternoon everybody")
    before = await first.bounding_box()
    await page.get_by_role("button", name="Show older messages").click()
    await expect(page.get_by_text("earlier 39")).to_have_count(1)
    after = await first.bounding_box()
    assert before
    assert after
    assert abs(before["y"] - after["y"]) < 60


async def test_a_permalink_opens_its_message(workspace: StandIn, open_page: OpenPage) -> None:
    """A message's link marks that message, even an old one; a permalink within a text is followed without leaving the page."""
    workspace.older = [story.say(-3600 + n, "U3", f"earlier {n}") for n in range(40)]
    page = await open_page("U1", channel=f"C1&ts={workspace.older[2]['ts']}")
    await expect(page.get_by_text("earlier 2", exact=True)).to_be_in_viewport()
    link = f"{workspace.base}/archives/C2/p{story.ts(700).replace('.', '')}"
    await workspace.push(
        "U1", {"type": "message", "channel": "C1", "message": story.say(1000, "U2", f"see <{link}|that>")}
    )
    await page.evaluate("() => (window.stayed = true)")
    await page.get_by_role("link", name="that").click()
    await expect(page.locator("#header h1")).to_have_text("ops")
    await expect(page.locator(f'[data-ts="{story.ts(700)}"]')).to_be_focused()
    assert await page.evaluate("() => window.stayed")


# --- writing ---


async def test_a_reply_can_go_to_the_channel_as_well(workspace: StandIn, open_page: OpenPage) -> None:
    """The box below a thread sends its reply to the channel too when that is ticked, and is not ticked the next time."""
    page = await open_page("U2")
    await page.get_by_role("button", name="3 replies").click()
    thread = page.get_by_role("complementary", name="Thread")
    await thread.get_by_label("Also send to #drill-12-payments").check()
    await thread.get_by_label("Reply", exact=True).fill("for everybody")
    await page.keyboard.press("Enter")
    (body,) = await workspace.posted("say")
    assert (body["thread_ts"], body["broadcast"]) == (story.ROOT, True)
    await expect(thread.get_by_label("Also send to #drill-12-payments")).not_to_be_checked()


async def test_drafts_are_kept_per_channel(workspace: StandIn, open_page: OpenPage) -> None:
    """What one began to write in a channel is marked on the left, and is there again after a look elsewhere and a reload."""
    page = await open_page("U1")
    await page.locator(BOX).fill("not yet")
    await page.get_by_role("button", name="#ops").click()
    await expect(page.locator(BOX)).to_have_value("")
    await expect(page.locator("[data-go=C1] .draft-mark")).to_be_visible()
    await page.get_by_role("button", name="#drill-12-payments").click()
    await expect(page.locator(BOX)).to_have_value("not yet")
    await page.reload()
    await page.wait_for_selector("body.ready")
    await expect(page.locator(BOX)).to_have_value("not yet")


async def test_who_writes_at_once_writes_in_the_channel_that_was_chosen(
    workspace: StandIn, open_page: OpenPage
) -> None:
    """What is typed while a channel's messages are still on their way stays in its box, and is no draft of the one before."""
    page, shown = await open_page("U1"), asyncio.Event()

    async def wait(route: Route) -> None:
        await shown.wait()
        await route.continue_()

    await page.route(re.compile("/messages"), wait)
    await page.get_by_role("button", name="#ops").click()
    await expect(page.locator("#header h1")).to_have_text("ops")
    await page.locator(BOX).fill("at once")
    shown.set()
    await expect(page.locator(BOX)).to_have_attribute("placeholder", re.compile("Message #ops"))
    await page.keyboard.press("Enter")
    (said,) = await workspace.posted("say")
    assert (said["channel"], said["text"]) == ("C2", "at once")
    await expect(page.locator("[data-go=C1] .draft-mark")).to_have_count(0)


@pytest.mark.parametrize(
    ("typed", "offered", "made"),
    [
        ("@oma", "Omar Reyes", "@omar "),
        ("#pay", "payments", "#payments "),
        (":ambul", ":ambulance:", ":ambulance: "),
        ("/rol", "Let Murphy roll", "/roll "),
    ],
)
async def test_completions(workspace: StandIn, open_page: OpenPage, typed: str, offered: str, made: str) -> None:
    """People, channels, emoji and commands are offered while their names are typed, and Tab takes the first."""
    page = await open_page("U1")
    await page.locator(BOX).press_sequentially(typed)
    await expect(page.locator(".offer .pick").first).to_contain_text(offered)
    await page.keyboard.press("Tab")
    await expect(page.locator(BOX)).to_have_value(made)


async def test_emoji_by_name_and_tone(workspace: StandIn, open_page: OpenPage) -> None:
    """An emoji is found by a part of its name, in the skin tone last chosen, and used by the keyboard alone."""
    page = await open_page("U1")
    await page.get_by_role("button", name="Insert an emoji").click()
    await page.get_by_role("radio", name="medium dark").click()
    await page.get_by_label("Search: Emoji").fill("wave")
    await page.keyboard.press("Enter")
    await expect(page.locator(BOX)).to_have_value(":wave::skin-tone-5: ")
    await page.get_by_role("button", name="Insert an emoji").click()
    await page.get_by_label("Search: Emoji").fill("rocket")
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("button", name="rocket", exact=True)).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator(BOX)).to_have_value(":wave::skin-tone-5: :rocket: ")


# --- files ---

TAKEN: dict[str, Any] = {"ok": True, "files": [{"id": f"F{n}", "upload_url": f"/upload/v1/F{n}-s"} for n in (1, 2)]}


async def test_files_are_sent_with_a_text(workspace: StandIn, open_page: OpenPage) -> None:
    """Chosen files wait beside the text, a picture with its description, and go together: announced, sent, completed."""
    workspace.answers |= {"upload": TAKEN, "upload/complete": {"ok": True, "files": []}}
    page = await open_page("U1")
    files = [
        {"name": "a.txt", "mimeType": "text/plain", "buffer": b"alpha"},
        {"name": "b.png", "mimeType": "image/png", "buffer": b"\x89PNG"},
    ]
    await page.locator("#foot input[type=file]").set_input_files(files)  # type: ignore[arg-type]  # playwright's FilePayload
    await expect(page.locator(".tray-file")).to_have_count(2)
    await page.get_by_label("Description of b.png").fill("a graph")
    await page.locator(BOX).fill("see both")
    await page.keyboard.press("Enter")
    (announced,) = await workspace.posted("upload")
    (done,) = await workspace.posted("upload/complete")
    assert [(one["name"], one["size"], one["alt_txt"]) for one in announced["files"]] == [
        ("a.txt", 5, ""),
        ("b.png", 4, "a graph"),
    ]
    assert workspace.received == [("F1-s", b"alpha"), ("F2-s", b"\x89PNG")]
    assert (done["text"], done["channel"], done["files"]) == ("see both", "C1", ["F1", "F2"])
    await expect(page.locator(".tray-file")).to_have_count(0)


DROP = """(node, name) => {
  const data = new DataTransfer();
  data.items.add(new File(["dropped"], "log.txt", { type: "text/plain" }));
  const event = name === "paste" ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }) : new DragEvent(name, { dataTransfer: data, bubbles: true, cancelable: true });
  node.dispatchEvent(event);
}"""


@pytest.mark.parametrize(("how", "where"), [("drop", "#stage"), ("paste", BOX)])
async def test_files_are_dropped_and_pasted(workspace: StandIn, open_page: OpenPage, how: str, where: str) -> None:
    """A file dropped on the messages or pasted into the box waits to be sent, and can be taken away again."""
    page = await open_page("U1")
    await page.locator(where).evaluate(DROP, how)
    await expect(page.locator(".tray-file")).to_contain_text("log.txt")
    await page.get_by_role("button", name="Do not send log.txt").click()
    await expect(page.locator(".tray-file")).to_have_count(0)


async def test_refused_files_come_back(workspace: StandIn, open_page: OpenPage) -> None:
    """When a share is refused, the files and the text are given back, and why is said."""
    workspace.answers["upload"] = {"ok": False, "error": "file_too_large", "sentence": "a.txt is larger than 20 MiB."}
    page = await open_page("U1")
    await page.locator("#stage").evaluate(DROP, "drop")
    await page.locator(BOX).fill("words")
    await page.keyboard.press("Enter")
    await expect(page.locator(".notice.error")).to_contain_text("larger than 20 MiB")
    await expect(page.locator(".tray-file")).to_contain_text("log.txt")
    await expect(page.locator(BOX)).to_have_value("words")


async def test_files_are_shown(workspace: StandIn, open_page: OpenPage) -> None:
    """A picture is shown with its description, a text can be looked into, and both can be saved."""
    files = [
        {**story.FILES["F1"], "title": "Lag"},
        {"id": "F2", "name": "icon.svg.txt", "mimetype": "text/plain", "size": 300, "url_private": "/page/address.js"},
    ]
    workspace.messages["C4"] = [story.bot(900, "two files", files=files)]
    page = await open_page("U1", channel="C4")
    await expect(page.get_by_role("img", name="A dot")).to_be_visible()
    await page.get_by_text("Look into icon.svg.txt").click()
    await expect(page.locator(".file-text pre")).to_contain_text("Where this window is")
    await expect(page.get_by_role("link", name="Save icon.svg.txt")).to_have_attribute("download", "icon.svg.txt")


# --- channels and people ---


async def test_the_channel_browser(workspace: StandIn, open_page: OpenPage) -> None:
    """Every channel can be found, looked into and joined from one list."""
    page = await open_page("U1")
    await page.keyboard.press("Control+Shift+L")
    browser = page.get_by_role("dialog", name="Channels")
    await browser.get_by_role("button", name="Not joined").click()
    await expect(browser.locator(".browser-row")).to_have_count(1)
    await browser.get_by_role("button", name="Join #random").click()
    assert await workspace.posted("join") == [{"as": "U1", "channel": "C6"}]
    await browser.get_by_role("button", name="All").click()
    await browser.get_by_label("Find a channel").fill("search")
    await browser.get_by_role("button", name="incident-0041-search").click()
    await expect(page.locator("#foot")).to_contain_text("This channel is archived")


async def test_members_are_shown_and_removed(workspace: StandIn, open_page: OpenPage) -> None:
    """The number of members opens their list, where one is found by name and removed after a question."""
    page = await open_page("U1")
    await page.get_by_role("button", name="5 members").click()
    details = page.get_by_role("dialog", name="#drill-12-payments")
    await details.get_by_label("Find a member").fill("priya")
    await details.get_by_role("button", name="Remove Priya Nair").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Remove").click()
    assert await workspace.posted("kick") == [{"as": "U1", "channel": "C1", "user": "U4"}]


async def test_topic_and_bookmarks(workspace: StandIn, open_page: OpenPage) -> None:
    """The topic is edited as it was typed; bookmarks stand at the top, lead away safely, and can be added and dropped."""
    page = await open_page("U1")
    marks = page.get_by_role("list", name="Bookmarks")
    await expect(marks.get_by_role("link", name="Runbook")).to_have_attribute("rel", "noopener noreferrer")
    workspace.answers["bookmark"] = {"ok": True, "bookmarks": story.BOOKMARKS["C1"][1:]}
    await marks.get_by_role("button", name="Remove the bookmark Runbook").click()
    await expect(marks.get_by_role("listitem")).to_have_count(1)
    await page.get_by_role("button", name="Channel actions").click()
    await page.get_by_role("menuitem", name="Edit topic and description").click()
    topic = page.get_by_label("Topic")
    await expect(topic).to_have_value(":game_die: EXERCISE · checkout is slow · IC @ida")
    await topic.fill("new & better")
    await page.keyboard.press("Enter")
    (body,) = await workspace.posted("describe")
    assert (body["channel"], body["topic"]) == ("C1", "new & better")


async def test_guests_and_other_companies_are_marked(workspace: StandIn, open_page: OpenPage) -> None:
    """Guests and people of other companies carry a badge wherever they are named, and so does a channel shared with them."""
    workspace.people[2] |= {"is_restricted": True}
    workspace.people[3] |= {"is_restricted": True, "is_ultra_restricted": True}
    workspace.people[1] |= {"is_stranger": True, "team_name": "Bifrost Hosting"}
    workspace.channels[0] |= {"is_ext_shared": True, "shared_with": [{"id": "T9", "name": "Bifrost Hosting"}]}
    page = await open_page("U1")
    await expect(page.locator("#header")).to_contain_text("Shared with Bifrost Hosting")
    for name, badge in (
        ("Omar Reyes", "Guest"),
        ("Priya Nair", "Guest of one channel"),
        ("Ida Holm", "Bifrost Hosting"),
    ):
        line = page.locator(".name-line", has_text=name).last
        await expect(line.locator(".standing")).to_have_text(badge)
        await expect(page.locator(".chip", has_text=name).locator(".standing")).to_have_text(badge)


async def test_writing_to_several_people(workspace: StandIn, open_page: OpenPage) -> None:
    """One chosen person makes a direct message, several make a group."""
    page = await open_page("U1")
    group = story.channel("G1", "mpdm", is_mpim=True, is_private=True, members=["U1", "U2", "U3"])
    workspace.answers["open"] = {"ok": True, "channel": group}
    await page.get_by_role("button", name="Write to somebody").click()
    await page.get_by_role("option", name="Ida Holm").click()
    await page.get_by_role("option", name="Omar Reyes").click()
    await page.locator(".pick-done").click()
    assert await workspace.posted("open") == [{"as": "U1", "users": ["U2", "U3"]}]
    await expect(page.locator("#header h1")).to_have_text("Ida Holm, Omar Reyes")


async def test_an_app_has_three_tabs(workspace: StandIn, open_page: OpenPage) -> None:
    """An app opens at its Home; Messages and About are beside it, and About tells of its commands."""
    page = await open_page("U1")
    await page.get_by_role("button", name="warroom, app").click()
    await page.get_by_role("tab", name="About").click()
    await expect(page.locator("#stage")).to_contain_text("/warroom [declare | status")
    assert "tab=about" in page.url
    await page.get_by_role("button", name="Run").click()
    assert (await workspace.posted("shortcut"))[0]["callback_id"] == "declare"
    await page.get_by_role("tab", name="Messages").click()
    await expect(page.locator(BOX)).to_be_visible()


# --- keys and colours ---


async def test_keys_on_a_message(workspace: StandIn, open_page: OpenPage) -> None:
    """From the newest message the arrows walk, T opens the thread, P pins, R offers emoji, M the menu; others' are not edited."""
    page = await open_page("U1")
    last = page.locator(".message").last
    await last.focus()
    await page.keyboard.press("e")
    await expect(page.locator("dialog")).to_have_count(0)
    await page.keyboard.press("p")
    assert (await workspace.posted("pin"))[0]["ts"] == await last.get_attribute("data-ts")
    await page.keyboard.press("ArrowUp")
    await expect(page.locator(".message").nth(-2)).to_be_focused()
    await page.keyboard.press("r")
    await expect(page.get_by_label("Search: Emoji")).to_be_focused()
    await page.keyboard.press("Escape")
    await page.locator(".message").nth(-2).focus()
    await page.keyboard.press("m")
    await expect(page.get_by_role("menu", name="Message actions")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.locator(".message").nth(-2).focus()
    await page.keyboard.press("t")
    await expect(page.get_by_label("Reply", exact=True)).to_be_focused()


async def test_the_sheet_of_keys(workspace: StandIn, open_page: OpenPage) -> None:
    """A question mark, Ctrl+/ and a button open the sheet of keys; a question mark in a text is a question mark."""
    page = await open_page("U1")
    await page.locator(BOX).press("?")
    await expect(page.locator("dialog")).to_have_count(0)
    await page.keyboard.press("Control+/")
    await expect(page.get_by_role("dialog", name="Keys")).to_contain_text("mark everything as read")
    await page.keyboard.press("Escape")
    await page.locator(".message").last.focus()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keys")).to_be_visible()


async def test_walking_the_channels_by_key(workspace: StandIn, open_page: OpenPage) -> None:
    """Alt and the arrows go to the channel below and above, with Shift to the next with something unread."""
    page = await open_page("U1")
    await page.keyboard.press("Alt+ArrowUp")
    await expect(page.locator("#header h1")).to_have_text("dm-backstage")
    await page.keyboard.press("Alt+Shift+ArrowDown")
    await expect(page.locator("#header h1")).to_have_text("ops")


CONTRAST = """() => {
  const probe = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const node = document.body.appendChild(document.createElement('p'));
  const channels = (name) => {
    node.className = '';
    node.style.setProperty('color', `var(--${name})`);
    probe.fillStyle = getComputedStyle(node).color;
    probe.fillRect(0, 0, 1, 1);
    return [...probe.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (name) => channels(name).map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)).reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
  const ratio = (a, b) => { const [low, high] = [light(a), light(b)].sort((x, y) => x - y); return (high + 0.05) / (low + 0.05); };
  const grounds = ['paper', 'shade', 'raise', 'hover', 'private'];
  const pairs = [...['ink', 'ink-soft', 'link', 'danger', 'accent'].flatMap((ink) => grounds.map((ground) => [ink, ground])), ['on-accent', 'accent'], ['on-here', 'here'], ['on-wait', 'wait'], ['me-ink', 'me'], ['code-ink', 'code'], ['accent', 'accent-soft']];
  return pairs.map(([a, b]) => [a, b, ratio(a, b)]).filter(([, , found]) => found < 4.5);
}"""


async def test_light_and_dark_can_be_read(workspace: StandIn, open_page: OpenPage) -> None:
    """The button turns from the system's colours to light to dark; in both every text has a contrast of at least 4.5 to 1."""
    page = await open_page("U1")
    await page.get_by_role("button", name="Colours: as the system").click()
    await expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert await page.evaluate(CONTRAST) == []
    light = await page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    await page.get_by_role("button", name="Colours: light").click()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert await page.evaluate(CONTRAST) == []
    assert await page.evaluate("() => getComputedStyle(document.body).backgroundColor") != light
    await page.reload()
    await page.wait_for_selector("body.ready")
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await page.evaluate("() => localStorage.clear()")


async def test_it_says_that_it_is_not_slack(workspace: StandIn, open_page: OpenPage) -> None:
    """The page says in sight what it is."""
    page = await open_page("U1")
    await expect(page.get_by_text("A local stand-in. Not Slack.")).to_be_in_viewport()


async def _unnamed(page: Page) -> list[str]:
    return await page.evaluate(  # type: ignore[no-any-return]  # playwright answers Any
        """() => [...document.querySelectorAll('button, a[href], input, textarea, select, [role=button], dialog')].filter((node) => node.checkVisibility() && !node.matches('[aria-hidden=true]'))
          .filter((node) => !(node.ariaLabel || node.getAttribute('aria-labelledby') || node.labels?.length || node.textContent.trim() || node.title)).map((node) => node.outerHTML.slice(0, 120))"""
    )


async def test_every_control_has_a_name(workspace: StandIn, open_page: OpenPage) -> None:
    """Every visible control has a name that a screen reader can say: in the chat, a thread, the wire log and a modal."""
    page = await open_page("U1")
    await page.get_by_role("button", name="3 replies").click()
    await expect(page.get_by_label("Reply", exact=True)).to_be_visible()
    await page.locator("[data-act=inspector]").click()
    await expect(page.locator(".wire").first).to_be_visible()
    assert await _unnamed(page) == []
    await workspace.push("U1", {"type": "view_opened", "view": story.MODAL})
    await expect(page.get_by_role("dialog")).to_be_visible()
    assert await _unnamed(page) == []


# --- the wire log ---


def _exchange(n: int, **extra: Any) -> dict[str, Any]:
    plain = {
        "n": n,
        "at": story.BASE + n,
        "direction": "in",
        "kind": "call",
        "app_id": "A1",
        "method": "chat.postMessage",
        "request": {"text": f"call {n}"},
        "response": {"ok": True},
        "status": 200,
    }
    return {**plain, **extra}


async def test_the_wire_log_filters_and_pauses(workspace: StandIn, open_page: OpenPage) -> None:
    """The log is narrowed by kind and outcome, marks rate limits, unfolds to JSON, and while paused only counts what comes."""
    workspace.wire += [
        _exchange(10, status=429, response={"ok": False, "error": "ratelimited"}),
        _exchange(11, kind="event", direction="out", method="app_mention"),
    ]
    page = await open_page("U1")
    await page.locator("[data-act=inspector]").click()
    await expect(page.locator(".wire")).to_have_count(5)
    await expect(page.locator(".wire.limited")).to_contain_text("429 ratelimited")
    await page.get_by_label("Kind").select_option("event")
    await expect(page.locator(".wire")).to_have_count(1)
    await page.get_by_label("Kind").select_option("")
    await page.get_by_label("Outcome").select_option("limited")
    await expect(page.locator(".wire")).to_have_count(1)
    await page.locator(".wire summary").click()
    await expect(page.locator(".wire pre").last).to_contain_text('"error": "ratelimited"')
    await page.get_by_label("Outcome").select_option("")
    await page.get_by_role("button", name="Pause the wire log").click()
    workspace.wire.append(_exchange(12))
    await expect(page.locator(".wire-count")).to_have_text("5, 1 more while paused")
    await expect(page.locator(".wire")).to_have_count(5)
    await page.get_by_role("button", name="Go on with the wire log").click()
    await expect(page.locator(".wire").first).to_contain_text("call 12")
