"""The graph of services: how far a failure reaches, and what falls only when two things are down at once.

A service needs every group of its needs, and of each group any one member. That one structure gives both answers. What
falls only through a combination is the question of lineage-driven fault injection (Alvaro and others, 2015): look at
what still holds a good outcome up, and cut the last of it. Here it is asked of services rather than of traced calls.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from warroom.core.catalogue import Catalogue

Groups = tuple[tuple[str, ...], ...]

FADES = 0.6  # how much less a failure counts with each service it has to pass through
_PLACES = 6


@dataclass(frozen=True)
class Graph:
    """`needs[s]` are groups: s stands as long as one member of each group stands. Cycles are allowed."""

    needs: Mapping[str, Groups] = field(default_factory=dict)
    criticality: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, catalogue: Catalogue) -> "Graph":
        services = catalogue.services
        return cls(
            needs={name: each.groups for name, each in services.items()},
            criticality={name: each.criticality for name, each in services.items()},
        )

    @cached_property
    def services(self) -> tuple[str, ...]:
        """Every service that is named anywhere, sorted."""
        needed = {each for groups in self.needs.values() for group in groups for each in group}
        return tuple(sorted({*self.needs, *self.criticality, *needed}))

    def weight(self, services: Iterable[str]) -> int:
        """The criticality of these together; 1 for each of which nothing is said."""
        return sum(self.criticality.get(each, 1) for each in services)

    @cached_property
    def heaviest(self) -> int:
        """The greatest criticality there is, at least 1."""
        return max((self.weight((each,)) for each in self.services), default=1)

    def reach(self, service: str) -> float:
        """What its loss touches: itself and all that has to do with it, fading with distance. 0 if it is unknown."""
        return self._reaches.get(service, 0.0)

    @cached_property
    def farthest(self) -> float:
        """The greatest reach there is, at least 1."""
        return max(self._reaches.values(), default=1.0)

    def fallen(self, down: frozenset[str]) -> frozenset[str]:
        """What does not stand while these are down, they included."""
        if down not in self._fallen:
            self._fallen[down] = self._fall(down)
        return self._fallen[down]

    def only_together(self, down: frozenset[str], service: str) -> frozenset[str]:
        """What falls if `service` is lost too, and would fall neither without it nor through it alone."""
        alone = frozenset({service})
        return self.fallen(down | alone) - self.fallen(down) - self.fallen(alone)

    def _fall(self, down: frozenset[str]) -> frozenset[str]:
        fallen = set(down)
        falling = set(down)
        while falling:
            touched = {each for lost in falling for each in self._dependents.get(lost, ())} - fallen
            falling = {each for each in touched if any(fallen.issuperset(group) for group in self.needs[each])}
            fallen |= falling
        return frozenset(fallen)

    @cached_property
    def _fallen(self) -> dict[frozenset[str], frozenset[str]]:
        return {}  # a game asks the same again and again; the graph does not change under it

    @cached_property
    def _dependents(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for service in sorted(self.needs):
            for need in dict.fromkeys(each for group in self.needs[service] for each in group):
                found.setdefault(need, []).append(service)
        return {need: tuple(services) for need, services in found.items()}

    @cached_property
    def _reaches(self) -> Mapping[str, float]:
        return {service: self._measure(service) for service in self.services}

    def _measure(self, service: str) -> float:
        seen, ring, reach, counts = {service}, [service], 0.0, 1.0
        while ring:
            reach += counts * self.weight(ring)
            ring = sorted({each for near in ring for each in self._dependents.get(near, ())} - seen)
            seen.update(ring)
            counts *= FADES
        return round(reach, _PLACES)
