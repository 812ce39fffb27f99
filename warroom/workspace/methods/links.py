"""chat.unfurl: previews that an app hangs on the links of a message."""

from typing import Any

from warroom.workspace import messages
from warroom.workspace.blockkit.check import check_blocks
from warroom.workspace.blockkit.elements import filled_in
from warroom.workspace.methods.content import refuse_blocks
from warroom.workspace.methods.method import ApiError, Arg, Call, ChannelRule, Method, flags, texts
from warroom.workspace.model import Doc, Message


def _unfurl(call: Call) -> Doc:
    """`unfurls` is a map from addresses to attachments. The message is named by channel and ts, or by the event's unfurl_id."""
    message, unfurls = _message(call), call.json("unfurls")
    if not unfurls:
        raise ApiError("missing_unfurls")
    if not isinstance(unfurls, dict) or not all(isinstance(shown, dict) for shown in unfurls.values()):
        raise ApiError("invalid_unfurls_format")
    strange = [url for url in unfurls if url.replace("&", "&amp;") not in message.text and url not in message.text]
    if strange:
        raise ApiError("cannot_unfurl_url")
    kept = [a for a in message.attachments or () if a.get("from_url") not in unfurls]
    new = [_attachment(call, url, shown) for url, shown in unfurls.items()]
    numbered = [{**shown, "id": number} for number, shown in enumerate((*kept, *new), 1)]
    messages.unfurl(call.office, message, numbered)
    return {"ok": True}


def _message(call: Call) -> Message:
    state = call.office.state
    channel, ts = call.text("channel"), call.text("ts")
    if call.text("unfurl_id"):
        channel, ts, *_ = (*call.text("unfurl_id").split("-"), "")
    message = state.message(channel, ts)
    if message is None:
        raise ApiError("cannot_find_message")
    return message


def _attachment(call: Call, url: str, given: dict[str, Any]) -> Doc:
    drawn = given | {"from_url": url, "original_url": url, "app_unfurl_url": url, "is_app_unfurl": True}
    drawn |= {"app_id": call.app.id, "bot_id": call.app.bot_id}
    drawn.setdefault("fallback", str(given.get("title") or given.get("text") or "[no preview available]"))
    if "blocks" in given:
        refuse_blocks(check_blocks(given["blocks"], "/unfurls/blocks"), "cannot_unfurl_url")
        drawn["blocks"] = filled_in(given["blocks"])
    return drawn


METHODS = (
    Method(
        name="chat.unfurl",
        handler=_unfurl,
        tier=3,
        scopes=("links:write",),
        args=(
            *texts("channel", "ts", "unfurl_id", "source"),
            Arg(name="unfurls", kind="json", invalid="invalid_unfurls_format"),
            Arg(name="metadata", kind="json"),  # Work Objects, which are not shown here
            *texts("user_auth_message", "user_auth_url"),  # people here need no signing in elsewhere
            Arg(name="user_auth_blocks", kind="json"),
            *flags("user_auth_required"),
        ),
        channel=ChannelRule(optional=True, unknown="cannot_find_channel"),
    ),
)
