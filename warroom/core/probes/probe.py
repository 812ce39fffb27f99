"""What every kind of look at the world says about itself."""

from abc import ABC, abstractmethod
from datetime import timedelta
from typing import ClassVar

from warroom.core.declaring import dataclass
from warroom.core.reading import Fields

USUAL = timedelta(seconds=5)


@dataclass(frozen=True, kw_only=True, slots=True)
class ProbeBase(ABC):
    """`within` is how long the answer may take."""

    word: ClassVar[str]
    within: timedelta = USUAL

    @property
    @abstractmethod
    def shown(self) -> str:
        """What is looked at, in a line for people."""

    @abstractmethod
    def texts(self) -> tuple[str, ...]:
        """Everything in it that may hold a value to be filled in."""


def within(fields: Fields) -> timedelta:
    return fields.length("within", default=USUAL, help="How long to wait for the answer.")


def target(fields: Fields) -> str:
    return fields.text("target", help="`service/endpoint` from the catalogue, or an address.")
