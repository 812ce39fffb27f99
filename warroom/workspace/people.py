"""People who follow a script: they use `/local/` over HTTP as the page does, and hear what their page would show.

async with PersonAt(workspace.url, ana) as ana:
    await ana.say(channel, "/warroom start")
    card = await ana.wait_for_message(lambda m: "Game day" in m["text"])
    await ana.press(card, "Acknowledge")
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

import aiohttp

from warroom.workspace.blockkit.elements import STATE_FIELD, interactive_elements

Doc = dict[str, Any]


class PersonRefused(Exception):
    """The workspace said no; `code` and `sentence` are what the page would show."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code, self.sentence = code, sentence


class PersonAt:
    """One person at a workspace. Open it before anything is expected: it hears only what happens from then on."""

    def __init__(self, url: str, user_id: str) -> None:
        self.user_id = user_id
        self._url = url.rstrip("/")
        self._session: aiohttp.ClientSession | None = None
        self._listener: asyncio.Task[None] | None = None
        self._heard: list[Doc] = []
        self._taken: set[int] = set()
        self._news = asyncio.Condition()
        self._ended = False
        self._cause: Exception | None = None

    # -- life --------------------------------------------------------------------------------------------------------------

    async def open(self) -> Self:
        """Opens the stream; returns once it is open."""
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None, sock_connect=10))
        opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._listener = asyncio.create_task(self._listen(opened))
        await opened
        return self

    async def close(self) -> None:
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    # -- doing -------------------------------------------------------------------------------------------------------------

    async def say(self, channel: str, text: str, *, thread_ts: str = "") -> str:
        """Says something or runs a slash command. Returns the message's ts, "" for a command."""
        reply = await self.tell("say", channel=channel, text=text, **({"thread_ts": thread_ts} if thread_ts else {}))
        return str(reply.get("ts", ""))

    async def press(self, message: Doc, what: str, choice: Any = None) -> None:
        """Presses the element of a message whose action_id or label is `what`; `choice` is the option's value or label,
        a list of them, a person's or channel's id, a date or a time."""
        action = _action(message["blocks"], what, choice)
        place = {"channel": self._channel_of(message), "ts": message["ts"]}
        await self.tell("press", action=action, message=place)

    async def press_in_view(self, view: Doc, what: str, choice: Any = None) -> None:
        await self.tell("press", action=_action(view["blocks"], what, choice), view_id=view["id"])

    async def submit(self, view: Doc, values: Mapping[str, Any] | None = None) -> dict[str, str]:
        """Fills in a modal and submits it. `values` are by action_id, block_id or label. Returns errors by block_id."""
        filled: dict[str, dict[str, Doc]] = {}
        for what, choice in (values or {}).items():
            block, element = _find(view["blocks"], what)
            filled.setdefault(block["block_id"], {})[element["action_id"]] = _value(element, choice)
        reply = await self.tell("submit", view_id=view["id"], values=filled)
        errors: dict[str, str] = reply.get("errors", {})
        return errors

    async def close_view(self, view: Doc, *, cleared: bool = False) -> None:
        await self.tell("close", view_id=view["id"], cleared=cleared)

    async def shortcut(self, callback_id: str, message: Doc | None = None) -> None:
        place = {"message": {"channel": self._channel_of(message), "ts": message["ts"]}} if message else {}
        await self.tell("shortcut", callback_id=callback_id, **place)

    async def upload(self, channel: str, *files: tuple[str, bytes], text: str = "", thread_ts: str = "") -> str:
        """Shares files, each a name and its bytes, as one message. Returns the message's ts."""
        announced = [{"name": name, "size": len(content)} for name, content in files]
        places = (await self.tell("upload", channel=channel, thread_ts=thread_ts, files=announced))["files"]
        for place, (_, content) in zip(places, files, strict=True):
            async with self._http.post(f"{self._url}{place['upload_url']}", data=content) as response:
                response.raise_for_status()
        ids = [place["id"] for place in places]
        reply = await self.tell("upload/complete", channel=channel, thread_ts=thread_ts, text=text, files=ids)
        return str(reply["ts"])

    async def react(self, channel: str, ts: str, name: str, *, remove: bool = False) -> None:
        await self.tell("react", channel=channel, ts=ts, name=name, remove=remove)

    async def edit(self, channel: str, ts: str, text: str) -> None:
        await self.tell("edit", channel=channel, ts=ts, text=text)

    async def delete(self, channel: str, ts: str) -> None:
        await self.tell("delete", channel=channel, ts=ts)

    async def open_dm(self, *users: str) -> str:
        """Opens a direct message, with an app through its bot user's id. Returns the channel's id."""
        reply = await self.tell("open", users=list(users))
        return str(reply["channel"]["id"])

    async def join(self, channel: str) -> None:
        await self.tell("join", channel=channel)

    async def leave(self, channel: str) -> None:
        await self.tell("leave", channel=channel)

    async def invite(self, channel: str, *users: str) -> None:
        await self.tell("invite", channel=channel, users=list(users))

    async def create(self, name: str, *, is_private: bool = False) -> str:
        """Creates a channel and returns its id."""
        reply = await self.tell("create", name=name, is_private=is_private)
        return str(reply["channel"]["id"])

    # -- looking -------------------------------------------------------------------------------------------------------------

    async def messages(self, channel: str, *, thread_ts: str = "") -> list[Doc]:
        """What the channel or thread shows this person, oldest first."""
        reply = await self.ask("messages", channel=channel, **({"thread_ts": thread_ts} if thread_ts else {}))
        return [message | {"channel": channel} for message in reply["messages"]]

    async def channels(self) -> list[Doc]:
        return list((await self.ask("channels"))["channels"])

    async def views(self) -> list[Doc]:
        """The open modals, bottom first."""
        return list((await self.ask("views"))["views"])

    async def home(self, app_id: str) -> Doc | None:
        """Opens the app's Home tab."""
        view: Doc | None = (await self.ask("home", app=app_id))["view"]
        return view

    async def wait_for(self, predicate: Callable[[Doc], bool], *, within: float = 10.0) -> Doc:
        """The first event of this person's stream that fits and was not returned before; waits for it if need be.

        Raises:
            TimeoutError: None came within `within` seconds; the text lists what did come.
            ConnectionError: The stream has ended, so none can come.
        """
        try:
            async with asyncio.timeout(within), self._news:
                while (found := self._untaken(predicate)) is None:
                    if self._ended:
                        raise ConnectionError(f"The stream of {self.user_id} has ended.") from self._cause
                    await self._news.wait()
                return found
        except TimeoutError:
            heard = ", ".join(_summary(event) for event in self._heard[-10:])
            raise TimeoutError(f"{self.user_id} waited {within} s in vain. The last that came: {heard}") from None

    async def wait_for_message(
        self, predicate: Callable[[Doc], bool], *, channel: str = "", within: float = 10.0
    ) -> Doc:
        """The first new or changed message that fits, with its channel's id under `channel`."""
        event = await self.wait_for(
            lambda e: (
                e["type"] in ("message", "message_changed")
                and channel in ("", e["channel"])
                and predicate(e["message"])
            ),
            within=within,
        )
        message: Doc = event["message"]
        return message | {"channel": event["channel"]}

    async def wait_for_view(self, *types: str, within: float = 10.0) -> Doc:
        """The next view that opens, is pushed or is updated, or only those of `types`."""
        wanted = types or ("view_opened", "view_pushed", "view_updated")
        view: Doc = (await self.wait_for(lambda e: e["type"] in wanted, within=within))["view"]
        return view

    def heard(self, *types: str) -> list[Doc]:
        """Every event of these types so far."""
        return [event for event in self._heard if not types or event["type"] in types]

    # -- inside --------------------------------------------------------------------------------------------------------------

    def _untaken(self, predicate: Callable[[Doc], bool]) -> Doc | None:
        for index, event in enumerate(self._heard):
            if index not in self._taken and predicate(event):
                self._taken.add(index)
                return event
        return None

    def _channel_of(self, message: Doc) -> str:
        if "channel" in message:
            return str(message["channel"])
        for event in self._heard:
            if event.get("message", {}).get("ts") == message["ts"]:
                return str(event["channel"])
        raise KeyError("The message names no channel and was not heard on the stream.")

    async def _listen(self, opened: asyncio.Future[None]) -> None:
        try:
            await self._read_stream(opened)
        except Exception as wrong:
            self._cause = wrong
            if not opened.done():
                opened.set_exception(wrong)
        finally:
            self._ended = True
            async with self._news:
                self._news.notify_all()

    async def _read_stream(self, opened: asyncio.Future[None]) -> None:
        async with self._http.get(f"{self._url}/local/stream", params={"as": self.user_id}) as response:
            response.raise_for_status()
            async for line in response.content:
                if not opened.done():
                    opened.set_result(None)
                if line.startswith(b"data: "):
                    async with self._news:
                        self._heard.append(json.loads(line[6:]))
                        self._news.notify_all()

    async def ask(self, what: str, **params: str) -> Doc:
        """`GET /local/<what>`, for what has no method of its own here."""
        async with self._http.get(f"{self._url}/local/{what}", params={"as": self.user_id, **params}) as response:
            return await _reply(response)

    async def tell(self, what: str, **body: Any) -> Doc:
        """`POST /local/<what>`, for what has no method of its own here."""
        async with self._http.post(f"{self._url}/local/{what}", json={"as": self.user_id, **body}) as response:
            return await _reply(response)

    @property
    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("The person has not arrived: call open() first.")
        return self._session


async def _reply(response: aiohttp.ClientResponse) -> Doc:
    doc: Doc = await response.json()
    if not doc.get("ok"):
        raise PersonRefused(str(doc.get("error")), str(doc.get("sentence", "")))
    return doc


def _summary(event: Doc) -> str:
    text = event.get("message", {}).get("text") or event.get("text", "")
    return f"{event['type']} {str(text)[:60]!r}"


# -- elements ------------------------------------------------------------------------------------------------------------


def _find(blocks: list[Doc], what: str) -> tuple[Doc, Doc]:
    names: list[str] = []
    for block, element in interactive_elements(blocks):
        label = (element.get("text") or block.get("label") or element.get("placeholder") or {}).get("text", "")
        known = {element["action_id"], block["block_id"] if block["type"] == "input" else "", label}
        if what in known:
            return block, element
        names.append(label or element["action_id"])
    raise KeyError(f"There is no {what!r}; there are {', '.join(names) or 'no elements'}.")


def _action(blocks: list[Doc], what: str, choice: Any) -> Doc:
    block, element = _find(blocks, what)
    ids = {"block_id": block["block_id"], "action_id": element["action_id"]}
    if element["type"] == "feedback_buttons":
        return ids | {"type": element["type"], "value": _feedback(element, choice)}
    if element["type"] not in STATE_FIELD:
        return ids | {"type": element["type"], "value": element.get("value")}
    return ids | _value(element, choice)


def _feedback(element: Doc, choice: Any) -> str:
    for button in (element["positive_button"], element["negative_button"]):
        if choice in (button["value"], button["text"]["text"]):
            return str(button["value"])
    raise KeyError(f"{choice!r} is neither of the two answers.")


def _value(element: Doc, choice: Any) -> Doc:
    name = STATE_FIELD.get(element["type"], "value")
    if name == "selected_option":
        choice = _option(element, choice)
    elif name == "selected_options":
        choice = [_option(element, each) for each in choice]
    return {"type": element["type"], name: choice}


def _option(element: Doc, choice: Any) -> Doc:
    if element["type"].endswith("external_select") and isinstance(choice, Mapping):
        return dict(choice)  # the app was asked for it, so the element does not have it
    groups = element.get("option_groups") or [element]
    options = [option for group in groups for option in group.get("options", ())]
    for option in options:
        if choice in (option["value"], option["text"]["text"], option):
            return dict(option)
    raise KeyError(f"{choice!r} is not on offer: {', '.join(o['text']['text'] for o in options)}")
