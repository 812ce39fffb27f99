"""What a drill really broke, as a journal of the Chaos Toolkit, for whoever collects those (`chaos report` and the like).

    status         completed; failed when it deviated; interrupted by NO DUFF; null while the game goes on
    deviated       something that had to stay true did not, or something could not be undone
    steady_states  before: the last preflight before anything broke; after: the first one after; during: the stop conditions
    run            one action for each real fault, from being asked for to being broken or refused
    rollbacks      one for each that was undone, or should have been

Only real faults are in it. Its experiment cannot be run again: how things are broken is the operator's, and not on the
timeline. Nobody is named, and times are UTC without saying so, as the Chaos Toolkit writes them.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from datetime import UTC, datetime
from typing import Any, TextIO

from warroom import __version__
from warroom.core import events as e
from warroom.core.breakable import PRETEND
from warroom.core.declaring import dataclass
from warroom.core.events import Entry
from warroom.core.readiness import Finding
from warroom.core.scenario import Scenario
from warroom.errors import NotFound
from warroom.exporters.source import Exporter, Profile, Source

_PROBE, _ACTION = "probe", "action"
Run = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Fault:
    """What became of one fault, and when."""

    asked: e.FaultAsked
    at: datetime
    began: e.FaultInjected | e.FaultRefused | None = None
    began_at: datetime | None = None
    undoing: e.RollbackAsked | None = None
    undoing_at: datetime | None = None
    undone: e.FaultRolledBack | e.RollbackFailed | None = None
    undone_at: datetime | None = None


@dataclass(slots=True)
class _Day:
    """What the journal needs of the timeline."""

    title: str = ""
    scenario: Scenario | None = None
    start: datetime | None = None
    end: datetime | None = None
    last: datetime | None = None
    interrupted: bool = False
    tripped: bool = False
    faults: dict[str, _Fault] = field(default_factory=dict)
    preflights: list[tuple[datetime, tuple[Finding, ...]]] = field(default_factory=list)
    during: list[dict[str, Any]] = field(default_factory=list)

    def add(self, entry: Entry) -> None:
        self.last = entry.at
        match entry.event:
            case e.RoomOpened(title=title):
                self.title = title
            case e.GamePlanned(scenario=scenario):
                self.scenario = scenario
            case e.GameStarted():
                self.start = entry.at
            case e.GameEnded():
                self.end = entry.at
            case e.EmergencyCalled():
                self.interrupted |= self.start is not None and self.end is None
            case e.PreflightReported(findings=findings):
                self.preflights.append((entry.at, findings))
            case e.StopConditionChanged():
                self._watched(entry.event, entry.at)
            case _:
                self._broken(entry)

    def _watched(self, changed: e.StopConditionChanged, at: datetime) -> None:
        self.tripped |= not changed.holds
        stop = self.scenario.stop(changed.stop) if self.scenario else None
        what = stop.what if stop else changed.stop
        self.during.append(_state([_probe(what, changed.holds, changed.detail, at)]))

    def _broken(self, entry: Entry) -> None:
        match entry.event:
            case e.FaultAsked(fault=name, driver=driver) as asked if driver != PRETEND:
                self.faults[name] = _Fault(asked=asked, at=entry.at)
            case e.FaultInjected(fault=name) | e.FaultRefused(fault=name) as began if name in self.faults:
                self.faults[name] = replace(self.faults[name], began=began, began_at=entry.at)
            case e.RollbackAsked(fault=name) as undoing if name in self.faults:
                self.faults[name] = replace(self.faults[name], undoing=undoing, undoing_at=entry.at)
            case e.FaultRolledBack(fault=name) | e.RollbackFailed(fault=name) as undone if name in self.faults:
                self.faults[name] = replace(self.faults[name], undone=undone, undone_at=entry.at)


def write(source: Source, out: TextIO) -> None:
    """Raises NotFound when nothing real was broken, or it would give away a game that still goes on."""
    if source.profile is Profile.PLAYERS and source.row.open:
        raise NotFound(f"{source.row.key} still goes on; what it breaks is the dungeon master's until it is over.")
    day = _Day()
    for entry in source.entries():
        day.add(entry)
    if not day.faults:
        raise NotFound(f"{source.row.key} has broken nothing real, so there is no journal of it.")
    json.dump(_journal(source.row.key, day), out, indent=2, ensure_ascii=True)
    out.write("\n")


def _journal(key: str, day: _Day) -> dict[str, Any]:
    faults = tuple(day.faults.values())
    start, last = day.start or faults[0].at, _last(day, faults)
    run, rollbacks = [_inject(each) for each in faults], [_undo(each, last) for each in faults if each.undoing]
    before = [each for each in day.preflights if each[0] <= faults[0].at]
    after = [each for each in day.preflights if each[0] > faults[0].at]
    deviated = day.tripped or any(each["status"] != "succeeded" for each in rollbacks)
    machines = dict.fromkeys(each.began.machine for each in faults if isinstance(each.began, e.FaultInjected))
    return {
        "chaoslib-version": f"warroom {__version__}",
        "platform": "warroom",
        "node": ", ".join(filter(None, machines)),
        "experiment": _experiment(key, day, run, rollbacks),
        "start": _time(start),
        "status": _status(day, deviated),
        "deviated": deviated,
        "steady_states": {
            "before": _looked(*before[-1]) if before else None,
            "after": _looked(*after[0]) if after else None,
            "during": day.during,
        },
        "run": run,
        "rollbacks": rollbacks,
        "end": _time(last),
        "duration": (last - start).total_seconds(),
    }


def _last(day: _Day, faults: Iterable[_Fault]) -> datetime:
    """When the game was over and everything of it undone; the last that is known, until then."""
    known = [day.end, *(each.undone_at for each in faults)] if day.end else [day.last]
    return max(each for each in known if each is not None)


def _status(day: _Day, deviated: bool) -> str | None:
    if day.end is None:
        return None
    if day.interrupted:
        return "interrupted"
    return "failed" if deviated else "completed"


def _experiment(key: str, day: _Day, run: Iterable[Run], rollbacks: Iterable[Run]) -> dict[str, Any]:
    steady = day.scenario.steady_state if day.scenario else ()
    hypothesis = {
        "title": "The system is healthy",
        "probes": [
            {**_activity(_PROBE, each.what, "look", {"look": each.check.shown}), "tolerance": True} for each in steady
        ],
    }
    return {
        "version": "1.0.0",
        "title": f"{key}: {day.title}",
        "description": f"What the exercise {key} really broke. It is a record, and cannot be run again.",
        "tags": ["exercise", "game-day"],
        **({"steady-state-hypothesis": hypothesis} if steady else {}),
        "method": [each["activity"] for each in run],
        "rollbacks": [each["activity"] for each in rollbacks],
        "runtime": {"rollbacks": {"strategy": "always"}},
    }


# --- activities


def _inject(fault: _Fault) -> Run:
    asked = fault.asked
    activity = _fault_activity(f"break {asked.target}: {asked.mode}", "inject", asked)
    match fault.began:
        case e.FaultInjected(detail=said):
            return _run(activity, fault.at, fault.began_at, output=said)
        case e.FaultRefused(detail=why):
            return _run(activity, fault.at, fault.began_at, failed=why)
        case _ if fault.undoing is not None:
            return _run(
                activity, fault.at, fault.undoing_at, failed="It was to be undone before it was known to be broken."
            )
        case _:
            return _run(activity, fault.at, fault.at, failed="It is not known yet to be broken.")


def _undo(fault: _Fault, last: datetime) -> Run:
    asked, began = fault.asked, fault.undoing_at or fault.at
    activity = _fault_activity(f"undo {asked.target}: {asked.mode}", "undo", asked)
    match fault.undone:
        case e.FaultRolledBack(detail=said):
            return _run(activity, began, fault.undone_at, output=said)
        case e.RollbackFailed(detail=why):
            return _run(activity, began, fault.undone_at, failed=why)
        case _:
            return _run(activity, began, max(began, last), failed="It is not undone yet.")


def _looked(at: datetime, findings: Iterable[Finding]) -> dict[str, Any]:
    return _state([_probe(each.what, each.holds, each.detail, at) for each in findings])


def _state(probes: list[Run]) -> dict[str, Any]:
    return {"steady_state_met": all(each["tolerance_met"] for each in probes), "probes": probes}


def _probe(what: str, holds: bool, detail: str, at: datetime) -> Run:
    activity = {**_activity(_PROBE, what, "look", {}), "tolerance": True}
    return {**_run(activity, at, at, output=holds), "tolerance_met": holds, **({"detail": detail} if detail else {})}


def _fault_activity(name: str, func: str, asked: e.FaultAsked) -> dict[str, Any]:
    arguments = {"fault": asked.fault, "driver": asked.driver, "target": asked.target, "mode": asked.mode}
    return _activity(_ACTION, name, func, arguments)


def _activity(kind: str, name: str, func: str, arguments: Mapping[str, str]) -> dict[str, Any]:
    provider = {"type": "python", "module": "warroom", "func": func, "arguments": dict(arguments)}
    return {"type": kind, "name": name, "provider": provider}


def _run(
    activity: dict[str, Any], start: datetime, end: datetime | None, *, output: Any = None, failed: str = ""
) -> Run:
    ended = end or start
    return {
        "activity": activity,
        "output": output,
        "status": "failed" if failed else "succeeded",
        **({"exception": [failed]} if failed else {}),
        "start": _time(start),
        "end": _time(ended),
        "duration": (ended - start).total_seconds(),
    }


def _time(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


EXPORTER = Exporter(
    name="chaostoolkit",
    suffix=".journal.json",
    title="what was really broken, as a journal of the Chaos Toolkit",
    write=write,
    on_request=True,
    readings=2,
)
