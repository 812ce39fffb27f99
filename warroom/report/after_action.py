"""The after-action report: what happened against what was expected, computed from the timeline and nothing else.

    after_action(entries, names) -> AfterAction           or, entry by entry:  Account.add ...; report(account)

It reads as a player would (see `account`), so that it may be given to everybody. While a game is still going on it
leaves out what would give the plan away: expectations, breakages, and how much is yet to come.
"""

from collections.abc import Iterable
from dataclasses import replace

from warroom.core.events import Entry
from warroom.core.views import mark
from warroom.report import findings
from warroom.report.account import Account
from warroom.report.facts import AfterAction, Improvement, InjectsFacts
from warroom.report.findings import Material
from warroom.report.phrasing import Names

__all__ = ["Account", "AfterAction", "after_action", "report"]


def after_action(entries: Iterable[Entry], names: Names) -> AfterAction:
    """The report of a whole timeline. Raises ValueError when it does not begin with the opening of a room."""
    account = Account(names)
    for entry in entries:
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
        alerts=tuple(account.alerts.values()),
        alerts_left_out=account.left_out,
        faults=material.faults,
        notes=tuple(account.notes),
        updates=tuple(account.updates),
        messages=sum(account.messages.values()),
        undelivered=material.undelivered,
        went_well=findings.distinct(findings.went_well(material)),
        went_wrong=wrong,
        prompts=findings.prompts(drill=room.drill),
        debrief=scenario.debrief if scenario and material.course.over else (),
        improvements=tuple(Improvement(found=each) for each in wrong),
    )


def _material(account: Account) -> Material:
    room, course = account.room, account.course()
    material = Material(
        drill=room.drill,
        title=account.words(room.game.title if room.game else room.title),
        key=room.key,
        course=course,
        people=account.people(),
        incidents=account.incident_facts(),
        expectations=account.expectation_facts(),
        injects=account.inject_facts(),
        runs=account.run_facts(),
        faults=account.fault_facts(),
        alerts_left_out=account.left_out,
        undelivered=tuple(account.undelivered),
    )
    return material if course.over or not room.drill else _while_playing(material)


def _while_playing(material: Material) -> Material:
    injects = InjectsFacts(played=material.injects.played, never_played=None)
    return replace(material, expectations=(), faults=(), injects=injects)
