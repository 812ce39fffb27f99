"""Backup, restore, redaction, verification and deliveries from the outside: words, files and exit codes."""

import asyncio
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection
from typer.testing import CliRunner, Result

from tests.exporters.kept import keep
from tests.report.stories import incident
from tests.store.building import say
from warroom.cli.app import app, main
from warroom.cli.exits import Exit
from warroom.core.events import NoteTaken
from warroom.core.texts import REMOVED
from warroom.errors import InTheWay, NotFound, SettingsError, VerificationFailed, WarroomError
from warroom.runtime.clock import SystemClock
from warroom.runtime.handle import Runtime
from warroom.store import migrate, outbox, rooms
from warroom.store.db import Database

Run = Callable[..., Result]
HEARD = next(each for each in incident().entries if isinstance(each.event, NoteTaken))
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/warroom.db"


@pytest.fixture
def run(url: str) -> Run:
    """Run a command at a database in which one real incident was kept, and one message was given up."""
    with Database(url) as db:
        migrate.upgrade(db)
        db.tx_sync(_filled)

    def invoke(*given: object) -> Result:
        return CliRunner().invoke(app, [str(each) for each in given], env={"WARROOM_DATABASE": url, "COLUMNS": "40"})

    return invoke


def _filled(conn: Connection) -> None:
    room = keep(conn, incident().entries)
    outbox.put(conn, room, [say("never said"), say("not yet said")], NOW)
    for claimed in outbox.claim(conn, NOW, timedelta(seconds=9), 9):
        outbox.give_up(conn, claimed, NOW, "channel_not_found")


def well(result: Result) -> str:
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout


def fails(result: Result, error: type[WarroomError], *words: str) -> None:
    assert isinstance(result.exception, error), (result.exception, result.output)
    for word in words:
        assert word in str(result.exception)


def test_there_and_back(run: Run, tmp_path: Path) -> None:
    """A backup says what is in it; restored, what was there is kept and named; as JSON for programs."""
    copy = tmp_path / "copy.db"
    count = len(incident().entries)
    assert f"1 room with {count} entries, every one as it was written" in well(run("backup", copy))
    fails(run("backup", copy), InTheWay, "--force")
    told = json.loads(well(run("backup", copy, "--force", "--json")))
    assert (told["rooms"], told["entries"], told["schema"], told["bytes"] > 0) == (1, count, migrate.HEAD, True)
    fails(run("restore", copy), InTheWay, "--yes")
    restored = json.loads(well(run("restore", copy, "--yes", "--json")))
    assert Path(restored["before"]).exists()


def test_restored_over_nothing_that_is_in_use(run: Run, url: str, tmp_path: Path) -> None:
    """While somebody has the database open the command refuses, and says what to do."""
    copy = tmp_path / "copy.db"
    well(run("backup", copy))
    with Database(url) as bot:
        bot.read_sync(rooms.listing, None, mode="all")
        fails(run("restore", copy, "--yes"), InTheWay, "Stop it")


@pytest.mark.parametrize("servers", ["db", "east:5432,west:5432"])
def test_for_postgresql_it_says_what_to_type(run: Run, servers: str) -> None:
    """For PostgreSQL, with a standby or without, it says what to type and as whom, without the password."""
    address = f"postgresql://bot:hunter2@{servers}/warroom"
    for command, program in (("backup", "pg_dump"), ("restore", "pg_restore")):
        result = run(command, "w.dump", "--database", address)
        fails(result, WarroomError, program, f"postgresql://bot@{servers}/warroom", "owns the tables", "warroom verify")
        assert "hunter2" not in str(result.exception)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("backup", "copy.db"), Exit.IN_THE_WAY),
        (("backup", "elsewhere.db", "--database", "sqlite:///none.db"), Exit.NOT_FOUND),
        (("restore", "copy.db", "--yes"), Exit.UNVERIFIED),
    ],
)
def test_exit_codes(
    url: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], code: Exit
) -> None:
    """A file in the way, a database that is not there and a backup that does not verify end with codes of their own."""
    assert run is not None
    (tmp_path / "copy.db").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WARROOM_DATABASE", url)
    monkeypatch.setattr(sys, "argv", ["warroom", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == code


def test_redacted(run: Run, url: str, tmp_path: Path) -> None:
    """A text is removed after a question; the words tell what is done and what is not reached, and exports have it no more."""
    words = ("redact", "INC-7", HEARD.seq)
    fails(run(*words), InTheWay, "cannot be brought back", "--yes")
    told = well(run(*words, "--yes", "--reason", "a password", "--by", "U1"))
    assert f"the text 'text' of entry {HEARD.seq} in INC-7" in told
    assert "messages in Slack" in told
    fails(run(*words, "--yes"), NotFound, "removed before")
    fails(run("redact", "INC-7", 999), NotFound, "nobody typed anything")
    fails(run("redact", "INC-9", 1), NotFound, "no room")
    well(run("export", "INC-7", "--out", tmp_path / "out"))
    markdown, exported = (tmp_path / "out" / name for name in ("inc-7.md", "inc-7.json"))
    assert HEARD.event.text not in exported.read_text()  # type: ignore[attr-defined]
    assert "removed a text from entry" in markdown.read_text()
    assert json.loads(well(run("verify", exported, "--json")))["redacted"] == 1
    assert "1; entries of their own say so" in well(run("verify", "inc-7"))
    with Database(url) as db:
        [row] = db.read_sync(rooms.listing, None, mode="all")
        entry = db.read_sync(rooms.entries, row.id)[HEARD.seq - 1]
        last = db.read_sync(rooms.entries, row.id)[-1]
    assert entry.event.text == REMOVED  # type: ignore[attr-defined]
    assert (last.by, last.event.reason) == ("U1", "a password")  # type: ignore[attr-defined]


def test_verified_against_what_was_announced(run: Run, url: str, tmp_path: Path) -> None:
    """With the announced hash it says whether the timeline ends there, went on, or is another one."""
    well(run("export", "INC-7", "--out", tmp_path))
    with Database(url) as db:
        [row] = db.read_sync(rooms.listing, None, mode="all")
        earlier = db.read_sync(rooms.hash_of, row.id, row.seq - 2)
    for what in ("INC-7", tmp_path / "inc-7.json"):
        assert "It ends in what was announced." in well(run("verify", what, "--head", row.head_hash))
        assert f"is entry {row.seq - 2}, and all before it is as it was then" in well(
            run("verify", what, "--head", earlier)
        )
        fails(run("verify", what, "--head", "f" * 64), VerificationFailed, "no entry has the hash")
        assert json.loads(well(run("verify", what, "--head", row.head_hash, "--json")))["announced"] == row.seq
    fails(run("verify", "INC-99"), NotFound, "no room")
    fails(run("verify", tmp_path / "none.json"), NotFound, "no file")


def test_deliveries(run: Run, url: str) -> None:
    """What waits and what was given up is listed on a narrow terminal, replayed once, and the timeline says so."""
    listed = well(run("deliveries", "list"))
    assert max(map(len, listed.splitlines())) <= 40
    assert well(run("deliveries")) == listed
    told = json.loads(well(run("deliveries", "list", "--json", "--room", "INC-7")))
    [letter], [waits] = told["given_up"], told["waiting"]
    assert (letter["what"], letter["reason"], waits["what"]) == (
        "Say in war-room never said",
        "channel_not_found",
        "Say in war-room not yet said",
    )
    assert letter["id"][:10] in listed
    fails(run("deliveries", "replay"), NotFound, "--all")
    fails(run("deliveries", "replay", "zz"), NotFound, "begins with 'zz'")
    assert "is owed again" in well(run("deliveries", "replay", letter["id"][:8]))
    fails(run("deliveries", "replay", letter["id"]), NotFound, "given up")
    assert "Nothing was given up" in run("deliveries", "replay", "--all").output
    after = json.loads(well(run("deliveries", "list", "--json")))
    assert [each["what"] for each in after["waiting"]] == [waits["what"], letter["what"]]

    async def last() -> str:
        with Database(url) as db:
            [row] = db.read_sync(rooms.listing, None, mode="all")
            await Runtime(db, SystemClock()).room(row.id)
            return type(db.read_sync(rooms.entries, row.id)[-1].event).__name__

    assert asyncio.run(last()) == "DeliveryReplayed"


def test_prune(run: Run) -> None:
    """Without --yes it only says what it would do; and nothing that is younger than a day is ever pruned."""
    assert "This would take out 0 deliveries" in well(run("prune"))
    assert json.loads(well(run("prune", "--older-than", "30d", "--yes", "--json"))) == {
        "deliveries": 0,
        "keys": 0,
        "pruned": True,
    }
    for length in ("1h", "soon", "-3d"):
        fails(run("prune", "--older-than", length), SettingsError, "at least a day")
