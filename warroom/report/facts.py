"""The after-action report as data: what happened, against what was expected, with names instead of ids.

Times of day are when things happened; `clock` is the room's own clock, which stands still while a game is paused. All
lengths of time are differences of that clock in a drill, and of the time of day in a real incident.
"""

from datetime import datetime, timedelta

from warroom.core.declaring import dataclass
from warroom.core.views import Mark
from warroom.report.gamefacts import GameFacts
from warroom.report.moment import Moment


@dataclass(frozen=True, kw_only=True, slots=True)
class Pause:
    """`until` and `length` (time of day) are None when play never went on."""

    began: Moment
    until: datetime | None
    length: timedelta | None
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Course:
    """From beginning to end. `real` counts the pauses, `game` does not; both None while it still goes on.

    `state` is planned, running, paused or ended for a game; open for a real room; closed for both.
    """

    state: str
    over: bool
    opened_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    real: timedelta | None
    game: timedelta | None
    pauses: tuple[Pause, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Participant:
    """`part` is dungeon master, evaluator, safety officer, player, observer, guest, or responder in a real incident.

    `roles` are all the incident roles ever held, `messages` counts them; a drill counts nothing by person.
    """

    name: str
    part: str
    roles: tuple[str, ...] = ()
    messages: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Milestone:
    """One thing that became of an incident, and how long after it was declared."""

    what: str
    moment: Moment
    after: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class IncidentFacts:
    """`severity` is the last one. Times count from the declaration; None for what never happened or was taken back.

    `to_alert` is the first alert about it, called `first_alert`. `to_evidence`, `to_automation` and `to_restored` are
    what somebody saw and marked. `to_notice` is the first of alert, evidence and acknowledgement; `to_restore` when it
    was seen to work again, else when it was resolved.
    """

    id: str
    title: str
    severity: str
    state: str
    services: tuple[str, ...]
    failure_modes: tuple[str, ...]
    declared: Moment
    milestones: tuple[Milestone, ...]
    commanders: tuple[str, ...]
    to_acknowledge: timedelta | None
    to_command: timedelta | None
    to_runbook: timedelta | None
    to_mitigate: timedelta | None
    to_resolve: timedelta | None
    reopened: int
    runbooks_found: tuple[str, ...] | None
    inject: str = ""
    teams: tuple[str, ...] = ()
    first_alert: str = ""
    to_alert: timedelta | None = None
    to_evidence: timedelta | None = None
    to_automation: timedelta | None = None
    to_restored: timedelta | None = None

    @property
    def to_notice(self) -> timedelta | None:
        seen = (self.to_alert, self.to_evidence, self.to_acknowledge)
        return min((each for each in seen if each is not None), default=None)

    @property
    def to_restore(self) -> timedelta | None:
        return self.to_resolve if self.to_restored is None else self.to_restored


@dataclass(frozen=True, kw_only=True, slots=True)
class RatingFacts:
    """What an evaluator thought of how it went: P, S, M or U."""

    who: str
    rating: str
    note: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ExpectationFacts:
    """`owner` is the role or team whose task it was, `objective` the number of what it shows, 0 for none.

    `state` is met, late, missed or armed (neither met nor missed when play ended). Times are readings of the clock.
    `by_people` is whether only an evaluator can tell: armed, it was judged by nobody.

    `to_spare` is how long before the deadline it was met; negative when it was met late.
    """

    what: str
    state: str
    armed: timedelta
    deadline: timedelta
    met: timedelta | None
    met_at: datetime | None
    to_spare: timedelta | None
    owner: str = ""
    objective: int = 0
    ratings: tuple[RatingFacts, ...] = ()
    by_people: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class InjectFacts:
    """`speaker` is empty when the bearer of bad news said it; `kind` is that of the inject, or improvised.

    `origin` is planned, contingency (an expectation had been missed), improvised, from the deck, or by Murphy; empty
    while play goes on. `to` are the teams that were told, everybody when empty.
    """

    moment: Moment
    kind: str
    speaker: str
    level: str
    text: str
    incident: str
    inject: str = ""
    to: tuple[str, ...] = ()
    origin: str = ""
    edited: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class InjectsFacts:
    """What was put into play, in order. Of the rest only the numbers: it was never revealed.

    `never_played` is None when the plan itself was withheld.
    """

    played: tuple[InjectFacts, ...] = ()
    skipped: int = 0
    held: int = 0
    never_played: int | None = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Flag:
    """What somebody thought of a step: worked, wrong, unclear or missing."""

    verdict: str
    comment: str
    who: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StepFacts:
    """One visit to a step. `state` is done, failed, skipped, or unfinished; `took` None when it was never left."""

    title: str
    kind: str
    state: str
    who: str
    answer: str
    entered: Moment
    planned: timedelta | None
    took: timedelta | None
    overdue: bool
    note: str
    looked: int
    findings: tuple[tuple[bool, str], ...] = ()
    evidence: tuple[str, ...] = ()
    flags: tuple[Flag, ...] = ()
    acts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class RunFacts:
    """One walking of a runbook. `not_taken` are titles of steps the walk never came to.

    `part_of` is the walk that it was a part of, if any; `beside` what was done that is in no runbook.
    """

    id: str
    title: str
    digest: str
    incident: str
    started: Moment
    state: str
    stopped_by: str
    reason: str
    took: timedelta | None
    steps: tuple[StepFacts, ...]
    not_taken: tuple[str, ...]
    part_of: str = ""
    values: tuple[tuple[str, str], ...] = ()
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertFacts:
    """All alerts of one name from one source."""

    name: str
    source: str
    severity: str
    summary: str
    fired: int
    resolved: int
    first: datetime
    last: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class FaultFacts:
    """Something broken on purpose; pretended when it is not `real`. `broken` and `undone` are None for what never was.

    `after` is what it was broken for: an incident's title. `approved_by` says what the person was who allowed it.
    """

    target: str
    mode: str
    state: str
    asked: Moment
    broken: Moment | None
    undone: Moment | None
    lasted: timedelta | None
    why_undone: str
    detail: str
    real: bool = False
    after: str = ""
    approved_by: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A note somebody took, or a status update somebody posted."""

    moment: Moment
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Improvement:
    """A row of the improvement plan: what was found, and blanks for people to fill in."""

    found: str
    action: str = ""
    owner: str = ""
    due: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class AfterAction:
    """What happened in a room. Everything in it may be read by players once the game is over.

    `game` is what only a drill has.
    """

    mark: Mark
    title: str
    entries: int
    course: Course
    summary: tuple[str, ...]
    objectives: tuple[str, ...]
    people: tuple[Participant, ...]
    incidents: tuple[IncidentFacts, ...]
    expectations: tuple[ExpectationFacts, ...]
    injects: InjectsFacts
    runs: tuple[RunFacts, ...]
    alerts: tuple[AlertFacts, ...]
    alerts_left_out: int
    faults: tuple[FaultFacts, ...]
    notes: tuple[Said, ...]
    updates: tuple[Said, ...]
    messages: int
    undelivered: tuple[str, ...]
    went_well: tuple[str, ...]
    went_wrong: tuple[str, ...]
    prompts: tuple[str, ...]
    debrief: tuple[str, ...]
    improvements: tuple[Improvement, ...]
    game: GameFacts | None = None
