"""`alert`: monitoring says something. It goes onto the timeline as a real alert does, and is told in the same words."""

from collections.abc import Mapping
from dataclasses import field, replace
from typing import ClassVar

from warroom.core.declaring import dataclass
from warroom.core.injects.kind import InjectBase
from warroom.core.reading import Fields


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertInject(InjectBase):
    """`over`: the alert of this name is over, instead of firing."""

    word: ClassVar[str] = "alert"
    name: str
    summary: str = ""
    severity: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    over: bool = False

    @classmethod
    def parse(cls, fields: Fields) -> "AlertInject":
        inner = fields.part("alert", help="What monitoring says.") or fields
        return cls(
            name=inner.text("name", help="The alert's name, as monitoring would call it."),
            summary=inner.text("summary", default="", help="What it says is wrong."),
            severity=inner.text("severity", default="", help="How bad, in the words of your monitoring."),
            labels=dict(inner.pairs("labels", help="Its labels; runbooks are found by them.")),
            over=inner.flag("over", help="It is over, instead of firing."),
        )

    def words(self) -> str:
        return self.summary

    def saying(self, text: str) -> "AlertInject":
        return replace(self, summary=text)
