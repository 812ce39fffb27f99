"""One inject: what is put into play, when, and what it opens or breaks."""

from datetime import timedelta

from warroom.core.breakable import DRIVERS, EVERY_MODE, MODES, PRETEND
from warroom.core.declaring import dataclass
from warroom.core.injects import KINDS, InjectKind, Silent
from warroom.core.reading import Fields
from warroom.core.when import Timing, read_timing

SEVERITIES = ("SEV1", "SEV2", "SEV3", "SEV4")
_HOURS = timedelta(hours=4)


@dataclass(frozen=True, kw_only=True, slots=True)
class Breakage:
    """The incident that an inject opens: what the players will know it as."""

    title: str
    severity: str
    services: tuple[str, ...] = ()
    failure_modes: tuple[str, ...] = ()

    @classmethod
    def parse(cls, fields: Fields) -> "Breakage":
        return cls(
            title=fields.text("title", help="The incident's name."),
            severity=fields.word("severity", SEVERITIES, default="SEV2", help="How bad it is."),
            services=fields.words("services", help="Services that fail, as in the catalogue."),
            failure_modes=fields.words("failure_modes", help="How they fail; runbooks are found by this."),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class FaultSpec:
    """Something that breaks for as long as the incident lasts, at most `lasts`. `pretend` breaks only the demo's stand-in."""

    target: str
    mode: str
    driver: str = PRETEND
    lasts: timedelta = _HOURS

    @property
    def real(self) -> bool:
        return self.driver != PRETEND

    @classmethod
    def parse(cls, fields: Fields) -> "FaultSpec":
        where = "What breaks: `service/endpoint` of the catalogue, or of the allow-list."
        spec = cls(
            target=fields.text("target", help=where),
            mode=fields.word("mode", EVERY_MODE, default="down", help="How it breaks, in a word of its driver."),
            driver=fields.word("driver", DRIVERS, default=PRETEND, help="What breaks it."),
            lasts=fields.length("lasts", default=_HOURS, help="It is undone after this, whatever happens."),
        )
        if spec.mode not in MODES[spec.driver]:
            known = ", ".join(MODES[spec.driver])
            fields.problem("mode", f"`{spec.driver}` does not know the mode `{spec.mode}`; it has {known}")
        return spec


@dataclass(frozen=True, kw_only=True, slots=True)
class Inject:
    """One thing put into play. `notes` are for the dungeon master and reach nobody else, ever.

    `to` are the teams that are told; everybody, in the war room, when it is empty. `hands_off` is how long automation
    should be left to act before people do. `environments` are those in which it is part of the game; all when empty.
    """

    id: str
    title: str
    timing: Timing
    what: InjectKind
    incident: Breakage | None = None
    fault: FaultSpec | None = None
    notes: str = ""
    to: tuple[str, ...] = ()
    hands_off: timedelta = timedelta(0)
    environments: tuple[str, ...] = ()

    @property
    def contingency(self) -> bool:
        """Whether it only comes when an expectation was missed."""
        when = self.timing.when
        return when is not None and any(each.word == "missed" for each in when.simple())

    def refers(self) -> tuple[tuple[str, str], ...]:
        """What it names elsewhere in the scenario."""
        places = (*(("team", each) for each in self.to), *(("environment", each) for each in self.environments))
        return (*self.timing.refers(), *self.what.refers(), *places)

    @classmethod
    def parse(cls, fields: Fields) -> "Inject":
        return read_inject(fields, read_timing(fields))


def read_inject(fields: Fields, timing: Timing) -> Inject:
    """An inject that is played at this time, wherever that is said."""
    kind = KINDS[fields.kind(tuple(KINDS), beside=(Silent.word,))]
    incident, fault = (
        fields.part("incident", help="The incident it opens."),
        fields.part("fault", help="What breaks."),
    )
    return Inject(
        id=fields.slug("id", help="The inject's name; others refer to it."),
        title=fields.text("title", help="What it is, for the dungeon master's list."),
        timing=timing,
        what=kind.parse(fields),
        incident=Breakage.parse(incident) if incident else None,
        fault=FaultSpec.parse(fault) if fault else None,
        notes=fields.text("notes", default="", help="Hidden: what the dungeon master should watch for."),
        to=fields.words("to", help="Teams that are told; everybody when absent."),
        hands_off=fields.length(
            "hands_off", default=timedelta(0), help="How long people should watch automation act before they do."
        ),
        environments=fields.words("environments", help="Environments in which it is played; all when absent."),
    )
