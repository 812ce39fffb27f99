"""The part of an account that keeps what only a drill has: what was prepared, directed, watched and predicted.

What players may not know while they play goes into `revealed`, which is asked for only when the game is over.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from warroom.core import events as e
from warroom.core.durations import mark, write
from warroom.core.game import Game
from warroom.core.murphy import Proposal, explain, honest
from warroom.core.plan import ExpectationState
from warroom.core.readiness import digest
from warroom.core.room import OFF
from warroom.core.texts import WITHHELD
from warroom.report.cells import Tally
from warroom.report.drills import foretold, shifted
from warroom.report.facts import IncidentFacts, RatingFacts
from warroom.report.gamefacts import (
    ChangeFacts,
    Compared,
    DrawFacts,
    EmergencyFacts,
    GameFacts,
    GoFacts,
    HandsOffFacts,
    MoveFacts,
    MurphyFacts,
    ObjectiveFacts,
    ObservedFacts,
    OutFacts,
    PredictionFacts,
    PreflightFacts,
    Revealed,
    Seal,
    StopFacts,
)
from warroom.report.moment import Moment
from warroom.report.phrasing import capital, quoted
from warroom.report.reading import NOTHING, Reading
from warroom.report.timeline import place

Incidents = Mapping[str, IncidentFacts]


@dataclass(slots=True)
class _Sheet:
    event: e.Predicted
    by: str
    who: str


@dataclass(slots=True)
class _Change:
    """A change of the plan. `inject` is named, after `what`, only if it was played in the end; then comes `why`."""

    moment: Moment
    what: str
    inject: str = ""
    why: str = ""


@dataclass(slots=True)
class _Draw:
    """`played` is the card that came into play before the next draw, if one did."""

    moment: Moment
    proposal: Proposal
    played: str = ""


@dataclass(slots=True)
class Drill:
    """Feed it every event with `keep`; then ask for `facts`."""

    reading: Reading
    tally: Tally = field(default_factory=Tally)
    planned: e.GamePlanned | None = None
    moves: list[MoveFacts] = field(default_factory=list)
    emergencies: list[EmergencyFacts] = field(default_factory=list)
    out: list[tuple[str, OutFacts]] = field(default_factory=list)
    sheets: dict[tuple[str, str], _Sheet] = field(default_factory=dict)
    seal: tuple[e.PredictionsSealed, Moment] | None = None
    approved: dict[str, Moment] = field(default_factory=dict)
    owners: set[str] = field(default_factory=set)
    preflights: list[PreflightFacts] = field(default_factory=list)
    go: list[GoFacts] = field(default_factory=list)
    ratings: dict[str, dict[str, RatingFacts]] = field(default_factory=dict)
    hands_off: list[HandsOffFacts] = field(default_factory=list)
    stops: list[tuple[str, StopFacts]] = field(default_factory=list)
    changes: list[_Change] = field(default_factory=list)
    titles: dict[str, str] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    modes: list[tuple[timedelta, str]] = field(default_factory=list)
    draws: list[_Draw] = field(default_factory=list)
    quiet: int = 0
    vetoed: list[str] = field(default_factory=list)
    observed: list[ObservedFacts] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)

    def keep(self, moment: Moment, by: str, event: e.Event) -> None:
        """Take in an event. `by` is the id of who did it."""
        self.tally.keep(event)
        match event:
            case e.Predicted():
                self.sheets.pop((event.inject, by), None)  # the newest of each stands last, as in the seal
                self.sheets[event.inject, by] = _Sheet(event, by, moment.who)
            case e.ExpectationRated():
                rating = RatingFacts(who=moment.who, rating=event.rating, note=self.reading.words(event.note))
                self.ratings.setdefault(event.expectation, {})[by] = rating
            case e.FaultApproved():
                self.owners.add(by)
                self.approved[event.target] = moment
            case _:
                if (kept := _KEPT.get(type(event))) is not None:
                    kept(self, moment, event)

    def origin(self, inject: str) -> str:
        """Why it came: planned, contingency, improvised, from the deck, or by Murphy."""
        if inject in self.origins:
            return self.origins[inject]
        plan = self.reading.room.plan
        there = plan.scenario.inject(inject) if plan else None
        return "contingency" if there is not None and there.contingency else "planned"

    def edited(self, inject: str) -> bool:
        return self.reading.room.plan is not None and inject in self.reading.room.plan.edited

    # --- the parts of the report

    def facts(self, incidents: Incidents, *, over: bool) -> GameFacts | None:
        game, room = self.reading.room.game, self.reading.room
        if game is None:
            return None
        return GameFacts(
            scenario=game.scenario_id,
            environment=game.environment,
            surprise=game.surprise,
            digests=game.digests,
            teams={
                self.reading.team(team): tuple(map(self.reading.name, them)) for team, them in room.roster.teams.items()
            },
            story=self._story(game),
            moves=tuple(self.moves),
            emergencies=tuple(self.emergencies),
            out=tuple(each for _, each in self.out),
            revealed=self._revealed(incidents) if over else None,
        )

    def _story(self, game: Game) -> tuple[str, str] | None:
        room, planned = self.reading.room, self.planned
        first = room.plan.scenario.story if room.plan else None
        if first is None or room.story is None or planned is None or game.started_at is None:
            return None
        return first.shown(NOTHING), room.story.shown(room.clock.elapsed)

    def _revealed(self, incidents: Incidents) -> Revealed:
        return Revealed(
            objectives=tuple(self._objectives()),
            predictions=tuple(self._prediction(each, incidents) for each in self.sheets.values()),
            seal=self._seal(),
            preflights=tuple(self.preflights),
            go=tuple(self.go),
            hands_off=tuple(self.hands_off),
            stops=tuple(each for _, each in self.stops),
            changes=tuple(self._change(each) for each in self.changes),
            murphy=self._murphy(),
            observed=tuple(self.observed),
            ends=tuple(self.ends),
            cells=self.tally.outcomes(self.reading.room),
        )

    def _objectives(self) -> list[ObjectiveFacts]:
        plan = self.reading.room.plan
        found = []
        for number, objective in enumerate(plan.scenario.objectives if plan else (), start=1):
            assert plan is not None
            mine = [each.id for each in plan.scenario.expectations if each.objective == number]
            states = Counter(plan.standing(each).state for each in mine)
            rated = [(name, each) for name in mine for each in self.ratings.get(name, {}).values()]
            found.append(
                ObjectiveFacts(
                    number=number,
                    objective=self.reading.words(objective),
                    met=states[ExpectationState.MET],
                    late=states[ExpectationState.LATE],
                    missed=states[ExpectationState.MISSED],
                    still_open=states[ExpectationState.ARMED],
                    ratings=dict(Counter(each.rating for _, each in rated)),
                    notes=tuple(self._noted(name, each) for name, each in rated if each.note),
                )
            )
        return found

    def _noted(self, expectation: str, rating: RatingFacts) -> str:
        """An evaluator's words, with what they are about."""
        plan = self.reading.room.plan
        there = plan.scenario.expectation(expectation) if plan else None
        armed = plan is not None and plan.standing(expectation).state is not ExpectationState.WAITING
        about = self.reading.words(there.what) if there and armed else "Something that was expected"
        return f"{about}: {rating.rating}, {quoted(rating.note)}"

    def _prediction(self, kept: _Sheet, incidents: Incidents) -> PredictionFacts:
        there = self.reading.room.incident_of(kept.event.inject) if kept.event.inject else None
        happened = _happened(incidents[there.id]) if there else {}
        return PredictionFacts(
            inject=kept.event.inject,
            about=self._named(kept.event.inject, "what was never played") if kept.event.inject else "the whole game",
            by=kept.by,
            who=kept.who,
            said=kept.event.sheet,
            compared=tuple(
                Compared(about=about, predicted=self.reading.words(what), happened=happened.get(about, ""))
                for about, what in foretold(kept.event.sheet)
            ),
        )

    def _seal(self) -> Seal | None:
        if self.seal is None:
            return None
        event, moment = self.seal
        whole = event.salt != WITHHELD
        made = digest(self.reading.room.readiness.predictions, event.salt) if whole else ""
        intact = made == event.digest if whole else None
        return Seal(digest=event.digest, salt=event.salt, intact=intact, at=moment.at)

    def _named(self, inject: str, otherwise: str) -> str:
        """An inject that was played, by its incident or its title."""
        if inject not in self.titles:
            return otherwise
        return self.reading.incident_of(inject) or self.titles[inject]

    def _change(self, kept: _Change) -> ChangeFacts:
        played = self._named(kept.inject, "") if kept.inject else ""
        named = quoted(played) if played else "something that was never played" if kept.inject else ""
        why = f" ({kept.why.rstrip('.')})" if kept.why else ""
        return ChangeFacts(moment=kept.moment, what=f"{kept.what}{named}{why}")

    def _murphy(self) -> MurphyFacts | None:
        planned, plan = self.planned, self.reading.room.plan
        if planned is None or plan is None or self.reading.room.murphy is None:
            return None
        known = planned.seed and planned.seed != WITHHELD
        first = plan.scenario.murphy.mode if plan.scenario.murphy else OFF
        return MurphyFacts(
            modes=((NOTHING, first), *self.modes),
            draws=tuple(
                DrawFacts(
                    turn=each.proposal.turn,
                    moment=each.moment,
                    chosen=each.proposal.chosen or "",
                    played=each.played,
                    why=explain(each.proposal),
                )
                for each in self.draws
            ),
            quiet=self.quiet,
            vetoed=tuple(self.vetoed),
            sealed=planned.sealed,
            seed=planned.seed,
            honest=all(honest(each.proposal, planned.seed) for each in self.draws) if known else None,
        )


def _happened(incident: IncidentFacts) -> dict[str, str]:
    """What became of an incident, under the words of the sheet."""
    alert = f"the alert {quoted(incident.first_alert)} {_after(incident.to_alert)}" if incident.first_alert else ""
    seen = f"definitive evidence {_after(incident.to_evidence)}" if incident.to_evidence is not None else ""
    who = f"somebody acknowledged it {_after(incident.to_acknowledge)}" if incident.to_acknowledge is not None else ""
    healed = incident.to_automation is not None
    return {
        "what notices it": capital(alert or seen or who or "nobody noticed it"),
        "alert": capital(alert) if alert else "No alert fired",
        "what heals by itself": f"Automation was seen to act {_after(incident.to_automation)}"
        if healed
        else "Nobody saw automation act",
        "works again after": capital(_after(incident.to_restore)) if incident.to_restore is not None else "Never",
    }


def _after(length: timedelta | None) -> str:
    return "at once" if length == NOTHING else f"after {write(length)}" if length is not None else ""


# --- what is kept of each event


def _planned(drill: Drill, moment: Moment, event: e.GamePlanned) -> None:
    drill.planned = event


def _inject(drill: Drill, moment: Moment, event: e.InjectPlayed) -> None:
    drill.titles[event.inject] = drill.reading.words(event.title)
    if event.kind == "move":
        room = drill.reading.room
        story = room.story.shown(room.clock.reading(moment.at)) if room.story else ""
        drill.moves.append(MoveFacts(title=drill.reading.words(event.title), began=moment, story=story))


def _emergency(drill: Drill, moment: Moment, event: e.EmergencyCalled) -> None:
    where = place(event.place) if event.place else ""
    words = drill.reading.words(event.words)
    drill.emergencies.append(EmergencyFacts(moment=moment, words=words, place=where, rooms=(), went_on=None))


def _real_room(drill: Drill, moment: Moment, event: e.RealRoomOpened) -> None:
    if drill.emergencies:
        last = drill.emergencies[-1]
        drill.emergencies[-1] = replace(last, rooms=(*last.rooms, event.key))


def _went_on(drill: Drill, moment: Moment, event: e.GameResumed) -> None:
    if drill.emergencies and drill.emergencies[-1].went_on is None:
        drill.emergencies[-1] = replace(drill.emergencies[-1], went_on=moment)


def _sealed(drill: Drill, moment: Moment, event: e.PredictionsSealed) -> None:
    drill.seal = event, moment


def _withdrawn(drill: Drill, moment: Moment, event: e.ApprovalWithdrawn) -> None:
    drill.approved.pop(event.target, None)


def _preflight(drill: Drill, moment: Moment, event: e.PreflightReported) -> None:
    words = drill.reading.words
    findings = tuple((words(each.what), each.holds, words(each.detail)) for each in event.findings)
    drill.preflights.append(PreflightFacts(moment=moment, ready=event.ready, findings=findings))


def _go(drill: Drill, moment: Moment, event: e.GoSaid) -> None:
    reason = drill.reading.words(event.reason)
    drill.go.append(GoFacts(moment=moment, role=event.role, go=event.go, reason=reason))


def _added(drill: Drill, moment: Moment, event: e.InjectAdded) -> None:
    by_murphy = event.drawn and moment.who == "warroom"
    origin = "by Murphy" if by_murphy else "from the deck" if event.drawn else "improvised"
    drill.origins[event.inject.id] = origin
    if event.drawn and drill.draws and not drill.draws[-1].played:
        drill.draws[-1].played = event.inject.id
    drill.changes.append(_Change(moment, f"{capital(origin)}: ", event.inject.id))


def _edited(drill: Drill, moment: Moment, event: e.InjectEdited) -> None:
    drill.changes.append(_Change(moment, "Words changed: ", event.inject.id))


def _retimed(drill: Drill, moment: Moment, event: e.InjectRetimed) -> None:
    drill.changes.append(_Change(moment, f"Moved to {mark(event.at)}: ", event.inject))


def _shifted(drill: Drill, moment: Moment, event: e.PlanShifted) -> None:
    why = drill.reading.words(event.reason)
    drill.changes.append(_Change(moment, f"All that was to come: {shifted(event.by)}", why=why))


def _skipped(drill: Drill, moment: Moment, event: e.InjectSkipped) -> None:
    why = drill.reading.words(event.reason)
    drill.changes.append(_Change(moment, "Something that was planned was left out", why=why))


def _held(drill: Drill, moment: Moment, event: e.InjectHeld) -> None:
    why = drill.reading.words(event.why) or "nobody was there to play it"
    drill.changes.append(_Change(moment, f"Due at {mark(event.due)}, and had to wait: ", event.inject, why))


def _out(drill: Drill, moment: Moment, event: e.Sidelined) -> None:
    who = capital(event.role) if event.role else drill.reading.name(event.person)
    out = OutFacts(who=who, out=moment, why=drill.reading.words(event.why), back=None)
    drill.out.append((event.person, out))


def _back(drill: Drill, moment: Moment, event: e.BackInGame) -> None:
    for at, (person, each) in enumerate(drill.out):
        if person == event.person and each.back is None:
            drill.out[at] = person, replace(each, back=moment)


def _too_early(drill: Drill, moment: Moment, event: e.HandsOffBroken) -> None:
    after = drill.reading.incident_of(event.inject) or drill.titles.get(event.inject, "")
    drill.hands_off.append(HandsOffFacts(moment=moment, after=after, what=event.what))


def _stop(drill: Drill, moment: Moment, event: e.StopConditionChanged) -> None:
    plan = drill.reading.room.plan
    there = plan.scenario.stop(event.stop) if plan else None
    if not event.holds:
        drill.stops.append(
            (
                event.stop,
                StopFacts(
                    what=drill.reading.words(there.what) if there else event.stop,
                    owner=there.owner if there else "",
                    then=there.then if there else "",
                    tripped=moment,
                    detail=drill.reading.words(event.detail),
                    again=None,
                ),
            )
        )
        return
    for at, (name, each) in enumerate(drill.stops):
        if name == event.stop and each.again is None:
            drill.stops[at] = name, replace(each, again=moment)


def _drew(drill: Drill, moment: Moment, event: e.MurphyDrew) -> None:
    if event.proposal.chosen is None:
        drill.quiet += 1
    else:
        drill.draws.append(_Draw(moment, event.proposal))


def _vetoed(drill: Drill, moment: Moment, event: e.MurphyVetoed) -> None:
    drill.vetoed.append(drill.reading.words(event.reason))


def _set(drill: Drill, moment: Moment, event: e.MurphySet) -> None:
    drill.modes.append((moment.clock, event.mode))


def _observed(drill: Drill, moment: Moment, event: e.Observed) -> None:
    plan = drill.reading.room.plan
    there = plan.scenario.expectation(event.expectation) if plan and event.expectation else None
    armed = plan is not None and plan.standing(event.expectation).state is not ExpectationState.WAITING
    about = drill.reading.words(there.what) if there and armed else ""
    drill.observed.append(ObservedFacts(moment=moment, text=drill.reading.words(event.text), about=about))


def _end(drill: Drill, moment: Moment, event: e.EndReached) -> None:
    drill.ends.append(drill.reading.words(event.why))


_KEPT: dict[type[e.Event], Callable[[Drill, Moment, Any], None]] = {
    e.GamePlanned: _planned,
    e.InjectPlayed: _inject,
    e.EmergencyCalled: _emergency,
    e.RealRoomOpened: _real_room,
    e.GameResumed: _went_on,
    e.PredictionsSealed: _sealed,
    e.ApprovalWithdrawn: _withdrawn,
    e.PreflightReported: _preflight,
    e.GoSaid: _go,
    e.InjectAdded: _added,
    e.InjectEdited: _edited,
    e.InjectRetimed: _retimed,
    e.PlanShifted: _shifted,
    e.InjectSkipped: _skipped,
    e.InjectHeld: _held,
    e.Sidelined: _out,
    e.BackInGame: _back,
    e.HandsOffBroken: _too_early,
    e.StopConditionChanged: _stop,
    e.MurphyDrew: _drew,
    e.MurphyVetoed: _vetoed,
    e.MurphySet: _set,
    e.Observed: _observed,
    e.EndReached: _end,
}
