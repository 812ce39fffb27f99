"""The role that serves: it can do what the bot does, and the server itself keeps the timeline from it."""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from tests.postgres import Server
from tests.runtime.bench import clear, game, incident, note
from tests.store.building import NOON, SECOND, entered, new_room, say, summary
from warroom.cli.app import main
from warroom.cli.exits import Exit
from warroom.core.commands import RecordChannel, Redact
from warroom.core.events import NoteTaken
from warroom.errors import VerificationFailed
from warroom.runtime.clock import SystemClock
from warroom.runtime.handle import Runtime
from warroom.store import cards, grants, inbox, migrate, outbox, pruning, rooms
from warroom.store.backup import command_for_postgresql
from warroom.store.cards import Card
from warroom.store.db import Database
from warroom.store.errors import StoreUnusable
from warroom.store.tables import metadata

ROLE = "serving"


@pytest.fixture
def role(postgresql_server: Server) -> Iterator[str]:
    """A role that may log in, and nothing else."""
    postgresql_server.sql(f"CREATE ROLE {ROLE} LOGIN")
    yield ROLE
    postgresql_server.sql(f"DROP ROLE {ROLE}")


@pytest.fixture
def owner(postgresql_url: str, role: str) -> Iterator[Database]:
    with Database(postgresql_url) as opened:
        opened.tx_sync(grants.grant, role)
        yield opened
        opened.tx_sync(lambda conn: conn.exec_driver_sql(f"DROP OWNED BY {role}").close())


@pytest.fixture
def served(owner: Database, postgresql_url: str) -> Iterator[Database]:
    """The same database, as the role that serves sees it."""
    with Database(f"postgresql://{ROLE}@{postgresql_url.partition('@')[2]}") as opened:
        yield opened


def test_every_table_is_thought_of() -> None:
    """What the role may do is said for every table there is."""
    assert set(grants.MAY) == {*metadata.tables, "alembic_version"}


async def test_the_bot_works(served: Database) -> None:
    """As this role a process starts on a current schema, plays, delivers, remembers, redacts and probes."""
    migrate.upgrade(served)
    runtime = Runtime(served, SystemClock())
    room = (await incident(runtime)).id
    await game(runtime)
    noted = await runtime.handle(room, note("my password is hunter2"), key="note:1")
    await runtime.handle(room, RecordChannel(place="war-room", channel="C1", name="inc-1"))
    await clear(runtime)
    await served.tx(inbox.keep, "event:1", NOON, "{}")
    assert await served.tx(inbox.finish, "event:1")
    for digest in ("a", "b"):
        shown = Card(room_id=room, card="status", place="war-room", channel="C1", ts="1", digest=digest, pinned=True)
        await served.tx(cards.remember, shown)
    await runtime.redact(room, Redact(by="ana", seq=noted.entries[-1].seq, field="text", operator=True))
    await served.read(rooms.verify, room)
    assert await served.probe() is None


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE entries SET body = '{}'",
        "UPDATE entries SET hash = hash",
        "DELETE FROM entries",
        "TRUNCATE entries CASCADE",
        "UPDATE texts SET salt = ''",
        "DELETE FROM texts",
        "TRUNCATE texts",
        "ALTER TABLE entries DISABLE TRIGGER ALL",
        "DROP TRIGGER entries_refuse_truncate ON entries",
        "DROP TABLE entries CASCADE",
        "DELETE FROM rooms",
        "DELETE FROM sources",
        "UPDATE alembic_version SET version_num = ''",
        "CREATE TABLE mine (a int)",
        "SET session_replication_role = replica",
    ],
)
def test_the_timeline_is_kept_from_it(owner: Database, served: Database, attack: str) -> None:
    """Even when somebody has dropped the triggers, the server refuses this role any change of the timeline."""
    for table, change in (("entries", "update"), ("entries", "delete"), ("texts", "update"), ("texts", "delete")):
        trigger = f"{table}_refuse_{change}"
        owner.tx_sync(lambda conn, t=trigger, on=table: conn.execute(text(f"DROP TRIGGER {t} ON {on}")).close())
    with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
        served.tx_sync(lambda conn: conn.execute(text(attack)).close())
    assert served.trouble is None


async def test_a_text_that_it_put_in_the_place_of_another(owner: Database, served: Database) -> None:
    """Of a text it may change the words, since it removes them when asked; without the trigger, verification finds it."""
    runtime = Runtime(served, SystemClock())
    room = (await incident(runtime)).id
    await runtime.handle(room, note("as it was"), key="note:1")
    changed = text("UPDATE texts SET text = 'another' WHERE text = 'as it was'")
    with pytest.raises(DBAPIError, match="texts"):
        served.tx_sync(lambda conn: conn.execute(changed).close())
    owner.tx_sync(lambda conn: conn.exec_driver_sql("DROP TRIGGER texts_refuse_update ON texts").close())
    assert served.tx_sync(lambda conn: conn.execute(changed).rowcount) == 1
    with pytest.raises(VerificationFailed):
        await served.read(rooms.verify, room)


def _closed_long_ago(conn: Connection) -> None:
    row = new_room(conn)
    outbox.put(conn, row.id, [say("said")], NOON)
    [claimed] = outbox.claim(conn, NOON, SECOND, 9)
    outbox.settle(conn, claimed, NOON, outcome={})
    assert inbox.first_time(conn, "press:a", NOON, room=row.id)
    rooms.append(conn, row, [entered(1, NoteTaken(text="over"))], summary(open=False))


def test_it_prunes_nothing(
    owner: Database, served: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`warroom prune` as the role that serves ends in a sentence that says who may, and has taken nothing out."""
    owner.tx_sync(_closed_long_ago)
    now = SystemClock().now()
    there = owner.read_sync(pruning.prunable, now)
    assert (there.deliveries, there.keys) == (1, 1)

    def prune(database: Database) -> int | str | None:
        address = database.url.render_as_string(hide_password=False)
        monkeypatch.setattr(sys, "argv", ["warroom", "prune", "--older-than", "1d", "--yes", "--database", address])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code

    assert prune(served) == Exit.SETTINGS
    assert "Prune as the role that owns the tables" in capsys.readouterr().err
    assert owner.read_sync(pruning.prunable, now) == there
    assert prune(owner) == Exit.OK
    assert owner.read_sync(pruning.prunable, now) == pruning.Prunable(deliveries=0, keys=0)


async def test_what_is_to_be_typed_for_a_backup(
    owner: Database, served: Database, postgresql_server: Server, tmp_path: Path
) -> None:
    """What `warroom backup` and `restore` tell to type works for the role that owns the tables, and for no other."""
    runtime = Runtime(served, SystemClock())
    room = (await incident(runtime)).id
    dump = tmp_path / "w dump"

    def typed(database: Database, *, back: bool) -> int:
        program, *words = shlex.split(command_for_postgresql(database.url, dump, back=back))
        command = [str(postgresql_server.programs / program), *words]
        return subprocess.run(command, check=False, capture_output=True, env=os.environ | {"LC_ALL": "C"}).returncode

    assert typed(served, back=False) != 0
    assert typed(owner, back=False) == 0
    kept = await served.read(rooms.verify, room)
    await runtime.handle(room, note("after the backup"), key="note:1")
    assert typed(served, back=True) != 0
    assert typed(owner, back=True) == 0
    assert await served.read(rooms.verify, room) == kept


def test_it_is_granted_exactly_this(owner: Database, role: str) -> None:
    """Whatever the role had before is taken from it; granting again changes nothing."""
    asked = text(
        "SELECT table_name, privilege_type FROM information_schema.table_privileges WHERE grantee = :role ORDER BY 1, 2"
    )

    def has() -> list[tuple[str, str]]:
        return owner.read_sync(lambda conn: [(each[0], each[1]) for each in conn.execute(asked, {"role": role})])

    before = has()
    owner.tx_sync(lambda conn: conn.execute(text(f"GRANT ALL ON entries, inbox TO {role}")).close())
    assert has() != before
    owner.tx_sync(grants.grant, role)
    assert has() == before
    assert [what for table, what in before if table == "entries"] == ["INSERT", "SELECT"]


def test_a_schema_that_it_may_not_change(owner: Database, served: Database) -> None:
    """A schema of an older release: the role cannot change it, and the sentence says who can."""
    owner.tx_sync(lambda conn: conn.execute(text("UPDATE alembic_version SET version_num = '0002'")).close())
    with pytest.raises(StoreUnusable, match=r"warroom migrate --grant ROLE"):
        migrate.upgrade(served)


def test_roles_that_will_not_do(postgresql_url: str, sqlite_url: str) -> None:
    """A role that is not there, one that owns everything, and a database without roles are refused in a sentence."""
    with Database(postgresql_url) as database:
        with pytest.raises(StoreUnusable, match="There is no role 'nobody at all'"):
            database.tx_sync(grants.grant, "nobody at all")
        with pytest.raises(StoreUnusable, match="superuser or owns the tables"):
            database.tx_sync(grants.grant, database.url.username or "")
        assert database.trouble is None
    with Database(sqlite_url) as database, pytest.raises(StoreUnusable, match="SQLite has no roles"):
        database.tx_sync(grants.grant, "serving")
