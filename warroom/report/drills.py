"""What only a drill has, in words: one plain sentence for every event of its preparation, direction and evaluation.

Most of these are about what players may not know while they play; `timeline.tells_too_early` names them. Afterwards
they tell what was done and thought in this game. What the scenario still has in store is named by none of them.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from warroom.core import events as e
from warroom.core.durations import mark, write
from warroom.core.readiness import Prediction
from warroom.core.scenario import RATINGS, Rating
from warroom.report.phrasing import also, capital, listed, ordinal, quoted, sentence
from warroom.report.telling import Kind, Telling

PARTS = {
    "controller": "a dungeon master",
    "evaluator": "an evaluator",
    "safety": "the safety officer",
    "observer": "an observer",
    "player": "a player",
}
MURPHY_MODES = {
    "off": "not at all",
    "propose": "he proposes, the dungeon master disposes",
    "autopilot": "he plays by himself, in words and alerts",
    "sealed": "he plays by himself, and surprises the dungeon master too",
}
ALERTS = {"page": "somebody is paged", "mail": "a mail or a message", "none": "no alert"}


def clock_time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%H:%M} UTC"


# --- something real, and the end


def _emergency(t: Telling, event: e.EmergencyCalled) -> str:
    return f"{t.who} said that something real was happening (NO DUFF){t.because(event.words)}"


def _end_reached(t: Telling, event: e.EndReached) -> str:
    return f"What was to end the game had come: {event.why}"


# --- before the game


def foretold(sheet: Prediction) -> tuple[tuple[str, str], ...]:
    """What a sheet says, by what it is about; what was left empty is left out."""
    said = (
        ("what notices it", sheet.detects),
        ("alert", ALERTS.get(sheet.alert, sheet.alert)),
        ("what heals by itself", sheet.heals),
        ("what customers notice", sheet.customers),
        ("works again after", write(sheet.restored) if sheet.restored is not None else ""),
    )
    return tuple((about, what) for about, what in said if what)


def _predicted(t: Telling, event: e.Predicted) -> str:
    about = f" for {t.inject(event.inject)}" if event.inject else ""
    what = "; ".join(f"{about}: {t.said(text)}" for about, text in foretold(event.sheet))
    return f"{t.who} predicted what would happen{about}. {capital(what)}"


def _approved(t: Telling, event: e.FaultApproved) -> str:
    return f"{t.who} allowed that {event.target} be broken in this game, until {clock_time(event.until)}"


def _reminded(t: Telling, event: e.GameReminded) -> str:
    if event.until is not None:
        window = f"some time between {day_time(event.begins)} and {day_time(event.until)}"
        return f"Everybody was told that a game would be played {window}"
    return f"{'Everybody' if event.everybody else 'Who directs it'} was told that it would begin at {day_time(event.begins)}"


def day_time(at: datetime) -> str:
    """`2026-11-26 14:00 UTC`: with its date, where that may be another than the game's."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _preflight_asked(t: Telling, event: e.PreflightAsked) -> str:
    again = f", for the {ordinal(event.attempt)} time" if event.attempt > 1 else ""
    return f"{t.who} had a machine look whether everything was ready{again}"


def _preflight(t: Telling, event: e.PreflightReported) -> str:
    if event.ready:
        return "The preflight found that everything was ready"
    wrong = [f"{each.what} ({each.detail})" if each.detail else each.what for each in event.findings if not each.holds]
    return f"The preflight found that not everything was ready: {listed(wrong) if wrong else 'it found nothing out'}"


def _go(t: Telling, event: e.GoSaid) -> str:
    role = "" if t.who.lower() == event.role.lower() else f" for {event.role}"
    return f"{t.who} said {'Go' if event.go else 'No-go'}{role}{t.because(event.reason)}"


# --- the plan


def _added(t: Telling, event: e.InjectAdded) -> str:
    title = t.said(event.inject.title)
    if event.drawn:
        return f"Murphy put {title} into play, from the deck" if t.alone else f"{t.who} took {title} from the deck"
    return f"{t.who} added something that was not in the plan: {title}"


def shifted(by: timedelta) -> str:
    """`10 min later`."""
    return f"{write(abs(by))} {'later' if by > timedelta(0) else 'earlier'}"


def _shifted(t: Telling, event: e.PlanShifted) -> str:
    return f"{t.who} moved everything that was to come {shifted(event.by)}{t.because(event.reason)}"


# --- Murphy


def _drew(t: Telling, event: e.MurphyDrew) -> str:
    turn = f"for the {ordinal(event.turn)} time"
    if event.proposal.chosen is None:
        return f"Murphy looked at the deck {turn}, and drew nothing: {event.proposal.gate.why}"
    return f"Murphy drew from the deck {turn}"


# --- what was watched


def rated(rating: str) -> str:
    """`P, performed without challenges`."""
    return f"{rating}, {RATINGS[Rating(rating)]}"


def _rated(t: Telling, event: e.ExpectationRated) -> str:
    return f"{t.who} rated {t.expectation(event.expectation)} {rated(event.rating)}{t.because(event.note)}"


def _observed(t: Telling, event: e.Observed) -> str:
    about = f" about {t.expectation(event.expectation)}" if event.expectation else ""
    return f"{t.who} kept for the hot wash{about}: {t.said(event.text)}"


def _too_early(t: Telling, event: e.HandsOffBroken) -> str:
    person = t.name(event.person)
    return f"After {t.inject(event.inject)}, before automation had had its time, {person} {event.what}"


def _stop(t: Telling, event: e.StopConditionChanged) -> str:
    stop = t.room.plan.scenario.stop(event.stop) if t.room.plan else None
    what = stop.what if stop else event.stop
    how = "This was true again, as it must be" if event.holds else "This must stay true, and was not"
    return also(sentence(f"{how}: {what}"), capital(event.detail))


def _outside(t: Telling, event: e.OutsideChanged) -> str:
    if event.incidents:
        return f"Beside the game something real was open: {listed(event.incidents)}."
    if event.frozen:
        return also("Beside the game nothing real was to be changed.", capital(event.frozen))
    return "Beside the game nothing real was open any more."


# --- people


def _part(t: Telling, event: e.PartGiven) -> str:
    part = PARTS.get(event.part, event.part)
    if event.person == t.entry.by:
        return f"{t.who} became {part}"
    return f"{t.who} made {t.name(event.person)} {part}"


def _consent(t: Telling, event: e.ConsentGiven) -> str:
    agrees = "agreed" if event.agrees else "no longer agrees"
    return f"{t.name(event.person)} {agrees} to be out of reach for a while, if the game wants it"


def _out(t: Telling, event: e.Sidelined) -> str:
    role = f" ({event.role})" if event.role and t.name(event.person).lower() != event.role.lower() else ""
    return f"{t.name(event.person)}{role} could not be reached, until {mark(event.until)}{t.because(event.why)}"


_SEEN = {
    "evidence": "saw definitive evidence of {}",
    "automation": "saw automation act on {}",
    "restored": "saw that what failed in {} works again",
}


def _marked(t: Telling, event: e.MomentMarked) -> str:
    return f"{t.who} {_SEEN.get(event.what, event.what + ' {}').format(t.incident(event.incident))}"


SENTENCES: dict[type[e.Event], tuple[Kind, Callable[[Telling, Any], str]]] = {
    e.GameReminded: (Kind.GAME, _reminded),
    e.NotBegun: (Kind.GAME, lambda t, event: f"The time for the game came, and it did not begin: {event.why}"),
    e.EmergencyCalled: (Kind.EMERGENCY, _emergency),
    e.RealRoomOpened: (Kind.EMERGENCY, lambda t, event: f"The real incident was opened: {event.key}"),
    e.EndReached: (Kind.GAME, _end_reached),
    e.Predicted: (Kind.EXPECTATION, _predicted),
    e.PredictionsSealed: (
        Kind.EXPECTATION,
        lambda t, event: f"What had been predicted was sealed: {event.digest}",
    ),
    e.FaultApproved: (Kind.FAULT, _approved),
    e.ApprovalWithdrawn: (Kind.FAULT, lambda t, event: f"{t.who} no longer allowed that {event.target} be broken"),
    e.PreflightAsked: (Kind.GAME, _preflight_asked),
    e.PreflightReported: (Kind.GAME, _preflight),
    e.GoSaid: (Kind.GAME, _go),
    e.InjectAdded: (Kind.INJECT, _added),
    e.InjectEdited: (Kind.INJECT, lambda t, event: f"{t.who} changed something that was planned"),
    e.InjectRetimed: (Kind.INJECT, lambda t, event: f"{t.who} moved something that was planned to {mark(event.at)}"),
    e.PlanShifted: (Kind.INJECT, _shifted),
    e.MurphyDrew: (Kind.MURPHY, _drew),
    e.MurphyVetoed: (
        Kind.MURPHY,
        lambda t, event: f"{t.who} kept one mishap of the deck out of this game{t.because(event.reason)}",
    ),
    e.MurphySet: (
        Kind.MURPHY,
        lambda t, event: f"{t.who} set how Murphy plays along: {MURPHY_MODES.get(event.mode, event.mode)}",
    ),
    e.ExpectationRated: (Kind.EXPECTATION, _rated),
    e.Observed: (Kind.TALK, _observed),
    e.PhraseHeard: (Kind.TALK, lambda t, event: "Something was said that the plan was listening for"),
    e.HandsOffBroken: (Kind.PEOPLE, _too_early),
    e.StopConditionChanged: (Kind.GAME, _stop),
    e.OutsideChanged: (Kind.GAME, _outside),
    e.PartGiven: (Kind.PEOPLE, _part),
    e.TeamJoined: (
        Kind.PEOPLE,
        lambda t, event: f"{t.name(event.person)} joined the team {quoted(t.team(event.team))}",
    ),
    e.ConsentGiven: (Kind.PEOPLE, _consent),
    e.Sidelined: (Kind.PEOPLE, _out),
    e.BackInGame: (Kind.PEOPLE, lambda t, event: f"{t.name(event.person)} could be reached again"),
    e.MomentMarked: (Kind.INCIDENT, _marked),
}
FOR_AFTERWARDS = (
    e.NotBegun,
    *(e.EndReached, e.Predicted, e.FaultApproved, e.ApprovalWithdrawn, e.PreflightAsked, e.PreflightReported, e.GoSaid),
    *(e.InjectAdded, e.InjectEdited, e.InjectRetimed, e.PlanShifted, e.MurphyDrew, e.MurphyVetoed, e.MurphySet),
    *(e.ExpectationRated, e.Observed, e.PhraseHeard, e.HandsOffBroken, e.StopConditionChanged, e.OutsideChanged),
    e.ConsentGiven,
)


def bookkeeping(event: e.Event) -> bool:
    """Whether an entry is for the machine alone: it stands in no timeline that people read."""
    match event:
        case e.PhraseHeard():
            return True
        case e.MurphyDrew(proposal=proposal):
            return proposal.chosen is None
    return False
