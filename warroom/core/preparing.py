"""What may be asked before a game: predictions, approvals, a preflight, Go and No-go. And whether it may begin."""

from datetime import datetime

from warroom.core import commands as c
from warroom.core import events as e
from warroom.core import game as games
from warroom.core import roster as people
from warroom.core.game import GameState
from warroom.core.permission import News, in_words, the_game
from warroom.core.readiness import ALERTS, APPROVED_FOR, Prediction
from warroom.core.refusals import NotNow, NotYours, TooLate, Unknown
from warroom.core.room import Room
from warroom.core.scenario import Scenario

DUNGEON_MASTER, SAFETY_OFFICER, EVALUATOR = "dungeon master", "safety officer", "evaluator"
STAFF_ROLES = (DUNGEON_MASTER, SAFETY_OFFICER, EVALUATOR)


def roles_to_ask(room: Room) -> tuple[str, ...]:
    """The roles that must say Go: those of the scenario; by default, when something real is broken, who can stop it."""
    if room.plan is None:
        return ()
    if room.plan.scenario.go or not room.plan.scenario.real_faults():
        return room.plan.scenario.go
    return (DUNGEON_MASTER, SAFETY_OFFICER) if room.roster.safety else (DUNGEON_MASTER,)


def needs_preflight(scenario: Scenario) -> bool:
    return bool(scenario.steady_state or scenario.real_faults())


def why_not_begun(room: Room, now: datetime) -> str:
    """Why the game may not begin yet, as a sentence; empty when it may."""
    if room.plan is None:
        return ""
    if needs_preflight(room.plan.scenario):
        preflight = room.readiness.preflight
        if preflight is None:
            return "No preflight yet: ask for one on the panel, and begin when it is green."
        if preflight.findings is None:
            return "The preflight is still being done."
        if not preflight.ready:
            bad = next((each for each in preflight.findings if not each.holds), None)
            return f"The preflight is red: {f'{bad.what}: {bad.detail}' if bad else 'nothing was found'}."
        if not preflight.fresh(now):
            return "The preflight is too old to say anything about now; ask for another."
    for role in roles_to_ask(room):
        answer = room.readiness.answers.get(role)
        if answer is None:
            return f"Nobody has said Go for {role} yet."
        if not answer.go:
            return f"It is a No-go for {role}: {answer.reason}"
    return ""


def unapproved(room: Room, now: datetime) -> tuple[str, ...]:
    """What the plan would really break at some time, and nobody's approval for it is good then."""
    if room.plan is None:
        return ()
    real = [each.fault.target for each in room.plan.scenario.injects if each.fault and each.fault.real]
    approvals = room.readiness.approvals
    return tuple(each for each in dict.fromkeys(real) if each not in approvals or approvals[each].until <= now)


def why_not_by_itself(room: Room, now: datetime) -> str:
    """Why the calendar may not begin the game. It needs all that a person needs, and every approval besides."""
    if room.game is not None and room.game.knows_of_something_real(now):
        return "Something real was called in it a short while ago."
    if why := why_not_begun(room, now):
        return why
    missing = unapproved(room, now)
    return f"Nobody's approval is good now to break {', '.join(missing)}." if missing else ""


def remind(room: Room, command: c.RemindGame, now: datetime) -> News:
    if room.game is None or room.game.state is not GameState.PLANNED or not room.open:
        return []
    return [e.GameReminded(begins=command.begins, until=command.until, everybody=command.everybody)]


def predict(room: Room, command: c.Predict, now: datetime) -> News:
    if room.plan is None or room.game is None:
        raise NotNow("This is a real incident, not a game.")
    people.must_be_staff(room.roster, command.by)
    games.must_allow(room.game, "prepare")
    if command.inject and room.plan.scenario.inject(command.inject) is None:
        raise Unknown(f"There is no inject {command.inject!r}.")
    if command.sheet == Prediction():
        raise NotNow("Predict at least one thing; the sheet is empty.")
    if command.sheet.alert and command.sheet.alert not in ALERTS:
        raise Unknown(f"{command.sheet.alert!r} is no way to be alerted; use {', '.join(ALERTS)}.")
    return [e.Predicted(inject=command.inject, sheet=command.sheet)]


def approve(room: Room, command: c.ApproveFault, now: datetime) -> News:
    """An owner who directs the game cannot approve for it: what breaks something real takes two people."""
    target = room.breakable.get(command.target)
    if target is None or room.game is None:
        raise Unknown(f"Nothing real called {command.target!r} would be broken in {room.key}.")
    games.must_allow(room.game, "direct")
    if command.by not in target.owners:
        raise NotYours(f"Only an owner of {command.target} can approve that.")
    if command.by in room.roster.controllers:
        raise NotYours("You direct this game. Another owner has to approve: breaking something real takes two people.")
    return [e.FaultApproved(target=command.target, until=now + APPROVED_FOR)]


def withdraw(room: Room, command: c.WithdrawApproval, now: datetime) -> News:
    target = room.breakable.get(command.target)
    if target is None or command.target not in room.readiness.approvals:
        raise Unknown(f"Nobody has approved {command.target!r}.")
    if command.by not in (*target.owners, *room.roster.controllers, *room.roster.safety):
        raise NotYours(f"Only an owner of {command.target}, or who directs the game, can do that.")
    return [e.ApprovalWithdrawn(target=command.target)]


def ask_preflight(room: Room, command: c.AskPreflight, now: datetime) -> News:
    if room.game is None or room.plan is None:
        raise NotNow("This is a real incident, not a game.")
    people.must_be_staff(room.roster, command.by)
    if room.game.state is GameState.ENDED:
        raise NotNow("The game has ended.")
    there = room.readiness.preflight
    return [e.PreflightAsked(attempt=there.attempt + 1 if there else 1)]


def record_preflight(room: Room, command: c.RecordPreflight, now: datetime) -> News:
    there = room.readiness.preflight
    if there is None or there.attempt != command.attempt or there.findings is not None:
        return []
    ready = bool(command.findings) and all(each.holds for each in command.findings)
    return [e.PreflightReported(attempt=command.attempt, ready=ready, findings=command.findings)]


def say_go(room: Room, command: c.SayGo, now: datetime) -> News:
    if room.game is None:
        raise NotNow("This is a real incident, not a game.")
    games.must_allow(room.game, "prepare")
    asked = roles_to_ask(room)
    if command.role not in asked:
        raise Unknown(f"Nobody is asked for {command.role!r}; those who are: {', '.join(asked) or 'nobody'}.")
    held = {
        DUNGEON_MASTER: room.roster.controllers,
        SAFETY_OFFICER: room.roster.safety,
        EVALUATOR: room.roster.evaluators,
    }
    if command.role in held and command.by not in held[command.role]:
        raise NotYours(f"Only the {command.role} can say that.")
    reason = command.reason.strip() if command.go else in_words(command.reason)
    there = room.readiness.answers.get(command.role)
    if there is not None and there.go is command.go and there.by == command.by:
        raise TooLate("You have said that already.")
    return [e.GoSaid(role=command.role, go=command.go, reason=reason)]


def give_part(room: Room, command: c.GivePart, now: datetime) -> News:
    the_game(room, command.by)
    if command.part not in people.PARTS:
        raise Unknown(f"{command.part!r} is no part in a game; there are {', '.join(people.PARTS)}.")
    if room.roster.part(command.person) == command.part:
        raise TooLate("That is their part already.")
    if room.roster.controllers == (command.person,):
        raise NotNow("A game needs a dungeon master. Make somebody else one first.")
    if command.person in room.roster.staff and command.part in (people.PLAYER, people.OBSERVER):
        raise NotNow("Whoever has seen what is hidden cannot play any more, nor watch as if they had not.")
    given: News = [e.PartGiven(person=command.person, part=command.part)]
    if command.part != people.PLAYER:
        given += [e.RoleLeft(role=role, person=who) for role, who in room.roster.roles.items() if who == command.person]
    if command.part == people.CONTROLLER:
        given += _no_longer_approved(room, command.person)
    return given


def _no_longer_approved(room: Room, person: str) -> News:
    """What this person approved before they came to direct: it takes two people, in whichever order they come."""
    approvals = room.readiness.approvals.items()
    return [e.ApprovalWithdrawn(target=target) for target, each in approvals if each.by == person]


def join_team(room: Room, command: c.JoinTeam, now: datetime) -> News:
    if room.plan is None:
        raise NotNow("This is a real incident, not a game.")
    if command.team not in room.plan.scenario.teams:
        raise Unknown(f"There is no team {command.team!r}; there is {', '.join(room.plan.scenario.teams) or 'none'}.")
    person = command.person or command.by
    if person != command.by:
        people.must_control(room.roster, command.by)
    part = room.roster.part(person)
    if part not in ("", people.PLAYER):
        raise NotNow("Only players are in teams.")
    if command.team in room.roster.teams_of(person):
        raise TooLate("You are in that team already." if person == command.by else "They are in that team already.")
    joined: News = [] if part else [e.PlayerJoined(person=person)]
    return [*joined, e.TeamJoined(person=person, team=command.team)]


def consent(room: Room, command: c.Consent, now: datetime) -> News:
    if room.game is None:
        raise NotNow("This is a real incident, not a game.")
    if (command.by in room.roster.consents) is command.agrees:
        raise TooLate("That is what you have said already.")
    out = not command.agrees and command.by in room.roster.sidelined
    back: News = [e.BackInGame(person=command.by)] if out else []
    return [e.ConsentGiven(person=command.by, agrees=command.agrees), *back]
