"""Everything that can have happened in a room. Past tense, one timeline entry each.

This vocabulary is a public contract: fields are added with defaults and never renamed or removed, because kept
timelines of every release must still load (store.upcast covers what cannot be avoided).

Ids inside a room are made from the room: `I1` an incident, `R1` a run, `F1` a fault. `by` and the two times are on the
entry, not on the event.
"""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime, timedelta
from enum import StrEnum

from warroom.core.actions import Action
from warroom.core.declaring import dataclass
from warroom.core.faults import Target
from warroom.core.murphy import Graph, History, Proposal
from warroom.core.probes import Probe
from warroom.core.readiness import Finding, Prediction
from warroom.core.runbook import Offer, Runbook
from warroom.core.scenario import Inject, Scenario
from warroom.core.texts import Hidden, Typed


class Mode(StrEnum):
    """Exercise or life. Its own axis: a drill can be a SEV1."""

    DRILL = "drill"
    REAL = "real"


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """The root of the vocabulary."""


# --- the room


@dataclass(frozen=True, kw_only=True, slots=True)
class RoomOpened(Event):
    """`key` is what people call it (`GD-1`, `INC-7`); `origin` the channel where it was asked for, if any.

    `invited` are those whom a real room calls at once.
    """

    key: str
    workspace: str
    mode: Mode
    title: Typed
    origin: str = ""
    invited: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ChannelOpened(Event):
    """`place` is the room's own word for the channel: `war-room` or `backchannel`."""

    place: str
    channel: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ChannelRefused(Event):
    """The chat would not open the channel; the room goes on without it."""

    place: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RoomClosed(Event):
    """Nothing more is expected to happen here."""


# --- the game


@dataclass(frozen=True, kw_only=True, slots=True)
class GamePlanned(Event):
    """The scenario as it was, whole; and who is who. `digests` name what it was made of: scenario, runbooks, catalogue.

    `surprise` is who knew of it: `announced`, only its `window`, or `unannounced`. `sealed` commits to the `seed` with
    which Murphy draws. `breakable` are the real things its faults may break, as the operator has listed them.
    """

    scenario_id: str
    title: str
    scenario: Hidden[Scenario]
    controllers: tuple[str, ...]
    players: tuple[str, ...]
    observers: tuple[str, ...] = ()
    evaluators: tuple[str, ...] = ()
    safety: tuple[str, ...] = ()
    teams: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    environment: str = ""
    surprise: str = "announced"
    seed: Hidden[str] = ""
    sealed: str = ""
    digests: Mapping[str, str] = field(default_factory=dict)
    breakable: Hidden[tuple[Target, ...]] = ()
    history: Hidden[History] = field(default_factory=History)
    graph: Hidden[Graph] = field(default_factory=Graph)
    operations: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class GameReminded(Event):
    """A planned game comes at `begins`, or some time between that and `until`. `everybody` may know, or who directs it."""

    begins: datetime
    until: datetime | None = None
    everybody: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class NotBegun(Event):
    """The time that the calendar had for the game came, and it could not begin."""

    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class GameStarted(Event):
    briefing: str


@dataclass(frozen=True, kw_only=True, slots=True)
class GamePaused(Event):
    reason: Typed = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class GameResumed(Event):
    pass


@dataclass(frozen=True, kw_only=True, slots=True)
class GameEnded(Event):
    reason: Typed = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class EmergencyCalled(Event):
    """NO DUFF: somebody has seen something real. Play stops at once. `place` is the channel where it was said."""

    words: Typed
    place: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RealRoomOpened(Event):
    """The real incident that the emergency became: its room's key, and its channel once there is one."""

    key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EndReached(Event):
    """One of the scenario's endings has come, counted from 0; the dungeon master decides."""

    ending: int
    why: Hidden[str]


# --- before the game


@dataclass(frozen=True, kw_only=True, slots=True)
class Predicted(Event):
    """What somebody thinks will happen, before it does; hidden until the end."""

    inject: Hidden[str]
    sheet: Hidden[Prediction]


@dataclass(frozen=True, kw_only=True, slots=True)
class PredictionsSealed(Event):
    """`digest` commits to all predictions so far: anybody can see later that none was changed."""

    digest: str
    salt: Hidden[str] = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class FaultApproved(Event):
    """An owner allows this target to be broken in this game, until then (a time of day)."""

    target: Hidden[str]
    until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ApprovalWithdrawn(Event):
    target: Hidden[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class PreflightAsked(Event):
    """A machine looks whether the game may begin, or go on."""

    attempt: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PreflightReported(Event):
    attempt: int
    ready: bool
    findings: Hidden[tuple[Finding, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class GoSaid(Event):
    """Go or No-go, by name, for a role."""

    role: str
    go: bool
    reason: Typed = ""


# --- the plan


@dataclass(frozen=True, kw_only=True, slots=True)
class InjectPlayed(Event):
    """`text` is what the players were told; `actor`, `actor_title` and `icon` are who said it, if not the bearer.

    `title` is how the dungeon master's list calls it.
    """

    inject: str
    kind: str
    title: Hidden[str]
    text: str
    actor: str = ""
    actor_title: str = ""
    icon: str = ""
    level: str = ""
    incident: str = ""
    to: tuple[str, ...] = ()
    person: str = ""  # the only one who is told
    hands_off: timedelta = timedelta(0)
    story: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class InjectSkipped(Event):
    inject: Hidden[str]
    reason: Hidden[str] = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class InjectHeld(Event):
    """It fell due while nobody was there to play it; the dungeon master decides."""

    inject: Hidden[str]
    due: timedelta
    why: Hidden[str] = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class InjectAdded(Event):
    """Off plan: something that is in no scenario, or was drawn from the deck."""

    inject: Hidden[Inject]
    drawn: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class InjectEdited(Event):
    """`inject` is what it says now."""

    inject: Hidden[Inject]


@dataclass(frozen=True, kw_only=True, slots=True)
class InjectRetimed(Event):
    inject: Hidden[str]
    at: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanShifted(Event):
    """Everything that has yet to come by the clock comes this much later; earlier, when negative."""

    by: timedelta
    reason: Hidden[str] = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class MurphyDrew(Event):
    """What Murphy would play next, or why nothing: with all the arithmetic. Replaying the timeline never draws again."""

    turn: int
    proposal: Hidden[Proposal]


@dataclass(frozen=True, kw_only=True, slots=True)
class MurphyVetoed(Event):
    """The dungeon master does not want this mishap in this game."""

    mishap: Hidden[str]
    reason: Hidden[str] = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class MurphySet(Event):
    """How Murphy plays along from now on: `off`, `propose`, `autopilot` or `sealed`."""

    mode: Hidden[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class ActorSpoke(Event):
    """Something the dungeon master said in somebody's voice, off plan."""

    actor: str
    actor_title: str
    icon: str
    text: Typed
    to: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ExpectationArmed(Event):
    expectation: str
    what: str
    deadline: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class ExpectationMet(Event):
    expectation: str
    what: str
    late: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ExpectationMissed(Event):
    expectation: str
    what: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ExpectationRated(Event):
    """What an evaluator thinks of how it went: P, S, M or U."""

    expectation: str
    rating: Hidden[str]
    note: Hidden[str] = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Observed(Event):
    """A note for the hot wash, by whoever directs or evaluates; hidden until the end."""

    text: Hidden[str]
    expectation: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PhraseHeard(Event):
    """Somebody has said what a condition listens for."""

    phrase: Hidden[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class HandsOffBroken(Event):
    """Somebody acted while automation should have been left to act. Nothing was prevented."""

    inject: Hidden[str]
    person: str
    what: Hidden[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class StopConditionChanged(Event):
    """What must stay true all through the game, and whether it is."""

    stop: Hidden[str]
    holds: bool
    detail: Hidden[str]
    first: bool = False  # it had not been looked at before


@dataclass(frozen=True, kw_only=True, slots=True)
class OutsideChanged(Event):
    """Real incidents that are open beside this game, and why nothing real may be changed now; empty for neither."""

    incidents: Hidden[tuple[str, ...]] = ()
    frozen: Hidden[str] = ""


# --- people


@dataclass(frozen=True, kw_only=True, slots=True)
class PartGiven(Event):
    """`part` is `controller`, `evaluator`, `safety`, `observer`, or `player`."""

    person: str
    part: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamJoined(Event):
    person: str
    team: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsentGiven(Event):
    """This person agrees to be taken out of the game for a while; or no longer does."""

    person: str
    agrees: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Sidelined(Event):
    """Cannot be reached, in the game, until its clock shows this."""

    person: str
    until: timedelta
    role: str = ""
    why: Typed = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class BackInGame(Event):
    person: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PlayerJoined(Event):
    person: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RoleTaken(Event):
    """`role` is `commander`, `deputy`, `scribe`, `comms`, or a subject's name. It replaces whoever had it."""

    role: str
    person: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RoleLeft(Event):
    role: str
    person: str


# --- incidents


@dataclass(frozen=True, kw_only=True, slots=True)
class IncidentDeclared(Event):
    """`inject` names the inject that opened it, in a drill; `labels` are those of the alerts that did, in reality."""

    incident: str
    title: Typed
    severity: str
    services: tuple[str, ...] = ()
    failure_modes: tuple[str, ...] = ()
    inject: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    teams: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class IncidentAcknowledged(Event):
    incident: str


@dataclass(frozen=True, kw_only=True, slots=True)
class IncidentMitigated(Event):
    incident: str


@dataclass(frozen=True, kw_only=True, slots=True)
class IncidentResolved(Event):
    incident: str
    note: Typed = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class IncidentReopened(Event):
    """`alert` names what fires again, if that is why; somebody has to acknowledge it anew."""

    incident: str
    reason: Typed
    alert: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class MomentMarked(Event):
    """Somebody has seen it: definitive `evidence`, `automation` that acted, or that it was `restored`."""

    incident: str
    what: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SeverityChanged(Event):
    incident: str
    severity: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusPosted(Event):
    text: Typed


@dataclass(frozen=True, kw_only=True, slots=True)
class RunbooksOffered(Event):
    incident: str
    offers: tuple[Offer, ...]


# --- alerts


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertFired(Event):
    """`alert` is the sender's own key for it. Labels and words are the sender's, and are not to be trusted."""

    alert: str
    source: str
    name: str
    summary: Typed
    severity: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    link: str = ""
    group: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertResolved(Event):
    alert: str
    source: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertsCutShort(Event):
    """The sender left some alerts out of its message."""

    source: str
    missing: int


# --- runs


@dataclass(frozen=True, kw_only=True, slots=True)
class Parent:
    """Where in another walk this one began: its step, and the leg of the way on which it was come to."""

    run: str
    step: str
    leg: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RunStarted(Event):
    """A walking of `runbook`, pinned to its content as it was. `digest` names that content.

    `others` are the runbooks it may walk in its turn, pinned as well. A part of another walk has a `parent`, and its
    `others` and values; a branch also has a `title` of its own, and `stops`: it is over when it would come to one of these steps. A `blank` run has
    no steps yet; they are written while they are done.
    """

    run: str
    incident: str
    runbook: Runbook
    digest: str
    others: Mapping[str, Runbook] = field(default_factory=dict)
    parent: Parent | None = None
    title: str = ""
    stops: tuple[str, ...] = ()
    blank: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class RunHandedOver(Event):
    """Somebody else leads this walk now."""

    run: str
    person: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RunPaused(Event):
    """Its deadlines stand still until it is resumed. `of` is the walk it was paused with, if it is a part of one."""

    run: str
    reason: Typed
    of: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RunResumed(Event):
    run: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ValueGiven(Event):
    """What a value of the runbook is in this run. `origin` says where it came from, if nobody typed it."""

    run: str
    name: str
    value: Typed
    step: str = ""
    origin: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class EvidenceGiven(Event):
    """Something to keep of a step: a text, a link, or a file. `link` leads to it, when it is elsewhere."""

    run: str
    step: str
    kind: str
    text: Typed
    link: Typed = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class StepFlagged(Event):
    """What somebody thinks of a step: `worked`, `wrong`, `unclear` or `missing`. Material for its owner."""

    run: str
    step: str
    verdict: str
    comment: Typed = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class StepWritten(Event):
    """Something that is done (or was, when `done`) and is in no runbook. `after` is the step that came before it."""

    run: str
    step: str
    title: Typed
    text: Typed = ""
    after: str = ""
    done: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class StepEntered(Event):
    run: str
    step: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StepTaken(Event):
    """Somebody said: I have it."""

    run: str
    step: str
    person: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StepReturned(Event):
    """Whoever had it has it no longer. Nobody does."""

    run: str
    step: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StepConfirmed(Event):
    """One of the people that the step waits for has confirmed it."""

    run: str
    step: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StepFailed(Event):
    """It was tried and could not be done."""

    run: str
    step: str
    reason: Typed


@dataclass(frozen=True, kw_only=True, slots=True)
class Announced(Event):
    """The runbook's own words, with the values of this run in them. `where` is `war-room` or `operations`."""

    run: str
    step: str
    text: Typed
    where: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StepDone(Event):
    run: str
    step: str
    answer: str
    note: Typed = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class StepSkipped(Event):
    run: str
    step: str
    reason: Typed


@dataclass(frozen=True, kw_only=True, slots=True)
class StepOverran(Event):
    """`reminder` 1 is for whoever has it, 2 for the commander, 3 is what the runbook says."""

    run: str
    step: str
    reminder: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckStarted(Event):
    """A machine is looking. `attempt` counts from 1 within the step."""

    run: str
    step: str
    attempt: int
    probe: Probe


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckReported(Event):
    """`again`: it does not hold yet, and will be looked at again by itself."""

    run: str
    step: str
    attempt: int
    holds: bool
    detail: Typed
    again: bool = False


# --- acts


@dataclass(frozen=True, kw_only=True, slots=True)
class ActApproved(Event):
    """One of the approvals that an act needs. What was approved is exactly what the card showed."""

    run: str
    step: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ActAsked(Event):
    """The intent, kept before anything runs. `act` numbers the acts of a run; `undo` takes back what one has done.

    `takes_back` is what would undo it, with the values it ran with.
    """

    run: str
    step: str
    act: int
    action: Action
    within: timedelta
    undo: bool = False
    takes_back: Action | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ActBegun(Event):
    """From here on it may have had an effect. `worker` is who runs it; after `deadline` (a time of day) it is lost."""

    run: str
    act: int
    worker: str
    deadline: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ActSaid(Event):
    """A piece of its output, without secrets."""

    run: str
    act: int
    text: Typed


@dataclass(frozen=True, kw_only=True, slots=True)
class ActCancelled(Event):
    """Somebody wants it to stop. That it has stopped is said by its end."""

    run: str
    act: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ActEnded(Event):
    """`outcome`: done, pretended, failed, cancelled, timed out, refused, never begun, or unknown.

    What was unknown may end once more, when its worker turns out to be alive.
    """

    run: str
    act: int
    outcome: str
    detail: Typed


@dataclass(frozen=True, kw_only=True, slots=True)
class RunFinished(Event):
    run: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RunAbandoned(Event):
    run: str
    reason: Typed


# --- faults


@dataclass(frozen=True, kw_only=True, slots=True)
class FaultAsked(Event):
    """The intent, kept before anything is broken. `deadline` is a time of day: a pause does not prolong a breakage."""

    fault: str
    driver: str
    target: str
    mode: str
    deadline: datetime
    incident: str = ""
    inject: Hidden[str] = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class FaultInjected(Event):
    """`machine` is where, when it was broken on a bot's own machine."""

    fault: str
    detail: str = ""
    machine: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class FaultRefused(Event):
    """It could not be broken; nothing is owed."""

    fault: str
    detail: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RollbackAsked(Event):
    fault: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FaultRolledBack(Event):
    fault: str
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RollbackFailed(Event):
    """A person has to do it; `detail` says how."""

    fault: str
    detail: str


# --- what was said


@dataclass(frozen=True, kw_only=True, slots=True)
class NoteTaken(Event):
    text: Typed


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageHeard(Event):
    """Something said in the war room. `ts` is the chat's own id of the message; `thread` that of its parent.

    `recovered`: it was missed when it was said, and found in the channel afterwards.
    """

    channel: str
    ts: str
    text: Typed
    thread: str = ""
    recovered: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageEdited(Event):
    """`edited` is the chat's own time of the edit. Edits may be heard in any order; the one edited last counts."""

    ts: str
    text: Typed
    edited: str = ""
    recovered: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageDeleted(Event):
    ts: str


@dataclass(frozen=True, kw_only=True, slots=True)
class GapFilled(Event):
    """From `since` to `until` the bot may not have heard all that was said; the channels were read again afterwards.

    `found` is how much was missed and is on the timeline now. `unread` are the places that could not be read; what was
    said there only people can tell.
    """

    since: datetime
    until: datetime
    found: int
    unread: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryFailed(Event):
    """Something the bot owed the world could not be delivered; `what` says what in words."""

    what: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ClockSetBack(Event):
    """The clock shows an earlier time than the last entry has: somebody has set it. From here on times are that much
    earlier; what was to happen after a while still happens after that while."""

    by: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class TwinRemoved(Event):
    """Something (`what`, in words) stood in a channel twice, because an attempt whose outcome nobody knew had succeeded
    late; the second was deleted. Whoever it rang for was rung twice."""

    place: str
    what: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryReplayed(Event):
    """Something that had been given up is owed again; `what` says what in words."""

    what: str


# --- the timeline itself


@dataclass(frozen=True, kw_only=True, slots=True)
class TextRedacted(Event):
    """A text that somebody typed was removed for good; `field` is its place in the body of entry `seq`."""

    seq: int
    field: str
    reason: Typed = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class KeepingInterrupted(Event):
    """For a while nothing could be kept. What happened then is here only if somebody wrote it down; `why` is a clause."""

    since: datetime
    until: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline. `at` is when it was recorded, `occurred_at` when it happened, if that differs.

    `by` is a person's id, or `warroom`, or the name of an alert source.
    """

    seq: int
    at: datetime
    by: str
    event: Event
    occurred_at: datetime | None = None


def vocabulary() -> dict[str, type[Event]]:
    """Every event by its name on the timeline."""
    return {each.__name__: each for each in Event.__subclasses__()}
