"""Takes a picture of the card of each kind of step, as the local workspace draws it: docs/images/step-KIND.png.

    python scripts/pictures_of_steps.py [FOLDER]

Needs Playwright and Debian's Chromium. The walks are those of the transcripts in tests/games/kinds.
"""

import asyncio
import sys
from pathlib import Path

from playwright.async_api import async_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.games import test_games as games  # noqa: E402  # the repository must be importable first
from tests.page import story  # noqa: E402  # the same
from tests.page.standin import StandIn  # noqa: E402  # the same
from warroom.core import runview  # noqa: E402  # the same
from warroom.slack import cards  # noqa: E402  # the same

CHROMIUM = "/usr/bin/chromium"
WIDE = 760
ALONE = """
  .sidebar, #foot, .header, .day, .new-line, .beginning { display: none !important; }
  .layout { grid-template-columns: minmax(0, 1fr) !important; }
"""
ANA, BEN, CLEO = "U1", "U2", "U3"
WALKS: dict[str, tuple[str, ...]] = {
    "do": (f"{ANA}: give R1 host=db-1 path=/var", f"{CLEO}: take R1/look"),
    "choose": (),
    "check": (
        f"{ANA}: give R1 host=web.example.org",
        "check R1/up fails: https://web.example.org/healthz answered 503 in 41 ms; expected 200.",
        "check R1/wait-for-it fails: web.example.org:443 could not be reached: the connection was refused.",
    ),
    "ask": (),
    "wait": (),
    "confirm": (f"{BEN}: confirmed R1/sure",),
    "act": (
        f"{ANA}: give R1/service service=web",
        f"{BEN}: approve R1/roll-back",
        "act R1/1 begins",
        "act R1/1 says: deployment.apps/web rolled back",
    ),
    "announce": (f"{ANA}: give R1 region=us-east",),
    "runbook": (),
    "parallel": (f"{BEN}: done R3/stop-writes", f"{ANA}: done R2/tell"),
}


def card(kind: str) -> dict[str, object]:
    """The message that shows a walk at a step of this kind."""
    table = games.table()
    for line in (f"{ANA}: declare It burns", f"{ANA}: acknowledge I1", f"{BEN}: command", f"{ANA}: walk I1 {kind}"):
        table.say(line)
    for line in WALKS[kind]:
        refused = [each for each in table.say(line) if each.startswith("!")]
        assert not refused, f"{line}: {refused}"
    view = runview.run(table.room, "R1")
    assert view is not None
    return story.bot(900, kind, blocks=list(cards.run_card(view, 1).blocks))


async def take(folder: Path) -> None:
    """Post each card in a channel of its own, open it, take the picture."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for kind in WALKS:
            stand_in = StandIn()
            stand_in.messages["C4"] = [card(kind)]
            await stand_in.start()
            context = await browser.new_context(viewport={"width": WIDE, "height": 1400}, bypass_csp=True)
            page = await context.new_page()
            await page.goto(f"{stand_in.base}/?as=U1&channel=C4")
            await page.wait_for_selector("body.ready")
            await page.add_style_tag(content=ALONE)
            picture = await page.locator(".blocks.card").screenshot()
            await asyncio.to_thread((folder / f"step-{kind}.png").write_bytes, picture)
            await context.close()
            await stand_in.stop()
        await browser.close()


if __name__ == "__main__":
    asyncio.run(take(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images"))
