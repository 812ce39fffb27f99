"""Slack in memory answers as the local workspace does, to the same calls over the same SDK.

The workspace is compared with what Slack publishes (tests/conformance), so what agrees with it can be trusted as far.
"""

import asyncio
import contextlib
import contextvars
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.simulation.client import FAULTS, TOKEN, Session, Wire
from tests.simulation.loop import BASE, Loop, Process, process
from tests.simulation.slack import BOT_USER, Slack
from warroom.slack.manifest import manifest
from warroom.slack.verdicts import Verdict, judge
from warroom.workspace import Person, Seed, Workspace


def client(wire: Wire, owner: Process) -> AsyncWebClient:
    """As the bot has it."""
    session: Any = Session(wire, owner)
    return AsyncWebClient(
        token=TOKEN, base_url="https://slack.test/api/", retry_handlers=[], timeout=8, session=session
    )


BLOCKS = [{"type": "section", "text": {"type": "mrkdwn", "text": "Hello"}}]
METADATA = {"event_type": "warroom_outbox", "event_payload": {"id": "abc"}}
MODAL = {"type": "modal", "title": {"type": "plain_text", "text": "A form"}, "blocks": BLOCKS}
Names = dict[str, str]

# What is called, in this order. `$name` stands for what an earlier answer has given.
CALLS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("", "auth.test", {}),
    ("", "conversations.list", {"types": "public_channel,private_channel", "exclude_archived": True, "limit": 999}),
    ("made", "conversations.create", {"name": "inc-1-dark", "is_private": False}),
    ("", "conversations.create", {"name": "inc-1-dark", "is_private": False}),
    ("", "conversations.create", {"name": "Not A Name"}),
    ("", "conversations.create", {"name": "x" * 81}),
    ("hidden", "conversations.create", {"name": "exercise-1-back", "is_private": True}),
    ("", "conversations.setTopic", {"channel": "$made", "topic": "It is dark"}),
    ("", "conversations.setTopic", {"channel": "$made", "topic": "x" * 251}),
    ("", "conversations.setPurpose", {"channel": "$made", "purpose": "Light"}),
    ("", "conversations.invite", {"channel": "$made", "users": "$ana,$ben"}),
    ("", "conversations.invite", {"channel": "$made", "users": "$ana"}),
    ("", "conversations.invite", {"channel": "$made", "users": "U0NOBODY"}),
    ("", "conversations.invite", {"channel": "$made", "users": "$me"}),
    ("", "conversations.invite", {"channel": "$hidden", "users": "$ana"}),
    ("", "conversations.members", {"channel": "$made", "limit": 31}),
    ("", "conversations.join", {"channel": "$made"}),
    ("", "conversations.join", {"channel": "C0NOWHERE"}),
    ("first", "chat.postMessage", {"channel": "$made", "text": "One & two", "blocks": BLOCKS, "metadata": METADATA}),
    ("second", "chat.postMessage", {"channel": "$made", "text": "See https://example.org/x", "unfurl_links": False}),
    ("", "chat.postMessage", {"channel": "$made", "text": "In a thread", "thread_ts": "$first", "metadata": METADATA}),
    ("", "chat.postMessage", {"channel": "$made", "text": "A voice", "username": "Ana", "icon_emoji": ":wave:"}),
    ("", "chat.postMessage", {"channel": "$made", "text": "Lost", "thread_ts": "1.000001"}),
    ("", "chat.postMessage", {"channel": "$made"}),
    ("", "chat.postMessage", {"channel": "C0NOWHERE", "text": "Hello"}),
    ("", "chat.postMessage", {"channel": "$made", "text": "x", "blocks": [{"type": "nonsense"}]}),
    ("", "chat.postMessage", {"channel": "$made", "text": "x", "blocks": BLOCKS * 51}),
    ("", "chat.update", {"channel": "$made", "ts": "$first", "text": "Three", "blocks": BLOCKS}),
    ("", "chat.update", {"channel": "$made", "ts": "$first", "text": "Plain", "blocks": []}),
    ("", "chat.update", {"channel": "$made", "ts": "1.000001", "text": "Nowhere"}),
    ("", "chat.update", {"channel": "$made", "ts": "$first", "text": "x" * 4001}),
    ("", "chat.postEphemeral", {"channel": "$made", "user": "$ana", "text": "Psst"}),
    ("", "chat.postEphemeral", {"channel": "$made", "user": "$carl", "text": "Psst"}),
    ("", "conversations.history", {"channel": "$made", "include_all_metadata": True, "limit": 2}),
    ("", "conversations.history", {"channel": "$made", "oldest": "$first", "inclusive": True, "limit": 200}),
    ("", "conversations.history", {"channel": "$made", "oldest": "$first", "latest": "$second", "limit": 200}),
    ("", "conversations.replies", {"channel": "$made", "ts": "$first", "include_all_metadata": True, "limit": 999}),
    ("", "conversations.replies", {"channel": "$made", "ts": "1.000001"}),
    ("", "pins.add", {"channel": "$made", "timestamp": "$first"}),
    ("", "pins.add", {"channel": "$made", "timestamp": "$first"}),
    ("", "pins.add", {"channel": "$made", "timestamp": "1.000001"}),
    ("", "chat.delete", {"channel": "$made", "ts": "$second"}),
    ("", "chat.delete", {"channel": "$made", "ts": "$second"}),
    ("direct", "conversations.open", {"users": "$ana"}),
    ("", "conversations.open", {"users": "$ana"}),
    ("", "chat.postMessage", {"channel": "$direct", "text": "Between us"}),
    ("", "users.info", {"user": "$ana"}),
    ("", "users.info", {"user": "U0NOBODY"}),
    ("", "views.open", {"trigger_id": "nothing", "view": MODAL}),
    ("", "views.publish", {"user_id": "$ana", "view": {"type": "home", "blocks": BLOCKS}}),
)  # fmt: skip


def seen(method: str, answer: Any, names: Names) -> Any:
    """What the bot can make of an answer: its code, and what it reads of it, with ids by their names."""
    if not answer["ok"]:
        return answer["error"]
    known = {value: name for name, value in names.items()}
    if "messages" in answer:
        return [
            (
                each["text"],
                known.get(each["ts"], "?"),
                each.get("metadata"),
                bool(each.get("bot_id")),
                [block["type"] for block in each.get("blocks", ())],
                "thread_ts" in each and each["thread_ts"] != each["ts"],
                "latest_reply" in each,
            )
            for each in answer["messages"]
            if each.get("subtype") in (None, "bot_message")
        ]
    if method == "conversations.members":
        return sorted(known.get(each, each) for each in answer["members"])
    if method == "users.info":
        return bool(answer["user"].get("real_name")), answer["user"].get("is_bot")
    return sorted(answer.keys() & {"channel", "ts", "message", "view", "user_id", "message_ts", "channels"})


async def made(web: AsyncWebClient, names: Names) -> list[Any]:
    """Makes every call, and says what was seen."""
    found = []
    for name, method, given in CALLS:
        args = {key: _named(value, names) for key, value in given.items()}
        try:
            answer = (await web.api_call(method, **_sent(method, args))).data
        except SlackApiError as error:
            answer = error.response.data
        assert isinstance(answer, dict)
        if name:
            names[name] = answer["channel"]["id"] if isinstance(answer.get("channel"), dict) else answer["ts"]
        if method == "auth.test":
            names["me"] = answer["user_id"]
        found.append((method, str(given)[:90], seen(method, answer, names)))
    return found


def _sent(method: str, args: dict[str, Any]) -> dict[str, Any]:
    reads = method in (
        "conversations.list",
        "conversations.history",
        "conversations.replies",
        "conversations.members",
        "users.info",
    )
    return {"params": {key: str(value) for key, value in args.items()}} if reads else {"json": args}


def _named(value: Any, names: Names) -> Any:
    if isinstance(value, str):
        for name in sorted(names, key=len, reverse=True):
            value = value.replace(f"${name}", names[name])
    return value


@pytest.fixture
async def workspace() -> AsyncIterator[Workspace]:
    seed = Seed(people=tuple(Person(name=name) for name in ("ana", "ben", "carl")), channels=("general", "operations"))
    async with Workspace(seed=seed) as opened:
        yield opened


async def test_it_answers_as_the_local_workspace_does(workspace: Workspace) -> None:
    """Fifty calls, right and wrong ones, are answered alike in everything that the bot reads."""
    app = await workspace.install(manifest())
    real = AsyncWebClient(token=app.bot_token, base_url=workspace.api_url, retry_handlers=[], timeout=5)
    people = {name: workspace.person(name) for name in ("ana", "ben", "carl")}
    expected = await made(real, dict(people))

    found = await asyncio.to_thread(_in_memory)
    for theirs, ours in zip(expected, found, strict=True):
        assert ours == theirs


def _in_memory() -> list[Any]:
    loop = Loop("1")
    slack = Slack(lambda: BASE + timedelta(seconds=loop.time()), {"U0ANA": "ana", "U0BEN": "ben", "U0CARL": "carl"})
    web = client(Wire(loop, slack, {}, 1, swept=True), Process("p"))
    names = {"ana": "U0ANA", "ben": "U0BEN", "carl": "U0CARL", "me": BOT_USER}
    return loop.run_until_complete(made(web, names))


# --- what goes wrong on the way

EXPECTED: dict[str, tuple[Verdict, bool]] = {
    # what the bot makes of it, and whether the message is there
    **dict.fromkeys(("429 whole", "429 float", "429 date", "429 absent", "token_revoked", "refused"), (Verdict.LATER, False)),
    **dict.fromkeys(("500 before", "503 before", "fatal_error before", "reset before", "hang before", "html before"), (Verdict.UNKNOWN, False)),
    **dict.fromkeys(("500 after", "fatal_error after", "reset after", "hang after", "html after", "half after"), (Verdict.UNKNOWN, True)),
    **dict.fromkeys(("late 2", "late 6", "late 15", "late 40"), (Verdict.UNKNOWN, True)),
    "channel_not_found": (Verdict.GONE, False),
    "is_archived": (Verdict.GONE, False),
    "msg_too_long": (Verdict.PLAIN, False),
    "invalid_blocks": (Verdict.PLAIN, False),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_what_it_says(fault: str) -> None:
    """Each fault reaches the bot as the SDK would report it, and the message is there or not, as its name says."""
    loop = Loop("1")
    slack = Slack(lambda: BASE + timedelta(seconds=loop.time()), {"U0ANA": "ana"})
    channel = slack.make_channel("x", members=[BOT_USER])
    web = client(Wire(loop, slack, {1: fault}, 1, swept=True), Process("p"))

    async def post() -> tuple[Verdict, float]:
        try:
            await web.chat_postMessage(channel=channel.id, text="Hello")
        except Exception as error:
            at = loop.time()
            await asyncio.sleep(60)
            return judge(error).verdict, at
        raise AssertionError("nothing went wrong")

    verdict, at = loop.run_until_complete(post())
    assert (verdict, len(channel.messages) == 1) == EXPECTED[fault]
    assert (at >= 8) == fault.startswith(("hang", "late"))
    assert slack.posted == [] or slack.posted[0].promised != fault.startswith("late")


def test_a_call_goes_on_without_its_caller() -> None:
    """A request that was sent is carried out, though the process that sent it is dead by then."""
    loop, owner = Loop("1"), Process("p")
    slack = Slack(lambda: BASE + timedelta(seconds=loop.time()), {"U0ANA": "ana"})
    channel = slack.make_channel("x", members=[BOT_USER])
    web = client(Wire(loop, slack, {}, 1, swept=True), owner)

    async def die() -> None:
        context = contextvars.copy_context()
        context.run(process.set, owner)
        loop.create_task(web.chat_postMessage(channel=channel.id, text="Hello"), context=context)
        await asyncio.sleep(0.001)
        owner.dead = True
        await asyncio.sleep(1)

    loop.run_until_complete(die())
    assert [each["text"] for each in channel.messages.values()] == ["Hello"]


def test_who_does_not_keep_still_is_seen() -> None:
    """A call before Slack had said it may be made is noted, and so is a second message within a second; others are not."""
    loop = Loop("1")
    slack = Slack(lambda: BASE + timedelta(seconds=loop.time()), {"U0ANA": "ana"})
    channel = slack.make_channel("x", members=[BOT_USER])
    wire = Wire(loop, slack, {2: "429 whole"}, 2, swept=True)
    web = client(wire, Process("p"))

    async def hurry() -> list[int]:
        seen: list[int] = []
        ts = (await web.chat_postMessage(channel=channel.id, text="One", metadata=METADATA))["ts"]
        for pause in (0.0, 1.0, 2.0):
            await asyncio.sleep(pause)
            with contextlib.suppress(SlackApiError):
                await web.chat_update(channel=channel.id, ts=ts, text="Two")
            seen.append(len(wire.hurried))
        for pause in (0.0, 0.1, 1.0):
            await asyncio.sleep(pause)
            await web.chat_postMessage(channel=channel.id, text="Three", metadata=METADATA)
            seen.append(len(wire.hurried))
        return seen

    assert loop.run_until_complete(hurry()) == [0, 1, 1, 1, 2, 2]
