"""A simulated game in words: its transcript, and what came of it."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from warroom.core import durations
from warroom.core import events as e
from warroom.core.declaring import dataclass
from warroom.core.effects import Say
from warroom.core.events import Entry
from warroom.core.plan import ExpectationState, InjectState
from warroom.core.room import Room
from warroom.core.runs import WARROOM
from warroom.core.scenario import Expectation, Scenario
from warroom.core.words import plain
from warroom.definitions.library import Library
from warroom.rehearsal.lines import wrapped
from warroom.rehearsal.simulation import Beat, Rehearsal, simulate
from warroom.report.timeline import line

MET, LATE, MISSED, OPEN, JUDGED, NEVER = "met", "late", "missed", "open", "judged", "never began"
_BAD = (LATE, MISSED, OPEN)
_INDENT = 12
_STATES = {
    ExpectationState.WAITING: NEVER,
    ExpectationState.ARMED: OPEN,
    ExpectationState.MET: MET,
    ExpectationState.LATE: LATE,
    ExpectationState.MISSED: MISSED,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """How one expectation went. `at` and `deadline` are readings of the game's clock.

    `open` is one whose time was not up when the game ended; `judged` one that only an evaluator can tell.
    """

    id: str
    what: str
    state: str
    at: timedelta | None
    deadline: timedelta | None

    @property
    def bad(self) -> bool:
        return self.state in _BAD

    @property
    def sentence(self) -> str:
        """What is wrong with it, for people."""
        due = f" It was due at {durations.mark(self.deadline)}" if self.deadline is not None else ""
        when = f"; it was done at {durations.mark(self.at)}." if self.state == LATE and self.at is not None else "."
        return f"{self.id}: {self.what}: {self.state}.{due}{when if due else ''}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """What came of a simulated game. `incidents` are (title, severity, state); `said` counts messages by place."""

    scenario: str
    team: str
    length: timedelta
    ended: str
    expectations: tuple[Expected, ...]
    contingencies: tuple[str, ...]
    played: int
    not_played: tuple[str, ...]
    incidents: tuple[tuple[str, str, str], ...]
    said: dict[str, int]
    commands: int
    refused: int
    hands_off_broken: int

    @property
    def bad(self) -> tuple[Expected, ...]:
        """Expectations that were not met in time."""
        return tuple(each for each in self.expectations if each.bad)

    def document(self) -> dict[str, Any]:
        """For programs. Times are seconds on the game's clock."""
        return {str(key): _plainly(value) for key, value in asdict(self).items()}


def _plainly(value: Any) -> Any:
    match value:
        case timedelta():
            return value.total_seconds()
        case dict():
            return {key: _plainly(each) for key, each in value.items()}
        case tuple() | list():
            return [_plainly(each) for each in value]
    return value


def summary(game: Rehearsal) -> Summary:
    """What came of this game."""
    room, entries = game.room, game.entries
    assert room.plan is not None
    plan = room.plan
    kinds = Counter(type(entry.event) for entry in entries)
    ended = next((entry.event.reason for entry in entries if isinstance(entry.event, e.GameEnded)), "")
    states = {each.id: plan.state(each.id) for each in plan.scenario.injects}
    return Summary(
        scenario=game.scenario.id,
        team=game.team,
        length=room.clock.elapsed,
        ended=ended,
        expectations=tuple(_expected(room, each) for each in plan.scenario.expectations),
        contingencies=tuple(
            each.id for each in plan.scenario.injects if each.contingency and states[each.id] is InjectState.PLAYED
        ),
        played=sum(state is InjectState.PLAYED for state in states.values()),
        not_played=tuple(name for name, state in states.items() if state is not InjectState.PLAYED),
        incidents=tuple((each.title, each.severity, each.state.value) for each in room.incidents.values()),
        said=dict(sorted(Counter(each.place for each in game.effects if isinstance(each, Say)).items())),
        commands=len(game.beats),
        refused=sum(bool(beat.refused) for beat in game.beats),
        hands_off_broken=kinds[e.HandsOffBroken],
    )


def _expected(room: Room, expectation: Expectation) -> Expected:
    assert room.plan is not None
    there = room.plan.standing(expectation.id)
    judged = expectation.met_by is None and there.state is ExpectationState.ARMED
    return Expected(
        id=expectation.id,
        what=expectation.what,
        state=JUDGED if judged else _STATES[there.state],
        at=there.at,
        deadline=there.deadline,
    )


# --- whether it can be met at all


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """`impossible` is what even a perfect team does not meet; `tight` what a steady one does not, at its runbooks' pace."""

    impossible: tuple[Expected, ...]
    tight: tuple[Expected, ...]

    def lines(self, wide: int) -> Iterator[str]:
        """In sentences; none when everything can be met."""
        for each in self.impossible:
            yield from wrapped(f"Even a perfect team does not meet {each.sentence}", wide, "", "  ")
        for each in self.tight:
            yield from wrapped(f"Tight: at its runbooks' own pace a team does not meet {each.sentence}", wide, "", "  ")


def verdict(scenario: Scenario, library: Library, environment: str = "") -> Verdict:
    """Whether everything that this scenario expects can be met."""
    perfect, steady = (
        summary(simulate(scenario, library, team, environment=environment)).bad for team in ("perfect", "steady")
    )
    impossible = {each.id for each in perfect}
    return Verdict(impossible=perfect, tight=tuple(each for each in steady if each.id not in impossible))


# --- for people


def transcript(game: Rehearsal, wide: int) -> Iterator[str]:
    """Everything that was done, what came of it, and what was said where, on lines no wider than this."""
    for beat in game.beats:
        yield from _beat(beat, wide)


def _beat(beat: Beat, wide: int) -> Iterator[str]:
    rest = " " * _INDENT
    who = "" if beat.by == WARROOM else f"{beat.by} "
    does = f"{who}{beat.how}".strip() or "time passes"
    lead = f"{durations.mark(beat.room.clock.reading(beat.now)):<{_INDENT}}"
    yield from wrapped(f"{lead}{does}", wide, "", rest, keep=True)
    if beat.refused:
        yield from wrapped(f"refused: {beat.refused}", wide, rest, f"{rest}  ")
    for entry in beat.entries:
        yield from wrapped(f"· {_sentence(entry, beat.room)}", wide, rest, f"{rest}  ")
    for effect in beat.effects:
        if isinstance(effect, Say):
            yield from wrapped(f"{effect.place}: {_said(effect)}", wide, f"{rest}> ", f"{rest}  ")


def _sentence(entry: Entry, room: Room) -> str:
    """The timeline's sentence; the event's name in words where it has none."""
    try:
        return line(entry, {}, room).text
    except KeyError:
        return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(entry.event).__name__).capitalize()


def _said(effect: Say) -> str:
    who = f"{effect.voice.name}: " if effect.voice else ""
    text = " / ".join(part for part in (effect.title, plain(effect.body).strip()) if part)
    return who + text.replace("\n", " ")


def summed_up(found: Summary, wide: int) -> Iterator[str]:
    """What came of it, on lines no wider than this."""
    yield from wrapped(f"{found.scenario}, {found.team} players: {durations.write(found.length)}. {found.ended}", wide)
    for state in (MET, LATE, MISSED, OPEN, JUDGED, NEVER):
        several = [each.id for each in found.expectations if each.state == state]
        if several:
            yield from wrapped(f"{_HEADINGS[state]} ({len(several)}): {', '.join(several)}", wide, "  ", "    ")
    rows = [
        ("Contingencies that came", ", ".join(found.contingencies) or "none"),
        ("Injects", f"{found.played} played{_rest(found.not_played)}"),
        ("Incidents", _resolved(found)),
        ("Said", ", ".join(f"{place} {count}" for place, count in found.said.items()) or "nothing"),
        ("Done", f"{found.commands} things{f', {found.refused} refused' if found.refused else ''}"),
    ]
    if found.hands_off_broken:
        rows.append(("Hands off", f"not kept {found.hands_off_broken} times"))
    for name, text in rows:
        yield from wrapped(f"{name}: {text}", wide, "  ", "    ")


_HEADINGS = {
    MET: "Expectations met",
    LATE: "Met late",
    MISSED: "Missed",
    OPEN: "Still open at the end",
    JUDGED: "For an evaluator to tell",
    NEVER: "Never began",
}


def _rest(not_played: tuple[str, ...]) -> str:
    return f"; not played: {', '.join(not_played)}" if not_played else ""


def _resolved(found: Summary) -> str:
    if not found.incidents:
        return "none"
    resolved = sum(state == "resolved" for _, _, state in found.incidents)
    still = [f"{title} ({state})" for title, _, state in found.incidents if state != "resolved"]
    rest = f"; not: {', '.join(still)}" if still else ""
    return f"{resolved} of {len(found.incidents)} resolved{rest}"
