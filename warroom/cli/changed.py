"""When a file was changed last: by its last commit where it lies in a git work tree, and by its own time elsewhere."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

_PATIENCE = 20  # seconds


def changed(file: Path) -> datetime:
    """When the text of this file became what it is. What is not committed counts by the file's own time."""
    committed = _git(file, "log", "-1", "--format=%cI")
    if committed and _git(file, "status", "--porcelain") == "":
        return datetime.fromisoformat(committed).astimezone(UTC)
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)


def _git(file: Path, *words: str) -> str | None:
    """What git says of this file; None when there is no git, or it knows nothing of the folder."""
    command = ["git", "-C", str(file.resolve().parent), *words, "--", file.name]
    try:
        said = subprocess.run(  # noqa: S603 (a fixed program, no shell, and a name behind `--`)
            command, capture_output=True, text=True, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return said.stdout.strip() if said.returncode == 0 else None
