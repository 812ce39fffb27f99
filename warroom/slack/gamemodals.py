"""The modals of those who direct and evaluate a game. What is hidden may be in them: whoever opens one is asked for first."""

from collections.abc import Callable

from warroom.core import panelview, roster
from warroom.core.durations import mark as reading
from warroom.core.preparing import roles_to_ask
from warroom.core.refusals import Unknown
from warroom.core.room import Room
from warroom.core.scenario import RATINGS, SEVERITIES, Inject
from warroom.core.views import Mark
from warroom.slack import limits, signs
from warroom.slack.blocks import Block, options, plain, section
from warroom.slack.forms import Said, View, about, field, modal, radio, select, text_input, which_teams
from warroom.slack.panelcard import panel_card

_TITLE = 150
_ALERTS = (("page", "Somebody is paged"), ("mail", "A mail, or a line in a channel"), ("none", "Nobody is told"))
_PARTS = (
    (roster.CONTROLLER, "dungeon master: directs with you, sees everything"),
    (roster.EVALUATOR, "evaluator: watches, rates, sees everything"),
    (roster.SAFETY, "safety officer: can stop the game, does not play"),
    (roster.OBSERVER, "observer: watches, sees what players see"),
    (roster.PLAYER, "player"),
)


def improvise(room: Room, mark: Mark, id: int, said: Said) -> View:
    scenario = room.plan.scenario if room.plan else None
    actors = options((name, each.name) for name, each in sorted(scenario.actors.items())) if scenario else []
    levels = options((word, f"{signs.severity(word)} {word}") for word in SEVERITIES)
    blocks = [field("text", "What happens, or what is said?", text_input())]
    if actors:
        who = field("actor", "Who says it?", select("The bearer of bad news", actors), optional=True)
        blocks.append(who)
    blocks += [
        field(
            "title",
            "Does it open an incident?",
            text_input(most=_TITLE, lines=False),
            "Its title. Left empty, it is only said.",
            optional=True,
        ),
        field("severity", "How bad, if it does?", select("Choose", levels, "SEV2"), optional=True),
    ]
    blocks += which_teams(team_names(room))
    return modal("improvise", "Improvise", "Play it", blocks, mark=mark, room=id, said=said)


def team_names(room: Room) -> list[tuple[str, str]]:
    """Ids and titles of the teams there are."""
    return [(name, each.title) for name, each in room.plan.scenario.teams.items()] if room.plan else []


def edit(room: Room, mark: Mark, id: int, said: Said) -> View:
    inject = _inject(room, said)
    due = room.plan.due(inject) if room.plan else None
    blocks = [
        *about(inject.title),
        field("title", "Its title, on your list", text_input(inject.title, most=_TITLE, lines=False), optional=True),
        field("text", "What is said", text_input(inject.what.words()), optional=True),
        field(
            "at",
            "When",
            text_input(f"T+{reading(due).removeprefix('T+')}" if due is not None else "", lines=False),
            "On the game's clock, such as T+25m. Left empty, it comes as planned.",
            optional=True,
        ),
    ]
    return modal("edit", "Change this inject", "Change", blocks, mark=mark, room=id, said=said)


def shift(room: Room, mark: Mark, id: int, said: Said) -> View:
    blocks = [
        section("Everything that has yet to come by the clock. What the players were promised stays as it is."),
        field("way", "Which way?", radio((("later", "Later"), ("earlier", "Earlier")))),
        field("length", "By how much?", text_input("10m", lines=False), "Such as 10m or 1h."),
        field("reason", "Why?", text_input(), "Only you and the report see it.", optional=True),
    ]
    return modal("shift", "Shift everything", "Shift", blocks, mark=mark, room=id, said=said)


def sideline(room: Room, mark: Mark, id: int, said: Said) -> View:
    blocks = [
        section("Whoever is taken out cannot act in the game until they are back. Only who has agreed to it can be."),
        field("person", "Whom?", _person(next(iter(room.roster.consents), ""))),
        field("length", "For how long?", text_input("15m", lines=False)),
        field("why", "Why, as the others hear it?", text_input(), "A flight, a tunnel, a fever."),
    ]
    return modal("sideline", "Take somebody out", "Take out", blocks, mark=mark, room=id, said=said)


def part(room: Room, mark: Mark, id: int, said: Said) -> View:
    blocks = [field("person", "Who?", _person()), field("part", "Is from now on", radio(_PARTS))]
    return modal("part", "Give a part", "Give", blocks, mark=mark, room=id, said=said)


def predict(room: Room, mark: Mark, id: int, said: Said) -> View:
    injects = room.plan.scenario.injects if room.plan else ()
    worth = [(each.id, each.title) for each in injects if each.incident or each.fault]
    about_what = options(worth)
    blocks = [
        section("What do you think will happen? It is sealed when the game begins, and opened when it has ended.")
    ]
    if about_what:
        menu = select("The game as a whole", about_what, said.get("inject", ""))
        blocks.append(field("inject", "About", menu, optional=True))
    blocks += [
        field("detects", "What should notice it?", text_input(), "An alert, a graph, a customer.", optional=True),
        field("alert", "Who is told?", select("Choose", options(_ALERTS)), optional=True),
        field("heals", "What should heal by itself?", text_input(), optional=True),
        field("customers", "What will customers notice?", text_input(), optional=True),
        field("restored", "When is it over?", text_input(lines=False), "After how long, such as 20m.", optional=True),
    ]
    return modal("predict", "Predict", "Keep it", blocks, mark=mark, room=id, said=said)


def rate(room: Room, mark: Mark, id: int, said: Said) -> View:
    expectation = room.plan.scenario.expectation(said.get("expectation", "")) if room.plan else None
    if expectation is None:
        raise Unknown("This expectation is not in the game. Look at the newest sheet.")
    blocks = [
        *about(expectation.what),
        field("rating", "It was", radio([(each.value, f"{each.value}: {means}") for each, means in RATINGS.items()])),
        field("note", "What did you see?", text_input(), "For the hot wash and the report.", optional=True),
    ]
    return modal("rate", "Rate", "Rate", blocks, mark=mark, room=id, said=said)


def observe(room: Room, mark: Mark, id: int, said: Said) -> View:
    expectations = options((each.id, each.what) for each in room.plan.scenario.expectations) if room.plan else []
    blocks = [field("text", "What did you see?", text_input(), "Players see it when the game has ended.")]
    if expectations:
        blocks.append(field("expectation", "About", select("The whole game", expectations), optional=True))
    return modal("observe", "Note for the hot wash", "Note", blocks, mark=mark, room=id, said=said)


def no_go(room: Room, mark: Mark, id: int, said: Said) -> View:
    roles = options((role, role) for role in roles_to_ask(room))
    if not roles:
        nobody = [section("Nobody is asked for Go in this game.")]
        return modal("no-go", "No-go", "", nobody, mark=mark, room=id, said=said)
    blocks = [
        field("role", "For which role?", select("Choose", roles, roles[0]["value"])),
        field("reason", "Why not?", text_input(), "What has to be true before it is a Go."),
    ]
    return modal("no-go", "No-go", "No-go", blocks, mark=mark, room=id, said=said)


def _person(chosen: str = "") -> Block:
    menu: Block = {"type": "users_select", "placeholder": plain("Choose a person", limits.PLACEHOLDER)}
    return {**menu, "initial_user": chosen} if chosen else menu


def _inject(room: Room, said: Said) -> Inject:
    inject = room.plan.scenario.inject(said.get("inject", "")) if room.plan else None
    if inject is None:
        raise Unknown("This inject is not in the plan. Look at the newest panel.")
    return inject


def panel(room: Room, mark: Mark, id: int, said: Said) -> View:
    """The panel, over whatever channel its reader is in. It is drawn anew after every press in it."""
    shown = panelview.panel(room)
    if shown is None:
        raise Unknown("This is a real incident, not a game.")
    blocks = [block for block in panel_card(shown, id).blocks if not block.get("block_id", "").startswith("mark")]
    return modal("panel", "The panel", "", blocks[1:], mark=mark, room=id, said={})


FOR_GAME: dict[str, Callable[[Room, Mark, int, Said], View]] = {
    "panel": panel,
    "improvise": improvise,
    "edit": edit,
    "shift": shift,
    "sideline": sideline,
    "part": part,
    "predict": predict,
    "rate": rate,
    "observe": observe,
    "no-go": no_go,
}
