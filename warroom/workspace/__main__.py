"""`python -m warroom.workspace`: the workspace alone, for any bot."""

import argparse
import asyncio
import json
import signal
from collections.abc import Sequence
from pathlib import Path

import yaml

from warroom.workspace.seed import Person, Seed, read_seed
from warroom.workspace.server import Workspace

_SEED = Seed(
    people=(
        Person(name="ana", real_name="Ana Lindqvist", role="Responder", emoji="🦊"),
        Person(name="ben", real_name="Ben Okafor", role="Responder", emoji="🐻"),
        Person(name="mira", real_name="Mira Sato", role="Dungeon master", emoji="🐉"),
    ),
    channels=("general", "incidents"),
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Serves until interrupted. `arguments` are those of the command line when absent."""
    options = _options(arguments)
    seed = read_seed(yaml.safe_load(options.seed.read_text("utf-8"))) if options.seed else _SEED
    asyncio.run(_serve(Workspace(seed=seed, state=options.state, rate_limits=options.rate_limits), options))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m warroom.workspace", description=__doc__)
    parser.add_argument("--port", type=int, default=8421, help="the port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--state", type=Path, help="the SQLite file everything is kept in; without it nothing is kept")
    parser.add_argument("--seed", type=Path, help="a YAML file with team_name, people, channels, groups")
    parser.add_argument("--manifest", type=Path, action="append", default=[], help="an app manifest (JSON or YAML)")
    parser.add_argument("--rate-limits", action="store_true", help="answer 429 as Slack does")
    return parser.parse_args(arguments)


async def _serve(workspace: Workspace, options: argparse.Namespace) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stopping.set)
    await workspace.start(port=options.port)
    print(f"workspace  {workspace.url}/\nAPI        {workspace.api_url}", flush=True)
    for path in options.manifest:
        app = await workspace.install(yaml.safe_load(path.read_text("utf-8")))
        tokens = {"bot_token": app.bot_token, "app_token": app.app_token, "signing_secret": app.signing_secret}
        print(json.dumps({"app": app.name, "app_id": app.app_id} | tokens), flush=True)
    await stopping.wait()
    await workspace.stop()


if __name__ == "__main__":
    main()
