"""Importing a second time, after the source or the runbook has changed."""

from pathlib import Path

import pytest

from warroom.core.runbook import Runbook
from warroom.definitions.importing import Options, Outcome, bring
from warroom.definitions.importing.again import State
from warroom.definitions.loader import read_runbook

PAGE = """# DiskFull

## Diagnosis

1. Look at the disk
2. Look at the inodes
3. Find the largest folder, and write down how large it is

## Mitigation

- Delete old logs
- Grow the disk
"""


class Place:
    """A folder with one page, and what it is imported into."""

    def __init__(self, folder: Path) -> None:
        self.page, self.out = folder / "DiskFull.md", folder / "out"
        self.file = self.out / "disk-full.yaml"
        self.page.write_text(PAGE, encoding="utf-8")

    def bring(self, **options: bool) -> Outcome:
        return bring([self.page], Options(out=self.out, **options))

    def change(self, *changes: tuple[str, str]) -> None:
        """Change the page."""
        _change(self.page, *changes)

    def edit(self, *changes: tuple[str, str]) -> None:
        """Change the runbook, as somebody would by hand."""
        _change(self.file, *changes)

    def runbook(self) -> Runbook:
        return read_runbook(self.file.read_text(encoding="utf-8"), str(self.file))


def _change(file: Path, *changes: tuple[str, str]) -> None:
    text = file.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    here = Place(tmp_path)
    here.bring()
    return here


IDS = [
    "look-at-the-disk",
    "look-at-the-inodes",
    "find-the-largest-folder-and-write-down-how-large",
    "delete-old-logs",
    "grow-the-disk",
]


def test_nothing_changed(place: Place) -> None:
    """When nothing has changed nothing is written."""
    (report,) = place.bring().reports
    assert report.state is State.SAME
    assert [step.id for step in place.runbook().steps] == IDS


def test_steps_keep_their_names(place: Place) -> None:
    """A step that is reworded, moved or made longer keeps its name; a new one gets its own."""
    place.change(
        ("1. Look at the disk\n", "1. Call out what you do\n2. Look at the disk, all of it\n"),
        ("and write down how large it is", "and write down how large it is now"),
        ("- Delete old logs\n- Grow the disk", "- Grow the disk\n- Delete old logs"),
    )
    (report,) = place.bring().reports
    assert report.state is State.UNTOUCHED
    assert [step.id for step in place.runbook().steps] == ["call-out-what-you-do", *IDS[:3], IDS[4], IDS[3]]


def test_a_name_is_not_given_to_another_step(place: Place) -> None:
    """When a step goes and a different one with its title comes elsewhere, the old name is not used again."""
    place.change(
        ("1. Look at the disk\n2. Look at the inodes\n", "1. Ask who filled it\n"),
        ("- Delete old logs", "- Look at the inodes\n  ```\n  df -i\n  ```\n- Delete old logs"),
    )
    place.bring()
    names = [step.id for step in place.runbook().steps]
    assert names[0] == "ask-who-filled-it"
    assert names[1] == IDS[2]
    assert names[2].startswith("look-at-the-inodes-")


def test_an_edited_runbook_is_left_alone(place: Place) -> None:
    """What somebody changed is not written over while its source says nothing new; nobody is bothered."""
    place.edit(("title: Grow the disk", "title: Grow it by half"))
    edited = place.file.read_text(encoding="utf-8")
    outcome = place.bring()
    assert outcome.well
    assert [report.state for report in outcome.reports] == [State.KEPT]
    assert place.file.read_text(encoding="utf-8") == edited
    assert sorted(file.name for file in place.out.iterdir()) == ["disk-full.yaml"]


def test_both_changed(place: Place) -> None:
    """When runbook and source have both changed, the new text is put beside, and a sentence says so."""
    place.edit(("title: Grow the disk", "title: Grow it by half"))
    place.change(("Delete old logs", "Delete old logs, not the newest"))
    edited = place.file.read_text(encoding="utf-8")
    outcome = place.bring()
    (sentence,) = outcome.refused
    assert "edited since it was imported" in sentence
    assert "--force" in sentence
    assert place.file.read_text(encoding="utf-8") == edited
    fresh = (place.out / "disk-full.yaml.new").read_text(encoding="utf-8")
    assert "not the newest" in fresh
    assert "- id: grow-the-disk" in fresh


def test_what_was_taken_over_is_not_asked_about_again(place: Place) -> None:
    """With the header of the new text in it the edited runbook counts as up to date with its source."""
    place.edit(("title: Grow the disk", "title: Grow it by half"))
    place.change(("Delete old logs", "Delete old logs, not the newest"))
    place.bring()
    fresh = (place.out / "disk-full.yaml.new").read_text(encoding="utf-8").split("\n")[1]
    old = place.file.read_text(encoding="utf-8").split("\n")[1]
    place.edit((old, fresh))
    outcome = place.bring()
    assert outcome.well
    assert [report.state for report in outcome.reports] == [State.KEPT]


def test_force_writes_over(place: Place) -> None:
    """With --force the source wins, and names that were changed by hand are kept."""
    place.edit(("title: Grow the disk", "title: Grow it by half"), ("id: delete-old-logs", "id: tidy"))
    outcome = place.bring(force=True)
    assert outcome.well
    assert [step.id for step in place.runbook().steps] == [*IDS[:3], "tidy", IDS[4]]
    assert place.runbook().steps[-1].title == "Grow the disk"


def test_what_no_import_wrote_is_left_alone(place: Place) -> None:
    """A file of the same name that somebody wrote is not written over, whatever is in it."""
    place.file.write_text("runbook: 1\nid: disk-full\n# mine\n", encoding="utf-8")
    outcome = place.bring()
    assert "was not written by an import" in outcome.refused[0]
    assert place.file.read_text(encoding="utf-8").endswith("# mine\n")


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    """A dry run reports the same, and leaves no file."""
    here = Place(tmp_path)
    dry = here.bring(dry_run=True)
    assert not here.out.exists()
    assert here.bring().reports == dry.reports
