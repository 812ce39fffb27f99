"""Block Kit in the browser: every block is drawn, every input can be filled in, and what is not known is seen to be so."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.page import blocks, story
from tests.page.conftest import OpenPage
from tests.page.standin import StandIn

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def _posted(workspace: StandIn, open_page: OpenPage, *shown: dict[str, Any], phone: bool = False) -> Page:
    """A window at a channel in which the app posted these blocks."""
    workspace.messages["C4"] = [story.bot(900, "blocks", blocks=list(shown))]
    return await open_page("U1", channel="C4", phone=phone)


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_every_block_is_drawn(workspace: StandIn, open_page: OpenPage, *, phone: bool) -> None:
    """Each block of Slack's schema becomes something; only the one nobody knows is said to be unknown; nothing is too wide."""
    page = await _posted(workspace, open_page, *blocks.SHOWN, phone=phone)
    drawn = page.locator(".blocks > *")
    await expect(drawn).to_have_count(len(blocks.SHOWN))
    empty = await drawn.evaluate_all(
        "all => all.filter(n => !n.matches('hr') && !n.innerText.trim() && !n.querySelector('img, svg')).map(n => n.className)"
    )
    assert empty == []
    await expect(page.locator(".unsupported")).to_have_count(1)
    await expect(page.locator(".unsupported")).to_contain_text("This block of type “hologram” cannot be shown here.")
    wide = await page.evaluate(
        "() => [document.documentElement, ...document.querySelectorAll('.scroller, .blocks')].filter(n => n.scrollWidth > n.clientWidth + 1).map(n => n.className)"
    )
    assert wide == []


async def test_an_unknown_block_shows_its_json(workspace: StandIn, open_page: OpenPage) -> None:
    """What cannot be drawn has its JSON at hand, and so has an element that is not known."""
    page = await _posted(
        workspace, open_page, blocks.SHOWN[-1], {"type": "actions", "block_id": "a", "elements": [{"type": "lever"}]}
    )
    await page.get_by_text("This block of type “hologram”").click()
    await expect(page.locator(".unsupported pre").first).to_contain_text('"beam": 7')
    await expect(page.get_by_text("This element of type “lever” cannot be shown here.")).to_be_visible()


async def test_pictures(workspace: StandIn, open_page: OpenPage) -> None:
    """A picture that was uploaded is shown; one from elsewhere is a labelled place with a link, and is not asked for."""
    page = await _posted(workspace, open_page, *blocks.SHOWN[:6])
    await expect(page.get_by_role("img", name="A dot")).to_have_attribute("src", story.DOT)
    elsewhere = page.get_by_role("img", name="Replica lag")
    await expect(elsewhere.get_by_role("link", name="Replica lag")).to_have_attribute(
        "href", "https://graphs.example.com/lag.png"
    )


async def _column(table: Locator, number: int) -> list[str]:
    return [(await row.inner_text()).strip() for row in await table.locator(f"tbody tr > :nth-child({number})").all()]


async def test_a_data_table_sorts_and_turns_pages(workspace: StandIn, open_page: OpenPage) -> None:
    """A data table shows page_size rows; a heading sorts numbers by value and words by the alphabet, and says so."""
    page = await _posted(workspace, open_page, blocks.DATA_TABLE)
    table = page.get_by_role("table", name="Replicas by lag")
    assert await _column(table, 2) == ["4", "252", "1"]
    await page.get_by_role("button", name="Next page").click()
    assert await _column(table, 1) == ["pay-db-4", "pay-db-10"]
    await page.get_by_role("button", name="Lag (s)").click()
    assert await _column(table, 2) == ["1", "4", "9"]
    await page.get_by_role("button", name="Lag (s)").press("Enter")
    assert await _column(table, 2) == ["252", "30", "9"]
    await expect(page.get_by_role("columnheader", name="Lag (s)")).to_have_attribute("aria-sort", "descending")
    await page.get_by_role("button", name="Replica").click()
    await page.get_by_role("button", name="Next page").click()
    assert await _column(table, 1) == ["pay-db-4", "pay-db-10"]


@pytest.mark.parametrize(("kind", "marks"), [("line", "circle"), ("area", "circle"), ("bar", "rect")])
async def test_a_chart_is_a_drawing_and_a_table(workspace: StandIn, open_page: OpenPage, kind: str, marks: str) -> None:
    """A chart draws one mark per value, higher for more, and holds the same numbers as a table that can be unfolded."""
    page = await _posted(workspace, open_page, blocks.chart(kind, "Latency"))
    figure = page.get_by_role("figure", name="Latency")
    assert await figure.locator(marks).count() == 8
    tops = await figure.locator(f".hue-1 {marks}").evaluate_all("all => all.map(n => n.getBoundingClientRect().top)")
    values = [point["value"] for point in blocks.SERIES[1]["data"]]
    assert sorted(range(4), key=lambda at: -tops[at]) == sorted(range(4), key=lambda at: values[at])
    await figure.get_by_text("Numbers").click()
    await expect(figure.get_by_role("row").nth(3)).to_have_text("14:10140910")


async def test_a_pie_shares_the_whole(workspace: StandIn, open_page: OpenPage) -> None:
    """A pie's slices stand in the legend with their share."""
    page = await _posted(workspace, open_page, blocks.PIE)
    figure = page.get_by_role("figure", name="Who is hit")
    assert await figure.locator(".slice").count() == 3
    await expect(figure.locator(".legend")).to_have_text("Payments 60 %Search 25 %Login 15 %")


PRESSES = [
    ("Helpful", {"action_id": "feedback", "type": "feedback_buttons", "value": "good"}),
    ("Remove", {"action_id": "bin", "type": "icon_button", "value": "x"}),
    ("Run the workflow", {"action_id": "flow", "type": "workflow_button"}),
    ("Silence", {"action_id": "card_silence", "type": "button", "value": "card_silence"}),
    ("Open the report", {"action_id": "report", "type": "button", "value": "report"}),
]


@pytest.mark.parametrize(("name", "action"), PRESSES, ids=[name for name, _ in PRESSES])
async def test_presses_in_larger_blocks(
    workspace: StandIn, open_page: OpenPage, name: str, action: dict[str, Any]
) -> None:
    """Feedback, icon and workflow buttons, and buttons within cards and containers, are told to the app with their values."""
    wanted = [
        {**block, "block_id": f"b{at}"}
        for at, block in enumerate(
            (blocks.FEEDBACK, blocks.CARD, blocks.CONTAINER, {"type": "actions", "elements": [blocks.WORKFLOW]})
        )
    ]
    page = await _posted(workspace, open_page, *wanted)
    await page.get_by_role("button", name=name, exact=True).click()
    (body,) = await workspace.posted("press")
    assert {key: body["action"].get(key) for key in action} == action


async def test_a_container_folds(workspace: StandIn, open_page: OpenPage) -> None:
    """A collapsible container folds and unfolds; one that begins folded shows nothing until it is opened."""
    page = await _posted(workspace, open_page, {**blocks.CONTAINER, "block_id": "c", "default_collapsed": True})
    inner = page.get_by_text("said port 5432")
    await expect(inner).to_be_hidden()
    await page.get_by_text("The last drill").click()
    await expect(inner).to_be_visible()


async def _modal(workspace: StandIn, open_page: OpenPage) -> tuple[Page, Locator]:
    page = await open_page("U1", channel="C4")
    await workspace.push("U1", {"type": "view_opened", "view": blocks.MODAL})
    modal = page.get_by_role("dialog", name="Every input")
    await expect(modal).to_be_visible()
    return page, modal


async def test_every_input_is_sent_in_its_shape(workspace: StandIn, open_page: OpenPage) -> None:
    """A modal with every kind of input sends each value under the names Slack uses, and nulls and [] for what was left out."""
    _, modal = await _modal(workspace, open_page)
    await modal.get_by_label("With marks").fill("*bold* :fire:\n- item")
    await expect(modal.locator(".rich-preview strong")).to_have_text("bold")
    await modal.get_by_role("button", name="Pick one").click()
    await modal.get_by_role("option", name="Login").click()
    await modal.get_by_label("Search", exact=False).last.check()
    await modal.get_by_role("button", name="Send").click()
    (body,) = await workspace.posted("submit")
    sent = {block: one["v"] for block, one in body["values"].items()}
    assert set(sent) == {block["block_id"] for block in blocks.INPUTS}
    rich = sent["rich"]["rich_text_value"]["elements"]
    assert rich[0]["elements"][:2] == [
        {"type": "text", "text": "bold", "style": {"bold": True}},
        {"type": "text", "text": " "},
    ]
    assert (rich[0]["elements"][2]["name"], rich[1]["type"]) == ("fire", "rich_text_list")
    assert sent["rich"].keys() == {"type", "rich_text_value"}
    assert sent["pick"]["selected_option"]["value"] == "login"
    assert [one["value"] for one in sent["boxes"]["selected_options"]] == ["search"]
    assert sent["where"]["selected_conversation"] == "C4"
    assert (sent["day"]["selected_date"], sent["time"]["selected_time"]) == ("2026-11-24", "14:30")
    assert (sent["one"]["value"], sent["picks"]["selected_options"], sent["files"]["files"]) == (None, [], [])


async def test_groups_and_search_of_a_select(workspace: StandIn, open_page: OpenPage) -> None:
    """Option groups stand under their headings; several people are chosen by typing, with the keyboard alone."""
    page, modal = await _modal(workspace, open_page)
    await modal.get_by_role("button", name="Pick one").click()
    await expect(modal.locator(".pick-group")).to_have_text(["Ours", "Theirs"])
    await page.keyboard.press("Escape")
    await modal.locator('[data-field="whos"] .select').focus()
    await page.keyboard.press("Enter")
    await page.keyboard.type("oma")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Escape")
    await expect(modal.locator('[data-field="whos"] .select')).to_have_text("Omar Reyes")
    await expect(modal).to_be_visible()


async def test_files_of_a_form(workspace: StandIn, open_page: OpenPage) -> None:
    """A file input sends its files at once, keeps to its types and number, and hands the files to the app with the form."""
    page, modal = await _modal(workspace, open_page)
    workspace.answers["upload"] = {"ok": True, "files": [{"id": "F7", "upload_url": "/upload/v1/F7-secret"}]}
    file = {"id": "F7", "name": "notes.txt", "size": 5, "mimetype": "text/plain"}
    workspace.answers["upload/complete"] = {"ok": True, "files": [file]}
    field = modal.locator(".file-field")
    await field.set_input_files({"name": "bad.exe", "mimeType": "x/y", "buffer": b"MZ"})
    await expect(page.locator(".notice")).to_contain_text("of these types: txt, png")
    await field.set_input_files({"name": "notes.txt", "mimeType": "text/plain", "buffer": b"hello"})
    await expect(modal.locator(".file-chosen")).to_contain_text("notes.txt")
    assert workspace.received == [("F7-secret", b"hello")]
    await modal.get_by_role("button", name="Send").click()
    (body,) = await workspace.posted("submit")
    assert body["values"]["files"]["v"]["files"] == [file]


async def test_a_modal_that_waits_for_an_entry(workspace: StandIn, open_page: OpenPage) -> None:
    """A view with submit_disabled cannot be submitted, not by Enter either, until something was entered; then it shows that it works."""
    page = await open_page("U1")
    view = {**story.MODAL, "blocks": story.MODAL["blocks"][:1], "submit_disabled": True}
    await workspace.push("U1", {"type": "view_opened", "view": view})
    submit = page.get_by_role("button", name="Declare")
    await expect(submit).to_be_disabled()
    await page.get_by_label("What is wrong").press("Enter")
    await page.get_by_label("What is wrong").fill("Checkout is slow")
    await expect(submit).to_be_enabled()
    workspace.gate.clear()
    await submit.click()
    await expect(submit).to_have_attribute("aria-busy", "true")
    workspace.gate.set()
    await expect(submit).not_to_have_attribute("aria-busy", "true")
    assert len(workspace.bodies("submit")) == 1


async def test_a_stack_of_modals(workspace: StandIn, open_page: OpenPage) -> None:
    """A pushed modal hides the one below; going back shows it with what was typed; the focus cannot leave the dialog."""
    page, modal = await _modal(workspace, open_page)
    await modal.get_by_label("One line").fill("kept")
    second = {**story.MODAL, "id": "V10", "title": story.plain("The second")}
    await workspace.push("U1", {"type": "view_pushed", "view": second})
    top = page.get_by_role("dialog", name="The second")
    await expect(top.get_by_role("button", name="Back")).to_be_visible()
    for _ in range(30):
        await page.keyboard.press("Tab")
        inside = await page.evaluate(
            "() => document.activeElement === document.body || Boolean(document.activeElement.closest('dialog'))"
        )
        assert inside
    await top.get_by_role("button", name="Back").click()
    assert (await workspace.posted("close"))[0] == {"as": "U1", "view_id": "V10", "cleared": False}
    await expect(page.get_by_role("dialog", name="Every input").get_by_label("One line")).to_have_value("kept")
