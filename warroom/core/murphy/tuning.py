"""What may be tuned in the choice. The defaults are what `bench/murphy.py` measures."""

from dataclasses import field

from warroom.core.declaring import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Weights:
    """How much each term counts; together 1."""

    cover: float = 0.45
    weak: float = 0.18
    risk: float = 0.13
    spite: float = 0.14
    fit: float = 0.10


@dataclass(frozen=True, kw_only=True, slots=True)
class Tuning:
    """
    temperature  how much chance there is: 0 always the best card, very large any card
    guard_days   how old a cell may become before it goes first; None works it out from the pace of the drills so far
    success      how likely the players should be to succeed with a card, and `width` how strictly
    """

    weights: Weights = field(default_factory=Weights)
    temperature: float = 0.03
    guard_days: float | None = None
    success: float = 0.70
    width: float = 0.20

    def __post_init__(self) -> None:
        if self.temperature < 0:
            raise ValueError(f"the temperature is {self.temperature}; it is 0 (no chance) or more")
