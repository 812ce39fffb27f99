"""Imports everything once, opens nothing, and forks a bot whenever it is told to: ready again in a tenth of a second.

    python -m tests.crash.forkserver FOLDER NEWS DEFINITIONS

It reads orders as JSON lines from stdin and writes `{"started": LIFE, "pid": N}` and `{"ended": N}` to stdout. No thread
and no connection is open when it forks.
"""

import ctypes
import gc
import importlib
import json
import os
import selectors
import signal
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NoReturn

PR_SET_PDEATHSIG = 1
# What SQLAlchemy would import when the first connection is made.
BEFOREHAND = ("sqlalchemy.dialects.sqlite.pysqlite", "sqlalchemy.dialects.postgresql.psycopg", "alembic.command")


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """One life: its number, whose slot it lives in, its settings, and how it will end by itself, if it will.

    `die_at` and `stop_at` are places of `warroom.failpoints`, each with the number of the arrival at which it dies there,
    or stops (SIGSTOP); of several, the first it comes to. An impatient one waits for nobody's lock.
    """

    life: int
    slot: int
    environment: dict[str, str] = field(default_factory=dict)
    die_at: dict[str, int] = field(default_factory=dict)
    stop_at: dict[str, int] = field(default_factory=dict)
    impatient: bool = False

    def line(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"


def main(folder: Path, news: str, definitions: Path) -> None:
    for name in BEFOREHAND:
        importlib.import_module(name)
    from tests.crash import living  # after what it needs, so that its import is what takes the time

    prepared = living.prepare(folder, news, definitions)
    gc.collect()
    gc.freeze()  # or every child would copy every page when its collector first runs
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    looking = selectors.DefaultSelector()
    looking.register(0, selectors.EVENT_READ)
    looking.register(woken, selectors.EVENT_READ)
    _say(ready=True)
    unread = b""
    while True:
        for key, _ in looking.select():
            if key.fd == woken:
                _drained(woken)
                continue
            came = os.read(0, 65536)
            if not came:
                os._exit(0)
            *lines, unread = (unread + came).split(b"\n")
            for line in lines:
                _fork(prepared, Order(**json.loads(line)), (looking.fileno(), woken, wake))
        _reap()


def _drained(fd: int) -> None:
    try:
        while os.read(fd, 4096):
            pass
    except BlockingIOError:
        return


def _reap() -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        _say(ended=pid, status=os.waitstatus_to_exitcode(status))


def _fork(prepared: Any, order: Order, mine: tuple[int, ...]) -> None:
    pid = os.fork()
    if pid:
        _say(started=order.life, pid=pid)
        return
    _be(prepared, order, mine)


def _be(prepared: Any, order: Order, mine: tuple[int, ...]) -> NoReturn:
    try:
        _die_with_parent()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for fd in mine:
            os.close(fd)
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(nothing, 1)
        prepared.live(order)
    finally:
        os._exit(3)


def _die_with_parent() -> None:
    """A lane that is ended leaves nobody behind. Elsewhere than on Linux, it does."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _say(**what: Any) -> None:
    os.write(1, json.dumps(what).encode() + b"\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
