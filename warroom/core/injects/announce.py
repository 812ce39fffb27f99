"""`announce`: the bearer of bad news says that something is gone."""

from dataclasses import replace
from typing import ClassVar

from warroom.core.declaring import dataclass
from warroom.core.injects.kind import InjectBase
from warroom.core.reading import Fields


@dataclass(frozen=True, kw_only=True, slots=True)
class Announce(InjectBase):
    word: ClassVar[str] = "announce"
    text: str

    @classmethod
    def parse(cls, fields: Fields) -> "Announce":
        return cls(text=fields.text("announce", help="The bad news, as it is said in the war room."))

    def words(self) -> str:
        return self.text

    def saying(self, text: str) -> "Announce":
        return replace(self, text=text)
