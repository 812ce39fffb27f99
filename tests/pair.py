"""Two sites: a PostgreSQL primary in the East, its standby in the West, and ways to lose the one and promote the other.

Real servers on loopback, in a temporary folder, with synchronous replication as an operator sets it up (docs/standby.md).
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg

from tests.ports import free_port
from tests.postgres import programs

SETTINGS = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "16MB", "listen_addresses": "127.0.0.1"}
USER = "postgres"
NAME = "warroom"
PATIENCE = 30.0  # seconds after which a test gives up waiting


class Site:
    """One server: started, killed, promoted."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name, self.data, self.port = name, folder / name, free_port()
        self._folder = folder
        self._as_user: dict[str, Any] = (
            {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        )
        self.settings = dict(SETTINGS)

    def make(self) -> None:
        self._run("initdb", "--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C", "-U", USER, "-D", self.data)

    def copy(self, primary: "Site") -> None:
        """As `pg_basebackup` makes a standby of it; the primary knows it by its name."""
        address = f"host=127.0.0.1 port={primary.port} user={USER} application_name={self.name}"
        self._run("pg_basebackup", "-d", address, "-D", self.data, "-R", "-X", "stream", "-c", "fast", "--no-sync")

    def start(self) -> None:
        given = " ".join(f"-c {name}={value}" for name, value in self.settings.items())
        options = f"-p {self.port} -k {self._folder} {given}"
        self._run("pg_ctl", "start", "-w", "-D", self.data, "-l", self._folder / f"{self.name}.log", "-o", options)

    def promote(self) -> None:
        self._run("pg_ctl", "promote", "-w", "-D", self.data)

    def stop(self, how: str = "immediate") -> None:
        if (self.data / "postmaster.pid").exists():
            with suppress(RuntimeError):
                self._run("pg_ctl", "stop", "-w", "-m", how, "-D", self.data)

    def kill(self) -> None:
        """As the loss of a whole site: every process of it, at once, and nothing is finished."""
        everybody = self._everybody()
        for each in everybody:
            with suppress(psutil.NoSuchProcess):
                each.send_signal(signal.SIGKILL)
        psutil.wait_procs(everybody, timeout=10)

    @contextmanager
    def silent(self, *, for_good: bool = False) -> Iterator[None]:
        """It receives nothing, says nothing, and nothing is closed: as when the line between the sites is cut.

        `for_good`: what was on the way to it is never received.
        """
        stopped = [each for each in self._everybody() if "walreceiver" in " ".join(each.cmdline())]
        for each in stopped:
            each.suspend()
        try:
            yield
        finally:
            for each in stopped:
                with suppress(psutil.NoSuchProcess):
                    if for_good:
                        each.terminate()
                    each.resume()

    def _everybody(self) -> list[psutil.Process]:
        postmaster = psutil.Process(int((self.data / "postmaster.pid").read_text().split()[0]))
        return [postmaster, *postmaster.children(recursive=True)]

    def sql(self, statement: str, database: str = NAME) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.address(database), autocommit=True) as connection:
            asked = connection.execute(statement)
            return asked.fetchall() if asked.description else []

    def address(self, database: str = NAME) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def _run(self, program: str, *arguments: object) -> None:
        # Not through pipes: the server inherits them and would keep them open.
        there = programs()
        assert there is not None
        with (self._folder / "setup.log").open("a") as log:
            command = [str(there / program), *map(str, arguments)]
            done = subprocess.run(command, check=False, cwd="/", stdout=log, stderr=log, **self._as_user)
        if done.returncode:
            raise RuntimeError("\n".join(each.read_text() for each in self._folder.glob("*log")))


class Pair:
    """East is the primary, West its standby, until East is lost and West is promoted."""

    def __init__(self, folder: Path) -> None:
        self.east, self.west = Site(folder, "east"), Site(folder, "west")

    @property
    def address(self) -> str:
        """As an operator writes it: both, whichever takes writes."""
        return f"postgresql://{USER}@127.0.0.1:{self.east.port},127.0.0.1:{self.west.port}/{NAME}"

    def begin(self, *, synchronous: bool) -> None:
        self.east.make()
        self.east.start()
        self.east.sql(f"CREATE DATABASE {NAME}", "postgres")
        self.west.copy(self.east)
        self.west.start()
        if synchronous:
            self.east.sql("ALTER SYSTEM SET synchronous_standby_names = 'west'")
            self.east.sql("SELECT pg_reload_conf()")
        self._until("sync" if synchronous else "async")

    def _until(self, state: str) -> None:
        asked = "SELECT sync_state FROM pg_stat_replication WHERE state = 'streaming'"
        self._until_true(lambda: self.east.sql(asked) == [(state,)], f"the standby is not {state}")

    def waits_for_standby(self) -> None:
        """Until somebody's commit waits for the standby."""
        asked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
        self._until_true(lambda: self.east.sql(asked) == [(1,)], "no commit waits for the standby")

    def caught_up(self) -> None:
        """Until the standby has everything."""
        asked = "SELECT count(*) FROM pg_stat_replication WHERE replay_lsn = pg_current_wal_lsn()"
        self._until_true(lambda: self.east.sql(asked) == [(1,)], "the standby has not everything")

    def _until_true(self, holds: Callable[[], bool], otherwise: str) -> None:
        end = time.monotonic() + PATIENCE
        while not holds():
            if time.monotonic() > end:
                raise RuntimeError(otherwise)
            time.sleep(0.05)

    def stop(self) -> None:
        self.east.stop()
        self.west.stop()


@contextmanager
def pair(*, synchronous: bool = True) -> Iterator[Pair]:
    folder = Path(tempfile.mkdtemp(prefix="warroom-two-", dir="/tmp"))  # short: socket paths are
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    sites = Pair(folder)
    try:
        sites.begin(synchronous=synchronous)
        yield sites
    finally:
        sites.stop()
        shutil.rmtree(folder, ignore_errors=True)
