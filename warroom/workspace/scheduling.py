"""Posts scheduled messages when their time has come, by the workspace's clock; what is overdue after a restart comes at once.

A message scheduled with metadata is accepted, listed and never posted: so it is at Slack, whose page on chat.scheduleMessage
has carried this as a known bug, and a bot that relies on it should find out here.
"""

import asyncio

from warroom.workspace import messages
from warroom.workspace.messages import Draft
from warroom.workspace.model import Message, Scheduled
from warroom.workspace.office import Office

_LOOK = 1.0  # seconds between looks at the clock, which tests and control may move


class Schedule:
    def __init__(self, office: Office) -> None:
        self._office = office

    def due(self, now: float) -> list[Scheduled]:
        """What should have been posted by `now` (seconds since the epoch), earliest first."""
        waiting = self._office.state.scheduled.values()
        return sorted((s for s in waiting if s.post_at <= now), key=lambda s: (s.post_at, s.created, s.id))

    def post_due(self) -> list[Message]:
        """Posts what is due. What can no longer be posted - no channel, not in it, app gone - is dropped."""
        state = self._office.state
        posted: list[Message] = []
        for scheduled in self.due(state.now()):
            state.drop(scheduled)
            draft = self._draft(scheduled)
            if draft is not None:
                posted.append(messages.post(self._office, draft))
        state.flush()
        return posted

    async def run(self) -> None:
        """Posts what becomes due until it is cancelled."""
        while True:
            self.post_due()
            await asyncio.sleep(_LOOK)

    def _draft(self, scheduled: Scheduled) -> Draft | None:
        state, doc = self._office.state, scheduled.draft
        app, channel = state.apps.get(scheduled.app_id), state.channels.get(scheduled.channel)
        if app is None or app.revoked or channel is None or channel.is_archived or doc.get("metadata") is not None:
            return None
        if app.bot_user_id not in channel.members and (
            channel.type != "public" or "chat:write.public" not in app.features.scopes
        ):
            return None
        thread = str(doc.get("thread_ts", ""))
        return Draft(
            channel=channel,
            text=str(doc["text"]),
            app=app,
            thread_ts=thread,
            broadcast=bool(thread) and bool(doc.get("broadcast")),
            blocks=doc.get("blocks"),
            attachments=doc.get("attachments"),
        )
