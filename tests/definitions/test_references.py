"""What is checked between files, and how they are found."""

from pathlib import Path

import pytest

from warroom.definitions.library import Library, load_library
from warroom.definitions.lint import lint
from warroom.definitions.problems import DefinitionError

CATALOGUE = """\
catalogue: 1
services:
  databases:
    title: Databases
    endpoints:
      east: https://db-east.example.org/
      east-tcp: db-east.example.org:5432
"""

RUNBOOK = """\
runbook: 1
id: lost
title: Lost
owner: ops
services: [databases]
steps:
  - id: look
    title: Look
    who: commander
    check:
      http:
        target: databases/east
        within: 5s
"""

SCENARIO = """\
scenario: 1
id: day
title: A day
briefing: Something will break.
injects:
  - id: gone
    title: Gone
    at: T+0m
    announce: Gone.
    incident:
      title: Gone
      services: [databases]
    fault:
      target: databases/east
expectations:
  - id: looked
    what: Somebody looks
    after: gone
    within: 5m
    met_by:
      step_done: lost/look
"""


def shelf(folder: Path, **files: str) -> Path:
    """A folder of definitions; `one__two` is `one/two.yaml`."""
    for name, text in files.items():
        file = folder / (name.replace("__", "/") + ".yaml")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


def said(folder: Path) -> list[str]:
    """What is wrong with a folder, as the loader says it; lint must say the same."""
    with pytest.raises(DefinitionError) as caught:
        load_library([folder])
    assert set(lint([folder])) >= set(caught.value.problems)
    return [str(problem).removeprefix(f"{folder}/") for problem in caught.value.problems]


def test_a_sound_folder(tmp_path: Path) -> None:
    """Files below a folder become one library."""
    library = load_library([shelf(tmp_path, services=CATALOGUE, lost=RUNBOOK, scenarios__day=SCENARIO)])
    assert set(library.runbooks) == {"lost"}
    assert set(library.scenarios) == {"day"}
    assert set(library.catalogue.services) == {"databases"}
    assert set(library.digests) == {"runbook/lost", "scenario/day"}
    assert lint([tmp_path]) == ()


def test_several_roots_and_no_roots(tmp_path: Path) -> None:
    """Roots add up, a root named twice counts once, and no root at all is an empty library."""
    one, two = shelf(tmp_path / "one", services=CATALOGUE), shelf(tmp_path / "two", lost=RUNBOOK)
    assert set(load_library([one, two, one]).runbooks) == {"lost"}
    assert load_library([]) == Library()


def test_the_digest_follows_the_text(tmp_path: Path) -> None:
    """A change of one letter of a file changes its digest; nothing else does."""
    before = load_library([shelf(tmp_path, lost=RUNBOOK)]).digests["runbook/lost"]
    assert load_library([tmp_path]).digests["runbook/lost"] == before
    after = load_library([shelf(tmp_path, lost=RUNBOOK + "# a remark\n")]).digests["runbook/lost"]
    assert after != before


@pytest.mark.parametrize(
    ("mistake", "expected"),
    [
        (
            {"lost": RUNBOOK.replace("[databases]", "[datbases]")},
            "lost.yaml:5:1: 'datbases' is not a service of the catalogue; did you mean `databases`?",
        ),
        (
            {"lost": RUNBOOK + "    relies_on: [mail]\n"},
            "lost.yaml:14:5: 'mail' is not a service of the catalogue",
        ),
        (
            {"lost": RUNBOOK.replace("databases/east", "databases/eats")},
            "lost.yaml:10:5: 'databases/eats' is not an endpoint of the catalogue; did you mean `databases/east`?",
        ),
        (
            {"lost": RUNBOOK.replace("databases/east", "databases/east-tcp")},
            "lost.yaml:10:5: `http` looks at a URL, but 'databases/east-tcp' leads to 'db-east.example.org:5432'",
        ),
        (
            {"lost": RUNBOOK.replace("http:", "tcp:")},
            "lost.yaml:10:5: `tcp` looks at `host:port`, but 'databases/east' leads to 'https://db-east.example.org/'",
        ),
        (
            {"day": SCENARIO.replace("services: [databases]", "services: [web]")},
            "day.yaml:12:7: 'web' is not a service of the catalogue",
        ),
        (
            {"day": SCENARIO.replace("target: databases/east", "target: databases")},
            "day.yaml:14:7: 'databases' is not an endpoint of the catalogue; did you mean `databases/east`?",
        ),
        (
            {"day": SCENARIO.replace("lost/look", "los/look")},
            "day.yaml:20:5: `step_done` names the runbook 'los', which is not there; did you mean `lost`?",
        ),
        (
            {"day": SCENARIO.replace("lost/look", "lost/lok")},
            "day.yaml:20:5: `step_done` names 'lost/lok', but that runbook has no such step; did you mean `look`?",
        ),
        (
            {"day": SCENARIO.replace("step_done: lost/look", "answered: lost/look/hold")},
            "day.yaml:20:5: `answered` waits for 'hold' at 'lost/look', which never comes; it is answered 'holds', 'fails'; did you mean `holds`?",
        ),
        (
            {
                "lost": RUNBOOK + "  - id: tell\n    title: Tell\n    do: Tell them.\n",
                "day": SCENARIO.replace("step_done: lost/look", "check_green: lost/tell"),
            },
            "day.yaml:20:5: `check_green` names 'lost/tell', which is a `do` and no check",
        ),
        (
            {"zz": RUNBOOK},
            "zz.yaml:2:1: the runbook 'lost' is in {folder}/lost.yaml too; give one of them another name",
        ),
        (
            {"zz": CATALOGUE},
            "zz.yaml:4:5: the service 'databases' is in {folder}/services.yaml too; give one of them another name",
        ),
        (
            {"zz": "hello\n"},
            "zz.yaml:1:1: the file holds no keys; begin with `runbook: 1`, `scenario: 1`, `catalogue: 1` or `allowed: 1`",
        ),
    ],
)
def test_what_one_file_says_about_another(tmp_path: Path, mistake: dict[str, str], expected: str) -> None:
    """A name of something that is in no file is a problem on the line that names it."""
    shelf(tmp_path, services=CATALOGUE, lost=RUNBOOK, day=SCENARIO)
    shelf(tmp_path, **mistake)
    assert said(tmp_path) == [expected.format(folder=tmp_path)]


def test_every_file_is_complained_about_at_once(tmp_path: Path) -> None:
    """One broken file does not hide the problems of the next, and is not mistaken for a missing one."""
    shelf(tmp_path, services="catalogue: [", lost=RUNBOOK.replace("Lost", "1"), day=SCENARIO.replace("T+0m", "0m"))
    assert [each.split(":")[0] for each in said(tmp_path)] == ["day.yaml", "lost.yaml", "services.yaml"]


def test_a_single_file_is_linted_without_its_neighbours(tmp_path: Path) -> None:
    """Without a catalogue nothing is said about services: the file given is all there is to judge."""
    shelf(tmp_path, lost=RUNBOOK, day=SCENARIO)
    assert lint([tmp_path / "lost.yaml"]) == ()
    assert lint([tmp_path / "day.yaml"]) == ()


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    """A missing file, and one that is not UTF-8, are problems like others."""
    (tmp_path / "latin.yaml").write_bytes(b"runbook: 1\nid: caf\xe9\n")
    latin, missing = lint([tmp_path / "latin.yaml", tmp_path / "none.yaml"])
    assert (latin.line, latin.column, latin.sentence) == (2, 8, "this is not UTF-8")
    assert missing.sentence == "the file cannot be read: No such file or directory"


def test_a_huge_file_is_not_read_whole(tmp_path: Path) -> None:
    """A file over the limit is refused, also when the limit cuts a character in two."""
    (tmp_path / "huge.yaml").write_bytes("é".encode() * 200_000)
    (problem,) = lint([tmp_path])
    assert problem.sentence == "the file is larger than 256 KiB"


def test_hidden_folders_and_other_files_are_left_alone(tmp_path: Path) -> None:
    """Only YAML files count, and nothing below a folder whose name begins with a dot."""
    shelf(tmp_path, **{".github__workflow": "on: push\n", "lost": RUNBOOK})
    (tmp_path / "README.md").write_text("not: [yaml")
    (tmp_path / "more.yml").write_text(CATALOGUE)
    assert lint([tmp_path]) == ()
    assert set(load_library([tmp_path]).catalogue.services) == {"databases"}
