"""Names of channels, within Slack's rules: lowercase letters, digits, `-` and `_`, at most 80 characters.

Room is left for the suffix that is added when a name is taken (archived channels keep theirs).
"""

import re
import unicodedata

_LONGEST = 80 - len("-99")


def war_room(key: str, title: str, *, drill: bool) -> str:
    """`exercise-gd-3-october-21`, or `inc-7-the-databases-are-gone`. A title that yields nothing leaves the key."""
    return _clamped(f"{'exercise-' if drill else ''}{key.lower()}-{_slug(title)}")


def backchannel(key: str) -> str:
    return f"exercise-{key.lower()}-backchannel"


def team_room(key: str, team: str) -> str:
    """`exercise-gd-3-team-data`."""
    return _clamped(f"exercise-{key.lower()}-team-{_slug(team)}")


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _clamped(name: str) -> str:
    return name[:_LONGEST].strip("-")
