"""Judges a run by what it left behind: the history, and the database as it was in the end.

    python -m tests.crash.check HISTORY DATABASE

DATABASE is a file; of a PostgreSQL lane, the copy that lies beside the history. The invariants are those of
`tests.reliability`; two more are only true of real processes: what a machine rings, and what is pressed.
"""

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from tests.crash import history
from tests.crash.history import History
from tests.crash.town import CANARY, HOOK_TOKEN, TARGETS, Town
from tests.reliability.evidence import Broken, Evidence, Message, Sent, Timeline, kept
from tests.reliability.invariants import Verdict, Violation
from tests.reliability.invariants import check as check_all
from warroom.core import events as e
from warroom.faults.records import Records
from warroom.store import migrate, tables
from warroom.store.db import Database

LATE = {"slow answer": 0.3, "hangs beyond the time-out": 9.5}  # kinds of faults that carry a call out later
AT_ONCE_PLAIN = 2.0  # seconds from the refusal of blocks to the same words without; there is one call between them
SLACK = 1.0  # seconds that such a call may take besides
TRIED = timedelta(minutes=12)
AT_ONCE = 16  # effects that one process performs at most
ASKED = ("bell", "faults", "pressed", "press acknowledged", "slack fault", "continue")
PUNCTUAL = timedelta(seconds=15)  # on a machine that is busy with everything else


def write_slack(written: History, town: Town) -> None:
    """What stands in Slack in the end, what never reached the bot, and what was broken."""
    state, bot = town.workspace.office.state, town.app.bot_id
    for channel in state.channels.values():
        own = [each for each in state.messages(channel.id) if each.bot_id == bot and not each.subtype]
        alone = [each for who in state.users for each in state.ephemerals(channel.id, who) if each.bot_id == bot]
        for each in (*own, *alone):
            written.write(
                "stands", channel=channel.id, ts=each.ts, text=each.text, blocks=each.blocks or [],
                metadata=each.metadata or {}, thread=each.thread_ts, to=each.ephemeral_to, edited=each.edited_ts,
            )  # fmt: skip
    for event in state.events.values():
        written.write("never acknowledged", text=str(event.payload.get("event", {}).get("text", "")))
    glass = town.glass
    for target in sorted(target for targets in TARGETS.values() for target in targets):
        written.write(
            "glass", target=target, injected=glass.injected[target], undone=glass.undone[target],
            broken=sorted(glass.broken[target]),
        )  # fmt: skip
    written.write("faults", broken=len(glass.faults), undone_by=dict(_undone_by(town.folder / "state")))
    written.write("bell", rung=_times(town.folder / "rung"), sounded=_times(town.folder / "sounded"))


def _times(file: Path) -> int:
    return len(file.read_text().splitlines()) if file.exists() else 0


def _undone_by(state: Path) -> Counter[str]:
    """Who has undone what was broken, as it is on record."""
    over = [record.over() for record in Records(state).every() if record.begun()]
    return Counter("nobody" if each is None else each.by for each in over)


def gather(
    conn: Connection, path: Path, before: Mapping[str, str] | None = None, after: Mapping[str, str] | None = None
) -> Evidence:
    """The evidence of a lane: its history, and what its database says now."""
    told = defaultdict[str, list[dict[str, Any]]](list)
    for line in history.read(path):
        told[line["what"]].append(line)
    logs = [path.parent / name for name in ("bots.log", "cold.log")]
    end = told["end"][-1]
    before, after, held = before or {}, after or {}, kept(conn)
    real = _acts(each for each in held.timelines if each.row.mode == "real")
    return Evidence(
        kept=held,
        messages=tuple(_messages(told)),
        sent=tuple(_sent(told)),
        outlets={"the siren": max(0, told["bell"][-1]["sounded"] - real["siren", "begun"])},
        broken=tuple(
            Broken(
                target=each["target"],
                injected=each["injected"],
                undone=each["undone"],
                broken=bool(each["broken"]),
            )
            for each in told["glass"]
        ),
        canaries=(CANARY, HOOK_TOKEN, "xoxb-", "xapp-"),
        logs="\n".join(each.read_text(errors="replace") for each in logs if each.exists()),
        exports=after,
        exported_twice=[(name, before[name], after[name]) for name in before if name in after],
        quiet=bool(end["quiet"]),
        late=PUNCTUAL,
        idle=_judged_not(told),
        ended_at=datetime.fromtimestamp(end["at"] + end["offset"], UTC),  # by the bots' clock
    )


def _judged_not(told: Mapping[str, list[dict[str, Any]]]) -> tuple[tuple[datetime, datetime], ...]:
    """When nobody asks how late a timer was: while processes are killed and clocks jump, and when clocks are moved again.

    What is left is from when everybody lives, and no clock jumps, until all is quiet; what fell due before that, too, must
    be done soon after it has begun. Times are those of the bots' clock.
    """
    alive, drained = (
        datetime.fromtimestamp(each["at"] + each["offset"], UTC) for each in (told["alive"][-1], told["drained"][-1])
    )
    return (datetime.min.replace(tzinfo=UTC), alive), (drained, datetime.max.replace(tzinfo=UTC))


def _acts(timelines: Iterable[Timeline]) -> Counter[tuple[str, str]]:
    """How often each step's act has begun, and how often it was done."""
    found = Counter[tuple[str, str]]()
    for timeline in timelines:
        steps = dict[tuple[str, int], str]()
        for each in timeline.entries:
            match each.event:
                case e.ActAsked(run=run, step=step, act=act):
                    steps[run, act] = step
                case e.ActBegun(run=run, act=act):
                    found[steps[run, act], "begun"] += 1
                case e.ActEnded(run=run, act=act, outcome="done"):
                    found[steps[run, act], "done"] += 1
    return found


def _carried_out_late(lines: Iterable[dict[str, Any]]) -> list[float]:
    """When Slack did what a caller may have given up by then."""
    faults = (each for each in lines if each["what"] == "slack fault" and each["method"] == "chat.postMessage")
    return [each["at"] + LATE[each["kind"]] for each in faults if each["kind"] in LATE]


def _messages(told: Mapping[str, list[dict[str, Any]]]) -> Iterable[Message]:
    late = _carried_out_late(told["slack fault"]) + [each["at"] for each in told["continue"]]
    refused = [
        (each["method"], each["at"]) for each in told["slack fault"] if each["kind"] == "msg_too_long"
    ]  # by Slack's clock, as when it was written
    for each in told["stands"]:
        at = float(each["ts"])
        method, written = ("chat.update", float(each["edited"])) if each["edited"] else ("chat.postMessage", at)
        yield Message(
            channel=each["channel"],
            ts=each["ts"],
            at=datetime.fromtimestamp(at, UTC),
            text=each["text"],
            blocks=json.dumps(each["blocks"], ensure_ascii=False),
            metadata=json.dumps(each["metadata"]),
            thread=each["thread"] or "",
            to=each["to"],
            refused=any(by == method and when <= written <= when + AT_ONCE_PLAIN for by, when in refused),
            promised=not any(when <= at <= when + SLACK for when in late),
        )


def _sent(told: Mapping[str, list[dict[str, Any]]]) -> Iterable[Sent]:
    acknowledged = {each["mark"] for each in told["acknowledged"]}
    left = "\n".join(each["text"] for each in told["never acknowledged"])
    for each in told["sent"]:
        mark, by_slack = each["mark"], each["kind"] == "event"
        yield Sent(
            kind=each["kind"],
            mark=mark,
            entry=each["entry"],
            acknowledged=mark not in left if by_slack else mark in acknowledged,
        )


def judge(evidence: Evidence, path: Path) -> dict[str, Any]:
    """The verdict in plain values, for the table and for JSON."""
    verdict: Verdict = check_all(evidence)
    lines = [each for each in history.read(path) if each["what"] in ASKED]
    own = (*_rung(evidence, lines), *_pressed(evidence, lines), *_given_up_early(evidence), *_twins(evidence, lines))
    violations = [*verdict.violations, *own]
    if not evidence.quiet:
        violations.append(Violation("quiet", "the lane", "it did not come right within its time"))
    return {
        "violations": [str(each) for each in violations],
        "by_invariant": dict(Counter(each.invariant for each in violations)),
        "inputs": asdict(verdict.sent),
        "announcements": asdict(verdict.said),
        "given_up": verdict.given_up,
        "twins_swept": _swept(evidence),
        "timers": verdict.timers,
        "broken": sum(each["broken"] for each in lines if each["what"] == "faults"),
        "undone_by": next((each["undone_by"] for each in lines if each["what"] == "faults"), {}),
        "sounded": sum(each["sounded"] for each in lines if each["what"] == "bell"),
        "acts": sum(each["rung"] for each in lines if each["what"] == "bell"),
        "entries": sum(len(each.stored) for each in evidence.kept.timelines),
        "rooms": len(evidence.kept.timelines),
    }


def _rung(evidence: Evidence, lines: list[dict[str, Any]]) -> Iterable[Violation]:
    """A machine acts once: what rang has begun on a timeline, and what ended well has rung."""
    acts = _acts(evidence.kept.timelines)
    rung = sum(each["rung"] for each in lines if each["what"] == "bell")
    begun, done = acts["bell", "begun"], acts["bell", "done"]
    if not done <= rung <= begun:
        yield Violation("I7", "the bell", f"it rang {rung} times; {begun} acts began, {done} were done")


def _pressed(evidence: Evidence, lines: list[dict[str, Any]]) -> Iterable[Violation]:
    """Each incident is acknowledged once at most, and where a press of that button was acknowledged, it is."""
    done = {each["mark"] for each in lines if each["what"] == "press acknowledged"}
    channels = {each["channel"] for each in lines if each.get("label") == "Acknowledge" and each["mark"] in done}
    for timeline in evidence.kept.timelines:
        events = [each.event for each in timeline.entries]
        times = Counter(each.incident for each in events if isinstance(each, e.IncidentAcknowledged))
        for incident, number in times.items():
            if number > 1 and not any(isinstance(each, e.IncidentReopened) for each in events):
                yield Violation("I1", timeline.row.key, f"{incident} was acknowledged {number} times")
        mine = {each.channel for each in events if isinstance(each, e.ChannelOpened)}
        halted = any(isinstance(each, e.EmergencyCalled) for each in events)  # then a press may have been refused
        if mine & channels and not times and not halted:
            yield Violation("I1", timeline.row.key, "its acknowledgement was acknowledged, and is nowhere")


def _swept(evidence: Evidence) -> int:
    return sum(int(each.outcome.get("twins", 0)) for each in evidence.kept.owed)


def _twins(evidence: Evidence, lines: list[dict[str, Any]]) -> Iterable[Violation]:
    """What stood twice was removed, and stands no more; so they are counted. No more can have come about than calls were
    carried out late, or were about to be made by a process that was stopped: one in each lane at most.
    """
    twins, stopped = _swept(evidence), sum(each["what"] == "continue" for each in lines)
    excused = len(_carried_out_late(lines)) + stopped * AT_ONCE
    if twins > excused:
        yield Violation("I4", "the channels", f"{twins} messages stood twice, and {excused} can be excused")


def _given_up_early(evidence: Evidence) -> Iterable[Violation]:
    """What fails for a while is tried for about fifteen minutes, however many processes die over it meanwhile."""
    for each in evidence.kept.owed:
        if each.state == "failed" and "(tried" in str(each.outcome.get("reason")) and each.settled_at:
            tried = each.settled_at - each.created_at
            if timedelta(0) <= tried < TRIED:
                what = f"{each.type} {each.lane}/{each.number} was given up after {tried}: {each.outcome['reason']}"
                yield Violation("I4", "the outbox", what)


def copy(db: Database, path: Path) -> None:
    """The whole database as a file of SQLite's, so that it can be judged again when the server is gone."""
    with Database(f"sqlite:///{path}") as there:
        migrate.upgrade(there)
        for table in tables.metadata.sorted_tables:
            if rows := db.read_sync(_rows, table):
                there.tx_sync(_put, table, rows)


def _rows(conn: Connection, table: Table) -> list[dict[str, Any]]:
    return [dict(each) for each in conn.execute(select(table)).mappings()]


def _put(conn: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    conn.execute(insert(table), rows)


def main(path: str, database: str) -> int:
    with Database(f"sqlite:///{database}") as db:
        evidence = db.tx_sync(gather, Path(path))
    found = judge(evidence, Path(path))
    print(json.dumps({name: value for name, value in found.items() if name != "violations"}, indent=1))
    for each in found["violations"]:
        print(each)
    return 1 if found["violations"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
