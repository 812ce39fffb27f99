"""What is said before a game: who is asked for what, what was found, who allowed what, and when it begins."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from warroom.core import effects as f
from warroom.core import events as e
from warroom.core.channelnames import backchannel
from warroom.core.durations import write
from warroom.core.effects import BACKCHANNEL, ORIGIN, PERSON, Ask, Effect, Say, Tone
from warroom.core.events import Entry
from warroom.core.faults import Target
from warroom.core.preparing import STAFF_ROLES, needs_preflight, roles_to_ask, unapproved, why_not_begun
from warroom.core.room import Room
from warroom.core.saying import HOW_TO_STOP, outside, who
from warroom.core.scenario import SEALED, Scenario
from warroom.core.words import Code, Person, Time, Words, named

Effects = Iterable[Effect]


def _planned(room: Room, entry: Entry, event: e.GamePlanned) -> Effects:
    yield f.OpenChannel(
        place=BACKCHANNEL,
        name=backchannel(room.key),
        topic=f"EXERCISE {event.title}: for the dungeon master only",
        purpose="Players cannot see this channel. The panel is pinned.",
        private=True,
        invite=room.roster.staff,
    )
    for target in room.breakable.values():
        yield from _approval_asked(room, event.scenario, target)
    if room.murphy is not None and room.murphy.sealed and room.murphy.mode == SEALED:
        yield Say(
            place=BACKCHANNEL,
            tone=Tone.PLAIN,
            title="Murphy is sealed",
            body=("He surprises you too. His seed is committed to by ", Code(room.murphy.sealed), "."),
        )
    if needs_preflight(event.scenario) or roles_to_ask(room):
        roles = roles_to_ask(room)
        poll = f" Go is needed from: {', '.join(roles)}." if roles else ""
        yield Say(
            place=BACKCHANNEL,
            tone=Tone.PLAIN,
            title="Before it begins",
            body=(f"Have a machine look whether everything is ready, and ask for Go, on the panel.{poll}",),
        )
    yield from _roll_call(room, event)


def _roll_call(room: Room, event: e.GamePlanned) -> Effects:
    """Roles that are not of the staff answer where the game was asked for, unless nobody is to know of it yet."""
    others = [each for each in roles_to_ask(room) if each not in STAFF_ROLES]
    if not others or event.surprise == "unannounced":
        return
    asks = [Ask(do="go", label=f"Go: {role}", args=(("role", role),)) for role in others]
    for place in outside(room)[-1:]:
        yield Say(
            place=place,
            tone=Tone.PHASE,
            title=f"Go or No-go: {event.title}",
            body=(
                "A game day is being prepared. Whoever speaks for one of these says so, by name: "
                f"{', '.join(others)}. One No-go, and it does not begin.",
            ),
            asks=(*asks, Ask(do="no-go", label="No-go…")),
        )


def _approval_asked(room: Room, scenario: Scenario, target: Target) -> Effects:
    faults = (each.fault for each in scenario.real_faults())
    modes = dict.fromkeys(each.mode for each in faults if each and each.target == target.target)
    for owner in target.owners:
        yield Say(
            place=f"{PERSON}{owner}",
            tone=Tone.PHASE,
            title=f"May {target.target} be broken on purpose?",
            body=(
                Person(room.roster.controllers[0]),
                f" plans the game day {room.title} ({room.key}). It would really break {target.target} in "
                f"{target.environment or 'no named environment'} ({', '.join(modes)}), for at most "
                f"{write(target.longest)}, and undo it by itself. Nothing is broken unless an owner approves.",
            ),
            asks=(Ask(do="approve-fault", label="Approve", args=(("target", target.target),), style="primary"),),
        )


def _reminded(room: Room, entry: Entry, event: e.GameReminded) -> Effects:
    """The time to who directs it; to the players what they may know. An owner whose approval would not last is asked."""
    if event.everybody:
        when: Words = ("It begins: ", Time(event.begins, day=True), ".")
        if event.until is not None:
            first, last = Time(event.begins, day=True), Time(event.until, day=True)
            when = ("It begins some time between ", first, " and ", last, "; when is not said.")
        for place in (ORIGIN,) if room.origin else tuple(f"{PERSON}{each}" for each in room.roster.players):
            yield Say(
                place=place,
                tone=Tone.PHASE,
                title=f"A game day comes: {room.title}",
                body=(*when, *_cast(room), f" {HOW_TO_STOP}"),
            )
    if event.until is not None or room.plan is None:
        return
    missing = unapproved(room, event.begins)
    yield Say(
        place=BACKCHANNEL,
        tone=Tone.PHASE,
        title="It begins by itself",
        body=(
            Time(event.begins, day=True),
            f", if nothing stands in the way. {_in_the_way(room, entry, missing)}".rstrip(),
        ),
    )
    if event.begins - entry.at <= _SOON:
        for target in missing:
            if target in room.breakable:
                yield from _approval_asked(room, room.plan.scenario, room.breakable[target])


_SOON = timedelta(hours=2)  # an approval that is given now is still good when the game has begun


def _cast(room: Room) -> Words:
    if not room.roster.players:
        return ()
    return (" Players: ", *named(room.roster.players), ". Dungeon master: ", Person(room.roster.controllers[0]), ".")


def _in_the_way(room: Room, entry: Entry, missing: tuple[str, ...]) -> str:
    why = why_not_begun(room, entry.at)
    approval = f"No approval would be good then to break {', '.join(missing)}." if missing else ""
    return " ".join(each for each in (why, approval) if each)


def _not_begun(room: Room, entry: Entry, event: e.NotBegun) -> Effects:
    yield Say(
        place=BACKCHANNEL,
        tone=Tone.BAD_NEWS,
        title="It has not begun",
        body=(event.why, " Nothing was started. When that is settled, start it from the panel, or close this room."),
    )


def _approved(room: Room, entry: Entry, event: e.FaultApproved) -> Effects:
    yield Say(
        place=BACKCHANNEL,
        tone=Tone.GOOD_NEWS,
        title=f"Approved: {event.target} may be broken",
        body=("By ", who(entry), ", until ", Time(event.until), "."),
        asks=(Ask(do="withdraw-approval", label="Withdraw", args=(("target", event.target),)),),
    )


def _approval_withdrawn(room: Room, entry: Entry, event: e.ApprovalWithdrawn) -> Effects:
    yield Say(
        place=BACKCHANNEL,
        tone=Tone.OVERDUE,
        title=f"No longer approved: {event.target}",
        body=(who(entry), " has withdrawn it. What would break it is held."),
    )


def _preflight_asked(room: Room, entry: Entry, event: e.PreflightAsked) -> Effects:
    scenario = room.plan.scenario if room.plan else None
    if scenario is not None:
        faults = dict.fromkeys(each.fault for each in scenario.real_faults() if each.fault)
        yield f.LookAround(attempt=event.attempt, steady=scenario.steady_state, faults=tuple(faults))


def _preflight(room: Room, entry: Entry, event: e.PreflightReported) -> Effects:
    lines = "\n".join(
        f"{'✓' if each.holds else '✗'} {each.what}{f': {each.detail}' if each.detail else ''}"
        for each in event.findings
    )
    yield Say(
        place=BACKCHANNEL,
        tone=Tone.GOOD_NEWS if event.ready else Tone.BAD_NEWS,
        title="Preflight: everything is ready" if event.ready else "Preflight: not everything is ready",
        body=(lines or "Nothing was found out.",),
    )


def _go(room: Room, entry: Entry, event: e.GoSaid) -> Effects:
    yield Say(
        place=BACKCHANNEL,
        tone=Tone.GOOD_NEWS if event.go else Tone.BAD_NEWS,
        title=f"{'Go' if event.go else 'No-go'}: {event.role}",
        body=("Says ", who(entry), f": {event.reason}" if event.reason else "."),
    )


def _sealed(room: Room, entry: Entry, event: e.PredictionsSealed) -> Effects:
    yield Say(
        place=BACKCHANNEL,
        tone=Tone.PLAIN,
        title="The predictions are sealed",
        body=("Nobody can change them now without being found out. Their seal is ", Code(event.digest), "."),
    )


TELLERS: dict[type[e.Event], Callable[[Room, Entry, Any], Effects]] = {
    e.GamePlanned: _planned,
    e.FaultApproved: _approved,
    e.ApprovalWithdrawn: _approval_withdrawn,
    e.PreflightAsked: _preflight_asked,
    e.PreflightReported: _preflight,
    e.GoSaid: _go,
    e.PredictionsSealed: _sealed,
    e.GameReminded: _reminded,
    e.NotBegun: _not_begun,
}
