"""Bots as processes of their own: started with the workspace's address and tokens, followed by what they write."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from warroom.workspace import InstalledApp, Timing, Workspace

Doc = dict[str, Any]

PATIENCE = 30.0
"""Seconds a bot has for anything; long, because two cores may be busy with other tests."""

UNHURRIED = Timing(ack=PATIENCE, trigger=PATIENCE)
"""For tests that are not about time: a bot on a busy machine is not late."""


class BotFailed(Exception):
    """The bot ended or did not get on; the text has its last words."""


class Program:
    """A running program. `lines` is what it has written so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.lines: list[str] = []
        self._news = asyncio.Condition()
        self._ended = False

    async def until(self, true: Callable[[], bool], what: str) -> None:
        """Returns when a new line has made `true` true.

        Raises:
            BotFailed: The program ended, or the time is over.
        """
        try:
            async with asyncio.timeout(PATIENCE), self._news:
                while not true():
                    if self._ended:
                        raise BotFailed(f"It ended before {what!r}.\n{self.last_words()}")
                    await self._news.wait()
        except TimeoutError:
            raise BotFailed(f"{what!r} did not come.\n{self.last_words()}") from None

    def last_words(self) -> str:
        return "".join(self.lines)[-3000:]

    async def follow(self) -> None:
        """Reads what it writes until it ends."""
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            async with self._news:
                self._take(line.decode(errors="replace"))
                self._news.notify_all()
        async with self._news:
            self._ended = True
            self._news.notify_all()

    def _take(self, line: str) -> None:
        self.lines.append(line)


class Bot(Program):
    """A bot that keeps a journal of JSON objects, and logs to a file."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        super().__init__(process)
        self._log = log
        self._marks: dict[str, int] = {}
        self.journal: list[Doc] = []

    async def done(self, what: str) -> None:
        """Returns when the bot has finished `what` once more than the last time this was asked."""
        count = self._marks[what] = self._marks.get(what, 0) + 1
        await self.until(lambda: len(self.of("done", what)) >= count, f"done: {what}")

    def of(self, kind: str, value: Any = None) -> list[Doc]:
        """The journal's entries of a kind, or of a kind and a value."""
        return [entry for entry in self.journal if kind in entry and value in (None, entry[kind])]

    def last_words(self) -> str:
        return f"{self.journal[-3:]}\n{self._log.read_text(errors='replace')[-3000:]}"

    def _take(self, line: str) -> None:
        self.journal.append(json.loads(line))


@asynccontextmanager
async def running(
    command: Sequence[str], workspace: Workspace, app: InstalledApp, log: Path, mode: str
) -> AsyncIterator[Bot]:
    """Starts a bot of ours and ends it by closing its standard input. It must go of itself, and without an error."""
    environment = os.environ | {
        "BOT_MODE": mode,
        "SLACK_API_URL": workspace.api_url,
        "SLACK_APP_TOKEN": app.app_token,
        "SLACK_BOT_TOKEN": app.bot_token,
        "SLACK_SIGNING_SECRET": app.signing_secret,
    }
    pipe = asyncio.subprocess.PIPE
    with log.open("wb") as written:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=pipe, stdout=pipe, stderr=written, env=environment, limit=2**24
        )
    assert process.stdin is not None
    bot = Bot(process, log)
    async with _followed(bot):
        await bot.until(lambda: bool(bot.of("ready")), "ready")
        yield bot
        process.stdin.close()
        async with asyncio.timeout(PATIENCE):
            assert await process.wait() == 0, bot.last_words()


@asynccontextmanager
async def running_foreign(
    command: Sequence[str | Path], environment: Mapping[str, str], folder: Path
) -> AsyncIterator[Program]:
    """Starts somebody else's program in a folder, and ends it without asking."""
    output = {"stdout": asyncio.subprocess.PIPE, "stderr": asyncio.subprocess.STDOUT}
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.DEVNULL, env=environment, cwd=folder, limit=2**24, **output
    )
    program = Program(process)
    async with _followed(program):
        yield program


@asynccontextmanager
async def _followed(program: Program) -> AsyncIterator[None]:
    following = asyncio.create_task(program.follow())
    try:
        yield
    finally:
        if program.process.returncode is None:
            program.process.kill()
        await program.process.wait()
        await following
