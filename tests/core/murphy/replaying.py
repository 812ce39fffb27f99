"""A game from a file: the deck, the seed and what happened, and from them every draw again.

python -m tests.core.murphy.replaying FILE     print the draws; run it anywhere, it prints the same
"""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from warroom.core import chain
from warroom.core.murphy import (
    Card,
    Graph,
    History,
    Mode,
    OpenCell,
    Pacing,
    Proposal,
    Result,
    Situation,
    Size,
    TeamSample,
    explain,
    gate,
    learn,
    observe,
    played,
    propose,
)
from warroom.store import codec


@dataclass(frozen=True, kw_only=True, slots=True)
class Looked:
    """Somebody looked at the teams."""

    at: timedelta
    teams: Mapping[str, TeamSample]


@dataclass(frozen=True, kw_only=True, slots=True)
class Drew:
    """A draw was asked for. What comes of it is not in the file; it is played."""

    at: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Vetoed:
    card: str
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Relied:
    """The services that open steps rely on now."""

    services: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """The oldest thing that is open was over."""

    at: timedelta
    outcome: float


Happening = Looked | Drew | Vetoed | Relied | Ended


@dataclass(frozen=True, kw_only=True, slots=True)
class Tale:
    """One game as the file has it."""

    drill: str
    seed: str
    began: datetime
    mode: Mode
    budget: int
    graph: Graph
    history: History
    deck: tuple[Card, ...]
    happened: tuple[Happening, ...]


@dataclass
class Replay:
    """The state that the happenings lead to."""

    tale: Tale
    history: History
    situation: Situation
    pacing: Pacing = field(default_factory=Pacing)
    open: list[tuple[Card, Result]] = field(default_factory=list)

    @classmethod
    def of(cls, tale: Tale) -> "Replay":
        situation = Situation(
            drill=tale.drill, turn=0, now=tale.began, mode=tale.mode, environment="staging", budget=tale.budget
        )
        return cls(tale=tale, history=tale.history, situation=situation)

    def proposals(self) -> Iterator[Proposal]:
        for happening in self.tale.happened:
            match happening:
                case Looked(at=at, teams=teams):
                    self.pacing = observe(self.pacing, at, teams)
                case Vetoed(card=card, why=why):
                    self.situation = replace(self.situation, vetoed={**self.situation.vetoed, card: why})
                case Relied(services=services):
                    self.situation = replace(self.situation, relied_on=services)
                case Ended(at=at, outcome=outcome):
                    _, result = self.open.pop(0)
                    self.history = learn(self.history, replace(result, at=self.tale.began + at, outcome=outcome))
                case Drew(at=at):
                    yield self._draw(at)

    def _draw(self, at: timedelta) -> Proposal:
        there = tuple(OpenCell(cell=card.cell) for card, _ in self.open)
        self.situation = replace(
            self.situation,
            turn=self.situation.turn + 1,
            now=self.tale.began + at,
            open=there,
            gate=gate(self.pacing, at),
        )
        tale = self.tale
        proposal = propose(tale.deck, tale.graph, self.history, self.situation, tale.seed)
        card = next((card for card in tale.deck if card.id == proposal.chosen), None)
        if card is not None:
            self._play(card, at)
        return proposal

    def _play(self, card: Card, at: timedelta) -> None:
        beside = tuple(card.cell for card, _ in self.open)
        result = Result(
            cell=card.cell,
            difficulty=card.difficulty,
            outcome=0.0,
            at=self.tale.began + at,
            load=float(len(beside)),
            beside=beside,
        )
        if card.size is not Size.AMBIENT:
            self.open.append((card, result))
        self.pacing = played(self.pacing, at)
        self.situation = replace(
            self.situation, played=(*self.situation.played, card.id), spent=self.situation.spent + card.cost
        )


def replay(text: str) -> str:
    """Every draw of a game: the value that is kept, in one line, and below it what it says."""
    replayed = Replay.of(codec.decode(Tale, json.loads(text)))
    return "\n".join(
        f"{chain.canonical(codec.encode(proposal))}\n{explain(proposal)}\n" for proposal in replayed.proposals()
    )


if __name__ == "__main__":
    sys.stdout.buffer.write(replay(Path(sys.argv[1]).read_text(encoding="utf-8")).encode())
