"""Two marks on the fields of events that decide how they are kept.

Both kinds of text lie beside the timeline, not in it: the hash chain covers a salted digest of them. What is `Typed`
can therefore be redacted, and what is `Hidden` can be left out of what players are given, and the chain still verifies.
"""

from enum import Enum
from typing import Annotated, TypeVar

T = TypeVar("T")


class Kept(Enum):
    TYPED = "typed"  # a person's own words, or an alert's: the only thing redaction may remove
    HIDDEN = "hidden"  # for the dungeon master alone: in no export for players


Typed = Annotated[str, Kept.TYPED]
Hidden = Annotated[T, Kept.HIDDEN]
REMOVED = "[removed]"  # stands where a text was redacted
WITHHELD = "[withheld]"  # stands where a hidden text was left out
