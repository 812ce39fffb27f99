"""Guests and people from outside: who sees whom, who may come in, and how their words are marked."""

from .bench import StartBench
from .situations import set_the_stage


async def test_strangers_are_found_by_id_only(start_bench: StartBench) -> None:
    """Somebody from another company is in no list and not found by e-mail; by id they are a stranger without one."""
    stage = await set_the_stage(start_bench)
    listed = {user["id"] for user in (await stage.call("users.list", {}))["members"]}
    assert stage.olga not in listed
    assert {stage.ana, stage.gus, stage.mona} <= listed
    sought = await stage.call("users.lookupByEmail", {"email": "olga@vendor.example.com"})
    assert sought["error"] == "users_not_found"
    olga = (await stage.call("users.info", {"user": "$olga"}))["user"]
    assert (olga["is_stranger"], olga["team_id"] != stage.team, "email" in olga["profile"]) == (True, True, False)


async def test_a_shared_channel_says_so_and_holds_its_strangers(start_bench: StartBench) -> None:
    """A channel shared with another company is marked, lists its people, and takes more of them."""
    stage = await set_the_stage(start_bench)
    info = (await stage.call("conversations.info", {"channel": "$in_shared"}))["channel"]
    assert (info["is_shared"], info["is_ext_shared"], len(info["shared_team_ids"])) == (True, True, 2)
    members = (await stage.call("conversations.members", {"channel": "$in_shared"}))["members"]
    assert stage.olga in members
    invited = await stage.call("conversations.invite", {"channel": "$in_shared", "users": "$lost"})
    assert invited["ok"], invited


async def test_what_a_stranger_says_names_their_company(start_bench: StartBench) -> None:
    """Messages of people from outside carry their team as user_team and source_team."""
    stage = await set_the_stage(start_bench)
    shared = await stage.fill("$in_shared")
    async with stage.person("olga") as olga:
        ts = await olga.say(shared, "hello")
    history = (await stage.call("conversations.history", {"channel": shared}))["messages"]
    (said,) = [m for m in history if m["ts"] == ts]
    theirs = stage.bench.workspace.office.state.users[stage.olga].team_id
    assert (said["team"], said["user_team"], said["source_team"]) == (theirs, theirs, theirs)


async def test_a_guest_sees_own_channels_only(start_bench: StartBench) -> None:
    """Asked for a guest's conversations, the bot finds those the guest is in; a guest of several can be let in."""
    stage = await set_the_stage(start_bench)
    await stage.fill("$in_guests")
    assert [c["name"] for c in (await stage.call("users.conversations", {"user": "$gus"}))["channels"]] == ["guests"]
    assert (await stage.call("conversations.invite", {"channel": "$room", "users": "$mona"}))["ok"]
    names = [c["name"] for c in (await stage.call("users.conversations", {"user": "$mona"}))["channels"]]
    assert names == ["war-room"]


async def test_a_direct_message_is_put_away_and_comes_back(start_bench: StartBench) -> None:
    """conversations.close hides a direct message without losing it, and what is said in it brings it back."""
    stage = await set_the_stage(start_bench)
    dm = await stage.fill("$dm")
    assert "already_closed" not in await stage.call("conversations.close", {"channel": dm})
    assert (await stage.call("conversations.close", {"channel": dm}))["already_closed"] is True
    assert (await stage.call("conversations.info", {"channel": dm}))["channel"]["is_open"] is False
    await stage.call("chat.postMessage", {"channel": dm, "text": "psst"})
    assert (await stage.call("conversations.info", {"channel": dm}))["channel"]["is_open"] is True


async def test_a_channel_for_threads_takes_answers(start_bench: StartBench) -> None:
    """Where only administrators may post outside threads, the bot may still answer in one."""
    stage = await set_the_stage(start_bench)
    threads = await stage.fill("$in_threads")
    parent = await stage.speak("$in_threads")
    reply = await stage.call("chat.postMessage", {"channel": threads, "text": "x", "thread_ts": parent})
    assert reply["ok"], reply
