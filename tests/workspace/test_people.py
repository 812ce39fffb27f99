"""The control API and its stream: who sees what, and who is let in."""

from typing import Any

import aiohttp
import pytest

from warroom.workspace import PersonAt
from warroom.workspace.people import PersonRefused

from .bench import Arrive, Bench


async def _texts(person: PersonAt, barrier: str) -> list[str]:
    """Everything this person heard as messages up to the one that ends it."""
    await person.wait_for_message(lambda m: m["text"] == barrier)
    return [event["message"]["text"] for event in person.heard("message")]


async def test_a_stream_carries_only_what_a_person_may_see(bench: Bench, arrive: Arrive) -> None:
    """Private messages reach members, ephemerals their addressee, direct messages their two ends - and nobody else."""
    secret = await bench.room("secret", "ana", private=True)
    open_ = await bench.room("open-room", "ana", "ben")
    ana, ben, mira = await arrive(bench, "ana"), await arrive(bench, "ben"), await arrive(bench, "mira")
    await bench.client.chat_postMessage(channel=secret, text="in private")
    await bench.client.chat_postEphemeral(channel=open_, user=ana.user_id, text="whispered")
    direct = await ben.open_dm(mira.user_id)
    await ben.say(direct, "between us")
    await bench.client.chat_postMessage(channel=open_, text="for all")
    assert await _texts(ana, "for all") == ["in private", "whispered", "for all"]
    assert await _texts(ben, "for all") == ["between us", "for all"]
    assert await _texts(mira, "for all") == ["between us", "for all"]
    for outsider in (ben, mira):
        assert [e for e in outsider.heard() if secret in str(e)] == []
        with pytest.raises(PersonRefused, match="no such conversation"):
            await outsider.messages(secret)
        assert secret not in [channel["id"] for channel in await outsider.channels()]
    with pytest.raises(PersonRefused, match="no such conversation"):
        await ana.messages(direct)
    assert "whispered" not in [m["text"] for m in await ben.messages(open_)]
    assert "whispered" in [m["text"] for m in await ana.messages(open_)]


async def test_losing_a_private_channel_is_the_last_that_is_heard_of_it(bench: Bench, arrive: Arrive) -> None:
    """Who is put out of a private channel is told so, and hears nothing of it afterwards."""
    secret = await bench.room("secret", "ana", private=True)
    ana = await arrive(bench, "ana")
    await bench.client.conversations_kick(channel=secret, user=ana.user_id)
    event = await ana.wait_for(lambda e: e["type"] == "channel")
    assert (event["channel"]["id"], event["channel"]["is_member"]) == (secret, False)
    await bench.client.chat_postMessage(channel=secret, text="now we can talk")
    general = bench.workspace.channel("general")
    await ana.say(general, "barrier")
    assert "now we can talk" not in await _texts(ana, "barrier")


async def test_the_sidebar(bench: Bench, arrive: Arrive) -> None:
    """Unread messages and mentions are counted from the read mark; one's own do not count."""
    room = await bench.room("sidebar", "ana", "ben")
    ana, ben = await arrive(bench, "ana"), await arrive(bench, "ben")
    await ben.say(room, "one")
    last = await ben.say(room, "two @ana")

    async def counts(person: PersonAt) -> tuple[int, int, str]:
        (channel,) = [c for c in await person.channels() if c["id"] == room]
        return channel["unread"], channel["mentions"], channel["last_ts"]

    before = await counts(ana)
    assert before[1:] == (1, last)
    await ana.tell("read", channel=room, ts=last)
    assert await counts(ana) == (0, 0, last)
    assert await counts(ben) == (0, 0, last)


async def test_people_and_apps_are_listed(bench: Bench, arrive: Arrive) -> None:
    """The page learns who there is, with role and face, and what apps offer."""
    ana = await arrive(bench, "ana")
    reply = await ana.ask("people")
    (listed,) = [p for p in reply["people"] if p["id"] == ana.user_id]
    assert (listed["role"], listed["avatar"]["emoji"], listed["is_bot"]) == ("Responder", "🦊", False)
    (app,) = reply["apps"]
    assert (app["app_id"], app["home_tab"]) == (bench.app.app_id, True)
    assert app["commands"][0]["command"] == "/warden"
    assert {s["type"] for s in app["shortcuts"]} == {"global", "message"}
    assert reply["team"]["name"] == "Ghostbusters"


async def test_people_manage_channels(bench: Bench, arrive: Arrive) -> None:
    """People create, join, invite, leave and archive; names are checked; what is archived is closed."""
    ana, ben = await arrive(bench, "ana"), await arrive(bench, "ben")
    with pytest.raises(PersonRefused, match="lowercase"):
        await ana.create("Big Room")
    room = await ana.create("big-room")
    await ana.invite(room, bench.app.bot_user_id)
    await ben.join(room)
    await ben.leave(room)
    with pytest.raises(PersonRefused, match="Join the channel"):
        await ben.say(room, "still here")
    assert bench.app.bot_user_id in (await bench.client.conversations_members(channel=room))["members"]
    await ana.tell("archive", channel=room)
    with pytest.raises(PersonRefused, match="archived"):
        await ana.say(room, "hello?")
    await ana.tell("unarchive", channel=room)
    await ana.say(room, "open again")


async def test_people_change_only_what_is_theirs(bench: Bench, arrive: Arrive) -> None:
    """A person edits and deletes their own messages and reacts to any."""
    room = await bench.room("talk", "ana", "ben")
    ana, ben = await arrive(bench, "ana"), await arrive(bench, "ben")
    ts = await ana.say(room, "first")
    with pytest.raises(PersonRefused, match="your own"):
        await ben.edit(room, ts, "second")
    await ana.edit(room, ts, "second")
    await ben.react(room, ts, "eyes")
    changed = await ana.wait_for_message(lambda m: bool(m.get("reactions")))
    assert (changed["text"], changed["edited"]["user"]) == ("second", ana.user_id)
    await ana.delete(room, ts)
    assert (await ben.wait_for(lambda e: e["type"] == "message_deleted"))["ts"] == ts


async def test_the_end_of_a_stream_is_noticed(bench: Bench, arrive: Arrive) -> None:
    """Who waits for something when the workspace stops is told so, and does not wait on."""
    ana = await arrive(bench, "ana")
    await bench.workspace.stop()
    with pytest.raises(ConnectionError, match="has ended"):
        await ana.wait_for(lambda event: True)


LOCAL = {"Content-Type": "application/json"}
REFUSED: list[tuple[str, dict[str, str], str]] = [
    ("GET", {"Host": "evil.example"}, "foreign_host"),
    ("GET", {"Host": "evil.example:80"}, "foreign_host"),
    ("GET", {"Origin": "https://evil.example"}, "foreign_origin"),
    ("GET", {"Origin": "null"}, "foreign_origin"),
    ("GET", {"Sec-Fetch-Site": "cross-site"}, "foreign_origin"),
    ("POST", {"Content-Type": "text/plain"}, "not_json"),
    ("POST", {**LOCAL, "Origin": "http://127.0.0.1:1"}, "foreign_origin"),
]


@pytest.mark.parametrize(("method", "headers", "code"), REFUSED)
async def test_only_the_workspaces_own_page_is_let_in(
    bench: Bench, method: str, headers: dict[str, str], code: str
) -> None:
    """Other hosts' names, other origins and bodies that a form could send are refused under /local/."""
    path = "/local/people" if method == "GET" else "/local/say"
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, bench.workspace.url + path, headers=headers, data=b"{}") as response,
    ):
        assert (response.status, (await response.json())["error"]) == (400, code)


async def test_the_own_page_is_let_in(bench: Bench) -> None:
    """The page's own origin passes, also under the name localhost."""
    port = bench.workspace.url.rpartition(":")[2]
    for host in (f"127.0.0.1:{port}", f"localhost:{port}"):
        headers = {"Host": host, "Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"}
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{bench.workspace.url}/local/people", headers=headers) as response,
        ):
            assert response.status == 200


async def test_the_page_is_served_under_a_strict_policy(bench: Bench) -> None:
    """The page comes with a policy that lets nothing in from elsewhere and nobody frame it."""
    async with aiohttp.ClientSession() as session, session.get(bench.workspace.url + "/") as response:
        policy = response.headers["Content-Security-Policy"]
        assert response.status == 200
        assert "<script" in await response.text()
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


async def test_the_wire_shows_what_crossed_it(bench: Bench, arrive: Arrive) -> None:
    """Every call with its reply, and no token, can be read from the wire."""
    ana = await arrive(bench, "ana")
    await bench.call("conversations.create", name="seen")
    await bench.call("auth.test", token="xoxb-none")
    exchanges: list[dict[str, Any]] = (await ana.ask("wire"))["exchanges"]
    calls = [(e["method"], e["response"].get("error")) for e in exchanges if e["kind"] == "call"]
    assert calls == [("conversations.create", None), ("auth.test", "invalid_auth")]
    assert (await ana.ask("wire", after=str(exchanges[-1]["n"])))["exchanges"] == []
    assert bench.app.bot_token not in str(exchanges)
    assert bench.workspace.wire.calls("conversations.create")[0].request["name"] == "seen"
