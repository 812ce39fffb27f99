"""Which commands destroy something: those that a tired person should be warned about before copying them.

A short list of what is common, not a promise. It errs on the side of silence: a warning on every step warns of nothing.
"""

import re
from collections.abc import Iterable

_DESTROYING = tuple(
    re.compile(pattern, re.IGNORECASE if "(?#sql)" in pattern else 0)
    for pattern in (
        r"\brm(?:\s+-[\w-]+)*(?=\s+\S)",
        r"\b(?:rmdir|shred|unlink|wipefs|mkfs(?:\.\w+)?|dropdb|pg_resetwal)\b(?=\s+\S)",
        r"\bdd\b(?=[^\n|;&]{0,200}\bof=)",
        r"\b(?:kubectl|oc)\b[^\n|;&]{0,200}?\s(?:delete|drain)\b",
        r"\b(?:helm\s+(?:uninstall|rollback)|terraform\s+destroy|git\s+reset\s+--hard|zfs\s+destroy|zpool\s+destroy)\b",
        r"\b(?:lv|vg|pv)remove\b",
        r"(?#sql)\b(?:drop\s+(?:table|database|schema|index|user|role)|truncate\s+(?:table\s+)?\w|delete\s+from)\b",
        r"(?#sql)\b(?:flushall|flushdb)\b",
        r"\b(?:kill|pkill|killall)(?:\s+-\w+)*(?=\s+\S)",
        r"(?<![\w-])(?:shutdown|reboot|poweroff|halt)\b(?!\s+(?:of|the)\b)",
        r"\bsystemctl\b[^\n|;&]{0,80}?\s(?:stop|disable|mask|kill)\b",
        r"\baws\s+[\w-]+\s+(?:delete|terminate|remove|deregister|stop|purge)-[\w-]+",
        r"\b(?:gcloud|az|openstack)\b[^\n|;&]{0,200}?\s(?:delete|destroy|purge)\b",
        r"\bdocker(?:\s+compose|-compose)?\s+(?:\w+\s+)?(?:rm|rmi|kill|prune|down)\b",
        r"\bcurl\b[^\n|;&]{0,200}?(?:-X|--request)[= ]?['\"]?DELETE\b",
    )
)


def destroys(commands: Iterable[str]) -> str:
    """The words of the first command that destroys something, such as `rm -r`; empty when none does."""
    for command in commands:
        lines = (line for line in command.replace("\\\n", " ").split("\n") if not line.lstrip().startswith("#"))
        for line in lines:
            found = min(filter(None, (each.search(line) for each in _DESTROYING)), key=_place, default=None)
            if found:
                return _short(found[0])
    return ""


def _place(found: re.Match[str]) -> int:
    return found.start()


def _short(words: str) -> str:
    """`kubectl delete`, not everything that stands between the two."""
    first, *rest = words.split()
    return " ".join((first, *(rest if len(rest) < 3 else rest[-1:])))
