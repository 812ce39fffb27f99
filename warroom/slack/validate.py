"""Asks a server with Slack's `blocks.validate` what it thinks of something: no token, and nothing is posted.

The method takes exactly one of `blocks`, `view` and `message`, at most 100,000 characters of JSON (docs.slack.dev).
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import aiohttp

from warroom.errors import SlackUnusable

SLACK = "https://slack.com/api/"
LONGEST = 100_000  # characters of JSON
_TIMEOUT = aiohttp.ClientTimeout(total=30)
_PATIENCE = 10  # times in a row that "too many requests" is waited out
_WAIT = 30.0  # seconds, where the answer does not say

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Objection:
    """One thing that is wrong: a JSON pointer into what was sent, and a sentence."""

    pointer: str
    sentence: str


class Validator:
    """One session with `blocks.validate` at `url`. After a 429 it waits as long as it is told to."""

    def __init__(self, session: aiohttp.ClientSession, url: str = SLACK, sleep: Sleep = asyncio.sleep) -> None:
        self._session, self._sleep = session, sleep
        self._url = url.rstrip("/") + "/blocks.validate"

    async def objections(self, argument: Literal["message", "view"], doc: Mapping[str, Any]) -> list[Objection]:
        """What the server says against it; nothing when it is valid.

        Raises:
            SlackUnusable: The server cannot be reached, or answers with something that is no verdict.
        """
        text = json.dumps(doc, ensure_ascii=False, separators=(",", ":"))
        if len(text) > LONGEST:
            return [
                Objection(pointer="", sentence=f"{len(text)} characters are more than the {LONGEST} that are taken")
            ]
        answer = await self._ask({argument: text})
        if answer.get("ok") is True:
            return []
        if answer.get("error") != f"invalid_{argument}":
            raise SlackUnusable(f"{self._url} gives no verdict: it answers {answer.get('error')!r}.")
        return [
            Objection(pointer=str(each.get("pointer", "")), sentence=str(each.get("message", "")))
            for each in answer.get("errors") or [{"message": "refused without a reason"}]
        ]

    async def _ask(self, form: Mapping[str, str]) -> Mapping[str, Any]:
        for _ in range(_PATIENCE):
            answer, wait = await self._once(form)
            if answer is not None:
                return answer
            await self._sleep(wait)
        raise SlackUnusable(f"{self._url} says that there are too many requests, {_PATIENCE} times in a row.")

    async def _once(self, form: Mapping[str, str]) -> tuple[Mapping[str, Any] | None, float]:
        """The answer; None and how long to wait when there were too many requests."""
        try:
            async with self._session.post(self._url, data=form, timeout=_TIMEOUT) as response:
                wait = _seconds(response.headers.get("Retry-After"))
                if response.status == 429:
                    return None, wait
                answer = await response.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise SlackUnusable(f"{self._url} cannot be reached: {error or type(error).__name__}.") from None
        except ValueError:
            raise SlackUnusable(f"{self._url} does not answer in JSON; it is no Slack.") from None
        if not isinstance(answer, Mapping):
            raise SlackUnusable(f"{self._url} does not answer as Slack does.")
        return (None if answer.get("error") == "ratelimited" else answer), wait


def _seconds(header: str | None) -> float:
    try:
        return max(0.0, float(header)) if header is not None else _WAIT
    except ValueError:
        return _WAIT
