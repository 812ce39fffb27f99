"""That nothing can be added without a word in the documentation, and nothing in it can rot unnoticed."""

import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml

from scripts.reference import command_line
from tests.docs.pages import DOCS, PAGES, ROOT, Block, anchors, blocks, headings, links, text
from warroom.alerts import SOURCES
from warroom.checks import LOOKS
from warroom.core import breakable, injects, steps
from warroom.core.events import vocabulary
from warroom.core.when import CONDITIONS
from warroom.definitions.lint import lint
from warroom.exporters import EXPORTERS
from warroom.faults import DRIVERS
from warroom.settings import Settings
from warroom.slack.slash import WORDS
from warroom.workspace import Workspace
from warroom.workspace.faults import ORDERS
from warroom.workspace.methods import METHODS

TIMINGS = ("at", "after", "when", "by_hand")
ALERTMANAGERS = "# alertmanager.yml"  # how an example begins that is a file of another program
EXAMPLES = [
    block for page in PAGES for block in blocks(page, "yaml", "yml") if not block.text.startswith(ALERTMANAGERS)
]


@pytest.mark.parametrize(
    ("page", "wanted"),
    [
        ("runbooks.md", steps.KINDS),
        ("scenarios.md", injects.KINDS),
        ("scenarios.md", TIMINGS),
        ("checks.md", LOOKS),
        ("alerts.md", SOURCES),
        ("faults.md", DRIVERS),
        ("exports.md", EXPORTERS),
        ("reference/events.md", vocabulary()),
        ("reference/commands.md", [f"warroom {words}" for words, _ in command_line()]),
    ],
)
def test_everything_has_its_heading(page: str, wanted: Iterable[str]) -> None:
    """Each kind of step, inject, timing, check, source, fault and exporter, each event and command has a heading."""
    assert sorted(set(wanted) - headings(page)) == []


@pytest.mark.parametrize(
    ("page", "wanted"),
    [
        ("scenarios.md", CONDITIONS),
        ("reference/settings.md", [f"WARROOM_{name.upper()}" for name in Settings.model_fields]),
        ("reference/chat.md", [word.usage.split()[0] for word in WORDS.values()]),
        ("reference/workspace.md", ORDERS),
        ("reference/workspace.md", METHODS),
    ],
)
def test_everything_has_its_row(page: str, wanted: Iterable[str]) -> None:
    """Each condition, setting and word of the chat has a row in its table."""
    rows = {found[1] for found in re.finditer(r"^\| `([\w.]+)", text(page), re.MULTILINE)}
    assert sorted(set(wanted) - rows) == []


def test_every_request_to_the_workspace_has_its_row() -> None:
    """Each address under /local/ of the local workspace has a row in its page, and no row stands there without one."""
    rows = set(re.findall(r"^\| `((?:GET|POST) /local/[\w/-]+)`", text("workspace.md"), re.MULTILINE))
    assert rows == set(Workspace().local_requests())


def test_the_reference_is_what_the_code_says() -> None:
    """The generated pages are up to date; when this fails, run scripts/reference.py."""
    script = [sys.executable, str(ROOT / "scripts" / "reference.py"), "--check"]
    checked = subprocess.run(script, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout.strip()) == (0, "up to date")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link and picture of a page is there, and so is the heading it names."""
    broken = [link for link in links(page) if "://" not in link and not _leads(page, link)]
    assert broken == []


def _leads(page: Path, link: str) -> bool:
    path, _, fragment = link.partition("#")
    there = (page.parent / path).resolve() if path else page
    return there.exists() and (not fragment or fragment in anchors(there))


def test_every_page_is_found_from_the_index() -> None:
    """No page is an orphan: the index leads to each of them."""
    led_to = {(DOCS / link.partition("#")[0]).resolve() for link in links(DOCS / "index.md") if "://" not in link}
    assert {page for page in PAGES if DOCS in page.parents} - led_to == {DOCS / "index.md"}


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_examples_in_yaml_are_right(example: Block, tmp_path: Path) -> None:
    """What a page shows as YAML is read by warroom without a complaint, be it a whole file or a piece of one."""
    file = tmp_path / "example.yaml"
    file.write_text(_whole(example.text), encoding="utf-8")
    assert [str(problem) for problem in lint([file])] == []


def _whole(example: str) -> str:
    """The example as a file: pieces are put where they belong, beside what they refer to."""
    piece = yaml.safe_load(example)
    if isinstance(piece, dict):
        first = next(iter(piece))
        if first in ("runbook", "scenario", "catalogue", "allowed"):
            return example
        if first in breakable.KINDS:
            return _listed(first, piece)
        if first in PARTS:
            return _around([], dict(piece))
        one = {"id": "example", "title": "An example", **piece}
        return _around([{**one, "announce": "News."} if first in TIMINGS else {**one, "who": "scribe"}])
    return _around(piece)


def _listed(driver: str, piece: dict[str, object]) -> str:
    """A driver's fields, in an entry of the allow-list."""
    entry = {"target": "t", **piece, "modes": list(breakable.MODES[driver]), "owners": ["U1"]}
    return yaml.safe_dump({"allowed": 1, "breakable": [{**entry, "healthy": {"tcp": {"target": "t/t"}}}]})


# Parts of a scenario that are shown by themselves.
PARTS = ("teams", "story", "environments", "go", "ends", "deck", "steady_state", "stop_conditions", "murphy")


def _around(parts: list[dict[str, object]], beside: dict[str, object] | None = None) -> str:
    kinds = {key for part in parts for key in part}
    if kinds & set(steps.KINDS) and not kinds & set(TIMINGS):  # `announce` is a kind of step and of inject
        named = sorted(set(re.findall(r"<([a-z-]+)>", yaml.safe_dump(parts))))  # values that the whole runbook asks for
        around = {"runbook": 1, "id": "r", "title": "R", "owner": "us", "values": [{"value": each} for each in named]}
        return yaml.safe_dump({**around, "steps": parts}, sort_keys=False)
    opened = {"title": "Databases lost", "severity": "SEV1"}
    lost: dict[str, object] = {"id": "databases-lost", "title": "Lost", "at": "T+0m", "announce": "Gone."}
    lost["incident"] = opened
    after = {"id": "commander", "what": "Command", "after": "databases-lost", "within": "5m"}
    expectation = {**after, "met_by": {"commander_named": True}, **({"objective": 1} if kinds & {"judged"} else {})}
    expected = kinds & {"met_by", "judged"}
    injected = [] if expected else parts
    if not any(part["id"] == "databases-lost" for part in injected):
        injected = [lost, *injected]
    scenario = {
        "scenario": 1,
        "id": "s",
        "title": "S",
        "briefing": "Begin.",
        "objectives": ["Command", "A voice"] if expected else [],
        "actors": {"manager": {"name": "Theo Brandt"}, "support": {"name": "Marisol Vega"}},
        "injects": injected,
        "expectations": [expectation, *(parts if expected else [])],
        **(beside or {}),
    }
    if beside and "teams" in beside:
        told: list[dict[str, object]] = [
            {"id": f"to-{team}", "title": "News", "at": "T+1m", "announce": "News.", "to": [team]}
            for team in ("data", "front")
        ]
        scenario["injects"] = [*injected, *told]
    return yaml.safe_dump(scenario, sort_keys=False)


def test_examples_are_really_looked_at(tmp_path: Path) -> None:
    """A mistake in an example would be found."""
    file = tmp_path / "example.yaml"
    file.write_text(
        _whole("- id: wrong\n  title: Wrong\n  at: T+1m\n  announce: No.\n  color: red\n"), encoding="utf-8"
    )
    assert ["color" in str(problem) for problem in lint([file])] == [True]
    assert len(EXAMPLES) > 15


def test_no_page_names_a_place_of_one_machine() -> None:
    """The pages name no folder that only exists where they were written."""
    private = re.compile(r"/(?:work|farm|root)/")
    assert [page.name for page in PAGES if private.search(page.read_text(encoding="utf-8"))] == []
