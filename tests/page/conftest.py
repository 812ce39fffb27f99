"""A browser, the stand-in and windows of people for the tests of the page. They share one event loop: a browser starts slowly."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.page.standin import StandIn

expect.set_options(timeout=15_000)  # a browser on a busy machine

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

DESKTOP: Any = {"width": 1280, "height": 800}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}

LONG = ("test_blocks.py", "test_chat.py", "test_workspace_dialog.py")
ALWAYS = (
    "test_it_says_that_it_is_not_slack",
    "test_every_control_has_a_name",
    "test_a_permalink_opens_its_message",
    "test_files_are_sent_with_a_text",
    "test_who_writes_at_once_writes_in_the_channel_that_was_chosen",
    "test_the_first_app",
    "test_a_fault_is_ordered_used_up_and_cleared",
    "test_starting_over",
    "test_every_block_is_drawn",
    "test_every_input_is_sent_in_its_shape",
    "test_files_of_a_form",
    "test_a_stack_of_modals",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of these files opens the page anew, which takes a second and more: `make test` takes one of each kind."""
    for item in items:
        if item.path.name in LONG and item.name.partition("[")[0] not in ALWAYS:
            item.add_marker(pytest.mark.long)


OpenPage = Callable[..., Awaitable[Page]]


class Tabs:
    """The tabs of one window, used again and again: a new one costs the browser a process, and a second of two processors."""

    def __init__(self, context: BrowserContext) -> None:
        self._context = context
        self._free: list[Page] = []
        self._used: list[Page] = []
        self._heard: list[tuple[Page, Any, Callable[..., None]]] = []

    async def take(self) -> Page:
        """An empty tab that remembers nothing, as a new one would."""
        self._used.append(self._free.pop() if self._free else await self._context.new_page())
        return self._used[-1]

    def listen(self, page: Page, event: Any, heard: Callable[..., None]) -> None:
        """Have `heard` told of the tab's events until it is given back."""
        self._heard.append((page, event, heard))
        page.on(event, heard)

    async def give_back(self) -> None:
        """Empties every tab that was taken, and closes all that the test opened by itself."""
        for page, event, heard in self._heard:
            page.remove_listener(event, heard)
        for page in set(self._context.pages) - {*self._used, *self._free}:
            await page.close()
        for page in self._used:
            if not page.is_closed():
                await page.evaluate("() => { sessionStorage.clear(); localStorage.clear(); }")
                await page.goto("about:blank")
                self._free.append(page)
        self._heard, self._used = [], []


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One headless Chromium for all tests; they are skipped where there is none."""
    if not os.access(CHROMIUM, os.X_OK):
        pytest.skip(f"these tests look at the page in a browser, and {CHROMIUM} is not installed")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def server() -> AsyncIterator[StandIn]:
    """The stand-in at one address for all tests, so that the browser fetches the page's thirty files only once."""
    stand_in = StandIn(caching="max-age=3600")
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def desktop(browser: Browser) -> AsyncIterator[BrowserContext]:
    """A browser window of a usual size."""
    context = await browser.new_context(viewport=DESKTOP)
    yield context
    await context.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def tabs(browser: Browser) -> AsyncIterator[Tabs]:
    """The tabs of a window of a usual size."""
    context = await browser.new_context(viewport=DESKTOP)
    yield Tabs(context)
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def workspace(server: StandIn) -> AsyncIterator[StandIn]:
    """The stand-in with a fresh story."""
    server.reset()
    yield server
    await server.leave()


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(browser: Browser, tabs: Tabs, workspace: StandIn) -> AsyncIterator[OpenPage]:
    """Opens a tab as a person: `await open_page("U1", channel="C1", phone=False)`.

    A script error, a dialog of the browser, a violation of the page's policy or a request to anybody else fails the test.
    """
    phones: list[BrowserContext] = []
    complaints: list[str] = []

    async def open_as(person: str, *, channel: str = "C1", phone: bool = False) -> Page:
        if phone:
            phones.append(await browser.new_context(**PHONE))
        page = await (phones[-1].new_page() if phone else tabs.take())
        page.set_default_timeout(15_000)  # a browser on a busy machine
        tabs.listen(page, "pageerror", lambda error: complaints.append(f"script error: {error}"))
        tabs.listen(page, "dialog", lambda dialog: complaints.append(f"a dialog opened: {dialog.message}"))
        tabs.listen(page, "request", lambda request: only_ours(complaints, workspace, request.url))
        tabs.listen(page, "console", lambda said: _note(complaints, said.text))
        await page.goto(f"{workspace.base}/?as={person}&channel={channel}")
        await page.wait_for_selector("body.ready")
        return page

    yield open_as
    await tabs.give_back()
    for context in phones:
        await context.close()
    assert complaints == []


def only_ours(complaints: list[str], workspace: StandIn, url: str) -> None:
    if not url.startswith((workspace.base, "data:")):
        complaints.append(f"a request to {url}")


def _note(complaints: list[str], text: str) -> None:
    if "Content Security Policy" in text or "Refused to" in text:
        complaints.append(text)
