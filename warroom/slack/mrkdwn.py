"""Slack's own markup: how words become text that cannot ping, link or hide anything, and how text comes back.

Only the functions here write a `<`: a mention, a channel, a date or a link, each from a value that was checked. Every
other text is escaped. In plain_text objects nothing is parsed, and entities would be shown; there a joiner that nobody
sees keeps the sequences apart.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

from warroom.core.words import Bold, Code, HashOf, Lines, Link, Person, Place, Time, Word, Words, plain

FENCE = "```"
_LONGEST_LINK = 2_000  # nobody reads a longer address
_JOINER = "\u2060"  # no width, no break
_BREAKS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_UNSEEN = {"Cc", "Cf", "Cs"}  # control, format (bidi, zero-width, tags), halves of surrogate pairs
_BROADCAST = re.compile(r"@(?=here|channel|everyone)", re.IGNORECASE)
_OPENING = re.compile(r"<(?=[!@#a-z/])", re.IGNORECASE)
USER = re.compile(r"[UW][A-Z0-9]{1,30}")
_CHANNEL = re.compile(r"[CGD][A-Z0-9]{1,30}")


class _Seen(dict[int, int | None]):
    """For str.translate: what can be seen stays, the rest goes. Each character is looked up once, ever."""

    def __missing__(self, code: int) -> int | None:
        stays = chr(code) in "\n\t" or unicodedata.category(chr(code)) not in _UNSEEN
        self[code] = code if stays else None
        return self[code]


_SEEN = _Seen()


# --- text from anywhere


def clean(text: str) -> str:
    """Without what cannot be seen: bidi and zero-width characters, control characters but newline and tab."""
    if text.isprintable():  # what goes is never printable, and nearly every text is
        return text
    return _BREAKS.sub("\n", text).translate(_SEEN)


def one_line(text: str) -> str:
    """Cleaned, with every run of blank space as one space: for titles, which must not start a line of their own."""
    return " ".join(clean(text).split())


def escape(text: str) -> str:
    """Any text as mrkdwn that says just that."""
    text = clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _BROADCAST.sub(f"@{_JOINER}", text)


def escape_line(text: str) -> str:
    return escape(one_line(text))


def unmarked(text: str) -> str:
    """Any text as the content of a plain_text object: shown as it is, and not a mention even if it were parsed."""
    return _BROADCAST.sub(f"@{_JOINER}", _OPENING.sub(f"<{_JOINER}", clean(text)))


# --- references


def person(id: str) -> str:
    """A mention, when this is an id of Slack's; otherwise (`warroom`, an alert source) the name as text."""
    return f"<@{id}>" if USER.fullmatch(id) else escape_line(id)


def channel(id: str, name: str = "") -> str:
    """A link to a channel; its name when the id is none of Slack's."""
    return f"<#{id}>" if _CHANNEL.fullmatch(id) else escape_line(f"#{name}" if name else id)


def clock_time(at: datetime) -> str:
    """The time of day in the reader's zone; UTC where dates are not drawn."""
    return _date(at, "{time}", f"{at.astimezone(UTC):%H:%M} UTC")


def moment(at: datetime) -> str:
    """Day and time in the reader's zone: `today at 14:03`."""
    return _date(at, "{date_short_pretty} at {time}", f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC")


def ago(at: datetime) -> str:
    """How long ago, as the reader's client counts it."""
    return _date(at, "{ago}", f"since {at.astimezone(UTC):%H:%M} UTC")


def _date(at: datetime, shown: str, otherwise: str) -> str:
    return f"<!date^{int(at.timestamp())}^{shown}|{otherwise}>"


def link(url: str) -> str:
    """A link that is labelled with its host, so that it leads where it says. Empty unless it is plain http(s)."""
    host = _host(url)
    if not host or len(url) > _LONGEST_LINK:
        return ""
    for char, code in (("&", "&amp;"), ("<", "%3C"), (">", "%3E"), ("|", "%7C")):
        url = url.replace(char, code)
    return f"<{url}|{host}>"


def labelled_link(url: str, label: str) -> str:
    """A link of a definition, under its author's own label (escaped mrkdwn). Not http(s): the label, and the address."""
    leads = link(url)
    plainly = label.replace("|", "¦").replace("\n", " ").strip()
    if leads:
        return f"{leads.partition('|')[0]}|{plainly}>" if plainly else leads
    return f"{plainly} ({escape_line(url)})" if url and url != plainly else plainly


def _host(url: str) -> str:
    """The host of an http(s) address that holds nothing unseen, blank or non-ASCII; else empty."""
    if not url.isascii() or not url.isprintable() or " " in url:
        return ""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return ""
    return host if parts.scheme in ("http", "https") and re.fullmatch(r"[a-z0-9.:_-]+", host) else ""


# --- emphasis


def bold(text: str) -> str:
    """Bold; a star within would end it, so it becomes one that does not."""
    line = escape_line(text).replace("*", "∗")
    return f"*{line}*" if line else ""


def code(text: str) -> str:
    line = escape_line(text).replace("`", "ˋ")
    return f"`{line}`" if line else ""


def code_block(text: str, *, alone: bool = True) -> str:
    """Lines to copy, exactly as they are but for what cannot be seen; three backticks in a row are kept apart.

    One that does not stand `alone` in its block is kept from mentioning anybody as other text is.
    """
    text = clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") if alone else escape(text)
    return f"{FENCE}\n{text.replace(FENCE, _JOINER.join(FENCE))}\n{FENCE}"


def quote(text: str) -> str:
    """Somebody's words, escaped, as a quotation."""
    return "\n".join(f">{line}" for line in escape(text).split("\n"))


# --- words, there and back


def render(words: Words, room_channels: Mapping[str, str]) -> str:
    """Words as mrkdwn. `room_channels` maps the room's name for a place to the channel's id."""
    return "".join(_rendered(word, room_channels) for word in words)


def _rendered(word: Word, room_channels: Mapping[str, str]) -> str:
    match word:
        case str():
            return escape(word)
        case Person(id=id):
            return person(id)
        case Time(at=at, day=day):
            return moment(at) if day else clock_time(at)
        case Bold(text=text):
            return bold(text)
        case Code(text=text):
            return code(text)
        case Lines(text=text):
            return f"\n{code_block(text, alone=False)}\n"
        case Link(url=url):
            return link(url) or escape_line(url)
        case Place(name=name):
            return channel(room_channels.get(name, ""), name)
        case HashOf():  # looked up before (slack.heads)
            return escape_line(plain((word,)))


_REFERENCE = re.compile(r"<([^<>]*)>")
_ENTITY = re.compile(r"&(amp|lt|gt);")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">"}


def unescape(text: str, names: Mapping[str, str] | None = None) -> str:
    """Text that came from Slack, as people read it. `names` maps ids of people and channels to names."""
    known = names or {}
    read = _REFERENCE.sub(lambda found: _read(found[1], known), text)
    return _ENTITY.sub(lambda found: _ENTITIES[found[1]], read)


def _read(reference: str, names: Mapping[str, str]) -> str:
    target, _, label = reference.partition("|")
    match target[:1]:
        case "@" | "#":
            return target[0] + (names.get(target[1:]) or label or target[1:])
        case "!":
            return label or f"@{target[1:].partition('^')[0]}"
    address = target.removeprefix("mailto:")
    return address if not label or label in address else f"{label} ({address})"
