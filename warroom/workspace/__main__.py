"""`python -m warroom.workspace`: the workspace alone, for any Slack app. It is not Slack."""

import argparse
import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from warroom.workspace.manifest import ManifestError
from warroom.workspace.seed import Person, Seed, SeedError, read_seed
from warroom.workspace.server import InstalledApp, Workspace

_SEED = Seed(
    people=(
        Person(name="ana", real_name="Ana Lindqvist", role="Responder", emoji="🦊"),
        Person(name="ben", real_name="Ben Okafor", role="Responder", emoji="🐻"),
        Person(name="mira", real_name="Mira Sato", role="Dungeon master", emoji="🐉", is_admin=True),
    ),
    channels=("general", "incidents"),
)


class _Unusable(Exception):
    """Something on the command line cannot be used; the text is for the person who typed it."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Serves until interrupted. `arguments` are those of the command line when absent.

    Raises:
        SystemExit: With 2 and a sentence, if a file cannot be read or the port is taken.
    """
    options = _options(arguments)
    try:
        asyncio.run(_serve(options))
    except _Unusable as wrong:
        print(f"workspace: {wrong}", file=sys.stderr)
        raise SystemExit(2) from None


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m warroom.workspace", description=__doc__)
    parser.add_argument("--port", type=int, default=8421, help="the port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--state", type=Path, help="the SQLite file everything is kept in; without it nothing is kept")
    parser.add_argument("--seed", type=Path, help="a YAML file with team_name, people, channels, groups")
    parser.add_argument("--manifest", type=Path, action="append", default=[], help="an app manifest (JSON or YAML)")
    parser.add_argument("--record", type=Path, help="a folder to write everything to that crosses the wire")
    parser.add_argument("--rate-limits", action="store_true", help="answer 429 as Slack does")
    parser.add_argument("--json", action="store_true", help="print addresses and tokens as one line of JSON")
    return parser.parse_args(arguments)


async def _serve(options: argparse.Namespace) -> None:
    workspace = _workspace(options)
    manifests = [(path, _document(path, "manifest")) for path in options.manifest]
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stopping.set)
    try:
        await workspace.start(port=options.port)
    except OSError as wrong:
        await workspace.stop()
        raise _Unusable(
            f"Port {options.port} cannot be used ({os.strerror(wrong.errno or 0).lower()}). Try --port 0."
        ) from None
    try:
        apps = [await _install(workspace, path, document) for path, document in manifests]
        print(_as_json(workspace, apps) if options.json else _for_people(workspace, apps), flush=True)
        await stopping.wait()
    finally:
        await workspace.stop()


def _workspace(options: argparse.Namespace) -> Workspace:
    try:
        seed = read_seed(_document(options.seed, "seed")) if options.seed else _SEED
        return Workspace(seed=seed, state=options.state, rate_limits=options.rate_limits, record=options.record)
    except SeedError as wrong:
        raise _Unusable(f"{options.seed or 'The seed'}: {wrong}") from None


def _document(path: Path, what: str) -> Any:
    try:
        return yaml.safe_load(path.read_text("utf-8"))
    except OSError as wrong:
        raise _Unusable(f"The {what} {path} cannot be read: {wrong.strerror}.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as wrong:
        raise _Unusable(f"The {what} {path} is neither YAML nor JSON: {wrong}") from None


async def _install(workspace: Workspace, path: Path, document: Any) -> InstalledApp:
    if not isinstance(document, dict):
        raise _Unusable(f"The manifest {path} is not an object.")
    try:
        return await workspace.install(document)
    except ManifestError as wrong:
        raise _Unusable(f"The manifest {path} cannot be installed: {wrong}") from None


def _as_json(workspace: Workspace, apps: list[InstalledApp]) -> str:
    shown = [
        {
            "app": app.name,
            "app_id": app.app_id,
            "bot_user_id": app.bot_user_id,
            "bot_token": app.bot_token,
            "app_token": app.app_token,
            "signing_secret": app.signing_secret,
        }
        for app in apps
    ]
    return json.dumps({"url": workspace.url, "api_url": workspace.api_url, "apps": shown})


def _for_people(workspace: Workspace, apps: list[InstalledApp]) -> str:
    lines = [
        f"A local workspace. It is not Slack.  {workspace.url}/",
        f"Its Web API (base_url, slackApiUrl):  {workspace.api_url}",
    ]
    for app in apps:
        lines += [
            "",
            f"# {app.name}",
            f"export SLACK_BOT_TOKEN={app.bot_token}",
            f"export SLACK_APP_TOKEN={app.app_token}",
            f"export SLACK_SIGNING_SECRET={app.signing_secret}",
        ]
    if not apps:
        lines += ["", "No app is installed: start with --manifest FILE, or post one to /local/install."]
    return "\n".join([*lines, "", "Ctrl-C stops it."])


if __name__ == "__main__":
    main()
