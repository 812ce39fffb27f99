"""Cursors and limits, as the list methods have them."""

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar

from warroom.workspace.methods.method import ApiError, Call
from warroom.workspace.model import Doc

T = TypeVar("T")


def page(call: Call, items: Sequence[T], *, default: int, most: int, strict: bool = False) -> tuple[Sequence[T], Doc]:
    """One page of the items, and its response_metadata. Where Slack documents invalid_limit, `strict`, it is answered."""
    limit = call.number("limit", default) or default
    if strict and not 1 <= limit <= most:
        raise ApiError("invalid_limit")
    limit = max(1, min(limit, most))
    start = int(read_cursor(call.text("cursor"), "offset", "0"))
    end = start + limit
    following = write_cursor("offset", str(end)) if end < len(items) else ""
    return items[start:end], {"response_metadata": {"next_cursor": following}}


def write_cursor(word: str, value: str) -> str:
    return base64.b64encode(f"{word}:{value}".encode()).decode()


def read_cursor(cursor: str, word: str, default: str) -> str:
    """What the cursor says.

    Raises:
        ApiError: It is not one of ours.
    """
    if not cursor:
        return default
    try:
        found, _, value = base64.b64decode(cursor, validate=True).decode().partition(":")
        float(value)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise ApiError("invalid_cursor") from None
    if found != word:
        raise ApiError("invalid_cursor")
    return value
