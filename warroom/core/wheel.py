"""The wheel: half an hour around a table, out of the decks of all scenarios, that nobody has to prepare.

One mishap is drawn as Murphy draws, words and alerts only, and becomes a small game of its own. Who directs goes round;
who answers the pager is drawn. All of it follows from a seed that the game keeps, so that it can be drawn again.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from warroom.core.calendar import least_recent
from warroom.core.declaring import dataclass
from warroom.core.injects import Speak
from warroom.core.murphy import Card, Graph, History, Mode, Situation, propose
from warroom.core.scenario import Actor, Ending, Expectation, Inject, Mishap, Scenario
from warroom.core.situating import card
from warroom.core.when import Condition, Timing

ID, TITLE = "wheel-of-misfortune", "Wheel of misfortune"
LENGTH = timedelta(minutes=30)
PRIMARY, SECONDARY = "primary on call", "secondary on call"
_CHIEF = "wheel-chief"
_ASKS = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cast:
    """Who directs, and who is paged. Everybody else may join. `secondary` is empty when there are only two people."""

    director: str
    primary: str
    secondary: str = ""

    @property
    def players(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.primary, self.secondary)))


def cast(people: Sequence[str], directed: Sequence[str], names: Mapping[str, str], seed: str) -> Cast:
    """Of these people, at least two. `directed` is who directed before, the last one last; ties go by name."""
    director = least_recent(people, directed, names)
    paged = sorted({*people} - {director}, key=lambda each: hashlib.sha256(f"{seed}:{each}".encode()).digest())
    return Cast(director=director, primary=paged[0], secondary=paged[1] if len(paged) > 1 else "")


def spin(scenarios: Iterable[Scenario], graph: Graph, history: History, seed: str, now: datetime) -> Scenario | None:
    """Draw a mishap and make a game of it; None when no deck has one that can stand alone, in words and alerts."""
    dealt = {f"{scenario.id}/{each.id}": (scenario, each) for scenario in scenarios for each in scenario.deck}
    cards = [_card(name, each) for name, (_, each) in dealt.items() if _stands_alone(each)]
    situation = Situation(drill=ID, turn=1, now=now, mode=Mode.AUTOPILOT)
    proposal = propose(cards, graph, history, situation, seed)
    if proposal.chosen is None:
        return None
    why = " ".join(proposal.scored[0].because.values())
    return game_of(*dealt[proposal.chosen], why)


def _card(name: str, mishap: Mishap) -> Card:
    return replace(card(mishap), id=name, environments=())  # around a table it is anywhere


def _stands_alone(mishap: Mishap) -> bool:
    """Whether it makes sense by itself: it opens an incident, and names nothing of its scenario but a voice."""
    inject = mishap.inject
    return inject.incident is not None and all(
        kind == "actor" for kind, _ in replace(inject, to=(), environments=()).refers()
    )


def game_of(scenario: Scenario, mishap: Mishap, why: str = "") -> Scenario:
    """Half an hour about this one mishap."""
    drawn = replace(mishap.inject, timing=Timing(at=timedelta(0)), to=(), environments=(), fault=None)
    chief = Inject(
        id=_CHIEF,
        title="The chief executive asks",
        timing=Timing(at=_ASKS),
        what=Speak(
            actor=_CHIEF,
            text="I am speaking to a customer in five minutes. What is broken, since when, and what do I say?",
        ),
        notes="Two sentences from one person are a good answer: what customers notice, and when they hear more.",
    )
    notes = (
        f"From the deck of “{scenario.title}”. You are every graph, every log and every other team: say what they see "
        "when they say where they look.",
        drawn.notes,
        f"Why this one: {why}" if why else "",
    )
    voices = {name for kind, name in drawn.refers() if kind == "actor"}
    return Scenario(
        id=ID,
        title=TITLE,
        summary="Half an hour around a table, with no preparation.",
        briefing=(
            "Half an hour around a table. Something goes wrong now, out of a deck. Say aloud what you would look at and "
            "do; the dungeon master tells you what you see. Open the runbook and use it as if it were true."
        ),
        length=LENGTH,
        services=drawn.incident.services if drawn.incident else (),
        hidden_notes="\n\n".join(each for each in notes if each),
        actors={
            **{name: each for name, each in scenario.actors.items() if name in voices},
            _CHIEF: Actor(name="Robin Marsh", title="chief executive", icon=":necktie:"),
        },
        injects=(drawn, chief),
        expectations=_expectations(drawn.id),
        endings=(Ending(at=LENGTH, by_itself=True),),
        debrief=(
            "What did we not know, and who would have known it?",
            "Which step of the runbook was wrong or missing, and who repairs it by when?",
            "What would have told us sooner?",
        ),
    )


def _expectations(drawn: str) -> tuple[Expectation, ...]:
    def expected(id: str, what: str, within: int, word: str, ref: str = drawn) -> Expectation:
        met = Condition(word=word, ref=ref)
        return Expectation(id=id, what=what, after=drawn, within=timedelta(minutes=within), met_by=met)

    return (
        expected("wheel-seen", "Somebody acknowledges it", 5, "acknowledged"),
        expected("wheel-led", "Somebody takes command", 5, "commander_named", "yes"),
        expected("wheel-walked", "A runbook is walked", 10, "runbook_started"),
        expected("wheel-over", "It is resolved", 28, "resolved"),
    )
