"""What must be true of the systems: before a game that breaks something begins, and all the time while it goes on."""

from datetime import timedelta

from warroom.core.declaring import dataclass
from warroom.core.probes import Probe, read_probe
from warroom.core.reading import Fields

PAUSE, ROLL_BACK, ABORT = "pause", "roll-back", "abort"
REACTIONS = (PAUSE, ROLL_BACK, ABORT)
_OFTEN = timedelta(seconds=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class SteadyState:
    """One thing that is true of a healthy system. The game begins only when all of them hold."""

    id: str
    what: str
    check: Probe

    @classmethod
    def parse(cls, fields: Fields) -> "SteadyState":
        return cls(
            id=fields.slug("id", help="Its name."),
            what=fields.text("what", help="What is true of a healthy system, in words."),
            check=read_probe(fields, "check"),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class StopCondition:
    """Looked at all through the game. When it does not hold, `then` happens by itself, and `owner` is told."""

    id: str
    what: str
    check: Probe
    every: timedelta = _OFTEN
    owner: str = ""
    then: str = PAUSE

    @classmethod
    def parse(cls, fields: Fields) -> "StopCondition":
        every = fields.length("every", default=_OFTEN, help="How often it is looked at.")
        if every < timedelta(seconds=1):
            fields.problem("every", "`every` is less than a second; that is more often than anybody can look")
        return cls(
            id=fields.slug("id", help="Its name."),
            what=fields.text("what", help="What must stay true, in words."),
            check=read_probe(fields, "check"),
            every=max(every, timedelta(seconds=1)),
            owner=fields.text(
                "owner", default="", help="The role whose holder is told; the dungeon master when absent."
            ),
            then=fields.word("then", REACTIONS, default=PAUSE, help="What happens by itself when it is not."),
        )
