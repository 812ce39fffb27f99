"""What the report of a game day reveals when it is over: the requirements R7 to R11, R14, R28, R30 and R32."""

import json
import re
from dataclasses import asdict, replace
from datetime import timedelta

import pytest

from tests.report.gameday import DIGESTS, NAMES, gameday, planned, say
from warroom.core import commands as c
from warroom.core import events as e
from warroom.core.readiness import Prediction, digest
from warroom.core.texts import WITHHELD
from warroom.definitions.loader import read_scenario
from warroom.report.after_action import after_action
from warroom.report.called import called
from warroom.report.facts import AfterAction
from warroom.report.gamefacts import GameFacts, Revealed
from warroom.testing import Table

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def report() -> AfterAction:
    return after_action(gameday().entries, NAMES)


def game(report: AfterAction) -> GameFacts:
    assert report.game is not None
    return report.game


def behind(report: AfterAction) -> Revealed:
    revealed = game(report).revealed
    assert revealed is not None
    return revealed


def test_r7_predictions_stand_beside_what_happened(report: AfterAction) -> None:
    """Each sheet is shown with what came of it, and says so where no timeline can tell."""
    first, second = behind(report).predictions
    assert [(each.about, each.predicted, each.happened) for each in first.compared] == [
        ("what notices it", "the alert OrdersDbDown", "The alert “OrdersDbDown” at once"),
        ("alert", "somebody is paged", "The alert “OrdersDbDown” at once"),
    ]
    assert (first.who, first.about) == ("Dungeon master", "Orders database down")
    assert second.compared[0].happened == "Somebody acknowledged it after 2 min 30 s"


def test_r7_the_seal_shows_whether_a_prediction_was_changed(report: AfterAction) -> None:
    """The digest can be computed anew from what the report reveals; a changed sheet gives another."""
    table, seal = gameday(), behind(report).seal
    assert seal is not None
    assert seal.intact
    assert digest(table.room.readiness.predictions, seal.salt) == seal.digest
    changed = [
        replace(each, event=replace(each.event, sheet=Prediction(detects="I knew it")))
        if isinstance(each.event, e.Predicted)
        else each
        for each in table.entries
    ]
    assert replace(behind(after_action(changed, NAMES)).seal or seal, at=seal.at) == replace(seal, intact=False)


def test_r8_the_moments_of_an_incident_are_timed_from_the_injection(report: AfterAction) -> None:
    """Alert, evidence, acknowledgement, command, runbook, restoring and resolving; None for what nobody saw."""
    lost = report.incidents[0]
    assert [each.what for each in lost.milestones][:2] == ["Injected", "First alert: OrdersDbDown"]
    assert (lost.to_alert, lost.to_evidence, lost.to_acknowledge, lost.to_command) == (
        timedelta(0),
        *[timedelta(seconds=30)] * 3,
    )
    assert (lost.to_automation, lost.to_restored, lost.to_resolve) == (None, 10.5 * MINUTE, 10.5 * MINUTE)
    assert (lost.to_notice, lost.to_restore) == (timedelta(0), 10.5 * MINUTE)
    slow = report.incidents[2]
    assert (slow.first_alert, slow.to_notice, slow.to_restore) == ("", 2.5 * MINUTE, None)


ALERTS = """\
scenario: 1
id: two
title: Two
briefing: Two things.
injects:
  - {id: one, title: One, at: T+1m, announce: One., incident: {title: One, services: [db]}}
  - {id: two, title: Two, at: T+2m, alert: {name: WebDown}, incident: {title: Two, services: [web]}}
  - {id: late, title: Late, at: T+3m, alert: {name: DbDown, labels: {service: db}}}
"""


def test_r8_an_alert_counts_for_the_incident_it_is_about() -> None:
    """One that opens an incident is that one's, whatever else is open; another goes by the service in its labels."""
    table = Table([read_scenario(ALERTS, "two.yaml")])
    say(table, "harriet: start two with ana", "+5m")
    found = [(each.title, each.first_alert, each.to_alert) for each in after_action(table.entries, NAMES).incidents]
    assert found == [("One", "DbDown", 2 * MINUTE), ("Two", "WebDown", timedelta(0))]


def test_r9_whoever_did_not_wait_for_automation_is_noted_without_a_name(report: AfterAction) -> None:
    """What was done too early, and after what; the finding blames nobody."""
    [early] = behind(report).hands_off
    assert (early.after, early.what) == ("Orders database down", "began a runbook")
    assert "Automation was not given its time after “Orders database down”: somebody began a runbook." in (
        report.went_wrong
    )


def test_r10_what_was_said_of_a_step_becomes_a_finding(report: AfterAction) -> None:
    """A step that is wrong is a row of the improvement plan, and its cell has not passed."""
    found = "“Fence the old primary” in “Promote the replica” is wrong: “The command is for the old cluster”."
    assert found in [each.found for each in report.improvements]
    assert [(each.service, each.verdict) for each in behind(report).cells] == [
        ("orders-db", "not passed"),
        ("queue", "not finished"),
        ("shop", "not finished"),
    ]


def test_r14_a_real_fault_says_who_approved_it_and_that_it_was_undone(report: AfterAction) -> None:
    """Approved by its owner, asked for, broken, undone, and seen to be whole."""
    [fault] = report.faults
    assert (fault.real, fault.approved_by, fault.after) == (True, "Owner", "Orders database down")
    assert fault.broken is not None
    assert fault.undone is not None
    assert fault.broken.at < fault.undone.at
    assert fault.detail == "pid 4242 runs, orders-db answers"


def test_objectives_carry_results_and_ratings(report: AfterAction) -> None:
    """Each objective has what was met, late or missed for it, P S M U, and the evaluators' words."""
    first, second = behind(report).objectives
    assert (first.met, first.late, first.missed, first.ratings) == (2, 0, 0, {"P": 1, "M": 1})
    assert (second.met, second.late, second.ratings) == (1, 1, {"U": 1, "S": 1})
    assert first.notes == ("Orders are written again: M, “They had luck”",)
    assert [(each.owner, [rating.rating for rating in each.ratings]) for each in report.expectations][:2] == [
        ("Data", ["P"]),
        ("Data", ["M"]),
    ]


def test_what_was_played_says_why_it_came(report: AfterAction) -> None:
    """Planned, a contingency, from the deck, improvised, in other words; what was never played is not named."""
    assert [(each.kind, each.origin, each.edited) for each in report.injects.played] == [
        ("alert", "planned", False),
        ("hint", "planned", False),
        ("actor", "contingency", False),
        ("sideline", "planned", False),
        ("announce", "from the deck", False),
        ("actor", "improvised", False),
        ("move", "planned", False),
        ("announce", "planned", True),
    ]
    assert (report.injects.skipped, report.injects.never_played) == (1, 0)
    changes = [each.what for each in behind(report).changes]
    assert "Words changed: “Shop slow”" in changes
    assert "Moved to T+00:45:00: something that was never played" in changes


def test_murphys_draws_are_explained_and_honest(report: AfterAction) -> None:
    """Each draw with its arithmetic, what came of it, and whether it was made from the seed that was committed to."""
    told = behind(report).murphy
    assert told is not None
    [draw] = told.draws
    assert draw.why.startswith("Draw 1: ")
    assert draw.played == "queue"
    assert (told.honest, told.vetoed, told.modes[0][1]) == (True, ("",), "propose")
    other = [
        replace(each, event=replace(each.event, seed="8" * 32)) if isinstance(each.event, e.GamePlanned) else each
        for each in gameday().entries
    ]
    lying = behind(after_action(other, NAMES)).murphy
    assert lying is not None
    assert lying.honest is False


def test_something_real_stops_the_count_and_is_told(report: AfterAction) -> None:
    """NO DUFF is told with the real incident's key; the halt counts as a pause, and an earlier pause keeps its length."""
    [real] = game(report).emergencies
    assert (real.rooms, real.moment.who) == (("INC-9",), "Player 1")
    assert real.went_on is not None
    assert real.went_on.at - real.moment.at == 10 * MINUTE
    assert [each.length for each in report.course.pauses] == [3 * MINUTE, 10 * MINUTE]


def test_people_out_of_reach_are_told_by_role(report: AfterAction) -> None:
    """Who was sidelined, by role, why, and when they were back."""
    [out] = game(report).out
    assert (out.who, out.why) == ("Commander", "She is on a train without reception.")
    assert out.back is not None
    assert out.back.clock - out.out.clock == 5 * MINUTE


def test_a_stop_condition_that_tripped_is_told(report: AfterAction) -> None:
    """What had to stay true, what then happened by itself, and when it was true again."""
    [stop] = behind(report).stops
    assert (stop.owner, stop.then, stop.detail) == ("commander", "pause", "7 % of requests fail")
    assert stop.again is not None


def test_r28_what_is_told_names_nobody(report: AfterAction) -> None:
    """Names are in the list of who took part and in the dungeon master's sentence alone; no number is anybody's."""
    told = repr(asdict(replace(report, people=(), summary=())))
    assert not re.search(rf"\b({'|'.join(part for name in NAMES.values() for part in name.split())})\b", told)
    assert {each.messages for each in report.people} == {0}
    assert [each.part for each in report.people] == [
        "dungeon master",
        "evaluator",
        "safety officer",
        *["player"] * 3,
        "observer",
        "owner",
    ]


def test_r30_the_report_says_what_the_game_was_made_of(report: AfterAction) -> None:
    """The digests of scenario, runbooks and catalogue are in it, and its environment and surprise."""
    assert dict(game(report).digests) == DIGESTS
    assert (game(report).environment, game(report).surprise) == ("staging", "window")
    assert game(report).story == ("Monday 23 November 2026, 18:00", "Tuesday 24 November 2026, 07:45")
    assert [each.title for each in game(report).moves] == ["The next morning"]


@pytest.mark.parametrize("end", range(2, len(gameday().entries), 3))
def test_r32_everything_hidden_is_revealed_after_the_end_and_not_before(end: int) -> None:
    """Until the game has ended there is nothing of it in the report; authors' notes are never in it."""
    entries = gameday().entries[:end]
    report = after_action(entries, NAMES)
    over = any(isinstance(each.event, e.GameEnded) for each in entries)
    assert (game(report).revealed is not None) is over
    assert not re.search("CANARY-(NOTES|SCENARIO|TEXT|TITLE-OF-FLOOD)", repr(asdict(report)))
    if not over:
        assert not report.faults
        assert not report.expectations
        assert {each.origin for each in report.injects.played} <= {""}


HIDDEN = {
    e.GamePlanned: ("scenario", "seed", "breakable", "history", "graph"),
    e.InjectPlayed: ("title",),
    e.InjectSkipped: ("inject", "reason"),
    e.InjectAdded: ("inject",),
    e.InjectEdited: ("inject",),
    e.InjectRetimed: ("inject",),
    e.Predicted: ("inject", "sheet"),
    e.PredictionsSealed: ("salt",),
    e.FaultApproved: ("target",),
    e.PreflightReported: ("findings",),
    e.MurphyDrew: ("proposal",),
    e.MurphyVetoed: ("mishap", "reason"),
    e.ExpectationRated: ("rating", "note"),
    e.Observed: ("text",),
    e.HandsOffBroken: ("inject", "what"),
    e.StopConditionChanged: ("stop", "detail"),
    e.OutsideChanged: ("incidents", "frozen"),
    e.FaultAsked: ("inject",),
}


def test_a_players_copy_of_the_timeline_is_no_obstacle() -> None:
    """The report can be made of a timeline in which a mark stands wherever something was hidden."""
    copy = [
        replace(each, event=replace(each.event, **dict.fromkeys(HIDDEN.get(type(each.event), ()), WITHHELD)))
        for each in gameday().entries
    ]
    report = after_action(copy, NAMES)
    assert [each.title for each in report.incidents] == ["Orders database down", "Queue full", "Shop slow"]
    assert behind(report).seal is not None
    assert behind(report).predictions == ()
    assert "until a customer calls" not in json.dumps(asdict(report), default=str)


def test_people_are_called_by_what_they_were() -> None:
    """Parts and roles make the labels; of two of a kind each has a number; a machine keeps its name."""
    assert called(gameday().entries, NAMES) == {
        "harriet": "Dungeon master",
        "eve": "Evaluator",
        "sam": "Safety officer",
        "ola": "Observer",
        "ana": "Commander",
        "ben": "Player 1",
        "dora": "Player 2",
        "otto": "Owner",
    }


def test_in_a_real_incident_people_have_their_names() -> None:
    """Only a drill calls people by what they were."""
    table = Table()
    say(table, "ana: declare The shop is down", "ana: acknowledge I1")
    assert called(table.entries, NAMES) is NAMES


def test_the_label_of_whoever_changes_parts_is_the_last() -> None:
    """A guest who became an evaluator is one; another commander is told apart by a number."""
    table = planned()
    say(table, "harriet: part zoe evaluator")
    table.give(c.TakeRole(by="ana", role="commander"))
    assert called(table.entries, NAMES)["zoe"] == "Evaluator 2"


def test_what_nobody_judged_is_said(report: AfterAction) -> None:
    """What only an evaluator can tell, and nobody did, is neither missed nor open: it was judged by nobody."""
    begun = [each for each in gameday().entries if not isinstance(each.event, e.ExpectationMet | e.ExpectationMissed)]
    unjudged = after_action(begun, NAMES)
    (calm,) = [each for each in unjudged.expectations if each.what == "The morning is handed over in order"]
    assert (calm.state, calm.by_people) == ("armed", True)
    assert "one was judged by nobody" in " ".join(unjudged.summary)
    assert not [each for each in report.expectations if each.by_people and each.state == "armed"]


def test_murphy_was_off_where_nobody_wanted_him() -> None:
    """A deck without `murphy` is there to be asked: the report does not say that he proposed from the start."""
    entries = [
        replace(each, event=replace(each.event, scenario=replace(each.event.scenario, murphy=None)))
        if isinstance(each.event, e.GamePlanned)
        else each
        for each in gameday().entries
    ]
    murphy = behind(after_action(entries, NAMES)).murphy
    assert murphy is not None
    assert murphy.modes[0][1] == "off"
