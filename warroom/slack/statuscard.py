"""The status card: everything a newcomer to the war room must know, at a glance."""

from collections.abc import Sequence
from datetime import datetime

from warroom.core.views import AlertLine, IncidentLine, RunLine, StatusView
from warroom.slack import limits, signs
from warroom.slack.blocks import (
    Block,
    Message,
    actions,
    actions_and_menu,
    divider,
    fields,
    header,
    listed,
    marked,
    section,
)
from warroom.slack.mrkdwn import clock_time, escape_line, link, moment, one_line, person, quote

_INCIDENTS, _RUNS, _ALERTS, _ROLES = 12, 8, 5, 12
_TITLE, _UPDATE = 150, 1_000


def status_card(view: StatusView, room: int) -> Message:
    blocks = [header(_heading(view)), _facts(view), *_incidents(view, room)]
    for part in (_runs(view.runs), _alerts(view.alerts), _update(view)):
        blocks += [section(part)] if part else []
    return marked(view.mark, _text(view), [*blocks, *actions(room, view.asks)])


def short(text: str, most: int = _TITLE) -> str:
    """Any text as one escaped line of at most so many characters."""
    return escape_line(limits.clamp(one_line(text), most))


# --- the head


def _open(incidents: Sequence[IncidentLine]) -> list[IncidentLine]:
    return [each for each in incidents if each.state != "resolved"]


def _worst(view: StatusView) -> str:
    """The severity of the worst open incident; empty when none is open."""
    return min((each.severity for each in _open(view.incidents)), default="")


def _heading(view: StatusView) -> str:
    worst = _worst(view)
    if view.state == "halted":
        return f"{signs.ROOM[view.state]} STOPPED, SOMETHING IS REAL · {view.title}"
    if view.state in ("ended", "closed", "paused"):
        return f"{signs.ROOM[view.state]} {view.state.upper()} · {view.title}"
    if worst:
        return f"{signs.severity(worst)} {worst} · {view.title}"
    title = f"{view.title} · {view.team}" if view.team else view.title
    return f"✅ Nothing open · {title}" if view.incidents else title


def _text(view: StatusView) -> str:
    """The card in one line, for notifications and screen readers."""
    count, worst = len(_open(view.incidents)), _worst(view)
    open_now = f"{count} open, worst {escape_line(worst)}" if count else "no incident open"
    return f"{short(view.title)}: {escape_line(view.state)}; {open_now}; commander {_commander(view)}"


def _commander(view: StatusView) -> str:
    if view.commander:
        return person(view.commander)
    return "nobody" if view.state in ("ended", "closed") else "nobody yet"


def _facts(view: StatusView) -> Block:
    state = f"{signs.ROOM.get(view.state, '')} {escape_line(view.state)}".strip()
    since = moment(view.since) if view.since else "not started"
    told = [f"*Status*\n{state}", f"*Commander*\n{_commander(view)}", f"*Since*\n{since}"]
    if view.roles:
        roles = [f"{short(role, 40)}: {person(who)}" for role, who in view.roles]
        told.append("*Roles*\n" + listed(roles, _ROLES))
    if view.story:
        shown, from_then, pace = view.story
        fast = f", {pace} times as fast as the clock" if pace > 1 else ""
        told.append(f"*In the story*\n{short(shown)} was at {clock_time(from_then)}{fast}")
    if view.out:
        out = [f"{person(who)}{f' until {clock_time(until)}' if until else ''}" for who, until in view.out]
        told.append("*Cannot be reached*\n" + listed(out, _ROLES))
    return fields(*told)


# --- incidents


def _incidents(view: StatusView, room: int) -> list[Block]:
    """Open ones first, the worst first; those that do not fit are counted."""
    ordered = sorted(view.incidents, key=lambda each: (each.state == "resolved", each.severity))
    blocks = [divider()] if ordered else []
    for each in ordered[:_INCIDENTS]:
        blocks += [section(incident_words(each)), *actions_and_menu(room, each.asks, each.more)]
    left = ordered[_INCIDENTS:]
    if left:
        still = len(_open(left))
        blocks.append(section(f"… and {len(left)} more, {still} of them open"))
    return blocks


def incident_words(each: IncidentLine) -> str:
    """An incident in two or three lines."""
    head = f"{signs.severity(each.severity)} *{escape_line(each.severity)} · {bare(each.title)}*"
    services = f"Affected: {short(', '.join(each.services))}" if each.services else ""
    return "\n".join(line for line in (head, _course(each), services) if line)


def begins_words(begins: datetime, until: datetime | None) -> str:
    """When a planned game begins, in its reader's time."""
    return moment(begins) if until is None else f"some time between {moment(begins)} and {moment(until)}"


def bare(text: str) -> str:
    """A title within bold letters."""
    return short(text).replace("*", "∗")


def _course(each: IncidentLine) -> str:
    """How far it has come: the state in words, then who took it and when."""
    sign = signs.INCIDENT.get(each.state, "")
    seen = ""
    if each.acknowledged_by:
        at = f" at {clock_time(each.acknowledged_at)}" if each.acknowledged_at else ""
        seen = f"acknowledged by {person(each.acknowledged_by)}{at}"
    match each.state:
        case "declared":
            return f"{sign} declared at {clock_time(each.declared_at)}; nobody has acknowledged it"
        case "acknowledged":
            return f"{sign} {seen or 'acknowledged'}"
        case "resolved":
            at = f" at {clock_time(each.resolved_at)}" if each.resolved_at else ""
            return "; ".join(filter(None, (f"{sign} resolved{at}", seen)))
        case "mitigated":
            return "; ".join(filter(None, (f"{sign} mitigated, not resolved", seen)))
    return f"{sign} {escape_line(each.state)}".strip()


# --- runs, alerts, the last update


def run_words(each: RunLine) -> str:
    """A walk of a runbook in one line."""
    title = short(each.title)
    if not each.at:
        return f"{signs.RUN.get(each.state, '')} {title}: {escape_line(each.state)}"
    count = f"{each.step} of {each.of}" if each.step <= each.of else str(each.step)
    late = f" · {signs.OVERDUE} OVERDUE" if each.overdue else ""
    return f"{signs.RUN.get(each.state, '')} {title}: step {count}: {short(each.at)}{late}"


def _runs(runs: Sequence[RunLine]) -> str:
    ordered = sorted(runs, key=lambda each: each.state != "walking")
    return f"*Runbooks*\n{listed([run_words(each) for each in ordered], _RUNS)}" if runs else ""


def _alerts(alerts: Sequence[AlertLine]) -> str:
    firing = [each for each in alerts if each.firing]
    if not alerts:
        return ""
    counts = f"🔔 {len(firing)} firing, {len(alerts) - len(firing)} resolved"
    return "\n".join(filter(None, (f"*Alerts* {counts}", listed([_alert(each) for each in firing], _ALERTS))))


def _alert(each: AlertLine) -> str:
    severity = f" ({short(each.severity, 20)})" if one_line(each.severity) else ""
    summary = f": {short(each.summary)}" if one_line(each.summary) else ""
    return f"• {short(each.name, 80)}{severity}{summary} · since {clock_time(each.since)} {link(each.link)}".rstrip()


def _update(view: StatusView) -> str:
    if view.update is None:
        return ""
    text, by, at = view.update
    return f"*Last update* by {person(by)}, {moment(at)}\n{quote(limits.clamp(text.strip(), _UPDATE))}"
