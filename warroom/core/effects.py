"""What the world must now do. Kept with the events in one transaction, performed afterwards, possibly more than once.

What talks goes into the lane of its place, so that a channel is opened before anything is said in it and everything is
said in order. What acts has lanes of its own and never waits behind talk.
"""

from dataclasses import field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from warroom.core.actions import Action
from warroom.core.declaring import dataclass
from warroom.core.probes import Probe
from warroom.core.scenario import FaultSpec, SteadyState, StopCondition
from warroom.core.words import Words

WAR_ROOM = "war-room"
BACKCHANNEL = "backchannel"
ORIGIN = "origin"  # the channel where the room was asked for
OPERATIONS = "operations"  # where everybody hears that a game day begins and ends
TEAM, PERSON = "team:", "person:"  # what the places of a team and of one person begin with


class Tone(StrEnum):
    """What kind of thing is being said; a renderer picks sign and colour by it."""

    BAD_NEWS = "bad-news"
    GOOD_NEWS = "good-news"
    PHASE = "phase"  # a game starts, pauses, ends
    OVERDUE = "overdue"
    HINT = "hint"
    EMERGENCY = "emergency"  # something real, in the middle of an exercise
    VOICE = "voice"  # an actor speaks
    ALERT = "alert"
    PLAIN = "plain"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """Something the reader may ask for by pressing. `args` are what the button was drawn for."""

    do: str
    label: str
    args: tuple[tuple[str, str], ...] = ()
    style: Literal["", "primary", "danger"] = ""
    confirm: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Voice:
    """Somebody else's name and face, as the chat shows them."""

    name: str
    title: str = ""
    icon: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """The root of the vocabulary."""

    @property
    def lane(self) -> str:
        """The queue within the room that this waits in; one of its own kind unless it says otherwise."""
        return type(self).__name__

    @property
    def collapses(self) -> str:
        """Two waiting effects of one lane with the same key are worth doing once; empty: never collapse."""
        return ""

    @property
    def lasts(self) -> timedelta:
        """How long it may take by its own account, where that can be long."""
        return timedelta(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Talk(Effect):
    """Anything that happens in one of the room's channels."""

    place: str

    @property
    def lane(self) -> str:
        return f"talk:{self.place}"


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenChannel(Talk):
    """Open a channel under this name (or the next free one like it) and report it with `RecordChannel`."""

    name: str
    topic: str
    purpose: str
    private: bool
    invite: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Invite(Talk):
    people: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SetTopic(Talk):
    topic: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Say(Talk):
    """Say something, once. `under` names a card whose thread it belongs in; empty for the channel itself."""

    tone: Tone
    title: str = ""
    body: Words = ()
    voice: Voice | None = None
    asks: tuple[Ask, ...] = ()
    under: str = ""
    real: bool = False  # about life, though the room is an exercise


@dataclass(frozen=True, kw_only=True, slots=True)
class ShowCard(Talk):
    """Show a card as it is when this is performed. `card` is `status`, `panel` or `run:R1`."""

    card: str
    pin: bool = False

    @property
    def collapses(self) -> str:
        return f"card:{self.card}"


@dataclass(frozen=True, kw_only=True, slots=True)
class FindRunbooks(Effect):
    """Look for runbooks that fit, and report them with `RecordOffers`."""

    incident: str
    services: tuple[str, ...]
    failure_modes: tuple[str, ...]
    title: str
    labels: dict[str, str] = field(default_factory=dict)

    @property
    def lane(self) -> str:
        return "library"


@dataclass(frozen=True, kw_only=True, slots=True)
class RunCheck(Effect):
    """Look, and report with `RecordCheck`."""

    run: str
    step: str
    attempt: int
    probe: Probe

    @property
    def lane(self) -> str:
        return f"check:{self.run}"


@dataclass(frozen=True, kw_only=True, slots=True)
class RunAct(Effect):
    """Run it, once: `RecordActBegun` first, and only if the room agrees; then its output, and `RecordActEnded`."""

    run: str
    act: int
    action: Action
    within: timedelta

    @property
    def lane(self) -> str:
        return f"act:{self.run}:{self.act}"

    @property
    def lasts(self) -> timedelta:
        return self.within


@dataclass(frozen=True, kw_only=True, slots=True)
class InjectFault(Effect):
    """Break something, and report with `RecordFault`."""

    fault: str
    driver: str
    target: str
    mode: str
    deadline: datetime

    @property
    def lane(self) -> str:
        return f"fault:{self.target}"


@dataclass(frozen=True, kw_only=True, slots=True)
class RollBack(Effect):
    """Undo a breakage, and report with `RecordRollback`. Safe to do twice."""

    fault: str
    driver: str
    target: str
    mode: str

    @property
    def lane(self) -> str:
        return f"fault:{self.target}"


@dataclass(frozen=True, kw_only=True, slots=True)
class LookAround(Effect):
    """Look whether a game may begin, or go on, and report with `RecordPreflight`.

    What is broken by its faults is asked of their drivers: whether it could be done and undone.
    """

    attempt: int
    steady: tuple[SteadyState, ...] = ()
    faults: tuple[FaultSpec, ...] = ()

    @property
    def lane(self) -> str:
        return "preflight"

    @property
    def collapses(self) -> str:
        return "preflight"


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchStop(Effect):
    """Look at a stop condition every so often, as long as the game goes on; report changes with `RecordStop`."""

    stop: StopCondition

    @property
    def lane(self) -> str:
        return f"watch:{self.stop.id}"


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenRealRoom(Effect):
    """Open a real incident, and report it with `RecordRealRoom`. `note` is what is known already."""

    title: str
    by: str
    people: tuple[str, ...]
    note: str

    @property
    def lane(self) -> str:
        return "emergency"


Acting = FindRunbooks | RunCheck | RunAct | InjectFault | RollBack | LookAround | WatchStop | OpenRealRoom
Talking = OpenChannel | Invite | SetTopic | Say | ShowCard


def in_words(effect: Effect) -> str:
    """What it is, for the timeline: nothing of what players must not read."""
    name = type(effect).__name__
    place = getattr(effect, "place", "")
    title = getattr(effect, "card", "") or getattr(effect, "name", "")
    if place != BACKCHANNEL:  # this goes onto the timeline that players read
        title = title or getattr(effect, "title", "")
    return " ".join(part for part in (name, f"in {place}" if place else "", title) if part)


def vocabulary() -> dict[str, type[Effect]]:
    """Every effect by its name in the outbox."""
    talking = (OpenChannel, Invite, SetTopic, Say, ShowCard)
    acting = (FindRunbooks, RunCheck, RunAct, InjectFault, RollBack, LookAround, WatchStop, OpenRealRoom)
    return {each.__name__: each for each in (*talking, *acting)}
