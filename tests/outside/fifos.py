"""FIFOs in tests: a program waits for a word through one, or holds one open for as long as it lives."""

import asyncio
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PATIENCE = 30  # seconds until a test fails because a process still lives


@contextmanager
def fifo(folder: Path, name: str) -> Iterator[Path]:
    path = folder / name
    os.mkfifo(path)
    yield path
    path.unlink()


def end_of(path: Path) -> "asyncio.Task[bytes]":
    """All that is written into a FIFO, when the last process that holds it open has ended."""
    loop = asyncio.get_running_loop()
    read: asyncio.Future[bytes] = loop.create_future()

    def wait() -> None:
        written = path.read_bytes()
        loop.call_soon_threadsafe(lambda: read.done() or read.set_result(written))

    async def end() -> bytes:
        async with asyncio.timeout(_PATIENCE):
            return await read

    threading.Thread(
        target=wait, daemon=True
    ).start()  # a daemon: what waits in vain must not keep the tests from ending
    return asyncio.create_task(end())
