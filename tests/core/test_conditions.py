"""What is remembered about conditions depends on their saying truly which parts of a room they look at."""

from collections.abc import Iterator
from itertools import pairwise
from operator import is_

from tests.rehearsal.soak import game
from warroom.core.conditions import holds, listens_for, looked_at
from warroom.core.room import Room
from warroom.core.when import CONDITIONS, EXPECTATION, FAULT, INCIDENT, INJECT, MILESTONES, STEP, Condition

SEEDS, FEW = (42, 50, 2, 187, *range(9)), 4  # the first see every word come true; another game has other seeds
RARE = 3  # words that need not come true


def test_a_condition_looks_at_no_more_than_it_says() -> None:
    """While the parts that a condition names are the same, its answer is; and nearly every word is seen to come true."""
    came_true = set[str]()
    for seed in SEEDS:
        rooms = [beat.room for beat in game(seed).beats if beat.entries]
        for condition in _all_there_are(rooms[-1]):
            parts, answers = looked_at((condition,)), [holds(room, condition) for room in rooms]
            for (before, was), (after, there) in pairwise(zip(rooms, answers, strict=True)):
                if was is not there:
                    assert not all(map(is_, parts(before), parts(after))), f"seed {seed}: {condition.shown}"
                    came_true |= {condition.word} if there else set()
        if came_true == set(CONDITIONS):
            return
    assert len(set(CONDITIONS) - came_true) <= RARE, set(CONDITIONS) - came_true


def _all_there_are(room: Room) -> Iterator[Condition]:
    """Conditions of each word, of the last few things in the room that it can name."""
    assert room.plan is not None
    scenario = room.plan.scenario
    named = {
        INJECT: [each.id for each in scenario.injects],
        FAULT: [each.id for each in scenario.injects if each.fault],
        INCIDENT: [each.inject for each in room.incidents.values()],
        EXPECTATION: [each.id for each in scenario.expectations],
        STEP: [f"{run.runbook.id}/{step}" for run in room.runs.values() for step in run.steps],
        "runbook": [run.runbook.id for run in room.runs.values()],
        "role": list(room.roster.roles),
        "alert": [each.name for each in room.alerts.values()],
        "": [""],
    }
    waited_for = [each.met_by for each in scenario.expectations if each.met_by]
    waited_for += [each.timing.when for each in scenario.injects if each.timing.when]
    phrases = tuple(phrase for each in waited_for for phrase in listens_for(each))
    for word, (names, _) in CONDITIONS.items():
        for ref in tuple(dict.fromkeys(named[names]))[-FEW:]:
            for also in _also(room, word, ref):
                yield Condition(word=word, ref=ref, also=also, phrases=phrases)


def _also(room: Room, word: str, ref: str) -> tuple[str, ...]:
    if word == "answered":
        answers = (run.of(ref.partition("/")[2]).answer for run in room.runs.values())
        return tuple(dict.fromkeys(each for each in answers if each))
    return {"marked": MILESTONES, "severity_reached": ("SEV1", "SEV2")}.get(word, ("",))
