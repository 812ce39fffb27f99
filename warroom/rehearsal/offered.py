"""What the cards offer to whom, and how a button that is on one of them becomes a command.

Rehearsed people press what a card shows, with what it shows, so that a rehearsal goes the way of a real press: the ask
of a view, then `slack.asks`, which knows nothing of Slack but its words.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

from warroom.core import commands as c
from warroom.core import panelview, runview, views
from warroom.core.effects import Ask
from warroom.core.room import Room
from warroom.core.runbook import Runbook, within
from warroom.slack import asks

Runbooks = Mapping[str, Runbook]


def pressed(ask: Ask, by: str, said: Mapping[str, str], runbooks: Runbooks) -> c.Command:
    """The command that this button asks for. `said` is what is answered in the form behind it, if there is one.

    Raises Unknown for a button that does not say what it is for, KeyError for a runbook that is not there.
    """
    args = dict(ask.args)
    if ask.do == "walk":
        return walk(by, args["incident"], runbooks[args["runbook"]], runbooks)
    return asks.command(ask.do, {**said, **args}, by)


def walk(by: str, incident: str, runbook: Runbook, runbooks: Runbooks) -> c.StartRun:
    """To start this runbook, with those that it walks as steps."""
    others = {each.id: each for each in within(runbook, runbooks)}
    return c.StartRun(by=by, incident=incident, runbook=runbook, digest=runbook.id, others=others)


def on_incident(room: Room, incident: str) -> Iterator[Ask]:
    """What the status card and the messages about this incident offer."""
    line = views.incident_line(room, room.incidents[incident])
    yield from (*line.asks, *line.more)
    if room.live and room.incidents[incident].open and not any(each.do in ("walk", "blank") for each in line.asks):
        return
    yield from views.offer_asks(room, incident)[1:]


def on_walk(room: Room, run: str) -> Iterator[Ask]:
    """What the card of this walk offers, its menu left out."""
    return runview.asks(room, run)


def cards(room: Room) -> list[Callable[[], Iterable[Ask]]]:
    """What players can look at: each card, with a way to see what it offers, menus and all."""
    return [
        lambda: views.status_asks(room),
        *(partial(on_incident, room, each) for each in room.incidents),
        *(partial(_whole_card, room, each) for each in room.runs),
    ]


def _whole_card(room: Room, run: str) -> Iterator[Ask]:
    card = runview.run(room, run)
    if card is not None:
        yield from (*(card.current.asks if card.current else ()), *card.asks, *card.more, *card.undo)


def to_director(room: Room) -> Iterator[Ask]:
    """Every button of the dungeon master's panel."""
    panel = panelview.panel(room)
    if panel is None:
        return
    yield from (*panel.asks, *panel.more)
    for line in (*panel.coming, *panel.by_hand):
        yield from (*line.asks, *line.more)
    for mishap in panel.deck:
        yield from mishap.asks
    if panel.readiness:
        yield from panel.readiness.asks
