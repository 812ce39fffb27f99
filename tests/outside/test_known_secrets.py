"""Which secrets the bot knows of, from its own settings."""

from warroom.outside.redacting import redact
from warroom.settings import load


def test_every_secret_setting_is_known() -> None:
    """Tokens, webhook tokens and the database's password are secrets, in the spelling of the address and plain."""
    settings = load(
        {
            "WARROOM_DATABASE": "postgresql://ana:p%40ssword@db/warroom",
            "SLACK_BOT_TOKEN": "xoxb-1-bot",
            "SLACK_APP_TOKEN": "xapp-1-app",
            "WARROOM_WEBHOOK_TOKENS": "first-token,second-token",
        }
    )
    assert settings.secrets() == ("xoxb-1-bot", "xapp-1-app", "first-token", "second-token", "p%40ssword", "p@ssword")
    assert redact(repr([each + "!" for each in settings.secrets()]), settings.secrets()).count("[secret]!") == 6


def test_no_secret_is_no_secret() -> None:
    """What is not set is nothing to look for, and an address that is none is no trouble here."""
    assert load({}).secrets() == ()
    assert load({"WARROOM_DATABASE": "postgresql://[::1/x"}).secrets() == ()


def test_no_secret_setting_is_forgotten() -> None:
    """A setting that is typed as a secret is among them."""
    given = {"slack_bot_token": "xoxb-x", "slack_app_token": "xapp-x", "webhook_tokens": "w"}
    settings = load({}, **given)
    held = [name for name, each in settings if "SecretStr" in repr(each)]
    assert sorted(held) == sorted(given)
    assert set(given.values()) == set(settings.secrets())
