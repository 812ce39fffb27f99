"""The service catalogue: what there is, who owns it, and where it answers. A plain file, not a story."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from warroom.core.reading import Fields


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """`endpoints` maps a name to a URL or `host:port`; `needs` are services it cannot live without."""

    id: str
    title: str
    owner: str = ""
    endpoints: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()

    @classmethod
    def parse(cls, name: str, fields: Fields) -> "Service":
        return cls(
            id=name,
            title=fields.text("title", help="What people call it."),
            owner=fields.text("owner", default="", help="The team that answers for it."),
            endpoints=dict(fields.pairs("endpoints", help="A name and a URL or `host:port` where it answers.")),
            needs=fields.words("needs", help="Services it cannot live without."),
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
