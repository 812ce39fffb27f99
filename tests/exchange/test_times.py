"""Times as planners write them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.definitions.exchange import times


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


@given(st.integers(-400 * 86_400, 400 * 86_400))
def test_what_is_written_is_read_again(seconds: int) -> None:
    """offset(written(length)) == length, before the start and after it."""
    length = timedelta(seconds=seconds)
    assert times.offset(times.written(length)) == length


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("D+2 H+3 M+45", timedelta(days=2, hours=3, minutes=45)),
        ("J+1 H+1", timedelta(days=1, hours=1)),
        ("T+0 M+10", minutes(10)),
        ("d+0h+1m+5", minutes(65)),
        ("M-5", minutes(-5)),
        ("H+1 M-10", minutes(50)),
        ("T+12m", minutes(12)),
        ("T+1h 30m", minutes(90)),
        ("M + 4", minutes(4)),
        ("T+01:30", minutes(90)),
        ("+00:05:30", minutes(5.5)),
        ("M\u22125", minutes(-5)),
        ("09:05", None),
        ("M+", None),
        ("M+4 tomorrow", None),
        ("", None),
    ],
)
def test_the_grammar(text: str, length: timedelta | None) -> None:
    """Days (D, J or T), hours, minutes and seconds, each with its sign; anything else is none."""
    assert times.offset(text) == length


@pytest.mark.parametrize(
    ("text", "hours", "minutes"),
    [("09:05", 9, 5), ("9:05 pm", 21, 5), ("12:10 AM", 0, 10), ("07:29 PM", 19, 29), ("2026-05-04 09:05", 9, 5), ("Monday 9:30 AM", 9, 30), ("0905", 9, 5), ("2026-05-04 0905 hrs", 9, 5), ("2026-05-04", 0, 0)],
)  # fmt: skip
def test_times_of_day(text: str, hours: int, minutes: int) -> None:
    """A time of day, with or without the day."""
    found = times.clock(text)
    assert found
    assert found[1] == timedelta(hours=hours, minutes=minutes)


@pytest.mark.parametrize("text", ["25:00", "2500", "09:75", "soon", "9", "someday 09:00", ""])
def test_what_is_no_time_of_day(text: str) -> None:
    """A time that no clock shows is none."""
    assert times.clock(text) is None


def test_a_list_goes_on_after_midnight() -> None:
    """A time of day earlier than the one before it is on the next day; one shortly before the start is before it."""
    start = times.Start(timedelta(hours=22))
    assert times.after(start, None, timedelta(hours=23), None) == timedelta(hours=1)
    assert times.after(start, None, timedelta(hours=1), timedelta(hours=1)) == timedelta(hours=3)
    assert times.after(start, None, timedelta(hours=21, minutes=50), None) == timedelta(minutes=-10)
