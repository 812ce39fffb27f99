"""A rich drill for the tests of the report: two teams, a real fault, predictions, an evaluator, Murphy, and NO DUFF."""

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from warroom.core import commands as c
from warroom.core.faults import Target
from warroom.core.runbook import Offer
from warroom.definitions.loader import read_runbook, read_scenario
from warroom.testing import Table

TEXT = (Path(__file__).parent / "gameday.yaml").read_text("utf-8")
NAMES = {
    "harriet": "Harriet Vance",
    "eve": "Eve Marsh",
    "sam": "Sam Oduya",
    "ola": "Ola Nordmann",
    "ana": "Ana Lindqvist",
    "ben": "Ben Okafor",
    "dora": "Dora Klein",
    "otto": "Otto Brandt",
}
BEGAN = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
DIGESTS = {"scenario/platform-day": "5c" * 32, "runbook/replica": "a1" * 32, "catalogue": "0e" * 32}
TARGET = Target(
    target="orders-db",
    driver="process",
    modes=("stop", "kill"),
    owners=("otto",),
    environment="staging",
    longest=timedelta(minutes=30),
)
RUNBOOK = """\
runbook: 1
id: replica
title: Promote the replica
services: [orders-db]
failure_modes: [down]
steps:
  - {id: fence, title: Fence the old primary, do: Fence it., expected: 2m}
  - {id: promote, title: Promote, do: Promote it.}
"""


def say(table: Table, *lines: str) -> None:
    """Play these lines; none of them may be refused."""
    for line in lines:
        refused = [answer for answer in table.say(line) if answer.startswith("!")]
        assert not refused, (line, refused)


def planned() -> Table:
    """The game day as it is planned, with everybody in it and nothing begun."""
    scenario, runbook = read_scenario(TEXT, "gameday.yaml"), read_runbook(RUNBOOK, "replica.yaml")
    table = Table([scenario], [runbook], now=BEGAN, breakable=(TARGET,), operations="C0")
    table.give(
        c.OpenGame(
            by="harriet",
            key="GD-7",
            workspace="T1",
            scenario=scenario,
            players=("ana", "ben", "dora"),
            observers=("ola",),
            evaluators=("eve",),
            safety=("sam",),
            teams={"data": ("ana", "ben"), "web": ("dora",)},
            environment="staging",
            surprise="window",
            seed="7" * 32,
            digests=DIGESTS,
            breakable=(TARGET,),
            operations="C0",
        )
    )
    say(table, "harriet: channel backchannel")
    return table


def _prepare(table: Table) -> None:
    say(
        table,
        "otto: approve-fault orders-db",
        "harriet: predict db-down the alert OrdersDbDown",
        "eve: predict slow nobody, until a customer calls",
        "harriet: preflight",
        "preflight red: the backup is still running",
        "sam: say-no-go safety officer: let the backup finish",
        "+20m",
        "harriet: preflight",
        "preflight green",
        "harriet: say-go dungeon master",
        "sam: say-go safety officer",
    )


def _evening(table: Table) -> None:
    table.give(c.StartGame(by="harriet", salt="5a17" * 8))
    say(
        table,
        "harriet: channel war-room",
        "harriet: channel team:data",
        "ana: consent",
        "+2m",
        "fault F1 active: pid 4242 was stopped",
        "+30s",
        "ana: command",
        "ana: acknowledge I1",
    )
    table.give(
        c.RecordOffers(incident="I1", offers=(Offer(runbook="replica", title="Promote the replica", reason=""),))
    )
    say(
        table,
        "ben: walk I1 replica",  # while automation should be left to act
        "ben: mark I1 evidence",
        "+4m",
        "eve: observe They looked at the dashboard of the wrong region first",
        "harriet: hint db-down",
        "ben: flag R1/fence wrong The command is for the old cluster",
        "ben: done R1/fence",
        "+2m",
        "ben: done R1/promote",
        "harriet: shift 2m",
        "+4m",  # nobody has told the customers: the contingency
        "ben: mark I1 restored",
        "stop errors fails: 7 % of requests fail",
        "+3m",
        "stop errors holds: 0.1 % of requests fail",
        "harriet: resume",
        "ana: update Orders work again",
        "ana: resolve I1",
        "fault F1 undone: pid 4242 runs, orders-db answers",
    )


def _morning(table: Table) -> None:
    say(
        table,
        "+4m",  # the commander is out of reach
        "harriet: murphy",
        "harriet: veto cert",
        "harriet: take-proposed",
        "dora: acknowledge I2",
        "ben: real NO DUFF, the office door is on fire",
        "real room INC-9",
        "+10m",
        "harriet: preflight",
        "preflight green",
        "harriet: resume",
        "harriet: edit slow: The shop needs twenty seconds for a page.",
        "harriet: edit flood T+45m",
        "harriet: improvise as head: Is the sale in danger?",
        "+20m",
        "eve: judge calm",
        "eve: rate seen P",
        "eve: rate told U Nobody had the status page's password",
        "eve: rate calm S Slow, but everybody knew who had what",
        "harriet: skip-inject flood",
        "dora: acknowledge I3",
        "dora: mitigate I3",
        "harriet: end",
        "+5m",
        "eve: rate back M They had luck",
        "harriet: close",
    )


@cache
def gameday() -> Table:
    """The whole day. Always the same table: do not play on."""
    table = planned()
    _prepare(table)
    _evening(table)
    _morning(table)
    return table
