"""App Home: what is going on, and what can be started."""

from datetime import datetime
from typing import Any

from warroom.core.declaring import dataclass
from warroom.core.effects import Ask
from warroom.core.views import Mark
from warroom.slack import limits, signs
from warroom.slack.blocks import Block, actions, context, divider, header, mark_line, numbered, section, within
from warroom.slack.mrkdwn import channel, escape, escape_line, one_line
from warroom.slack.statuscard import bare, begins_words, short

_ROOMS, _SCENARIOS = 30, 40


@dataclass(frozen=True, kw_only=True, slots=True)
class HomeRoom:
    """An open room. `channel` is the id of its war room, empty until it is there; `begins` as in the panel."""

    key: str
    title: str
    drill: bool
    state: str
    channel: str = ""
    begins: tuple[datetime, datetime | None] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class HomeScenario:
    id: str
    title: str
    summary: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class HomeView:
    """`controller` is whether the viewer directs one of the open games."""

    rooms: tuple[HomeRoom, ...] = ()
    scenarios: tuple[HomeScenario, ...] = ()
    controller: bool = False


def home(view: HomeView) -> dict[str, Any]:
    """The view for `views.publish`."""
    blocks = [header("warroom"), *actions(0, _DOORS), divider(), *_rooms(view), divider(), *_scenarios(view)]
    return {"type": "home", "blocks": numbered(within(blocks, limits.VIEW_BLOCKS))}


_DOORS = (
    Ask(do="start", label="Start a game day", style="primary"),
    Ask(do="declare", label="Declare an incident", style="danger"),
)


def _rooms(view: HomeView) -> list[Block]:
    if not view.rooms:
        return [section("*Going on now*\nNothing. A good time to practise.")]
    ordered = sorted(view.rooms, key=lambda each: each.drill)
    blocks = [section("*Going on now*"), *(section(_room(each)) for each in ordered[:_ROOMS])]
    if len(ordered) > _ROOMS:
        blocks.append(context(f"… and {len(ordered) - _ROOMS} more"))
    if view.controller:
        blocks.append(context(f"{signs.HIDDEN} You direct a game: its panel is pinned in the backchannel."))
    return blocks


def _room(room: HomeRoom) -> str:
    mark = escape(mark_line(Mark(drill=room.drill, name=room.title, key=room.key)))
    title = "" if room.drill else f"\n{short(room.title)}"
    where = f" · {channel(room.channel)}" if room.channel else ""
    where += f", begins {begins_words(*room.begins)}" if room.begins else ""
    return f"*{mark.replace('*', '∗')}*{title}\n{signs.ROOM.get(room.state, '')} {escape_line(room.state)}{where}"


def _scenarios(view: HomeView) -> list[Block]:
    if not view.scenarios:
        return [section("*Scenarios*\nThere are none yet.")]
    blocks = [section("*Scenarios*"), *(_scenario(each) for each in view.scenarios[:_SCENARIOS])]
    left = len(view.scenarios) - _SCENARIOS
    return [*blocks, *([context(f"… and {left} more in “Start a game day”")] if left > 0 else [])]


def _scenario(each: HomeScenario) -> Block:
    summary = f"\n{short(each.summary, 300)}" if one_line(each.summary) else ""
    start = actions(0, [Ask(do="start", label="Start…", args=(("scenario", each.id),))])
    return section(f"*{bare(each.title)}*{summary}", accessory=start[0]["elements"][0] if start else None)
