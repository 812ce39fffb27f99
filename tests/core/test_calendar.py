"""The laws of the calendar: pure arithmetic on instants."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import assume, given
from hypothesis import strategies as st

from warroom.core.calendar import (
    MONTHLY,
    ONCE,
    REPEATS,
    Occurrence,
    Step,
    drawn,
    due,
    least_recent,
    next_after,
    next_look,
    occurrence,
    steps,
)

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"])
INSTANTS = st.integers(0, 15 * 365 * 24 * 60).map(
    lambda minutes: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
AGAIN = st.sampled_from([each for each in REPEATS if each != ONCE])
SURPRISES = st.sampled_from(["announced", "window", "unannounced"])
HOURS = st.integers(0, 200).map(lambda hours: timedelta(hours=hours))


@given(first=INSTANTS, after=INSTANTS, zone=ZONES, repeats=AGAIN)
def test_the_next_is_always_later(first: datetime, after: datetime, zone: str, repeats: str) -> None:
    """What comes next comes after now, and nothing that repeats comes between."""
    assume(after > first - timedelta(days=1))
    coming = next_after(first, zone, repeats, after)
    assert coming is not None
    number, begins = coming
    assert begins > after
    before = occurrence(first, zone, repeats, number - 1) if number else None
    assert before is None or before <= after


@given(first=INSTANTS, zone=ZONES, number=st.integers(1, 100), repeats=AGAIN)
def test_the_clock_at_the_wall_is_kept(first: datetime, zone: str, number: int, repeats: str) -> None:
    """Whatever is done to the clocks, it comes at the same time of day and on the same weekday as the first."""
    at, again = first.astimezone(ZoneInfo(zone)), occurrence(first, zone, repeats, number)
    assert again is not None
    there = again.astimezone(ZoneInfo(zone))
    assert there.weekday() == at.weekday()
    wall = there.replace(hour=at.hour, minute=at.minute, fold=0)
    exists = wall.astimezone(UTC).astimezone(ZoneInfo(zone)).time() == at.time()
    assert there.time() == at.time() if exists else there.time() > at.time()


def test_two_in_the_afternoon_in_berlin() -> None:
    """Every Thursday at two o'clock: in winter that is 13:00 UTC, in summer 12:00."""
    first = datetime(2026, 3, 26, 14, 0, tzinfo=BERLIN).astimezone(UTC)
    begins = [occurrence(first, "Europe/Berlin", "weekly", number) for number in range(2)]
    assert begins == [datetime(2026, 3, 26, 13, 0, tzinfo=UTC), datetime(2026, 4, 2, 12, 0, tzinfo=UTC)]


def test_a_time_that_the_clocks_skip() -> None:
    """Half past two does not exist on the last Sunday of March: it comes an hour later, and the week after as ever."""
    first = datetime(2026, 3, 22, 2, 30, tzinfo=BERLIN).astimezone(UTC)
    walls = [occurrence(first, "Europe/Berlin", "weekly", number).astimezone(BERLIN).hour for number in range(3)]  # type: ignore[union-attr]
    assert walls == [2, 3, 2]


@given(first=INSTANTS, number=st.integers(0, 60))
def test_monthly_is_the_same_weekday_of_the_month(first: datetime, number: int) -> None:
    """The second Tuesday stays the second Tuesday; the fifth is the last. One in every month."""
    again = occurrence(first, "UTC", MONTHLY, number)
    assert again is not None
    months = (again.year - first.year) * 12 + again.month - first.month
    assert months == number
    nth = (first.day - 1) // 7
    assert (again.day - 1) // 7 == nth if nth < 4 else (again + timedelta(days=7)).month != again.month


def test_once_is_once() -> None:
    """What does not repeat has no second time, and no next one when it is over."""
    first = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    assert occurrence(first, "UTC", ONCE, 1) is None
    assert next_after(first, "UTC", ONCE, first) is None


@given(begins=INSTANTS, window=HOURS, seed=st.text(), number=st.integers(0, 1000))
def test_the_place_in_the_window_can_be_drawn_again(
    begins: datetime, window: timedelta, seed: str, number: int
) -> None:
    """It is within the window, a whole minute, and the same for the same seed."""
    starts = drawn(begins, window, seed, number)
    assert begins <= starts < begins + max(window, timedelta(minutes=1))
    assert (starts - begins) % timedelta(minutes=1) == timedelta(0)
    assert drawn(begins, window, seed, number) == starts


def test_every_place_in_the_window_comes() -> None:
    """Over many games each half hour of a window of two is drawn about as often as the others."""
    begins = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    halves = Counter(
        int((drawn(begins, timedelta(hours=2), "seed", number) - begins) / timedelta(minutes=30))
        for number in range(2000)
    )
    assert set(halves) == {0, 1, 2, 3}
    assert min(halves.values()) > 400


@given(begins=INSTANTS, window=HOURS, surprise=SURPRISES, waits=st.lists(st.integers(0, 2000), max_size=30))
def test_everything_is_done_once_and_in_order(
    begins: datetime, window: timedelta, surprise: str, waits: list[int]
) -> None:
    """However seldom somebody looks: opened first, started last, nothing twice, nothing early."""
    coming = Occurrence(number=0, begins=begins, starts=begins + (window if surprise == "window" else timedelta(0)))
    planned, now, done = steps(coming, surprise), begins - timedelta(days=2), list[Step]()
    for minutes in (*waits, 100_000):
        now += timedelta(minutes=minutes)
        todo = due(coming, surprise, done, now)
        assert all(planned[step] <= now for step in todo)
        done += todo
        if Step.START not in done:
            assert next_look(coming, surprise, now) > now
    assert len(done) == len(set(done))
    assert (done[0], done[-1]) == (Step.OPEN, Step.START)


def test_at_short_notice_one_reminder_is_enough() -> None:
    """Planned half an hour before: opened, and reminded once; what was missed is not said late."""
    begins = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    coming = Occurrence(number=0, begins=begins, starts=begins)
    assert due(coming, "announced", (), begins - timedelta(minutes=30)) == (Step.OPEN, Step.HOUR)
    assert due(coming, "announced", (), begins) == (Step.OPEN, Step.START)


@given(people=st.lists(st.sampled_from("abcdefg"), min_size=1, unique=True))
def test_everybody_directs_in_turn(people: list[str]) -> None:
    """Whoever directed least recently comes next: in any run of games as long as the list everybody directs once."""
    directed: list[str] = []
    for _ in range(3 * len(people)):
        directed.append(least_recent(people, directed))
    assert all(set(directed[at : at + len(people)]) == set(people) for at in range(len(directed) - len(people) + 1))
