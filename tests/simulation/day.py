"""One game day: the real bot, as many as the plan says, on one database and one Slack, until all is quiet again."""

import asyncio
import contextvars
import hashlib
import inspect
import json
import logging
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from slack_bolt.request.async_request import AsyncBoltRequest
from sqlalchemy import text

from tests.reliability.evidence import Broken, Evidence, Message, Sent, kept
from tests.reliability.invariants import Verdict, Violation, check
from tests.simulation import client as wires
from tests.simulation.chance import collected_afterwards, seeded
from tests.simulation.database import Died, SimDatabase, Store, Troubles
from tests.simulation.loop import BASE, Deadlock, Loop, OwnClock, Process, SimClock, asked_at, process
from tests.simulation.people import Crowd
from tests.simulation.plan import PEOPLE, Act, Plan, Trouble
from tests.simulation.slack import BOT, BOT_USER, TEAM, Posted, Slack
from warroom import failpoints
from warroom.core.breakable import PRETEND
from warroom.core.room import Room
from warroom.definitions.library import Library, load_library
from warroom.exporters import export, unnamed
from warroom.faults.driver import FaultFailed, Order
from warroom.main import Bot
from warroom.settings import Settings
from warroom.slack.preflight import Identity
from warroom.store import agenda, inbox, outbox, rooms, tables
from warroom.store.errors import CannotKeep

Moment = tuple[datetime, datetime]
CONTENT = Path(__file__).parent / "content"
CANARIES = ("CANARY-FRIDAY", "CANARY-TEAMS", "CANARY-SHORT", "CANARY-TOKEN")
OBSERVED = "CANARY-OBSERVED"  # hidden until the game's end
PATIENCE = 900.0  # seconds after the last act in which everything must come right
# Seconds that are left of a lease at least; whoever is frozen for longer may find that somebody else went on
LEASE = 6.0
_NOBODY = contextvars.Context()
_LOST = ("the lease ran out meanwhile", "after its lease had gone to somebody else")
SWEEPS = True  # whether this release looks for twins afterwards


@dataclass
class Shelf:
    """What the drills break: each thing counts. Undoing what is not broken is nothing, and what is over is never broken
    again, as the keeper of faults sees to for what is real.
    """

    broken: dict[str, str] = field(default_factory=dict)
    injected: Counter[str] = field(default_factory=Counter)
    undone: Counter[str] = field(default_factory=Counter)
    over: set[str] = field(default_factory=set)

    async def ready(self, order: Order) -> str:
        return "it is whole"

    async def inject(self, order: Order) -> str:
        await failpoints.reached("shelf.breaking")
        await asyncio.sleep(0.05)
        if order.fault in self.over:
            raise FaultFailed("It was over already. Nothing is broken.")
        self.broken[order.entry.target] = order.mode
        self.injected[order.entry.target] += 1
        await failpoints.reached("shelf.broken")
        await asyncio.sleep(0.05)
        return f"{order.entry.target} is {order.mode}"

    async def undo(self, order: Order) -> str:
        await failpoints.reached("shelf.undoing")
        await asyncio.sleep(0.05)
        self.over.add(order.fault)
        self.broken.pop(order.entry.target, None)
        self.undone[order.entry.target] += 1
        await failpoints.reached("shelf.undone")
        await asyncio.sleep(0.05)
        return f"{order.entry.target} is whole"

    def by_hand(self, order: Order) -> str:
        return "nothing is to be done"


@dataclass
class Replica:
    """A place at which a process runs, and another when that has died."""

    number: int
    process: Process
    bot: Bot | None = None
    lives: int = 1
    begun: bool = False  # False while the last one is dead and the next has not begun
    up: bool = False


@dataclass(frozen=True, kw_only=True)
class Played:
    """What came of a day. `hash` covers everything that is left of it."""

    plan: Plan
    verdict: Verdict
    violations: tuple[Violation, ...]
    hash: str
    counts: Counter[str]
    crashes: Counter[str]
    faults: Counter[str]
    hours: float

    @property
    def failed(self) -> bool:
        return bool(self.violations)


class Day:
    """The world of one day. Everything in it ends with it."""

    def __init__(self, plan: Plan, store: Store, library: Library, trace: Callable[[str], None] | None = None) -> None:
        self.plan, self.store, self.library = plan, store, library
        store.empty()
        self.loop = Loop(str(plan.seed))
        self.loop.trace = trace
        self.clock = SimClock(self.loop, lambda: store.version, store.horizon)
        store.committed = self.clock.changed
        self.slack = Slack(lambda: BASE + timedelta(seconds=self.loop.time()), PEOPLE, strict=plan.seed % 16 == 0)
        self.wire = wires.Wire(self.loop, self.slack, plan.slack, plan.seed, swept=SWEEPS)
        self.troubles = Troubles(plan.database)
        self.shelf = Shelf()
        self.replicas = [Replica(number, Process(f"p{number}.1")) for number in range(plan.processes)]
        self.crowd = Crowd(self)
        self.sent: list[Parcel] = []
        self.crashes: Counter[str] = Counter()
        self.passed: Counter[str] = Counter()
        self.idle: list[tuple[Moment, Moment]] = []
        self.calm = False
        self.logs: list[str] = []
        self._left = {(each.place, each.nth): each for each in plan.troubles}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._down_since: Moment | None = self.moment()
        self.problems: list[Violation] = []

    def now(self) -> datetime:
        return self.clock.now()

    def moment(self) -> "Moment":
        """Now, as Slack's clock has it and as the machines' has it."""
        return BASE + timedelta(seconds=self.loop.time()), self.now()

    # --- processes

    def running(self) -> list[Replica]:
        return [each for each in self.replicas if each.up and not each.process.dead]

    def start(self, replica: Replica) -> None:
        """A new process in this place."""
        self._left_whole(replica.bot)
        context = contextvars.copy_context()
        context.run(process.set, replica.process)
        task = self.loop.create_task(self._begin(replica, replica.process), context=context)
        task.add_done_callback(self._ended)

    def _left_whole(self, bot: Bot | None) -> None:
        """Whoever dies leaves nothing half done: the row of each room says what its entries say, also for when it wakes."""
        known = bot.runtime._folds if bot else {}
        for row in self.store.run(rooms.listing, TEAM, mode="all") if known else ():
            room = known.get(row.id)
            if room is not None and room.seq == row.seq and room.wake_at() != row.wake_at:
                what = f"its row would wake it at {row.wake_at}, its entries at {room.wake_at()}"
                self.problems.append(Violation("fold", row.key, what))

    async def _begin(self, replica: Replica, owner: Process) -> None:
        replica.begun = True
        clock = OwnClock(self.clock)
        db = SimDatabase(self.store, owner, plan=self.troubles, shared=self.plan.processes > 1, loop=self.loop)
        while True:
            bot = Bot(
                _SETTINGS.model_copy(update={"operations_channel": self.slack.named("operations").id}),  # type: ignore[union-attr]
                library=self.library,
                clock=clock,
                wall=clock,
                drivers={PRETEND: self.shelf},
                db=db,
            )
            bot.client.session = wires.Session(self.wire, owner)  # type: ignore[assignment]
            try:
                await bot.begin(_IDENTITY)
                break
            except CannotKeep as error:  # the database is away: whoever watches over the process starts it again
                self.logs.append(f"{owner} did not start: {type(error).__name__}")
                self._trace(f"{owner} did not start: {error!r}")
                await asyncio.sleep(1)
        replica.bot, replica.up = bot, True
        self._up()

    def _up(self) -> None:
        if self._down_since is not None and any(not each.process.frozen for each in self.running()):
            self.idle.append((self._down_since, self.moment()))
            self._down_since = None

    def _maybe_down(self) -> None:
        if self._down_since is None and all(each.process.frozen for each in self.running()):
            self._down_since = self.moment()

    def kill(self, owner: Process, after: float, why: str) -> None:
        """As kill -9 does it. It is started again after so many seconds."""
        replica = next((each for each in self.replicas if each.process is owner), None)
        if replica is None or not replica.begun:
            return
        owner.dead, replica.up, replica.begun = True, False, False
        self.crashes[why] += 1
        self._trace(f"{owner} dies ({why})")
        replica.lives += 1
        replica.process = Process(f"p{replica.number}.{replica.lives}")
        self._maybe_down()
        self.loop.call_later(after, self.start, replica, context=_NOBODY)

    def freeze(self, owner: Process, seconds: float) -> None:
        if owner.frozen:
            return
        seconds = seconds if SWEEPS else min(seconds, 12.0)
        owner.frozen, owner.frozen_at = True, self.loop.time()
        self.crashes["frozen"] += 1
        self._trace(f"{owner} is frozen for {seconds} s")
        self._maybe_down()
        self.loop.call_later(seconds, self._thaw, owner, owner.frozen_at, context=_NOBODY)

    def _thaw(self, owner: Process, since: float) -> None:
        if owner.dead or not owner.frozen or owner.frozen_at != since:
            return
        owner.thawed_at = self.loop.time()
        self.loop.thaw(owner)
        self._up()
        self._trace(f"{owner} goes on")
        if self.loop.time() - since > LEASE:
            self._zombie(owner)

    def _zombie(self, owner: Process) -> None:
        """The calls that it was about to make nobody can call back. Before every other it has to look whether it may."""
        owner.zombie_until, owner.zombie_since = self.loop.time() + 0.1, self.loop.time()

    # --- places

    async def reached(self, name: str) -> None:
        owner = process.get()
        if owner is None:
            return
        if name == "slack.calling":
            asked_at.set(self.loop.time())
        trouble = self._trouble(name)
        if trouble is None:
            return
        if trouble.what == "die":
            self.kill(owner, trouble.after, name)
            await self.loop.create_future()
        else:
            self.freeze(owner, trouble.after)
            await asyncio.sleep(0)

    def passed_in(self, name: str) -> None:
        owner = process.get()
        if owner is None:
            return
        trouble = self._trouble(name)
        if trouble is not None:
            self.kill(owner, trouble.after, name)
            raise Died

    def _trouble(self, name: str) -> Trouble | None:
        self.passed[name] += 1
        if self.calm:
            return None
        return self._left.pop((name, self.passed[name]), None)

    # --- what Slack, and whoever raises alerts, sends

    def soon(self, work: Coroutine[Any, Any, Any]) -> None:
        """As Slack, not as a process."""
        context = contextvars.Context()
        task = self.loop.create_task(work, context=context)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self.problems.append(Violation("simulation", "day", f"{type(error).__name__}: {error}"))
            self._trace(f"PROBLEM {error!r}")

    def within(
        self, replica: Replica, work: Callable[[], Coroutine[Any, Any, Any]], parcel: "Parcel | None" = None
    ) -> "asyncio.Future[Any]":
        """In a process; what it answers arrives here, unless it dies before. Whether the parcel is kept is asked at once."""
        context = contextvars.copy_context()
        context.run(process.set, replica.process)
        answered = self.loop.create_future()

        async def run() -> None:
            try:
                result = await work()
            except Exception as error:  # of the bot: the other side sees that nothing was acknowledged
                result = error
            if parcel is not None:
                parcel.kept = self.store.run(_is_kept, parcel)
            self.loop.call_later(0.005, lambda: answered.done() or answered.set_result(result), context=_NOBODY)

        self.loop.create_task(run(), context=context)
        return answered

    def somebody(self, draw: float) -> Replica | None:
        up = self.running()
        return up[int(draw * len(up))] if up else None

    async def bolt(self, body: dict[str, Any], draw: float, parcel: "Parcel | None" = None) -> Any:
        """One delivery to one process; None when nobody acknowledges it within three seconds."""
        replica = self.somebody(draw)
        if replica is None or replica.bot is None:
            return None
        request = AsyncBoltRequest(mode="socket_mode", body=json.loads(json.dumps(body)))
        work = partial(replica.bot.app.async_dispatch, request)
        answer = await self.patiently(self.within(replica, work, parcel), 3.0)
        return answer if getattr(answer, "status", 0) == 200 else None

    async def patiently(self, answered: "asyncio.Future[Any]", seconds: float) -> Any:
        timer = self.loop.call_later(seconds, lambda: answered.done() or answered.set_result(None))
        try:
            return await answered
        finally:
            timer.cancel()

    async def event(
        self, event: dict[str, Any], draw: float, parcel: "Parcel | None", *, twice: bool, dropped: bool = False
    ) -> None:
        """As Slack delivers an event: again at once, after a minute and after five, until it is acknowledged.

        One that is `dropped` it does not deliver again: after an hour of failures it turns events off.
        """
        body = {
            "type": "event_callback",
            "team_id": TEAM,
            "api_app_id": "A0SIM",
            "event_id": self.slack.id("Ev"),
            "event": event,
            "authorizations": [{"team_id": TEAM, "user_id": BOT_USER, "is_bot": True}],
        }
        if twice:
            self.soon(self._once(body, draw, parcel))
        for number, pause in enumerate((0.0,) if dropped else (0.0, 0.0, 60.0, 300.0)):
            await asyncio.sleep(pause + (draw * 37 % 0.4))
            if await self._once(body, (draw * 7 + number * 0.37) % 1, parcel):
                return

    async def _once(self, body: dict[str, Any], draw: float, parcel: "Parcel | None") -> bool:
        if parcel is not None:
            parcel.reached = parcel.reached or bool(self.running())
        answer = await self.bolt(body, draw, parcel)
        if answer is not None and parcel is not None:
            parcel.answered()
        return answer is not None

    async def alerts(self, group: Any, keys: tuple[str, ...], draw: float, parcel: "Parcel | None") -> None:
        """As Alertmanager does it: again until it is taken."""
        for number in range(60):
            replica = self.somebody((draw + number * 0.31) % 1)
            if replica is not None and replica.bot is not None:
                taken = partial(_taken, replica.bot, group, keys)
                answer = await self.patiently(self.within(replica, taken, parcel), 10.0)
                if answer is True:
                    if parcel is not None:
                        parcel.answered()
                    return
            await asyncio.sleep(5)

    # --- the day

    async def play(self) -> None:
        for replica in self.replicas:
            self.start(replica)
        for act in self.plan.acts:
            await asyncio.sleep(max(0.0, act.at - self.loop.time()))
            self._trace(f"{act.verb} {act.who} {act.text}")
            self._do(act)
        await asyncio.sleep(max(0.0, self.plan.lasts - self.loop.time()))
        await self._calm()

    def _do(self, act: Act) -> None:
        up = self.running()
        chosen = up[int(act.draw * len(up))] if up else None
        match act.verb:
            case "kill":
                if chosen:
                    self.kill(chosen.process, 0.2 + act.draw * 3, "kill -9")
            case "freeze":
                if chosen:
                    self.freeze(chosen.process, 3 + act.draw * 80)  # a lease is 20 s
            case "stop":
                if chosen:
                    self.kill(chosen.process, 20 + act.draw * 40, "long away")
            case "all down":
                for each in up:
                    self.kill(each.process, 10 + act.draw * 150, "all down")
            case "slack away":
                self.wire.away_until = self.loop.time() + 5 + act.draw * 60
                self.wire.muted.append((self.loop.time(), self.wire.away_until))
            case "set clock":
                self._set_clock(timedelta(hours=1 if act.draw < 0.4 else -1), act.draw)
            case _:
                self.soon(self.crowd.do(act))

    def _set_clock(self, by: timedelta, draw: float) -> None:
        """Somebody sets the machines' clock, which whoever runs does not follow; then all are started again."""
        for each in self.replicas:
            self.kill(each.process, 1 + draw * 20, "clock set")
        self.clock.offset += by
        self._trace(f"the clock is set by {by}")

    async def _calm(self) -> None:
        """Faults stop, everything that is down comes up, and all must come right by itself."""
        self.calm = True
        self.wire.faults, self.wire.away_until = {}, 0.0
        self.troubles._faults = {}
        for replica in self.replicas:
            if replica.process.frozen and not replica.process.dead:
                self._thaw(replica.process, replica.process.frozen_at)
        await self._until_quiet()
        if self.plan.seed % 8 == 0:
            await self._export_twice()
            await self._until_quiet()
        self.ended_at = self.now()

    async def _until_quiet(self) -> None:
        until = self.loop.time() + PATIENCE
        while self.loop.time() < until:
            if not self._tasks_waiting() and self._is_quiet():
                return
            await asyncio.sleep(1.0 if self.loop.time() < until - PATIENCE + 60 else 5.0)

    async def _export_twice(self) -> None:
        """Before and after everybody was started again. What they then find in the channels may be news of a room."""
        before = self._exported()
        for each in self.replicas:
            self.kill(each.process, 0.5, "at the end")
        await asyncio.sleep(15)  # until a gap that is noted at the start is filled
        after = self._exported()
        self.exported_twice = [
            (name, text, after[name][1]) for name, (known, text) in before.items() if after[name][0] == known
        ]

    def _exported(self) -> dict[str, tuple[object, str]]:
        """Each file of each room, with the number of the room's last entry, and whose name is not known yet."""
        return {
            f"{row.key} {each.name}": ((row.seq, self.store.run(unnamed, row.id)), each.content.decode())
            for row in self.store.run(rooms.listing, TEAM, mode="all")
            for each in self.store.run(export, row.id)
        }

    def _tasks_waiting(self) -> bool:
        return bool(self._tasks)

    def _is_quiet(self) -> bool:
        if len(self.running()) < len(self.replicas) or self.shelf.broken:
            return False
        horizon = self.store.horizon()
        if self._looked == self.store.version and (horizon is None or horizon > self.now()):
            return False
        self._looked = self.store.version
        return self.store.run(_settled, self.now())

    ended_at: datetime | None = None
    exported_twice: Sequence[tuple[str, str, str]] = ()
    _looked = -1

    def _trace(self, line: str) -> None:
        if self.loop.trace:
            self.loop.trace(line)

    # --- what is left

    def evidence(self) -> Evidence:
        shown = self.store.run(kept)
        idle = [(since[which], until[which]) for since, until in self.idle for which in (0, 1)]
        for since, until in self.troubles.periods:
            true = (BASE + timedelta(seconds=since), BASE + timedelta(seconds=until))
            idle += [true, (true[0] + self.clock.offset, true[1] + self.clock.offset)] if self.clock.offset else [true]
        exports = {name: text for name, text, _ in self.exported_twice}
        exports |= {each["name"]: each["content"] for each in self.slack.files.values() if "content" in each}
        return Evidence(
            kept=shown,
            messages=tuple(map(_message, self.slack.posted)),
            sent=tuple(each.sent(self) for each in self.sent),
            broken=tuple(
                Broken(
                    target=target,
                    injected=self.shelf.injected[target],
                    undone=self.shelf.undone[target],
                    broken=target in self.shelf.broken,
                )
                for target in sorted(self.shelf.injected)
            ),
            canaries=CANARIES,
            until_the_end=(OBSERVED,),
            logs="\n".join(self.logs),
            exports=exports,
            exported_twice=self.exported_twice,
            remembered=self._remembered(),
            idle=idle,
            muted=[(BASE + timedelta(seconds=a), BASE + timedelta(seconds=b)) for a, b in self.wire.muted],
            ended_at=self.ended_at,
            late=timedelta(seconds=30),
        )

    def _remembered(self) -> list[tuple[str, int, Room]]:
        found = []
        for replica in self.running():
            assert replica.bot is not None
            runtime = replica.bot.runtime
            for id_ in list(runtime._folds):
                found.append((repr(replica.process), id_, self.store.run(runtime._load, id_)))
        return found

    def digest(self) -> str:
        """Of all that is left: the same seed must give the same."""
        whole = hashlib.sha256()
        for table in tables.metadata.sorted_tables:
            for row in self.store.run(_everything, table.name):
                whole.update(repr(tuple(row)).encode())
        for channel in self.slack.channels.values():
            whole.update(
                json.dumps([channel.id, channel.name, channel.members, list(channel.messages.values())]).encode()
            )
        whole.update(repr((self.loop.turns, round(self.loop.time(), 6), self.wire.calls)).encode())
        return whole.hexdigest()


@dataclass
class Parcel:
    """Something that was sent, and what has become of it so far."""

    kind: str
    mark: str
    entry: str
    acknowledged: bool = False
    reached: bool = False  # whether it came to any process at all
    channel: str = ""  # of a message in a war room, where it can be found again
    kept: bool = False  # whether it was in the database when the last answer to it was given
    hasty: bool = False  # whether it was not when it was acknowledged

    def answered(self) -> None:
        """It is acknowledged."""
        self.acknowledged = True
        self.hasty = self.hasty or not self.kept

    def sent(self, day: Day) -> Sent:
        unheard = bool(self.channel) and not self.reached and day.store.run(_found_again, self.channel, self.mark, day)
        return Sent(
            kind=self.kind,
            mark=self.mark,
            entry=self.entry,
            acknowledged=self.acknowledged,
            unheard=unheard,
            hasty=self.hasty,
        )


def _is_kept(conn: Any, parcel: Parcel) -> bool:
    """Whether what was sent is in the database: on a timeline, or among what is still to be handled."""
    like = {"like": f"%{parcel.mark}%"}
    return any(conn.execute(query, like).first() is not None for query in _KEPT_IN)


_KEPT_IN = [
    text(f"SELECT 1 FROM {table} WHERE {column} LIKE :like LIMIT 1")
    for table, column in (("texts", "text"), ("entries", "body"), ("inbox", "payload"))
]


async def _taken(bot: Bot, group: Any, keys: tuple[str, ...]) -> bool:
    await bot.take_alerts(group, keys)
    await failpoints.reached("alerts.taken")
    return True


def _message(posted: Posted) -> Message:
    doc = posted.doc
    return Message(
        channel=posted.channel,
        ts=posted.ts,
        at=posted.at,
        text=doc["text"],
        blocks=json.dumps(doc.get("blocks", [])),
        metadata=json.dumps(doc.get("metadata", {})),
        thread=doc.get("thread_ts", ""),
        to=posted.to,
        gone_at=posted.gone_at,
        promised=posted.promised,
    )


def _found_again(conn: Any, channel: str, mark: str, day: Day) -> bool:
    """Whether a message stands in the channel of a room that is still open: then it can be, and must be."""
    bound = rooms.by_channel(conn, TEAM, channel)
    still_open = {each.id for each in rooms.listing(conn, TEAM, mode="all", open_only=True)}
    if bound is None or bound[0] not in still_open:
        return False
    return any(mark in each["text"] for each in day.slack.channels[channel].messages.values())


def _everything(conn: Any, table: str) -> Any:
    return conn.exec_driver_sql(f'SELECT * FROM "{table}" ORDER BY 1, 2').fetchall()


def _settled(conn: Any, now: datetime) -> bool:
    kept = inbox.due(conn, BASE + timedelta(days=365), 1)  # gaps too, which wait a while before they are filled
    return not (outbox.pending(conn) or kept or rooms.due(conn, now, 1) or agenda.next_time(conn, "twin"))


_SETTINGS = Settings(
    database="sqlite://",
    slack_bot_token=wires.TOKEN,
    slack_api="https://slack.test/api/",
    slack_pace=1.0,
    state="/nonexistent/warroom",
    web_port=0,  # type: ignore[arg-type]
)


_IDENTITY = Identity(workspace=TEAM, workspace_name="sim", user=BOT_USER, bot=BOT, url="https://sim.slack.test/")


logging.getLogger("warroom").addHandler(logging.NullHandler())  # what dies with its day has nothing more to say


class Logs(logging.Handler):
    """What was logged, so that it can be looked through for what must not be there."""

    def __init__(self, day: Day) -> None:
        super().__init__(logging.INFO)
        self._day = day

    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            said += f" [{type(record.exc_info[1]).__name__}: {record.exc_info[1]}]"
        self._day.logs.append(said)
        if self._day.loop.trace:
            self._day.loop.trace(f"  log {record.name}: {said}")


def play(
    plan: Plan,
    store: Store,
    library: Library,
    trace: Callable[[str], None] | None = None,
    *,
    keep: Callable[[Evidence], None] = lambda _: None,
) -> Played:
    """One day, from its plan to its verdict. `keep` is given the evidence."""
    logger = logging.getLogger("warroom")
    warnings.filterwarnings("ignore", "coroutine .* was never awaited", RuntimeWarning)  # of processes that have died
    with seeded(str(plan.seed)), collected_afterwards():
        day = Day(plan, store, library, trace)
        handler = Logs(day)
        before = (logging.root.level, logger.propagate)
        logger.addHandler(handler)
        logging.root.setLevel(
            logging.INFO
        )  # Bolt gives our own logger, which has the app's name, a level of its own: none
        logger.propagate = False
        failpoints.listen(day.reached, day.passed_in)
        sys.unraisablehook = _unfinished
        problems: list[Violation] = []
        try:
            asyncio.set_event_loop(day.loop)
            day.loop.run_until_complete(day.play())
        except Deadlock as stuck:
            problems.append(Violation("simulation", "day", str(stuck)))
        finally:
            failpoints.listen(None)
            logger.removeHandler(handler)
            logging.root.setLevel(before[0])
            logger.propagate = before[1]
            for task in asyncio.all_tasks(day.loop):
                task._log_destroy_pending = False  # type: ignore[attr-defined]
        evidence = day.evidence()
        keep(evidence)
        verdict = check(evidence)
        digest = day.digest()
        _bury(day)
    counts = Counter(
        {
            "entries": sum(each.row.seq for each in evidence.kept.timelines),
            "statements": day.store.statements,
            "slack calls": day.wire.calls,
            "transactions": day.troubles.transactions,
            "acts": len(plan.acts),
            "turns": day.loop.turns,
            **{f"at {name}": times for name, times in day.passed.items()},
        }
    )
    # a budget that could not be kept is nobody's fault
    hurried = [] if plan.database else [Violation("limits", "Slack", each) for each in day.wire.hurried]
    faults = Counter({f"slack: {name}": n for name, n in day.wire.happened.items()})
    faults += Counter({f"database: {name}": n for name, n in day.troubles.happened.items()})
    return Played(
        plan=plan,
        verdict=verdict,
        violations=(*problems, *day.problems, *hurried, *_lost_leases(day), *verdict.violations),
        hash=digest,
        counts=counts,
        crashes=day.crashes,
        faults=faults,
        hours=day.loop.time() / 3600,
    )


def _lost_leases(day: Day) -> list[Violation]:
    """Whoever lives and reaches the database keeps what it has leased; nobody may take it away."""
    if day.plan.database or day.crashes["frozen"]:
        return []
    return [Violation("leases", "a lane", each) for each in day.logs if any(words in each for words in _LOST)]


def _unfinished(unraisable: Any) -> None:
    """What was never finished is thrown away at last, and its `finally` finds no loop any more. That is meant."""
    if not inspect.iscoroutine(unraisable.object):
        sys.__unraisablehook__(unraisable)


def _bury(day: Day) -> None:
    """Whatever was not finished is gone with the day, without another word."""
    for each in day.replicas:
        each.process.dead = True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        day.loop._ready.clear()  # type: ignore[attr-defined]
        day.loop._scheduled.clear()  # type: ignore[attr-defined]
        day.loop.close()


def library() -> Library:
    return load_library([CONTENT])
