"""The door for Slack's own requests: what is not Slack's ends there, and nothing makes it answer with 500."""

import io
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from tests.examples import many
from warroom.errors import SettingsError
from warroom.slack.http import Signatures
from warroom.testing import ManualClock
from warroom.web import Health, build, runner
from warroom.web.slackdoor import LARGEST, PATH, Answer, Asked, Malformed, SlackDoor
from warroom.workspace.requesturls import signature

OLD, NEW = "8f742231b10e8888abcd99yyyzzz85a5", "another-secret-of-32-characters!"
NOW = 1_531_420_618
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
# Slack's own example (docs.slack.dev, "Verifying requests from Slack").
EXAMPLE = (
    "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar"
    "&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com"
    "%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14"
    "d10d2c447fce8b6703c"
)
EXAMPLE_SIGNED = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"


class Taker:
    """Stands where the bot does: remembers what it was given, and answers, or fails when told to."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.fails: Exception | None = None
        self.answer = Answer(status=200)

    async def take(self, asked: Asked) -> Answer:
        if self.fails is not None:
            raise self.fails
        self.asked.append(asked)
        return self.answer


class Site:
    def __init__(self, url: str, client: aiohttp.ClientSession, taker: Taker) -> None:
        self.url, self.client, self.taker = url + PATH, client, taker

    async def post(self, body: bytes | str, headers: Mapping[str, str], kind: str = JSON) -> int:
        data = io.BytesIO(body.encode() if isinstance(body, str) else body)
        async with self.client.post(self.url, data=data, headers={"Content-Type": kind, **headers}) as answer:
            await answer.read()
            return answer.status

    async def signed(self, body: str, kind: str = JSON, *, secret: str = NEW, at: int = NOW) -> int:
        return await self.post(body, signature(secret, at, body), kind)


@asynccontextmanager
async def site() -> AsyncIterator[Site]:
    taker = Taker()

    async def health() -> Health:
        return Health(database=True, slack=True)

    async def no_alerts(group: object, keys: tuple[str, ...]) -> Any:
        raise AssertionError

    app = build(health=health, sources={}, keys=lambda group: (), take_alerts=no_alerts, tokens={})
    clock = ManualClock(datetime.fromtimestamp(NOW, UTC))
    signatures = Signatures([SecretStr(OLD), SecretStr(NEW)], clock)
    app.add_routes(SlackDoor(signatures.signed, taker.take).routes())
    serving = runner(app)
    await serving.setup()
    await web.TCPSite(serving, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as client:
        yield Site(f"http://127.0.0.1:{serving.addresses[0][1]}", client, taker)
    await serving.cleanup()


async def test_slacks_own_example_is_taken() -> None:
    """The request and the signature that Slack publishes; with one character changed it is nobody's."""
    async with site() as at:
        headers = {"X-Slack-Request-Timestamp": str(NOW), "X-Slack-Signature": EXAMPLE_SIGNED}
        assert await at.post(EXAMPLE, headers, FORM) == 200
        assert at.taker.asked[0].body["command"] == "/webhook-collect"
        assert at.taker.asked[0].signature == EXAMPLE_SIGNED
        assert await at.post(EXAMPLE.replace("foobar", "foobaz"), headers, FORM) == 401
        assert len(at.taker.asked) == 1


async def test_every_kind_of_body_is_read() -> None:
    """JSON, a form, and JSON in the field of a form."""
    async with site() as at:
        assert await at.signed('{"type": "x", "ü": [1]}') == 200
        assert await at.signed("command=%2Fwarroom&text=", FORM) == 200
        assert await at.signed(urlencode({"payload": '{"type": "block_actions"}'}), FORM) == 200
        assert [dict(each.body) for each in at.taker.asked] == [
            {"type": "x", "ü": [1]},
            {"command": "/warroom", "text": ""},
            {"type": "block_actions"},
        ]


@pytest.mark.parametrize(("secret", "at", "status"), [
    (OLD, NOW, 200), (NEW, NOW, 200), (NEW, NOW - 300, 200), (NEW, NOW + 300, 200),
    (NEW, NOW - 301, 401), (NEW, NOW + 301, 401), ("a-secret-that-is-not-ours-at-all", NOW, 401),
])  # fmt: skip
async def test_who_signed_and_when(secret: str, at: int, status: int) -> None:
    """Either of two secrets will do, five minutes early or late; nothing else."""
    async with site() as there:
        assert await there.signed("{}", secret=secret, at=at) == status
        assert len(there.taker.asked) == (status == 200)


GOOD = signature(NEW, NOW, "{}")


@pytest.mark.parametrize("headers", [
    {},
    {"X-Slack-Request-Timestamp": str(NOW)},
    {"X-Slack-Signature": GOOD["X-Slack-Signature"]},
    GOOD | {"X-Slack-Request-Timestamp": "yesterday"},
    GOOD | {"X-Slack-Request-Timestamp": ""},
    GOOD | {"X-Slack-Request-Timestamp": "١٢٣"},
    GOOD | {"X-Slack-Request-Timestamp": f"{NOW}.0"},
    GOOD | {"X-Slack-Request-Timestamp": f"-{NOW}"},
    GOOD | {"X-Slack-Request-Timestamp": "9" * 5000},
    GOOD | {"X-Slack-Signature": ""},
    GOOD | {"X-Slack-Signature": "v0=" + "ü" * 64},
    GOOD | {"X-Slack-Signature": GOOD["X-Slack-Signature"].replace("v0", "v1")},
    GOOD | {"X-Slack-Signature": GOOD["X-Slack-Signature"].upper()},
    GOOD | {"X-Slack-Signature": GOOD["X-Slack-Signature"] + "0"},
])  # fmt: skip
async def test_whatever_is_not_signed_well_is_nobodys(headers: dict[str, str]) -> None:
    """Missing, not a number, not ASCII, of another version, too long: 401, and nothing is done."""
    async with site() as at:
        assert await at.post("{}", headers) == 401
        assert at.taker.asked == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"1", b'"x"', b"null", b"[" * 100_000, b"1" * 5000])
async def test_whatever_cannot_be_read_is_refused(body: bytes) -> None:
    """Signed, and no JSON object: 400."""
    async with site() as at:
        assert await at.signed(body.decode()) == 400
        assert await at.signed(urlencode({"payload": body.decode()}), FORM) == 400
        assert at.taker.asked == []


async def test_what_is_not_utf_8_is_refused() -> None:
    """Bytes that are no text: 400, whoever signed them."""
    async with site() as at:
        assert await at.post(b"\xff\xfe{}", GOOD) == 400


async def test_what_is_too_large_is_refused() -> None:
    """Larger than anything Slack sends: 413, before it is looked at; a large press is taken."""
    async with site() as at:
        assert await at.post(b" " * (LARGEST + 1), GOOD) == 413
        assert await at.signed(json.dumps({"type": "x", "message": "m" * 1_000_000})) == 200


async def test_a_look_at_the_certificate_is_nothing() -> None:
    """`ssl_check` is answered, signed or not, and nothing is done about it."""
    async with site() as at:
        assert await at.post("ssl_check=1&token=x", {}, FORM) == 200
        assert await at.signed("token=x&ssl_check=1", FORM) == 200
        assert at.taker.asked == []


async def test_a_retry_is_no_special_case() -> None:
    """That Slack has tried before changes nothing about how it is taken."""
    async with site() as at:
        again = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}
        assert await at.post("{}", GOOD | again) == 200


async def test_what_cannot_be_kept_comes_again() -> None:
    """503 when it cannot be kept, so that Slack comes again; 400 when it is nothing that Slack sends. No word of the cause."""
    async with site() as at:
        at.taker.fails = RuntimeError("database at /secret/path is locked")
        async with at.client.post(at.url, data="{}", headers={"Content-Type": JSON, **GOOD}) as answer:
            assert answer.status == 503
            assert "secret" not in await answer.text()
        at.taker.fails = Malformed("event is missing.")
        assert await at.signed("{}") == 400


async def test_what_is_answered_is_passed_on() -> None:
    """The challenge, the text of a command, the errors of a form, as they are."""
    async with site() as at:
        at.taker.answer = Answer(status=200, body='{"text": "Größe \ud800"}', kind=JSON)
        async with at.client.post(at.url, data="{}", headers={"Content-Type": JSON, **GOOD}) as answer:
            assert answer.content_type == JSON
            assert (await answer.json())["text"].startswith("Größe")


async def test_it_is_asked_with_post_alone() -> None:
    """Anything else than POST is 405."""
    async with site() as at, at.client.get(at.url) as answer:
        assert answer.status == 405


def test_a_secret_that_is_none_is_a_mistake() -> None:
    """A secret of a few characters is not one of Slack's."""
    with pytest.raises(SettingsError, match="SIGNING_SECRET"):
        Signatures([SecretStr("short")], ManualClock())


TEXT = st.text(st.characters(blacklist_categories=["Cs"]), max_size=30)
LINE = TEXT.map(lambda text: "".join(each for each in text if each.isprintable()).strip())
VALUES = st.recursive(st.none() | st.booleans() | st.integers() | TEXT, lambda inner: st.lists(inner, max_size=3)
                      | st.dictionaries(TEXT, inner, max_size=3), max_leaves=8)  # fmt: skip
BODIES = st.one_of(
    st.binary(max_size=60),
    VALUES.map(lambda value: json.dumps(value).encode()),
    VALUES.map(lambda value: urlencode({"payload": json.dumps(value)}).encode()),
    st.dictionaries(TEXT, TEXT, max_size=4).map(lambda form: urlencode(form).encode()),
)
KINDS = st.sampled_from([JSON, FORM, "text/plain", "application/json; charset=latin-1", ";;", "multipart/form-data"])


@settings(max_examples=many(150), deadline=None, suppress_health_check=list(HealthCheck))
@given(body=BODIES, kind=KINDS, signed=st.booleans(), timestamp=LINE, given_=LINE)
async def test_nothing_makes_it_fail(body: bytes, kind: str, signed: bool, timestamp: str, given_: str) -> None:
    """Whatever comes, signed or not: 200, 400, 401 or 413."""
    headers = {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": given_}
    if signed:
        headers = signature(NEW, NOW, body.decode("utf-8", "replace"))
    async with site() as at:
        assert await at.post(body, headers, kind) in {200, 400, 401, 413}
