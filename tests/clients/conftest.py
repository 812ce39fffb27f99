"""Finds the packages of others that the tests run, or says why they are not there."""

from pathlib import Path

import pytest

from .fetching import ERRBOT, HUBOT, NODE_CLIENT, SLACK_MACHINE, NotFetched, Packages, in_ci


@pytest.fixture(scope="session")
def node_client() -> Path:
    """The official Node client; fetched if need be."""
    return _fetched(NODE_CLIENT)


@pytest.fixture(scope="session")
def slack_machine() -> Path:
    """A venv with Slack Machine. The foreign apps take a while to fetch; only CI does it unasked."""
    return _fetched_already(SLACK_MACHINE)


@pytest.fixture(scope="session")
def errbot() -> Path:
    """A venv with Errbot and its Slack backend."""
    return _fetched_already(ERRBOT)


@pytest.fixture(scope="session")
def hubot() -> Path:
    """A folder of Node packages with Hubot, its Slack adapter and some of its scripts."""
    return _fetched_already(HUBOT)


def _fetched_already(packages: Packages) -> Path:
    if not packages.there() and not in_ci():
        pytest.skip("this foreign app is not fetched: python3 tests/clients/fetching.py")
    return _fetched(packages)


def _fetched(packages: Packages) -> Path:
    try:
        return packages.fetch()
    except NotFetched as failed:
        if in_ci():
            pytest.fail(f"CI has to have these packages: {failed}")
        pytest.skip(f"not fetched: {failed}")
