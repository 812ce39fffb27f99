"""What those who prepare, direct and evaluate a game would do, one thing after another: for playing it without them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from warroom.core import commands as c
from warroom.core.faults import Target
from warroom.core.probes import Tcp
from warroom.core.readiness import Finding, Prediction
from warroom.core.room import Room
from warroom.core.scenario import Ending, FaultSpec, Inject, Mishap, Scenario, SteadyState, StopCondition, Team
from warroom.core.storytime import Story

DIRECTOR, EVALUATOR, SAFETY, OWNER = "U0HARRIET00", "U0EVE000000", "U0SAM000000", "U0OLGA00000"
TARGET = Target(target="redis/primary", driver="process", modes=("kill",), owners=(OWNER,))
_LOOK = Tcp(target="127.0.0.1:6379")


def with_everything(scenario: Scenario) -> Scenario:
    """The scenario with all that a game may have beside its injects, so that all of it is shown somewhere.

    One without injects, such as a wheel of misfortune, is shown as it is.
    """
    if not scenario.injects:
        return scenario
    first, *others = scenario.injects
    broken = replace(first, fault=FaultSpec(target=TARGET.target, mode="kill", driver="process"))
    teams = {**scenario.teams, "everything": Team(title=scenario.title)}
    return replace(
        scenario,
        injects=(replace(broken, hands_off=timedelta(minutes=2), to=("everything",)), *others),
        story=scenario.story or Story(starts="2012-10-21 09:00"),
        teams=teams,
        go=("dungeon master", "support"),
        steady_state=(SteadyState(id="steady", what=scenario.title, check=_LOOK),),
        stops=(StopCondition(id="stop", what=scenario.title, check=_LOOK),),
        endings=(*scenario.endings, Ending(at=timedelta(minutes=30))),
        deck=(*scenario.deck, *_deck(first)),
        expectations=(*scenario.expectations, replace(scenario.expectations[0], met_by=None, judged=scenario.briefing)),
    )


def _deck(inject: Inject) -> tuple[Mishap, ...]:
    return tuple(Mishap(inject=replace(inject, id=f"mishap-{number}", fault=None)) for number in range(8))


def preparing(room: Room, said: str) -> Iterator[c.Command]:
    """Before it begins: predicted, looked at, refused and allowed, approved."""
    yield c.StartGame(by=DIRECTOR)
    begins = (room.opened_at or datetime(2012, 10, 21, tzinfo=UTC)) + timedelta(hours=1)
    yield c.RemindGame(begins=begins, until=begins + timedelta(hours=4), everybody=True)
    yield c.RemindGame(begins=begins, everybody=True)
    yield c.BeginAsPlanned()
    inject = next((each.id for each in room.plan.scenario.injects), "") if room.plan else ""
    yield c.Predict(by=EVALUATOR, inject=inject, sheet=Prediction(detects=said, alert="page", heals=said))
    for holds in (False, True):
        yield c.AskPreflight(by=DIRECTOR)
        attempt = 2 if holds else 1
        yield c.RecordPreflight(attempt=attempt, findings=(Finding(what=said, holds=holds, detail=said),))
    yield c.SayGo(by=EVALUATOR, role="support", go=False, reason=said)
    yield c.SayGo(by=EVALUATOR, role="support", go=True)
    yield c.SayGo(by=DIRECTOR, role="dungeon master", go=True)
    yield c.ApproveFault(by=OWNER, target=TARGET.target)
    yield c.WithdrawApproval(by=OWNER, target=TARGET.target)
    yield c.ApproveFault(by=OWNER, target=TARGET.target)


def directing(room: Room, turn: int, said: str, players: tuple[str, ...]) -> Iterator[c.Command]:
    """What is done off plan, something else at each turn."""
    player = players[-1]
    match turn % 8:
        case 0:
            yield c.Improvise(by=DIRECTOR, text=said, title=said[:150])
            yield c.Consent(by=player)
        case 1:
            yield c.AskMurphy(by=DIRECTOR)
            yield c.SidelinePerson(by=DIRECTOR, person=player, lasts=timedelta(minutes=3), why=said)
        case 2:
            yield from _murphy(room, said)
            yield c.BringBack(by=DIRECTOR, person=player)
        case 3:
            yield c.ShiftPlan(by=DIRECTOR, by_length=timedelta(minutes=-1), reason=said)
            yield from (c.EditInject(by=DIRECTOR, inject=each.id, text=said) for each in _coming(room)[:1])
        case 4:
            yield from (c.MarkMoment(by=player, incident=each, what="evidence") for each in list(room.incidents)[:1])
            yield c.Observe(by=EVALUATOR, text=said)
        case 5:
            yield from _evaluate(room, said)
        case 6:
            yield c.RecordStop(stop="stop", holds=False, detail=said)
            yield c.RecordStop(stop="stop", holds=True, detail=said)
            yield c.ResumeGame(by=DIRECTOR)
        case 7:
            yield c.JoinTeam(by=player, team="everything")
            yield c.GivePart(by=DIRECTOR, person="U0LATE00000", part="evaluator")
            yield c.Acknowledge(by="U0NEW000000", incident="I1")
            yield c.MoveOn(by=DIRECTOR)


def _coming(room: Room) -> tuple[Inject, ...]:
    return room.plan.coming() if room.plan else ()


def _murphy(room: Room, said: str) -> Iterator[c.Command]:
    murphy = room.murphy
    if murphy is None or murphy.proposal is None:
        return
    for each in murphy.proposal.offered[1:2]:
        yield c.VetoMishap(by=DIRECTOR, mishap=each.card, reason=said)
    yield c.TakeProposed(by=DIRECTOR, turn=murphy.turn)
    yield c.SetMurphy(by=DIRECTOR, mode="autopilot" if murphy.turn % 2 else "propose")


def _evaluate(room: Room, said: str) -> Iterator[c.Command]:
    for each in room.plan.scenario.expectations if room.plan else ():
        yield c.RateExpectation(by=EVALUATOR, expectation=each.id, rating="M", note=said)
        if each.met_by is None:
            yield c.JudgeExpectation(by=EVALUATOR, expectation=each.id, met=False)


def emergency(room: Room, said: str, players: tuple[str, ...]) -> Iterator[c.Command]:
    """Somebody sees something real; then it is over, and play goes on."""
    yield c.CallEmergency(by=players[0], words=said)
    yield c.RecordRealRoom(key="INC-7")
    for fault in room.faults.values():
        yield c.RecordFault(fault=fault.id, injected=True, detail=said)
        yield c.RecordRollback(fault=fault.id, undone=False, detail=said)
        yield c.RecordRollback(fault=fault.id, undone=True, detail=said)
    yield c.AskPreflight(by=DIRECTOR)
    preflight = room.readiness.preflight
    attempt = preflight.attempt + 1 if preflight else 1
    yield c.RecordPreflight(attempt=attempt, findings=(Finding(what=said, holds=True),))
    yield c.ResumeGame(by=DIRECTOR)
