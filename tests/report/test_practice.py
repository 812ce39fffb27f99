"""From the timelines of games to what Murphy is told of them."""

from tests.games.test_games import table
from warroom.report.practice import practised

GAME = (
    "harriet: start small with ana",
    "+1m",
    "harriet: improvise incident Cache cold: The cache is empty.",
    "ana: resolve I1",
    "+5m",
    "harriet: end",
)


def test_what_was_played_is_a_cell_of_the_history() -> None:
    """A cell that was drilled and resolved is known, with when and how it went; what names no service is no cell."""
    here = table()
    for line in GAME:
        here.say(line)
    history = practised([here.entries])
    assert set(history.cells) == {"databases/lost"}
    drilled = history.cells["databases/lost"]
    assert (drilled.n, drilled.last) == (1, here.room.incidents["I1"].declared_at)
    assert 0 < drilled.outcome <= 1
    again = practised([here.entries, here.entries])
    assert again.cells["databases/lost"].n == 2


def test_what_was_open_together_counts_as_a_pair() -> None:
    """What begins while something else is going on was practised together with it."""
    here = table()
    for line in (
        "harriet: plan whole with ana, ben; in staging",
        "olga: approve-fault redis/primary",
        "harriet: preflight",
        "preflight green",
        "harriet: say-go dungeon master",
        "ben: say-go support",
        "harriet: go",
        "+13m",
        "harriet: end",
    ):
        here.say(line)
    history = practised([here.entries])
    first, second = (each for each in here.room.incidents.values())
    names = [f"{each.services[0]}/{each.failure_modes[0]}" for each in (first, second)]
    assert history.pairs == {" + ".join(sorted(names)): 1}
