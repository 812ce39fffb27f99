"""What can be asked of the bot beyond one room's buttons: opening rooms, walking runbooks, exports, lists.

The doors (slash command, direct message, mention, modal, App Home) all lead here, so that each means the same.
"""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from warroom.core import commands as c
from warroom.core.commands import Command
from warroom.core.declaring import dataclass
from warroom.core.effects import BACKCHANNEL
from warroom.core.events import Mode
from warroom.core.faults import Target
from warroom.core.game import GameState
from warroom.core.murphy import Graph, History
from warroom.core.refusals import NotNow, NotYours, Unknown
from warroom.core.room import Room
from warroom.core.runbook import within
from warroom.core.scenario import Scenario
from warroom.definitions.library import Library
from warroom.errors import NotFound
from warroom.report.practice import practised
from warroom.runtime.handle import Handled, Runtime
from warroom.store import rooms
from warroom.store.rooms import RoomRow

GAME_DAY: Literal["game-day"] = "game-day"
INCIDENT: Literal["incident"] = "incident"
_GAMES = 100  # what was longer ago says little about today


@dataclass(frozen=True, kw_only=True, slots=True)
class Whereabouts:
    """Where something was asked, and by whom."""

    workspace: str
    person: str
    channel: str = ""


class Desk:
    """`breakable` is what the operator lets be broken; `operations` the channel where game days are announced."""

    def __init__(
        self, runtime: Runtime, library: Library, *, breakable: Sequence[Target] = (), operations: str = ""
    ) -> None:
        self.runtime, self.library = runtime, library
        self._breakable, self._operations = tuple(breakable), operations

    def _digests(self, plan: Scenario) -> dict[str, str]:
        """What the game was made of, so that it can be said later whether anything was changed since."""
        services = {f"runbook/{each.id}" for each in self.library.runbooks.values()}
        wanted = {f"scenario/{plan.id}", "catalogue", *services}
        return {name: digest for name, digest in self.library.digests.items() if name in wanted}

    # --- opening rooms

    async def start_game(
        self,
        where: Whereabouts,
        scenario: str,
        players: Sequence[str],
        observers: Sequence[str] = (),
        *,
        controllers: Sequence[str] = (),
        evaluators: Sequence[str] = (),
        safety: Sequence[str] = (),
        environment: str = "",
        surprise: str = "announced",
        at_once: bool = True,
        key: str | None = None,
    ) -> Handled:
        """Open a game day; with `at_once` it starts, otherwise its panel waits in the backchannel."""
        plan = self.scenario(scenario)
        if not [each for each in players if each != where.person]:
            raise NotNow("A game needs players: name at least one person besides yourself.")
        opened = await self.opening(
            where,
            plan,
            players,
            observers,
            controllers=controllers,
            evaluators=evaluators,
            safety=safety,
            environment=environment,
            surprise=surprise,
        )
        begin = [c.StartGame(by=where.person, salt=secrets.token_hex(16))] if at_once else []

        def make(name: str) -> Sequence[Command]:
            return [replace(opened, key=name), *begin]

        return await self.runtime.open(make, workspace=where.workspace, kind=GAME_DAY, mode=Mode.DRILL.value, key=key)

    def scenario(self, scenario: str) -> Scenario:
        """Raises Unknown, with what there is."""
        plan = self.library.scenarios.get(scenario)
        if plan is None:
            raise Unknown(f"There is no scenario {scenario!r}. There is: {', '.join(sorted(self.library.scenarios))}.")
        return plan

    async def opening(
        self,
        where: Whereabouts,
        plan: Scenario,
        players: Sequence[str],
        observers: Sequence[str] = (),
        *,
        controllers: Sequence[str] = (),
        evaluators: Sequence[str] = (),
        safety: Sequence[str] = (),
        environment: str = "",
        surprise: str = "announced",
        seed: str = "",
        history: History | None = None,
    ) -> c.OpenGame:
        """The command that opens this game, but for the room's key: with all that a game is told of what is here."""
        if not environment and len(plan.environments) == 1:
            environment = next(iter(plan.environments))
        played_in = await self.runtime.db.read(rooms.environments_played, where.workspace, plan.id)
        if history is None:
            history = await self.history(where.workspace) if plan.deck else History()
        return c.OpenGame(
            by=where.person,
            key="",
            workspace=where.workspace,
            scenario=plan,
            players=tuple(players),
            observers=tuple(observers),
            origin=where.channel,
            controllers=tuple(controllers),
            evaluators=tuple(evaluators),
            safety=tuple(safety),
            environment=environment,
            played_in=tuple(played_in),
            surprise=surprise,
            seed=seed or secrets.token_hex(16),
            history=history,
            graph=Graph.of(self.library.catalogue),
            digests=self._digests(plan),
            breakable=self._breakable,
            operations=self._operations,
        )

    async def history(self, workspace: str) -> History:
        """What was practised in the last games here, for Murphy."""
        rows = await self.runtime.db.read(rooms.listing, workspace, mode="drill")
        ended = [row for row in rows[:_GAMES] if row.state in (GameState.ENDED, "closed")]
        timelines = [await self.runtime.db.read(rooms.entries, row.id) for row in reversed(ended)]
        return await asyncio.to_thread(practised, timelines)

    async def declare(
        self,
        where: Whereabouts,
        title: str,
        severity: str = "SEV2",
        services: Sequence[str] = (),
        key: str | None = None,
    ) -> Handled:
        """Open the room of a real incident that a person has seen."""
        if not title.strip():
            raise NotNow("Say in a few words what is wrong.")

        def make(name: str) -> Sequence[Command]:
            opened = c.OpenIncident(
                by=where.person,
                key=name,
                workspace=where.workspace,
                title=title.strip(),
                severity=severity,
                services=tuple(services),
                origin=where.channel,
                responders=(where.person,),
            )
            return [opened]

        return await self.runtime.open(make, workspace=where.workspace, kind=INCIDENT, mode=Mode.REAL.value, key=key)

    # --- finding rooms

    async def room_here(self, where: Whereabouts) -> tuple[int, str] | None:
        """The room (and its word for the place) that this channel belongs to."""
        return await self.runtime.db.read(rooms.by_channel, where.workspace, where.channel)

    async def room_meant(self, where: Whereabouts, key: str = "") -> int:
        """The room named by `key`, or the one this channel belongs to, or the asker's only open game."""
        if key:
            row = await self.runtime.db.read(rooms.find, where.workspace, key)
            if row is None or not await self._may_know(row, where.person):
                raise NotFound(f"There is no room {key!r}. `/warroom rooms` lists them.")
            return row.id
        if here := await self.room_here(where):
            return here[0]
        own = [row.id for row in await self.open_rooms(where.workspace) if await self._directs(row, where.person)]
        if len(own) == 1:
            return own[0]
        raise NotFound("Ask this in the room's own channel, or name the room, such as `GD-1`.")

    async def game_to_stop(self, where: Whereabouts) -> int:
        """The game that somebody means who sees something real: this channel's, else the one being played, or theirs."""
        here = await self.room_here(where)
        if here is not None and (await self.runtime.room(here[0])).drill:
            return here[0]
        played = await self._games(where.workspace, GameState.RUNNING, GameState.PAUSED)
        if not played:
            played = await self._games(where.workspace, GameState.HALTED)
        own = [row for row in played if await self._takes_part(row, where.person)]
        meant = own if len(own) == 1 else played
        if len(meant) == 1:
            return meant[0].id
        if not played:
            raise NotFound("No game is being played. What is real is declared: `/warroom declare what is wrong`.")
        raise NotFound(
            f"Several games are being played ({', '.join(row.key for row in played)}); say it in its channel."
        )

    async def _games(self, workspace: str, *states: GameState) -> list[RoomRow]:
        rows = await self.open_rooms(workspace)
        return [row for row in rows if row.mode == Mode.DRILL.value and row.state in states]

    async def _takes_part(self, row: RoomRow, person: str) -> bool:
        return person in (await self.runtime.room(row.id)).roster.everyone

    async def _directs(self, row: RoomRow, person: str) -> bool:
        if row.mode != Mode.DRILL.value:
            return False
        return person in (await self.runtime.room(row.id)).roster.controllers

    async def open_rooms(self, workspace: str) -> list[RoomRow]:
        return await self.runtime.db.read(rooms.listing, workspace, mode="all", open_only=True)

    async def rooms_shown(self, workspace: str, person: str) -> list[RoomRow]:
        """The open rooms that this person may know of: of a game that nobody was told of, only who prepares it."""
        return [row for row in await self.open_rooms(workspace) if await self._may_know(row, person)]

    async def _may_know(self, row: RoomRow, person: str) -> bool:
        if row.state != GameState.PLANNED:
            return True
        room = await self.runtime.room(row.id)
        return room.game is None or room.game.surprise == "announced" or person in room.roster.staff

    # --- in a room

    async def walk(self, room: int, incident: str, runbook: str, by: str, key: str | None = None) -> Handled:
        """Begin to walk a runbook for an incident; the only open one when `incident` is empty."""
        text = self.library.runbooks.get(runbook)
        if text is None:
            raise Unknown(f"There is no runbook {runbook!r}. There is: {', '.join(sorted(self.library.runbooks))}.")
        digest = self.library.digests.get(f"runbook/{runbook}", "")
        named = incident or only_open_incident(await self.runtime.room(room))
        others = {each.id: each for each in within(text, self.library.runbooks)}
        start = c.StartRun(by=by, incident=named, runbook=text, digest=digest, others=others)
        return await self.runtime.handle(room, start, key=key)


def only_open_incident(room: Room) -> str:
    """The incident that is meant when none is named."""
    still = [each.id for each in room.incidents.values() if each.open]
    if len(still) == 1:
        return still[0]
    if not still:
        raise NotNow("No incident is open here.")
    titles = ", ".join(f"{each} ({room.incidents[each].title})" for each in still)
    raise NotNow(f"Several incidents are open; use the buttons on the status card, or name one: {titles}.")


def report_place(room: Room, where: Whereabouts) -> str:
    """The channel where the report is handed over. That of a game that goes on would give its plan away: who directs,
    evaluates or watches over it gets it in the backchannel, wherever they ask, and nobody else gets it."""
    if not room.drill or not room.open:
        return where.channel
    if where.person not in room.roster.staff:
        raise NotYours("The report comes after the end of the game; before that it would give the plan away.")
    if BACKCHANNEL not in room.channels:
        raise NotNow("This game has no backchannel where its report could be handed over before its end.")
    return room.channels[BACKCHANNEL].id
