"""Files that people share, and channels that people look after, by the page's own interface."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from .bench import Bench, StartBench, StartBot, bolt, manifest

Json = dict[str, Any]


class Desk:
    """A person at the page's interface, speaking plain HTTP."""

    def __init__(self, session: aiohttp.ClientSession, url: str, person: str) -> None:
        self._session, self.url, self.person = session, url, person

    async def tell(self, name: str, /, **body: Any) -> Json:
        """POST /local/<name>."""
        async with self._session.post(f"{self.url}/local/{name}", json={"as": self.person, **body}) as response:
            answer: Json = await response.json()
        return answer

    async def ask(self, name: str, /, **query: str) -> Json:
        """GET /local/<name>."""
        async with self._session.get(f"{self.url}/local/{name}", params={"as": self.person, **query}) as response:
            answer: Json = await response.json()
        return answer

    async def send(self, path: str, content: bytes) -> int:
        """POSTs raw bytes; the status."""
        async with self._session.post(f"{self.url}{path}", data=content) as response:
            return response.status

    async def fetch(self, path: str) -> tuple[bytes, str]:
        """GETs a file: its bytes and how it wants to be shown."""
        async with self._session.get(f"{self.url}{path}") as response:
            return await response.read(), response.headers["Content-Disposition"]

    async def share(self, files: dict[str, bytes], **where: Any) -> Json:
        """All three steps."""
        told = [{"name": name, "size": len(content)} for name, content in files.items()]
        answer = await self.tell("upload", files=told, **where)
        for place, content in zip(answer["files"], files.values(), strict=True):
            assert await self.send(place["upload_url"], content) == 200
        return await self.tell("upload/complete", files=[place["id"] for place in answer["files"]], **where)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """A client that is closed at the end."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def ana(bench: Bench, session: aiohttp.ClientSession) -> Desk:
    return Desk(session, bench.workspace.url, bench.workspace.person("ana"))


@pytest.fixture
def general(bench: Bench) -> str:
    return bench.workspace.channel("general")


async def _last(desk: Desk, channel: str, **query: str) -> Json:
    messages: list[Json] = (await desk.ask("messages", channel=channel, **query))["messages"]
    return messages[-1]


async def test_files_and_text_are_one_message(ana: Desk, general: str) -> None:
    """What a person shares is one message of subtype file_share with the text and every file, whose bytes can be fetched again."""
    answer = await ana.share({"a.txt": b"alpha", "b.png": b"\x89PNG"}, channel=general, text="look & see")
    assert answer["ok"], answer
    message = await _last(ana, general)
    assert (message["subtype"], message["text"], message["user"]) == ("file_share", "look &amp; see", ana.person)
    assert [file["name"] for file in message["files"]] == ["a.txt", "b.png"]
    text, picture = message["files"]
    assert await ana.fetch(text["url_private"]) == (b"alpha", "attachment")
    assert await ana.fetch(picture["url_private"]) == (b"\x89PNG", "inline")


async def test_a_file_in_a_thread(ana: Desk, general: str) -> None:
    """A file shared in a thread is a reply; a thread that is gone is refused before anything is posted."""
    root = (await ana.tell("say", channel=general, text="root"))["ts"]
    await ana.share({"a.txt": b"x"}, channel=general, thread_ts=root)
    assert (await _last(ana, general, thread_ts=root))["files"][0]["name"] == "a.txt"
    refused = await ana.share({"a.txt": b"x"}, channel=general, thread_ts="1.000001")
    assert refused["error"] == "thread_not_found"


async def test_apps_hear_of_a_shared_file(
    start_bench: StartBench, start_bot: StartBot, session: aiohttp.ClientSession
) -> None:
    """An app in the channel that subscribed gets file_shared with the file's id, and can ask files.info about it."""
    bench = await start_bench(app=manifest(events=["file_shared"]))
    bot, heard = bolt(bench), asyncio.Queue[Json]()

    @bot.event("file_shared")
    async def hear(event: Json) -> None:
        await heard.put(event)

    await start_bot(bench, bot)
    desk = Desk(session, bench.workspace.url, bench.workspace.person("ana"))
    channel = bench.workspace.channel("general")
    await bench.client.conversations_join(channel=channel)
    answer = await desk.share({"a.txt": b"alpha"}, channel=channel)
    event = await heard.get()
    assert (event["file_id"], event["channel_id"], event["user_id"]) == (answer["files"][0]["id"], channel, desk.person)
    info = await bench.client.files_info(file=event["file_id"])
    assert info["file"]["name"] == "a.txt"


async def test_a_file_for_a_form_is_private(ana: Desk, bench: Bench, session: aiohttp.ClientSession) -> None:
    """A file completed without a channel is posted nowhere, and only the person who sent it may look at it."""
    answer = await ana.share({"a.txt": b"x"})
    file = answer["files"][0]["id"]
    assert "ts" not in answer
    assert (await ana.ask("file", file=file))["file"]["id"] == file
    other = Desk(session, bench.workspace.url, bench.workspace.person("ben"))
    assert (await other.ask("file", file=file))["error"] == "file_not_found"


REFUSED: dict[str, tuple[Json, str]] = {
    "no files": ({"files": []}, "invalid_arguments"),
    "eleven files": ({"files": [{"name": "a", "size": 1}] * 11}, "invalid_arguments"),
    "an empty file": ({"files": [{"name": "a", "size": 0}]}, "empty_file"),
    "a size that is no number": ({"files": [{"name": "a", "size": "1"}]}, "empty_file"),
    "a file that is no object": ({"files": ["a"]}, "invalid_arguments"),
    "a file over 20 MiB": ({"files": [{"name": "a", "size": 20 * 2**20 + 1}]}, "file_too_large"),
    "a long description": ({"files": [{"name": "a", "size": 1, "alt_txt": "x" * 1001}]}, "alt_txt_too_large"),
    "an unknown channel": ({"channel": "C0", "files": [{"name": "a", "size": 1}]}, "channel_not_found"),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_what_cannot_be_shared(ana: Desk, case: str) -> None:
    """A share that cannot work is refused at its announcement, with a code and a sentence."""
    body, code = REFUSED[case]
    answer = await ana.tell("upload", **body)
    assert (answer["ok"], answer["error"], bool(answer["sentence"])) == (False, code, True)


async def test_only_what_arrived_is_completed_once(
    ana: Desk, general: str, bench: Bench, session: aiohttp.ClientSession
) -> None:
    """A file is completed only by its sender, only after its bytes came, all of them, and only once."""
    place = (await ana.tell("upload", channel=general, files=[{"name": "a", "size": 3}]))["files"][0]
    done = {"channel": general, "files": [place["id"]]}
    assert (await ana.tell("upload/complete", **done))["error"] == "file_not_found"
    assert await ana.send(place["upload_url"], b"four") == 400
    assert await ana.send(place["upload_url"], b"abc") == 200
    other = Desk(session, bench.workspace.url, bench.workspace.person("ben"))
    assert (await other.tell("upload/complete", **done))["error"] == "file_not_found"
    assert (await ana.tell("upload/complete", **done))["ok"]
    assert (await ana.tell("upload/complete", **done))["error"] == "file_not_found"


async def test_a_reply_can_go_to_the_channel_too(ana: Desk, general: str) -> None:
    """A reply said with `broadcast` is a thread_broadcast in the channel; without a thread `broadcast` means nothing."""
    root = (await ana.tell("say", channel=general, text="root", broadcast=True))["ts"]
    assert "subtype" not in await _last(ana, general)
    await ana.tell("say", channel=general, text="for all", thread_ts=root, broadcast=True)
    last = await _last(ana, general)
    assert (last["subtype"], last["thread_ts"]) == ("thread_broadcast", root)


async def test_older_messages_are_those_before(ana: Desk, general: str) -> None:
    """`before` answers the messages older than a ts, so that a page can walk back."""
    said = [(await ana.tell("say", channel=general, text=str(n)))["ts"] for n in range(3)]
    answer = await ana.ask("messages", channel=general, before=said[2])
    assert [one["ts"] for one in answer["messages"]][-2:] == said[:2]


async def test_a_channel_is_looked_after(ana: Desk, bench: Bench) -> None:
    """A member describes and renames a channel, with the messages Slack posts; too long and taken ones are refused."""
    channel = (await ana.tell("create", name="sketches"))["channel"]["id"]
    changed = (await ana.tell("describe", channel=channel, topic="now & then", purpose="why"))["channel"]
    assert (changed["topic"]["value"], changed["purpose"]["value"]) == ("now &amp; then", "why")
    subtypes = [one.get("subtype") for one in (await ana.ask("messages", channel=channel))["messages"]]
    assert subtypes[-2:] == ["channel_topic", "channel_purpose"]
    assert (await ana.tell("describe", channel=channel, topic="x" * 251))["error"] == "too_long"
    assert (await ana.tell("rename", channel=channel, name="old-sketches"))["channel"]["name"] == "old-sketches"
    assert (await ana.tell("rename", channel=channel, name="general"))["error"] == "name_taken"
    assert (await ana.tell("rename", channel=channel, name="No Good"))["error"] == "invalid_name"


async def test_somebody_is_taken_out(ana: Desk, bench: Bench, session: aiohttp.ClientSession) -> None:
    """A member can be removed from a channel, but not oneself, nobody from #general, and nobody who is not there."""
    ben = bench.workspace.person("ben")
    channel = (await ana.tell("create", name="sketches"))["channel"]["id"]
    await ana.tell("invite", channel=channel, users=[ben])
    assert (await ana.tell("kick", channel=channel, user=ana.person))["error"] == "cant_kick_self"
    assert (await ana.tell("kick", channel=channel, user=ben))["ok"]
    assert (await ana.tell("kick", channel=channel, user=ben))["error"] == "not_in_channel"
    general = bench.workspace.channel("general")
    assert (await ana.tell("kick", channel=general, user=ben))["error"] == "cant_kick_from_general"


async def test_bookmarks_come_and_go(ana: Desk, general: str, bench: Bench) -> None:
    """A bookmark a person adds is one the app lists; it goes by its id, and what is no link is refused."""
    added = await ana.tell("bookmark", channel=general, title="Runbook", link="https://example.com", emoji=":books:")
    assert [one["title"] for one in added["bookmarks"]] == ["Runbook"]
    await bench.client.conversations_join(channel=general)
    assert (await ana.ask("bookmarks", channel=general))["bookmarks"] == added["bookmarks"]
    for wrong, code in (("javascript:x", "invalid_link"), ("https://x y", "invalid_link")):
        assert (await ana.tell("bookmark", channel=general, title="t", link=wrong))["error"] == code
    gone = await ana.tell("bookmark", channel=general, remove=added["bookmarks"][0]["id"])
    assert gone["bookmarks"] == []
    assert (await ana.tell("bookmark", channel=general, remove="Bk0"))["error"] == "not_found"
