"""Checks against real servers on loopback, and what they refuse to look at."""

import asyncio
import ipaddress
import socket
import ssl
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st

from tests.checks.servers import ok, probe, see, serving, speaking
from tests.ports import free_port
from warroom.checks import Finding, Guard, look
from warroom.core.catalogue import Catalogue, Service
from warroom.outside.guard import is_public, join

SELF_SIGNED = Path(__file__).with_name("self_signed.pem")


# --- http


async def test_http_holds() -> None:
    """An http check holds when the status is the expected one, and says how long it took."""
    async with serving(ok) as (url, allow):
        finding = await see("http", f"{url}/health", allow=allow)
    assert finding.holds
    assert finding.detail.startswith(f"{url}/health answered 200 in ")
    assert finding.detail.endswith("ms.")


async def test_http_wrong_status() -> None:
    """An http check does not hold when the status is another, and says which was expected."""

    async def down(request: web.Request) -> web.Response:
        return web.Response(status=503)

    async with serving(down) as (url, allow):
        finding = await see("http", url, allow=allow)
        expected = await see("http", url, allow=allow, status=503)
    assert not finding.holds
    assert "answered 503 in" in finding.detail
    assert finding.detail.endswith("; expected 200.")
    assert expected.holds


async def test_http_contains() -> None:
    """A text that the body must contain is looked for."""
    async with serving(ok) as (url, allow):
        there = await see("http", url, allow=allow, contains="is well")
        absent = await see("http", url, allow=allow, contains="primary")
    assert there.holds
    assert there.detail.endswith("with 'is well' in it.")
    assert not absent.holds
    assert absent.detail.endswith("but the body does not contain 'primary'.")


async def test_http_odd_charset() -> None:
    """A body whose character set nobody knows is read as UTF-8."""

    async def odd(request: web.Request) -> web.Response:
        return web.Response(body="größer".encode(), headers={"Content-Type": "text/plain; charset=klingon"})

    async with serving(odd) as (url, allow):
        assert (await see("http", url, allow=allow, contains="größer")).holds


async def test_http_reads_little() -> None:
    """Of an endless body no more than 64 KiB is read."""
    sent = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b"x" * 65_536)
                sent += 65_536
        except ConnectionError:
            return response

    async with serving(endless) as (url, allow):
        finding = await see("http", url, allow=allow, contains="never")
    assert finding.detail.endswith("the first 64 KiB do not contain 'never'.")
    assert sent < 50_000_000


async def test_http_unpacks_nothing() -> None:
    """A compressed body is not unpacked: a small one may hold a huge one."""

    async def packed(request: web.Request) -> web.Response:
        return web.Response(body=b"not gzip at all", headers={"Content-Encoding": "gzip"})

    async with serving(packed) as (url, allow):
        assert (await see("http", url, allow=allow, contains="not gzip")).holds


async def test_http_redirects_are_not_followed() -> None:
    """A redirect is an answer like any other; where it leads is not visited."""
    visited: list[str] = []

    async def elsewhere(request: web.Request) -> web.Response:
        visited.append(request.path)
        return web.Response(status=302, headers={"Location": "/secret"})

    async with serving(elsewhere) as (url, allow):
        finding = await see("http", f"{url}/start", allow=allow)
    assert not finding.holds
    assert "answered 302" in finding.detail
    assert "not followed" in finding.detail
    assert visited == ["/start"]


@pytest.mark.parametrize("how", ["http", "tcp"])
async def test_refused(how: str) -> None:
    """A port on which nothing listens is a finding: the connection was refused."""
    there = f"127.0.0.1:{free_port()}"
    finding = await see(how, f"http://{there}" if how == "http" else there, allow={there})
    assert not finding.holds
    assert finding.detail.endswith(f"{there} could not be reached: the connection was refused.")


async def test_http_too_late() -> None:
    """A server that says nothing in the time named is a finding, in that time."""
    asked = asyncio.Event()
    release = asyncio.Event()

    async def silent(request: web.Request) -> web.Response:
        asked.set()
        await release.wait()
        return web.Response()

    async with serving(silent) as (url, allow):
        finding = await see("http", url, allow=allow, within=timedelta(milliseconds=50))
        release.set()
    assert finding == Finding(False, f"{url} did not answer within 50 ms.")
    assert asked.is_set()


async def test_http_body_too_late() -> None:
    """The time named is for all of it: a body that stops halfway does not prolong it."""
    release = asyncio.Event()

    async def stalls(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"so far")
        await release.wait()
        return response

    async with serving(stalls) as (url, allow):
        finding = await see("http", url, allow=allow, contains="more", within=timedelta(milliseconds=100))
        release.set()
    assert finding == Finding(False, f"{url} did not answer within 100 ms.")


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 abc nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
async def test_http_speaks_something_else(said: bytes) -> None:
    """What does not speak HTTP is a finding, never an error."""
    async with speaking(said) as (there, allow):
        finding = await see("http", f"http://{there}", allow=allow, contains="absent")
    assert not finding.holds
    assert there in finding.detail


async def test_http_hides_secrets() -> None:
    """A user, a password or a query in an address is not repeated in the finding."""
    async with serving(ok) as (url, allow):
        secret = url.replace("http://", "http://ana:sesame@") + "/health?token=hidden#part"
        finding = await see("http", secret, allow=allow)
    assert finding.holds
    assert f"{url}/health answered" in finding.detail
    assert not any(word in finding.detail for word in ("ana", "sesame", "hidden", "part"))


async def test_tls_that_is_none() -> None:
    """A server that does not speak TLS where it should is a finding about TLS."""
    async with speaking(b"HTTP/1.1 200 OK\r\n\r\n") as (there, allow):
        finding = await see("http", f"https://{there}", allow=allow)
    assert not finding.holds
    assert finding.detail.startswith(f"https://{there} could not be trusted: TLS failed (")


async def test_certificates_are_verified() -> None:
    """A server whose certificate nobody vouches for is not asked anything, and the finding says why."""
    asked = asyncio.Event()

    async def seen(request: web.Request) -> web.Response:
        asked.set()
        return web.Response()

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(SELF_SIGNED)
    app = web.Application()
    app.router.add_get("/", seen)
    server = TestServer(app, host="127.0.0.1", scheme="https")
    await server.start_server(ssl=context)
    finding = await see("http", f"https://127.0.0.1:{server.port}/", allow={f"127.0.0.1:{server.port}"})
    await server.close()
    assert not finding.holds
    assert "could not be trusted: its certificate does not pass (self-signed certificate)" in finding.detail
    assert not asked.is_set()


@pytest.mark.parametrize(
    "address", ["ftp://example.org/", "file:///etc/passwd", "db-1:5432", "http://", "http://[", "http://a:99999/"]
)
async def test_http_addresses_it_cannot_use(address: str) -> None:
    """An http check looks at http and https only."""
    finding = await see("http", address)
    assert not finding.holds
    assert "is not an http or https address" in finding.detail


# --- tcp


async def test_tcp_holds() -> None:
    """A tcp check holds when something accepts a connection."""
    async with speaking(b"") as (there, allow):
        finding = await see("tcp", there, allow=allow)
    assert finding.holds
    assert finding.detail.startswith(f"{there} accepted a connection in ")


async def test_tcp_too_late() -> None:
    """A port that does not answer in the time named is a finding."""
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        there = f"127.0.0.1:{full.getsockname()[1]}"
        for waiting in (first, second):  # the queue is full: the kernel answers nobody any more
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        finding = await see("tcp", there, allow={there}, within=timedelta(milliseconds=50))
    assert finding == Finding(False, f"{there} did not answer within 50 ms.")


@pytest.mark.parametrize(
    "address", ["db:", "db:x", ":5432", "http://db:5432", "db:0", "db:70000", "[::1", "a@b:1", "db:1/x"]
)
async def test_tcp_addresses_it_cannot_use(address: str) -> None:
    """A tcp check looks at host:port only."""
    finding = await look(probe("tcp", "x"), resolve=lambda target: address, guard=Guard())
    assert not finding.holds
    assert "is not host:port" in finding.detail


@pytest.mark.parametrize("how", ["http", "tcp"])
async def test_unknown_names(how: str) -> None:
    """A name that DNS does not know is a finding; `.invalid` never exists (RFC 2606)."""
    finding = await see(how, "http://warroom.invalid:80/" if how == "http" else "warroom.invalid:80")
    assert not finding.holds
    assert "could not be reached" in finding.detail


@pytest.mark.parametrize("host", ["a" * 64 + ".example", "..", "x" * 300, "\u2100.example", "a b"])
@pytest.mark.parametrize("how", ["http", "tcp"])
async def test_impossible_names(how: str, host: str) -> None:
    """A host that cannot be one is a finding, never an error."""
    address = f"http://{host}:80/" if how == "http" else f"{host}:80"
    assert not (await look(probe(how, "x"), resolve=lambda target: address, guard=Guard())).holds


# --- what is not in the catalogue


async def test_an_unknown_target() -> None:
    """A target that the catalogue does not have is a finding that says so."""
    finding = await see("http", "databases/north")
    assert finding == Finding(False, "The catalogue has no endpoint 'databases/north'; write it as service/endpoint.")


async def test_the_stand_in_is_elsewhere() -> None:
    """An address of the demo's stand-in is explained where the demo does not run."""
    services = {
        "databases": Service(
            id="databases",
            title="D",
            endpoints={"west": "stand-in:/databases/west", "port": "stand-in-tcp:/databases/port"},
        )
    }
    catalogue = Catalogue(services=services)
    http = await look(probe("http", "databases/west"), resolve=catalogue.endpoint, guard=Guard())
    tcp = await look(probe("tcp", "databases/port"), resolve=catalogue.endpoint, guard=Guard())
    assert not http.holds
    assert "demo's stand-in" in http.detail
    assert "databases/west, such as https://" in http.detail
    assert "such as db.example.org:5432" in tcp.detail


# --- where it may look

FORBIDDEN = [
    "127.0.0.1",
    "localhost",
    "LOCALHOST",
    "127.8.9.10",
    "127.1",
    "0x7f.1",
    "0x7f000001",
    "0177.0.0.1",
    "2130706433",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "0.0.0.0",
    "0",
    "[::]",
    "[::1]",
    "169.254.169.254",
    "[fe80::1]",
    "[fd00:ec2::254]",
    "168.63.129.16",
    "100.100.100.200",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:7f00:1::]",
    "[2001:db8::1]",
    "[ff02::1]",
]


@pytest.mark.parametrize("host", FORBIDDEN)
@pytest.mark.parametrize("how", ["http", "tcp"])
async def test_forbidden_places(how: str, host: str) -> None:
    """No spelling of an address that is not public is connected to, by http or tcp."""
    reached = asyncio.Event()

    async def seen(request: web.Request) -> web.Response:
        reached.set()
        return web.Response()

    async with serving(seen) as (url, _):
        port = url.rpartition(":")[2]
        finding = await see(
            how, f"http://{host}:{port}/" if how == "http" else f"{host}:{port}", within=timedelta(seconds=2)
        )
    assert not finding.holds
    assert not reached.is_set()
    assert "accepted" not in finding.detail
    assert "within" not in finding.detail


async def test_a_refusal_says_what_to_do() -> None:
    """A refusal names the address it leads to, and the setting that would allow it."""
    finding = await see("http", "http://localhost:8080/health?x=1")
    assert not finding.holds
    assert "http://localhost:8080/health was not looked at: it leads to " in finding.detail
    assert finding.detail.endswith("add localhost:8080 to WARROOM_CHECKS_ALLOW.")


async def test_allowed_by_name_or_number() -> None:
    """What the operator allows, as it is written or by its number, is looked at; another port of it is not."""
    async with speaking(b"") as (there, _):
        port = there.rpartition(":")[2]
        assert (await see("tcp", f"localhost:{port}", allow={f"localhost:{port}"})).holds
        assert (await see("tcp", f"localhost:{port}", allow={f"127.0.0.1:{port}"})).holds
        assert not (await see("tcp", f"localhost:{port}", allow={"localhost:1"})).holds
        assert not (await see("tcp", f"localhost:{port}", allow={"localhost"})).holds


async def test_what_is_allowed_may_grow() -> None:
    """A guard follows its allow list: the demo's stand-in opens ports while the bot runs."""
    allow: set[str] = set()
    guard = Guard(allow=allow)
    async with speaking(b"") as (there, _):
        before = await look(probe("tcp", there), resolve=lambda target: target, guard=guard)
        allow.add(there)
        after = await look(probe("tcp", there), resolve=lambda target: target, guard=guard)
    assert (before.holds, after.holds) == (False, True)


class Rebinding:
    """A resolver that names a public address first and loopback ever after."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, port: int) -> None:
        self.asked = 0
        self._port = port
        monkeypatch.setattr(socket, "getaddrinfo", self._answer)

    def _answer(self, host: str, *args: Any, **more: Any) -> list[tuple[Any, ...]]:
        self.asked += 1
        address = "192.0.2.1" if self.asked == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, self._port))]


@pytest.mark.parametrize("how", ["http", "tcp"])
async def test_rebinding(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads somewhere else each time it is asked for never leads to where one may not look."""
    reached = asyncio.Event()

    async def seen(request: web.Request) -> web.Response:
        reached.set()
        return web.Response()

    async with serving(seen) as (url, _):
        port = int(url.rpartition(":")[2])
        names = Rebinding(monkeypatch, port)
        target = f"http://rebind.example:{port}/" if how == "http" else f"rebind.example:{port}"
        findings = [await see(how, target, within=timedelta(seconds=2)) for _ in range(3)]
    assert names.asked >= 3
    assert not any(finding.holds for finding in findings)
    assert "leads to 127.0.0.1" in findings[-1].detail
    assert not reached.is_set()


@pytest.mark.parametrize("host", [host for host in FORBIDDEN if ":" in host or host.count(".") == 3])
def test_not_public(host: str) -> None:
    """None of these addresses is public, whether or not anything could be reached there from here."""
    assert not is_public(host.strip("[]"))


@given(st.ip_addresses(v=4))
def test_disguises(address: ipaddress.IPv4Address) -> None:
    """An IPv4 address inside an IPv6 one is judged as the IPv4 address."""
    public = is_public(str(address))
    number = int(address)
    for inside in (0xFFFF << 32 | number, 0x64FF9B << 96 | number, 0x2002 << 112 | number << 80):
        assert is_public(str(ipaddress.IPv6Address(inside))) == public


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "93.184.215.14"])
def test_public_places(address: str) -> None:
    """Addresses on the Internet may be looked at."""
    assert is_public(address)


def test_hosts_and_ports() -> None:
    """One host and port have one spelling."""
    assert join("DB.Example.org.", 5432) == "db.example.org:5432"
    assert join("::1", 80) == "[::1]:80"
