"""Every block of Block Kit once, as an app would post it: what the page must draw, and what the picture of all blocks shows."""

from __future__ import annotations

from typing import Any

from tests.page.story import DOT, Json, button, mrk, option, plain


def rich(*elements: Json) -> Json:
    """A rich_text block."""
    return {"type": "rich_text", "elements": list(elements)}


def words(text: str, **style: bool) -> Json:
    """A text of rich text."""
    leaf: Json = {"type": "text", "text": text}
    return {**leaf, "style": style} if style else leaf


def line(*leaves: Json) -> Json:
    """A section of rich text."""
    return {"type": "rich_text_section", "elements": list(leaves)}


def listed(style: str, indent: int, *texts: str) -> Json:
    """A list of rich text."""
    return {"type": "rich_text_list", "style": style, "indent": indent, "elements": [line(words(t)) for t in texts]}


def raw(text: str) -> Json:
    return {"type": "raw_text", "text": text}


def number(value: float) -> Json:
    return {"type": "raw_number", "value": value, "text": f"{value:g}"}


def image(alt: str, url: str = DOT) -> Json:
    return {"type": "image", "image_url": url, "alt_text": alt}


RICH = rich(
    line(
        words("Bold", bold=True), words(", "), words("italic", italic=True), words(", "), words("struck", strike=True),
        words(", "), words("under", underline=True), words(", "), words("code", code=True), words(" by "),
        {"type": "user", "user_id": "U2"}, words(" in "), {"type": "channel", "channel_id": "C2"}, words(" for "),
        {"type": "usergroup", "usergroup_id": "S1"}, words(" and "), {"type": "broadcast", "range": "here"},
        words(" "), {"type": "emoji", "name": "wave", "unicode": "1f44b"}, words(" "),
        {"type": "link", "url": "https://example.com", "text": "a link"}, words(" "),
        {"type": "color", "value": "#3366cc"}, words(" "),
        {"type": "date", "timestamp": 1_795_000_000, "format": "{date_short}", "fallback": "a day in November"},
    ),
    listed("bullet", 0, "outer"),
    listed("bullet", 1, "inner"),
    listed("ordered", 0, "first", "second"),
    {"type": "rich_text_quote", "elements": [words("Calm is contagious.")]},
    {"type": "rich_text_preformatted", "language": "python", "elements": [words("print('hello')")]},
)  # fmt: skip

TABLE: Json = {
    "type": "table",
    "column_settings": [{"align": "left"}, {"align": "right"}],
    "rows": [[raw("Service"), raw("p99")], [rich(line(words("payments", bold=True))), number(412)]],
}

DATA_TABLE: Json = {
    "type": "data_table",
    "caption": "Replicas by lag",
    "page_size": 3,
    "row_header_column_index": 0,
    "rows": [
        [raw("Replica"), raw("Lag (s)")],
        *[[raw(f"pay-db-{n}"), number(lag)] for n, lag in ((1, 4), (2, 252), (3, 1), (4, 30), (10, 9))],
    ],
}

AXES: Json = {"categories": ["14:00", "14:05", "14:10", "14:15"], "x_label": "Time", "y_label": "ms"}
SERIES: list[Json] = [
    {"name": name, "data": [{"label": label, "value": v} for label, v in zip(AXES["categories"], values, strict=True)]}
    for name, values in (("p50", (80, 90, 140, 95)), ("p99", (300, 420, 910, 380)))
]


def chart(kind: str, title: str) -> Json:
    """A chart with two axes."""
    return {
        "type": "data_visualization",
        "title": title,
        "chart": {"type": kind, "series": SERIES, "axis_config": AXES},
    }


SEGMENTS = [{"label": "Payments", "value": 60}, {"label": "Search", "value": 25}, {"label": "Login", "value": 15}]
PIE: Json = {"type": "data_visualization", "title": "Who is hit", "chart": {"type": "pie", "segments": SEGMENTS}}

CARD: Json = {
    "type": "card",
    "hero_image": image("The dashboard of pay-db-2", "https://graphs.example.com/hero.png"),
    "icon": image("The logo"),
    "title": mrk("pay-db-2"),
    "subtitle": mrk("replica, _eu-north_"),
    "body": mrk("Lag is *252 s* and grows."),
    "actions": [button("Look", "card_look"), button("Silence", "card_silence")],
}

TASKS: list[Json] = [
    {"type": "task_card", "task_id": "t1", "title": "Fence the old primary", "status": "complete",
     "output": rich(line(words("done in 40 s"))), "sources": [{"type": "url", "text": "Runbook", "url": "https://runbooks.example.com"}]},
    {"type": "task_card", "task_id": "t2", "title": "Promote pay-db-3", "status": "in_progress",
     "details": rich(line(words("waiting for the replay")))},
    {"type": "task_card", "task_id": "t3", "title": "Tell the customers", "status": "pending"},
    {"type": "task_card", "task_id": "t4", "title": "Rebuild pay-db-1", "status": "error"},
]  # fmt: skip

FEEDBACK: Json = {
    "type": "context_actions",
    "elements": [
        {
            "type": "feedback_buttons",
            "action_id": "feedback",
            "positive_button": {"text": plain("Helpful"), "value": "good"},
            "negative_button": {"text": plain("Not helpful"), "value": "bad"},
        },
        {"type": "icon_button", "action_id": "bin", "icon": "trash", "text": plain("Remove"), "value": "x"},
    ],
}

CONTAINER: Json = {
    "type": "container",
    "title": plain("The last drill"),
    "subtitle": plain("three findings"),
    "is_collapsible": True,
    "default_collapsed": False,
    "has_header_divider": True,
    "width": "wide",
    "child_blocks": [
        {"type": "section", "text": mrk("*Runbook* said port 5432, it is 6432.")},
        {"type": "divider"},
        {"type": "actions", "elements": [button("Open the report", "report")]},
    ],
}

VIDEO: Json = {
    "type": "video",
    "title": plain("How we fail over"),
    "title_url": "https://videos.example.com/1",
    "description": plain("Seven minutes"),
    "provider_name": "Example Videos",
    "author_name": "Omar",
    "alt_text": "A terminal",
    "thumbnail_url": "https://videos.example.com/1.png",
    "video_url": "https://videos.example.com/embed/1",
}

WORKFLOW: Json = {
    "type": "workflow_button",
    "action_id": "flow",
    "text": plain("Run the workflow"),
    "workflow": {"trigger": {"url": "https://slack.com/shortcuts/Ft0/xyz"}},
}

ALERTS: list[Json] = [
    {"type": "alert", "level": level, "text": mrk(f"This is *{level}*.")}
    for level in ("default", "info", "warning", "error", "success")
]

SHOWN: list[Json] = [
    {"type": "header", "text": plain(":rotating_light: Every block")},
    {"type": "section", "text": mrk("A section with `code`"), "fields": [mrk("*One*\n1"), mrk("*Two*\n2")]},
    {"type": "section", "text": mrk("A picture that was uploaded"), "accessory": {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "A dot"}},
    {"type": "context", "elements": [image("A sign"), mrk("context, *small*")]},
    {"type": "divider"},
    {"type": "image", "title": plain("From elsewhere"), "image_url": "https://graphs.example.com/lag.png", "alt_text": "Replica lag"},
    RICH,
    {"type": "markdown", "text": "### Markdown\n1. **one**\n2. [two](https://example.com)\n\n> quoted\n\n```sql\nSELECT 1\n```"},
    *ALERTS,
    TABLE,
    DATA_TABLE,
    chart("line", "Latency"),
    chart("bar", "Latency, as bars"),
    chart("area", "Latency, as areas"),
    PIE,
    CARD,
    {"type": "carousel", "elements": [CARD, {**CARD, "title": mrk("pay-db-3")}, {**CARD, "title": mrk("pay-db-4")}]},
    CONTAINER,
    {"type": "plan", "title": "Failover", "tasks": TASKS},
    TASKS[0],
    VIDEO,
    {"type": "file", "external_id": "drive-7", "source": "remote"},
    {"type": "actions", "elements": [button("Go", "go", style="primary"), button("Stop", "stop", style="danger"), WORKFLOW]},
    FEEDBACK,
    {"type": "hologram", "beam": 7},
]  # fmt: skip
for at, block in enumerate(SHOWN):
    block["block_id"] = f"b{at}"

_NAMES = [option("Payments", "pay"), option("Search", "search", "the index"), option("Login", "login")]
_GROUPS = [{"label": plain("Ours"), "options": _NAMES[:2]}, {"label": plain("Theirs"), "options": _NAMES[2:]}]


def asked(block_id: str, label: str, element: Json, **extra: Any) -> Json:
    """An input block of one element."""
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": {"action_id": "v", **element}, "optional": True, **extra}  # fmt: skip


INPUTS: list[Json] = [
    asked("one", "One line", {"type": "plain_text_input", "placeholder": plain("words")}, hint=plain("A hint")),
    asked("many", "Many lines", {"type": "plain_text_input", "multiline": True}),
    asked("rich", "With marks", {"type": "rich_text_input"}),
    asked("mail", "E-mail", {"type": "email_text_input"}),
    asked("site", "Address", {"type": "url_text_input"}),
    asked("sum", "Number", {"type": "number_input", "is_decimal_allowed": False}),
    asked("pick", "Pick one", {"type": "static_select", "option_groups": _GROUPS, "placeholder": plain("Choose")}),
    asked("picks", "Pick several", {"type": "multi_static_select", "options": _NAMES}),
    asked("who", "Who", {"type": "users_select"}),
    asked("whos", "Who all", {"type": "multi_users_select"}),
    asked("where", "Where", {"type": "conversations_select", "default_to_current_conversation": True}),
    asked("chan", "Channel", {"type": "channels_select"}),
    asked("out", "From outside", {"type": "external_select", "min_query_length": 0}),
    asked("radio", "Either", {"type": "radio_buttons", "options": _NAMES}),
    asked("boxes", "Any", {"type": "checkboxes", "options": _NAMES}),
    asked("day", "Day", {"type": "datepicker", "initial_date": "2026-11-24"}),
    asked("time", "Time", {"type": "timepicker", "initial_time": "14:30", "timezone": "Europe/Oslo"}),
    asked("moment", "Moment", {"type": "datetimepicker"}),
    asked("files", "Files", {"type": "file_input", "filetypes": ["txt", "png"], "max_files": 2}),
]

MODAL: Json = {
    "id": "V9",
    "type": "modal",
    "app_id": "A1",
    "title": plain("Every input"),
    "submit": plain("Send"),
    "hash": "1",
    "blocks": INPUTS,
}
