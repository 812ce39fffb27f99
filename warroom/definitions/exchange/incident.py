"""What really happened, as the skeleton of a scenario: the same news at the same offsets, and nobody's name.

What the responders were told becomes injects; what they did becomes hidden notes, so that the dungeon master can compare; and
when they really acknowledged, mitigated and resolved becomes what is expected of the players.
"""

from dataclasses import field, replace
from datetime import timedelta
from enum import StrEnum

from warroom.core.declaring import dataclass
from warroom.core.injects import AlertInject, Announce, InjectKind, Speak
from warroom.core.scenario import Actor, Breakage, Expectation, Inject, Scenario
from warroom.core.when import Condition, Timing
from warroom.definitions.exchange.brought import Brought, NotBrought, Notes
from warroom.definitions.exchange.documents import clean, line, shortened
from warroom.definitions.exchange.msel import length_of
from warroom.definitions.exchange.roles import Roles
from warroom.definitions.importing.slugs import Names, slug
from warroom.definitions.writing_scenarios import offset

_MINUTE = timedelta(minutes=1)
_LONGEST = timedelta(days=366)
_MOST_INJECTS = 500
_SEVERITIES = ("SEV1", "SEV2", "SEV3", "SEV4")


class Kind(StrEnum):
    """What a moment was. The first five are news that somebody was told."""

    ALERT = "alert"
    OVER = "over"
    DECLARED = "declared"
    TOLD = "told"  # somebody outside said something
    SAID = "said"  # the bearer of bad news said something, and it opened no incident
    ACKNOWLEDGED = "acknowledged"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"
    COMMAND = "command"
    UPDATE = "update"
    RUNBOOK = "runbook"
    NOTE = "note"


_NEWS = (Kind.ALERT, Kind.OVER, Kind.DECLARED, Kind.TOLD, Kind.SAID)
# What is expected, from what really happened: the words for it, and the condition.
_EXPECTED = {
    Kind.ACKNOWLEDGED: ("Somebody acknowledges it", "acknowledged"),
    Kind.RUNBOOK: ("A runbook is started", "runbook_started"),
    Kind.MITIGATED: ("Customers are no longer hurt", "mitigated"),
    Kind.RESOLVED: ("It is resolved", "resolved"),
    Kind.COMMAND: ("Somebody is in command", "commander_named"),
    Kind.UPDATE: ("A status update is posted", "update_posted"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """`at` is how long after the beginning; None where only the order is known. `who` is an id, or words such as `users`.

    `incident` names the incident it belongs to, in the source's own word; empty for the only one, or for none.
    """

    at: timedelta | None
    kind: Kind
    text: str = ""
    title: str = ""
    who: str = ""
    incident: str = ""
    severity: str = ""
    services: tuple[str, ...] = ()
    failure_modes: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """One timeline. Its moments are in the order of time."""

    title: str
    source: str
    moments: tuple[Moment, ...]
    services: tuple[str, ...] = ()
    failure_modes: tuple[str, ...] = ()
    background: str = ""


def scenario(past: Past, roles: Roles, notes: Notes, *, id: str = "", title: str = "") -> Brought:
    """The skeleton. Raises NotBrought when nothing happened at any known time."""
    if not past.moments:
        raise NotBrought(f"{past.source}: there is no moment with a time in it; nothing can be made of it.")
    return _Skeleton(past, roles, notes, id, title).brought()


@dataclass(slots=True)
class _Skeleton:
    past: Past
    roles: Roles
    notes: Notes
    id: str
    title: str
    names: Names = field(default_factory=Names)
    injects: list[Inject] = field(default_factory=list)
    opened: dict[str, Inject] = field(default_factory=dict)
    hidden: list[str] = field(default_factory=list)
    actors: dict[str, Actor] = field(default_factory=dict)
    expectations: list[Expectation] = field(default_factory=list)

    def brought(self) -> Brought:
        self.hidden = [each for each in (self._said(self.past.background),) if each]
        begins = self._begins()
        for each in self.past.moments:
            self._moment(each, begins)
        if len(self.injects) > _MOST_INJECTS:
            raise NotBrought(
                f"{self.past.source}: it has more than {_MOST_INJECTS} alerts and announcements; nobody can play that."
            )
        title = self.title or line(self._said(self.past.title)) or "What happened"
        scenario = Scenario(
            id=self.id or slug(title, "incident"),
            title=title,
            briefing="This is an exercise, made from something that happened. Treat what you hear here as true, and say aloud what you do.",
            hidden_notes="\n".join(self.hidden),
            services=_slugs(self.past.services),
            actors=self.actors,
            injects=tuple(self.injects),
            expectations=tuple(self.expectations),
            length=length_of(self.injects, self.expectations),
            debrief=(
                "What did you do otherwise than they did, and was it better?",
                "What would have told you earlier?",
            ),
        )
        self.notes.made("", "the briefing, and the questions for the hot wash")
        if self.past.services:
            self.notes.made("", "services are called as in the source; call them as your catalogue does")
        if self.expectations:
            self.notes.made("", "what is expected: as long as it really took then; shorten it where they were slow")
        if self.roles.given:
            self.notes.left("", f"people's names, {len(self.roles.given)} of them; roles stand in their place")
        return Brought(scenario=scenario, notes=self.notes.all)

    def _begins(self) -> Moment | None:
        """The moment at which the game opens an incident when the source says of none that it was declared."""
        timed = [each for each in self.past.moments if each.at is not None and each.at >= timedelta(0)]
        if any(each.kind is Kind.DECLARED for each in self.past.moments):
            return None
        news = [each for each in timed if each.kind in _NEWS and each.kind is not Kind.OVER]
        return next(iter((*news, *timed, *self.past.moments)))

    def _moment(self, each: Moment, begins: Moment | None) -> None:
        if each.at is not None and each.at > _LONGEST:
            self.notes.left(
                offset(_LONGEST), f"what happened more than a year later: {shortened(self._said(each.text))}"
            )
            return
        early = each.at is not None and each.at < timedelta(0)
        if early and each.kind in _NEWS:
            self.notes.made(
                "", f"what was known before the start stands in the hidden notes: {shortened(self._said(each.text))}"
            )
        if (each.kind in _NEWS and not early) or each is begins:
            self._news(each, opens=each is begins or each.kind is Kind.DECLARED)
        else:
            self._note(each)
        self._expect(each)

    # --- what they were told

    def _news(self, each: Moment, *, opens: bool) -> None:
        if opens and (before := self._same_moment(each)):
            self._open(before, each)
            return
        what = self._what(each)
        title = self._title(each)
        name = self.names.give(slug(title, "inject", 40), f"{each.at} {each.text}")
        timing = Timing(at=max(timedelta(0), each.at)) if each.at is not None else Timing()
        if each.at is None:
            self.notes.made(f"inject {name}", "nobody knows when it happened; it is played by hand")
        notes = "" if each.kind in _NEWS else self._line(each)
        inject = Inject(id=name, title=title, timing=timing, what=what, notes=notes)
        self.injects.append(inject)
        if opens:
            self._open(inject, each)

    def _what(self, each: Moment) -> InjectKind:
        said = self._said(each.text)
        match each.kind:
            case Kind.ALERT | Kind.OVER:
                labels = {
                    line(key): line(self._said(value))
                    for key, value in each.labels
                    if line(key) and line(self._said(value))
                }
                return AlertInject(
                    name=self._title(each),
                    summary=said,
                    severity=line(each.severity),
                    labels=labels,
                    over=each.kind is Kind.OVER,
                )
            case Kind.TOLD:
                return Speak(actor=self._actor(each.who), text=said or self._title(each))
            case Kind.DECLARED | Kind.SAID:
                return Announce(text=said or f"I have bad news. {self._title(each)}.")
        services = ", ".join(self.past.services)
        return Announce(text=f"I have bad news. Something is wrong{f' with {services}' if services else ''}.")

    def _title(self, each: Moment) -> str:
        told = each.kind in _NEWS
        said = line(self._said(each.title)) or (shortened(self._said(each.text)) if told else "")
        return said or {Kind.ALERT: "An alert", Kind.OVER: "An alert is over"}.get(each.kind, "Something is wrong")

    def _actor(self, who: str) -> str:
        said = self.roles.of(who) if who in self.roles.people else line(self._said(who)) or "user"
        name = slug(said, "actor", 32)
        self.actors.setdefault(name, Actor(name=said[:1].upper() + said[1:]))
        return name

    def _same_moment(self, each: Moment) -> Inject | None:
        """The alert that came at the same moment and has opened nothing: it opens the incident itself."""
        last = self.injects[-1] if self.injects else None
        if last is None or last.incident or not isinstance(last.what, AlertInject) or last.what.over:
            return None
        return last if last.timing.at is not None and last.timing.at == each.at else None

    def _open(self, inject: Inject, each: Moment) -> None:
        alone = sum(other.kind is Kind.DECLARED for other in self.past.moments) < 2  # else nobody knows which is whose
        severity = each.severity if each.severity in _SEVERITIES else "SEV2"
        incident = Breakage(
            title=self._title(each)
            if each.kind in _NEWS
            else line(self._said(self.past.title)) or "Something is wrong",
            severity=severity,
            services=_slugs(each.services or (self.past.services if alone else ())),
            failure_modes=_slugs(each.failure_modes or (self.past.failure_modes if alone else ())),
        )
        opened = replace(inject, incident=incident)
        self.injects[self.injects.index(inject)] = opened
        self.opened[each.incident] = opened

    # --- what they did

    def _note(self, each: Moment) -> None:
        said = self._line(each)
        if not said:
            return
        last = next((at for at in reversed(range(len(self.injects))) if self._is_past(self.injects[at], each)), None)
        if last is None:
            self.hidden.append(said)
        else:
            inject = self.injects[last]
            self.injects[last] = replace(inject, notes="\n".join(filter(None, (inject.notes, said))))
            self.opened = {
                key: self.injects[last] if kept.id == inject.id else kept for key, kept in self.opened.items()
            }

    def _is_past(self, inject: Inject, each: Moment) -> bool:
        return each.at is None or (inject.timing.at is not None and inject.timing.at <= each.at)

    def _line(self, each: Moment) -> str:
        said = self._said(each.text) or self._said(each.title)
        if not said:
            return ""
        who = self.roles.of(each.who) if each.who in self.roles.people else line(self._said(each.who))
        when = (
            "Before the start"
            if each.at is not None and each.at < timedelta(0)
            else "Then"
            if each.at is None
            else offset(each.at)
        )
        return f"{when}{f', {who}' if who else ''}: {said}"

    def _expect(self, each: Moment) -> None:
        if each.kind not in _EXPECTED or each.at is None or not self.opened:
            return
        what, word = _EXPECTED[each.kind]
        about = self.opened.get(each.incident) or next(iter(self.opened.values()))
        since = about.timing.at
        of_all = each.kind in (Kind.COMMAND, Kind.UPDATE)
        name = f"{about.id}-{word.replace('_', '-')}" if not of_all else word.replace("_", "-")
        if each.kind is Kind.RESOLVED:  # the last time counts: what was opened again was not over
            self.expectations = [expected for expected in self.expectations if expected.id != name]
        if since is None or each.at < since or any(expected.id == name for expected in self.expectations):
            return
        within = max(_MINUTE, -(-(each.at - since) // _MINUTE) * _MINUTE)
        met_by = Condition(word=word, ref="yes" if of_all else about.id)
        said = what if of_all or not about.incident else f"{what}: {about.incident.title}"
        self.expectations.append(Expectation(id=name, what=said, after=about.id, within=within, met_by=met_by))

    def _said(self, text: str) -> str:
        return clean(self.roles.scrub(clean(text)))


def _slugs(words: tuple[str, ...]) -> tuple[str, ...]:
    """Names as a catalogue has them, each once, without what stands in brackets behind them."""
    return tuple(dict.fromkeys(slug(word.partition("(")[0].strip() or word, "service", 40) for word in words))
