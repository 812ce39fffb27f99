"""The tutorial, played as it is written: the same words typed, the same buttons pressed, the same commands run.

A ```warroom block is what people do in the chat, a ```console block what is typed in a terminal, with what then appears.
"""

import asyncio
import json
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.content import shipped_library
from tests.docs.pages import DOCS, Block, blocks
from warroom.demo.alert import payload
from warroom.demo.cast import SEED
from warroom.demo.company import Company
from warroom.demo.stage import Stage
from warroom.runtime.clock import SystemClock
from warroom.testing.clock import ManualClock
from warroom.workspace.people import PersonAt
from warroom.workspace.recording import VARIABLE

TUTORIAL = DOCS / "tutorial.md"
PLACES = {"#operations": "operations", "the war room": "-october-21", "the backchannel": "backchannel"}
PLACES["the incident's room"] = "inc-1"
LINE = re.compile(
    r"(?P<who>\w+)(?: in (?P<place>[^:]+?))? (?P<what>says|presses|sees|is told|fills in): (?P<text>.+?)"
    r"(?: \(on: (?P<on>.+)\))?"
)


@dataclass
class Reader:
    """Somebody who does what the tutorial says, in a home folder of their own."""

    company: Company
    stage: Stage
    home: Path
    exports: list[str] = field(default_factory=list)

    # --- in the chat

    async def do(self, line: str) -> None:
        told = LINE.fullmatch(line)
        assert told is not None, f"the tutorial says something that cannot be played: {line}"
        who, place, what, text, on = told["who"], told["place"] or "", told["what"], told["text"], told["on"] or ""
        await self.stage.settled()
        channel = await self.stage.channel(who, PLACES[place]) if place else ""
        match what:
            case "says":
                await self.stage.say(who, channel, text)
            case "presses":
                await self.stage.press(who, channel, text, on=on)
            case "fills in":
                await self._fill_in(who, dict(each.split(" = ", 1) for each in text.split("; ")))
            case "sees":
                await self._sees(who, channel, text)
            case _:
                await self.stage.people[who].wait_for(lambda event: "ephemeral" in str(event) and text in _shown(event))

    async def _fill_in(self, who: str, values: dict[str, str]) -> None:
        view = await self.stage.people[who].wait_for_view("view_opened")
        assert await self.stage.people[who].submit(view, values) == {}
        await self.stage.settled()

    async def _sees(self, who: str, channel: str, text: str) -> None:
        await self.stage.settled()
        person = self.stage.people[who]
        if not any(text in _shown(each) for each in await person.messages(channel)):
            await person.wait_for_message(lambda message: text in _shown(message), channel=channel)

    # --- in the terminal

    async def type(self, block: Block) -> None:
        for command, expected in _commands(block.text):
            if command == "make demo":
                continue  # the company runs already
            if command.startswith("export "):
                self.exports.append(command)
                continue
            code, printed = await self._run(command)
            assert code == 0 or expected[0].startswith("warroom:"), f"{block}: {command} ended with {code}: {printed}"
            for line in expected:
                assert line in printed, f"{block}: {command} did not print {line!r}, but {printed}"

    async def _run(self, command: str) -> tuple[int, str]:
        port = self.company.bot.web_address.rpartition(":")[2]
        script = "\n".join([*self.exports, command.replace("PORT", port)])
        inherited = {name: os.environ[name] for name in ("PATH", VARIABLE) if name in os.environ}
        process = await asyncio.create_subprocess_exec(
            *("sh", "-c", script),
            cwd=self.home,
            env=inherited | {"HOME": str(self.home), "LANG": "C.UTF-8"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        printed, _ = await process.communicate()
        return process.returncode or 0, printed.decode()


def _commands(text: str) -> list[tuple[str, list[str]]]:
    """Each command with the lines that are printed below it."""
    parts = [each.splitlines() for each in re.split(r"^\$ ", text, flags=re.MULTILINE) if each]
    return [(first, rest or [""]) for first, *rest in parts]


def _shown(doc: dict[str, Any]) -> str:
    return json.dumps(doc, ensure_ascii=False)


@pytest.fixture
async def reader(tmp_path: Path) -> AsyncIterator[Reader]:
    """Somebody at the point where `make demo` has printed its address."""
    state = tmp_path / ".local" / "state" / "warroom" / "demo"
    state.mkdir(parents=True)
    program = tmp_path / ".venv" / "bin" / "warroom"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m warroom.cli "$@"\n')
    program.chmod(0o755)
    (state / "alert.json").write_bytes(payload(SystemClock().now()))
    async with (
        Company.open(state, ManualClock(SystemClock().now()), in_haste=True, library=shipped_library()) as company,
        AsyncExitStack() as stack,
    ):
        url, id_of = company.workspace.url, company.workspace.person
        people = {each.name: await stack.enter_async_context(PersonAt(url, id_of(each.name))) for each in SEED.people}
        yield Reader(company, Stage(company, people, lambda line: None), tmp_path)


@pytest.mark.skipif(shutil.which("curl") is None, reason="the tutorial sends an alert with curl, which is not here")
async def test_the_tutorial_works_as_it_is_written(reader: Reader) -> None:
    """Whoever types and presses what the tutorial says sees what it says."""
    for block in blocks(TUTORIAL, "warroom", "console"):
        if block.language == "console":
            await reader.type(block)
            continue
        for line in block.text.splitlines():
            await reader.do(line)


def test_the_tutorial_has_something_to_play() -> None:
    """Most of the tutorial is in boxes that can be played, and every part of it has one."""
    parts = TUTORIAL.read_text(encoding="utf-8").split("\n## ")[1:-1]
    assert [part.splitlines()[0] for part in parts if "```warroom" not in part and "```console" not in part] == []


def test_the_cast_of_the_tutorial_is_the_one_in_the_demo() -> None:
    """The tutorial introduces everybody who is there, by name."""
    text = TUTORIAL.read_text(encoding="utf-8")
    assert [person.real_name for person in SEED.people if f"| {person.real_name} |" not in text] == []
