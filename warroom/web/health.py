"""Whether this process lives (`/healthz`), and whether it can do its work (`/readyz`).

Ready means that news can be taken in and kept, so it hangs on the database alone. Without Slack the room goes on and
what is to be said waits: sending webhooks away then would only lose alerts. So that is reported, but not unready.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from aiohttp import web

from warroom.core.declaring import dataclass
from warroom.core.durations import write

log = logging.getLogger(__name__)

APART = timedelta(seconds=1)  # two clocks further apart than this are not set by the same source
LATE = timedelta(minutes=5)  # a message that waits longer than this is worth somebody's attention


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """`oldest` is how long the oldest undelivered message has waited; None when none waits.

    `trouble` is what is wrong with the database, in a sentence; `given_up` how many deliveries of open rooms were;
    `skew` how far the database's clock is before this machine's; `clock_set` how far forwards somebody has set this
    machine's clock since the process began.
    `unmet` says why this process, which has never met Slack, cannot be told anything yet. `put_aside` is how many
    deliveries failed too often and are not tried any more.
    """

    database: bool
    slack: bool
    oldest: timedelta | None = None
    trouble: str = ""
    given_up: int = 0
    skew: timedelta | None = None
    clock_set: timedelta = timedelta(0)
    unmet: str = ""
    put_aside: int = 0

    @property
    def ready(self) -> bool:
        return self.database and not self.unmet

    @property
    def troubles(self) -> tuple[str, ...]:
        """What is not as it should be, in sentences."""
        late = self.oldest is not None and self.oldest > LATE
        return (
            *(() if self.database else (self.trouble or "The database does not answer.",)),
            *((f"Nothing can be taken in until Slack has been met once. {self.unmet}",) if self.unmet else ()),
            *(() if self.slack else ("There is no connection to Slack; what is to be said waits.",)),
            *(("Messages are not getting out.",) if late else ()),
            *((_many_given_up(self.given_up),) if self.given_up else ()),
            *((_aside(self.put_aside),) if self.put_aside else ()),
            *((_apart(self.skew),) if self.skew is not None and abs(self.skew) > APART else ()),
            *((_set(self.clock_set),) if self.clock_set else ()),
        )


def _many_given_up(number: int) -> str:
    what = "One thing that was to be said or done in an open room was" if number == 1 else f"{number} things were"
    return f"{what} given up; the timelines say what."


def _apart(skew: timedelta) -> str:
    where = "before" if skew > timedelta(0) else "behind"
    return (
        f"The database's clock is {abs(skew).total_seconds():.1f} s {where} this machine's: see to it that both are set "
        "by the same source."
    )


def _set(by: timedelta) -> str:
    way = "forwards" if by > timedelta(0) else "back"
    return (
        f"This machine's clock was set {way} by {write(abs(by))} since the bot began, which goes on by the time that really "
        "passed. When the clock is right, start the bot again."
    )


def _aside(count: int) -> str:
    what = "Something that was told to the bot" if count == 1 else f"{count} things that were told to the bot"
    return f"{what} could not be handled and {'was' if count == 1 else 'were'} put aside; the log says why."


HealthCheck = Callable[[], Awaitable[Health]]


def routes(health: HealthCheck) -> list[web.RouteDef]:
    async def live(request: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    async def ready(request: web.Request) -> web.Response:
        now = await _look(health)
        return web.json_response(_shown(now), status=200 if now.ready else 503)

    return [web.get("/healthz", live), web.get("/readyz", ready)]


async def _look(health: HealthCheck) -> Health:
    try:
        return await health()
    except Exception:  # whatever it is, whoever asks must be told that this process is not ready
        log.exception("the health check failed")
        return Health(database=False, slack=False)


def _shown(health: Health) -> dict[str, object]:
    return {
        "ok": health.ready,
        "database": health.database,
        "slack": health.slack,
        "oldest_undelivered_seconds": None if health.oldest is None else round(health.oldest.total_seconds(), 3),
        "given_up": health.given_up,
        "clock_skew_seconds": None if health.skew is None else round(health.skew.total_seconds(), 3),
        "clock_set_seconds": round(health.clock_set.total_seconds()),
        "put_aside": health.put_aside,
        "troubles": health.troubles,
    }
