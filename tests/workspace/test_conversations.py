"""Channels: names, membership, archiving, direct messages, history."""

import pytest

from .bench import Bench, StartBench, manifest

NAMES = [
    ("", "invalid_name_required"),
    ("#", "invalid_name_required"),
    ("x" * 81, "invalid_name_maxlength"),
    ("Incident", "invalid_name_specials"),
    ("two words", "invalid_name_specials"),
    ("what?", "invalid_name_specials"),
    ("a.b", "invalid_name_specials"),
    ("---", "invalid_name_punctuation"),
    ("_-_", "invalid_name_punctuation"),
    ("general", "name_taken"),
    ("x" * 80, None),
    ("2026-11-23_db", None),
    ("störung", None),
]


@pytest.mark.parametrize(("name", "code"), NAMES)
async def test_names_of_channels(bench: Bench, name: str, code: str | None) -> None:
    """A channel's name is refused with Slack's code for what is wrong with it."""
    reply = await bench.call("conversations.create", name=name)
    assert reply.get("error") == code


async def test_the_name_of_an_archived_channel_stays_taken(bench: Bench) -> None:
    """Archiving does not free a channel's name."""
    room = await bench.room("once")
    await bench.client.conversations_archive(channel=room)
    assert await bench.refused("conversations.create", name="once") == "name_taken"


async def test_archiving_puts_the_bot_out(bench: Bench) -> None:
    """An archived channel is closed to the bot: no history, no posting, no way back."""
    room = await bench.room("done", "ana")
    await bench.client.conversations_archive(channel=room)
    ana = bench.workspace.person("ana")
    expected = {
        "conversations.history": "not_in_channel",
        "conversations.unarchive": "not_in_channel",
        "conversations.archive": "already_archived",
        "conversations.join": "is_archived",
        "conversations.rename": "is_archived",
        "conversations.setTopic": "is_archived",
        "conversations.invite": "is_archived",
        "chat.postMessage": "is_archived",
        "chat.postEphemeral": "is_archived",
    }
    got = {
        method: await bench.refused(method, channel=room, name="x", topic="x", users=ana, user=ana, text="x")
        for method in expected
    }
    assert got == expected
    assert (await bench.call("conversations.info", channel=room))["channel"]["is_archived"] is True
    listed = (await bench.client.conversations_list(exclude_archived=True))["channels"]
    assert room not in [channel["id"] for channel in listed]


async def test_an_archived_message_cannot_be_edited(bench: Bench) -> None:
    """Editing in an archived channel answers is_inactive."""
    room = await bench.room()
    ts = (await bench.client.chat_postMessage(channel=room, text="x"))["ts"]
    await bench.client.conversations_archive(channel=room)
    assert await bench.refused("chat.update", channel=room, ts=ts, text="y") == "is_inactive"


async def test_a_private_channel_does_not_exist_for_others(start_bench: StartBench) -> None:
    """Who is not in a private channel is told channel_not_found, by every method."""
    bench = await start_bench()
    secret = await bench.room("secret", private=True)
    other = await bench.workspace.install(manifest(name="other"))
    for method in ("conversations.info", "conversations.history", "chat.postMessage", "conversations.members"):
        reply = await bench.call(method, token=other.bot_token, channel=secret, text="x")
        assert reply["error"] == "channel_not_found", method
    listed = await bench.client_for(other).conversations_list(types="public_channel,private_channel")
    assert secret not in [channel["id"] for channel in listed["channels"]]


async def test_public_posts_need_membership_or_the_public_scope(start_bench: StartBench) -> None:
    """A bot posts to a public channel it is not in only with chat:write.public."""
    bench = await start_bench()
    general = bench.workspace.channel("general")
    assert await bench.refused("chat.postMessage", channel=general, text="x") == "not_in_channel"
    assert await bench.refused("conversations.history", channel=general) == "not_in_channel"
    wide = manifest(name="wide")
    wide["oauth_config"]["scopes"]["bot"].append("chat:write.public")
    other = await bench.workspace.install(wide)
    assert (await bench.call("chat.postMessage", token=other.bot_token, channel="#general", text="x"))["ok"] is True


async def test_joining_and_describing_leaves_messages(bench: Bench) -> None:
    """Joining, topic, purpose and a new name each leave a message of their subtype in the channel."""
    room = await bench.room("before", "ana")
    await bench.client.conversations_setTopic(channel=room, topic="The database")
    await bench.client.conversations_setPurpose(channel=room, purpose="To mend it")
    await bench.client.conversations_rename(channel=room, name="after")
    await bench.client.conversations_kick(channel=room, user=bench.workspace.person("ana"))
    history = (await bench.client.conversations_history(channel=room))["messages"]
    kinds = ["channel_leave", "channel_name", "channel_purpose", "channel_topic", "channel_join"]
    assert [message["subtype"] for message in history] == kinds
    assert history[1]["old_name"] == "before"
    assert history[3]["topic"] == "The database"
    assert history[4]["inviter"] == bench.app.bot_user_id


async def test_invitations_fail_together_unless_forced(bench: Bench) -> None:
    """One bad name stops an invitation, with an error for each; with force the others are let in."""
    room = await bench.room("party", "ana")
    ana, ben = bench.workspace.person("ana"), bench.workspace.person("ben")
    reply = await bench.call("conversations.invite", channel=room, users=f"{ana},{ben},U404")
    assert reply["error"] == "already_in_channel"
    assert {e["user"]: e["error"] for e in reply["errors"]} == {ana: "already_in_channel", "U404": "user_not_found"}
    assert (await bench.call("conversations.invite", channel=room, users=f"U404,{ben}", force=True))["ok"] is True
    assert (await bench.client.conversations_members(channel=room))["members"][-1] == ben


async def test_direct_messages_are_opened_once(bench: Bench) -> None:
    """Opening the same direct message again finds it; with several people it is a group message."""
    ana, ben = bench.workspace.person("ana"), bench.workspace.person("ben")
    first = await bench.client.conversations_open(users=ana)
    again = await bench.client.conversations_open(users=ana, return_im=True)
    assert first["channel"]["id"] == again["channel"]["id"]
    assert (again["already_open"], again["channel"]["user"]) == (True, ana)
    group = (await bench.client.conversations_open(users=[ana, ben]))["channel"]["id"]
    assert (await bench.client.conversations_info(channel=group))["channel"]["is_mpim"] is True
    posted = await bench.client.chat_postMessage(channel=ana, text="psst")
    assert posted["channel"] == first["channel"]["id"]
    assert await bench.refused("conversations.open", users=bench.app.bot_user_id) == "not_enough_users"
    assert await bench.refused("conversations.setTopic", channel=group, topic="x") == (
        "method_not_supported_for_channel_type"
    )


async def test_history_is_paged_and_windowed(bench: Bench) -> None:
    """History runs newest first through pages without gap or repeat; oldest and latest cut it, inclusive on request."""
    room = await bench.room()
    sent = [(await bench.client.chat_postMessage(channel=room, text=str(n)))["ts"] for n in range(7)]
    pages, cursor = [], ""
    while True:
        reply = await bench.client.conversations_history(channel=room, limit=3, cursor=cursor)
        pages.append([m["ts"] for m in reply["messages"]])
        if not reply["has_more"]:
            break
        cursor = reply["response_metadata"]["next_cursor"]
    assert [len(page) for page in pages] == [3, 3, 1]
    assert [ts for page in pages for ts in page] == sent[::-1]
    cut = await bench.client.conversations_history(channel=room, oldest=sent[2], latest=sent[4])
    assert [m["ts"] for m in cut["messages"]] == [sent[3]]
    whole = await bench.client.conversations_history(channel=room, oldest=sent[2], latest=sent[4], inclusive=True)
    assert [m["ts"] for m in whole["messages"]] == sent[4:1:-1]


async def test_replies_stay_in_the_thread(bench: Bench) -> None:
    """A reply is not in the channel unless it is broadcast, and a reply to a reply joins its parent's thread."""
    room = await bench.room()
    post = bench.client.chat_postMessage
    parent = (await post(channel=room, text="parent"))["ts"]
    reply = (await post(channel=room, text="reply", thread_ts=parent))["ts"]
    loud = (await post(channel=room, text="loud", thread_ts=reply, reply_broadcast=True))["ts"]
    history = (await bench.client.conversations_history(channel=room))["messages"]
    assert [(m["ts"], m.get("subtype")) for m in history] == [(loud, "thread_broadcast"), (parent, None)]
    assert (history[1]["reply_count"], history[1]["latest_reply"]) == (2, loud)
    thread = await bench.client.conversations_replies(channel=room, ts=parent, limit=1)
    assert [m["ts"] for m in thread["messages"]] == [parent, reply]
    rest = await bench.client.conversations_replies(
        channel=room, ts=parent, limit=1, cursor=thread["response_metadata"]["next_cursor"]
    )
    assert [m["ts"] for m in rest["messages"]] == [parent, loud]


async def test_lists_are_paged(bench: Bench) -> None:
    """Lists come in pages, and the pages together are the whole list."""
    for number in range(5):
        await bench.room(f"room-{number}")
    names: list[str] = []
    async for page in await bench.client.conversations_list(limit=2):
        names += [channel["name"] for channel in page["channels"]]
    assert names == ["general", "ops", *(f"room-{n}" for n in range(5))]
    mine = (await bench.client.users_conversations())["channels"]
    assert [channel["name"] for channel in mine] == [f"room-{n}" for n in range(5)]


async def test_people_are_found(bench: Bench) -> None:
    """People are found by id, list and e-mail; the e-mail is shown only to those who hold its scope."""
    ana = bench.workspace.person("ana")
    found = (await bench.client.users_lookupByEmail(email="Ana@Example.com"))["user"]
    assert (found["id"], found["profile"]["email"]) == (ana, "ana@example.com")
    shy = await bench.workspace.install(manifest(name="shy", without_scopes=("users:read.email",)))
    hidden = (await bench.client_for(shy).users_info(user=ana))["user"]
    assert "email" not in hidden["profile"]
    groups = (await bench.client.usergroups_list(include_users=True))["usergroups"]
    assert [(g["handle"], g["users"]) for g in groups] == [("oncall", [ana])]
