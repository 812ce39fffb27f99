"""People who press whatever is offered, by chance. The same seed presses the same."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from random import Random

from warroom.core import events as e
from warroom.core.effects import Ask
from warroom.core.events import Entry
from warroom.core.refusals import Refused
from warroom.core.room import Room
from warroom.rehearsal import offered
from warroom.rehearsal.cast import able
from warroom.rehearsal.moves import Intent, Move
from warroom.rehearsal.offered import Runbooks

_RARELY = {"emergency": 0.01, "end": 0.02, "sideline": 0.3, "part": 0.05, "halt": 0.2, "pause": 0.3, "flag": 0.5}
_NOT_HERE = ("export",)
WORDS = ("The status page is next.", "Promote the West!", "lunch", "I have seen something.", "this is real")


def said(chance: Random, room: Room) -> dict[str, str]:
    """What somebody answers in whatever form there is behind a button."""
    anybody = chance.choice(room.roster.everyone)
    runs = [run for run in room.runs.values() if run.walking]
    step = runs[-1].at if runs else ""
    values = {f"value-{each.name}": each.example or "web" for run in runs for each in run.values}
    return {
        "reason": chance.choice(("because", "", "enough")),
        "text": f"{chance.choice(WORDS)} {room.seq}",
        "title": chance.choice(("", "Fire")),
        "actor": chance.choice(("", *(room.plan.scenario.actors if room.plan else ()))),
        "length": chance.choice(("1m", "3m", "20m", "soon")),
        "way": chance.choice(("", "earlier")),
        "at": chance.choice(("", "", "T+5m", "T+40m", "tomorrow")),
        "person": anybody,
        "part": chance.choice(("player", "observer", "evaluator", "controller")),
        "how": chance.choice(("pause", "pause", "stop")),
        "what": chance.choice(("walk", "step")),
        "kind": chance.choice(("beside", "evidence")),
        "verdict": chance.choice(("worked", "wrong", "unclear", "missing")),
        "rating": chance.choice("PSMU"),
        "detects": "a graph",
        "why": chance.choice(("A tunnel.", "")),
        "evidence": "seen",
        "role": "commander",
        "step": step,
        **values,
    }


class Crowd:
    """Players, or a dungeon master, who do something every now and then: what one of their cards offers."""

    def __init__(
        self,
        chance: Random,
        asks: Callable[[Room], Iterable[Ask]],
        who: Callable[[Room], tuple[str, ...]],
        runbooks: Runbooks,
        often: float = 45.0,
    ) -> None:
        self.chance, self.asks, self.who, self.runbooks, self.often = chance, asks, who, runbooks, often

    def reacts(self, room: Room, entry: Entry) -> Iterable[Intent]:
        """Begins with the game; from then on one thing follows another."""
        return (self._turn(),) if isinstance(entry.event, e.GameStarted) else ()

    def _turn(self) -> Intent:
        after = timedelta(seconds=1 + self.chance.expovariate(1 / self.often))
        return Intent(after, self._make, then=self._turn)

    def _make(self, room: Room, reading: timedelta) -> Move | None:
        people = self.who(room)
        offers = [each for each in self.asks(room) if each.do not in _NOT_HERE and self._likely(each.do)]
        if not people or not offers:
            return None
        by, ask = self.chance.choice(people), self.chance.choice(offers)
        try:
            command = offered.pressed(ask, by, said(self.chance, room), self.runbooks)
        except (Refused, KeyError):
            return None  # the form was filled in so that it is sent back at once
        return Move(command, f"presses “{ask.label}”")

    def _likely(self, do: str) -> bool:
        return self.chance.random() < _RARELY.get(do, 1.0)


def players(room: Room) -> tuple[str, ...]:
    """Who plays and is not out."""
    return able(room)
