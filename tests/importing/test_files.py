"""Files that cannot be imported, and the command line."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from warroom.cli.app import app
from warroom.cli.exits import Exit
from warroom.definitions.importing import Options, bring

GOOD = "# Good\n\n1. Look\n"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"  \n\n", "is empty"),
        (b"# T\n\nna\xefve\n", ":3: this is not UTF-8"),
        (b"\x7fELF\0\0\0\0\0\0\0\0", "not a text file"),
        (b"a" * (1024 * 1024 + 1), "larger than 1024 KiB"),
        (b"# T\n\n" + b"x" * 300_000, "larger than 256 KiB"),
        (b"# T\n\n" + b"1. Look at it\n" * 20_000, "more than 1000 steps"),
    ],
)
def test_a_bad_file_does_not_keep_out_the_others(tmp_path: Path, content: bytes, says: str) -> None:
    """What cannot be read is named in a sentence; the other files are imported."""
    (tmp_path / "bad.md").write_bytes(content)
    (tmp_path / "good.md").write_text(GOOD, encoding="utf-8")
    outcome = bring([tmp_path], Options(out=tmp_path / "out"))
    (sentence,) = outcome.refused
    assert says in sentence
    assert sentence.startswith(str(tmp_path / "bad.md"))
    assert [report.runbook for report in outcome.reports] == ["good"]


@pytest.mark.parametrize(
    "content", [GOOD.encode("utf-16"), b"\xef\xbb\xbf" + GOOD.encode(), GOOD.replace("\n", "\r\n").encode()]
)
def test_other_ways_to_write_text(tmp_path: Path, content: bytes) -> None:
    """UTF-16, a mark at the beginning and Windows' line ends are read as the same text."""
    (tmp_path / "good.md").write_bytes(content)
    (report,) = bring([tmp_path], Options(out=tmp_path / "out")).reports
    assert (report.title, report.steps) == ("Good", 1)


@pytest.mark.parametrize(
    "text",
    [
        "- " * 5000 + "x", "> " * 5000 + "x", "<div>" * 3000, "[" * 5000, "`" * 5001, "**" * 5000, "1. a\n" + "   1. b\n" * 2000, "#" * 3000, "| a " * 2000,
        "<!--" * 2000, "$" * 5000, "{{" * 5000, "<a" * 5000, "wait " * 5000, "a.b." * 5000, "(" * 5000, "\\" * 5000, "[a](" * 2000, "Step 1 " * 3000,
        "<" + "a" * 20000, "if " * 5000, "# " + "x" * 20000, "```\n" + "$ a \\\n" * 3000, "- [ ] " * 2000, "kubectl " * 3000 + "delet", "a=" * 9000,
    ],
)  # fmt: skip
@pytest.mark.timeout(20)
def test_hostile_pages_cost_little(tmp_path: Path, text: str) -> None:
    """No page, however it is made, takes long or fails."""
    (tmp_path / "x.md").write_text(f"# T\n\n{text}\n\n```bash\n{text}\n```\n", encoding="utf-8")
    outcome = bring([tmp_path], Options(out=tmp_path / "out"))
    assert len(outcome.reports) + len(outcome.refused) == 1


def test_two_pages_of_one_name(tmp_path: Path) -> None:
    """Pages of the same name in different folders become two runbooks, named after their folders where needed."""
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "lost.md").write_text(GOOD, encoding="utf-8")
    (tmp_path / "a" / "README.md").write_text(GOOD, encoding="utf-8")
    outcome = bring([tmp_path], Options(out=tmp_path / "out"))
    assert sorted(report.runbook for report in outcome.reports) == ["a", "b-lost", "lost"]


def test_what_is_hidden_is_not_imported(tmp_path: Path) -> None:
    """Folders such as .github are left out of a folder, and a file that is named twice is read once."""
    (tmp_path / ".github").mkdir()
    (tmp_path / ".github" / "a.md").write_text(GOOD, encoding="utf-8")
    (tmp_path / "b.markdown").write_text(GOOD, encoding="utf-8")
    outcome = bring([tmp_path, tmp_path / "b.markdown"], Options(out=tmp_path / "out"))
    assert [report.runbook for report in outcome.reports] == ["b"]


# --- the command


def test_the_command_prints_what_it_wrote(tmp_path: Path) -> None:
    """Files written go to stdout; what to look at goes to stderr."""
    page, out = tmp_path / "good.md", tmp_path / "out"
    page.write_text("# Good\n\n1. Ask <somebody>\n", encoding="utf-8")
    result = CliRunner().invoke(
        app, ["import", "runbook", str(page), "--out", str(out), "--owner", "us", "--service", "web"]
    )
    assert result.exit_code == Exit.OK
    assert result.stdout == f"{out / 'good.yaml'}\n"
    assert f"{page}:3: asked for in every walk: <somebody>" in result.stderr
    assert "owner: us\nservices: [web]\n" in (out / "good.yaml").read_text(encoding="utf-8")


def test_the_command_for_programs(tmp_path: Path) -> None:
    """--json prints one document, with every remark and its line."""
    page = tmp_path / "good.md"
    page.write_text("# Good\n\n1. Ask <somebody>\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["import", "runbook", str(page), "--out", str(tmp_path), "--json", "--dry-run"])
    doc = json.loads(result.stdout)
    assert doc["ok"] is True
    assert doc["runbooks"][0]["remarks"] == [{"line": 3, "kind": "value", "text": "<somebody>"}]
    assert not (tmp_path / "good.yaml").exists()


def test_exit_codes(tmp_path: Path) -> None:
    """A path that is not there and a file that cannot be read end differently; the rest is imported either way."""
    good, bad = tmp_path / "good.md", tmp_path / "bad.md"
    good.write_text(GOOD, encoding="utf-8")
    bad.write_bytes(b"")
    out = tmp_path / "out"
    gone = CliRunner().invoke(app, ["import", "runbook", str(tmp_path / "gone"), str(good), "--out", str(out)])
    assert (gone.exit_code, (out / "good.yaml").exists()) == (Exit.NOT_FOUND, True)
    empty = CliRunner().invoke(app, ["import", "runbook", str(bad), "--out", str(out)])
    assert (empty.exit_code, empty.stdout) == (Exit.FINDINGS, "")
    assert "the file is empty" in empty.stderr
