"""The evaluators' sheet. Hidden from players: it is shown in the backchannel alone."""

from warroom.core.evaluationview import EvaluationView, SheetLine
from warroom.slack import signs
from warroom.slack.blocks import Block, Message, actions, context, header, marked, section, with_buttons
from warroom.slack.mrkdwn import clock_time, escape_line, person
from warroom.slack.statuscard import short

_ROWS, _RATINGS = 18, 6


def evaluation_card(view: EvaluationView, room: int) -> Message:
    count = f"{view.rated} of {len(view.lines)} rated"
    blocks: list[Block] = [
        context(f"{signs.HIDDEN} Only this backchannel sees this sheet."),
        header("📋 Evaluation"),
        section(f"{count}. *P* without challenges, *S* with some, *M* with major ones, *U* not done."),
    ]
    for line in view.lines[:_ROWS]:
        blocks += with_buttons(room, _row(line), line.asks)
    if len(view.lines) > _ROWS:
        blocks.append(section(f"… and {len(view.lines) - _ROWS} more"))
    return marked(view.mark, f"Evaluation: {count}", [*blocks, *actions(room, view.asks)])


def _row(line: SheetLine) -> str:
    due = f", by {clock_time(line.deadline_at)}" if line.deadline_at else ""
    owner = f" · {short(line.owner, 40)}" if line.owner else ""
    lines = [f"{signs.EXPECTATION.get(line.state, '')} *{short(line.what)}*{owner}: {escape_line(line.state)}{due}"]
    if line.objective:
        lines.append(f"Shows: {short(line.objective)}")
    if line.judged:
        lines.append(f"Look for: {short(line.judged, 300)}")
    for who, rating, note in line.ratings[:_RATINGS]:
        lines.append(f"*{rating}* {person(who)}{f': {short(note)}' if note else ''}")
    return "\n".join(lines)
