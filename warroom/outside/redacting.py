"""Secrets out of what is shown: those that are known, and what looks like one. Each becomes `[secret]`.

A known secret is found as it is and in the spellings in which programs repeat it: in an address, in JSON, in base64.
Values shorter than `SHORTEST` are not looked for: they would be found everywhere, and are no secrets.
"""

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote

MARK = "[secret]"
SHORTEST = 6

_LONG_LINE = 8_192  # characters after which a line is not waited for any more
_HOLD = 2_048  # how much of such a line is kept back, in which a secret may have begun
_LONG_KEY = 65_536
_LONGEST_BEGIN = 80  # characters of the line that begins a key

_BEGIN = r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
_END = r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
_KEY = re.compile(rf"{_BEGIN}[\s\S]*?(?:{_END}|\Z)")
_NAMES = r"password|passwd|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential"
_VALUE = r"""(?P<s>"[^"\n]*"?|'[^'\n]*'?|[^\s"',;&]+)"""
_LOOKS = tuple(
    re.compile(each)
    for each in (
        r"\bxox[a-z]-[A-Za-z0-9-]{8,}",  # Slack
        r"\bxapp-[A-Za-z0-9-]{8,}",
        r"\bhooks\.slack\.com/(?:services|workflows|triggers)/(?P<s>[^\s\"'<>|]+)",
        r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b",  # AWS
        r"\bgh[pousr]_[A-Za-z0-9]{20,}",  # GitHub
        r"\bgithub_pat_[A-Za-z0-9_]{20,}",
        r"\bglpat-[A-Za-z0-9_-]{20,}",  # GitLab
        r"\bAIza[A-Za-z0-9_-]{35}",  # Google
        r"\bsk[-_](?:[a-z]+[-_])*[A-Za-z0-9_-]{20,}",
        r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*",  # JSON Web Token
        r"(?i)\bauthorization[\"']?[ \t]*[:=][ \t]*[\"']?(?P<s>[^\n\"']+)",
        r"(?i)\b(?:bearer|basic)[ \t]+(?P<s>[A-Za-z0-9._~+/=-]{12,})",
        rf"(?i)(?:{_NAMES})[\"']?[ \t]*[:=]>?[ \t]*{_VALUE}",
        rf"(?i)(?<![\w-])--?(?:{_NAMES})[ \t]+{_VALUE}",
        r"(?<=://)(?P<s>[^\s/\"'@:]*:[^\s/\"']+)@",  # user and password in an address
    )
)
_HARMLESS = re.compile(
    r"(?:^|_)(?:REGION|ZONE|PROFILE|CLUSTER|NAMESPACE|HOST|PORT|USER|NAME|LEVEL|LANG|HOME|PATH|DIR|TZ|ENV|KUBECONFIG)$"
)
_Span = tuple[int, int]


def secret_values(names: Iterable[str], environment: Mapping[str, str]) -> tuple[str, ...]:
    """The values of these variables that are to be kept out of sight: all but those whose name says they are harmless."""
    return tuple(environment[name] for name in names if environment.get(name) and not _HARMLESS.search(name))


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without these secrets, and without what looks like one."""
    return _without(text, _spans(text, _spellings(secrets)))


def without_headless_key(text: str) -> str:
    """The end of a text, of which the cut may have gone through a private key: nothing up to that key's end."""
    end = re.search(_END, text)
    return text[end.end() :] if end and not re.search(_BEGIN, text[: end.start()]) else text


class Redactor:
    """`redact` for a text that comes piece by piece: a secret that is cut in two does not slip through.

    Lines are given out when they are complete, or very long; what `feed` and `close` give out together is what `redact`
    would have made of the whole.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._known = _spellings(secrets)
        self._hold = max((_HOLD, *map(len, self._known)))
        self._held = ""
        self._swallowing = False

    def feed(self, piece: str) -> str:
        self._held += self._after_swallowed(piece)
        ready = self._ready()
        out = self._held[:ready]
        self._held = self._held[ready:]
        return _without(out, _spans(out, self._known)) if out else ""

    def close(self) -> str:
        """What has been kept back."""
        rest, self._held = self._held, ""
        return _without(rest, _spans(rest, self._known))

    def _ready(self) -> int:
        """How much of what is held can be judged for good."""
        ready = self._held.rfind("\n") + 1
        keys = [found.span() for found in _KEY.finditer(self._held)]
        inside = [span for span in keys if span[0] < ready <= span[1]]  # begun, and not at its end yet
        if inside and len(self._held) > _LONG_KEY:  # nor will it ever be: its beginning and end will do
            self._held = self._held[: inside[0][0] + _LONGEST_BEGIN] + self._held[-self._hold :]
        for start, end in reversed(keys):  # the line on which one begins may be the line on which another ends
            if start < ready <= end:
                ready = self._held.rfind("\n", 0, start) + 1
        if inside:
            return ready
        return ready or (self._in_a_line() if len(self._held) > _LONG_LINE + self._hold else 0)

    def _in_a_line(self) -> int:
        """Where a line that does not end can be cut without cutting a secret."""
        cut = len(self._held) - self._hold
        for start, end in _spans(self._held, self._known):
            if start < cut < end:  # cut behind it, not before: what stands before it may be how it was recognised
                self._swallowing = end == len(self._held)  # and it goes on
                return end
        return cut

    def _after_swallowed(self, piece: str) -> str:
        """Without the rest of a secret of which the beginning, longer than anything, has been taken away."""
        if not self._swallowing:
            return piece
        blank = re.search(r"\s", piece)
        self._swallowing = blank is None
        return piece[blank.start() :] if blank else ""


def _spellings(secrets: Iterable[str]) -> tuple[str, ...]:
    """Every form in which a secret is looked for. Of several lines each is a secret, so that none spans two."""
    lines = {line.strip() for secret in secrets for line in secret.splitlines()}
    found: set[str] = set()
    for line in lines:
        if len(line) >= SHORTEST:
            raw = line.encode(errors="replace")
            coded = base64.b64encode(raw).decode().rstrip("=")
            found |= {line, quote(line, safe="", errors="replace"), json.dumps(line)[1:-1], coded}
    return tuple(sorted(found))


def _spans(text: str, known: Iterable[str]) -> list[_Span]:
    """Where the secrets are, in order; those that touch are one."""
    merged: list[_Span] = []
    for start, end in sorted((*_known_spans(text, known), *_looking_spans(text))):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _known_spans(text: str, known: Iterable[str]) -> Iterator[_Span]:
    for secret in known:
        place = text.find(secret)
        while place >= 0:
            yield place, place + len(secret)
            place = text.find(secret, place + 1)


def _looking_spans(text: str) -> Iterator[_Span]:
    yield from (found.span() for found in _KEY.finditer(text))
    for look in _LOOKS:
        group = "s" if look.groups else 0
        yield from (found.span(group) for found in look.finditer(text))


def _without(text: str, spans: Iterable[_Span]) -> str:
    pieces, last = list[str](), 0
    for start, end in spans:
        pieces += (text[last:start], MARK)
        last = end
    return "".join((*pieces, text[last:]))
