"""What people do with an app: press, choose, submit, close, type a command, use a shortcut - and what the app answers.

Payloads have the shapes of docs.slack.dev (interaction payloads) and Slack's published samples.
"""

from dataclasses import dataclass

from warroom.workspace import channels, render, views
from warroom.workspace.answers import respond
from warroom.workspace.blockkit.check import check_view
from warroom.workspace.blockkit.elements import (
    STATE_FIELD,
    fires_actions,
    initial_state,
    interactive_elements,
)
from warroom.workspace.choices import chosen, element_of, fill, input_errors, message_state
from warroom.workspace.deliveries import NotAcknowledged
from warroom.workspace.manifest import Command
from warroom.workspace.model import App, Channel, Doc, Message, ResponseUrl, User
from warroom.workspace.office import Office
from warroom.workspace.refusals import Refused
from warroom.workspace.views import ViewRefused
from warroom.workspace.viewstack import OpenView


@dataclass
class Interactions:
    """All interactions of all people. Nothing is kept here."""

    office: Office

    # -- pressing and choosing ---------------------------------------------------------------------------------------

    async def press_message(self, user: User, message: Message, action: Doc, entered: Doc) -> None:
        """Sends block_actions for an element of a message; `entered` is what the page holds for its other elements.

        Raises:
            Refused: The element is not there, or what was chosen is not on offer, or the app did not answer.
        """
        app = self._app(message.app_id)
        block, element = element_of(message.blocks or [], action)
        channel = self.office.state.channels[message.channel]
        payload = self._payload(app, user, "block_actions") | {
            "container": _message_container(message),
            "trigger_id": self.office.triggers.issue(app.id, user.id),
            "channel": {"id": channel.id, "name": render.channel_name(channel)},
            "message": render.message_doc(self.office.state, message),
            "state": {"values": message_state(message, element, action, entered)},
            "response_url": self._response_url(app, user, channel, message.thread_ts, message.ts),
            "actions": [self._action(block, element, action)],
        }
        if message.ephemeral_to:
            payload.pop("message")
        await self._ask(app, user, payload, accepts=True)

    async def press_view(self, user: User, view: OpenView, action: Doc, entered: Doc) -> None:
        """Sends block_actions for an element of a modal, remembering what was chosen and entered in it."""
        app = self._app(view.app_id)
        block, element = element_of(view.doc["blocks"], action)
        fill(view, entered)
        self._remember(view, block, element, action)
        if not fires_actions(block):
            return
        payload = self._payload(app, user, "block_actions") | {
            "container": {"type": "view", "view_id": view.id},
            "trigger_id": self.office.triggers.issue(app.id, user.id, view.id),
            "view": view.shown(),
            "actions": [self._action(block, element, action)],
        }
        await self._ask(app, user, payload, accepts=False)

    async def press_home(self, user: User, app: App, view: Doc, action: Doc) -> None:
        """Sends block_actions for an element of an app's Home tab."""
        block, element = element_of(view["blocks"], action)
        payload = self._payload(app, user, "block_actions") | {
            "container": {"type": "view", "view_id": view["id"]},
            "trigger_id": self.office.triggers.issue(app.id, user.id),
            "view": view,
            "actions": [self._action(block, element, action)],
        }
        await self._ask(app, user, payload, accepts=False)

    def _remember(self, view: OpenView, block: Doc, element: Doc, action: Doc) -> None:
        if initial_state(element) is not None:
            value = {"type": element["type"], **chosen(element, action)}
            view.filled.setdefault(block["block_id"], {})[element["action_id"]] = value

    def _action(self, block: Doc, element: Doc, action: Doc) -> Doc:
        doc: Doc = {"type": element["type"], "action_id": element["action_id"], "block_id": block["block_id"]}
        if element["type"] == "button":
            doc |= {name: element[name] for name in ("text", "value", "style", "url") if name in element}
        for name in ("placeholder", "confirm"):
            if name in element and element["type"] != "button":
                doc[name] = element[name]
        return doc | chosen(element, action) | {"action_ts": self.office.state.next_ts()}

    # -- views ---------------------------------------------------------------------------------------------------------

    async def submit(self, user: User, view: OpenView, values: Doc) -> dict[str, str]:
        """Submits a modal and obeys the response_action. Returns the errors by block_id, {} if it was accepted."""
        app = self._app(view.app_id)
        fill(view, values)
        missing = input_errors(view)
        if missing:
            return missing
        payload = self._payload(app, user, "view_submission") | {
            "trigger_id": self.office.triggers.issue(app.id, user.id, view.id),
            "view": view.shown(),
            "response_urls": self._response_urls(app, user, view),
        }
        answer = await self._ask(app, user, payload, accepts=True)
        return self._obey(app, user, view, answer)

    def _response_urls(self, app: App, user: User, view: OpenView) -> list[Doc]:
        """One for each conversation chosen in an input that asked for it."""
        urls = []
        for block, element in interactive_elements(view.doc["blocks"]):
            if block["type"] == "input" and element.get("response_url_enabled"):
                chosen = view.values()[block["block_id"]][element["action_id"]][STATE_FIELD[element["type"]]]
                channel = self.office.state.channels.get(str(chosen))
                if channel is not None:
                    url = self._response_url(app, user, channel)
                    ids = {"block_id": block["block_id"], "action_id": element["action_id"], "channel_id": channel.id}
                    urls.append({**ids, "response_url": url})
        return urls

    def _obey(self, app: App, user: User, view: OpenView, answer: Doc) -> dict[str, str]:
        """Does what the acknowledgement of a view_submission asks for."""
        try:
            match answer.get("response_action"):
                case None:
                    if self.office.modals.find(view.id) is view:
                        views.close_view(self.office, view)
                case "clear":
                    views.clear_views(self.office, user.id)
                case "update":
                    views.update_view(self.office, app, view, _checked_view(answer))
                case "push":
                    views.push_view(self.office, app, user.id, _checked_view(answer))
                case "errors":
                    return _known_errors(view, answer)
                case other:
                    raise Refused(
                        "invalid_response_action", f"The app answered with {other!r}, which is not an action."
                    )
        except ViewRefused as refused:
            raise Refused(refused.code, f"{app.name} answered with a view that was refused: {refused.code}") from None
        return {}

    async def close(self, user: User, view: OpenView, *, cleared: bool) -> None:
        """Closes a modal, or with `cleared` all of them; apps that asked for it are told."""
        closed = views.clear_views(self.office, user.id) if cleared or view.doc["clear_on_close"] else [view]
        if closed == [view] and self.office.modals.find(view.id) is view:
            views.close_view(self.office, view)
        for each in closed:
            if each.doc["notify_on_close"]:
                await self._say_closed(user, each, cleared=cleared)

    async def _say_closed(self, user: User, view: OpenView, *, cleared: bool) -> None:
        app = self._app(view.app_id)
        payload = self._payload(app, user, "view_closed") | {"view": view.shown(), "is_cleared": cleared}
        try:
            await self._ask(app, user, payload, accepts=False)
        except Refused:
            return  # nobody waits for the answer to a closed view

    # -- commands, shortcuts, suggestions ------------------------------------------------------------------------------

    async def command(self, user: User, channel: Channel, word: str, text: str) -> None:
        """Runs a slash command; the app installed last wins the name."""
        app, command = self._command(word)
        payload = {
            "token": app.verification_token,
            "team_id": self.office.state.the_team.id,
            "team_domain": self.office.state.the_team.domain,
            "channel_id": channel.id,
            "channel_name": render.channel_name(channel),
            "user_id": user.id,
            "user_name": user.name,
            "command": command.command,
            "text": text,
            "api_app_id": app.id,
            "is_enterprise_install": "false",
            "response_url": self._response_url(app, user, channel),
            "trigger_id": self.office.triggers.issue(app.id, user.id),
        }
        try:
            answer = await self.office.ask(app, "slash_commands", payload, accepts_payload=True)
        except NotAcknowledged as failed:
            raise self._failed(user, f"{word} failed with the error “{failed.code}”", failed.code) from None
        if answer:
            self._answer_command(app, user, channel, answer)

    def find_command(self, word: str) -> Command | None:
        return next((c for a in self._newest_apps() for c in a.features.commands if c.command == word), None)

    def _command(self, word: str) -> tuple[App, Command]:
        for app in self._newest_apps():
            for command in app.features.commands:
                if command.command == word:
                    return app, command
        raise Refused("unknown_command", f"{word} is not a valid command.")

    def _answer_command(self, app: App, user: User, channel: Channel, answer: Doc) -> None:
        target = ResponseUrl(
            path="", app_id=app.id, user=user.id, channel=channel.id, thread_ts="", message_ts="", until=0, uses=1
        )
        problem = respond(self.office, target, answer)
        if problem:
            raise self._failed(user, f"{app.name} answered with something that was refused: {problem}", problem)

    async def shortcut(self, user: User, callback_id: str, message: Message | None) -> None:
        type_ = "global" if message is None else "message"
        for app in self._newest_apps():
            for shortcut in app.features.shortcuts:
                if (shortcut.type, shortcut.callback_id) == (type_, callback_id):
                    await self._ask(app, user, self._shortcut(app, user, callback_id, message), accepts=False)
                    return
        raise Refused("unknown_shortcut", "No app has this shortcut.")

    def _shortcut(self, app: App, user: User, callback_id: str, message: Message | None) -> Doc:
        payload = self._payload(app, user, "shortcut" if message is None else "message_action") | {
            "action_ts": self.office.state.next_ts(),
            "callback_id": callback_id,
            "trigger_id": self.office.triggers.issue(app.id, user.id),
        }
        payload.pop("api_app_id")  # Slack leaves it out of shortcuts
        if message is None:
            payload["user"].pop("name")
            return payload
        channel = self.office.state.channels[message.channel]
        payload["user"].pop("username")  # Slack leaves it out here
        return payload | {
            "channel": {"id": channel.id, "name": render.channel_name(channel)},
            "message_ts": message.ts,
            "message": render.message_doc(self.office.state, message),
            "response_url": self._response_url(app, user, channel, message.thread_ts, message.ts),
        }

    async def suggest(self, user: User, source: Message | OpenView, action: Doc) -> Doc:
        """Asks the app for the options of an external select."""
        app = self._app(source.app_id)
        blocks = source.doc["blocks"] if isinstance(source, OpenView) else source.blocks or []
        block, element = element_of(blocks, action)
        payload = self._payload(app, user, "block_suggestion") | {
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "value": str(action.get("value", "")),
        }
        if isinstance(source, OpenView):
            payload |= {"container": {"type": "view", "view_id": source.id}, "view": source.shown()}
        else:
            channel = self.office.state.channels[source.channel]
            named = {"id": channel.id, "name": render.channel_name(channel)}
            payload |= {"container": _message_container(source), "channel": named}
        answer = await self._ask(app, user, payload, accepts=True)
        return {name: answer[name][:100] for name in ("options", "option_groups") if isinstance(answer.get(name), list)}

    def open_home(self, user: User, app: App) -> Doc | None:
        """Shows the Home tab: the app is told, and what it published so far is returned."""
        if not app.features.home_tab:
            return None
        home = self.office.state.homes.get(f"{app.id}:{user.id}")
        self._tell_opened(user, app, "home", {"view": home.view} if home is not None else {})
        return home.view if home is not None else None

    def open_messages(self, user: User, app: App) -> None:
        """Shows the Messages tab, which is the direct message with the app: the app is told that it was opened."""
        self._tell_opened(user, app, "messages", {})

    def _tell_opened(self, user: User, app: App, tab: str, more: Doc) -> None:
        event: Doc = {
            "type": "app_home_opened",
            "user": user.id,
            "channel": channels.app_home(self.office, app, user.id).id,
            "tab": tab,
            "event_ts": self.office.state.next_ts(),
        }
        self.office.tell(app, "app_home_opened", "", event | more)

    # -- parts of payloads -----------------------------------------------------------------------------------------------

    def _payload(self, app: App, user: User, type_: str) -> Doc:
        team = self.office.state.the_team
        return {
            "type": type_,
            "team": {"id": team.id, "domain": team.domain},
            "enterprise": None,
            "is_enterprise_install": False,
            "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id or team.id},
            "api_app_id": app.id,
            "token": app.verification_token,
        }

    def _response_url(self, app: App, user: User, channel: Channel, thread_ts: str = "", message_ts: str = "") -> str:
        path = self.office.response_urls.issue(
            app_id=app.id, user=user.id, channel=channel.id, thread_ts=thread_ts, message_ts=message_ts
        )
        return f"{self.office.base_url}/actions/{self.office.state.the_team.id}/{path}"

    async def _ask(self, app: App, user: User, payload: Doc, *, accepts: bool) -> Doc:
        if not app.features.interactivity:
            raise Refused("interactivity_disabled", f"{app.name} is not set up to handle interactivity.")
        self.office.flush()
        try:
            return await self.office.ask(app, "interactive", payload, accepts_payload=accepts)
        except NotAcknowledged as failed:
            sentence = f"{app.name} did not answer in time. Try again."
            raise self._failed(user, sentence, failed.code) from None

    def _failed(self, user: User, sentence: str, code: str) -> Refused:
        self.office.notice(user.id, sentence)
        return Refused(code, sentence)

    def _app(self, app_id: str) -> App:
        app = self.office.state.apps.get(app_id)
        if app is None:
            raise Refused("no_app", "This does not belong to an app.")
        return app

    def _newest_apps(self) -> list[App]:
        return sorted(self.office.state.apps.values(), key=lambda app: app.installed)[::-1]


# -- parts ---------------------------------------------------------------------------------------------------------------


def _message_container(message: Message) -> Doc:
    container: Doc = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": bool(message.ephemeral_to),
    }
    return container | ({"thread_ts": message.thread_ts} if message.thread_ts else {})


def _checked_view(answer: Doc) -> Doc:
    view = answer.get("view")
    problems = check_view(view, "modal")
    if problems or not isinstance(view, dict):
        shown = "; ".join(f"{p.message} at {p.pointer}" for p in problems)
        raise Refused("invalid_view", f"The app answered with a view that is not valid: {shown}")
    return view


def _known_errors(view: OpenView, answer: Doc) -> dict[str, str]:
    """The errors that name an input block of the view; Slack shows an error notice if one names anything else."""
    errors = answer.get("errors")
    inputs = {b["block_id"] for b in view.doc["blocks"] if b["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
        raise Refused("invalid_errors", "The app answered with errors for fields that are not there.")
    return {str(block_id): str(text) for block_id, text in errors.items()}
