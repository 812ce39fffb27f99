"""The pacing gate: alone, and with responders who are fast, slow or not there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import many
from warroom.core.murphy import OPEN, Gate, Pacing, Phase, Size, TeamSample, gate, observe, played, wake_at
from warroom.core.murphy.pacing import PASSES, raw_intensity

MINUTE = timedelta(minutes=1)
CALM, BUSY = (
    TeamSample(),
    TeamSample(open=2, open_steps=4, overdue_steps=4, unacknowledged=5 * MINUTE, decisions_waiting=3),
)
CLOSED = (Size.BOSS,)


def watched(pacing: Pacing, team: TeamSample, minutes: int) -> Pacing:
    """The gate after so many more minutes, looked at each minute, in which nothing changes."""
    for _ in range(minutes):
        pacing = observe(pacing, pacing.seen + MINUTE, {"ops": team})
    return pacing


@pytest.mark.parametrize(
    ("team", "intensity"),
    [
        (CALM, 0),
        (BUSY, 1),
        (TeamSample(open=9, decisions_waiting=9, unacknowledged=timedelta(days=1), open_steps=1, overdue_steps=1), 1),
        (TeamSample(open=1), 0.175),
        (TeamSample(open_steps=4, overdue_steps=1), 0.0625),
        (TeamSample(unacknowledged=MINUTE), 0.04),
        (TeamSample(decisions_waiting=1), 0.2 / 3),
        (TeamSample(open=1, cap=0), 0.35),
    ],
)
def test_intensity(team: TeamSample, intensity: float) -> None:
    """What is open counts 0.35, overdue steps 0.25, an unacknowledged alert and waiting decisions 0.2 each; 1 at most."""
    assert raw_intensity(team) == pytest.approx(intensity)


def test_intensity_is_an_average_of_some_minutes() -> None:
    """A moment of stress is not a peak; it needs about three minutes, however often somebody looks."""
    calm = watched(Pacing(), CALM, 1)
    assert observe(calm, calm.seen + MINUTE, {"ops": BUSY}).intensity == pytest.approx(0.2835, abs=1e-4)
    once = observe(calm, calm.seen + 3 * MINUTE, {"ops": BUSY}).intensity
    assert watched(calm, BUSY, 3).intensity == pytest.approx(once, abs=1e-3)
    assert once == pytest.approx(0.6321, abs=1e-4)


def test_the_team_that_has_it_hardest_counts() -> None:
    """One team at its limit is enough, whatever the others do."""
    assert observe(Pacing(), MINUTE, {"ops": BUSY, "web": CALM}).intensity == 1.0


def test_the_phases_in_their_order() -> None:
    """Build, a peak that is sustained for two minutes, fading until it has fallen, a rest, and build again."""
    pacing = watched(Pacing(), BUSY, 1)
    assert pacing.phase is Phase.SUSTAIN
    assert watched(pacing, BUSY, 1).phase is Phase.SUSTAIN
    faded = watched(pacing, BUSY, 2)
    assert faded.phase is Phase.FADE
    assert watched(faded, BUSY, 60).phase is Phase.FADE
    resting = watched(faded, CALM, 3)
    assert resting.phase is Phase.RELAX
    assert watched(resting, CALM, 2).phase is Phase.RELAX
    assert watched(resting, CALM, 3).phase is Phase.BUILD
    halfway = TeamSample(open=2)
    assert watched(resting, halfway, 5).phase is Phase.RELAX
    assert watched(resting, halfway, 6).phase is Phase.BUILD


@pytest.mark.parametrize("phase", Phase)
def test_what_passes(phase: Phase) -> None:
    """All sizes may build, small ones sustain, none come while it fades, ambient ones in the rest; a boss always."""
    found = gate(Pacing(phase=phase), MINUTE)
    assert found.passes == PASSES[phase]
    assert Size.BOSS in found.passes
    assert (Size.FULL in found.passes) is (phase is Phase.BUILD)
    assert (Size.SMALL in found.passes) is (phase in (Phase.BUILD, Phase.SUSTAIN))
    assert (Size.AMBIENT in found.passes) is (phase is not Phase.FADE)
    assert found.why


def test_a_gap_between_cards() -> None:
    """After a card nothing but a boss passes for six minutes."""
    pacing = played(watched(Pacing(), TeamSample(open=2), 10), 10 * MINUTE)
    assert gate(pacing, 15 * MINUTE).passes == CLOSED
    assert gate(pacing, 15 * MINUTE).why == "The last card came 5 min ago; the next comes 6 min after it."
    assert gate(pacing, 16 * MINUTE).passes == OPEN.passes


def test_too_easy_shortens_the_gap() -> None:
    """After five minutes of calm, cards come two minutes apart, until it is no longer calm."""
    bored = watched(Pacing(), CALM, 6)
    assert not gate(bored, 5 * MINUTE).too_easy
    assert gate(bored, 6 * MINUTE).too_easy
    assert gate(played(bored, 6 * MINUTE), 7 * MINUTE).passes == CLOSED
    assert gate(played(bored, 6 * MINUTE), 8 * MINUTE).passes == OPEN.passes
    assert gate(bored, 6 * MINUTE).why == "It has been too easy for a while; cards come sooner."
    assert not gate(watched(bored, TeamSample(open=2), 4), 10 * MINUTE).too_easy


def test_an_absent_team_closes_the_gate() -> None:
    """A team with something to do that nobody hears of for ten minutes is waited for by name; one with nothing is not."""
    quiet = {"ops": TeamSample(open=1, quiet=4 * MINUTE), "web": TeamSample(quiet=60 * MINUTE)}
    pacing = observe(Pacing(), 30 * MINUTE, quiet)
    assert gate(pacing, 35 * MINUTE).absent == ()
    found = gate(pacing, 36 * MINUTE)
    assert (found.absent, found.passes) == (("ops",), CLOSED)
    assert found.why == (
        "Nobody of ops has been heard of for 10 min, and something is theirs to do. Nothing more is played until they answer."
    )
    back = observe(pacing, 37 * MINUTE, {"ops": TeamSample(open=1)})
    assert gate(back, 37 * MINUTE).absent == ()


def test_a_look_into_the_past_is_ignored() -> None:
    """Looks that arrive out of order do not turn the gate back."""
    pacing = watched(Pacing(), BUSY, 4)
    assert observe(pacing, MINUTE, {"ops": CALM}) == pacing


looks = st.lists(st.tuples(st.integers(1, 900), st.sampled_from((CALM, BUSY, TeamSample(open=1, quiet=MINUTE)))))


@settings(max_examples=many(40), deadline=None)
@given(looks, st.booleans())
def test_it_wakes_when_something_changes(happened: list[tuple[int, TeamSample]], card: bool) -> None:
    """Until the time it asks to be woken, and then the next, what passes does not change; nobody needs to look oftener."""
    pacing = Pacing()
    for seconds, team in happened:
        pacing = observe(pacing, pacing.seen + timedelta(seconds=seconds), {"ops": team})
    pacing = played(pacing, pacing.seen) if card else pacing
    now: timedelta | None = pacing.seen
    for _ in range(12):
        if now is None:
            return
        wake = wake_at(pacing, now)
        until = wake - timedelta(seconds=1) if wake else now + timedelta(hours=5)
        assert gate(pacing, until).passes == gate(pacing, now).passes
        assert wake is None or wake > now
        now = wake
    raise AssertionError("it never goes to sleep")


@dataclass
class Shift:
    """A team at work, minute by minute. It acknowledges all and works on one thing at a time, the oldest first."""

    acknowledges: int
    works: int
    paced: bool = True
    pacing: Pacing = field(default_factory=Pacing)
    opened: list[int] = field(default_factory=list)
    worked: int = 0
    cards: list[tuple[Phase, Size]] = field(default_factory=list)
    gates: list[Gate] = field(default_factory=list)

    def sample(self, now: int) -> TeamSample:
        self.worked = self.worked + 1 if self.opened else 0
        if self.worked >= self.works:
            self.worked, self.opened = 0, self.opened[1:]
        waiting = [now - at for at in self.opened if now - at < self.acknowledges]
        overdue = sum(now - at > 15 for at in self.opened)
        nobody = len(waiting) == len(self.opened)
        return TeamSample(
            open=len(self.opened),
            cap=3,
            open_steps=len(self.opened),
            overdue_steps=overdue,
            unacknowledged=max(waiting, default=0) * MINUTE,
            decisions_waiting=overdue,
            quiet=max(waiting, default=0) * MINUTE if nobody else timedelta(0),
        )

    def run(self, minutes: int = 240) -> "Shift":
        for now in range(minutes):
            at = now * MINUTE
            self.pacing = observe(self.pacing, at, {"ops": self.sample(now)})
            found = gate(self.pacing, at)
            self.gates.append(found)
            size = self._plays(found, now)
            if size is not None:
                self.pacing = played(self.pacing, at)
                self.cards.append((found.phase, size))
                if size is Size.FULL:
                    self.opened.append(now)
        return self

    def _plays(self, found: Gate, now: int) -> Size | None:
        if not self.paced:
            return Size.FULL if now % 6 == 0 else None
        return next((size for size in (Size.FULL, Size.SMALL, Size.AMBIENT) if size in found.passes), None)

    @property
    def overwhelmed(self) -> float:
        """The share of the minutes in which it was nearly as hard as can be."""
        return sum(each.intensity > 0.9 for each in self.gates) / len(self.gates)

    def full(self) -> int:
        return sum(size is Size.FULL for _, size in self.cards)


FAST: Mapping[str, int] = {"acknowledges": 1, "works": 3}
SLOW: Mapping[str, int] = {"acknowledges": 8, "works": 12}
ABSENT: Mapping[str, int] = {"acknowledges": 10_000, "works": 10_000}


@pytest.mark.parametrize("team", [FAST, SLOW, ABSENT], ids=["fast", "slow", "absent"])
def test_nothing_comes_while_people_recover(team: Mapping[str, int]) -> None:
    """Whoever responds, no card comes while it fades, and only ambient ones in the rest."""
    cards = Shift(**team).run().cards
    assert cards
    assert not [phase for phase, _ in cards if phase is Phase.FADE]
    assert {size for phase, size in cards if phase is Phase.RELAX} <= {Size.AMBIENT}


def test_a_slow_team_is_not_overwhelmed() -> None:
    """A slow team spends less than a twentieth of its time at the limit; without a gate more than a third."""
    assert Shift(**SLOW).run().overwhelmed < 0.05
    assert Shift(**SLOW, paced=False).run().overwhelmed > 0.33


def test_a_fast_team_is_kept_busy() -> None:
    """A fast team gets more than a slow one, for the gap becomes short when it is too easy."""
    fast, slow = Shift(**FAST).run(), Shift(**SLOW).run()
    assert fast.full() > 1.5 * slow.full()
    assert any(each.too_easy for each in fast.gates)


def test_an_absent_team_gets_no_pile() -> None:
    """Nobody answers: after two cards the gate is closed for good, and says who is missing."""
    shift = Shift(**ABSENT).run()
    assert shift.full() <= 2
    assert all(each.absent == ("ops",) and each.passes == CLOSED for each in shift.gates[12:])
    assert Shift(**ABSENT, paced=False).run().full() == 40
