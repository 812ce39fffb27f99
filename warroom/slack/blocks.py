"""What messages and views are made of, each piece within Slack's limits, and the mark that every message carries.

`marked` is the only thing that makes a Message about a room. It puts "EXERCISE" or "REAL INCIDENT" first in the text and
in the blocks, so no caller can leave it out. (`private` is for answers to one person; about a room, `marked` first.) A piece takes mrkdwn that is escaped already (`slack.mrkdwn` makes it), except
where it says plain: headers, labels and options take any text.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from warroom.core.declaring import dataclass
from warroom.core.effects import Ask
from warroom.core.views import Mark
from warroom.slack import limits, presses
from warroom.slack.mrkdwn import escape, one_line, unmarked

Block = dict[str, Any]
EMPTY = "–"  # Slack refuses an empty text
_MARK_NAME, _MARK_KEY = 120, 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """`text` is what notifications and screen readers get. `username` and `icon` are empty unless an actor speaks."""

    text: str
    blocks: tuple[Block, ...]
    username: str = ""
    icon: str = ""


# --- the mark


def mark_line(mark: Mark) -> str:
    """The mark in words, as plain text."""
    key = limits.clamp(one_line(mark.key), _MARK_KEY)
    if not mark.drill:
        return f"🔴 REAL INCIDENT · {key}"
    return f"🎲 EXERCISE · {limits.clamp(one_line(mark.name), _MARK_NAME)} · {key}"


def mark_block(mark: Mark) -> Block:
    """A drill says so in small print, a real incident in bold letters: nobody takes one for the other at a glance."""
    line = escape(mark_line(mark)).replace("*", "∗")
    return context(line) if mark.drill else section(f"*{line}*")


def marked(mark: Mark, text: str, blocks: Sequence[Block], *, username: str = "", icon: str = "") -> Message:
    """A message of this room. `text` is escaped mrkdwn that says the same in words."""
    said = f"{escape(mark_line(mark))}\n{text}".strip()
    whole = numbered(within(shortened([mark_block(mark), *blocks]), limits.MESSAGE_BLOCKS))
    return Message(
        text=limits.clamp_mrkdwn(said, limits.TEXT),
        blocks=tuple(whole),
        username=limits.clamp(unmarked(one_line(username)), limits.USERNAME),
        icon=icon,
    )


LONG = 4  # sections of an answer that does not fit into one: what can be asked for is a long list


def private(text: str, blocks: Sequence[Block] = ()) -> Message:
    """An answer to whoever asked, for nobody else to see and about no room. `text` is escaped mrkdwn."""
    shown = [*(paragraphs(text, LONG) or [section(text)]), *blocks]
    return Message(
        text=limits.clamp_mrkdwn(text, limits.TEXT) or EMPTY,
        blocks=tuple(numbered(within(shortened(shown), limits.MESSAGE_BLOCKS))),
    )


def within(blocks: Sequence[Block], most: int) -> list[Block]:
    """At most so many blocks; the last says how many there were besides."""
    if len(blocks) <= most:
        return list(blocks)
    return [*blocks[: most - 1], context(f"… and {len(blocks) - most + 1} more parts that do not fit.")]


def shortened(blocks: Sequence[Block]) -> list[Block]:
    """With the longest sections cut until all text together is what Slack takes in one message."""
    most = limits.SECTION
    cut = list(blocks)
    while sum(map(_characters, cut)) > limits.MESSAGE_CHARACTERS and most > limits.HEADER:
        most = most * 3 // 4
        cut = [_cut(block, most) for block in cut]
    return cut


def _characters(value: Any) -> int:
    """The size of everything in a block that people may read."""
    match value:
        case {"text": str(text)}:
            return limits.size(text)
        case dict():
            return sum(map(_characters, value.values()))
        case list():
            return sum(map(_characters, value))
    return 0


def _cut(block: Block, most: int) -> Block:
    if block["type"] == "section" and "text" in block:
        return {**block, "text": mrkdwn(block["text"]["text"], most, autolink=not block["text"]["verbatim"])}
    if block["type"] == "section":
        return {**block, "fields": [mrkdwn(each["text"], most) for each in block["fields"]]}
    if block["type"] == "context":
        return {**block, "elements": [mrkdwn(each["text"], most) for each in block["elements"]]}
    return block


def numbered(blocks: Iterable[Block]) -> list[Block]:
    """With a number behind each action id, since they must be unique."""
    return [_renamed(block, str(place)) for place, block in enumerate(blocks)]


def _renamed(block: Block, place: str) -> Block:
    named = dict(block)
    if "accessory" in block:
        named["accessory"] = _suffixed(block["accessory"], place)
    if block["type"] == "actions":
        named["elements"] = [_suffixed(each, f"{place}.{at}") for at, each in enumerate(block["elements"])]
    return named


def _suffixed(element: Block, suffix: str) -> Block:
    return {**element, "action_id": f"{element['action_id']}:{suffix}"}


# --- pieces


def plain(text: str, most: int) -> Block:
    """A plain_text object of any text, on one line."""
    return {"type": "plain_text", "text": limits.clamp(unmarked(one_line(text)), most) or EMPTY, "emoji": True}


def mrkdwn(text: str, most: int = limits.SECTION, *, autolink: bool = False) -> Block:
    """A mrkdwn object. `autolink` makes bare addresses clickable: for texts of definitions, not of alerts."""
    shown = limits.clamp_mrkdwn(text, most)
    return {"type": "mrkdwn", "text": shown if shown.strip() else EMPTY, "verbatim": not autolink}


def section(text: str, *, accessory: Block | None = None, expand: bool = False, autolink: bool = False) -> Block:
    """`expand` shows a long text whole instead of behind "see more"."""
    block: Block = {"type": "section", "text": mrkdwn(text, autolink=autolink)}
    if expand:
        block["expand"] = True
    return {**block, "accessory": accessory} if accessory else block


def fields(*texts: str) -> Block:
    """Two columns on a desktop, one on a phone."""
    return {"type": "section", "fields": [mrkdwn(text, limits.FIELD) for text in texts[: limits.FIELDS]]}


def context(*texts: str) -> Block:
    """Small print."""
    return {"type": "context", "elements": [mrkdwn(text) for text in texts[: limits.CONTEXT_ELEMENTS]]}


def header(text: str) -> Block:
    return {"type": "header", "text": plain(text, limits.HEADER)}


def divider() -> Block:
    return {"type": "divider"}


def button(room: int, ask: Ask) -> Block | None:
    """None when what it was drawn for does not fit a button: then it cannot be offered."""
    try:
        action_id, value = presses.encode(room, ask)
    except ValueError:
        return None
    made: Block = {
        "type": "button",
        "text": plain(ask.label, limits.BUTTON_LABEL),
        "action_id": action_id,
        "value": value,
    }
    if ask.style:
        made["style"] = ask.style
    return {**made, "confirm": _confirm(ask)} if ask.confirm else made


def _confirm(ask: Ask) -> Block:
    made: Block = {
        "title": plain(ask.label, limits.CONFIRM_TITLE),
        "text": plain(ask.confirm, limits.CONFIRM_TEXT),
        "confirm": plain(ask.label, limits.CONFIRM_BUTTON),
        "deny": plain("Not now", limits.CONFIRM_BUTTON),
    }
    return {**made, "style": "danger"} if ask.style == "danger" else made


def actions(room: int, asks: Sequence[Ask]) -> list[Block]:
    """A row of buttons, or several rows when there are many; none for no asks."""
    made = [each for ask in asks if (each := button(room, ask))]
    rows = range(0, len(made), limits.ACTIONS)
    return [{"type": "actions", "elements": made[at : at + limits.ACTIONS]} for at in rows]


def actions_and_menu(room: int, asks: Sequence[Ask], more: Sequence[Ask]) -> list[Block]:
    """Buttons, and behind them a menu of what is asked for now and then."""
    rows = actions(room, asks)
    menu = overflow(room, more)
    if menu is None:
        return rows
    if rows and len(rows[-1]["elements"]) < limits.ACTIONS:
        return [*rows[:-1], {**rows[-1], "elements": [*rows[-1]["elements"], menu]}]
    return [*rows, {"type": "actions", "elements": [menu]}]


def overflow(room: int, asks: Sequence[Ask]) -> Block | None:
    """A menu of at most five things to ask for; each option carries what it asks for itself."""
    made = []
    for ask in asks:
        try:
            value = presses.packed(room, ((presses.DO, ask.do), *ask.args), limits.OPTION_VALUE)
        except ValueError:
            continue  # what it was drawn for does not fit: then it cannot be offered
        made.append({"text": plain(ask.label, limits.OPTION_TEXT), "value": value})
    if not made:
        return None
    return {"type": "overflow", "action_id": presses.action_id(presses.MORE), "options": made[: limits.OVERFLOW]}


def with_buttons(room: int, text: str, asks: Sequence[Ask]) -> list[Block]:
    """A section and its buttons; a single one stands beside the text."""
    if len(asks) == 1:
        return [section(text, accessory=button(room, asks[0]))]
    return [section(text), *actions(room, asks)]


def options(choices: Iterable[tuple[str, str]], describe: Iterable[str] = ()) -> list[Block]:
    """Options of (value, label). A value that does not fit or came before cannot be chosen and is left out."""
    notes = list(describe)
    made: dict[str, Block] = {}
    for place, (value, label) in enumerate(choices):
        if 0 < limits.size(value) <= limits.OPTION_VALUE and value not in made:
            made[value] = {"text": plain(label, limits.OPTION_TEXT), "value": value}
            if place < len(notes) and one_line(notes[place]):
                made[value]["description"] = plain(notes[place], limits.OPTION_TEXT)
    return list(made.values())


def grouped(made: Sequence[Block], most: int = 1_000) -> Block:
    """The part of a menu that holds its options: in groups of a hundred when there are more."""
    made = made[:most]
    if len(made) <= limits.OPTIONS:
        return {"options": list(made)}
    cuts = (made[at : at + limits.OPTIONS] for at in range(0, len(made), limits.OPTIONS))
    return {"option_groups": [{"label": _span(cut), "options": list(cut)} for cut in cuts]}


def _span(cut: Sequence[Block]) -> Block:
    first, last = (limits.clamp(each["text"]["text"], 30) for each in (cut[0], cut[-1]))
    return plain(f"{first} to {last}", limits.OPTION_TEXT)


# --- lists of lines


def listed(lines: Sequence[str], most: int) -> str:
    """At most so many lines; one more says how many there are besides."""
    more = [f"… and {len(lines) - most} more"] if len(lines) > most else []
    return "\n".join([*lines[:most], *more])


def paragraphs(text: str, most: int, *, expand: bool = False, autolink: bool = False) -> list[Block]:
    """A long text as at most so many sections, cut between lines where it can be."""
    return [section(part, expand=expand, autolink=autolink) for part in _parts(text, most) if part.strip()]


def _parts(text: str, most: int) -> Iterator[str]:
    while most > 1 and limits.size(text) > limits.SECTION:
        end = limits.beginning(text, limits.SECTION).rfind("\n")
        if end <= 0:
            break
        yield text[:end]
        text, most = text[end + 1 :], most - 1
    yield text
