"""`sideline`: somebody everybody relies on cannot be reached for a while. Only who has agreed to it is taken out."""

from dataclasses import replace
from datetime import timedelta
from typing import ClassVar

from warroom.core.declaring import dataclass
from warroom.core.injects.kind import InjectBase
from warroom.core.reading import Fields


@dataclass(frozen=True, kw_only=True, slots=True)
class Sideline(InjectBase):
    """Whoever has `role` when it is played. `lasts` is room time."""

    word: ClassVar[str] = "sideline"
    role: str
    lasts: timedelta
    text: str

    @classmethod
    def parse(cls, fields: Fields) -> "Sideline":
        inner = fields.part("sideline", help="Who cannot be reached.") or fields
        return cls(
            role=inner.text("role", help="An incident role; whoever has it then is taken out."),
            lasts=inner.length("lasts", default=timedelta(minutes=15), help="For how long."),
            text=inner.text("says", help="Why, as the others hear it: a flight, a tunnel, a fever."),
        )

    def words(self) -> str:
        return self.text

    def saying(self, text: str) -> "Sideline":
        return replace(self, text=text)
