"""What arrives from Slack, and which door it goes through.

Events end in a global middleware. What is said in a war room is carried out, and its delivery finished, in one
transaction. Every other event, and what could not be carried out at once, is kept in the inbox first, under its own id;
whoever keeps it handles it, and what was kept and not finished is taken up by whichever process lives
(`runtime/intake.py`). Commands,
presses and submissions are not retried by Slack: they are carried out and committed before they are acknowledged, under
a key of their own, so that a double delivery is carried out once. Refusals are told to whoever asked, and to nobody else.
"""

import asyncio
import hashlib
import json
import logging
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import replace
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from warroom.core import commands as c
from warroom.core.refusals import NotNow, Refused, Unknown
from warroom.core.roster import must_be_staff, must_control
from warroom.core.views import EMERGENCY, Mark, mark
from warroom.core.words import Person, Time, Word, Words, plain
from warroom.errors import NotFound, WarroomError
from warroom.failpoints import reached
from warroom.runtime.clock import Clock
from warroom.runtime.intake import Intake
from warroom.slack import asks, cards, modals, presses
from warroom.slack.calendars import wished
from warroom.slack.desk import Desk, Whereabouts
from warroom.slack.hearing import MENTIONED, Hearing, said_at
from warroom.slack.homes import Homes
from warroom.slack.mrkdwn import escape, unescape
from warroom.slack.people import People
from warroom.slack.reports import Reports
from warroom.slack.slash import Asked, Reply, Slash, about_life
from warroom.slack.verdicts import judge
from warroom.store import inbox
from warroom.store.errors import CannotKeep, StoreUnusable
from warroom.store.inbox import Delivery
from warroom.store.trouble import Kind

log = logging.getLogger(__name__)

EVENT = "event:"  # what the keys of events begin with
ACKNOWLEDGED_WITHIN = 2.0  # seconds; Slack wants an answer in three
Body = Mapping[str, Any]
Ack = Callable[..., Awaitable[Any]]
Takes = Callable[["Listeners", Body, Body], Awaitable[None]]
Listens = Callable[[Ack, Body], Awaitable[None]]
ANSWER_WITHIN = 2.6  # seconds; Slack shows an error of its own after three
LIFE = "This is about warroom itself, not part of any exercise."
SLOW = "This takes longer than it should. It may still be carried out: look before you ask again."


class _Events(AsyncMiddleware):
    """Events are acknowledged here. Bolt's listeners are for what people ask for; to look through them costs more than this."""

    def __init__(self, take: Callable[[Body], Awaitable[None]]) -> None:
        self._take = take

    async def async_process(
        self, *, req: AsyncBoltRequest, resp: BoltResponse, next: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse | None:
        if req.body.get("type") != "event_callback":
            return await next()
        await self._take(req.body)
        return BoltResponse(status=200, body="")


class Listeners:
    def __init__(
        self,
        app: AsyncApp,
        desk: Desk,
        people: People,
        reports: Reports,
        homes: Homes,
        wall: Clock,
    ) -> None:
        self._app, self._client = app, app.client
        self._desk, self._people, self._reports, self._homes = desk, people, reports, homes
        self._wall = wall
        self._slash = Slash(desk, people)
        self._under_way: set[asyncio.Task[None]] = set()
        self.hearing = Hearing(desk.runtime, people, wall, self._soon)
        self.intake = Intake(desk.runtime)
        self.intake.takes(EVENT, self.take)

    @property
    def desk(self) -> Desk:
        return self._desk

    async def tell(self, person: str, sentence: str) -> None:
        """Say something to one person that belongs to no room. As well as it goes: what cannot be said is logged."""
        try:
            await self._tell_directly(person, cards.plainly(escape(sentence)))
        except Exception as error:
            log.warning("%s could not be told: %s", person, judge(error).code)

    def register(self) -> None:
        """Every listener of the bot, in one place."""
        app = self._app
        app.middleware(_Events(self._event))
        app.command("/warroom")(self._in_time(self._command))
        app.action(re.compile(r"^warroom:"))(self._in_time(self._press))
        app.view(re.compile(r"^warroom:"))(self._in_time(self._submit))
        app.shortcut("warroom_start")(self._in_time(self._shortcut))
        app.shortcut("warroom_note")(self._in_time(self._note_message))
        app.error(self._failed)

    # --- events: carried out at once, or kept first and then taken

    async def _event(self, body: Body) -> None:
        """Kept when this returns; raises when it could not be."""
        delivery = Delivery(key=f"{EVENT}{body['event_id']}", received_at=self._wall.now(), payload="")
        if await self._at_once(delivery, body):
            await reached("event.heard")
        else:
            payload = json.dumps({"team_id": body.get("team_id"), "event": body["event"]})
            await self._keep(replace(delivery, payload=payload))

    async def _at_once(self, delivery: Delivery, body: Body) -> bool:
        """Whether all that follows from it is kept, or was before. Whatever goes wrong, it is kept first instead."""
        event = body["event"]
        try:
            if event["type"] == "message" and event.get("channel_type") != "im":
                return await self.hearing.hear_at_once(delivery, str(body["team_id"]), event)
            if event["type"] not in EVENTS:
                await self._desk.runtime.db.tx_again(inbox.first_time, delivery.key, delivery.received_at)
                return True
        except Exception as error:
            log.info("%s could not be carried out at once: %s", delivery.key, error)
        return False

    async def _keep(self, delivery: Delivery) -> None:
        """Whoever keeps an event handles it. What is here already is somebody's, and only acknowledged.

        The acknowledgement waits for it as long as Slack has patience; after that it is handled all the same.
        """
        kept = await self._desk.runtime.db.tx(inbox.keep, delivery.key, delivery.received_at, delivery.payload)
        await reached("event.kept")
        if kept:
            task = self._soon(self.intake.tend(delivery))
            await asyncio.wait({task}, timeout=ACKNOWLEDGED_WITHIN)

    async def take(self, delivery: Delivery) -> None:
        """Carry out what an event that was kept asks for. Raises when that fails; it is tried again."""
        body = {**json.loads(delivery.payload), "key": delivery.key, "late": delivery.tries > 0}
        event = body["event"]
        takes = EVENTS.get(event["type"])
        try:
            if takes is not None:
                await takes(self, body, event)
        except (Refused, NotFound) as refused:
            log.info("%s refused: %s", delivery.key, refused)

    async def _message(self, body: Body, event: Body) -> None:
        if event.get("channel_type") == "im":
            await self._direct(body, event)
        else:
            await self.hearing.hear(str(body["team_id"]), event, late=body["late"])

    async def _direct(self, body: Body, event: Body) -> None:
        if event.get("bot_id") or event.get("subtype"):
            return
        asked = Asked(
            where=_whereabouts(body, event), text=event.get("text") or "", direct=True, key=f"asked:{body['key']}"
        )
        await self._answer(asked, lambda message: self._post(event["channel"], message))

    async def _mention(self, body: Body, event: Body) -> None:
        if event.get("bot_id") or not event.get("user"):
            return
        text = re.sub(r"^\s*<@[UW][A-Z0-9]+(?:\|[^>]*)?>\s*", "", event.get("text") or "")
        asked = Asked(where=_whereabouts(body, event), text=text, key=f"asked:{body['key']}")
        thread = event.get("thread_ts", "")
        await self._answer(asked, lambda message: self._whisper(event["channel"], str(event["user"]), message, thread))

    async def _answer(self, asked: Asked, tell: Callable[[cards.Message], Awaitable[None]]) -> None:
        """For doors without a trigger: a modal is offered by a button instead of being opened."""
        try:
            reply = await self._slash.take(asked)
            if reply.exports is not None:
                await self._reports.send(reply.exports, asked.where)
        except (Refused, NotFound) as refused:
            await tell(await self._refusal(refused, asked))
            return
        self._soon(self._people.meet(asked.where.workspace, reply.meets))
        if reply.opens:
            await tell(cards.offer(reply.opens, reply.said, reply.room))
        elif reply.text:
            await tell(await self._alone(reply.text, asked))

    async def _home(self, body: Body, event: Body) -> None:
        if event.get("tab", "home") == "home":
            await self._homes.publish(str(body["team_id"]), event["user"])

    # --- what people ask for, acknowledged when it is done

    async def _command(self, ack: Ack, body: Body) -> None:
        where = Whereabouts(workspace=body["team_id"], person=body["user_id"], channel=body["channel_id"])
        asked = Asked(where=where, text=body.get("text", ""), key=f"command:{body['trigger_id']}")
        try:
            reply = await self._slash.take(asked)
            await self._after(reply, where, body["trigger_id"])
            await reached("command.carried_out")
        except (Refused, NotFound) as refused:
            await ack(text=(await self._refusal(refused, asked)).text)
            return
        await ack(**({"text": (await self._alone(reply.text, asked)).text} if reply.text else {}))
        self._soon(self._people.meet(where.workspace, [where.person, *reply.meets]))

    async def _after(self, reply: Reply, where: Whereabouts, trigger: str) -> None:
        if reply.opens:
            await self._open(trigger, reply.opens, reply.room, reply.said, where)
        if reply.exports is not None:
            await self._reports.send(reply.exports, where)

    async def _press(self, ack: Ack, body: Body) -> None:
        where = _pressed_where(body)
        room = 0
        try:
            press = presses.press(body["actions"][0])
            room = press.room if press.do != EMERGENCY.do else 0
            await self._carry_out_press(press, where, body)
            await reached("press.carried_out")
        except ValueError:
            self._soon(self._refuse(body, Unknown("This button cannot be read. Look at the newest card.")))
        except (Refused, NotFound) as refused:
            self._soon(self._refuse(body, refused, room))
        await ack()
        self._soon(self._people.meet(where.workspace, [where.person]))
        if (body.get("view") or {}).get("callback_id") == PANEL:
            self._soon(self._draw_panel(body["view"], where))

    async def _draw_panel(self, view: Body, where: Whereabouts) -> None:
        """The panel in a modal shows what has come of a press in it."""
        _, room, said = modals.opened(view)
        drawn = await self._room_modal("panel", room, said, where.person)
        try:
            await self._client.views_update(view_id=view["id"], view=drawn)
        except Exception as error:
            log.warning("the panel in a modal could not be drawn anew: %s", judge(error).code)

    async def _carry_out_press(self, press: presses.Press, where: Whereabouts, body: Body) -> None:
        key = f"press:{where.person}:{body['actions'][0]['action_ts']}"
        if press.do in MODALS:
            await self._open(body["trigger_id"], press.do, press.room, press.args, where)
        elif press.do == "export":
            await self._reports.send(press.room, where)
        elif press.do == "walk":
            await self._desk.walk(press.room, press.args["incident"], press.args["runbook"], where.person, key=key)
        else:
            command = asks.command(press.do, press.args, where.person)
            await self._desk.runtime.handle(press.room, command, key=key)

    async def _open(self, trigger: str, do: str, room: int, said: Mapping[str, str], where: Whereabouts) -> None:
        view = await MODALS[do](self, room, said, where)
        try:
            await self._client.views_open(trigger_id=trigger, view=view)
        except Exception as error:
            log.warning("the form %s could not be opened: %s", do, judge(error).code)
            raise NotNow("Slack would not open the form in time. Ask for it again.") from error

    async def _submit(self, ack: Ack, body: Body) -> None:
        view, where = body["view"], Whereabouts(workspace=body["team"]["id"], person=body["user"]["id"])
        do, room, said = modals.opened(view)
        answers = modals.answers(view)
        try:
            key = await self._key_of(view, answers)
            await self._carry_out_submission(do, room, {**said, **answers}, where, key)
            await reached("form.carried_out")
        except (Refused, NotFound) as refused:
            sentence = await self._plain_sentence(refused, where.workspace)
            await ack(response_action="errors", errors={modals.first_input(view): sentence})
            return
        await ack()
        self._soon(self._people.meet(where.workspace, [where.person]))

    async def _key_of(self, view: Body, answers: Mapping[str, Any]) -> str:
        """A form is carried out once. Raises NotNow for one that comes again with other words, since it stays open when
        our answer is lost: they would count for nothing, or it would be carried out twice.
        """
        form = f"view:{view['id']}:{view.get('hash', '')}:"
        key = form + hashlib.sha256(json.dumps(answers, sort_keys=True).encode()).hexdigest()[:16]
        read = self._desk.runtime.db.read
        if not await read(inbox.finished, key) and await read(inbox.any_under, form):
            raise NotNow(
                "This was done already, with the words you sent first. Close the form, and look at what came of it."
            )
        return key

    async def _carry_out_submission(
        self, do: str, room: int, given: Mapping[str, Any], where: Whereabouts, key: str
    ) -> None:
        at = Whereabouts(workspace=where.workspace, person=where.person, channel=str(given.get("origin", "")))
        if do == "start":
            started = await self._desk.start_game(
                at,
                str(given.get("scenario", "")),
                tuple(given.get("players", ())),
                tuple(given.get("observers", ())),
                controllers=tuple(given.get("controllers", ())),
                evaluators=tuple(given.get("evaluators", ())),
                safety=tuple(given.get("safety", ())),
                environment=str(given.get("environment", "")),
                surprise=str(given.get("surprise", "") or "announced"),
                at_once=given.get("begin", "now") == "now",
                key=key,
            )
            self._soon(self._people.meet(where.workspace, started.room.roster.everyone))
            if not at.channel:  # from App Home or the shortcut: there is no channel where it would be told
                told = f"{started.room.key} is open. Your panel is in the backchannel that you are being invited to."
                self._soon(self._tell_directly(where.person, cards.plainly(told)))
        elif do == "schedule":
            zone = await self._people.zone(where.workspace, where.person)
            planned = await self._slash.calendars.plan(wished(given, at, zone), key)
            self._soon(self._tell_directly(where.person, cards.plainly(planned)))
        elif do == "declare":
            await self._desk.declare(
                at,
                unescape(str(given.get("title", ""))),
                str(given.get("severity", "SEV2")),
                tuple(given.get("services", ())),
                key=key,
            )
        else:
            said = {name: value if isinstance(value, str) else ",".join(value) for name, value in given.items()}
            await self._desk.runtime.handle(room, asks.command(do, said, where.person), key=key)

    async def _shortcut(self, ack: Ack, body: Body) -> None:
        where = Whereabouts(workspace=body["team"]["id"], person=body["user"]["id"])
        try:
            await self._open(body["trigger_id"], "start", 0, {}, where)
        except Refused as refused:
            self._soon(self._refuse(body, refused))
        await ack()

    async def _note_message(self, ack: Ack, body: Body) -> None:
        """The message shortcut: somebody's words onto the timeline, with the time they were said."""
        where = _pressed_where(body)
        try:
            room = await self._desk.room_meant(where)
            said = body["message"].get("text") or ""
            text = unescape(said, await self._people.named(where.workspace, MENTIONED.findall(said)))
            note = c.TakeNote(by=where.person, text=text, occurred_at=said_at(body["message"]["ts"]))
            await self._desk.runtime.handle(room, note, key=f"note:{where.channel}:{body['message']['ts']}")
        except (Refused, NotFound) as refused:
            self._soon(self._refuse(body, refused))
        await ack()

    # --- when the database is in trouble

    def _in_time(self, listener: Listens) -> Listens:
        """Whoever asks is answered within Slack's three seconds, whatever the database does. What is slow goes on."""

        async def answered(ack: Ack, body: Body) -> None:
            work = asyncio.ensure_future(listener(ack, body))
            await asyncio.wait({work}, timeout=ANSWER_WITHIN)
            if not work.done():
                self._under_way.add(work)
                work.add_done_callback(self._ended)
                await self._answer_without_database(ack, body, SLOW)
                return
            try:
                await work
            except (CannotKeep, StoreUnusable) as error:
                log.warning("a delivery of type %s could not be kept", body.get("type", "command"), exc_info=error)
                sentence = str(error) if isinstance(error, CannotKeep) else Kind.UNSAFE.sentence
                await self._answer_without_database(ack, body, f"{sentence} {LIFE}")

        return answered

    async def _answer_without_database(self, ack: Ack, body: Body, sentence: str) -> None:
        if body.get("type") == "view_submission":
            await ack(response_action="errors", errors={modals.first_input(body["view"]): sentence})
        elif "command" in body:
            await ack(text=escape(sentence))
        else:
            await ack()
            self._soon(self._refuse(body, NotFound(sentence)))

    # --- what Slack's three seconds must not wait for

    def _soon(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do this after the acknowledgement: nothing is lost if it is not done."""
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("what was left for after the acknowledgement failed", exc_info=error)

    async def finish(self) -> None:
        """Wait for what is under way."""
        await asyncio.gather(*self._under_way, return_exceptions=True)

    # --- telling the asker alone

    async def _refusal(self, refused: WarroomError, asked: Asked) -> cards.Message:
        return await self._alone(_sentence(refused), asked)

    async def _alone(self, text: str, asked: Asked) -> cards.Message:
        """With the mark of the room in whose channel it was asked, but for what is about something real."""
        here = None if about_life(asked.text) else await self._desk.room_here(asked.where)
        return cards.plainly(text, await self._mark(here[0] if here else 0))

    async def _mark(self, room: int) -> Mark | None:
        try:
            return mark(await self._desk.runtime.room(room)) if room else None
        except NotFound:
            return None

    async def _refuse(self, body: Body, refused: WarroomError, room: int = 0) -> None:
        user, channel = body["user"]["id"], (body.get("channel") or {}).get("id", "")
        thread = (body.get("message") or {}).get("thread_ts", "")
        message = cards.plainly(_sentence(refused), await self._mark(room))
        if channel:
            await self._whisper(channel, user, message, thread)
        else:
            await self._tell_directly(user, message)

    async def _tell_directly(self, user: str, message: cards.Message) -> None:
        opened = await self._client.conversations_open(users=user)
        await self._post(opened["channel"]["id"], message)

    async def _plain_sentence(self, refused: WarroomError, workspace: str) -> str:
        """For a modal, where nothing but plain text is shown."""
        words = _words(refused)
        names = await self._people.named(workspace, [word.id for word in words if isinstance(word, Person)])
        return "".join(_plainly(word, names) for word in words)

    async def _whisper(self, channel: str, user: str, message: cards.Message, thread: str = "") -> None:
        arguments: dict[str, Any] = {"thread_ts": thread} if thread else {}
        try:
            await self._client.chat_postEphemeral(
                channel=channel, user=user, text=message.text, blocks=message.blocks, **arguments
            )
        except Exception as error:
            log.warning("could not tell %s in %s: %s", user, channel, judge(error).code)

    async def _post(self, channel: str, message: cards.Message) -> None:
        try:
            await self._client.chat_postMessage(
                channel=channel, text=message.text, blocks=message.blocks, unfurl_links=False, unfurl_media=False
            )
        except Exception as error:
            log.warning("could not answer in %s: %s", channel, judge(error).code)

    async def _failed(self, error: Exception, body: Body) -> None:
        """Whatever nobody foresaw: the whole of it in the log, and not acknowledged."""
        log.error("a delivery of type %s failed", body.get("type"), exc_info=error)
        raise error

    # --- modals

    async def _start_modal(self, room: int, said: Mapping[str, str], where: Whereabouts) -> dict[str, Any]:
        players: tuple[str, ...] = ()
        origin = said.get("origin", "") or where.channel
        if origin and not origin.startswith("D"):
            members = await self._people.humans(origin, where.workspace)
            players = tuple(each for each in members or () if each != where.person)
        return modals.start_game(
            list(self._desk.library.scenarios.values()), said.get("scenario", ""), players, origin=origin
        )

    async def _schedule_modal(self, room: int, said: Mapping[str, str], where: Whereabouts) -> dict[str, Any]:
        origin = said.get("origin", "") or where.channel
        players: tuple[str, ...] = ()
        if origin and not origin.startswith("D"):
            players = await self._people.humans(origin, where.workspace) or ()
        origin = "" if origin.startswith("D") else origin
        others = [each for each in players if each != where.person]
        return modals.schedule(list(self._desk.library.scenarios.values()), others, [where.person], origin=origin)

    async def _declare_modal(self, room: int, said: Mapping[str, str], where: Whereabouts) -> dict[str, Any]:
        services = [(each.id, each.title) for each in self._desk.library.catalogue.services.values()]
        return modals.declare(services, origin=said.get("origin", "") or where.channel)

    async def _room_modal(self, do: str, room_id: int, said: Mapping[str, str], person: str) -> dict[str, Any]:
        room = await self._desk.runtime.room(room_id)
        if do in DIRECTING:
            must_control(room.roster, person)
        if do in EVALUATING:
            must_be_staff(room.roster, person)
        return modals.for_room(do, room, room_id, said)


def _for_room(do: str) -> Callable[[Listeners, int, Mapping[str, str], Whereabouts], Awaitable[dict[str, Any]]]:
    async def build(self: Listeners, room: int, said: Mapping[str, str], where: Whereabouts) -> dict[str, Any]:
        return await self._room_modal(do, room, said, where.person)

    return build


# Modals that show what is hidden: only to the dungeon master, or to whoever directs, evaluates or watches over the game.
DIRECTING = ("panel", "speak", "skip-inject", "improvise", "edit", "shift", "sideline", "part")
PANEL = presses.action_id("panel")
EVALUATING = ("end", "predict", "rate", "observe")
MODALS: dict[str, Callable[[Listeners, int, Mapping[str, str], Whereabouts], Awaitable[dict[str, Any]]]] = {
    "start": Listeners._start_modal,
    "schedule": Listeners._schedule_modal,
    "declare": Listeners._declare_modal,
    **{do: _for_room(do) for do in modals.FOR_ROOM},
}
EVENTS: dict[str, Takes] = {
    "message": Listeners._message,
    "app_mention": Listeners._mention,
    "app_home_opened": Listeners._home,
}


def _whereabouts(body: Body, event: Body) -> Whereabouts:
    return Whereabouts(
        workspace=str(body["team_id"]), person=str(event.get("user", "")), channel=str(event.get("channel", ""))
    )


def _pressed_where(body: Body) -> Whereabouts:
    return Whereabouts(
        workspace=body["team"]["id"],
        person=body["user"]["id"],
        channel=(body.get("channel") or {}).get("id", ""),
    )


def _words(refused: WarroomError) -> Words:
    return refused.words if isinstance(refused, Refused) else (str(refused),)


def _sentence(refused: WarroomError) -> str:
    return cards.refusal(_words(refused), {})


def _plainly(word: Word, names: Mapping[str, str]) -> str:
    match word:
        case Person(id=person):
            return names.get(person, person)
        case Time(at=at):
            return f"{at:%H:%M} UTC"
        case _:
            return plain((word,))
