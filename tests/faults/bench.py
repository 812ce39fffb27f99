"""Something real to break, an entry that lets it be broken, and a keeper with a state folder of its own."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil

from warroom.checks import Finding, Guard, look
from warroom.core.breakable import Breakable, Breakables, How, Process
from warroom.core.probes import Http, Probe
from warroom.faults import Driver, Order, every_driver
from warroom.faults.keeper import Keeper
from warroom.faults.records import Filed, Record, Records
from warroom.runtime.clock import SystemClock

SERVER = Path(__file__).with_name("server.py")
ENOUGH = 15.0  # seconds until a test gives up; nothing takes a third of it
OFTEN = 0.05
NOW = SystemClock().now


_PORTS = iter(range(21_000 + os.getpid() * 7 % 5_000, 32_000))  # each once, so that two who ask get two


def in_(seconds: float) -> Any:
    return NOW() + timedelta(seconds=seconds)


def a_port() -> int:
    """A port that nobody uses, below those that the system hands out for connections."""
    for port in _PORTS:
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")


async def eventually(holds: Callable[[], bool], within: float = ENOUGH) -> None:
    """Returns as soon as it holds. What other processes do can only be looked at again."""
    async with asyncio.timeout(within):
        while not await asyncio.to_thread(holds):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(OFTEN)


def begin(*argv: str) -> "subprocess.Popen[bytes]":
    """Something that runs, in a session of its own."""
    return subprocess.Popen(argv, start_new_session=True)


async def type_in(command: str, environment: dict[str, str] | None = None) -> None:
    """As a person would who was told to; it must succeed."""
    shell = ["/bin/sh", "-c", command]
    done = await asyncio.to_thread(subprocess.run, shell, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def with_words(fit: Callable[[list[str]], bool]) -> list[psutil.Process]:
    """The processes whose command line fits."""
    found = list[psutil.Process]()
    for each in psutil.process_iter():
        try:
            if fit(each.cmdline()):
                found.append(each)
        except psutil.Error:  # it has ended meanwhile
            continue
    return found


@dataclass
class Thing:
    """A server on this machine."""

    folder: Path
    port: int = field(default_factory=a_port)

    @property
    def argv(self) -> tuple[str, ...]:
        return (sys.executable, "-I", "-S", str(SERVER), str(self.port), str(self.folder / "started"))

    @property
    def healthy(self) -> Http:
        return Http(target=f"http://127.0.0.1:{self.port}/", within=timedelta(milliseconds=500))

    async def see(self, probe: Probe | None = None) -> Finding:
        guard = Guard(allow=[f"127.0.0.1:{self.port}"])
        return await look(probe or self.healthy, resolve=lambda target: target, guard=guard)

    def answers(self) -> bool:
        """Whether it does, now."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), 0.3) as connection:
                connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
                return b"alive" in connection.recv(4096)
        except OSError:
            return False

    def starts(self) -> list[int]:
        """The numbers of the processes that it was, in order."""
        file = self.folder / "started"
        return [int(line) for line in file.read_text().split()] if file.exists() else []

    def processes(self) -> list[psutil.Process]:
        return with_words(lambda words: tuple(words) == self.argv)

    def entry(self, **given: Any) -> Breakable:
        how = given.pop("how", None) or Process(argv=self.argv)
        return entry(how, healthy=given.pop("healthy", self.healthy), **given)

    def order(self, mode: str = "kill", lasts: float = 60, **given: Any) -> Order:
        return Order(fault="test-1-F1", entry=self.entry(**given), mode=mode, deadline=in_(lasts))

    @contextmanager
    def running(self) -> Iterator["Thing"]:
        popen = subprocess.Popen(self.argv)
        try:
            while not self.answers():
                assert popen.poll() is None
            yield self
        finally:
            for each in self.processes():
                each.kill()
            popen.wait()


def entry(how: How, **given: Any) -> Breakable:
    return Breakable(**{"target": "thing", "how": how, "modes": how.modes, "owners": ("U1",), **given})


class Machine:
    """What a bot has on its machine; `another` is the bot's next life, or another bot's."""

    def __init__(
        self,
        folder: Path,
        name: str = "test",
        environment: dict[str, str] | None = None,
        drivers: dict[str, Driver] | None = None,
    ) -> None:
        self.folder = folder
        self.environment = dict(os.environ) if environment is None else environment
        self.records = Records(folder)
        self.drivers = drivers or every_driver(self.environment, folder)
        self.keeper = Keeper(self.records, self.drivers, environment=self.environment, wall=SystemClock(), name=name)

    def another(self, name: str = "test") -> "Machine":
        return Machine(self.folder, name, self.environment)

    def record(self, fault: str = "test-1-F1") -> Record:
        return self.records.record(fault)

    async def breaks(self, order: Order) -> str:
        return await self.keeper.inject(Filed(order=order, keeper=self.keeper.name, room=1, called="F1"))

    async def undoes(self, order: Order) -> str:
        said = await self.keeper.undo(order)
        self.keeper.finish(order.fault, said)
        return said

    def watchdogs(self) -> list[psutil.Process]:
        """Those of this state folder."""
        return with_words(lambda words: "warroom.faults.watchdog" in words and words[-1].startswith(str(self.folder)))

    def end_watchdogs(self) -> None:
        for each in self.watchdogs():
            each.send_signal(signal.SIGKILL)

    def watched(self) -> bool:
        """Whether any is left; cheaper than to look for its process."""
        return any(each.watched() for each in self.records.every())

    async def no_watchdog(self) -> None:
        await eventually(lambda: not self.watched())


def listed(*entries: Breakable) -> Breakables:
    return Breakables(entries=entries)
