"""What can be done with files once their bytes are here: share them, delete them - with the events apps hear."""

from dataclasses import replace

from warroom.workspace import messages
from warroom.workspace.messages import Draft
from warroom.workspace.model import App, Channel, Doc, File, Message
from warroom.workspace.office import Office


def complete(office: Office, files: list[File]) -> list[File]:
    """Ends the upload. Until they are shared somewhere, only who uploaded them sees them."""
    done = [replace(file, completed=True) for file in files]
    for file in done:
        office.state.keep(file)
        _tell(office, file, "file_created")
    return done


def share(office: Office, draft: Draft) -> Message:
    """Posts the draft with its files, which its channel can see from then on."""
    state, channel = office.state, draft.channel.id
    for file in (state.files[id_] for id_ in draft.files):
        if channel not in file.channels:
            state.keep(replace(file, channels=(*file.channels, channel)))
    posted = messages.post(office, draft)
    for id_ in draft.files:
        _tell(office, state.files[id_], "file_shared", channel_id=channel)
    return posted


def rename(office: Office, file: File, title: str) -> File:
    renamed = replace(file, title=title)
    office.state.keep(renamed)
    _tell(office, renamed, "file_change")
    return renamed


def delete(office: Office, file: File) -> None:
    """The bytes go; messages that share it show that there was one."""
    state = office.state
    _tell(office, file, "file_deleted", channel_ids=list(file.channels))
    content = state.contents.get(file.id)
    if content is not None:
        state.drop(content)
    state.keep(replace(file, deleted=True))
    for channel in file.channels:
        for message in list(state.messages(channel)):
            if file.id in message.files:
                office.show_message(message, "message_changed")


def sees(office: Office, file: File, app: App) -> bool:
    """Whether the app uploaded it or is in a conversation it was shared in."""
    shared: list[Channel] = [c for id_ in file.channels if (c := office.state.channels.get(id_)) is not None]
    return file.user == app.bot_user_id or any(app.bot_user_id in channel.members for channel in shared)


def _tell(office: Office, file: File, type_: str, **more: object) -> None:
    event: Doc = {"type": type_, "file_id": file.id, **more}
    if type_ != "file_deleted":
        event["file"] = {"id": file.id}
    if type_ in ("file_created", "file_shared"):
        event["user_id"] = file.user
    if type_ != "file_change":
        event["event_ts"] = office.state.next_ts()
    for app in office.state.apps.values():
        if sees(office, file, app):
            office.tell(app, type_, "files:read", event)
