"""A browser, the stand-in and windows of people for the tests of the page. They share one event loop: a browser starts slowly."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.page.standin import StandIn

CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

OpenPage = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One headless Chromium for all tests; they are skipped where there is none."""
    if not os.access(CHROMIUM, os.X_OK):
        pytest.skip(f"these tests look at the page in a browser, and {CHROMIUM} is not installed")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def workspace() -> AsyncIterator[StandIn]:
    """A fresh stand-in with the canned story."""
    stand_in = StandIn()
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(browser: Browser, workspace: StandIn) -> AsyncIterator[OpenPage]:
    """Opens a window as a person: `await open_page("U1", channel="C1")`.

    A script error, a dialog of the browser, a violation of the page's policy or a request to anybody else fails the test.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    async def open_as(
        person: str, *, channel: str = "C1", width: int = 1280, height: int = 800, **options: Any
    ) -> Page:
        context = await browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = await context.new_page()
        page.set_default_timeout(5000)
        page.on("pageerror", lambda error: complaints.append(f"script error: {error}"))
        page.on("dialog", lambda dialog: complaints.append(f"a dialog opened: {dialog.message}"))
        page.on("request", lambda request: _only_ours(complaints, workspace, request.url))
        page.on("console", lambda said: _note(complaints, said.text))
        await page.goto(f"{workspace.base}/?as={person}&channel={channel}")
        await page.wait_for_selector("body.ready")
        return page

    yield open_as
    for context in contexts:
        await context.close()
    assert complaints == []


def _only_ours(complaints: list[str], workspace: StandIn, url: str) -> None:
    if not url.startswith((workspace.base, "data:")):
        complaints.append(f"a request to {url}")


def _note(complaints: list[str], text: str) -> None:
    if "Content Security Policy" in text or "Refused to" in text:
        complaints.append(text)
