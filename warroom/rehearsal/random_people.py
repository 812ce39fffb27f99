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


Card = Callable[[], Iterable[Ask]]


class Crowd:
    """Players, or a dungeon master, who every now and then look at one of their cards and press something on it.

    `cards` are those that somebody may look at; `fills` answers the form behind a button.
    """

    def __init__(
        self,
        chance: Random,
        cards: Callable[[Room], list[Card]],
        who: Callable[[Room], tuple[str, ...]],
        runbooks: Runbooks,
        often: float = 45.0,
        fills: Callable[[Random, Room], dict[str, str]] = said,
        never: tuple[str, ...] = ("export",),
    ) -> None:
        self.chance, self.cards, self.who, self.runbooks = chance, cards, who, runbooks
        self.often, self.fills, self.never = often, fills, never

    def reacts(self, room: Room, entry: Entry) -> Iterable[Intent]:
        """Begins with the game; from then on one thing follows another."""
        return (self._turn(),) if isinstance(entry.event, e.GameStarted) else ()

    def _turn(self) -> Intent:
        after = timedelta(seconds=1 + self.chance.expovariate(1 / self.often))
        return Intent(after, self._make, then=self._turn)

    def _make(self, room: Room, reading: timedelta) -> Move | None:
        people, cards = self.who(room), self.cards(room)
        if not people or not cards:
            return None
        offers = [each for each in self.chance.choice(cards)() if each.do not in self.never and self._likely(each.do)]
        if not offers:
            return None
        by, ask = self.chance.choice(people), self.chance.choice(offers)
        try:
            command = offered.pressed(ask, by, self.fills(self.chance, room), self.runbooks)
        except (Refused, KeyError):
            return None  # the form was filled in so that it is sent back at once
        return Move(command, f"presses “{ask.label}”")

    def _likely(self, do: str) -> bool:
        return self.chance.random() < _RARELY.get(do, 1.0)


def players(room: Room) -> tuple[str, ...]:
    """Who plays and is not out."""
    return able(room)
