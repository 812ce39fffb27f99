"""The timeline in words."""

import os
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import get_type_hints

import pytest

from tests.report.stories import BEGAN, NAMES, exercise, incident
from warroom.core import events as e
from warroom.core.actions import RunCommand
from warroom.core.durations import mark
from warroom.core.events import Entry, Event, Mode, vocabulary
from warroom.core.injects import Announce
from warroom.core.murphy import Card, Cell, Graph, History, Situation, propose
from warroom.core.probes import Tcp
from warroom.core.readiness import Finding, Prediction
from warroom.core.room import Room
from warroom.core.roomfold import evolve
from warroom.core.runbook import Offer
from warroom.core.scenario import Inject
from warroom.core.texts import Kept
from warroom.core.when import Timing
from warroom.report.timeline import Line, bookkeeping, line, tells_too_early

MINUTE = timedelta(minutes=1)
NOW = Situation(drill="GD-1", turn=1, now=BEGAN)
GOLDEN = Path(__file__).parent / "every-event.txt"


def told(entries: list[Entry]) -> list[Line]:
    room, lines = Room(), list[Line]()
    for entry in entries:
        room = evolve(room, entry)
        lines.append(line(entry, NAMES, room))
    return lines


def one_of_each() -> list[tuple[str, Event]]:
    """Every event of the vocabulary at least once, with who did it; to be told of the room after the exercise."""
    step, fault = {"run": "R1", "step": "works"}, {"fault": "F1"}
    told_by_hand: list[tuple[str, Event]] = [
        ("U1", e.RoomOpened(key="GD-1", workspace="T1", mode=Mode.DRILL, title="The small one")),
        (
            "alertmanager",
            e.RoomOpened(key="INC-7", workspace="T1", mode=Mode.REAL, title="Errors", invited=("U2", "U3")),
        ),
        ("warroom", e.ChannelOpened(place="war-room", channel="C1", name="gd-1")),
        ("warroom", e.ChannelRefused(place="backchannel", reason="the name is taken")),
        ("U1", e.RoomClosed()),
        ("warroom", e.GameReminded(begins=BEGAN, everybody=True)),
        ("warroom", e.GameReminded(begins=BEGAN, until=BEGAN + timedelta(days=4), everybody=True)),
        ("warroom", e.GameReminded(begins=BEGAN)),
        ("warroom", e.NotBegun(why="Nobody has said Go for dungeon master yet.")),
        ("U1", e.GameStarted(briefing="You run one database.")),
        ("U1", e.GamePaused()),
        ("U1", e.GamePaused(reason="fire alarm")),
        ("U1", e.GameResumed()),
        ("U1", e.GameEnded(reason="We are tired")),
        ("warroom", e.InjectPlayed(inject="gone", kind="announce", title="T", text="It is gone.", incident="I1")),
        ("U1", e.InjectPlayed(inject="x", kind="actor", title="T", text="Hello", actor="Ingrid", actor_title="vendor")),
        ("U1", e.InjectPlayed(inject="n", kind="hint", title="T", text="Look!", level="nudge", incident="I1")),
        ("U1", e.InjectSkipped(inject="disk", reason="secret")),
        ("warroom", e.InjectHeld(inject="disk", due=timedelta(minutes=7))),
        ("U1", e.ActorSpoke(actor="Ingrid", actor_title="vendor", icon="", text="Well?")),
        ("warroom", e.ExpectationArmed(expectation="seen", what="Somebody looks", deadline=timedelta(minutes=6))),
        ("warroom", e.ExpectationMet(expectation="seen", what="Somebody looks")),
        ("warroom", e.ExpectationMet(expectation="seen", what="Somebody looks", late=True)),
        ("warroom", e.ExpectationMissed(expectation="seen", what="Somebody looks")),
        ("U9", e.PlayerJoined(person="U9")),
        ("U2", e.RoleTaken(role="commander", person="U2")),
        ("U2", e.RoleTaken(role="scribe", person="U3")),
        ("U3", e.RoleLeft(role="scribe", person="U3")),
        ("U2", e.IncidentDeclared(incident="I1", title="Database gone", severity="SEV1", services=("db", "web"))),
        ("warroom", e.IncidentDeclared(incident="I1", title="Database gone", severity="SEV1")),
        ("U2", e.IncidentAcknowledged(incident="I1")),
        ("U2", e.IncidentMitigated(incident="I1")),
        ("U2", e.IncidentResolved(incident="I1", note="Promoted.")),
        ("U2", e.IncidentReopened(incident="I1", reason="it is back")),
        ("U2", e.SeverityChanged(incident="I1", severity="SEV3")),
        ("U2", e.StatusPosted(text="Saving works")),
        ("warroom", e.RunbooksOffered(incident="I1", offers=())),
        ("warroom", e.RunbooksOffered(incident="I1", offers=tuple(Offer(runbook=x, title=x, reason="") for x in "AB"))),
        ("am", e.AlertFired(alert="a", source="am", name="ErrorsHigh", summary="2 % fail", severity="critical")),
        ("am", e.AlertResolved(alert="a", source="am", name="ErrorsHigh")),
        ("am", e.AlertsCutShort(source="am", missing=12)),
        ("U2", e.StepEntered(**step)),
        ("U2", e.StepTaken(**step, person="U2")),
        ("U2", e.StepDone(run="R1", step="tell", answer="done", note="on the page")),
        ("U2", e.StepDone(run="R1", step="old", answer="hours")),
        ("warroom", e.StepDone(run="R1", step="settle", answer="waited")),
        ("warroom", e.StepDone(run="R1", step="works", answer="holds")),
        ("U2", e.StepSkipped(**step, reason="no time")),
        ("warroom", e.StepOverran(**step)),
        ("U2", e.CheckStarted(**step, attempt=2, probe=Tcp(target="db:1"))),
        ("warroom", e.CheckReported(**step, attempt=2, holds=False, detail="refused")),
        ("U2", e.RunHandedOver(run="R1", person="U3")),
        ("U3", e.RunHandedOver(run="R1", person="U3")),
        ("U2", e.RunPaused(run="R1", reason="lunch")),
        ("U2", e.RunResumed(run="R1")),
        ("U2", e.ValueGiven(run="R1", name="pod", value="web-1")),
        ("U2", e.ValueGiven(run="R1", name="pod", value="web-1", origin="the alert")),
        ("U2", e.EvidenceGiven(**step, kind="link", text="the graph", link="https://graphs.example.org/1")),
        ("U9", e.StepFlagged(**step, verdict="unclear", comment="which page?")),
        ("U9", e.StepFlagged(**step, verdict="worked")),
        ("U2", e.StepWritten(run="R1", step="r1-7", title="Told the boss", done=True)),
        ("U2", e.StepWritten(run="R1", step="r1-8", title="Restart it", text="twice")),
        ("U2", e.StepTaken(**step, person="U3")),
        ("U2", e.StepReturned(**step)),
        ("U2", e.StepConfirmed(**step)),
        ("U2", e.StepFailed(**step, reason="no such host")),
        ("warroom", e.StepFailed(**step, reason="no such runbook")),
        ("warroom", e.Announced(**step, text="We move.", where="operations")),
        ("warroom", e.StepOverran(**step, reminder=2)),
        ("warroom", e.StepOverran(**step, reminder=3)),
        ("warroom", e.CheckReported(**step, attempt=3, holds=False, detail="refused", again=True)),
        ("U2", e.ActApproved(**step)),
        ("U2", e.ActAsked(**step, act=1, action=RunCommand(argv=("undo", "it now")), within=timedelta(minutes=1))),
        ("warroom", e.ActBegun(run="R1", act=1, worker="w", deadline=BEGAN)),
        ("warroom", e.ActSaid(run="R1", act=1, text="working")),
        ("U2", e.ActCancelled(run="R1", act=1)),
        ("warroom", e.ActEnded(run="R1", act=1, outcome="unknown", detail="Nothing was heard of it.")),
        ("warroom", e.ActEnded(run="R1", act=1, outcome="done", detail="It ended with 0.")),
        ("warroom", e.RunFinished(run="R1")),
        ("warroom", e.RunAbandoned(run="R1", reason="the game has ended")),
        ("U2", e.RunAbandoned(run="R1", reason="it does not fit")),
        ("warroom", e.FaultAsked(**fault, driver="pretend", target="databases/east", mode="down", deadline=BEGAN)),
        ("warroom", e.FaultInjected(**fault, detail="It answers 503.")),
        ("warroom", e.FaultRefused(**fault, detail="no such target")),
        ("warroom", e.RollbackAsked(**fault, reason="its time is up")),
        ("warroom", e.FaultRolledBack(**fault)),
        ("warroom", e.RollbackFailed(**fault, detail="run `undo`")),
        ("U2", e.NoteTaken(text="Nobody knew")),
        ("U2", e.MessageHeard(channel="C1", ts="1350810100.000100", text="Hello <@U3>")),
        ("U2", e.MessageHeard(channel="C1", ts="1350810100.000100", text="Yes", thread="1350810000.000100")),
        ("U2", e.MessageEdited(ts="1350810100.000100", text="Hello all")),
        ("U2", e.MessageDeleted(ts="1350810100.000100")),
        ("U2", e.MessageHeard(channel="C1", ts="1350810100.000100", text="Was", recovered=True)),
        ("U2", e.MessageEdited(ts="1350810100.000100", text="Is", edited="1350810109.000000", recovered=True)),
        ("warroom", e.GapFilled(since=BEGAN, until=BEGAN + timedelta(minutes=9), found=1)),
        ("warroom", e.GapFilled(since=BEGAN, until=BEGAN, found=0, unread=("war-room",), reason="is_archived")),
        ("warroom", e.GapFilled(since=BEGAN, until=BEGAN, found=3, unread=("a", "b"), reason="it does not answer")),
        ("warroom", e.DeliveryFailed(what="A message to the war room", reason="the chat said no")),
        ("warroom", e.ClockSetBack(by=timedelta(hours=1))),
        ("warroom", e.TwinRemoved(place="war-room", what="a message")),
        ("warroom", e.DeliveryReplayed(what="A message to the war room")),
        ("U2", e.TextRedacted(seq=3, field="text", reason="It held a password.")),
        (
            "warroom",
            e.KeepingInterrupted(since=BEGAN, until=BEGAN + timedelta(seconds=95), why="the database did not answer"),
        ),
    ]
    proposal = propose(
        (Card(id="disk", title="Disk full", cell=Cell("db", "full")),), Graph(), History(), NOW, "0" * 32
    )
    inject = Inject(id="new", title="Phones dead", timing=Timing(), what=Announce(text="No phone works."))
    told_by_hand += [
        ("U2", e.EmergencyCalled(words="the real site is down", place="war-room")),
        ("U2", e.EmergencyCalled(words="")),
        ("warroom", e.RealRoomOpened(key="INC-7")),
        ("warroom", e.EndReached(ending=0, why="the time that was meant for it is over")),
        ("U1", e.Predicted(inject="gone", sheet=Prediction(detects="the alert", alert="page", restored=5 * MINUTE))),
        ("U1", e.Predicted(inject="flood", sheet=Prediction(customers="nothing"))),
        ("U1", e.Predicted(inject="", sheet=Prediction(heals="the pool"))),
        ("U1", e.PredictionsSealed(digest="ab12", salt="secret")),
        ("U9", e.FaultApproved(target="databases/east", until=BEGAN)),
        ("U9", e.ApprovalWithdrawn(target="databases/east")),
        ("U1", e.PreflightAsked(attempt=1)),
        ("U1", e.PreflightAsked(attempt=2)),
        ("warroom", e.PreflightReported(attempt=1, ready=True, findings=())),
        ("warroom", e.PreflightReported(attempt=1, ready=False, findings=(Finding(what="the db", holds=False),))),
        ("U1", e.GoSaid(role="safety officer", go=True)),
        ("U1", e.GoSaid(role="safety officer", go=False, reason="too late in the day")),
        ("U1", e.InjectAdded(inject=inject)),
        ("U1", e.InjectAdded(inject=inject, drawn=True)),
        ("warroom", e.InjectAdded(inject=inject, drawn=True)),
        ("U1", e.InjectEdited(inject=inject)),
        ("U1", e.InjectRetimed(inject="disk", at=7 * MINUTE)),
        ("U1", e.PlanShifted(by=10 * MINUTE, reason="lunch")),
        ("U1", e.PlanShifted(by=-3 * MINUTE)),
        ("U1", e.MurphyDrew(turn=1, proposal=proposal)),
        ("warroom", e.MurphyDrew(turn=2, proposal=replace(proposal, chosen=None, scored=()))),
        ("U1", e.MurphyVetoed(mishap="disk", reason="we had that last time")),
        ("U1", e.MurphySet(mode="autopilot")),
        ("U4", e.ExpectationRated(expectation="seen", rating="S", note="slow, but sure")),
        ("U4", e.ExpectationRated(expectation="wet", rating="U")),
        ("U4", e.Observed(text="They forgot the page", expectation="seen")),
        ("U4", e.Observed(text="Good mood")),
        ("warroom", e.PhraseHeard(phrase="roll back")),
        ("U2", e.HandsOffBroken(inject="gone", person="U2", what="mitigated")),
        ("warroom", e.StopConditionChanged(stop="errors", holds=False, detail="7 % of requests")),
        ("warroom", e.StopConditionChanged(stop="errors", holds=True, detail="")),
        ("warroom", e.OutsideChanged(incidents=("INC-7",))),
        ("warroom", e.OutsideChanged(frozen="a launch.")),
        ("warroom", e.OutsideChanged()),
        ("U1", e.PartGiven(person="U9", part="evaluator")),
        ("U9", e.TeamJoined(person="U9", team="data")),
        ("U2", e.ConsentGiven(person="U2")),
        ("U2", e.ConsentGiven(person="U2", agrees=False)),
        ("warroom", e.Sidelined(person="U2", until=20 * MINUTE, role="commander", why="She is on a plane.")),
        ("warroom", e.BackInGame(person="U2")),
        ("U2", e.MomentMarked(incident="I1", what="evidence")),
        ("U2", e.MomentMarked(incident="I1", what="automation")),
        ("U2", e.MomentMarked(incident="I1", what="restored")),
        ("warroom", e.InjectPlayed(inject="m", kind="move", title="The evening", text="It is evening.")),
        ("warroom", e.InjectPlayed(inject="s", kind="silent", title="T", text="", to=("data",))),
        ("warroom", e.InjectPlayed(inject="a", kind="alert", title="T", text="2 % of requests fail")),
        ("warroom", e.InjectPlayed(inject="p", kind="actor", title="T", text="Psst", actor="Ingrid", person="U2")),
        ("warroom", e.InjectPlayed(inject="w", kind="announce", title="T", text="Wait.", hands_off=5 * MINUTE)),
        ("warroom", e.InjectHeld(inject="disk", due=7 * MINUTE, why="Nobody has approved it.")),
        ("warroom", e.ChannelOpened(place="team:data", channel="C9", name="gd-1-data")),
        ("warroom", e.IncidentDeclared(incident="I1", title="Gone", severity="SEV1", teams=("data",))),
    ]
    from_play = [(entry.by, entry.event) for entry in exercise().entries]
    return told_by_hand + [each for each in from_play if isinstance(each[1], e.GamePlanned | e.RunStarted)]


def in_words() -> list[tuple[str, str]]:
    room = exercise().room
    return [
        (type(event).__name__, line(Entry(seq=1, at=BEGAN, by=by, event=event), NAMES, room).text)
        for by, event in one_of_each()
    ]


def test_every_event_of_the_vocabulary_has_a_sentence() -> None:
    """No event can be added without the words for it."""
    assert {name for name, _ in in_words()} == set(vocabulary())


@pytest.mark.parametrize(("event", "text"), in_words())
def test_a_sentence_is_whole_and_plain(event: str, text: str) -> None:
    """A line is one line of plain text that begins with a capital and ends with a full stop, whatever the event."""
    assert re.search(r"[.!?][”)]?$", text)
    assert text[0] == text[0].upper() or text.startswith(("alertmanager ", "am "))
    assert "  " not in text
    assert "\n" not in text
    assert not re.search(r"[{}<>`]|\.\.|None|\bU\d\b", text.replace("run `undo`", ""))


def test_the_sentences_are_those_that_were_agreed_on() -> None:
    """The words do not change unnoticed."""
    now = "".join(f"{event:21} {text}\n" for event, text in in_words())
    if os.environ.get("WARROOM_REWRITE") == "1":
        GOLDEN.write_text(now, encoding="utf-8")
    assert now == GOLDEN.read_text(encoding="utf-8")


def test_an_unknown_person_is_shown_by_id() -> None:
    """A name that nobody knows does not make a line impossible."""
    entry = Entry(seq=1, at=BEGAN, by="U77", event=e.NoteTaken(text="Hello"))
    assert line(entry, {}, Room()).text == "U77 noted: “Hello”."


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("<@U2> and <@U99|zoe>, <@U98>", "@Ana and @zoe, @U98"),
        ("<!here> <!subteam^S1|@dbas> <#C1|general>", "@here @dbas #general"),
        ("<https://x.example/a|the page> <https://x.example>", "the page (https://x.example/a) https://x.example"),
        ("<mailto:a@x.example|a@x.example>", "a@x.example"),
        ("1 &lt; 2 &amp;&amp; &amp;lt; stays", "1 < 2 && &lt; stays"),
        ("use <name> and\n\n\ttab", "use <name> and tab"),
    ],
)
def test_what_people_typed_is_read_as_they_meant_it(typed: str, read: str) -> None:
    """The chat's notation for mentions, links and special characters does not reach the reader."""
    entry = Entry(seq=1, at=BEGAN, by="U2", event=e.NoteTaken(text=typed))
    assert line(entry, NAMES, Room()).text == f"Ana noted: “{read}”."


def test_the_clock_is_shown_only_while_it_counts() -> None:
    """Before a game and after it a line has no place on the game's clock; a pause does not move it."""
    lines = told(exercise().entries)
    readings = {each.text.split(":")[0]: each.clock_reading for each in lines}
    assert readings["Hatch planned the game “The small one”. It is for Ana and Ben. Oskar will watch."] is None
    assert readings["Ben said"] is None
    assert mark(readings["Hatch paused the game"] or timedelta(0)) == "T+00:03:30"
    assert readings["Hatch let play go on."] == readings["Hatch paused the game"]
    assert all(each.clock_reading is not None for each in told(incident().entries))


def test_both_times_of_a_late_entry_are_kept() -> None:
    """What was written down afterwards keeps when it happened and when it was written."""
    [note] = [each for each in told(incident().entries) if "customer saw it" in each.text]
    assert note.occurred_at == note.at - timedelta(minutes=20)


def test_no_line_tells_what_is_hidden() -> None:
    """Hidden notes and what was never played are in no sentence, not even afterwards; reasons only afterwards."""
    told_then = [
        each
        for each, entry in zip(told(exercise().entries), exercise().entries, strict=True)
        if not tells_too_early(entry.event)
    ]
    assert not [each.text for each in told_then if "CANARY" in each.text]
    assert {found for each in told(exercise().entries) for found in re.findall("CANARY[-A-Z]*", each.text)} == {
        "CANARY-REASON"
    }


def test_what_is_for_the_machine_alone_is_known() -> None:
    """A phrase that was heard, and a draw of nothing, are in no timeline that people read."""
    quiet = [event for _, event in one_of_each() if bookkeeping(event)]
    assert [type(each).__name__ for each in quiet] == ["MurphyDrew", "PhraseHeard"]


PUBLIC = re.compile(
    r"Room|Channel|Game|Emergency|Real|InjectPlayed|Actor|PredictionsSealed|Player|Part|Team|Side|Back|Role|Incident|"
    r"Moment|Severity|Status|Runbook|Alert|Run|Value|Evidence|Step|Announced|Check|Act|Note|Message|Gap|Delivery|Twin|Clock|"
    r"Text|Keeping"
)


def test_what_gives_the_plan_away_is_known() -> None:
    """What is expected, prepared, broken, changed, drawn, watched and noted behind the scenes is told afterwards alone."""
    early = {type(event).__name__ for _, event in one_of_each() if tells_too_early(event)}
    assert early == {name for name in vocabulary() if not PUBLIC.match(name)}


def test_whatever_is_hidden_as_a_whole_is_told_afterwards() -> None:
    """An event of which players may see nothing, or hardly anything, is never told while they play."""
    early = {type(event).__name__ for _, event in one_of_each() if tells_too_early(event)}
    for name, event in vocabulary().items():
        hints = get_type_hints(event, include_extras=True).values()
        if hints and all(Kept.HIDDEN in getattr(each, "__metadata__", ()) for each in hints):
            assert name in early, name


def test_a_message_id_that_is_no_time_is_left_out() -> None:
    """A chat whose message ids are not times does not break the timeline."""
    gone = Entry(seq=1, at=BEGAN, by="U2", event=e.MessageDeleted(ts="oddly"))
    assert line(gone, NAMES, Room()).text == "Ana deleted the message."
    same = replace(gone, event=e.MessageDeleted(ts="1350810100.000100"))
    assert line(same, NAMES, Room()).text == "Ana deleted the message of 09:01:40 UTC."
