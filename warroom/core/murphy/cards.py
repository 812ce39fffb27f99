"""Cards and cells: what Murphy can play, and what of it a team has practised.

A cell is one way in which one service fails. History is kept by cell, so that two cards that break the same thing in
the same way count as one. Combinatorial testing keeps the same books: NIST's t-way work found that most failures need
one factor or two, few need three, none seen needed more than six. So single cells come first, then pairs.
"""

from enum import StrEnum

from warroom.core.declaring import dataclass

EASIEST, HARDEST = 1, 10


class CardKind(StrEnum):
    """How the bad thing comes about: told, alerted, really broken, or a person who cannot be reached."""

    NARRATE = "narrate"
    ALERT = "alert"
    FAULT = "fault"
    HUMAN = "human"


class Size(StrEnum):
    """How much the players feel it. The pacing gate lets sizes pass; a boss, which somebody pinned, passes always.

    An ambient card opens nothing: it is not among the open cells of a situation after it was played.
    """

    AMBIENT = "ambient"
    SMALL = "small"
    FULL = "full"
    BOSS = "boss"


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """`service` as in the catalogue, empty when it is about none (the chief executive asks how it goes)."""

    service: str
    mode: str

    @property
    def name(self) -> str:
        """`service/mode`, or the mode alone; under this name history knows it."""
        return f"{self.service}/{self.mode}" if self.service else self.mode


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """One bad thing. Raises ValueError with a sentence when it cannot be one.

    needs, excludes    facts that must be so, that must not. The id of a card that was played is a fact; so is what else
                       the situation says. What excludes another does not follow it; the other may still follow.
    environments       where it may be played; empty is anywhere, but a `real` card must name its places
    real               whether it truly breaks something
    cost               taken from the game's budget
    """

    id: str
    title: str
    cell: Cell
    kind: CardKind = CardKind.NARRATE
    difficulty: int = 5
    needs: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    real: bool = False
    size: Size = Size.FULL
    cost: int = 1

    def __post_init__(self) -> None:
        if not EASIEST <= self.difficulty <= HARDEST:
            raise ValueError(
                f"the difficulty of card {self.id!r} is {self.difficulty}; it goes from {EASIEST} to {HARDEST}"
            )
        if self.cost < 0:
            raise ValueError(f"card {self.id!r} costs {self.cost}; a cost is 0 or more")
        if self.real and self.kind is not CardKind.FAULT:
            raise ValueError(f"card {self.id!r} is real, but of kind {self.kind}; only a fault breaks something real")
