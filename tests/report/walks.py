"""Rooms in which one runbook is walked in different ways, and one for which none was found."""

from collections.abc import Iterable

from warroom.core import commands as c
from warroom.core.events import Entry
from warroom.core.runbook import Offer, Runbook
from warroom.definitions.loader import read_runbook
from warroom.testing import Table

NAMES = {"ana": "Ana", "ben": "Ben"}
BOOK = """\
runbook: 1
id: lost
title: Database lost
owner: database team
services: [databases]
steps:
  # Nobody skips this.
  - id: look
    title: Does it answer?
    check: {tcp: {target: "db.example.org:5432", within: 5s}}
    fails: fence
    holds: end
    who: databases SME

  - id: fence
    title: Fence it
    do: |
      Make sure that it stays down.
    commands: [ssh db halt]
    danger: It stays down.
    who: databases SME
    expected: 2m # a guess
    overdue: 4m

  - id: tell
    title: Tell people
    do: Tell them.
    who: comms
    expected: 5m

  - id: healthy
    title: Does it work?
    choose: Save something.
    answers:
      - answer: well
        label: It works
        goto: end
      - answer: ill
        label: It fails
        goto: fence
    who: commander
    at_most: {times: 3, then: end}
"""


def book() -> Runbook:
    return read_runbook(BOOK, "lost.yaml")


def table(*lines: str, real: bool = True) -> Table:
    """A room after these lines; none of them may be refused."""
    made = Table((), [book()])
    say(made, "ana: declare It is dark", "ana: command", *lines)
    return made


def say(made: Table, *lines: str) -> None:
    for line in lines:
        refused = [each for each in made.say(line) if each.startswith("!")]
        assert not refused, (line, refused)


def offer(made: Table, *runbooks: str) -> None:
    """What was found for the incident."""
    offers = tuple(Offer(runbook=each, title=each, reason="for databases") for each in runbooks)
    made.give(c.RecordOffers(incident="I1", offers=offers))


def first() -> Table:
    """Walked as written, slowly; somebody does not understand a step, and does something that is not in it."""
    made = table()
    offer(made, "lost")
    say(made, "ana: walk I1 lost", "check R1/look fails: no answer", "+9m")
    say(made, 'ana: flag R1/fence unclear which one, "east" or west?', "ben: beside R1 Switch off debug logging", "+2m")
    say(
        made,
        "ana: done R1/fence",
        "+5m",
        "ben: done R1/tell",
        "+1m",
        "ana: well R1/healthy",
        "ana: resolve I1",
        "ana: close",
    )
    return made


def second() -> Table:
    """A step is skipped, one fails and is tried again, and one goes round."""
    made = table()
    offer(made, "lost")
    say(made, "ben: walk I1 lost", "check R1/look fails: no answer", "+8m", "ben: fail R1/fence no ssh", "+1m")
    say(made, "ben: retry R1/fence", "+9m", "ben: done R1/fence", "ben: skip R1/tell support did it", "+1m")
    say(made, "ana: ill R1/healthy", "+10m", "ana: done R1/fence", "ana: skip R1/tell support did it")
    say(made, "ben: abandon R1 the vendor takes over", "ana: resolve I1", "ana: close")
    return made


def unknown() -> Table:
    """No runbook is found; what is done is written while it is done."""
    made = table()
    offer(made)
    say(made, "ana: blank I1 Queue stuck", "ana: write R1 Look at the oldest message", "+3m", "ana: done R1/r1-1")
    say(
        made,
        "ana: write R1 Restart the consumers: all of them",
        "+4m",
        "ana: done R1/r1-2",
        "ana: beside R1 Told <@ben>",
    )
    say(made, "ana: finish R1", "ana: resolve I1", "ana: close")
    return made


def rooms() -> Iterable[list[Entry]]:
    return [first().entries, second().entries, unknown().entries]
