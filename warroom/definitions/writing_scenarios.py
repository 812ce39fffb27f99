"""A whole scenario as YAML that people will edit, and that reads back as the same scenario.

    read_scenario(write(scenario)) == scenario

What was brought in from elsewhere and could not be carried over stands as comments at the top, so that whoever opens the
file sees it before anything else.
"""

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import timedelta
from typing import Any

from warroom.core.injects import AlertInject, Announce, Hint, InjectKind, Move, Sideline, Silent, Speak
from warroom.core.probes import Probe
from warroom.core.scenario import (
    Actor,
    Breakage,
    Ending,
    Environment,
    Expectation,
    FaultSpec,
    Inject,
    Mishap,
    MurphyRules,
    Scenario,
    SteadyState,
    StopCondition,
)
from warroom.core.storytime import Story
from warroom.core.when import Condition, Conditions, Several, Timing
from warroom.definitions import formatting, tree
from warroom.definitions.loader import read_scenario
from warroom.definitions.problems import DefinitionError
from warroom.errors import WarroomError

Doc = dict[str, Any]
_SECOND = timedelta(seconds=1)
_ALWAYS = ("update_posted", "commander_named", "all_resolved")  # conditions that take only `yes`
_COMMENT = 116


class NotWritable(WarroomError):
    """A scenario cannot be written as a file; the message says why and what to do."""


def write(scenario: Scenario, remarks: Iterable[str] = (), proposals: Iterable[str] = ()) -> str:
    """The YAML of a scenario, with remarks as comments below its first line, and proposals as comments at its end.

    A proposal is YAML that a person may take in by removing the `# ` of its lines.

    Raises NotWritable when it would be larger than a definition may be, or when it does not read back as it was.
    """
    text = formatting.document(plain(scenario))
    comments = "".join(f"#{line}\n" for remark in remarks for line in _comment(remark))
    if comments:
        first, _, rest = text.partition("\n")
        text = f"{first}\n\n{comments}\n{rest.lstrip()}"
    for proposal in proposals:
        text += "\n" + "".join(f"# {line}".rstrip() + "\n" for line in _printable(proposal).splitlines())
    if len(text.encode()) > tree.MOST_BYTES:
        raise NotWritable(f"The scenario {scenario.id} would be larger than {tree.MOST_BYTES // 1024} KiB; split it.")
    try:
        same = read_scenario(text, scenario.id) == scenario
    except DefinitionError as error:
        raise NotWritable(
            f"The scenario {scenario.id} cannot be written so that it can be read again:\n{error}"
        ) from error
    if not same:
        raise NotWritable(f"The scenario {scenario.id} holds a text that YAML cannot give back as it is.")
    return text


def _comment(remark: str) -> Iterable[str]:
    """A remark as lines behind `#`; nothing in it can end the comment."""
    line = _printable(" ".join(remark.split()))
    return (f" {part}" for part in textwrap.wrap(line, _COMMENT, break_long_words=True) or [""])


def _printable(text: str) -> str:
    return "".join(each if each.isprintable() or each == "\n" else "\ufffd" for each in text)


def plain(scenario: Scenario) -> Doc:
    """The scenario as plain mappings and lists, as the file holds them; what is as usual is left out."""
    return _filled(
        scenario=1,
        id=scenario.id,
        title=scenario.title,
        summary=scenario.summary,
        length=_unless(scenario.length, timedelta(hours=1)),
        services=list(scenario.services),
        briefing=scenario.briefing,
        objectives=list(scenario.objectives),
        hidden_notes=scenario.hidden_notes,
        story=_story(scenario.story),
        actors={name: _actor(each) for name, each in scenario.actors.items()},
        teams={name: {"title": each.title} for name, each in scenario.teams.items()},
        environments={name: _environment(each) for name, each in scenario.environments.items()},
        go=list(scenario.go),
        steady_state=[_steady(each) for each in scenario.steady_state],
        stop_conditions=[_stop(each) for each in scenario.stops],
        injects=[_inject(each) for each in scenario.injects],
        deck=[_mishap(each) for each in scenario.deck],
        murphy=_murphy(scenario.murphy),
        expectations=[_expectation(each) for each in scenario.expectations],
        ends=[_ending(each) for each in scenario.endings],
        debrief=list(scenario.debrief),
    )


def _filled(**values: Any) -> Doc:
    """Without what is empty. A part that is there but holds nothing of its own stays."""
    return {key: value for key, value in values.items() if value not in ("", None, [], {}) or value is False}


def _unless(length: timedelta, usual: timedelta) -> str:
    return "" if length == usual else duration(length)


def duration(length: timedelta) -> str:
    """A length as it is read: `1h 30m`, `45s`, `0s`."""
    seconds = length // _SECOND
    parts = [(seconds // 3600, "h"), (seconds // 60 % 60, "m"), (seconds % 60, "s")]
    return " ".join(f"{number}{unit}" for number, unit in parts if number) or "0s"


def offset(length: timedelta) -> str:
    """A place on the game's clock as it is read: `T+12m`."""
    return f"T+{duration(length) if length else '0m'}"


# --- what stands around the injects


def _story(story: Story | None) -> Doc | None:
    if story is None:
        return None
    return _filled(starts=story.starts, pace=None if story.pace == 1 else story.pace)


def _actor(actor: Actor) -> Doc:
    icon = "" if actor.icon == Actor(name="").icon else actor.icon
    return _filled(name=actor.name, title=actor.title) | ({"icon": icon} if icon or not actor.icon else {})


def _environment(environment: Environment) -> Doc:
    return _filled(title=environment.title, after=environment.after)


def _steady(steady: SteadyState) -> Doc:
    return {"id": steady.id, "what": steady.what, "check": probe(steady.check)}


def _stop(stop: StopCondition) -> Doc:
    usual = StopCondition(id="", what="", check=stop.check)
    return _filled(
        id=stop.id,
        what=stop.what,
        check=probe(stop.check),
        every=_unless(stop.every, usual.every),
        owner=stop.owner,
        then="" if stop.then == usual.then else stop.then,
    )


def probe(check: Probe) -> Doc:
    """A look at the world, as `check` holds it."""
    inner: Doc = {}
    for each in fields(check):
        value = getattr(check, each.name)
        if value == each.default and each.name != "target":
            continue
        inner[each.name] = _probe_value(value)
    return {check.word: inner}


def _probe_value(value: object) -> object:
    match value:
        case timedelta() if value % _SECOND:
            return f"{value // timedelta(milliseconds=1)}ms"
        case timedelta():
            return duration(value)
        case tuple():
            return list(value)
    return value


def _murphy(rules: MurphyRules | None) -> Doc | None:
    if rules is None:
        return None
    return {"mode": rules.mode, "budget": rules.budget, "most_open": rules.most_open}


def _expectation(expectation: Expectation) -> Doc:
    return _filled(
        id=expectation.id,
        what=expectation.what,
        after=expectation.after,
        within=duration(expectation.within),
        met_by=condition(expectation.met_by) if expectation.met_by else None,
        judged=expectation.judged,
        owner=expectation.owner,
        objective=expectation.objective or None,
    )


def _ending(ending: Ending) -> Doc:
    return _filled(
        at="" if ending.at is None else offset(ending.at),
        when=condition(ending.when) if ending.when else None,
        by_itself=True if ending.by_itself else None,
    )


# --- injects


def _inject(inject: Inject) -> Doc:
    return {"id": inject.id, "title": inject.title} | _timing(inject.timing) | _rest(inject)


def _mishap(mishap: Mishap) -> Doc:
    of_the_deck = _filled(
        difficulty=None if mishap.difficulty == Mishap(inject=mishap.inject).difficulty else mishap.difficulty,
        needs=list(mishap.needs),
        excludes=list(mishap.excludes),
        ambient=True if mishap.ambient else None,
    )
    return {"id": mishap.inject.id, "title": mishap.inject.title} | of_the_deck | _rest(mishap.inject)


def _rest(inject: Inject) -> Doc:
    return _filled(
        **_what(inject.what),
        to=list(inject.to),
        incident=_incident(inject.incident),
        fault=_fault(inject.fault),
        hands_off=_unless(inject.hands_off, timedelta(0)),
        environments=list(inject.environments),
        notes=inject.notes,
    )


def _what(what: InjectKind) -> Mapping[str, Any]:
    match what:
        case Announce(text=text):
            return {"announce": text}
        case Speak(actor=actor, text=text, role=role):
            return {"actor": _filled(who=actor, says=text, privately_to=role)}
        case Hint(on=on, level=level, text=text):
            return {"hint": {"about": on, "level": level, "says": text}}
        case AlertInject():
            over = True if what.over else None
            inner = _filled(summary=what.summary, severity=what.severity, labels=dict(what.labels), over=over)
            return {"alert": {"name": what.name, **inner}}
        case Sideline(role=role, lasts=lasts, text=text):
            return {"sideline": {"role": role, "lasts": duration(lasts), "says": text}}
        case Move(text=text, story=story):
            return {"move": _filled(says=text, story=story)}
        case Silent():
            return {}  # what breaks is its kind


def _incident(incident: Breakage | None) -> Doc | None:
    if incident is None:
        return None
    lists = _filled(services=list(incident.services), failure_modes=list(incident.failure_modes))
    return {"title": incident.title, "severity": incident.severity, **lists}


def _fault(fault: FaultSpec | None) -> Doc | None:
    if fault is None:
        return None
    driver = {} if not fault.real else {"driver": fault.driver}
    return {"target": fault.target, "mode": fault.mode, **driver, "lasts": duration(fault.lasts)}


def _timing(timing: Timing) -> Doc:
    if timing.at is not None:
        return {"at": offset(timing.at)}
    if timing.after:
        return {"after": _filled(inject=timing.after, by=duration(timing.by) if timing.by else "")}
    return {"when": condition(timing.when)} if timing.when else {"by_hand": True}


def condition(conditions: Conditions) -> Doc:
    """One condition, or several below `all` or `any`."""
    match conditions:
        case Several(word=word, parts=parts):
            return {word: [condition(part) for part in parts]}
        case Condition(word="said", phrases=phrases):
            return {"said": list(phrases)}
        case Condition(word=word) if word in _ALWAYS:
            return {word: True}
        case Condition(word=word, ref=ref, also=also):
            return {word: f"{ref}/{also}" if also else ref}
