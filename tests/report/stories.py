"""Two small stories for the tests of what comes out: an exercise in which much goes wrong, and a real incident."""

import re
from datetime import UTC, datetime, timedelta

from warroom.core import commands as c
from warroom.core.runbook import Offer
from warroom.definitions.loader import read_runbook, read_scenario
from warroom.testing import Table

NAMES = {"U1": "Hatch", "U2": "Ana", "U3": "Ben", "U4": "Oskar", "U9": "Zoe"}
WAR_ROOM = "C1"
# Authors' notes, and what was never played: not told when the game is over either.
STILL_HIDDEN = re.compile(r"CANARY-(?:NOTES|SCENARIO|TITLE-OF-(?:DISK|FLOOD)|TEXT|INCIDENT|EXPECTATION)")
BEGAN = datetime(2012, 10, 21, 9, 0, tzinfo=UTC)

SCENARIO = """\
scenario: 1
id: small
title: The small one
summary: One loss, and a hurry.
briefing: You run one database and one page that needs it.
objectives:
  - Somebody takes command early
hidden_notes: "CANARY-SCENARIO: they will forget the backup."
debrief:
  - What did you see first?
actors:
  vendor:
    name: Ingrid
    title: database vendor
injects:
  - id: gone
    title: CANARY-TITLE-OF-PLAYED
    at: T+1m
    announce: The database is gone.
    incident: {title: Database gone, severity: SEV1, services: [databases], failure_modes: [lost]}
    fault: {target: databases/east, mode: down, lasts: 30m}
    notes: "CANARY-NOTES-1"
  - id: hurry
    title: "CANARY-TITLE-OF-HURRY"
    at: T+8m
    actor: {who: vendor, says: We need to rebuild the replicas. It is going to take time.}
    notes: "CANARY-NOTES-2"
  - id: nudge
    title: "CANARY-TITLE-OF-NUDGE"
    by_hand: true
    hint: {about: gone, level: nudge, says: Is there a runbook?}
    notes: "CANARY-NOTES-3"
  - id: disk
    title: "CANARY-TITLE-OF-DISK"
    by_hand: true
    announce: "CANARY-TEXT-OF-SKIPPED"
    incident: {title: CANARY-INCIDENT-OF-SKIPPED, severity: SEV2}
    notes: "CANARY-NOTES-4"
  - id: flood
    title: "CANARY-TITLE-OF-FLOOD"
    by_hand: true
    announce: "CANARY-TEXT-OF-NEVER-PLAYED"
    notes: "CANARY-NOTES-5"
expectations:
  - {id: seen, what: Somebody acknowledges the loss, after: gone, within: 5m, met_by: {acknowledged: gone}}
  - {id: led, what: Somebody is in command, after: gone, within: 1m, met_by: {commander_named: yes}}
  - {id: over, what: Writes work again, after: gone, within: 10m, met_by: {resolved: gone}}
  - {id: wet, what: CANARY-EXPECTATION-OF-NEVER-PLAYED, after: flood, within: 10m, met_by: {resolved: gone}}
"""

RUNBOOK = """\
runbook: 1
id: lost
title: Database lost
services: [databases]
failure_modes: [lost]
steps:
  - {id: really, title: Is it really gone?, check: {http: {target: databases/east}}, fails: tell, holds: end}
  - {id: tell, title: Tell people, do: Say that saving is broken., expected: 2m}
  - {id: old, title: How old is the replica?, choose: "Seconds or hours?", answers: [
      {answer: seconds, label: Seconds}, {answer: hours, label: Hours, goto: restore}]}
  - {id: promote, title: Promote the replica, do: Promote it.}
  - {id: settle, title: Let it settle, wait: 2m, because: Caches fill.}
  - {id: works, title: Do writes work?, check: {tcp: {target: "db:5432"}}}
  - {id: rebuild, title: Build a new replica, do: Ask the vendor., next: end}
  - {id: restore, title: Restore the backup, do: Restore it.}
"""


def _say(table: Table, *lines: str) -> None:
    """Play these lines; none of them may be refused."""
    for line in lines:
        refused = [answer for answer in table.say(line) if answer.startswith("!")]
        assert not refused, (line, refused)


def exercise() -> Table:
    """A drill with a pause, a hint, a skipped inject, a missed and a late expectation, and every kind of step."""
    table = Table([read_scenario(SCENARIO, "small.yaml")], [read_runbook(RUNBOOK, "lost.yaml")], now=BEGAN)
    table.give(
        c.OpenGame(
            by="U1",
            key="GD-1",
            workspace="T1",
            scenario=table.scenarios["small"],
            players=("U2", "U3"),
            observers=("U4",),
        )
    )
    table.give(c.RecordChannel(place="backchannel", channel="C2", name="exercise-gd-1-backchannel"))
    table.wait(timedelta(minutes=5))
    _say(table, "U1: go")
    table.give(c.RecordChannel(place="war-room", channel=WAR_ROOM, name="exercise-gd-1-the-small-one"))
    _say(table, "+90s")
    table.give(c.RecordFault(fault="F1", injected=True, detail="its stand-in answers 503"))
    offer = Offer(runbook="lost", title="Database lost", reason="it is for databases")
    table.give(c.RecordOffers(incident="I1", offers=(offer,)))
    table.give(c.HearMessage(by="U2", channel=WAR_ROOM, ts="1350810100.000100", text="<@U3> &lt;looks&gt; bad & gone"))
    _say(table, "+2m", "U2: acknowledge I1", "U3: command", "U2: walk I1 lost")
    table.give(c.RecordCheck(run="R1", step="really", attempt=1, holds=False, detail="answered 503"))
    _say(table, "U2: take R1/tell", "U1: pause The fire alarm is real", "+10m", "U1: resume", "+3m")
    table.give(c.AnswerStep(by="U2", run="R1", step="tell", answer="done", note="on the status page"))
    _say(
        table, "U3: seconds R1/old", "U1: hint gone", "U3: done R1/promote", "U1: speak vendor Did you fence it?", "+2m"
    )
    table.give(c.RecordCheck(run="R1", step="works", attempt=1, holds=False, detail="refused"))
    _say(table, "+3m", "U3: look R1/works")
    table.give(c.RecordCheck(run="R1", step="works", attempt=2, holds=True, detail="accepted"))
    _say(table, "U2: skip R1/rebuild the vendor does it", "U2: note Nobody knew who may promote")
    _say(table, "U3: update Saving works again", "U2: resolve I1")
    table.give(c.RecordRollback(fault="F1", undone=True))
    table.give(c.SkipInject(by="U1", inject="disk", reason="CANARY-REASON"))
    table.wait(timedelta(minutes=1))
    table.give(c.RecordFailure(what="A message to the war room", reason="the chat answered channel_not_found"))
    _say(table, "U1: end We are tired", "+5m")
    table.give(c.HearMessage(by="U3", channel=WAR_ROOM, ts="1350812000.000100", text="That was close"))
    _say(table, "U1: close")
    return table


def alert(key: str, *, firing: bool = True) -> c.Alert:
    return c.Alert(key=key, name="ErrorsHigh", firing=firing, summary="2 % of requests fail", severity="critical")


def incident() -> Table:
    """A real incident: alerts open it, it is resolved too early, reopened, and over the next day."""
    table = Table([], [read_runbook(RUNBOOK, "lost.yaml")], now=datetime(2026, 3, 1, 23, 50, tzinfo=UTC))
    source = "alertmanager"
    table.give(
        c.OpenIncident(
            by=source, key="INC-7", workspace="T1", title="ErrorsHigh", services=("web",), responders=("U2",)
        )
    )
    table.give(c.RaiseAlerts(by=source, source=source, group="g", alerts=(alert("a"), alert("b")), missing=3))
    table.give(c.RecordChannel(place="war-room", channel=WAR_ROOM, name="inc-7"))
    table.give(c.RecordOffers(incident="I1", offers=()))
    _say(table, "+4m", "U2: acknowledge I1", "U2: command", "+3m", "U2: mitigate I1", "U2: resolve I1")
    _say(table, "+5m", "U2: reopen I1 the errors are back")
    table.give(c.SetSeverity(by="U2", incident="I1", severity="SEV1"))
    table.give(c.TakeNote(by="U2", text="A customer saw it first", occurred_at=table.now - timedelta(minutes=20)))
    resolved = tuple(alert(key, firing=False) for key in "ab")
    _say(table, "+20m")
    table.give(c.RaiseAlerts(by=source, source=source, group="g", alerts=resolved))
    table.give(c.Resolve(by="U2", incident="I1", note="The provider raised our limit."))
    _say(table, "U2: close")
    return table
