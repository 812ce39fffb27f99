"""The canned story the stand-in tells: a game day about a payment database, as its people would see it.

It shows every kind of block, mark and message once, so that a look at the page is a look at all of them.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

TEAM = {"id": "T1", "name": "Fjord Payments", "domain": "fjord"}
BASE = 1_795_000_000  # an afternoon in November 2026
CARD = f"{BASE + 120}.000100"
ROOT = f"{BASE + 300}.000300"


def ts(seconds: int) -> str:
    """The ts of a message this many seconds into the story."""
    return f"{BASE + seconds}.000{seconds % 1000:03d}"


def person(user_id: str, name: str, real_name: str, role: str, emoji: str, color: str, *, is_bot: bool = False) -> Json:
    """One entry of /local/people."""
    avatar = {"emoji": emoji, "color": color}
    return {
        "id": user_id,
        "name": name,
        "real_name": real_name,
        "role": role,
        "is_bot": is_bot,
        "deleted": False,
        "avatar": avatar,
        "tz": "Europe/Oslo",
    }


PEOPLE = [
    person("U1", "vera", "Vera Lund", "Dungeon master", ":dragon_face:", "#7a4fbf"),
    person("U2", "ida", "Ida Holm", "Responder", ":fox_face:", "#d9762b"),
    person("U3", "omar", "Omar Reyes", "Responder", ":penguin:", "#2b7fb8"),
    person("U4", "priya", "Priya Nair", "Observer", ":owl:", "#3d8f5a"),
    person("U5", "tom", "Tom Becker", "Management", ":bear:", "#a3593b"),
    person("UB", "warroom", "warroom", "", ":rotating_light:", "#b3261e", is_bot=True),
]

APPS = [
    {
        "app_id": "A1",
        "name": "warroom",
        "bot_user_id": "UB",
        "bot_id": "B1",
        "home_tab": True,
        "commands": [
            {
                "command": "/warroom",
                "description": "Game days and incidents",
                "usage_hint": "[declare | status | step | note | roles | abort | help]",
            },
            {"command": "/roll", "description": "Let Murphy roll the dice", "usage_hint": ""},
        ],
        "shortcuts": [
            {
                "name": "Declare an incident",
                "type": "global",
                "callback_id": "declare",
                "description": "Opens a room, asks for severity",
            },
            {"name": "Add to timeline", "type": "message", "callback_id": "to_timeline", "description": ""},
        ],
    }
]


GROUPS = [{"id": "S1", "handle": "oncall", "name": "On call", "users": ["U3"]}]
BOOKMARKS: dict[str, list[Json]] = {
    "C1": [
        {"id": "Bk1", "title": "Runbook", "link": "https://runbooks.example.com/db", "emoji": ":books:"},
        {"id": "Bk2", "title": "Status page", "link": "https://status.example.com", "emoji": ""},
    ]
}
DOT = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
FILES: dict[str, Json] = {
    "F1": {"id": "F1", "name": "lag.png", "mimetype": "image/png", "size": 70, "url_private": DOT, "alt_txt": "A dot"}
}


def channel(channel_id: str, name: str, topic: str = "", **extra: Any) -> Json:
    """A Slack channel object with what the control API adds to it."""
    plain: Json = {
        "id": channel_id,
        "name": name,
        "is_channel": True,
        "is_im": False,
        "is_mpim": False,
        "is_private": False,
        "is_archived": False,
        "topic": {"value": topic},
        "purpose": {"value": ""},
        "creator": "U1",
        "created": BASE,
        "num_members": 5,
        "members": ["U1", "U2", "U3", "U4", "UB"],
        "is_member": True,
        "last_ts": ts(0),
        "unread": 0,
        "mentions": 0,
    }
    return {**plain, **extra}


def direct(channel_id: str, user_id: str, **extra: Any) -> Json:
    """A direct message with this person."""
    return channel(
        channel_id, channel_id.lower(), is_im=True, is_channel=False, user=user_id, members=["U1", user_id], **extra
    )


CHANNELS = [
    channel(
        "C1",
        "drill-12-payments",
        ":game_die: EXERCISE · checkout is slow · IC <@U2>",
        purpose={"value": "The room of drill 12. Everything here is an exercise."},
    ),
    channel("C2", "ops", "Real operations only. On call: <@U3>", unread=3, mentions=1, last_ts=ts(900)),
    channel("C3", "dm-backstage", "Only for those who run the drill", is_private=True, members=["U1", "U4", "UB"]),
    channel("C4", "payments", "The payments team", unread=2, last_ts=ts(800)),
    channel("C5", "incident-0041-search", "", is_archived=True),
    channel("C6", "random", "Off topic", is_member=False, members=["U4", "U5"]),
    direct("D1", "U2", unread=1, mentions=1, last_ts=ts(700)),
    direct("D2", "U4"),
    direct("DB", "UB", last_ts=ts(200)),
]


def author(user_id: str) -> Json:
    """How the workspace resolves an author for display."""
    known = next(one for one in PEOPLE if one["id"] == user_id)
    return {"name": known["real_name"], "avatar": known["avatar"], "is_app": known["is_bot"]}


def say(at: int, user_id: str, text: str, **extra: Any) -> Json:
    """A message of a person, or of the app when its bot user speaks."""
    message: Json = {"type": "message", "user": user_id, "text": text, "ts": ts(at), "author": author(user_id)}
    return {**message, **extra}


def bot(at: int, text: str, **extra: Any) -> Json:
    """A message of the app."""
    return say(at, "UB", text, bot_id="B1", **extra)


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": True}


def mrk(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def option(text: str, value: str, description: str = "") -> Json:
    found: Json = {"text": plain(text), "value": value}
    return {**found, "description": plain(description)} if description else found


def button(text: str, action_id: str, **extra: Any) -> Json:
    return {"type": "button", "text": plain(text), "action_id": action_id, "value": action_id, **extra}


CONFIRM_SKIP = {
    "title": plain("Skip this step?"),
    "text": mrk("The fault *stays in place*. Skipping is written to the timeline under your name."),
    "confirm": plain("Skip it"),
    "deny": plain("Go back"),
    "style": "danger",
}

STATUS_CARD: list[Json] = [
    {
        "type": "header",
        "block_id": "h",
        "text": plain(":game_die: EXERCISE · :large_orange_square: SEV2 Checkout is slow"),
    },
    {
        "type": "section",
        "block_id": "facts",
        "fields": [
            mrk("*Status*\n:hourglass_flowing_sand: Investigating"),
            mrk("*Commander*\n<@U2>"),
            mrk(f"*Running for*\n<!date^{BASE + 60}^{{ago}}|since 14:07>"),
            mrk(f"*Next update*\n<!date^{BASE + 1800}^{{time}}|14:36 UTC>"),
        ],
    },
    {"type": "divider", "block_id": "d"},
    {
        "type": "section",
        "block_id": "step",
        "text": mrk("*Step 3 of 7* · Check the replica lag\n`SELECT now() - pg_last_xact_replay_timestamp();`"),
        "accessory": {
            "type": "overflow",
            "action_id": "step_more",
            "options": [
                option("This step is wrong", "wrong"),
                option("Open the runbook", "open", "db-failover.yaml, line 41"),
            ],
        },
    },
    {
        "type": "actions",
        "block_id": "acts",
        "elements": [
            button("Done", "step_done", style="primary"),
            button("Blocked", "step_blocked"),
            button("Need help", "step_help"),
            button("Skip", "step_skip", style="danger", confirm=CONFIRM_SKIP),
        ],
    },
    {
        "type": "context",
        "block_id": "c",
        "elements": [mrk("EXERCISE · drill 12 · DM <@U1> · say *REAL* to stop everything")],
    },
]

PREDICTION: list[Json] = [
    {"type": "section", "block_id": "p0", "text": mrk("*Before we start:* what do you expect to see first?")},
    {
        "type": "section",
        "block_id": "p1",
        "text": mrk("First signal"),
        "accessory": {
            "type": "static_select",
            "action_id": "signal",
            "placeholder": plain("Choose a signal"),
            "options": [option("Page", "page"), option("Dashboard", "dash"), option("A customer calls", "customer")],
        },
    },
    {
        "type": "actions",
        "block_id": "p2",
        "elements": [
            {"type": "users_select", "action_id": "who", "placeholder": plain("Who will notice")},
            {"type": "timepicker", "action_id": "when", "initial_time": "14:30"},
            {"type": "datepicker", "action_id": "day", "initial_date": "2026-11-24"},
        ],
    },
    {
        "type": "actions",
        "block_id": "p3",
        "elements": [
            {
                "type": "radio_buttons",
                "action_id": "impact",
                "options": [option("No customer impact", "none"), option("Some are slow", "slow", "p99 above 2 s")],
            },
            {"type": "checkboxes", "action_id": "auto", "options": [option("Automation acts first", "auto")]},
        ],
    },
    {
        "type": "input",
        "block_id": "p4",
        "label": plain("In your own words"),
        "optional": True,
        "dispatch_action": True,
        "element": {"type": "plain_text_input", "action_id": "words", "placeholder": plain("Enter sends it")},
    },
    {"type": "hologram", "block_id": "p5"},
]

RICH: list[Json] = [
    {
        "type": "rich_text",
        "block_id": "r",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "Roll call", "style": {"bold": True}},
                    {"type": "text", "text": " by "},
                    {"type": "user", "user_id": "U2"},
                    {"type": "text", "text": " "},
                    {"type": "emoji", "name": "clipboard"},
                ],
            },
            {
                "type": "rich_text_list",
                "style": "ordered",
                "elements": [
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": "Database: go"}]},
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": "Network: go, but tired"}]},
                ],
            },
            {"type": "rich_text_quote", "elements": [{"type": "text", "text": "Calm is contagious."}]},
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "kubectl get pods -n pay"}]},
        ],
    }
]

MARKDOWN = """## What we know
- **Writes** time out since 14:07
- Reads are fine
  - even from `eu-north`

| Who | Doing |
|---|---|
| Ida | commanding |
| Omar | replica lag |
"""

MESSAGES: dict[str, list[Json]] = {
    "C1": [
        say(0, "U1", "<@U1> has joined the channel", subtype="channel_join"),
        say(10, "U1", "<@U1> set the channel topic: EXERCISE · checkout is slow", subtype="channel_topic"),
        say(
            60,
            "U1",
            "Good afternoon everybody. :wave: This is drill 12; *nothing here is real* until somebody says _REAL_.",
        ),
        say(75, "U1", "Recording is on, roles are with <@U2>. Questions go to <#C2|ops>. <!here>"),
        {
            **bot(120, "EXERCISE SEV2 Checkout is slow: step 3 of 7, check the replica lag"),
            "ts": CARD,
            "blocks": STATUS_CARD,
        },
        bot(
            180,
            "Customer support: three shops cannot pay. Is something wrong?",
            username="Bearer of bad news",
            icons={"emoji": ":skull:"},
            subtype="bot_message",
            author={
                "name": "Bearer of bad news",
                "avatar": {"emoji": ":skull:", "color": "#555a5e"},
                "is_app": True,
            },
            reactions=[
                {"name": "eyes", "users": ["U2", "U3"], "count": 2},
                {"name": "fire", "users": ["U1"], "count": 1},
            ],
        ),
        {
            **say(
                300, "U3", "I see lag on `pay-db-2`:\n```\nreplica   lag\npay-db-2  00:04:12\npay-db-3  00:00:01\n```"
            ),
            "ts": ROOT,
            "thread_ts": ROOT,
            "reply_count": 3,
            "reply_users": ["U2", "U3", "U4"],
            "latest_reply": ts(420),
        },
        say(
            330,
            "U3",
            "&gt; replication slot is full\nThat explains it. ~Network~ disk. See <https://status.example.com/db|the graph>.",
        ),
        bot(360, "Roll call", blocks=RICH),
        bot(400, "Only you see this: you are not the commander, so *Skip* is not yours to press.", is_ephemeral=True),
        say(
            450,
            "U2",
            "Promoting `pay-db-3` then. <@U1> objections?",
            edited={"user": "U2", "ts": ts(460)},
            reactions=[{"name": "white_check_mark", "users": ["U1"], "count": 1}],
        ),
        bot(
            500,
            "",
            attachments=[
                {
                    "color": "#2e8b57",
                    "title": "Alert resolved: ReplicaLag",
                    "title_link": "https://alerts.example.com/1",
                    "text": "`pay-db-2` is back under *10 s*.",
                    "fields": [{"title": "Since", "value": "14:07"}, {"title": "Severity", "value": "warning"}],
                    "footer": "Alertmanager",
                }
            ],
        ),
        bot(560, "Prediction", blocks=PREDICTION),
        bot(
            600,
            "Notes",
            blocks=[
                {"type": "markdown", "block_id": "m", "text": MARKDOWN},
                {
                    "type": "image",
                    "block_id": "i",
                    "image_url": "https://graphs.example.com/lag.png",
                    "alt_text": "Replica lag over time",
                },
            ],
        ),
        say(640, "U4", ":tada: :game_die:"),
    ],
    "C2": [
        say(700, "U3", "Shift starts. All quiet."),
        say(880, "U5", "<@U1> is the drill still on?"),
        say(900, "U5", "I need an answer for the board at four."),
    ],
    "C3": [say(100, "U1", "Next inject: the vendor calls back. *Do not* help them yet.")],
    "D1": [say(700, "U2", "Is this disk thing you or is it real?")],
    "C6": [say(300, "U4", "Cinnamon buns in the kitchen.")],
}

THREADS: dict[str, list[Json]] = {
    ROOT: [
        say(360, "U2", "How long does a promote take?", thread_ts=ROOT),
        say(390, "U3", "Ninety seconds in staging.", thread_ts=ROOT),
        say(420, "U4", "Noted for the timeline.", thread_ts=ROOT),
    ]
}

PINS = {"C1": [CARD]}

HOME: Json = {
    "id": "VH",
    "type": "home",
    "app_id": "A1",
    "blocks": [
        {"type": "header", "block_id": "h", "text": plain("Good afternoon, Vera")},
        {"type": "context", "block_id": "c", "elements": [mrk("You run *drill 12*. The next drill is on Thursday.")]},
        {"type": "divider", "block_id": "d"},
        {
            "type": "section",
            "block_id": "s",
            "text": mrk("*Drill 12 · Checkout is slow*\nrunning, step 3 of 7 in <#C1>"),
            "accessory": button("Open the console", "console"),
        },
        {
            "type": "actions",
            "block_id": "a",
            "elements": [
                button("Start a drill", "start", style="primary"),
                {
                    "type": "multi_static_select",
                    "action_id": "services",
                    "placeholder": plain("Only these services"),
                    "options": [option(name, name) for name in ("payments", "search", "login")],
                },
            ],
        },
    ],
}

MODAL: Json = {
    "id": "V1",
    "type": "modal",
    "app_id": "A1",
    "title": plain("Declare an incident"),
    "submit": plain("Declare"),
    "close": plain("Cancel"),
    "hash": "1",
    "notify_on_close": True,
    "blocks": [
        {
            "type": "input",
            "block_id": "title",
            "label": plain("What is wrong"),
            "hint": plain("One line that a customer would understand."),
            "element": {"type": "plain_text_input", "action_id": "v", "min_length": 5, "max_length": 60},
        },
        {
            "type": "input",
            "block_id": "severity",
            "label": plain("Severity"),
            "element": {
                "type": "static_select",
                "action_id": "v",
                "placeholder": plain("Choose"),
                "options": [option(":large_red_square: SEV1", "1", "everything is down"), option("SEV2", "2")],
            },
        },
        {
            "type": "input",
            "block_id": "who",
            "label": plain("Who should come"),
            "optional": True,
            "element": {"type": "multi_users_select", "action_id": "v", "placeholder": plain("Anybody")},
        },
        {
            "type": "input",
            "block_id": "service",
            "label": plain("Service"),
            "optional": True,
            "element": {
                "type": "external_select",
                "action_id": "v",
                "min_query_length": 1,
                "placeholder": plain("Type to find"),
            },
        },
        {
            "type": "input",
            "block_id": "detail",
            "label": plain("Details"),
            "optional": True,
            "element": {"type": "plain_text_input", "action_id": "v", "multiline": True},
        },
        {
            "type": "input",
            "block_id": "count",
            "label": plain("Affected shops"),
            "optional": True,
            "element": {"type": "number_input", "action_id": "v", "is_decimal_allowed": False, "min_value": "0"},
        },
        {
            "type": "input",
            "block_id": "drill",
            "label": plain("Kind"),
            "element": {
                "type": "radio_buttons",
                "action_id": "v",
                "initial_option": option("Exercise", "drill"),
                "options": [option("Exercise", "drill"), option("Real", "real", "pages the on-call")],
            },
        },
    ],
}

WIRE: list[Json] = [
    {
        "n": 1,
        "at": BASE,
        "direction": "in",
        "kind": "call",
        "app_id": "A1",
        "method": "chat.postMessage",
        "request": {"channel": "C1", "text": "EXERCISE SEV2 Checkout is slow"},
        "response": {"ok": True, "ts": CARD},
        "status": 200,
    },
    {
        "n": 2,
        "at": BASE + 1,
        "direction": "out",
        "kind": "socket",
        "app_id": "A1",
        "method": "events_api",
        "request": {"envelope_id": "e-1", "payload": {"event": {"type": "message", "text": "hello"}}},
        "response": None,
        "status": None,
    },
    {
        "n": 3,
        "at": BASE + 2,
        "direction": "in",
        "kind": "call",
        "app_id": "A1",
        "method": "chat.update",
        "request": {"channel": "C1", "ts": "1.0"},
        "response": {"ok": False, "error": "message_not_found"},
        "status": 200,
    },
]
