"""What buttons and modals carry, and what of it is believed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.slack_cards.fakes import DO, HOSTILE, MANY
from warroom.core.effects import Ask
from warroom.core.views import Mark
from warroom.slack import modals
from warroom.slack.blocks import actions
from warroom.slack.presses import Press, decode, encode, press

ROOMS = st.integers(0, 2**53 - 1)
NAMES = st.text(alphabet="abcdefghijklmnopqstuvwxyz", min_size=2, max_size=8)
ARGS = st.dictionaries(NAMES, HOSTILE.map(lambda text: text[:40]), max_size=3)  # fits whatever it is escaped to
MARK = Mark(drill=True, name="October 21", key="GD-1")


@MANY
@given(DO, ROOMS, ARGS)
def test_a_press_says_what_the_button_was_drawn_for(do: str, room: int, args: dict[str, str]) -> None:
    """Encoding and decoding are opposites, and the value needs no escaping."""
    action_id, value = encode(room, Ask(do=do, label="x", args=tuple(args.items())))
    assert len(value) <= 2_000
    assert not set(value) & set("&<>")
    assert decode(action_id, value) == Press(do=do, room=room, args=args)
    assert decode(f"{action_id}:3.1", value) == Press(do=do, room=room, args=args)


@MANY
@given(HOSTILE, HOSTILE)
def test_anything_else_is_a_value_error(action_id: str, value: str) -> None:
    """What no button of ours can have sent is refused with a sentence."""
    with pytest.raises(ValueError, match=r"button"):
        decode(f"warroom:{action_id}" if action_id else value, value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"r":true}',
        '{"r":-1}',
        '{"r":1.5}',
        '{"r":"1"}',
        '{"r":9007199254740992}',
        '{"r":1,"x":2}',
        '{"r":1,"x":null}',
        '{"r":1,"x":{"y":"z"}}',
        "[" * 1_999,
        '{"a":' * 390,
        '{"r":1,"x":"' + "y" * 2_000 + '"}',
        '{"r":NaN}',
        '{"r":' + "9" * 1_900 + "}",
    ],
)
def test_a_hostile_value_is_a_value_error(value: str) -> None:
    """Wrong types, wrong sizes and bottomless nesting are refused, not believed."""
    with pytest.raises(ValueError, match="what this button carries"):
        decode("warroom:answer", value)


@pytest.mark.parametrize("action_id", ["", "warroom", "warroom:", "warroom:Answer", "other:answer", "warroom:a b"])
def test_an_action_of_somebody_else_is_a_value_error(action_id: str) -> None:
    """Only action ids of this shape are ours."""
    with pytest.raises(ValueError, match="not a button"):
        decode(action_id, '{"r":1}')


def test_a_choice_from_a_menu_is_a_press() -> None:
    """The value stands in the chosen option."""
    option = {"text": {"type": "plain_text", "text": "x"}, "value": '{"r":1,"inject":"a"}'}
    pressed = {"type": "static_select", "action_id": "warroom:play:ab12:9", "selected_option": option}
    assert press(pressed) == Press(do="play", room=1, args={"inject": "a"})


@pytest.mark.parametrize("action", [{}, {"action_id": "warroom:x"}, {"action_id": 1, "value": 2}])
def test_an_action_without_a_value_is_a_value_error(action: dict[str, object]) -> None:
    """A payload that lacks what every button of ours has is refused."""
    with pytest.raises(ValueError, match="not a button"):
        press(action)


def test_a_button_that_cannot_carry_its_arguments_is_not_offered() -> None:
    """Rather no button than one that means something else."""
    ask = Ask(do="play", label="Now", args=(("inject", "x" * 2_000),))
    assert actions(1, [ask]) == []
    with pytest.raises(ValueError, match="more than the 2000"):
        encode(1, ask)


def test_room_is_not_an_argument() -> None:
    """No argument can take the room's place."""
    with pytest.raises(ValueError, match="cannot be called"):
        encode(1, Ask(do="play", label="Now", args=(("r", "2"),)))


# --- modals


@MANY
@given(ROOMS, ARGS)
def test_a_modal_brings_back_what_it_was_opened_for(room: int, args: dict[str, str]) -> None:
    """Callback id and private metadata say what is asked, of which room, and about what."""
    view = modals.reopen(MARK, room, args, "Databases lost")
    assert modals.opened(view) == ("reopen", room, args)
    assert modals.first_input(view) == "reason"


@pytest.mark.parametrize("view", [{}, {"callback_id": "x"}, {"callback_id": "warroom:skip", "private_metadata": "x"}])
def test_a_submission_that_is_not_ours_is_a_value_error(view: dict[str, str]) -> None:
    """A view that this bot cannot have opened is refused."""
    with pytest.raises(ValueError, match="button"):
        modals.opened(view)


def test_answers_are_read_by_name() -> None:
    """Texts, choices, lists and people come back under the names of their inputs; what was left empty is empty."""
    option = {"text": {"type": "plain_text", "text": "x"}, "value": "x"}
    values = {
        "text": {"text": {"type": "plain_text_input", "value": "so"}},
        "note": {"note": {"type": "plain_text_input", "value": None}},
        "severity": {"severity": {"type": "static_select", "selected_option": option}},
        "actor": {"actor": {"type": "static_select", "selected_option": None}},
        "services": {"services": {"type": "multi_static_select", "selected_options": [option]}},
        "players": {"players": {"type": "multi_users_select", "selected_users": ["U1", "U2"]}},
        "observers": {"observers": {"type": "multi_users_select", "selected_users": []}},
    }
    assert modals.answers({"state": {"values": values}}) == {
        "text": "so",
        "note": "",
        "severity": "x",
        "actor": "",
        "services": ("x",),
        "players": ("U1", "U2"),
        "observers": (),
    }


def test_more_services_than_a_menu_holds_are_put_in_groups() -> None:
    """All of a catalogue of 250 services can be chosen."""
    view = modals.declare([(f"s{at}", f"Service {at}") for at in range(250)])
    menu = next(block["element"] for block in view["blocks"] if block.get("block_id") == "services")
    groups = menu["option_groups"]
    assert [len(group["options"]) for group in groups] == [100, 100, 50]
    assert groups[0]["label"]["text"] == "Service 0 to Service 99"


def test_a_note_on_a_message_starts_with_its_text() -> None:
    """What was said is there to be edited, and does not travel in the metadata as well."""
    view = modals.take_note(MARK, 1, {"text": "We saw it at 9"})
    assert view["blocks"][-1]["element"]["initial_value"] == "We saw it at 9"
    assert json.loads(view["private_metadata"]) == {"r": 1}


def test_there_is_nothing_to_send_without_anybody_to_speak_as() -> None:
    """A modal without inputs has no submit button."""
    view = modals.speak(MARK, 1, {}, [])
    assert "submit" not in view
    assert modals.first_input(view) == ""
