"""The pieces that modals are made of. Each input's block id is the name of its answer."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from warroom.core.views import Mark
from warroom.slack import limits, presses
from warroom.slack.blocks import Block, grouped, mark_block, numbered, options, plain, section
from warroom.slack.statuscard import bare

View = dict[str, Any]
Said = Mapping[str, str]


def modal(
    do: str,
    title: str,
    submit: str,
    blocks: Sequence[Block],
    *,
    mark: Mark | None = None,
    room: int = 0,
    said: Said | None = None,
) -> View:
    """The modal. One that concerns a room shows its mark first. Without `submit` there is nothing to send."""
    shown = [mark_block(mark), *blocks] if mark else list(blocks)
    view: View = {
        "type": "modal",
        "callback_id": presses.action_id(do),
        "private_metadata": presses.packed(room, tuple((said or {}).items()), limits.PRIVATE_METADATA),
        "title": plain(title, limits.MODAL_TITLE),
        "close": plain("Cancel" if submit else "Close", limits.MODAL_TITLE),
        "blocks": numbered(shown),
    }
    return {**view, "submit": plain(submit, limits.MODAL_TITLE)} if submit else view


def about(title: str) -> list[Block]:
    """What it is about, when that is known."""
    return [section(f"*{bare(title)}*")] if bare(title) else []


def field(name: str, label: str, element: Block, hint: str = "", *, optional: bool = False) -> Block:
    block: Block = {
        "type": "input",
        "block_id": name,
        "label": plain(label, limits.INPUT_LABEL),
        "element": {"action_id": name, **element},
        "optional": optional,
    }
    return {**block, "hint": plain(hint, limits.HINT)} if hint else block


def text_input(initial: str = "", *, most: int = limits.INPUT, lines: bool = True) -> Block:
    element: Block = {"type": "plain_text_input", "multiline": lines, "max_length": most}
    return {**element, "initial_value": limits.clamp(initial, most)} if initial else element


def select(placeholder: str, made: Sequence[Block], chosen: str = "") -> Block:
    menu = {"type": "static_select", "placeholder": plain(placeholder, limits.PLACEHOLDER), **grouped(made)}
    initial = next((each for each in made if each["value"] == chosen), None)
    return {**menu, "initial_option": initial} if initial else menu


def which_teams(teams: Iterable[tuple[str, str]]) -> list[Block]:
    """Who is told something, by ids and names of teams; nothing where there are none."""
    made = options(teams)
    menu = {**select("Everybody", made), "type": "multi_static_select"}
    return [field("teams", "Which teams are told?", menu, optional=True)] if made else []


def people(chosen: Sequence[str]) -> Block:
    menu: Block = {"type": "multi_users_select", "placeholder": plain("Choose people", limits.PLACEHOLDER)}
    return {**menu, "initial_users": list(chosen)} if chosen else menu


def radio(choices: Sequence[tuple[str, str]]) -> Block:
    made = options(choices)
    return {"type": "radio_buttons", "options": made, "initial_option": made[0]}
