"""The card of one walk through a runbook: what to do now, large; the way so far and what lies ahead, small."""

from collections.abc import Sequence

from warroom.core.durations import write
from warroom.core.views import CurrentStep, RunView, StepLine
from warroom.slack import signs
from warroom.slack.blocks import Block, Message, actions, context, divider, header, listed, marked, paragraphs, section
from warroom.slack.mrkdwn import clock_time, code_block, escape, escape_line, moment, one_line, person
from warroom.slack.statuscard import bare, short

_BEHIND, _AHEAD, _WHOLE_WAY = 10, 3, 60
_TEXT_SECTIONS, _WAY_SECTIONS = 2, 3
_NOTE = 200


def run_card(view: RunView, room: int) -> Message:
    number = len(view.path) + 1
    step = _step(view.current, number, view.paused, room) if view.current else _over(view)
    way = _way(view) if view.current else _whole_way(view)
    return marked(view.mark, _text(view, number), [_head(view), *step, *way])


def _head(view: RunView) -> Block:
    incident = f" · for “{short(view.incident)}”" if view.incident else ""
    summary = [short(view.summary, 300)] if one_line(view.summary) and not view.path else []
    started = f"{signs.RUN['walking']} {bare(view.title)}{incident} · started by {person(view.started_by)}"
    return context(f"{started} {moment(view.started_at)}", *summary)


def _text(view: RunView, number: int) -> str:
    here = view.current
    if here is None:
        return f"{short(view.title)}: {escape_line(view.state)}"
    late = f"{signs.OVERDUE} OVERDUE: " if here.overdue else ""
    paused = "PAUSED: " if view.paused else ""
    return f"{paused}{late}{short(view.title)}: step {number}: {short(here.title)}"


# --- the step to do now


def _step(here: CurrentStep, number: int, paused: bool, room: int) -> list[Block]:
    late = f"{signs.OVERDUE} OVERDUE · " if here.overdue else ""
    blocks = [header(f"{late}Step {number} · {here.title}"), section(_who_and_when(here, paused))]
    blocks += paragraphs(escape(here.text).strip(), _TEXT_SECTIONS, expand=True, autolink=True)
    if here.commands:
        blocks.append(section(code_block("\n".join(here.commands)), expand=True))
    found = _found(here, paused)
    return [*blocks, *([section(found)] if found else []), *actions(room, here.asks)]


def _who_and_when(here: CurrentStep, paused: bool) -> str:
    parts = ["⏸ *PAUSED:* the clock stands still"] if paused else []
    parts.append(_who(here))
    if here.entered_at:
        parts.append(f"since {clock_time(here.entered_at)}")
    if here.expected is not None:
        parts.append(f"planned: {write(here.expected)}")
    if here.overdue:
        parts.append(f"{signs.OVERDUE} *OVERDUE*")
    elif here.due_at:
        parts.append(f"overdue at {clock_time(here.due_at)}")
    return " · ".join(parts)


def _who(here: CurrentStep) -> str:
    """The role and its person. Whether they have taken the step is said by whether "I have it" is offered."""
    role = bare(here.role)
    who = person(here.who) if here.who else "nobody yet"
    return f"👤 *{role}:* {who}" if role else f"👤 {who}"


def _found(here: CurrentStep, paused: bool) -> str:
    """What a machine found or is looking for, and what time will do by itself."""
    lines = []
    if here.looking:
        lines.append("🔎 warroom is looking …")
    if one_line(here.finding):
        lines.append(f"*Found:* {short(here.finding, 600)}")
    if here.ends_at:
        lines.append(f"⏳ Goes on by itself at {clock_time(here.ends_at)}")
    elif here.kind == "wait" and paused:
        lines.append("⏳ Goes on by itself once the clock has run on")
    return "\n".join(lines)


# --- the way


def _way(view: RunView) -> list[Block]:
    blocks = [divider()] if view.path or view.ahead else []
    earlier = len(view.path) - _BEHIND
    lines = [f"… {earlier} earlier"] if earlier > 0 else []
    lines += _behind(view.path)[-_BEHIND:]
    if lines:
        blocks.append(context("\n".join(lines)))
    if view.ahead:
        coming = [f"{signs.STEP['locked']} {short(each.title)}" for each in view.ahead]
        blocks.append(context("*Ahead*\n" + listed(coming, _AHEAD)))
    return blocks


def _over(view: RunView) -> list[Block]:
    took = f" after {write(view.took)}" if view.took is not None else ""
    why = f": {short(view.reason, 300)}" if one_line(view.reason) else ""
    state = view.state if view.state != "abandoned" else "stopped"
    return [header(f"{signs.RUN.get(view.state, '')} {view.title}"), section(f"*{escape_line(state)}*{took}{why}")]


def _whole_way(view: RunView) -> list[Block]:
    lines = _behind(view.path)
    lines += [f"{signs.STEP['not taken']} {short(each.title)} (not taken)" for each in view.ahead]
    return paragraphs(listed(lines, _WHOLE_WAY), _WAY_SECTIONS)


def _behind(path: Sequence[StepLine]) -> list[str]:
    return [_line(number, step) for number, step in enumerate(path, start=1)]


def _line(number: int, step: StepLine) -> str:
    """`✅ 2. Promote the replica · @ana · 3 min of 5 min · ⚠ late`"""
    parts = [f"{signs.STEP.get(step.state, '')} {number}. {short(step.title)}"]
    if step.state == "skipped":
        parts.append("skipped")
    elif step.state != "done":
        parts.append("not finished")
    if one_line(step.answer):
        parts.append(f"➡ {short(step.answer, 80)}")
    if step.who:
        parts.append(person(step.who))
    if step.took is not None:
        parts.append(_took(step))
    if step.overran:
        parts.append(f"{signs.OVERDUE} late")
    return " · ".join(parts) + (f": {short(step.note, _NOTE)}" if one_line(step.note) else "")


def _took(step: StepLine) -> str:
    took = write(step.took) if step.took is not None else ""
    return f"{took} of {write(step.expected)} planned" if step.expected is not None else took
