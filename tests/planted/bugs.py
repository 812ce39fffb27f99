"""The mistakes, each as small edits of the product: which file, the text that stands there once, what stands there instead."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Edit:
    """`file` is relative to the folder that holds `warroom`. `old` stands in it exactly once."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Bug:
    """`caught` is the invariants by which it must be found, and no others count: in days of this `theme`, of any when it
    is empty; or, with a `lane`, by real processes. With `tests` it is what no day shows, and the tests at that place find.
    """

    name: str
    edits: tuple[Edit, ...]
    caught: tuple[str, ...] = ()
    theme: str = ""
    lane: str = ""
    tests: str = ""
    trouble: Mapping[str, float] = field(default_factory=dict)  # of the lane, where it needs more than lanes have

    @property
    def by(self) -> str:
        """Who looks for it."""
        return self.tests or (f"crashtest, {self.lane}" if self.lane else "simulate")


LISTENERS, DELIVER, HANDLE = "warroom/slack/listeners.py", "warroom/runtime/deliver.py", "warroom/runtime/handle.py"
PERFORM, OUTBOX, WAKE = "warroom/slack/perform.py", "warroom/store/outbox.py", "warroom/runtime/wake.py"
GAME, SWEEPING, INBOX = "warroom/core/rules/game.py", "warroom/slack/sweeping.py", "warroom/store/inbox.py"
HEARING, MAIN, CHAIN = "warroom/slack/hearing.py", "warroom/main.py", "warroom/core/chain.py"

SIMULATED = (
    Bug(
        "an event is finished before it is handled",
        (
            Edit(
                LISTENERS,
                "                return await self.hearing.hear_at_once(delivery, str(body[\"team_id\"]), event)\n",
                "                self._soon(self.hearing.hear_at_once(delivery, str(body[\"team_id\"]), event))  # type: ignore[arg-type]\n"
                "                return True\n",
            ),
        ),
        ("I1",),
        theme="talk",
    ),
    Bug(
        "an event is acknowledged before it is kept",
        (
            Edit(
                LISTENERS,
                "            await self._keep(replace(delivery, payload=payload))\n",
                "            self._soon(self._keep(replace(delivery, payload=payload)))\n",
            ),
        ),
        ("I1",),
        theme="talk",
    ),
    Bug(
        "a command is acknowledged and then carried out",
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
        theme="presses and forms",
    ),
    Bug(
        "blind resend",
        (
            Edit(
                PERFORM,
                "        if not claimed.unsure:\n            return None\n",
                "        return None\n",
            ),
        ),
        ("I4", "cards"),
        theme="Slack late",
    ),
    Bug(
        "attempts are not counted",
        (Edit(OUTBOX, "        effect=effect,\n        attempts=found.attempts,\n", "        effect=effect,\n        attempts=1,\n"),),
        ("I4", "cards"),
        theme="deaths while it speaks",
    ),
    Bug(
        "the SDK tries again by itself",
        (Edit("warroom/main.py", "            retry_handlers=[],", "            retry_handlers=None,"),),
        ("I4", "cards"),
        theme="Slack late",
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
        theme="Slack late",
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
        theme="timers",
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
        theme="frozen",
    ),
    Bug(
        "settle without epoch check",
        (
            Edit(
                OUTBOX,
                "    .where(_LEASED, lanes.c.done_number + 1 == bindparam(\"number\"))\n",
                "    .where(lanes.c.id == bindparam(\"lane\"), bindparam(\"epoch\") >= 0, lanes.c.done_number <= bindparam(\"number\"))\n",
            ),
        ),
        ("I2", "I4", "cards"),
        theme="frozen",
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
        theme="presses and forms",
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
        theme="breakages",
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
            Edit(HANDLE, "        self._generation = db.generation\n",
                 "        self._generation = db.generation\n        self._owed: list[Any] = []\n"),
            Edit(HANDLE, "    def nudged(self, topic", (
                "    async def _put(self) -> None:\n"
                "        while self._owed:\n"
                "            room, effects, at = self._owed.pop(0)\n"
                "            await self.db.tx(outbox.put, room, effects, at)\n"
                "            self.nudge()\n\n"
                "    def nudged(self, topic")),
            Edit(HANDLE, "    def _remember(self, handled: Handled) -> Handled:\n",
                 "    def _remember(self, handled: Handled) -> Handled:\n        asyncio.ensure_future(self._put())\n"),
            Edit(HANDLE, "from datetime import datetime, timedelta\n", "from datetime import datetime, timedelta\nfrom typing import Any\n"),
        ),
        ("I4", "cards", "I6", "I8"),
        theme="many deaths",
    ),
    Bug(
        "a fold is remembered before its commit",
        (Edit(HANDLE, "        if effects:\n            outbox.put", "        self._keep(row.id, room)\n        if effects:\n            outbox.put"),),
        ("fold", "I1", "I2", "I4", "I6", "I7", "cards", "simulation"),
        theme="the database fails",
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
        theme="Slack refuses",
    ),
    # Alone it would do no harm: the card is drawn once more when it was looked for twins.
    Bug(
        "a card that is found again is taken for new, and not drawn again",
        (
            Edit(SWEEPING, "    if isinstance(suspect.effect, ShowCard):\n        cards.doubt(", "    if False:\n        cards.doubt("),
            Edit(
                PERFORM,
                "            ts = await self._edited(channel, found.ts, message)  # it shows the room as it was then\n",
                "            ts = found.ts\n",
            ),
        ),
        ("cards",),
        theme="Slack late",
    ),
    Bug(
        "an edit that comes late stays",
        (Edit(SWEEPING, "    if isinstance(suspect.effect, ShowCard):\n        cards.doubt(", "    if False:\n        cards.doubt("),),
        ("cards",),
        theme="Slack late",
    ),
    Bug(
        "a form is acknowledged first",
        (
            Edit(
                LISTENERS,
                "            await self._carry_out_submission(do, room, {**said, **answers}, where, key)\n",
                "            self._soon(self._carry_out_submission(do, room, {**said, **answers}, where, key))\n",
            ),
        ),
        ("I1",),
        theme="presses and forms",
    ),
    Bug(
        "alerts are acknowledged before they are kept",
        (
            Edit(
                MAIN,
                "    async def take_alerts(self, group: Group, keys: Sequence[str]) -> Handled | None:\n",
                "    async def take_alerts(self, group: Group, keys: Sequence[str]) -> Handled | None:\n"
                "        self._late = asyncio.ensure_future(self._really_take(group, keys))\n"
                "        return None\n\n"
                "    async def _really_take(self, group: Group, keys: Sequence[str]) -> Handled | None:\n",
            ),
        ),
        ("I1",),
        theme="alerts",
    ),
    Bug(
        "what is heard is keyed by its delivery",
        (
            Edit(HEARING, "import hashlib\n", "import hashlib\nimport secrets\n"),
            Edit(
                HEARING,
                "    return Said(key=f\"heard:{channel}:{ts}\", command=command, at=said_at(ts), ahead=ahead)\n",
                "    key = f\"heard:{channel}:{ts}:{secrets.token_hex(4)}\"\n"
                "    return Said(key=key, command=command, at=said_at(ts), ahead=ahead)\n",
            ),
        ),
        ("I1", "I6"),
        theme="nobody there",
    ),
    Bug(
        "a room is opened again by the same delivery",
        (
            Edit(
                HANDLE,
                "        if key is not None and not inbox.first_time(conn, key, now):\n            return self._opened",
                "        if key is not None and not inbox.first_time(conn, key, now) and not make(\"?\"):\n            return self._opened",
            ),
        ),
        ("I1",),
        theme="presses and forms",
    ),
    Bug(
        "a gap is not back-filled",
        (Edit(MAIN, "        await backfill.started()\n", ""),),
        ("I1",),
        theme="nobody there",
    ),
    Bug(
        "history is not read in threads",
        (Edit("warroom/slack/backfill.py", "        for thread in threads:\n", "        for thread in list(threads)[:0]:\n"),),
        ("I1",),
        theme="nobody there",
    ),
    Bug(
        "a lease is not asked for before a call",
        (Edit("warroom/slack/calling.py", "        must_hold(self._wall.now())\n", ""),),
        ("I4", "I5", "cards"),
        theme="frozen",
    ),
    Bug(
        "a start ends the leases of others",
        (Edit(MAIN, "        if self.db.dialect == \"sqlite\":\n", "        if self.db.dialect:\n"),),
        ("leases", "I4", "I5"),
        theme="many deaths",
    ),
    Bug(
        "an attempt of unknown outcome counts as one that changed nothing",
        (Edit(OUTBOX, "\"clean\": claimed.clean + clean}", "\"clean\": claimed.clean + 1}"),),
        ("I4", "cards"),
        theme="Slack late",
    ),
    Bug(
        "numbers of a lane are given twice over",
        (
            Edit(
                OUTBOX,
                "    for effect in owed:\n        body = chain.canonical(codec.encode(effect))\n",
                "    for place, effect in enumerate(owed):\n        body = chain.canonical(codec.encode(effect))\n",
            ),
            Edit(
                OUTBOX,
                "        rows.append(_values(lane, last + len(rows) + 1, room_id, effect, body, at))\n",
                "        rows.append(_values(lane, last + place + 1, room_id, effect, body, at))\n",
            ),
        ),
        ("I2", "I4", "cards", "simulation"),
    ),
    Bug(
        "a card that is just being drawn counts as waiting",
        (Edit(OUTBOX, "        outbox.c.attempts == 0,\n        outbox.c.collapse", "        outbox.c.attempts >= 0,\n        outbox.c.collapse"),),
        ("cards",),
        theme="presses and forms",
    ),
    Bug(
        "a message that has to wait counts as said",
        (
            Edit(
                PERFORM,
                "            return Later(reason=\"a channel it mentions is not open yet\", after=after, clean=True)\n",
                "            return Done()\n",
            ),
        ),
        ("I4",),
    ),
    Bug(
        "what is given up is told to nobody",
        (Edit(DELIVER, "        await self._tell(claimed, told)\n", ""),),
        ("I4", "I6", "I7"),
        theme="Slack refuses",
    ),
    Bug(
        "Retry-After is not waited for",
        (
            Edit(
                "warroom/slack/verdicts.py",
                "        return timedelta(seconds=min(max(float(header or \"\"), 0.0), ",
                "        return timedelta(seconds=0 * min(max(float(header or \"\"), 0.0), ",
            ),
        ),
        ("limits",),
        theme="Slack refuses",
    ),
    Bug(
        "the sweeper deletes the first and keeps the second",
        (Edit(SWEEPING, "            if twin.ts != kept:\n", "            if twin.ts == kept and len(standing) > 1:\n"),),
        ("I4", "cards"),
        theme="Slack late",
    ),
    Bug(
        "the sweeper never looks",
        (Edit(OUTBOX, "    sweep_at = now + UNSURE if claimed.unsure and", "    sweep_at = None if claimed.unsure or"),),
        ("I4",),
        theme="Slack late",
    ),
    Bug(
        "the mark is forgotten in blocks",
        (Edit("warroom/slack/blocks.py", "shortened([mark_block(mark), *blocks])", "shortened([*blocks])"),),
        ("I9",),
    ),
    Bug(
        "what is hidden stands in the log",
        (
            Edit(
                HANDLE,
                "            entries += decided.entries\n",
                "            entries += decided.entries\n            log.info(\"decided on %s\", decided.entries)\n",
            ),
        ),
        ("I10",),
    ),
    Bug(
        "what is hidden stands in metadata",
        (
            Edit(
                PERFORM,
                "        payload = {\"id\": claimed.effect_id} | ",
                "        payload = {\"id\": claimed.effect_id, \"about\": str(message.blocks)} | ",
            ),
        ),
        ("I10",),
    ),
    Bug(
        "a text is hashed without its salt",
        (Edit(CHAIN, "hashlib.sha256(f\"{salt}:\".encode() + text", "hashlib.sha256(text"),),
        ("I3",),
    ),
    Bug(
        "the chain leaves out the hash before",
        (Edit(CHAIN, "hashlib.sha256(f\"{before}\\n{entry}\".encode())", "hashlib.sha256(entry.encode())"),),
        ("I3",),
    ),
    Bug(
        "the database lets anybody change the past",
        (
            Edit(
                "migrations/versions/0001_first.py",
                "            f\"BEGIN SELECT RAISE(ABORT, 'the timeline is append-only'); END\"\n",
                "            f\"BEGIN SELECT 1; END\"\n",
            ),
        ),
        ("I12",),
    ),
    Bug(
        "everything that was missed is played at once",
        (Edit(GAME, "        late = reading - due > CATCH_UP\n", "        late = False\n"),),
        ("I6",),
        theme="nobody there",
    ),
    Bug(
        "a clock that was set back is not noticed",
        (Edit("warroom/core/deciding.py", "        if room.at - now > DISAGREE:\n", "        if room.at - now > DISAGREE * 999:\n"),),
        ("I6",),
        theme="clocks",
    ),
    Bug(
        "what a wrong clock wrote locks everybody out",
        (Edit("warroom/store/budgets.py", "free_at > now + budget.ahead + FARTHEST", "free_at > now + budget.ahead + FARTHEST * 9"),),
        ("I4", "I6", "cards"),
        theme="clocks",
    ),
    Bug(
        "NO DUFF leaves broken what is broken",
        (
            Edit(
                GAME,
                "    if room.game is not None and room.game.state is GameState.HALTED:\n        return \"something real",
                "    if room.game is not None and room.game.state is None:\n        return \"something real",
            ),
        ),
        ("I8",),
        theme="breakages",
    ),
    Bug(
        "a rollback is owed only when the breakage was heard of",
        (
            Edit(
                "warroom/core/faults.py",
                "        return self.state in (FaultState.ASKED, FaultState.ACTIVE)\n",
                "        return self.state is FaultState.ACTIVE\n",
            ),
        ),
        ("I8",),
        theme="breakages",
    ),
    Bug(
        "budgets are not shared",
        (
            Edit(
                "warroom/slack/calling.py",
                "        return [whole, Budget(name=f\"{method} {channel}\", interval=self._pace)]",
                "        return [whole, Budget(name=f\"{method} {channel} {id(self)}\", interval=self._pace)]",
            ),
        ),
        ("limits",),
        theme="alerts",
    ),
)  # fmt: skip

IN_LANES = (
    Bug(
        "nobody looks whether a message was said, before or after",
        (
            Edit(PERFORM, "        if not claimed.unsure:\n", "        if claimed.attempts:\n"),
            Edit(OUTBOX, "    sweep_at = now + UNSURE if claimed.unsure and", "    sweep_at = None if claimed.unsure or"),
        ),
        ("I4", "cards"),
        lane="sqlite",
    ),
    Bug(
        "a webhook is answered and then handled",
        (
            Edit(
                "warroom/web/app.py",
                "                return await self.take_alerts(read, self.keys(read))\n",
                "                asyncio.get_running_loop().call_later(\n"
                "                    0.05, lambda: asyncio.ensure_future(self.take_alerts(read, self.keys(read)))\n"
                "                )\n"
                "                return Taken()\n",
            ),
        ),
        ("I1",),
        lane="sqlite",
    ),
    Bug(
        "what follows is kept in a second transaction",
        (
            Edit(
                HANDLE,
                "            outbox.put(conn, row.id, effects, self.wall.now())\n",
                "            self.db._submit(\n"
                "                self.db._writers, self.db._write, False, outbox.put, row.id, effects, self.wall.now()\n"
                "            )\n",
            ),
        ),
        ("I2", "I4", "I7", "cards", "quiet"),
        lane="brisk",
    ),
    Bug(
        "whoever has lost a lease may settle",
        (
            Edit(
                OUTBOX,
                "    .where(_LEASED, lanes.c.done_number + 1 == bindparam(\"number\"))\n",
                "    .where(lanes.c.id == bindparam(\"lane\"), bindparam(\"epoch\") >= 0, bindparam(\"number\") >= 0)\n",
            ),
        ),
        ("I2", "I4", "cards", "quiet"),
        lane="postgresql",
    ),
    Bug(
        "PostgreSQL confirms what it may still lose",
        (
            Edit(
                "warroom/store/db.py",
                "        \"current_setting('synchronous_commit')\",\n",
                "        \"set_config('synchronous_commit', 'off', false)\",\n",
            ),
            Edit("warroom/store/db.py", "DURABLE = (\"on\", ", "DURABLE = (\"on\", \"off\", "),
        ),
        ("I1",),
        lane="postgresql",
        trouble={"restart_every": 3.0},
    ),
)  # fmt: skip

BY_TESTS = (
    Bug(
        "a digest drops what does not fit",
        (
            Edit(
                "warroom/slack/notices.py",
                "[section(bold(f\"{signs.OVERDUE} {titled}\")), section(\"\\n\".join(lines))]), len(lines)\n",
                "[section(bold(f\"{signs.OVERDUE} {titled}\")), section(\"\\n\".join(lines))]), len(waited)\n",
            ),
        ),
        tests="tests/slack_cards/test_digest.py",
    ),
    Bug(
        "what is being handled may be taken up again",
        (
            Edit(
                INBOX,
                "    mine = and_(inbox.c.key == key, _KEPT, free)\n",
                "    mine = and_(inbox.c.key == key, _KEPT)\n",
            ),
        ),
        tests="tests/store/test_inbox.py",
    ),
    Bug(
        "a redaction leaves the text in the outbox",
        (Edit("warroom/store/redacting.py", "    _from_outbox(conn, room_id, text, without)\n", ""),),
        tests="tests/store/test_redacting.py",
    ),
    Bug(
        "a fault is written down after it was injected",
        (
            Edit(
                "warroom/faults/keeper.py",
                "            if record.filed() is None:\n                record.file(filed)\n",
                "            if record.filed() is None:\n                await self._driver(order).inject(order)\n                record.file(filed)\n",
            ),
        ),
        tests="tests/faults/test_keeper.py",
    ),
    Bug(
        "an exercise really acts",
        (
            Edit(
                "warroom/performers.py",
                "        if room.drill and not self._runs_in_drills(effect.action):\n",
                "        if room.drill and self._runs_in_drills(effect.action):\n",
            ),
        ),
        tests="tests/runtime/test_acts.py",
    ),
    Bug(
        "a clock that was ahead is believed about what was heard",
        (
            Edit(
                "warroom/slack/backfill.py",
                "    return min(last, by_slack) if by_us - by_slack > MARGIN else last\n",
                "    return last\n",
            ),
        ),
        tests="tests/slack/test_backfill.py",
    ),
    Bug(
        "a clock that is set shortens the time between two looks for a twin",
        (
            Edit(
                "warroom/store/twins.py",
                "    done = suspect.looked + 1 if timely else suspect.looked\n",
                "    done = suspect.looked + 1\n",
            ),
        ),
        tests="tests/store/test_outbox.py",
    ),
    Bug(
        "nobody looks after a process that came too late and does not know what became of its call",
        (
            Edit(
                "warroom/runtime/deliver.py",
                "claimed, at, later.reason):\n",
                "claimed, at, later.reason) and False:\n",
            ),
        ),
        tests="tests/runtime/test_deliver.py",
    ),
    Bug(
        "a new suspicion uses up the look for twins that is still to come",
        (Edit("warroom/store/outbox.py", ' | {"looked": 0})', ")"),),
        tests="tests/store/test_outbox.py",
    ),
    Bug(
        "each try to make a channel begins with the first name",
        (Edit(PERFORM, "        while progress.taken < 99:\n", "        progress.taken = 0\n        while progress.taken < 99:\n"),),
        tests="tests/slack/test_talker.py",
    ),
    Bug(
        "whether a channel is new is asked of our own clock",
        (Edit(PERFORM, "self._caller.slack_now().timestamp()", "self._wall.now().timestamp()"),),
        tests="tests/slack/test_talker.py",
    ),
    Bug(
        "a later answer shortens how long Slack is left alone",
        (Edit("warroom/store/budgets.py", "free_at=max(held, until + budget.ahead)", "free_at=until + budget.ahead"),),
        tests="tests/store/test_budgets.py",
    ),
    Bug(
        "what a wrong clock put off is only looked for when nothing else is to be done",
        (Edit("warroom/runtime/healing.py", "        if not late and self._next is not None and now < self._next <= now + EVERY:\n", "        if not late:\n"),),
        tests="tests/runtime/test_deliver.py",
    ),
    Bug(
        "removing a text takes it out of when something failed",
        (Edit("warroom/store/redacting.py", "for name in _NOBODYS & data.keys()}", "for name in ()}"),),
        tests="tests/store/test_redacting.py",
    ),
    Bug(
        "what waits behind a gap waits until it is filled",
        (Edit("warroom/runtime/intake.py", "        if len(running) >= AT_ONCE:\n", "        if running:\n"),),
        tests="tests/runtime/test_intake.py",
    ),
    Bug(
        "what was missed is looked for by a clock that is ahead",
        (Edit("warroom/slack/backfill.py", "max(since - ahead, BEGINNING)", "since"),),
        tests="tests/slack/test_backfill.py",
    ),
    Bug(
        "what nobody recorded as broken counts as whole",
        (
            Edit(
                "warroom/breaking.py",
                "        return claimed.unsure and (self._elsewhere or effect.driver == PRETEND)\n",
                "        return False\n",
            ),
        ),
        tests="tests/faults/test_breaking.py",
    ),
    Bug(
        "how long a delivery was tried is read from a clock",
        (
            Edit(
                "warroom/runtime/intake.py",
                "        if claimed.tries > MOST:  #",
                "        if claimed.tries > 10 and self._wall.now() - claimed.received_at >= PATIENCE:  #",
            ),
        ),
        tests="tests/runtime/test_intake.py",
    ),
)  # fmt: skip

BUGS = (*SIMULATED, *IN_LANES, *BY_TESTS)
