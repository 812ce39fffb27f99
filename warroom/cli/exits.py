"""Exit codes. They are part of the interface: scripts may rely on them."""

from enum import IntEnum


class Exit(IntEnum):
    OK = 0
    FINDINGS = 1  # lint, slack validate, fmt --check, runbook stale or scenario simulate found something, or import left files out
    USAGE = 2
    SETTINGS = 3  # the settings or definitions do not add up
    UNREACHABLE = 4  # Slack or the database cannot be used
    UNVERIFIED = 5  # an export, a backup or a timeline does not verify
    NOT_FOUND = 6  # no such room or file
    IN_THE_WAY = 7  # a file is there already, or somebody has the database open
    INTERRUPTED = 130
