"""Takes the pictures of the documentation: the demo's company a quarter of an hour into October 21, in a real browser.

    python scripts/screenshot.py [FOLDER]        docs/images when no folder is given

Needs Playwright and Debian's Chromium. What is on the pictures is what the scripted story has led to by then.
"""

import asyncio
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

from warroom.demo.cast import DATABASES, DUNGEON_MASTER, SEED
from warroom.demo.company import Company
from warroom.demo.stage import Stage
from warroom.demo.story import october_21
from warroom.runtime.clock import SystemClock
from warroom.testing import ManualClock
from warroom.workspace import PersonAt

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
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
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
LAST = 14  # minutes of the game's clock
LARGEST = 400_000  # bytes of one picture


class Curtain(Exception):
    """The story has gone far enough."""


class ShortStage(Stage):
    """A stage on which the story stops before what comes later than the last minute wanted."""

    async def until(self, minutes: float) -> None:
        if minutes > LAST:
            raise Curtain
        await super().until(minutes)


async def take(folder: Path) -> None:
    """Play to the last minute wanted, and take every picture."""
    async with AsyncExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="warroom-pictures-")))
        company = await stack.enter_async_context(Company.open(home, ManualClock(SystemClock().now()), in_haste=True))
        stage, id_of = await _played(company, stack), company.workspace.person
        war, back = await stage.channel(DATABASES, "-october-21"), await stage.channel(DUNGEON_MASTER, "backchannel")
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        stack.push_async_callback(browser.close)
        for name, who, channel, on, window in (
            ("game-day.png", DATABASES, war, "The East Coast servers are gone", DESK),
            ("phone.png", DATABASES, war, "The East Coast servers are gone", PHONE),
            ("run.png", DATABASES, war, "Fence the old primary", DESK),
            ("panel.png", DUNGEON_MASTER, back, "Next inject now", DESK),
        ):
            page = await _open(browser, f"{company.workspace.url}/?as={id_of(who)}&channel={channel}", window)
            await _show(page, on)
            await asyncio.to_thread(_keep, folder / name, await page.screenshot())
            await page.context.close()


async def _played(company: Company, stack: AsyncExitStack) -> Stage:
    url, id_of = company.workspace.url, company.workspace.person
    people = {each.name: await stack.enter_async_context(PersonAt(url, id_of(each.name))) for each in SEED.people}
    stage = ShortStage(company, people, lambda line: None)
    try:
        await october_21(stage)
    except Curtain:
        await stage.settled()
    return stage


async def _open(browser: Browser, address: str, window: dict[str, Any]) -> Page:
    page = await (await browser.new_context(**window)).new_page()
    await page.goto(address)
    await page.wait_for_selector("body.ready")
    return page


def _keep(file: Path, picture: bytes) -> None:
    if len(picture) > LARGEST:
        raise SystemExit(f"{file.name} has {len(picture)} bytes; no more than {LARGEST} are wanted.")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(picture)


async def _show(page: Page, on: str) -> None:
    """Scroll to the newest message that contains `on`."""
    await page.locator(".message", has_text=on).last.evaluate("message => message.scrollIntoView({block: 'start'})")
    await page.evaluate("() => document.fonts.ready")


if __name__ == "__main__":
    asyncio.run(take(Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES))
