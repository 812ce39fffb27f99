"""Everything that a seed decides beforehand. What is drawn here can be left out, one by one, until only what matters is left.

What people do is drawn as a verb and a number; which button or which channel the number means is only known when they
look. Nothing else is drawn while a day is played but the order of tasks.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tests.simulation import client, database
from warroom.failpoints import NAMES

PEOPLE = {"U0HARRIET": "harriet", "U0ANA": "ana", "U0BEN": "ben", "U0CARL": "carl", "U0DORA": "dora"}
SCENARIOS = ("friday", "two-teams", "short")
RUNBOOKS = ("sold-out", "slow")

# How often each verb comes, for players and for whoever directs.
VERBS: Mapping[str, int] = {
    "press": 46, "mash": 5, "stale": 3, "say": 12, "edit": 1, "delete": 1, "note": 6, "update": 3, "word": 9, "declare": 2,
    "alert": 8, "over": 4, "home": 1, "ask": 1, "no duff": 1, "export": 1, "form": 3,
}  # fmt: skip
WORDS = (
    "ack", "command", "role scribe", "severity SEV1", "walk sold-out", "walk slow", "resolve it is fine", "next", "skip",
    "pause", "resume", "end", "close", "status", "rooms", "panel", "say support: I hear you.", "shift 10s", "forward",
    "seen evidence", "blank By hand", "stop because", "leave scribe", "observe CANARY-OBSERVED well done", "nonsense",
    "improvise Something else is wrong.", "onward", "help", "team front", "consent",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Act:
    """Somebody does something: `at` so many seconds into the day, `draw` says which of what there is."""

    at: float
    verb: str
    who: str = ""
    draw: float = 0.0
    twice: bool = False  # what comes of it reaches the bot twice
    text: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """To a process: at the `nth` time that anybody comes to `place`. `after` is when it is back, in seconds."""

    place: str
    nth: int
    what: str  # die | freeze
    after: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    seed: int
    processes: int = 1
    lasts: float = 300.0
    acts: tuple[Act, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    slack: Mapping[int, str] = field(default_factory=dict)
    database: Mapping[int, str] = field(default_factory=dict)

    def pieces(self) -> list[Any]:
        """What can be left out."""
        return [*self.acts, *self.troubles, *self.slack.items(), *(("db", *each) for each in self.database.items())]

    def only(self, pieces: Sequence[Any]) -> "Plan":
        """With these pieces alone."""
        return replace(
            self,
            acts=tuple(each for each in pieces if isinstance(each, Act)),
            troubles=tuple(each for each in pieces if isinstance(each, Trouble)),
            slack=dict(each for each in pieces if isinstance(each, tuple) and len(each) == 2),
            database={each[1]: each[2] for each in pieces if isinstance(each, tuple) and len(each) == 3},
        )

    def told(self) -> str:
        """For whoever has to understand it."""
        lines = [f"seed {self.seed}, {self.processes} processes, {self.lasts:.0f} s"]
        for act in self.acts:
            lines.append(
                f"  {act.at:7.2f} s  {act.verb} {act.who} {act.draw:.4f} {act.text}{' (twice)' if act.twice else ''}"
            )
        lines += [
            f"  the {each.nth}. time at {each.place}: {each.what}, back after {each.after:.1f} s"
            for each in self.troubles
        ]
        lines += [f"  call {number} to Slack: {what}" for number, what in sorted(self.slack.items())]
        lines += [f"  transaction {number}: {what}" for number, what in sorted(self.database.items())]
        return "\n".join(lines)


LENGTHS = (15.0,) * 6 + (25.0,) * 6 + (40.0,) * 5 + (60.0, 60.0, 120.0)  # seconds

# About how often a place is passed in a day: so far away a death may lie.
_OFTEN = {
    "tx": 120,
    "deliver": 30,
    "slack": 40,
    "wake": 5,
    "press": 3,
    "event": 2,
    "command": 2,
    "form": 1,
    "alerts": 1,
}


def draw(seed: int, *, jumps: bool = False) -> Plan:
    """The plan of a day. `jumps`: whether clocks may be set by an hour."""
    chance = random.Random(f"plan:{seed}")
    lasts = chance.choice(LENGTHS)
    acts = sorted(
        (_begin(chance, number) for number in range(1 if lasts < 100 else chance.choice((1, 1, 1, 2)))),
        key=lambda act: act.at,
    )
    directors = [act.who for act in acts if act.verb == "start"]
    count = int(lasts / 7 * chance.uniform(0.5, 1.4)) + 3
    verbs, weights = list(VERBS), list(VERBS.values())
    for _ in range(count):
        verb = chance.choices(verbs, weights)[0]
        who = chance.choice(directors) if chance.random() < 0.2 and directors else chance.choice(list(PEOPLE))
        acts.append(
            Act(
                at=chance.uniform(4, lasts),
                verb=verb,
                who=who,
                draw=chance.random(),
                twice=chance.random() < 0.1,
                text=chance.choice(WORDS) if verb == "word" else "",
            )
        )
    acts += _nemesis(chance, lasts, jumps)
    return Plan(
        seed=seed,
        processes=chance.choice((1, 1, 1, 2, 2, 3)),
        lasts=lasts,
        acts=tuple(sorted(acts, key=lambda act: act.at)),
        troubles=tuple(_trouble(chance) for _ in range(chance.choice((0, 1, 2, 3, 4)))),
        slack=_faults(chance, client.FAULTS, client.WEIGHTS, 100, chance.choice((0.0, 0.05, 0.15))),
        database=_faults(chance, database.FAULTS, _EVENLY, 300, chance.choice((0.0, 0.0, 0.01, 0.03))),
    )


def _begin(chance: random.Random, number: int) -> Act:
    kind = chance.choice(("start", "start", "start", "alert", "declare")) if number else "start"
    return Act(
        chance.uniform(0.2, 3) + number * 20, kind, chance.choice(list(PEOPLE)), chance.random(), chance.random() < 0.1
    )


def _nemesis(chance: random.Random, lasts: float, jumps: bool) -> list[Act]:
    found = [Act(chance.uniform(2, lasts), "kill", draw=chance.random()) for _ in range(chance.choice((0, 0, 1, 2)))]
    if chance.random() < 0.15:
        found.append(Act(chance.uniform(2, lasts), "stop", draw=chance.random()))
    if chance.random() < 0.1:
        found.append(Act(chance.uniform(2, lasts), "slack away", draw=chance.random()))
    if chance.random() < 0.15:
        found.append(Act(chance.uniform(2, lasts), "freeze", draw=chance.random()))
    if chance.random() < 0.08:
        found.append(Act(chance.uniform(2, lasts), "all down", draw=chance.random()))
    if jumps and chance.random() < 0.1:
        found.append(Act(chance.uniform(2, lasts), "jump", draw=chance.random()))
    return found


def _trouble(chance: random.Random) -> Trouble:
    place = chance.choice(list(NAMES))
    often = _OFTEN.get(place.partition(".")[0], 5)
    nth = 1 + int(chance.random() ** 1.5 * often)
    what, after = (
        ("freeze", chance.choice((3.0, 25.0, 70.0))) if chance.random() < 0.15 else ("die", chance.uniform(0.1, 4))
    )
    if place.startswith("tx."):
        what = "die"
    return Trouble(place, nth, what, round(after, 1))


_EVENLY = [1] * len(database.FAULTS)


def _faults(
    chance: random.Random, kinds: Sequence[str], weights: Sequence[int], most: int, share: float
) -> dict[int, str]:
    return {number: chance.choices(kinds, weights)[0] for number in range(1, most) if chance.random() < share}
