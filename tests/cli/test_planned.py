"""`warroom calendar`: what is planned, for whoever runs the bot."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from typer.testing import CliRunner

from warroom.cli.app import app
from warroom.core.calendar import Occurrence
from warroom.store import migrate, schedules
from warroom.store.db import Database
from warroom.store.schedules import People, Wish

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def test_what_is_planned_is_listed(tmp_path: Path) -> None:
    """Everything that has not ended, unannounced game days too, for people and for programs; nothing says so on stderr."""
    url = f"sqlite:///{tmp_path / 'warroom.db'}"
    people = People(directors=("U1",), players=("U2",))
    with Database(url) as database:
        migrate.upgrade(database)
        empty = CliRunner().invoke(app, ["calendar", "--database", url])
        for surprise in ("announced", "unannounced"):
            wish = Wish(
                workspace="T1", planned_by="U1", scenario="wheel", people=people, first_at=NOON, surprise=surprise
            )
            coming = Occurrence(number=0, begins=NOON, starts=NOON + timedelta(minutes=7))
            database.tx_sync(schedules.add, wish, coming, at=NOON)
    told = CliRunner().invoke(app, ["calendar", "--database", url])
    rows = json.loads(CliRunner().invoke(app, ["calendar", "--json", "--database", url]).stdout)
    assert (empty.stdout, empty.stderr) == ("", "Nothing is planned.\n")
    assert told.stdout.splitlines() == [
        "1    2026-03-01T12:07  once         announced    wheel",
        "2    2026-03-01T12:07  once         unannounced  wheel",
    ]
    assert [(each["number"], each["directors"], each["starts"]) for each in rows] == [
        (1, ["U1"], "2026-03-01T12:07:00+00:00"),
        (2, ["U1"], "2026-03-01T12:07:00+00:00"),
    ]
