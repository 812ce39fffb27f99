"""`promql`: what Prometheus, or whatever speaks its query API, says."""

import re
from dataclasses import replace
from typing import ClassVar

from warroom.core.declaring import dataclass
from warroom.core.probes.probe import ProbeBase, target, within
from warroom.core.reading import Fields
from warroom.core.values import Filling

_COMPARISON = re.compile(r"(<=|>=|==|!=|<|>) ?(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Promql(ProbeBase):
    """`target` is the server. Every sample of the result must compare as `value` says, such as `< 0.05`.

    Without `value` it holds when there is a result at all; `none: true` turns that round, as for an alert's expression.
    """

    word: ClassVar[str] = "promql"
    target: str
    query: str
    value: str = ""
    none: bool = False

    @classmethod
    def parse(cls, fields: Fields) -> "Promql":
        value = fields.text("value", default="", help="How every sample must compare, such as `< 0.05`.")
        none = fields.flag("none", help="It holds when the query has no result, as an alert's expression that is over.")
        if value and not _COMPARISON.fullmatch(value):
            fields.problem("value", f"`value: {value}` is not a comparison; write it like `< 0.05` or `== 3`")
        if value and none:
            fields.problem("none", "`none` and `value` contradict each other; keep one of them")
        return cls(
            target=target(fields),
            within=within(fields),
            query=fields.text("query", help="The PromQL query."),
            value=value,
            none=none,
        )

    def comparison(self) -> tuple[str, float] | None:
        """The operator and the number of `value`; None when there is none."""
        found = _COMPARISON.fullmatch(self.value)
        return (found[1], float(found[2])) if found else None

    @property
    def shown(self) -> str:
        return f"promql {self.query}"

    def texts(self) -> tuple[str, ...]:
        return (self.target, self.query)

    def filled(self, by: Filling) -> "Promql":
        return replace(self, target=by.text(self.target), query=by.promql(self.query))
