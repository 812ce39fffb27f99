"""What the tests of acts need: a listener, and a short way to do something."""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from warroom.acts import Outcome, Pace, perform
from warroom.core.actions import Action
from warroom.core.allowed import Allowed, AllowedCommand, AllowedUrl
from warroom.outside.guard import Guard

ANYTHING = Allowed(
    commands=tuple(AllowedCommand(argv=("(?s:.*)",) * n, acts=True) for n in range(1, 8)),
    urls=(AllowedUrl(methods=("GET", "POST", "PUT", "DELETE"), url="(?s:.*)"),),
)
SOON = Pace(every=0.01, grace=0.3)


@dataclass
class Listener:
    """Hears what is said, and can wait for a word."""

    said: list[str] = field(default_factory=list)
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, piece: str) -> None:
        self.said.append(piece)
        self._more.set()

    async def hears(self, word: str) -> None:
        while word not in self.whole:
            self._more.clear()
            await self._more.wait()

    @property
    def whole(self) -> str:
        return "\n".join(self.said)


async def do(
    action: Action,
    *,
    allowed: Allowed = ANYTHING,
    say: Listener | None = None,
    cancelled: asyncio.Event | None = None,
    within: timedelta = timedelta(seconds=30),
    allow: set[str] | None = None,
    environment: Mapping[str, str] | None = None,
    secrets: tuple[str, ...] = (),
    pace: Pace = SOON,
) -> Outcome:
    return await perform(
        action,
        allowed=allowed,
        within=within,
        guard=Guard(allow=allow or set()),
        say=say or Listener(),
        cancelled=cancelled or asyncio.Event(),
        environment={"PATH": os.environ["PATH"]} if environment is None else environment,
        secrets=secrets,
        pace=pace,
    )
