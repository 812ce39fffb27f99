"""Checks a JSON export by itself: the standard library, the definition of the hash chain, and no database.

    verify(file) -> Verified            or raises VerificationFailed with a sentence that names the first bad entry

What it proves: nobody changed, added, took out or moved an entry, or a text of one, since the file was written, without
computing all later hashes anew. Against somebody who did even that, compare the head with one that was written down
elsewhere when the room was closed (it is in the Markdown report): give it as `head`.

Texts that were left out for players are counted; so are redacted ones, each of which an entry must tell of.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Never

from warroom.core.chain import START, canonical, entry_hash, text_digest
from warroom.core.redactions import Redactions
from warroom.errors import BadEntry, VerificationFailed

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
    """`withheld` and `redacted` count texts that are not there, `unread` entries of which only the hash is.

    `announced` is the number of the entry whose hash was announced, when one was asked for.
    """

    entries: int
    head: str
    withheld: int
    redacted: int
    unread: int
    announced: int | None = None


@dataclass(slots=True)
class _Tally:
    withheld: int = 0
    unread: int = 0
    redactions: Redactions = field(default_factory=Redactions)


def verify(file: Path | IO[str], head: str | None = None) -> Verified:
    """`head` is the hash of an entry as known from elsewhere, such as the last one when the room was closed.

    Raises VerificationFailed; BadEntry where an entry is to blame.
    """
    export = _read(file)
    entries, tally, before = export["entries"], _Tally(), START
    wanted, announced = None if head is None else head.strip().lower(), None
    for number, entry in enumerate(entries, start=1):
        _in_place(entries, number, entry)
        before = _follows(before, number, entry, tally)
        announced = number if before == wanted else announced
    _complete(export, len(entries), before)
    _opens(export)
    tally.redactions.must_be_said("Entry")
    if wanted is not None and announced is None:
        raise VerificationFailed(
            f"The file agrees with itself, but its head is {before}, and no entry has the hash {wanted}: it is not the"
            " timeline that hash was taken of, or all its hashes were computed anew."
        )
    return Verified(
        entries=len(entries),
        head=before,
        withheld=tally.withheld,
        redacted=tally.redactions.count,
        unread=tally.unread,
        announced=announced,
    )


def _bad(seq: int, sentence: str) -> BadEntry:
    return BadEntry(seq, f"Entry {seq}: {sentence}")


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
        raise BadEntry(
            count + 1,
            f"The timeline was cut off after entry {count}, or the head was changed: it is not the hash of that entry.",
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
        raise _bad(number, "it has no number of its own.")
    if seq == number:
        return
    later = any(isinstance(each, dict) and each.get("seq") == number for each in entries[number:])
    if later and 0 < seq < number:
        raise _bad(seq, f"it stands there again, after entry {number - 1}; something was added.")
    what = "it was moved" if later else "it is missing, or its number was changed"
    raise _bad(number, f"{what}; entry {seq} stands in its place.")


def _follows(before: str, number: int, entry: dict[str, Any], tally: _Tally) -> str:
    """The hash of this entry, which must follow from the hash before it."""
    if entry.get("withheld") is True:
        _must_have(number, entry, _WITHHELD)
        tally.unread += 1
        return str(entry["hash"])
    _must_have(number, entry, _ENTRY)
    if entry["hash"] != entry_hash(before, canonical({name: entry[name] for name in _HASHED})):
        raise _bad(
            number,
            "it is not as it was written. Its time, author, type, content or hash was changed, or the entry before it"
            " was replaced.",
        )
    _texts_hold(number, entry, tally)
    return str(entry["hash"])


def _opens(export: dict[str, Any]) -> None:
    """The first entry says which room it is; the file must not say another."""
    first, room = export["entries"][0], export["room"]
    if first.get("type") == "RoomOpened" and isinstance(room, dict):
        said, held = ({name: each.get(name) for name in ("key", "workspace")} for each in (room, first["body"]))
        if said != held:
            raise _bad(1, f"it opens {held['key']}, and the file says that it is {said['key']}.")


def _must_have(number: int, entry: dict[str, Any], members: dict[str, tuple[type, ...]]) -> None:
    if set(entry) != set(members):
        odd = ", ".join(sorted(set(members) ^ set(entry)))
        raise _bad(number, f"it was changed: it lacks, or should not have, {odd}.")
    for name, types in members.items():
        if type(entry[name]) not in types:
            raise _bad(number, f"its {name!r} was changed to something of another kind.")


def _texts_hold(number: int, entry: dict[str, Any], tally: _Tally) -> None:
    digests, texts = dict(_digests(entry["body"], "")), entry["texts"]
    for place in sorted(digests.keys() ^ texts.keys()):
        raise _bad(number, f"the text {place!r} was {'taken out' if place in digests else 'added'}.")
    for place, text in texts.items():
        _text_holds(number, place, text, digests[place], tally)
    gone = [place for place, text in texts.items() if "redacted" in text]
    tally.redactions.read(number, entry["type"], entry["body"], gone)


def _text_holds(number: int, field: str, text: Any, digest: str, tally: _Tally) -> None:
    match text:
        case {"withheld": True, **rest} if not rest:
            tally.withheld += 1
        case {"redacted": True, **rest} if not rest:
            pass  # whether an entry says so is known at the end
        case {"salt": str(salt), "text": str(words), **rest} if not rest:
            if text_digest(salt, words) != digest:
                raise _bad(number, f"the text {field!r} is not the one that was written.")
        case _:
            raise _bad(number, f"the text {field!r} was changed to something of another kind.")


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
