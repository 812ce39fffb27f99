"""Takes the picture of every block that the local workspace draws, in three columns, light: docs/images/blocks.png.

    python scripts/picture_of_blocks.py [FILE]

Needs Playwright and Debian's Chromium. The blocks are those the tests of the page draw.
"""

import asyncio
import sys
from pathlib import Path

from playwright.async_api import async_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.page import blocks, story  # noqa: E402  # the repository must be importable first
from tests.page.standin import StandIn  # noqa: E402  # the same

CHROMIUM = "/usr/bin/chromium"
LARGEST = 400_000  # bytes
WIDE = 1500
COLUMNS = """
  .sidebar, #foot, .header, .day, .new-line, .beginning { display: none !important; }
  .layout { grid-template-columns: minmax(0, 1fr) !important; }
  .blocks.card { display: block !important; max-width: none !important; columns: 3; column-gap: 28px; }
  .blocks.card > * { break-inside: avoid; margin-bottom: 12px; }
"""


async def take(file: Path) -> None:
    """Post every block in the stand-in, open its page, take the picture."""
    stand_in = StandIn()
    stand_in.messages["C4"] = [story.bot(900, "Every block", blocks=blocks.SHOWN)]
    await stand_in.start()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        context = await browser.new_context(viewport={"width": WIDE, "height": 2400}, bypass_csp=True)
        page = await context.new_page()
        await page.goto(f"{stand_in.base}/?as=U1&channel=C4")
        await page.wait_for_selector("body.ready")
        await page.add_style_tag(content=COLUMNS)
        picture = await page.locator(".blocks.card").screenshot()
        await browser.close()
    await stand_in.stop()
    await asyncio.to_thread(_keep, file, picture)


def _keep(file: Path, picture: bytes) -> None:
    if len(picture) > LARGEST:
        raise SystemExit(f"{file.name} has {len(picture)} bytes; no more than {LARGEST} are wanted.")
    file.write_bytes(picture)


if __name__ == "__main__":
    asyncio.run(take(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images" / "blocks.png"))
