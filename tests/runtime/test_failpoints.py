"""The named places at which tests kill this process."""

import re
from pathlib import Path

import warroom
from warroom import failpoints

CALLED = re.compile(r"\b(?:reached|passed)\(\"([a-z_.]+)\"\)")


def test_every_place_is_named_and_in_the_code() -> None:
    """Each named place lies somewhere in the code, once, and no place in the code is without a name."""
    sources = [path for path in Path(warroom.__file__).parent.rglob("*.py") if path.name != "failpoints.py"]
    found = [name for path in sources for name in CALLED.findall(path.read_text())]
    assert sorted(found) == sorted([*failpoints.NAMES, *failpoints.OF_FAULTS])


async def test_nobody_listens_unless_asked() -> None:
    """Whoever asked to be told is told; before and after that a place does nothing."""
    told: list[str] = []

    async def hook(name: str) -> None:
        told.append(name)

    await failpoints.reached("wake.due")
    failpoints.listen(hook, told.append)
    try:
        await failpoints.reached("wake.due")
        failpoints.passed("tx.begun")
    finally:
        failpoints.listen(None)
    failpoints.passed("tx.begun")
    assert told == ["wake.due", "tx.begun"]
