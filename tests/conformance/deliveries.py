"""Checks what apps are sent - events, commands, interactions - over Socket Mode and over HTTP, and what they answer."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

from tests.conformance import published
from tests.conformance.answers import check_answer
from tests.conformance.calls import check_message
from tests.conformance.findings import Findings
from tests.conformance.record import Doc, read_line

ACCEPTS_PAYLOAD = {
    "slash_commands": True,
    "view_submission": True,
    "block_suggestion": True,
    "block_actions": True,
    "block_actions in a view": False,
    "shortcut": False,
    "message_action": False,
    "view_closed": False,
}
"""facts 1.2 and 1.3: whether the acknowledgement may carry a payload."""

_ENVELOPE = {"envelope_id", "type", "accepts_response_payload", "payload"}
_RETRIED = {"retry_attempt", "retry_reason"}
_DISCONNECTS = {"warning", "refresh_requested", "link_disabled", "too_many_websockets"}
_REASONS = {"", "timeout", "connection_failed"}
_HTTP_REASONS = {
    "http_timeout",
    "too_many_redirects",
    "connection_failed",
    "ssl_error",
    "http_error",
    "unknown_error",
}
_SUBSCRIPTION = {"channel": "message.channels", "group": "message.groups", "im": "message.im", "mpim": "message.mpim"}


class Deliveries:
    """The deliveries of one recording, with what their apps are allowed at the time."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self.apps: dict[str, Doc] = {}
        self._sent: dict[str, tuple[str, bool]] = {}  # envelope id -> what it is, whether it accepts a payload

    # -- Socket Mode -----------------------------------------------------------------------------------------------------

    def check_frame(self, line: Doc) -> None:
        self._findings.saw("frames")
        frame = line["frame"]
        if line["direction"] == "in":
            self._check_answer(frame)
        elif frame.get("type") in ("hello", "disconnect"):
            self._check_word(frame)
        else:
            self._check_envelope(line["app_id"], frame)

    def _check_word(self, frame: Doc) -> None:
        kind = frame["type"]
        if kind == "hello":
            wanted = {"type", "num_connections", "connection_info", "debug_info"}
            if not isinstance(frame.get("num_connections"), int) or not frame.get("connection_info", {}).get("app_id"):
                self._findings.add("frame.shape", kind, "num_connections or connection_info is not right", frame)
            if not isinstance(frame.get("debug_info", {}).get("approximate_connection_time"), int):
                self._findings.add("frame.shape", kind, "approximate_connection_time is not a number", frame)
        else:
            wanted = {"type", "reason", "debug_info"}
            if frame.get("reason") not in _DISCONNECTS:
                self._findings.add("frame.reason", kind, str(frame.get("reason")), frame)
        self._check_names(kind, frame, wanted)

    def _check_names(self, where: str, frame: Doc, wanted: set[str]) -> None:
        missing = [f"missing field {name}" for name in sorted(wanted - frame.keys())]
        unknown = [f"unknown field {name}" for name in sorted(frame.keys() - wanted)]
        self._findings.add_all("frame.shape", where, missing + unknown, frame)

    def _check_envelope(self, app_id: str, frame: Doc) -> None:
        kind, payload = str(frame.get("type")), frame.get("payload") or {}
        accepts = bool(frame.get("accepts_response_payload"))
        self._sent[str(frame.get("envelope_id"))] = kind, accepts
        self._check_names(kind, frame, _ENVELOPE | (_RETRIED if kind == "events_api" else set()))
        match kind:
            case "events_api":
                if accepts:
                    self._findings.add("frame.accepts", kind, "an event accepts a payload", frame)
                if not isinstance(frame.get("retry_attempt"), int) or frame.get("retry_reason") not in _REASONS:
                    self._findings.add("frame.retry", kind, str(frame.get("retry_reason")), frame)
                self.check_event(app_id, payload)
            case "slash_commands" | "interactive":
                name = self.check_interaction(app_id, kind, payload)
                self._sent[str(frame.get("envelope_id"))] = name, accepts
                if ACCEPTS_PAYLOAD.get(name, accepts) != accepts:
                    self._findings.add("frame.accepts", name, f"accepts_response_payload is {accepts}", frame)
            case _:
                self._findings.add("frame.type", kind, "not a type of envelope", frame)

    def _check_answer(self, frame: Any) -> None:
        if not isinstance(frame, dict) or not isinstance(frame.get("envelope_id"), str):
            self._findings.add("ack.shape", "ack", "no envelope_id", frame)
            return
        id_ = frame["envelope_id"]
        self._findings.add_all(
            "ack.shape", "ack", [f"unknown field {n}" for n in frame if n not in ("envelope_id", "payload")], frame
        )
        if id_ not in self._sent:
            self._findings.add("ack.unknown", "ack", "acknowledges an envelope that was not sent", frame)
            return
        name, accepts = self._sent[id_]
        if frame.get("payload") and not accepts:
            self._findings.add("ack.payload", name, "has a payload that is not accepted", frame)
        else:
            check_answer(name, frame.get("payload"), self._findings)

    # -- HTTP ------------------------------------------------------------------------------------------------------------

    def check_post(self, line: Doc) -> None:
        self._findings.saw("requests to request URLs")
        body, encoding = line["body"], line["encoding"]
        if encoding == "application/json":
            payload = read_line(body)
            match payload.get("type"):
                case "event_callback":
                    self.check_event(line["app_id"], payload)
                case "url_verification":
                    self._check_names("url_verification", payload, {"type", "token", "challenge"})
                case "app_rate_limited":
                    names = {"type", "token", "team_id", "minute_rate_limited", "api_app_id"}
                    self._check_names("app_rate_limited", payload, names)
                case other:
                    self._findings.add("post.type", str(other), "not a type of request", payload)
        elif encoding == "application/x-www-form-urlencoded":
            form = dict(parse_qsl(body, keep_blank_values=True, strict_parsing=True))
            if set(form) == {"payload"}:
                name = self.check_interaction(line["app_id"], "interactive", read_line(form["payload"]))
            else:
                name = self.check_interaction(line["app_id"], "slash_commands", form)
            self._check_body(name, line.get("answer", ""))
        else:
            self._findings.add("post.encoding", encoding, "neither JSON nor a form", body)
        self._check_retry_headers(line["headers"])

    def _check_body(self, name: str, answer: str) -> None:
        """Text that is not JSON is a message's text, which only a command may be answered with."""
        try:
            check_answer(name, read_line(answer) if answer.strip() else None, self._findings)
        except ValueError:
            if name != "slash_commands":
                self._findings.add("answer.shape", name, "not JSON", answer)

    def _check_retry_headers(self, headers: Doc) -> None:
        number, reason = headers.get("X-Slack-Retry-Num"), headers.get("X-Slack-Retry-Reason")
        if (number is None) != (reason is None):
            self._findings.add("post.retry", "headers", "one retry header without the other", headers)
        elif number is not None and (not str(number).isdecimal() or int(number) < 1 or reason not in _HTTP_REASONS):
            self._findings.add("post.retry", "headers", f"{number}, {reason}", headers)

    # -- events ----------------------------------------------------------------------------------------------------------

    def check_event(self, app_id: str, payload: Doc) -> None:
        event = payload.get("event") or {}
        type_, subtype = str(event.get("type")), event.get("subtype")
        name = f"message.{subtype}" if type_ == "message" and subtype else type_
        self._findings.saw("events", name)
        wrapper = published.payload("event_callback")
        assert wrapper is not None
        self._findings.add_all("event.wrapper", name, wrapper.departures(payload), payload)
        if payload.get("api_app_id") != app_id:
            self._findings.add("event.wrapper", name, "api_app_id is another app", payload)
        shape = published.payload(f"event.{name}")
        if shape is None:
            self._findings.add("event.unknown", name, "no schema of it was published", event)
        else:
            self._findings.add_all("event.shape", name, shape.departures(event), event)
        if type_ == "message" and subtype and subtype not in published.SUBTYPES:
            self._findings.add("event.unknown", name, "not a subtype of message", event)
        self._check_allowed(app_id, name, event)
        for message in _messages_of(event):
            check_message(name, message, self._findings)
        self._findings.add_all("event.blocks", name, published.block_departures(event.get("blocks", [])), event)

    def _check_allowed(self, app_id: str, name: str, event: Doc) -> None:
        """The app subscribed to it and holds a scope for it."""
        app = self.apps.get(app_id)
        if app is None:
            self._findings.add("event.app", name, "sent to an app that is not installed", event)
            return
        subscription = name
        if event.get("type") == "message":
            subscription = _SUBSCRIPTION.get(str(event.get("channel_type")), "message")
        if subscription not in published.EVENT_SCOPES:
            self._findings.add("event.unknown", name, "not an event of the Events API", event)
            return
        if subscription not in app["bot_events"]:
            self._findings.add("event.subscription", name, f"the app did not subscribe to {subscription}", event)
        needed = published.EVENT_SCOPES[subscription]
        if needed and not needed & set(app["scopes"]):
            self._findings.add("event.scope", name, f"the app holds none of {', '.join(sorted(needed))}", event)

    # -- commands and interactions ---------------------------------------------------------------------------------------

    def check_interaction(self, app_id: str, kind: str, payload: Doc) -> str:
        """Returns what it is: `slash_commands`, or the type of the payload, and whether it happened in a view."""
        name = "slash_command" if kind == "slash_commands" else str(payload.get("type"))
        self._findings.saw("interactions", name)
        shape = published.payload(name)
        if shape is None:
            self._findings.add("interaction.unknown", name, "not an interaction", payload)
            return name
        self._findings.add_all("interaction.shape", name, shape.departures(payload), payload)
        if payload.get("api_app_id", app_id) != app_id:
            self._findings.add("interaction.shape", name, "api_app_id is another app", payload)
        for action in payload.get("actions", []):
            self._check_action(action)
        if "message" in payload:
            check_message(name, payload["message"], self._findings)
        if "view" in payload:
            blocks = payload["view"].get("blocks", [])
            self._findings.add_all("interaction.blocks", name, published.block_departures(blocks), payload["view"])
        if kind == "slash_commands":
            return kind
        return f"{name} in a view" if name == "block_actions" and "view" in payload else name

    def _check_action(self, action: Doc) -> None:
        shape = published.payload(f"action.{action.get('type')}")
        if shape is None:
            self._findings.add("interaction.action", str(action.get("type")), "no schema of it was published", action)
        else:
            where = f"action {action['type']}"
            self._findings.add_all("interaction.action", where, shape.departures(action), action)


def _messages_of(event: Doc) -> Iterator[Doc]:
    """The messages that an event shows: as they are, as they were, the parent of a reply, what was pinned."""
    item = event.get("item")
    for found in (
        event.get("message"),
        event.get("previous_message"),
        event.get("root"),
        item.get("message") if isinstance(item, dict) else None,
    ):
        if isinstance(found, dict):
            yield found
