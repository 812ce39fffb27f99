"""The headings of a master scenario events list, whoever wrote it, and which of our ten columns each stands for.

Ten columns are the ones of HSEEP, and the ones we write. The standard and the MITRE list, and what exercise planners call
theirs, are recognised by their words. Whoever imports may say it too, and is believed first.
"""

import re
from collections.abc import Mapping, Sequence

from warroom.core.declaring import dataclass
from warroom.definitions.exchange.brought import NotBrought
from warroom.definitions.problems import shown
from warroom.definitions.reader import near

# Our name of each column -> its heading in HSEEP's list, in the order in which it is written.
HSEEP: Mapping[str, str] = {
    "number": "Event Number",
    "time": "Designated Scenario Time",
    "type": "Event Type",
    "mode": "Inject Mode",
    "from": "From",
    "to": "To",
    "message": "Message",
    "expected": "Expected Participant Response",
    "objective": "Exercise Objective",
    "notes": "Notes",
}
MORE = ("title", "story", "within")  # read where they are; HSEEP's list has no room for them
NAMES = (*HSEEP, *MORE)

# Other words for the same, in the order of preference.
_CALLED: Mapping[str, tuple[str, ...]] = {
    "number": ("event number", "control number", "seq no", "sequence", "seq", "inject number", "id", "no", "number", "#"),
    "time": (
        *("designated scenario time", "delivery time", "date/time delivered", "scheduled time", "inject time", "timeline"),
        *("time", "local time", "trigger time", "real time", "planned time", "start time", "date/time", "at"),
    ),
    "type": ("event type", "inject type", "type", "kind"),
    "mode": ("inject mode", "delivery method", "method", "mode", "channel", "via", "medium", "delivery"),
    "from": ("from", "from org", "originator", "sender", "source", "actor", "from (simulated)", "author"),
    "to": ("to", "to org", "recipient", "recipients", "target", "intended player", "player", "players", "teams", "team", "audience", "group"),
    "message": (
        *("message", "details", "inject description", "event description", "content", "script", "inject text", "text"),
        *("description", "event synopsis", "synopsis", "inject details", "body", "action to be taken", "inject", "event"),
    ),
    "expected": (
        *("expected participant response", "expected actions", "expected action", "expected response", "expected outcome"),
        *("expected player action", "expectation description", "expected player actions", "desired outcome"),
    ),
    "objective": ("exercise objective", "objective", "objectives", "measure of performance", "capability"),
    "notes": (
        *("notes", "controller notes", "comments", "controller/evaluator notes", "evaluator notes", "remarks", "assumptions"),
        *("controller instructions", "evaluator special instructions"),
    ),
    "title": ("title", "subject", "event title", "inject title", "name", "event name", "expectation name"),
    "story": ("simulated time", "story time", "scenario time", "date"),
    "within": ("within", "deadline", "response time", "time allowed"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Heading:
    """One column as it stands: its place from 0, its words, and our name for it; empty when it is not ours."""

    place: int
    words: str
    name: str = ""


def plain(words: str) -> str:
    """A heading as it is compared: lowercase, one space between words, no punctuation around them."""
    said = re.sub(r"[_\s]+", " ", words.strip().lower()).strip(" :*.")
    return re.sub(r"\s*/\s*", "/", said)


def looks_like_headings(cells: Sequence[str]) -> bool:
    """Whether a row is one of headings: it names at least two columns of ours, one of them what is said or done."""
    found = {name for cell in cells for name, words in _CALLED.items() if plain(cell) in words}
    return len(found) >= 2 and bool(found & {"message", "title", "expected"})


def mapped(cells: Sequence[str], overrides: Mapping[str, str], file: str, line: int) -> tuple[Heading, ...]:
    """Which of our columns each heading is. Raises NotBrought for an override that names a heading that is not there."""
    names = dict[int, str]()
    words = [plain(cell) for cell in cells]
    for name, heading in overrides.items():
        if name not in NAMES:
            raise NotBrought(
                f"--column {name}={heading}: there is no column `{name}`; {near(name, NAMES) or 'there is'} {', '.join(NAMES)}."
            )
        if plain(heading) not in words:
            there = ", ".join(f"`{shown(cell, 40)}`" for cell in cells if cell.strip())
            raise NotBrought(
                f"{file}:{line}: no heading is `{heading}`, which --column {name} names; there is {there}."
            )
        names[words.index(plain(heading))] = name
    for name, synonyms in _CALLED.items():
        if name in names.values():
            continue
        free = [
            (synonyms.index(each), place) for place, each in enumerate(words) if place not in names and each in synonyms
        ]
        if free:
            names[min(free)[1]] = name
    return tuple(Heading(place, cell.strip(), names.get(place, "")) for place, cell in enumerate(cells))
