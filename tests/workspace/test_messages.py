"""Messages: order, splitting, personas, metadata, edits, deletions, pins and reactions, bookmarks, files."""

import aiohttp
import pytest

from .bench import Arrive, Bench


async def test_ts_only_ever_grow(bench: Bench) -> None:
    """Each message's ts is text with six decimals, later than every one before it."""
    room = await bench.room()
    sent = [(await bench.client.chat_postMessage(channel=room, text="x"))["ts"] for _ in range(20)]
    assert sent == sorted(set(sent))
    assert all(len(ts.split(".")[1]) == 6 for ts in sent)


@pytest.mark.parametrize(
    ("length", "parts"), [(4040, [4040]), (4041, [4000, 41]), (9000, [4000, 4000, 1000]), (40_001, [4000] * 10)]
)
async def test_long_texts_are_split_and_very_long_ones_cut(bench: Bench, length: int, parts: list[int]) -> None:
    """Over 4,040 characters a text becomes messages of 4,000; over 40,000 it is cut with a warning."""
    room = await bench.room()
    reply = await bench.client.chat_postMessage(channel=room, text="x" * length)
    history = (await bench.client.conversations_history(channel=room))["messages"]
    assert [len(m["text"]) for m in history[::-1]] == parts
    assert reply["ts"] == history[-1]["ts"]
    assert ("message_truncated" in reply.get("warning", "")) == (length > 40_000)


async def test_a_persona_makes_a_bot_message(bench: Bench) -> None:
    """With a name or icon of its own a message is a bot_message without user, and an edit keeps the persona."""
    room = await bench.room()
    posted = await bench.client.chat_postMessage(
        channel=room, text="We must rebuild the replicas", username="Vendor", icon_emoji="skull"
    )
    await bench.client.chat_update(channel=room, ts=posted["ts"], text="It will take time")
    (message,) = (await bench.client.conversations_history(channel=room))["messages"]
    assert message["subtype"] == "bot_message"
    assert (message["username"], message["icons"]) == ("Vendor", {"emoji": ":skull:"})
    assert (message["bot_id"], "user" in message) == (bench.app.bot_id, False)
    assert message["text"] == "It will take time"


async def test_metadata_is_kept_and_shown_on_request(bench: Bench) -> None:
    """Metadata survives an edit and is shown by history and replies only with include_all_metadata."""
    room = await bench.room()
    metadata = {"event_type": "outbox", "event_payload": {"id": "o1", "try": 2}}
    ts = (await bench.client.chat_postMessage(channel=room, text="x", metadata=metadata))["ts"]
    await bench.client.chat_update(channel=room, ts=ts, text="y")
    plain = (await bench.client.conversations_history(channel=room))["messages"][0]
    assert "metadata" not in plain
    for call in (
        bench.client.conversations_history(channel=room, include_all_metadata=True),
        bench.client.conversations_replies(channel=room, ts=ts, include_all_metadata=True),
    ):
        assert (await call)["messages"][0]["metadata"] == metadata
    nested = {"event_type": "x", "event_payload": {"a": {"b": {"c": {"d": 1}}}}}
    reply = await bench.call("chat.postMessage", channel=room, text="x", metadata=nested)
    assert reply["error"] == "invalid_metadata_schema"


async def test_edits_change_what_they_name(bench: Bench) -> None:
    """An edit of the text leaves the blocks, an empty list takes them away, and 4,001 characters are too long."""
    room = await bench.room()
    ts = (await bench.client.chat_postMessage(channel=room, text="a", blocks=[{"type": "divider"}]))["ts"]
    first = (await bench.client.chat_update(channel=room, ts=ts, text="b"))["message"]
    assert (first["text"], first["blocks"][0]["type"]) == ("b", "divider")
    bare = (await bench.call("chat.update", channel=room, ts=ts, text="c", blocks=[]))["message"]
    assert bare["blocks"] == []
    assert await bench.refused("chat.update", channel=room, ts=ts, text="x" * 4001) == "msg_too_long"


async def test_only_ones_own_messages_can_be_changed(bench: Bench, arrive: Arrive) -> None:
    """A bot cannot edit or delete what others said, nor what is gone; and a person only what they said."""
    room = await bench.room("shared", "ana")
    ana = await arrive(bench, "ana")
    said = await ana.say(room, "mine")
    assert await bench.refused("chat.update", channel=room, ts=said, text="x") == "cant_update_message"
    assert await bench.refused("chat.delete", channel=room, ts=said) == "cant_delete_message"
    own = (await bench.client.chat_postMessage(channel=room, text="x"))["ts"]
    await bench.client.chat_delete(channel=room, ts=own)
    assert await bench.refused("chat.delete", channel=room, ts=own) == "message_not_found"


async def test_the_parent_shows_how_many_replies_there_are(bench: Bench, arrive: Arrive) -> None:
    """A reply that comes or goes changes the number under its parent, for everybody who looks."""
    room = await bench.room("talk", "ana")
    ana = await arrive(bench, "ana")
    parent = await ana.say(room, "parent")
    reply = (await bench.client.chat_postMessage(channel=room, text="reply", thread_ts=parent))["ts"]
    await ana.wait_for_message(lambda m: m["ts"] == parent and m.get("reply_count") == 1)
    await bench.client.chat_delete(channel=room, ts=reply)
    await ana.wait_for(lambda e: e["type"] == "message_changed" and "reply_count" not in e["message"])


async def test_text_that_is_no_unicode_harms_nobody(bench: Bench, arrive: Arrive) -> None:
    """Half a surrogate pair in a text is kept as it is, and what comes after it works."""
    room = await bench.room("talk", "ana")
    ana = await arrive(bench, "ana")
    reply = await bench.client.chat_postMessage(channel=room, text="\ud83d")
    assert reply["ok"] is True
    await ana.say(room, "after")
    assert (await ana.wait_for_message(lambda m: m["text"] == "after"))["ts"] > reply["ts"]


async def test_a_deleted_parent_leaves_a_tombstone(bench: Bench) -> None:
    """Deleting a message with replies keeps the thread under a tombstone."""
    room = await bench.room()
    parent = (await bench.client.chat_postMessage(channel=room, text="parent"))["ts"]
    await bench.client.chat_postMessage(channel=room, text="reply", thread_ts=parent)
    await bench.client.chat_delete(channel=room, ts=parent)
    thread = (await bench.client.conversations_replies(channel=room, ts=parent))["messages"]
    assert [(m.get("subtype"), m["text"]) for m in thread] == [
        ("tombstone", "This message was deleted."),
        (None, "reply"),
    ]


async def test_reactions_and_pins_are_there_or_not(bench: Bench) -> None:
    """Doing it twice or undoing what is not there has its own code."""
    room = await bench.room()
    ts = (await bench.client.chat_postMessage(channel=room, text="x"))["ts"]
    reaction = {"channel": room, "timestamp": ts, "name": "eyes"}
    assert await bench.refused("reactions.remove", **reaction) == "no_reaction"
    await bench.client.reactions_add(**reaction)
    assert await bench.refused("reactions.add", **reaction) == "already_reacted"
    found = (await bench.client.reactions_get(channel=room, timestamp=ts))["message"]["reactions"]
    assert found == [{"name": "eyes", "users": [bench.app.bot_user_id], "count": 1}]
    assert await bench.refused("pins.remove", channel=room, timestamp=ts) == "no_pin"
    await bench.client.pins_add(channel=room, timestamp=ts)
    assert await bench.refused("pins.add", channel=room, timestamp=ts) == "already_pinned"
    await bench.client.pins_remove(channel=room, timestamp=ts)
    await bench.client.reactions_remove(**reaction)
    assert (await bench.client.pins_list(channel=room))["items"] == []


async def test_bookmarks(bench: Bench) -> None:
    """Bookmarks are added, changed, listed and removed."""
    room = await bench.room()
    added = await bench.client.bookmarks_add(
        channel_id=room, title="Runbook", type="link", link="https://example.com/a", emoji=":book:"
    )
    id_ = added["bookmark"]["id"]
    await bench.client.bookmarks_edit(channel_id=room, bookmark_id=id_, title="The runbook")
    (listed,) = (await bench.client.bookmarks_list(channel_id=room))["bookmarks"]
    assert (listed["title"], listed["link"], listed["emoji"]) == ("The runbook", "https://example.com/a", ":book:")
    await bench.client.bookmarks_remove(channel_id=room, bookmark_id=id_)
    assert (await bench.client.bookmarks_list(channel_id=room))["bookmarks"] == []


async def test_a_file_is_uploaded_and_shared(bench: Bench, arrive: Arrive) -> None:
    """Slack's own upload helper works, and the page can fetch the file as a download that cannot run."""
    room = await bench.room("files", "ana")
    ana = await arrive(bench, "ana")
    content = "<script>alert(1)</script>"
    await bench.client.files_upload_v2(
        channel=room, filename="report.html", content=content, title="After-action report", initial_comment="Read it"
    )
    message = await ana.wait_for_message(lambda m: bool(m.get("files")))
    assert (message["text"], message["files"][0]["title"]) == ("Read it", "After-action report")
    assert (await bench.client.files_info(file=message["files"][0]["id"]))["file"]["groups"] == []
    address = bench.workspace.url + message["files"][0]["url_private"]
    async with aiohttp.ClientSession() as session, session.get(address) as response:
        assert await response.text() == content
        assert response.headers["Content-Disposition"] == "attachment"
        assert "sandbox" in response.headers["Content-Security-Policy"]


async def test_a_permalink_opens_the_page_at_the_message(bench: Bench) -> None:
    """A permalink leads to the page, with the channel and the message named."""
    room = await bench.room()
    ts = (await bench.client.chat_postMessage(channel=room, text="x"))["ts"]
    link = (await bench.client.chat_getPermalink(channel=room, message_ts=ts))["permalink"]
    async with aiohttp.ClientSession() as session, session.get(link, allow_redirects=False) as response:
        assert response.status == 302
        assert response.headers["Location"] == f"/?channel={room}&ts={ts}"
