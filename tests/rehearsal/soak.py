"""Ten thousand game days in which nobody knows what they are doing, and the laws they all keep.

python -m tests.rehearsal.soak [--games 10000] [--from SEED]      in two processes; the seeds are printed
python -m tests.rehearsal.soak --one SEED                         one game again, told step by step

Players, a dungeon master and evaluators press what their cards offer; others type what comes to mind, entitled or not;
the world answers late, twice, and badly: checks and acts fail, faults are refused or get stuck, stop conditions trip.
Every scenario that is shipped takes part, and the one that holds everything there is. A seed is a whole game.
"""

import argparse
import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cache
from multiprocessing import Pool
from pathlib import Path
from random import Random

from tests.content import shipped_library
from tests.core.laws import TYPED, Laws, Step, the_fold_is_the_room, with_canaries
from warroom.core import commands as c
from warroom.core import evaluationview, views
from warroom.core.effects import TEAM, WAR_ROOM
from warroom.core.events import Entry, GameStarted
from warroom.core.faults import Target
from warroom.core.readiness import Prediction
from warroom.core.room import Room
from warroom.core.roster import PARTS
from warroom.core.scenario import Scenario
from warroom.definitions.library import Library
from warroom.definitions.loader import read_scenario
from warroom.rehearsal import offered
from warroom.rehearsal.cast import DIRECTOR, Cast, able
from warroom.rehearsal.directing import Director, beginnings, opening
from warroom.rehearsal.moves import Intent, Move, at_once
from warroom.rehearsal.random_people import Card, Crowd
from warroom.rehearsal.simulation import Beat, Rehearsal, Stage
from warroom.rehearsal.wanted import Map, Wanted
from warroom.rehearsal.world import World

WHOLE = Path(__file__).parent.parent / "games" / "requirements" / "whole.yaml"
GAMES = 10_000
OFTEN = 12  # the cards and the clock are looked at every so many steps
NOT_PRESSED = ("export", "start-game", "go", "no-go", "part", "consent", "close")
WORDS = (
    ("no duff", 0.02),
    ("Promote the West!", 1.0),
    ("the status page", 1.0),
    ("lunch", 1.0),
    ("this is real", 1.0),
    (f"a bird, {TYPED}", 1.0),
)


@cache
def stock() -> tuple[Library, tuple[Scenario, ...]]:
    """The library, and every scenario that takes part, with canaries in what is hidden."""
    library = shipped_library()
    whole = read_scenario(WHOLE.read_text(encoding="utf-8"), WHOLE.name)
    return library, tuple(with_canaries(each) for each in (whole, *library.scenarios.values()))


class AnyWord:
    """Somebody types something, whether or not it is theirs to say, and whether or not it makes sense."""

    def __init__(self, chance: Random, often: float) -> None:
        self.chance, self.often = chance, often

    def reacts(self, room: Room, entry: Entry) -> Iterator[Intent]:
        if isinstance(entry.event, GameStarted):
            yield self._turn()

    def _turn(self) -> Intent:
        return Intent(timedelta(seconds=self.chance.expovariate(1 / self.often)), self._make, then=self._turn)

    def _make(self, room: Room, reading: timedelta) -> Move | None:
        kind = self.chance.choice(_TYPED)
        command = kind(self.chance, room, self.chance.choice((*room.roster.everyone, DIRECTOR, "zoe", "olga")))
        return Move(command, f"types {type(command).__name__}")


def _inject(chance: Random, room: Room) -> str:
    assert room.plan is not None
    return chance.choice((*(each.id for each in room.plan.scenario.injects), "nothing"))


def _place(chance: Random, room: Room) -> dict[str, str]:
    run = chance.choice((*room.runs.values(), None))
    step = chance.choice((*(each.id for each in run.runbook.steps), run.at)) if run and run.runbook.steps else "nothing"
    return {"run": run.id if run else "R9", "step": step}


def _words(chance: Random) -> str:
    words, weights = zip(*WORDS, strict=True)
    return str(chance.choices(words, weights)[0])


def _minutes(chance: Random, *several: int) -> timedelta:
    return timedelta(minutes=chance.choice(several))


def _incident(chance: Random, room: Room) -> str:
    return chance.choice((*room.incidents, "I9"))


def _hear(chance: Random, room: Room, by: str) -> c.Command:
    channels = (*(each.id for each in room.channels.values()), "C-elsewhere")
    return c.HearMessage(by=by, channel=chance.choice(channels), ts=f"{room.seq}.1", text=_words(chance))


def _improvise(chance: Random, room: Room, by: str) -> c.Command:
    at = chance.choice((None, None, _minutes(chance, 5, 20, 50)))
    title, actor = chance.choice(("", "Fire")), chance.choice(("", "vendor", "nobody"))
    teams = tuple(chance.choice(((), tuple(room.plan.scenario.teams)[:1] if room.plan else ())))
    return c.Improvise(by=by, text="Something else.", title=title, actor=actor, at=at, teams=teams)


def _target(chance: Random, room: Room) -> str:
    return chance.choice((*room.breakable, "nothing"))


# What anybody may type. The dungeon master's commands come from anybody, too; most of them are refused.
_TYPED = (
    _hear,
    _hear,
    _improvise,
    lambda chance, room, by: c.EditInject(
        by=by, inject=_inject(chance, room), text=chance.choice(("", "Other words.")), at=_minutes(chance, 0, 7, 40)
    ),
    lambda chance, room, by: c.SwapInject(by=by, inject=_inject(chance, room), later=chance.random() < 0.5),
    lambda chance, room, by: c.ShiftPlan(by=by, by_length=_minutes(chance, -20, -1, 0, 1, 5, 30)),
    lambda chance, room, by: chance.choice((c.ForwardPlan, c.MoveOn, c.AskPreflight, c.AskMurphy))(by=by),
    lambda chance, room, by: chance.choice((c.PlayInject, c.SkipInject))(by=by, inject=_inject(chance, room)),
    lambda chance, room, by: c.PlayMishap(by=by, mishap=_mishap(chance, room)),
    lambda chance, room, by: c.VetoMishap(by=by, mishap=_mishap(chance, room)),
    lambda chance, room, by: c.SetMurphy(by=by, mode=chance.choice(("off", "propose", "autopilot", "sealed", "mad"))),
    lambda chance, room, by: c.TakeProposed(by=by, turn=room.murphy.turn if room.murphy else 0),
    lambda chance, room, by: c.Consent(by=by, agrees=chance.random() < 0.8),
    lambda chance, room, by: c.SidelinePerson(
        by=by, person=_anybody(chance, room), lasts=_minutes(chance, 0, 5, 30), why="A tunnel."
    ),
    lambda chance, room, by: c.BringBack(by=by, person=_anybody(chance, room)),
    lambda chance, room, by: c.GivePart(by=by, person=_anybody(chance, room), part=chance.choice((*PARTS, "king"))),
    lambda chance, room, by: c.JoinTeam(
        by=by, team=chance.choice((*(room.plan.scenario.teams if room.plan else ()), "moon"))
    ),
    lambda chance, room, by: c.ApproveFault(by=by, target=_target(chance, room)),
    lambda chance, room, by: c.WithdrawApproval(by=by, target=_target(chance, room)),
    lambda chance, room, by: c.Predict(by=by, inject=_inject(chance, room), sheet=Prediction(detects="a graph")),
    lambda chance, room, by: c.RateExpectation(
        by=by, expectation=_expectation(chance, room), rating=chance.choice("PSMUX")
    ),
    lambda chance, room, by: c.JudgeExpectation(
        by=by, expectation=_expectation(chance, room), met=chance.random() < 0.5
    ),
    lambda chance, room, by: c.TakeRole(by=by, role=chance.choice(("commander", "scribe", "comms"))),
    lambda chance, room, by: c.LeaveRole(by=by, role=chance.choice(("commander", "scribe"))),
    lambda chance, room, by: c.Resolve(by=by, incident=_incident(chance, room)),
    lambda chance, room, by: c.Reopen(by=by, incident=_incident(chance, room), reason="again"),
    lambda chance, room, by: c.SetSeverity(
        by=by, incident=_incident(chance, room), severity=chance.choice(("SEV1", "SEV3", "SEV9"))
    ),
    lambda chance, room, by: c.AbandonRun(by=by, run=_place(chance, room)["run"], reason="enough"),
    lambda chance, room, by: c.SkipStep(by=by, reason=chance.choice(("", "because")), **_place(chance, room)),
    lambda chance, room, by: c.FailStep(by=by, reason="broken", **_place(chance, room)),
    lambda chance, room, by: c.PauseRun(by=by, run=_place(chance, room)["run"], reason="wait"),
    lambda chance, room, by: c.ResumeRun(by=by, run=_place(chance, room)["run"]),
    lambda chance, room, by: c.RecordCheck(
        attempt=chance.randint(1, 3), holds=chance.random() < 0.5, detail="seen", **_place(chance, room)
    ),
    lambda chance, room, by: c.RecordRollback(fault=f"F{chance.randint(1, 3)}", undone=chance.random() < 0.5),
    lambda chance, room, by: c.RecordFault(fault=f"F{chance.randint(1, 3)}", injected=chance.random() < 0.5),
    lambda chance, room, by: c.RecordOutside(
        incidents=chance.choice(((), (), ("INC-7",), ("INC-7", "INC-8"))), frozen=chance.choice(("", "", "A launch."))
    ),
    lambda chance, room, by: c.RecordPreflight(attempt=chance.randint(1, 2), findings=()),
    lambda chance, room, by: (
        c.CallEmergency(by=by, words="real") if chance.random() < 0.03 else c.TakeNote(by=by, text="x")
    ),
    lambda chance, room, by: (
        chance.choice((c.PauseGame, c.ResumeGame, c.EndGame))(by=by) if chance.random() < 0.3 else c.Tick()
    ),
    lambda chance, room, by: c.RaiseAlerts(
        by="monitoring",
        source="monitoring",
        group="g",
        alerts=(c.Alert(key="a", name="DiskFull", firing=chance.random() < 0.5),),
    ),
)


def _mishap(chance: Random, room: Room) -> str:
    return chance.choice((*(each.id for each in room.plan.scenario.deck if room.plan), "nothing")) if room.plan else ""


def _anybody(chance: Random, room: Room) -> str:
    return chance.choice((*room.roster.everyone, "zoe"))


def _expectation(chance: Random, room: Room) -> str:
    return chance.choice((*(each.id for each in room.plan.scenario.expectations), "nothing")) if room.plan else ""


# --- cards


def _fills(chance: Random, room: Room) -> dict[str, str]:
    """A form that is filled in as it should be."""
    values = {
        f"value-{each.name}": next(iter((*each.options, each.example, "web")), "web")
        for run in room.runs.values()
        for each in run.values
    }
    return {
        "reason": "because",
        "text": f"hello {room.seq}",
        "actor": next(iter(room.plan.scenario.actors), "") if room.plan else "",
        "length": "3m",
        "rating": "S",
        "detects": "a graph",
        "evidence": "seen",
        "title": f"Look again {room.seq}",
        "person": next((each for each in able(room) if each in room.roster.consents), ""),
        "why": "A tunnel.",
        **values,
    }


def _players_cards(room: Room) -> list[Card]:
    """What players look at; a walk's menu is left out, since what it asks further is not to be had by chance."""
    places = (WAR_ROOM, *(f"{TEAM}{each}" for each in (room.plan.scenario.teams if room.plan else ())))
    walking = [name for name, run in room.runs.items() if run.walking]

    def of_walk(name: str) -> Card:
        return lambda: offered.on_walk(room, name)

    def of_incident(name: str) -> Card:
        return lambda: [*(line := views.incident_line(room, room.incidents[name])).asks, *line.more]

    cards: list[Card] = [lambda place=place: views.status(room, place).asks for place in places]  # type: ignore[misc]
    return [*cards, *map(of_incident, room.incidents), *map(of_walk, walking), *map(of_walk, walking)]


def _panel(room: Room) -> list[Card]:
    return [lambda: offered.to_director(room)]


def _sheet(room: Room) -> list[Card]:
    sheet = evaluationview.evaluation(room)
    return [] if sheet is None else [lambda: [*sheet.asks, *(ask for line in sheet.lines for ask in line.asks)]]


# --- a game


def game(seed: int) -> Rehearsal:
    """One whole game. Raises AssertionError when it breaks a law."""
    chance = Random(seed)
    library, scenarios = stock()
    scenario = chance.choice(scenarios)
    if scenario.murphy and chance.random() < 0.6:
        scenario = replace(scenario, murphy=replace(scenario.murphy, mode=chance.choice(("autopilot", "sealed"))))
    laws = Laws(often=OFTEN)

    def watch(beat: Beat) -> None:
        if beat.refused:
            pressed = beat.how.startswith("presses ") and not beat.how.startswith("presses on a walk")
            assert not pressed, f"{beat.by} {beat.how}, and was refused: {beat.refused}"
            return
        laws.see(Step(before=beat.before, entries=beat.entries, effects=beat.effects, after=beat.room, now=beat.now))

    world = World(
        lambda asked: library.offers(asked.services, asked.failure_modes, asked.labels, asked.title),
        Map(Wanted()),
        chance,
    )
    rushed = chance.uniform(60, 300)
    actors = (
        Director(helps=chance.random() < 0.5),
        _Pressing(chance, _players_cards, able, library.runbooks, rushed, _fills, NOT_PRESSED),
        Crowd(
            chance, _panel, lambda room: room.roster.controllers[:1], library.runbooks, rushed * 2, _fills, NOT_PRESSED
        ),
        Crowd(chance, _sheet, lambda room: room.roster.evaluators, library.runbooks, rushed * 4, _fills, NOT_PRESSED),
        AnyWord(chance, rushed / 3),
    )
    stage = Stage(world, actors, watch)
    stage.play(_opened(scenario, chance), _begins(chance))
    found = Rehearsal(scenario=scenario, team="random", beats=tuple(stage.beats))
    the_fold_is_the_room(found.entries, found.room)
    return found


class _Pressing(Crowd):
    """Players. What a walk's card offers will be accepted from somebody, not from anybody."""

    def _make(self, room: Room, reading: timedelta) -> Move | None:
        move = super()._make(room, reading)
        walk = move is not None and hasattr(move.command, "run")
        return Move(move.command, move.how.replace("presses", "presses on a walk", 1)) if move and walk else move


def _opened(scenario: Scenario, chance: Random) -> c.OpenGame:
    named = opening(
        scenario, Cast.of(scenario, chance.choice(("", *scenario.environments))), f"{chance.getrandbits(128):032x}"
    )
    return replace(
        named,
        evaluators=("eve",),
        safety=("sam",),
        observers=("ola",),
        surprise=chance.choice(("announced", "window", "unannounced")),
        breakable=tuple(_shorter(each, chance) for each in named.breakable),
    )


def _shorter(target: Target, chance: Random) -> Target:
    return replace(target, longest=timedelta(minutes=chance.choice((3, 8, 240))))


def _begins(chance: Random) -> Callable[[Room], Iterator[Intent]]:
    def begin(room: Room) -> Iterator[Intent]:
        for intent in beginnings(room):
            move = intent.make(room, timedelta(0))
            if isinstance(move, Move) and isinstance(move.command, c.ApproveFault) and chance.random() < 0.3:
                continue
            if isinstance(move, Move) and isinstance(move.command, c.SayGo) and move.command.role == "safety officer":
                yield at_once(replace(move.command, by="sam"), move.how, intent.after)
                continue
            if isinstance(move, Move) and isinstance(move.command, c.StartGame):  # tried again until it is accepted
                for minutes in (1, 12, 24):
                    look = c.AskPreflight(by=DIRECTOR)
                    yield at_once(look, "has it looked at again", timedelta(minutes=minutes - 1, seconds=minutes))
                    yield at_once(move.command, "starts it", timedelta(minutes=minutes))
                continue
            yield intent

    return begin


# --- many


def played(seed: int) -> tuple[int, str, Counter[str]]:
    """The seed, what was broken (nothing when all laws were kept), and what happened how often."""
    try:
        found = game(seed)
    except Exception:  # whatever it is: the seed must be told
        return seed, traceback.format_exc(limit=-6), Counter()
    return seed, "", Counter(type(each.event).__name__ for each in found.entries)


def soak(games: int, first: int, processes: int = 2) -> int:
    """How many of these games broke a law. Prints as it goes."""
    began, failed, happened = time.monotonic(), list[int](), Counter[str]()
    print(f"{games} game days, seeds {first} to {first + games - 1}", flush=True)
    with Pool(processes) as pool:
        seeds = range(first, first + games)
        for number, (seed, broken, counts) in enumerate(pool.imap_unordered(played, seeds, chunksize=10), start=1):
            happened += counts
            if broken:
                failed.append(seed)
                print(f"seed {seed} breaks a law; again with: python -m tests.rehearsal.soak --one {seed}\n{broken}")
            if number % 1000 == 0 or number == games:
                took = time.monotonic() - began
                print(f"{number} played, {len(failed)} broken, {1000 * took / number:.0f} s per thousand", flush=True)
    print(", ".join(f"{name} {count}" for name, count in sorted(happened.items())))
    return len(failed)


def told(seed: int) -> None:
    """One game, step by step, until it breaks or ends."""
    from warroom.rehearsal import telling

    try:
        found = game(seed)
    finally:
        print(f"seed {seed}")
    for line in telling.transcript(found, 160):
        print(line)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--games", type=int, default=GAMES)
    parser.add_argument("--from", type=int, dest="first", default=None, help="the first seed; drawn when absent")
    parser.add_argument("--one", type=int, default=None, help="play this seed alone, and tell it")
    asked = parser.parse_args()
    if asked.one is not None:
        told(asked.one)
        return 0
    first = random.SystemRandom().randrange(10**9) if asked.first is None else asked.first
    return 1 if soak(asked.games, first) else 0


if __name__ == "__main__":
    sys.exit(main())
