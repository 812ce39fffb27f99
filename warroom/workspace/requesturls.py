"""Request URLs: what the workspace sends to an app that does not use Socket Mode, signed as Slack signs it.

An event is one POST that must be answered with 2xx in three seconds, else it is sent again at once, after a minute and after
five, with the reason in its headers; the answer `x-slack-no-retry: 1` ends that. Commands and interactions are asked once.
"""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Mapping
from urllib.parse import urlencode

import aiohttp

from warroom.workspace.deliveries import NotAcknowledged
from warroom.workspace.faults import Faults
from warroom.workspace.model import App, Doc
from warroom.workspace.state import Clock
from warroom.workspace.timing import Timing
from warroom.workspace.wire import Wire


class _Failed(Exception):
    """The request was not answered with 2xx in time; `reason` is the word Slack has for it."""

    def __init__(self, reason: str, *, retry: bool = True) -> None:
        super().__init__(reason)
        self.reason, self.retry = reason, retry


class RequestUrls:
    """Everything that is on its way to request URLs."""

    def __init__(self, wire: Wire, faults: Faults, timing: Timing, now: Clock) -> None:
        self._wire, self._faults, self._timing, self._now = wire, faults, timing, now
        self._under_way: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None

    def tell(self, app: App, payload: Doc) -> None:
        """Sends an event, several times if need be."""
        for _ in range(self._faults.copies()):
            task = asyncio.get_running_loop().create_task(self._deliver(app, payload))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def ask(self, app: App, type_: str, payload: Doc, *, accepts_payload: bool) -> Doc:
        """Sends a command or an interaction; the answer is the body's JSON object, or its text as a message.

        Raises:
            NotAcknowledged: Without an answer in time, or with one that is not 2xx.
        """
        form = payload if type_ == "slash_commands" else {"payload": json.dumps(payload)}
        url = _command_url(app, payload) if type_ == "slash_commands" else app.features.interactivity_url
        self._wire.record("out", "ask", app_id=app.id, method=type_, request=payload)
        try:
            text = await self._post(app, url, urlencode(form), "application/x-www-form-urlencoded", {})
        except _Failed as failed:
            code = "operation_timeout" if failed.reason == "http_timeout" else "dispatch_failed"
            raise NotAcknowledged(code) from None
        self._wire.record("in", "ack", app_id=app.id, method=type_, response=text)
        return _answer(text) if accepts_payload else {}

    async def close(self) -> None:
        for task in list(self._under_way):
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def _deliver(self, app: App, payload: Doc) -> None:
        body, headers, name = json.dumps(payload), dict[str, str](), str(payload["event"]["type"])
        for attempt, wait in enumerate((0.0, *self._timing.retries)):
            await asyncio.sleep(wait)
            self._wire.record("out", "event", app_id=app.id, method=name, request=payload)
            try:
                await self._post(app, app.features.event_url, body, "application/json", headers)
            except _Failed as failed:
                if not failed.retry:
                    break
                headers = {"X-Slack-Retry-Num": str(attempt + 1), "X-Slack-Retry-Reason": failed.reason}
            else:
                self._wire.record("in", "ack", app_id=app.id, method=name, request=payload["event_id"])
                return
        self._wire.record("out", "lost", app_id=app.id, method=name, request=payload)

    async def _post(self, app: App, url: str, body: str, content_type: str, more: Mapping[str, str]) -> str:
        """The body of the answer."""
        if not url:
            raise _Failed("connection_failed", retry=False)
        headers = {"Content-Type": content_type, **signature(app.signing_secret, int(self._now()), body), **more}
        try:
            async with (
                asyncio.timeout(self._timing.ack),
                self._client.post(url, data=body, headers=headers, max_redirects=2) as response,
            ):
                if not 200 <= response.status < 300:
                    raise _Failed("http_error", retry=response.headers.get("X-Slack-No-Retry") != "1")
                return await response.text()
        except TimeoutError:
            raise _Failed("http_timeout") from None
        except aiohttp.TooManyRedirects:
            raise _Failed("too_many_redirects") from None
        except aiohttp.ClientError:
            raise _Failed("connection_failed") from None

    @property
    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        return self._session


def signature(secret: str, timestamp: int, body: str) -> dict[str, str]:
    """The two headers by which an app knows that a request is from Slack (docs: verifying requests from Slack)."""
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(timestamp), "X-Slack-Signature": f"v0={digest}"}


def _command_url(app: App, payload: Doc) -> str:
    return next((c.url for c in app.features.commands if c.command == payload["command"]), "")


def _answer(text: str) -> Doc:
    try:
        answer = json.loads(text)
    except ValueError:
        return {"text": text} if text.strip() else {}
    return answer if isinstance(answer, dict) else {}
