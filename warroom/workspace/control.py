"""`/local/`: what the page and scripted people use - to look, to speak, to press. Loopback only; JSON in and out. What is not
done as a person is in `admin`.

A failure is HTTP 400 with a code and a sentence for a person. Whoever can reach this may be anybody in the workspace: it is
a rehearsal room on one machine, guarded by the checks of `guard`.
"""

import json
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from warroom.workspace import channels, messages, render
from warroom.workspace.channels import name_problem
from warroom.workspace.composed import composed
from warroom.workspace.interactions import Interactions
from warroom.workspace.messages import Draft, Edit
from warroom.workspace.model import Channel, Doc, Message, ReadMark, User
from warroom.workspace.office import Office
from warroom.workspace.refusals import Refused
from warroom.workspace.said import as_argument, as_sent
from warroom.workspace.sharing import Sharing
from warroom.workspace.tending import Tending
from warroom.workspace.viewstack import OpenView

_MOST_MESSAGES = 500
_NAME_SENTENCES = {
    "invalid_name_required": "A channel needs a name.",
    "invalid_name_maxlength": "A channel name has at most 80 characters.",
    "invalid_name_specials": "A channel name has lowercase letters, digits, hyphens and underscores only.",
    "invalid_name_punctuation": "A channel name needs at least one letter or digit.",
}
_RULES = {
    "restricted_action_read_only_channel": "Only some people may post in this channel.",
    "restricted_action_thread_only_channel": "In this channel you may only answer in threads.",
    "restricted_action_non_threadable_channel": "This channel has no threads.",
}
_JOINING = {
    "no_external_invite_permission": "the channel is not shared with their company.",
    "ura_max_channels": "a guest of one channel is in another.",
}

Getter = Callable[[web.Request, User], Doc]
Poster = Callable[[User, Doc], Awaitable[Doc]]


class Control:
    def __init__(self, office: Office) -> None:
        self._office = office
        self._state = office.state
        self._interactions = Interactions(office)
        self._sharing = Sharing(office, self._speakable)
        self._tending = Tending(office, self._live, self._user)

    def routes(self) -> list[web.RouteDef]:
        getters: dict[str, Getter] = {
            "channels": self._channels,
            "messages": self._messages,
            "home": self._home,
            "views": self._views,
            "file": lambda request, user: self._sharing.look(user, request.query.get("file", "")),
            "bookmarks": lambda request, user: self._tending.bookmarks(self._seen(user, request.query.get("channel"))),
        }
        posters: dict[str, Poster] = {
            "say": self._say,
            "edit": self._edit,
            "delete": self._delete,
            "react": self._react,
            "press": self._press,
            "submit": self._submit,
            "close": self._close,
            "shortcut": self._shortcut,
            "options": self._options,
            "open": self._open,
            "join": self._join,
            "leave": self._leave,
            "invite": self._invite,
            "read": self._read,
            "create": self._create,
            "archive": self._archive,
            "unarchive": self._unarchive,
            "pin": self._pin,
            "upload": self._sharing.announce,
            "upload/complete": self._sharing.complete,
            "describe": self._tending.describe,
            "rename": self._tending.rename,
            "kick": self._tending.kick,
            "bookmark": self._tending.bookmark,
        }
        return [
            web.get("/local/people", self._people),
            web.get("/local/stream", self._stream),
            *(web.get(f"/local/{name}", self._getting(getter)) for name, getter in getters.items()),
            *(web.post(f"/local/{name}", self._posting(poster)) for name, poster in posters.items()),
        ]

    # -- wrapping --------------------------------------------------------------------------------------------------------

    def _getting(self, getter: Getter) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def serve(request: web.Request) -> web.Response:
            try:
                doc = getter(request, self._person(request.query.get("as")))
            except Refused as refused:
                return refusal(refused)
            self._office.flush()
            return ok(doc)

        return serve

    def _posting(self, poster: Poster) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def serve(request: web.Request) -> web.Response:
            try:
                body = await json_body(request)
                doc = await poster(self._person(body.get("as")), body)
            except Refused as refused:
                return refusal(refused)
            finally:
                self._office.flush()
            return ok(doc)

        return serve

    # -- looking ---------------------------------------------------------------------------------------------------------

    async def _people(self, _request: web.Request) -> web.Response:
        state, team = self._state, self._state.the_team
        return ok(
            {
                "team": {"id": team.id, "name": team.name, "domain": team.domain},
                "people": [render.person_doc(state, u) for u in state.users.values()],
                "apps": [render.app_doc(a) for a in state.apps.values()],
                "groups": [render.group_doc(state, g, count=False, users=True) for g in state.groups.values()],
            }
        )

    def _channels(self, _request: web.Request, user: User) -> Doc:
        seen = [c for c in self._state.channels.values() if channels.may_see(self._state, c, user.id)]
        return {"channels": [render.shown_channel(self._state, c, user.id) for c in seen]}

    def _messages(self, request: web.Request, user: User) -> Doc:
        channel = self._seen(user, request.query.get("channel"))
        thread = request.query.get("thread_ts", "")
        found = self._thread(channel, thread) if thread else self._top_level(channel)
        whispered = [
            m
            for m in self._state.ephemerals(channel.id, user.id)
            if m.thread_ts == thread or (not thread and not m.thread_ts)
        ]
        before = request.query.get("before", "")
        everything = sorted((*found, *whispered), key=lambda m: m.ts)
        ordered = [m for m in everything if not before or m.ts < before]
        return {
            "messages": [render.shown_message(self._state, m) for m in ordered[-_MOST_MESSAGES:]],
            "pins": [pin.ts for pin in self._state.pins_of(channel.id)],
            "more": len(ordered) > _MOST_MESSAGES,
        }

    def _top_level(self, channel: Channel) -> list[Message]:
        return [m for m in self._state.messages(channel.id) if m.is_top_level]

    def _thread(self, channel: Channel, ts: str) -> list[Message]:
        parent = self._state.message(channel.id, ts)
        return [*([parent] if parent else []), *self._state.replies(channel.id, ts)]

    def _home(self, request: web.Request, user: User) -> Doc:
        app = self._state.apps.get(request.query.get("app", ""))
        if app is None:
            raise Refused("app_not_found", "There is no such app.")
        return {"view": self._interactions.open_home(user, app)}

    def _views(self, _request: web.Request, user: User) -> Doc:
        return {"views": [view.shown() for view in self._office.modals.stack(user.id)]}

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        try:
            user = self._person(request.query.get("as"))
        except Refused as refused:
            return refusal(refused)
        return await self._office.streams.serve(request, user.id)

    # -- speaking --------------------------------------------------------------------------------------------------------

    async def _say(self, user: User, body: Doc) -> Doc:
        text, thread = str(body.get("text", "")), str(body.get("thread_ts") or "")
        word, _, rest = text.partition(" ")
        if word.startswith("/") and len(word) > 1:
            return await self._command(user, self._live(user, body), word, rest.strip(), thread)
        channel = self._speakable(user, body)
        if not text.strip():
            raise Refused("no_text", "There is nothing to send.")
        if thread and self._state.message(channel.id, thread) is None:
            raise Refused("thread_not_found", "This thread is gone.")
        sent = as_sent(self._state, text)
        draft = Draft(
            channel=channel,
            text=sent,
            blocks=composed(sent),
            user=user.id,
            thread_ts=thread,
            broadcast=bool(thread and body.get("broadcast")),
            client_msg_id=str(uuid.uuid4()),
        )
        return {"ts": messages.post(self._office, draft).ts}

    async def _command(self, user: User, channel: Channel, word: str, rest: str, thread: str) -> Doc:
        command = self._interactions.find_command(word)
        if command is None:
            raise Refused("unknown_command", f"{word} is not a valid command.")
        if user.is_outside:
            raise Refused("not_supported", f"{word} can be used by people of this workspace only.")
        if thread:
            raise Refused("not_in_threads", f"{word} is not supported in threads. Sorry!")
        text = as_argument(self._state, rest, escape=command.should_escape)
        await self._interactions.command(user, channel, word, text)
        return {}

    async def _edit(self, user: User, body: Doc) -> Doc:
        message = self._own(user, body)
        text = as_sent(self._state, str(body.get("text", "")))
        if not text.strip():
            raise Refused("no_text", "There is nothing to send.")
        messages.edit(self._office, message, Edit(text=text, blocks=composed(text)), by=user.id)
        return {}

    async def _delete(self, user: User, body: Doc) -> Doc:
        messages.delete(self._office, self._own(user, body))
        return {}

    async def _react(self, user: User, body: Doc) -> Doc:
        message, name = self._message(user, body), str(body.get("name", "")).strip(":")
        if body.get("remove"):
            messages.unreact(self._office, message, name, by=user.id)
        elif name:
            messages.react(self._office, message, name, by=user.id)
        return {}

    async def _pin(self, user: User, body: Doc) -> Doc:
        message = self._message(user, body)
        if body.get("remove"):
            messages.unpin(self._office, message, by=user.id)
        else:
            messages.pin(self._office, message, by=user.id)
        return {}

    # -- apps ------------------------------------------------------------------------------------------------------------

    async def _press(self, user: User, body: Doc) -> Doc:
        action = _object(body, "action")
        entered = _object(_object(body, "state", {}), "values", {})
        if body.get("message"):
            await self._interactions.press_message(user, self._interactive(user, body), action, entered)
            return {}
        view_id = str(body.get("view_id"))
        home = next((h for h in self._state.homes.values() if h.view["id"] == view_id and h.user == user.id), None)
        if home is not None:
            await self._interactions.press_home(user, self._state.apps[home.app_id], home.view, action)
        else:
            await self._interactions.press_view(user, self._view(user, body), action, entered)
        return {}

    async def _submit(self, user: User, body: Doc) -> Doc:
        errors = await self._interactions.submit(user, self._view(user, body), _object(body, "values", {}))
        return {"errors": errors} if errors else {}

    async def _close(self, user: User, body: Doc) -> Doc:
        await self._interactions.close(user, self._view(user, body), cleared=bool(body.get("cleared")))
        return {}

    async def _shortcut(self, user: User, body: Doc) -> Doc:
        message = self._interactive(user, body) if body.get("message") else None
        if user.is_outside:
            raise Refused("not_supported", "Shortcuts can be used by people of this workspace only.")
        await self._interactions.shortcut(user, str(body.get("callback_id")), message)
        return {}

    async def _options(self, user: User, body: Doc) -> Doc:
        source = self._interactive(user, body) if body.get("message") else self._view(user, body)
        return await self._interactions.suggest(user, source, body)

    # -- conversations -----------------------------------------------------------------------------------------------------

    async def _open(self, user: User, body: Doc) -> Doc:
        others = [self._user(id_) for id_ in _strings(body, "users")]
        if not others:
            raise Refused("no_user", "Choose somebody to write to.")
        channel, _ = channels.open_direct(self._office, (user.id, *(other.id for other in others)))
        if len(others) == 1 and others[0].app_id in self._state.apps:
            self._interactions.open_messages(user, self._state.apps[others[0].app_id])
        return {"channel": render.shown_channel(self._state, channel, user.id)}

    async def _join(self, user: User, body: Doc) -> Doc:
        channel = self._live(user, body, member=False)
        if user.id not in channel.members:
            channel = channels.join(self._office, channel, user.id)
        return {"channel": render.shown_channel(self._state, channel, user.id)}

    async def _leave(self, user: User, body: Doc) -> Doc:
        channel = self._live(user, body)
        if channel.is_general or channel.is_direct:
            raise Refused("cant_leave", "This conversation cannot be left.")
        channels.leave(self._office, channel, user.id)
        return {}

    async def _invite(self, user: User, body: Doc) -> Doc:
        channel = self._live(user, body)
        if channel.is_direct:
            raise Refused("not_a_channel", "Nobody can be added to a direct message.")
        for invited in (self._user(id_) for id_ in _strings(body, "users")):
            if invited.id not in channel.members:
                problem = channels.joining_problem(self._state, channel, invited)
                if problem is not None:
                    raise Refused(problem, f"{invited.real_name}: {_JOINING[problem]}")
                channel = channels.join(self._office, channel, invited.id, inviter=user.id)
        return {"channel": render.shown_channel(self._state, channel, user.id)}

    async def _read(self, user: User, body: Doc) -> Doc:
        channel, ts = self._seen(user, body.get("channel")), str(body.get("ts", ""))
        known = self._state.read_marks.get(f"{user.id}:{channel.id}")
        if ts and (known is None or known.ts < ts):
            self._state.keep(ReadMark(user=user.id, channel=channel.id, ts=ts))
        return {}

    async def _create(self, user: User, body: Doc) -> Doc:
        if user.is_restricted or user.is_outside:
            raise Refused("user_is_restricted", "Guests cannot make channels.")
        name = str(body.get("name", "")).removeprefix("#")
        problem = name_problem(name)
        if problem is not None:
            raise Refused(problem, _NAME_SENTENCES[problem])
        if self._state.channel_named(name) is not None:
            raise Refused("name_taken", "A channel of this name exists already, perhaps an archived one.")
        channel = channels.create(self._office, name, creator=user.id, private=bool(body.get("is_private")))
        return {"channel": render.shown_channel(self._state, channel, user.id)}

    async def _archive(self, user: User, body: Doc) -> Doc:
        channel = self._live(user, body)
        if channel.is_general or channel.is_direct:
            raise Refused("cant_archive", "This conversation cannot be archived.")
        channels.archive(self._office, channel, by=user.id)
        return {}

    async def _unarchive(self, user: User, body: Doc) -> Doc:
        channel = self._seen(user, body.get("channel"))
        if channel.is_archived:
            channels.unarchive(self._office, channel, by=user.id)
        return {}

    # -- finding -----------------------------------------------------------------------------------------------------------

    def _person(self, id_: Any) -> User:
        user = self._user(id_)
        if user.is_bot:
            raise Refused("not_a_person", "Bots cannot be played.")
        return user

    def _user(self, id_: Any) -> User:
        user = self._state.users.get(str(id_))
        if user is None or user.deleted:
            raise Refused("user_not_found", "There is no such person.")
        return user

    def _seen(self, user: User, id_: Any) -> Channel:
        channel = self._state.channels.get(str(id_))
        if channel is None or not channels.may_see(self._state, channel, user.id):
            raise Refused("channel_not_found", "There is no such conversation.")
        return channel

    def _live(self, user: User, body: Doc, *, member: bool = True) -> Channel:
        """A conversation that takes messages, by default one the person is in."""
        channel = self._seen(user, body.get("channel"))
        if channel.is_archived:
            raise Refused("is_archived", "This channel is archived.")
        if member and user.id not in channel.members:
            raise Refused("not_in_channel", "Join the channel first.")
        return channel

    def _speakable(self, user: User, body: Doc) -> Channel:
        """A conversation in which the person may say something, given its rules."""
        channel = self._live(user, body)
        problem = channels.posting_problem(self._state, channel, user.id, reply=bool(body.get("thread_ts")))
        if problem is not None:
            raise Refused(problem, _RULES[problem])
        return channel

    def _message(self, user: User, body: Doc) -> Message:
        """A message of a conversation that is open to the person."""
        channel = self._live(user, body)
        message = self._state.message(channel.id, str(body.get("ts")))
        if message is None:
            raise Refused("message_not_found", "This message is gone.")
        return message

    def _own(self, user: User, body: Doc) -> Message:
        message = self._message(user, body)
        if message.user != user.id or message.subtype not in ("", "thread_broadcast", "file_share"):
            raise Refused("not_yours", "Only your own messages can be changed.")
        return message

    def _interactive(self, user: User, body: Doc) -> Message:
        """A message the person sees, ephemeral ones among them."""
        given = _object(body, "message")
        channel, ts = self._seen(user, given.get("channel")), str(given.get("ts"))
        whispered = self._state.ephemeral(channel.id, ts)
        if whispered is not None and whispered.ephemeral_to == user.id:
            return whispered
        message = self._state.message(channel.id, ts)
        if message is None:
            raise Refused("message_not_found", "This message is gone.")
        if channel.is_archived:
            raise Refused("is_archived", "This channel is archived.")
        return message

    def _view(self, user: User, body: Doc) -> OpenView:
        view = self._office.modals.find(str(body.get("view_id")))
        if view is None or view.user != user.id:
            raise Refused("view_not_found", "This dialog is closed.")
        return view


def refusal(refused: Refused) -> web.Response:
    return web.json_response({"ok": False, "error": refused.code, "sentence": refused.sentence}, status=400)


def ok(doc: Doc) -> web.Response:
    return web.json_response({"ok": True} | doc, headers={"Cache-Control": "no-store"})


async def json_body(request: web.Request) -> Doc:
    try:
        body = json.loads(await request.text())
    except ValueError:
        raise Refused("invalid_json", "The request is not JSON.") from None
    if not isinstance(body, dict):
        raise Refused("invalid_json", "The request is not a JSON object.")
    return body


def _object(body: Doc, name: str, default: Doc | None = None) -> Doc:
    value = body.get(name, default)
    if not isinstance(value, dict):
        raise Refused("invalid_arguments", f"{name} must be an object.")
    return value


def _strings(body: Doc, name: str) -> list[str]:
    value = body.get(name)
    if not isinstance(value, list):
        raise Refused("invalid_arguments", f"{name} must be a list.")
    return [str(item) for item in value]
