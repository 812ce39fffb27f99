"""A shipped game day, played by a script at a table, with a stand-in for the world.

A script (`*.play`) begins with `players: …`, as a table's `plan` line has it. Then come times (`T+12m`) and what people
do, in the table's words, with two liberties: an incident is named by the inject that opened it, and a step as
`runbook/step`, a walk by its runbook. `ben: answers go region-lost/decide` gives any answer. The world answers by itself: what the game has pretended to break is broken, and checks see that.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from warroom.core import commands as c
from warroom.core import effects as f
from warroom.core import events as e
from warroom.core.durations import read
from warroom.core.effects import BACKCHANNEL, TEAM, WAR_ROOM
from warroom.core.faults import FaultState
from warroom.core.probes import Probe
from warroom.core.runs import RunState, StepState
from warroom.core.scenario import Scenario
from warroom.definitions.library import Library
from warroom.testing import Table

HERE = Path(__file__).parent
DUNGEON_MASTER = "harriet"
_WALKS = ("walk", "acknowledge", "mitigate", "resolve", "mark", "severity")  # words whose first argument is an incident
_RUNS = ("abandon", "finish", "give", "hand-over")  # words whose first argument is a walk


class Played:
    """One playing. `lines` are everything that was said, `refusals` the lines of the script that were refused."""

    def __init__(self, library: Library, scenario: Scenario, players: str) -> None:
        self.scenario = scenario
        self.table = Table([scenario], library.runbooks.values())
        self.lines: list[str] = []
        self.refusals: list[str] = []
        self._answered = 0
        self._give(f"{DUNGEON_MASTER}: plan {scenario.id} with {players}")
        for role in scenario.go:
            self._give(f"{DUNGEON_MASTER}: say-go {role}")
        self._give(f"{DUNGEON_MASTER}: go")
        for place in (WAR_ROOM, BACKCHANNEL, *(f"{TEAM}{team}" for team in scenario.teams)):
            self.table.give(c.RecordChannel(place=place, channel=f"C-{place}", name=place))

    @property
    def reading(self) -> timedelta:
        return self.table.room.clock.reading(self.table.now)

    def play(self, text: str) -> None:
        for line in text.splitlines():
            line = line.partition("  #")[0].strip()
            if not line or line.startswith("#"):
                continue
            who, _, rest = line.partition(": ")
            if line.startswith("T+"):
                self.until(read(line.removeprefix("T+")) or timedelta(0))
            elif rest.startswith("answers "):  # for an answer that is also a word of the table, such as `go`
                answer, _, place = rest.removeprefix("answers ").partition(" ")
                run, _, step = self._step(place).partition("/")
                self._keep(line, self.table.give(c.AnswerStep(by=who, run=run, step=step, answer=answer)))
            else:
                self._give(self._named(line))

    def until(self, reading: timedelta) -> None:
        """Let the game's clock come to this reading, and the world answer on the way."""
        assert reading >= self.reading, f"the script goes back in time to {reading}"
        while (wake := self.table.room.wake_at()) is not None and self.reading < reading:
            step = min(max(wake - self.table.now, timedelta(0)), reading - self.reading)
            self.lines += self.table.wait(step)
            self._world()
            if not step:
                break
        self.lines += self.table.wait(reading - self.reading)
        self._world()

    def events(self, kind: type[e.Event]) -> Iterator[e.Entry]:
        return (each for each in self.table.entries if isinstance(each.event, kind))

    def _give(self, line: str) -> None:
        self._keep(line, self.table.say(line))

    def _keep(self, line: str, said: list[str]) -> None:
        self.lines += [f"> {line}", *(f"    {each}" for each in said)]
        self.refusals += [f"{line}: {each}" for each in said if each.startswith("!")]
        self._world()

    def _named(self, line: str) -> str:
        """The line with the names that the room has given."""
        who, _, rest = line.partition(": ")
        word, _, argument = rest.partition(" ")
        first, _, further = argument.partition(" ")
        if word in _WALKS and (incident := self.table.room.incident_of(first)):
            first = incident.id
        elif word == "says":
            first = first if first in self.scenario.teams else WAR_ROOM
            further = further if first in self.scenario.teams else argument
            first = f"{TEAM}{first}" if first in self.scenario.teams else first
        elif "/" in first:
            first = self._step(first)
        elif word in _RUNS:
            first = self._run(first)
        return f"{who}: {' '.join(filter(None, (word, first, further)))}"

    def _run(self, runbook: str) -> str:
        """The newest walk of this runbook that goes on; branches of it do not count."""
        mine = (each for each in reversed(self.table.room.runs.values()) if each.runbook.id == runbook)
        return next((each.id for each in mine if each.state is RunState.WALKING and each.parent is None), runbook)

    def _step(self, place: str) -> str:
        """`runbook/step` as `run/step`: of the newest walk that is at this step now."""
        runbook, _, step = place.partition("/")
        for run in reversed(self.table.room.runs.values()):
            here = run.runbook.id == runbook and run.runbook.step(step) is not None
            if here and run.state is RunState.WALKING and run.of(step).state in (StepState.READY, StepState.ACTIVE):
                return f"{run.id}/{step}"
        return place

    def _world(self) -> None:
        """Answer what is owed to the world, until nothing is."""
        while self._answered < len(self.table.effects):
            effect = self.table.effects[self._answered]
            self._answered += 1
            match effect:
                case f.InjectFault():
                    self._told(c.RecordFault(fault=effect.fault, injected=True, detail="pretended"))
                case f.RollBack():
                    self._told(c.RecordRollback(fault=effect.fault, undone=True, detail=""))
                case f.RunCheck():
                    holds = self._holds(effect.probe)
                    found = c.RecordCheck(
                        run=effect.run, step=effect.step, attempt=effect.attempt, holds=holds, detail="seen"
                    )
                    self._told(found)
                case f.RunAct():
                    self._told(c.RecordActBegun(run=effect.run, act=effect.act, worker="worker"))
                    self._told(c.RecordActEnded(run=effect.run, act=effect.act, outcome="done", detail="pretended"))

    def _told(self, command: c.Command) -> None:
        self.lines += [f"    {each}" for each in self.table.give(command)]

    def _holds(self, probe: Probe) -> bool:
        """What the demo's stand-in would show: broken is broken, slow answers after three seconds."""
        target, faster = getattr(probe, "target", ""), getattr(probe, "faster_than", None)
        modes = {
            each.mode
            for each in self.table.room.faults.values()
            if each.target == target and each.state in (FaultState.ASKED, FaultState.ACTIVE)
        }
        return not modes & {"down", "errors"} and not ("slow" in modes and faster is not None)


def script(scenario: str) -> tuple[str, str]:
    """Who plays, and what they do."""
    text = (HERE / f"{scenario}.play").read_text(encoding="utf-8")
    head, _, rest = text.partition("\n")
    return head.removeprefix("players: "), rest
