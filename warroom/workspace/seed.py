"""Who and what a new workspace starts with. A kept state wins over a seed: people and channels are only added."""

import difflib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, Literal, TypeVar, get_args

from warroom.workspace.model import ChannelRule, Plan

Guest = Literal["", "multi", "single"]


class SeedError(ValueError):
    """The seed cannot be read; the text names the place and what would be right."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who can be played on the page.

    `name` is the handle (`@ana`), `role` is free text shown beside it, `tz_offset` is in seconds east of UTC. `guest` is
    `multi` for a guest of several channels and `single` for a guest of one; `company` is the name of another company for
    somebody from outside, who is met in channels shared with it. Both see only the channels they are put into.
    """

    name: str
    real_name: str = ""
    role: str = ""
    emoji: str = "🙂"
    email: str = ""
    tz: str = "Etc/UTC"
    tz_offset: int = 0
    guest: Guest = ""
    company: str = ""
    is_admin: bool = False


@dataclass(frozen=True, kw_only=True)
class SeedChannel:
    """A channel that exists from the start.

    `members` are names of people; empty means everybody but guests and people from outside. `shared_with` are names of
    companies. `rules` are what only administrators may do otherwise: `read_only`, `thread_only`, `no_threads`.
    """

    name: str
    members: tuple[str, ...] = ()
    purpose: str = ""
    is_private: bool = False
    shared_with: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SeedGroup:
    """A user group. `members` are names of people."""

    handle: str
    name: str
    members: tuple[str, ...]
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class Seed:
    """`restricted` are API methods that the workspace's rules keep from apps; `plan` is `free` or `pro`."""

    team_name: str = "Local workspace"
    people: tuple[Person, ...] = ()
    channels: tuple[SeedChannel | str, ...] = ("general",)
    groups: tuple[SeedGroup, ...] = ()
    plan: Plan = "pro"
    restricted: tuple[str, ...] = ()


_T = TypeVar("_T", Person, SeedChannel, SeedGroup)
_CHOICES: dict[tuple[str, str], tuple[str, ...]] = {
    ("Person", "guest"): get_args(Guest),
    ("SeedChannel", "rules"): get_args(ChannelRule),
}


def read_seed(document: Any) -> Seed:
    """Reads a seed from a document with the fields of `Seed`, `Person`, `SeedChannel` and `SeedGroup`, as YAML gives it.

    Raises:
        SeedError: A field is unknown, missing or of the wrong type.
    """
    if not isinstance(document, Mapping):
        raise SeedError("A seed is a mapping with team_name, people, channels, groups, plan and restricted.")
    _no_strangers("the seed", document, [f.name for f in fields(Seed)])
    plan = document.get("plan", Seed.plan)
    if plan not in get_args(Plan):
        raise SeedError(f"plan must be one of {', '.join(get_args(Plan))}, not {plan!r}.")
    return Seed(
        team_name=_text("the seed", "team_name", document.get("team_name", Seed.team_name)),
        people=tuple(_read(Person, f"people[{n}]", item) for n, item in enumerate(_listed(document, "people"))),
        channels=tuple(_channel(f"channels[{n}]", item) for n, item in enumerate(_listed(document, "channels")))
        or ("general",),
        groups=tuple(_read(SeedGroup, f"groups[{n}]", item) for n, item in enumerate(_listed(document, "groups"))),
        plan=plan,
        restricted=_texts("the seed", "restricted", document.get("restricted", ())),
    )


def _channel(place: str, item: Any) -> SeedChannel | str:
    return item if isinstance(item, str) else _read(SeedChannel, place, item)


def _read(cls: type[_T], place: str, item: Any) -> _T:
    if not isinstance(item, Mapping):
        raise SeedError(f"{place} must be a mapping with {', '.join(f.name for f in fields(cls))}.")
    _no_strangers(place, item, [f.name for f in fields(cls)])
    values: dict[str, Any] = {}
    for field in fields(cls):
        if field.name in item:
            values[field.name] = _value(cls, place, field.name, str(field.type), item[field.name])
        elif field.default is MISSING:
            raise SeedError(f"{place} lacks {field.name}.")
    return cls(**values)


def _value(cls: type[Any], place: str, name: str, type_: str, value: Any) -> Any:
    read = _texts(place, name, value) if "tuple" in type_ else _plain(place, name, type_, value)
    choices = _CHOICES.get((cls.__name__, name))
    for each in read if isinstance(read, tuple) else (read,):
        if choices is not None and each not in choices:
            raise SeedError(f"{place}: {name} must be one of {', '.join(filter(None, choices))}, not {each!r}.")
    return read


def _plain(place: str, name: str, type_: str, value: Any) -> Any:
    wanted = {"<class 'bool'>": bool, "<class 'int'>": int}.get(type_, str)
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        word = {bool: "true or false", int: "a whole number", str: "text"}[wanted]
        raise SeedError(f"{place}: {name} must be {word}, not {value!r}.")
    return value


def _text(place: str, name: str, value: Any) -> str:
    return str(_plain(place, name, "", value))


def _texts(place: str, name: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, list | tuple) or not all(isinstance(v, str) for v in value):
        raise SeedError(f"{place}: {name} must be a list of texts.")
    return tuple(value)


def _listed(document: Mapping[str, Any], name: str) -> list[Any]:
    value = document.get(name) or []
    if not isinstance(value, list | tuple):
        raise SeedError(f"{name} must be a list.")
    return list(value)


def _no_strangers(place: str, item: Mapping[str, Any], known: list[str]) -> None:
    for name in item:
        if name not in known:
            close = difflib.get_close_matches(str(name), known, n=1)
            meant = f"did you mean {close[0]}?" if close else f"there are {', '.join(known)}."
            raise SeedError(f"{place}: {name} is not known; {meant}")
