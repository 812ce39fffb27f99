"""Everything that a seed decides beforehand. What is drawn here can be left out, one by one, until only what matters is left.

What people do is drawn as a verb and a number; which button or which channel the number means is only known when they
look. Nothing else is drawn while a day is played but the order of tasks.
"""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from typing import Any

from tests.simulation.themes import DATABASE_WAYS, OFTEN, THEMES, VERBS, Theme, evenly

PEOPLE = {"U0HARRIET": "harriet", "U0ANA": "ana", "U0BEN": "ben", "U0CARL": "carl", "U0DORA": "dora"}
SCENARIOS = ("friday", "two-teams", "short")
RUNBOOKS = ("sold-out", "slow")

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
    theme: str = ""
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
        lines = [f"seed {self.seed}, {self.theme or 'no theme'}: {self.processes} processes, {self.lasts:.0f} s"]
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


# About how often a place is passed in a day: so far away a death may lie.
_OFTEN = {
    "tx": 120,
    "deliver": 25,
    "slack": 40,
    "wake": 5,
    "press": 4,
    "event": 4,
    "command": 4,
    "form": 2,
    "alerts": 3,
    "gap": 1,
    "shelf": 2,
}


def draw(seed: int) -> Plan:
    """The plan of a day."""
    chance = random.Random(f"plan:{seed}")
    theme = THEMES[0] if chance.random() < OFTEN else chance.choice(THEMES[1:])
    lasts = chance.choice(theme.lasts)
    acts = sorted(
        (_begin(chance, number) for number in range(1 if lasts < 100 else chance.choice((1, 1, 1, 2)))),
        key=lambda act: act.at,
    )
    directors = [act.who for act in acts if act.verb == "start"]
    verbs = theme.verbs or VERBS
    for _ in range(int(lasts / theme.every * chance.uniform(0.6, 1.3)) + 3):
        acts.append(_act(chance, theme, directors, lasts, chance.choices(list(verbs), list(verbs.values()))[0]))
    acts += _nemesis(chance, theme, lasts)
    return Plan(
        seed=seed,
        theme=theme.name,
        processes=chance.choice(theme.processes),
        lasts=lasts,
        acts=tuple(sorted(acts, key=lambda act: act.at)),
        troubles=tuple(_trouble(chance, theme) for _ in range(chance.choice(theme.deaths))),
        slack=_faults(chance, theme.slack_ways, 120, chance.choice(theme.slack)),
        database=_faults(chance, DATABASE_WAYS, 300, chance.choice(theme.database)),
    )


def _act(chance: random.Random, theme: Theme, directors: Sequence[str], lasts: float, verb: str) -> Act:
    who = chance.choice(directors) if chance.random() < 0.2 and directors else chance.choice(list(PEOPLE))
    return Act(
        at=chance.uniform(4, lasts),
        verb=verb,
        who=who,
        draw=chance.random(),
        twice=chance.random() < theme.twice,
        text=chance.choice(WORDS) if verb == "word" else "",
    )


def _begin(chance: random.Random, number: int) -> Act:
    kind = chance.choice(("start", "start", "start", "alert", "declare")) if number else "start"
    return Act(
        chance.uniform(0.2, 3) + number * 20, kind, chance.choice(list(PEOPLE)), chance.random(), chance.random() < 0.1
    )


def _nemesis(chance: random.Random, theme: Theme, lasts: float) -> Iterator[Act]:
    for verb, often in theme.nemesis.items():
        for _ in range(int(often) + (chance.random() < often % 1)):
            yield Act(chance.uniform(4, lasts), verb, draw=chance.random())


def _trouble(chance: random.Random, theme: Theme) -> Trouble:
    place = chance.choice(theme.places)
    nth = 1 + int(chance.random() ** 1.5 * _OFTEN.get(place.partition(".")[0], 5))
    freezes = chance.random() < theme.frozen and not place.startswith("tx.")
    if freezes:
        return Trouble(place, nth, "freeze", chance.choice((3.0, 25.0, 70.0)))
    return Trouble(place, nth, "die", round(chance.uniform(0.1, 4), 1))


def _faults(chance: random.Random, kinds: Sequence[str], most: int, share: float) -> dict[int, str]:
    weights = evenly(kinds)
    return {number: chance.choices(kinds, weights)[0] for number in range(1, most) if chance.random() < share}


# --- plans that are kept


def written(plan: Plan, what: str) -> str:
    """As one line that is read again whatever becomes of `draw`. `what` says what was wrong with that day."""
    kept = {
        "what": what,
        "seed": plan.seed,
        "theme": plan.theme,
        "processes": plan.processes,
        "lasts": plan.lasts,
        "acts": [astuple(each) for each in plan.acts],
        "troubles": [astuple(each) for each in plan.troubles],
        "slack": dict(plan.slack),
        "database": dict(plan.database),
    }
    return json.dumps(kept)


def read(line: str) -> Plan:
    kept = json.loads(line)
    return Plan(
        seed=kept["seed"],
        theme=kept.get("theme", ""),
        processes=kept["processes"],
        lasts=kept["lasts"],
        acts=tuple(Act(*each) for each in kept["acts"]),
        troubles=tuple(Trouble(*each) for each in kept["troubles"]),
        slack={int(number): fault for number, fault in kept["slack"].items()},
        database={int(number): fault for number, fault in kept["database"].items()},
    )
