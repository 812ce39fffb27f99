"""The card of one walk through a runbook: what to do now, large; the way so far and what lies ahead, small."""

from collections.abc import Sequence

from warroom.core.durations import write
from warroom.core.runview import ActView, CurrentStep, RunView, Signing, StepLine
from warroom.core.views import RunLine
from warroom.slack import signs
from warroom.slack.blocks import (
    Block,
    Message,
    actions_and_menu,
    context,
    divider,
    header,
    listed,
    marked,
    paragraphs,
    section,
)
from warroom.slack.markdown import filled, mrkdwn_of
from warroom.slack.mrkdwn import clock_time, code, code_block, escape_line, link, moment, one_line, person
from warroom.slack.statuscard import bare, short

_BEHIND, _AHEAD, _WHOLE_WAY = 10, 3, 60
_TEXT_SECTIONS, _WAY_SECTIONS, _CODE_BLOCKS = 2, 3, 4
_NOTE, _CONTEXT, _OUTPUT = 200, 500, 700
_VALUES, _EVIDENCE = 8, 3


def run_card(view: RunView, room: int) -> Message:
    number = len(view.path) + 1
    here = view.current
    step = _step(here, number, view) if here else _between(view) if view.state == "walking" else _over(view)
    asks = [*(here.asks if here else ()), *view.undo, *view.asks]
    buttons = actions_and_menu(room, asks, view.more)
    others = [each for each in view.acts if not here or not here.act or each.number != here.act.number]
    if others:
        step = [*step, section("\n".join(line for each in others for line in _act(each)))]
    way = _way(view) if view.state == "walking" else _whole_way(view)
    return marked(view.mark, _text(view, number), [*_head(view), *step, *buttons, *way])


def _head(view: RunView) -> list[Block]:
    incident = f" · for “{short(view.incident)}”" if view.incident else ""
    whole = f" · part of “{short(view.whole)}”" if view.whole else ""
    started = (
        f" · started {moment(view.started_at)}"
        if view.whole
        else f" · led by {person(view.leader)} · {moment(view.started_at)}"
    )
    lines = [f"{signs.RUN['walking']} {bare(view.title)}{whole or incident}{started}"]
    if view.so_far and view.state == "walking":
        lines.append(f"⏱ {write(view.so_far[0])} so far, {write(view.so_far[1])} planned")
    if not view.path and one_line(view.summary):
        lines.append(short(view.summary, 300))
    blocks = [context(*lines)]
    if not view.path and view.context:
        told = [f"*{bare(each.title)}*\n{mrkdwn_of(each.text[:_CONTEXT])}" for each in view.context]
        blocks.append(context(*told))
    return [*blocks, *_values(view)]


def _values(view: RunView) -> list[Block]:
    """What is known already, and what is still open."""
    if not view.values or view.state != "walking":
        return []
    told = [f"{code(name)} = {code(value)}" if value else f"{code(name)} is open" for name, value in view.values]
    more = [f"and {len(told) - _VALUES} more"] if len(told) > _VALUES else []
    return [context("✏ " + " · ".join([*told[:_VALUES], *more]))]


def _text(view: RunView, number: int) -> str:
    here = view.current
    if here is None:
        return f"{short(view.title)}: {escape_line(view.state)}"
    late = f"{signs.OVERDUE} OVERDUE: " if here.overdue else ""
    paused = "PAUSED: " if view.paused else ""
    failed = "FAILED: " if here.failed else ""
    return f"{paused}{failed}{late}{short(view.title)}: step {number}: {short(here.title)}"


# --- the step to do now


def _step(here: CurrentStep, number: int, view: RunView) -> list[Block]:
    late = f"{signs.OVERDUE} OVERDUE · " if here.overdue else ""
    blocks = [header(f"{late}Step {number} · {here.title}"), section(_who_and_when(here, view))]
    if one_line(here.danger):
        blocks.append(section(f"⛔ *Dangerous:* {short(here.danger, 300)}"))
    blocks += paragraphs(filled(mrkdwn_of(here.text), here.fills), _TEXT_SECTIONS, expand=True, autolink=True)
    blocks += _code(here)
    if here.would_run:
        blocks += [section("*This will run exactly:*"), section(code_block(here.would_run), expand=True)]
    if here.too_long:
        blocks.append(section("⛔ It is too long to be shown whole, so nobody can approve it here."))
    found = [*_found(here, view.paused), *_act(here.act), *_signed(here.signing), *_evidence(here)]
    if here.failed and not (here.act and here.act.detail == here.failed):
        found.append(f"❌ *Failed:* {short(here.failed, 600)}")
    if found:
        blocks.append(section("\n".join(found)))
    if here.act and one_line(here.act.output):
        blocks.append(section(code_block(_ending(here.act.output))))
    return [*blocks, *([context("\n".join(map(_part, here.parts)))] if here.parts else [])]


def _code(here: CurrentStep) -> list[Block]:
    """Commands to copy, then the source's blocks of code; what they printed there is kept apart."""
    blocks = [section(code_block("\n".join(here.commands)), expand=True)] if here.commands else []
    for each in here.code[:_CODE_BLOCKS]:
        blocks.append(section(code_block(each.text), expand=True))
        if one_line(each.output):
            blocks.append(context("comes back like this:", code_block(_beginning(each.output))))
    left = len(here.code) - _CODE_BLOCKS
    return [*blocks, *([context(f"… and {left} more blocks of code in the runbook.")] if left > 0 else [])]


def _beginning(text: str) -> str:
    return text if len(text) <= _OUTPUT else f"{text[:_OUTPUT]}\n…"


def _ending(text: str) -> str:
    return text.strip("\n") if len(text) <= _OUTPUT else f"…\n{text[-_OUTPUT:]}".strip("\n")


def _who_and_when(here: CurrentStep, view: RunView) -> str:
    parts = [f"⏸ *PAUSED:* {short(view.paused_why, 200) or 'the clock stands still'}"] if view.paused else []
    parts.append(_who(here))
    if here.entered_at:
        parts.append(f"since {clock_time(here.entered_at)}")
    if here.expected is not None:
        parts.append(f"planned: {write(here.expected)}")
    if here.overdue:
        parts.append(f"{signs.OVERDUE} *OVERDUE*")
    elif here.due_at:
        parts.append(f"overdue at {clock_time(here.due_at)}")
    where = " · ".join(
        part for part in (short(here.phase, 80), f"source: {short(here.label, 40)}" if here.label else "") if part
    )
    return " · ".join(parts) + (f"\n_{where}_" if where else "")


def _who(here: CurrentStep) -> str:
    """The role and its person. Whether they have taken the step is said by whether "I have it" is offered."""
    role = bare(here.role)
    who = person(here.who) if here.who else "nobody yet"
    return f"👤 *{role}:* {who}" if role else f"👤 {who}"


def _found(here: CurrentStep, paused: bool) -> list[str]:
    """What a machine found or is looking for, what time will do by itself, and what must be known first."""
    lines = []
    if here.missing:
        lines.append(f"✏ *Fill in first:* {', '.join(map(code, here.missing))}")
    if here.looking:
        lines.append("🔎 warroom is looking …")
    if one_line(here.finding):
        lines.append(f"*Found:* {short(here.finding, 600)}")
    if here.looks_at and not here.looking:
        lines.append(f"🔎 Looks again by itself at {clock_time(here.looks_at)}")
    if here.ends_at:
        lines.append(f"⏳ Goes on by itself at {clock_time(here.ends_at)}")
    elif here.kind == "wait" and paused:
        lines.append("⏳ Goes on by itself once the clock has run on")
    if here.defines:
        lines.append(f"📌 Defines {', '.join(map(code, here.defines))} for later steps")
    return lines


def _signed(signing: Signing | None) -> list[str]:
    if signing is None or (signing.needs == 1 and not signing.roles):
        return []
    who = f": {', '.join(map(person, signing.by))}" if signing.by else ""
    roles = f" · only {' or '.join(short(role, 40) for role in signing.roles)}" if signing.roles else ""
    return [f"🖋 {len(signing.by)} of {signing.needs} have agreed{who}{roles}"]


def _act(act: ActView | None) -> list[str]:
    if act is None:
        return []
    if act.outcome:
        return [
            f"{signs.ACT.get(act.outcome, '❔')} *{escape_line(act.outcome).capitalize()}:* {short(act.detail, 600)}"
        ]
    since = f" since {clock_time(act.begun_at)}" if act.begun_at else ""
    return [f"⚙ *{escape_line(act.state).capitalize()}*{since}: {code(act.shown[:_NOTE])}"]


def _evidence(here: CurrentStep) -> list[str]:
    lines = [f"📎 *Wanted:* {short(here.evidence_wanted, 200)}"] if one_line(here.evidence_wanted) else []
    for each in here.evidence[-_EVIDENCE:]:
        where = f" {link(each.link)}" if link(each.link) else ""
        lines.append(f"📎 {short(each.text, _NOTE)}{where} ({person(each.by)})")
    return lines


def _part(part: RunLine) -> str:
    of = f" of {part.of}" if part.of else ""
    where = f"step {part.step}{of}: {short(part.at)}" if part.at else escape_line(part.state)
    late = f" · {signs.OVERDUE} late" if part.overdue else ""
    return f"{signs.RUN.get(part.state, '')} {bare(part.title)}: {where}{late}"


# --- no step to do now


def _between(view: RunView) -> list[Block]:
    """A run that is written on the way, between two steps."""
    said = "What is done next?" if view.path else "No runbook fits. What is done first?"
    why = "Write each step down as you begin it. Afterwards it is a draft of the runbook that was missing."
    return [header(f"📝 {said}"), section(why)]


def _over(view: RunView) -> list[Block]:
    took = f" after {write(view.took)}" if view.took is not None else ""
    why = f": {short(view.reason, 300)}" if one_line(view.reason) else ""
    state = view.state if view.state != "abandoned" else "stopped"
    return [header(f"{signs.RUN.get(view.state, '')} {view.title}"), section(f"*{escape_line(state)}*{took}{why}")]


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


def _whole_way(view: RunView) -> list[Block]:
    lines = _behind(view.path)
    lines += [f"{signs.STEP['not taken']} {short(each.title)} (not taken)" for each in view.ahead]
    return paragraphs(listed(lines, _WHOLE_WAY), _WAY_SECTIONS)


def _behind(path: Sequence[StepLine]) -> list[str]:
    return ["\n".join(_lines(number, step)) for number, step in enumerate(path, start=1)]


def _lines(number: int, step: StepLine) -> list[str]:
    """`✅ 2. Promote the replica · @ana · 3 min of 5 min · ⚠ late`, and what was done beside it."""
    parts = [f"{signs.STEP.get(step.state, '')} {number}. {short(step.title)}"]
    if step.state in ("skipped", "failed"):
        parts.append(step.state)
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
    if step.evidence:
        parts.append(f"📎 {step.evidence}")
    line = " · ".join(parts) + (f": {short(step.note, _NOTE)}" if one_line(step.note) else "")
    return [line, *(f"    ➕ {short(each.title)} · {person(each.by)}" for each in step.beside)]


def _took(step: StepLine) -> str:
    took = write(step.took) if step.took is not None else ""
    return f"{took} of {write(step.expected)} planned" if step.expected is not None else took
