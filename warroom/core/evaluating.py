"""What evaluators may ask for: to rate an expectation, to say that it was met, to note something for the hot wash."""

from datetime import datetime

from warroom.core import commands as c
from warroom.core import events as e
from warroom.core import roster as people
from warroom.core.permission import News, in_words
from warroom.core.plan import ExpectationState, Plan
from warroom.core.refusals import NotNow, TooLate, Unknown
from warroom.core.room import Room
from warroom.core.scenario import RATINGS, Expectation


def _plan(room: Room, by: str) -> Plan:
    if room.plan is None:
        raise NotNow("This is a real incident, not a game.")
    people.must_be_staff(room.roster, by)
    return room.plan


def _expectation(plan: Plan, name: str) -> Expectation:
    there = plan.scenario.expectation(name)
    if there is None:
        raise Unknown(f"There is no expectation {name!r}.")
    return there


def rate(room: Room, command: c.RateExpectation, now: datetime) -> News:
    """Also after the end, when the evaluators sit together."""
    expectation = _expectation(_plan(room, command.by), command.expectation)
    if command.rating not in RATINGS:
        raise Unknown(f"{command.rating!r} is no rating; use P, S, M or U.")
    return [e.ExpectationRated(expectation=expectation.id, rating=command.rating, note=command.note.strip())]


def judge(room: Room, command: c.JudgeExpectation, now: datetime) -> News:
    plan = _plan(room, command.by)
    expectation = _expectation(plan, command.expectation)
    state = plan.standing(expectation.id).state
    if expectation.met_by is not None:
        raise NotNow("A machine tells whether this was done; rate how well it went instead.")
    if state in (ExpectationState.MET, ExpectationState.LATE):
        raise TooLate("That was met already.")
    if state is ExpectationState.WAITING:
        raise NotNow("Its time has not begun yet.")
    if not command.met:
        if state is ExpectationState.MISSED:
            raise TooLate("That counts as missed already.")
        return [e.ExpectationMissed(expectation=expectation.id, what=expectation.what)]
    deadline = plan.standing(expectation.id).deadline
    late = state is ExpectationState.MISSED or (deadline is not None and room.clock.reading(now) > deadline)
    return [e.ExpectationMet(expectation=expectation.id, what=expectation.what, late=late)]


def observe(room: Room, command: c.Observe, now: datetime) -> News:
    plan = _plan(room, command.by)
    if command.expectation:
        _expectation(plan, command.expectation)
    return [e.Observed(text=in_words(command.text), expectation=command.expectation)]
