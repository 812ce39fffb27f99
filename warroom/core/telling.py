"""What the world must be told after a command: every message the bot says on its own, and which cards to show again.

One function per event that is spoken of. Cards are not chosen by event: whatever view has changed is shown again.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from warroom.core import effects as f
from warroom.core import events as e
from warroom.core import gametelling, runtelling
from warroom.core.alerttelling import change, firing_before, told
from warroom.core.channelnames import war_room
from warroom.core.effects import BACKCHANNEL, ORIGIN, WAR_ROOM, Ask, Effect, Say, Tone
from warroom.core.evaluationview import evaluation
from warroom.core.events import Entry
from warroom.core.panelview import panel
from warroom.core.remembering import remembered_of_two
from warroom.core.room import Room
from warroom.core.runview import run
from warroom.core.saying import inside, titled, who
from warroom.core.views import StatusView, offer_asks, status
from warroom.core.words import Bold, HashOf, Person, Place, Time, Word, Words

Effects = Iterable[Effect]


def tell(before: Room, entries: tuple[Entry, ...], after: Room) -> Effects:
    """The effects of these entries, in order; then the cards that look different now."""
    yield from news(entries, after)
    yield from cards(before, after)


def news(entries: tuple[Entry, ...], after: Room) -> Effects:
    """The effects of these entries alone: what is said and what is asked of the world, but no card shown again."""
    firing = firing_before(entries, after)
    for entry in entries:
        firing += change(entry.event)
        if isinstance(entry.event, e.AlertFired | e.AlertResolved):
            yield from told(entry.event, firing)
        elif teller := _TELLERS.get(type(entry.event)):
            place = _where(after, entry.event)
            yield from (_there(effect, place) for effect in teller(after, entry, entry.event))


def _where(room: Room, event: e.Event) -> str:
    """Where news of this event belongs, of all that is told to players: a team's own incidents in its own channel."""
    run = room.runs.get(getattr(event, "run", ""))
    return room.place_of(run.incident if run else getattr(event, "incident", ""))


def _there(effect: Effect, place: str) -> Effect:
    if place == WAR_ROOM or not isinstance(effect, f.Talk) or effect.place != WAR_ROOM:
        return effect
    return replace(effect, place=place)


def cards(before: Room, after: Room) -> Effects:
    """The cards that look different now."""
    if after.game is not None and _panel(before) != _panel(after):
        yield f.ShowCard(place=BACKCHANNEL, card="panel", pin=True)
    if after.game is not None and (sheet := _evaluation(after)) is not None and _evaluation(before) != sheet:
        yield f.ShowCard(place=BACKCHANNEL, card="evaluation", pin=True)
    if not _has_war_room(after):
        return
    was = _statuses(before)
    for place, there in _statuses(after).items():
        if was.get(place) != there:
            yield f.ShowCard(place=place, card="status", pin=True)
    for name in _perhaps_changed(before, after):
        if run(before, name) != run(after, name):
            yield f.ShowCard(place=after.place_of(after.runs[name].incident), card=f"run:{name}")


# What a room looks like after one command is what it looked like before the next.
_panel, _evaluation = remembered_of_two(panel), remembered_of_two(evaluation)


@remembered_of_two
def _statuses(room: Room) -> Mapping[str, StatusView]:
    return {place: status(room, place) for place in inside(room)}


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


def _closed(room: Room, entry: Entry, event: e.RoomClosed) -> Effects:
    place = WAR_ROOM if _has_war_room(room) else BACKCHANNEL
    export = Ask(do="export", label="Export the report", style="primary")
    kept = (
        f"Its timeline is kept. It has {room.seq} entries, and the hash of the last one is ",
        HashOf(room.seq),
        ". With this message anybody can see later whether one of them was changed.",
    )
    yield Say(place=place, tone=Tone.PHASE, title="This room is closed", body=kept, asks=(export,))


def _redacted(room: Room, entry: Entry, event: e.TextRedacted) -> Effects:
    why = f": {event.reason}" if event.reason else "."
    yield Say(
        place=WAR_ROOM if _has_war_room(room) else BACKCHANNEL,
        tone=Tone.PLAIN,
        body=(
            who(entry),
            f" has removed a text from entry {event.seq} of the timeline{why}",
            "\nMessages in this channel that hold it are not changed by that; their authors can delete them.",
        ),
    )


def _kept_again(room: Room, entry: Entry, event: e.KeepingInterrupted) -> Effects:
    yield Say(
        place=WAR_ROOM if _has_war_room(room) else BACKCHANNEL,
        tone=Tone.GOOD_NEWS,
        title="Everything is kept again",
        body=(
            "From ",
            Time(event.since),
            " to ",
            Time(event.until),
            f" nothing could be kept, because {event.why}. What was done then is not on the timeline: whoever wrote it "
            "down, please add it now, with its time. `/warroom note` does that.",
        ),
        real=room.drill,
    )


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
    said = played.what.words() if played and not played.what.speaker() else ""  # an actor has said it
    body: tuple[Word, ...] = (said, "\n", services) if said else (services,)
    yield Say(
        place=WAR_ROOM,
        tone=Tone.BAD_NEWS,
        title=f"{event.severity}: {incident.title}",
        body=(*(word for word in body if word), *gametelling.hands_off(room, event.inject, entry)),
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
        body=(Person(entry.by), " has acknowledged ", Bold(titled(room, event.incident)), "."),
    )


def _mitigated(room: Room, entry: Entry, event: e.IncidentMitigated) -> Effects:
    yield Say(
        place=WAR_ROOM,
        tone=Tone.GOOD_NEWS,
        title=f"Mitigated: {titled(room, event.incident)}",
        body=(who(entry), " says that customers are no longer hurt. It is not resolved yet."),
    )


def _resolved(room: Room, entry: Entry, event: e.IncidentResolved) -> Effects:
    note: Words = (f" {event.note}",) if event.note else ()
    yield Say(
        place=WAR_ROOM,
        tone=Tone.GOOD_NEWS,
        title=f"Resolved: {titled(room, event.incident)}",
        body=("By ", who(entry), ".", *note),
    )


def _reopened(room: Room, entry: Entry, event: e.IncidentReopened) -> Effects:
    yield Say(
        place=WAR_ROOM,
        tone=Tone.BAD_NEWS,
        title=f"Reopened: {titled(room, event.incident)}",
        body=(f"{event.reason} Somebody has to look again.",)
        if event.alert
        else ("By ", who(entry), f": {event.reason}"),
        asks=(_acknowledge(event.incident),) if event.alert else (),
    )


def _severity(room: Room, entry: Entry, event: e.SeverityChanged) -> Effects:
    yield Say(
        place=WAR_ROOM,
        tone=Tone.PLAIN,
        body=(who(entry), " has set ", Bold(titled(room, event.incident)), " to ", Bold(event.severity), "."),
    )


def _update(room: Room, entry: Entry, event: e.StatusPosted) -> Effects:
    yield Say(place=WAR_ROOM, tone=Tone.PLAIN, title="Status update", body=(event.text, "\n— ", who(entry)))


def _role(room: Room, entry: Entry, event: e.RoleTaken) -> Effects:
    if event.person == entry.by:
        said: Words = (Person(event.person), " is ", Bold(event.role), " now.")
    else:
        said = (Person(event.person), " is ", Bold(event.role), " now, named by ", who(entry), ".")
    yield Say(place=WAR_ROOM, tone=Tone.PLAIN, body=said)


def _role_left(room: Room, entry: Entry, event: e.RoleLeft) -> Effects:
    yield Say(
        place=WAR_ROOM,
        tone=Tone.PLAIN,
        body=(Person(event.person), " is no longer ", Bold(event.role), ". Nobody is."),
    )


def _offered(room: Room, entry: Entry, event: e.RunbooksOffered) -> Effects:
    title = titled(room, event.incident)
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


def _cut_short(room: Room, entry: Entry, event: e.AlertsCutShort) -> Effects:
    yield Say(
        place=WAR_ROOM,
        tone=Tone.ALERT,
        body=(f"{event.source} left out {event.missing} more alerts of this group.",),
        under="status",
    )


_TELLERS: dict[type[e.Event], Callable[[Room, Entry, Any], Effects]] = {
    e.RoomOpened: _opened,
    e.RoomClosed: _closed,
    e.TextRedacted: _redacted,
    e.KeepingInterrupted: _kept_again,
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
    e.AlertsCutShort: _cut_short,
    **gametelling.TELLERS,
    **runtelling.TELLERS,
}
