"""The web side, spoken to over real sockets, with the alert source that ships."""

import asyncio
import gzip
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from tests.examples import many
from warroom.alerts import SOURCES, Group, delivery_keys
from warroom.errors import SettingsError
from warroom.web import Health, Taken, build, runner
from warroom.web.pace import Bucket

PAYLOADS = Path(__file__).parents[1] / "alerts" / "payloads"
FIRING = (PAYLOADS / "firing.json").read_bytes()
RETRY = (PAYLOADS / "firing_retry.json").read_bytes()
OLD, NEW = "an-old-token-of-32-characters-001", "a-new-token-of-32-characters-0002"
BEARER = {"Authorization": f"Bearer {NEW}"}


class Desk:
    """Stands where the runtime does: keeps what is new, once, or fails when told to."""

    def __init__(self) -> None:
        self.groups: list[Group] = []
        self.known: set[str] = set()
        self.fails: Exception | None = None
        self.health = Health(database=True, slack=True)

    async def take(self, group: Group, keys: tuple[str, ...]) -> Taken:
        if self.fails is not None:
            raise self.fails
        new = [key for key in keys if key not in self.known]
        self.known.update(new)
        self.groups.append(group)
        return Taken(room="INC-1", new=len(new))

    async def look(self) -> Health:
        if self.fails is not None:
            raise self.fails
        return self.health


class Site:
    """A running web side and a client for it."""

    def __init__(self, url: str, client: aiohttp.ClientSession, desk: Desk) -> None:
        self.url, self.client, self.desk = url, client, desk

    async def post(self, body: bytes = FIRING, *, path: str = "/hooks/alertmanager", **more: Any) -> tuple[int, Any]:
        more.setdefault("headers", BEARER)
        async with self.client.post(self.url + path, data=body, **more) as answer:
            return answer.status, await answer.json()

    async def get(self, path: str) -> tuple[int, Any]:
        async with self.client.get(self.url + path) as answer:
            return answer.status, await answer.json()


@asynccontextmanager
async def site(**more: Any) -> AsyncIterator[Site]:
    desk = Desk()
    tokens = {"alertmanager": [SecretStr(OLD), SecretStr(NEW)]}
    given_ = {"tokens": tokens, "sources": SOURCES, **more}
    app = build(health=desk.look, keys=delivery_keys, take_alerts=desk.take, **given_)
    serving = runner(app)
    await serving.setup()
    await web.TCPSite(serving, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as client:
        yield Site(f"http://127.0.0.1:{serving.addresses[0][1]}", client, desk)
    await serving.cleanup()


# --- what is taken in


async def test_a_delivery_is_taken() -> None:
    """A delivery is answered with the room it went to and how much of it was news."""
    async with site() as at:
        assert await at.post() == (200, {"ok": True, "room": "INC-1", "new": 1})
        assert at.desk.groups[0].title.startswith("DatabaseDown")


async def test_a_retry_is_no_news() -> None:
    """The same delivery again is taken as well, and is no news."""
    async with site() as at:
        await at.post()
        assert await at.post(RETRY) == (200, {"ok": True, "room": "INC-1", "new": 0})


@pytest.mark.parametrize(
    "body", [path.read_bytes() for path in sorted(PAYLOADS.glob("*.json"))], ids=lambda body: f"{len(body)} bytes"
)
async def test_every_payload(body: bytes) -> None:
    """Every payload of ours is taken."""
    async with site() as at:
        assert (await at.post(body))[0] == 200


async def test_what_cannot_be_kept_is_sent_again() -> None:
    """When it cannot be committed the answer is 503, says nothing of the cause, and the retry is news."""
    async with site() as at:
        at.desk.fails = RuntimeError("database at /secret/path is locked")
        async with at.client.post(f"{at.url}/hooks/alertmanager", data=FIRING, headers=BEARER) as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
            assert "secret" not in await answer.text()
        at.desk.fails = None
        assert await at.post() == (200, {"ok": True, "room": "INC-1", "new": 1})


async def test_answered_only_when_kept() -> None:
    """No answer is given before what was delivered is committed."""
    asked, committed = asyncio.Event(), asyncio.Event()

    async def slowly(group: Group, keys: tuple[str, ...]) -> Taken:
        asked.set()
        await committed.wait()
        return Taken()

    desk = Desk()
    app = build(
        health=desk.look,
        sources=SOURCES,
        keys=delivery_keys,
        take_alerts=slowly,
        tokens={"alertmanager": [SecretStr(NEW)]},
    )
    serving = runner(app)
    await serving.setup()
    await web.TCPSite(serving, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as client:
        at = Site(f"http://127.0.0.1:{serving.addresses[0][1]}", client, desk)
        answer = asyncio.create_task(at.post())
        await asked.wait()
        assert not answer.done()
        committed.set()
        assert await answer == (200, {"ok": True, "room": None, "new": 0})
    await serving.cleanup()


# --- who may send


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("", {"Authorization": f"Bearer {OLD}"}),
        ("", {"Authorization": f"bearer   {NEW}"}),
        (f"?token={OLD}", {}),
        (f"?token={NEW}", {"Authorization": "Basic abc"}),
        (f"?token=wrong&token={NEW}", {}),
    ],
)
async def test_a_token_admits(query: str, headers: dict[str, str]) -> None:
    """Either token admits, as a bearer or in the query, so that one can be replaced without a gap."""
    async with site() as at:
        assert (await at.post(path=f"/hooks/alertmanager{query}", headers=headers))[0] == 200


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("", {}),
        ("", {"Authorization": "Bearer wrong"}),
        ("", {"Authorization": "Bearer"}),
        ("", {"Authorization": NEW}),
        ("", {"Authorization": f"Basic {NEW}"}),
        ("", {"Authorization": f"Bearer {NEW}x"}),
        ("", {"Authorization": f"Bearer {NEW.upper()}"}),
        ("", {"Authorization": "Bearer größer"}),
        ("?token=", {}),
        ("?token=wrong", {}),
        ("?token=%ff%fe%00", {}),
        (f"?TOKEN={NEW}", {}),
    ],
)
async def test_without_a_token(query: str, headers: dict[str, str]) -> None:
    """Without a valid token nothing is taken, and the answer is 401."""
    async with site() as at:
        status, said = await at.post(path=f"/hooks/alertmanager{query}", headers=headers)
        assert (status, said["ok"]) == (401, False)
        assert "token" in said["error"]
        assert at.desk.groups == []


async def test_a_source_without_tokens_admits_nobody() -> None:
    """A source for which no token is set takes nothing, not even an empty token."""
    async with site(tokens={}) as at:
        for headers in ({}, BEARER, {"Authorization": "Bearer "}):
            assert (await at.post(headers=headers))[0] == 401


def test_short_tokens() -> None:
    """A token too short to be one is a mistake in the settings."""
    desk = Desk()
    for token in ("", "short"):
        with pytest.raises(SettingsError, match="alertmanager is shorter than 16"):
            build(
                health=desk.look,
                sources=SOURCES,
                keys=delivery_keys,
                take_alerts=desk.take,
                tokens={"alertmanager": [SecretStr(token)]},
            )


async def test_no_token_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """No token, right or wrong, reaches the log, whatever happens to the request."""
    caplog.set_level(logging.DEBUG)
    async with site() as at:
        for fails in (None, RuntimeError("down")):
            at.desk.fails = fails
            await at.post(path=f"/hooks/alertmanager?token={NEW}", headers={})
            await at.post(headers=BEARER)
            await at.post(b"{", headers=BEARER)
            await at.post(path=f"/hooks/alertmanager?token={NEW}x", headers={})
            await at.post(path=f"/nowhere?token={NEW}", headers={})
    assert "/hooks/alertmanager" in caplog.text
    assert NEW not in caplog.text


# --- what is not taken in


async def test_unknown_sources() -> None:
    """An unknown source is answered with those there are."""
    async with site() as at:
        status, said = await at.post(path="/hooks/carrier-pigeon")
        assert status == 404
        assert said["error"] == "There is no source 'carrier-pigeon'. There is alertmanager."


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"{", "not JSON"),
        (b"\xff\xfe\xfa", "not JSON"),
        (b'{"alerts": NaN}', "not JSON"),
        (b"1" * 5_000, "not JSON"),
        (b"alert=%7B%7D", "not JSON"),
        (b"[" * 200_000, "nested too deeply"),
        (b"[]", "not a JSON object"),
        (b"{}", "no list `alerts`"),
        (b'{"alerts": [7]}', "Alert 1"),
    ],
)
async def test_malformed_bodies(body: bytes, sentence: str) -> None:
    """A body that is not JSON, or not this source's, is answered with 400 and a sentence."""
    async with site() as at:
        status, said = await at.post(body)
        assert status == 400
        assert sentence in said["error"]


async def test_large_bodies() -> None:
    """A body of more than 512 KiB is refused; one just below is read."""
    padding = b" " * (512 * 1024 - len(FIRING))
    async with site() as at:
        assert (await at.post(FIRING + padding))[0] == 200
        status, said = await at.post(FIRING + padding + b" ")
        assert (status, said["error"]) == (413, "The body is larger than 512 KiB.")


async def test_packed_bodies() -> None:
    """A small body that unpacks to a huge one is refused as the huge one; one that does not unpack, as malformed."""
    headers = {**BEARER, "Content-Encoding": "gzip"}
    async with site() as at:
        assert (await at.post(gzip.compress(FIRING), headers=headers))[0] == 200
        assert (await at.post(gzip.compress(b" " * 50_000_000), headers=headers))[0] == 413
        assert (await at.post(b"not gzip", headers=headers))[0] == 400


async def test_methods_and_places() -> None:
    """Another method or place is answered in JSON, not with a page of HTML."""
    async with site() as at:
        status, said = await at.get("/hooks/alertmanager")
        assert (status, said["ok"]) == (405, False)
        assert (await at.get("/"))[0] == 404
        assert "/hooks/<source>" in (await at.get("/nowhere"))[1]["error"]


async def test_too_many() -> None:
    """Beyond its burst a source is told when to come again, and is served then."""
    now = [0.0]
    async with site(clock=lambda: now[0], rate=2.0, burst=3) as at:
        assert [(await at.post())[0] for _ in range(4)] == [200, 200, 200, 429]
        async with at.client.post(f"{at.url}/hooks/alertmanager", data=FIRING, headers=BEARER) as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (429, "1")
        now[0] += 1
        assert [(await at.post())[0] for _ in range(3)] == [200, 200, 429]


async def test_strangers_cost_nothing() -> None:
    """Requests without a token do not use up what the source may send."""
    async with site(clock=lambda: 0.0, rate=1.0, burst=1) as at:
        for _ in range(5):
            assert (await at.post(headers={}))[0] == 401
        assert (await at.post())[0] == 200


def test_a_bucket_never_overflows() -> None:
    """However long nothing was sent, no more than the burst may come at once."""
    now = [0.0]
    bucket = Bucket(rate=0.5, burst=2, clock=lambda: now[0])
    now[0] = 1_000_000
    assert [bucket.take() for _ in range(3)] == [0, 0, 2]


# --- every answer


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/nowhere", "/hooks/alertmanager"])
async def test_headers(path: str) -> None:
    """Every answer forbids browsers to guess, frame, store or run anything."""
    async with site() as at, at.client.get(at.url + path) as answer:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Server"] == "warroom"
        assert answer.content_type == "application/json"


# --- health


async def test_alive() -> None:
    """While the process lives it says so, whatever the database does."""
    async with site() as at:
        at.desk.fails = RuntimeError("down")
        assert await at.get("/healthz") == (200, {"ok": True})


async def test_ready() -> None:
    """With database and Slack there, it is ready and has no troubles."""
    async with site() as at:
        at.desk.health = Health(database=True, slack=True, oldest=timedelta(seconds=1.5))
        assert await at.get("/readyz") == (
            200,
            {
                "ok": True,
                "database": True,
                "slack": True,
                "oldest_undelivered_seconds": 1.5,
                "given_up": 0,
                "clock_skew_seconds": None,
                "clock_set_seconds": 0,
                "put_aside": 0,
                "troubles": [],
            },
        )


async def test_ready_without_slack() -> None:
    """Without Slack, and with messages waiting, alerts are still taken in; the troubles are named."""
    async with site() as at:
        at.desk.health = Health(database=True, slack=False, oldest=timedelta(minutes=6))
        status, said = await at.get("/readyz")
        assert (status, said["slack"], len(said["troubles"])) == (200, False, 2)


@pytest.mark.parametrize(
    ("health", "status", "troubles"),
    [
        (
            Health(database=False, slack=True, trouble="The disk of the database is full."),
            503,
            ["The disk of the database is full."],
        ),
        (
            Health(database=True, slack=True, given_up=1),
            200,
            ["One thing that was to be said or done in an open room was given up; the timelines say what."],
        ),
        (Health(database=True, slack=True, given_up=3), 200, ["3 things were given up; the timelines say what."]),
        (Health(database=True, slack=True, skew=timedelta(seconds=-0.9)), 200, []),
        (
            Health(database=True, slack=True, skew=timedelta(seconds=-1.25)),
            200,
            ["The database's clock is 1.2 s behind this machine's: see to it that both are set by the same source."],
        ),
        (
            Health(database=True, slack=True, skew=timedelta(seconds=90)),
            200,
            ["The database's clock is 90.0 s before this machine's: see to it that both are set by the same source."],
        ),
        (
            Health(database=True, slack=True, clock_set=timedelta(hours=-1)),
            200,
            [
                "This machine's clock was set back by 1 h since the bot began, which goes on by the time that really passed. "
                "When the clock is right, start the bot again."
            ],
        ),
    ],
)
async def test_troubles(health: Health, status: int, troubles: list[str]) -> None:
    """What is wrong with the database makes it unready; what was given up, and clocks that differ, are named."""
    async with site() as at:
        at.desk.health = health
        answered, said = await at.get("/readyz")
        assert (answered, said["troubles"]) == (status, troubles)


@pytest.mark.parametrize("fails", [None, RuntimeError("secret")])
async def test_not_ready(fails: Exception | None) -> None:
    """Without its database, or when nobody can tell, it is not ready."""
    async with site() as at:
        at.desk.health, at.desk.fails = Health(database=False, slack=True), fails
        status, said = await at.get("/readyz")
        assert (status, said["ok"], said["database"]) == (503, False, False)
        assert "secret" not in json.dumps(said)


# --- anything at all


async def raw(at: Site, request: bytes) -> bytes:
    """What the server says to these bytes until it hangs up."""
    host, _, port = at.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    async with asyncio.timeout(10):
        said = await reader.read()
    writer.close()
    return said


HEAD = b"POST /hooks/alertmanager HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer " + NEW.encode()


TO_HOOK = b"POST /hooks/alertmanager HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (HEAD + b"\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (HEAD + b"\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 400),
        (HEAD + b"\r\nContent-Length: x\r\n\r\n{}", 400),
        (HEAD + b"\r\nContent-Length: -1\r\n\r\n{}", 400),
        (HEAD + b"\r\nContent-Encoding: deflate\r\nContent-Length: 2\r\n\r\n{}", 400),
        (HEAD + b"\r\nContent-Type: multipart/form-data\r\nContent-Length: 2\r\n\r\n{}", 400),
        (HEAD + b"\r\nExpect: 999-miracle\r\nContent-Length: 2\r\n\r\n{}", 417),
        (TO_HOOK + b"Authorization: Bearer \xff\xfe\r\n\r\n", 401),
        (TO_HOOK + b"Authorization: Bearer \xed\xa0\x80\r\n\r\n", 401),
        (TO_HOOK.replace(b" HTTP", b"?token=%ed%a0%80 HTTP") + b"\r\n", 401),
        (TO_HOOK.replace(b" HTTP", b"?token=\xff HTTP") + b"\r\n", 400),
        (TO_HOOK.replace(b"alertmanager", b"%ff%00") + b"\r\n", 404),
        (TO_HOOK.replace(b"/hooks/", b"//hooks/../../") + b"\r\n", 404),
        (b"\x16\x03\x01\x02\x00\r\n\r\n", 400),
        (b"GET\r\n\r\n", 400),
    ],
)
async def test_broken_http(request_: bytes, status: int) -> None:
    """Broken HTTP is the sender's fault, never answered as a fault of ours, and nothing of it is taken in."""
    async with site() as at:
        assert int((await raw(at, request_)).split()[1]) == status
        assert at.desk.groups == []
        assert (await at.post())[0] == 200


async def test_a_sender_that_hangs_up() -> None:
    """A sender that goes away in the middle of its body leaves nothing behind."""
    async with site() as at:
        host, _, port = at.url.removeprefix("http://").partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(HEAD + b"\r\nContent-Length: 100\r\n\r\n{}")
        writer.write_eof()
        assert await reader.read() == b""
        writer.close()
        assert at.desk.groups == []
        assert (await at.post())[0] == 200


@settings(max_examples=many(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_request_is_a_fault_of_ours(data: st.DataObject) -> None:
    """Whatever is posted, wherever, with whatever header: the answer is below 500, and 200 only for alerts."""
    json_ = st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(), lambda e: st.lists(e) | st.dictionaries(st.text(), e)
    )
    bodies = st.binary(max_size=200) | json_.map(lambda value: json.dumps(value).encode())
    some = data.draw(
        st.lists(
            st.tuples(
                bodies,
                st.text(max_size=20),
                st.text(st.characters(codec="latin-1", exclude_categories=["Cc"])),
                st.booleans(),
            ),
            min_size=1,
            max_size=8,
        )
    )

    async def send() -> None:
        async with site() as at:
            for body, place, token, right in some:
                headers = BEARER if right else {"Authorization": f"Bearer {token}"}
                path = "/hooks/alertmanager" if right else f"/hooks/{place}"
                async with at.client.post(at.url + path, data=body, headers=headers) as answer:
                    assert answer.status < 500
                    assert (answer.status == 200) == bool(at.desk.groups)

    asyncio.run(send())
