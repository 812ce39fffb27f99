"""What the workspace keeps: plain frozen values, each with a key that is unique among its kind.

Every value holds only text, numbers, booleans, tuples of text and JSON documents, so that it can be written to the state
file as it is. Nothing here knows Slack's JSON shapes; those are drawn in `render`.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Literal, get_args

from warroom.workspace.manifest import Features, read_manifest

Doc = dict[str, Any]
"""A JSON object, as it travels."""

ChannelKind = Literal["public", "private", "im", "mpim"]
Plan = Literal["free", "pro"]
ChannelRule = Literal["read_only", "thread_only", "no_threads"]
"""What only administrators may do otherwise: post at all, post outside threads, answer in threads."""


@dataclass(frozen=True, kw_only=True)
class Team:
    """The workspace itself. There is one.

    `restricted` are the API methods that this workspace's own rules keep from apps (they answer restricted_action), such as
    conversations.create where only administrators may make channels.
    """

    kind: ClassVar[str] = "team"
    id: str
    name: str
    domain: str
    plan: Plan = "pro"
    restricted: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return self.id


@dataclass(frozen=True, kw_only=True)
class Partner:
    """Another company, whose people are met in channels shared with it (Slack Connect)."""

    kind: ClassVar[str] = "partner"
    id: str
    name: str
    domain: str

    @property
    def key(self) -> str:
        return self.id


@dataclass(frozen=True, kw_only=True)
class User:
    """A person, or the bot user of an app.

    `team_id` is another company's for somebody from outside and empty for the workspace's own people. A guest of several
    channels is `is_restricted`, a guest of one is `is_ultra_restricted` as well.
    """

    kind: ClassVar[str] = "user"
    id: str
    name: str
    real_name: str
    role: str = ""
    emoji: str = ""
    color: str = "9f69e7"
    email: str = ""
    tz: str = "Etc/UTC"
    tz_offset: int = 0
    deleted: bool = False
    is_admin: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    team_id: str = ""
    status_text: str = ""
    status_emoji: str = ""
    is_away: bool = False
    updated: int = 0
    app_id: str = ""
    bot_id: str = ""

    @property
    def key(self) -> str:
        return self.id

    @property
    def is_bot(self) -> bool:
        return bool(self.app_id)

    @property
    def is_outside(self) -> bool:
        return bool(self.team_id)

    @property
    def sees_only_own_channels(self) -> bool:
        """Whether public channels are closed to this person until somebody lets them in."""
        return self.is_restricted or self.is_outside


@dataclass(frozen=True, kw_only=True)
class App:
    """An installed app, its tokens and the manifest it was installed from.

    `revoked` says that the tokens were taken away, `muted` that events are not sent to its request URL because too many of
    them failed.
    """

    kind: ClassVar[str] = "app"
    id: str
    name: str
    bot_user_id: str
    bot_id: str
    bot_token: str = field(repr=False)
    app_token: str = field(repr=False)
    signing_secret: str = field(repr=False)
    verification_token: str = field(repr=False)
    manifest: Doc = field(repr=False)
    installed: int
    revoked: bool = False
    muted: bool = False

    @property
    def key(self) -> str:
        return self.id

    @cached_property
    def features(self) -> Features:
        return read_manifest(self.manifest)


@dataclass(frozen=True, kw_only=True)
class Channel:
    """A conversation of any kind: public or private channel, direct message, group direct message."""

    kind: ClassVar[str] = "channel"
    id: str
    name: str
    type: ChannelKind
    creator: str
    created: int
    updated: int = 0
    members: tuple[str, ...] = ()
    is_archived: bool = False
    is_general: bool = False
    topic: str = ""
    topic_by: str = ""
    topic_at: int = 0
    purpose: str = ""
    purpose_by: str = ""
    purpose_at: int = 0
    previous_names: tuple[str, ...] = ()
    shared_with: tuple[str, ...] = ()  # ids of partners
    rules: tuple[str, ...] = ()  # of ChannelRule
    closed_by: tuple[str, ...] = ()  # who put this direct message away; it opens again with the next message

    @property
    def key(self) -> str:
        return self.id

    @property
    def is_direct(self) -> bool:
        return self.type in ("im", "mpim")


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message. An ephemeral one names the only person it is for."""

    kind: ClassVar[str] = "message"
    channel: str
    ts: str
    text: str
    user: str = ""
    bot_id: str = ""
    app_id: str = ""
    subtype: str = ""
    thread_ts: str = ""
    username: str = ""
    icons: Doc = field(default_factory=dict)
    blocks: list[Doc] | None = None
    attachments: list[Doc] | None = None
    metadata: Doc | None = None
    edited_by: str = ""
    edited_ts: str = ""
    reactions: Doc = field(default_factory=dict)  # emoji name -> list of user ids, oldest first
    files: tuple[str, ...] = ()
    client_msg_id: str = ""
    extra: Doc = field(default_factory=dict)  # fields only some subtypes have, such as topic or inviter
    ephemeral_to: str = ""

    @property
    def key(self) -> str:
        return f"{self.channel}:{self.ts}"

    @property
    def is_reply(self) -> bool:
        return bool(self.thread_ts) and self.thread_ts != self.ts

    @property
    def is_top_level(self) -> bool:
        return not self.is_reply or self.subtype == "thread_broadcast"


@dataclass(frozen=True, kw_only=True)
class Pin:
    """A message that somebody pinned."""

    kind: ClassVar[str] = "pin"
    channel: str
    ts: str
    user: str
    created: int

    @property
    def key(self) -> str:
        return f"{self.channel}:{self.ts}"


@dataclass(frozen=True, kw_only=True)
class Bookmark:
    """A link at the top of a channel."""

    kind: ClassVar[str] = "bookmark"
    id: str
    channel: str
    title: str
    link: str
    emoji: str
    user: str
    created: int
    updated: int = 0

    @property
    def key(self) -> str:
        return self.id


@dataclass(frozen=True, kw_only=True)
class File:
    """A file; private to its uploader until it is completed into a channel. A deleted one is remembered without its bytes."""

    kind: ClassVar[str] = "file"
    id: str
    secret: str
    name: str
    title: str
    mimetype: str
    size: int
    user: str
    created: int
    alt_txt: str = ""
    uploaded: bool = False
    completed: bool = False
    deleted: bool = False
    channels: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return self.id


@dataclass(frozen=True, kw_only=True)
class FileContent:
    """The bytes of a file."""

    kind: ClassVar[str] = "file_content"
    id: str
    base64: str

    @property
    def key(self) -> str:
        return self.id


@dataclass(frozen=True, kw_only=True)
class HomeView:
    """What an app shows one person on its Home tab: the view as Slack's API draws it."""

    kind: ClassVar[str] = "home_view"
    app_id: str
    user: str
    view: Doc

    @property
    def key(self) -> str:
        return f"{self.app_id}:{self.user}"


@dataclass(frozen=True, kw_only=True)
class ReadMark:
    """How far a person has read in a conversation."""

    kind: ClassVar[str] = "read_mark"
    user: str
    channel: str
    ts: str

    @property
    def key(self) -> str:
        return f"{self.user}:{self.channel}"


@dataclass(frozen=True, kw_only=True)
class UserGroup:
    """People who can be named together, such as @oncall."""

    kind: ClassVar[str] = "user_group"
    id: str
    handle: str
    name: str
    description: str
    users: tuple[str, ...]
    created: int
    updated: int = 0
    updated_by: str = ""
    disabled: int = 0  # when it was switched off, 0 if it was not

    @property
    def key(self) -> str:
        return self.id


@dataclass(frozen=True, kw_only=True)
class Emoji:
    """An emoji of the workspace's own. `value` is the address of its picture, or `alias:<name>`."""

    kind: ClassVar[str] = "emoji"
    name: str
    value: str

    @property
    def key(self) -> str:
        return self.name


@dataclass(frozen=True, kw_only=True)
class Scheduled:
    """A message that is to be posted later. `draft` holds what was given to chat.scheduleMessage."""

    kind: ClassVar[str] = "scheduled"
    id: str
    app_id: str
    channel: str
    post_at: int
    created: int
    draft: Doc

    @property
    def key(self) -> str:
        return self.id


@dataclass(frozen=True, kw_only=True)
class Event:
    """An event on its way to an app, kept until it is acknowledged. `attempt` counts the sendings before the next one."""

    kind: ClassVar[str] = "event"
    id: str
    app_id: str
    payload: Doc
    since: float
    attempt: int = 0
    reason: str = ""

    @property
    def key(self) -> str:
        return self.id

    @property
    def name(self) -> str:
        """Its type; app_rate_limited comes without the wrapper that the others have."""
        return str(self.payload.get("event", self.payload)["type"])


@dataclass(frozen=True, kw_only=True)
class ResponseUrl:
    """Where an app may answer an interaction. `message_ts` is the message it happened on, if any."""

    kind: ClassVar[str] = "response_url"
    path: str
    app_id: str
    user: str
    channel: str
    thread_ts: str
    message_ts: str
    until: float
    uses: int

    @property
    def key(self) -> str:
        return self.path


@dataclass(frozen=True, kw_only=True)
class KeptView:
    """A modal somebody has open, as it was when it was last written. `place` counts from the bottom of the stack."""

    kind: ClassVar[str] = "view"
    id: str
    app_id: str
    user: str
    place: int
    doc: Doc
    filled: Doc

    @property
    def key(self) -> str:
        return self.id


Value = (
    Team
    | Partner
    | User
    | App
    | Channel
    | Message
    | Pin
    | Bookmark
    | File
    | FileContent
    | HomeView
    | ReadMark
    | UserGroup
    | Emoji
    | Scheduled
    | Event
    | ResponseUrl
    | KeptView
)
KINDS: dict[str, type[Value]] = {cls.kind: cls for cls in get_args(Value)}
