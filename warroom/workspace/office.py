"""The parts every operation needs: what is known, the way out to apps, the way out to people."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from warroom.workspace import render
from warroom.workspace.deliveries import Deliveries
from warroom.workspace.eventcontext import write_event_context
from warroom.workspace.model import App, Channel, Doc, Event, Message
from warroom.workspace.requesturls import RequestUrls
from warroom.workspace.state import State, new_id
from warroom.workspace.streams import Streams
from warroom.workspace.tickets import ResponseUrls, Triggers
from warroom.workspace.timing import Timing
from warroom.workspace.viewstack import Modals


@dataclass
class Office:
    state: State
    deliveries: Deliveries
    request_urls: RequestUrls
    streams: Streams
    timing: Timing
    triggers: Triggers
    response_urls: ResponseUrls
    modals: Modals
    base_url: str = ""  # known once the server listens
    silent: bool = False  # in a rehearsal nobody is told anything

    def flush(self) -> None:
        """Writes what has changed; what is answered afterwards was kept."""
        self.modals.keep(self.state)
        self.state.flush()

    @contextmanager
    def rehearsal(self) -> Iterator["Office"]:
        """An office in which everything can be done as usual and nothing comes of it."""
        with self.state.rehearsal():
            yield replace(self, streams=Streams(), modals=self.modals.copy(), silent=True)

    # -- to people -------------------------------------------------------------------------------------------------------

    def readers(self, channel: Channel) -> list[str]:
        """Who may read the channel: its members, and if it is public everybody but guests and people from outside."""
        if channel.type != "public":
            return list(channel.members)
        open_to = [user.id for user in self.state.users.values() if not user.sees_only_own_channels]
        return list(dict.fromkeys((*open_to, *channel.members)))

    def show_message(self, message: Message, type_: str = "message") -> None:
        channel = self.state.channels[message.channel]
        readers = [message.ephemeral_to] if message.ephemeral_to else self.readers(channel)
        shown = render.shown_message(self.state, message)
        self.streams.publish(readers, {"type": type_, "channel": message.channel, "message": shown})

    def show_channel(self, channel: Channel, also: tuple[str, ...] = ()) -> None:
        """`also` are people who may just have lost sight of it."""
        self.streams.publish_each(
            [*self.readers(channel), *also],
            lambda viewer: {"type": "channel", "channel": render.shown_channel(self.state, channel, viewer)},
        )

    def show_bookmarks(self, channel: Channel) -> None:
        marks = render.bookmarks_doc(self.state, channel)
        self.streams.publish(self.readers(channel), {"type": "bookmarks", "channel": channel.id, "bookmarks": marks})

    def notice(self, user: str, text: str, level: str = "error") -> None:
        self.streams.publish([user], {"type": "notice", "level": level, "text": text})

    # -- to apps ---------------------------------------------------------------------------------------------------------

    def tell(self, app: App, subscription: str, scope: str, event: Doc) -> None:
        """Delivers an event if the app subscribed to it and holds the scope (empty: none needed), and was not put out."""
        features = app.features
        if self.silent or app.revoked:
            return
        if subscription in features.bot_events and (not scope or scope in features.scopes):
            self._outlet(app).tell(self._on_its_way(app, event))

    async def ask(self, app: App, type_: str, payload: Doc, *, accepts_payload: bool) -> Doc:
        """Sends a command or an interaction and waits for the answer.

        Raises:
            NotAcknowledged: The app did not answer in time.
        """
        return await self._outlet(app).ask(app, type_, payload, accepts_payload=accepts_payload)

    def _outlet(self, app: App) -> Deliveries | RequestUrls:
        return self.deliveries if app.features.socket_mode else self.request_urls

    def tell_members(self, channel: Channel, subscription: str, scope: str, event: Doc) -> None:
        for app in self.state.bot_users_in(channel):
            self.tell(app, subscription, scope, event)

    def tell_all(self, subscription: str, scope: str, event: Doc) -> None:
        for app in self.state.apps.values():
            self.tell(app, subscription, scope, event)

    def _on_its_way(self, app: App, event: Doc) -> Event:
        payload = self._wrapped(app, event)
        return Event(id=payload["event_id"], app_id=app.id, payload=payload, since=self.state.now())

    def _wrapped(self, app: App, event: Doc) -> Doc:
        team = self.state.the_team.id
        return {
            "token": app.verification_token,
            "team_id": team,
            "context_team_id": team,
            "context_enterprise_id": None,
            "api_app_id": app.id,
            "event": event,
            "type": "event_callback",
            "event_id": new_id("Ev"),
            "event_time": int(self.state.now()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": team,
                    "user_id": app.bot_user_id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": self._is_shared(event),
            "event_context": write_event_context(event, team, app.id),
        }

    def _is_shared(self, event: Doc) -> bool:
        """Whether the event comes from a channel that is shared with another company."""
        place = event.get("channel") or event.get("channel_id") or event.get("item", {}).get("channel")
        channel = self.state.channels.get(place if isinstance(place, str) else "")
        return channel is not None and bool(channel.shared_with)


def make_office(
    state: State, deliveries: Deliveries, request_urls: RequestUrls, streams: Streams, timing: Timing
) -> Office:
    return Office(
        state=state,
        deliveries=deliveries,
        request_urls=request_urls,
        streams=streams,
        timing=timing,
        triggers=Triggers(state.now, timing),
        response_urls=ResponseUrls(state, timing),
        modals=Modals(state),
    )


def new_secret() -> str:
    return secrets.token_hex(16)
