"""What a drill shows of each cell: the verdict, and the number that Murphy learns from."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import many
from warroom.definitions.loader import read_runbook, read_scenario
from warroom.report.cells import CellOutcome, Verdict, cells
from warroom.testing import Table

SCENARIO = read_scenario(
    """\
scenario: 1
id: one
title: One
briefing: You run one database.
injects:
  - {id: gone, title: Gone, at: T+1m, announce: Gone., incident: {title: Gone, severity: SEV1, services: [db, web], failure_modes: [lost, slow]}}
  - {id: odd, title: Odd, by_hand: true, announce: Odd., incident: {title: Odd, severity: SEV3}}
  - {id: nudge, title: N, by_hand: true, hint: {about: gone, level: nudge, says: Look.}}
  - {id: pointer, title: P, by_hand: true, hint: {about: gone, level: pointer, says: Look there.}}
  - {id: answer, title: A, by_hand: true, hint: {about: gone, level: answer, says: Do it.}}
expectations:
  - {id: told, what: People are told, after: gone, within: 10m, met_by: {update_posted: yes}}
  - {id: over, what: It works again, within: 12m, met_by: {resolved: gone}}
""",
    "one.yaml",
)
RUNBOOK = read_runbook(
    "runbook: 1\nid: lost\ntitle: Lost\nsteps:\n  - {id: look, title: Look, do: Look.}\n  - {id: fix, title: Fix, do: Fix.}\n",
    "lost.yaml",
)
TOLD = ("ana: update We are at it",)
WALKED = ("ana: acknowledge I1", "ana: walk I1 lost", "ana: done R1/look", "ana: done R1/fix")


def played(*lines: str) -> CellOutcome:
    """The cell of the database after this game."""
    table = Table([SCENARIO], [RUNBOOK])
    for line in ("harriet: start one with ana, ben", "+2m", *lines, "+1s", "harriet: end"):
        answers = table.say(line)
        assert not [each for each in answers if each.startswith("!")], (line, answers)
    [cell] = cells(table.entries)
    return cell


@pytest.mark.parametrize(
    ("lines", "outcome", "verdict", "why"),
    [
        ((), 0.0, Verdict.NOT_FINISHED, "It was declared and no more"),
        (("ana: acknowledge I1",), 0.3, Verdict.NOT_FINISHED, "It was acknowledged and no more"),
        (("ana: acknowledge I1", "ana: mitigate I1"), 0.6, Verdict.NOT_FINISHED, "It was mitigated and no more"),
        (("ana: acknowledge I1", "ana: mark I1 restored"), 0.6, Verdict.NOT_FINISHED, "It was acknowledged"),
        ((*TOLD, *WALKED, "ana: resolve I1"), 1.0, Verdict.PASSED, "“Lost” was walked to its end"),
        ((*TOLD, "ana: resolve I1"), 1.0, Verdict.WITHOUT_RUNBOOK, "no runbook was walked"),
        (
            (*TOLD, "ana: blank I1 Gone", "ana: finish R1", "ana: resolve I1"),
            1.0,
            Verdict.WITHOUT_RUNBOOK,
            "no runbook",
        ),
        ((*TOLD, *WALKED[:3], "ana: resolve I1"), 1.0, Verdict.NOT_PASSED, "No runbook was walked to its end"),
        (
            (*TOLD, *WALKED[:2], "ana: flag R1/look wrong old", *WALKED[2:], "ana: resolve I1"),
            1.0,
            Verdict.NOT_PASSED,
            "“Look” is wrong",
        ),
        (
            (*TOLD, *WALKED[:2], "ana: flag R1/look unclear", *WALKED[2:], "ana: resolve I1"),
            1.0,
            Verdict.PASSED,
            "Lost",
        ),
        (("+9m 30s", *WALKED, "ana: resolve I1"), 0.8, Verdict.NOT_PASSED, "One expectation was missed"),
        ((*TOLD, "+11m", *WALKED, "ana: resolve I1"), 0.9, Verdict.PASSED, "walked to its end"),
        (
            (*TOLD, *WALKED, *["harriet: hint gone"] * 3, "ana: resolve I1"),
            0.65,
            Verdict.PASSED,
            "Three hints were given.",
        ),
        (("+15m", *["harriet: hint gone"] * 3), 0.0, Verdict.NOT_FINISHED, "Three hints"),
    ],
)
def test_r10_r11_the_verdict_and_its_arithmetic(
    lines: tuple[str, ...], outcome: float, verdict: Verdict, why: str
) -> None:
    """Passed only with a finished, faultless runbook and nothing missed; without a runbook it is a verdict of its own."""
    cell = played(*lines)
    assert (cell.outcome, cell.verdict) == (outcome, verdict)
    assert why in cell.why
    assert (cell.service, cell.mode, cell.inject) == ("db", "lost", "gone")


def test_an_incident_of_no_service_is_no_cell() -> None:
    """Only what names a service is counted as one."""
    table = Table([SCENARIO], [RUNBOOK])
    for line in ("harriet: start one with ana", "harriet: play odd", "ana: acknowledge I1"):
        table.say(line)
    assert cells(table.entries) == ()


DEEDS = ("ana: acknowledge I1", "ana: mitigate I1", "ana: resolve I1", "ana: mark I1 restored", *TOLD, *WALKED[1:])


@settings(max_examples=many(25), deadline=None)
@given(deeds=st.lists(st.sampled_from(DEEDS), max_size=8), hints=st.integers(0, 3), wait=st.integers(0, 20))
def test_help_and_delay_never_make_an_outcome_better(deeds: list[str], hints: int, wait: int) -> None:
    """The number is from 0 to 1 whatever is played; with hints, or later, it is not greater."""
    best = quietly(deeds, hints=0, wait=0)
    helped, late = quietly(deeds, hints=hints, wait=0), quietly(deeds, hints=0, wait=wait)
    assert 0 <= helped.outcome <= best.outcome <= 1
    assert late.outcome <= best.outcome
    assert (best.verdict is Verdict.PASSED) <= (best.outcome >= 0.8)


def quietly(deeds: list[str], *, hints: int, wait: int) -> CellOutcome:
    """The cell after these deeds, of which some may be refused."""
    table = Table([SCENARIO], [RUNBOOK])
    for line in ("harriet: start one with ana, ben", "+2m"):
        table.say(line)
    table.wait(timedelta(minutes=wait))
    for line in ("harriet: hint gone",) * hints:
        table.say(line)
    for line in deeds:
        if "R1" not in line or "R1" in table.room.runs:
            table.say(line)
    [cell] = cells(table.entries)
    return cell
