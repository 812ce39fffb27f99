"""Fetches the official Node client and the foreign apps from the package registries, once, by locks of exact hashes.

`python3 tests/clients/fetching.py` fetches all that is not there yet; it needs nothing but Python's standard library, a
network, and for the Node packages node and npm. What is fetched lies in folders that git ignores.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

_HERE = Path(__file__).resolve().parent
_ROOT = _HERE.parents[1]
_STAMP = ".fetched"
_OLDEST_NODE = 20


class NotFetched(Exception):
    """The packages cannot be had here; the text says why."""


@dataclass(frozen=True, kw_only=True)
class Packages:
    """A lock and the folder its packages are installed in. A changed lock is installed anew."""

    kind: Literal["npm", "pip"]
    lock: Path
    folder: Path

    def there(self) -> bool:
        stamp = self.folder / _STAMP
        return stamp.is_file() and stamp.read_text("ascii") == self._digest()

    def fetch(self) -> Path:
        """Installs the packages unless they are there. Returns the folder.

        Raises:
            NotFetched: Node is missing or too old, or a registry cannot be reached.
        """
        if self.kind == "npm":
            _need_node()
        if not self.there():
            shutil.rmtree(self.folder, ignore_errors=True)
            if self.kind == "npm":
                self._npm()
            else:
                self._pip()
            (self.folder / _STAMP).write_text(self._digest(), "ascii")
        return self.folder

    def _npm(self) -> None:
        # Who has no network should not have to wait for it; CI had better try again.
        tries = [] if in_ci() else ["--fetch-retries=0"]
        _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", *tries], self.lock.parent)

    def _pip(self) -> None:
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        _run([sys.executable, "-m", "venv", str(self.folder)], self.lock.parent)
        pip = [
            str(self.folder / "bin" / "python"),
            "-m",
            "pip",
            "--disable-pip-version-check",
            "install",
            "--quiet",
            "--no-compile",
        ]
        _run([*pip, "--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", str(self.lock)], self.lock.parent)

    def _digest(self) -> str:
        return hashlib.sha256(self.lock.read_bytes()).hexdigest()


def _need_node() -> None:
    if not (shutil.which("node") and shutil.which("npm")):
        raise NotFetched("node and npm are not installed")
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.removeprefix("v").partition(".")[0]) < _OLDEST_NODE:
        raise NotFetched(f"node is {version}, and Slack's client needs {_OLDEST_NODE} or newer")


def _run(command: Sequence[str], folder: Path) -> None:
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise NotFetched(f"{' '.join(command[:4])} … failed:\n{(ran.stdout + ran.stderr)[-400:]}")


NODE_CLIENT = Packages(
    kind="npm", lock=_HERE / "bot_node" / "package-lock.json", folder=_HERE / "bot_node" / "node_modules"
)
HUBOT = Packages(kind="npm", lock=_HERE / "foreign" / "package-lock.json", folder=_HERE / "foreign" / "node_modules")
SLACK_MACHINE = Packages(
    kind="pip", lock=_HERE / "foreign" / "slack-machine.lock", folder=_ROOT / ".venv" / "foreign" / "slack-machine"
)
ERRBOT = Packages(kind="pip", lock=_HERE / "foreign" / "errbot.lock", folder=_ROOT / ".venv" / "foreign" / "errbot")


def in_ci() -> bool:
    return bool(os.environ.get("CI"))


def main() -> None:
    for packages in (NODE_CLIENT, HUBOT, SLACK_MACHINE, ERRBOT):
        try:
            packages.fetch()
        except NotFetched as failed:
            print(f"not fetched: {packages.lock.relative_to(_ROOT)}: {failed}")


if __name__ == "__main__":
    main()
