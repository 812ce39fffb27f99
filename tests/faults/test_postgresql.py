"""A real PostgreSQL is taken away and given back, and the check that a runbook would use sees both."""

import os
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.faults.bench import Machine, entry, in_, listed
from tests.postgres import Server, postgresql_server
from warroom.breaking import Breaking
from warroom.checks import Finding, Guard, look
from warroom.core import commands as c
from warroom.core import effects as f
from warroom.core.allowed import Allowed, AllowedCommand
from warroom.core.breakable import Process
from warroom.core.probes import Command, Probe
from warroom.core.room import Room
from warroom.runtime.clock import SystemClock
from warroom.runtime.deliver import Done, Later, Result
from warroom.store.outbox import Claimed

__all__ = ["postgresql_server"]


def postmaster(server: Server) -> psutil.Process:
    return psutil.Process(int((server.folder / "data" / "postmaster.pid").read_text().split()[0]))


class Database:
    """What the operator's list would have of it: how it is broken and started, and how one sees that it is whole."""

    def __init__(self, server: Server) -> None:
        self.server = server
        argv = tuple(postmaster(server).cmdline())
        self.probe = Command(argv=(str(server.programs / "pg_isready"), "-h", str(server.folder), "-t", "1"))
        self.how = Process(
            argv=argv,
            pid_file=str(server.folder / "data" / "postmaster.pid"),
            start=("/usr/sbin/runuser", "-u", "postgres", "--", *argv) if os.geteuid() == 0 else argv,
        )

    async def see(self, probe: Probe | None = None) -> Finding:
        allowed = Allowed(commands=(AllowedCommand(argv=self.probe.argv, checks=True),))
        return await look(
            probe or self.probe, resolve=lambda target: target, guard=Guard(), allowed=allowed, environment=os.environ
        )


async def perform(breaking: Breaking, effect: f.Effect) -> c.Command:
    """Until it is done: the first attempt to start it may find the memory of the dead server still in use."""
    result: Result = Later(reason="")
    attempts = 0
    while isinstance(result, Later):
        attempts += 1
        claimed = Claimed(lane="l", number=1, epoch=1, room_id=1, effect=effect, attempts=attempts, effect_id="e")
        result = await breaking.performers()[type(effect)](claimed, Room())
    assert isinstance(result, Done)
    return result.commands[0]


@pytest.mark.parametrize("mode", ["stop", "kill"])
async def test_a_database_goes_and_comes_back(
    mode: str, postgresql_server: Server, machine: Machine, tmp_path: Path
) -> None:
    """It answers, does not while it is broken, and answers again with what was in it, without anybody's help."""
    base = Database(postgresql_server)
    clock = SystemClock()
    mine = entry(base.how, target="postgresql/primary", healthy=base.probe)
    breaking = Breaking(listed(mine), machine.drivers, machine.keeper, look=base.see, clock=clock, wall=clock)
    postgresql_server.sql(f"CREATE TABLE kept_{mode} AS SELECT 42 AS answer")
    asked = {"fault": "F1", "driver": "process", "target": "postgresql/primary", "mode": mode}
    assert (await base.see()).holds

    told = await perform(breaking, f.InjectFault(**asked, deadline=in_(120)))
    assert isinstance(told, c.RecordFault)
    assert told.injected, told.detail
    gone = await base.see()
    assert not gone.holds
    assert "no response" in gone.detail

    told = await perform(breaking, f.RollBack(**asked))
    assert isinstance(told, c.RecordRollback)
    assert told.undone, told.detail
    assert "accepting connections" in told.detail
    assert (await base.see()).holds
    with psycopg.connect(postgresql_server.url("postgres")) as connection:
        assert connection.execute(f"SELECT answer FROM kept_{mode}").fetchone() == (42,)
