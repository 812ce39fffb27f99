"""The timeline in words: one plain sentence for every entry, for people who were not there.

Every event of the vocabulary has its sentence in `_SENTENCES`; add yours when you add an event. Sentences are plain
text: whoever renders them escapes them. Notes of a scenario, and what was never played of it, are in none. What was
done and thought out of the players' sight is told only when the game is over, see `tells_too_early`.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from warroom.core import events as e
from warroom.core.declaring import dataclass
from warroom.core.durations import mark, write
from warroom.core.effects import TEAM
from warroom.core.events import Entry, Event, Mode
from warroom.core.room import Room
from warroom.core.rules.game import EXERCISE
from warroom.report import drills, walks
from warroom.report.drills import bookkeeping
from warroom.report.phrasing import Names, also, capital, listed, lowered, many, name, quoted, sentence
from warroom.report.telling import Kind, Telling

__all__ = ["Kind", "Line", "bookkeeping", "line", "place", "speaker", "tells_too_early"]


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
    *drills.FOR_AFTERWARDS,
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
    if word.startswith(TEAM):
        return f"the channel of the team {word.removeprefix(TEAM)}"
    return "the " + word.replace("-", " ")


def _channel(t: Telling, event: e.ChannelOpened) -> str:
    return f"The channel #{event.name} was opened as {place(event.place)}"


def _no_channel(t: Telling, event: e.ChannelRefused) -> str:
    return f"The chat would not open a channel for {place(event.place)}: {event.reason}"


def _planned(t: Telling, event: e.GamePlanned) -> str:
    where = f", in {event.environment}" if event.environment else ""
    return also(
        f"{t.who} planned the game {quoted(event.title)}{where}.",
        f"It is for {t.people(event.players)}." if event.players else "",
        *(f"The team {quoted(t.team(team))}: {t.people(them)}." for team, them in event.teams.items()),
        f"{t.people(event.evaluators)} will evaluate." if event.evaluators else "",
        f"{t.people(event.safety)} can stop it, for safety." if event.safety else "",
        f"{t.people(event.observers)} will watch." if event.observers else "",
    )


def _started(t: Telling, event: e.GameStarted) -> str:
    return f"{t.who} started the game. The players were told: {t.said(event.briefing)}"


def _game_ended(t: Telling, event: e.GameEnded) -> str:
    return f"{t.who} ended the game{t.because(event.reason)}"


# --- the plan


def speaker(actor: str, title: str) -> str:
    """Somebody the dungeon master gave a voice to: `Hatch (database vendor)`."""
    return f"{actor} ({title})" if title else actor


def _to(t: Telling, teams: tuple[str, ...]) -> str:
    return f" (to {listed(t.team(each) for each in teams)})" if teams else ""


def _inject(t: Telling, event: e.InjectPlayed) -> str:
    if event.person:
        return f"{speaker(event.actor, event.actor_title) or 'Somebody'} told {t.name(event.person)} alone: {t.said(event.text)}"
    if event.actor:
        return f"{speaker(event.actor, event.actor_title)} said: {t.said(event.text)}"
    if event.kind == "hint":
        level = f" ({event.level})" if event.level else ""
        about = f" about {t.incident(event.incident)}" if event.incident else ""
        return f"The players were given a hint{level}{about}: {t.said(event.text)}"
    to = _to(t, event.to)
    if event.kind == "move":
        return f"The next part of the game began: {t.said(event.text)}"
    if not event.text.strip():
        return f"Something happened that nobody was told{to}"
    if event.kind == "sideline":
        return f"The players were told: {t.said(event.text)}"
    if event.kind == "alert":
        return f"Monitoring had news{to}: {t.said(event.text)}"
    waits = f"People were to leave it to automation for {write(event.hands_off)}." if event.hands_off else ""
    return also(sentence(f"The bad news came{to}: {t.said(event.text)}"), waits)


def _left_out(t: Telling, event: e.InjectSkipped) -> str:
    return f"{t.who} left out something that was planned{t.because(event.reason)}"


def _held(t: Telling, event: e.InjectHeld) -> str:
    why = f"fell due, and could not be played by itself: {event.why}" if event.why else _NOBODY
    return f"Something planned for {mark(event.due)} {why}"


_NOBODY = "fell due while nobody was there to play it; it waits for the dungeon master"


def _expected(t: Telling, event: e.ExpectationArmed) -> str:
    return f"Expected by {mark(event.deadline)}: {event.what}"


def _met(t: Telling, event: e.ExpectationMet) -> str:
    return f"Done after all, but too late: {event.what}" if event.late else f"Done as expected: {event.what}"


# --- people


def _role(t: Telling, event: e.RoleTaken) -> str:
    if event.person == t.entry.by and t.who.lower() == event.role.lower():
        return f"{t.who} took the role"
    if event.person == t.entry.by:
        return f"{t.who} became {event.role}"
    return f"{t.who} made {t.name(event.person)} {event.role}"


def _role_left(t: Telling, event: e.RoleLeft) -> str:
    return f"{t.name(event.person)} is no longer {event.role}; nobody is"


# --- incidents


def _declared(t: Telling, event: e.IncidentDeclared) -> str:
    opened = (
        f"An incident began, {event.severity}"
        if t.alone or event.inject
        else f"{t.who} declared an incident, {event.severity}"
    )
    affected = f"Affected: {listed(event.services)}." if event.services else ""
    teams = f"For {listed(t.team(each) for each in event.teams)}." if event.teams else ""
    return also(sentence(f"{opened}: {t.said(event.title)}"), affected, teams)


def _offered(t: Telling, event: e.RunbooksOffered) -> str:
    about = t.incident(event.incident)
    if not event.offers:
        return f"No runbook was found for {about}"
    titles = listed(quoted(offer.title) for offer in event.offers)
    return f"{'Runbooks were' if len(event.offers) > 1 else 'A runbook was'} found for {about}: {titles}"


# --- alerts


def _source(source: str) -> str:
    """Who raises alerts; those of an exercise are raised by nobody in particular."""
    return "Monitoring" if source == EXERCISE else source


def _fired(t: Telling, event: e.AlertFired) -> str:
    severity = f" ({event.severity})" if event.severity else ""
    return f"{_source(event.source)} raised the alert {quoted(event.name)}{severity}{t.because(event.summary)}"


def _cut_short(t: Telling, event: e.AlertsCutShort) -> str:
    return f"{event.source} left out {many(event.missing, 'more alert')} of the same group"


# --- faults


def broken(mode: str) -> str:
    """How something fails, to follow its name."""
    known = {"down": "is down", "slow": "is slow", "errors": "answers with errors", "stop": "is stopped"}
    return known.get(mode) or f"fails ({mode})"


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
    how = " (it was read later)" if event.recovered else ""
    return f"{t.who} {'answered in a thread' if event.thread else 'said'}{how}: {t.said(event.text)}"


def _edited(t: Telling, event: e.MessageEdited) -> str:
    how = " (it was read later)" if event.recovered else ""
    return f"{t.who} changed the message{_said_at(event.ts)}{how} to: {t.said(event.text)}"


def gap(event: e.GapFilled) -> str:
    """What was not heard in time, in a sentence: when, how much of it was found, and what nobody but people can tell."""
    when = f"from {event.since:%H:%M} to {event.until:%H:%M} UTC"
    found = f"{many(event.found, 'message')} {'was' if event.found == 1 else 'were'} found in the channels afterwards"
    if not event.unread:
        return f"Not all that was said {when} was heard in time; {found}"
    unread = f"{listed(map(place, event.unread))} could not be read ({event.reason.rstrip('.')})"
    return also(sentence(f"Not all that was said {when} was heard; {unread}"), capital(found) if event.found else "")


def _failed(t: Telling, event: e.DeliveryFailed) -> str:
    return f"This could not be delivered: {lowered(event.what).rstrip('.')}. The reason: {event.reason}"


def _clock_set_back(t: Telling, event: e.ClockSetBack) -> str:
    return f"The clock was set back by {write(event.by)}; from here on it is that much earlier"


def _twin(t: Telling, event: e.TwinRemoved) -> str:
    where = place(event.place)
    return (
        f"{event.what.capitalize()} stood in {where} twice, since Slack had answered too late; the second was removed"
    )


def _redacted(t: Telling, event: e.TextRedacted) -> str:
    return f"{t.who} removed a text from entry {event.seq}{t.because(event.reason)}"


def _interrupted(t: Telling, event: e.KeepingInterrupted) -> str:
    day = "" if event.since.date() == event.until.date() else f"{event.until:%Y-%m-%d} "
    lasted = write(timedelta(seconds=round((event.until - event.since).total_seconds())))
    return (
        f"Nothing could be kept from {event.since:%Y-%m-%d %H:%M:%S} to {day}{event.until:%H:%M:%S} UTC ({lasted}), because "
        f"{event.why.rstrip('.')}. What happened then is here only if somebody wrote it down"
    )


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
    e.InjectSkipped: (Kind.INJECT, _left_out),
    e.InjectHeld: (Kind.INJECT, _held),
    e.ActorSpoke: (
        Kind.INJECT,
        lambda t, event: f"{speaker(event.actor, event.actor_title)} said{_to(t, event.to)}: {t.said(event.text)}",
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
    e.AlertResolved: (
        Kind.ALERT,
        lambda t, event: f"{_source(event.source)} says that the alert {quoted(event.name)} is over",
    ),
    e.AlertsCutShort: (Kind.ALERT, _cut_short),
    **{event: (Kind.RUN, tell) for event, tell in walks.SENTENCES.items()},
    **drills.SENTENCES,
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
    e.GapFilled: (Kind.DELIVERY, lambda t, event: gap(event)),
    e.MessageDeleted: (Kind.TALK, lambda t, event: f"{t.who} deleted the message{_said_at(event.ts)}"),
    e.DeliveryFailed: (Kind.DELIVERY, _failed),
    e.TwinRemoved: (Kind.DELIVERY, _twin),
    e.ClockSetBack: (Kind.ROOM, _clock_set_back),
    e.DeliveryReplayed: (Kind.DELIVERY, lambda t, event: f"This is delivered after all: {lowered(event.what)}"),
    e.TextRedacted: (Kind.ROOM, _redacted),
    e.KeepingInterrupted: (Kind.DELIVERY, _interrupted),
}
