"""chat.scheduleMessage, scheduledMessages.list, deleteScheduledMessage. `scheduling` posts them when their time has come."""

from warroom.workspace import render
from warroom.workspace.messages import TRUNCATE_AT
from warroom.workspace.methods.chat import read_draft
from warroom.workspace.methods.content import CONTENT_ARGS, UNFURL_ARGS
from warroom.workspace.methods.method import ApiError, Arg, Call, ChannelRule, Method, flags, numbers, required, texts
from warroom.workspace.methods.paging import page
from warroom.workspace.model import Doc, Scheduled
from warroom.workspace.state import new_id

_FURTHEST = 120 * 24 * 3600
_WINDOW = 300
_MOST_IN_WINDOW = 30


def _schedule(call: Call) -> Doc:
    """The persona arguments are not among those of this method: what is sent of them is not looked at."""
    state = call.office.state
    at = _post_at(call)
    if len(call.text("text")) > TRUNCATE_AT:
        raise ApiError("msg_too_long")
    draft = read_draft(call)
    scheduled = Scheduled(
        id=new_id("Q"),
        app_id=call.app.id,
        channel=call.channel.id,
        post_at=at,
        created=int(state.now()),
        draft={
            "text": draft.text,
            "blocks": draft.blocks,
            "attachments": draft.attachments,
            "thread_ts": draft.thread_ts,
            "broadcast": draft.broadcast,
            "metadata": draft.metadata,
        },
    )
    state.keep(scheduled)
    return {
        "ok": True,
        "channel": call.channel.id,
        "scheduled_message_id": scheduled.id,
        "post_at": at,
        "message": _shown(call, scheduled),
    }


def _post_at(call: Call) -> int:
    """When it is to be posted, in whole seconds since the epoch."""
    at, now = call.number("post_at", 0), int(call.office.state.now())
    if at <= 0:
        raise ApiError("invalid_time")
    if at <= now:
        raise ApiError("time_in_past")
    if at > now + _FURTHEST:
        raise ApiError("time_too_far")
    near = [s for s in call.office.state.scheduled.values() if s.channel == call.channel.id]
    if sum(abs(s.post_at - at) < _WINDOW for s in near) >= _MOST_IN_WINDOW:
        raise ApiError("restricted_too_many")
    return at


def _shown(call: Call, scheduled: Scheduled) -> Doc:
    doc: Doc = {
        "type": "delayed_message",
        "text": scheduled.draft["text"],
        "user": call.bot,
        "bot_id": call.app.bot_id,
        "app_id": call.app.id,
        "team": call.office.state.the_team.id,
        "bot_profile": render.bot_profile(call.office.state, call.app),
    }
    more = {name: scheduled.draft[name] for name in ("blocks", "attachments", "metadata")}
    return doc | {name: value for name, value in more.items() if value is not None}


def _list(call: Call) -> Doc:
    """The app's own, those that are due first at the front."""
    oldest, latest = _time(call, "oldest", 0.0), _time(call, "latest", float("inf"))
    channel = call.named_channel
    waiting = sorted(call.office.state.scheduled.values(), key=lambda s: (s.post_at, s.created, s.id))
    found = [
        s
        for s in waiting
        if s.app_id == call.app.id and oldest <= s.post_at <= latest and (channel is None or s.channel == channel.id)
    ]
    chosen, metadata = page(call, found, default=100, most=1000)
    return {"ok": True, "scheduled_messages": [_listed(s) for s in chosen]} | metadata


def _listed(scheduled: Scheduled) -> Doc:
    return {
        "id": scheduled.id,
        "channel_id": scheduled.channel,
        "post_at": scheduled.post_at,
        "date_created": scheduled.created,
        "text": scheduled.draft["text"],
    }


def _time(call: Call, name: str, default: float) -> float:
    try:
        return float(call.text(name)) if call.text(name) else default
    except ValueError:
        message = f"[ERROR] must be a valid number [json-pointer:/{name}]"
        raise ApiError("invalid_arguments", messages=(message,)) from None


def _delete(call: Call) -> Doc:
    scheduled = call.office.state.scheduled.get(call.text("scheduled_message_id"))
    if scheduled is None or scheduled.app_id != call.app.id or scheduled.channel != call.channel.id:
        raise ApiError("invalid_scheduled_message_id")
    call.office.state.drop(scheduled)
    return {"ok": True}


_CHANNEL = required("channel", missing="channel_not_found")

METHODS = (
    Method(
        name="chat.scheduleMessage",
        handler=_schedule,
        tier=3,
        scopes=("chat:write",),
        args=(
            _CHANNEL,
            Arg(name="post_at", kind="int", required=True, missing="invalid_time", invalid="invalid_time"),
            *CONTENT_ARGS,
            *UNFURL_ARGS,
            *texts("thread_ts"),
            *flags("reply_broadcast"),
        ),
        channel=ChannelRule(access="post", live=True, by_name=True),
    ),
    Method(
        name="chat.scheduledMessages.list",
        handler=_list,
        tier=3,
        args=(*texts("channel", "cursor", "latest", "oldest", "team_id"), *numbers("limit")),
        channel=ChannelRule(optional=True, unknown="invalid_channel"),
    ),
    Method(
        name="chat.deleteScheduledMessage",
        handler=_delete,
        tier=3,
        scopes=("chat:write",),
        args=(
            _CHANNEL,
            required("scheduled_message_id", missing="invalid_scheduled_message_id"),
            *flags("as_user"),
        ),
        channel=ChannelRule(),
    ),
)
