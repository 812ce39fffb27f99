"""Slack in memory: channels, messages with metadata, threads, pins, views, files. As strict as Slack where the bot calls it.

A call is carried out at once and completely; what goes wrong on its way there or back is `client.py`'s. A test makes the
same calls here and of the local workspace, over the real SDK, and compares the answers.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from warroom.workspace.blockkit.check import check_blocks, check_view

Doc = dict[str, Any]
TEAM, BOT, BOT_USER, APP = "T0SIM", "B0SIM", "U0BOT", "A0SIM"
TEXT, TRUNCATED, TOPIC = 4_000, 40_000, 250


class Refused(Exception):
    """What Slack answers with `ok: false`."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.answer = {"ok": False, "error": code, **more}


@dataclass
class Channel:
    id: str
    name: str
    creator: str
    created: int
    private: bool = False
    im: bool = False
    members: list[str] = field(default_factory=list)
    topic: str = ""
    purpose: str = ""
    archived: bool = False
    messages: dict[str, Doc] = field(default_factory=dict)  # by ts, in the order in which they came
    pins: list[str] = field(default_factory=list)


@dataclass
class Posted:
    """One message of the bot, whatever became of it. `effect` is the id in its metadata; `late` is set by `client`."""

    channel: str
    ts: str
    at: datetime
    doc: Doc
    to: str = ""
    gone_at: datetime | None = None
    promised: bool = True


class Slack:
    """`now` is Slack's own clock, which nobody sets back. With `strict`, every block is checked as Slack would."""

    def __init__(self, now: Callable[[], datetime], people: Mapping[str, str], *, strict: bool = True) -> None:
        self.now, self.strict = now, strict
        self.people = dict(people)
        self.channels: dict[str, Channel] = {}
        self.posted: list[Posted] = []
        self.by_ts: dict[tuple[str, str], Posted] = {}
        self.views: dict[str, tuple[str, Doc]] = {}  # id -> whose, the view
        self.homes: dict[str, Doc] = {}
        self.files: dict[str, Doc] = {}
        self.triggers: dict[str, tuple[str, datetime]] = {}
        self.calls = 0
        self.by_method: dict[str, int] = {}
        self._last = 0
        self._numbers: dict[str, int] = {}
        for name in ("general", "operations"):
            self.make_channel(name, members=[BOT_USER, *people])

    def id(self, kind: str) -> str:
        self._numbers[kind] = self._numbers.get(kind, 0) + 1
        return f"{kind}{self._numbers[kind]:05d}"

    def ts(self) -> str:
        """Unique, and growing."""
        self._last = max(self._last + 1, int(self.now().timestamp() * 1_000_000))
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"

    # --- what a test, or a person, does

    def make_channel(
        self, name: str, *, creator: str = "", private: bool = False, members: list[str] | None = None
    ) -> Channel:
        made = Channel(self.id("C"), name, creator, int(self.now().timestamp()), private, members=members or [])
        self.channels[made.id] = made
        return made

    def named(self, name: str) -> Channel | None:
        return next((each for each in self.channels.values() if each.name == name and not each.im), None)

    def say(self, channel: Channel, user: str, text: str, thread: str = "") -> Doc:
        """A person says something."""
        doc: Doc = {"type": "message", "user": user, "text": text, "ts": self.ts(), "team": TEAM}
        if thread:
            doc["thread_ts"] = thread
        channel.messages[doc["ts"]] = doc
        return doc

    def trigger(self, user: str) -> str:
        made = self.id("trigger.")
        self.triggers[made] = (user, self.now())
        return made

    # --- the Web API

    def call(self, method: str, args: Mapping[str, Any]) -> Doc:
        """Carries it out, and gives the answer."""
        self.by_method[method] = self.by_method.get(method, 0) + 1
        handler = METHODS.get(method)
        if handler is None:
            return {"ok": False, "error": "unknown_method"}
        try:
            return {"ok": True, **handler(self, args)}
        except Refused as refused:
            return refused.answer

    def channel(self, args: Mapping[str, Any], *, member: bool = True, live: str = "is_archived") -> Channel:
        found = self.channels.get(str(args.get("channel", "")))
        if found is None or ((found.private or found.im) and BOT_USER not in found.members):
            raise Refused("channel_not_found")
        if live and found.archived:
            raise Refused(live)
        if member and BOT_USER not in found.members:
            raise Refused("not_in_channel")
        return found

    # messages

    def _content(self, args: Mapping[str, Any]) -> Doc:
        text, blocks = str(args.get("text") or ""), self._blocks(args.get("blocks"))
        if not (text or blocks):
            raise Refused("no_text")
        if len(text) > TRUNCATED:
            text = text[:TRUNCATED]
        doc: Doc = {"text": _kept(text) or "This content can't be displayed."}
        return doc | ({"blocks": blocks} if blocks else {})

    def _blocks(self, given: Any) -> list[Doc] | None:
        if given is None:
            return None
        blocks = json.loads(given) if isinstance(given, str) else given
        if not isinstance(blocks, list | tuple):
            raise Refused("invalid_blocks_format")
        if len(blocks) > 50 or (self.strict and check_blocks(list(blocks))):
            raise Refused("invalid_blocks")
        return [{"block_id": f"b{place}", **each} for place, each in enumerate(blocks)]

    def _post(self, args: Mapping[str, Any]) -> Doc:
        channel, doc = self.channel(args), self._content(args)
        thread = str(args.get("thread_ts") or "")
        if thread:
            parent = channel.messages.get(thread)
            if parent is None:
                raise Refused("thread_not_found")
            doc["thread_ts"] = parent.get("thread_ts", thread)
        metadata = args.get("metadata")
        metadata = json.loads(metadata) if isinstance(metadata, str) else metadata
        if metadata:
            if not isinstance(metadata, dict) or not {"event_type", "event_payload"} <= metadata.keys():
                raise Refused("invalid_metadata_format")
            doc["metadata"] = metadata
        if args.get("username"):
            doc |= {"username": args["username"], "subtype": "bot_message"}
        doc |= {"type": "message", "ts": self.ts(), "bot_id": BOT, "app_id": APP, "team": TEAM, "user": BOT_USER}
        channel.messages[doc["ts"]] = doc
        posted = Posted(channel.id, doc["ts"], self.now(), doc, to=self._alone(channel))
        self.posted.append(posted)
        self.by_ts[channel.id, doc["ts"]] = posted
        return {"channel": channel.id, "ts": doc["ts"], "message": doc}

    def _alone(self, channel: Channel) -> str:
        return next((each for each in channel.members if each != BOT_USER), "") if channel.im else ""

    def _own(self, channel: Channel, ts: str, code: str) -> Doc:
        doc = channel.messages.get(ts)
        if doc is None:
            raise Refused("message_not_found")
        if doc.get("bot_id") != BOT:
            raise Refused(code)
        return doc

    def _update(self, args: Mapping[str, Any]) -> Doc:
        channel = self.channel(args, live="is_inactive")
        doc = self._own(channel, str(args.get("ts", "")), "cant_update_message")
        if "text" in args and len(str(args["text"])) > TEXT:
            raise Refused("msg_too_long")
        if args.get("text") is None and args.get("blocks") is None:
            raise Refused("no_text")
        blocks = self._blocks(args.get("blocks"))
        if args.get("text") is not None:
            doc["text"] = _kept(str(args["text"]))
        if blocks is not None:
            doc["blocks"] = blocks
            if not blocks:
                doc.pop("blocks")
        doc["edited"] = {"user": BOT_USER, "ts": self.ts()}
        return {"channel": channel.id, "ts": doc["ts"], "text": doc["text"], "message": doc}

    def _delete(self, args: Mapping[str, Any]) -> Doc:
        channel = self.channel(args, live="")
        doc = self._own(channel, str(args.get("ts", "")), "cant_delete_message")
        del channel.messages[doc["ts"]]
        if (posted := self.by_ts.get((channel.id, doc["ts"]))) is not None:
            posted.gone_at = self.now()
        return {"channel": channel.id, "ts": doc["ts"]}

    def _ephemeral(self, args: Mapping[str, Any]) -> Doc:
        channel, user = self.channel(args), str(args.get("user", ""))
        if user not in channel.members:
            raise Refused("user_not_in_channel")
        doc = self._content(args) | {"ts": self.ts()}
        self.posted.append(Posted(channel.id, doc["ts"], self.now(), doc, to=user))
        return {"message_ts": doc["ts"]}

    # channels

    def _create(self, args: Mapping[str, Any]) -> Doc:
        name = str(args.get("name", ""))
        if not name:
            raise Refused("invalid_name_required")
        if len(name) > 80:
            raise Refused("invalid_name_maxlength")
        if not re.fullmatch(r"[a-z0-9_-]+", name):
            raise Refused("invalid_name_specials")
        if self.named(name):
            raise Refused("name_taken")
        made = self.make_channel(name, creator=BOT_USER, private=_flag(args, "is_private"), members=[BOT_USER])
        return {"channel": _shown(made)}

    def _list(self, args: Mapping[str, Any]) -> Doc:
        types = str(args.get("types") or "public_channel").split(",")
        seen = [
            each
            for each in self.channels.values()
            if not each.im
            and ("private_channel" if each.private else "public_channel") in types
            and (not each.private or BOT_USER in each.members)
            and not (_flag(args, "exclude_archived") and each.archived)
        ]
        chosen, more = _page(args, seen, 100, 1000)
        return {"channels": [_shown(each) for each in chosen], **more}

    def _info(self, args: Mapping[str, Any]) -> Doc:
        return {"channel": _shown(self.channel(args, member=False, live=""))}

    def _history(self, args: Mapping[str, Any]) -> Doc:
        channel = self.channel(args, live="")
        found = [
            each for each in reversed(channel.messages.values()) if each.get("thread_ts", each["ts"]) == each["ts"]
        ]
        chosen, more = _page(args, [each for each in found if _within(args, each["ts"])], 100, 999)
        latest = {each["thread_ts"]: each["ts"] for each in channel.messages.values() if "thread_ts" in each}
        shown = [_seen(args, each, latest.get(each["ts"], "")) for each in chosen]
        return {"messages": shown, "has_more": bool(more), **more}

    def _replies(self, args: Mapping[str, Any]) -> Doc:
        channel, ts = self.channel(args, live=""), str(args.get("ts", ""))
        if ts not in channel.messages:
            raise Refused("thread_not_found")
        replies = [each for each in channel.messages.values() if each.get("thread_ts") == ts and each["ts"] != ts]
        chosen, more = _page(args, [each for each in replies if _within(args, each["ts"])], 1000, 1000)
        top = _seen(args, channel.messages[ts], replies[-1]["ts"] if replies else "")
        shown = [top, *(_seen(args, each) for each in chosen)]
        return {"messages": shown, "has_more": bool(more), **more}

    def _members(self, args: Mapping[str, Any]) -> Doc:
        chosen, more = _page(args, self.channel(args, member=False, live="").members, 100, 1000)
        return {"members": list(chosen), **more}

    def _invite(self, args: Mapping[str, Any]) -> Doc:
        channel = self.channel(args)
        users = [each for each in _listed(args.get("users")) if each]
        if not users:
            raise Refused("no_user")
        problems = {each: why for each in users if (why := self._cannot_come(channel, each))}
        if problems:
            errors = [{"user": each, "ok": False, "error": why} for each, why in problems.items()]
            raise Refused(next(iter(problems.values())), errors=errors)
        channel.members += dict.fromkeys(users)
        return {"channel": _shown(channel)}

    def _cannot_come(self, channel: Channel, user: str) -> str:
        if user == BOT_USER:
            return "cant_invite_self"
        if user not in self.people:
            return "user_not_found"
        return "already_in_channel" if user in channel.members else ""

    def _join(self, args: Mapping[str, Any]) -> Doc:
        channel = self.channel(args, member=False)
        if BOT_USER not in channel.members:
            channel.members.append(BOT_USER)
        return {"channel": _shown(channel)}

    def _set(self, args: Mapping[str, Any], what: str) -> Doc:
        channel, text = self.channel(args), str(args.get(what, ""))
        if len(text) > TOPIC:
            raise Refused("too_long")
        setattr(channel, what, text)
        return {"channel": _shown(channel)}

    def _open(self, args: Mapping[str, Any]) -> Doc:
        users = _listed(args.get("users"))
        if not users:
            raise Refused("users_list_not_supplied")
        if any(each not in self.people for each in users):
            raise Refused("user_not_found")
        members = [BOT_USER, *users]
        there = next((each for each in self.channels.values() if each.im and each.members == members), None)
        if there is not None:
            return {"channel": {"id": there.id}, "no_op": True, "already_open": True}
        made = Channel(self.id("D"), "", BOT_USER, int(self.now().timestamp()), im=True, members=members)
        self.channels[made.id] = made
        return {"channel": {"id": made.id}}

    # the rest

    def _pin(self, args: Mapping[str, Any]) -> Doc:
        channel, ts = self.channel(args), str(args.get("timestamp", ""))
        if ts not in channel.messages:
            raise Refused("message_not_found")
        if ts in channel.pins:
            raise Refused("already_pinned")
        channel.pins.append(ts)
        return {}

    def _user(self, args: Mapping[str, Any]) -> Doc:
        user = str(args.get("user", ""))
        if user == BOT_USER:
            return {"user": {"id": user, "name": "warroom", "real_name": "warroom", "is_bot": True, "tz": "Etc/UTC"}}
        if user not in self.people:
            raise Refused("user_not_found")
        name = self.people[user]
        return {"user": {"id": user, "name": name, "real_name": name.title(), "is_bot": False, "tz": "Europe/Berlin"}}

    def _view(self, args: Mapping[str, Any]) -> Doc:
        view = args.get("view")
        view = json.loads(view) if isinstance(view, str) else view
        if not isinstance(view, Mapping) or (self.strict and check_view(dict(view), "modal", "home")):
            raise Refused("invalid_arguments")
        return dict(view)

    def _open_view(self, args: Mapping[str, Any]) -> Doc:
        view, trigger = self._view(args), str(args.get("trigger_id", ""))
        if trigger not in self.triggers:
            raise Refused("invalid_trigger_id")
        user, at = self.triggers.pop(trigger)
        if (self.now() - at).total_seconds() > 3:
            raise Refused("expired_trigger_id")
        id_ = self.id("V")
        shown = {**view, "id": id_, "hash": f"1.{id_}", "app_id": APP, "bot_id": BOT, "team_id": TEAM, "type": "modal"}
        self.views[id_] = (user, shown)
        return {"view": shown}

    def _update_view(self, args: Mapping[str, Any]) -> Doc:
        view, id_ = self._view(args), str(args.get("view_id", ""))
        if id_ not in self.views:
            raise Refused("not_found")
        user, before = self.views[id_]
        self.views[id_] = (user, {**before, **view})
        return {"view": self.views[id_][1]}

    def _publish(self, args: Mapping[str, Any]) -> Doc:
        user = str(args.get("user_id", ""))
        if user not in self.people:
            raise Refused("user_not_found")
        self.homes[user] = self._view(args)
        return {"view": self.homes[user]}

    def _upload_url(self, args: Mapping[str, Any]) -> Doc:
        id_ = self.id("F")
        self.files[id_] = {"id": id_, "name": args.get("filename", ""), "length": int(args.get("length", 0))}
        return {"file_id": id_, "upload_url": f"https://files.slack.test/{id_}"}

    def _complete(self, args: Mapping[str, Any]) -> Doc:
        files = args.get("files")
        files = json.loads(files) if isinstance(files, str) else files or []
        if any(each["id"] not in self.files or "bytes" not in self.files[each["id"]] for each in files):
            raise Refused("file_not_found")
        if args.get("channel_id"):
            channel = self.channel({"channel": args["channel_id"]})
            text = str(args.get("initial_comment") or "")
            content = "\n".join(self.files[each["id"]]["bytes"].decode(errors="replace") for each in files)
            doc = {
                "type": "message",
                "ts": self.ts(),
                "bot_id": BOT,
                "user": BOT_USER,
                "text": text,
                "subtype": "file_share",
            }
            channel.messages[doc["ts"]] = doc
            for each in files:
                self.files[each["id"]] |= {"channel": channel.id, "content": content}
        return {"files": [{"id": each["id"], "title": each.get("title", "")} for each in files]}

    def upload(self, url: str, content: bytes) -> bool:
        file = self.files.get(url.rpartition("/")[2])
        if file is None or len(content) != file["length"]:
            return False
        file["bytes"] = content
        return True

    def _auth(self, args: Mapping[str, Any]) -> Doc:
        return {
            "url": "https://sim.slack.test/",
            "team": "sim",
            "user": "warroom",
            "team_id": TEAM,
            "user_id": BOT_USER,
            "bot_id": BOT,
        }


Handler = Callable[[Slack, Mapping[str, Any]], Doc]
METHODS: dict[str, Handler] = {
    "auth.test": Slack._auth,
    "chat.postMessage": Slack._post,
    "chat.update": Slack._update,
    "chat.delete": Slack._delete,
    "chat.postEphemeral": Slack._ephemeral,
    "conversations.create": Slack._create,
    "conversations.list": Slack._list,
    "conversations.info": Slack._info,
    "conversations.history": Slack._history,
    "conversations.replies": Slack._replies,
    "conversations.members": Slack._members,
    "conversations.invite": Slack._invite,
    "conversations.join": Slack._join,
    "conversations.open": Slack._open,
    "conversations.setTopic": lambda slack, args: slack._set(args, "topic"),
    "conversations.setPurpose": lambda slack, args: slack._set(args, "purpose"),
    "pins.add": Slack._pin,
    "users.info": Slack._user,
    "views.open": Slack._open_view,
    "views.update": Slack._update_view,
    "views.publish": Slack._publish,
    "files.getUploadURLExternal": Slack._upload_url,
    "files.completeUploadExternal": Slack._complete,
}


def buttons(doc: Doc) -> Iterator[tuple[Doc, Doc]]:
    """Every button and menu of a message or view, with its block; of a menu, each option as what was chosen."""
    for block in doc.get("blocks") or ():
        elements = [*block.get("elements", ()), *([block["accessory"]] if "accessory" in block else [])]
        for element in elements:
            if element.get("type") == "button":
                yield block, element
            for option in element.get("options", ()) if element.get("type") in ("overflow", "static_select") else ():
                yield block, {**element, "selected_option": option}


_BARE = re.compile(r"&(?!(?:amp|lt|gt);)")


def _kept(text: str) -> str:
    """Bare addresses get brackets, as Slack does; the rest of what it does to text, warroom's texts do not need."""
    return _URL.sub(lambda found: f"<{found[0]}>", _BARE.sub("&amp;", text)) if "://" in text or "&" in text else text


_URL = re.compile(r"(?<![\w|<])https?://[^\s<>|`]*[^\s<>|`.,;:!?)\]*_~'\"]")


def _flag(args: Mapping[str, Any], name: str) -> bool:
    return str(args.get(name, "")).lower() in ("1", "true")


def _listed(value: Any) -> list[str]:
    return (
        [str(each) for each in value]
        if isinstance(value, list | tuple)
        else str(value or "").split(",")
        if value
        else []
    )


def _micros(ts: str) -> int:
    whole, _, rest = ts.partition(".")
    return int(whole) * 1_000_000 + int(f"{rest:0<6}"[:6])


def _within(args: Mapping[str, Any], ts: str) -> bool:
    inclusive, oldest, latest = _flag(args, "inclusive"), str(args.get("oldest") or ""), str(args.get("latest") or "")
    after = not oldest or _micros(ts) > _micros(oldest) or (inclusive and _micros(ts) == _micros(oldest))
    return after and (not latest or _micros(ts) < _micros(latest) or (inclusive and _micros(ts) == _micros(latest)))


def _page(args: Mapping[str, Any], found: list[Any], default: int, most: int) -> tuple[list[Any], Doc]:
    limit = max(1, min(int(args.get("limit") or default), most))
    start = int(str(args.get("cursor") or "at:0").partition(":")[2])
    if len(found) <= start + limit:
        return found[start:], {}
    return found[start : start + limit], {"response_metadata": {"next_cursor": f"at:{start + limit}"}}


def _seen(args: Mapping[str, Any], doc: Doc, latest_reply: str = "") -> Doc:
    shown = doc | ({"latest_reply": latest_reply} if latest_reply else {})
    return shown if _flag(args, "include_all_metadata") else {name: shown[name] for name in shown if name != "metadata"}


def _shown(channel: Channel) -> Doc:
    return {
        "id": channel.id,
        "name": channel.name,
        "creator": channel.creator,
        "created": channel.created,
        "is_private": channel.private,
        "is_archived": channel.archived,
        "is_member": BOT_USER in channel.members,
        "topic": {"value": channel.topic},
        "purpose": {"value": channel.purpose},
    }


def at_of(ts: str) -> datetime:
    return datetime.fromtimestamp(_micros(ts) / 1_000_000, UTC)
