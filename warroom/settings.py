"""Every setting: its name, its default, one sentence. All come from the environment, as `WARROOM_…`.

The two Slack tokens and the signing secret are also read under Slack's own names. A secret may be given as `…_FILE`, the path of a file that
holds it. All mistakes are reported together, and a name that nobody knows is one of them.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from warroom.errors import SettingsError

Listed = Annotated[tuple[str, ...], BeforeValidator(lambda value: _split(value))]


def _split(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    database: str = Field(
        "sqlite:///warroom.db", description="Where the timeline is kept: `sqlite:///FILE` or `postgresql://…`."
    )
    slack_bot_token: SecretStr = Field(
        SecretStr(""), description="The bot token, `xoxb-…`; `SLACK_BOT_TOKEN` will do as well."
    )
    slack_app_token: SecretStr = Field(
        SecretStr(""),
        description=(
            "The app-level token for Socket Mode, `xapp-…`, with the scope `connections:write`; "
            "`SLACK_APP_TOKEN` will do as well. This or the signing secret is needed."
        ),
    )
    slack_signing_secret: Annotated[tuple[SecretStr, ...], BeforeValidator(_split)] = Field(
        (),
        description=(
            "The signing secret, with which Slack's requests over HTTP to `/slack/events` are known; two, comma-separated, "
            "while one is being replaced. `SLACK_SIGNING_SECRET` will do as well."
        ),
    )
    slack_api: str = Field(
        "https://slack.com/api/", description="The base address of Slack's Web API; another for the local workspace."
    )
    slack_pace: float = Field(
        1.0, ge=0, description="Seconds between two messages in one channel; Slack allows about one a second."
    )
    slack_connections: int = Field(2, ge=1, le=5, description="Socket Mode connections of this process.")
    runbooks: Listed = Field(
        (),
        description="Folders of runbooks, scenarios and the catalogue, comma-separated; the shipped ones when empty.",
    )
    operations_channel: str = Field(
        "", description="The id of the channel where real incidents that alerts open are announced."
    )
    responders: Listed = Field((), description="Slack ids of people invited to every war room that alerts open.")
    web_host: str = Field(
        "127.0.0.1", description="The address the web side listens on; loopback unless said otherwise."
    )
    web_port: int = Field(8080, ge=0, le=65535, description="Its port; 0 lets the system choose.")
    webhook_tokens: Annotated[tuple[SecretStr, ...], BeforeValidator(_split)] = Field(
        (), description="Tokens that alert sources must show, comma-separated; two while one is being replaced."
    )
    checks_allow: Listed = Field(
        (), description="Internal `host:port` addresses that checks may look at and acts may call, comma-separated."
    )
    allowed: str = Field(
        "",
        description="The allow-list: a file that says which programs may be run, which URLs called and what may be broken; none when empty.",
    )
    state: str = Field(
        "",
        description=(
            "A private folder for what must outlive the bot: how faults are undone, and the journals of experiments; "
            "`~/.local/state/warroom/bot` when empty."
        ),
    )
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="How much is logged.")

    def secrets(self) -> tuple[str, ...]:
        """Every secret among them, so that they can be kept out of what is shown: the database's password too."""
        held = (self.slack_bot_token, self.slack_app_token, *self.slack_signing_secret, *self.webhook_tokens)
        password = _password(self.database)
        found = (*(each.get_secret_value() for each in held), password, unquote(password))
        return tuple(dict.fromkeys(each for each in found if each))


def _password(address: str) -> str:
    try:
        return urlsplit(address).password or ""
    except ValueError:  # an address that is none, which the database will say
        return ""


PREFIX = "WARROOM_"
_SECRETS = ("slack_bot_token", "slack_app_token", "slack_signing_secret", "webhook_tokens")
_BEGINNINGS = {"slack_bot_token": "xoxb-", "slack_app_token": "xapp-"}
_SLACKS = (*_BEGINNINGS, "slack_signing_secret")  # known by Slack's own names, too
_ELSEWHERE = {"WARROOM_REWRITE"}  # variables of ours that are not settings


def load(environment: Mapping[str, str], **given: Any) -> Settings:
    """The settings from this environment and nothing else; `given` wins where it is not None.

    Raises SettingsError with one line per mistake.
    """
    mistakes = _unknown(environment)
    read = {**_slack_names(environment), **_from_files(environment, mistakes), **_from_variables(environment)}
    settings = _made({**read, **{name: each for name, each in given.items() if each is not None}}, mistakes)
    mistakes += [_wrong_kind(settings, name) for name in _BEGINNINGS if settings and _wrong_kind(settings, name)]
    if mistakes or settings is None:
        raise SettingsError("\n".join(mistakes))
    return settings


def _made(values: Mapping[str, Any], mistakes: list[str]) -> Settings | None:
    try:
        return Settings(**values)
    except ValidationError as error:
        mistakes += [f"{variable(str(each['loc'][0]))}: {each['msg'].lower()}" for each in error.errors()]
        return None


def variable(name: str) -> str:
    """The environment's name for a setting."""
    return f"{PREFIX}{name.upper()}"


def _from_variables(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: environment[variable(name)] for name in Settings.model_fields if variable(name) in environment}


def _slack_names(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: environment[name.upper()] for name in _SLACKS if name.upper() in environment}


def _from_files(environment: Mapping[str, str], mistakes: list[str]) -> dict[str, str]:
    values = {}
    for name in _SECRETS:
        if path := environment.get(f"{variable(name)}_FILE"):
            try:
                values[name] = Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                mistakes.append(f"{variable(name)}_FILE: {path} cannot be read ({error.strerror}).")
    return values


def _unknown(environment: Mapping[str, str]) -> list[str]:
    known = {*map(variable, Settings.model_fields), *(f"{variable(name)}_FILE" for name in _SECRETS), *_ELSEWHERE}
    return [
        f"{name}: there is no such setting.{_near(name, known)}"
        for name in sorted(environment)
        if name.startswith(PREFIX) and name not in known
    ]


def _near(name: str, known: set[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f" Did you mean {near[0]}?" if near else ""


def _wrong_kind(settings: Settings, name: str) -> str:
    secret, beginning = getattr(settings, name).get_secret_value(), _BEGINNINGS[name]
    if not secret or secret.startswith(beginning):
        return ""
    return f"{variable(name)}: this is not a token of the right kind; it must begin with {beginning}"
