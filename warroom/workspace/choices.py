"""What a person chose or entered, checked against what the elements offer: only what is there can be chosen."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from warroom.workspace.blockkit.elements import (
    STATE_FIELD,
    find_element,
    initial_state,
    interactive_elements,
    is_empty,
    offered_option,
)
from warroom.workspace.blockkit.rules import Found, Rule, Shape, String
from warroom.workspace.blockkit.shapes.elements import DATE, DATE_TIME, NUMBER, TIME
from warroom.workspace.blockkit.shapes.objects import ENTITY_ID, RICH_OPTION
from warroom.workspace.blockkit.shapes.richtext import RICH_TEXT_BLOCK
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
    """What the person chose or entered, as payloads carry it. An option is looked up among those on offer.

    Raises:
        Refused: It is nothing that Slack's client could have sent for this element.
    """
    if element["type"] in _PRESSED:
        return _pressed(element, action)
    name = STATE_FIELD.get(element["type"])
    if name is None:
        return {}
    given = action.get(name)
    if name.endswith("s"):
        given = _listed(element, given)
    if element["type"] in _WITH_OPTIONS and given is not None:
        given = [_offered(element, g) for g in given] if isinstance(given, list) else _offered(element, given)
    elif given is not None:
        _refuse_malformed(element, name, given)
    return {name: given}


def _listed(element: Doc, given: Any) -> list[Any]:
    listed = given if isinstance(given, list) else [] if given is None else [given]
    most = element.get("max_selected_items")
    if most is not None and len(listed) > most:
        raise Refused("too_many_selected", f"At most {most} can be chosen here.")
    if element["type"] == "file_input":
        return [each if isinstance(each, dict) else {"id": str(each)} for each in listed]
    return listed


def _offered(element: Doc, given: Any) -> Doc:
    value = given.get("value") if isinstance(given, dict) else given
    option = offered_option(element, str(value))
    if option is None:
        raise Refused("option_not_found", "This choice is not on offer.")
    return option


# what a press of a button carries besides its ids; a plain button's is added where the payload is made
_PRESSED = {
    "feedback_buttons": ("text", "value"),
    "icon_button": ("icon", "text", "value"),
    "workflow_button": ("text", "workflow"),
}


def _pressed(element: Doc, action: Doc) -> Doc:
    pressed = element
    if element["type"] == "feedback_buttons":
        both = (element["positive_button"], element["negative_button"])
        found = next((each for each in both if each["value"] == action.get("value")), None)
        if found is None:
            raise Refused("option_not_found", "Feedback is one of the two values of these buttons.")
        pressed = found
    return {name: pressed[name] for name in _PRESSED[element["type"]] if name in pressed}


_ITEMS: dict[str, Rule] = {
    # field of the state: what it, or each item of it, must be
    "value": String(100_000, least=0),
    "rich_text_value": RICH_TEXT_BLOCK,
    "files": Shape(required={"id": ENTITY_ID}, open=True),
    "selected_date": DATE,
    "selected_time": TIME,
    "selected_date_time": DATE_TIME,
    "selected_option": RICH_OPTION,
    "selected_options": RICH_OPTION,
    **dict.fromkeys(("selected_user", "selected_channel", "selected_conversation"), ENTITY_ID),
    **dict.fromkeys(("selected_users", "selected_channels", "selected_conversations"), ENTITY_ID),
}


def _refuse_malformed(element: Doc, name: str, given: Any) -> None:
    found = Found()
    for each in given if isinstance(given, list) else [given]:
        _ITEMS[name](each, f"/{name}", found)
    if name == "selected_date" and not found.problems and not _is_a_day(given):
        found.add("must be a day of the calendar", f"/{name}")
    if found.problems:
        problem = found.problems[0]
        raise Refused("invalid_value", f"A {element['type']} cannot hold this: {problem.message} ({problem.pointer}).")


def _is_a_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


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
    problem_of = _PROBLEMS.get(element["type"])
    return problem_of(element, value[STATE_FIELD[element["type"]]]) if problem_of else ""


def _text_problem(element: Doc, entered: str) -> str:
    least, most = element.get("min_length", 0), element.get("max_length", _LONGEST_TEXT)
    if len(entered) < least:
        return f"Must be at least {least} characters."
    return f"Must be at most {most} characters." if len(entered) > most else ""


def _number_problem(element: Doc, entered: str) -> str:
    if not re.fullmatch(NUMBER.pattern, entered):
        return "Enter a number."
    number = float(entered)
    if not element["is_decimal_allowed"] and not number.is_integer():
        return "Enter a whole number."
    if number < float(element.get("min_value", "-inf")) or number > float(element.get("max_value", "inf")):
        return f"Enter a number from {element.get('min_value', '…')} to {element.get('max_value', '…')}."
    return ""


def _email_problem(element: Doc, entered: str) -> str:
    """One address with a domain of at least two parts: what Slack's client lets through."""
    return "" if re.fullmatch(r"[^\s@<>,;]+@[^\s@.<>,;]+(\.[^\s@.<>,;]+)+", entered) else "Enter a valid email address."


def _url_problem(element: Doc, entered: str) -> str:
    return "" if re.fullmatch(r"https?://[^\s/?#.]+[^\s]*", entered, re.IGNORECASE) else "Enter a valid URL."


def _files_problem(element: Doc, files: list[Doc]) -> str:
    most = element.get("max_files", _MOST_FILES)
    if len(files) > most:
        return f"Give at most {most} files." if most > 1 else "Give one file."
    allowed = [kind.lower().removeprefix(".") for kind in element.get("filetypes", ())]
    for file in files if allowed else ():
        if str(file.get("name", "")).rpartition(".")[2].lower() not in allowed:
            return f"Give files of these types: {', '.join(allowed)}."
    return ""


_LONGEST_TEXT, _MOST_FILES = 3000, 10
_PROBLEMS: dict[str, Callable[[Doc, Any], str]] = {
    "plain_text_input": _text_problem,
    "number_input": _number_problem,
    "email_text_input": _email_problem,
    "url_text_input": _url_problem,
    "file_input": _files_problem,
}
