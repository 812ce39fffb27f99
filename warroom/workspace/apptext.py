"""What Slack does to the text an app sends, before it is kept: escaping, links, names.

Apps write `&amp;`, `&lt;` and `&gt;` themselves; what they left bare and is no markup is escaped for them. Bare addresses become
links unless `parse` is `none`; `parse=full` also links names of people and channels; `link_names` links user groups
(docs.slack.dev: chat.postMessage, formatting message text).
"""

import re
from collections.abc import Callable

from warroom.workspace.state import State

Change = Callable[[str], str]
_MARKUP = re.compile(r"<(?:https?://|mailto:|tel:|slack://|#[CGD]\w+|@[UWB]\w+|!\w)[^<>]*>")
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt);)")
_CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)
_URL = re.compile(r"(?<![\w|<])https?://[^\s<>|`]*[^\s<>|`.,;:!?)\]*_~'\"]")
_GROUP = re.compile(r"(?<![\w@&])@([\w.-]*\w)")
_CHANNEL = re.compile(r"(?<![\w#&])#([\w-]+)")


def as_kept(state: State, text: str, *, parse: str = "", link_names: bool = False, mrkdwn: bool = True) -> str:
    """The text as history shows it."""
    parts: list[str] = []
    end = 0
    for found in _MARKUP.finditer(text):
        parts += [_plain(state, text[end : found.start()], parse, link_names, mrkdwn), found[0]]
        end = found.end()
    return "".join([*parts, _plain(state, text[end:], parse, link_names, mrkdwn)])


def _plain(state: State, text: str, parse: str, link_names: bool, mrkdwn: bool) -> str:
    """What stands between markup. Code is left alone but for the escaping."""
    escaped = _ENTITY.sub("&amp;", text).replace("<", "&lt;").replace(">", "&gt;")
    pieces = _CODE.split(escaped) if mrkdwn and parse != "full" else [escaped]
    return "".join(p if n % 2 else _linked(state, p, parse, link_names) for n, p in enumerate(pieces))


def _linked(state: State, text: str, parse: str, link_names: bool) -> str:
    if parse != "none":
        text = _URL.sub(lambda found: f"<{found[0]}>", text)
    if link_names or parse == "full":
        text = _outside_links(text, lambda part: _GROUP.sub(lambda found: _named(state, found, parse), part))
    if parse == "full":
        text = _outside_links(text, lambda part: _CHANNEL.sub(lambda found: _channel(state, found), part))
    return text


def _outside_links(text: str, change: Change) -> str:
    return "".join(p if n % 2 else change(p) for n, p in enumerate(re.split(r"(<[^<>]*>)", text)))


def _named(state: State, found: re.Match[str], parse: str) -> str:
    group = next((g for g in state.groups.values() if g.handle == found[1] and not g.disabled), None)
    if group is not None:
        return f"<!subteam^{group.id}|@{group.handle}>"
    user = next((u for u in state.users.values() if u.name == found[1] and not u.deleted), None)
    return f"<@{user.id}>" if user is not None and parse == "full" else found[0]


def _channel(state: State, found: re.Match[str]) -> str:
    channel = state.channel_named(found[1])
    return f"<#{channel.id}|{channel.name}>" if channel is not None and channel.type == "public" else found[0]
