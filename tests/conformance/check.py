"""All checks over all recordings, and what is said about them."""

import re
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from tests.conformance.allowed import ALLOWED, Allowed
from tests.conformance.calls import check_call
from tests.conformance.deliveries import Deliveries
from tests.conformance.findings import Findings, Violation
from tests.conformance.order import Order
from tests.conformance.record import Recording, read_folder
from tests.conformance.responses import check_response

_SHOWN = 20
_MANY = 50  # recordings; fewer are checked sooner than a process has started


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What was found that is not allowed, what was allowed, and which entries of the allow-list were of no use."""

    findings: Findings
    violations: list[Violation]
    allowed: dict[Allowed, int]
    unused: list[Allowed]

    def summary(self) -> str:
        seen, kinds = self.findings.seen, self.findings.kinds
        if not seen["calls"]:
            return ""
        said = [f"{seen['calls']:,} calls of {len(kinds['calls'])} methods"]
        for what in ("views and messages with blocks", "events", "interactions"):
            of = f" of {len(kinds[what])} types" if what in kinds else ""
            said.append(f"{seen[what]:,} {what}{of}")
        allowed = sum(self.allowed.values())
        found = sum(self.findings.counts[violation] for violation in self.violations)
        return (
            f"conformance: {', '.join(said)}: {found:,} violations "
            f"(allowed: {allowed:,} by {len(self.allowed)} entries of tests/conformance/allowed.py)"
        )

    def details(self) -> list[str]:
        """The first violations with how often and an example each."""
        lines = []
        for violation in self.violations[:_SHOWN]:
            lines.append(f"{violation} ({self.findings.counts[violation]} times)")
            lines.append(f"    {self.findings.evidence[violation]}")
        if len(self.violations) > _SHOWN:
            lines.append(f"... and {len(self.violations) - _SHOWN} more kinds of violation")
        return lines


def check_folder(folder: Path) -> Verdict:
    """Of a whole run's recordings another process checks line by line, while this one checks what holds between lines."""
    if len(list(folder.glob("*.jsonl"))) < _MANY:
        return check(read_folder(folder))
    with ProcessPoolExecutor(1, get_context("spawn")) as beside:
        lines = beside.submit(by_line, folder)
        findings = _between_lines(read_folder(folder), Findings())
        findings.add_those_of(lines.result())
    return _judge(findings, ALLOWED)


def check(recordings: Iterable[Recording], allow: Iterable[Allowed] = ALLOWED) -> Verdict:
    recordings, findings = list(recordings), Findings()
    for recording in recordings:
        _check_lines(recording, findings)
    return _judge(_between_lines(recordings, findings), tuple(allow))


def by_line(folder: Path) -> Findings:
    """What each line of the recordings shows by itself."""
    findings = Findings()
    for recording in read_folder(folder):
        _check_lines(recording, findings)
    return findings


def _between_lines(recordings: Iterable[Recording], findings: Findings) -> Findings:
    order = Order(findings)
    for recording in recordings:
        order.check(recording)
    return findings


def _check_lines(recording: Recording, findings: Findings) -> None:
    deliveries = Deliveries(findings)
    for line in recording.lines:
        match line["kind"]:
            case "app":
                deliveries.apps[line["app_id"]] = line
            case "call":
                check_call(line, findings)
            case "frame":
                deliveries.check_frame(line)
            case "post":
                deliveries.check_post(line)
            case "response_url":
                check_response(line, findings)
            case "upload" | "fault":
                pass
            case other:
                findings.add("record.kind", str(other), "not a kind of line", line)


def _judge(findings: Findings, allow: tuple[Allowed, ...]) -> Verdict:
    used: dict[Allowed, int] = {}
    left = []
    for violation, count in findings.counts.items():
        entry = next((each for each in allow if _covers(each, violation)), None)
        if entry is None:
            left.append(violation)
        else:
            used[entry] = used.get(entry, 0) + count
    return Verdict(
        findings=findings, violations=left, allowed=used, unused=[entry for entry in allow if entry not in used]
    )


def _covers(entry: Allowed, violation: Violation) -> bool:
    return (
        entry.rule == violation.rule
        and re.fullmatch(entry.where, violation.where) is not None
        and re.fullmatch(entry.what, violation.what, re.DOTALL) is not None
    )
