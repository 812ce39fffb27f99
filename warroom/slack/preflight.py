"""Before the bot goes to work: are these tokens any good? Says plainly what is wrong and what to do about it."""

from slack_sdk.web.async_client import AsyncWebClient

from warroom.core.declaring import dataclass
from warroom.errors import SlackAway, SlackUnusable
from warroom.slack.verdicts import Verdict, judge

_ADVICE = {
    "invalid_auth": "Slack does not know this token. Copy it again from the app's settings, whole and without spaces.",
    "not_authed": "No token was sent. Set it in the environment.",
    "account_inactive": "The app was removed from the workspace. Install it again.",
    "token_revoked": "The token was revoked. Install the app again and copy the new token.",
    "token_expired": "The token has expired. Install the app again and copy the new token.",
    "not_allowed_token_type": "This is another kind of token: the bot token begins with xoxb-, the app token with xapp-.",
    "missing_scope": "The app lacks a permission. Compare its scopes with the manifest and install it again.",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """Who the bot is in this workspace."""

    workspace: str
    workspace_name: str
    user: str
    bot: str
    url: str


async def check(client: AsyncWebClient, app_token: str, wanted: frozenset[str]) -> Identity:
    """Raises SlackUnusable with a sentence for everything that would stop the bot from working; without an app token
    there is none to ask about. Raises SlackAway when Slack could not be asked, which says nothing of the tokens.
    """
    who = await _asked("SLACK_BOT_TOKEN", client, "")
    held = {scope for scope in (who.headers.get("X-OAuth-Scopes") or "").split(",") if scope}
    if held and (missing := wanted - held):
        raise SlackUnusable(
            f"The bot lacks these permissions: {', '.join(sorted(missing))}. Add them to the app "
            "(its manifest lists them all), install it again, and start warroom once more."
        )
    if app_token:
        await _asked("SLACK_APP_TOKEN", client, app_token)
    return Identity(
        workspace=str(who.data["team_id"]),
        workspace_name=str(who.data.get("team", "")),
        user=str(who.data["user_id"]),
        bot=str(who.data.get("bot_id", "")),
        url=str(who.data.get("url", "")),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Answer:
    data: dict[str, object]
    headers: dict[str, str]


async def _asked(name: str, client: AsyncWebClient, app_token: str) -> _Answer:
    try:
        response = await (client.apps_connections_open(app_token=app_token) if app_token else client.auth_test())
    except Exception as error:
        judged = judge(error)
        advice = _ADVICE.get(judged.code)
        if advice is None and judged.verdict in (Verdict.LATER, Verdict.UNKNOWN):
            raise SlackAway(
                f"Slack could not be asked about {name} ({judged.code}). Is {client.base_url} reachable?"
            ) from None
        advice = advice or "Slack refuses it. Look at the app's settings, and at those of the workspace."
        raise SlackUnusable(f"{name}: {advice} (Slack says {judged.code}.)") from None
    data = response.data
    return _Answer(data=data if isinstance(data, dict) else {}, headers=dict(response.headers))
