"""The evaluators' sheet: what the players should do, and how well they did it. Hidden; shown in the backchannel alone."""

from datetime import datetime

from warroom.core.declaring import dataclass
from warroom.core.effects import Ask
from warroom.core.plan import ExpectationState
from warroom.core.room import Room
from warroom.core.scenario import Expectation
from warroom.core.views import Mark, mark


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetLine:
    """`judged` is what to look for when no machine can tell. `ratings` are (who, P|S|M|U, note)."""

    id: str
    what: str
    objective: str
    owner: str
    judged: str
    state: str
    deadline_at: datetime | None
    ratings: tuple[tuple[str, str, str], ...]
    asks: tuple[Ask, ...]


def _verdicts(args: tuple[tuple[str, str], ...], *, missed: bool) -> tuple[Ask, ...]:
    done = Ask(do="judge", label="Done", args=args, style="primary")
    return (done,) if missed else (done, Ask(do="judge", label="Not done", args=(*args, ("met", "no"))))


@dataclass(frozen=True, kw_only=True, slots=True)
class EvaluationView:
    mark: Mark
    lines: tuple[SheetLine, ...]
    rated: int
    asks: tuple[Ask, ...]


def evaluation(room: Room) -> EvaluationView | None:
    """The sheet; None when there is nothing to evaluate, or nobody who does."""
    if room.plan is None or not room.plan.scenario.expectations or not room.roster.evaluators:
        return None
    lines = tuple(_line(room, each) for each in room.plan.scenario.expectations)
    return EvaluationView(
        mark=mark(room),
        lines=lines,
        rated=sum(bool(each.ratings) for each in lines),
        asks=(Ask(do="observe", label="Note for the hot wash"),),
    )


def _line(room: Room, expectation: Expectation) -> SheetLine:
    assert room.plan is not None
    there, scenario = room.plan.standing(expectation.id), room.plan.scenario
    armed = there.state is ExpectationState.ARMED and there.deadline is not None
    ratings = room.plan.ratings.get(expectation.id, {})
    args = (("expectation", expectation.id),)
    judge = expectation.met_by is None and there.state in (ExpectationState.ARMED, ExpectationState.MISSED)
    return SheetLine(
        id=expectation.id,
        what=expectation.what,
        objective=scenario.objectives[expectation.objective - 1] if expectation.objective else "",
        owner=expectation.owner,
        judged=expectation.judged,
        state=there.state.value,
        deadline_at=room.clock.when(there.deadline) if armed and there.deadline is not None else None,
        ratings=tuple((who, each.rating.value, each.note) for who, each in ratings.items()),
        asks=(
            *(_verdicts(args, missed=there.state is ExpectationState.MISSED) if judge else ()),
            Ask(do="rate", label="Rate…", args=args),
        ),
    )
