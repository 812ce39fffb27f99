"""`warroom import scenario` and `warroom scenario …`: scenarios in and out of files, and out of what happened.

What was made goes to a file or to stdout; what could not be carried over, or was made up, to stderr.
"""

import importlib.util
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, get_type_hints

from sqlalchemy import Connection

from warroom.cli.exits import Exit
from warroom.cli.exporting import opened
from warroom.core.events import Entry, vocabulary
from warroom.core.scenario import Scenario
from warroom.core.texts import Kept
from warroom.definitions.exchange import (
    Brought,
    Given,
    Machine,
    NotBrought,
    Note,
    bring,
    documents,
    facts,
    msel_out,
    pages,
    rooms,
    sheets,
)
from warroom.definitions.library import shipped
from warroom.definitions.loader import read_scenario
from warroom.definitions.problems import DefinitionError
from warroom.definitions.reader import near
from warroom.definitions.sources import gather, text_of
from warroom.definitions.writing_scenarios import write
from warroom.errors import NotFound, SettingsError
from warroom.exporters import Profile
from warroom.exporters.source import source
from warroom.exporters.verify import FORMAT as EXPORT
from warroom.exporters.verify import verify
from warroom.settings import Settings
from warroom.store import codec
from warroom.store import rooms as stored
from warroom.store.errors import Unreadable
from warroom.store.upcast import upcast

_YAML = (".yaml", ".yml")


@dataclass(frozen=True, kw_only=True, slots=True)
class Out:
    """Where it goes: a file, or stdout when there is none. `force` writes over what is there."""

    file: Path | None = None
    force: bool = False
    as_json: bool = False

    def check(self, *others: Path) -> None:
        """Raises NotBrought when something stands there already, before anything is written."""
        for each in filter(None, (self.file, *others)):
            if each.is_dir():
                raise NotBrought(f"{each} is a folder; name the file that --output shall write.")
            if each.exists() and not self.force:
                raise NotBrought(
                    f"{each} is there already, and was left as it is. Write over it with --force, or name another file."
                )

    def put(self, file: Path, content: bytes) -> None:
        """Write a file whole, or not at all."""
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            part = file.with_name(f"{file.name}.part")
            part.write_bytes(content)
            part.replace(file)
        except OSError as error:
            raise NotBrought(f"{file} cannot be written: {error.strerror}. Name another file with --output.") from error


def this_machine() -> Machine:
    """What this machine has. A module is looked for by its name alone: nothing is imported."""

    def has_module(name: str) -> bool:
        try:
            return importlib.util.find_spec(name) is not None
        except (ImportError, ValueError):
            return False

    return Machine(
        environment=os.environ, has_module=has_module, has_program=lambda name: shutil.which(name) is not None
    )


def columns(written: Sequence[str]) -> Mapping[str, str]:
    """`from=Originator` for each column. Raises SettingsError for what is not written so."""
    found = dict[str, str]()
    for each in written:
        name, equals, heading = each.partition("=")
        if not equals or not heading.strip():
            raise SettingsError(
                f"--column {each}: write our name of the column and the heading, as in `from=Originator`."
            )
        found[name.strip()] = heading
    return found


# --- in


def bring_in(path: Path, given: Given, format: str, out: Out) -> Exit:
    """Bring a scenario in from a file. Raises NotFound, or NotBrought with what is wrong and where."""
    if not path.is_file():
        raise NotFound(f"There is no file {path}.")
    if out.file:
        given = replace(given, folder=str(out.file.parent))
    return _put(bring(path, given, format), path.name, out)


def from_incident(settings: Settings, named: str, given: Given, out: Out) -> Exit:
    """Make a scenario of what happened: a file, or a closed room of the database."""
    path = Path(named)
    if path.is_file():
        return _put(_of_file(path, given), path.name, out)
    if path.suffix or os.sep in named:
        raise NotFound(f"There is no file {named}.")
    with opened(settings) as db:
        return _put(db.read_sync(_of_room, named, given), named, out)


def _of_file(path: Path, given: Given) -> Brought:
    if path.suffix.lower() in pages.ENDINGS:
        return pages.bring(path, given)
    document = _big(path) if path.suffix.lower() == ".json" else documents.document(path)
    if isinstance(document, dict) and str(document.get("format", "")).startswith(EXPORT.partition("/")[0]):
        verify(path)
        return _of_export(document, path, given)
    if facts.recognises(document):
        return facts.bring(document, path, given)
    raise NotBrought(
        f"{path}: this is no account of an incident. There is: an export of a closed room (`warroom export --format json`), "
        "incident facts (`schema: incident-facts/1`), and a report in Markdown with a heading `Timeline`."
    )


def _big(path: Path) -> Any:
    """Our own exports may be larger than what others send."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return documents.document(path)  # which says what is wrong with it


def _of_export(export: Mapping[str, Any], path: Path, given: Given) -> Brought:
    if export["room"].get("closed_at") is None:
        raise NotBrought(
            f"{path}: {export['room'].get('key')} was still going on when this was exported. Export it once it is closed."
        )
    entries = [entry for each in export["entries"] if (entry := _entry(each))]
    return rooms.bring(entries, export["names"], str(path), given)


def _entry(kept: Mapping[str, Any]) -> Entry | None:
    """An entry of an export; None for one that is withheld, or whose hidden part is, and which therefore cannot be read."""
    if kept.get("withheld"):
        return None
    type_ = vocabulary().get(kept["type"])
    if type_ is None:
        return None
    hints = get_type_hints(type_, include_extras=True)
    texts = [
        codec.Text(place, _kept(hints.get(place.partition("/")[0])), text["salt"], text["text"])
        for place, text in kept["texts"].items()
        if "text" in text
    ]
    try:
        name, body = upcast(kept["type"], codec.fill(kept["body"], texts))
        event = codec.decode(vocabulary()[name], body)
    except (Unreadable, KeyError):
        return None
    occurred = kept["occurred_at"]
    return Entry(
        seq=kept["seq"],
        at=codec.decode(datetime, kept["at"]),
        by=kept["by"],
        event=event,
        occurred_at=codec.decode(datetime, occurred) if occurred else None,
    )


def _kept(hint: Any) -> Kept:
    return Kept.HIDDEN if Kept.HIDDEN in getattr(hint, "__metadata__", ()) else Kept.TYPED


def _of_room(conn: Connection, key: str, given: Given) -> Brought:
    row = stored.find(conn, None, key)
    if row is None:
        there = ", ".join(each.key for each in stored.listing(conn, None, mode="all")) or "none yet"
        raise NotFound(f"There is no room {key!r}; there is: {there}.")
    if row.open:
        raise NotFound(f"{row.key} still goes on. Close it first.")
    kept = source(conn, row.id, Profile.CONTROLLERS)
    return rooms.bring(list(kept.entries()), kept.names, row.key, given)


def _put(brought: Brought, name: str, out: Out) -> Exit:
    """The scenario, and what is to be said about it."""
    remarks = [
        f"Made from {name}. What was not carried over or was made up:" if brought.lasting else f"Made from {name}."
    ]
    text = write(brought.scenario, [*remarks, *(f"- {note}" for note in brought.lasting)], brought.proposals)
    beside = {out.file.parent / each: content for each, content in brought.files.items()} if out.file else {}
    out.check(*beside)
    for file, content in beside.items():
        out.put(file, content.encode())
    if out.file:
        out.put(out.file, text.encode())
    written = [str(each) for each in (out.file, *beside) if each]
    if out.as_json:
        print(json.dumps(_doc(brought, text, written), indent=2, ensure_ascii=False))
        return Exit.OK
    print("\n".join(written) if out.file else text, end="\n" if out.file else "")
    for line in _said(brought, bool(out.file)):
        print(line, file=sys.stderr)
    return Exit.OK


def _said(brought: Brought, written: bool) -> Iterator[str]:
    yield from map(str, brought.notes)
    if brought.files and not written:
        yield f"It needs {len(brought.files)} experiments of its own; with --output they are written beside it."
    if brought.asks:
        yield "The operator adds this to the file that WARROOM_ALLOWED names, with what stands as … filled in:"
        yield brought.asks.rstrip("\n")


def _doc(brought: Brought, text: str, written: Sequence[str]) -> dict[str, object]:
    return {
        "ok": True,
        "scenario": brought.scenario.id,
        "title": brought.scenario.title,
        "injects": len(brought.scenario.injects),
        "deck": len(brought.scenario.deck),
        "expectations": len(brought.scenario.expectations),
        "written": list(written),
        "yaml": text,
        "notes": _notes(brought.notes),
        "asks": brought.asks,
        "files": dict(brought.files),
    }


def _notes(notes: Sequence[Note]) -> list[dict[str, str]]:
    return [asdict(note) for note in notes]


# --- out


def export(settings: Settings, named: str, format: str, out: Out) -> Exit:
    """Write a scenario as a master scenario events list, and say what ten columns cannot hold."""
    format = format or (out.file.suffix.lower().lstrip(".") if out.file else "csv")
    if format not in ("csv", "xlsx"):
        raise SettingsError(f"--format: {format!r} is neither `csv` nor `xlsx`; say which, or end the file's name so.")
    if format == "xlsx" and not out.file:
        raise SettingsError("A workbook cannot be written to stdout; name a file with --output.")
    scenario = one(settings, named)
    rows, notes = msel_out.rows(scenario)
    out.check()
    if out.file:
        out.put(out.file, sheets.xlsx_bytes(rows, scenario.id) if format == "xlsx" else sheets.csv_text(rows).encode())
    if out.as_json:
        doc = {
            "ok": True,
            "scenario": scenario.id,
            "written": [str(out.file)] if out.file else [],
            "rows": rows,
            "notes": _notes(notes),
        }
        print(json.dumps(doc, indent=2, ensure_ascii=False))
        return Exit.OK
    if out.file:
        print(out.file)
    else:
        sys.stdout.write(sheets.csv_text(rows))
    for note in notes:
        print(note, file=sys.stderr)
    return Exit.OK


def one(settings: Settings, named: str) -> Scenario:
    """The scenario that is meant by a file's path, or by its id in the folders of the settings or the shipped one."""
    path = Path(named)
    if path.is_file():
        return read_scenario(text_of(path), str(path))
    if path.suffix.lower() in _YAML or os.sep in named:
        raise NotFound(f"There is no file {named}.")
    roots = [Path(each) for each in settings.runbooks] or [shipped()]
    found = dict[str, Scenario]()
    broken = list[DefinitionError]()
    for each in gather([root for root in roots if root.exists()]):
        if isinstance(each.value, Scenario):
            found[each.value.id] = each.value
            if each.value.id == named and each.problems:
                broken.append(DefinitionError(each.problems))
    if broken:
        raise broken[0]
    if named not in found:
        there = ", ".join(sorted(found)) or "none"
        raise NotFound(f"There is no scenario {named!r}. {near(named, found) or f'There is: {there}.'}")
    return found[named]
