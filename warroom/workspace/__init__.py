"""A local workspace that speaks Slack's protocol on loopback: Web API, Socket Mode, and a page to be people on.

    async with Workspace(seed=Seed(people=(Person(name="ana"),))) as workspace:
        app = await workspace.install(manifest)
        client = AsyncWebClient(token=app.bot_token, base_url=workspace.api_url)

It knows nothing of warroom and keeps its own state file. With `record=FOLDER`, or WORKSPACE_RECORD=FOLDER in the environment,
everything that crosses its wire is also written there as JSON lines, without secrets (`warroom.workspace.recording`).
"""

from warroom.workspace.faults import Faults
from warroom.workspace.manifest import ManifestError
from warroom.workspace.people import PersonAt, PersonRefused
from warroom.workspace.seed import Person, Seed, SeedChannel, SeedError, SeedGroup, read_seed
from warroom.workspace.server import InstalledApp, Workspace
from warroom.workspace.timing import Timing
from warroom.workspace.wire import Exchange, Wire

__all__ = [
    "Exchange",
    "Faults",
    "InstalledApp",
    "ManifestError",
    "Person",
    "PersonAt",
    "PersonRefused",
    "Seed",
    "SeedChannel",
    "SeedError",
    "SeedGroup",
    "Timing",
    "Wire",
    "Workspace",
    "read_seed",
]
