"""Every error this project raises on purpose.

    WarroomError
    ├── Refused                 understood, but not allowed now (core.refusals): said to the asker alone
    ├── DefinitionError         a runbook, scenario or catalogue that cannot be used; holds every problem found
    ├── SettingsError           the environment does not add up; holds every mistake
    ├── NotFound                a room, runbook or scenario that is not there, with what is near
    ├── VerificationFailed      an export or a timeline that does not verify; as a BadEntry it names the first bad one
    ├── SlackUnusable           the tokens or the workspace will not do, and what to do about it
    │   └── SlackAway           Slack could not be asked, which says nothing of the tokens
    ├── StoreUnusable           the database cannot be used (store.errors)
    ├── InTheWay                a file that is there already, or somebody who has the database open
    ├── CannotKeep              the database is in trouble just now (store.errors)
    ├── Unreadable              something kept is of another release (store.errors)
    ├── AlreadyOpen             an open room has this correlation already (store.errors)
    ├── NotThisSource           a webhook's body is not what its source sends (alerts.group)
    └── FaultFailed             something could not be broken or undone (faults.driver)

Their messages are sentences for a tired person: what is wrong, where, and what to do.
"""


class WarroomError(Exception):
    """The root of the tree."""


class NotFound(WarroomError):
    """There is no such room, runbook or scenario."""


class SettingsError(WarroomError):
    """The settings do not add up; one line per mistake."""


class VerificationFailed(WarroomError):
    """What was kept is not what was written."""


class BadEntry(VerificationFailed):
    """`seq` is the number of the first entry that is not as it was written."""

    def __init__(self, seq: int, sentence: str) -> None:
        super().__init__(sentence)
        self.seq = seq


class InTheWay(WarroomError):
    """Something is there that must not be written over, or away from under somebody."""


class SlackUnusable(WarroomError):
    """Slack answered, but this bot cannot work with what it said."""


class SlackAway(SlackUnusable):
    """Slack did not answer, or not now; it may be asked again."""
