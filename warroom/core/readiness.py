"""Whether a game may begin: what a machine found, who said Go, who approved what, and what people think will happen.

preflight   a machine looks: steady state, faults that could be done and undone, no real incident, no freeze
go          each role that the scenario names answers Go or No-go, by name
approval    an owner of what will really be broken allows it, for this game and for a while
prediction  what should notice it, who should be paged, what should heal itself, what customers will notice
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import field, fields
from datetime import datetime, timedelta

from warroom.core import chain
from warroom.core.declaring import dataclass

APPROVED_FOR = timedelta(hours=12)  # an approval is for today
FRESH = timedelta(minutes=30)  # a preflight older than this says nothing about now
ALERTS = ("page", "mail", "none")


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that a preflight has looked at."""

    what: str
    holds: bool
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Prediction:
    """`alert` is `page`, `mail` or `none`; empty texts say that nothing was predicted about it."""

    detects: str = ""
    alert: str = ""
    heals: str = ""
    customers: str = ""
    restored: timedelta | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Predicted:
    by: str
    sheet: Prediction


@dataclass(frozen=True, kw_only=True, slots=True)
class Preflight:
    """The last one. `findings` are None while a machine is still looking."""

    attempt: int
    asked_at: datetime
    findings: tuple[Finding, ...] | None = None
    ready: bool = False
    at: datetime | None = None

    def fresh(self, now: datetime) -> bool:
        return self.at is not None and now - self.at <= FRESH


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """Go or No-go, by name."""

    by: str
    go: bool
    at: datetime
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Approval:
    by: str
    until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Readiness:
    """`predictions` are by the inject they are about. `seal` is the digest that was published, once it was."""

    preflight: Preflight | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)
    approvals: Mapping[str, Approval] = field(default_factory=dict)
    predictions: Mapping[str, tuple[Predicted, ...]] = field(default_factory=dict)
    seal: str = ""

    def approved(self, target: str, now: datetime) -> bool:
        there = self.approvals.get(target)
        return there is not None and now < there.until


def digest(predictions: Mapping[str, Iterable[Predicted]], salt: str) -> str:
    """What commits to these predictions: SHA-256 over the salt and their canonical form, in hexadecimal."""
    sheets = {inject: [_plain(each) for each in several] for inject, several in predictions.items()}
    return hashlib.sha256(f"{salt}\n{chain.canonical(sheets)}".encode()).hexdigest()


def _plain(predicted: Predicted) -> dict[str, str]:
    sheet = predicted.sheet
    return {"by": predicted.by, **{each.name: str(getattr(sheet, each.name)) for each in fields(sheet)}}
