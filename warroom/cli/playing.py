"""Plays every scenario and walks every runbook without any chat, so that what would be shown can be looked at.

Once as they are written, and once with every text in them replaced by something long and hostile.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import timedelta
from typing import Any

from warroom.cli import directing
from warroom.cli.directing import DIRECTOR, EVALUATOR, SAFETY, TARGET
from warroom.cli.moves import next_moves
from warroom.core import commands as c
from warroom.core.effects import BACKCHANNEL, WAR_ROOM, Effect
from warroom.core.incident import IncidentState
from warroom.core.probes import Dns
from warroom.core.room import Room
from warroom.core.runbook import Runbook, within
from warroom.core.runs import Run
from warroom.core.scenario import Scenario
from warroom.core.values import Value
from warroom.definitions.library import Library
from warroom.testing import Table

PLAYERS = ("U0ANA000000", "U0BEN000000", "U0CHIARA000")
HOSTILE = "<!channel> & <@U0EVIL|x> <https://evil.example|*here*> `_~ ```\n> \u202e\u2066@everyone 🧑‍🚒 \x1b[31m"
LONG, SHORT = HOSTILE * 40, HOSTILE * 6  # longer than any text Slack takes; longer than any title
_LASTS = 70  # minutes of a game; enough for every inject to fall due
_STEPS = 60  # of a walk: loops in a runbook end here
_MANY = 120  # alerts at once


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A room after something was asked of it: what followed, or why it was refused."""

    room: Room
    effects: tuple[Effect, ...]
    refusals: tuple[str, ...]


Play = Iterator[Moment]


def plays(library: Library) -> Iterator[Play]:
    """Every game and every incident, one after another."""
    for texts in (library, spoiled(library)):
        said, pace = ("The West takes over; next word in 15 minutes.", 2) if texts is library else (LONG, 10)
        for scenario in texts.scenarios.values():
            yield _Game(texts, scenario, said, pace).play()
        for scenario in list(texts.scenarios.values())[:1]:
            yield _Game(texts, directing.with_everything(scenario), said, pace).play()
        for runbook in texts.runbooks.values():
            for turn in range(3 if texts is library else 1):
                yield _Incident(texts, said).walk(runbook, turn)
        yield _Incident(texts, said).alerts()
        yield _Incident(texts, said).blank()


# -- texts ---------------------------------------------------------------------------------------------------------------

_LONG = {"briefing", "hidden_notes", "notes", "text", "question", "commands", "output", "say"}
_SHORT = {
    "title",
    "summary",
    "label",
    "reason",
    "what",
    "name",
    "objectives",
    "debrief",
    "danger",
    "evidence",
    "phase",
    "defines",
}


def spoiled(library: Library) -> Library:
    """The library with every text that people read replaced by something hostile; what names something stays."""
    return replace(
        library,
        scenarios={name: _spoiled(each) for name, each in library.scenarios.items()},
        runbooks={name: _spoiled(each) for name, each in library.runbooks.items()},
        catalogue=_spoiled(library.catalogue),
    )


def _spoiled(value: Any, name: str = "") -> Any:
    match value:
        case str():
            return value and (LONG if name in _LONG else SHORT if name in _SHORT else value)
        case tuple():
            return tuple(_spoiled(each, name) for each in value)
        case Mapping():
            return {key: _spoiled(each) for key, each in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        held = {each.name: getattr(value, each.name) for each in fields(value)}
        if isinstance(value, Value | Dns):
            held.pop("name")  # by which texts refer to it, or a machine looks it up
        return replace(value, **{key: _spoiled(inner, key) for key, inner in held.items()})
    return value


# -- a room and its players ----------------------------------------------------------------------------------------------


class _Played:
    """A table, and what may be shown after each thing that is done at it."""

    def __init__(self, library: Library, said: str) -> None:
        self.library, self.said = library, said
        self.table = Table(library.scenarios.values(), library.runbooks.values())

    @property
    def room(self) -> Room:
        return self.table.room

    def give(self, *commands: c.Command) -> Play:
        before = len(self.table.effects)
        yield self._moment(before, [line for command in commands for line in self.table.give(command)])

    def wait(self, length: timedelta) -> Play:
        before = len(self.table.effects)
        yield self._moment(before, self.table.wait(length))

    def _moment(self, before: int, lines: list[str]) -> Moment:
        refusals = tuple(line.removeprefix("! ") for line in lines if line.startswith("! "))
        return Moment(room=self.room, effects=tuple(self.table.effects[before:]), refusals=refusals)

    def offer(self) -> Play:
        """The shell finds runbooks for whatever is open."""
        for incident in list(self.room.incidents.values()):
            found = self.library.offers(incident.services, incident.failure_modes, {}, incident.title)
            if incident.id not in self.room.offers and found:
                yield from self.give(c.RecordOffers(incident=incident.id, offers=found))

    def answer(self, run: Run, turn: int) -> Play:
        """One step further on this walk, by one way or another. What is refused is worth showing as well."""
        for command in next_moves(self.room, run, PLAYERS, turn, self.said):
            yield from self.give(command)
        yield from self.wait(timedelta(minutes=1 if turn % 2 else 20))  # some steps overrun


class _Game(_Played):
    """A game day, in rounds of `pace` minutes."""

    def __init__(self, library: Library, scenario: Scenario, said: str, pace: int) -> None:
        super().__init__(library, said)
        self.scenario, self.pace, self.rounds = scenario, pace, _LASTS // pace

    def play(self) -> Play:
        yield from self._begin()
        for turn in range(self.rounds):
            yield from self.wait(timedelta(minutes=self.pace))
            yield from self.offer()
            yield from self._respond(turn)
            yield from self._direct(turn)
        yield from self._end()

    def _begin(self) -> Play:
        game = c.OpenGame(
            by=DIRECTOR,
            key="GD-1",
            workspace="T1",
            scenario=self.scenario,
            players=PLAYERS,
            evaluators=(EVALUATOR,),
            safety=(SAFETY,),
            teams=dict.fromkeys(self.scenario.teams, PLAYERS[:1]),
            environment=next(iter(self.scenario.environments), ""),
            breakable=(TARGET,),
            seed="0" * 32,
            origin="C0ORIGIN000",
            operations="C0OPERATION",
        )
        yield from self.give(game, c.RecordChannel(place=BACKCHANNEL, channel="G0BACK0000", name="b"))
        for command in directing.preparing(self.room, self.said):
            yield from self.give(command)
        yield from self.give(c.StartGame(by=DIRECTOR), c.RecordChannel(place=WAR_ROOM, channel="C0WAR00000", name="w"))

    def _respond(self, turn: int) -> Play:
        by = PLAYERS[turn % len(PLAYERS)]
        yield from self.give(c.TakeRole(by=by, role="commander"), c.TakeRole(by=by, role=self.said[:40]))
        for incident in list(self.room.incidents.values()):
            if turn % 2 and incident.state is IncidentState.DECLARED:
                yield from self.give(c.Acknowledge(by=by, incident=incident.id), *self._walks(incident.id, by))
        for run in list(self.room.runs.values()):
            yield from self.answer(run, turn)
        if turn % 10 == 5:
            yield from self.give(c.PostStatus(by=by, text=self.said), c.TakeNote(by=by, text=self.said))

    def _walks(self, incident: str, by: str) -> list[c.Command]:
        offers = self.room.offers.get(incident, ())
        books = [self.library.runbooks[offer.runbook] for offer in offers]
        return [c.StartRun(by=by, incident=incident, runbook=book, digest=book.id) for book in books[:1]]

    def _direct(self, turn: int) -> Play:
        for command in directing.directing(self.room, turn, self.said, PLAYERS):
            yield from self.give(command)
        injects, actors = self.scenario.injects, sorted(self.scenario.actors)
        if actors and turn % 8 == 3:
            yield from self.give(c.SpeakAs(by=DIRECTOR, actor=actors[turn % len(actors)], text=self.said))
        if turn % 8 == 4:
            yield from self.give(*(c.GiveHint(by=DIRECTOR, about=each.id) for each in injects if each.incident))
        if turn % 8 == 6:
            yield from self.give(c.PauseGame(by=DIRECTOR, reason=self.said))
            yield from self.wait(timedelta(hours=1))
            yield from self.give(c.ResumeGame(by=DIRECTOR))
        if turn == self.rounds - 3:
            yield from self.give(*(c.SkipInject(by=DIRECTOR, inject=each.id, reason=self.said) for each in injects[:1]))
            yield from self.give(*(c.PlayInject(by=DIRECTOR, inject=each.id) for each in injects))

    def _end(self) -> Play:
        by = PLAYERS[0]
        for command in directing.emergency(self.room, self.said, PLAYERS):
            yield from self.give(command)
        for at, incident in enumerate(list(self.room.incidents.values())):
            if at % 2:
                yield from self.give(c.Mitigate(by=by, incident=incident.id))
            yield from self.give(c.Resolve(by=by, incident=incident.id, note=self.said))
            if at == 0:
                yield from self.give(c.Reopen(by=by, incident=incident.id, reason=self.said))
        yield from self.give(*(c.AbandonRun(by=by, run=run, reason=self.said) for run in list(self.room.runs)))
        yield from self.give(c.Improvise(by=DIRECTOR, text=self.said, at=timedelta(hours=100)))
        yield from self.give(c.EndGame(by=DIRECTOR, reason=self.said))
        yield from self.give(c.CloseRoom(by=DIRECTOR))


class _Incident(_Played):
    """A real incident."""

    def _open(self, title: str) -> Play:
        incident = c.OpenIncident(
            by=PLAYERS[0], key="INC-7", workspace="T1", title=title, responders=PLAYERS, origin="C0ORIGIN000"
        )
        yield from self.give(
            incident,
            c.RecordChannel(place=WAR_ROOM, channel="C0WAR00000", name="w"),
            c.Acknowledge(by=PLAYERS[0], incident="I1"),
        )

    def walk(self, runbook: Runbook, turn: int) -> Play:
        """The whole runbook, each time by other answers."""
        yield from self._open(runbook.title)
        yield from self.offer()
        yield from self.give(self._start(runbook))
        yield from self._to_its_end(turn)
        yield from self.give(c.AbandonRun(by=PLAYERS[1], run="R1", reason=self.said))
        yield from self.give(c.Resolve(by=PLAYERS[1], incident="I1", note=self.said))
        yield from self.give(c.CloseRoom(by=PLAYERS[1]))

    def _start(self, runbook: Runbook) -> c.StartRun:
        others = {each.id: each for each in within(runbook, self.library.runbooks)}
        return c.StartRun(by=PLAYERS[0], incident="I1", runbook=runbook, digest=runbook.id, others=others)

    def _to_its_end(self, turn: int) -> Play:
        """Every walk that is going on, parts of others included, a step at a time."""
        for step in range(_STEPS):
            walking = [each for each in self.room.runs.values() if each.walking]
            if not walking:
                return
            yield from self.answer(walking[-1 - step % len(walking)], turn + step)

    def blank(self) -> Play:
        """No runbook fits, and one is written on the way."""
        yield from self._open(self.said[:150])
        yield from self.give(c.RecordOffers(incident="I1", offers=()))
        yield from self.give(c.StartBlankRun(by=PLAYERS[0], incident="I1", title=self.said[:150]))
        yield from self._to_its_end(0)

    def alerts(self) -> Play:
        """News from monitoring, one alert and very many, and that they are over."""
        yield from self._open(self.said[:150])
        for count, firing in ((1, True), (_MANY, True), (_MANY, False)):
            several = tuple(self._alert(number, firing=firing) for number in range(count))
            yield from self.give(
                c.RaiseAlerts(by="monitoring", source="alertmanager", group="g", alerts=several, missing=count)
            )
            yield from self.wait(timedelta(minutes=1))

    def _alert(self, number: int, *, firing: bool) -> c.Alert:
        link = f"https://prometheus.example.com/graph?g0.expr=up&host={number}"
        name = f"{self.said[:60]}{number}"
        return c.Alert(key=f"a{number}", name=name, firing=firing, summary=self.said, severity="critical", link=link)
