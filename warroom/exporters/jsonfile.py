"""JSON for programs: every entry as it is kept, with the hash chain, and the after-action report.

    {"format": "warroom-export/1", "room": …, "profile": …, "names": …,
     "entries": [one to a line], "head": hash of the last entry, "report": …, "seal": …}

`warroom verify` checks such a file without a database (exporters.verify). The chain covers the entries; `seal` is the
digest of everything else, so that an edited report is noticed too. In the players' profile hidden texts are withheld,
and while a game is still going on so are the entries that would give its plan away; the chain verifies all the same.

Written entry by entry: what is in memory does not grow with the timeline. The same room gives the same bytes.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, TextIO

from warroom.core.chain import START, canonical
from warroom.core.events import Mode
from warroom.core.texts import Kept
from warroom.exporters.source import Exporter, Profile, Source
from warroom.report.account import Account
from warroom.report.after_action import report
from warroom.report.called import called
from warroom.report.timeline import tells_too_early
from warroom.store import codec, rooms
from warroom.store.codec import Text
from warroom.store.rooms import RoomRow, StoredEntry

FORMAT = "warroom-export/1"


def write(source: Source, out: TextIO) -> None:
    labels = called(source.entries(), source.names)
    export_json(source.stored(), row=source.row, names=source.names, labels=labels, profile=source.profile, out=out)


def export_json(
    stored: Iterable[StoredEntry],
    *,
    row: RoomRow,
    names: Mapping[str, str],
    labels: Mapping[str, str],
    profile: Profile,
    out: TextIO,
) -> None:
    """Write the whole export. `names` maps people's ids to their names, `labels` to what the report calls them."""
    around: dict[str, Any] = {"format": FORMAT, "room": _room(row), "profile": profile.value, "names": dict(names)}
    guarded = profile is Profile.PLAYERS and row.mode == Mode.DRILL and row.open
    account, head, comma = Account(labels, roll=names), START, ""
    out.write("{" + ",\n".join(f'"{name}":{canonical(value)}' for name, value in around.items()))
    out.write(',\n"entries":[')
    for each in stored:
        entry = rooms.read(each)
        account.add(entry)
        kept = _withheld(each) if guarded and tells_too_early(entry.event) else _entry(each, profile)
        out.write(f"{comma}\n{canonical(kept)}")
        head, comma = each.hash, ","
    told = canonical(codec.encode(report(account)))
    out.write(f'\n],\n"head":"{head}",\n"report":{told},\n')
    written = {name: canonical(value) for name, value in around.items()} | {"head": canonical(head), "report": told}
    out.write(f'"seal":"{_seal(written)}"}}\n')


def _seal(written: Mapping[str, str]) -> str:
    """The digest of these members as one canonical object, without writing that object: the report may be long."""
    digest, before = hashlib.sha256(), "{"
    for name in sorted(written):
        digest.update(f'{before}"{name}":'.encode())
        digest.update(written[name].encode())
        before = ","
    digest.update(b"}")
    return digest.hexdigest()


def _room(row: RoomRow) -> dict[str, Any]:
    """Which room it is. Its title is in the entries alone, where it can be redacted."""
    return {
        "key": row.key,
        "uid": row.uid,
        "workspace": row.workspace,
        "kind": row.kind,
        "mode": row.mode,
        "state": row.state,
        "opened_at": codec.encode(row.opened_at),
        "closed_at": codec.encode(row.closed_at),
    }


def _entry(each: StoredEntry, profile: Profile) -> dict[str, Any]:
    texts = {text.field: _text(text, profile) for text in each.texts}
    return {**json.loads(each.hashed()), "hash": each.hash, "texts": texts}


def _withheld(each: StoredEntry) -> dict[str, Any]:
    return {"seq": each.seq, "hash": each.hash, "withheld": True}


def _text(text: Text, profile: Profile) -> dict[str, Any]:
    """Without its salt a text that is left out cannot be guessed from its digest."""
    if text.kind is Kept.HIDDEN and profile is Profile.PLAYERS:
        return {"withheld": True}
    if text.text is None:
        return {"redacted": True}
    return {"salt": text.salt, "text": text.text}


EXPORTER = Exporter(name="json", suffix=".json", title="timeline for programs, verifiable", write=write)
