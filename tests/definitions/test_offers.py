"""Which runbooks are thought of when something breaks."""

import pytest

from tests.content import shipped_library
from warroom.core.runbook import Runbook
from warroom.definitions.library import Library


@pytest.fixture(scope="module")
def library() -> Library:
    return shipped_library()


def runbook(id_: str, title: str, **fields: object) -> Runbook:
    return Runbook(id=id_, title=title, steps=(), **fields)  # type: ignore[arg-type]  # what a test says, it says rightly


@pytest.mark.parametrize(
    ("services", "modes", "labels", "title", "best", "reason"),
    [
        (["databases"], ["lost"], {}, "", "database-lost", "for databases / lost"),
        (["cache"], [], {}, "", "cache-lost", "for cache"),
        (["web"], ["region-lost"], {}, "East Coast servers lost", "region-lost", "for web / region-lost"),
        ([], [], {"alertname": "DatabaseDown"}, "", "database-lost", "answers to alertname=DatabaseDown"),
        ([], [], {}, "Packet loss between the regions", "packet-loss", "its title says loss, packet"),
        ([], [], {}, "Database trouble", "database-lost", "its title says database"),
    ],
)
def test_the_best_offer(library: Library, services, modes, labels, title: str, best: str, reason: str) -> None:
    """The runbook that fits best comes first, and says in words why."""
    offer = library.offers(services, modes, labels, title)[0]
    assert (offer.runbook, offer.reason) == (best, reason)


def test_nothing_fits(library: Library) -> None:
    """What no runbook is for gets no offer; a way of failing says too little by itself."""
    assert library.offers(["mail"], ["lost"], {"alertname": "MailDown"}, "No mail") == ()


def test_labels_before_services_before_ways_of_failing_before_words() -> None:
    """The order of the ranking, one step at a time, and no more than three offers."""
    label = runbook("label", "One", matches={"alertname": ("Down",)})
    both = runbook("both", "Two", services=("web",), failure_modes=("slow",))
    service = runbook("service", "Three", services=("web",))
    words = runbook("words", "The web is terribly slow")
    books = {each.id: each for each in (words, service, both, label)}
    offers = Library(books).offers(["web"], ["slow"], {"alertname": "Down"}, "Web slow")
    assert [offer.runbook for offer in offers] == ["label", "both", "service"]


def test_a_label_counts_only_with_its_value() -> None:
    """The same label with another value is another alert."""
    books = {"x": runbook("x", "One", matches={"alertname": ("Up",)})}
    assert Library(books).offers((), (), {"alertname": "Down"}, "") == ()
