"""What administrators arrange over HTTP: people, emoji, the workspace's name, who may use a channel - and that apps hear of it."""

from typing import Any

import pytest

from warroom.workspace import PersonAt, PersonRefused

from .bench import Bench, StartBench, manifest
from .test_admin import COMPANY, tell

HEARS = [
    "team_join",
    "user_change",
    "user_status_changed",
    "emoji_changed",
    "team_rename",
    "channel_shared",
    "channel_unshared",
    "channel_deleted",
    "file_shared",
    "message.channels",
]


@pytest.fixture
async def told(start_bench: StartBench) -> Bench:
    """A workspace with an app that wants to hear of everything here, and is not connected yet."""
    return await start_bench(seed=COMPANY, app=manifest(events=HEARS))


def events(bench: Bench) -> list[dict[str, Any]]:
    """What waits for the app, oldest first."""
    return [event.payload["event"] for event in bench.workspace.office.state.events.values()]


async def test_people_come_and_change(told: Bench) -> None:
    """Somebody new is added with the fields of a seed, somebody who is there is changed; apps hear of both."""
    assert (await tell(told, "person", name="zoe", role="Manager", guest="multi"))["person"]["is_restricted"] is True
    changed = await tell(told, "person", name="ben", status_text="at lunch", deleted=True)
    assert changed["person"]["deleted"] is True
    assert [e["type"] for e in events(told)] == ["team_join", "user_change", "user_status_changed"]
    assert (await told.client.users_info(user=told.workspace.person("zoe")))["user"]["profile"]["title"] == "Manager"
    assert (await told.client.users_info(user=events(told)[1]["user"]["id"]))["user"]["deleted"] is True


@pytest.mark.parametrize(
    ("what", "body", "sentence"),
    [
        ("person", {"name": "zoe", "rol": "x"}, "people[0]: rol is not known; did you mean role?"),
        ("person", {"name": "ben", "guest": "multi"}, "ben is there; what changes may be real_name, role,"),
        ("person", {"name": "ben", "deleted": "yes"}, "deleted must be true or false, not 'yes'."),
        ("emoji", {"name": ""}, "An emoji needs a name."),
        ("emoji", {"name": "gone"}, "There is no emoji 'gone'."),
        ("channel", {"channel": "C1"}, "There is no such channel."),
    ],
)
async def test_what_cannot_be_arranged_is_said(told: Bench, what: str, body: dict[str, Any], sentence: str) -> None:
    """A field that is wrong, and what is not there, are refused in a sentence, and nothing is told to apps."""
    assert (await tell(told, what, **body))["sentence"].startswith(sentence)
    assert events(told) == []


async def test_the_workspace_has_emoji_and_a_name(told: Bench) -> None:
    """Emoji of the workspace's own are listed for apps until they are taken away; a new name is told."""
    await tell(told, "emoji", name=":shipit:", value="https://a.example/shipit.png")
    assert (await told.client.emoji_list())["emoji"] == {"shipit": "https://a.example/shipit.png"}
    await tell(told, "emoji", name="shipit")
    assert (await told.client.emoji_list())["emoji"] == {}
    await tell(told, "team", name="Narwhal II")
    assert (await told.client.team_info())["team"]["name"] == "Narwhal II"
    assert [(e["type"], e.get("subtype")) for e in events(told)] == [
        ("emoji_changed", "add"),
        ("emoji_changed", "remove"),
        ("team_rename", None),
    ]


async def test_a_channel_is_shared_bound_and_deleted(told: Bench) -> None:
    """A channel shared with a company takes its people until that ends; rules bind; a deleted channel is gone."""
    channel, vic = told.workspace.channel("general"), told.workspace.person("vic")
    await told.client.conversations_join(channel=channel)
    async with PersonAt(told.workspace.url, told.workspace.person("ben")) as ben:
        with pytest.raises(PersonRefused, match="the channel is not shared with their company"):
            await ben.invite(channel, vic)
        shared = await tell(told, "channel", channel=channel, share_with="Vendor")
        assert shared["channel"]["is_ext_shared"] is True
        await ben.invite(channel, vic)
        await tell(told, "channel", channel=channel, unshare="Vendor")
        assert vic not in (await told.client.conversations_members(channel=channel))["members"]
        await tell(told, "channel", channel=channel, rules=["read_only"])
        with pytest.raises(PersonRefused, match="restricted_action_read_only_channel"):
            await ben.say(channel, "x")
        with pytest.raises(PersonRefused, match="restricted_action_read_only_channel"):
            await ben.upload(channel, ("a.txt", b"x"))
    assert (await tell(told, "channel", channel=channel, rules=["quiet"]))["error"] == "invalid_arguments"
    await tell(told, "channel", channel=channel, delete=True)
    assert await told.refused("conversations.info", channel=channel) == "channel_not_found"
    assert [e["type"] for e in events(told) if e["type"] != "message"] == [
        "channel_shared",
        "channel_unshared",
        "channel_deleted",
    ]


async def test_files_are_shared_as_one_message(told: Bench) -> None:
    """Several files go up as one message, whose bytes the app can fetch; the app hears of each."""
    channel = told.workspace.channel("general")
    await told.client.conversations_join(channel=channel)
    async with PersonAt(told.workspace.url, told.workspace.person("ben")) as ben:
        ts = await ben.upload(channel, ("a.txt", b"first"), ("b.txt", b"second"), text="*both*")
    message = (await told.client.conversations_history(channel=channel, latest=ts, inclusive=True, limit=1))[
        "messages"
    ][0]
    assert (message["subtype"], message["text"]) == ("file_share", "*both*")
    assert [f["name"] for f in message["files"]] == ["a.txt", "b.txt"]
    assert message["blocks"][0]["type"] == "rich_text"
    assert len([e for e in events(told) if e["type"] == "file_shared"]) == 2
