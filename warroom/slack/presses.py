"""How a button carries what it was drawn for, and how a press is read.

The action id says what is asked, with a suffix that makes it unique in its message; the value says of which room and of
what. Both come back through the client of whoever pressed, so reading trusts nothing: it yields a press or a ValueError,
and whether the press is allowed is for the room to say. Values hold no `& < >`: Slack would hand those back escaped
(github.com/slackapi/bolt-python, issue 513).
"""

import json
import re
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from warroom.core.declaring import dataclass
from warroom.core.effects import Ask
from warroom.slack import limits

PREFIX = "warroom"
_DO = re.compile(r"[a-z][a-z-]{0,39}")
_ROOM = "r"
MORE, DO = "more", "do"  # the menu, and where its options say what each of them asks for
_MOST_ROOMS = 2**53  # what survives a client that reads numbers as floats


@dataclass(frozen=True, kw_only=True, slots=True)
class Press:
    """`room` is 0 where no room is concerned."""

    do: str
    room: int
    args: Mapping[str, str] = field(default_factory=dict)


def action_id(do: str, suffix: str = "") -> str:
    """`warroom:answer`, or `warroom:answer:7`. Raises ValueError when `do` is not a word."""
    if not _DO.fullmatch(do):
        raise ValueError(f"{do!r} is not something that can be asked for")
    return f"{PREFIX}:{do}:{suffix}" if suffix else f"{PREFIX}:{do}"


def encode(room_id: int, ask: Ask) -> tuple[str, str]:
    """The action id (without suffix) and value of a button. Raises ValueError when they do not fit a button."""
    return action_id(ask.do), packed(room_id, ask.args, limits.BUTTON_VALUE)


def packed(room_id: int, args: tuple[tuple[str, str], ...], most: int) -> str:
    """Room and arguments as compact JSON of at most `most` characters; ValueError when it does not fit."""
    if any(name == _ROOM for name, _ in args):
        raise ValueError(f"an argument cannot be called {_ROOM!r}")
    text = json.dumps({_ROOM: room_id, **dict(args)}, separators=(",", ":"))
    for char in "&<>":
        text = text.replace(char, f"\\u{ord(char):04x}")
    if len(text) > most:
        raise ValueError(f"{len(text)} characters are more than the {most} that can be carried")
    return text


def decode(action_id: str, value: str) -> Press:
    """What was pressed. Raises ValueError when no button of ours can have sent it."""
    do = asked(action_id)
    room, args = unpacked(value, limits.BUTTON_VALUE)
    if do == MORE:
        do = args.pop(DO, "")
        if not _DO.fullmatch(do):
            raise ValueError("this menu does not say what it asks for")
    return Press(do=do, room=room, args=args)


def asked(action_id: str) -> str:
    """What an action id or a callback id asks for. Raises ValueError when it is not one of ours."""
    prefix, _, rest = action_id.partition(":")
    do = rest.partition(":")[0]
    if prefix != PREFIX or not _DO.fullmatch(do):
        raise ValueError("this is not a button of warroom's")
    return do


def unpacked(text: str, most: int) -> tuple[int, dict[str, str]]:
    """The opposite of `packed`. Raises ValueError for anything that `packed` cannot have written."""
    if len(text) > most:
        raise ValueError("what this button carries is too long")
    try:
        held = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("what this button carries cannot be read") from None
    if not isinstance(held, dict):
        raise ValueError("what this button carries is not a room and its arguments")
    room = held.pop(_ROOM, None)
    if not isinstance(room, int) or isinstance(room, bool) or not 0 <= room < _MOST_ROOMS:
        raise ValueError("what this button carries names no room")
    if not all(isinstance(given, str) for given in held.values()):
        raise ValueError("what this button carries has arguments that are not text")
    return room, held


def press(action: Mapping[str, Any]) -> Press:
    """One of the `actions` of a block_actions payload: a button, or a menu whose options carry the value."""
    option = action.get("selected_option")
    held = option if isinstance(option, Mapping) else action
    name, value = action.get("action_id"), held.get("value")
    if not isinstance(name, str) or not isinstance(value, str):
        raise ValueError("this is not a button of warroom's")
    return decode(name, value)
