"""The newer blocks and elements, and what holds between blocks: allowed at the edge, refused one beyond it, with a pointer.

The cases of the older blocks are in test_blockkit. The edges are those of @slack/types 3.2.0 and docs.slack.dev.
"""

from typing import Any

import pytest

from warroom.workspace.blockkit.check import check_attachments, check_blocks, check_message, check_view
from warroom.workspace.blockkit.shapes.blocks import BLOCKS

from .bench import Bench
from .test_blockkit import actions, button, field, mrkdwn, options, plain, section

Doc = dict[str, Any]
IMAGE = {"type": "image", "image_url": "https://a.example/b.png", "alt_text": "x"}


def rich(text: str = "x") -> Doc:
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}],
    }


def run(**element: Any) -> Doc:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [element]}]}


def card(**more: Any) -> Doc:
    return {"type": "card", "title": mrkdwn(), **more}


def carousel(count: int) -> Doc:
    return {"type": "carousel", "elements": [card() for _ in range(count)]}


def container(*children: Doc, **more: Any) -> Doc:
    return {"type": "container", "title": plain(), "child_blocks": list(children), **more}


def raw(text: str = "x") -> Doc:
    return {"type": "raw_text", "text": text}


def cells(rows: int, columns: int = 1) -> list[list[Doc]]:
    return [[raw() for _ in range(columns)] for _ in range(rows)]


def table(rows: Any, **more: Any) -> Doc:
    return {"type": "table", "rows": rows, **more}


def data_table(rows: Any, **more: Any) -> Doc:
    return {"type": "data_table", "caption": "c", "rows": rows, **more}


def chart(**chart: Any) -> Doc:
    return {"type": "data_visualization", "title": "t", "chart": chart}


def pie(count: int, label: int = 3, value: float = 1) -> Doc:
    return chart(type="pie", segments=[{"label": f"{n:0{label}}", "value": value} for n in range(count)])


def plot(series: int = 1, points: int = 1, name: int = 3, label: int = 3, **axes: Any) -> Doc:
    categories = [f"{n:0{label}}" for n in range(points)]
    data = [{"label": each, "value": -1.5} for each in categories]
    named = [{"name": f"{n:0{name}}", "data": data} for n in range(series)]
    return chart(type="bar", series=named, axis_config={"categories": categories, **axes})


def task(**more: Any) -> Doc:
    return {"type": "task_card", "task_id": "1", "title": "t", "status": "pending", **more}


def video(**more: Any) -> Doc:
    return {
        "type": "video",
        "alt_text": "x",
        "title": plain(),
        "thumbnail_url": "https://a.example/t.png",
        "video_url": "https://a.example/v",
        **more,
    }


def feedback(**more: Any) -> Doc:
    one = {"text": plain(), "value": "v"}
    return {"type": "feedback_buttons", "positive_button": one, "negative_button": {**one, **more}}


def icon(**more: Any) -> Doc:
    return {"type": "icon_button", "icon": "trash", "text": plain(), **more}


def confirmed(title: int, confirm: int, deny: int) -> Doc:
    return {"title": plain(title), "text": plain(), "confirm": plain(confirm), "deny": plain(deny)}


def context_actions(*elements: Doc) -> Doc:
    return {"type": "context_actions", "elements": list(elements)}


def workflow(**trigger: Any) -> Doc:
    return {
        "type": "workflow_button",
        "text": plain(),
        "workflow": {"trigger": {"url": "https://a.example", **trigger}},
    }


def entered(type_: str, **more: Any) -> Doc:
    return field({"type": type_, **more})


MESSAGE_CASES: list[tuple[str, Doc, Doc, str]] = [
    # tables
    ("table rows", table(cells(100)), table(cells(101)), "/rows"),
    ("table without rows", table(cells(1)), table([]), "/rows"),
    ("table cells", table(cells(1, 20)), table(cells(1, 21)), "/rows/0"),
    ("table cell kind", table([[raw(), rich(), {"type": "raw_number", "value": 1, "text": "1"}]]), table([[plain()]]), "/rows/0/0/type"),
    ("table cell text", table([[raw()]]), table([[raw("")]]), "/rows/0/0/text"),
    ("raw number", table([[{"type": "raw_number", "value": 1.5, "text": "1.5"}]]), table([[{"type": "raw_number", "value": "1", "text": "1"}]]), "/rows/0/0/value"),
    ("column settings", table(cells(1), column_settings=[{"align": "right"}, None] * 10), table(cells(1), column_settings=[{}] * 21), "/column_settings"),
    ("column align", table(cells(1), column_settings=[{"is_wrapped": True}]), table(cells(1), column_settings=[{"align": "middle"}]), "/column_settings/0/align"),
    ("data_table rows", data_table(cells(101)), data_table(cells(102)), "/rows"),
    ("data_table header only", data_table(cells(2)), data_table(cells(1)), "/rows"),
    ("data_table without rows", data_table(cells(2)), {"type": "data_table", "caption": "c"}, ""),
    ("data_table columns", data_table(cells(2, 20)), data_table(cells(2, 21)), "/rows/0"),
    ("data_table even rows", data_table(cells(2)), data_table([*cells(1, 2), *cells(1, 1)]), "/rows/1"),
    ("data_table header", data_table([[raw()], [rich()]]), data_table([[rich()], [raw()]]), "/rows/0/0/type"),
    ("data_table caption", data_table(cells(2)), {"type": "data_table", "rows": cells(2)}, ""),
    ("page_size most", data_table(cells(2), page_size=100), data_table(cells(2), page_size=101), "/page_size"),
    ("page_size least", data_table(cells(2), page_size=1), data_table(cells(2), page_size=0), "/page_size"),
    ("row header", data_table(cells(2), row_header_column_index=0), data_table(cells(2), row_header_column_index=1), "/row_header_column_index"),
    ("data_table characters", data_table([[raw("x" * 5000)], [rich("y" * 5000)]]), data_table([[raw("x" * 5000)], [rich("y" * 5001)]]), "/rows"),
    # charts
    ("chart title", {**pie(1), "title": "x" * 50}, {**pie(1), "title": "x" * 51}, "/title"),
    ("segments", pie(12), pie(13), "/chart/segments"),
    ("no segments", pie(1), pie(0), "/chart/segments"),
    ("segment label", pie(1, label=20), pie(1, label=21), "/chart/segments/0/label"),
    ("segment value", pie(1, value=0.1), pie(1, value=0), "/chart/segments/0/value"),
    ("series", plot(12), plot(13), "/chart/series"),
    ("series name", plot(name=20), plot(name=21), "/chart/series/0/name"),
    ("points", plot(points=20), plot(points=21), "/chart/series/0/data"),
    ("category label", plot(label=20), plot(label=21), "/chart/axis_config/categories/0"),
    ("axis label", plot(x_label="x" * 50), plot(x_label="x" * 51), "/chart/axis_config/x_label"),
    ("data covers categories", plot(points=2), plot(points=2, categories=["000", "other"]), "/chart/series/0/data"),
    ("series names differ", plot(2), chart(**{**plot(2)["chart"], "series": plot(1)["chart"]["series"] * 2}), "/chart/series"),
    ("chart type", pie(1), chart(type="donut", segments=[]), "/chart/type"),
    # cards, containers
    ("card title", card(title=mrkdwn(150)), card(title=mrkdwn(151)), "/title/text"),
    ("card title kind", card(), card(title=plain()), "/title/type"),
    ("card subtitle", card(subtitle=mrkdwn(150)), card(subtitle=mrkdwn(151)), "/subtitle/text"),
    ("card body", card(body=mrkdwn(200)), card(body=mrkdwn(201)), "/body/text"),
    ("card subtext", card(subtext=mrkdwn(200)), card(subtext=mrkdwn(201)), "/subtext/text"),
    ("card content", card(), {"type": "card", "subtitle": mrkdwn()}, ""),
    ("card actions", card(actions=[button(), button(), button()]), card(actions=[button()] * 4), "/actions"),
    ("card icons", card(icon=IMAGE), card(icon=IMAGE, slack_icon={"type": "icon", "name": "rocket"}), ""),
    ("card action kind", card(actions=[button()]), card(actions=[icon()]), "/actions/0/type"),
    ("same action_id in a card", card(actions=[button(action_id="a")]), card(actions=[button(action_id="a")] * 2), ""),
    ("cards", carousel(10), carousel(11), "/elements"),
    ("no cards", carousel(1), carousel(0), "/elements"),
    ("carousel of cards", carousel(1), {"type": "carousel", "elements": [section()]}, "/elements/0/type"),
    ("container title", container(section(), title=plain(150)), container(section(), title=plain(151)), "/title/text"),
    ("container titles", container(section(), rich_text_title=rich()), {"type": "container", "child_blocks": [section()]}, ""),
    ("container subtitle", container(section(), subtitle=mrkdwn(150)), container(section(), subtitle=mrkdwn(151)), "/subtitle/text"),
    ("container children", container(*[section()] * 10), container(*[section()] * 11), "/child_blocks"),
    ("container child kind", container(table(cells(1))), container(card()), "/child_blocks/0/type"),
    ("container in container", container(section()), container(container(section())), "/child_blocks/0/type"),
    ("container width", container(section(), width="full"), container(section(), width="huge"), "/width"),
    ("container collapsed", container(section(), is_collapsible=True, default_collapsed=True), container(section(), default_collapsed=True), "/default_collapsed"),
    ("same block_id in a container", container(section(block_id="a"), section(block_id="b")), container(section(block_id="a"), section(block_id="a")), "/child_blocks/1/block_id"),
    ("block_id of the container itself", container(section(block_id="b"), block_id="a"), container(section(block_id="a"), block_id="a"), "/child_blocks/0/block_id"),
    ("same action_id in a container", container(actions(button(action_id="a")), actions(button(action_id="a"))), container(actions(button(action_id="a"), button(action_id="a"))), "/child_blocks/0"),
    # tasks
    ("task status", task(status="error"), task(status="done"), "/status"),
    ("task title", task(), {k: v for k, v in task().items() if k != "title"}, ""),
    ("task details", task(details=rich()), task(details=[rich()]), "/details"),
    ("task sources", task(sources=[{"type": "url", "url": "https://a.example", "text": "a"}]), task(sources=[{"type": "url", "url": "https://a.example"}]), "/sources/0"),
    ("plan", {"type": "plan", "title": "t", "tasks": [task(), {k: v for k, v in task().items() if k != "type"}]}, {"type": "plan", "title": "t", "tasks": [section()]}, "/tasks/0/type"),
    ("plan title", {"type": "plan", "title": "t"}, {"type": "plan"}, ""),
    ("plan tasks", {"type": "plan", "title": "t", "tasks": [task()] * 50}, {"type": "plan", "title": "t", "tasks": [task()] * 51}, "/tasks"),
    # video
    ("video title", video(title=plain(199)), video(title=plain(200)), "/title/text"),
    ("video author", video(author_name="x" * 49), video(author_name="x" * 50), "/author_name"),
    ("video address", video(video_url="https://a.example/v"), video(video_url="http://a.example/v"), "/video_url"),
    ("video thumbnail", video(), {k: v for k, v in video().items() if k != "thumbnail_url"}, ""),
    # context actions
    ("context actions", context_actions(*[icon()] * 5), context_actions(*[icon()] * 6), "/elements"),
    ("context actions kind", context_actions(feedback()), context_actions(button()), "/elements/0/type"),
    ("feedback text", context_actions(feedback(text=plain(75))), context_actions(feedback(text=plain(76))), "/elements/0/negative_button/text/text"),
    ("feedback value", context_actions(feedback(value="x" * 2000)), context_actions(feedback(value="x" * 2001)), "/elements/0/negative_button/value"),
    ("feedback label", context_actions(feedback(accessibility_label="x" * 75)), context_actions(feedback(accessibility_label="x" * 76)), "/elements/0/negative_button/accessibility_label"),
    ("icon", context_actions(icon()), context_actions(icon(icon="skull")), "/elements/0/icon"),
    ("icon value", context_actions(icon(value="x" * 2000)), context_actions(icon(value="x" * 2001)), "/elements/0/value"),
    ("same action_id in context actions", context_actions(icon(action_id="a")), context_actions(icon(action_id="a"), icon(action_id="a")), ""),
    # elements
    ("button label", actions(button(accessibility_label="x" * 75)), actions(button(accessibility_label="x" * 76)), "/elements/0/accessibility_label"),
    ("button address", actions(button(url="https://" + "x" * 2992)), actions(button(url="https://" + "x" * 2993)), "/elements/0/url"),
    ("option url", actions({"type": "overflow", "options": [{**options(1)[0], "url": "https://a.example"}]}), actions({"type": "static_select", "options": [{**options(1)[0], "url": "https://a.example"}]}), "/elements/0/options/0"),
    ("overflow without options", actions({"type": "overflow", "options": options(1)}), actions({"type": "overflow", "options": []}), "/elements/0/options"),
    ("option groups", actions({"type": "static_select", "option_groups": [{"label": plain(), "options": options(1)}] * 100}), actions({"type": "static_select", "option_groups": [{"label": plain(), "options": options(1)}] * 101}), "/elements/0/option_groups"),
    ("confirm title", actions(button(confirm=confirmed(100, 2, 2))), actions(button(confirm=confirmed(101, 2, 2))), "/elements/0/confirm/title/text"),
    ("confirm button", actions(button(confirm=confirmed(2, 30, 30))), actions(button(confirm=confirmed(2, 31, 30))), "/elements/0/confirm/confirm/text"),
    ("deny button", actions(button(confirm=confirmed(2, 2, 30))), actions(button(confirm=confirmed(2, 2, 31))), "/elements/0/confirm/deny/text"),
    ("workflow button", actions(workflow()), actions(workflow(url="nowhere")), "/elements/0/workflow/trigger/url"),
    ("workflow parameter", actions(workflow(customizable_input_parameters=[{"name": "a", "value": "b"}])), actions(workflow(customizable_input_parameters=[{"name": "a"}])), "/elements/0/workflow/trigger/customizable_input_parameters/0"),
    ("date and time", actions({"type": "datetimepicker", "initial_date_time": 1_628_633_820}), actions({"type": "datetimepicker", "initial_date_time": 162_863_382}), "/elements/0/initial_date_time"),
    ("no date and time beside a section", actions({"type": "datetimepicker"}), section(accessory={"type": "datetimepicker"}), "/accessory/type"),
    ("no placeholder in date and time", actions({"type": "datetimepicker"}), actions({"type": "datetimepicker", "placeholder": plain()}), "/elements/0"),
    ("date", actions({"type": "datepicker", "initial_date": "2026-12-31"}), actions({"type": "datepicker", "initial_date": "2026-13-01"}), "/elements/0/initial_date"),
    ("rich text input lines", entered("rich_text_input", min_lines=1, max_lines=100), entered("rich_text_input", max_lines=101), "/element/max_lines"),
    ("rich text input value", entered("rich_text_input", initial_value=rich()), entered("rich_text_input", initial_value="x"), "/element/initial_value"),
    ("number bounds", entered("number_input", is_decimal_allowed=True, min_value="1", max_value="1"), entered("number_input", is_decimal_allowed=True, min_value="1.5", max_value="1"), "/element"),
    ("input initial value", entered("plain_text_input", initial_value="x" * 3000), entered("plain_text_input", initial_value="x" * 3001), "/element/initial_value"),
    ("input min_length", entered("plain_text_input", min_length=3000), entered("plain_text_input", min_length=3001), "/element/min_length"),
    ("files in modals only", entered("url_text_input"), entered("file_input"), "/element/type"),
    ("response_url outside modals", entered("channels_select"), entered("channels_select", response_url_enabled=True), "/element/response_url_enabled"),
    ("image title", {**IMAGE, "title": plain(2000)}, {**IMAGE, "title": plain(2001)}, "/title/text"),
    ("image address", {**IMAGE, "image_url": "https://" + "x" * 2992}, {**IMAGE, "image_url": "https://" + "x" * 2993}, "/image_url"),
    ("one source of an image", {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "x"}, {**IMAGE, "slack_file": {"id": "F1"}}, ""),
    ("one name of a file", {"type": "image", "slack_file": {"url": "https://a.example"}, "alt_text": "x"}, {"type": "image", "slack_file": {"id": "F1", "url": "https://a.example"}, "alt_text": "x"}, "/slack_file"),
    # rich text
    ("team", run(type="team", team_id="T1"), run(type="team"), "/elements/0/elements/0"),
    ("color", run(type="color", value="#4A154B"), run(type="color", value="mauve"), "/elements/0/elements/0/value"),
    ("broadcast", run(type="broadcast", range="here"), run(type="broadcast", range="all"), "/elements/0/elements/0/range"),
    ("style flags", run(type="text", text="x", style=dict.fromkeys(("bold", "italic", "strike", "code", "underline"), True)), run(type="text", text="x", style={"blink": True}), "/elements/0/elements/0/style"),
    ("mention flags", run(type="user", user_id="U1", style={"highlight": True}), run(type="text", text="x", style={"highlight": True}), "/elements/0/elements/0/style"),
    ("emoji", run(type="emoji", name="wave", unicode="1f44b", url="https://a.example"), run(type="emoji"), "/elements/0/elements/0"),
    ("date in text", run(type="date", timestamp=1, format="{ago}", fallback="x"), run(type="date", timestamp="1", format="{ago}"), "/elements/0/elements/0/timestamp"),
    ("preformatted", {"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": [], "border": 1}]}, {"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": [{"type": "user", "user_id": "U1"}]}]}, "/elements/0/elements/0/type"),
    ("list indent", {"type": "rich_text", "elements": [{"type": "rich_text_list", "style": "bullet", "elements": [], "indent": 8}]}, {"type": "rich_text", "elements": [{"type": "rich_text_list", "style": "bullet", "elements": [], "indent": 9}]}, "/elements/0/indent"),
    ("context images", {"type": "context", "elements": [IMAGE]}, {"type": "context", "elements": [{**IMAGE, "title": plain()}]}, "/elements/0"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("allowed", "refused", "pointer"), [row[1:] for row in MESSAGE_CASES], ids=[row[0] for row in MESSAGE_CASES]
)
def test_limits_of_blocks_in_messages(allowed: Doc, refused: Doc, pointer: str) -> None:
    """A block at its edge is fine, and one beyond is refused with a pointer to the place."""
    assert check_blocks([allowed]) == []
    assert f"/blocks/0{pointer}" in [problem.pointer for problem in check_blocks([refused])]


def modal(*blocks: Doc) -> Doc:
    return {"type": "modal", "title": plain(), "submit": plain(), "blocks": list(blocks)}


MODAL_CASES: list[tuple[str, Doc, Doc, str]] = [
    ("alert text", {"type": "alert", "text": mrkdwn(200)}, {"type": "alert", "text": mrkdwn(201)}, "/text/text"),
    ("alert level", {"type": "alert", "text": plain(), "level": "success"}, {"type": "alert", "text": plain(), "level": "fatal"}, "/level"),
    ("max_files most", entered("file_input", max_files=10), entered("file_input", max_files=11), "/element/max_files"),
    ("max_files least", entered("file_input", max_files=1), entered("file_input", max_files=0), "/element/max_files"),
    ("filetypes", entered("file_input", filetypes=["png"]), entered("file_input", filetypes=[1]), "/element/filetypes/0"),
    ("files are not dispatched", field({"type": "file_input"}), field({"type": "file_input"}, dispatch_action=True), "/dispatch_action"),
    ("response_url in an input", entered("conversations_select", response_url_enabled=True), actions({"type": "conversations_select", "response_url_enabled": True}), "/elements/0/response_url_enabled"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("allowed", "refused", "pointer"), [row[1:] for row in MODAL_CASES], ids=[row[0] for row in MODAL_CASES]
)
def test_limits_of_blocks_in_modals(allowed: Doc, refused: Doc, pointer: str) -> None:
    """A block at its edge is fine, and one beyond is refused with a pointer to the place."""
    assert check_view(modal(allowed), "modal") == []
    assert f"/view/blocks/0{pointer}" in [problem.pointer for problem in check_view(modal(refused), "modal")]


SAMPLES: dict[str, Doc] = {
    "actions": actions(button()),
    "alert": {"type": "alert", "text": plain()},
    "card": card(),
    "carousel": carousel(1),
    "container": container(section()),
    "context": {"type": "context", "elements": [plain()]},
    "context_actions": context_actions(feedback(), icon()),
    "data_table": data_table(cells(2)),
    "data_visualization": pie(1),
    "divider": {"type": "divider"},
    "file": {"type": "file", "source": "remote", "external_id": "x"},
    "header": {"type": "header", "text": plain()},
    "image": IMAGE,
    "input": entered("plain_text_input"),
    "markdown": {"type": "markdown", "text": "x"},
    "plan": {"type": "plan", "title": "t", "tasks": [task()]},
    "rich_text": rich(),
    "section": section(),
    "table": table(cells(1)),
    "task_card": task(),
    "video": video(),
}
# docs.slack.dev/blocks.json, as it was in August 2026; `file` is in it for messages, but its page says it cannot be sent
PUBLISHED_SURFACES = {
    "message": {*SAMPLES} - {"alert", "file"},
    "modal": {"actions", "alert", "card", "context", "divider", "header", "image", "input", "rich_text", "section", "video"},
    "home": {
        *("actions", "card", "carousel", "context", "data_table", "divider", "header", "image", "input", "rich_text"),
        *("section", "table", "video"),
    },
}  # fmt: skip


def accepted(surface: str, block: Doc) -> bool:
    if surface == "message":
        return check_blocks([block]) == []
    view = modal(block) if surface == "modal" else {"type": "home", "blocks": [block]}
    return check_view(view, "modal", "home") == []


@pytest.mark.parametrize("surface", PUBLISHED_SURFACES)
def test_each_block_stands_where_slack_lets_it(surface: str) -> None:
    """A block is accepted on the surfaces Slack lists for it, and on no other."""
    assert set(SAMPLES) == set(BLOCKS)
    assert {name for name, block in SAMPLES.items() if accepted(surface, block)} == PUBLISHED_SURFACES[surface]


BETWEEN: list[tuple[str, list[Doc], list[Doc], str]] = [
    ("one table", [table(cells(1))], [table(cells(1)), data_table(cells(2))], "/blocks/1"),
    ("one table in containers", [container(table(cells(1)))], [table(cells(1)), container(table(cells(1)))], "/blocks/1/child_blocks/0"),
    ("two charts", [pie(1), pie(1)], [pie(1), pie(1), pie(1)], "/blocks/2"),
    ("one plan", [SAMPLES["plan"]], [SAMPLES["plan"], SAMPLES["plan"]], "/blocks/1"),
    ("block ids in a carousel", [{"type": "carousel", "elements": [card(block_id="a")]}], [section(block_id="a"), {"type": "carousel", "elements": [card(block_id="a")]}], "/blocks/1/elements/0/block_id"),
    ("focus", [entered("plain_text_input", focus_on_load=True)], [entered("plain_text_input", focus_on_load=True), container(entered("plain_text_input", focus_on_load=True))], "/blocks"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("allowed", "refused", "pointer"), [row[1:] for row in BETWEEN], ids=[row[0] for row in BETWEEN]
)
def test_what_holds_between_blocks(allowed: list[Doc], refused: list[Doc], pointer: str) -> None:
    """Ids, tables, charts, plans and the focus are counted over the whole message, into containers and carousels."""
    assert check_blocks(allowed) == []
    assert [problem.pointer for problem in check_blocks(refused)] == [pointer]


def attached(**attachment: Any) -> list[Doc]:
    return [attachment]


ATTACHED: list[tuple[str, Any, Any, str]] = [
    ("count", attached(text="x") * 100, attached(text="x") * 101, "/attachments"),
    ("list", attached(text="x"), {"text": "x"}, "/attachments"),
    ("objects", attached(text="x"), ["x"], "/attachments/0"),
    ("blocks", attached(blocks=[section()]), attached(blocks=[{"type": "marquee"}]), "/attachments/0/blocks/0/type"),
    ("blocks in blocks", attached(blocks=[container(section())]), attached(blocks=[container(section(), section(text=mrkdwn(3001)))]), "/attachments/0/blocks/0/child_blocks/1/text/text"),
    ("footer", attached(footer="x" * 300), attached(footer="x" * 301), "/attachments/0/footer"),
    ("timestamp", attached(ts=1_600_000_000), attached(ts="yesterday"), "/attachments/0/ts"),
    ("timestamp as text", attached(ts="1600000000.5"), attached(ts=True), "/attachments/0/ts"),
    ("fields", attached(fields=[{"title": "a", "value": "b", "short": True}]), attached(fields=[{"title": 1}]), "/attachments/0/fields/0/title"),
    ("actions", attached(actions=[{"type": "button", "text": "a"}] * 5), attached(actions=[{"type": "button", "text": "a"}] * 6), "/attachments/0/actions"),
    ("action style", attached(actions=[{"type": "button", "text": "a", "style": "default"}]), attached(actions=[{"type": "button", "text": "a", "style": "loud"}]), "/attachments/0/actions/0/style"),
    ("field it does not know", attached(text="x", from_url="https://a.example"), attached(text=["x"]), "/attachments/0/text"),
    ("one table", attached(blocks=[table(cells(1))]), [*attached(blocks=[table(cells(1))]), *attached(blocks=[table(cells(1))])], "/attachments/1/blocks/0"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("allowed", "refused", "pointer"), [row[1:] for row in ATTACHED], ids=[row[0] for row in ATTACHED]
)
def test_limits_of_attachments(allowed: Any, refused: Any, pointer: str) -> None:
    """Attachments have Slack's limits too, and the blocks in them those of blocks; fields Slack passes over are left alone."""
    assert check_attachments(allowed) == []
    assert pointer in [problem.pointer for problem in check_attachments(refused)]


def test_a_message_is_checked_as_a_whole() -> None:
    """It says something, and ids and tables are counted over its blocks and its attachments together."""
    assert check_message({"text": "x"}) == []
    assert check_message({"text": "x", "blocks": [section()], "attachments": attached(blocks=[section()])}) == []
    assert [p.pointer for p in check_message({})] == [""]
    assert [p.pointer for p in check_message([])] == [""]
    both = {"blocks": [table(cells(1))], "attachments": attached(blocks=[table(cells(1)), section(text=plain(3001))])}
    assert {p.pointer for p in check_message(both)} == {
        "/attachments/0/blocks/0",
        "/attachments/0/blocks/1/text/text",
    }


async def test_blocks_validate_takes_a_message(bench: Bench) -> None:
    """blocks.validate looks into blocks and attachments of a message, and says invalid_message."""
    client = bench.client
    client.token = None
    good = {"text": "x", "blocks": [section()], "attachments": attached(blocks=[section()])}
    assert (await client.blocks_validate(message=good))["ok"] is True
    reply = await bench.call("blocks.validate", message={"attachments": attached(blocks=[section(text=plain(3001))])})
    assert reply["error"] == "invalid_message"
    assert [each["pointer"] for each in reply["errors"]] == ["/attachments/0/blocks/0/text/text"]


async def test_blocks_validate_takes_a_hundred_thousand_characters(bench: Bench) -> None:
    """More than 100,000 characters of JSON are refused before anything is looked at."""

    def message(size: int) -> Doc:
        return {"text": "x" * (size - len('{"text":""}'))}

    assert (await bench.call("blocks.validate", message=message(100_000)))["ok"] is True
    reply = await bench.call("blocks.validate", message=message(100_001))
    assert (reply["ok"], reply["error"]) == (False, "invalid_arguments")


async def test_a_second_table_is_refused_with_a_code_of_its_own(bench: Bench) -> None:
    """chat.postMessage answers invalid_attachments and only_one_table_allowed, also when the second is in an attachment."""
    room = await bench.room()
    both = [table(cells(1)), table(cells(1))]
    for arguments in ({"blocks": both}, {"blocks": both[:1], "attachments": attached(blocks=both[1:])}):
        reply = await bench.call("chat.postMessage", channel=room, text="x", **arguments)
        assert reply["error"] == "invalid_attachments"
        assert "only_one_table_allowed" in reply["response_metadata"]["messages"][0]


async def test_an_attachment_that_is_not_one_is_refused(bench: Bench) -> None:
    """Problems of attachments are invalid_attachments, those of the blocks in them invalid_blocks."""
    room = await bench.room()
    cases = ((attached(text=["x"]), "invalid_attachments"), (attached(blocks=[{"type": "marquee"}]), "invalid_blocks"))
    for attachments, code in cases:
        assert await bench.refused("chat.postMessage", channel=room, text="x", attachments=attachments) == code


async def test_nested_blocks_get_their_ids_too(bench: Bench) -> None:
    """What was left out is filled in also in containers, carousels and context actions."""
    room = await bench.room()
    blocks = [container(actions(button())), carousel(1), context_actions(icon())]
    posted = await bench.client.chat_postMessage(channel=room, text="x", blocks=blocks)
    outer, cards, small = posted["message"]["blocks"]
    assert outer["child_blocks"][0]["block_id"]
    assert outer["child_blocks"][0]["elements"][0]["action_id"]
    assert cards["elements"][0]["block_id"]
    assert small["elements"][0]["action_id"]
