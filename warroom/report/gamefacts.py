"""What the report of a drill holds beside what any report does, as data. Nobody is named: `who` says what they were.

`GameFacts` may be read while play goes on; `Revealed` is what is told when it is over, and not before.
"""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime, timedelta

from warroom.core.declaring import dataclass
from warroom.core.readiness import Prediction
from warroom.report.cells import CellOutcome
from warroom.report.moment import Moment


@dataclass(frozen=True, kw_only=True, slots=True)
class MoveFacts:
    """A part of the game. `story` is what time it was in the story when it began; empty when there is no story."""

    title: str
    began: Moment
    story: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EmergencyFacts:
    """NO DUFF. `rooms` are the keys of the real incidents; `went_on` is None when play never did."""

    moment: Moment
    words: str
    place: str
    rooms: tuple[str, ...]
    went_on: Moment | None


@dataclass(frozen=True, kw_only=True, slots=True)
class OutFacts:
    """Somebody who could not be reached for a while. `who` is the role held then; `back` None when play ended first."""

    who: str
    out: Moment
    why: str
    back: Moment | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ObjectiveFacts:
    """An objective, and how what was expected for it went. `ratings` counts P, S, M and U."""

    number: int
    objective: str
    met: int
    late: int
    missed: int
    still_open: int
    ratings: Mapping[str, int]
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """One thing that was predicted, and what happened; `happened` is empty where no timeline can tell."""

    about: str
    predicted: str
    happened: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PredictionFacts:
    """One sheet. The seal covers `inject` (an id), `by` (a person's id in the chat) and `said`; the rest is for people."""

    inject: str
    about: str
    by: str
    who: str
    said: Prediction
    compared: tuple[Compared, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Seal:
    """What was published at the start. `intact` says whether the predictions, with the salt, still give the digest."""

    digest: str
    salt: str
    intact: bool | None
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class PreflightFacts:
    moment: Moment
    ready: bool
    findings: tuple[tuple[str, bool, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class GoFacts:
    moment: Moment
    role: str
    go: bool
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class HandsOffFacts:
    """Somebody acted before automation had had its time."""

    moment: Moment
    after: str
    what: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StopFacts:
    """A stop condition that did not hold. `then` is what happened by itself; `again` when it held again, if it did."""

    what: str
    owner: str
    then: str
    tripped: Moment
    detail: str
    again: Moment | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeFacts:
    """Something of the plan that was changed while it was played. What was never played is not named."""

    moment: Moment
    what: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DrawFacts:
    """A draw of Murphy's. `why` is his arithmetic, in lines; `played` the card that came of it, empty for none."""

    turn: int
    moment: Moment
    chosen: str
    played: str
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MurphyFacts:
    """`quiet` counts the times he drew nothing; `honest` says whether every draw was made from the seed."""

    modes: tuple[tuple[timedelta, str], ...]
    draws: tuple[DrawFacts, ...]
    quiet: int
    vetoed: tuple[str, ...]
    sealed: str
    seed: str
    honest: bool | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ObservedFacts:
    """A note for the hot wash that players could not read."""

    moment: Moment
    text: str
    about: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Revealed:
    """What players are told when it is over: all that was done and thought behind their backs."""

    objectives: tuple[ObjectiveFacts, ...] = ()
    predictions: tuple[PredictionFacts, ...] = ()
    seal: Seal | None = None
    preflights: tuple[PreflightFacts, ...] = ()
    go: tuple[GoFacts, ...] = ()
    hands_off: tuple[HandsOffFacts, ...] = ()
    stops: tuple[StopFacts, ...] = ()
    changes: tuple[ChangeFacts, ...] = ()
    murphy: MurphyFacts | None = None
    observed: tuple[ObservedFacts, ...] = ()
    ends: tuple[str, ...] = ()
    cells: tuple[CellOutcome, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class GameFacts:
    """`digests` are of the scenario, the runbooks and the catalogue as they were; `teams` by title.

    `story` are the times in the story at the beginning and at the end (so far). `revealed` is None until it is over.
    """

    scenario: str
    environment: str
    surprise: str
    digests: Mapping[str, str]
    teams: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    story: tuple[str, str] | None = None
    moves: tuple[MoveFacts, ...] = ()
    emergencies: tuple[EmergencyFacts, ...] = ()
    out: tuple[OutFacts, ...] = ()
    revealed: Revealed | None = None
