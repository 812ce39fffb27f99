"""Keeps everything that crosses the wire as JSON lines, in full and without secrets, so that it can be checked afterwards.

Each workspace writes a file of its own, `<nanoseconds since 1970>-<pid>.jsonl`, in the folder it was told, or in that of the
environment variable `WORKSPACE_RECORD`: sorted by name, a workspace comes before the one that was started in its place. A line
says its `kind`:

    app           an app as it is installed: its scopes, its events, and digests of its secrets
    call          a Web API call: http, encoding and kind of token, arguments as they were sent, reply, status
    frame         a Socket Mode frame, either way
    post          a request to a request URL: headers, payload, answer
    response_url  what an app posted to a response URL, and what it was answered
    upload        the bytes of a file that came
    fault         something that went wrong on purpose, where it cannot be told from the rest

What is written waits in memory until there is enough of it, or the workspace stops, or the process ends; a process that is
killed loses what still waits.
"""

import atexit
import hashlib
import json
import os
import re
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

VARIABLE = "WORKSPACE_RECORD"
HIDDEN = "[hidden]"
_ENOUGH = 256 * 1024
_SLASH = "(?:/|%2F)"
_LOOKS_SECRET = re.compile(
    rf"(xox[a-z](?:\.xox[a-z])?-|xapp-|ticket(?:=|%3D)|{_SLASH}actions{_SLASH}\w+{_SLASH}\d+{_SLASH}"
    rf"|/upload/v1/\w+-|/files/\w+-)[\w-]+"
)
"""Tokens of every kind, and the parts of addresses that are as good as a token."""


class Recording:
    """One file of lines."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = _unused(folder)
        self._waiting: list[str] = []
        self._size = 0
        self._secrets: set[str] = set()
        self._hide = _LOOKS_SECRET
        self._open = True
        atexit.register(self.flush)

    def hide(self, secrets: Iterable[str]) -> None:
        """Never writes these texts, wherever they occur."""
        fresh = {secret for secret in secrets if secret} - self._secrets
        if fresh:
            self._secrets |= fresh
            known = "|".join(re.escape(json.dumps(secret)[1:-1]) for secret in sorted(self._secrets))
            self._hide = re.compile(f"{_LOOKS_SECRET.pattern}|{known}")

    def write(self, line: Mapping[str, Any]) -> None:
        text = self._hide.sub(lambda found: (found[1] or "") + HIDDEN, json.dumps(line, default=str)) + "\n"
        self._waiting.append(text)
        self._size += len(text)
        if self._size >= _ENOUGH or not self._open:
            self.flush()

    def flush(self) -> None:
        if self._waiting:
            with self._path.open("a", encoding="utf-8") as file:
                file.write("".join(self._waiting))
            self._waiting.clear()
            self._size = 0

    def close(self) -> None:
        """Writes what waits. What comes later is written at once."""
        self._open = False
        self.flush()
        atexit.unregister(self.flush)


def open_recording(folder: Path | None = None) -> Recording | None:
    """A recording in this folder, or in that of the environment; None if neither is given."""
    named = os.environ.get(VARIABLE, "")
    if folder is None and not named:
        return None
    return Recording(folder if folder is not None else Path(named))


def digest(secret: str) -> str:
    """What a recording says of a secret: enough to search for it, useless otherwise."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _unused(folder: Path) -> Path:
    """Also if the clock was set back to the moment in which another began."""
    while True:
        path = folder / f"{time.time_ns():019}-{os.getpid()}.jsonl"
        try:
            path.touch(exist_ok=False)
        except FileExistsError:
            continue
        return path
