"""Everything that can be asked of a room. Imperative. `by` is who asks: a person's id, `warroom`, or an alert source."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime, timedelta

from warroom.core.declaring import dataclass
from warroom.core.faults import Target
from warroom.core.murphy import Graph, History
from warroom.core.readiness import Finding, Prediction
from warroom.core.runbook import Offer, Runbook
from warroom.core.runs import WARROOM
from warroom.core.scenario import Scenario


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """`occurred_at` is when it happened, where that is not when it was said."""

    by: str = WARROOM
    occurred_at: datetime | None = None


# --- opening a room


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenGame(Command):
    key: str
    workspace: str
    scenario: Scenario
    players: tuple[str, ...]
    observers: tuple[str, ...] = ()
    origin: str = ""
    controllers: tuple[str, ...] = ()  # beside the asker
    evaluators: tuple[str, ...] = ()
    safety: tuple[str, ...] = ()
    teams: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    environment: str = ""
    played_in: tuple[str, ...] = ()  # environments where this scenario was played to its end and reviewed
    surprise: str = "announced"
    seed: str = ""
    digests: Mapping[str, str] = field(default_factory=dict)
    breakable: tuple[Target, ...] = ()
    history: History = field(default_factory=History)
    graph: Graph = field(default_factory=Graph)
    operations: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Alert:
    """One alert as its source tells it. `key` is the source's own id for this occurrence."""

    key: str
    name: str
    firing: bool
    summary: str = ""
    severity: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    link: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenIncident(Command):
    """A real incident. `labels` are those its alerts have in common, if alerts opened it; `responders` are called."""

    key: str
    workspace: str
    title: str
    severity: str = "SEV2"
    services: tuple[str, ...] = ()
    failure_modes: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    origin: str = ""
    responders: tuple[str, ...] = ()
    note: str = ""  # what is known already


@dataclass(frozen=True, kw_only=True, slots=True)
class RaiseAlerts(Command):
    """News from monitoring about a group of alerts. `missing` is how many the sender left out."""

    source: str
    group: str
    alerts: tuple[Alert, ...]
    missing: int = 0


# --- the game


@dataclass(frozen=True, kw_only=True, slots=True)
class StartGame(Command):
    """`salt` goes into the seal of the predictions: something nobody can guess."""

    salt: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RemindGame(Command):
    """The calendar says that the game comes: at `begins`, or some time between that and `until`."""

    begins: datetime
    until: datetime | None = None
    everybody: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class BeginAsPlanned(Command):
    """The time has come that the calendar has for the game; `late` when it has long passed. `salt` as for `StartGame`.

    `real` are the keys of the real incidents that are open at this moment.
    """

    salt: str = ""
    late: bool = False
    real: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class PauseGame(Command):
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ResumeGame(Command):
    pass


@dataclass(frozen=True, kw_only=True, slots=True)
class EndGame(Command):
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class CallEmergency(Command):
    """NO DUFF: something real has been seen. Anybody may. `channel` is where it was said, if in a channel."""

    words: str = ""
    channel: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ShiftPlan(Command):
    """Everything that has yet to come by the clock, later by this much; earlier when negative."""

    by_length: timedelta
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ForwardPlan(Command):
    """Bring the plan forward so that what comes next comes now."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MoveOn(Command):
    """Begin the next part of the game now; what was still to come before it is skipped."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Improvise(Command):
    """Something that is in no plan. With an `actor` they say it; with a `title` it opens an incident.

    `at` is a reading of the game's clock; at once when None. `teams` are told; everybody when empty.
    """

    text: str
    actor: str = ""
    title: str = ""
    severity: str = "SEV2"
    services: tuple[str, ...] = ()
    failure_modes: tuple[str, ...] = ()
    at: timedelta | None = None
    teams: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class PlayMishap(Command):
    """Play one from the deck."""

    mishap: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AskMurphy(Command):
    """Draw: what would Murphy play next?"""


@dataclass(frozen=True, kw_only=True, slots=True)
class TakeProposed(Command):
    """Play one of those that Murphy proposed at this turn; the first when `mishap` is empty."""

    turn: int
    mishap: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class VetoMishap(Command):
    mishap: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SetMurphy(Command):
    """`off`, `propose`, `autopilot` or `sealed`."""

    mode: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EditInject(Command):
    """What has not been played yet, in other words and at another time. Empty and None leave as it is."""

    inject: str
    text: str = ""
    title: str = ""
    at: timedelta | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SwapInject(Command):
    """Let it change places with what comes before it; with what comes after it when `later`."""

    inject: str
    later: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class SidelinePerson(Command):
    """Take somebody out for a while. They have to have agreed to that before."""

    person: str
    lasts: timedelta
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class BringBack(Command):
    person: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PlayInject(Command):
    """Play this inject now; the next that comes by itself when `inject` is empty."""

    inject: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SkipInject(Command):
    inject: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SpeakAs(Command):
    """To these teams; to everybody when none is named."""

    actor: str
    text: str
    teams: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class GiveHint(Command):
    """The next rung of the hint ladder of the incident that this inject opened."""

    about: str


# --- before the game, and beside it


@dataclass(frozen=True, kw_only=True, slots=True)
class Predict(Command):
    """What somebody thinks this inject will do. It replaces what the same person predicted before."""

    inject: str
    sheet: Prediction


@dataclass(frozen=True, kw_only=True, slots=True)
class ApproveFault(Command):
    """An owner of this target allows it to be broken in this game."""

    target: str


@dataclass(frozen=True, kw_only=True, slots=True)
class WithdrawApproval(Command):
    target: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AskPreflight(Command):
    """Have a machine look whether the game may begin, or go on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SayGo(Command):
    """Go or No-go for a role. A No-go needs its reason."""

    role: str
    go: bool
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RateExpectation(Command):
    """P, S, M or U, with a note. An evaluator's."""

    expectation: str
    rating: str
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgeExpectation(Command):
    """An evaluator has seen it done, or seen that it was not: what no machine can tell."""

    expectation: str
    met: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Observe(Command):
    """A hidden note, about one expectation or the whole."""

    text: str
    expectation: str = ""


# --- people


@dataclass(frozen=True, kw_only=True, slots=True)
class GivePart(Command):
    """`part` is `controller`, `evaluator`, `safety`, `observer` or `player`."""

    person: str
    part: str


@dataclass(frozen=True, kw_only=True, slots=True)
class JoinTeam(Command):
    """`person` is who joins, the asker when empty."""

    team: str
    person: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Consent(Command):
    """Whether the asker agrees to be taken out of the game for a while."""

    agrees: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class TakeRole(Command):
    """`person` is who gets it, the asker when empty. `instead_of` is who had it when the button was drawn."""

    role: str
    person: str = ""
    instead_of: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class LeaveRole(Command):
    role: str


# --- incidents


@dataclass(frozen=True, kw_only=True, slots=True)
class Acknowledge(Command):
    incident: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Mitigate(Command):
    incident: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Resolve(Command):
    incident: str
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reopen(Command):
    incident: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MarkMoment(Command):
    """Definitive `evidence` was seen, `automation` acted, or service was `restored`."""

    incident: str
    what: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SetSeverity(Command):
    incident: str
    severity: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PostStatus(Command):
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CloseRoom(Command):
    pass


# --- runbooks


@dataclass(frozen=True, kw_only=True, slots=True)
class StartRun(Command):
    """`others` are the runbooks that this one, or one of them, walks as a step."""

    incident: str
    runbook: Runbook
    digest: str
    others: Mapping[str, Runbook] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class StartBlankRun(Command):
    """No runbook fits: its steps are written while they are done."""

    incident: str
    title: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class WriteStep(Command):
    """A step that no runbook has: to be done now in a blank run, done already in any other (`done`)."""

    run: str
    title: str
    text: str = ""
    done: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class FinishRun(Command):
    """Nothing is left to do in a blank run."""

    run: str


@dataclass(frozen=True, kw_only=True, slots=True)
class HandOverRun(Command):
    run: str
    person: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PauseRun(Command):
    run: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ResumeRun(Command):
    run: str


@dataclass(frozen=True, kw_only=True, slots=True)
class GiveValues(Command):
    """What people answered when they were asked. With a `step`, its question is answered."""

    run: str
    values: Mapping[str, str]
    step: str = ""
    leg: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class GiveEvidence(Command):
    """`kind` is text, link or file. The current step when `step` is empty."""

    run: str
    step: str = ""
    kind: str = "text"
    text: str = ""
    link: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class FlagStep(Command):
    run: str
    step: str
    verdict: str
    comment: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class AbandonRun(Command):
    run: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TakeStep(Command):
    """`leg` is the leg of the walk the button was drawn for; None when it was not a button.

    `person` is who gets it, the asker when empty.
    """

    run: str
    step: str
    leg: int | None = None
    person: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnStep(Command):
    run: str
    step: str
    leg: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerStep(Command):
    run: str
    step: str
    answer: str
    leg: int | None = None
    note: str = ""
    evidence: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class FailStep(Command):
    run: str
    step: str
    reason: str
    leg: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RetryStep(Command):
    """Try again what could not be done."""

    run: str
    step: str
    leg: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ApproveAct(Command):
    """`shown` is what the card showed, so that nobody approves what has changed since; None when there was no card."""

    run: str
    step: str
    leg: int | None = None
    shown: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CancelAct(Command):
    run: str
    act: int


@dataclass(frozen=True, kw_only=True, slots=True)
class UndoAct(Command):
    """Take back what the act of this number has done. `shown` is what the card showed, as for an approval."""

    run: str
    act: int
    shown: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SkipStep(Command):
    run: str
    step: str
    reason: str
    leg: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class LookAgain(Command):
    run: str
    step: str
    leg: int | None = None


# --- what was said


@dataclass(frozen=True, kw_only=True, slots=True)
class TakeNote(Command):
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class HearMessage(Command):
    """`recovered`: it was missed when it was said, and found in the channel afterwards."""

    channel: str
    ts: str
    text: str
    thread: str = ""
    recovered: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class HearEdit(Command):
    """`edited` is the chat's own time of the edit: of several that come in any order, the last one counts."""

    ts: str
    text: str
    edited: str = ""
    recovered: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class HearDeletion(Command):
    ts: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordGap(Command):
    """For a time the bot could not hear; what was said in the room's channels meanwhile has been read afterwards.

    `unread` are the places that could not be read, and `reason` says why.
    """

    since: datetime
    until: datetime
    unread: tuple[str, ...] = ()
    reason: str = ""


# --- what the world answered


@dataclass(frozen=True, kw_only=True, slots=True)
class Tick(Command):
    """The time has come for whatever is due."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordChannel(Command):
    place: str
    channel: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordNoChannel(Command):
    place: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordOffers(Command):
    incident: str
    offers: tuple[Offer, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordCheck(Command):
    run: str
    step: str
    attempt: int
    holds: bool
    detail: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordActBegun(Command):
    """A worker is about to run it. Only if the room now says that this worker runs it may it do so."""

    run: str
    act: int
    worker: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordActOutput(Command):
    run: str
    act: int
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordActEnded(Command):
    run: str
    act: int
    outcome: str
    detail: str
    worker: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordFault(Command):
    fault: str
    injected: bool
    detail: str = ""
    machine: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordRollback(Command):
    fault: str
    undone: bool
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordPreflight(Command):
    attempt: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordStop(Command):
    """What was found when a stop condition was looked at."""

    stop: str
    holds: bool
    detail: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordOutside(Command):
    """What goes on outside of this game: the keys of real incidents that are open, and why nothing may be changed now."""

    incidents: tuple[str, ...]
    frozen: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordRealRoom(Command):
    """The room that an emergency became."""

    key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordFailure(Command):
    """Something owed to the world was given up."""

    what: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordTwin(Command):
    """Something was said twice, and the second is gone."""

    place: str
    what: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordReplay(Command):
    """Something that had been given up is owed again."""

    what: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Redact(Command):
    """Remove a text that somebody typed. Whoever runs the bot may as well, as its `operator`."""

    seq: int
    field: str
    reason: str = ""
    operator: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordInterruption(Command):
    """For a while nothing could be kept. Whoever noticed it says so; the first to say so is enough."""

    since: datetime
    until: datetime
    why: str
