"""The library: every runbook and scenario there is, and the service catalogue, loaded and checked together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from pathlib import Path

import warroom
from warroom.core.catalogue import Catalogue, Service
from warroom.core.declaring import dataclass
from warroom.core.runbook import Offer, Runbook
from warroom.core.scenario import Scenario
from warroom.definitions import references
from warroom.definitions.loader import Source
from warroom.definitions.offers import rank
from warroom.definitions.problems import DefinitionError
from warroom.definitions.sources import gather


@dataclass(frozen=True, slots=True)
class Library:
    """Runbooks and scenarios by id.

    `digests` maps `runbook/<id>` and `scenario/<id>` to the SHA-256 of the file's text, so that a room can say exactly
    which text it followed.
    """

    runbooks: Mapping[str, Runbook] = field(default_factory=dict)
    scenarios: Mapping[str, Scenario] = field(default_factory=dict)
    catalogue: Catalogue = field(default_factory=Catalogue)
    digests: Mapping[str, str] = field(default_factory=dict)

    def offers(
        self,
        services: Iterable[str] = (),
        failure_modes: Iterable[str] = (),
        labels: Mapping[str, str] | None = None,
        title: str = "",
    ) -> tuple[Offer, ...]:
        """The runbooks that fit an incident, best first, at most three, each with the reason in words."""
        return rank(self.runbooks.values(), services, failure_modes, labels or {}, title)


def load_library(roots: Sequence[Path]) -> Library:
    """Everything below these folders. Raises DefinitionError with every problem of every file at once."""
    sources = gather(roots)
    references.check(sources)
    if problems := [problem for source in sources for problem in source.problems]:
        raise DefinitionError(problems)
    return _shelve(sources)


def shipped() -> Path:
    """The folder of content that comes with warroom: inside an installed wheel, or at the top of a checkout."""
    package = Path(warroom.__file__).parent
    installed = package / "_runbooks"
    return installed if installed.is_dir() else package.parent / "runbooks"


def _shelve(sources: Sequence[Source]) -> Library:
    runbooks: dict[str, Runbook] = {}
    scenarios: dict[str, Scenario] = {}
    services: dict[str, Service] = {}
    digests: dict[str, str] = {}
    for source in sources:
        match source.value:
            case Runbook() as runbook:
                runbooks[runbook.id] = runbook
                digests[f"runbook/{runbook.id}"] = source.digest
            case Scenario() as scenario:
                scenarios[scenario.id] = scenario
                digests[f"scenario/{scenario.id}"] = source.digest
            case Catalogue() as catalogue:
                services |= catalogue.services
    return Library(runbooks, scenarios, Catalogue(services=services), digests)
