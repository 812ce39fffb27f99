"""Checks what apps post to response URLs, if it was accepted."""

from tests.conformance import published
from tests.conformance.calls import metadata_departures
from tests.conformance.findings import Findings
from tests.conformance.record import Doc

_KNOWN = frozenset(
    [
        "text",
        "blocks",
        "attachments",
        "thread_ts",
        "response_type",
        "replace_original",
        "delete_original",
        "unfurl_links",
        "unfurl_media",
        "mrkdwn",
        "metadata",
        "parse",
        "link_names",
    ]
)
"""slack_sdk.webhook and @slack/bolt's RespondArguments; facts 3.5."""

_REFUSED = {"expired_url": 404, "used_url": 404}


def check_response(line: Doc, findings: Findings) -> None:
    findings.saw("response URLs")
    where, status, request = "response_url", line["status"], line.get("request")
    if status != 200:
        if status != _REFUSED.get(str(line.get("response")), 400):
            findings.add("response_url.status", where, f"{line.get('response')} with HTTP {status}", line)
        return
    if not isinstance(request, dict):
        findings.add("response_url.shape", where, "not an object", request)
        return
    check_said(where, request, findings)


def check_said(where: str, said: Doc, findings: Findings) -> None:
    """A message as it is posted to a response URL, or given as the answer to a command."""
    unknown = [f"unknown field {name}" for name in sorted(said.keys() - _KNOWN)]
    findings.add_all("said.shape", where, unknown, said)
    if said.get("response_type", "ephemeral") not in ("ephemeral", "in_channel"):
        findings.add("said.shape", where, "response_type", said)
    for name in ("replace_original", "delete_original"):
        if not isinstance(said.get(name, False), bool):
            findings.add("said.shape", where, f"{name} is not a boolean", said)
    if "blocks" in said:
        findings.saw("views and messages with blocks")
        findings.add_all("said.blocks", where, published.block_departures(said["blocks"]), said)
        findings.add_all("said.limits", where, published.limit_departures(said["blocks"]), said)
    findings.add_all("said.metadata", where, metadata_departures(said.get("metadata")), said)
