"""The lines before the page: `---` with YAML, or `+++` with TOML, between which a site generator keeps what it knows."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import date

import yaml

from warroom.core.declaring import dataclass

_TITLE = ("title", "name", "alert_title")
_OWNER = ("owner", "owners", "team", "owned_by", "maintainer", "maintainers", "owning_team")
_SERVICES = ("services", "service")
_MODES = ("failure_modes", "failure_mode")
_ALERTS = ("alertname", "alertnames", "alert", "alerts", "alert_name")
_MOST_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """`rest` are its lines whose keys mean nothing here, verbatim; `ends` how many lines of the file it takes."""

    title: str = ""
    owner: str = ""
    services: tuple[str, ...] = ()
    failure_modes: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()
    rest: str = ""
    ends: int = 0
    used: frozenset[str] = field(default_factory=frozenset)


def read(lines: Sequence[str]) -> FrontMatter:
    """What stands there; nothing at all when the file begins with something else. Never raises."""
    mark = lines[0].rstrip() if lines else ""
    if mark not in ("---", "+++"):
        return FrontMatter()
    end = next((at for at, line in enumerate(lines[1:], start=1) if line.rstrip() in (mark, "...")), 0)
    body = lines[1:end]
    if not end or (mark == "---" and not any(re.match(r"[\w\"'-]+\s*:", line) for line in body)):
        return FrontMatter(ends=end + 1 if end and not any(line.strip() for line in body) else 0)
    known = {key.lower().replace("-", "_"): value for key, value in _parsed("\n".join(body), mark).items()}
    found = {
        "title": _one(known, _TITLE),
        "owner": _one(known, _OWNER),
        "services": _several(known, _SERVICES),
        "failure_modes": _several(known, _MODES),
        "alerts": _several(known, _ALERTS),
    }
    used = frozenset(key for key, values in found.values() if values)
    return FrontMatter(
        title=", ".join(found["title"][1]),
        owner=", ".join(found["owner"][1]),
        services=found["services"][1],
        failure_modes=found["failure_modes"][1],
        alerts=found["alerts"][1],
        rest=_without(body, used),
        ends=end + 1,
        used=used,
    )


def _parsed(text: str, mark: str) -> Mapping[str, object]:
    """Its keys; none when it is not what it looks like, and then all of it is kept as text."""
    if len(text) > _MOST_BYTES or re.search(r"[:\s-][&*]\w", text):  # aliases let a small text grow large
        return {}
    try:
        found = tomllib.loads(text) if mark == "+++" else yaml.safe_load(text)
    except (yaml.YAMLError, tomllib.TOMLDecodeError, ValueError):
        return {}
    return {str(key): value for key, value in found.items()} if isinstance(found, dict) else {}


def _one(known: Mapping[str, object], keys: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    key, values = _several(known, keys)
    return key, values


def _several(known: Mapping[str, object], keys: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The first of these keys that holds words, and the words."""
    for key in keys:
        value = known.get(key)
        words = tuple(_word(each) for each in (value if isinstance(value, list) else [value]))
        if words and all(words):
            return key, words
    return "", ()


def _word(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | date):
        return ""
    return " ".join(str(value).split())


def _without(body: Sequence[str], used: frozenset[str]) -> str:
    """The lines of every key but these; what is indented below a key, or a list below it, goes with it."""
    kept, keep = list[str](), True
    for line in body:
        if found := re.match(r"[\"']?([\w-]+)[\"']?\s*[:=]", line):
            keep = found[1].lower().replace("-", "_") not in used
        if keep:
            kept.append(line)
    return "\n".join(kept).strip("\n").rstrip()
