"""People without bodies: they see what is in Slack, and press, talk, type and submit. Which they do is in the plan."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.reliability.invariants import ANYWHERE
from tests.simulation.plan import PEOPLE, SCENARIOS, Act
from tests.simulation.slack import APP, BOT, BOT_USER, TEAM, Channel, Doc, buttons
from warroom.alerts.group import Group, delivery_keys
from warroom.core.commands import Alert
from warroom.store import rooms

if TYPE_CHECKING:
    from tests.simulation.day import Day, Parcel

PRESSABLE = 14  # the newest messages with buttons; further up nobody looks, except for what is stale


class Crowd:
    def __init__(self, day: "Day") -> None:
        self._day = day
        self._slack = day.slack
        self._numbers = 0
        self._firing: list[tuple[str, Group]] = []
        self._names: Mapping[str, str] = PEOPLE

    def _mark(self) -> str:
        """A word that stands in nothing else that is sent."""
        self._numbers += 1
        return f"m{self._numbers:04d}q"

    def _parcel(self, kind: str, entry: str, mark: str, channel: str = "") -> "Parcel":
        from tests.simulation.day import Parcel

        parcel = Parcel(kind, mark, entry, channel=channel)
        self._day.sent.append(parcel)
        return parcel

    async def do(self, act: Act) -> None:
        match act.verb:
            case "start":
                await self._start(act)
            case "press" | "mash" | "stale":
                await self._press(act)
            case "say" | "no duff":
                await self._say(act)
            case "edit" | "delete":
                await self._change(act)
            case "note" | "update" | "declare":
                await self._type_marked(act)
            case "word":
                await self._type(act, act.text)
            case "export":
                await self._type(act, "export")
            case "form":
                await self._type(act, ("declare", "start", "schedule", "panel")[int(act.draw * 4)])
                await self._submit(act)
            case "alert":
                await self._alert(act)
            case "over":
                await self._over(act)
            case "home":
                await self._event(act, {"type": "app_home_opened", "user": act.who, "tab": "home", "channel": "D0"})
            case "ask":
                await self._direct(act)
            case other:
                raise AssertionError(other)

    # --- where they are, and what they see

    def _channels(self, who: str) -> list[Channel]:
        return [
            each for each in self._slack.channels.values() if who in each.members and not each.im and not each.archived
        ]

    def _own(self, who: str) -> list[Channel]:
        """Channels of rooms; general ones only if there is nothing else."""
        made = [each for each in self._channels(who) if each.creator == BOT_USER]
        return made or self._channels(who)

    def _pick(self, act: Act, *, salt: float = 0.0) -> Channel:
        there = self._own(act.who)
        return there[int((act.draw * 31 + salt) % 1 * len(there))]

    def _bound(self, channel: Channel) -> str:
        """The room's word for this channel, if the bot knows it by now; empty otherwise."""
        found = self._day.store.run(rooms.by_channel, TEAM, channel.id)
        return found[1] if found else ""

    # --- what they do

    async def _start(self, act: Act) -> None:
        scenario = SCENARIOS[int(act.draw * len(SCENARIOS))]
        others = [each for each in PEOPLE if each != act.who][: 2 + int(act.draw * 10) % 2]
        text = f"start {scenario} {' '.join(f'<@{each}>' for each in others)}"
        general = self._slack.named("general")
        assert general is not None
        await self._command(act, general, text)

    async def _type(self, act: Act, text: str, parcel: "Parcel | None" = None) -> Any:
        return await self._command(act, self._pick(act), text, parcel)

    async def _type_marked(self, act: Act) -> None:
        mark = self._mark()
        word, entry, answer = {
            "note": ("note", "NoteTaken", "Noted."),
            "update": ("update", "StatusPosted", "Posted."),
            "declare": ("declare", "RoomOpened", "a real incident"),
        }[act.verb]
        parcel = self._parcel("command", entry, mark)
        answered = await self._type(act, f"{word} {mark} is what I see", parcel)
        if answer in str(getattr(answered, "body", "") or ""):
            parcel.answered()

    async def _command(self, act: Act, channel: Channel, text: str, parcel: "Parcel | None" = None) -> Any:
        body = {
            "command": "/warroom",
            "text": text,
            "team_id": TEAM,
            "channel_id": channel.id,
            "channel_name": channel.name,
            "user_id": act.who,
            "user_name": self._names[act.who],
            "api_app_id": APP,
            "trigger_id": self._slack.trigger(act.who),
            "response_url": "https://slack.test/nowhere",
        }
        if act.twice:
            self._day.soon(self._day.bolt(body, (act.draw * 5) % 1))
        return await self._day.bolt(body, (act.draw * 3) % 1, parcel)

    async def _press(self, act: Act) -> None:
        seen = [
            (channel, doc, block, element)
            for channel in self._channels(act.who)
            for doc in channel.messages.values()
            if doc.get("bot_id") == BOT
            for block, element in buttons(doc)
        ]
        if act.text:  # a label that is looked for
            seen = [each for each in seen if (each[3].get("text") or {}).get("text") == act.text][-1:]
        if not seen:
            return
        recent = list(dict.fromkeys(id(doc) for _, doc, _, _ in sorted(seen, key=lambda each: _moved(each[1]))))
        recent = set(recent[-PRESSABLE:]) if act.verb != "stale" else set(recent)
        chosen = [each for each in seen if id(each[1]) in recent]
        channel, doc, block, element = chosen[int(act.draw * 97 % 1 * len(chosen))]
        body = self._pressed(act.who, channel, doc, block, element)
        if act.verb == "stale":
            await asyncio.sleep(10 + act.draw * 30)
        if act.verb == "mash":
            others = [each for each in channel.members if each != BOT_USER]
            for number in range(3):
                again = self._pressed(others[number % len(others)], channel, doc, block, element)
                self._day.soon(self._day.bolt(again, (act.draw * 11 + number * 0.3) % 1))
        if act.twice:
            self._day.soon(self._day.bolt(body, (act.draw * 5) % 1))
        before = set(self._slack.views)
        await self._day.bolt(body, (act.draw * 3) % 1)
        if act.draw * 13 % 1 < 0.85:
            await self._submit(act, since=before)

    def _pressed(self, who: str, channel: Channel, doc: Doc, block: Doc, element: Doc) -> Doc:
        action = {
            name: element[name] for name in ("type", "action_id", "value", "selected_option", "text") if name in element
        }
        return {
            "type": "block_actions",
            "team": {"id": TEAM, "domain": "sim"},
            "user": {"id": who, "username": self._names[who], "name": self._names[who], "team_id": TEAM},
            "api_app_id": APP,
            "container": {"type": "message", "message_ts": doc["ts"], "channel_id": channel.id},
            "trigger_id": self._slack.trigger(who),
            "channel": {"id": channel.id, "name": channel.name},
            "message": doc,
            "state": {"values": {}},
            "response_url": "https://slack.test/nowhere",
            "actions": [{**action, "block_id": block.get("block_id", ""), "action_ts": self._slack.ts()}],
        }

    async def _submit(self, act: Act, since: set[str] | None = None) -> None:
        """Fill in the form that was opened, if one was."""
        own = [id_ for id_, (user, _) in self._slack.views.items() if user == act.who and id_ not in (since or ())]
        if not own:
            return
        await asyncio.sleep(1 + act.draw * 6)
        _, view = self._slack.views.get(
            own[-1], (act.who, {"blocks": []})
        )  # it may have been sent, and closed, meanwhile
        if not any(block["type"] == "input" for block in view["blocks"]):
            return
        values = {block["block_id"]: self._filled(act, block) for block in view["blocks"] if block["type"] == "input"}
        body = {
            "type": "view_submission",
            "team": {"id": TEAM, "domain": "sim"},
            "user": {"id": act.who, "username": self._names[act.who], "name": self._names[act.who], "team_id": TEAM},
            "api_app_id": APP,
            "trigger_id": self._slack.trigger(act.who),
            "view": {**view, "state": {"values": values}},
            "response_urls": [],
        }
        written = [each["value"] for value in values.values() for each in value.values() if "value" in each]
        marks = [each.removeprefix("because ") for each in written if each.startswith("because ")]
        parcel = self._parcel("form", ANYWHERE, marks[0]) if marks else None
        if act.twice:
            self._day.soon(self._day.bolt(body, (act.draw * 5) % 1))
        answered = await self._day.bolt(body, (act.draw * 3) % 1, parcel)
        if answered is None or "errors" in str(answered.body):
            return
        self._slack.views.pop(own[-1], None)  # Slack closes it
        if parcel is not None:
            parcel.answered()

    def _filled(self, act: Act, block: Doc) -> Doc:
        element = block["element"]
        draw = (act.draw * 53 + len(block["block_id"]) * 0.17) % 1
        match element["type"]:
            case "plain_text_input":
                lengths = any(word in block["block_id"] for word in ("length", "at", "restored"))
                value: Doc = {"value": "30s" if lengths else f"because {self._mark()}"}
            case "static_select" | "radio_buttons":
                options = element.get("options") or [
                    each for group in element["option_groups"] for each in group["options"]
                ]
                value = {"selected_option": options[int(draw * len(options))]}
            case "multi_users_select":
                value = {
                    "selected_users": [each for place, each in enumerate(PEOPLE) if (draw * (place + 2)) % 1 < 0.4]
                }
            case "users_select":
                value = {"selected_user": list(PEOPLE)[int(draw * len(PEOPLE))]}
            case "datetimepicker":
                value = {"selected_date_time": int((self._day.now() + timedelta(days=2)).timestamp())}
            case "checkboxes" | "multi_static_select":
                value = {"selected_options": [each for each in element["options"] if draw < 0.5]}
            case other:
                raise AssertionError(other)
        return {element.get("action_id", "a"): {"type": element["type"], **value}}

    async def _say(self, act: Act) -> None:
        channel, mark = self._pick(act), self._mark()
        text = f"{mark} NO DUFF there is smoke" if act.verb == "no duff" else f"I think {mark} it is the left one"
        threads = [each["ts"] for each in channel.messages.values() if each.get("bot_id")]
        thread = threads[-1] if threads and act.draw * 19 % 1 < 0.15 else ""
        place = self._bound(channel)
        doc = self._slack.say(channel, act.who, text, thread)
        heard = place not in ("", "backchannel")
        parcel = self._parcel("event", "MessageHeard", mark, channel.id) if heard else None
        dropped = not self._day.running() and act.draw * 23 % 1 < 0.7
        await self._day.event(_said(channel, doc), act.draw, parcel, twice=act.twice, dropped=dropped)

    async def _change(self, act: Act) -> None:
        """Edit or delete something that they said."""
        channel = self._pick(act)
        own = [each for each in channel.messages.values() if each.get("user") == act.who]
        if not own:
            return
        doc = own[int(act.draw * len(own))]
        event: Doc = {"type": "message", "channel": channel.id, "channel_type": "channel", "ts": self._slack.ts()}
        event["event_ts"] = event["ts"]
        if act.verb == "edit":
            before = dict(doc)
            doc["text"] += " (edited)"
            event |= {"subtype": "message_changed", "message": dict(doc), "previous_message": before}
        else:
            del channel.messages[doc["ts"]]
            event |= {"subtype": "message_deleted", "previous_message": dict(doc), "deleted_ts": doc["ts"]}
        await self._event(act, event)

    async def _direct(self, act: Act) -> None:
        direct = self._slack.channels[self._slack.call("conversations.open", {"users": act.who})["channel"]["id"]]
        doc = self._slack.say(direct, act.who, ("help", "rooms", "status", "start")[int(act.draw * 4)])
        await self._event(act, {**_said(direct, doc), "channel_type": "im"})

    async def _event(self, act: Act, event: Doc) -> None:
        await self._day.event(event, act.draw, None, twice=act.twice)

    # --- alerts

    async def _alert(self, act: Act) -> None:
        mark = self._mark()
        name = ("StockWrong", "ShopSlow", "Odd")[int(act.draw * 3)]
        alert = Alert(
            key=mark,
            name=name,
            firing=True,
            summary=f"{name} <!channel>",
            severity="critical",
            labels={"alertname": name},
            starts_at=self._day.now(),
        )
        group = Group(
            source="alertmanager",
            group=f"{name}-{int(act.draw * 7) % 2}",
            title=name,
            severity="SEV2",
            said_severity="critical",
            services=("shop",),
            labels={"alertname": name},
            alerts=(alert,),
        )
        self._firing.append((mark, group))
        parcel = self._parcel("alert", "AlertFired", mark)
        if act.twice:
            self._day.soon(self._day.alerts(group, delivery_keys(group), (act.draw * 5) % 1, None))
        await self._day.alerts(group, delivery_keys(group), act.draw, parcel)

    async def _over(self, act: Act) -> None:
        if not self._firing:
            return
        from dataclasses import replace

        _, group = self._firing.pop(int(act.draw * len(self._firing)))
        over = replace(
            group, alerts=tuple(replace(each, firing=False, ends_at=self._day.now()) for each in group.alerts)
        )
        await self._day.alerts(over, delivery_keys(over), act.draw, None)


def _said(channel: Channel, doc: Doc) -> Doc:
    return {
        **doc,
        "channel": channel.id,
        "channel_type": "group" if channel.private else "channel",
        "event_ts": doc["ts"],
    }


def _moved(doc: Doc) -> str:
    return str((doc.get("edited") or {}).get("ts", doc["ts"]))
