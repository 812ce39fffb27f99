"""What is said about alerts: each by itself while they are few, and then how many there are.

Ten thousand alerts in a minute are one matter, and must not be ten thousand messages. From the sixth that fires at once, people
are told when there are ten, twenty, fifty, a hundred and so on, and in the same way when they cease. The card counts them
all, and the timeline has every one.
"""

from collections.abc import Iterable

from warroom.core import events as e
from warroom.core.effects import WAR_ROOM, Effect, Say, Tone
from warroom.core.events import Entry
from warroom.core.room import Room
from warroom.core.rules.game import EXERCISE

FEW = 5  # that fire at once, each of which is told by itself
Alerted = e.AlertFired | e.AlertResolved


def firing_before(entries: Iterable[Entry], after: Room) -> int:
    """How many were firing before these entries."""
    return sum(alert.firing for alert in after.alerts.values()) - sum(change(each.event) for each in entries)


def change(event: e.Event) -> int:
    """How many more are firing after this event."""
    return isinstance(event, e.AlertFired) - isinstance(event, e.AlertResolved)


def told(event: Alerted, firing: int) -> Iterable[Effect]:
    """`firing` is how many there are after it."""
    if firing > FEW:
        return _of_many(event, firing)
    return _fired(event) if isinstance(event, e.AlertFired) else _resolved(event, firing)


def _fired(event: e.AlertFired) -> Iterable[Effect]:
    severity = f" ({event.severity})" if event.severity else ""
    source = () if event.source == EXERCISE else (f"\nFrom {event.source}.",)
    yield Say(
        place=WAR_ROOM,
        tone=Tone.ALERT,
        title=f"Alert firing: {event.name}{severity}",
        body=(event.summary or "The source says no more about it.", *source),
        under="status",
    )


def _resolved(event: e.AlertResolved, firing: int) -> Iterable[Effect]:
    yield Say(
        place=WAR_ROOM,
        tone=Tone.GOOD_NEWS,
        title=f"Alert resolved: {event.name}",
        body=("Monitoring says it is over." if event.source == EXERCISE else f"{event.source} says it is over.",),
        under="status",
    )
    if not firing:
        yield Say(
            place=WAR_ROOM,
            tone=Tone.GOOD_NEWS,
            title="No alert is firing any more",
            body=("If people agree that it is over, resolve the incident.",),
        )


def _of_many(event: Alerted, firing: int) -> Iterable[Effect]:
    if not _is_a_step(firing):
        return
    fired = isinstance(event, e.AlertFired)
    yield Say(
        place=WAR_ROOM,
        tone=Tone.ALERT if fired else Tone.GOOD_NEWS,
        title=f"{firing} alerts are firing" if fired else f"Only {firing} alerts are firing now",
        body=(
            f"The last that came is {event.name}. The card counts them, and the timeline has every one."
            if fired
            else f"The last that is over is {event.name}.",
        ),
        under="status",
    )


def _is_a_step(number: int) -> bool:
    """10, 20, 50, 100, 200, 500 and so on."""
    return str(number).rstrip("0") in ("1", "2", "5") and number >= 2 * FEW
