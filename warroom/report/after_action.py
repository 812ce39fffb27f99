"""The after-action report: what happened against what was expected, computed from the timeline and nothing else.

    after_action(entries, names) -> AfterAction           or, entry by entry:  Account.add ...; report(account)

It may be given to everybody. While a game is still going on it leaves out what would give the plan away: expectations,
breakages, how much is yet to come, and all that is done and thought behind the players' backs. When the game is over
that is revealed (`GameFacts.revealed`); what the scenario still has in store, and its author's notes, never are.
"""

from collections.abc import Iterable
from dataclasses import replace

from warroom.core.events import Entry
from warroom.core.views import mark
from warroom.report import findings
from warroom.report.account import Account
from warroom.report.called import called
from warroom.report.facts import AfterAction, Improvement, InjectsFacts
from warroom.report.findings import Material
from warroom.report.phrasing import Names

__all__ = ["Account", "AfterAction", "after_action", "report"]


def after_action(entries: Iterable[Entry], names: Names) -> AfterAction:
    """The report of a whole timeline; in a drill people are called by what they were. Raises ValueError when it does not begin with the opening of a room."""
    timeline = list(entries)
    account = Account(called(timeline, names), roll=names)
    for entry in timeline:
        account.add(entry)
    return report(account)


def report(account: Account) -> AfterAction:
    """The report of what has been added so far."""
    room, material = account.room, _material(account)
    wrong = findings.distinct(findings.went_wrong(material))
    scenario = room.plan.scenario if room.plan else None
    return AfterAction(
        mark=replace(mark(room), name=material.title),
        title=material.title,
        entries=room.seq,
        course=material.course,
        summary=tuple(findings.summary(material)),
        objectives=scenario.objectives if scenario else (),
        people=material.people,
        incidents=material.incidents,
        expectations=material.expectations,
        injects=material.injects,
        runs=material.runs,
        alerts=tuple(account.incidents.alerts.values()),
        alerts_left_out=account.incidents.left_out,
        faults=material.faults,
        notes=tuple(account.notes),
        updates=tuple(account.updates),
        messages=sum(account.messages.values()),
        undelivered=material.undelivered,
        went_well=findings.distinct(findings.went_well(material)),
        went_wrong=wrong,
        prompts=findings.prompts(drill=room.drill),
        debrief=scenario.debrief if scenario and material.course.over else (),
        game=material.game,
        improvements=tuple(Improvement(found=each) for each in wrong),
    )


def _material(account: Account) -> Material:
    room, course = account.room, account.course()
    incidents = account.incident_facts()
    material = Material(
        drill=room.drill,
        title=account.words(room.game.title if room.game else room.title),
        key=room.key,
        course=course,
        people=account.people(),
        incidents=incidents,
        expectations=account.expectation_facts(),
        injects=account.inject_facts(),
        runs=account.run_facts(),
        faults=account.fault_facts(),
        alerts_left_out=account.incidents.left_out,
        undelivered=tuple(account.undelivered),
        doubled=account.doubled,
        gaps=tuple(account.gaps),
        game=account.game_facts({each.id: each for each in incidents}, over=course.over),
    )
    return material if course.over or not room.drill else _while_playing(material)


def _while_playing(material: Material) -> Material:
    played = tuple(replace(each, origin="", edited=False) for each in material.injects.played)
    injects = InjectsFacts(played=played, never_played=None)
    return replace(material, expectations=(), faults=(), injects=injects)
