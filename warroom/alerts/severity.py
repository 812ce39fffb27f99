"""What senders call how bad it is, and what we call it.

The label is free text everywhere (`page`, `kritisch`). A word we do not know, and no word at all, count as SEV2: bad
enough to be looked at, and the sender's own word is kept beside it.
"""

from collections.abc import Iterable

UNKNOWN = "SEV2"

_WORDS = {
    "SEV1": ("critical", "crit", "page", "emergency", "fatal", "disaster", "sev1", "p1"),
    "SEV2": ("error", "major", "high", "sev2", "p2"),
    "SEV3": ("warning", "warn", "minor", "average", "medium", "sev3", "p3"),
    "SEV4": ("info", "information", "informational", "notice", "low", "none", "debug", "sev4", "p4", "p5"),
}
_KNOWN = {word: ours for ours, words in _WORDS.items() for word in words}


def ours(said: str) -> str:
    """SEV1 to SEV4."""
    return _KNOWN.get(said.strip().casefold(), UNKNOWN)


def worst(said: Iterable[str]) -> str:
    """The word, of those said, that means the worst; empty when none is."""
    return min(said, key=lambda word: (ours(word), not word, word), default="")
