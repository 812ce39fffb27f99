"""Slack apps that nobody here wrote: installed from the registries, run unchanged with only the base URL replaced, and used."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from warroom.workspace import InstalledApp, Person, PersonAt, Seed, Workspace

from .bots import PATIENCE, UNHURRIED, BotFailed, Program, running_foreign

_HERE = Path(__file__).parent
_SEED = Seed(
    team_name="Ghostbusters",
    people=(Person(name="ana", real_name="Ana Lindqvist", email="ana@example.com"), Person(name="ben")),
    channels=("general",),
)

Doc = dict[str, Any]


async def test_slack_machine(slack_machine: Path, tmp_path: Path) -> None:
    """Slack Machine 0.40.1 (asyncio, strict models of users and channels) greets, answers ping and prints its help."""
    command = [slack_machine / "bin" / "python", _HERE / "launch.py", slack_machine / "bin" / "slack-machine"]
    tokens = {"SM_SLACK_BOT_TOKEN": "bot", "SM_SLACK_APP_TOKEN": "app"}
    async with _at_home("machine", command, tokens, tmp_path) as (workspace, _, ana):
        general = workspace.channel("general")
        assert await _asked(ana, general, "ping") == "pong"
        assert "Playing Ping Pong" in await _asked(ana, general, "@machine help")
        assert f"<@{ana.user_id}>" in await _asked(ana, general, "@machine hello")
        assert workspace.wire.calls("users.list")
        _nothing_refused(workspace)


async def test_errbot(errbot: Path, tmp_path: Path) -> None:
    """Errbot 6.2.1 with its SlackV3 backend knows who asks, answers in channels and directly, and joins a channel it is told to."""
    (tmp_path / "data").mkdir()
    (tmp_path / "config.py").write_text(_ERRBOT_CONFIG, encoding="utf-8")
    command = [errbot / "bin" / "python", _HERE / "launch.py", errbot / "bin" / "errbot", "-c", tmp_path / "config.py"]
    async with _at_home("errbot", command, {"ERR_TOKEN": "bot", "ERR_APP_TOKEN": "app"}, tmp_path) as at_home:
        workspace, app, ana = at_home
        general = workspace.channel("general")
        assert await _asked(ana, general, "!echo over and out") == "over and out"
        assert "Errbot version 6.2.1" in await _asked(ana, general, "!about")
        direct = await ana.open_dm(app.bot_user_id)
        whoami = await _asked(ana, direct, "!whoami")
        assert ana.user_id in whoami
        assert "Ana Lindqvist" in whoami
        _nothing_refused(workspace)


async def test_hubot(hubot: Path, tmp_path: Path) -> None:
    """Hubot 14.1.0 (on older Slack clients than ours: socket-mode 2, web-api 6) answers a mention and a direct message."""
    # Scripts are loaded after Hubot has connected; the one for help comes last and says that there is no HTTP server.
    (tmp_path / "external-scripts.json").write_text(
        '["hubot-rules", "hubot-diagnostics", "hubot-help"]', encoding="utf-8"
    )
    (tmp_path / "node_modules").symlink_to(hubot)
    program = tmp_path / "node_modules" / ".bin" / "hubot"
    command = ["node", "--require", _HERE / "preload.cjs", program, "--name", "hubot", "--disable-httpd"]
    command += ["--adapter", "@hubot-friends/hubot-slack"]
    tokens = {"HUBOT_SLACK_BOT_TOKEN": "bot", "HUBOT_SLACK_APP_TOKEN": "app"}
    async with _at_home("hubot", command, tokens, tmp_path, loaded="registering a HTTP route") as (workspace, app, ana):
        general = workspace.channel("general")
        assert await _asked(ana, general, "@hubot ping") == "PONG"
        assert "A robot may not injure a human being" in await _asked(ana, general, "@hubot the rules")
        assert "hubot ping" in await _asked(ana, general, "@hubot help ping")
        direct = await ana.open_dm(app.bot_user_id)
        assert await _asked(ana, direct, "ping") == "PONG"
        _nothing_refused(workspace)


_ERRBOT_CONFIG = """
import os, pathlib
HERE = pathlib.Path(__file__).parent
BACKEND = "SlackV3"
BOT_DATA_DIR = str(HERE / "data")
BOT_LOG_FILE = None
BOT_LOG_LEVEL = "INFO"
BOT_EXTRA_PLUGIN_DIR = None
BOT_ADMINS = ("@ana",)
BOT_IDENTITY = {"token": os.environ["ERR_TOKEN"], "app_token": os.environ["ERR_APP_TOKEN"]}
CORE_PLUGINS = ("ACLs", "Help", "Health", "Utils")
"""


def _manifest(name: str) -> Doc:
    scopes = (
        "app_mentions:read channels:history channels:join channels:manage channels:read chat:write groups:history"
        " groups:read im:history im:read im:write mpim:read reactions:read team:read users:read users:read.email"
    )
    events = ("member_joined_channel", "message.channels", "message.im", "reaction_added")
    return {
        "display_information": {"name": name},
        "features": {
            "app_home": {"messages_tab_enabled": True},
            "bot_user": {"display_name": name, "always_online": True},
        },
        "oauth_config": {"scopes": {"bot": scopes.split()}},
        "settings": {"event_subscriptions": {"bot_events": list(events)}, "socket_mode_enabled": True},
    }


@asynccontextmanager
async def _at_home(
    name: str, command: Sequence[str | Path], tokens: Mapping[str, str], folder: Path, loaded: str = ""
) -> AsyncIterator[tuple[Workspace, InstalledApp, PersonAt]]:
    """The app, connected to a workspace and invited to #general, where Ana is. `tokens` names its variables for them.

    `loaded` is what the app logs when it is ready, if that is later than its connection.
    """
    async with Workspace(seed=_SEED, timing=UNHURRIED) as workspace:
        app = await workspace.install(_manifest(name))
        values = {"bot": app.bot_token, "app": app.app_token}
        environment = _surroundings() | {"SLACK_API_URL": workspace.api_url}
        environment |= {name: values[token] for name, token in tokens.items()}
        async with running_foreign(command, environment, folder) as program:
            await _connected(workspace, app, program)
            await program.until(lambda: any(loaded in line for line in program.lines), f"the line {loaded}")
            async with PersonAt(workspace.url, workspace.person("ana")) as ana:
                await ana.invite(workspace.channel("general"), app.bot_user_id)
                yield workspace, app, ana


def _surroundings() -> dict[str, str]:
    """What the app may see of ours: no settings, no import path."""
    return {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}


async def _connected(workspace: Workspace, app: InstalledApp, program: Program) -> None:
    """Returns when the app is connected; fails with its last words if it ends first."""
    connecting = asyncio.create_task(workspace.wait_for_connections(app))
    ending = asyncio.create_task(program.process.wait())
    await asyncio.wait((connecting, ending), timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
    connected = connecting.done()
    for task in (connecting, ending):
        task.cancel()
    await asyncio.gather(connecting, ending, return_exceptions=True)
    if not connected:
        raise BotFailed(f"It did not connect.\n{program.last_words()}")


async def _asked(ana: PersonAt, channel: str, text: str) -> str:
    """What the app answers to Ana in that channel."""
    await ana.say(channel, text)
    answer = await ana.wait_for_message(lambda m: m["author"]["is_app"], channel=channel, within=PATIENCE)
    return str(answer["text"])


def _nothing_refused(workspace: Workspace) -> None:
    """No call of the app was refused: all it needs is here."""
    assert [(call.method, call.response) for call in workspace.wire.calls() if not call.response["ok"]] == []
