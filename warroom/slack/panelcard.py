"""The dungeon master's panel. Everything here is hidden from players: it is shown in the backchannel alone."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from warroom.core.durations import mark as reading
from warroom.core.effects import Ask
from warroom.core.panelview import ExpectationLine, InjectLine, PanelView
from warroom.slack import limits, presses, signs
from warroom.slack.blocks import (
    Block,
    Message,
    actions,
    actions_and_menu,
    context,
    divider,
    fields,
    grouped,
    header,
    listed,
    marked,
    options,
    overflow,
    paragraphs,
    plain,
    section,
    with_buttons,
)
from warroom.slack.mrkdwn import ago, clock_time, escape, escape_line, one_line, person, quote
from warroom.slack.statuscard import bare, begins_words, incident_words, run_words, short

_ROWS, _BY_HAND, _LINES, _PEOPLE = 8, 6, 20, 15
_DECK = 5
_NOTES, _INJECT_TEXT, _ROW_TEXT, _ROW_NOTES = 1_500, 800, 200, 300
_SECTIONS = 2


def panel_card(view: PanelView, room: int) -> Message:
    over = view.state == "ended"
    blocks = [
        context(f"{signs.HIDDEN} Only this backchannel sees this panel."),
        header(f"🎭 {view.scenario}"),
        _facts(view),
    ]
    blocks += [*([] if over else _next(view, room)), *actions(room, view.asks)]
    blocks += [section(f"{signs.OVERDUE} {short(view.why_standing, 300)}")] if view.why_standing else []
    blocks += [*actions(room, view.more), *_readiness(view, room), *_secret(view), divider()]
    for title, lines in _lists(view):
        blocks += [section(f"*{title}*\n{listed(lines, _LINES)}")] if lines else []
    if over:
        blocks += _unplayed(view)
    else:
        blocks += [*_coming(view, room), *_by_hand(view, room), *_rest(view, room), *_deck(view, room)]
    return marked(view.mark, _text(view), blocks)


def _text(view: PanelView) -> str:
    following = view.coming[0] if view.coming and view.state != "ended" else None
    return f"Panel: {escape_line(view.state)}" + (f"; next: {short(following.title)}" if following else "")


# --- the head


def _facts(view: PanelView) -> Block:
    people = [person(each) for each in view.players]
    more = f" and {len(people) - _PEOPLE} more" if len(people) > _PEOPLE else ""
    state = f"{signs.ROOM.get(view.state, '')} {escape_line(view.state)}".strip()
    return fields(
        f"*Game*\n{state}",
        f"*Clock*\n{_clock(view)}",
        *([f"*Begins by itself*\n{begins_words(*view.begins)}"] if view.begins else []),
        f"*Players*\n{', '.join(people[:_PEOPLE]) + more if people else 'nobody yet'}",
        f"*War room*\n{'open' if view.war_room else 'opens when the game starts'}",
        *_others(view),
    )


def _others(view: PanelView) -> list[str]:
    told = []
    if len(view.staff) > 1:
        told.append(
            "*Beside the players*\n"
            + listed([f"{person(who)}: {short(part, 40)}" for part, who in view.staff], _PEOPLE)
        )
    if view.out:
        told.append("*Taken out*\n" + listed([f"{person(who)}{_until(until)}" for who, until in view.out], _PEOPLE))
    elif view.consents:
        told.append("*May be taken out*\n" + listed([person(each) for each in view.consents], _PEOPLE))
    if view.real_rooms:
        told.append(f"*Really happening*\n{short(', '.join(view.real_rooms))}")
    return told


def _until(until: datetime | None) -> str:
    return f" until {clock_time(until)}" if until else ""


# --- whether it may begin, or go on


def _readiness(view: PanelView, room: int) -> list[Block]:
    ready = view.readiness
    if ready is None:
        return []
    parts = [
        *(
            [f"*Preflight*{f', {clock_time(ready.preflight_at)}' if ready.preflight_at else ''}"]
            if ready.preflight or ready.preflight_at
            else []
        ),
        *(
            f"{_tick(holds)} {short(what)}{f': {short(detail)}' if detail else ''}"
            for what, holds, detail in ready.preflight
        ),
        *(["*Go or No-go*"] if ready.go else []),
        *(_answer(*each) for each in ready.go),
        *(["*May really be broken*"] if ready.approvals else []),
        *(_approval(*each) for each in ready.approvals),
        *(
            [f"*Predictions* {sum(count for _, count in ready.predictions)}, sealed at the start"]
            if ready.predictions
            else []
        ),
    ]
    text = listed(parts, _LINES)
    title = "*Before it begins*" if view.state == "planned" else "*Before it goes on*"
    return [section(f"{title}\n{text}" if text else title), *actions(room, ready.asks)]


def _tick(holds: bool | None) -> str:
    return "▫" if holds is None else "✅" if holds else "❌"


def _answer(role: str, go: bool | None, by: str, why: str) -> str:
    word = "not asked yet" if go is None else "Go" if go else "No-go"
    who = f", says {person(by)}" if by else ""
    return f"{_tick(go)} {short(role, 60)}: {word}{who}{f': {short(why)}' if why else ''}"


def _approval(target: str, owners: tuple[str, ...], by: str, until: datetime | None) -> str:
    if by:
        end = f" until {clock_time(until)}" if until else ""
        return f"✅ {short(target, 80)}: approved by {person(by)}{end}"
    asked = ", ".join(person(each) for each in owners[:_PEOPLE]) or "nobody, it has no owner"
    return f"▫ {short(target, 80)}: not approved; asked: {asked}"


def _deck(view: PanelView, room: int) -> list[Block]:
    """What may be put into play beside the plan: the first few with a button, all of them in a menu."""
    if not view.deck:
        return []
    how = f", Murphy: {short(view.murphy[0])}, {view.murphy[1]} of {view.murphy[2]} spent" if view.murphy else ""
    blocks = [section(f"*In the deck*{how}")]
    for line in view.deck[:_DECK]:
        text = f"{bare(line.title)} · {short(line.kind, 20)}, difficulty {line.difficulty}"
        blocks += with_buttons(room, text, line.asks)
    left = len(view.deck) - _DECK
    return [*blocks, context(f"… and {left} more")] if left > 0 else blocks


def _clock(view: PanelView) -> str:
    if view.running_since is not None:
        return f"running; T+0 was {clock_time(view.running_since)} ({ago(view.running_since)})"
    return f"stands at {reading(view.elapsed)}" if view.elapsed is not None else "has not started"


def _secret(view: PanelView) -> list[Block]:
    blocks = []
    if one_line(view.hidden_notes):
        title = f"{signs.HIDDEN} *Hidden notes, for you alone*\n"
        blocks += paragraphs(title + escape(limits.clamp(view.hidden_notes.strip(), _NOTES)), _SECTIONS, expand=True)
    if view.objectives:
        goals = [f"• {short(each)}" for each in view.objectives]
        blocks.append(context("*Objectives*\n" + listed(goals, _LINES)))
    return blocks


# --- injects


def _next(view: PanelView, room: int) -> list[Block]:
    """The next inject whole: what will be said, and what to watch for. One that only may come has buttons of its own."""
    if not view.coming:
        return [section("*Next:* nothing more comes by itself.")]
    here = view.coming[0]
    lines = [f"*Next: {bare(here.title)}* · {_when(here)}"]
    if one_line(here.text):
        lines.append(quote(limits.clamp(here.text.strip(), _INJECT_TEXT)))
    if one_line(here.notes):
        lines.append(f"{signs.HIDDEN} {escape(limits.clamp(here.notes.strip(), _INJECT_TEXT))}")
    whole = section("\n".join(lines), accessory=overflow(room, here.more), expand=True)
    beside = any(("inject", here.id) in ask.args for ask in view.asks)
    return [whole, *([] if beside else actions(room, here.asks))]


def _unplayed(view: PanelView) -> list[Block]:
    """What the game ended before."""
    lines = [f"▫ {short(each.title)}" for each in (*view.coming, *view.by_hand)]
    return [context("*Never played*\n" + listed(lines, _LINES))] if lines else []


def _when(line: InjectLine) -> str:
    at = f" ({clock_time(line.due_at)})" if line.due_at else ""
    held = f"{signs.OVERDUE} " if line.state == "held" else ""
    return f"{held}{short(line.kind, 20)}, {short(line.when)}{at}"


def _row(line: InjectLine) -> str:
    to = f" · to {short(', '.join(line.to), 60)}" if line.to else ""
    lines = [f"*{bare(line.title)}* · {_when(line)}{to}"]
    if one_line(line.text):
        lines.append(short(line.text, _ROW_TEXT))
    if one_line(line.notes):
        lines.append(f"{signs.HIDDEN} {short(line.notes, _ROW_NOTES)}")
    return "\n".join(lines)


def _coming(view: PanelView, room: int) -> list[Block]:
    rows = view.coming[1 : 1 + _ROWS]
    blocks = [section("*Then*")] if rows else []
    for line in rows:
        blocks += [section(_row(line)), *actions_and_menu(room, line.asks[:1], (*line.asks[1:], *line.more))]
    return blocks


def _by_hand(view: PanelView, room: int) -> list[Block]:
    """Those that wait for a word: one button each, to play it."""
    blocks = [section("*When you say so*")] if view.by_hand else []
    for line in view.by_hand[:_BY_HAND]:
        blocks += with_buttons(room, _row(line), line.asks[:1])
    return blocks


def _rest(view: PanelView, room: int) -> list[Block]:
    """Those without a row of their own: counted, and playable from a menu."""
    left = [*view.coming[1 + _ROWS :], *view.by_hand[_BY_HAND:]]
    if not left:
        return []
    menu = _menu(left, room)
    return [section(f"… and {len(left)} more", accessory=menu)]


def _menu(left: Sequence[InjectLine], room: int) -> Block | None:
    """A menu that plays what is chosen. Its id changes with its options, so that no old choice stays selected."""
    asks = [(each.title, ask) for each in left for ask in islice(each.asks, 1)]
    made = options(_choice(room, title, ask) for title, ask in asks)
    if not made:
        return None
    version = hashlib.sha256("".join(each["value"] for each in made).encode()).hexdigest()[:8]
    return {
        "type": "static_select",
        "placeholder": plain("Play another one now", limits.PLACEHOLDER),
        "action_id": presses.action_id("play", version),
        **grouped(made),
    }


def _choice(room: int, title: str, ask: Ask) -> tuple[str, str]:
    """Value and label of an option; no value when it is too long for one."""
    try:
        return presses.packed(room, ask.args, limits.OPTION_VALUE), title
    except ValueError:
        return "", title


# --- how it goes


def _lists(view: PanelView) -> list[tuple[str, list[str]]]:
    return [
        ("Expected of the players", [_expectation(each, view.state) for each in view.expectations]),
        ("What is true", [_truth(*each) for each in view.truths]),
        (
            "Incidents",
            [incident_words(each).partition("\n")[0] + f", {escape_line(each.state)}" for each in view.incidents],
        ),
        ("Runbooks", [run_words(each) for each in view.runs]),
        ("Faults", [_fault(*each) for each in view.faults]),
        ("Outside of the game", [f"{signs.OVERDUE} {short(view.outside)}"] if view.outside else []),
        (
            "Must stay true",
            [
                f"{_tick(holds)} {short(what)}{f': {short(found)}' if found else ''}"
                for what, holds, found in view.stops
            ],
        ),
        ("You can speak as", _voices(view)),
        ("Questions for the hot wash", [f"• {short(each, 300)}" for each in view.debrief]),
    ]


def _truth(title: str, state: str, notes: str) -> str:
    """Beside what the players have made of it so far."""
    return f"{signs.HIDDEN} {short(title, 80)} (to them: {escape_line(state)}): {short(notes, _ROW_NOTES)}"


def _voices(view: PanelView) -> list[str]:
    """Nobody speaks once the game is over."""
    names = [short(name, 80) for _, name in view.actors[:_PEOPLE]]
    return [", ".join(names)] if names and view.state != "ended" else []


def _expectation(line: ExpectationLine, game: str) -> str:
    due = f"by {clock_time(line.deadline_at)}" if line.deadline_at else "open, the clock stands still"
    words = {"waiting": "not yet", "armed": due}
    if game == "ended":
        words = {"waiting": "never came up", "armed": "not met before the end"}
    word = words.get(line.state, escape_line(line.state))
    sign = "missed" if game == "ended" and line.state == "armed" else line.state
    return f"{signs.EXPECTATION.get(sign, '')} {short(line.what)}: {word}"


def _fault(target: str, mode: str, state: str) -> str:
    return f"{signs.FAULT.get(state, '')} {short(target, 100)} {short(mode, 40)}: {escape_line(state)}"
