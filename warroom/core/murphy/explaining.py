"""A proposal in words: what was drawn, the arithmetic of its score, what came next and what could not come at all."""

from collections import Counter

from warroom.core.murphy.pacing import Phase
from warroom.core.murphy.proposing import Proposal, Scored
from warroom.core.murphy.score import PLACES


def explain(proposal: Proposal) -> str:
    """A few lines for the dungeon master now, and for everybody when the game is over."""
    lines = [*_chosen(proposal), _pace(proposal), *_stood_back(proposal), *_rejected(proposal)]
    return "\n".join(lines)


def arithmetic(scored: Scored) -> str:
    """The score as a sum, the greatest contribution first; what contributes nothing is left out."""
    parts = sorted(
        ((value, name) for name, value in scored.terms.items() if value), key=lambda each: (-each[0], each[1])
    )
    said = " + ".join(f"{name} {value:.{PLACES}f}{_reason(scored, name)}" for value, name in parts)
    return f"{scored.score:.{PLACES}f} = {said or f'{0:.{PLACES}f}'}"


def _reason(scored: Scored, term: str) -> str:
    return f" ({scored.because[term]})" if term in scored.because else ""


def _chosen(proposal: Proposal) -> list[str]:
    if not proposal.scored:
        return [f"Draw {proposal.turn}: nothing. {_why_nothing(proposal)}"]
    first, *others = proposal.scored
    among = f"among {len(proposal.scored)} cards" if others else "the only card"
    lines = [
        f"Draw {proposal.turn}: {first.card} ({first.cell}), “{first.title}”",
        arithmetic(first),
        f"Chance {_percent(first.chance)}, {among}.",
    ]
    if others:
        runners = ", ".join(
            f"{each.card} {each.score:.{PLACES}f} ({_percent(each.chance)})" for each in proposal.offered[1:]
        )
        lines.append(f"Next: {runners}.")
    return lines


def _why_nothing(proposal: Proposal) -> str:
    if proposal.held:
        return f"The rules allow {_cards(len(proposal.held))}, but the gate is closed to them."
    return "The rules reject every card." if proposal.rejected else "The deck is empty."


def _pace(proposal: Proposal) -> str:
    gate = proposal.gate
    held = f" Held back: {len(proposal.held)}." if proposal.held else ""
    return f"Pace: {Phase(gate.phase)}, intensity {gate.intensity:.2f}. {gate.why}{held}"


def _stood_back(proposal: Proposal) -> list[str]:
    if not proposal.waiting:
        return []
    return [f"Not drilled for too long, so first: {_cards(len(proposal.scored))}; {proposal.waiting} had to wait."]


def _rejected(proposal: Proposal) -> list[str]:
    if not proposal.rejected:
        return []
    counts = Counter(each.rule for each in proposal.rejected)
    rules = ", ".join(f"{n} {rule}" for rule, n in sorted(counts.items(), key=lambda each: (-each[1], each[0])))
    return [f"Rejected {len(proposal.rejected)}: {rules}."]


def _cards(n: int) -> str:
    return f"{n} card{'' if n == 1 else 's'}"


def _percent(chance: float) -> str:
    return "under 1 %" if 0 < chance < 0.005 else f"{100 * chance:.0f} %"
