"""Checks a JSON export by itself: the standard library, the definition of the hash chain, and no database.

    verify(file) -> Verified            or raises VerificationFailed with a sentence that names the first bad entry

What it proves: nobody changed, added, took out or moved an entry, or a text of one, since the file was written, without
computing all later hashes anew. Against somebody who did even that, compare the head with one that was written down
elsewhere when the room was closed (it is in the Markdown report): give it as `head`.

Texts that were left out for players, or redacted, are counted; they are no failure.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Never

from warroom.core.chain import START, canonical, entry_hash, text_digest
from warroom.errors import VerificationFailed

FORMAT = "warroom-export/1"
_AROUND = ("format", "room", "profile", "names", "head", "report")
_MEMBERS = {*_AROUND, "entries", "seal"}
_HASHED: dict[str, tuple[type, ...]] = {
    "seq": (int,),
    "at": (str,),
    "occurred_at": (str, type(None)),
    "by": (str,),
    "type": (str,),
    "body": (dict,),
}
_ENTRY = {**_HASHED, "hash": (str,), "texts": (dict,)}
_WITHHELD: dict[str, tuple[type, ...]] = {"seq": (int,), "hash": (str,), "withheld": (bool,)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Verified:
    """`withheld` and `redacted` count texts that are not there, `unread` entries of which only the hash is."""

    entries: int
    head: str
    withheld: int
    redacted: int
    unread: int


class BadEntry(VerificationFailed):
    """`seq` is the number of the first entry that is not as it was written."""

    def __init__(self, seq: int, sentence: str) -> None:
        super().__init__(f"Entry {seq}: {sentence}")
        self.seq = seq


@dataclass(slots=True)
class _Tally:
    withheld: int = 0
    redacted: int = 0
    unread: int = 0


def verify(file: Path | IO[str], head: str | None = None) -> Verified:
    """`head` is the last hash as known from elsewhere. Raises VerificationFailed; BadEntry where one is to blame."""
    export = _read(file)
    entries, tally, before = export["entries"], _Tally(), START
    for number, entry in enumerate(entries, start=1):
        _in_place(entries, number, entry)
        before = _follows(before, number, entry, tally)
    _complete(export, len(entries), before)
    if head is not None and head.strip().lower() != before:
        raise VerificationFailed(
            f"The file agrees with itself, but its head is {before}, not {head.strip()}: it is not the timeline that"
            " hash was taken of, or all its hashes were computed anew."
        )
    return Verified(
        entries=len(entries), head=before, withheld=tally.withheld, redacted=tally.redacted, unread=tally.unread
    )


# --- the file as a whole


def _read(file: Path | IO[str]) -> dict[str, Any]:
    try:
        text = file.read_text(encoding="utf-8") if isinstance(file, Path) else file.read()
        export = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise VerificationFailed(
            f"This is not JSON: {error.msg} in line {error.lineno}, column {error.colno}."
        ) from None
    except UnicodeDecodeError as error:
        raise VerificationFailed(f"This is not a text in UTF-8: byte {error.start} does not fit.") from None
    except (ValueError, RecursionError) as error:
        raise VerificationFailed(f"This is no JSON that warroom wrote: {error}.") from None
    return _must_be_export(export)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _no_number(word: str) -> Never:
    raise ValueError(f"{word} is not a number")


def _must_be_export(export: Any) -> dict[str, Any]:
    word = export.get("format") if isinstance(export, dict) else None
    if not isinstance(word, str) or not word.startswith("warroom-export/"):
        raise VerificationFailed("This is not an export of warroom. `warroom export` writes them; give the .json file.")
    if word != FORMAT:
        raise VerificationFailed(f"This export is in the format {word}; this release of warroom knows only {FORMAT}.")
    if set(export) != _MEMBERS or not isinstance(export["entries"], list):
        odd = ", ".join(sorted(_MEMBERS ^ set(export))) or "entries"
        raise VerificationFailed(f"This export was changed: it lacks, or should not have, {odd}.")
    return dict(export)


def _complete(export: dict[str, Any], count: int, last: str) -> None:
    if count == 0:
        raise VerificationFailed("The export holds no entries; a room has at least one.")
    if export["head"] != last:
        raise VerificationFailed(
            f"The timeline was cut off after entry {count}, or the head was changed: it is not the hash of that entry."
        )
    around = canonical({name: export[name] for name in _AROUND})
    if export["seal"] != hashlib.sha256(around.encode()).hexdigest():
        raise VerificationFailed(
            "The entries are as they were written, but what stands around them (the report, the names or the room) was"
            " changed."
        )


# --- one entry


def _in_place(entries: list[Any], number: int, entry: Any) -> None:
    seq = entry.get("seq") if isinstance(entry, dict) else None
    if type(seq) is not int:
        raise BadEntry(number, "it has no number of its own.")
    if seq == number:
        return
    later = any(isinstance(each, dict) and each.get("seq") == number for each in entries[number:])
    if later and 0 < seq < number:
        raise BadEntry(seq, f"it stands there again, after entry {number - 1}; something was added.")
    what = "it was moved" if later else "it is missing, or its number was changed"
    raise BadEntry(number, f"{what}; entry {seq} stands in its place.")


def _follows(before: str, number: int, entry: dict[str, Any], tally: _Tally) -> str:
    """The hash of this entry, which must follow from the hash before it."""
    if entry.get("withheld") is True:
        _must_have(number, entry, _WITHHELD)
        tally.unread += 1
        return str(entry["hash"])
    _must_have(number, entry, _ENTRY)
    if entry["hash"] != entry_hash(before, canonical({name: entry[name] for name in _HASHED})):
        raise BadEntry(
            number,
            "it is not as it was written. Its time, author, type, content or hash was changed, or the entry before it"
            " was replaced.",
        )
    _texts_hold(number, entry, tally)
    return str(entry["hash"])


def _must_have(number: int, entry: dict[str, Any], members: dict[str, tuple[type, ...]]) -> None:
    if set(entry) != set(members):
        odd = ", ".join(sorted(set(members) ^ set(entry)))
        raise BadEntry(number, f"it was changed: it lacks, or should not have, {odd}.")
    for name, types in members.items():
        if type(entry[name]) not in types:
            raise BadEntry(number, f"its {name!r} was changed to something of another kind.")


def _texts_hold(number: int, entry: dict[str, Any], tally: _Tally) -> None:
    digests, texts = dict(_digests(entry["body"], "")), entry["texts"]
    for field in sorted(digests.keys() ^ texts.keys()):
        raise BadEntry(number, f"the text {field!r} was {'taken out' if field in digests else 'added'}.")
    for field, text in texts.items():
        _text_holds(number, field, text, digests[field], tally)


def _text_holds(number: int, field: str, text: Any, digest: str, tally: _Tally) -> None:
    match text:
        case {"withheld": True, **rest} if not rest:
            tally.withheld += 1
        case {"redacted": True, **rest} if not rest:
            tally.redacted += 1
        case {"salt": str(salt), "text": str(words), **rest} if not rest:
            if text_digest(salt, words) != digest:
                raise BadEntry(number, f"the text {field!r} is not the one that was written.")
        case _:
            raise BadEntry(number, f"the text {field!r} was changed to something of another kind.")


def _digests(body: Any, path: str) -> Iterator[tuple[str, str]]:
    """Where the body names a text by its digest: the place as a JSON pointer, and the digest."""
    match body:
        case {"$text": str(digest), **rest} if not rest:
            yield path, digest
        case dict():
            for name, each in body.items():
                yield from _digests(each, _under(path, name))
        case list():
            for place, each in enumerate(body):
                yield from _digests(each, _under(path, str(place)))


def _under(path: str, name: str) -> str:
    escaped = name.replace("~", "~0").replace("/", "~1")
    return f"{path}/{escaped}" if path else escaped
