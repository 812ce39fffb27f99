"""What an http check can want of an answer besides its status: JSON, speed, a certificate."""

import contextlib
import json
import ssl
from datetime import timedelta
from pathlib import Path

import pytest
import trustme
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from tests.checks.servers import Handler, see, serving
from warroom.checks import jsonpath
from warroom.runtime.clock import SystemClock

HEALTH = {
    "status": "green",
    "nodes": [{"name": "a", "up": True, "load": 0.5}, {"name": "b", "up": False, "load": 3}],
    "error": None,
    "empty": [],
    "link": "ghp_0123456789abcdefghij",
}


def saying(body: str) -> Handler:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=body)

    return answer


@pytest.mark.parametrize(
    ("path", "equals", "holds", "ending"),
    [
        ("$.status", "green", True, "with $.status = green."),
        ("$.status", "", True, "with $.status = green."),
        ("$.status", "red", False, "but $.status is green; expected red."),
        ("$.nodes[*].up", "true", False, "but $.nodes[*].up is false; expected true."),
        ("$.nodes[0].up", "true", True, "with $.nodes[0].up = true."),
        ("$.nodes[0].up", "1", False, "but $.nodes[0].up is true; expected 1."),
        ("$.nodes[1].load", "3", True, "with $.nodes[1].load = 3."),
        ("$.nodes[1].load", "3.0", True, "with $.nodes[1].load = 3."),
        ("$.nodes[0].load", "0.50", True, "with $.nodes[0].load = 0.5."),
        ("$.nodes[0].load", "half", False, "but $.nodes[0].load is 0.5; expected half."),
        ("$.nodes[?@.name == 'b'].up", "false", True, "with $.nodes[?@.name == 'b'].up = false."),
        ("$..name", "", True, "with $..name = a and 1 more."),
        ("$..name", "a", False, "but $..name is b; expected a."),
        ("$.error", "null", True, "with $.error = null."),
        ("$.error", "", True, "with $.error = null."),
        ("$.empty", "[]", True, "with $.empty = []."),
        ("$.absent", "", False, "but there is nothing at $.absent."),
        ("$.absent", "x", False, "but there is nothing at $.absent."),
        ("$.link", "", True, "with $.link = [secret]."),
        ("$.link", "x", False, "but $.link is [secret]; expected x."),
    ],
)
async def test_json(path: str, equals: str, holds: bool, ending: str) -> None:
    """Something must be at the path; with `equals`, everything found there must be that."""
    async with serving(saying(json.dumps(HEALTH))) as (url, allow):
        finding = await see("http", url, allow=allow, json=path, equals=equals)
    assert (finding.holds, finding.detail[-len(ending) :]) == (holds, ending)


@pytest.mark.parametrize(
    ("body", "path", "why"),
    [
        ("<html>", "$.a", "the body is not JSON: '<html>'."),
        ("", "$.a", "the body is not JSON: ''."),
        ("[" * 50_000, "$.a", "the body is not JSON: '" + "[" * 39 + "…'."),
        ('{"a": 1} trailing', "$.a", "the body is not JSON: '{\"a\": 1} trailing'."),
        ('{"a": "' + "x" * 70_000 + '"}', "$.a", "the body is longer than 64 KiB, too long to be read as JSON."),
        ("{}", "a.b", "'a.b' cannot be used as a JSONPath: "),
        ("{}", "$.a[", "'$.a[' cannot be used as a JSONPath: "),
        ("{}", "$[?match(@, 'x')]", "\"$[?match(@, 'x')]\" cannot be used as a JSONPath: "),
        ("{}", "$..[?@..x == 1]", "'$..[?@..x == 1]' is more than a check works out; "),
        ("{}", "$" + "[0,0]" * 40, "is more than a check works out; "),
        ("{}", "$[?$[*]]", "'$[?$[*]]' is more than a check works out; "),
        ("{}", "$." + "a" * 400, "is more than a check works out; "),
        ('"text"', "$.a", "there is nothing at $.a."),
        ("17", "$.a", "there is nothing at $.a."),
    ],
)
async def test_json_that_cannot_be_had(body: str, path: str, why: str) -> None:
    """A body that is not JSON, and a path that is none or costs too much, are findings."""
    async with serving(saying(body)) as (url, allow):
        finding = await see("http", url, allow=allow, json=path)
    assert not finding.holds
    assert why in finding.detail


SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text())
DOCUMENTS = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)


@given(DOCUMENTS)
def test_a_value_equals_what_is_written_of_it(document: object) -> None:
    """What a finding shows of a value is what `equals` would have to be."""
    assert jsonpath.find("$", document) == [document]
    assert jsonpath.equal(document, jsonpath.written(document))


@given(SCALARS, SCALARS)
def test_equal_means_equal(one: object, other: object) -> None:
    """Values that differ are not taken for equal, nor is `true` taken for 1; a text may read like another value."""
    if jsonpath.equal(one, jsonpath.written(other)) and not isinstance(one, str) and not isinstance(other, str):
        assert one == other
        assert isinstance(one, bool) == isinstance(other, bool)


@given(st.text(alphabet="$.[]*?@'\"ab0:,=<>()!&| "), DOCUMENTS)
def test_any_path_is_used_or_refused(path: str, document: object) -> None:
    """Whatever is written as a path, the library's troubles do not come through."""
    with contextlib.suppress(jsonpath.Unusable):
        assert isinstance(jsonpath.find(path, document), list)


async def test_speed() -> None:
    """The time to the last byte is bounded by `faster_than`, which is not the time that is waited."""
    async with serving(saying("x")) as (url, allow):
        slow = await see("http", url, allow=allow, faster_than=timedelta(microseconds=1))
        quick = await see("http", url, allow=allow, faster_than=timedelta(seconds=4))
    assert not slow.holds
    assert slow.detail.endswith(", but it had to be there within 0 ms.")
    assert quick.holds
    assert "answered 200 in" in quick.detail


async def test_everything_wrong_is_said_at_once() -> None:
    """Several wishes are judged together, and all that is not so is in the sentence."""
    async with serving(saying('{"a": 1}')) as (url, allow):
        finding = await see("http", url, allow=allow, json="$.a", equals="2", contains="zzz", certificate_days=3)
    assert finding.detail.endswith(
        "but the body does not contain 'zzz', and $.a is 1; expected 2, "
        "and it has no certificate: the address is not https."
    )


# --- certificates


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """An authority that this machine trusts, as it would one that its operator has named."""
    made = trustme.CA()
    made.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return made


def certified(authority: trustme.CA, days: float, name: str = "localhost") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ends = SystemClock().now() + timedelta(days=days)
    authority.issue_cert(name, not_after=ends).configure_cert(context)
    return context


async def test_days_left(authority: trustme.CA) -> None:
    """A certificate must be good for so many days, and the finding tells for how many it is, and until when."""
    async with serving(saying(""), tls=certified(authority, 20.5)) as (url, allow):
        there = url.replace("127.0.0.1", "localhost")
        good = await see("http", there, allow=allow, certificate_days=20)
        short = await see("http", there, allow=allow, certificate_days=21)
    until = (SystemClock().now() + timedelta(days=20.5)).strftime("%-d %B %Y")
    assert good.holds
    assert f"with a certificate that is good for 20 days, until {until}." in good.detail
    assert not short.holds
    assert short.detail.endswith(f"good for 20 days, until {until}; expected 21 days or more.")


async def test_the_certificate_is_that_of_the_name(authority: trustme.CA) -> None:
    """The server is told which name is asked for (SNI), and shows the certificate of that name."""
    asked: list[str | None] = []
    context = certified(authority, 5)
    context.sni_callback = lambda socket, name, context: asked.append(name)
    async with serving(saying(""), tls=context) as (url, allow):
        assert (await see("http", url.replace("127.0.0.1", "localhost"), allow=allow, certificate_days=5 - 1)).holds
    assert asked == ["localhost"]


@pytest.mark.parametrize(
    ("days", "name", "why"),
    [
        (-1, "localhost", "its certificate does not pass (certificate has expired)"),
        (5, "elsewhere.example", "its certificate does not pass (Hostname mismatch"),
    ],
)
async def test_certificates_that_do_not_pass(authority: trustme.CA, days: float, name: str, why: str) -> None:
    """A certificate that is over, or another's, is a finding that says so."""
    async with serving(saying(""), tls=certified(authority, days, name)) as (url, allow):
        finding = await see("http", url.replace("127.0.0.1", "localhost"), allow=allow, certificate_days=1)
    assert not finding.holds
    assert why in finding.detail
