"""The words people say to the bot: after `/warroom`, in a direct message, or after its name in a channel or thread.

One table, `WORDS`; the help text and the reference page are drawn from it.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import field
from difflib import get_close_matches
from typing import Any

from warroom.core import commands as c
from warroom.core import views
from warroom.core.declaring import dataclass
from warroom.core.durations import read
from warroom.core.emergency import calls_no_duff
from warroom.core.refusals import NotNow, Unknown
from warroom.core.roster import COMMANDER
from warroom.slack import wheels
from warroom.slack.calendars import Calendars
from warroom.slack.desk import Desk, Whereabouts, only_open_incident
from warroom.slack.mrkdwn import escape_line, person, unescape
from warroom.slack.people import People
from warroom.store import redacting

MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Something said to the bot. `direct` when it was said to it alone."""

    where: Whereabouts
    text: str
    direct: bool = False
    key: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What the asker alone is told; `opens` names a modal to open, `exports` a room whose report is wanted.

    `meets` are people who come in by it, whose names the report will want.
    """

    text: str = ""
    opens: str = ""
    room: int = 0  # that the modal is about
    said: Mapping[str, str] = field(default_factory=dict)
    exports: int | None = None
    meets: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    usage: str
    means: str
    does: Callable[["Slash", Asked, str], Awaitable[Reply]]


class Slash:
    def __init__(self, desk: Desk, people: People) -> None:
        self.desk, self.people = desk, people
        self.calendars = Calendars(desk)

    async def plain(self, asked: Asked, said: str) -> str:
        """Somebody's words as people read them: entities undone, mentions as names."""
        return unescape(said, await self.people.named(asked.where.workspace, MENTION.findall(said)))

    async def take(self, asked: Asked) -> Reply:
        """Do what was asked. Raises Refused and NotFound with a sentence."""
        word, _, rest = asked.text.strip().partition(" ")
        known = WORDS.get(word.lower() or "help")
        if known is None and calls_no_duff(asked.text):
            return await _real(self, asked, asked.text.strip())
        if known is None:
            near = get_close_matches(word.lower(), WORDS, n=1)
            raise Unknown(f"I do not know “{word}”. {f'Did you mean “{near[0]}”?' if near else 'Try “help”.'}")
        return await known.does(self, asked, rest.strip())


def about_life(text: str) -> bool:
    """Whether these words are about something real, wherever they are said."""
    word = text.strip().partition(" ")[0].lower()
    return word == "real" or (word not in WORDS and calls_no_duff(text))


def help_text(lead: str) -> str:
    """All words, as mrkdwn. `lead` is what must be said before them."""
    lines = [f"• `{lead}{word.usage}`: {word.means}" for word in WORDS.values()]
    return "\n".join(["*What you can ask for*", *lines])


async def _help(slash: Slash, asked: Asked, rest: str) -> Reply:
    return Reply(text=help_text("" if asked.direct else "/warroom "))


async def _start(slash: Slash, asked: Asked, rest: str, *, at_once: bool = True) -> Reply:
    people = tuple(MENTION.findall(rest))
    scenario = "-".join(MENTION.sub(" ", rest).lower().split())
    if not scenario:
        return Reply(opens="start", said={"origin": asked.where.channel})
    if scenario not in slash.desk.library.scenarios:
        raise Unknown(
            f"There is no scenario “{scenario}”. There is: {', '.join(sorted(slash.desk.library.scenarios))}."
        )
    if not people and asked.direct:
        return Reply(opens="start", said={"origin": asked.where.channel, "scenario": scenario})
    players = people or await slash.people.humans(asked.where.channel, asked.where.workspace)
    if players is None:
        raise NotNow("Name the players: I cannot call everybody in this channel. `start october-21 @ana @ben`")
    handled = await slash.desk.start_game(asked.where, scenario, players, at_once=at_once, key=asked.key)
    how = "begins" if at_once else "is planned"
    text = f"{handled.room.key} {how}. Your panel is in the backchannel that you have just been invited to."
    return Reply(text=text, meets=handled.room.roster.everyone)


async def _plan(slash: Slash, asked: Asked, rest: str) -> Reply:
    return await _start(slash, asked, rest, at_once=False)


async def _schedule(slash: Slash, asked: Asked, rest: str) -> Reply:
    return Reply(opens="schedule", said={"origin": asked.where.channel})


async def _wheel(slash: Slash, asked: Asked, rest: str) -> Reply:
    handled, cast = await wheels.spin(
        slash.desk, slash.people, asked.where, tuple(MENTION.findall(rest)), key=asked.key
    )
    second = f", then {person(cast.secondary)}" if cast.secondary else ""
    text = f"{handled.room.key} begins. {person(cast.director)} directs. Paged: {person(cast.primary)}{second}."
    return Reply(text=text, meets=handled.room.roster.everyone)


async def _calendar(slash: Slash, asked: Asked, rest: str) -> Reply:
    return Reply(text=await slash.calendars.listing(asked.where))


async def _unschedule(slash: Slash, asked: Asked, rest: str) -> Reply:
    return Reply(text=await slash.calendars.call_off(asked.where, rest))


async def _declare(slash: Slash, asked: Asked, rest: str) -> Reply:
    if not rest:
        return Reply(opens="declare", said={"origin": asked.where.channel})
    handled = await slash.desk.declare(asked.where, await slash.plain(asked, rest), key=asked.key)
    return Reply(text=f"{handled.room.key} is open: a real incident. You are being invited to its war room.")


async def _status(slash: Slash, asked: Asked, rest: str) -> Reply:
    room = await slash.desk.runtime.room(await slash.desk.room_meant(asked.where, rest))
    view = views.status(room)
    lines = [f"*{'EXERCISE' if view.mark.drill else 'REAL INCIDENT'} {view.mark.key}*: {view.state}"]
    lines += [f"• {each.severity} {each.id}, {each.state}" for each in view.incidents]
    lines += [
        f"• {escape_line(each.title)}: step {each.step}{' (overdue)' if each.overdue else ''}"
        for each in view.runs
        if each.at
    ]
    lines.append("The status card is pinned in the war room.")
    return Reply(text="\n".join(lines))


def _in_room(make: Callable[[str, str], c.Command], said: str) -> Callable[[Slash, Asked, str], Awaitable[Reply]]:
    async def does(slash: Slash, asked: Asked, rest: str) -> Reply:
        room = await slash.desk.room_meant(asked.where)
        command = make(asked.where.person, await slash.plain(asked, rest))
        handled = await slash.desk.runtime.handle(room, command, key=asked.key)
        return Reply(text=f"{said} ({handled.room.key})")

    return does


def _on_incident(
    make: Callable[[str, str, str], c.Command], said: str
) -> Callable[[Slash, Asked, str], Awaitable[Reply]]:
    """For what is about the only open incident: `make` is given who asks, that incident, and the rest."""

    async def does(slash: Slash, asked: Asked, rest: str) -> Reply:
        room = await slash.desk.room_meant(asked.where)
        incident = only_open_incident(await slash.desk.runtime.room(room))
        command = make(asked.where.person, incident, await slash.plain(asked, rest))
        await slash.desk.runtime.handle(room, command, key=asked.key)
        return Reply(text=said)

    return does


async def _acknowledge(slash: Slash, asked: Asked, rest: str) -> Reply:
    """Also one of several, when it is named."""
    if not rest:
        return await _on_incident(lambda by, incident, _: c.Acknowledge(by=by, incident=incident), "Acknowledged.")(
            slash, asked, rest
        )
    return await _in_room(lambda by, named: c.Acknowledge(by=by, incident=named), "Acknowledged.")(slash, asked, rest)


async def _role(slash: Slash, asked: Asked, rest: str) -> Reply:
    people = MENTION.findall(rest)
    role = " ".join(MENTION.sub(" ", rest).lower().split())
    if not role:
        raise NotNow("Name the role, such as `role scribe @ana`; without a person it is yours.")
    room = await slash.desk.room_meant(asked.where)
    command = c.TakeRole(by=asked.where.person, role=role, person=people[0] if people else "")
    await slash.desk.runtime.handle(room, command, key=asked.key)
    return Reply(text="The role is taken care of.")


async def _team(slash: Slash, asked: Asked, rest: str) -> Reply:
    """For oneself, or, by the dungeon master, for everybody who is named."""
    people, team = MENTION.findall(rest), " ".join(MENTION.sub(" ", rest).lower().split())
    room = await slash.desk.room_meant(asked.where)
    commands = [c.JoinTeam(by=asked.where.person, team=team, person=person) for person in people or [""]]
    await slash.desk.runtime.handle(room, *commands, key=asked.key)
    return Reply(text=f"They are in {team} now." if people else "You are in the team.")


async def _walk(slash: Slash, asked: Asked, rest: str) -> Reply:
    room = await slash.desk.room_meant(asked.where)
    if not rest:
        names = ", ".join(f"`{name}`" for name in sorted(slash.desk.library.runbooks))
        return Reply(text=f"Which runbook? There are {names}.")
    await slash.desk.walk(room, "", rest.lower(), asked.where.person, key=asked.key)
    return Reply(text="Its card is in the war room.")


async def _stop(slash: Slash, asked: Asked, rest: str) -> Reply:
    room = await slash.desk.room_meant(asked.where)
    walking = [run.id for run in (await slash.desk.runtime.room(room)).runs.values() if run.walking]
    first, _, further = rest.partition(" ")
    named = first.upper() in walking
    if not named and len(walking) != 1:
        which = f"Say which: {', '.join(walking)}." if walking else "No runbook is being walked."
        raise NotNow(which)
    why = await slash.plain(asked, further if named else rest)
    command = c.AbandonRun(by=asked.where.person, run=first.upper() if named else walking[0], reason=why)
    await slash.desk.runtime.handle(room, command, key=asked.key)
    return Reply(text="Stopped.")


async def _say(slash: Slash, asked: Asked, rest: str) -> Reply:
    actor, colon, text = rest.partition(":")
    if not colon:
        raise NotNow("Say who speaks and what: `say vendor: The replicas are half way.`")
    room = await slash.desk.room_meant(asked.where)
    command = c.SpeakAs(by=asked.where.person, actor=actor.strip().lower(), text=await slash.plain(asked, text))
    await slash.desk.runtime.handle(room, command, key=asked.key)
    return Reply(text="Said.")


async def _real(slash: Slash, asked: Asked, rest: str) -> Reply:
    """From any channel, and by its bare words: whoever is in a hurry does not look up how it is said to the bot."""
    room = await slash.desk.game_to_stop(asked.where)
    words = await slash.plain(asked, rest)
    command = c.CallEmergency(by=asked.where.person, words=words, channel=asked.where.channel)
    await slash.desk.runtime.handle(room, command, key=asked.key)
    return Reply(text="Play has stopped. A real incident is being opened, and you are being invited to it.")


async def _panel(slash: Slash, asked: Asked, rest: str) -> Reply:
    return Reply(opens="panel", room=await slash.desk.room_meant(asked.where))


def _no_go(by: str, rest: str) -> c.Command:
    role, _, why = rest.partition(":")
    return c.SayGo(by=by, role=role.strip().lower(), go=False, reason=why)


def _murphy(by: str, rest: str) -> c.Command:
    return c.SetMurphy(by=by, mode=rest.lower()) if rest else c.AskMurphy(by=by)


def _shift(by: str, rest: str) -> c.Command:
    length = read(rest.removeprefix("-").strip())
    if length is None:
        raise NotNow("Say by how much: `shift 10m`, or `shift -10m` for earlier.")
    return c.ShiftPlan(by=by, by_length=-length if rest.startswith("-") else length)


async def _redact(slash: Slash, asked: Asked, rest: str) -> Reply:
    """Without a reason it only says what would be removed: a press cannot be taken back, and neither can this."""
    room = await slash.desk.room_meant(asked.where)
    place, because, why = rest.partition(" because ")
    number, _, field = place.strip().partition(" ")
    if not number.isascii() or not number.isdigit() or len(number) > 9:
        raise NotNow("Say which entry, and why: `redact 14 because it is a password`. The report has their numbers.")
    typed = await slash.desk.runtime.db.read(redacting.typed, room, int(number))
    left = [each.field for each in typed if each.text is not None]
    if not left:
        raise NotNow(f"Entry {number} has no text that could be removed.")
    if not because or (not field.strip() and len(left) > 1):
        which = f" {left[0]}" if len(left) > 1 else ""
        raise NotNow(
            f"Entry {number} has {', '.join(left)}. To remove it for good: `redact {number}{which} because WHY`. "
            "Nothing has been removed yet."
        )
    why = await slash.plain(asked, why)
    command = c.Redact(by=asked.where.person, seq=int(number), field=field.strip() or left[0], reason=why)
    done = await slash.desk.runtime.redact(room, command, key=asked.key)
    key = done.handled.room.key
    also = [str(each.seq) for each in done.elsewhere if each.room == key]
    text = f"Removed from entry {number} of {key}. Delete the message here as well, and what was exported before."
    if not done.gone:
        text += " The database's log may hold it a little longer."
    return Reply(text=f"{text} The same words are also in {', '.join(also)}." if also else text)


async def _export(slash: Slash, asked: Asked, rest: str) -> Reply:
    return Reply(exports=await slash.desk.room_meant(asked.where, rest))


async def _rooms(slash: Slash, asked: Asked, rest: str) -> Reply:
    rows = await slash.desk.rooms_shown(asked.where.workspace, asked.where.person)
    if not rows:
        return Reply(text="No room is open.")
    marks: Mapping[Any, str] = {"drill": "EXERCISE", "real": "REAL"}
    return Reply(text="\n".join(f"• *{row.key}* {marks[row.mode]}, {row.state}" for row in rows))


WORDS: dict[str, Word] = {
    "help": Word(usage="help", means="this list", does=_help),
    "start": Word(
        usage="start [SCENARIO] [@people]",
        means="start a game day; the players are the people named, or everybody in this channel",
        does=_start,
    ),
    "plan": Word(
        usage="plan SCENARIO [@people]", means="open its backchannel only; start it from the panel", does=_plan
    ),
    "wheel": Word(
        usage="wheel [@people]",
        means="the wheel of misfortune: half an hour around a table, at once, out of the decks",
        does=_wheel,
    ),
    "schedule": Word(usage="schedule", means="plan a game day, once or again and again", does=_schedule),
    "calendar": Word(usage="calendar", means="the game days that are planned, with their numbers", does=_calendar),
    "unschedule": Word(usage="unschedule NUMBER", means="take one off the calendar", does=_unschedule),
    "declare": Word(usage="declare [WHAT IS WRONG]", means="declare a real incident", does=_declare),
    "rooms": Word(usage="rooms", means="the rooms that are open", does=_rooms),
    "status": Word(usage="status [ROOM]", means="how it stands", does=_status),
    "ack": Word(usage="ack", means="acknowledge the incident", does=_acknowledge),
    "command": Word(
        usage="command",
        means="take command",
        does=_in_room(lambda by, rest: c.TakeRole(by=by, role=COMMANDER), "You have command."),
    ),
    "role": Word(usage="role ROLE [@person]", means="take a role, or give it to somebody", does=_role),
    "severity": Word(
        usage="severity SEV1",
        means="say how bad it is, SEV1 (worst) to SEV4",
        does=_on_incident(
            lambda by, incident, rest: c.SetSeverity(by=by, incident=incident, severity=rest.upper()),
            "The severity is set.",
        ),
    ),
    "walk": Word(usage="walk RUNBOOK", means="walk a runbook for the open incident", does=_walk),
    "blank": Word(
        usage="blank [TITLE]",
        means="no runbook fits: write the steps down while you do them",
        does=_on_incident(
            lambda by, incident, rest: c.StartBlankRun(by=by, incident=incident, title=rest),
            "Its card is in the war room. Write each step down as you begin it.",
        ),
    ),
    "stop": Word(usage="stop [RUN] WHY", means="stop walking a runbook, and say why", does=_stop),
    "leave": Word(
        usage="leave ROLE",
        means="give up a role of yours",
        does=_in_room(lambda by, rest: c.LeaveRole(by=by, role=rest.lower()), "You have left it."),
    ),
    "note": Word(
        usage="note TEXT",
        means="put something on the timeline",
        does=_in_room(lambda by, rest: c.TakeNote(by=by, text=rest), "Noted."),
    ),
    "update": Word(
        usage="update TEXT",
        means="post a status update",
        does=_in_room(lambda by, rest: c.PostStatus(by=by, text=rest), "Posted."),
    ),
    "resolve": Word(
        usage="resolve [HOW]",
        means="resolve the open incident",
        does=_on_incident(lambda by, incident, rest: c.Resolve(by=by, incident=incident, note=rest), "Resolved."),
    ),
    "close": Word(
        usage="close", means="close this room", does=_in_room(lambda by, rest: c.CloseRoom(by=by), "Closed.")
    ),
    "export": Word(usage="export [ROOM]", means="the timeline and the after-action report, as files", does=_export),
    "redact": Word(
        usage="redact ENTRY [FIELD] because WHY",
        means="the commander, or the dungeon master: remove a typed text from the timeline, for good",
        does=_redact,
    ),
    "real": Word(
        usage="real [WHAT YOU SEE]",
        means="NO DUFF: something real is happening; stop the game and open a real incident",
        does=_real,
    ),
    "seen": Word(
        usage="seen evidence|automation|restored",
        means="mark the moment: definitive evidence, automation acted, service restored",
        does=_on_incident(
            lambda by, incident, rest: c.MarkMoment(by=by, incident=incident, what=rest.lower()), "Marked."
        ),
    ),
    "team": Word(
        usage="team NAME [@people]",
        means="in a game: join a team; dungeon master: put somebody into one",
        does=_team,
    ),
    "consent": Word(
        usage="consent [no]",
        means="in a game: you may be taken out for a while, or no longer",
        does=_in_room(lambda by, rest: c.Consent(by=by, agrees=rest.lower() != "no"), "Kept."),
    ),
    "go": Word(
        usage="go ROLE",
        means="before a game: Go, for a role",
        does=_in_room(lambda by, rest: c.SayGo(by=by, role=rest.lower(), go=True), "Go."),
    ),
    "nogo": Word(
        usage="nogo ROLE: WHY", means="before a game: No-go, for a role, and why", does=_in_room(_no_go, "No-go.")
    ),
    "panel": Word(usage="panel", means="dungeon master: the panel, over the channel you are in", does=_panel),
    "preflight": Word(
        usage="preflight",
        means="who directs or evaluates: have a machine look whether the game may begin, or go on",
        does=_in_room(lambda by, rest: c.AskPreflight(by=by), "It is being looked at."),
    ),
    "observe": Word(
        usage="observe TEXT",
        means="who directs or evaluates: a hidden note for the hot wash",
        does=_in_room(lambda by, rest: c.Observe(by=by, text=rest), "Noted, for the hot wash."),
    ),
    "improvise": Word(
        usage="improvise TEXT",
        means="dungeon master: say something that is in no plan",
        does=_in_room(lambda by, rest: c.Improvise(by=by, text=rest), "Played."),
    ),
    "murphy": Word(
        usage="murphy [off|propose|autopilot|sealed]",
        means="dungeon master: ask Murphy what he would play next, or say how he plays along",
        does=_in_room(_murphy, "What comes of it is in the backchannel."),
    ),
    "shift": Word(
        usage="shift 10m | shift -10m",
        means="dungeon master: everything to come, later or earlier",
        does=_in_room(_shift, "Shifted."),
    ),
    "forward": Word(
        usage="forward",
        means="dungeon master: bring the plan forward, so that the next inject comes now",
        does=_in_room(lambda by, rest: c.ForwardPlan(by=by), "Brought forward."),
    ),
    "onward": Word(
        usage="onward",
        means="dungeon master: begin the next part of the game",
        does=_in_room(lambda by, rest: c.MoveOn(by=by), "The next part has begun."),
    ),
    "next": Word(
        usage="next",
        means="dungeon master: play the next inject now",
        does=_in_room(lambda by, rest: c.PlayInject(by=by), "Played."),
    ),
    "skip": Word(
        usage="skip [WHY]",
        means="dungeon master: skip the next inject",
        does=_in_room(lambda by, rest: c.SkipInject(by=by, reason=rest), "Skipped."),
    ),
    "say": Word(usage="say ACTOR: TEXT", means="dungeon master: speak as somebody", does=_say),
    "pause": Word(
        usage="pause [WHY]",
        means="dungeon master: stop the clock",
        does=_in_room(lambda by, rest: c.PauseGame(by=by, reason=rest), "Paused."),
    ),
    "resume": Word(
        usage="resume",
        means="dungeon master: let it run again",
        does=_in_room(lambda by, rest: c.ResumeGame(by=by), "Play goes on."),
    ),
    "end": Word(
        usage="end [WHY]",
        means="dungeon master: end the game",
        does=_in_room(lambda by, rest: c.EndGame(by=by, reason=rest), "The game is over."),
    ),
}
