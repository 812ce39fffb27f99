"""A scenario as a master scenario events list with HSEEP's ten columns, and all that ten columns cannot hold.

bring(write(scenario)) says what the columns can hold; write(bring(write(scenario))) == write(scenario)
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass, field

from warroom.core.injects import AlertInject, Announce, Hint, Move, Sideline, Silent, Speak
from warroom.core.scenario import Expectation, Inject, Scenario
from warroom.core.when import CONDITIONS, EXPECTATION, FAULT, INCIDENT, INJECT, Condition, Conditions, Several, Timing
from warroom.definitions.exchange import times
from warroom.definitions.exchange.brought import Note, Notes
from warroom.definitions.exchange.columns import HSEEP
from warroom.definitions.exchange.documents import clean, line
from warroom.definitions.exchange.msel import ALWAYS, MET_BY, USUAL, number
from warroom.definitions.writing_scenarios import duration

Cells = tuple[str, ...]


def rows(scenario: Scenario) -> tuple[tuple[Cells, ...], tuple[Note, ...]]:
    """The table with its headings, and a note for everything that is not in it."""
    notes = Notes()
    written = _Out(scenario, notes)
    body = tuple(tuple(row.get(name, "") for name in HSEEP) for row in written.rows())
    written.around()
    return (tuple(HSEEP.values()), *body), notes.all


@dataclass(slots=True)
class _Out:
    scenario: Scenario
    notes: Notes
    shown: set[int] = field(default_factory=set)

    def rows(self) -> Iterator[dict[str, str]]:
        for inject in self.scenario.injects:
            own = [each for each in self.scenario.expectations if each.after == inject.id]
            beside = next((each for each in own if _stands_beside(inject, each)), None)
            yield self._inject(inject, beside)
            yield from (self._expectation(each) for each in own if each is not beside)
        placed = {inject.id for inject in self.scenario.injects}
        yield from (self._expectation(each) for each in self.scenario.expectations if each.after not in placed)

    # --- an inject

    def _inject(self, inject: Inject, beside: Expectation | None) -> dict[str, str]:
        where = f"inject {inject.id}"
        for name, held in (
            ("the incident that it opens", inject.incident is None),
            ("what it breaks", inject.fault is None or isinstance(inject.what, Silent)),
            ("how long people should keep their hands off", not inject.hands_off),
            ("the environments in which it is played", not inject.environments),
        ):
            if not held:
                self.notes.left(where, name)
        return {
            "number": number(inject.id),
            "time": self._time(inject.timing, where),
            "type": "Contingency Inject" if inject.contingency and self._condition(inject.timing.when) else "Inject",
            "to": self._to(inject, where),
            "expected": clean(beside.what) if beside else "",
            "objective": self._objective(beside) if beside else "",
            "notes": clean(inject.notes),
            **self._what(inject, where),
        }

    def _what(self, inject: Inject, where: str) -> dict[str, str]:
        match inject.what:
            case Announce(text=text):
                return {"mode": "announce", "message": clean(text)}
            case Hint(text=text, on=on, level=level):
                self.notes.left(where, f"that it is a hint, the {level} about {on}")
                return {"mode": "announce", "message": clean(text)}
            case Speak(actor=actor, text=text):
                name = line(self.scenario.actors[actor].name) or actor
                return {"mode": "actor", "from": name, "message": clean(text)}
            case Move(text=text, story=story):
                return {"mode": f"move to {story}" if story else "move", "message": clean(text)}
            case Sideline(role=role, lasts=lasts, text=text):
                return {"mode": f"sideline {line(role)} for {duration(lasts)}", "message": clean(text)}
            case AlertInject(name=name, summary=summary, over=over):
                if inject.what.labels or inject.what.severity:
                    self.notes.left(where, "the alert's severity and labels")
                return {"mode": "alert over" if over else "alert", "from": line(name), "message": clean(summary)}
            case Silent():
                return {"mode": "fault", "message": self._breaks(inject)}

    def _breaks(self, inject: Inject) -> str:
        fault = inject.fault
        assert fault is not None, "what breaks silently has a fault"
        return f"break {line(fault.target)}: {fault.mode} with {fault.driver} for {duration(fault.lasts)}"

    def _to(self, inject: Inject, where: str) -> str:
        titles = dict.fromkeys(line(self.scenario.teams[team].title).replace(";", ",") for team in inject.to)
        role = line(inject.what.role) if isinstance(inject.what, Speak) else ""
        if role:
            if titles:
                self.notes.left(where, f"its teams, {', '.join(inject.to)}; it is told to one role alone")
            return f"{role} (privately)"
        one = "; ".join(titles)
        return f"{one};" if "," in one and ";" not in one else one

    # --- when

    def _time(self, timing: Timing, where: str) -> str:
        if timing.at is not None:
            return times.written(timing.at)
        if timing.after:
            return f"{times.written(timing.by)} after {number(timing.after)}"
        if timing.when is None:
            return "by hand"
        if said := self._condition(timing.when):
            return f"when {said}"
        self.notes.left(where, f"when it is played ({timing.when.shown}); it is played by hand")
        return "by hand"

    def _condition(self, conditions: Conditions | None) -> str:
        """The condition in a cell; empty when a cell cannot hold it."""
        if conditions is None:
            return ""
        silent = {each.id for each in self.scenario.injects if isinstance(each.what, Silent)}
        parts = conditions.parts if isinstance(conditions, Several) else (conditions,)
        said = [_one(part, silent) for part in parts]
        word = " or " if isinstance(conditions, Several) and conditions.word == "any" else " and "
        return word.join(said) if all(said) else ""

    # --- what is expected

    def _expectation(self, each: Expectation) -> dict[str, str]:
        judged = each.judged
        if each.met_by:
            judged = f"{MET_BY}{self._condition(each.met_by) or each.met_by.shown}"
            if not self._condition(each.met_by):
                self.notes.left(
                    f"expectation {each.id}", f"that a machine tells ({each.met_by.shown}); an evaluator judges it"
                )
        within = times.written(each.within)
        return {
            "number": number(each.id),
            "time": f"{within} after {number(each.after)}" if each.after else within,
            "type": "Expected Action",
            "to": line(each.owner),
            "expected": clean(each.what),
            "objective": self._objective(each),
            "notes": "" if clean(judged) == clean(each.what) else clean(judged),
        }

    def _objective(self, each: Expectation) -> str:
        self.shown.add(each.objective)
        return clean(self.scenario.objectives[each.objective - 1]) if each.objective else ""

    # --- what stands around the rows

    def around(self) -> None:
        """Note what belongs to no row."""
        scenario = self.scenario
        self.notes.left("", "the titles of injects, and what people and teams are called within the scenario")
        for at, objective in enumerate(scenario.objectives, start=1):
            if at not in self.shown:
                self.notes.left(f"objective {at}", objective)
        around = {
            "the briefing": scenario.briefing,
            "the summary": scenario.summary,
            "the hidden notes of the scenario": scenario.hidden_notes,
            "its services": scenario.services,
            "its length": scenario.length,
            "the questions for the hot wash": scenario.debrief,
            "the time in the story": scenario.story,
            "the environments": scenario.environments,
            "the steady state": scenario.steady_state,
            "the stop conditions": scenario.stops,
            "when it ends": scenario.endings,
            "who must say Go": scenario.go,
            f"the deck of {len(scenario.deck)}": scenario.deck,
            "how Murphy plays along": scenario.murphy,
            "what actors are beside their names": [each for each in scenario.actors.values() if each.title],
        }
        for name, held in around.items():
            if held:
                self.notes.left("", name)


def _stands_beside(inject: Inject, each: Expectation) -> bool:
    """Whether the columns of the inject's own row can say it."""
    plainly = each.id == f"{inject.id}-response" and each.within == USUAL and not each.owner and not each.met_by
    return plainly and each.judged == each.what


def _one(condition: Condition, silent: Container[str]) -> str:
    names = CONDITIONS[condition.word][0]
    lost = names == INCIDENT or (names == FAULT and condition.ref not in silent)
    if lost or condition.word == "said" or " " in f"{condition.ref}{condition.also}":
        return ""
    word = condition.word.replace("_", " ")
    if condition.word in ALWAYS:
        return word
    ref = number(condition.ref) if names in (INJECT, FAULT, EXPECTATION) else condition.ref
    return f"{word}: {ref}/{condition.also}" if condition.also else f"{word}: {ref}"
