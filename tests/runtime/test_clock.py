"""The clock of a process: what really passed, whatever somebody does to the machine's clock."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.runtime.clock import SLEWED, SystemClock

NOON = datetime(2026, 3, 29, 0, 59, 50, tzinfo=UTC)  # ten seconds before the clocks of Europe change
SECOND = timedelta(seconds=1)


class Machine:
    """A machine whose clock can be set while time passes."""

    def __init__(self) -> None:
        self.wall, self.up = NOON.timestamp(), 1000.0

    def clock(self) -> SystemClock:
        return SystemClock(wall=lambda: self.wall, passed=lambda: self.up)

    def pass_time(self, seconds: float) -> None:
        self.wall, self.up = self.wall + seconds, self.up + seconds


def near(one: datetime, other: datetime) -> bool:
    return abs(one - other) <= timedelta(milliseconds=2)


@pytest.mark.parametrize("hours", [1, -1, 24])
def test_a_clock_that_is_set_moves_nothing(hours: int) -> None:
    """Somebody sets the machine's clock by an hour: for us a minute is still a minute, and it is known by how much."""
    machine = Machine()
    clock = machine.clock()
    machine.wall += hours * 3600
    machine.pass_time(60)
    assert near(clock.now(), NOON + 60 * SECOND)
    assert clock.set_by() == timedelta(hours=hours)


def test_a_suspended_machine_has_aged() -> None:
    """While a laptop sleeps its clock goes on, and so does ours: when it wakes, what was due is due."""
    machine = Machine()
    clock = machine.clock()
    machine.pass_time(3 * 3600)
    assert near(clock.now(), NOON + timedelta(hours=3))
    assert clock.set_by() == timedelta(0)


def test_small_corrections_are_followed() -> None:
    """A machine's clock that is put right by some seconds is followed, forwards at once and backwards without going back."""
    machine = Machine()
    clock = machine.clock()
    machine.wall += 30
    assert near(clock.now(), NOON + 30 * SECOND)
    machine.wall -= 10
    seen = [clock.now()]
    for _ in range(30):
        machine.pass_time(1)
        seen.append(clock.now())
    assert seen == sorted(seen)
    assert near(seen[-1], datetime.fromtimestamp(machine.wall, UTC))


def test_summer_time_is_no_event() -> None:
    """When the clocks of a country change, nothing happens: the time is kept in UTC."""
    machine = Machine()
    clock = machine.clock()
    machine.pass_time(20)
    assert near(clock.now(), NOON + 20 * SECOND)


@given(st.lists(st.tuples(st.floats(0, 500), st.floats(-7200, 7200)), max_size=30))
def test_it_never_goes_back_and_never_far_from_what_passed(steps: list[tuple[float, float]]) -> None:
    """Whatever is done to the machine's clock, ours never goes back, and each single step moves it by little."""
    machine = Machine()
    clock = machine.clock()
    before = clock.now()
    for seconds, set_by in steps:
        machine.wall += set_by
        machine.pass_time(seconds)
        now = clock.now()
        assert before <= now <= before + timedelta(seconds=seconds + SLEWED + 1)
        before = now
