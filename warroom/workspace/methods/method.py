"""What a Web API method is: its name, who may call it, what it takes, and the function that does it.

Everything that many methods have in common - tokens, scopes, required and mistyped arguments, finding the channel - is
declared here and checked in one place, so that a handler starts with a call that makes sense.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from warroom.workspace.model import App, Channel, ChannelKind, Doc
from warroom.workspace.office import Office

ArgKind = Literal["text", "bool", "int", "list", "json"]
Caller = Literal["bot", "app", "either", "anybody"]
"""Whose token it takes: the bot's, the app-level one, one of both, none."""
Tier = Literal[1, 2, 3, 4, "post", "special"]
"""Calls a minute: 1, 20, 50, 100; `post` is one message a second and channel; `special` is several hundred a minute."""

Access = Literal["visible", "member", "post"]
"""What it takes to name a channel: to see it, to be in it, or to be allowed to post to it."""


class ApiError(Exception):
    """The answer is `ok: false` with this code; `fields` go beside it, `messages` into response_metadata."""

    def __init__(self, code: str, *, messages: tuple[str, ...] = (), **fields: Any) -> None:
        super().__init__(code)
        self.code, self.messages, self.fields = code, messages, fields


@dataclass(frozen=True, kw_only=True)
class Arg:
    """An argument. `missing` and `invalid` are the codes for when it is not there or not of its kind.

    Empty text counts as missing unless `may_be_empty`.
    """

    name: str
    kind: ArgKind = "text"
    required: bool = False
    may_be_empty: bool = False
    missing: str = "invalid_arguments"
    invalid: str = "invalid_arguments"


@dataclass(frozen=True, kw_only=True)
class ChannelRule:
    """How the method's channel is looked up. Other kinds of conversation than `kinds` are refused."""

    arg: str = "channel"
    access: Access = "visible"
    live: bool = False  # an archived channel is refused
    archived_code: str = "is_archived"
    outside_code: str = "not_in_channel"  # for who is not a member of a channel that can be seen
    wrong_kind: str = "method_not_supported_for_channel_type"
    unknown: str = "channel_not_found"
    kinds: tuple[ChannelKind, ...] = ("public", "private", "im", "mpim")
    optional: bool = False
    by_name: bool = False  # it may be named, or be a person's id; otherwise only an id will do


@dataclass
class Call:
    """One call of one method by one app, with its arguments read."""

    office: Office
    app: App
    args: Mapping[str, Any]
    method: str = ""
    named_channel: Channel | None = None
    warnings: list[str] = field(default_factory=list)

    @property
    def bot(self) -> str:
        return self.app.bot_user_id

    @property
    def channel(self) -> Channel:
        if self.named_channel is None:
            raise RuntimeError("The method's table entry names no channel.")
        return self.named_channel

    def text(self, name: str) -> str:
        return str(self.args.get(name) or "")

    def flag(self, name: str, default: bool = False) -> bool:
        return bool(self.args.get(name, default))

    def number(self, name: str, default: int) -> int:
        return int(self.args.get(name, default))

    @property
    def is_restricted(self) -> bool:
        """Whether the workspace's rules keep this method from apps."""
        return self.method in self.office.state.the_team.restricted

    def names(self, name: str) -> list[str]:
        return list(self.args.get(name) or ())

    def json(self, name: str) -> Any:
        return self.args.get(name)

    def has_scope(self, *scopes: str) -> bool:
        return any(scope in self.app.features.scopes for scope in scopes)


Handler = Callable[[Call], Doc]
Scopes = Mapping[ChannelKind, tuple[str, ...]]
"""By kind of channel, the scopes of which one is needed."""


@dataclass(frozen=True, kw_only=True)
class Method:
    """A row of the table. Slack takes GET and POST for every method, but JSON bodies only where `takes_json`."""

    name: str
    handler: Handler
    tier: Tier
    args: tuple[Arg, ...] = ()
    scopes: tuple[str, ...] | Scopes = ()
    caller: Caller = "bot"
    takes_json: bool = True
    channel: ChannelRule | None = None
    post_only: bool = False
    restricted: str | None = "restricted_action"
    """The code if the workspace's rules keep the method from apps; None if the handler sees to it itself."""

    def any_scope(self) -> tuple[str, ...]:
        """The scopes of which at least one is needed before anything else is looked at."""
        if isinstance(self.scopes, tuple):
            return self.scopes
        return tuple(dict.fromkeys(s for several in self.scopes.values() for s in several))

    def scopes_for(self, kind: ChannelKind) -> tuple[str, ...]:
        return self.scopes if isinstance(self.scopes, tuple) else self.scopes.get(kind, ())


def by_kind(public: str, private: str = "", im: str = "", mpim: str = "") -> Scopes:
    """Scopes by kind of channel, each a few names with `|` between them."""
    given: dict[ChannelKind, str] = {"public": public, "private": private, "im": im, "mpim": mpim}
    return {kind: tuple(names.split("|")) for kind, names in given.items() if names}


def required(name: str, kind: ArgKind = "text", missing: str = "invalid_arguments") -> Arg:
    return Arg(name=name, kind=kind, required=True, missing=missing)


def texts(*names: str) -> tuple[Arg, ...]:
    return tuple(Arg(name=name) for name in names)


def flags(*names: str) -> tuple[Arg, ...]:
    return tuple(Arg(name=name, kind="bool") for name in names)


def numbers(*names: str) -> tuple[Arg, ...]:
    return tuple(Arg(name=name, kind="int") for name in names)


def need_scope(call: Call, kind: ChannelKind, scopes: Scopes) -> None:
    """Refuses the call if the app holds none of the scopes for this kind of conversation.

    Raises:
        ApiError: missing_scope, with what is needed and what there is.
    """
    if not call.has_scope(*scopes[kind]):
        provided = ",".join(sorted(call.app.features.scopes))
        raise ApiError("missing_scope", needed=",".join(scopes[kind]), provided=provided)


READ = by_kind("channels:read", "groups:read", "im:read", "mpim:read")
HISTORY = by_kind("channels:history", "groups:history", "im:history", "mpim:history")
MANAGE = by_kind("channels:manage|channels:write", "groups:write", "im:write", "mpim:write")
TOPIC = by_kind(
    "channels:manage|channels:write.topic",
    "groups:write|groups:write.topic",
    "im:write|im:write.topic",
    "mpim:write|mpim:write.topic",
)
INVITE = by_kind(
    "channels:manage|channels:write.invites", "groups:write|groups:write.invites", "im:write", "mpim:write"
)
