"""When each inject comes that comes by the clock, if those before it come as planned."""

from collections.abc import Iterable
from datetime import timedelta

from warroom.core.scenario.inject import Inject


def planned(injects: Iterable[Inject]) -> dict[str, timedelta]:
    """The reading of the game's clock of each inject that hangs on the clock alone: at a time, or some time after such a one."""
    by_id = {each.id: each for each in injects}
    found: dict[str, timedelta] = {}
    for inject in by_id.values():
        total, here, seen = timedelta(0), inject, set[str]()
        while here.timing.after in by_id and here.id not in seen:
            seen.add(here.id)
            total, here = total + here.timing.by, by_id[here.timing.after]
        if here.timing.at is not None:
            found[inject.id] = here.timing.at + total
    return found
