"""That the look at lost words would see a loss."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.importing.words import lost
from warroom.core.runbook import Runbook
from warroom.definitions.importing import convert

PAGE = (Path(__file__).parent / "pages" / "QueueBacklogGrowing.md").read_text(encoding="utf-8")


def made() -> Runbook:
    ((runbook, _),) = convert(PAGE, "QueueBacklogGrowing.md")
    return runbook


def test_a_whole_import_has_lost_nothing() -> None:
    """What was imported as it should be has all its words."""
    assert lost(PAGE, [made()]) == []


@pytest.mark.parametrize("gone", range(len(made().steps)))
def test_a_step_that_is_gone_is_seen(gone: int) -> None:
    """Take any one step away, and its words are missed, unless warroom itself asks what it says."""
    runbook = made()
    step = runbook.steps[gone]
    left = replace(runbook, steps=tuple(each for each in runbook.steps if each is not step))
    assert lost(PAGE, [left]) != []


@pytest.mark.parametrize("gone", range(len(made().context)))
def test_context_that_is_gone_is_seen(gone: int) -> None:
    """Take any part of the context away, and its words are missed."""
    runbook = made()
    left = replace(runbook, context=tuple(each for at, each in enumerate(runbook.context) if at != gone))
    assert lost(PAGE, [left]) != []


def test_code_that_is_gone_is_seen() -> None:
    """Take the code of a step away, or what came back, and it is missed."""
    runbook = made()
    first, *rest = runbook.steps
    assert lost(PAGE, [replace(runbook, steps=(replace(first, code=()), *rest))]) != []
    (code,) = first.code
    silent = replace(first, code=(replace(code, output=""),))
    assert lost(PAGE, [replace(runbook, steps=(silent, *rest))]) == ["0/1", "consumer-0", "name", "ready"]


def test_a_word_said_twice_must_be_there_twice() -> None:
    """A paragraph that stands in the source once more than in the runbook is missed."""
    assert lost(PAGE + "\nNothing is lost *yet*.\n", [made()]) == ["is", "lost", "nothing", "yet"]


def test_a_swallowed_placeholder_is_seen() -> None:
    """A `<word>` that a renderer of Markdown would take for HTML is a word."""
    assert lost("Ask <somebody>.", [replace(made(), title="Ask .")]) == ["somebody"]
