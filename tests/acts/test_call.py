"""Requests as acts: what is known of a request that went wrong, and what is not."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
import trustme
from aiohttp import web

from tests.acts.scene import Listener, do
from tests.checks.servers import serving, speaking
from tests.ports import free_port
from warroom.core.actions import CallUrl
from warroom.core.allowed import Allowed, AllowedUrl

ANYWHERE = r"https?://.*"


def post(url: str, **more: object) -> CallUrl:
    return CallUrl(method="POST", url=url, **more)  # type: ignore[arg-type]


@asynccontextmanager
async def answering(status: int, **more: object) -> AsyncIterator[tuple[str, set[str], list[tuple[str, str, bytes]]]]:
    """A server that answers so, and what it was asked."""
    asked: list[tuple[str, str, bytes]] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append((request.method, request.path_qs, await request.read()))
        return web.Response(status=status, **more)  # type: ignore[arg-type]

    async with serving(answer) as (url, allow):
        yield url, allow, asked


@pytest.mark.parametrize(
    ("status", "kind", "ending"),
    [
        (200, "done", "answered 200."),
        (204, "done", "answered 204."),
        (302, "done", "answered 302. A redirect is not followed."),
        (404, "failed", "answered 404."),
        (503, "failed", "answered 503."),
    ],
)
async def test_the_status_decides(status: int, kind: str, ending: str) -> None:
    """Below 400 it is done; a redirect is not followed, and the request is sent exactly once."""
    async with answering(status, headers={"Location": "/elsewhere"}) as (url, allow, asked):
        outcome = await do(post(f"{url}/restart?now=1", body="x=1"), allow=allow)
    assert outcome.kind == kind
    assert outcome.detail == f"POST {url}/restart {ending}"
    assert asked == [("POST", "/restart?now=1", b"x=1")]


async def test_the_answer_is_said() -> None:
    """The body of the answer is said, without control signs and secrets, and not more than 64 KiB of it are read."""
    listener = Listener()
    async with answering(200, text="\x1b[31mrestarted\x1b[0m\npassword=hunter2\n") as (url, allow, _):
        outcome = await do(post(url), allow=allow, say=listener)
    assert outcome.tail == "restarted\npassword=[secret]"
    assert listener.whole == outcome.tail
    async with answering(200, body=b"y" * 300_000) as (url, allow, _):
        outcome = await do(post(url), allow=allow)
    assert (outcome.kind, outcome.tail) == ("done", "(cut off here)")


async def test_secrets_are_named_not_written() -> None:
    """A header's `{secret:NAME}` becomes the variable that the allow-list names, and does not come back in the answer."""
    heard: list[str] = []

    async def echo(request: web.Request) -> web.Response:
        heard.append(request.headers["Authorization"])
        return web.Response(text=f"you said {request.headers['Authorization']}")

    line = AllowedUrl(methods=("POST",), url=ANYWHERE, secrets={"pager": "PAGER_KEY"})
    async with serving(echo) as (url, allow):
        outcome = await do(
            post(url, headers={"Authorization": "Token {secret:pager}"}),
            allowed=Allowed(urls=(line,)),
            allow=allow,
            environment={"PAGER_KEY": "s3cr3t-key", "OTHER": "x"},
        )
    assert heard == ["Token s3cr3t-key"]
    assert outcome.tail == "you said Token [secret]"


async def test_a_secret_in_the_address() -> None:
    """What is told of a request does not repeat its query, nor a path that is a secret."""
    async with answering(200) as (url, allow, _):
        outcome = await do(post(f"{url}/hook/s3cr3t-path?key=x"), allow=allow, secrets=("s3cr3t-path",))
    assert outcome.detail == f"POST {url}/hook/[secret] answered 200."


@pytest.mark.parametrize(
    ("headers", "sentence"),
    [
        ({"X": "{secret:other}"}, "The allow-list names no secret 'other' for this address"),
        ({"X": "{secret:pager}"}, "The secret 'pager' is empty: the bot's environment has no PAGER_KEY."),
        ({"X": "a\r\nY: b"}, "The header 'X' would be more than one line."),
        ({"Host": "internal"}, "The header 'Host' is not a runbook's to set."),
        ({"content-length": "3"}, "The header 'content-length' is not a runbook's to set."),
    ],
)
async def test_headers_that_cannot_be(headers: dict[str, str], sentence: str) -> None:
    """A header that cannot be sent as it is meant is refused before anything is sent."""
    line = AllowedUrl(methods=("POST",), url=ANYWHERE, secrets={"pager": "PAGER_KEY"})
    async with answering(200) as (url, allow, asked):
        outcome = await do(post(url, headers=headers), allowed=Allowed(urls=(line,)), allow=allow, environment={})
    assert outcome.kind == "refused"
    assert outcome.detail.startswith(sentence)
    assert outcome.detail.endswith("Nothing was sent.")
    assert asked == []


@pytest.mark.parametrize("path", ["restart/../delete", "restart/./../delete", "restart/%2e%2e/delete"])
async def test_an_address_means_what_it_says(path: str) -> None:
    """An address that passes a pattern as it is written, but leads elsewhere, is not called."""
    async with answering(200) as (url, allow, asked):
        line = AllowedUrl(methods=("POST",), url=rf"{url}/restart/.*")
        outcome = await do(post(f"{url}/{path}"), allowed=Allowed(urls=(line,)), allow=allow)
    assert outcome.kind == "refused" or [each[1] for each in asked] == [f"/{path}"]
    assert not any(each[1] == "/delete" for each in asked)


# --- what is known when it goes wrong


async def test_refused_connection() -> None:
    """Where nobody listens nothing has arrived: it has failed."""
    there = f"127.0.0.1:{free_port()}"
    outcome = await do(post(f"http://{there}/"), allow={there})
    assert outcome.kind == "failed"
    assert outcome.detail.endswith("could not be reached: the connection was refused. Nothing was sent.")


async def test_the_guard_stands_before_acts() -> None:
    """An address that is not public is not called, and the sentence names the setting."""
    async with answering(200) as (url, _, asked):
        outcome = await do(post(url))
    assert outcome.kind == "refused"
    assert "was not called: it leads to 127.0.0.1, which is not a public address" in outcome.detail
    assert "WARROOM_CHECKS_ALLOW" in outcome.detail
    assert asked == []


async def test_an_unknown_name() -> None:
    """A name that DNS does not know has failed; `.invalid` never exists (RFC 2606)."""
    outcome = await do(post("http://warroom.invalid/"))
    assert outcome.kind == "failed"
    assert outcome.detail.endswith("Nothing was sent.")


async def test_an_untrusted_server() -> None:
    """A server whose certificate nobody vouches for is sent nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(context)
    asked = asyncio.Event()

    async def answer(request: web.Request) -> web.Response:
        asked.set()
        return web.Response()

    async with serving(answer, tls=context) as (url, allow):
        outcome = await do(post(url.replace("127.0.0.1", "localhost")), allow=allow)
    assert outcome.kind == "failed"
    assert "could not be trusted: its certificate does not pass" in outcome.detail
    assert not asked.is_set()


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 ", b"SSH-2.0-OpenSSH\r\n"])
async def test_a_lost_answer_is_unknown(said: bytes) -> None:
    """When a connection ends before its answer, nobody knows whether the request was carried out."""
    async with speaking(said) as (there, allow):
        outcome = await do(post(f"http://{there}/"), allow=allow)
    assert outcome.kind == "unknown"
    assert "Whether it was carried out is not known" in outcome.detail


async def test_a_cut_off_body_is_an_answer() -> None:
    """When the status is known, a body that breaks off does not make it unknown."""
    async with speaking(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort") as (there, allow):
        outcome = await do(post(f"http://{there}/"), allow=allow)
    assert outcome.kind == "done"


@pytest.mark.parametrize("how", ["cancelled", "late"])
async def test_giving_up_on_an_answer(how: str) -> None:
    """Cancelled or too late after it was sent: unknown, for the server may be doing it this moment."""
    asked, release, cancelled = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow(request: web.Request) -> web.Response:
        asked.set()
        await release.wait()
        return web.Response()

    async with serving(slow) as (url, allow):
        within = timedelta(seconds=30 if how == "cancelled" else 0.2)
        act = asyncio.create_task(do(post(url), allow=allow, cancelled=cancelled, within=within))
        await asked.wait()
        if how == "cancelled":
            cancelled.set()
        outcome = await act
        release.set()
    assert outcome.kind == "unknown"
    assert "after it had been sent" in outcome.detail


@pytest.mark.parametrize("how", ["cancelled", "timed_out"])
async def test_giving_up_on_a_connection(how: str) -> None:
    """Cancelled or too late while connecting: nothing was sent, and that is known."""
    cancelled = asyncio.Event()
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        there = f"127.0.0.1:{full.getsockname()[1]}"
        for waiting in (first, second):  # the queue is full: the kernel answers nobody any more
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        within = timedelta(seconds=30 if how == "cancelled" else 0.2)
        act = asyncio.create_task(do(post(f"http://{there}/"), allow={there}, cancelled=cancelled, within=within))
        if how == "cancelled":
            asyncio.get_running_loop().call_later(0.1, cancelled.set)
        outcome = await act
    assert outcome.kind == how
    assert outcome.detail.endswith("Nothing was sent.")


@pytest.mark.parametrize("url", ["ftp://example.org/", "file:///etc/passwd", "example.org/x", "http://[", "http://"])
async def test_addresses_it_cannot_use(url: str) -> None:
    """Only http and https are called."""
    line = AllowedUrl(methods=("POST",), url=".*")
    outcome = await do(post(url), allowed=Allowed(urls=(line,)))
    assert outcome.kind == "refused"
    assert "is not an http or https address" in outcome.detail
