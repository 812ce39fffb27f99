"""How a walk goes on: what follows when a step is entered, was answered, or has failed."""

from collections.abc import Mapping
from dataclasses import replace

from warroom.core import events as e
from warroom.core.events import Event
from warroom.core.runbook import Step
from warroom.core.runs import Run
from warroom.core.steps.announce import Announce
from warroom.core.values import Filling

News = list[Event]


def onward(run: Run, step: str, answer: str, given: Mapping[str, str] | None = None) -> News:
    """What follows when this step was answered so: the next step is entered, or the walk is finished.

    `given` are the values of the run, if this answer has changed them.
    """
    here = run.runbook.step(step)
    following = run.following(here, answer) if here else None
    if following is None:
        return [] if run.blank else [e.RunFinished(run=run.id)]
    return enter(run if given is None else replace(run, given=given), following)


def go(run: Run, goto: str) -> News:
    """The walk goes to this step, whatever it was about to do; `end` finishes it, and counters count."""
    there = run.limited(goto)
    return [e.RunFinished(run=run.id)] if there is None else enter(run, there)


def enter(run: Run, step: str) -> News:
    """Entering a step. A machine begins to look at once where the step asks it to, and the bot speaks at once."""
    news: News = [e.StepEntered(run=run.id, step=step)]
    there = run.runbook.step(step)
    return news if there is None else [*news, *begin_by_itself(run, there, run.filling)]


def begin_by_itself(run: Run, step: Step, filling: Filling) -> News:
    """What a step does without anybody, once nothing is open that it must know: a machine looks, or the bot speaks."""
    if isinstance(step.what, Announce):
        if filling.open_in((step.what.text,)):
            return []
        return [e.Announced(run=run.id, step=step.id, text=filling.text(step.what.text), where=step.what.where)]
    return begin_looking(run, step, filling)


def begin_looking(run: Run, step: Step, filling: Filling) -> News:
    """A machine looks, if the step asks it to and nothing is open that it must know."""
    probe = step.what.asks_world()
    if probe is None or filling.open_in(step.what.texts()):
        return []
    attempt = run.of(step.id).attempts + 1
    return [e.CheckStarted(run=run.id, step=step.id, attempt=attempt, probe=probe.filled(filling))]


def failed(run: Run, step: str, reason: str) -> News:
    """The step could not be done: the walk stays there for people to decide, unless the runbook says where to go."""
    here = run.runbook.step(step)
    news: News = [e.StepFailed(run=run.id, step=step, reason=reason)]
    return [*news, *go(run, here.failed)] if here is not None and here.failed else news
