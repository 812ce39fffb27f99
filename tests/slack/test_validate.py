"""`warroom slack validate`: everything the bot can show is looked at, here or by a server's blocks.validate."""

import inspect
import json
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from typer.testing import CliRunner

from tests.content import shipped_library
from tests.workspace.bench import SEED
from warroom.cli.app import app
from warroom.cli.exits import Exit
from warroom.cli.playing import Moment, plays
from warroom.cli.validating import Verdict, different, everything, judged, validate, validate_live
from warroom.core.effects import Tone
from warroom.definitions.library import load_library
from warroom.errors import SlackUnusable
from warroom.slack import blocks, home, modals, notices, panelcard, runcard, samples, statuscard
from warroom.slack.samples import Sample
from warroom.slack.validate import Validator
from warroom.workspace import Workspace

SMALL = Path(__file__).parents[1] / "slack_cards"
"""A folder with one small scenario and one small runbook."""

RENDERERS = (blocks, home, modals, notices, panelcard, runcard, statuscard)
DRAWN = ("Message", "dict[str, typing.Any]")  # blocks and views are such dictionaries
KINDS = {
    *(f"news: {tone.value}" for tone in Tone),
    *(f"modal: {do}" for do in ("start", "schedule", "declare", *modals.FOR_ROOM)),
    *("card: status", "card: run", "card: panel", "card: evaluation", "home", "news: digest"),
    *("offer: start", "offer: schedule", "offer: declare", "offer: panel"),
    *("answer: help", "answer: refusal", "answer: report"),
}


ONE = Path(__file__).parents[1] / "games" / "short.yaml"
"""One short runbook."""


@pytest.fixture(scope="module")
def shown() -> list[Sample]:
    """Everything a small game can show."""
    return list(everything(load_library([SMALL])))


@pytest.fixture(scope="module")
def played() -> list[Moment]:
    """Two of the shipped scenarios, of which one is a deck, and a walk of every shipped runbook, as they are written."""
    library = shipped_library()
    alone = [replace(library, scenarios={name: library.scenarios[name]}) for name in ("expired-certificate", "wheel")]
    alone += [replace(library, scenarios={}, runbooks={name: book}) for name, book in library.runbooks.items()]
    return [moment for each in alone for moment in next(plays(each))]


def functions_that_run(shipped: list[Moment]) -> set[CodeType]:
    """Every function that runs for some moments of a small game and of the shipped ones, and for what is in no room."""
    small = [moment for play in plays(load_library([SMALL])) for moment in list(play)[-2::-6]]
    looked_at = [*shipped[::40], *small]
    seen: set[CodeType] = set()
    sys.setprofile(lambda frame, event, _: seen.add(frame.f_code) if event == "call" else None)
    try:
        for moment in looked_at:
            list(samples.of_effects(moment.effects, moment.room))
            list(samples.of_refusals((refusal,) for refusal in moment.refusals))
        for room in (shipped[-1].room, small[0].room, small[-1].room):
            list(samples.of_modals(room))
        list(samples.of_homes([each.room for each in looked_at[:2]], list(shipped_library().scenarios.values())))
        list(samples.of_reports([looked_at[0].room]))
        list(samples.of_library(shipped_library()))
    finally:
        sys.setprofile(None)
    return seen


def drawing(module: ModuleType) -> dict[str, Callable[..., Any]]:
    """The module's own functions that draw something."""
    functions = inspect.getmembers(module, inspect.isfunction)
    return {
        f"{module.__name__}.{name}": function
        for name, function in functions
        if function.__module__ == module.__name__
        and any(kind in inspect.formatannotation(function.__annotations__.get("return", "")) for kind in DRAWN)
    }


def test_every_renderer_is_tried(played: list[Moment]) -> None:
    """No function that draws a message, a block, a form or a Home is left out, and none can be forgotten later."""
    functions = {name: function for module in RENDERERS for name, function in drawing(module).items()}
    ran = functions_that_run(played)
    assert len(functions) > 40
    assert [name for name, function in functions.items() if function.__code__ not in ran] == []


def test_every_kind_is_shown(shown: list[Sample]) -> None:
    """Each tone of news, each card, each form, each answer and the Home are there."""
    assert {sample.kind for sample in shown} == KINDS


def test_hostile_texts_are_among_what_is_shown(shown: list[Sample]) -> None:
    """Every card, form and kind of news is also drawn with texts that are longer and nastier than Slack allows."""
    nasty = {sample.kind for sample in shown if "evil.example" in json.dumps(sample.doc)}
    without = {"answer: help", "answer: refusal", "answer: report", "home", "offer: start", "offer: declare"}
    assert {f"card: {name}" for name in ("status", "run", "panel")} <= nasty
    assert {f"news: {tone.value}" for tone in Tone} - {"news: hint"} <= nasty | without


def test_slack_would_take_everything_that_a_small_game_can_show(shown: list[Sample]) -> None:
    """As it is written and with hostile texts: nothing in any message, form or Home would be refused."""
    assert [str(problem) for problem in judged(shown).problems] == []


def test_slack_would_take_what_some_of_the_shipped_content_can_show(played: list[Moment]) -> None:
    """Two of the shipped scenarios and every shipped runbook, played once: no message and no form would be refused."""
    said = [sample for moment in played for sample in samples.of_effects(moment.effects, moment.room)]
    told = [sample for moment in played for sample in samples.of_refusals((each,) for each in moment.refusals)]
    asked = [sample for moment in played[69::70] for sample in samples.of_modals(moment.room)]
    verdict = judged([*said, *told, *asked, *samples.of_library(shipped_library())])
    assert [str(problem) for problem in verdict.problems] == []
    assert sum(verdict.counts.values()) > 1_000


@pytest.mark.long
@pytest.mark.timeout(600)  # more than twenty thousand renderings
def test_slack_would_take_everything_that_the_shipped_content_can_show() -> None:
    """All shipped scenarios and runbooks, played: nothing in any message, form or Home would be refused."""
    verdict = validate()
    assert [str(problem) for problem in verdict.problems] == []
    assert set(verdict.counts) >= KINDS
    assert sum(verdict.counts.values()) > 1_000


# -- what is wrong is found and told ---------------------------------------------------------------------------------------

BAD = Sample(
    kind="card: bad",
    surface="message",
    doc={"text": "x" * 4001, "blocks": [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}]},
)
FORM = Sample(kind="modal: bad", surface="modal", doc={"type": "modal", "blocks": [{"type": "divider"}]})


def test_problems_have_a_surface_a_pointer_and_a_sentence() -> None:
    """What would be refused is told by kind and place, to people and to programs."""
    verdict = judged([BAD, FORM])
    found = {(each.kind, each.surface, each.pointer, each.sentence) for each in verdict.problems}
    assert found == {
        ("card: bad", "message", "/blocks/0/text/text", "must be less than 151 characters"),
        ("card: bad", "message", "/text", "must be less than 4001 characters: chat.update refuses more"),
        ("modal: bad", "modal", "", "missing required field: title"),
    }
    assert verdict.doc()["ok"] is False
    lines = list(verdict.lines())
    assert lines[0].split() == ["card:", "bad", "1", "2", "problems"]
    assert "modal: bad (modal) at /: missing required field: title" in lines


def command(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "warroom.cli", "slack", "validate", *words], capture_output=True, text=True, check=False
    )


def test_the_command_tells_programs() -> None:
    """`--json` prints what was looked at and what is wrong with it."""
    ended = CliRunner().invoke(app, ["slack", "validate", str(ONE), "--json"])
    told = json.loads(ended.stdout)
    assert (ended.exit_code, told["ok"], told["problems"]) == (Exit.OK, True, [])
    assert told["shown"] == judged(everything(load_library([ONE]))).counts


def test_the_command_says_what_it_needs() -> None:
    """A folder that is not there and a server that cannot be reached end in a sentence and a code of their own."""
    missing = command("nowhere")
    assert (missing.returncode, missing.stderr) == (Exit.NOT_FOUND, "warroom: There is no nowhere.\n")
    alone = command(str(ONE), "--live", "--url", "http://127.0.0.1:9/api/")
    assert alone.returncode == Exit.UNREACHABLE
    assert alone.stderr.startswith("warroom: http://127.0.0.1:9/api/blocks.validate cannot be reached")


# -- a server is asked -----------------------------------------------------------------------------------------------------


async def test_a_server_with_blocks_validate_agrees(shown: list[Sample]) -> None:
    """The local workspace's own blocks.validate, asked over HTTP, takes one of each build and refuses what we refuse."""
    async with Workspace(seed=SEED) as workspace, aiohttp.ClientSession() as session:
        validator = Validator(session, workspace.api_url)
        objected = [
            await validator.objections("message" if each.surface == "message" else "view", each.doc)
            for each in different(shown)
        ]
        refused = await validator.objections("message", BAD.doc)
        verdict = await validate_live([ONE], url=workspace.api_url)
    assert [each for each in objected if each] == []
    assert verdict.problems == ()
    assert verdict.counts == Counter(each.kind for each in different(everything(load_library([ONE]))))
    assert [(each.pointer, each.sentence) for each in refused] == [
        ("/blocks/0/text/text", "must be less than 151 characters")
    ]


def test_one_of_each_build_is_asked_for(shown: list[Sample]) -> None:
    """A server is asked about what differs in more than words: the longest of each kind and build."""
    asked = different(shown)
    assert {sample.kind for sample in asked} == KINDS
    assert len(asked) < len(shown) / 3
    same = [Sample(kind="a", surface="message", doc={"text": text}) for text in ("long", "longest", "x")]
    assert [sample.doc["text"] for sample in different(same)] == ["longest"]


Answer = tuple[int, dict[str, str], Any]


@asynccontextmanager
async def server(*answers: Answer) -> AsyncIterator[tuple[str, list[dict[str, str]]]]:
    """A server that gives these answers, one after another; its address, and what it was sent."""
    left, heard = list(answers), []

    async def answer(request: web.Request) -> web.Response:
        heard.append({name: str(value) for name, value in (await request.post()).items()} | dict(request.headers))
        status, headers, body = left.pop(0)
        return web.Response(status=status, headers=headers, text=body if isinstance(body, str) else json.dumps(body))

    app = web.Application()
    app.router.add_post("/api/blocks.validate", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/api/", heard
    finally:
        await runner.cleanup()


async def asked(*answers: Answer) -> tuple[list[Any], list[float], list[dict[str, str]]]:
    """The objections, the waits and the requests of one question that is answered so."""
    waits: list[float] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)

    async with server(*answers) as (url, heard), aiohttp.ClientSession() as session:
        found = await Validator(session, url, sleep=wait).objections("message", {"text": "é"})
        return found, waits, heard


LIMITED: Any = {"ok": False, "error": "ratelimited"}


async def test_too_many_requests_are_waited_out() -> None:
    """After a 429 nothing is sent for as long as Retry-After says; where it says nothing, half a minute."""
    found, waits, heard = await asked(
        (429, {"Retry-After": "7"}, LIMITED), (200, {}, LIMITED), (429, {"Retry-After": "soon"}, ""), (200, {}, {"ok": True})
    )  # fmt: skip
    assert (found, waits, len(heard)) == ([], [7.0, 30.0, 30.0], 4)


async def test_nothing_but_the_message_is_sent() -> None:
    """A form with one field, readable characters as they are, and no token."""
    _, _, heard = await asked((200, {}, {"ok": True}))
    assert heard[0]["message"] == '{"text":"é"}'
    assert "Authorization" not in heard[0]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ((200, {}, {"ok": False, "error": "fatal_error"}), "gives no verdict: it answers 'fatal_error'"),
        ((200, {}, "<html>sign in to the Wi-Fi"), "does not answer in JSON"),
        ((200, {}, "[]"), "does not answer as Slack does"),
    ],
)
async def test_an_answer_that_is_no_verdict_is_not_taken_for_one(answer: Answer, says: str) -> None:
    """An error of another kind, a login page, something else: a sentence, and no "ok"."""
    with pytest.raises(SlackUnusable, match=says):
        await asked(answer)


async def test_somebody_who_never_has_time_is_given_up_on() -> None:
    """Ten refusals in a row because of too many requests are enough."""
    with pytest.raises(SlackUnusable, match="too many requests"):
        await asked(*[(429, {"Retry-After": "1"}, LIMITED)] * 10)


async def test_what_is_too_long_to_be_asked_about_is_a_problem() -> None:
    """More than 100,000 characters are not sent."""
    async with aiohttp.ClientSession() as session:
        found = await Validator(session, "http://127.0.0.1:9/").objections("message", {"text": "x" * 100_000})
    assert [each.sentence for each in found] == ["100011 characters are more than the 100000 that are taken"]


def test_equal_ones_are_counted_once() -> None:
    """A verdict of nothing is a good one."""
    assert Verdict(counts={}, problems=()).doc() == {"ok": True, "shown": {}, "problems": []}
