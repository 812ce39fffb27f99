"""Reads what a message may carry: text, blocks, attachments, metadata, persona - with the checks all posting methods share."""

import json
from collections.abc import Mapping
from typing import Any

from warroom.workspace.apptext import as_kept
from warroom.workspace.blockkit.check import check_blocks, check_message
from warroom.workspace.blockkit.elements import filled_in
from warroom.workspace.blockkit.rules import Problem
from warroom.workspace.messages import TRUNCATE_AT
from warroom.workspace.methods.method import ApiError, Arg, Call, flags, texts
from warroom.workspace.model import Doc

LONGEST_MARKDOWN = 12_000
MOST_ATTACHMENTS = 100
_NO_PREVIEW = "[no preview available]"
_METADATA_BYTES = 8_000  # Slack gives no number; docs only name the error
_BLOCKS_BYTES = 250_000

_ATTACHMENTS_BYTES = 250_000

CONTENT_ARGS = (
    *texts("text", "markdown_text", "parse"),
    Arg(name="blocks", kind="json", invalid="invalid_blocks_format"),
    Arg(name="attachments", kind="json", invalid="invalid_attachments"),
    Arg(name="metadata", kind="json", invalid="invalid_metadata_format"),
    *flags("link_names", "as_user"),  # as_user: a bot is always itself
)
UNFURL_ARGS = flags("unfurl_links", "unfurl_media")
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


def read_attachments(
    call: Call, *, too_long: str = "attachment_payload_limit_exceeded", bad_blocks: str = "invalid_blocks"
) -> list[Doc] | None:
    """The attachments, numbered; None if none were given. The codes differ from method to method."""
    attachments = call.json("attachments")
    if attachments is None:
        return None
    if not isinstance(attachments, list) or not all(isinstance(a, dict) for a in attachments):
        raise ApiError("invalid_attachments")
    if len(attachments) > MOST_ATTACHMENTS:
        raise ApiError("too_many_attachments")
    if len(json.dumps(attachments, ensure_ascii=False).encode()) > _ATTACHMENTS_BYTES:
        raise ApiError(too_long)
    found = check_message({"blocks": call.json("blocks"), "attachments": attachments})
    problems = [problem for problem in found if problem.pointer.startswith("/attachments")]
    in_blocks = any("/blocks" in problem.pointer for problem in problems)
    refuse_blocks(problems, bad_blocks if in_blocks else "invalid_attachments")
    return [_attachment(index, attachment) for index, attachment in enumerate(attachments)]


def _attachment(index: int, given: Doc) -> Doc:
    """With its number, its fallback text, and the ids of the blocks in it filled in."""
    drawn = {"id": index + 1, "fallback": _fallback(given)} | given
    if given.get("blocks"):
        drawn["blocks"] = filled_in(given["blocks"])
    return drawn


def _fallback(given: Doc) -> str:
    words = (str(given.get(name) or "") for name in ("pretext", "title", "text"))
    return _NO_PREVIEW if "blocks" in given else " ".join(filter(None, words)) or _NO_PREVIEW


def read_text(call: Call, *, names: bool = False, arg: str = "text") -> str:
    """The text as Slack keeps it, or the markdown as its fallback; cut with a warning where Slack cuts it.

    `names` says that link_names finds people and channels too, as chat.update and chat.postEphemeral document.
    """
    text = call.text(arg)
    if not text:
        return call.text("markdown_text")
    if len(text) > TRUNCATE_AT:
        call.warnings.append("message_truncated")
        text = text[:TRUNCATE_AT]
    linked = call.flag("link_names")
    return as_kept(
        call.office.state,
        text,
        parse="full" if linked and names else call.text("parse"),
        link_names=linked,
        mrkdwn=call.flag("mrkdwn", default=True),
    )


def read_metadata(call: Call, *, removable: bool = False) -> Doc | None:
    """The metadata; empty, where it is `removable`, to take it away."""
    metadata = call.json("metadata")
    if metadata is None:
        return None
    if metadata == {} and removable:
        return {}
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
