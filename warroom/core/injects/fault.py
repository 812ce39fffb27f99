"""`fault`: something really breaks, and nobody says so. Whether it is noticed is what one wants to know."""

from typing import ClassVar

from warroom.core.declaring import dataclass
from warroom.core.injects.kind import InjectBase
from warroom.core.reading import Fields


@dataclass(frozen=True, kw_only=True, slots=True)
class Silent(InjectBase):
    """The breakage itself is read with the inject, since an inject of any kind may have one."""

    word: ClassVar[str] = "fault"

    @classmethod
    def parse(cls, fields: Fields) -> "Silent":
        return cls()
