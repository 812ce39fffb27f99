"""Modals: what is asked before something is done, and how the answers are read.

The callback id says what is asked for (`warroom:skip`), private metadata carry the room and what the button was drawn
for. Each input's block id is the name of its answer.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from warroom.core import views
from warroom.core.calendar import ANNOUNCED, ONCE, REPEATS, UNANNOUNCED, WINDOW
from warroom.core.refusals import Unknown
from warroom.core.room import Room
from warroom.core.runs import Run
from warroom.core.scenario import SEVERITIES, Scenario
from warroom.core.steps.ask import Ask
from warroom.core.values import LONGEST, Value
from warroom.core.views import Mark
from warroom.slack import gamemodals, limits, presses, signs
from warroom.slack.asks import VALUE
from warroom.slack.blocks import Block, options, plain, section
from warroom.slack.forms import (
    Said,
    View,
    about,
    field,
    modal,
    people,
    radio,
    select,
    text_input,
    which_teams,
)

_TITLE = 150  # of an incident


# --- opening a room


def start_game(
    scenarios: Sequence[Scenario], chosen: str = "", players: Sequence[str] = (), *, origin: str = ""
) -> View:
    """Which scenario, with whom, and when. `chosen` is a scenario's id, `origin` the channel it was asked for in."""
    made = options(((each.id, each.title) for each in scenarios), (each.summary for each in scenarios))
    blocks = [section("🎲 This starts an *EXERCISE*. Every message of it says so, and nothing real is paged.")]
    if not made:
        return modal("start", "Start a game day", "", [*blocks, section("There is no scenario to play yet.")])
    blocks += [
        field("scenario", "Scenario", select("Choose a scenario", made, chosen)),
        field(
            "players",
            "Players",
            people(players),
            "It may stay empty: whoever acts in the war room becomes a player.",
            optional=True,
        ),
        field(
            "observers",
            "Observers",
            people(()),
            "They watch and do not act. Whoever is named as a player as well, plays.",
            optional=True,
        ),
        *(_staff(part, label, hint) for part, label, hint in _STAFF),
        *_environments(scenarios),
        field("begin", "When", radio(_BEGIN)),
    ]
    return modal("start", "Start a game day", "Go", blocks, said={"origin": origin})


_STAFF = (
    ("controllers", "Who directs it with you?", "They see the plan, and do not play."),
    ("evaluators", "Evaluators", "They see the plan, and rate how it goes."),
    ("safety", "Safety officer", "Can stop the game at any time, and does not play."),
)


def _staff(part: str, label: str, hint: str) -> Block:
    return field(part, label, people(()), hint, optional=True)


def _environments(scenarios: Sequence[Scenario]) -> list[Block]:
    """Where it is played, if any of them asks for that."""
    named = {name: each.title for scenario in scenarios for name, each in scenario.environments.items()}
    if not named:
        return []
    hint = "Only some scenarios ask for it."
    return [field("environment", "Where?", select("Choose", options(named.items())), hint, optional=True)]


_BEGIN = (("now", "Start at once"), ("later", "Open the backchannel first; I start it from the panel"))


def schedule(
    scenarios: Sequence[Scenario], players: Sequence[str] = (), directors: Sequence[str] = (), *, origin: str = ""
) -> View:
    """What is played when, how often, with whom, and who knows of it."""
    made = options(((each.id, each.title) for each in scenarios), (each.summary for each in scenarios))
    blocks = [
        section("🗓 This plans an *EXERCISE*. It begins by itself; what it needs before that is asked for in time.")
    ]
    if not made:
        return modal("schedule", "Plan a game day", "", [*blocks, section("There is no scenario to play yet.")])
    in_turn = "One of them directs each time, in turn; the others play. You, if it stays empty."
    window = "Where nobody is told the time: it begins somewhere within so many hours of what you choose above."
    blocks += [
        field("scenario", "Scenario", select("Choose a scenario", made)),
        field("at", "When?", {"type": "datetimepicker"}),
        field("repeats", "How often?", select("Choose", options(REPEATS.items()), ONCE)),
        field("surprise", "Who is told?", radio(_SURPRISES)),
        field("window", "How long is the window?", select("Choose", options(_WINDOWS.items())), window, optional=True),
        field("players", "Players", people(players)),
        field("directors", "Who directs?", people(directors), in_turn, optional=True),
        *(_staff(part, label, hint) for part, label, hint in _STAFF if part != "controllers"),
        *_environments(scenarios),
    ]
    return modal("schedule", "Plan a game day", "Plan it", blocks, said={"origin": origin})


_SURPRISES = (
    (ANNOUNCED, "The channel is reminded a day and an hour before"),
    (WINDOW, "The channel is told a window of time, and no more"),
    (UNANNOUNCED, "Nobody but who directs it"),
)
_WINDOWS = {"2": "2 hours", "4": "4 hours", "8": "a working day: 8 hours", "24": "24 hours", "104": "Monday to Friday"}


def declare(services: Sequence[tuple[str, str]], *, title: str = "", origin: str = "") -> View:
    """What is wrong, how bad, and where. `services` are ids and titles of the catalogue."""
    listed = options((id, name or id) for id, name in services)
    levels = options((word, f"{signs.severity(word)} {word}") for word in SEVERITIES)
    blocks = [
        section("🔴 This declares a *REAL INCIDENT*. A war room opens at once."),
        field("title", "What is wrong?", text_input(title, most=_TITLE, lines=False)),
        field("severity", "How bad is it?", select("Choose", levels, "SEV2"), "SEV1 is the worst."),
    ]
    if listed:
        menu = {**select("Choose", listed), "type": "multi_static_select"}
        blocks.append(field("services", "Affected services", menu, "Runbooks are found by this.", optional=True))
    return modal("declare", "Declare an incident", "Declare", blocks, said={"origin": origin})


# --- within a room


def skip_step(mark: Mark, room: int, said: Said, title: str) -> View:
    why = field("reason", "Why?", text_input(), "It goes onto the timeline.")
    return modal("skip", "Skip this step", "Skip", [*about(title), why], mark=mark, room=room, said=said)


def skip_inject(mark: Mark, room: int, said: Said, title: str) -> View:
    why = field("reason", "Why?", text_input(), optional=True)
    return modal("skip-inject", "Skip this inject", "Skip", [*about(title), why], mark=mark, room=room, said=said)


def speak(
    mark: Mark, room: int, said: Said, actors: Iterable[tuple[str, str]], teams: Iterable[tuple[str, str]] = ()
) -> View:
    """`actors` and `teams` are ids and names."""
    made = options(actors)
    if not made:
        nobody = [section("This scenario has nobody to speak as.")]
        return modal("speak", "Speak as somebody", "", nobody, mark=mark, room=room, said=said)
    who = field("actor", "Who speaks?", select("Choose", made, made[0]["value"]))
    blocks = [who, field("text", "What do they say?", text_input()), *which_teams(teams)]
    return modal("speak", "Speak as somebody", "Say it", blocks, mark=mark, room=room, said=said)


def post_update(mark: Mark, room: int, said: Said) -> View:
    hint = "What is known, what is being done, when the next update comes."
    blocks = [field("text", "How do things stand?", text_input(), hint)]
    return modal("update", "Post a status update", "Post", blocks, mark=mark, room=room, said=said)


def take_note(mark: Mark, room: int, said: Said) -> View:
    blocks = [field("text", "Note", text_input(said.get("text", "")), "It goes onto the timeline.")]
    held = {name: value for name, value in said.items() if name != "text"}
    return modal("note", "Note on the timeline", "Note", blocks, mark=mark, room=room, said=held)


def resolve(mark: Mark, room: int, said: Said, title: str) -> View:
    note = field("note", "What ended it?", text_input(), "For the report.", optional=True)
    return modal("resolve", "Resolve the incident", "Resolve", [*about(title), note], mark=mark, room=room, said=said)


def reopen(mark: Mark, room: int, said: Said, title: str) -> View:
    why = field("reason", "Why?", text_input(), "What shows that it is not over?")
    return modal("reopen", "Reopen the incident", "Reopen", [*about(title), why], mark=mark, room=room, said=said)


def end_game(mark: Mark, room: int, said: Said) -> View:
    ends = section("The clock stops, nothing more is played, and everything that was broken is repaired.")
    why = field("reason", "Why now?", text_input(), "Every player is told.", optional=True)
    return modal("end", "End the game", "End it", [ends, why], mark=mark, room=room, said=said)


# --- walking a runbook


def fail_step(mark: Mark, room: int, said: Said, title: str) -> View:
    why = field(
        "reason", "What went wrong?", text_input(), "Whoever decides how to go on reads it, and so does the report."
    )
    return modal("fail", "The step failed", "It failed", [*about(title), why], mark=mark, room=room, said=said)


def decline(mark: Mark, room: int, said: Said, title: str) -> View:
    why = field("reason", "Why not?", text_input(), "Whoever decides how to go on reads it.")
    return modal("decline", "It is not so", "No", [*about(title), why], mark=mark, room=room, said=said)


def answer_with_evidence(mark: Mark, room: int, said: Said, title: str, wanted: str) -> View:
    kept = field("evidence", "Evidence", text_input(), wanted or "What shows that it is so: an output, a link.")
    return modal("answer-with", "With evidence", "Send", [*about(title), kept], mark=mark, room=room, said=said)


def give_values(mark: Mark, room: int, said: Said, asked: Sequence[Value], given: Said) -> View:
    """One field for each value. What is left empty stays open, unless a step asks for it (then `said` names it)."""
    optional = not said.get("step")
    blocks = [_value(each, given.get(each.name, ""), optional=optional) for each in asked[: limits.VIEW_BLOCKS - 2]]
    more = section("They are put into every text and command of this walk. Do not write secrets here.")
    return modal("values", "Fill in", "Fill in", [more, *blocks], mark=mark, room=room, said=said)


def _value(value: Value, given: str, *, optional: bool) -> Block:
    label = f"{value.question} ({value.name})" if value.question else value.name
    made = options((each, each) for each in value.options)
    if made:
        return field(f"{VALUE}{value.name}", label, select("Choose", made, given), optional=optional)
    hint = f"For example: {value.example}" if value.example else ""
    return field(f"{VALUE}{value.name}", label, text_input(given, most=LONGEST, lines=False), hint, optional=optional)


def flag_step(mark: Mark, room: int, said: Said, steps: Sequence[tuple[str, str]]) -> View:
    blocks = [
        field("step", "Which step?", select("Choose a step", options(steps), said.get("step", ""))),
        field("verdict", "It …", radio(_VERDICTS)),
        field("comment", "In your words", text_input(), "What would have helped you.", optional=True),
    ]
    held = {name: value for name, value in said.items() if name not in ("step", "leg")}
    return modal("flag", "How was that step?", "Say so", blocks, mark=mark, room=room, said=held)


_VERDICTS = (
    ("worked", "worked"),
    ("wrong", "is wrong"),
    ("unclear", "is unclear"),
    ("missing", "leaves something out"),
)


def add(mark: Mark, room: int, said: Said, title: str) -> View:
    blocks = [
        *about(title),
        field(
            "kind",
            "What is it?",
            radio((("evidence", "Evidence for this step"), ("beside", "Something else that was done"))),
        ),
        field("text", "What?", text_input(), "Of something that was done: in the first line what, below it how."),
        field("link", "Where is it?", text_input(lines=False), "An address, if it is elsewhere.", optional=True),
    ]
    return modal("add", "Add to the walk", "Add", blocks, mark=mark, room=room, said=said)


def give_to(mark: Mark, room: int, said: Said, title: str) -> View:
    what = (("step", "This step"), ("walk", "The whole walk"))
    blocks = [
        *about(title),
        field("what", "What?", radio(what if title else what[1:])),
        field(
            "person", "To whom?", {"type": "users_select", "placeholder": plain("Choose a person", limits.PLACEHOLDER)}
        ),
    ]
    return modal("give-to", "Give it to somebody", "Give", blocks, mark=mark, room=room, said=said)


def halt(mark: Mark, room: int, said: Said, title: str, *, paused: bool) -> View:
    how = (("pause", "Pause: nothing is overdue meanwhile"), ("stop", "Stop: it is not walked any further"))
    blocks = [
        *about(title),
        field("how", "What?", radio(how[1:] if paused else how)),
        field("reason", "Why?", text_input(), "Everybody is told, and the report will ask."),
    ]
    return modal("halt", "Pause or stop", "Do it", blocks, mark=mark, room=room, said=said)


def write_step(mark: Mark, room: int, said: Said) -> View:
    blocks = [
        field(
            "title", "What is done next?", text_input(most=_TITLE, lines=False), "In a few words, as an instruction."
        ),
        field("text", "How?", text_input(), "Commands, where to look, what to expect.", optional=True),
    ]
    return modal("write-step", "The next step", "Begin it", blocks, mark=mark, room=room, said=said)


def for_room(do: str, room: Room, room_id: int, said: Said) -> View:
    """The modal for something asked of a room. Raises KeyError when nothing is asked before this is done."""
    return FOR_ROOM[do](room, views.mark(room), room_id, said)


FOR_ROOM: dict[str, Callable[[Room, Mark, int, Said], View]] = {
    "skip": lambda room, mark, id, said: skip_step(mark, id, said, _step_title(room, said)),
    "skip-inject": lambda room, mark, id, said: skip_inject(mark, id, said, _inject_title(room, said)),
    "speak": lambda room, mark, id, said: speak(mark, id, said, _actors(room), gamemodals.team_names(room)),
    "fail": lambda room, mark, id, said: fail_step(mark, id, said, _step_title(room, said)),
    "answer-with": lambda room, mark, id, said: answer_with_evidence(
        mark, id, said, _step_title(room, said), _evidence_wanted(room, said)
    ),
    "decline": lambda room, mark, id, said: decline(mark, id, said, _step_title(room, said)),
    "values": lambda room, mark, id, said: give_values(mark, id, said, *_asked_for(room, said)),
    "flag": lambda room, mark, id, said: flag_step(mark, id, _here(room, said), _steps(room, said)),
    "add": lambda room, mark, id, said: add(mark, id, _here(room, said), _step_title(room, _here(room, said))),
    "give-to": lambda room, mark, id, said: give_to(mark, id, _here(room, said), _current_title(room, said)),
    "halt": lambda room, mark, id, said: halt(mark, id, said, _run_name(room, said), paused=_is_paused(room, said)),
    "write-step": lambda room, mark, id, said: write_step(mark, id, said),
    "update": lambda room, mark, id, said: post_update(mark, id, said),
    "note": lambda room, mark, id, said: take_note(mark, id, said),
    "resolve": lambda room, mark, id, said: resolve(mark, id, said, _incident_title(room, said)),
    "reopen": lambda room, mark, id, said: reopen(mark, id, said, _incident_title(room, said)),
    "end": lambda room, mark, id, said: end_game(mark, id, said),
    **gamemodals.FOR_GAME,
}


def _incident_title(room: Room, said: Said) -> str:
    incident = room.incidents.get(said.get("incident", ""))
    return incident.title if incident else ""


def _run(room: Room, said: Said) -> Run:
    walk = room.runs.get(said.get("run", ""))
    if walk is None:
        raise Unknown("This walk is not in the room. Look at the newest card.")
    return walk


def _run_name(room: Room, said: Said) -> str:
    return _run(room, said).name


def _is_paused(room: Room, said: Said) -> bool:
    return _run(room, said).paused is not None


def _here(room: Room, said: Said) -> Said:
    """With the step that the walk stands at, or stood at last, where a menu does not say which is meant."""
    walk = _run(room, said)
    at = walk.at or (walk.path[-1] if walk.path else "")
    return {**said, "step": said.get("step", at), "leg": said.get("leg", str(walk.leg))}


def _current_title(room: Room, said: Said) -> str:
    return _step_title(room, _here(room, said)) if _run(room, said).current else ""


def _steps(room: Room, said: Said) -> list[tuple[str, str]]:
    """The steps that were walked, the newest first; then those that were not."""
    walk = _run(room, said)
    walked = list(dict.fromkeys(reversed(walk.path)))
    titles = {step.id: walk.titled(step) for step in walk.runbook.steps}
    return [(id, titles[id]) for id in (*walked, *(id for id in titles if id not in walked)) if id in titles]


def _asked_for(room: Room, said: Said) -> tuple[Sequence[Value], Said]:
    walk = _run(room, said)
    step = walk.runbook.step(said.get("step", ""))
    asked = step.what.values if step is not None and isinstance(step.what, Ask) else walk.values
    return asked, walk.given


def _evidence_wanted(room: Room, said: Said) -> str:
    step = _run(room, said).runbook.step(said.get("step", ""))
    return step.evidence if step else ""


def _step_title(room: Room, said: Said) -> str:
    walk = room.runs.get(said.get("run", ""))
    step = walk.runbook.step(said.get("step", "")) if walk else None
    return walk.titled(step) if walk and step else ""


def _inject_title(room: Room, said: Said) -> str:
    inject = room.plan.scenario.inject(said.get("inject", "")) if room.plan else None
    return inject.title if inject else ""


def _actors(room: Room) -> list[tuple[str, str]]:
    actors = room.plan.scenario.actors if room.plan else {}
    return [(id, f"{each.name} ({each.title})" if each.title else each.name) for id, each in sorted(actors.items())]


# --- reading what was sent


def opened(view: Mapping[str, Any]) -> tuple[str, int, dict[str, str]]:
    """What was asked for, of which room (0 for none), and what the button was drawn for. ValueError if not ours."""
    do = presses.asked(str(view.get("callback_id")))
    room, said = presses.unpacked(str(view.get("private_metadata")), limits.PRIVATE_METADATA)
    return do, room, said


def answers(view: Mapping[str, Any]) -> dict[str, str | tuple[str, ...]]:
    """Every answer by its name: a text, or for lists what was chosen. What was left empty is empty."""
    values = view["state"]["values"]
    return {name: _answer(next(iter(held.values()))) for name, held in values.items() if held}


def _answer(value: Mapping[str, Any]) -> str | tuple[str, ...]:
    if "selected_options" in value:
        return tuple(str(each["value"]) for each in value["selected_options"] or ())
    if "selected_users" in value:
        return tuple(map(str, value["selected_users"] or ()))
    if "selected_date_time" in value:
        return str(value["selected_date_time"] or "")
    if "selected_user" in value:
        return str(value["selected_user"] or "")
    if "selected_option" in value:
        return str((value["selected_option"] or {}).get("value", ""))
    return str(value.get("value") or "")


def first_input(view: Mapping[str, Any]) -> str:
    """The block id of the first input, under which a refusal can be shown; empty when there is none."""
    return next((str(block["block_id"]) for block in view["blocks"] if block["type"] == "input"), "")
