"""The mistakes, each as small edits of the product: which file, the text that stands there once, what stands there instead."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """`file` is relative to the folder that holds `warroom`. `old` stands in it exactly once."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Bug:
    """`caught` is the invariants by which it may be found."""

    name: str
    edits: tuple[Edit, ...]
    caught: tuple[str, ...]


LISTENERS, DELIVER, HANDLE = "warroom/slack/listeners.py", "warroom/runtime/deliver.py", "warroom/runtime/handle.py"
PERFORM, OUTBOX, WAKE = "warroom/slack/perform.py", "warroom/store/outbox.py", "warroom/runtime/wake.py"

BUGS = (
    Bug(
        "ack before commit",
        (
            Edit(
                LISTENERS,
                "                return await self.hearing.hear_at_once(delivery, str(body[\"team_id\"]), event)\n",
                "                self._soon(self.hearing.hear_at_once(delivery, str(body[\"team_id\"]), event))  # type: ignore[arg-type]\n"
                "                return True\n",
            ),
        ),
        ("I1",),
    ),
    Bug(
        "a press is acknowledged and then carried out",
        (
            Edit(
                LISTENERS,
                "        try:\n            reply = await self._slash.take(asked)\n            await self._after(",
                "        try:\n            if asked.text.startswith((\"note\", \"update\")):\n"
                "                self._soon(self._slash.take(asked))  # type: ignore[arg-type]\n"
                "                await ack(text=\"Noted. Posted.\")\n                return\n"
                "            reply = await self._slash.take(asked)\n            await self._after(",
            ),
        ),
        ("I1",),
    ),
    Bug(
        "blind resend",
        (
            Edit(
                PERFORM,
                "        if not claimed.unsure or claimed.created_at is None:\n            return None\n",
                "        return None\n",
            ),
        ),
        ("I4", "cards"),
    ),
    Bug(
        "attempts are not counted",
        (Edit(OUTBOX, "        attempts=found.attempts + 1,\n", "        attempts=1,\n"),),
        ("I4", "cards"),
    ),
    Bug(
        "the SDK tries again by itself",
        (Edit("warroom/main.py", "            retry_handlers=[],", "            retry_handlers=None,"),),
        ("I4", "cards"),
    ),
    Bug(
        "an unknown outcome is taken for done",
        (
            Edit(
                PERFORM,
                "                clean = judged.verdict is Verdict.LATER and _is_alone(claimed.effect)\n",
                "                clean = judged.verdict is Verdict.LATER and _is_alone(claimed.effect)\n"
                "                if judged.verdict is Verdict.UNKNOWN:\n                    return Done()\n",
            ),
        ),
        ("I4", "cards"),
    ),
    Bug(
        "timer handled before commit",
        (
            Edit(
                WAKE,
                "    async def _wake(self, room: int) -> None:\n",
                "    async def _wake(self, room: int) -> None:\n"
                "        await self._runtime.db.tx(_forget, room)\n",
            ),
            Edit(
                WAKE,
                "class Waker:\n",
                "def _forget(conn: Connection, room: int) -> None:\n"
                "    conn.exec_driver_sql(f\"UPDATE rooms SET wake_at = NULL WHERE id = {room}\")\n\n\nclass Waker:\n",
            ),
        ),
        ("I6", "fold"),
    ),
    Bug(
        "a lease is never renewed, and nobody asks whether it holds",
        (
            Edit(
                DELIVER,
                "                lease.lost = not await self._runtime.db.tx(outbox.renew, claimed, until)\n",
                "                lease.lost = False\n",
            ),
        ),
        ("I4", "cards", "I5"),
    ),
    Bug(
        "settle without epoch check",
        (
            Edit(
                OUTBOX,
                "        lanes.c.id == claimed.lane, lanes.c.epoch == claimed.epoch, lanes.c.done_number == claimed.number - 1\n",
                "        lanes.c.id == claimed.lane, lanes.c.done_number <= claimed.number\n",
            ),
        ),
        ("I2", "I4", "cards"),
    ),
    Bug(
        "no order per channel",
        (
            Edit(
                "warroom/core/effects.py",
                "        return f\"talk:{self.place}\"\n",
                "        return f\"talk:{self.place}:{getattr(self, 'title', '')}\"\n",
            ),
        ),
        ("I4", "I5"),
    ),
    Bug(
        "inbox key forgotten",
        (
            Edit(
                HANDLE,
                "        if key is not None and not inbox.first_time(conn, key, self.clock.now(), room=room):\n",
                "        if key is not None and not inbox.first_time(conn, key, self.clock.now(), room=room) and not commands:\n",
            ),
        ),
        ("I1", "I6"),
    ),
    Bug(
        "rollback forgotten on crash",
        (
            Edit(
                "warroom/breaking.py",
                "        order: Order | None = None\n        try:\n",
                "        order: Order | None = None\n        if claimed.attempts > 1:\n"
                "            return Done(commands=(c.RecordRollback(fault=effect.fault, undone=True, detail=\"\"),))\n"
                "        try:\n",
            ),
        ),
        ("I8",),
    ),
    Bug(
        "mark forgotten",
        (
            Edit(
                "warroom/slack/blocks.py",
                "    said = f\"{escape(mark_line(mark))}\\n{text}\".strip()\n",
                "    said = text.strip() or \"!\"\n",
            ),
        ),
        ("I9",),
    ),
    Bug(
        "hidden note said",
        (
            Edit(
                "warroom/core/rules/game.py",
                "        text=inject.what.words(),\n",
                "        text=f\"{inject.what.words()} {inject.notes}\",\n",
            ),
        ),
        ("I10",),
    ),
    Bug(
        "effects in another transaction",
        (
            Edit(HANDLE, "            outbox.put(conn, row.id, effects, self.wall.now())\n",
                 "            self._owed.append((row.id, effects, self.wall.now()))\n"),
            Edit(HANDLE, "        self._nudges: list[asyncio.Event] = []\n",
                 "        self._nudges: list[asyncio.Event] = []\n        self._owed: list[Any] = []\n"),
            Edit(HANDLE, "    def nudged(self)", (
                "    async def _put(self) -> None:\n"
                "        while self._owed:\n"
                "            room, effects, at = self._owed.pop(0)\n"
                "            await self.db.tx(outbox.put, room, effects, at)\n\n"
                "    def nudged(self)")),
            Edit(HANDLE, "    def _remember(self, handled: Handled) -> Handled:\n",
                 "    def _remember(self, handled: Handled) -> Handled:\n        asyncio.ensure_future(self._put())\n"),
            Edit(HANDLE, "from datetime import datetime, timedelta\n", "from datetime import datetime, timedelta\nfrom typing import Any\n"),
        ),
        ("I4", "cards", "I6", "I8"),
    ),
    Bug(
        "a fold is remembered before its commit",
        (Edit(HANDLE, "        if effects:\n            outbox.put", "        self._keep(row.id, room)\n        if effects:\n            outbox.put"),),
        ("fold", "I1", "I2", "I4", "I6", "I7", "cards", "simulation"),
    ),
    Bug(
        "a card counts as shown before it is",
        (
            Edit(
                PERFORM,
                "        ts = await self._edited(shown.channel, shown.ts, message) if shown else \"\"\n",
                "        if shown:\n"
                "            await self._remember(claimed, effect, channel, shown.ts, digest, pinned=shown.pinned)\n"
                "        ts = await self._edited(shown.channel, shown.ts, message) if shown else \"\"\n",
            ),
        ),
        ("cards",),
    ),
    Bug(
        "a card that is found again is taken for new",
        (
            Edit(
                PERFORM,
                "            ts = await self._edited(channel, found.ts, message)  # it shows the room as it was then\n",
                "            ts = found.ts\n",
            ),
        ),
        ("cards",),
    ),
)  # fmt: skip
