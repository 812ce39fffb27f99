"""What a day is about. A little of everything finds little; a day that is full of one kind of trouble finds that kind soon."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.simulation import client, database
from warroom.failpoints import NAMES

EVERYWHERE = tuple(NAMES)
# How often each verb comes, unless the theme says otherwise.
VERBS: Mapping[str, int] = {
    "press": 46, "mash": 5, "stale": 3, "say": 12, "edit": 1, "delete": 1, "note": 6, "update": 3, "word": 9, "declare": 2,
    "alert": 8, "over": 4, "home": 1, "ask": 1, "no duff": 1, "export": 1, "form": 3,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Theme:
    """`every` is the seconds between two things that people do. Of what is given as several, one is drawn.

    `deaths` is how many die at one of `places`, and `frozen` the share of them that freeze instead. `slack` and
    `database` are the shares of calls and transactions that go wrong in one of the ways named. `nemesis` is how likely
    each thing befalls whole processes; above 1 it happens more than once.
    """

    name: str
    lasts: Sequence[float] = (15.0, 20.0, 25.0, 30.0, 40.0)
    every: float = 3.5
    processes: Sequence[int] = (1, 1, 2, 2, 3)
    verbs: Mapping[str, int] = field(default_factory=dict)
    twice: float = 0.1
    deaths: Sequence[int] = (0, 1, 2, 3)
    places: Sequence[str] = EVERYWHERE
    frozen: float = 0.1
    slack: Sequence[float] = (0.0, 0.05)
    slack_ways: Sequence[str] = client.FAULTS
    database: Sequence[float] = (0.0, 0.0, 0.01)
    nemesis: Mapping[str, float] = field(default_factory=lambda: {"kill": 0.7, "stop": 0.1, "freeze": 0.1})
    clocks: bool = False  # whether the machine's clock may be set


_SAYING = ("deliver.claimed", "deliver.performed", "deliver.told", "deliver.settled", "slack.calling", "slack.called")
_HEARING = ("event.heard", "event.kept", "event.taken", "event.finished", "tx.committed", "tx.filled", "gap.read")
_ASKING = ("press.carried_out", "command.carried_out", "form.carried_out", "alerts.taken", "tx.committed", "tx.filled")

THEMES = (
    Theme(
        name="everything",
        lasts=(20.0, 30.0, 40.0, 60.0, 120.0),
        every=5.0,
        deaths=(0, 1, 2, 3, 4),
        slack=(0.0, 0.05, 0.15),
        database=(0.0, 0.0, 0.01, 0.03),
        nemesis={"kill": 0.7, "stop": 0.15, "slack away": 0.1, "freeze": 0.15, "all down": 0.08},
    ),
    Theme(
        name="Slack late",
        slack=(0.15, 0.3),
        slack_ways=(*client.LATE, *client.AFTER, *client.AFTER, "hang before", "reset before"),
        deaths=(0, 0, 1),
        places=_SAYING,
    ),
    Theme(
        name="Slack refuses",
        slack=(0.15, 0.3),
        slack_ways=(*client.BEFORE, "refused", "html before", "reset before"),
        deaths=(0, 1),
        nemesis={"slack away": 0.4, "kill": 0.3},
    ),
    Theme(name="many deaths", deaths=(6, 9, 12), frozen=0.0, nemesis={"kill": 3.0, "all down": 0.2}),
    Theme(name="deaths while it speaks", deaths=(5, 8), places=_SAYING, slack=(0.0, 0.1), slack_ways=client.AFTER),
    Theme(
        name="frozen",
        processes=(2, 3),
        deaths=(3, 5),
        places=_SAYING,
        frozen=0.9,
        slack=(0.0,),
        nemesis={"freeze": 1.5},
    ),
    Theme(
        name="talk",
        every=2.0,
        verbs={"say": 80, "edit": 10, "delete": 6, "ask": 4, "no duff": 2, "press": 10},
        twice=0.4,
        deaths=(2, 4, 6),
        places=_HEARING,
        nemesis={"kill": 0.7, "freeze": 0.3},
    ),
    Theme(
        name="nobody there",
        every=2.5,
        verbs={"say": 60, "edit": 6, "note": 6, "press": 10},
        deaths=(0, 1, 2),
        places=("gap.read", "slack.called", "tx.committed", "event.kept"),
        nemesis={"all down": 1.5, "stop": 0.7},
    ),
    Theme(
        name="presses and forms",
        every=1.5,
        verbs={"press": 60, "mash": 14, "stale": 8, "form": 16, "note": 20, "update": 10, "word": 20, "say": 2, "alert": 1, "declare": 6},
        twice=0.4,
        deaths=(2, 4),
        places=_ASKING,
        slack=(0.0, 0.3),
        slack_ways=client.SLOW,  # so that much happens while a card is being drawn
    ),
    Theme(
        name="alerts",
        every=2.0,
        verbs={"alert": 60, "over": 25, "declare": 6, "press": 20, "say": 4},
        twice=0.4,
        deaths=(2, 4),
        places=(*_ASKING[2:], "deliver.performed", "deliver.told"),
        nemesis={"kill": 1.0},
    ),
    Theme(
        name="breakages",
        lasts=(30.0, 40.0),
        every=6.0,
        verbs={"press": 20, "word": 10, "no duff": 4, "say": 4, "note": 4},
        deaths=(3, 5),
        places=("shelf.breaking", "shelf.broken", "shelf.undoing", "shelf.undone", "deliver.performed", "deliver.told"),
        frozen=0.2,
    ),
    Theme(
        name="timers",
        lasts=(40.0, 60.0, 80.0),
        every=30.0,
        deaths=(4, 7),
        places=("wake.due", "wake.due", "wake.due", "tx.filled", "tx.committed", "deliver.performed"),
        nemesis={"all down": 0.5, "kill": 0.5},
    ),
    Theme(name="the database fails", database=(0.04, 0.08), slack=(0.0,), deaths=(0, 2), places=("tx.filled", "tx.committed")),
    Theme(
        name="clocks",
        processes=(1, 1, 2),
        lasts=(30.0, 40.0),
        deaths=(0, 1),
        nemesis={"set clock": 1.2, "kill": 0.5},
        clocks=True,
    ),
)  # fmt: skip
OFTEN = 0.25  # the share of days that are about everything; the others take turns


def evenly(kinds: Sequence[str]) -> list[int]:
    """Each as likely as the next, but for what makes everybody wait for half a minute."""
    return [1 if kind == "429 absent" else 4 for kind in kinds]


DATABASE_WAYS = database.FAULTS
