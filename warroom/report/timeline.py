"""The timeline in words: one plain sentence for every entry, for people who were not there.

Every event of the vocabulary has its sentence in `_SENTENCES`; add yours when you add an event. Sentences are plain
text: whoever renders them escapes them. Nothing that is hidden from players is ever in one; some sentences would still
tell players too much while they play, see `tells_too_early`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from warroom.core import events as e
from warroom.core.durations import mark
from warroom.core.events import Entry, Event, Mode
from warroom.core.room import Room
from warroom.report import walks
from warroom.report.phrasing import Names, also, capital, listed, lowered, many, name, quoted, sentence
from warroom.report.telling import Telling


class Kind(StrEnum):
    """What a line is about, for signs and filters."""

    ROOM = "room"
    GAME = "game"
    INJECT = "inject"
    EXPECTATION = "expectation"
    PEOPLE = "people"
    INCIDENT = "incident"
    ALERT = "alert"
    RUN = "run"
    FAULT = "fault"
    TALK = "talk"
    DELIVERY = "delivery"


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One entry for people. `clock_reading` is None when the room's clock did not count: before a game and after it.

    `at` is when it was recorded; `occurred_at` when it happened, if that is known to differ.
    """

    seq: int
    at: datetime
    occurred_at: datetime | None
    clock_reading: timedelta | None
    who: str
    text: str
    kind: Kind


def line(entry: Entry, names: Names, room: Room) -> Line:
    """The entry in words. `room` is the room just after it; ids that `names` does not know stay as they are."""
    kind, tell = _SENTENCES[type(entry.event)]
    return Line(
        seq=entry.seq,
        at=entry.at,
        occurred_at=entry.occurred_at,
        clock_reading=_reading(room, entry),
        who=name(names, entry.by),
        text=sentence(tell(Telling(room, entry, names), entry.event)),
        kind=kind,
    )


def tells_too_early(event: Event) -> bool:
    """Whether players should learn of this only when the game is over: it gives away the plan, or what is expected."""
    return isinstance(event, _FOR_AFTERWARDS)


_FOR_AFTERWARDS = (
    e.InjectSkipped,
    e.InjectHeld,
    e.ExpectationArmed,
    e.ExpectationMet,
    e.ExpectationMissed,
    e.FaultAsked,
    e.FaultInjected,
    e.FaultRefused,
    e.RollbackAsked,
    e.FaultRolledBack,
    e.RollbackFailed,
)


def _reading(room: Room, entry: Entry) -> timedelta | None:
    if room.game is not None:
        over = room.game.ended_at is not None and not isinstance(entry.event, e.GameEnded)
        return None if room.game.started_at is None or over else room.clock.reading(entry.at)
    return None if room.drill else room.clock.reading(entry.at)


# --- the room and the game


def _opened(t: Telling, event: e.RoomOpened) -> str:
    what = f"the game day {event.key}" if event.mode is Mode.DRILL else f"{event.key} for a real incident"
    called = f"Called at once: {t.people(event.invited)}." if event.invited else ""
    return also(sentence(f"{t.who} opened {what}: {t.said(event.title)}"), called)


def place(word: str) -> str:
    """A room's own word for a channel, for people."""
    return "the " + word.replace("-", " ")


def _channel(t: Telling, event: e.ChannelOpened) -> str:
    return f"The channel #{event.name} was opened as {place(event.place)}"


def _no_channel(t: Telling, event: e.ChannelRefused) -> str:
    return f"The chat would not open a channel for {place(event.place)}: {event.reason}"


def _planned(t: Telling, event: e.GamePlanned) -> str:
    players = f"It is for {t.people(event.players)}." if event.players else ""
    watching = f"{t.people(event.observers)} will watch." if event.observers else ""
    return also(f"{t.who} planned the game {quoted(event.title)}.", players, watching)


def _started(t: Telling, event: e.GameStarted) -> str:
    return f"{t.who} started the game. The players were told: {t.said(event.briefing)}"


def _game_ended(t: Telling, event: e.GameEnded) -> str:
    return f"{t.who} ended the game{t.because(event.reason)}"


# --- the plan


def speaker(actor: str, title: str) -> str:
    """Somebody the dungeon master gave a voice to: `Hatch (database vendor)`."""
    return f"{actor} ({title})" if title else actor


def _inject(t: Telling, event: e.InjectPlayed) -> str:
    if event.actor:
        return f"{speaker(event.actor, event.actor_title)} said: {t.said(event.text)}"
    if event.kind == "hint":
        level = f" ({event.level})" if event.level else ""
        about = f" about {t.incident(event.incident)}" if event.incident else ""
        return f"The players were given a hint{level}{about}: {t.said(event.text)}"
    return f"The bad news came: {t.said(event.text)}"


def _held(t: Telling, event: e.InjectHeld) -> str:
    return (
        f"Something planned for {mark(event.due)} fell due while nobody was there to play it; it waits for the"
        " dungeon master"
    )


def _expected(t: Telling, event: e.ExpectationArmed) -> str:
    return f"Expected by {mark(event.deadline)}: {event.what}"


def _met(t: Telling, event: e.ExpectationMet) -> str:
    return f"Done after all, but too late: {event.what}" if event.late else f"Done as expected: {event.what}"


# --- people


def _role(t: Telling, event: e.RoleTaken) -> str:
    if event.person == t.entry.by:
        return f"{t.who} became {event.role}"
    return f"{t.who} made {t.name(event.person)} {event.role}"


def _role_left(t: Telling, event: e.RoleLeft) -> str:
    return f"{t.name(event.person)} is no longer {event.role}; nobody is"


# --- incidents


def _declared(t: Telling, event: e.IncidentDeclared) -> str:
    opened = f"An incident began, {event.severity}" if t.alone else f"{t.who} declared an incident, {event.severity}"
    affected = f"Affected: {listed(event.services)}." if event.services else ""
    return also(sentence(f"{opened}: {t.said(event.title)}"), affected)


def _offered(t: Telling, event: e.RunbooksOffered) -> str:
    about = t.incident(event.incident)
    if not event.offers:
        return f"No runbook was found for {about}"
    titles = listed(quoted(offer.title) for offer in event.offers)
    return f"{'Runbooks were' if len(event.offers) > 1 else 'A runbook was'} found for {about}: {titles}"


# --- alerts


def _fired(t: Telling, event: e.AlertFired) -> str:
    severity = f" ({event.severity})" if event.severity else ""
    return f"{event.source} raised the alert {quoted(event.name)}{severity}{t.because(event.summary)}"


def _cut_short(t: Telling, event: e.AlertsCutShort) -> str:
    return f"{event.source} left out {many(event.missing, 'more alert')} of the same group"


# --- faults


def broken(mode: str) -> str:
    """How something fails, to follow its name."""
    return {"down": "is down", "slow": "is slow", "errors": "answers with errors"}.get(mode, f"is {mode}")


def _break(t: Telling, event: e.FaultAsked) -> str:
    until = f"{event.deadline.astimezone(UTC):%H:%M:%S} UTC"
    return f"To be broken on purpose: {event.target} ({event.mode}), until {until} at the latest"


def _broke(t: Telling, event: e.FaultInjected) -> str:
    there = t.room.faults.get(event.fault)
    what = f"{t.fault(event.fault)} {broken(there.mode)}" if there else event.fault
    return also(f"Broken on purpose: {what}.", capital(event.detail))


def _undo(t: Telling, event: e.RollbackAsked) -> str:
    return f"What was broken at {t.fault(event.fault)} is being undone because {event.reason}"


def _undone(t: Telling, event: e.FaultRolledBack) -> str:
    return also(f"What was broken at {t.fault(event.fault)} has been undone.", capital(event.detail))


def _stuck(t: Telling, event: e.RollbackFailed) -> str:
    return f"What was broken at {t.fault(event.fault)} could not be undone; somebody has to do it: {event.detail}"


# --- what was said


def _said_at(ts: str) -> str:
    """When a message was said, from the chat's own id of it: seconds since 1970, a dot, a count."""
    seconds = ts.partition(".")[0]
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) < 12):
        return ""
    return f" of {datetime.fromtimestamp(int(seconds), UTC):%H:%M:%S} UTC"


def _heard(t: Telling, event: e.MessageHeard) -> str:
    return f"{t.who} {'answered in a thread' if event.thread else 'said'}: {t.said(event.text)}"


def _edited(t: Telling, event: e.MessageEdited) -> str:
    return f"{t.who} changed the message{_said_at(event.ts)} to: {t.said(event.text)}"


def _failed(t: Telling, event: e.DeliveryFailed) -> str:
    return f"This could not be delivered: {lowered(event.what).rstrip('.')}. The reason: {event.reason}"


_SENTENCES: dict[type[Event], tuple[Kind, Callable[[Telling, Any], str]]] = {
    e.RoomOpened: (Kind.ROOM, _opened),
    e.ChannelOpened: (Kind.ROOM, _channel),
    e.ChannelRefused: (Kind.DELIVERY, _no_channel),
    e.RoomClosed: (Kind.ROOM, lambda t, event: f"{t.who} closed the room"),
    e.GamePlanned: (Kind.GAME, _planned),
    e.GameStarted: (Kind.GAME, _started),
    e.GamePaused: (Kind.GAME, lambda t, event: f"{t.who} paused the game{t.because(event.reason)}"),
    e.GameResumed: (Kind.GAME, lambda t, event: f"{t.who} let play go on"),
    e.GameEnded: (Kind.GAME, _game_ended),
    e.InjectPlayed: (Kind.INJECT, _inject),
    e.InjectSkipped: (Kind.INJECT, lambda t, event: f"{t.who} left out something that was planned"),
    e.InjectHeld: (Kind.INJECT, _held),
    e.ActorSpoke: (
        Kind.INJECT,
        lambda t, event: f"{speaker(event.actor, event.actor_title)} said: {t.said(event.text)}",
    ),
    e.ExpectationArmed: (Kind.EXPECTATION, _expected),
    e.ExpectationMet: (Kind.EXPECTATION, _met),
    e.ExpectationMissed: (Kind.EXPECTATION, lambda t, event: f"Not done in time: {event.what}"),
    e.PlayerJoined: (Kind.PEOPLE, lambda t, event: f"{t.name(event.person)} joined as a player"),
    e.RoleTaken: (Kind.PEOPLE, _role),
    e.RoleLeft: (Kind.PEOPLE, _role_left),
    e.IncidentDeclared: (Kind.INCIDENT, _declared),
    e.IncidentAcknowledged: (Kind.INCIDENT, lambda t, event: f"{t.who} acknowledged {t.incident(event.incident)}"),
    e.IncidentMitigated: (
        Kind.INCIDENT,
        lambda t, event: f"{t.who} said that {t.incident(event.incident)} is mitigated: customers are no longer hurt",
    ),
    e.IncidentResolved: (
        Kind.INCIDENT,
        lambda t, event: f"{t.who} resolved {t.incident(event.incident)}{t.because(event.note)}",
    ),
    e.IncidentReopened: (
        Kind.INCIDENT,
        lambda t, event: f"{t.who} reopened {t.incident(event.incident)}{t.because(event.reason)}",
    ),
    e.SeverityChanged: (
        Kind.INCIDENT,
        lambda t, event: f"{t.who} set {t.incident(event.incident)} to {event.severity}",
    ),
    e.StatusPosted: (Kind.TALK, lambda t, event: f"{t.who} posted a status update: {t.said(event.text)}"),
    e.RunbooksOffered: (Kind.RUN, _offered),
    e.AlertFired: (Kind.ALERT, _fired),
    e.AlertResolved: (Kind.ALERT, lambda t, event: f"{event.source} says that the alert {quoted(event.name)} is over"),
    e.AlertsCutShort: (Kind.ALERT, _cut_short),
    **{event: (Kind.RUN, tell) for event, tell in walks.SENTENCES.items()},
    e.FaultAsked: (Kind.FAULT, _break),
    e.FaultInjected: (Kind.FAULT, _broke),
    e.FaultRefused: (
        Kind.FAULT,
        lambda t, event: f"Nothing was broken at {t.fault(event.fault)}, so play went on in words: {event.detail}",
    ),
    e.RollbackAsked: (Kind.FAULT, _undo),
    e.FaultRolledBack: (Kind.FAULT, _undone),
    e.RollbackFailed: (Kind.FAULT, _stuck),
    e.NoteTaken: (Kind.TALK, lambda t, event: f"{t.who} noted: {t.said(event.text)}"),
    e.MessageHeard: (Kind.TALK, _heard),
    e.MessageEdited: (Kind.TALK, _edited),
    e.MessageDeleted: (Kind.TALK, lambda t, event: f"{t.who} deleted the message{_said_at(event.ts)}"),
    e.DeliveryFailed: (Kind.DELIVERY, _failed),
}
