"""What an error code's case is made of; the cases themselves are in errors_chat, errors_conversations and errors_rest."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .situations import BASE

Step = tuple[str, dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A call that must be answered with `code`: the method's working call with some arguments changed.

    An argument that is None is left out. `before` are calls that must work first. `without` are scopes the app lacks,
    `restricted` says that the workspace's rules keep the method from apps, `token` is the kind of token it is called with
    (empty: the right one), `features` go into the manifest's app_home.
    """

    method: str
    code: str
    change: dict[str, Any] = field(default_factory=dict)
    before: tuple[Step, ...] = ()
    without: tuple[str, ...] = ()
    restricted: bool = False
    plan: str = "pro"
    token: str = ""
    http: str = "POST"
    rate_limits: bool = False
    outage: bool = False
    features: dict[str, Any] = field(default_factory=dict)

    @property
    def arguments(self) -> dict[str, Any]:
        return {name: value for name, value in (BASE[self.method] | self.change).items() if value is not None}

    def __str__(self) -> str:
        return f"{self.method}-{self.code}"


def case(method: str, code: str, *before: Step, **change: Any) -> Case:
    return Case(method=method, code=code, before=before, change=change)


def each(methods: str, code: str, **change: Any) -> list[Case]:
    """The same change for several methods."""
    return [case(method, code, **change) for method in methods.split()]


def restricted(method: str, code: str) -> Case:
    """The workspace's rules keep the method from apps."""
    return Case(method=method, code=code, restricted=True)


def unscoped(method: str, *scopes: str, **change: Any) -> Case:
    """The app lacks the scopes."""
    return Case(method=method, code="missing_scope", without=scopes, change=change)


def outages(code: str, methods: str) -> Iterable[Case]:
    """Only an outage at Slack makes this one: here it is asked for through the faults."""
    return [Case(method=method, code=code, outage=True) for method in methods.split()]
