"""Acts: doing something for a runbook's `act` step, when the operator's allow-list lets it be done.

`perform` does one thing once and says how it ended. It knows nothing of rooms, approvals or Slack: who may ask for an
act, and what is kept of it, is the core's. To add a kind: its action in `core.actions`, its rule in `core.allowed`, a
file here like its neighbours, its line in `perform`, a heading in the docs.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

from warroom.acts import call, run
from warroom.acts.outcome import CANCELLED, REFUSED, UNKNOWN, Kind, Outcome
from warroom.acts.refusing import refusal
from warroom.acts.stream import Say
from warroom.acts.task import Pace, Task
from warroom.core.actions import Action, CallUrl, RunCommand
from warroom.core.allowed import Allowed, AllowedCommand, AllowedUrl
from warroom.outside.guard import Guard
from warroom.outside.redacting import redact

log = logging.getLogger(__name__)


async def perform(
    action: Action,
    *,
    allowed: Allowed,
    within: timedelta,
    guard: Guard,
    say: Say,
    cancelled: asyncio.Event,
    environment: Mapping[str, str],
    secrets: Iterable[str] = (),
    pace: Pace | None = None,
) -> Outcome:
    """Do it, unless it is not allowed, and say what it says; for at most `within`, or until `cancelled` is set.

    `environment` is the bot's own, of which the allow-list hands out a part; `secrets` are kept out of everything that
    is said. Raises nothing, whatever the world does. When the task is cancelled, no process is left behind.
    """
    if cancelled.is_set():
        return Outcome(kind=CANCELLED, detail="It was cancelled before it began. Nothing was done.")
    task = Task(
        within=within,
        guard=guard,
        say=say,
        cancelled=cancelled,
        environment=environment,
        secrets=tuple(secrets),
        pace=pace or Pace(),
    )
    try:
        outcome = await _perform(action, allowed, task)
    except Exception as error:  # ours: what was done until then nobody knows
        log.exception("an act failed in an unforeseen way")
        why = f"warroom itself failed while doing it ({type(error).__name__}; the log has more)"
        return Outcome(kind=UNKNOWN, detail=f"{why}. What was done is not known; look before anybody does it again.")
    return outcome if outcome.kind == REFUSED else replace(outcome, detail=redact(outcome.detail, task.secrets))


async def _perform(action: Action, allowed: Allowed, task: Task) -> Outcome:
    match action, allowed.act(action):
        case RunCommand(), AllowedCommand() as line:
            return await run.run(action, line, task)
        case CallUrl(), AllowedUrl() as line:
            return await call.call(action, line, task)
        case _:
            return Outcome(kind=REFUSED, detail=refusal(action, allowed))


__all__ = ["Kind", "Outcome", "Pace", "Say", "perform", "refusal"]
