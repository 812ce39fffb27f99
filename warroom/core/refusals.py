"""Why a command was understood but not done.

A refusal changes nothing and is told to the asker alone. It says what is true now and, where there is one, the way on.
"""

from warroom.core.words import Word, plain
from warroom.errors import WarroomError


class Refused(WarroomError):
    """Understood, but not allowed now. `words` is the sentence, with people and times as references."""

    def __init__(self, *words: Word) -> None:
        super().__init__(plain(words))
        self.words = words


class NotYours(Refused):
    """This person's part in the room does not allow it."""


class TooLate(Refused):
    """The room has moved on since the button was drawn."""


class NotNow(Refused):
    """The room's state does not allow it."""


class Unknown(Refused):
    """The command names something this room does not hold."""
