"""Situations that calls are made in: a stage with people, guests, strangers and channels of every kind, set up as asked for.

An argument such as `$posted` stands for what the method of that name returns, and is made when it is first needed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from warroom.workspace import InstalledApp, Person, PersonAt, Seed, SeedChannel, channels, directory, messages
from warroom.workspace.eventcontext import write_event_context
from warroom.workspace.messages import Draft
from warroom.workspace.methods import METHODS

from .bench import EVENTS, SEED, Bench, manifest

START = 1_800_000_000.0
MORE_SCOPES = (
    "dnd:read",
    "links:read",
    "links:write",
    "metadata.message:read",
    "usergroups:write",
    "users.profile:read",
    "users:write",
)
STAGE_SEED = replace(
    SEED,
    people=(
        *SEED.people,
        Person(name="gus", guest="single"),
        Person(name="mona", guest="multi"),
        Person(name="olga", company="Vendor"),
        Person(name="pit", company="Supplier"),
        Person(name="lost", company="Vendor"),
        Person(name="root", is_admin=True),
    ),
    channels=(
        *SEED.channels,
        SeedChannel(name="guests", members=("ana", "gus")),
        SeedChannel(name="shared", members=("ana", "olga"), shared_with=("Vendor",)),
        SeedChannel(name="supply", members=("ana", "pit"), shared_with=("Supplier",)),
        SeedChannel(name="news", members=("ana",), rules=("read_only",)),
        SeedChannel(name="threads", members=("ana",), rules=("thread_only",)),
        SeedChannel(name="flat", members=("ana",), rules=("no_threads",)),
    ),
)
RICH = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}]}
MODAL: dict[str, Any] = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Form"},
    "blocks": [{"type": "divider"}],
}


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> float:
        return self.at


def stage_manifest(
    *, name: str = "warden", without: tuple[str, ...] = (), events: tuple[str, ...] = (), **features: Any
) -> dict[str, Any]:
    """An app that may do everything there is, `without` some scopes; `features` are put into its app_home."""
    doc = manifest(name=name, without_scopes=without, events=[*EVENTS, *events])
    doc["oauth_config"]["scopes"]["bot"] += [s for s in MORE_SCOPES if s not in without]
    doc["features"]["app_home"] |= features
    doc["features"]["unfurl_domains"] = ["shop.example"]
    doc["settings"]["event_subscriptions"]["metadata_subscriptions"] = [{"app_id": "*", "event_type": "outbox"}]
    return doc


@dataclass
class Stage:
    bench: Bench
    clock: Clock
    manifest_: dict[str, Any]
    _known: dict[str, Any] = field(default_factory=dict)

    async def fill(self, value: Any) -> Any:
        """The value with every `$name` in it made."""
        if isinstance(value, str) and "," in value and "$" in value:
            return ",".join([str(await self.fill(part)) for part in value.split(",")])
        if isinstance(value, str) and value.startswith("$"):
            return await self._named(value[1:])
        if isinstance(value, Mapping):
            return {name: await self.fill(item) for name, item in value.items()}
        return [await self.fill(item) for item in value] if isinstance(value, list | tuple) else value

    async def _named(self, name: str) -> Any:
        if name not in self._known:
            made = getattr(self, name)
            self._known[name] = await made() if callable(made) else made
        return self._known[name]

    async def call(self, method: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """A call with its arguments filled in, with the kind of token the method takes."""
        token = self.bench.app.app_token if METHODS[method].caller == "app" else None
        return await self.bench.call(method, token=token, **await self.fill(arguments))

    async def _ok(self, method: str, **arguments: Any) -> dict[str, Any]:
        reply = await self.call(method, arguments)
        assert reply["ok"], (method, reply)
        return reply

    def __getattr__(self, name: str) -> Any:
        """The people and the channels by their names."""
        if name.startswith("_"):
            raise AttributeError(name)
        workspace = self.bench.workspace
        state = workspace.office.state
        if any(person.name == name for person in state.people()):
            return workspace.person(name)
        if name.startswith("in_"):
            return lambda: self._joined(name[3:])
        if state.channel_named(name) is not None:
            return workspace.channel(name)
        raise AttributeError(name)

    async def _joined(self, name: str) -> str:
        """A seeded channel the bot has joined."""
        channel = self.bench.workspace.channel(name)
        await self._ok("conversations.join", channel=channel)
        return channel

    def person(self, name: str) -> PersonAt:
        """Somebody at their page; to be entered."""
        return PersonAt(self.bench.workspace.url, self.bench.workspace.person(name))

    # -- the app -------------------------------------------------------------------------------------------------------

    @property
    def bot(self) -> str:
        return self.bench.app.bot_user_id

    @property
    def bot_id(self) -> str:
        return self.bench.app.bot_id

    @property
    def team(self) -> str:
        return self.bench.workspace.office.state.the_team.id

    @property
    def manifest(self) -> str:
        return json.dumps(self.manifest_)

    @property
    def soon(self) -> int:
        return int(self.clock.at) + 60

    @property
    def event_context(self) -> str:
        return write_event_context({"type": "message"}, self.team, self.bench.app.app_id)

    async def other(self) -> InstalledApp:
        known: InstalledApp = await self.bench.workspace.install(stage_manifest(name="other"))
        return known

    async def other_context(self) -> str:
        return write_event_context({"type": "message"}, self.team, (await self.other()).app_id)

    # -- channels ------------------------------------------------------------------------------------------------------

    async def room(self) -> str:
        """A public channel of the bot's with ana in it."""
        return await self.bench.room("war-room", "ana")

    async def quiet(self) -> str:
        """A private channel with the bot alone in it."""
        return await self.bench.room("quiet", private=True)

    async def archived(self) -> str:
        room = await self.bench.room("over", "ana")
        await self.bench.client.conversations_archive(channel=room)
        return room

    async def shut(self) -> str:
        """An archived channel the bot is still in: archived before it came."""
        room = await self.bench.room("shut", "ana")
        state = self.bench.workspace.office.state
        state.keep(replace(state.channels[room], is_archived=True))
        return room

    async def dm(self) -> str:
        return str((await self._ok("conversations.open", users="$ana"))["channel"]["id"])

    async def group(self) -> str:
        return str((await self._ok("conversations.open", users="$ana,$ben"))["channel"]["id"])

    async def gone(self) -> str:
        """Somebody who has left."""
        office = self.bench.workspace.office
        directory.change_user(office, office.state.users[self.mira], deleted=True)
        return str(self.mira)

    # -- messages ------------------------------------------------------------------------------------------------------

    async def posted(self) -> str:
        return await self._posted("$room", text="news")

    async def linked(self) -> str:
        return await self._posted("$room", text="see https://shop.example/1")

    async def rich(self) -> str:
        return await self._posted("$room", text="x", blocks=[RICH])

    async def reply(self) -> str:
        return await self._posted("$room", text="reply", thread_ts="$posted")

    async def flat_parent(self) -> str:
        return await self.speak("$in_flat")

    async def lost_post(self) -> str:
        """A message of the bot in a channel that was archived later."""
        ts = await self._posted("$shut_room", text="x")
        state = self.bench.workspace.office.state
        state.keep(replace(state.channels[await self._named("shut_room")], is_archived=True))
        return ts

    async def shut_room(self) -> str:
        return await self.bench.room("shut-later", "ana")

    async def closing(self) -> str:
        """A message of the bot in a channel where later only administrators may post."""
        ts = await self._posted("$closing_room", text="x")
        office = self.bench.workspace.office
        channels.set_rules(office, office.state.channels[self._known["closing_room"]], ["read_only"], self.root)
        return ts

    async def closing_room(self) -> str:
        return await self.bench.room("closing")

    async def said(self) -> str:
        """What ana said in the room."""
        return await self.speak("$room")

    async def joined(self) -> str:
        """The message that ana has joined."""
        state = self.bench.workspace.office.state
        return next(m.ts for m in state.messages(await self._named("room")) if m.subtype == "channel_join")

    async def crowded(self) -> str:
        """A message with as many different reactions as there may be, by others."""
        ts, office = await self._named("said"), self.bench.workspace.office
        for number in range(messages.MOST_EMOJI):
            message = office.state.message(await self._named("room"), ts)
            assert message is not None
            messages.react(office, message, f"e{number}", by=self.ben)
        return str(ts)

    async def busy(self) -> str:
        """A message the bot has reacted to as often as one may, and somebody else once more."""
        ts, office = await self._named("said"), self.bench.workspace.office
        for number in range(messages.MOST_REACTIONS + 1):
            message = office.state.message(await self._named("room"), ts)
            assert message is not None
            messages.react(office, message, f"e{number}", by=self.bot if number else self.ben)
        return str(ts)

    async def full_of_pins(self) -> str:
        """A room with as many pins as there may be."""
        room, office = await self._named("room"), self.bench.workspace.office
        for number in range(messages.MOST_PINS):
            draft = Draft(channel=office.state.channels[room], text=str(number), user=self.ana)
            messages.pin(office, messages.post(office, draft), by=self.ana)
        return str(room)

    async def scheduled(self) -> str:
        return str((await self._ok("chat.scheduleMessage", **BASE["chat.scheduleMessage"]))["scheduled_message_id"])

    async def bookmark(self) -> str:
        return str((await self._ok("bookmarks.add", **BASE["bookmarks.add"]))["bookmark"]["id"])

    async def _posted(self, channel: str, **arguments: Any) -> str:
        return str((await self._ok("chat.postMessage", channel=channel, **arguments))["ts"])

    async def speak(self, channel: str) -> str:
        """Ana says something, wherever it is and whatever the channel's rules."""
        office = self.bench.workspace.office
        draft = Draft(channel=office.state.channels[await self.fill(channel)], text="hello", user=self.ana)
        return messages.post(office, draft).ts

    # -- files, views, groups ------------------------------------------------------------------------------------------

    async def upload(self) -> str:
        """A file whose bytes are here and that is not completed."""
        return await upload(self.bench, self.bench.app)

    async def their_upload(self) -> str:
        return await upload(self.bench, await self._named("other"))

    async def file(self) -> str:
        """A completed file of the bot's own that nobody else sees."""
        id_ = await upload(self.bench, self.bench.app)
        await self._ok("files.completeUploadExternal", files=[{"id": id_}])
        return id_

    async def their_file(self) -> str:
        """A file another app keeps to itself."""
        return await self._of_other([])

    async def their_shared_file(self) -> str:
        """A file another app showed in a channel everybody can see."""
        return await self._of_other(["general"])

    async def _of_other(self, shown: list[str]) -> str:
        other = await self._named("other")
        id_ = await upload(self.bench, other)
        rooms = [self.bench.workspace.channel(name) for name in shown]
        for room in rooms:
            await self.bench.call("conversations.join", token=other.bot_token, channel=room)
        where = {"channel_id": rooms[0]} if rooms else {}
        done = await self.bench.call(
            "files.completeUploadExternal", token=other.bot_token, files=[{"id": id_}], **where
        )
        assert done["ok"], done
        return id_

    async def deleted_file(self) -> str:
        await self._ok("files.delete", file="$file")
        return str(self._known["file"])

    async def trigger(self) -> str:
        return self.bench.workspace.office.triggers.issue(self.bench.app.app_id, self.ana, self._known.get("view", ""))

    async def used_trigger(self) -> str:
        id_ = await self.trigger()
        await self._ok("views.open", view=MODAL, trigger_id=id_)
        return id_

    async def expired_trigger(self) -> str:
        id_ = await self.trigger()
        self.clock.at += 4
        return id_

    async def view(self) -> str:
        """A modal that ana has open, called `form`."""
        opened = await self._ok("views.open", view=MODAL | {"external_id": "form"}, trigger_id=await self.trigger())
        return str(opened["view"]["id"])

    async def inner_trigger(self) -> str:
        """A trigger of something ana pressed in the open modal."""
        return self.bench.workspace.office.triggers.issue(self.bench.app.app_id, self.ana, await self._named("view"))

    async def deep_trigger(self) -> str:
        """A trigger from the third modal of a stack."""
        for _ in range(2):
            await self._ok("views.push", view=MODAL, trigger_id=await self.inner_trigger())
        return await self.inner_trigger()

    async def form_of_ben(self) -> str:
        """Another modal of the app, that ben has open, with an external_id."""
        trigger = self.bench.workspace.office.triggers.issue(self.bench.app.app_id, self.ben)
        await self._ok("views.open", view=MODAL | {"external_id": "taken"}, trigger_id=trigger)
        return "taken"

    async def oncall(self) -> str:
        return next(iter(self.bench.workspace.office.state.groups))

    async def crowd(self) -> str:
        """So many people that they cannot be listed at once."""
        office = self.bench.workspace.office
        someone = office.state.users[self.ben]
        for number in range(1000):
            office.state.keep(replace(someone, id=f"UCROWD{number}", name=f"one-{number}"))
        return ""

    async def full_of_bookmarks(self) -> str:
        for number in range(100):
            await self._ok("bookmarks.add", **BASE["bookmarks.add"] | {"title": str(number)})
        return str(self._known["room"])

    async def full_of_scheduled(self) -> str:
        for _ in range(30):
            await self._ok("chat.scheduleMessage", **BASE["chat.scheduleMessage"])
        return str(self._known["room"])


async def upload(bench: Bench, app: InstalledApp) -> str:
    """Announces a file and sends its bytes."""
    client = bench.client_for(app)
    announced = await client.files_getUploadURLExternal(filename="a.txt", length=1)
    async with bench.session() as session, session.post(str(announced["upload_url"]), data=b"x") as response:
        assert response.status == 200
    return str(announced["file_id"])


async def set_the_stage(
    workspace_of: Any,
    *,
    without: tuple[str, ...] = (),
    plan: str = "pro",
    restricted: tuple[str, ...] = (),
    rate_limits: bool = False,
    events: tuple[str, ...] = (),
    **features: Any,
) -> Stage:
    """A stage of its own; `workspace_of` is the fixture that starts benches."""
    clock = Clock()
    app = stage_manifest(without=without, events=events, **features)
    seed: Seed = replace(STAGE_SEED, plan=plan, restricted=restricted)
    bench = await workspace_of(app=app, seed=seed, now=clock, rate_limits=rate_limits)
    return Stage(bench, clock, app)


BASE: dict[str, dict[str, Any]] = {
    "api.test": {},
    "apps.connections.open": {},
    "apps.event.authorizations.list": {"event_context": "$event_context"},
    "apps.manifest.validate": {"manifest": "$manifest"},
    "auth.revoke": {},
    "auth.test": {},
    "blocks.validate": {"blocks": [{"type": "divider"}]},
    "bookmarks.add": {"channel_id": "$room", "title": "t", "type": "link", "link": "https://a.example"},
    "bookmarks.edit": {"channel_id": "$room", "bookmark_id": "$bookmark", "title": "new"},
    "bookmarks.list": {"channel_id": "$room"},
    "bookmarks.remove": {"channel_id": "$room", "bookmark_id": "$bookmark"},
    "bots.info": {"bot": "$bot_id"},
    "chat.delete": {"channel": "$room", "ts": "$posted"},
    "chat.deleteScheduledMessage": {"channel": "$room", "scheduled_message_id": "$scheduled"},
    "chat.getPermalink": {"channel": "$room", "message_ts": "$posted"},
    "chat.meMessage": {"channel": "$room", "text": "x"},
    "chat.postEphemeral": {"channel": "$room", "user": "$ana", "text": "x"},
    "chat.postMessage": {"channel": "$room", "text": "x"},
    "chat.scheduleMessage": {"channel": "$room", "text": "x", "post_at": "$soon"},
    "chat.scheduledMessages.list": {"channel": "$room"},
    "chat.unfurl": {"channel": "$room", "ts": "$linked", "unfurls": {"https://shop.example/1": {"title": "A lamp"}}},
    "chat.update": {"channel": "$room", "ts": "$posted", "text": "y"},
    "conversations.archive": {"channel": "$room"},
    "conversations.close": {"channel": "$dm"},
    "conversations.create": {"name": "new"},
    "conversations.history": {"channel": "$room"},
    "conversations.info": {"channel": "$room"},
    "conversations.invite": {"channel": "$room", "users": "$ben"},
    "conversations.join": {"channel": "$ops"},
    "conversations.kick": {"channel": "$room", "user": "$ana"},
    "conversations.leave": {"channel": "$room"},
    "conversations.list": {},
    "conversations.mark": {"channel": "$room", "ts": "$posted"},
    "conversations.members": {"channel": "$room"},
    "conversations.open": {"users": "$ana"},
    "conversations.rename": {"channel": "$room", "name": "renamed"},
    "conversations.replies": {"channel": "$room", "ts": "$posted"},
    "conversations.setPurpose": {"channel": "$room", "purpose": "p"},
    "conversations.setTopic": {"channel": "$room", "topic": "t"},
    "conversations.unarchive": {"channel": "$shut"},
    "dnd.info": {"user": "$ana"},
    "dnd.teamInfo": {"users": "$ana,$ben"},
    "emoji.list": {},
    "files.completeUploadExternal": {"files": [{"id": "$upload"}], "channel_id": "$room"},
    "files.delete": {"file": "$file"},
    "files.getUploadURLExternal": {"filename": "a.txt", "length": 1},
    "files.info": {"file": "$file"},
    "files.list": {},
    "pins.add": {"channel": "$room", "timestamp": "$posted"},
    "pins.list": {"channel": "$room"},
    "pins.remove": {"channel": "$room", "timestamp": "$posted"},
    "reactions.add": {"channel": "$room", "timestamp": "$posted", "name": "eyes"},
    "reactions.get": {"channel": "$room", "timestamp": "$posted"},
    "reactions.list": {},
    "reactions.remove": {"channel": "$room", "timestamp": "$posted", "name": "eyes"},
    "team.info": {},
    "team.profile.get": {},
    "usergroups.create": {"name": "Second line"},
    "usergroups.disable": {"usergroup": "$oncall"},
    "usergroups.enable": {"usergroup": "$oncall"},
    "usergroups.list": {},
    "usergroups.update": {"usergroup": "$oncall", "name": "First line"},
    "usergroups.users.list": {"usergroup": "$oncall"},
    "usergroups.users.update": {"usergroup": "$oncall", "users": "$ana,$ben"},
    "users.conversations": {},
    "users.getPresence": {"user": "$ana"},
    "users.info": {"user": "$ana"},
    "users.list": {},
    "users.lookupByEmail": {"email": "ana@example.com"},
    "users.profile.get": {"user": "$ana"},
    "users.setPresence": {"presence": "away"},
    "views.open": {"view": MODAL, "trigger_id": "$trigger"},
    "views.publish": {"user_id": "$ana", "view": {"type": "home", "blocks": [{"type": "divider"}]}},
    "views.push": {"view": MODAL, "trigger_id": "$inner_trigger"},
    "views.update": {"view": MODAL, "view_id": "$view"},
}
"""For every method a call that works."""

BEFORE: dict[str, tuple[tuple[str, dict[str, Any]], ...]] = {
    "pins.remove": (("pins.add", BASE["pins.add"]),),
    "reactions.remove": (("reactions.add", BASE["reactions.add"]),),
}
"""What must have been done for the working call to work."""
