"""Which runbooks are stale: never walked, changed since they were walked, or not walked for too long."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from warroom.core.declaring import dataclass
from warroom.report.usage import Walk

NEVER, CHANGED, OLD = "never walked", "changed since", "not walked lately"
_ORDER = (NEVER, CHANGED, OLD, "")


@dataclass(frozen=True, kw_only=True, slots=True)
class Fresh:
    """`why` is one of NEVER, CHANGED and OLD, or empty when the runbook is fresh. `drill` and `real` are the last walks."""

    runbook: str
    owner: str
    changed: datetime
    drill: datetime | None = None
    real: datetime | None = None
    why: str = ""

    @property
    def walked(self) -> datetime | None:
        """When it was walked last, in a drill or in reality."""
        return max(filter(None, (self.drill, self.real)), default=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """A runbook as its file has it now."""

    runbook: str
    owner: str
    digest: str
    changed: datetime


def freshness(
    texts: Iterable[Text], walks: Mapping[str, Sequence[Walk]], now: datetime, most: timedelta
) -> tuple[Fresh, ...]:
    """Each runbook, the stalest first; `most` is how long ago it may have been walked."""
    found = [_fresh(text, walks.get(text.runbook, ()), now, most) for text in texts]
    return tuple(sorted(found, key=lambda each: (_ORDER.index(each.why), _age(each, now), each.runbook)))


def _age(fresh: Fresh, now: datetime) -> timedelta:
    """For the order: what was walked or changed longest ago comes first."""
    return (fresh.walked or fresh.changed) - now


def _fresh(text: Text, walks: Sequence[Walk], now: datetime, most: timedelta) -> Fresh:
    last = max(walks, key=lambda walk: walk.at, default=None)
    return Fresh(
        runbook=text.runbook,
        owner=text.owner,
        changed=text.changed,
        drill=max((walk.at for walk in walks if not walk.real), default=None),
        real=max((walk.at for walk in walks if walk.real), default=None),
        why=_why(text, last, now, most),
    )


def _why(text: Text, last: Walk | None, now: datetime, most: timedelta) -> str:
    if last is None:
        return NEVER
    another = text.digest != last.digest if last.digest else text.changed > last.at
    if another:
        return CHANGED
    return OLD if now - last.at > most else ""
