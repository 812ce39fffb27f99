"""What everybody in the war room may see of one walk through a runbook, and what may be asked of it next."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from warroom.core.acting import SHOWN_WHOLE, shown_mark
from warroom.core.declaring import dataclass
from warroom.core.effects import Ask
from warroom.core.game import GameState
from warroom.core.room import Room
from warroom.core.roster import COMMANDER
from warroom.core.runbook import Code, Context, Step
from warroom.core.runs import UNKNOWN, ActRun, ActState, Evidence, Run, StepRun, StepState, Written
from warroom.core.steps.act import Act
from warroom.core.steps.ask import Ask as AskStep
from warroom.core.steps.check import FAILS, HOLDS
from warroom.core.steps.choose import Choose
from warroom.core.steps.confirm import DECLINED, Confirm
from warroom.core.steps.do import Do
from warroom.core.views import Mark, RunLine, mark, run_line

Args = tuple[tuple[str, str], ...]
_CONFIRMABLE = 280  # characters that a confirmation shows whole, with room to spare


@dataclass(frozen=True, kw_only=True, slots=True)
class StepLine:
    """One step of the way: `took` is room time, None while it lasts or was never entered.

    `beside` are the things that were done after it and are in no runbook.
    """

    title: str
    state: str
    who: str
    answer: str
    note: str
    took: timedelta | None
    expected: timedelta | None
    overran: bool
    phase: str = ""
    evidence: int = 0
    beside: tuple[Written, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ActView:
    """What a machine does or did. `shown` is exactly what runs."""

    number: int
    shown: str
    undo: bool
    state: str
    outcome: str
    detail: str
    output: str
    begun_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Signing:
    """People who must agree: who has, how many it takes, and which roles count (everybody when none is named)."""

    by: tuple[str, ...]
    needs: int
    roles: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CurrentStep:
    """The step to do now. `text` is Markdown with marks where values belong, which are `fills` (core.values). `due_at` is None while the clock stands still or nobody will be reminded any more.

    `would_run` is what an act will run once it is approved; `act` what it did or does. `missing` are values that are
    open and that this step needs.
    """

    id: str
    title: str
    kind: str
    text: str
    fills: tuple[str, ...]
    commands: tuple[str, ...]
    code: tuple[Code, ...]
    role: str
    who: str
    expected: timedelta | None
    entered_at: datetime | None
    due_at: datetime | None
    ends_at: datetime | None
    looks_at: datetime | None
    overdue: bool
    looking: bool
    finding: str
    failed: str
    phase: str
    label: str
    danger: str
    defines: tuple[str, ...]
    evidence_wanted: str
    evidence: tuple[Evidence, ...]
    missing: tuple[str, ...]
    signing: Signing | None
    would_run: str
    too_long: bool
    act: ActView | None
    parts: tuple[RunLine, ...]
    asks: tuple[Ask, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RunView:
    """`more` are things that may be asked at any time and stand in a menu. `values` are name and value (empty: still open).

    `so_far` is how long the steps behind us took that have a plan, and how long they should have.
    """

    mark: Mark
    id: str
    title: str
    summary: str
    context: tuple[Context, ...]
    incident: str
    whole: str
    state: str
    reason: str
    leader: str
    started_by: str
    started_at: datetime
    took: timedelta | None
    paused: bool
    paused_why: str
    blank: bool
    steps: int
    so_far: tuple[timedelta, timedelta] | None
    values: tuple[tuple[str, str], ...]
    current: CurrentStep | None
    path: tuple[StepLine, ...]
    ahead: tuple[StepLine, ...]
    acts: tuple[ActView, ...]
    undo: tuple[Ask, ...]
    asks: tuple[Ask, ...]
    more: tuple[Ask, ...]


def run(room: Room, name: str) -> RunView | None:
    """The card of one walk; None when there is no such walk."""
    walk = room.runs.get(name)
    if walk is None:
        return None
    incident = room.incidents.get(walk.incident)
    whole = room.runs.get(walk.parent.run) if walk.parent else None
    return RunView(
        mark=mark(room),
        id=walk.id,
        title=walk.name,
        summary="" if walk.parent else walk.runbook.summary,
        context=() if walk.title else walk.runbook.context,
        incident=incident.title if incident else "",
        whole=whole.name if whole else "",
        state=walk.state.value,
        reason=walk.reason,
        leader=walk.leader or walk.started_by,
        started_by=walk.started_by,
        started_at=walk.started_at,
        took=None if walk.ended is None else walk.ended - walk.started,
        paused=walk.paused is not None or (room.game is not None and room.game.state is GameState.PAUSED),
        paused_why=walk.paused_why,
        blank=walk.blank,
        steps=len(walk.runbook.steps),
        so_far=_so_far(walk),
        values=() if walk.parent else tuple((each.name, walk.given.get(each.name, "")) for each in walk.values),
        current=_current(room, walk),
        path=tuple(
            _step_line(walk, step) for step in dict.fromkeys(walk.path) if step != walk.at or walk.current is None
        ),
        ahead=tuple(_step_line(walk, each) for each in _ahead(walk)),
        acts=tuple(_act_view(act) for act in walk.acts.values() if not act.over),
        undo=tuple(_undo_asks(room, walk)),
        asks=tuple(_run_asks(room, walk)),
        more=tuple(_more(room, walk)),
    )


def _so_far(walk: Run) -> tuple[timedelta, timedelta] | None:
    """How long the steps behind us took that have a plan, and how long they should have; None when none has."""
    took = planned = timedelta(0)
    for name in dict.fromkeys(walk.path):
        step, there = walk.runbook.step(name), walk.of(name)
        if step is not None and step.expected is not None and there.left is not None and there.entered is not None:
            took, planned = took + there.left - there.entered, planned + step.expected
    return (took, planned) if planned else None


def _ahead(walk: Run) -> Iterable[str]:
    """The steps that come if all goes well: checks hold, and the first answer is given."""
    step, seen = walk.current, {walk.at}
    while step is not None:
        following = walk.following(step, step.what.outcomes()[0])
        if following is None or following in seen:
            return
        seen.add(following)
        yield following
        step = walk.runbook.step(following)


def _step_line(walk: Run, name: str) -> StepLine:
    step, there = walk.runbook.step(name), walk.of(name)
    took = None if there.left is None or there.entered is None else there.left - there.entered
    return StepLine(
        title=walk.filling.text(step.title) if step else name,
        state=there.state.value,
        who=there.by or there.taken_by,
        answer=_answer_label(walk, name, there.answer),
        note=there.note,
        took=took,
        expected=step.expected if step else None,
        overran=there.overran,
        phase=step.phase if step else "",
        evidence=len(there.evidence),
        beside=tuple(each for each in walk.beside if each.after == name),
    )


_ANSWERS = {"done": "", "finished": "", "given": "", "waited": "", HOLDS: "passed", FAILS: "failed"}


def _answer_label(walk: Run, name: str, answer: str) -> str:
    step = walk.runbook.step(name)
    if step is None or not isinstance(step.what, Choose):
        return _ANSWERS.get(answer, answer)
    return next((each.label or each.word for each in step.what.options if each.word == answer), answer)


def _current(room: Room, walk: Run) -> CurrentStep | None:
    step = walk.current
    if step is None:
        return None
    there, filling = walk.of(step.id), walk.filling
    due, ends, looks = walk.overdue_at(), walk.ends_itself_at(), walk.looks_again_at()
    act = walk.act_of(step.id)
    text, fills = filling.marked(step.what.words())
    would_run = step.what.action.filled(filling).shown if isinstance(step.what, Act) and act is None else ""
    code = (Code(text=filling.command(each.text), language=each.language, output=each.output) for each in step.code)
    return CurrentStep(
        id=step.id,
        title=filling.text(step.title),
        kind=step.what.word,
        text=text,
        fills=fills,
        commands=tuple(map(filling.command, step.what.commands)) if isinstance(step.what, Do) else (),
        code=tuple(code),
        role=step.who or COMMANDER,
        who=there.taken_by or room.roster.holder(step.who),
        expected=step.expected,
        entered_at=there.entered_at,
        due_at=room.clock.when(due) if due is not None else None,
        ends_at=room.clock.when(ends) if ends is not None else None,
        looks_at=room.clock.when(looks) if looks is not None else None,
        overdue=there.overran,
        looking=there.looking,
        finding=there.finding,
        failed=there.note if there.state is StepState.FAILED else "",
        phase=step.phase,
        label=step.label,
        danger=filling.text(step.danger),
        defines=step.defines,
        evidence_wanted=step.evidence,
        evidence=there.evidence,
        missing=filling.open_in(_needed(step)),
        signing=_signing(step, there),
        would_run=would_run,
        too_long=len(would_run) > SHOWN_WHOLE,
        act=_act_view(act) if act else None,
        parts=tuple(run_line(each) for each in room.parts_of(walk)),
        asks=tuple(_step_asks(walk, step, there)) if room.live and walk.paused is None else (),
    )


def _needed(step: Step) -> tuple[str, ...]:
    """What must be known to do the step: not what its source shows as coming back."""
    return (step.title, *step.what.texts(), *(each.text for each in step.code), step.danger)


def _signing(step: Step, there: StepRun) -> Signing | None:
    match step.what:
        case Confirm(people=needs, roles=roles):
            return Signing(by=there.confirmed, needs=needs, roles=roles)
        case Act(approvals=needs, approved_by=roles):
            return Signing(by=there.approved, needs=needs, roles=roles)
    return None


def _act_view(act: ActRun) -> ActView:
    return ActView(
        number=act.number,
        shown=act.action.shown,
        undo=act.undo,
        state=act.state.value,
        outcome=act.outcome,
        detail=act.detail,
        output=act.output,
        begun_at=act.begun_at,
    )


# --- what may be asked


def asks(room: Room, name: str) -> Iterator[Ask]:
    """What the card of this walk offers: of its step, of itself, and to undo; its menu left out."""
    walk = room.runs.get(name)
    if walk is None:
        return
    if walk.current is not None and room.live and walk.paused is None:
        yield from _step_asks(walk, walk.current, walk.of(walk.at))
    yield from (*_run_asks(room, walk), *_undo_asks(room, walk))


def _step_asks(walk: Run, step: Step, there: StepRun) -> Iterator[Ask]:
    """The buttons of the step to do now: every one of them will be accepted from somebody."""
    args: Args = (("run", walk.id), ("step", step.id), ("leg", str(walk.leg)))
    act = walk.act_of(step.id)
    if act is not None and not act.over:
        return  # it can be cancelled, which is offered whatever else is going on
    if there.state is StepState.FAILED:
        again = "Run it again" if act is not None else "Try again"
        sure = "Nobody knows whether it ran. Run it again all the same?" if act and act.outcome == UNKNOWN else ""
        yield Ask(do="retry", label=again, args=args, style="primary", confirm=sure)
    else:
        yield from _doing(walk, step, there, args)
    yield Ask(do="skip", label="Skip…", args=args)


def _doing(walk: Run, step: Step, there: StepRun, args: Args) -> Iterator[Ask]:
    answers = list(_answers(step, there, args))
    yield from answers
    if isinstance(step.what, AskStep):
        yield Ask(do="values", label="Answer…", args=args, style="primary")
    if isinstance(step.what, Act):
        yield from _approve(walk, step, step.what, there, args)
    if (answers or isinstance(step.what, Act | AskStep)) and not there.taken_by:
        yield Ask(do="take", label="I have it", args=args, confirm=_danger(step, walk))
    if there.taken_by:
        yield Ask(do="return", label="Give it back", args=args)
    if step.what.asks_world() is not None and not there.looking and not walk.filling.open_in(step.what.texts()):
        yield Ask(do="look", label="Look again" if there.looked is not None else "Look", args=args, style="primary")
    if answers:
        yield Ask(do="fail", label="It failed…", args=args)


def _approve(walk: Run, step: Step, what: Act, there: StepRun, args: Args) -> Iterator[Ask]:
    """Offered when all is known that it, and its undo, would run, and the card shows the whole of it."""
    action = what.action.filled(walk.filling)
    if len(action.shown) > SHOWN_WHOLE or walk.filling.open_in(what.would_run()):
        return
    yield Ask(
        do="approve",
        label="Approve" if len(there.approved) + 1 < what.approvals else "Approve and run",
        args=(*args, ("shown", shown_mark(action))),
        style="primary",
        confirm=_sure(step, action.shown, walk),
    )


def _answers(step: Step, there: StepRun, args: Args) -> Iterator[Ask]:
    answers = step.what.answers()
    wants = step.evidence_needed and not there.evidence
    for each in answers:
        if isinstance(step.what, Confirm) and each.word == DECLINED:
            yield Ask(do="decline", label=f"{each.label}…", args=args)
            continue
        style = "primary" if len(answers) == 1 or (isinstance(step.what, Confirm) and each is answers[0]) else ""
        label = each.label or each.word
        yield Ask(
            do="answer-with" if wants else "answer",
            label=f"{label}…" if wants else label,
            args=(*args, ("answer", each.word)),
            style="primary" if style else "",
        )


def _danger(step: Step, walk: Run) -> str:
    return f"This step is dangerous: {walk.filling.text(step.danger)}" if step.danger else ""


def _sure(step: Step, shown: str, walk: Run) -> str:
    """What is asked before something runs. A long action stands on the card; a part of it would mislead."""
    whole = f"This runs exactly: {shown}"
    parts = [_danger(step, walk), whole]
    if sum(map(len, parts)) > _CONFIRMABLE:
        parts = ["This runs exactly what the card shows.", parts[0]]
    return " ".join(part for part in parts if part)


def _undo_asks(room: Room, walk: Run) -> Iterator[Ask]:
    """What runs can be cancelled, at any time; what ran can be taken back, as soon as something has gone wrong."""
    for act in walk.acts.values():
        if act.state in (ActState.ASKED, ActState.RUNNING):
            label = "Cancel the undo" if act.undo else "Cancel it"
            yield Ask(do="cancel-act", label=label, args=(("run", walk.id), ("act", str(act.number))), style="danger")
    if not room.live or walk.paused is not None or not (walk.trouble or walk.current is None):
        return
    for act in walk.undoable():
        step, undo = walk.runbook.step(act.step), act.takes_back
        if step is not None and undo is not None:
            yield Ask(
                do="undo",
                label=f"Undo: {walk.titled(step)}",
                args=(("run", walk.id), ("act", str(act.number)), ("shown", shown_mark(undo))),
                style="danger",
                confirm=_sure(step, undo.shown, walk),
            )


def _run_asks(room: Room, walk: Run) -> Iterator[Ask]:
    """What is asked of the walk itself, large enough for a button."""
    if not room.live or not walk.walking:
        return
    args: Args = (("run", walk.id),)
    if walk.paused is not None:
        yield Ask(do="resume-run", label="Resume", args=args, style="primary")
        return
    if walk.blank and walk.current is None:
        yield Ask(do="write-step", label="What is done next…", args=args, style="primary")
        yield Ask(do="finish-run", label="Finished", args=args)
    asks_now = walk.current is not None and isinstance(walk.current.what, AskStep)
    if not asks_now and any(each.name not in walk.given for each in walk.values):
        yield Ask(do="values", label="Fill in…", args=args)


def _more(room: Room, walk: Run) -> Iterator[Ask]:
    """What is asked now and then: a menu. Which step is meant is asked then, the current one at first."""
    args: Args = (("run", walk.id),)
    if walk.path:
        yield Ask(do="flag", label="Worked, wrong, unclear, missing …", args=args)
    if not room.live or not walk.walking:
        return
    if walk.path:
        yield Ask(do="add", label="Add evidence, or what else was done …", args=args)
    yield Ask(do="give-to", label="Give it to somebody …", args=args)
    if walk.values and walk.parent is None:
        yield Ask(do="values", label="Values …", args=args)
    yield Ask(do="halt", label="Pause or stop …", args=args)
