"""What is not allowed is not done, and the refusal says what would allow it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.acts.scene import do
from warroom.acts import refusal
from warroom.core.actions import METHODS, CallUrl, RunCommand
from warroom.core.allowed import Allowed, AllowedCommand, AllowedUrl
from warroom.definitions.loader import read_allowed

WORDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)


def lines(sentence: str) -> str:
    """The lines that a refusal shows, as a file."""
    return "allowed: 1\n" + sentence.partition("\n")[2] + "\n"


@pytest.mark.parametrize(
    "action", [RunCommand(argv=("/no/such/program",)), CallUrl(method="POST", url="http://127.0.0.1:1/")]
)
async def test_nothing_is_done(action: RunCommand | CallUrl) -> None:
    """An empty allow-list allows nothing; the setting is named."""
    outcome = await do(action, allowed=Allowed())
    assert outcome.kind == "refused"
    assert "nothing was done" in outcome.detail
    assert "the file that WARROOM_ALLOWED names:" in outcome.detail


def test_the_lines_as_they_are_shown() -> None:
    """What is shown can be pasted: a pattern for each argument, quoted so that YAML leaves it alone."""
    action = RunCommand(argv=("kubectl", "scale", "deploy/web", "--replicas=3", "it's"))
    assert refusal(action, Allowed()).partition("\n")[2] == (
        "commands:\n  - argv: ['kubectl', 'scale', 'deploy/web', '\\-\\-replicas=3', 'it''s']\n    acts: true"
    )


@given(st.lists(WORDS, min_size=1, max_size=4), st.lists(WORDS, min_size=1, max_size=4))
def test_the_lines_allow_this_command(argv: list[str], other: list[str]) -> None:
    """The lines of a refusal, read as an allow-list, allow exactly what was refused."""
    action = RunCommand(argv=tuple(argv))
    allowed = read_allowed(lines(refusal(action, Allowed())), "allowed.yaml")
    assert allowed.act(action)
    assert (allowed.act(RunCommand(argv=tuple(other))) is not None) == (other == argv)


@given(st.sampled_from(METHODS), WORDS, WORDS)
def test_the_lines_allow_this_call(method: str, url: str, other: str) -> None:
    """The same of a request."""
    action = CallUrl(method=method, url=url)
    allowed = read_allowed(lines(refusal(action, Allowed())), "allowed.yaml")
    assert allowed.act(action)
    assert (allowed.act(CallUrl(method=method, url=other)) is not None) == (other == url)


async def test_checks_are_not_acts() -> None:
    """A program that checks may run is not thereby one that acts may run, and the refusal says so."""
    allowed = Allowed(commands=(AllowedCommand(argv=("true",), checks=True),))
    outcome = await do(RunCommand(argv=("true",)), allowed=allowed)
    assert outcome.kind == "refused"
    assert outcome.detail.startswith("This is on the allow-list for checks only, so nothing was done.")


@pytest.mark.parametrize(
    ("argv", "fits"),
    [
        (("kubectl", "get", "web"), True),
        (("kubectl", "get", "web-2"), True),
        (("kubectl", "get", "web; id"), False),
        (("kubectl", "get", "web\n"), False),
        (("kubectl", "get", "--all"), False),
        (("kubectl", "get"), False),
        (("kubectl", "get", "web", "web"), False),
        (("/tmp/kubectl", "get", "web"), False),
    ],
)
def test_patterns_match_the_whole(argv: tuple[str, ...], fits: bool) -> None:
    """A pattern is for the whole argument, and there are as many arguments as patterns."""
    allowed = Allowed(commands=(AllowedCommand(argv=("kubectl", "get", "[a-z][a-z0-9-]*"), acts=True),))
    assert (allowed.act(RunCommand(argv=argv)) is not None) == fits


@pytest.mark.parametrize(
    ("method", "url", "fits"),
    [
        ("POST", "https://api.example.org/restart/web", True),
        ("PUT", "https://api.example.org/restart/web", False),
        ("POST", "https://api.example.org/restart/web/x", False),
        ("POST", "https://api.example.org/restart/web?x=1", False),
        ("POST", "https://api.example.org.evil.example/restart/web", False),
        ("POST", "http://api.example.org/restart/web", False),
    ],
)
def test_urls_match_the_whole(method: str, url: str, fits: bool) -> None:
    """A pattern is for the whole address, and for the methods that stand beside it."""
    line = AllowedUrl(methods=("POST",), url=r"https://api\.example\.org/restart/[a-z0-9-]+")
    assert (Allowed(urls=(line,)).act(CallUrl(method=method, url=url)) is not None) == fits
