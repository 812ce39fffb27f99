"""What the use of runbooks teaches, in sentences with their evidence, the worst first."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import IntEnum

from warroom.core import durations
from warroom.core.declaring import dataclass
from warroom.report.phrasing import listed, many, quoted
from warroom.report.usage import (
    ABANDONED,
    DONE,
    FAILED,
    SKIPPED,
    BookUsage,
    Gap,
    StepUsage,
    Usage,
    Visit,
    Walk,
)

_MOST = 5  # times or reasons that one sentence lists


class Weight(IntEnum):
    """How bad it is; the least is the worst."""

    BROKEN = 0  # it cannot be done as it is written
    LOST = 1  # nobody knew what to do
    MISLEADING = 2  # people did otherwise, or say so
    LATE = 3  # it takes longer than it says
    VAGUE = 4  # it could say more


@dataclass(frozen=True, kw_only=True, slots=True)
class Lesson:
    """`kind` is a word for programs; `step` is a step's id or empty; `rooms` are where it was seen.

    `count` is how often, for the order among those of one weight. `where` names the runbook and step for people.
    """

    weight: Weight
    kind: str
    sentence: str
    runbook: str = ""
    step: str = ""
    where: str = ""
    rooms: tuple[str, ...] = ()
    count: int = 1

    def __str__(self) -> str:
        return f"{self.where}: {self.sentence}" if self.where else self.sentence


def lessons(usage: Usage) -> tuple[Lesson, ...]:
    """Everything that the use of the runbooks teaches, the worst first."""
    found = [*_gaps(usage.gaps)]
    for book in usage.books.values():
        found += _walks(book)
        for step in book.steps.values():
            found += (lesson for rule in _RULES for lesson in rule(book, step))
    return tuple(sorted(found, key=lambda each: (each.weight, -each.count, each.runbook, each.step, each.sentence)))


# --- no runbook


def _gaps(gaps: Iterable[Gap]) -> Iterator[Lesson]:
    for gap in gaps:
        title = quoted(gap.title) if gap.title else "an incident"
        rest = ""
        if gap.walked:
            rest = f"; {listed(map(quoted, dict.fromkeys(gap.walked)))} was walked all the same"
        elif gap.blank:
            rest = f"; what was done is in `warroom runbook draft {gap.room} {gap.blank}`"
        about = f" [{', '.join(gap.services)}]" if gap.services else ""
        sentence = f"no runbook was found for {title} ({gap.room}){about}{rest}"
        yield Lesson(weight=Weight.LOST, kind="gap", sentence=sentence, rooms=(gap.room,))


# --- walks


def _walks(book: BookUsage) -> Iterator[Lesson]:
    stopped = [walk for walk in book.walks if walk.state == ABANDONED and not walk.alone]
    if stopped:
        yield Lesson(
            weight=Weight.MISLEADING,
            kind="abandoned",
            runbook=book.id,
            where=book.id,
            sentence=f"{_of(stopped, book.walks)} stopped before the end{_reasons((w.reason, w.room) for w in stopped)}",
            rooms=_rooms(stopped),
            count=len(stopped),
        )


# --- steps


def _failed(book: BookUsage, step: StepUsage) -> Iterator[Lesson]:
    walks = step.walks(FAILED)
    if walks:
        sentence = f"failed in {_of(walks, step.walks())}{_why(step, FAILED)}"
        yield _about(book, step, Weight.BROKEN, "failed", sentence, walks)


def _acts(book: BookUsage, step: StepUsage) -> Iterator[Lesson]:
    fine = ("done", "pretended", "cancelled")
    bad = {outcome: count for outcome, count in step.acts.items() if count and outcome not in fine}
    if bad:
        every = sum(step.acts.values())
        told = listed(f"{outcome} ({count} of {every})" for outcome, count in sorted(bad.items()))
        yield _about(book, step, Weight.BROKEN, "act", f"what the machine did ended {told}", step.walks())


def _skipped(book: BookUsage, step: StepUsage) -> Iterator[Lesson]:
    walks = step.walks(SKIPPED)
    if walks:
        weight = Weight.MISLEADING if 2 * len(walks) >= len(step.walks()) else Weight.VAGUE
        sentence = f"{_of(walks, step.walks())} skipped it{_why(step, SKIPPED)}"
        yield _about(book, step, weight, "skipped", sentence, walks)


_VERDICTS = {"wrong": "to be wrong", "unclear": "to be unclear", "missing": "to leave something out"}


def _said(book: BookUsage, step: StepUsage) -> Iterator[Lesson]:
    for said in step.said:
        if said.verdict in _VERDICTS:
            by = f" by {said.who}" if said.who else ""
            words = f": {quoted(said.comment)}" if said.comment else ""
            sentence = f"said {_VERDICTS[said.verdict]}{by} ({said.room}){words}"
            yield _about(book, step, Weight.MISLEADING, said.verdict, sentence, rooms=(said.room,))


def _beside(book: BookUsage, step: StepUsage) -> Iterator[Lesson]:
    for each in step.beside:
        text = f", {quoted(each.text)}" if each.text else ""
        sentence = f"done beside the plan: {quoted(each.title)}{text} ({each.room})"
        yield _about(book, step, Weight.MISLEADING, "beside", sentence, rooms=(each.room,))


def _took(book: BookUsage, step: StepUsage) -> Iterator[Lesson]:
    better = step.better(step.expected)
    if better is None:
        return
    lengths = listed(durations.write(each) for each in step.times()[-_MOST:])
    if step.expected is None:
        sentence, weight, kind = f"took {lengths}; the runbook does not say how long it should", Weight.VAGUE, "no-time"
    else:
        sentence = f"took {lengths}; expected {durations.write(step.expected)}"
        weight, kind = (Weight.LATE, "slow") if better > step.expected else (Weight.VAGUE, "fast")
    yield _about(book, step, weight, kind, sentence, step.walks(DONE))


def _reminded(book: BookUsage, step: StepUsage) -> Iterator[Lesson]:
    late = [visit for visit in step.visits if visit.reminders]
    if late and step.better(step.expected) is None:  # otherwise how long it took says it
        asked = many(sum(visit.reminders for visit in late), "reminder")
        sentence = f"overdue in {_of(_walks_of(late), step.walks())}, with {asked}"
        yield _about(book, step, Weight.LATE, "overdue", sentence, _walks_of(late))


def _returned(book: BookUsage, step: StepUsage) -> Iterator[Lesson]:
    back = [visit for visit in step.visits if visit.returned]
    if back:
        sentence = f"given back by whoever had it in {_of(_walks_of(back), step.walks())}"
        yield _about(book, step, Weight.VAGUE, "returned", sentence, _walks_of(back))


def _never_held(book: BookUsage, step: StepUsage) -> Iterator[Lesson]:
    if step.did_not_hold > 2 and not step.held:
        sentence = f"its check never held, in {many(step.did_not_hold, 'look')}"
        yield _about(book, step, Weight.VAGUE, "never-held", sentence, step.walks())


_RULES: tuple[Callable[[BookUsage, StepUsage], Iterator[Lesson]], ...] = (
    _failed,
    _acts,
    _skipped,
    _said,
    _beside,
    _took,
    _reminded,
    _returned,
    _never_held,
)


# --- words


def _about(
    book: BookUsage,
    step: StepUsage,
    weight: Weight,
    kind: str,
    sentence: str,
    walks: Sequence[Walk] = (),
    rooms: tuple[str, ...] = (),
) -> Lesson:
    return Lesson(
        weight=weight,
        kind=kind,
        sentence=sentence,
        runbook=book.id,
        step=step.id,
        where=f"{book.id}, step {step.number} {quoted(step.title)}",
        rooms=rooms or _rooms(walks),
        count=max(1, len(walks)),
    )


def _of(some: Sequence[Walk], every: Sequence[Walk]) -> str:
    return f"{len(some)} of {len(every)} {'walk' if len(every) == 1 else 'walks'}"


def _walks_of(visits: Iterable[Visit]) -> list[Walk]:
    return list({(each.walk.room, each.walk.run): each.walk for each in visits}.values())


def _rooms(walks: Iterable[Walk]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(walk.room for walk in walks))


def _why(step: StepUsage, state: str) -> str:
    return _reasons((visit.reason, visit.walk.room) for visit in step.visits if visit.state == state)


def _reasons(reasons: Iterable[tuple[str, str]]) -> str:
    """Why, as people said, and in which room; each reason once."""
    told = [f"{quoted(reason)} ({room})" for reason, room in dict.fromkeys(reasons) if reason]
    return f": {listed(told[:_MOST])}" if told else ""
