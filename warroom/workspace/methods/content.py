"""Reads what a message may carry: text, blocks, attachments, metadata, persona - with the checks all posting methods share."""

import json
from collections.abc import Mapping
from typing import Any

from warroom.workspace.blockkit.check import check_blocks, check_message
from warroom.workspace.blockkit.elements import filled_in
from warroom.workspace.blockkit.rules import Problem
from warroom.workspace.messages import TRUNCATE_AT
from warroom.workspace.methods.method import ApiError, Arg, Call, flags, texts
from warroom.workspace.model import Doc

LONGEST_MARKDOWN = 12_000
MOST_ATTACHMENTS = 100
_METADATA_BYTES = 8_000  # Slack gives no number; docs only name the error
_BLOCKS_BYTES = 250_000

CONTENT_ARGS = (
    *texts("text", "markdown_text", "parse", "mrkdwn"),
    Arg(name="blocks", kind="json", invalid="invalid_blocks_format"),
    Arg(name="attachments", kind="json", invalid="invalid_attachments"),
    Arg(name="metadata", kind="json", invalid="invalid_metadata_format"),
    *flags("link_names", "unfurl_links", "unfurl_media", "as_user"),
)
PERSONA_ARGS = texts("username", "icon_emoji", "icon_url")


def refuse_blocks(problems: list[Problem], code: str = "invalid_blocks") -> None:
    """Answers with every problem, if there is one."""
    if problems:
        if code == "invalid_blocks" and all(p.refused_as for p in problems):
            code = problems[0].refused_as
        shown = tuple(f"{p.message} [json-pointer:{p.pointer}]" for p in problems)
        listed = {"errors": list(shown)} if code == "invalid_blocks" else {}
        raise ApiError(code, messages=tuple(f"[ERROR] {text}" for text in shown), **listed)


def read_blocks(call: Call) -> list[Doc] | None:
    """The blocks, ids filled in; None if none were given. An empty list stays: chat.update takes blocks away with it."""
    blocks = call.json("blocks")
    if blocks is None:
        return _markdown(call)
    if not isinstance(blocks, list):
        raise ApiError("invalid_blocks_format")
    if call.text("markdown_text"):
        raise ApiError("markdown_text_conflict")
    refuse_blocks(check_blocks(blocks))
    if len(json.dumps(blocks, ensure_ascii=False).encode()) > _BLOCKS_BYTES:
        raise ApiError("msg_blocks_too_long")
    return filled_in(blocks)


def _markdown(call: Call) -> list[Doc] | None:
    markdown = call.text("markdown_text")
    if not markdown:
        return None
    if call.text("text"):
        raise ApiError("markdown_text_conflict")
    if len(markdown) > LONGEST_MARKDOWN:
        raise ApiError("msg_too_long")
    return filled_in([{"type": "markdown", "text": markdown}])


def read_attachments(call: Call) -> list[Doc] | None:
    attachments = call.json("attachments")
    if attachments is None:
        return None
    if not isinstance(attachments, list) or not all(isinstance(a, dict) for a in attachments):
        raise ApiError("invalid_attachments")
    if len(attachments) > MOST_ATTACHMENTS:
        raise ApiError("too_many_attachments")
    found = check_message({"blocks": call.json("blocks"), "attachments": attachments})
    problems = [problem for problem in found if problem.pointer.startswith("/attachments")]
    in_blocks = any("/blocks" in problem.pointer for problem in problems)
    refuse_blocks(problems, "invalid_blocks" if in_blocks else "invalid_attachments")
    for attachment in attachments:
        if attachment.get("blocks"):
            attachment["blocks"] = filled_in(attachment["blocks"])
    return [{"id": number, "fallback": "[no preview available]", **a} for number, a in enumerate(attachments, 1)]


def read_text(call: Call) -> str:
    """The text, or the markdown as its fallback; cut with a warning where Slack cuts it."""
    text = call.text("text") or call.text("markdown_text")
    if len(text) > TRUNCATE_AT:
        call.warnings.append("message_truncated")
    return text


def read_metadata(call: Call) -> Doc | None:
    metadata = call.json("metadata")
    if metadata is None:
        return None
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type"), str):
        raise ApiError("invalid_metadata_format")
    payload = metadata.get("event_payload")
    if not isinstance(payload, dict) or set(metadata) - {"event_type", "event_payload"}:
        raise ApiError("invalid_metadata_format")
    if not metadata["event_type"] or not all(_is_plain(value) for value in payload.values()):
        raise ApiError("invalid_metadata_schema")
    if len(json.dumps(metadata)) > _METADATA_BYTES:
        raise ApiError("metadata_too_large")
    return metadata


def _is_plain(value: Any, depth: int = 0) -> bool:
    """Text, number, boolean, or one level of objects and lists of them."""
    if isinstance(value, Mapping) and depth < 2:
        return all(_is_plain(v, depth + 1) for v in value.values())
    if isinstance(value, list) and depth < 2:
        return all(_is_plain(v, depth + 1) for v in value)
    return isinstance(value, str | int | float | bool)


def read_persona(call: Call) -> tuple[str, Doc]:
    """Name and icons.

    Raises:
        ApiError: The app lacks chat:write.customize.
    """
    username, emoji, url = call.text("username"), call.text("icon_emoji"), call.text("icon_url")
    if (username or emoji or url) and not call.has_scope("chat:write.customize"):
        provided = ",".join(sorted(call.app.features.scopes))
        raise ApiError("missing_scope", needed="chat:write.customize", provided=provided)
    if emoji:
        return username, {"emoji": emoji if emoji.startswith(":") else f":{emoji}:"}
    return username, {"image_36": url, "image_48": url, "image_64": url, "image_72": url} if url else {}
