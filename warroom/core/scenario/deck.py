"""The deck: mishaps that may be put into play when the plan has room for more, by the dungeon master or by Murphy."""

from warroom.core.declaring import dataclass
from warroom.core.reading import Fields
from warroom.core.scenario.inject import Inject, read_inject
from warroom.core.when import Timing

PROPOSE, AUTOPILOT, SEALED = "propose", "autopilot", "sealed"
MODES = (PROPOSE, AUTOPILOT, SEALED)
HARDEST = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Mishap:
    """An inject of the deck. `difficulty` is 1 to 10; `excludes` are mishaps and injects that it cannot follow.

    What is `ambient` hurts nothing and may come while the players rest: somebody asks how it is going.
    """

    inject: Inject
    difficulty: int = 5
    needs: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    ambient: bool = False

    @property
    def id(self) -> str:
        return self.inject.id

    @classmethod
    def parse(cls, fields: Fields) -> "Mishap":
        difficulty = fields.whole("difficulty", default=5, least=1, help="How hard it is, from 1 to 10.")
        if difficulty > HARDEST:
            fields.problem("difficulty", f"`difficulty: {difficulty}` is more than {HARDEST}, the hardest there is")
        mishap = cls(
            inject=read_inject(fields, Timing()),
            difficulty=min(difficulty, HARDEST),
            needs=fields.words("needs", help="Injects that must have been played before it makes sense."),
            excludes=fields.words("excludes", help="Injects after which it makes no sense any more."),
            ambient=fields.flag("ambient", help="It hurts nothing, and may come while the players rest."),
        )
        opens = mishap.inject.incident
        if not mishap.ambient and not (opens and opens.services and opens.failure_modes):
            fields.problem(
                "incident", "a mishap opens an `incident` with `services` and `failure_modes`, or is `ambient`"
            )
        return mishap


@dataclass(frozen=True, kw_only=True, slots=True)
class MurphyRules:
    """How Murphy plays along: `budget` is the sum of difficulties he may spend, `most_open` how many at once."""

    mode: str = PROPOSE
    budget: int = 26
    most_open: int = 2

    @classmethod
    def parse(cls, fields: Fields) -> "MurphyRules":
        return cls(
            mode=fields.word("mode", MODES, default=PROPOSE, help="Whether Murphy asks, or plays by himself."),
            budget=fields.whole("budget", default=26, help="The sum of difficulties that may be spent."),
            most_open=fields.whole("most_open", default=2, least=1, help="How many incidents he keeps open at most."),
        )
