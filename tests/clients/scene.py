"""The scene: what two people do with the bot, step by step. Each step has ended when the bot says so."""

from typing import Any

from warroom.workspace import InstalledApp, Person, PersonAt, Seed, SeedChannel, Workspace

from .bots import Bot

SEED = Seed(
    team_name="Ghostbusters",
    people=(
        Person(name="ana", real_name="Ana Lindqvist", role="Responder", email="ana@example.com"),
        Person(name="ben", real_name="Ben Okafor", role="Responder"),
        Person(name="mira", real_name="Mira Sato", role="Elsewhere"),
    ),
    channels=("general", SeedChannel(name="plans", members=("mira",), is_private=True)),
)
_SCOPES = (
    "app_mentions:read channels:history channels:manage channels:read chat:write chat:write.customize commands files:read files:write"
    " groups:read pins:read pins:write reactions:read reactions:write team:read users:read"
)
_EVENTS = (
    "app_home_opened app_mention channel_archive channel_created member_joined_channel member_left_channel"
    " message.channels pin_added reaction_added"
)


def manifest(url: str = "") -> dict[str, Any]:
    """The bot's app: over Socket Mode, or with everything sent to `url`. Bookmarks are left out, to be refused."""
    socket = not url
    request_url = {} if socket else {"request_url": url}
    options_url = {} if socket else {"message_menu_options_url": url}
    return {
        "display_information": {"name": "Scene"},
        "features": {
            "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
            "bot_user": {"display_name": "scene", "always_online": True},
            "shortcuts": [
                {"name": "Begin", "type": "global", "callback_id": "begin", "description": "Begin something"},
                {"name": "Note it", "type": "message", "callback_id": "note", "description": "Keep this message"},
            ],
            "slash_commands": [
                {"command": "/scene", "description": "Play", "should_escape": True} | ({} if socket else {"url": url})
            ],
        },
        "oauth_config": {"scopes": {"bot": _SCOPES.split()}},
        "settings": {
            "event_subscriptions": {"bot_events": _EVENTS.split(), **request_url},
            "interactivity": {"is_enabled": True, **request_url, **options_url},
            "socket_mode_enabled": socket,
        },
    }


async def play(workspace: Workspace, app: InstalledApp, bot: Bot, ana: PersonAt, ben: PersonAt) -> None:
    """The whole scene, from an empty workspace to an archived channel."""
    general = workspace.channel("general")
    await ana.say(general, "/scene echo some & <thing> in #general, @ben")
    await bot.done("echo")
    await ana.say(general, "/scene open @ana @ben")
    await bot.done("open")
    room = workspace.channel("checkout-down")
    await _card(bot, room, ana, ben)
    await _form(bot, room, ana)
    await _talk(bot, room, ana, ben)
    await _home(bot, app, ben)
    for word in ("upload", "read", "err", "close"):
        await ana.say(room, f"/scene {word}")
        await bot.done(word)


async def _card(bot: Bot, room: str, ana: PersonAt, ben: PersonAt) -> None:
    """An element of each kind is used; one press changes the card, pins it and opens its thread."""
    card = await ana.wait_for_message(lambda m: bool(m.get("blocks")), channel=room)
    for what, choice in (("more", "Mute"), ("due", "2026-03-04"), ("who", ben.user_id)):
        await ana.press(card, what, choice)
        await bot.done(what)
    await ana.press(card, "describe")
    await bot.done("describe")
    await ana.close_view(await ana.wait_for_view("view_opened"))
    await bot.done("describe closed")
    await ben.press(card, "Take it")
    await bot.done("take")
    whisper = await ben.wait_for_message(lambda m: m["text"] == "Only you")
    await ben.press(whisper, "Dismiss")
    await bot.done("dismiss")


async def _form(bot: Bot, room: str, ana: PersonAt) -> None:
    """The form is refused twice, then saved, and the view it became changes once and no more."""
    await ana.shortcut("begin")
    await bot.done("begin")
    await ana.close_view(await ana.wait_for_view("view_opened"))
    await bot.done("explanation closed")
    form = await _open_form(bot, room, ana)
    await ana.press_in_view(form, "Explain")
    await bot.done("explain")
    await ana.close_view(await ana.wait_for_view("view_pushed"))
    await bot.done("explanation closed")
    offered = await _offered(ana, form, "city", "Ber")
    assert [city["value"] for city in offered] == ["ber", "brn"]
    several = await _offered(ana, form, "cities", "")
    assert await ana.submit(form, {"severity": "SEV1"}) == {"title": "Please complete this required field."}
    assert await ana.submit(form, {"Title": "boom", "Severity": "SEV1"}) == {"title": "Say more than that."}
    await bot.done("described")
    filled = {"title": "No payments — ünïcode", "severity": "SEV2", "City": offered[1], "More cities": several}
    assert await ana.submit(form, filled) == {}
    await bot.done("described")
    saved = await ana.wait_for_view("view_updated")
    await ana.press_in_view(saved, "Tell all")
    await bot.done("tell")
    await ana.close_view(await ana.wait_for_view("view_updated"))


async def _open_form(bot: Bot, room: str, ana: PersonAt) -> dict[str, Any]:
    await ana.say(room, "/scene card")
    await bot.done("card")
    card = await ana.wait_for_message(lambda m: bool(m.get("blocks")) and m["text"] == "Another card", channel=room)
    await ana.press(card, "describe")
    await bot.done("describe")
    return await ana.wait_for_view("view_opened")


async def _offered(ana: PersonAt, form: dict[str, Any], field: str, typed: str) -> list[dict[str, Any]]:
    """What the app offers in one of the form's external selects."""
    reply = await ana.tell("options", view_id=form["id"], block_id=field, action_id=field, value=typed)
    options: list[dict[str, Any]] = reply["options"]
    return options


async def _talk(bot: Bot, room: str, ana: PersonAt, ben: PersonAt) -> None:
    """What people do among themselves, with a mention and a message shortcut."""
    asked = await ben.say(room, "@scene are <you> & yours there? see https://example.com/a?b=c")
    await bot.done("mention")
    said = await ben.wait_for_message(lambda m: m["ts"] == asked)
    await ben.shortcut("note", said)
    await bot.done("note")
    await ana.react(room, asked, "wave")
    await ben.edit(room, asked, "Never mind.")
    await ana.say(room, "Thanks", thread_ts=asked)
    await ana.delete(room, await ana.say(room, "Oops"))


async def _home(bot: Bot, app: InstalledApp, ben: PersonAt) -> None:
    """The Home tab is published when it is opened and again when a button of it is pressed."""
    assert await ben.home(app.app_id) is None
    await bot.done("home")
    home = await ben.home(app.app_id)
    await bot.done("home")
    assert home is not None
    await ben.press_in_view(home, "Look again")
    await bot.done("refresh")
