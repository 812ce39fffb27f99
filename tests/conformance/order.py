"""Checks what holds between lines: ts grow, ids do not come again, no secret was written down."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.conformance.findings import Findings
from tests.conformance.record import Doc, Recording
from warroom.workspace.recording import HIDDEN

_POSTS = {"chat.postMessage": "ts", "chat.postEphemeral": "message_ts", "chat.meMessage": "ts"}
# Each begins with what is looked for at once, or is looked for at every letter: the recordings are a hundred megabytes.
_TOKEN = re.compile(r"x(?<!\wx)(?:ox[a-z]|app)-(?!\[)[\w-]+")
_LONG_HEX = re.compile(r"[0-9a-f]{24,}")
_SECRET_NAMES = ("token", "app_token", "bot_token", "signing_secret", "client_secret")
_TS = re.compile(r"\d{10}\.\d{6}")


@dataclass
class Order:
    """`seen_envelopes` and `seen_events` go on from recording to recording: ids are for ever."""

    findings: Findings
    seen_envelopes: set[str] = field(default_factory=set)
    seen_events: set[tuple[str, str]] = field(default_factory=set)

    def check(self, recording: Recording) -> None:
        duplicated = {line["event_id"] for line in recording.lines if line["kind"] == "fault"}
        latest: dict[tuple[str, str], str] = {}
        told: dict[tuple[str, str, str], str] = {}
        for line in recording.lines:
            if line["kind"] == "call":
                self._check_ts(line, latest)
            elif line["kind"] == "frame" and line["direction"] == "out" and "envelope_id" in line["frame"]:
                self._check_envelope(line["frame"])
                if line["frame"]["type"] == "events_api":
                    attempt = int(line["frame"].get("retry_attempt") or 0)
                    self._check_event(line["app_id"], line["frame"]["payload"], attempt, duplicated)
                    self._check_told(line["app_id"], line["frame"]["payload"], told)
        self._check_secrets(recording)

    def _check_ts(self, line: Doc, latest: dict[tuple[str, str], str]) -> None:
        """Messages that a call made are in the order of the calls; those of a call that only pretended are not made."""
        response, field_ = line.get("response"), _POSTS.get(line["method"])
        if field_ is None or not isinstance(response, dict) or not response.get("ok") or line.get("fault"):
            return
        ts = str(response.get(field_))
        place = (line["app_id"], str(response.get("channel") or line["request"].get("channel")))
        if not _TS.fullmatch(ts):
            self.findings.add("order.ts", line["method"], "not a ts", response)
        elif ts <= latest.get(place, ""):
            self.findings.add("order.ts", line["method"], "does not grow", [latest[place], ts])
        latest[place] = ts

    def _check_envelope(self, frame: Doc) -> None:
        id_ = str(frame["envelope_id"])
        if id_ in self.seen_envelopes:
            self.findings.add("order.envelope_id", str(frame.get("type")), "was used before", id_)
        self.seen_envelopes.add(id_)

    def _check_event(self, app_id: str, payload: Doc, attempt: int, duplicated: set[str]) -> None:
        id_ = str(payload.get("event_id"))
        if (app_id, id_) in self.seen_events and not attempt and id_ not in duplicated:
            self.findings.add("order.event_id", str(payload.get("event", {}).get("type")), "came before", payload)
        self.seen_events.add((app_id, id_))

    def _check_told(self, app_id: str, payload: Doc, told: dict[tuple[str, str, str], str]) -> None:
        """No two messages of a channel have the same ts."""
        event = payload.get("event", {})
        if event.get("type") != "message" or event.get("hidden"):
            return
        place, id_ = (app_id, str(event.get("channel")), str(event.get("ts"))), str(payload.get("event_id"))
        if told.setdefault(place, id_) != id_:
            self.findings.add("order.ts", "event message", "two messages of the same ts", payload)

    def _check_secrets(self, recording: Recording) -> None:
        secrets = {secret for line in recording.lines if line["kind"] == "app" for secret in line.get("secrets", ())}
        for token in set(_TOKEN.findall(recording.text)):
            self.findings.add("secret.token", recording.name, "a token", f"{token[:8]}…")
        for text in {each for name in _SECRET_NAMES for each in _named(name, recording.text)}:
            if HIDDEN not in text:
                self.findings.add("secret.token", recording.name, "a token by its name", f"{text[:4]}…")
        for text in set(_LONG_HEX.findall(recording.text)):
            if len(text) <= 64 and hashlib.sha256(text.encode()).hexdigest() in secrets:
                self.findings.add("secret.known", recording.name, "a secret of an app", f"{text[:4]}…")


def _named(name: str, text: str) -> Iterator[str]:
    """What stands under this name."""
    return (found[1] for found in re.finditer(f'"{name}": "([^"]+)"', text)) if f'"{name}": "' in text else iter(())
