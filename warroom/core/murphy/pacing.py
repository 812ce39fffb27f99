"""The pacing gate: whether anything should be played now. The second of the three layers.

    BUILD ──intensity over the peak──> SUSTAIN ──2 min──> FADE ──intensity has fallen──> RELAX ──3 to 6 min──> BUILD
    all sizes                          small, ambient     none                           ambient

Valve's director of Left 4 Dead works like this (Booth, 2009): it measures how hard it is for whoever has it hardest,
lets a peak last for a moment, and then leaves people alone. It changes the pace, never the difficulty, and bosses come
when they come. Here a boss is a card that somebody pinned; it passes in every phase.

The intensity of a team is an average over about three minutes of four things, each from 0 to 1: what is open, what is
overdue, how long something has waited for an acknowledgement, and the decisions that wait. The game's is that of the
team that has it hardest. When it has been too easy for five minutes, the gap between cards is short until it no longer is. When a team with
something open has not been heard of for ten minutes, the gate closes and says so: an absent team is not practising, and
more would only pile up. The constants are a beginning and were not measured.

All times are readings of the room's clock, so a paused game does not age.
"""

import math
from collections.abc import Mapping
from dataclasses import field, replace
from datetime import timedelta
from enum import StrEnum

from warroom.core.declaring import dataclass
from warroom.core.murphy.cards import Size

_NO_TIME = timedelta(0)
_MINUTE = timedelta(minutes=1)
_PLACES = 4


class Phase(StrEnum):
    BUILD = "build"
    SUSTAIN = "sustain"
    FADE = "fade"
    RELAX = "relax"


PASSES: Mapping[Phase, tuple[Size, ...]] = {
    Phase.BUILD: tuple(Size),
    Phase.SUSTAIN: (Size.AMBIENT, Size.SMALL, Size.BOSS),
    Phase.FADE: (Size.BOSS,),
    Phase.RELAX: (Size.AMBIENT, Size.BOSS),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Tempo:
    """The constants. Intensities are 0 to 1."""

    smooth: timedelta = 3 * _MINUTE
    peak: float = 0.75
    sustain: timedelta = 2 * _MINUTE
    faded: float = 0.45
    relax_least: timedelta = 3 * _MINUTE
    relax_most: timedelta = 6 * _MINUTE
    calm: float = 0.20
    too_easy_after: timedelta = 5 * _MINUTE
    gap: timedelta = 6 * _MINUTE
    short_gap: timedelta = 2 * _MINUTE
    absent_after: timedelta = 10 * _MINUTE


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamSample:
    """One team at one moment.

    cap             how many open things are as much as it can do
    unacknowledged  how long the oldest alert or inject has waited for an acknowledgement
    quiet           how long nobody of the team has pressed or said anything
    """

    open: int = 0
    cap: int = 2
    open_steps: int = 0
    overdue_steps: int = 0
    unacknowledged: timedelta = _NO_TIME
    ack_budget: timedelta = 5 * _MINUTE
    decisions_waiting: int = 0
    quiet: timedelta = _NO_TIME


@dataclass(frozen=True, kw_only=True, slots=True)
class Pacing:
    """Where the gate stands. `intensities` by team; `calm_since`, `played` and `quiet_since` are readings."""

    phase: Phase = Phase.BUILD
    since: timedelta = _NO_TIME
    seen: timedelta = _NO_TIME
    intensities: Mapping[str, float] = field(default_factory=dict)
    calm_since: timedelta | None = None
    played: timedelta | None = None
    quiet_since: Mapping[str, timedelta] = field(default_factory=dict)

    @property
    def intensity(self) -> float:
        """How hard it is for the team that has it hardest."""
        return max(self.intensities.values(), default=0.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Gate:
    """What may pass now, and why. `absent` are the teams that the gate waits for."""

    phase: Phase
    passes: tuple[Size, ...]
    why: str
    intensity: float = 0.0
    too_easy: bool = False
    absent: tuple[str, ...] = ()


CLOSED = (Size.BOSS,)  # what passes when nothing does
OPEN = Gate(phase=Phase.BUILD, passes=tuple(Size), why="The gate is open.")  # also for a draw that somebody asked for


def raw_intensity(team: TeamSample) -> float:
    """How hard it is for a team at this moment, 0 to 1, before smoothing."""
    return (
        0.35 * _share(team.open, team.cap)
        + 0.25 * _share(team.overdue_steps, team.open_steps)
        + 0.20 * _share(team.unacknowledged / _MINUTE, team.ack_budget / _MINUTE)
        + 0.20 * _share(team.decisions_waiting, 3)
    )


def observe(pacing: Pacing, at: timedelta, teams: Mapping[str, TeamSample], tempo: Tempo | None = None) -> Pacing:
    """The gate after a look at all teams at a reading. Looks may come at any distance; one from the past is ignored."""
    tempo = tempo or Tempo()
    if at < pacing.seen:
        return pacing
    kept = math.exp(-((at - pacing.seen) / tempo.smooth)) if tempo.smooth else 0.0
    intensities = {
        name: round(kept * pacing.intensities.get(name, raw) + (1 - kept) * raw, _PLACES)
        for name, raw in sorted((name, raw_intensity(team)) for name, team in teams.items())
    }
    seen = replace(
        pacing, seen=at, intensities=intensities, quiet_since={name: at - team.quiet for name, team in _silent(teams)}
    )
    return _calmed(_moved(seen, at, tempo), at, tempo)


def played(pacing: Pacing, at: timedelta) -> Pacing:
    """The gate after a card was played, by whomever."""
    return replace(pacing, played=at)


def gate(pacing: Pacing, at: timedelta, tempo: Tempo | None = None) -> Gate:
    """What may pass at a reading. Sizes only: which card it is, the gate does not ask."""
    tempo = tempo or Tempo()
    easy = _too_easy(pacing, at, tempo)
    absent = tuple(
        sorted(name for name, since in pacing.quiet_since.items() if at - since >= tempo.absent_after),
    )
    passes, why = _verdict(pacing, at, tempo, absent, easy)
    return Gate(phase=pacing.phase, passes=passes, why=why, intensity=pacing.intensity, too_easy=easy, absent=absent)


def wake_at(pacing: Pacing, at: timedelta, tempo: Tempo | None = None) -> timedelta | None:
    """The next reading at which time alone may change what passes; None if only the teams can. Then look again."""
    tempo = tempo or Tempo()
    coming = [since + tempo.absent_after for since in pacing.quiet_since.values()]
    if pacing.phase is Phase.SUSTAIN:
        coming.append(pacing.since + tempo.sustain)
    if pacing.phase is Phase.RELAX:
        coming += [pacing.since + tempo.relax_least, pacing.since + tempo.relax_most]
    if pacing.played is not None:
        coming += [pacing.played + tempo.short_gap, pacing.played + tempo.gap]
    if pacing.calm_since is not None:
        coming.append(pacing.calm_since + tempo.too_easy_after)
    return min((each for each in coming if each > at), default=None)


def _share(part: float, whole: float) -> float:
    """`part` of `whole`, 0 to 1. Of nothing, anything is all."""
    if part <= 0:
        return 0.0
    return 1.0 if whole <= 0 else min(1.0, part / whole)


def _silent(teams: Mapping[str, TeamSample]) -> list[tuple[str, TeamSample]]:
    """The teams that somebody could wait for: quiet, though something is theirs to do."""
    return [
        (name, team)
        for name, team in sorted(teams.items())
        if team.quiet > _NO_TIME and (team.open or team.unacknowledged or team.decisions_waiting)
    ]


def _moved(pacing: Pacing, at: timedelta, tempo: Tempo) -> Pacing:
    """The phase that this intensity and time lead to. More than one step when nobody looked for long."""
    for _ in Phase:
        following = _following(pacing, at, tempo)
        if following is None:
            break
        pacing = replace(pacing, phase=following, since=at)
    return pacing


def _following(pacing: Pacing, at: timedelta, tempo: Tempo) -> Phase | None:
    lasted, intensity = at - pacing.since, pacing.intensity
    match pacing.phase:
        case Phase.BUILD if intensity > tempo.peak:
            return Phase.SUSTAIN
        case Phase.SUSTAIN if lasted >= tempo.sustain:
            return Phase.FADE
        case Phase.FADE if intensity < tempo.faded:
            return Phase.RELAX
        case Phase.RELAX if lasted >= (tempo.relax_least if intensity < tempo.calm else tempo.relax_most):
            return Phase.BUILD
    return None


def _calmed(pacing: Pacing, at: timedelta, tempo: Tempo) -> Pacing:
    if pacing.phase is not Phase.BUILD or pacing.intensity >= tempo.calm:
        return replace(pacing, calm_since=None)
    return pacing if pacing.calm_since is not None else replace(pacing, calm_since=at)


def _too_easy(pacing: Pacing, at: timedelta, tempo: Tempo) -> bool:
    return pacing.calm_since is not None and at - pacing.calm_since >= tempo.too_easy_after


def _verdict(
    pacing: Pacing, at: timedelta, tempo: Tempo, absent: tuple[str, ...], easy: bool
) -> tuple[tuple[Size, ...], str]:
    if absent:
        longest = max(at - pacing.quiet_since[name] for name in absent)
        return CLOSED, (
            f"Nobody of {' or '.join(absent)} has been heard of for {_minutes(longest)}, and something is theirs to do. "
            "Nothing more is played until they answer."
        )
    gap = tempo.short_gap if easy else tempo.gap
    if pacing.played is not None and at - pacing.played < gap:
        return CLOSED, (
            f"The last card came {_minutes(at - pacing.played)} ago; the next comes {_minutes(gap)} after it."
        )
    return PASSES[pacing.phase], _words(pacing.phase, easy)


def _words(phase: Phase, easy: bool) -> str:
    match phase:
        case Phase.BUILD if easy:
            return "It has been too easy for a while; cards come sooner."
        case Phase.BUILD:
            return "Pressure may build."
        case Phase.SUSTAIN:
            return "It is at its hardest; only small cards."
        case Phase.FADE:
            return "It was hard; nothing more until it fades."
        case Phase.RELAX:
            return "It is over for the moment; people get a rest, and only ambient cards."


def _minutes(length: timedelta) -> str:
    return f"{length // _MINUTE} min"
