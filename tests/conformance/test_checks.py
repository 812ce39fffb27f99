"""The checks find what is wrong: each violation is planted in a recording that is clean without it."""

import copy
import json
from pathlib import Path

import pytest

from tests.conformance.allowed import ALLOWED, Allowed
from tests.conformance.check import check
from tests.conformance.findings import Violation
from tests.conformance.plants import (
    PLANTS,
    PLANTS_OVER_HTTP,
    Lines,
    Planter,
    call_in,
    event_in,
    frames_in,
    repeated_event,
    unknown_argument,
)
from tests.conformance.record import Recording, read_text
from tests.conformance.session import record_session


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> list[Recording]:
    """The scene over Socket Mode, and the one over HTTP."""
    return record_session(tmp_path_factory.mktemp("recorded"))[0]


def _written(lines: Lines, name: str = "1-1.jsonl") -> Recording:
    return read_text(name, "".join(json.dumps(line) + "\n" for line in lines))


def test_a_clean_recording_has_no_violations(clean: list[Recording]) -> None:
    """What a faithful workspace and a correct app said to each other is found to be right, and all of it was looked at."""
    verdict = check(clean)
    assert verdict.violations == [], "\n".join(verdict.details())
    seen = verdict.findings.seen
    assert min(seen[what] for what in ("calls", "events", "interactions", "frames", "answers", "response URLs")) > 0
    assert seen["requests to request URLs"] > 3
    assert verdict.findings.kinds["interactions"] == {
        "block_actions",
        "block_suggestion",
        "shortcut",
        "slash_command",
        "view_closed",
        "view_submission",
    }


@pytest.mark.parametrize(("plant", "rule", "where", "what"), PLANTS, ids=[plant.__name__ for plant, *_ in PLANTS])
def test_a_planted_violation_is_found(clean: list[Recording], plant: Planter, rule: str, where: str, what: str) -> None:
    """Each departure is found in an otherwise clean recording, under its own name."""
    lines = copy.deepcopy(clean[0].lines)
    plant(lines)
    verdict = check([_written(lines)])
    assert Violation(rule=rule, where=where, what=what) in verdict.violations, "\n".join(verdict.details())


@pytest.mark.parametrize(
    ("plant", "rule", "what"),
    PLANTS_OVER_HTTP,
    ids=[plant.__name__ for plant, *_ in PLANTS_OVER_HTTP],
)
def test_a_violation_over_http_is_found(clean: list[Recording], plant: Planter, rule: str, what: str) -> None:
    """Requests to request URLs are checked as frames are, with their headers and encodings."""
    lines = copy.deepcopy(clean[1].lines)
    plant(lines)
    found = {(violation.rule, violation.what) for violation in check([_written(lines)]).violations}
    assert (rule, what) in found


def test_ids_do_not_come_again_in_another_recording(clean: list[Recording]) -> None:
    """Envelopes and events are unique across workspaces and restarts; an event may come again as a retry."""
    rules = {violation.rule for violation in check([clean[0], clean[0]]).violations}
    assert rules == {"order.envelope_id", "order.event_id"}
    lines = copy.deepcopy(clean[0].lines)
    for number, frame in enumerate(
        frames_in(lines, "events_api") + frames_in(lines, "interactive") + frames_in(lines, "slash_commands")
    ):
        frame["envelope_id"] = f"other-{number}"
        if frame["type"] == "events_api":
            frame["retry_attempt"], frame["retry_reason"] = 1, "timeout"
    rules = {violation.rule for violation in check([clean[0], _written(lines)]).violations}
    assert rules == {"ack.unknown"}  # of the acknowledgements, whose envelopes were renamed


def test_a_duplicate_that_was_ordered_is_no_violation(clean: list[Recording]) -> None:
    """An event that a fault doubled may come twice, and only that one."""
    lines = copy.deepcopy(clean[0].lines)
    repeated_event(lines)
    id_ = event_in(lines, "message")["event_id"]
    lines.insert(0, {"kind": "fault", "what": "duplicate_events", "event_id": id_})
    assert "order.event_id" not in {violation.rule for violation in check([_written(lines)]).violations}


def test_a_faulty_reply_is_not_held_against_slacks_shape(clean: list[Recording]) -> None:
    """What a fault answered in the workspace's place is not checked, but a 429 must still say when to come again."""
    lines = copy.deepcopy(clean[0].lines)
    call_in(lines, "chat.update").update({"fault": "answer", "response": "<html>", "status": 502})
    assert check([_written(lines)]).violations == []
    call_in(lines, "chat.update").update({"status": 429})
    assert [violation.rule for violation in check([_written(lines)]).violations] == ["reply.retry_after"]


def test_null_means_absent(clean: list[Recording]) -> None:
    """A null breaks nothing where a field may be absent, and does not stand in for one that may not."""
    lines = copy.deepcopy(clean[0].lines)
    call_in(lines, "conversations.create")["response"]["channel"]["parent_conversation"] = None
    assert check([_written(lines)]).violations == []
    event_in(lines, "reaction_added")["event"]["reaction"] = None
    assert [violation.what for violation in check([_written(lines)]).violations] == [": missing field reaction"]


def test_the_allow_list_covers_what_it_names_and_tells_what_it_does_not_need(clean: list[Recording]) -> None:
    """An entry covers the violations whose whole text it matches, no others; one that covers nothing is told."""
    lines = copy.deepcopy(clean[0].lines)
    unknown_argument(lines)
    entry = Allowed(rule="call.unknown_argument", where="chat\\..*", what="chanel", reason="a test")
    near = Allowed(rule="call.unknown_argument", where="chat", what="chan", reason="a test")
    verdict = check([_written(lines)], (*ALLOWED, near, entry))
    assert verdict.violations == []
    assert verdict.allowed[entry] == 1
    assert near in verdict.unused
    assert [str(violation) for violation in check([_written(lines)], (*ALLOWED, near)).violations] == [
        "call.unknown_argument: chat.postMessage: chanel"
    ]


def test_every_allowance_has_its_own_reason() -> None:
    """An entry says why, and none says the same as another."""
    assert all(len(entry.reason) > 20 for entry in ALLOWED)
    keys = [(entry.rule, entry.where, entry.what) for entry in ALLOWED]
    assert len(keys) == len(set(keys))


def test_the_summary_counts(clean: list[Recording]) -> None:
    """The summary says how much was looked at and how much was found, and details show an example of each kind."""
    lines = copy.deepcopy(clean[0].lines)
    unknown_argument(lines)
    verdict = check([_written(lines)])
    assert f"{sum(line['kind'] == 'call' for line in lines)} calls of 11 methods" in verdict.summary()
    assert ": 1 violations (allowed:" in verdict.summary()
    assert verdict.details()[0] == "call.unknown_argument: chat.postMessage: chanel (1 times)"
    assert '"chanel": "C1"' in verdict.details()[1]
    assert check([]).summary() == ""


def test_a_line_that_was_cut_off_is_left_out(clean: list[Recording], tmp_path: Path) -> None:
    """A process that was killed leaves half a line at most; the rest of its recording is checked."""
    text = clean[0].text
    cut = read_text("1-1.jsonl", text[: len(text) - 20])
    assert len(cut.lines) == len(clean[0].lines) - 1
