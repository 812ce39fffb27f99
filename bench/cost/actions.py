"""What one action of a person costs: transactions, statements and calls to Slack, counted one by one.

Counts do not depend on the machine. Every transaction is known by the function that ran in it, and each such function has its
reason here: one that is not listed fails the count, so that nothing is added unseen. What the loops of the bot look at
whenever something was committed (is anything due?) is counted apart, because ten actions at once share those looks.
"""

import asyncio
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import Engine, event

from bench.cost import stage
from bench.cost.figures import Figure, Measured
from bench.cost.places import Place
from warroom.demo.alert import payload
from warroom.store.db import Database

WHY = {
    "inbox.keep": "what Slack sent is kept, so that it may be acknowledged",
    "inbox.first_time": "what Slack sent is nothing to us, and is kept as finished",
    "handle.Runtime._hear": "what was said, on the timeline, and its delivery finished: kept, so that it may be acknowledged",
    "intake._finish": "it has been taken, and nobody takes it up again",
    "rooms.by_channel": "which room is this channel's?",
    "rooms.find": "which room is meant?",
    "rooms.listing": "which rooms are open?",
    "handle.Runtime._handle": "lock, decide, append: the action itself, with all that follows from it",
    "handle.Runtime._open": "the same, in a new room",
    "handle.Runtime._open_or_handle": "the same, in a new room or the one that is open",
    "handle.Runtime._read": "the room as it is now, to show it",
    "outbox.claim": "lease what is to be said next",
    "outbox.settle": "it was said, and the lane goes on",
    "outbox.put_back": "it cannot be said yet, such as before the channel that it mentions is open",
    "budgets.take": "may this be said now? Slack's limits are shared with the other processes",
    "budgets.hold": "Slack wants this method to be left alone for a while",
    "gaps.note_opened": "a channel was made of which the room does not know yet: what is said in it must be heard",
    "cards.get": "which message is the card, and what does it show?",
    "perform.remember": "the card shows this now",
    "cards.at": "which card is this thread's?",
    "people.names": "who is known already?",
    "people.remember": "what somebody is called",
}
LOOKS = {
    "inbox.due": "was anything kept and not finished?",
    "agenda.next_times": "what is next, for every loop at once?",
    "rooms.due": "which rooms' time has come?",
    "twins.due": "which messages may stand twice?",
    "schedules.due": "which planned game day's time has come?",
}
STARTED = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)  # of the alert
IGNORED = {"handle._is_quiet"}  # asked by this count


@dataclass(frozen=True, kw_only=True)
class Count:
    """One action: how often each function ran, how many statements that were, and which calls Slack had."""

    action: str
    ran: Counter[str]
    statements: int
    writes: int
    looks: int
    calls: Counter[str]

    @property
    def transactions(self) -> int:
        return sum(self.ran.values())


class Counting(Database):
    """Counts by the function that runs in each transaction."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.ran, self.writes, self.statements = Counter[str](), Counter[str](), Counter[str]()
        self._here = threading.local()

    async def tx(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        self.writes[_name(fn)] += 1
        return await super().tx(self._named(fn), *args, **kwargs)

    async def tx_again(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        self.writes[_name(fn)] += 1
        return await super().tx_again(self._named(fn), *args, **kwargs)

    async def read(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        return await super().read(self._named(fn), *args, **kwargs)

    def _named(self, fn: Callable[..., Any]) -> Callable[..., Any]:
        name = _name(fn)
        self.ran[name] += 1

        def run(*args: Any, **kwargs: Any) -> Any:
            self._here.name = name
            try:
                return fn(*args, **kwargs)
            finally:
                self._here.name = ""

        return run

    def statement(self, *_: Any) -> None:
        if name := getattr(self._here, "name", ""):
            self.statements[name] += 1

    def forget(self) -> None:
        for each in (self.ran, self.writes, self.statements):
            each.clear()


def _name(fn: Callable[..., Any]) -> str:
    fn = getattr(fn, "func", fn)  # of a partial, what it is of
    return f"{fn.__module__.rpartition('.')[2]}.{fn.__qualname__}"


def measure(place: Place) -> Measured:
    counts = asyncio.run(counted(place))
    pressed = next(each for each in counts if each.action == "Press “Acknowledge”")
    return Measured(
        figures=[
            Figure(
                group="Presses",
                name="What a press costs: transactions, statements, calls to Slack",
                target="each has its reason",
                result=f"{pressed.transactions}, {pressed.statements}, {sum(pressed.calls.values())}",
                holds=True,
                says="The table below has every action, and the reason for each.",
                samples={},
            )
        ],
        tables={"What each action costs": _table(counts), "Why each transaction is made": _reasons(counts)},
        more={each.action: {"ran": dict(each.ran), "calls": dict(each.calls)} for each in counts},
    )


async def counted(place: Place) -> list[Count]:
    """Every action of a small incident, one after another, each when the one before has been said."""
    db = Counting(place.sqlite("actions"))
    event.listen(Engine, "before_cursor_execute", db.statement)
    try:
        async with stage.opened(place, "actions", db=db, runbooks=_runbook(place.folder)) as on:
            return [await _count(on, db, name, act) for name, act in _actions(on)]
    finally:
        event.remove(Engine, "before_cursor_execute", db.statement)


def _runbook(folder: Path) -> Path:
    books = folder / "books"
    books.mkdir(exist_ok=True)
    (books / "dark.yaml").write_text(
        "runbook: 1\nid: dark\ntitle: Lights out\nowner: everybody\nservices: [lights]\nfailure_modes: [lost]\n"
        "steps:\n- id: fuse\n  title: Look at the fuse\n  do: Look.\n- id: lamp\n  title: Change the lamp\n  do: Change it.\n"
    )
    (books / "services.yaml").write_text("catalogue: 1\nservices:\n  lights:\n    title: The lights\n")
    return books


Act = Callable[[], Awaitable[object]]


def _actions(on: stage.Stage) -> list[tuple[str, Act]]:
    ana, ben = on.people["ana"], on.people["ben"]

    async def say(text: str) -> None:
        await ana.say(await on.war_room("ana"), text)

    async def press(label: str) -> None:
        room = await on.war_room("ana")
        await ana.press(await stage.with_button(ana, room, label), label)

    return [
        ("Declare an incident", lambda: ana.say(on.channel, "/warroom declare It is dark")),
        ("Press “Acknowledge”", lambda: press("Acknowledge")),
        ("Press “Take command”", lambda: press("Take command")),
        ("Say something in the war room", lambda: say("The queue is still growing.")),
        ("Take a note, by command", lambda: say("/warroom note The queue is still growing.")),
        ("Post an update, by command", lambda: say("/warroom update We know why.")),
        ("Begin to walk a runbook", lambda: say("/warroom walk dark")),
        ("Press “Done” at a step", lambda: press("Done")),
        ("Be refused", lambda: ben.say(on.channel, "/warroom ack INC-99")),
        ("An alert, from monitoring", lambda: _alert(on)),
        ("The same alert again", lambda: _alert(on)),
        ("Resolve the incident", lambda: say("/warroom resolve It was the fuse.")),
    ]


async def _alert(on: stage.Stage) -> None:
    headers = {"Authorization": "Bearer a-token-for-the-benchmarks-0001", "Content-Type": "application/json"}
    address = f"{on.bot.web_address}/hooks/alertmanager"
    async with aiohttp.ClientSession() as http, http.post(address, data=payload(STARTED), headers=headers) as answer:
        if answer.status != 200:
            raise RuntimeError(await answer.text())


async def _count(on: stage.Stage, db: Counting, name: str, act: Act) -> Count:
    await on.settled()
    db.forget()
    before = on.workspace.wire.last
    await act()
    await on.workspace.settled()
    await on.settled()
    ran = Counter({each: times for each, times in db.ran.items() if each not in IGNORED})
    if unknown := ran.keys() - WHY.keys() - LOOKS.keys():
        raise LookupError(f"{', '.join(sorted(unknown))}: say in {__name__}.WHY why this is needed")
    calls = [each.method for each in on.workspace.wire.after(before) if each.kind == "call"]
    ours = Counter({each: times for each, times in ran.items() if each in WHY})
    return Count(
        action=name,
        ran=ours,
        statements=sum(db.statements[each] for each in ours),
        writes=sum(db.writes[each] for each in ours),
        looks=sum(times for each, times in ran.items() if each in LOOKS),
        calls=Counter(calls),
    )


def _table(counts: list[Count]) -> str:
    lines = [
        "| action | transactions | of which write | statements | looks of the loops | calls to Slack |",
        "|---|---|---|---|---|---|",
    ]
    for each in counts:
        calls = ", ".join(
            f"{times} × `{name}`" if times > 1 else f"`{name}`" for name, times in sorted(each.calls.items())
        )
        lines.append(
            f"| {each.action} | {each.transactions} | {each.writes} | {each.statements} | {each.looks} | {calls or 'none'} |"
        )
    return "\n".join(lines)


def _reasons(counts: list[Count]) -> str:
    used = sum((each.ran for each in counts), Counter[str]())
    lines = ["| transaction | why | in all of the above |", "|---|---|---|"]
    lines += [f"| `{name}` | {why} | {used[name]} |" for name, why in WHY.items() if used[name]]
    lines += [f"| `{name}` | a look: {why} | |" for name, why in LOOKS.items()]
    return "\n".join(lines)
