"""Tables in and out: CSV with the standard library, XLSX with openpyxl, both within limits.

A cell that a spreadsheet would take for a formula is written with an apostrophe before it, and that apostrophe is taken
away when the table is read. So what somebody types into a chat cannot run in the planner's spreadsheet.
"""

import csv
import io
import re
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from warroom.core.declaring import dataclass
from warroom.definitions.exchange import documents
from warroom.definitions.exchange.brought import NotBrought
from warroom.definitions.exchange.columns import looks_like_headings

HEADINGS_WITHIN = 25  # rows; above the headings stand titles and logos
MOST_ROWS = 5_000
MOST_COLUMNS = 100
MOST_UNPACKED = 64 * 1024 * 1024  # bytes that a workbook may hold when it is unpacked
MOST_PARTS = 2_000
LONGEST_CELL = 32_767  # characters, a limit of the format
_FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
_GUARDED = re.compile("'+[=+\\-@\t\r\n＝＋－＠]")
_EPOCH = (1980, 1, 1, 0, 0, 0)
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_TIMES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
ENDINGS = (".csv", ".tsv", ".xlsx")


@dataclass(frozen=True, slots=True)
class Row:
    """`line` is where it stands: the line of a CSV file on which it begins, the row of a sheet."""

    line: int
    cells: tuple[str, ...]


def guarded(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """The inverse of `guarded`."""
    return text[1:] if _GUARDED.match(text) else text


@dataclass(frozen=True, slots=True)
class Table:
    """The rows that hold anything, and the names of further sheets, which were not read.

    `unknown` are cells with a formula whose value the workbook does not hold.
    """

    rows: tuple[Row, ...]
    unread: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


IsHeadings = Callable[[Sequence[str]], bool]


def read(path: Path, is_headings: IsHeadings = looks_like_headings) -> Table:
    """The table in a file; `is_headings` tells its headings. Raises NotBrought for what is no table, or too large a one."""
    table = _xlsx(path) if path.suffix.lower() == ".xlsx" else Table(tuple(_csv(path, is_headings)))
    if len(table.rows) > MOST_ROWS:
        raise NotBrought(f"{path}: there are more than {MOST_ROWS:,} rows; that is no plan for a game day.")
    if not table.rows:
        raise NotBrought(f"{path}: the table is empty; the first row must hold the headings.")
    if wide := next((row for row in table.rows if len(row.cells) > MOST_COLUMNS), None):
        raise NotBrought(f"{path}:{wide.line}: there are more than {MOST_COLUMNS} columns.")
    return table


def _cells(found: Sequence[str]) -> tuple[str, ...]:
    return tuple(unguarded(cell) for cell in found)


# --- CSV


def _csv(path: Path, is_headings: IsHeadings) -> Iterator[Row]:
    said = documents.text(path)
    if "\0" in said:
        raise NotBrought(f"{path}: this is not a text file; save the sheet as CSV or XLSX.")
    reader = csv.reader(io.StringIO(said, newline=""), delimiter=_delimiter(said, is_headings), strict=True)
    line = 1
    try:
        for number, found in enumerate(reader):
            if any(cell.strip() for cell in found) and number <= 4 * MOST_ROWS:
                yield Row(line, _cells(found))
            line = reader.line_num + 1
    except csv.Error as error:
        raise NotBrought(
            f"{path}:{line}: this row cannot be read ({error}); put a text that holds quotes or commas in double quotes."
        ) from None


def _delimiter(said: str, is_headings: IsHeadings) -> str:
    """What separates cells: comma, semicolon or tab, whichever makes headings of a row; else the one the first line holds most of."""
    first = said.lstrip("\n\r").partition("\n")[0]
    often = sorted(",;\t", key=first.count, reverse=True)
    return next((each for each in often if _has_headings(said, each, is_headings)), often[0])


def _has_headings(said: str, delimiter: str, is_headings: IsHeadings) -> bool:
    reader = csv.reader(io.StringIO(said, newline=""), delimiter=delimiter)
    rows = (_cells(found) for found in reader if any(found))
    try:
        return any(is_headings(row) for row in islice(rows, HEADINGS_WITHIN))
    except csv.Error:
        return False  # which is said when the table is read


def csv_text(rows: Sequence[Sequence[str]]) -> str:
    """The table as CSV, as RFC 4180 has it, but with plain line ends."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return out.getvalue()


# --- XLSX


def _openpyxl() -> Any:
    try:
        import openpyxl
    except ImportError:
        raise NotBrought(
            f"XLSX needs the library openpyxl, which is not installed: `{sys.executable} -m pip install openpyxl`. Or save the "
            "sheet as CSV."
        ) from None
    return openpyxl


def _xlsx(path: Path) -> Table:
    found = documents.raw(path)
    _must_be_harmless(path, found)
    try:
        return _first_with_text(_openpyxl(), found)
    except NotBrought:
        raise
    except Exception as error:  # the library raises whatever a broken file makes it stumble over
        raise NotBrought(
            f"{path}: this workbook cannot be read ({type(error).__name__}); save it anew, or as CSV."
        ) from None


def _first_with_text(library: Any, found: bytes) -> Table:
    """The first sheet that holds anything; charts and empty ones are passed over."""
    book = library.load_workbook(io.BytesIO(found), read_only=True, data_only=True, keep_links=False)
    sheets = [sheet for sheet in book.worksheets if hasattr(sheet, "iter_rows")]
    for sheet in sheets:
        table = tuple(Row(at, _trimmed(_cells([_shown(cell) for cell in row]))) for at, row in _rows(sheet))
        if rows := tuple(row for row in table if any(cell.strip() for cell in row.cells)):
            others = tuple(other.title for other in sheets if other is not sheet)
            return Table(rows, others, tuple(_without_value(library, found, sheet.title, table)))
    return Table(())


def _rows(sheet: Any, *, values_only: bool = True) -> Iterator[tuple[int, Any]]:
    rows = islice(sheet.iter_rows(max_col=MOST_COLUMNS + 1, values_only=values_only), 4 * MOST_ROWS)
    return enumerate(rows, start=1)


def _without_value(library: Any, found: bytes, title: str, table: Sequence[Row]) -> Iterator[str]:
    """The cells with a formula whose value nobody has worked out: what wrote the workbook was no spreadsheet."""
    book = library.load_workbook(io.BytesIO(found), read_only=True, keep_links=False)
    for at, row in _rows(book[title], values_only=False):
        known = table[at - 1].cells if at <= len(table) else ()
        for place, cell in enumerate(row):
            if cell.data_type == "f" and not "".join(known[place : place + 1]):
                yield str(cell.coordinate)


def _trimmed(cells: tuple[str, ...]) -> tuple[str, ...]:
    """Without the empty cells at the end, of which a sheet has any number."""
    last = max((at for at, cell in enumerate(cells) if cell), default=-1)
    return cells[: last + 1]


def _must_be_harmless(path: Path, found: bytes) -> None:
    """Refuse what is small as a file and large in memory, before anything of it is unpacked for good."""
    try:
        with zipfile.ZipFile(io.BytesIO(found)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
                raise NotBrought(
                    f"{path}: unpacked, this workbook is larger than {MOST_UNPACKED // 1024 // 1024} MiB; save only the plan."
                )
            for part in parts:
                if part.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in archive.read(part)[:4096].upper():
                    raise NotBrought(f"{path}: {part.filename} declares a document type, which no spreadsheet does.")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, zlib.error) as error:
        raise NotBrought(f"{path}: this is not an XLSX workbook ({error}); save it anew, or as CSV.") from None


def _shown(cell: Any) -> str:
    """A cell as people see it: whole numbers without a point, times without their seconds when those are none."""
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case float() if cell.is_integer():
            return str(int(cell))
        case _ if hasattr(cell, "isoformat"):
            return str(cell.isoformat(" ") if hasattr(cell, "date") else cell.isoformat()).removesuffix(" 00:00:00")
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), str(cell))


def xlsx_bytes(rows: Sequence[Sequence[str]], title: str) -> bytes:
    """The table as a workbook of one sheet. The same rows give the same bytes. Raises NotBrought for too long a cell."""
    book = _openpyxl().Workbook()
    sheet = book.active
    sheet.title = re.sub(r"[\[\]:*?/\\']", " ", title)[:31].strip() or "MSEL"
    for at, row in enumerate(rows, start=1):
        for place, text in enumerate(row, start=1):
            if len(text) >= LONGEST_CELL:
                raise NotBrought(
                    f"Row {at} holds a text of {len(text):,} characters, more than a cell can; export as CSV."
                )
            cell = sheet.cell(at, place)
            cell.value, cell.data_type = _escaped(guarded(text)), "s"  # never a formula, whatever it begins with
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return _timeless(out.getvalue())


def _escaped(text: str) -> str:
    """`_x0041_` would be read as a letter; the format's own escape for its underscore keeps it."""
    return re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text)


def _timeless(found: bytes) -> bytes:
    """The same workbook without the moment at which it was written."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(found)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for part in before.infolist():
            content = _TIMES.sub(rb"\g<1>2000-01-01T00:00:00Z", before.read(part))
            after.writestr(zipfile.ZipInfo(part.filename, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
