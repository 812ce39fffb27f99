"""What Slack's client does to typed text before it is sent: escaping, mentions, links."""

import re

from warroom.workspace.model import User
from warroom.workspace.state import State

_MARKUP = re.compile(
    r"(?P<link>https?://[^\s<>|]+[^\s<>|.,;:!?)\]])"
    r"|(?<![\w@])@(?P<name>[\w.-]*\w)"
    r"|(?<![\w#&])#(?P<channel>[\w-]+)"
)
_EVERYBODY = ("here", "channel", "everyone")


def as_sent(state: State, text: str) -> str:
    """The text as a message carries it: `&`, `<` and `>` escaped, `@name`, `#channel` and links marked up."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKUP.sub(lambda found: _marked(state, found), escaped)


def as_argument(state: State, text: str, *, escape: bool) -> str:
    """A slash command's text: marked up only if the command asked for it (`should_escape`)."""
    return as_sent(state, text) if escape else text


def _marked(state: State, found: re.Match[str]) -> str:
    if found["link"]:
        return f"<{found['link']}>"
    if found["name"]:
        return _mention(state, found["name"])
    channel = state.channel_named(found["channel"])
    if channel is None:
        return found[0]
    return f"<#{channel.id}|{channel.name if channel.type == 'public' else ''}>"


def _mention(state: State, name: str) -> str:
    if name in _EVERYBODY:
        return f"<!{name}>"
    user = _named(state, name)
    return f"<@{user.id}>" if user is not None else f"@{name}"


def _named(state: State, name: str) -> User | None:
    return next((u for u in state.users.values() if u.name.lower() == name.lower() and not u.deleted), None)
