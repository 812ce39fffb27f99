"""Rooms to look at, got by playing: the shipped game day at several moments, and a real incident with alerts."""

from collections.abc import Sequence

from tests.content import shipped_library
from warroom.core import commands as c
from warroom.core.effects import Say
from warroom.core.runbook import Offer
from warroom.testing import Table
from warroom.testing.table import MORNING

LIBRARY = shipped_library()
CHANNELS = {"war-room": "C0WAR", "backchannel": "G0BACK"}

PLANNED = ["UHARRIET: plan october-21 with UANA, UBEN, UCHIARA"]
STARTED = ["UHARRIET: start october-21 with UANA, UBEN, UCHIARA"]
WALKING = [*STARTED, "+1m", "UANA: acknowledge I1", "UBEN: command", "UANA: walk I1 database-lost"]
STUCK = [
    *WALKING,
    "check R1/really-gone fails: answered 503",
    "+2m",
    "UCHIARA: done R1/tell-people",
    "UANA: take R1/fence",
    "+9m",
]
BRANCHED = [
    *STUCK,
    "UANA: done R1/fence",
    "check R1/replica-there holds: answered 200",
    "UBEN: update The West takes over; next word in 15 minutes.",
]
PAUSED = [*BRANCHED, "UHARRIET: pause Somebody at the door"]
FINISHED = [
    *BRANCHED,
    "UBEN: bearable R1/how-far-behind",
    "UANA: skip R1/promote the vendor did it",
    "UBEN: abandon R1 the vendor takes over from here",
]
ENDED = [*FINISHED, "UBEN: resolve I1", "UHARRIET: end"]


def table(lines: Sequence[str] = ()) -> Table:
    """The table after these lines. A line that is refused is a mistake in the test."""
    made = Table(LIBRARY.scenarios.values(), LIBRARY.runbooks.values())
    for line in lines:
        came = made.say(line)
        refused = [each for each in came if each.startswith("!")]
        assert not refused, f"{line}: {refused}"
        if line == STARTED[0]:
            made.give(c.RecordChannel(place="war-room", channel=CHANNELS["war-room"], name="exercise-gd-1"))
            made.give(offers("I1"))
    return made


def offers(incident: str) -> c.RecordOffers:
    found = (Offer(runbook="database-lost", title="Database lost - promote the replica", reason="databases: lost"),)
    return c.RecordOffers(incident=incident, offers=found)


def real_incident(alerts: int = 3) -> Table:
    """A real room, opened by alerts, with one of them over."""
    made = Table((), LIBRARY.runbooks.values())
    labels = {"alertname": "PostgresqlDown"}
    made.give(
        c.OpenIncident(by="alertmanager", key="INC-7", workspace="T1", title="PostgresqlDown: db-east", labels=labels)
    )
    made.give(c.RaiseAlerts(by="alertmanager", source="alertmanager", group="g1", alerts=_alerts(alerts), missing=2))
    over = c.Alert(key="a0", name="PostgresqlDown", firing=False)
    made.give(c.RaiseAlerts(by="alertmanager", source="alertmanager", group="g1", alerts=(over,)))
    made.say("+1m")
    made.say("UANA: acknowledge I1")
    made.give(offers("I1"))
    return made


def _alerts(count: int) -> tuple[c.Alert, ...]:
    return tuple(
        c.Alert(
            key=f"a{at}",
            name="PostgresqlDown",
            firing=True,
            summary=f"PostgreSQL on db-{at} does not answer",
            severity="critical",
            link=f"https://prometheus.example.com/graph?g0.expr=up&g0.host=db-{at}",
            starts_at=MORNING,
        )
        for at in range(count)
    )


def said(made: Table) -> list[Say]:
    """Everything the room has said so far."""
    return [each for each in made.effects if isinstance(each, Say)]
