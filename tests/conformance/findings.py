"""What the checks find: violations, each named by its rule, and how much was looked at."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

_SHOWN = 700


@dataclass(frozen=True, kw_only=True)
class Violation:
    """`rule` is what was broken, `where` by what (a method, an event, a frame), `what` the place and the departure."""

    rule: str
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.where}: {self.what}"


@dataclass
class Findings:
    """Equal violations are counted, with the first one's evidence."""

    counts: Counter[Violation] = field(default_factory=Counter)
    evidence: dict[Violation, str] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)
    kinds: dict[str, set[str]] = field(default_factory=dict)

    def add(self, rule: str, where: str, what: str, evidence: Any) -> None:
        violation = Violation(rule=rule, where=where, what=what)
        self.counts[violation] += 1
        if violation not in self.evidence:
            self.evidence[violation] = json.dumps(evidence, ensure_ascii=False, default=str)[:_SHOWN]

    def add_all(self, rule: str, where: str, departures: Iterable[str], evidence: Any) -> None:
        for what in departures:
            self.add(rule, where, what, evidence)

    def add_those_of(self, others: "Findings") -> None:
        self.counts += others.counts
        self.evidence |= {each: shown for each, shown in others.evidence.items() if each not in self.evidence}
        self.seen += others.seen
        for what, kinds in others.kinds.items():
            self.kinds.setdefault(what, set()).update(kinds)

    def saw(self, what: str, kind: str = "") -> None:
        self.seen[what] += 1
        if kind:
            self.kinds.setdefault(what, set()).add(kind)
