"""Importing a second time: steps that are the same keep their names, and nobody's work is written over.

The first line of a file that was imported holds two digests: of the text that was written, and of the source it came
from. The first tells whether somebody has edited the file since, the second whether there is anything new to bring in.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from enum import Enum

from warroom.core.declaring import dataclass
from warroom.core.runbook import Runbook, Step
from warroom.definitions.importing.slugs import Names, slug

_ALIKE = 0.6  # how much of two steps' words must be the same
_HEADER = re.compile(r"^# imported: sha256=(?P<written>[0-9a-f]{64}) source=(?P<source>[0-9a-f]{64})$", re.MULTILINE)
_LONGEST_COMPARED = 2000


@dataclass(frozen=True, slots=True)
class Wanted:
    """A step that needs a name."""

    title: str
    phase: str
    holds: str


class State(Enum):
    """What stands where a runbook is to be written."""

    NOTHING = "nothing"
    SAME = "the same"
    UNTOUCHED = "as the last import left it"
    EDITED = "edited by hand since"
    KEPT = "edited by hand since, and its source is the same"
    FOREIGN = "not from an import"


# --- names of steps


def names(wanted: Sequence[Wanted], before: Runbook | None) -> list[str]:
    """A name for each step: the one it had, when `before` holds it; otherwise one made from its title."""
    kept = _matched(wanted, before) if before else {}
    taken = Names({*kept.values()})
    old = {step.id for step in before.steps} if before else set()
    given = list[str]()
    for place, step in enumerate(wanted):
        if place in kept:
            given.append(kept[place])
            continue
        name = slug(step.title, "step")
        if name in old and name not in taken.taken:
            taken.taken.add(name)  # it was the name of a step that is gone, and answers of old runs bear it
        given.append(taken.give(name, f"{step.phase}\n{step.title}\n{step.holds}"))
    return given


def _matched(wanted: Sequence[Wanted], before: Runbook) -> dict[int, str]:
    """Which step of before each one is: the same words, the same title in the same phase, or much alike."""
    old = [(step, _words(step)) for step in before.steps if not _is_answer_only(step)]
    kept, free = dict[int, str](), {step.id for step, _ in old}

    def take(pairs: Iterator[tuple[int, str]]) -> None:
        for place, name in pairs:
            if place not in kept and name in free:
                kept[place] = name
                free.discard(name)

    take((at, s.id) for at, new in enumerate(wanted) for s, words in old if words == new.holds and s.phase == new.phase)
    take((at, s.id) for at, new in enumerate(wanted) for s, words in old if words == new.holds)
    take((at, s.id) for at, new in enumerate(wanted) for s, _ in old if (s.title, s.phase) == (new.title, new.phase))
    left = [(at, new) for at, new in enumerate(wanted) if at not in kept]
    rest = [(step, words) for step, words in old if step.id in free]
    take((at, name) for _, at, name in sorted(_alike(left, rest)))
    return kept


def _alike(wanted: Sequence[tuple[int, Wanted]], old: Sequence[tuple[Step, str]]) -> Iterator[tuple[float, int, str]]:
    """Pairs that are alike enough, the likest first when sorted. Phases must agree, unless the words nearly do."""
    for at, new in wanted:
        for step, words in old:
            matcher = SequenceMatcher(None, words[:_LONGEST_COMPARED], new.holds[:_LONGEST_COMPARED], autojunk=False)
            least = _ALIKE if step.phase == new.phase else 0.9
            if matcher.real_quick_ratio() >= least and matcher.quick_ratio() >= least and matcher.ratio() >= least:
                yield -matcher.ratio(), at, step.id


def _words(step: Step) -> str:
    return "\n".join((step.what.words(), *(code.text for code in step.code)))


def _is_answer_only(step: Step) -> bool:
    return not step.id


# --- the file


def header(body: str, source: str) -> str:
    """The line that tells a later import what this one wrote. `source` is the digest of the source."""
    return f"# imported: sha256={digest(body)} source={source}"


def digest(text: str) -> str:
    """The SHA-256 of a text, as hexadecimal digits."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def state(existing: str | None, text: str, source: str) -> State:
    """How what stands there relates to what would be written."""
    if existing is None:
        return State.NOTHING
    existing = existing.replace("\r\n", "\n")
    if existing == text:
        return State.SAME
    found = _HEADER.search(existing)
    if not found:
        return State.FOREIGN
    if digest(existing[found.end() + 1 :]) == found["written"]:
        return State.UNTOUCHED
    return State.KEPT if found["source"] == source else State.EDITED
