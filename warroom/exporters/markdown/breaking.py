"""What monitoring said and what was broken on purpose, in Markdown."""

from datetime import datetime

from warroom.core.faults import FaultState
from warroom.exporters.escaping import inline
from warroom.exporters.markdown.pieces import LONGEST, Lines, began, lasted, section, table, time_of_day
from warroom.report.facts import AfterAction, FaultFacts
from warroom.report.moment import Moment
from warroom.report.phrasing import many


def alerts(after: AfterAction) -> Lines:
    if not after.alerts:
        return
    yield from section("Alerts")
    yield from table(
        ("Alert", "From", "Severity", "Fired", "Resolved", "First (UTC)", "Last (UTC)", "What it said"),
        (
            (
                inline(each.name),
                inline(each.source),
                inline(each.severity),
                f"{each.fired:,}",
                f"{each.resolved:,}",
                time_of_day(each.first, began(after)),
                time_of_day(each.last, began(after)),
                inline(each.summary, LONGEST),
            )
            for each in after.alerts
        ),
    )
    if after.alerts_left_out:
        yield from (f"The senders left out {many(after.alerts_left_out, 'more alert')}.", "")


def broken(after: AfterAction) -> Lines:
    if not after.faults:
        return
    yield from section("What was broken on purpose")
    if any(each.real for each in after.faults):
        yield from ("What is marked **real** was really broken; the rest was pretended.", "")
    headings = ("What", "How", "For", "Approved by", "Asked (UTC)", "Broken (UTC)", "Undone (UTC)", "Lasted", "Now")
    yield from table((*headings, "Remarks"), (_fault(each, began(after)) for each in after.faults))


def _fault(each: FaultFacts, began: datetime) -> tuple[str, ...]:
    def when(moment: Moment | None) -> str:
        return time_of_day(moment.at, began) if moment else ""

    undone = "Undone" if each.undone else "To be undone"
    why = f"{undone} because {each.why_undone}." if each.why_undone else ""
    return (
        inline(each.target) + (" **real**" if each.real else ""),
        inline(each.mode),
        inline(each.after),
        inline(each.approved_by) or ("nobody" if each.real else ""),
        when(each.asked),
        when(each.broken),
        when(each.undone),
        lasted(each.lasted),
        f"**{inline(each.state)}**" if each.state == FaultState.STUCK else inline(each.state),
        inline(" ".join(part for part in (why, each.detail) if part)),
    )
