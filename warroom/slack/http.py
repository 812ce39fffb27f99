"""Slack over HTTP: whether a request is Slack's, and its way into the same Bolt app as over Socket Mode."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import Clock as SlackClock
from slack_sdk.signature import SignatureVerifier

from warroom.core.declaring import dataclass
from warroom.errors import SettingsError, WarroomError
from warroom.runtime.clock import Clock
from warroom.slack.backfill import Backfill
from warroom.store import inbox
from warroom.store.db import Database

SHORTEST = 20  # characters of a signing secret; Slack's have 32
LIMITED = timedelta(seconds=90)  # Slack says each minute that it has dropped events; history is read when it is quiet

Body = Mapping[str, object]
_EVENT, _COMMAND = ("team_id", "event_id"), ("command", "team_id", "user_id", "channel_id", "trigger_id")
_MALFORMED = (LookupError, TypeError, AttributeError, ValueError)


class NotOfSlack(WarroomError):
    """It is signed, and still nothing that Slack sends, or nothing that this app is for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    status: int
    body: str = ""
    kind: str = "text/plain"


class Signatures:
    """Knows Slack's requests by one of these secrets. Raises SettingsError for one that is too short."""

    def __init__(self, secrets: Sequence[SecretStr], wall: Clock) -> None:
        values = [each.get_secret_value() for each in secrets]
        if any(len(each) < SHORTEST for each in values):
            raise SettingsError(
                f"WARROOM_SLACK_SIGNING_SECRET: a signing secret has at least {SHORTEST} characters. "
                "It is under “Basic Information” of your app."
            )
        clocks = (_Reads(wall), SlackClock())  # ours goes on as it went when somebody sets the machine's
        self._verifiers = [SignatureVerifier(each, clock) for each in values for clock in clocks]

    def signed(self, raw: str, timestamp: str, signature: str) -> bool:
        """Whether Slack has signed this body, at this time, not more than five minutes ago by our clock or the machine's."""
        return any(each.is_valid(raw, timestamp, signature) for each in self._verifiers)


class _Reads(SlackClock):
    def __init__(self, wall: Clock) -> None:
        self._wall = wall

    def now(self) -> float:
        return self._wall.now().timestamp()


class Requests:
    """Takes what Slack sends. Committed when it returns; raises when it could not be, and NotOfSlack."""

    def __init__(self, app: AsyncApp, db: Database, wall: Clock, backfill: Backfill) -> None:
        self._app, self._db, self._wall, self._backfill = app, db, wall, backfill
        self.used = False  # whether Slack tells anything this way

    async def take(self, body: Body, signature: str) -> Answered:
        self.used = True
        match body.get("type"):
            case "url_verification":
                return Answered(status=200, body=_text(body, "challenge"))
            case "app_rate_limited":
                await self._limited(body)
                return Answered(status=200)
            case "event_callback":
                _must_hold(body, _EVENT)
                _must_hold(_inner(body, "event"), ("type",))
            case None:
                _must_hold(body, _COMMAND)
                return await self._once(body, signature)
            case _:
                _must_hold(_inner(body, "user"), ("id",))
                _must_hold(_inner(body, "team"), ("id",))
                return await self._once(body, signature)
        return await self._dispatched(body)

    async def _limited(self, body: Body) -> None:
        minute = body.get("minute_rate_limited")
        if not isinstance(minute, int) or not 0 < minute < 2**33:
            raise NotOfSlack("minute_rate_limited is missing, or is no minute.")
        await self._backfill.missed(datetime.fromtimestamp(minute, UTC), LIMITED)

    async def _once(self, body: Body, signature: str) -> Answered:
        """What people ask for is carried out under keys of its own. One that was refused has none, and would not be now."""
        if not await self._db.tx(inbox.first_time, f"request:{signature}", self._wall.now()):
            return Answered(status=200)
        return await self._dispatched(body)

    async def _dispatched(self, body: Body) -> Answered:
        try:
            request = AsyncBoltRequest(mode="socket_mode", body=dict(body))  # as if: the signature has been looked at
            response = await self._app.async_dispatch(request)
        except _MALFORMED as error:
            raise NotOfSlack("This is not what Slack sends.") from error
        if response.status == 404:
            raise NotOfSlack("There is nothing here that could take this.")
        if response.status != 200:
            raise RuntimeError(f"Bolt answers {response.status}")
        kind = (response.headers.get("content-type") or ["text/plain"])[0].partition(";")[0]
        return Answered(status=200, body=response.body or "", kind=kind)


def _must_hold(body: Body, names: Sequence[str]) -> None:
    for name in names:
        _text(body, name)


def _text(body: Body, name: str) -> str:
    found = body.get(name)
    if not isinstance(found, str) or not found:
        raise NotOfSlack(f"{name} is missing, or is no text.")
    return found


def _inner(body: Body, name: str) -> Body:
    found = body.get(name)
    if not isinstance(found, dict):
        raise NotOfSlack(f"{name} is missing, or is no object.")
    return found
