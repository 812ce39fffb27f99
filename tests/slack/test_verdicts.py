"""What Slack's answers mean."""

from datetime import timedelta

import pytest

from warroom.slack.verdicts import LONGEST, retry_after
from warroom.store import budgets, outbox


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        ("0.5", 0.5),
        ("0", 0),
        ("-3", 0),
        ("600", 600),
        ("601", 600),
        ("3600", 600),
        ("inf", 600),
        ("1e300", 600),
        (None, 30),
        ("", 30),
        ("soon", 30),
        ("nan", 30),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 60),
    ],
)
def test_how_long_slack_is_left_alone(header: str | None, seconds: float) -> None:
    """As long as it says, ten minutes at most; half a minute when it does not say it in a way that can be read."""
    assert retry_after(header) == timedelta(seconds=seconds)


def test_what_slack_asks_for_is_never_taken_for_a_wrong_clock() -> None:
    """The longest hold, and whatever rests because of it, is nearer than what counts as written by a wrong clock."""
    assert timedelta(seconds=LONGEST) < budgets.FARTHEST < outbox.FARTHEST["talk"]


ANSWERED = "Wed, 21 Oct 2026 07:28:00 GMT"


@pytest.mark.parametrize(
    ("until", "seconds"),
    [
        ("Wed, 21 Oct 2026 07:28:07 GMT", 7),
        ("Wed, 21 Oct 2026 07:33:00 GMT", 300),
        ("Wed, 21 Oct 2026 23:28:00 GMT", 600),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 1),
        ("Wed, 21 Oct 2026 07:00:00 GMT", 1),
        ("Wed, 21 Oct 2026 00:29:00 -0700", 60),
        ("2.5", 2.5),
    ],
)
def test_a_date_counts_from_when_it_was_answered(until: str, seconds: float) -> None:
    """Both were written by one clock; ours, which may be wrong, has nothing to say."""
    assert retry_after(until, ANSWERED) == timedelta(seconds=seconds)
