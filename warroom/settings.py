"""Every setting: its name, its default, one sentence. All come from the environment, `WARROOM_…`, or from a file.

A secret may also be given as `NAME_FILE`, the path of a file that holds it. All mistakes are reported together.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from warroom.errors import SettingsError

Listed = Annotated[tuple[str, ...], NoDecode, BeforeValidator(lambda value: _split(value))]


def _split(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _slack(name: str) -> Any:
    return AliasChoices(f"WARROOM_{name}", name)


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="WARROOM_", extra="ignore", hide_input_in_errors=True, populate_by_name=True
    )

    database: str = Field(
        "sqlite:///warroom.db", description="Where the timeline is kept: `sqlite:///FILE` or `postgresql://…`."
    )
    slack_bot_token: SecretStr = Field(
        SecretStr(""), validation_alias=_slack("SLACK_BOT_TOKEN"), description="The bot token, `xoxb-…`."
    )
    slack_app_token: SecretStr = Field(
        SecretStr(""),
        validation_alias=_slack("SLACK_APP_TOKEN"),
        description="The app-level token for Socket Mode, `xapp-…`, with the scope `connections:write`.",
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
    webhook_tokens: Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_split)] = Field(
        (), description="Tokens that alert sources must show, comma-separated; two while one is being replaced."
    )
    checks_allow: Listed = Field(
        (), description="Internal `host:port` addresses that automated checks may look at, comma-separated."
    )
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="How much is logged.")


_SECRETS = ("slack_bot_token", "slack_app_token", "webhook_tokens")
_PREFIXES = {"slack_bot_token": "xoxb-", "slack_app_token": "xapp-"}


def load(environment: Mapping[str, str], **given: Any) -> Settings:
    """The settings from this environment. Raises SettingsError with one line per mistake."""
    mistakes: list[str] = []
    values = {**_from_files(environment, mistakes), **{name: each for name, each in given.items() if each is not None}}
    try:
        settings = Settings(**values)
    except ValidationError as error:
        mistakes += [f"{_variable(each['loc'])}: {each['msg'].lower()}" for each in error.errors()]
        raise SettingsError("\n".join(mistakes)) from None
    mistakes += [_wrong_prefix(settings, name) for name in _PREFIXES if _wrong_prefix(settings, name)]
    if mistakes:
        raise SettingsError("\n".join(mistakes))
    return settings


def _variable(loc: tuple[int | str, ...]) -> str:
    name = str(loc[0])
    return name if name.isupper() else f"WARROOM_{name.upper()}"


def _from_files(environment: Mapping[str, str], mistakes: list[str]) -> dict[str, str]:
    values = {}
    for name in _SECRETS:
        variable = f"WARROOM_{name.upper()}_FILE"
        if path := environment.get(variable):
            try:
                values[name] = Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                mistakes.append(f"{variable}: {path} cannot be read ({error.strerror}).")
    return values


def _wrong_prefix(settings: Settings, name: str) -> str:
    secret, prefix = getattr(settings, name).get_secret_value(), _PREFIXES[name]
    if not secret or secret.startswith(prefix):
        return ""
    return f"{_variable((name,))}: this is not a token of the right kind; it must begin with {prefix}"
