"""Every size Slack has a limit for, in one place, and how to stay within it.

The numbers are those of Slack's reference and of @slack/types 3.2.0; where sources differ the narrower one is taken.
Lengths are counted in UTF-16 units, as a JavaScript client counts them: never fewer than Slack could mean.
"""

import re
import unicodedata

from warroom.slack.mrkdwn import FENCE, escape_line

TEXT = 4_000  # top-level text: chat.update refuses more, chat.postMessage splits it into several messages
PLAIN_TEXT_FALLBACK = TEXT  # what is said when Slack refuses the blocks
SECTION = 3_000
FIELD = 2_000
FIELDS = 10
HEADER = 150
CONTEXT_ELEMENTS = 10
ACTIONS = 25
BUTTON_LABEL = 75
BUTTON_VALUE = 2_000
OPTION_TEXT = 75
OPTION_VALUE = 75
OPTIONS = 100
OVERFLOW = 5
OPTION_GROUPS = 100
CONFIRM_TITLE = 100
CONFIRM_TEXT = 300
CONFIRM_BUTTON = 30
ID = 255

INPUT = 3_000
INPUT_LABEL = 2_000
HINT = 2_000
PLACEHOLDER = 150
MODAL_TITLE = 24
PRIVATE_METADATA = 3_000

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
# Not in the reference: `msg_blocks_too_long` was met at 11,341 and at about 13,200 characters of text in all
# (github.com/slackapi/bolt-js, issues 2867 and 2509).
MESSAGE_CHARACTERS = 9_000

TOPIC = 250
CHANNEL_NAME = 80
USERNAME = 80

# How often a method may be called in a workspace each minute. Slack's tiers (docs.slack.dev, "Rate limits") are 1, 20, 50
# and 100 a minute and tolerate bursts; of chat.postMessage it says "several hundred messages per minute".
PER_MINUTE = {
    "chat.postMessage": 300,
    "chat.update": 50,
    "chat.delete": 50,
    "conversations.create": 20,
    "conversations.history": 50,
    "conversations.invite": 50,
    "conversations.join": 50,
    "conversations.list": 20,
    "conversations.open": 50,
    "conversations.replies": 50,
    "conversations.setPurpose": 20,
    "conversations.setTopic": 20,
    "pins.add": 20,
}

ELLIPSIS = "…"


def size(text: str) -> int:
    """The length in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def clamp(text: str, most: int) -> str:
    """Plain text of at most `most` units; what was longer ends in an ellipsis."""
    if size(text) <= most:
        return text
    return beginning(text, most - size(ELLIPSIS)).rstrip() + ELLIPSIS


def clamp_mrkdwn(text: str, most: int) -> str:
    """The same for escaped mrkdwn: no entity or reference is cut in half, and a code block is closed again."""
    if size(text) <= most:
        return text
    ending = f"{ELLIPSIS}\n{FENCE}"
    kept = _unbroken(beginning(text, most - size(ending)))
    return kept + ending if kept.count(FENCE) % 2 else kept.rstrip() + ELLIPSIS


def beginning(text: str, units: int) -> str:
    """The longest beginning of this size that does not end within a character and its combining marks."""
    kept = text[: max(0, units)]
    while size(kept) > units:
        kept = kept[: len(kept) - max(1, (size(kept) - units) // 2)]
    following = text[len(kept) : len(kept) + 1]
    return kept[:-1] if following and unicodedata.category(following) == "Mn" else kept


def _unbroken(text: str) -> str:
    """Without the half of a `<reference>`, an `&entity;` or a code fence that a cut has left at the end."""
    if text.rfind("<") > text.rfind(">"):
        text = text[: text.rfind("<")]
    entity = text.rfind("&")
    if entity >= 0 and ";" not in text[entity:]:
        text = text[:entity]
    return re.sub(r"(?<!`)`{1,2}$", "", text)


def topic(text: str) -> str:
    """Any text as a channel's topic or purpose: one line, in which backticks mean nothing."""
    return clamp_mrkdwn(escape_line(text).replace("`", "ˋ"), TOPIC)


def channel_name(name: str, attempt: int = 1) -> str:
    """A name Slack accepts, at most 80 characters; from the second attempt on with a number, for when it is taken."""
    suffix = f"-{attempt}" if attempt > 1 else ""
    clean = re.sub(r"[^a-z0-9_-]+", "-", name.lower()).strip("-_") or "room"
    return clean[: CHANNEL_NAME - len(suffix)].rstrip("-_") + suffix
