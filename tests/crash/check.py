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
from tests.crash.town import CANARY, HOOK_TOKEN, Town
from tests.reliability.evidence import Broken, Evidence, Message, Sent, kept
from tests.reliability.invariants import Verdict, Violation
from tests.reliability.invariants import check as check_all
from warroom.core import events as e
from warroom.store import migrate, tables
from warroom.store.db import Database

LATE = {"slow answer": 0.3, "hangs beyond the time-out": 9.5}  # kinds of faults that carry a call out later
SLACK = 1.0  # seconds that such a call may take besides
TRIED = timedelta(minutes=12)
NEVER_LATE = timedelta(days=1)  # where clocks jump by an hour nobody can say how late something was


def write_slack(written: History, town: Town) -> None:
    """What stands in Slack in the end, what never reached the bot, and what was broken."""
    state, bot = town.workspace.office.state, town.app.bot_id
    for channel in state.channels.values():
        own = [each for each in state.messages(channel.id) if each.bot_id == bot and not each.subtype]
        alone = [each for who in state.users for each in state.ephemerals(channel.id, who) if each.bot_id == bot]
        for each in (*own, *alone):
            written.write(
                "stands", channel=channel.id, ts=each.ts, text=each.text, blocks=each.blocks or [],
                metadata=each.metadata or {}, thread=each.thread_ts, to=each.ephemeral_to,
            )  # fmt: skip
    for event in state.events.values():
        written.write("never acknowledged", text=str(event.payload.get("event", {}).get("text", "")))
    glass, rung = town.glass, town.folder / "rung"
    written.write("glass", injected=glass.injected, undone=glass.undone, broken=sorted(glass.broken))
    written.write("bell", rung=len(rung.read_text().splitlines()) if rung.exists() else 0)


def gather(
    conn: Connection, path: Path, before: Mapping[str, str] | None = None, after: Mapping[str, str] | None = None
) -> Evidence:
    """The evidence of a lane: its history, and what its database says now."""
    told = defaultdict[str, list[dict[str, Any]]](list)
    for line in history.read(path):
        told[line["what"]].append(line)
    log = path.parent / "bots.log"
    glass = told["glass"][-1]
    end = told["end"][-1]
    before, after = before or {}, after or {}
    return Evidence(
        kept=kept(conn),
        messages=tuple(_messages(told)),
        sent=tuple(_sent(told)),
        broken=(
            Broken(
                target="shop/window",
                injected=glass["injected"],
                undone=glass["undone"],
                broken=bool(glass["broken"]),
            ),
        ),
        canaries=(CANARY, HOOK_TOKEN, "xoxb-", "xapp-"),
        logs=log.read_text(errors="replace") if log.exists() else "",
        exports=after,
        exported_twice=[(name, before[name], after[name]) for name in before if name in after],
        quiet=bool(end["quiet"]),
        late=NEVER_LATE,
        ended_at=datetime.fromtimestamp(end["at"], UTC),
    )


def _messages(told: Mapping[str, list[dict[str, Any]]]) -> Iterable[Message]:
    late = [
        each["at"] + LATE[each["kind"]]
        for each in told["slack fault"]
        if each["kind"] in LATE and each["method"] == "chat.postMessage"
    ]
    late += [each["at"] for each in told["continue"]]
    for each in told["stands"]:
        at = float(each["ts"])
        yield Message(
            channel=each["channel"],
            ts=each["ts"],
            at=datetime.fromtimestamp(at, UTC),
            text=each["text"],
            blocks=json.dumps(each["blocks"], ensure_ascii=False),
            metadata=json.dumps(each["metadata"]),
            thread=each["thread"] or "",
            to=each["to"],
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
    lines = [each for each in history.read(path) if each["what"] in ("bell", "pressed", "press acknowledged")]
    own = (*_rung(evidence, lines), *_pressed(evidence, lines), *_given_up_early(evidence))
    violations = [*verdict.violations, *own]
    if not evidence.quiet:
        violations.append(Violation("quiet", "the lane", "it did not come right within its time"))
    return {
        "violations": [str(each) for each in violations],
        "by_invariant": dict(Counter(each.invariant for each in violations)),
        "inputs": asdict(verdict.sent),
        "announcements": asdict(verdict.said),
        "given_up": verdict.given_up,
        "twins_swept": sum(int(each.outcome.get("twins", 0)) for each in evidence.kept.owed),
        "timers": verdict.timers,
        "broken": sum(each.injected for each in evidence.broken),
        "undone": sum(each.undone for each in evidence.broken),
        "acts": sum(each["rung"] for each in lines if each["what"] == "bell"),
        "entries": sum(len(each.stored) for each in evidence.kept.timelines),
        "rooms": len(evidence.kept.timelines),
    }


def _rung(evidence: Evidence, lines: list[dict[str, Any]]) -> Iterable[Violation]:
    """A machine acts once: what rang has begun on a timeline, and what ended well has rung."""
    kinds = Counter(
        "well" if isinstance(each.event, e.ActEnded) and each.event.outcome == "ok" else "begun"
        for timeline in evidence.kept.timelines
        for each in timeline.entries
        if isinstance(each.event, e.ActBegun) or (isinstance(each.event, e.ActEnded) and each.event.outcome == "ok")
    )
    rung = sum(each["rung"] for each in lines if each["what"] == "bell")
    if not kinds["well"] <= rung <= kinds["begun"]:
        yield Violation(
            "I7", "the bell", f"it rang {rung} times; {kinds['begun']} acts began, {kinds['well']} ended well"
        )


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
        if mine & channels and not times:
            yield Violation("I1", timeline.row.key, "its acknowledgement was acknowledged, and is nowhere")


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
