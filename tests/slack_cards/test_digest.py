"""What waited for long is said in one message, which says for how many it stands."""

from datetime import UTC, datetime

from hypothesis import example, given
from hypothesis import strategies as st

from warroom.core.effects import WAR_ROOM, Say, Tone
from warroom.core.views import Mark
from warroom.slack.notices import digest

MARK = Mark(drill=True, name="October 21", key="GD-1")
NOON = datetime(2026, 3, 6, 12, tzinfo=UTC)


@example(lengths=[400] * 60)  # more than one message may hold
@given(lengths=st.lists(st.integers(0, 400), min_size=1, max_size=60))
def test_a_digest_stands_for_what_it_holds_and_for_no_more(lengths: list[int]) -> None:
    """It holds the first of them, as many as it says, and the rest is left to be said by the next."""
    waited = [
        (NOON, Say(place=WAR_ROOM, tone=Tone.BAD_NEWS, title=f"news {number}.", body=("x" * length,)))
        for number, length in enumerate(lengths)
    ]
    message, told = digest(waited, MARK, {})
    assert 1 <= told <= len(waited)
    assert f"{told} messages are late" in message.text
    for number in range(len(waited)):
        assert (f"news {number}." in message.text) == (f"news {number}." in str(message.blocks)) == (number < told)
