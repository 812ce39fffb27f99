"""What real game days needed, R1 to R32, and where each is shown to be there.

R26 and R27 (the programme over many drills, action items) come later; what they will need is kept: `report.cells`.
"""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent
LATER = {"R26", "R27"}

# A transcript by its name in `requirements/`, or a test, or a law that tests watch, as `file::name`.
SHOWN: dict[str, tuple[str, ...]] = {
    "R1": ("r01-two-channels", "core/laws.py::NothingHiddenIsSaid", "e2e/test_secrecy.py::test_"),
    "R2": ("r02-off-plan",),
    "R3": ("r03-no-duff", "e2e/test_game_day.py::test_no_duff_stops_it_everywhere"),
    "R4": (
        "slack_cards/test_rooms.py::test_every_message_says_first_whether_it_is_an_exercise",
        "slack_cards/test_hostile.py::law",
    ),
    "R5": ("r05-announced",),
    "R6": ("r06-actors",),
    "R7": ("r07-predictions", "report/test_gameday.py::test_r7_predictions_stand_beside_what_happened"),
    "R8": ("r08-moments", "report/test_gameday.py::test_r8_the_moments_of_an_incident_are_timed_from_the_injection"),
    "R9": ("r09-hands-off",),
    "R10": ("report/test_cells.py::test_r10_r11_the_verdict_and_its_arithmetic",),
    "R11": ("report/test_cells.py::test_r10_r11_the_verdict_and_its_arithmetic",),
    "R12": ("r12-sideline", "core/laws.py::WhoIsOutDoesNotAct"),
    "R13": ("r13-parts", "core/laws.py::EverybodyHasOnePart"),
    "R14": (
        "core/test_scheduled_start.py::test_nothing_real_without_an_approval",
        "r14-approval",
        "r14-approved",
        "r14-two-people",
        "core/laws.py::NothingRealIsBrokenWithoutApproval",
    ),
    "R15": ("r15-preflight",),
    "R16": ("r16-stop-conditions",),
    "R17": (
        "faults/test_matrix.py::test_ended_at_the_worst_moments",
        "e2e/test_game_day.py::test_something_real_is_taken_away_and_given_back",
    ),
    "R18": (
        "faults/test_watchdog.py::test_undone_when_the_bot_is_gone",
        "faults/test_watchdog.py::test_no_watchdog_no_fault",
    ),
    "R19": ("r19-stages",),
    "R20": ("r20-clock", "r20-late"),
    "R21": ("r21-contingency",),
    "R22": ("r22-hints", "r06-actors"),
    "R23": ("r23-too-easy", "core/murphy/test_pacing.py::test_"),
    "R24": (
        "r24-wheel",
        "core/test_wheel.py::test_everybody_directs_equally_often",
        "e2e/test_wheel.py::test_half_an_hour_with_no_preparation",
        "runtime/test_scheduling.py::test_every_week_another_directs",
    ),
    "R25": ("r25-surprise", "runtime/test_scheduling.py::test_unannounced_only_who_directs_it_knows"),
    "R28": ("report/test_gameday.py::test_r28_what_is_told_names_nobody",),
    "R29": ("r29-same-tools", "r29-same-tools-real"),
    "R30": ("report/test_gameday.py::test_r30_the_report_says_what_the_game_was_made_of",),
    "R31": ("exchange/test_incidents.py::test_a_room_becomes_a_skeleton",),
    "R32": ("report/test_gameday.py::test_r32_everything_hidden_is_revealed_after_the_end_and_not_before",),
}


@pytest.mark.parametrize("requirement", [f"R{number}" for number in range(1, 33) if f"R{number}" not in LATER])
def test_every_requirement_is_shown(requirement: str) -> None:
    """Each has a transcript or a test, and it is still there."""
    assert SHOWN[requirement]
    for place in SHOWN[requirement]:
        file, _, name = place.partition("::")
        if not name:
            assert (TESTS / "games" / "requirements" / f"{file}.txt").exists(), place
        else:
            assert re.search(rf"(?:def|class) {name}", (TESTS / file).read_text(encoding="utf-8")), place


def test_every_transcript_of_a_requirement_is_listed() -> None:
    """No transcript is forgotten, and each says first which requirement it shows."""
    listed = {place for places in SHOWN.values() for place in places if "::" not in place}
    transcripts = {each.stem: each for each in (TESTS / "games" / "requirements").glob("*.txt")}
    assert set(transcripts) <= listed
    for name, file in transcripts.items():
        number = int(name[1:3])
        assert file.read_text(encoding="utf-8").startswith(f"R{number}: ")
