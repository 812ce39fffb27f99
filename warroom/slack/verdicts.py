"""What a failed call to Slack means for what was to be done: again later, perhaps done already, fine as it is, or never.

The codes and their classes are those of Slack's method pages; an unknown code counts as final for the item.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from warroom.core.declaring import dataclass


class Verdict(Enum):
    LATER = "later"  # it was not done and may be tried again
    UNKNOWN = "unknown"  # it may have been done: look before trying again
    FINE = "fine"  # the world is already as it should be
    PLAIN = "plain"  # the blocks were refused: say it as plain text
    GONE = "gone"  # the message or channel is no longer there
    NEVER = "never"


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    verdict: Verdict
    code: str
    after: timedelta | None = None


_CODES: dict[Verdict, tuple[str, ...]] = {
    Verdict.LATER: (
        "ratelimited",
        "rate_limited",
        "service_unavailable",
        "request_timeout",
        "external_channel_migrating",
        "team_added_to_org",
        "org_login_required",
        "message_limit_exceeded",
        # A token that is being replaced. What is owed must not be thrown away because of it.
        "invalid_auth",
        "not_authed",
        "account_inactive",
        "token_revoked",
        "token_expired",
    ),
    Verdict.UNKNOWN: ("fatal_error", "internal_error", "update_failed"),
    Verdict.FINE: (
        "already_in_channel",
        "already_pinned",
        "already_reacted",
        "already_archived",
        "not_archived",
        "cant_invite_self",
    ),
    Verdict.PLAIN: ("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"),
    Verdict.GONE: ("message_not_found", "channel_not_found", "is_archived", "is_inactive", "not_in_channel"),
}
LONGEST = 600.0  # seconds that Slack is believed; what is put off for longer was put off by a clock that was wrong
_VERDICTS = {code: verdict for verdict, codes in _CODES.items() for code in codes}


def judge(error: Exception) -> Judged:
    """What this failure means. Anything that is not one of Slack's failures is raised again."""
    judged = judged_or_none(error)
    if judged is None:
        raise error
    return judged


def judged_or_none(error: Exception) -> Judged | None:
    """What this failure means; None when it is not one of Slack's."""
    if isinstance(error, SlackApiError):
        return _judge_answer(error)
    if isinstance(error, aiohttp.ClientConnectorError):
        return Judged(verdict=Verdict.LATER, code="connection refused")
    # The SDK raises AttributeError when a proxy answers 200 with a page that is not JSON.
    if isinstance(error, TimeoutError | asyncio.TimeoutError | aiohttp.ClientError | SlackClientError | AttributeError):
        return Judged(verdict=Verdict.UNKNOWN, code=type(error).__name__)
    return None


def _judge_answer(error: SlackApiError) -> Judged:
    response = error.response
    status = getattr(response, "status_code", 200)
    code = response.get("error", "") if hasattr(response, "get") else ""
    told = isinstance(code, str) and bool(code)
    code = code if told else f"HTTP {status}"
    if status == 429 or code in ("ratelimited", "rate_limited"):
        headers = getattr(response, "headers", {}) or {}
        return Judged(
            verdict=Verdict.LATER,
            code="ratelimited",
            after=retry_after(headers.get("Retry-After"), headers.get("Date")),
        )
    if status >= 500 or not told:  # without a code it is not Slack that answers, but something on the way
        return Judged(verdict=Verdict.UNKNOWN, code=f"HTTP {status}")
    return Judged(verdict=_VERDICTS.get(code, Verdict.NEVER), code=code)


def retry_after(header: str | None, date: str | None = None) -> timedelta:
    """How long to keep still: seconds, whole or not; 30 s when the header is absent or says something else.

    A date counts from `date`, when the answer was made by the same clock; 60 s where that is not said.

    Never longer than `LONGEST`: Slack counts by the minute, so more than that is a mistake of something on the way, and
    if it is not, asking once in ten minutes does no harm. What holds everything up must be short enough to be told from
    what a clock that was wrong has written.
    """
    try:
        return timedelta(seconds=min(max(float(header or ""), 0.0), LONGEST))
    except ValueError:
        until, answered = instant(header), instant(date)
    if until is None:
        return timedelta(seconds=30)
    if answered is None:
        return timedelta(seconds=60)
    return min(max(until - answered, timedelta(seconds=1)), timedelta(seconds=LONGEST))


def instant(header: str | None) -> datetime | None:
    """What a header that is a date says; None for anything else."""
    try:
        said = parsedate_to_datetime(header or "")
    except (TypeError, ValueError, OverflowError):
        return None
    return said.replace(tzinfo=said.tzinfo or UTC)
