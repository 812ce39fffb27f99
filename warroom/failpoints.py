"""Named places at which a test may kill, delay or fail this process. In production nobody listens, and they cost a look.

A place lies wherever something was just made true and the next thing is not yet: between a commit and the ack, between a
post and its record. The tests stop a process at each of them and look whether everything still comes right.
"""

from collections.abc import Awaitable, Callable
from typing import Final

# What is true when the place is reached. A test holds this list and the code together.
NAMES: Final = {
    "tx.begun": "a transaction has begun and changed nothing yet",
    "tx.filled": "everything in a transaction is done but its commit",
    "tx.committed": "a transaction is kept, and whoever asked for it does not know yet",
    "event.heard": "what an event told is kept and the event is finished, in one transaction, and Slack has not been told",
    "event.kept": "an event is in the inbox, and nothing has been done about it",
    "event.taken": "an event has been acted upon, and the inbox does not know",
    "event.finished": "an event is finished, and whoever waits for it has not been told",
    "press.carried_out": "what a button asked for is kept, and Slack has not been told",
    "command.carried_out": "what a command asked for is kept, and Slack has not been told",
    "form.carried_out": "what a form said is kept, and Slack has not been told",
    "gap.read": "a room's channels have been read again, and its timeline does not say so",
    "alerts.taken": "alerts are kept, and the sender has not been told",
    "wake.due": "a room is due, and has not had its tick",
    "deliver.claimed": "an effect is leased, and nothing has been done about it",
    "deliver.performed": "an effect is done, and the room has not been told",
    "deliver.told": "the room knows what came of an effect, and the lane does not",
    "deliver.settled": "an effect is settled, and the next one has not been looked for",
    "slack.calling": "a call to Slack is about to be made",
    "slack.called": "Slack has answered a call, and nothing has been made of the answer",
}

# The places of a fault's life. They are a list of their own: the simulation breaks nothing, and draws from the other.
OF_FAULTS: Final = {
    "fault.filed": "how something is broken and undone is written down, and nobody watches over it",
    "fault.watched": "its watchdog watches, and nothing is broken",
    "fault.begun": "it is written down that it may be broken, and it is not",
    "fault.broken": "it is broken, and that is not written down",
    "fault.recorded": "it is written down that it is broken, and the room has not been told",
    "fault.undoing": "it is about to be undone, and nobody else can",
    "fault.undone": "it is undone, and nobody has seen whether it is whole",
    "fault.whole": "it was seen to be whole, and nothing says that it is over",
    "fault.over": "it is written down that it is over, and the room has not been told",
}

Hook = Callable[[str], Awaitable[None]]
SyncHook = Callable[[str], None]
_hook: Hook | None = None
_sync_hook: SyncHook | None = None


async def reached(name: str) -> None:
    """This place is reached."""
    if _hook is not None:
        await _hook(name)


def passed(name: str) -> None:
    """This place is reached, in a thread or a function that cannot await."""
    if _sync_hook is not None:
        _sync_hook(name)


def listen(hook: Hook | None, sync_hook: SyncHook | None = None) -> None:
    """Tests only: from now on `hook` is told of every place, on the loop, and `sync_hook` of those in transactions."""
    global _hook, _sync_hook  # one process, one test that kills it
    _hook, _sync_hook = hook, sync_hook
