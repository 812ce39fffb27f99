"""What a person chose or entered, checked against what the elements offer: only what is there can be chosen."""

from typing import Any

from warroom.workspace.blockkit.elements import (
    STATE_FIELD,
    find_element,
    initial_state,
    interactive_elements,
    is_empty,
    offered_option,
)
from warroom.workspace.model import Doc, Message
from warroom.workspace.refusals import Refused
from warroom.workspace.viewstack import OpenView

# -- elements ------------------------------------------------------------------------------------------------------------


_WITH_OPTIONS = ("static_select", "multi_static_select", "radio_buttons", "checkboxes", "overflow")


def element_of(blocks: list[Doc], action: Doc) -> tuple[Doc, Doc]:
    """The block and the element that an action names.

    Raises:
        Refused: It is not there, perhaps not any more.
    """
    found = find_element(blocks, str(action.get("block_id")), str(action.get("action_id")))
    if found is None:
        raise Refused("element_not_found", "This button is no longer there. The message may have changed.")
    return found


def chosen(element: Doc, action: Doc) -> Doc:
    """What the person chose, as payloads carry it. An option is looked up among those on offer."""
    name = STATE_FIELD.get(element["type"])
    if name is None:
        return {}
    given = action.get(name)
    if name.endswith("s"):
        given = given or []
    if element["type"] in _WITH_OPTIONS and given is not None:
        given = [_offered(element, g) for g in given] if isinstance(given, list) else _offered(element, given)
    return {name: given}


def _offered(element: Doc, given: Any) -> Doc:
    value = given.get("value") if isinstance(given, dict) else given
    option = offered_option(element, str(value))
    if option is None:
        raise Refused("option_not_found", "This choice is not on offer.")
    return option


def message_state(message: Message, element: Doc, action: Doc, entered: Doc) -> Doc:
    """The state of the message's inputs, with the one just used as it is now."""
    values: dict[str, dict[str, Doc]] = {}
    for each_block, each in interactive_elements(message.blocks or []):
        state = initial_state(each)
        if state is not None:
            given = action if each is element else _entered(entered, each_block, each)
            if given is not None:
                state = {"type": each["type"], **chosen(each, given)}
            values.setdefault(each_block["block_id"], {})[each["action_id"]] = state
    return values


def _entered(values: Doc, block: Doc, element: Doc) -> Doc | None:
    """What the page says an element holds."""
    of_block = values.get(block["block_id"])
    given = of_block.get(element["action_id"]) if isinstance(of_block, dict) else None
    return given if isinstance(given, dict) else None


# -- views ---------------------------------------------------------------------------------------------------------------


def fill(view: OpenView, values: Doc) -> None:
    """Takes what the page says was entered; only into elements that are there."""
    for block, element in interactive_elements(view.doc["blocks"]):
        given = _entered(values, block, element)
        if given is not None and initial_state(element) is not None:
            value = {"type": element["type"], **chosen(element, given)}
            view.filled.setdefault(block["block_id"], {})[element["action_id"]] = value


def input_errors(view: OpenView) -> dict[str, str]:
    """What Slack's client itself refuses before the app hears of it."""
    values, errors = view.values(), {}
    for block, element in interactive_elements(view.doc["blocks"]):
        if block["type"] == "input":
            problem = _input_problem(block, element, values[block["block_id"]][element["action_id"]])
            if problem:
                errors[block["block_id"]] = problem
    return errors


def _input_problem(block: Doc, element: Doc, value: Doc) -> str:
    if is_empty(value):
        return "" if block.get("optional") else "Please complete this required field."
    entered = str(value.get("value", ""))
    match element["type"]:
        case "plain_text_input":
            if len(entered) < element.get("min_length", 0):
                return f"Must be at least {element['min_length']} characters."
            if len(entered) > element.get("max_length", 3000):
                return f"Must be at most {element.get('max_length', 3000)} characters."
        case "number_input":
            return _number_problem(element, entered)
    return ""


def _number_problem(element: Doc, entered: str) -> str:
    try:
        number = float(entered)
    except ValueError:
        return "Enter a number."
    if not element["is_decimal_allowed"] and number != int(number):
        return "Enter a whole number."
    if number < float(element.get("min_value", "-inf")) or number > float(element.get("max_value", "inf")):
        return f"Enter a number from {element.get('min_value', '…')} to {element.get('max_value', '…')}."
    return ""
