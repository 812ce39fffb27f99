"""What can be wrong with the store itself.

WarroomError
├── StoreUnusable       this database cannot be worked with, and what to do about it
│   └── NotDurable      it confirms what it may still lose
├── CannotKeep          the database is in trouble just now (store.trouble); says what became of what was asked
├── Unreadable          something kept does not fit the vocabulary of this release
└── AlreadyOpen         a room with this correlation is open; holds its id
"""

from warroom.errors import WarroomError


class StoreUnusable(WarroomError):
    """This database cannot be worked with."""


class NotDurable(StoreUnusable):
    """This database confirms what it may still lose."""


class Unreadable(WarroomError):
    """Something that was kept does not fit the vocabulary of this release."""


class AlreadyOpen(WarroomError):
    """There is an open room with this correlation."""

    def __init__(self, room_id: int, key: str) -> None:
        super().__init__(f"{key} is open for the same thing already.")
        self.room_id = room_id


class CannotKeep(WarroomError):
    """The database is in trouble. `perhaps`: it is not known whether what was asked for was kept."""

    def __init__(self, kind: str, sentence: str, *, perhaps: bool) -> None:
        told = (
            "It is not known whether this was kept: look before you ask again."
            if perhaps
            else "Nothing of this was kept; ask again in a moment."
        )
        super().__init__(f"{sentence} {told}")
        self.kind, self.perhaps = kind, perhaps
