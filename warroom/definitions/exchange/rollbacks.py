"""What is wrong with the rollbacks of an experiment, as far as one can see by reading it.

A rollback that cannot work is worse than none: the run ends well, and the system stays broken.
"""

import re

from warroom.definitions.exchange.brought import Notes
from warroom.definitions.exchange.documents import line
from warroom.definitions.exchange.experiment import Activity, Experiment, strings

_IDLE = ("echo", "cat", "ls", "true", "date", "pwd", "printf", "sleep")
_SHORT = 4  # characters; shorter words are alike by chance
_WORD = re.compile(r"[^\s'\",;]+")


def judge(experiment: Experiment, notes: Notes) -> None:
    """Note every rollback that will probably not make whole what was broken, and that there are none."""
    if not experiment.rollbacks:
        if experiment.actions:
            notes.warning("rollbacks", "there are none: what it breaks stays broken until a person mends it")
        return
    strategy = line(_within(experiment.document, "runtime", "rollbacks", "strategy"))
    if strategy in ("never", "deviated", "default"):
        notes.warning("runtime", f"its rollback strategy `{strategy}` leaves things broken; warroom always plays them")
    for each in experiment.rollbacks:
        _judge(each, experiment, notes)


def _judge(each: Activity, experiment: Experiment, notes: Notes) -> None:
    if each.type != "action":
        notes.warning(each.where, "a rollback that only looks, and undoes nothing")
    if each.how == "process" and line(each.provider.get("path")).rpartition("/")[2] in _IDLE:
        notes.warning(each.where, f"`{line(each.provider.get('path'))}` undoes nothing")
    done = {word for action in experiment.actions for word in _words(action, experiment)}
    for word in _words(each, experiment):
        alike = next((other for other in sorted(done) if _loosely(other) == _loosely(word)), word)
        if word not in done and alike != word and len(_loosely(word)) >= _SHORT:
            notes.warning(each.where, f"it names `{word}`, but the method made `{alike}`; it will not be found")
    if any(each.provider == action.provider for action in experiment.actions):
        notes.warning(each.where, "it does the same as an action of the method once more")


def _words(activity: Activity, experiment: Experiment) -> set[str]:
    texts = strings(activity.provider.get("arguments")), strings(activity.provider.get("url"))
    return {word for found in texts for text in found for word in _WORD.findall(experiment.filled(text))}


def _loosely(word: str) -> str:
    """A name without what people mix up in names."""
    return re.sub(r"[-_.]", "", word).lower()


def _within(found: object, *keys: str) -> object:
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found
