"""Who is in which team when nobody has said so."""

from hypothesis import given
from hypothesis import strategies as st

from warroom.core.roster import divided

NAMES = st.lists(st.text("abcdefgh", min_size=1, max_size=3), unique=True, max_size=9).map(tuple)


@given(players=NAMES, teams=NAMES)
def test_players_are_divided_evenly(players: tuple[str, ...], teams: tuple[str, ...]) -> None:
    """Everybody is in a team and every team has somebody, as evenly as it goes; nobody is in several without need."""
    found = divided(players, teams)
    if not players or not teams:
        assert found == {}
        return
    sizes = [len(each) for each in found.values()]
    assert tuple(found) == teams
    assert max(sizes) - min(sizes) <= 1
    assert min(sizes) >= 1
    if len(teams) > 1:
        assert {person for team in found.values() for person in team} == set(players)
    else:
        assert sizes == [max(1, len(players) // 2)]
    if len(players) >= len(teams):
        assert sum(sizes) == len({person for team in found.values() for person in team})
