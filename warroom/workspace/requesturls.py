"""Request URLs: what the workspace sends to an app that does not use Socket Mode, signed as Slack signs it.

An event is one POST that must be answered with 2xx in three seconds, else it is sent again at once, after a minute and after
five, with the reason in its headers; the answer `x-slack-no-retry: 1` ends that. Commands and interactions are asked once.
Before the first event the address must prove that it is the app's: it answers `url_verification` with the challenge.
"""

import asyncio
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import parse_qs, urlencode

import aiohttp

from warroom.workspace.deliveries import NotAcknowledged
from warroom.workspace.faults import Faults
from warroom.workspace.model import App, Doc, Event
from warroom.workspace.state import State
from warroom.workspace.subscriptions import Subscriptions
from warroom.workspace.timing import Timing
from warroom.workspace.wire import Wire

_DELAYED_EVERY = 3600.0
_DELAYED_TIMES = 24


class _Failed(Exception):
    """The request was not answered with 2xx in time; `reason` is the word Slack has for it."""

    def __init__(self, reason: str, *, retry: bool = True) -> None:
        super().__init__(reason)
        self.reason, self.retry = reason, retry


class RequestUrls:
    """Everything that is on its way to request URLs.

    `tell_people` shows a sentence to everybody who looks at the workspace, in place of Slack's e-mail to the app's owners.
    """

    def __init__(
        self, state: State, wire: Wire, faults: Faults, timing: Timing, tell_people: Callable[[str], None]
    ) -> None:
        self._state, self._wire, self._faults, self._timing = state, wire, faults, timing
        self._tell_people = tell_people
        self._verified: dict[str, str] = {}  # app id -> the address that answered the challenge
        self.subscriptions = Subscriptions(state.now)
        self._under_way: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None

    def resume(self) -> None:
        """Takes up the events that were under way when the workspace stopped."""
        for event in list(self._state.events.values()):
            app = self._state.apps.get(event.app_id)
            if app is not None and not app.features.socket_mode:
                self._start(event)

    def tell(self, event: Event) -> None:
        """Sends an event, several times if need be."""
        app = self._state.apps[event.app_id]
        copies = self._faults.copies()
        if app.muted or not copies:
            self._wire.lost(event)
            return
        if self._faults.deliveries_used_up or self.subscriptions.is_full(app.id):
            self._wire.lost(event)
            self._say_full(app, event)
            return
        self._state.keep(event)
        if copies > 1:
            self._wire.note("fault", what="duplicate_events", event_id=event.id)
        if not self._faults.hold(event):
            for _ in range(copies):
                self._start(event)

    def release(self, event: Event) -> None:
        """Sends an event that was held back."""
        self._start(event)

    async def ask(self, app: App, type_: str, payload: Doc, *, accepts_payload: bool) -> Doc:
        """Sends a command or an interaction; the answer is the body's JSON object, or its text as a message.

        Raises:
            NotAcknowledged: Without an answer in time, or with one that is not 2xx.
        """
        form = payload if type_ == "slash_commands" else {"payload": json.dumps(payload)}
        url = _command_url(app, payload) if type_ == "slash_commands" else _interaction_url(app, payload)
        self._wire.record("out", "ask", app_id=app.id, method=type_, request=payload)
        try:
            text = await self._post(app, url, urlencode(form), "application/x-www-form-urlencoded", {})
        except _Failed as failed:
            code = "operation_timeout" if failed.reason == "http_timeout" else "dispatch_failed"
            raise NotAcknowledged(code) from None
        self._wire.record("in", "ack", app_id=app.id, method=type_, response=text)
        return _answer(text) if accepts_payload else {}

    def is_verified(self, app: App) -> bool:
        """Whether the address of the app's events has answered the challenge."""
        return bool(app.features.event_url) and self._verified.get(app.id) == app.features.event_url

    async def verify(self, app: App) -> str:
        """Asks the address of an app's events for the challenge. Returns what is wrong, nothing if it answered."""
        url = app.features.event_url
        if not url or self.is_verified(app):
            return ""
        challenge = secrets.token_urlsafe(39)
        body = {"token": app.verification_token, "challenge": challenge, "type": "url_verification"}
        self._wire.record("out", "ask", app_id=app.id, method="url_verification", request=body)
        try:
            answer = await self._post(app, url, json.dumps(body), "application/json", {})
        except _Failed as failed:
            return f"{url} did not answer the challenge: {failed.reason}."
        self._wire.record("in", "ack", app_id=app.id, method="url_verification", response=answer)
        if _challenge_in(answer) != challenge:
            return f"{url} did not respond with the value of the challenge parameter."
        self._verified[app.id] = url
        return ""

    async def settled(self) -> None:
        """Returns once nothing is on its way."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    async def close(self) -> None:
        for task in list(self._under_way):
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    # -- events ----------------------------------------------------------------------------------------------------------

    def _start(self, event: Event) -> None:
        task = asyncio.get_running_loop().create_task(self._deliver(event))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _deliver(self, event: Event) -> None:
        waits = (0.0, *self._timing.retries)
        if self._timing.delayed_events:
            waits += (_DELAYED_EVERY,) * _DELAYED_TIMES
        for attempt in range(event.attempt, len(waits)):
            await asyncio.sleep(waits[attempt])
            app = self._state.apps[event.app_id]
            if app.muted:
                break
            failed = await self._attempt(app, event)
            self._count(app, failed=failed is not None)
            if failed is None:
                self._state.settle(event)
                return
            if not failed.retry:
                break
            event = replace(event, attempt=attempt + 1, reason=failed.reason)
            self._state.keep(event)
            self._state.flush()
        self._wire.lost(event)
        self._state.settle(event)

    async def _attempt(self, app: App, event: Event) -> _Failed | None:
        headers: dict[str, str] = {}
        if event.attempt:
            headers = {"X-Slack-Retry-Num": str(event.attempt), "X-Slack-Retry-Reason": event.reason}
        if problem := await self.verify(app):
            self._wire.record("out", "unverified", app_id=app.id, method=event.name, response=problem)
            return _Failed("connection_failed")
        self._wire.record("out", "event", app_id=app.id, method=event.name, request=event.payload)
        try:
            await self._post(app, app.features.event_url, json.dumps(event.payload), "application/json", headers)
        except _Failed as failed:
            return failed
        self._wire.record("in", "ack", app_id=app.id, method=event.name, request=event.id)
        return None

    def _count(self, app: App, *, failed: bool) -> None:
        self.subscriptions.count(app.id, failed=failed)
        if failed and not app.muted and self.subscriptions.has_failed(app.id):
            self._state.keep(replace(self._state.apps[app.id], muted=True))
            self._state.flush()
            self._tell_people(f"{app.name} gets no more events: over 95 % of them failed within an hour.")

    def _say_full(self, app: App, event: Event) -> None:
        if not self.subscriptions.may_say_full(app.id):
            return
        now = int(self._state.now())
        body = {
            "token": app.verification_token,
            "type": "app_rate_limited",
            "team_id": event.payload["team_id"],
            "minute_rate_limited": now - now % 60,
            "api_app_id": app.id,
        }
        self._start(Event(id=f"{event.id}-limited", app_id=app.id, payload=body, since=self._state.now()))

    # -- HTTP ------------------------------------------------------------------------------------------------------------

    async def _post(self, app: App, url: str, body: str, content_type: str, more: Mapping[str, str]) -> str:
        """The body of the answer."""
        if not url:
            raise _Failed("connection_failed", retry=False)
        sent = {"app_id": app.id, "encoding": content_type, "headers": dict(more), "body": body}
        try:
            answer = await self._exchange(app, url, body, content_type, more)
        except _Failed as failed:
            self._wire.note("post", **sent, failed=failed.reason)
            raise
        self._wire.note("post", **sent, answer=answer)
        return answer

    async def _exchange(self, app: App, url: str, body: str, content_type: str, more: Mapping[str, str]) -> str:
        headers = {"Content-Type": content_type, **signature(app.signing_secret, int(self._state.now()), body), **more}
        try:  # two redirects are followed; aiohttp counts the one it refuses
            async with (
                asyncio.timeout(self._timing.ack),
                self._client.post(url, data=body, headers=headers, max_redirects=3) as response,
            ):
                if not 200 <= response.status < 300:
                    raise _Failed("http_error", retry=response.headers.get("X-Slack-No-Retry") != "1")
                return await response.text()
        except TimeoutError:
            raise _Failed("http_timeout") from None
        except aiohttp.TooManyRedirects:
            raise _Failed("too_many_redirects") from None
        except aiohttp.ClientSSLError:
            raise _Failed("ssl_error") from None
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


def _interaction_url(app: App, payload: Doc) -> str:
    """Menus with external options may have an address of their own."""
    features = app.features
    return (payload["type"] == "block_suggestion" and features.options_url) or features.interactivity_url


def _challenge_in(answer: str) -> str:
    """The challenge, as plain text, as a form or as JSON."""
    try:
        doc = json.loads(answer)
    except ValueError:
        form = parse_qs(answer.strip()).get("challenge")
        return form[0] if form else answer.strip()
    return str(doc.get("challenge")) if isinstance(doc, dict) else str(doc)


def _answer(text: str) -> Doc:
    try:
        answer = json.loads(text)
    except ValueError:
        return {"text": text} if text.strip() else {}
    return answer if isinstance(answer, dict) else {}
