"""Tables: what is in a cell comes back, what looks like a formula is none, and a bomb does not go off."""

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.definitions.writing import TEXTS
from tests.examples import many
from warroom.definitions.exchange import sheets
from warroom.definitions.exchange.brought import NotBrought
from warroom.definitions.exchange.documents import clean

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", "'=1", "''=1", "-5 minutes"]
cells = st.one_of(TEXTS, st.sampled_from(FORMULAS), st.just("_x0041_")).map(clean)
TABLES = st.lists(st.lists(cells, min_size=1, max_size=3), min_size=1, max_size=3).filter(
    lambda rows: all(any(cell.strip() for cell in row) for row in rows)
)
QUICK = settings(max_examples=many(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(st.one_of(st.text(), st.sampled_from(FORMULAS)))
def test_a_guard_is_taken_away_again(text: str) -> None:
    """unguarded(guarded(text)) == text, whatever it begins with; and nothing guarded begins like a formula."""
    assert sheets.unguarded(sheets.guarded(text)) == text
    assert not sheets.guarded(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@QUICK
@given(rows=TABLES)
def test_a_table_comes_back_from_csv_and_xlsx(rows: list[list[str]], tmp_path: Path) -> None:
    """Cells are the same after CSV and after XLSX, empty ones at the end apart."""
    wanted = [[*row, ""] for row in rows]
    for name, content in (("t.csv", sheets.csv_text(wanted).encode()), ("t.xlsx", sheets.xlsx_bytes(wanted, "t"))):
        (tmp_path / name).write_bytes(content)
        found = sheets.read(tmp_path / name).rows
        assert [_trimmed(row.cells) for row in found] == [_trimmed(tuple(row)) for row in rows], name


def _trimmed(row: tuple[str, ...]) -> list[str]:
    found = list(row)
    while found and not found[-1]:
        found.pop()
    return found


def test_a_workbook_holds_no_formula() -> None:
    """Every cell of what is written is a text, also one that begins with an equals sign."""
    book = openpyxl.load_workbook(io.BytesIO(sheets.xlsx_bytes([["=cmd|' /C calc'!A0", "+1"]], "t")))
    assert [cell.data_type for row in book.active.iter_rows() for cell in row] == ["s", "s"]


def test_the_same_rows_give_the_same_workbook() -> None:
    """Nothing in it depends on when it was written."""
    assert sheets.xlsx_bytes([["a", "b"]], "t") == sheets.xlsx_bytes([["a", "b"]], "t")


def test_semicolons_and_tabs_separate_as_well(tmp_path: Path) -> None:
    """A sheet saved where the comma is a decimal sign is read as it is."""
    (tmp_path / "a.csv").write_text("Time;Message\nM+1;Hello, all\n")
    assert sheets.read(tmp_path / "a.csv").rows[1].cells == ("M+1", "Hello, all")


def test_a_row_knows_its_line(tmp_path: Path) -> None:
    """The line of a CSV file, also below a cell of several lines."""
    (tmp_path / "a.csv").write_text('Time,Message\nM+1,"two\nlines"\n\nM+2,there\n')
    assert [row.line for row in sheets.read(tmp_path / "a.csv").rows] == [1, 2, 5]


def _zip(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    """A workbook of 100 KiB that would unpack to more than the limit is refused with a sentence."""
    bomb = _zip(tmp_path / "bomb.xlsx", {"xl/worksheets/sheet1.xml": bytes(sheets.MOST_UNPACKED + 1)})
    assert bomb.stat().st_size < 200_000
    with pytest.raises(NotBrought, match="unpacked, this workbook is larger than 64 MiB"):
        sheets.read(bomb)


def test_a_document_type_is_refused(tmp_path: Path) -> None:
    """Entities that grow come with a document type; no spreadsheet has one."""
    odd = _zip(tmp_path / "odd.xlsx", {"xl/workbook.xml": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a/>'})
    with pytest.raises(NotBrought, match="declares a document type"):
        sheets.read(odd)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.xlsx", b"not a workbook", "not an XLSX workbook"),
        ("a.csv", b"Time,Message\nM+1,\xff\xfe\n", r"a\.csv:2: this is not UTF-8"),
        ("a.csv", b"", "the table is empty"),
        ("a.csv", b'Time,Message\nM+1,"open\n', r"a\.csv:2: this row cannot be read"),
        ("a.csv", b"a\0b,c\n", "this is not a text file"),
        ("a.csv", b"a\n" * 5_002, "more than 5,000 rows"),
        ("a.csv", b",".join([b"a"] * 101), "more than 100 columns"),
    ],
)
def test_what_is_no_table_is_refused(name: str, content: bytes, sentence: str, tmp_path: Path) -> None:
    """Every file that cannot be read gets a sentence that names it, and the line where there is one."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(NotBrought, match=sentence):
        sheets.read(tmp_path / name)


def test_a_workbook_without_parts_is_refused(tmp_path: Path) -> None:
    """A ZIP file that is no workbook is refused, not read as an empty one."""
    with pytest.raises(NotBrought, match="this workbook cannot be read"):
        sheets.read(_zip(tmp_path / "a.xlsx", {"hello.txt": b"hello"}))
