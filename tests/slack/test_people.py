"""Who the ids are: asked for once, and kept."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import Connection, delete

from tests.runtime.conftest import another, clock, runtime, template
from warroom.runtime.handle import Runtime
from warroom.slack.people import People
from warroom.store.tables import people as table
from warroom.testing import ManualClock

__all__ = ["another", "clock", "runtime", "template"]
Doc = dict[str, Any]


class Slack:
    """Says who somebody is, when it may; counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.begun, self.may = asyncio.Event(), asyncio.Event()

    async def users_info(self, user: str) -> Doc:
        self.asked.append(user)
        self.begun.set()
        await self.may.wait()
        if user == "U0":
            raise TimeoutError
        return {"user": {"id": user, "real_name": f"Name of {user}", "tz": "UTC"}}


@pytest.fixture
def slack() -> Slack:
    return Slack()


@pytest.fixture
def people(slack: Slack, runtime: Runtime, clock: ManualClock) -> People:
    return People(slack, runtime.db, clock)  # type: ignore[arg-type]  # as much of Slack as is asked here


async def test_many_who_want_one_name_ask_once(slack: Slack, people: People) -> None:
    """Twenty who need a name at the same time ask Slack once, and each gets it; who comes later asks nobody."""
    wanted = [asyncio.create_task(people.named("T1", ["U1", "U2"])) for _ in range(20)]
    await slack.begun.wait()
    slack.may.set()
    found = await asyncio.gather(*wanted)
    assert found == [{"U1": "Name of U1", "U2": "Name of U2"}] * 20
    assert sorted(slack.asked) == ["U1", "U2"]
    assert people.known("T1", ["U2"]) == {"U2": "Name of U2"}
    assert people.met("T1", "U1")
    assert not people.met("T2", "U1")


async def test_a_name_that_is_known_is_not_read_again(
    slack: Slack, people: People, runtime: Runtime, clock: ManualClock
) -> None:
    """A process looks once; another, or the same one started again, finds it in the database and asks nobody."""
    slack.may.set()
    await people.meet("T1", ["U1"])
    other = People(slack, runtime.db, clock)  # type: ignore[arg-type]  # as above
    assert await other.named("T1", ["U1"]) == {"U1": "Name of U1"}
    await runtime.db.tx(forget)
    assert await other.named("T1", ["U1"]) == {"U1": "Name of U1"}
    assert slack.asked == ["U1"]


async def test_who_cannot_be_found_stays_an_id_and_is_asked_for_again(slack: Slack, people: People) -> None:
    """Nobody waits for ever for a name, and nobody takes the failure for an answer."""
    slack.may.set()
    assert await people.named("T1", ["U0", "U1"]) == {"U1": "Name of U1"}
    assert await people.named("T1", ["U0"]) == {}
    assert slack.asked == ["U0", "U1", "U0"]


async def test_what_cannot_be_kept_is_told_to_everybody_who_waits(
    slack: Slack, people: People, runtime: Runtime
) -> None:
    """A name that the database would not take is known to nobody, and none of those who asked goes on as if it were."""
    wanted = [asyncio.create_task(people.named("T1", ["U1"])) for _ in range(3)]
    await slack.begun.wait()
    runtime.db.close()
    slack.may.set()
    assert [type(each) for each in await asyncio.gather(*wanted, return_exceptions=True)] == [RuntimeError] * 3
    assert not people.met("T1", "U1")


def forget(conn: Connection) -> None:
    conn.execute(delete(table))


async def test_a_report_does_not_wait_for_a_name_that_nobody_has(slack: Slack, people: People) -> None:
    """Whoever can be named is; sources of alerts are not asked for, and a failure keeps nobody from the report."""
    slack.may.set()
    await people.meet_at_last("T1", ["U1", "alertmanager", "U0"])
    assert sorted(slack.asked) == ["U0", "U1"]
    assert people.known("T1", ["U1", "U0"]) == {"U1": "Name of U1"}
