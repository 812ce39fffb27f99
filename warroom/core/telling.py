"""What the world must be told after a command: every message the bot says on its own, and which cards to show again.

One function per event that is spoken of. Cards are not chosen by event: whatever view has changed is shown again.
"""

from collections.abc import Callable, Iterable
from typing import Any

from warroom.core import effects as f
from warroom.core import events as e
from warroom.core import runtelling
from warroom.core.channelnames import backchannel, war_room
from warroom.core.durations import write
from warroom.core.effects import BACKCHANNEL, ORIGIN, WAR_ROOM, Ask, Effect, Say, Tone, Voice
from warroom.core.events import Entry
from warroom.core.panelview import panel
from warroom.core.room import Room
from warroom.core.runs import WARROOM
from warroom.core.runview import run
from warroom.core.views import offer_asks, status
from warroom.core.words import Bold, Person, Place, Word, Words

Effects = Iterable[Effect]


def tell(before: Room, entries: tuple[Entry, ...], after: Room) -> Effects:
    """The effects of these entries, in order; then the cards that look different now."""
    for entry in entries:
        teller = _TELLERS.get(type(entry.event))
        if teller:
            yield from teller(after, entry, entry.event)
    yield from _cards(before, after)


def _cards(before: Room, after: Room) -> Effects:
    if after.game is not None and panel(before) != panel(after):
        yield f.ShowCard(place=BACKCHANNEL, card="panel", pin=True)
    if not _has_war_room(after):
        return
    if status(before) != status(after):
        yield f.ShowCard(place=WAR_ROOM, card="status", pin=True)
    for name in _perhaps_changed(before, after):
        if run(before, name) != run(after, name):
            yield f.ShowCard(place=WAR_ROOM, card=f"run:{name}")


def _perhaps_changed(before: Room, after: Room) -> Iterable[str]:
    """The walks whose cards can look different now. A long incident has many, and most entries concern none of them."""
    shared = ("roster", "game", "incidents", "clock", "closed_at")
    if any(getattr(before, part) is not getattr(after, part) for part in shared):
        return after.runs
    changed = [walk for name, walk in after.runs.items() if before.runs.get(name) is not walk]
    wholes = {walk.parent.run for walk in changed if walk.parent}
    concerned = {walk.id for walk in changed} | wholes
    return [name for name in after.runs if name in concerned]


def _has_war_room(room: Room) -> bool:
    """Whether a war room has been asked for: at once in a real incident, when the game starts in a drill."""
    if room.drill:
        return room.game is not None and room.game.started_at is not None
    return room.opened_at is not None


def _who(entry: Entry) -> Word:
    return "warroom" if entry.by == WARROOM else Person(entry.by)


def _title(room: Room, incident: str) -> str:
    there = room.incidents.get(incident)
    return there.title if there else incident


# --- opening


def _opened(room: Room, entry: Entry, event: e.RoomOpened) -> Effects:
    if room.drill:
        return
    yield f.OpenChannel(
        place=WAR_ROOM,
        name=war_room(room.key, room.title, drill=False),
        topic=f"REAL INCIDENT {room.key}: {room.title}",
        purpose="A real incident. Everything said here goes onto its timeline.",
        private=False,
        invite=event.invited,
    )
    yield f.ShowCard(place=WAR_ROOM, card="status", pin=True)
    if room.origin:
        yield Say(place=ORIGIN, tone=Tone.BAD_NEWS, title=room.title, body=("The war room is ", Place(WAR_ROOM), "."))


def _planned(room: Room, entry: Entry, event: e.GamePlanned) -> Effects:
    yield f.OpenChannel(
        place=BACKCHANNEL,
        name=backchannel(room.key),
        topic=f"EXERCISE {event.title}: for the dungeon master only",
        purpose="Players cannot see this channel. The panel is pinned.",
        private=True,
        invite=event.controllers,
    )


def _started(room: Room, entry: Entry, event: e.GameStarted) -> Effects:
    yield f.OpenChannel(
        place=WAR_ROOM,
        name=war_room(room.key, room.title, drill=True),
        topic=f"EXERCISE {room.title}: this is a drill, not a real incident",
        purpose="A game day. Everything said here goes onto its timeline.",
        private=False,
        invite=room.roster.everyone,
    )
    yield f.ShowCard(place=WAR_ROOM, card="status", pin=True)
    yield Say(place=WAR_ROOM, tone=Tone.PHASE, title="The exercise begins", body=(event.briefing,))
    if room.origin:
        yield Say(
            place=ORIGIN,
            tone=Tone.PHASE,
            title=f"A game day begins: {room.title}",
            body=(
                "Run by ",
                Person(entry.by),
                " in ",
                Place(WAR_ROOM),
                ". Messages marked EXERCISE are not real. Whoever sees something real says so at once in the war room.",
            ),
        )


def _paused(room: Room, entry: Entry, event: e.GamePaused) -> Effects:
    why: Words = (f" Why: {event.reason}.",) if event.reason else ()
    yield Say(
        place=WAR_ROOM,
        tone=Tone.PHASE,
        title="Paused",
        body=("The clock stands still; nothing counts until play goes on.", *why),
    )


def _resumed(room: Room, entry: Entry, event: e.GameResumed) -> Effects:
    yield Say(place=WAR_ROOM, tone=Tone.PHASE, title="Play goes on", body=("The clock runs again.",))


def _game_ended(room: Room, entry: Entry, event: e.GameEnded) -> Effects:
    length = write(room.clock.elapsed)
    why: Words = (f" Why now: {event.reason}.",) if event.reason else ()
    yield Say(
        place=WAR_ROOM,
        tone=Tone.PHASE,
        title="The exercise is over",
        body=(
            f"It lasted {length} of game time. Thank you all.",
            *why,
            " Now the hot wash: what went well, what did not?",
        ),
        asks=(Ask(do="export", label="Export the report", style="primary"),),
    )
    if room.plan and room.plan.scenario.debrief:
        questions = "\n".join(f"• {question}" for question in room.plan.scenario.debrief)
        yield Say(place=WAR_ROOM, tone=Tone.PLAIN, title="Questions for the hot wash", body=(questions,))
    if room.origin:
        yield Say(
            place=ORIGIN,
            tone=Tone.PHASE,
            title=f"All clear: the game day {room.title} is over",
            body=("Whatever is announced from now on is real.",),
        )


def _closed(room: Room, entry: Entry, event: e.RoomClosed) -> Effects:
    place = WAR_ROOM if _has_war_room(room) else BACKCHANNEL
    export = Ask(do="export", label="Export the report", style="primary")
    yield Say(
        place=place, tone=Tone.PHASE, title="This room is closed", body=("Its timeline is kept.",), asks=(export,)
    )


# --- the plan


def _inject(room: Room, entry: Entry, event: e.InjectPlayed) -> Effects:
    if event.actor:
        voice = Voice(name=event.actor, title=event.actor_title, icon=event.icon)
        yield Say(place=WAR_ROOM, tone=Tone.VOICE, body=(event.text,), voice=voice)
    elif event.kind == "hint":
        title = f"Hint ({event.level}): {_title(room, event.incident)}"
        yield Say(place=WAR_ROOM, tone=Tone.HINT, title=title, body=(event.text,))
    elif not event.incident:
        yield Say(place=WAR_ROOM, tone=Tone.BAD_NEWS, body=(event.text,))


def _held(room: Room, entry: Entry, event: e.InjectHeld) -> Effects:
    inject = room.plan.scenario.inject(event.inject) if room.plan else None
    yield Say(
        place=BACKCHANNEL,
        tone=Tone.OVERDUE,
        title="An inject is waiting for you",
        body=(
            f"“{inject.title if inject else event.inject}” fell due while I was away. Play or skip it on the panel.",
        ),
    )


def _spoke(room: Room, entry: Entry, event: e.ActorSpoke) -> Effects:
    voice = Voice(name=event.actor, title=event.actor_title, icon=event.icon)
    yield Say(place=WAR_ROOM, tone=Tone.VOICE, body=(event.text,), voice=voice)


def _missed(room: Room, entry: Entry, event: e.ExpectationMissed) -> Effects:
    yield Say(place=BACKCHANNEL, tone=Tone.OVERDUE, title="An expectation was missed", body=(event.what,))


def _joined(room: Room, entry: Entry, event: e.PlayerJoined) -> Effects:
    yield f.Invite(place=WAR_ROOM, people=(event.person,))


# --- incidents


def _acknowledge(incident: str) -> Ask:
    return Ask(do="acknowledge", label="Acknowledge", args=(("incident", incident),), style="primary")


def _declared(room: Room, entry: Entry, event: e.IncidentDeclared) -> Effects:
    played = room.plan.scenario.inject(event.inject) if room.plan and event.inject else None
    incident = room.incidents[event.incident]
    asks = [_acknowledge(event.incident)]
    if not room.roster.commander:
        asks.append(Ask(do="command", label="Take command", args=(("instead", ""),)))
    services = f"Affected: {', '.join(event.services)}." if event.services else ""
    body: tuple[Word, ...] = (played.what.words(), "\n", services) if played else (services,)
    yield Say(
        place=WAR_ROOM,
        tone=Tone.BAD_NEWS,
        title=f"{event.severity}: {incident.title}",
        body=tuple(word for word in body if word),
        asks=tuple(asks),
    )
    yield f.FindRunbooks(
        incident=event.incident,
        services=event.services,
        failure_modes=event.failure_modes,
        title=incident.title,
        labels=dict(event.labels),
    )


def _acknowledged(room: Room, entry: Entry, event: e.IncidentAcknowledged) -> Effects:
    yield Say(
        place=WAR_ROOM,
        tone=Tone.PLAIN,
        body=(Person(entry.by), " has acknowledged ", Bold(_title(room, event.incident)), "."),
    )


def _mitigated(room: Room, entry: Entry, event: e.IncidentMitigated) -> Effects:
    yield Say(
        place=WAR_ROOM,
        tone=Tone.GOOD_NEWS,
        title=f"Mitigated: {_title(room, event.incident)}",
        body=(_who(entry), " says that customers are no longer hurt. It is not resolved yet."),
    )


def _resolved(room: Room, entry: Entry, event: e.IncidentResolved) -> Effects:
    note: Words = (f" {event.note}",) if event.note else ()
    yield Say(
        place=WAR_ROOM,
        tone=Tone.GOOD_NEWS,
        title=f"Resolved: {_title(room, event.incident)}",
        body=("By ", _who(entry), ".", *note),
    )


def _reopened(room: Room, entry: Entry, event: e.IncidentReopened) -> Effects:
    yield Say(
        place=WAR_ROOM,
        tone=Tone.BAD_NEWS,
        title=f"Reopened: {_title(room, event.incident)}",
        body=(f"{event.reason} Somebody has to look again.",)
        if event.alert
        else ("By ", _who(entry), f": {event.reason}"),
        asks=(_acknowledge(event.incident),) if event.alert else (),
    )


def _severity(room: Room, entry: Entry, event: e.SeverityChanged) -> Effects:
    yield Say(
        place=WAR_ROOM,
        tone=Tone.PLAIN,
        body=(_who(entry), " has set ", Bold(_title(room, event.incident)), " to ", Bold(event.severity), "."),
    )


def _update(room: Room, entry: Entry, event: e.StatusPosted) -> Effects:
    yield Say(place=WAR_ROOM, tone=Tone.PLAIN, title="Status update", body=(event.text, "\n— ", _who(entry)))


def _role(room: Room, entry: Entry, event: e.RoleTaken) -> Effects:
    if event.person == entry.by:
        said: Words = (Person(event.person), " is ", Bold(event.role), " now.")
    else:
        said = (Person(event.person), " is ", Bold(event.role), " now, named by ", _who(entry), ".")
    yield Say(place=WAR_ROOM, tone=Tone.PLAIN, body=said)


def _role_left(room: Room, entry: Entry, event: e.RoleLeft) -> Effects:
    yield Say(
        place=WAR_ROOM,
        tone=Tone.PLAIN,
        body=(Person(event.person), " is no longer ", Bold(event.role), ". Nobody is."),
    )


def _offered(room: Room, entry: Entry, event: e.RunbooksOffered) -> Effects:
    title = _title(room, event.incident)
    if not event.offers:
        yield Say(
            place=WAR_ROOM,
            tone=Tone.PLAIN,
            title="No runbook fits",
            body=(f"There is none for “{title}”. Write down what you do as you do it; it becomes a draft.",),
            asks=offer_asks(room, event.incident),
        )
        return
    reasons = "\n".join(f"• {offer.title}: {offer.reason}" for offer in event.offers)
    many = "There are runbooks for this" if len(event.offers) > 1 else "There is a runbook for this"
    yield Say(
        place=WAR_ROOM,
        tone=Tone.PLAIN,
        title=f"{many}: {title}",
        body=(reasons,),
        asks=offer_asks(room, event.incident),
    )


# --- alerts


def _fired(room: Room, entry: Entry, event: e.AlertFired) -> Effects:
    severity = f" ({event.severity})" if event.severity else ""
    yield Say(
        place=WAR_ROOM,
        tone=Tone.ALERT,
        title=f"Alert firing: {event.name}{severity}",
        body=(event.summary or "The source says no more about it.", f"\nFrom {event.source}."),
        under="status",
    )


def _alert_resolved(room: Room, entry: Entry, event: e.AlertResolved) -> Effects:
    yield Say(
        place=WAR_ROOM,
        tone=Tone.GOOD_NEWS,
        title=f"Alert resolved: {event.name}",
        body=(f"{event.source} says it is over.",),
        under="status",
    )
    if all(not alert.firing for alert in room.alerts.values()):
        yield Say(
            place=WAR_ROOM,
            tone=Tone.GOOD_NEWS,
            title="No alert is firing any more",
            body=("If people agree that it is over, resolve the incident.",),
        )


def _cut_short(room: Room, entry: Entry, event: e.AlertsCutShort) -> Effects:
    yield Say(
        place=WAR_ROOM,
        tone=Tone.ALERT,
        body=(f"{event.source} left out {event.missing} more alerts of this group.",),
        under="status",
    )


# --- faults: spoken of in the backchannel alone


def _break(room: Room, entry: Entry, event: e.FaultAsked) -> Effects:
    yield f.InjectFault(
        fault=event.fault,
        driver=event.driver,
        target=event.target,
        mode=event.mode,
        deadline=event.deadline,
    )


def _undo(room: Room, entry: Entry, event: e.RollbackAsked) -> Effects:
    fault = room.faults[event.fault]
    yield f.RollBack(fault=fault.id, driver=fault.driver, target=fault.target, mode=fault.mode)


def _stuck(room: Room, entry: Entry, event: e.RollbackFailed) -> Effects:
    fault = room.faults[event.fault]
    yield Say(
        place=BACKCHANNEL,
        tone=Tone.BAD_NEWS,
        title=f"A fault could not be undone: {fault.target} {fault.mode}",
        body=(f"Somebody has to do it now. {event.detail}",),
    )


def _not_broken(room: Room, entry: Entry, event: e.FaultRefused) -> Effects:
    fault = room.faults[event.fault]
    yield Say(
        place=BACKCHANNEL,
        tone=Tone.OVERDUE,
        title=f"Nothing was broken: {fault.target}",
        body=(f"The game goes on in words. {event.detail}",),
    )


_TELLERS: dict[type[e.Event], Callable[[Room, Entry, Any], Effects]] = {
    e.RoomOpened: _opened,
    e.GamePlanned: _planned,
    e.GameStarted: _started,
    e.GamePaused: _paused,
    e.GameResumed: _resumed,
    e.GameEnded: _game_ended,
    e.RoomClosed: _closed,
    e.InjectPlayed: _inject,
    e.InjectHeld: _held,
    e.ActorSpoke: _spoke,
    e.ExpectationMissed: _missed,
    e.PlayerJoined: _joined,
    e.IncidentDeclared: _declared,
    e.IncidentAcknowledged: _acknowledged,
    e.IncidentMitigated: _mitigated,
    e.IncidentResolved: _resolved,
    e.IncidentReopened: _reopened,
    e.SeverityChanged: _severity,
    e.StatusPosted: _update,
    e.RoleTaken: _role,
    e.RoleLeft: _role_left,
    e.RunbooksOffered: _offered,
    e.AlertFired: _fired,
    e.AlertResolved: _alert_resolved,
    e.AlertsCutShort: _cut_short,
    e.FaultAsked: _break,
    e.RollbackAsked: _undo,
    e.RollbackFailed: _stuck,
    e.FaultRefused: _not_broken,
    **runtelling.TELLERS,
}
