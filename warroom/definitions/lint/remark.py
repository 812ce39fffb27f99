"""One thing that a rule of lint has to say, and where."""

from collections.abc import Iterator

from warroom.core.declaring import dataclass
from warroom.definitions.problems import Level, shown
from warroom.definitions.reader import MappingFields

_LONG = 400  # sentences quote what was written, however long that is


@dataclass(frozen=True, kw_only=True, slots=True)
class Remark:
    """`key` is the key it is about, or empty for the whole mapping. `suggestion` says what to write instead."""

    fields: MappingFields
    sentence: str
    suggestion: str = ""
    key: str = ""
    level: Level = "warning"

    def note(self) -> None:
        """Put it on the page it is about."""
        place = self.fields.place(self.key)
        self.fields.page.note(place, shown(self.sentence, _LONG), shown(self.suggestion, _LONG), level=self.level)


Remarks = Iterator[Remark]
