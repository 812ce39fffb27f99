"""A table to play a game at: commands as lines of text in, everything that followed as lines of text out.

No chat, no database, no clock but the one that is moved: a game of hours plays in milliseconds, and its transcript can
be read, kept beside the tests and sent with a bug report.

    > harriet: start small with ana, ben       opens a game and starts it
    > +5m                                      time passes; whatever falls due on the way happens when it is due
    > ana: acknowledge I1
    > ben: done R1/fence                       any answer of a step: done, yes, bearable ...
    > check R1/really-gone fails: no answer    what a machine found
    > ana: give R1 pod=web-1 namespace=prod    values; with a step (R1/which-pod) its question is answered
    > ana: approve R1/restart                  an act
    > act R1/1 begins                          what its worker says: begins, says: …, ends done: …
    > ana: declare The printer burns           opens a real incident
    > alert DiskFull fires: 99 % of db-1       news from monitoring; opens a real incident when there is none
    > alert DiskFull is over
    > harriet: plan small with ana, ben; evaluator eve; safety sam; observer ola; team data dora; in staging
    > preflight green                          what a machine found before the game; `preflight red: the database is down`
    > stop errors fails: 7 % of requests       a stop condition; `stop errors holds`
    > fault F1 active                          what a driver says; `refused: …`, `undone`, `stuck: …`
    > real room INC-7                          what an emergency became

Lines that come back: `3 ana IncidentAcknowledged …` is an entry, `~ …` is owed to the world, `! …` is a refusal.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

from warroom.core import commands as c
from warroom.core import effects as f
from warroom.core.commands import Command
from warroom.core.deciding import decide
from warroom.core.durations import mark, read
from warroom.core.effects import Effect
from warroom.core.events import Entry, Event
from warroom.core.faults import Target
from warroom.core.murphy import Graph
from warroom.core.readiness import Finding, Prediction
from warroom.core.refusals import Refused
from warroom.core.room import Room
from warroom.core.runbook import Runbook, within
from warroom.core.scenario import Scenario
from warroom.core.words import plain

MORNING = datetime(2012, 10, 21, 9, 0, tzinfo=UTC)
_LONG = {"scenario", "runbook", "briefing"}  # shown by name only


class Table:
    """One room and a clock. `scenarios` and `runbooks` are those that lines may name."""

    def __init__(
        self,
        scenarios: Iterable[Scenario] = (),
        runbooks: Iterable[Runbook] = (),
        now: datetime = MORNING,
        breakable: Iterable[Target] = (),
        operations: str = "",
        graph: Graph | None = None,
    ) -> None:
        self.graph = graph or Graph()
        self.breakable, self.operations = tuple(breakable), operations
        self.scenarios = {each.id: each for each in scenarios}
        self.runbooks = {each.id: each for each in runbooks}
        self.room, self.now = Room(), now
        self.entries: list[Entry] = []
        self.effects: list[Effect] = []

    def give(self, command: Command) -> list[str]:
        """Carry out a command now; the lines that came of it."""
        try:
            decided = decide(self.room, command, self.now)
        except Refused as refused:
            return [f"! {refused}"]
        self.room = decided.room
        self.entries += decided.entries
        self.effects += decided.effects
        return [*map(self.entry, decided.entries), *(f"~ {shown(effect)}" for effect in decided.effects)]

    def wait(self, length: timedelta) -> list[str]:
        """Let time pass, waking the room whenever it asked to be woken."""
        end, lines = self.now + length, list[str]()
        while (wake := self.room.wake_at()) is not None and wake <= end:
            self.now = max(wake, self.now)
            lines += [f"  ({self.time()})", *self.give(c.Tick())]
        self.now = end
        return lines

    def say(self, line: str) -> list[str]:
        """Carry out one line of a transcript. Raises ValueError for a line that means nothing."""
        if line.startswith("+"):
            length = read(line[1:].strip())
            if length is None:
                raise ValueError(f"{line!r} is not a length of time")
            return self.wait(length)
        if line.startswith("check "):
            return self.give(self._check(line))
        if line.startswith("act "):
            return self.give(self._act(line))
        if line.startswith("alert "):
            return self._alert(line)
        if line.startswith(_WORLD):
            return self.give(self._world(line))
        who, colon, what = line.partition(": ")
        word, _, rest = what.partition(" ")
        if not colon or not word:
            raise ValueError(f"{line!r} is neither a time nor `who: what`")
        if word == "start":
            return [*self._open(who, rest), *self.give(c.StartGame(by=who))]
        if word == "declare":
            return self.give(self._incident(who, rest))
        if word == "plan":
            return self._open(who, rest)
        return self.give(self._command(who, word, rest))

    def _open(self, who: str, rest: str) -> list[str]:
        name, _, people = rest.partition(" with ")
        players, *further = (each.strip() for each in people.split(";"))
        named: dict[str, Any] = {"teams": {}}
        for each in further:
            word, _, said = each.partition(" ")
            match word:
                case "team":
                    team, _, members = said.partition(" ")
                    named["teams"][team] = _names(members)
                case "in":
                    named["environment"] = said
                case "surprise":
                    named["surprise"] = said
                case "played":
                    named["played_in"] = _names(said)
                case _:
                    named[_PARTS[word]] = _names(said)
        game = c.OpenGame(
            by=who,
            key="GD-1",
            workspace="T1",
            scenario=self.scenarios[name],
            players=_names(players),
            breakable=self.breakable,
            operations=self.operations,
            seed="0" * 32,
            graph=self.graph,
            **named,
        )
        return self.give(game)

    def _world(self, line: str) -> Command:
        """What the world answers, beside checks and acts."""
        word, name, rest = (*line.split(" ", 2), "")[:3]
        told, _, detail = rest.partition(": ")
        match word:
            case "preflight":
                there = self.room.readiness.preflight
                green = name == "green"
                finding = Finding(what="the systems", holds=green, detail=detail or rest)
                return c.RecordPreflight(attempt=there.attempt if there else 0, findings=(finding,))
            case "stop":
                return c.RecordStop(stop=name, holds=told == "holds", detail=detail)
            case "real":
                return c.RecordRealRoom(key=rest)
        if told in ("undone", "stuck"):
            return c.RecordRollback(fault=name, undone=told == "undone", detail=detail)
        return c.RecordFault(fault=name, injected=told == "active", detail=detail)

    def _alert(self, line: str) -> list[str]:
        name, _, rest = line.removeprefix("alert ").partition(" ")
        said, _, summary = rest.partition(": ")
        lines = [] if self.room.opened_at else self.give(self._incident("monitoring", name))
        alert = c.Alert(key=name, name=name, firing=said == "fires", summary=summary)
        return [*lines, *self.give(c.RaiseAlerts(by="monitoring", source="monitoring", group=name, alerts=(alert,)))]

    def _incident(self, who: str, title: str) -> Command:
        return c.OpenIncident(by=who, key="INC-1", workspace="T1", title=title, responders=("ana",))

    def _check(self, line: str) -> Command:
        place, _, found = line.removeprefix("check ").partition(" ")
        run, _, step = place.partition("/")
        verdict, _, detail = found.partition(": ")
        attempt = self.room.runs[run].of(step).attempts if run in self.room.runs else 0
        return c.RecordCheck(run=run, step=step, attempt=attempt, holds=verdict == "holds", detail=detail or verdict)

    def _act(self, line: str) -> Command:
        place, _, told = line.removeprefix("act ").partition(" ")
        run, _, number = place.partition("/")
        word, _, rest = told.partition(" ")
        if word == "begins":
            return c.RecordActBegun(run=run, act=int(number), worker="worker")
        if word == "says:":
            return c.RecordActOutput(run=run, act=int(number), text=rest)
        outcome, _, detail = rest.partition(": ")
        return c.RecordActEnded(run=run, act=int(number), outcome=outcome, detail=detail or outcome)

    def _command(self, who: str, word: str, rest: str) -> Command:
        make = WORDS.get(word)
        if make is not None:
            return make(self, who, rest)
        run, _, step = rest.partition("/")
        if not step:
            raise ValueError(f"nobody here understands {word!r}")
        return c.AnswerStep(by=who, run=run, step=step, answer=word)

    def _walk(self, who: str, rest: str) -> Command:
        incident, _, name = rest.partition(" ")
        runbook = self.runbooks[name]
        others = {each.id: each for each in within(runbook, self.runbooks)}
        return c.StartRun(by=who, incident=incident, runbook=runbook, digest=name, others=others)

    def _given(self, who: str, rest: str) -> Command:
        place, _, pairs = rest.partition(" ")
        run, _, step = place.partition("/")
        values = dict(pair.split("=", 1) for pair in pairs.split())
        return c.GiveValues(by=who, run=run, step=step, values=values)

    def _blank(self, who: str, rest: str) -> Command:
        incident, _, title = rest.partition(" ")
        return c.StartBlankRun(by=who, incident=incident, title=title)

    def _beside(self, who: str, rest: str) -> Command:
        run, _, title = rest.partition(" ")
        return c.WriteStep(by=who, run=run, title=title, done=True)

    def time(self) -> str:
        return mark(self.room.clock.reading(self.now))

    def entry(self, entry: Entry) -> str:
        told = " ".join(_told(entry.event))
        return f"{entry.seq} {entry.by} {type(entry.event).__name__} {told}".rstrip()


def _told(event: Event) -> Iterator[str]:
    for each in fields(event):
        value = getattr(event, each.name)
        if value in ("", (), {}, None, each.default) or isinstance(value, datetime):
            continue
        yield (
            f"{each.name}={value.id}" if each.name in _LONG and hasattr(value, "id") else f"{each.name}={_value(value)}"
        )


def _value(value: object) -> str:
    if isinstance(value, timedelta):
        return mark(value) if value >= timedelta(0) else f"-{mark(-value)}"
    if isinstance(value, Mapping):
        return ",".join(value)
    if hasattr(value, "shown"):
        value = value.shown
    if isinstance(value, tuple):
        return ",".join(getattr(each, "runbook", None) or str(each) for each in value)
    text = str(value)
    return text if len(text) <= 60 and " " not in text else f"“{text[:60]}{'…' if len(text) > 60 else ''}”"


def shown(effect: Effect) -> str:
    """An effect in one line."""
    match effect:
        case f.Say():
            who = f" as {effect.voice.name}" if effect.voice else ""
            text = " / ".join(part for part in (effect.title, plain(effect.body)) if part).replace("\n", " ")
            buttons = "".join(f" [{ask.label}]" for ask in effect.asks)
            under = f" under {effect.under}" if effect.under else ""
            real = " REAL" if effect.real else ""
            return f"say in {effect.place}{under}{who} ({effect.tone}{real}): {text[:110]}{'…' if len(text) > 110 else ''}{buttons}"
        case f.OpenChannel():
            kind = "private" if effect.private else "public"
            return f"open {effect.place}: #{effect.name} ({kind}), inviting {', '.join(effect.invite) or 'nobody'}"
        case f.ShowCard():
            return f"show {effect.card} in {effect.place}"
        case f.Invite():
            return f"invite {', '.join(effect.people)} to {effect.place}"
        case f.FindRunbooks():
            return f"find runbooks for {effect.incident}"
        case f.RunCheck():
            return f"look at {effect.probe.shown} for {effect.run}/{effect.step}, attempt {effect.attempt}"
        case f.RunAct():
            return f"run act {effect.act} of {effect.run}: {effect.action.shown}"
        case f.InjectFault():
            return f"break {effect.target}: {effect.mode} ({effect.driver})"
        case f.LookAround():
            steady = ", ".join(each.id for each in effect.steady)
            faults = ", ".join(each.target for each in effect.faults)
            return f"look around, attempt {effect.attempt}: steady {steady or 'none'}; faults {faults or 'none'}"
        case f.WatchStop():
            return f"watch {effect.stop.id} every {effect.stop.every.total_seconds():.0f} s"
        case f.OpenRealRoom():
            return f"open a real incident: {effect.title}, inviting {', '.join(effect.people)}"
        case f.RollBack():
            return f"undo {effect.target}: {effect.mode} ({effect.driver})"
        case _:
            return type(effect).__name__


_WORLD = ("preflight ", "stop ", "fault ", "real room ")
_PARTS = {"evaluator": "evaluators", "safety": "safety", "observer": "observers", "controller": "controllers"}


def _names(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.split(",") if each.strip())


def _length(text: str) -> timedelta:
    later = text.removeprefix("-")
    length = read(later)
    if length is None:
        raise ValueError(f"{text!r} is not a length of time")
    return -length if later != text else length


def _offset(text: str) -> timedelta:
    """`T+12m`."""
    return _length(text.removeprefix("T+"))


def _edited(who: str, rest: str) -> Command:
    """`edit ID T+12m`, or `edit ID: other words`."""
    name, colon, text = rest.partition(": ")
    if colon:
        return c.EditInject(by=who, inject=name, text=text)
    name, _, at = rest.partition(" ")
    return c.EditInject(by=who, inject=name, at=_offset(at))


def _improvised(who: str, rest: str) -> Command:
    """`improvise text`, `improvise as vendor: text`, `improvise incident Title: text`."""
    head, colon, text = rest.partition(": ")
    if colon and head.startswith("as "):
        return c.Improvise(by=who, actor=head.removeprefix("as "), text=text)
    if colon and head.startswith("incident "):
        return c.Improvise(by=who, title=head.removeprefix("incident "), text=text)
    return c.Improvise(by=who, text=rest)


def _first(rest: str) -> str:
    return rest.partition(" ")[0]


def _further(rest: str) -> str:
    return rest.partition(" ")[2]


def _step(rest: str) -> dict[str, Any]:
    run, _, step = _first(rest).partition("/")
    return {"run": run, "step": step}


WORDS: dict[str, Callable[[Table, str, str], Command]] = {
    "go": lambda table, who, rest: c.StartGame(by=who),
    "pause": lambda table, who, rest: c.PauseGame(by=who, reason=rest),
    "resume": lambda table, who, rest: c.ResumeGame(by=who),
    "end": lambda table, who, rest: c.EndGame(by=who, reason=rest),
    "close": lambda table, who, rest: c.CloseRoom(by=who),
    "play": lambda table, who, rest: c.PlayInject(by=who, inject=rest),
    "murphy": lambda table, who, rest: c.SetMurphy(by=who, mode=rest) if rest else c.AskMurphy(by=who),
    "take-proposed": lambda table, who, rest: c.TakeProposed(
        by=who, turn=table.room.murphy.turn if table.room.murphy else 0, mishap=rest
    ),
    "veto": lambda table, who, rest: c.VetoMishap(by=who, mishap=rest),
    "real": lambda table, who, rest: c.CallEmergency(by=who, words=rest),
    "says": lambda table, who, rest: c.HearMessage(
        by=who, channel=f"C-{_first(rest)}", ts=str(len(table.entries)), text=_further(rest)
    ),
    "channel": lambda table, who, rest: c.RecordChannel(place=rest, channel=f"C-{rest}", name=rest),
    "shift": lambda table, who, rest: c.ShiftPlan(by=who, by_length=_length(rest)),
    "forward": lambda table, who, rest: c.ForwardPlan(by=who),
    "move-on": lambda table, who, rest: c.MoveOn(by=who),
    "improvise": lambda table, who, rest: _improvised(who, rest),
    "mishap": lambda table, who, rest: c.PlayMishap(by=who, mishap=rest),
    "edit": lambda table, who, rest: _edited(who, rest),
    "earlier": lambda table, who, rest: c.SwapInject(by=who, inject=rest),
    "later": lambda table, who, rest: c.SwapInject(by=who, inject=rest, later=True),
    "sideline": lambda table, who, rest: c.SidelinePerson(
        by=who, person=_first(rest), lasts=_length(_first(_further(rest))), why=_further(_further(rest))
    ),
    "bring-back": lambda table, who, rest: c.BringBack(by=who, person=rest),
    "consent": lambda table, who, rest: c.Consent(by=who, agrees=rest != "no"),
    "part": lambda table, who, rest: c.GivePart(by=who, person=_first(rest), part=_further(rest)),
    "team": lambda table, who, rest: c.JoinTeam(by=who, team=rest),
    "predict": lambda table, who, rest: c.Predict(
        by=who, inject=_first(rest), sheet=Prediction(detects=_further(rest), alert="page")
    ),
    "approve-fault": lambda table, who, rest: c.ApproveFault(by=who, target=rest),
    "withdraw": lambda table, who, rest: c.WithdrawApproval(by=who, target=rest),
    "preflight": lambda table, who, rest: c.AskPreflight(by=who),
    "say-go": lambda table, who, rest: c.SayGo(by=who, role=rest, go=True),
    "say-no-go": lambda table, who, rest: c.SayGo(
        by=who, role=rest.partition(": ")[0], go=False, reason=rest.partition(": ")[2]
    ),
    "rate": lambda table, who, rest: c.RateExpectation(
        by=who, expectation=_first(rest), rating=_first(_further(rest)), note=_further(_further(rest))
    ),
    "judge": lambda table, who, rest: c.JudgeExpectation(by=who, expectation=_first(rest), met=_further(rest) != "no"),
    "observe": lambda table, who, rest: c.Observe(by=who, text=rest),
    "mark": lambda table, who, rest: c.MarkMoment(by=who, incident=_first(rest), what=_further(rest)),
    "severity": lambda table, who, rest: c.SetSeverity(by=who, incident=_first(rest), severity=_further(rest)),
    "skip-inject": lambda table, who, rest: c.SkipInject(by=who, inject=rest),
    "hint": lambda table, who, rest: c.GiveHint(by=who, about=rest),
    "speak": lambda table, who, rest: c.SpeakAs(by=who, actor=rest.partition(" ")[0], text=rest.partition(" ")[2]),
    "command": lambda table, who, rest: c.TakeRole(by=who, role="commander"),
    "role": lambda table, who, rest: c.TakeRole(by=who, role=rest),
    "acknowledge": lambda table, who, rest: c.Acknowledge(by=who, incident=rest),
    "mitigate": lambda table, who, rest: c.Mitigate(by=who, incident=rest),
    "resolve": lambda table, who, rest: c.Resolve(by=who, incident=rest),
    "reopen": lambda table, who, rest: c.Reopen(by=who, incident=rest.partition(" ")[0], reason=rest.partition(" ")[2]),
    "update": lambda table, who, rest: c.PostStatus(by=who, text=rest),
    "note": lambda table, who, rest: c.TakeNote(by=who, text=rest),
    "walk": Table._walk,
    "blank": Table._blank,
    "write": lambda table, who, rest: c.WriteStep(by=who, run=_first(rest), title=_further(rest)),
    "beside": Table._beside,
    "finish": lambda table, who, rest: c.FinishRun(by=who, run=rest),
    "hand-over": lambda table, who, rest: c.HandOverRun(by=who, run=_first(rest), person=_further(rest)),
    "pause-run": lambda table, who, rest: c.PauseRun(by=who, run=_first(rest), reason=_further(rest)),
    "resume-run": lambda table, who, rest: c.ResumeRun(by=who, run=rest),
    "give": Table._given,
    "evidence": lambda table, who, rest: c.GiveEvidence(by=who, **_step(rest), text=_further(rest)),
    "flag": lambda table, who, rest: c.FlagStep(
        by=who, **_step(rest), verdict=_first(_further(rest)), comment=_further(_further(rest))
    ),
    "take": lambda table, who, rest: c.TakeStep(by=who, **_step(rest), person=_further(rest)),
    "return": lambda table, who, rest: c.ReturnStep(by=who, **_step(rest)),
    "look": lambda table, who, rest: c.LookAgain(by=who, **_step(rest)),
    "skip": lambda table, who, rest: c.SkipStep(by=who, **_step(rest), reason=_further(rest)),
    "fail": lambda table, who, rest: c.FailStep(by=who, **_step(rest), reason=_further(rest)),
    "retry": lambda table, who, rest: c.RetryStep(by=who, **_step(rest)),
    "approve": lambda table, who, rest: c.ApproveAct(by=who, **_step(rest)),
    "cancel": lambda table, who, rest: c.CancelAct(by=who, run=rest.partition("/")[0], act=int(rest.partition("/")[2])),
    "undo": lambda table, who, rest: c.UndoAct(by=who, run=rest.partition("/")[0], act=int(rest.partition("/")[2])),
    "abandon": lambda table, who, rest: c.AbandonRun(by=who, run=rest.partition(" ")[0], reason=rest.partition(" ")[2]),
}
