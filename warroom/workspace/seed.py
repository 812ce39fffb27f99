"""Who and what a new workspace starts with. A kept state wins over a seed: people and channels are only added."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who can be played on the page.

    `name` is the handle (`@ana`), `role` is free text shown beside it, `tz_offset` is in seconds east of UTC.
    """

    name: str
    real_name: str = ""
    role: str = ""
    emoji: str = "🙂"
    email: str = ""
    tz: str = "Etc/UTC"
    tz_offset: int = 0


@dataclass(frozen=True, kw_only=True)
class SeedChannel:
    """A channel that exists from the start. `members` are names of people; empty means everybody."""

    name: str
    members: tuple[str, ...] = ()
    purpose: str = ""
    is_private: bool = False


@dataclass(frozen=True, kw_only=True)
class SeedGroup:
    """A user group. `members` are names of people."""

    handle: str
    name: str
    members: tuple[str, ...]
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class Seed:
    team_name: str = "Local workspace"
    people: tuple[Person, ...] = ()
    channels: tuple[SeedChannel | str, ...] = ("general",)
    groups: tuple[SeedGroup, ...] = ()


def read_seed(document: Mapping[str, Any]) -> Seed:
    """Reads a seed from a YAML document with the fields of `Seed`, `Person`, `SeedChannel` and `SeedGroup`.

    Raises:
        ValueError: A field is unknown or of the wrong type.
    """
    try:
        return Seed(
            team_name=str(document.get("team_name", Seed.team_name)),
            people=tuple(Person(**item) for item in _listed(document, "people")),
            channels=tuple(_channel(item) for item in _listed(document, "channels")) or ("general",),
            groups=tuple(
                SeedGroup(**{**item, "members": tuple(item["members"])}) for item in _listed(document, "groups")
            ),
        )
    except (TypeError, KeyError) as wrong:
        raise ValueError(f"The seed cannot be read: {wrong}") from wrong


def _listed(document: Mapping[str, Any], name: str) -> Sequence[Any]:
    value = document.get(name) or ()
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise ValueError(f"{name} must be a list.")
    return value


def _channel(item: Mapping[str, Any] | str) -> SeedChannel | str:
    if isinstance(item, str):
        return item
    return SeedChannel(**{**item, "members": tuple(item.get("members", ()))})
