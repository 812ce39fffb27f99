"""How long an eight-hour game day takes without anybody: `python -m bench.game_day`. Ends with 1 when it is too slow.

The games are made here, always the same: eight hours, four teams, incidents with a runbook each, expectations with
contingencies, parts begun by moves. A full day has an inject every eight minutes, 60 of them, of which ten are incidents;
the fullest that one could think of has 150, with 24 incidents. They are played by nobody, which is the game alone; and by
a steady team, which acknowledges, walks, answers, posts and resolves. Everything goes through the rules of `deciding`, and
everything that is said is made, as in a real game; only cards are not compared.

A busy or slow machine must not change the verdict. So processor time is measured, beside a floor, in the same run and in
turns: plain Python that makes and copies small values, as a fold does, and knows nothing of warroom. On the machine where
the claims were made the floor takes 10 ms; `50 ms` therefore means five floors.
"""

import argparse
import gc
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from warroom.core.effects import Say
from warroom.core.injects import Announce, Move, Speak
from warroom.core.probes import Tcp
from warroom.core.runbook import Runbook
from warroom.core.runbook import Step as Place
from warroom.core.scenario import Actor as Voice
from warroom.core.scenario import Breakage, Expectation, Inject, Scenario, Team
from warroom.core.steps.check import Check
from warroom.core.steps.choose import Choose
from warroom.core.steps.do import Do
from warroom.core.steps.kind import Answer
from warroom.core.steps.wait import Wait
from warroom.core.when import Condition, Timing
from warroom.definitions.library import Library
from warroom.rehearsal import Rehearsal, simulate

FLOOR_IS = 10.0  # milliseconds that the floor takes where the claim was made
FULL, FULLEST = 60, 150  # injects
# Milliseconds that a game of so many injects may take there, by who plays.
CLAIMS = {(FULL, "absent"): 25.0, (FULL, "steady"): 50.0, (FULLEST, "absent"): 50.0, (FULLEST, "steady"): 150.0}
ROUNDS = 7
LENGTH, TEAMS = timedelta(hours=8), ("data", "web", "network", "support")


def the_game(number: int) -> tuple[Scenario, Library]:
    """Eight hours with so many injects, of which every sixth is a failure, and what a team needs to answer it."""
    books = {book.id: book for book in (_runbook(at) for at in range(6))}
    every = LENGTH / (number + 1)
    injects = tuple(_inject(at, every * at) for at in range(number))
    opening = [each.id for each in injects if each.incident]
    expectations = [
        Expectation(
            id=f"seen-{name}",
            what=f"Somebody acknowledges {name}",
            after=name,
            within=timedelta(minutes=5),
            met_by=Condition(word="acknowledged", ref=name),
        )
        for name in opening
    ]
    expectations += [
        Expectation(
            id=f"over-{name}",
            what=f"{name} is over",
            after=name,
            within=timedelta(minutes=40),
            met_by=Condition(word="resolved", ref=name),
        )
        for name in opening[::4]
    ]
    scenario = Scenario(
        id="eight-hours",
        title="Eight hours",
        briefing="A long day.",
        length=LENGTH,
        injects=injects,
        expectations=tuple(expectations),
        actors={"vendor": Voice(name="Ingrid")},
        teams={team: Team(title=team.title()) for team in TEAMS},
    )
    return scenario, Library(runbooks=books)


def _inject(at: int, when: timedelta) -> Inject:
    """One in six opens an incident; one in ten is a contingency; one in forty begins another part of the day."""
    name = f"i{at}"
    if at and at % 38 == 0:
        return Inject(id=name, title=f"Part {at // 38}", timing=Timing(at=when), what=Move(text="It goes on."))
    if at % 10 == 7 and at > 10:
        missed = Condition(word="missed", ref=f"seen-i{6 * (at // 6)}")
        known = 6 * (at // 6) % 38 != 0
        timing = Timing(when=missed) if known else Timing(at=when)
        return Inject(id=name, title="Nobody looks", timing=timing, what=Speak(actor="vendor", text="Anybody?"))
    if at % 6 == 0:
        opens = Breakage(
            title=f"Failure {at}", severity="SEV2", services=(f"service-{at // 6 % 6}",), failure_modes=("lost",)
        )
        to = (TEAMS[at // 6 % len(TEAMS)],) if at % 12 else ()
        return Inject(
            id=name,
            title=f"Failure {at}",
            timing=Timing(at=when),
            what=Announce(text="It is gone."),
            incident=opens,
            to=to,
        )
    timing = Timing(after=f"i{at - 1}", by=when / at / 2) if at % 5 == 1 else Timing(at=when)
    return Inject(id=name, title="Somebody asks", timing=timing, what=Speak(actor="vendor", text="How is it going?"))


def _runbook(at: int) -> Runbook:
    steps = (
        Place(id="gone", title="Is it gone?", what=Check(text="", probe=Tcp(target="127.0.0.1:1"), fails="tell")),
        Place(id="tell", title="Tell people", what=Do(text="Say what fails."), expected=timedelta(minutes=2)),
        Place(
            id="which", title="Which way?", what=Choose(question="Which?", options=(Answer(word="a"), Answer(word="b")))
        ),
        Place(id="mend", title="Mend it", what=Do(text="Restart it."), expected=timedelta(minutes=6)),
        Place(id="settle", title="Let it settle", what=Wait(length=timedelta(minutes=3))),
        Place(id="back", title="Is it back?", what=Check(text="", probe=Tcp(target="127.0.0.1:1"))),
        Place(id="note", title="Note it", what=Do(text="Write it down."), expected=timedelta(minutes=2)),
    )
    return Runbook(
        id=f"book-{at}", title=f"Service {at} lost", steps=steps, services=(f"service-{at}",), failure_modes=("lost",)
    )


# --- the floor


@dataclass(frozen=True, kw_only=True, slots=True)
class _Small:
    number: int = 0
    text: str = ""
    more: tuple[int, ...] = ()


def floor() -> int:
    """Work as a fold does it: values copied with one field changed, small dictionaries made anew, a list put in order."""
    small, known, found = _Small(), dict[int, _Small](), 0
    for number in range(_FLOOR_TURNS):
        small = replace(small, number=number, text=str(number))
        known = {**known, number % 20: small}
        found += sorted((each.number for each in known.values()), reverse=True)[0]
    return found


_FLOOR_TURNS = 2_400


def _milliseconds(what: Callable[[], object]) -> float:
    """How much of a processor it takes; what else runs on the machine hardly counts."""
    gc.collect()
    began = time.process_time()
    what()
    return 1000 * (time.process_time() - began)


def measured(rounds: int = ROUNDS) -> tuple[float, dict[tuple[int, str], float]]:
    """The least of some rounds, taken in turns, in milliseconds: of the floor, and of each game by who plays it."""
    floors, games = list[float](), {claimed: list[float]() for claimed in CLAIMS}
    for _ in range(rounds):
        floors.append(_milliseconds(floor))
        for (injects, team), took in games.items():
            took.append(_played(injects, team))
    return min(floors), {claimed: min(took) for claimed, took in games.items()}


def _played(injects: int, team: str) -> float:
    scenario, library = the_game(injects)
    return _milliseconds(lambda: simulate(scenario, library, team))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    lowest, took = measured(parser.parse_args().rounds)
    print(f"the floor: {lowest:.1f} ms, {FLOOR_IS:.0f} ms where the claims were made")
    too_slow = False
    for (injects, team), claim in CLAIMS.items():
        scenario, library = the_game(injects)
        print(f"{team} players: {_size(simulate(scenario, library, team))}")
        here = took[injects, team]
        there = here / lowest * FLOOR_IS
        print(f"  took {here:.1f} ms, {here / lowest:.1f} floors: {there:.0f} ms there, claimed {claim:.0f} ms")
        too_slow |= there >= claim
    if too_slow:
        print("Too slow: a claim no longer holds.", file=sys.stderr)
    return 1 if too_slow else 0


def _size(game: Rehearsal) -> str:
    said = sum(isinstance(each, Say) for each in game.effects)
    injects, incidents, walks = len(game.scenario.injects), len(game.room.incidents), len(game.room.runs)
    return (
        f"{injects} injects, {incidents} incidents, {walks} walks, {len(game.beats)} commands, "
        f"{len(game.entries)} entries, {said} messages"
    )


if __name__ == "__main__":
    sys.exit(main())
