"""Removes what stands in a channel twice.

A message whose first attempt was not answered is looked for before it is sent again. Slack may still carry out that
first attempt later than anybody waited, and a process that was stopped for longer than its lease may wake up in the
middle of a call. Then there is a twin. Some seconds after such a message was said, and once more later, the channel is
searched for its id; all but the first are deleted, and the timeline says so. An edit may come late as well, and put an
old card in the place of a newer one; so a card is then shown once more.
"""

import logging
from datetime import datetime, timedelta

from sqlalchemy import Connection

from warroom.core import commands as c
from warroom.core.effects import PERSON, Say, ShowCard
from warroom.runtime.handle import Runtime
from warroom.runtime.healing import Healing
from warroom.runtime.wake import Rounds
from warroom.slack.calling import Caller, Held
from warroom.slack.perform import Found, standing_there
from warroom.slack.verdicts import Verdict, judge
from warroom.store import cards, outbox, rooms, twins
from warroom.store.agenda import TWIN
from warroom.store.outbox import TALK
from warroom.store.twins import Suspect

log = logging.getLogger(__name__)

LOOK = timedelta(seconds=30)  # one look may take this long; then another process may try
AGAIN = timedelta(seconds=5)


class Sweeper:
    """One process's share: whoever is first looks."""

    def __init__(self, runtime: Runtime, caller: Caller) -> None:
        self._runtime, self._caller = runtime, caller
        self._rounds = Rounds(
            runtime,
            topic=TWIN,
            due=twins.due,
            tend=self._sweep,
            what="message",
            clock=runtime.wall,
            healing=Healing(runtime, twins.needs_healing, twins.heal, farthest=twins.FARTHEST),
        )

    async def run(self) -> None:
        """Until cancelled."""
        await self._rounds.run()

    async def _sweep(self, suspect: Suspect) -> None:
        wall, db = self._runtime.wall, self._runtime.db
        now = wall.now()
        if suspect.effect is None:
            log.error("it cannot be looked whether %s was said twice: another release wrote it", suspect.effect_id)
            await db.tx(twins.put_off, suspect, now + twins.FARTHEST)
            return
        until = now + LOOK
        if not await db.tx(twins.take, suspect, now, until):
            return
        try:
            removed = await self._remove_twins(suspect, suspect.effect)
        except Held as held:
            await db.tx(twins.put_off, suspect, wall.now() + held.after)
        except Exception as error:
            judged = judge(error)
            if judged.verdict in (Verdict.LATER, Verdict.UNKNOWN):
                await db.tx(twins.put_off, suspect, wall.now() + (judged.after or AGAIN))
                return
            log.warning("it could not be looked whether %s was said twice: %s", suspect.effect_id, judged.code)
            await db.tx(twins.looked, suspect, until, wall.now(), 0)
        else:
            await db.tx(_looked, suspect, until, wall.now(), removed)
            self._runtime.nudge(frozenset({TWIN, TALK}))

    async def _remove_twins(self, suspect: Suspect, effect: Say | ShowCard) -> int:
        """How many there were."""
        thread = await self._runtime.db.read(_thread, suspect)
        here = (suspect.lane, suspect.number, suspect.channel)
        after = await self._runtime.db.read(outbox.stands_before, *here)
        standing = await standing_there(self._caller, suspect.channel, thread, after, suspect.effect_id)
        kept = await self._runtime.db.read(_kept, suspect, standing)
        for twin in standing:
            if twin.ts != kept:
                await self._remove(suspect, effect, twin)
        return max(0, len(standing) - 1)

    async def _remove(self, suspect: Suspect, effect: Say | ShowCard, twin: Found) -> None:
        try:
            await self._caller.call("chat.delete", channel=suspect.channel, ts=twin.ts)
        except Held:
            raise
        except Exception as error:
            if judge(error).verdict is not Verdict.GONE:
                raise
        log.warning("%s stood in %s twice; the later one is removed", suspect.effect_id, suspect.channel)
        place = effect.place
        if not place.startswith(PERSON):
            told = c.RecordTwin(place=place, what=_what(effect))
            await self._runtime.handle(suspect.room_id, told, key=f"twin:{suspect.effect_id}:{twin.ts}")


def _looked(conn: Connection, suspect: Suspect, until: datetime, now: datetime, removed: int) -> None:
    """A card is shown once more: an edit that came late may have put an old one in the place of a newer."""
    rooms.lock(conn, suspect.room_id)  # before anything of the room's is written, as everywhere
    twins.looked(conn, suspect, until, now, removed)
    if isinstance(suspect.effect, ShowCard):
        cards.doubt(conn, suspect.room_id, suspect.effect.card, suspect.effect.place)
        outbox.put(conn, suspect.room_id, [suspect.effect], now)


def _thread(conn: Connection, suspect: Suspect) -> str:
    """The message in whose thread it stands."""
    if not isinstance(suspect.effect, Say) or not suspect.effect.under:
        return ""
    card = cards.get(conn, suspect.room_id, suspect.effect.under, suspect.effect.place)
    return card.ts if card else ""


def _kept(conn: Connection, suspect: Suspect, standing: list[Found]) -> str:
    """The one that stays: the one that the room knows of, if it is there; else the first."""
    known = suspect.ts
    if isinstance(suspect.effect, ShowCard):
        card = cards.get(conn, suspect.room_id, suspect.effect.card, suspect.effect.place)
        known = card.ts if card else known
    there = [each.ts for each in standing]
    return known if known in there or not there else there[0]


def _what(effect: Say | ShowCard) -> str:
    return "a card" if isinstance(effect, ShowCard) else "a message"
