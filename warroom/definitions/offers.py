"""Which runbooks fit an incident, best first, and why each was thought of."""

import re
from collections.abc import Iterable, Mapping

from warroom.core.declaring import dataclass
from warroom.core.runbook import Offer, Runbook

MOST = 3
_IDLE = {"and", "are", "down", "for", "from", "gone", "has", "its", "lost", "not", "our", "the", "then", "they", "with"}


@dataclass(frozen=True, slots=True)
class _Fit:
    """What a runbook and an incident have in common, compared in this order; `share` of the runbook's title last."""

    labels: tuple[str, ...]
    services: tuple[str, ...]
    failure_modes: tuple[str, ...]
    words: tuple[str, ...]
    share: float

    @property
    def rank(self) -> tuple[float, ...]:
        return len(self.labels), len(self.services), len(self.failure_modes), len(self.words), self.share

    @property
    def strong(self) -> bool:
        """A way of failing says too little by itself (everything can be `lost`), and so does one word of a title."""
        return bool(self.labels or self.services or len(self.words) > 1)

    @property
    def reason(self) -> str:
        what = " / ".join(", ".join(part) for part in (self.services, self.failure_modes) if part)
        alerts = f"answers to {', '.join(self.labels)}" if self.labels else ""
        words = f"its title says {', '.join(self.words)}" if self.words and not self.services else ""
        return "; ".join(part for part in (alerts, f"for {what}" if what else "", words) if part)


def rank(
    runbooks: Iterable[Runbook],
    services: Iterable[str],
    failure_modes: Iterable[str],
    labels: Mapping[str, str],
    title: str,
) -> tuple[Offer, ...]:
    """At most MOST offers: by alert labels matched, then service, then way of failing, then words of the title."""
    wanted, modes, words = frozenset(services), frozenset(failure_modes), _words(title)
    fits = [(_fit(runbook, wanted, modes, labels, words), runbook) for runbook in runbooks]
    good = [each for each in fits if each[0].strong] or [each for each in fits if each[0].words]
    best = sorted(good, key=lambda each: (*(-n for n in each[0].rank), each[1].id))
    return tuple(Offer(runbook=runbook.id, title=runbook.title, reason=fit.reason) for fit, runbook in best[:MOST])


def _fit(
    runbook: Runbook, services: frozenset[str], modes: frozenset[str], labels: Mapping[str, str], words: frozenset[str]
) -> _Fit:
    title = _words(runbook.title)
    common = tuple(sorted(title & words))
    return _Fit(
        labels=tuple(
            f"{name}={labels[name]}" for name, values in runbook.matches.items() if labels.get(name) in values
        ),
        services=tuple(service for service in runbook.services if service in services),
        failure_modes=tuple(mode for mode in runbook.failure_modes if mode in modes),
        words=common,
        share=len(common) / max(1, len(title)),
    )


def _words(title: str) -> frozenset[str]:
    """The words that say something, in one spelling: lower case, and without a plural `s`."""
    found = (word for word in re.findall(r"\w+", title.lower()) if len(word) > 2 and word not in _IDLE)
    return frozenset(word if word.endswith("ss") else word.removesuffix("s") for word in found)
