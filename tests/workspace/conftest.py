"""Starts and stops what the tests need: workspaces, bots, people."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from warroom.workspace import PersonAt, Workspace

from .bench import SEED, Arrive, Bench, StartBench, StartBot, manifest


@pytest.fixture
async def start_bench() -> AsyncIterator[StartBench]:
    """Starts workspaces that are stopped at the end."""
    started: list[Workspace] = []

    async def start(*, app: dict[str, Any] | None = None, **options: Any) -> Bench:
        workspace = Workspace(**({"seed": SEED} | options))
        started.append(workspace)
        await workspace.start()
        installed = await workspace.install(app or manifest())
        client = AsyncWebClient(token=installed.bot_token, base_url=workspace.api_url, retry_handlers=[], timeout=10)
        return Bench(workspace, installed, client)

    yield start
    for workspace in started:
        await workspace.stop()


@pytest.fixture
async def bench(start_bench: StartBench) -> Bench:
    return await start_bench()


@pytest.fixture
async def start_bot() -> AsyncIterator[StartBot]:
    """Connects slack-bolt apps over Socket Mode; they are disconnected at the end."""
    handlers: list[AsyncSocketModeHandler] = []

    async def start(bench: Bench, app: AsyncApp) -> AsyncSocketModeHandler:
        client = AsyncWebClient(base_url=bench.workspace.api_url, retry_handlers=[], timeout=10)
        handler = AsyncSocketModeHandler(app, bench.app.app_token, web_client=client)
        handlers.append(handler)
        await handler.connect_async()
        return handler

    yield start
    for handler in handlers:
        await handler.close_async()


@pytest.fixture
async def arrive() -> AsyncIterator[Arrive]:
    """Lets people arrive; they leave at the end."""
    present: list[PersonAt] = []

    async def come(bench: Bench, name: str) -> PersonAt:
        person = PersonAt(bench.workspace.url, bench.workspace.person(name))
        present.append(person)
        return await person.open()

    yield come
    for person in present:
        await person.close()
