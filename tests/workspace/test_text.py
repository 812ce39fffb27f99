"""What becomes of the text an app sends: escaping, links, names; and what a message shows besides its text."""

from typing import Any

import pytest

from .bench import Bench, StartBench
from .situations import RICH, set_the_stage

TEXTS: list[tuple[str, dict[str, Any], str]] = [
    ("Fish & chips", {}, "Fish &amp; chips"),
    ("Fish &amp; chips", {}, "Fish &amp; chips"),
    ("1 < 2 > 0", {}, "1 &lt; 2 &gt; 0"),
    ("see https://a.example/x?y=1.", {}, "see <https://a.example/x?y=1>."),
    ("(https://a.example)", {}, "(<https://a.example>)"),
    ("<https://a.example|a> & b", {}, "<https://a.example|a> &amp; b"),
    ("<mailto:a@b.example|a>", {}, "<mailto:a@b.example|a>"),
    ("<!here> <!date^1^{date}|then>", {}, "<!here> <!date^1^{date}|then>"),
    ("`https://a.example`", {}, "`https://a.example`"),
    ("```\nhttps://a.example & b\n```", {}, "```\nhttps://a.example &amp; b\n```"),
    ("https://a.example", {"parse": "none"}, "https://a.example"),
    ("@oncall @ana", {}, "@oncall @ana"),
    ("@oncall @ana", {"link_names": True}, "<!subteam^GROUP|@oncall> @ana"),
    ("@oncall @ana #general", {"parse": "full"}, "<!subteam^GROUP|@oncall> <@ANA> <#GENERAL|general>"),
    ("*a* https://a.example", {"mrkdwn": False}, "*a* <https://a.example>"),
]


@pytest.mark.parametrize(("sent", "how", "kept"), TEXTS)
async def test_text_is_kept_as_slack_keeps_it(bench: Bench, sent: str, how: dict[str, Any], kept: str) -> None:
    """Bare &, < and > are escaped, markup stays, addresses become links; names only where that was asked for."""
    room = await bench.room()
    group = next(iter(bench.workspace.office.state.groups))
    names = {"GROUP": group, "ANA": bench.workspace.person("ana"), "GENERAL": bench.workspace.channel("general")}
    for word, id_ in names.items():
        kept = kept.replace(word, id_)
    posted = await bench.call("chat.postMessage", channel=room, text=sent, **how)
    assert posted["message"]["text"] == kept
    assert (await bench.client.conversations_history(channel=room))["messages"][0]["text"] == kept


async def test_blocks_alone_have_a_text_that_says_so(bench: Bench) -> None:
    """Blocks without a text are posted with the words Slack puts in its place."""
    room = await bench.room()
    posted = await bench.call("chat.postMessage", channel=room, blocks=[{"type": "divider"}])
    assert posted["message"]["text"] == "This content can't be displayed."


async def test_attachments_are_numbered_and_have_a_fallback(bench: Bench) -> None:
    """Each attachment has an id and a fallback text, of its own or made from what it says."""
    room = await bench.room()
    given = [{"text": "one"}, {"fallback": "two", "title": "x"}, {"blocks": [{"type": "divider"}]}]
    shown = (await bench.call("chat.postMessage", channel=room, attachments=given))["message"]["attachments"]
    assert [(a["id"], a["fallback"]) for a in shown] == [(1, "one"), (2, "two"), (3, "[no preview available]")]
    assert "block_id" in shown[2]["blocks"][0]


async def test_a_reply_can_be_broadcast_later(start_bench: StartBench) -> None:
    """chat.update with reply_broadcast shows a reply to the whole channel, with its parent as root."""
    stage = await set_the_stage(start_bench)
    shown = await stage.call("chat.update", {"channel": "$room", "ts": "$reply", "reply_broadcast": True})
    assert shown["ok"], shown
    history = (await stage.call("conversations.history", {"channel": "$room"}))["messages"]
    loud = next(m for m in history if m.get("subtype") == "thread_broadcast")
    assert (loud["text"], loud["root"]["ts"], loud["root"]["reply_count"]) == ("reply", await stage.fill("$posted"), 1)


async def test_metadata_is_taken_away_with_an_empty_object(start_bench: StartBench) -> None:
    """An edit keeps metadata unless it gives other, and an empty object takes it away."""
    stage = await set_the_stage(start_bench)
    metadata = {"event_type": "outbox", "event_payload": {"id": "1"}}
    here = {"channel": "$room", "ts": "$posted"}
    assert (await stage.call("chat.update", here | {"text": "a", "metadata": metadata}))["message"]["metadata"]
    assert (await stage.call("chat.update", here | {"text": "b"}))["message"]["metadata"] == metadata
    assert "metadata" not in (await stage.call("chat.update", here | {"text": "c", "metadata": {}}))["message"]


async def test_rich_text_stays_rich(start_bench: StartBench) -> None:
    """Rich text can be replaced by other rich text."""
    stage = await set_the_stage(start_bench)
    changed = await stage.call("chat.update", {"channel": "$room", "ts": "$rich", "text": "x", "blocks": [RICH]})
    assert changed["ok"], changed


async def test_an_ephemeral_message_cannot_be_changed(start_bench: StartBench) -> None:
    """What one person was shown is in no history, and the API neither edits nor deletes it."""
    stage = await set_the_stage(start_bench)
    ts = (await stage.call("chat.postEphemeral", {"channel": "$room", "user": "$ana", "text": "x"}))["message_ts"]
    for method in ("chat.update", "chat.delete"):
        reply = await stage.call(method, {"channel": "$room", "ts": ts, "text": "y"})
        assert reply["error"] == "message_not_found", method


async def test_what_me_says_is_a_me_message(start_bench: StartBench) -> None:
    """chat.meMessage posts a message of that subtype."""
    stage = await set_the_stage(start_bench)
    ts = (await stage.call("chat.meMessage", {"channel": "$room", "text": "waves"}))["ts"]
    (message,) = [
        m for m in (await stage.call("conversations.history", {"channel": "$room"}))["messages"] if m["ts"] == ts
    ]
    assert (message["subtype"], message["text"]) == ("me_message", "waves")


async def test_previews_hang_on_the_message(start_bench: StartBench) -> None:
    """chat.unfurl hangs an attachment on the link's message, again in the same place, and only on links that are there."""
    stage = await set_the_stage(start_bench)
    url = "https://shop.example/1"
    for title in ("A lamp", "A better lamp"):
        unfurls = {url: {"title": title}}
        reply = await stage.call("chat.unfurl", {"channel": "$room", "ts": "$linked", "unfurls": unfurls})
        assert reply["ok"], reply
    history = (await stage.call("conversations.history", {"channel": "$room"}))["messages"]
    (shown,) = history[0]["attachments"]
    assert (shown["title"], shown["from_url"], shown["is_app_unfurl"]) == ("A better lamp", url, True)
    assert "edited" not in history[0]
    other = {"https://elsewhere.example": {"title": "x"}}
    refused = await stage.call("chat.unfurl", {"channel": "$room", "ts": "$linked", "unfurls": other})
    assert refused["error"] == "cannot_unfurl_url"


async def test_where_a_message_may_go(start_bench: StartBench) -> None:
    """A person's id stands for the direct message, #name for the channel; other methods want the id."""
    stage = await set_the_stage(start_bench)
    dm = await stage.fill("$dm")
    assert (await stage.call("chat.postMessage", {"channel": "$ana", "text": "psst"}))["channel"] == dm
    room = await stage.fill("$room")
    assert (await stage.call("chat.postMessage", {"channel": "#war-room", "text": "x"}))["channel"] == room
    for method, where in (("conversations.info", "war-room"), ("conversations.info", stage.ana)):
        assert (await stage.call(method, {"channel": where}))["error"] == "channel_not_found"


async def test_a_file_knows_where_it_was_shown(start_bench: StartBench) -> None:
    """files.info names the message of every channel a file was shared in; after its deletion a tombstone stays."""
    stage = await set_the_stage(start_bench)
    where = [await stage.fill("$room"), await stage.fill("$quiet")]
    shared = {"files": [{"id": "$upload", "title": "T"}], "channels": ",".join(where), "initial_comment": "Read it"}
    assert (await stage.call("files.completeUploadExternal", shared))["ok"]
    file = (await stage.call("files.info", {"file": "$upload"}))["file"]
    history = {c: (await stage.call("conversations.history", {"channel": c}))["messages"][0] for c in where}
    assert {**file["shares"]["public"], **file["shares"]["private"]}.keys() == set(where)
    assert file["shares"]["public"][where[0]][0]["ts"] == history[where[0]]["ts"]
    assert (file["channels"], file["groups"]) == ([where[0]], [where[1]])
    assert (await stage.call("files.delete", {"file": "$upload"}))["ok"]
    left = (await stage.call("conversations.history", {"channel": "$room"}))["messages"][0]["files"]
    assert left == [{"id": await stage.fill("$upload"), "mode": "tombstone"}]
    async with stage.bench.session() as session, session.get(file["url_private"]) as response:
        assert response.status == 404


async def test_a_persons_picture_can_be_fetched(bench: Bench) -> None:
    """The addresses of pictures in profiles lead to pictures of that size."""
    profile = (await bench.client.users_info(user=bench.workspace.person("ana")))["user"]["profile"]
    async with bench.session() as session, session.get(profile["image_72"]) as response:
        picture = await response.read()
        assert (response.status, response.content_type) == (200, "image/png")
    assert (picture[:8], int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])) == (
        b"\x89PNG\r\n\x1a\n",
        72,
        72,
    )
