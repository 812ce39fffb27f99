"""What actions cost, counted: these are numbers that no busy machine changes. How long anything takes is not for tests."""

from pathlib import Path

from bench.cost.actions import Count, counted
from bench.cost.places import Place

# What is asked of the database before somebody is answered. What is said afterwards is counted beside it.
SAYING = ("outbox.", "cards.", "perform.", "budgets.", "handle.Runtime._read", "people.")


async def test_every_transaction_has_its_reason_and_there_are_no_more(tmp_path: Path) -> None:
    """Every action of an incident, played at the local workspace: what it takes until it is answered, and Slack's calls."""
    counts = {each.action: each for each in await counted(Place(folder=tmp_path, server=None, quick=True))}
    found = {name: (_before_the_answer(each), dict(sorted(each.calls.items()))) for name, each in counts.items()}
    shown = {"chat.postMessage": 1, "chat.update": 1}
    assert found["Press “Acknowledge”"] == (1, shown)
    assert found["Press “Take command”"] == (1, shown)
    assert found["Say something in the war room"] == (1, {})
    assert found["Take a note, by command"] == (3, {})
    assert found["Post an update, by command"] == (3, shown)
    assert found["The same alert again"] == (1, {})
    assert found["Be refused"][1] == {}


def _before_the_answer(count: Count) -> int:
    return sum(times for name, times in count.ran.items() if not name.startswith(SAYING))
