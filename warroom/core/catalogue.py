"""The service catalogue: what there is, who owns it, where it answers, and what stands on what. A plain file, not a story.

`needs` is a list; all of it must be there. An entry such as `cache-east | cache-west` is satisfied by any of its
services, so one list says both what a failure reaches and where there is something to fall back on.
"""

from collections.abc import Mapping
from dataclasses import field

from warroom.core.declaring import dataclass
from warroom.core.reading import Fields

MOST_CRITICAL = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """`endpoints` maps a name to a URL or `host:port`; of each of `groups` it needs at least one service."""

    id: str
    title: str
    owner: str = ""
    endpoints: Mapping[str, str] = field(default_factory=dict)
    groups: tuple[tuple[str, ...], ...] = ()
    criticality: int = 1

    @property
    def needs(self) -> tuple[str, ...]:
        """Every service it has to do with, each once, whether or not another can take its place."""
        return tuple(dict.fromkeys(need for group in self.groups for need in group))

    @classmethod
    def parse(cls, name: str, fields: Fields) -> "Service":
        return cls(
            id=name,
            title=fields.text("title", help="What people call it."),
            owner=fields.text("owner", default="", help="The team that answers for it."),
            endpoints=dict(fields.pairs("endpoints", help="A name and a URL or `host:port` where it answers.")),
            groups=_groups(name, fields),
            criticality=_criticality(fields),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Catalogue:
    services: Mapping[str, Service] = field(default_factory=dict)

    def endpoint(self, target: str) -> str | None:
        """Where `service/endpoint` answers; a target that is an address already is returned as it is."""
        service, _, endpoint = target.partition("/")
        if service in self.services and endpoint:
            return self.services[service].endpoints.get(endpoint)
        return target if "://" in target or ":" in target else None

    @classmethod
    def parse(cls, fields: Fields) -> "Catalogue":
        parts = fields.named("services", help="What there is.")
        services = {name: Service.parse(name, each) for name, each in parts}
        for name, each in parts:
            for need in services[name].needs:
                if need not in services:
                    each.problem("needs", f"{name!r} needs {need!r}, which is not in the catalogue")
        return cls(services=services)


def _groups(name: str, fields: Fields) -> tuple[tuple[str, ...], ...]:
    entries = fields.words(
        "needs", help="Services it cannot live without, all of them; of `east | west` any one is enough."
    )
    return tuple(group for entry in entries if (group := _group(name, entry, fields)))


def _group(name: str, entry: str, fields: Fields) -> tuple[str, ...]:
    group = tuple(each.strip() for each in entry.split("|"))
    if "" in group:
        fields.problem("needs", f"in {entry!r} a service is missing beside a `|`; write `east | west`")
    if len(set(group)) < len(group):
        fields.problem("needs", f"{entry!r} names a service twice; that is one service, and nothing to fall back on")
    if name in group:
        fields.problem("needs", f"{name!r} needs itself; take it out of `needs`")
    return tuple(dict.fromkeys(each for each in group if each not in ("", name)))


def _criticality(fields: Fields) -> int:
    said = fields.whole(
        "criticality", default=1, least=1, help="How much the company loses when it is gone: 1 (little) to 10 (all)."
    )
    if said > MOST_CRITICAL:
        fields.problem("criticality", f"`criticality` is {said}, but the scale ends at {MOST_CRITICAL}")
    return min(said, MOST_CRITICAL)
