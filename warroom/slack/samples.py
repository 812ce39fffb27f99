"""Everything the bot can show, drawn by its own renderers from rooms as they were at some moment.

For checking it before Slack does: `warroom slack validate`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from warroom.core import effects as f
from warroom.core import views
from warroom.core.refusals import Refused
from warroom.core.room import Room
from warroom.core.scenario import Scenario
from warroom.core.words import Words
from warroom.definitions.library import Library
from warroom.slack import cards, modals
from warroom.slack.cards import HomeRoom, HomeScenario, HomeView
from warroom.slack.forms import View
from warroom.slack.perform import draw_card
from warroom.slack.slash import help_text

Surface = Literal["message", "modal", "home"]
ROOM_ID = 2**40  # a long one, since buttons carry it
_CHANNEL = "C0123456789"
_LATE = datetime(2012, 10, 21, 9, tzinfo=UTC)
_MANY = 150  # more than one menu without groups can hold


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One thing shown. `doc` is a message (`text`, `blocks`) or a view, as it is sent to Slack."""

    kind: str
    surface: Surface
    doc: Mapping[str, Any]


def of_effects(effects: Iterable[f.Effect], room: Room) -> Iterator[Sample]:
    """What is said and shown when these effects are performed, with the room as it is then: a card once, as it ends up."""
    effects = list(effects)
    cards_shown: set[tuple[str, str]] = set()
    if said := [(_LATE, effect) for effect in effects if isinstance(effect, f.Say)]:
        yield _message("news: digest", cards.digest(said, views.mark(room), _links(room))[0])
    for effect in effects:
        match effect:
            case f.Say():
                message = cards.notice(effect, views.mark(room), ROOM_ID, _links(room))
                yield _message(f"news: {effect.tone.value}", message)
            case f.ShowCard() if (effect.card, effect.place) not in cards_shown:
                cards_shown.add((effect.card, effect.place))
                shown = draw_card(effect.card, room, ROOM_ID, effect.place)
                if shown is not None:
                    yield _message(f"card: {effect.card.partition(':')[0]}", shown)


def of_refusals(refusals: Iterable[Words]) -> Iterator[Sample]:
    """What whoever asked is told when something is not done."""
    for words in refusals:
        yield _message("answer: refusal", cards.plainly(cards.refusal(words, {})))


def of_modals(room: Room) -> Iterator[Sample]:
    """What is asked before something is done in this room: for every incident, walk and inject there is."""
    for said in _asked_about(room):
        for do in modals.FOR_ROOM:
            held = {**said, "text": room.title} if do == "note" else said
            try:
                yield _modal(do, modals.for_room(do, room, ROOM_ID, held))
            except Refused:
                continue  # it is about a walk, and this room has none


def _asked_about(room: Room) -> Iterator[dict[str, str]]:
    incidents = [*room.incidents, ""]
    walks = [(walk.id, walk.at or "") for walk in room.runs.values()] or [("", "")]
    injects = [each.id for each in room.plan.scenario.injects] if room.plan else []
    injects = injects or [""]  # none, in a game that draws from a deck
    expectations = [each.id for each in room.plan.scenario.expectations] if room.plan else []
    expectations = expectations or [""]
    for at in range(max(len(incidents), len(walks), len(injects), len(expectations))):
        run, step = walks[at % len(walks)]
        yield {
            "incident": incidents[at % len(incidents)],
            "run": run,
            "step": step,
            "leg": "1",
            "inject": injects[at % len(injects)],
            "expectation": expectations[at % len(expectations)],
        }


def of_library(library: Library) -> Iterator[Sample]:
    """What is shown before there is any room: the forms that open one, and the words that can be said."""
    scenarios = list(library.scenarios.values())
    services = [(each.id, each.title) for each in library.catalogue.services.values()]
    title = max((each.title for each in scenarios), key=len, default="")
    for players in ((), ("U0123456789", "U9876543210")):
        for chosen in ("", *library.scenarios):
            yield _modal("start", modals.start_game(scenarios, chosen, players, origin=_CHANNEL))
    yield _modal("start", modals.start_game([]))
    for players in ((), ("U0123456789", "U9876543210")):
        yield _modal("schedule", modals.schedule(scenarios, players, players[:1], origin=_CHANNEL))
    yield _modal("schedule", modals.schedule([]))
    yield _modal("declare", modals.declare(services, title=title, origin=_CHANNEL))
    many = [(f"{id}-{number}", name) for id, name in services or [("service", "")] for number in range(_MANY)]
    yield _modal("declare", modals.declare(many))
    yield _modal("declare", modals.declare([]))
    for do in ("start", "schedule", "declare", "panel"):
        yield _message(f"offer: {do}", cards.offer(do, {"origin": _CHANNEL}))
    for lead in ("", "/warroom "):
        yield _message("answer: help", cards.plainly(help_text(lead)))


def of_homes(rooms: Sequence[Room], scenarios: Sequence[Scenario]) -> Iterator[Sample]:
    """The Home tab with nothing on it, with these rooms, and with far more of everything than it can hold."""
    open_rooms = tuple(
        HomeRoom(key=each.key, title=each.title, drill=each.drill, state=each.state, channel=_CHANNEL) for each in rooms
    )
    listed = tuple(HomeScenario(id=each.id, title=each.title, summary=each.summary) for each in scenarios)
    views_of_home = (
        HomeView(),
        HomeView(rooms=open_rooms, scenarios=listed),
        HomeView(rooms=open_rooms * 100, scenarios=listed * 100, controller=True),
    )
    for view in views_of_home:
        yield Sample(kind="home", surface="home", doc=cards.home(view))


def of_reports(rooms: Iterable[Room]) -> Iterator[Sample]:
    """What stands above the files of a report."""
    for room in rooms:
        doc = {"text": cards.report_comment(room.key, "U0123456789")}
        yield Sample(kind="answer: report", surface="message", doc=doc)


def _message(kind: str, message: cards.Message) -> Sample:
    return Sample(kind=kind, surface="message", doc={"text": message.text, "blocks": list(message.blocks)})


def _modal(do: str, view: View) -> Sample:
    return Sample(kind=f"modal: {do}", surface="modal", doc=view)


def _links(room: Room) -> dict[str, str]:
    return {place: channel.id for place, channel in room.channels.items()}
