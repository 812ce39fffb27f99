"""Files that people share: announced, sent as raw bytes to an address of their own, then posted together as one message.

The three steps are those an app takes (files.getUploadURLExternal, the upload URL, files.completeUploadExternal), so that a
form from another site cannot do them: the first and the last are JSON under `/local/`, the address holds a secret.
"""

import mimetypes
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from warroom.workspace import files as file_store
from warroom.workspace import render
from warroom.workspace.channels import may_see
from warroom.workspace.composed import composed
from warroom.workspace.messages import Draft
from warroom.workspace.model import Channel, Doc, File, Message, User
from warroom.workspace.office import Office, new_secret
from warroom.workspace.refusals import Refused
from warroom.workspace.said import as_sent
from warroom.workspace.state import new_id

MOST_FILES = 10  # of one message, as in Slack's client
LARGEST = 20 * 1024 * 1024  # bytes; what the server takes in one request
_LONGEST_ALT = 1000

FindChannel = Callable[[User, Doc], Channel]


class Sharing:
    """What the page asks to share files. `live` finds a conversation that the person may write in."""

    def __init__(self, office: Office, live: FindChannel) -> None:
        self._office, self._state, self._live = office, office.state, live

    async def announce(self, user: User, body: Doc) -> Doc:
        """`POST /local/upload`: for each of `files` (name, size, alt_txt) an id and the path that takes its bytes."""
        if body.get("channel"):
            self._live(user, body)
        files = [self._announced(user, entry) for entry in _entries(body)]
        for file in files:
            self._state.keep(file)
        return {"files": [{"id": file.id, "upload_url": f"/upload/v1/{file.id}-{file.secret}"} for file in files]}

    def _announced(self, user: User, entry: Any) -> File:
        if not isinstance(entry, dict):
            raise Refused("invalid_arguments", "Each file must be an object.")
        name, size, alt = str(entry.get("name") or "file"), entry.get("size"), str(entry.get("alt_txt") or "")
        if not isinstance(size, int) or size < 1:
            raise Refused("empty_file", f"{name} is empty.")
        if size > LARGEST:
            raise Refused("file_too_large", f"{name} is larger than 20 MiB.")
        if len(alt) > _LONGEST_ALT:
            raise Refused("alt_txt_too_large", "A description has at most 1,000 characters.")
        name = name.replace("/", "_").replace("\\", "_")
        return File(
            id=new_id("F"),
            secret=new_secret(),
            name=name,
            title=name,
            mimetype=mimetypes.guess_type(name)[0] or "application/octet-stream",
            size=size,
            user=user.id,
            created=int(self._state.now()),
            alt_txt=alt,
        )

    async def complete(self, user: User, body: Doc) -> Doc:
        """`POST /local/upload/complete`: the bytes of `files` (ids) are there. With a channel they are posted in it.

        Without one they stay private to the person: a `file_input` of a modal hands them to its app.
        """
        channel = self._live(user, body) if body.get("channel") else None
        files = [self._sent(user, id_) for id_ in _entries(body)]
        done = [replace(file, completed=True, channels=(channel.id,) if channel else ()) for file in files]
        thread = str(body.get("thread_ts") or "")
        if channel is not None and thread and self._state.message(channel.id, thread) is None:
            raise Refused("thread_not_found", "This thread is gone.")
        done = file_store.complete(self._office, done)
        answer: Doc = {"files": [render.file_doc(self._state, file) for file in done]}
        if channel is None:
            return answer
        return answer | {"ts": self._post(user, channel, body, done).ts}

    def _sent(self, user: User, id_: Any) -> File:
        file = self._state.files.get(str(id_))
        if file is None or file.user != user.id or not file.uploaded or file.completed:
            raise Refused("file_not_found", "A file did not arrive. Please send it again.")
        return file

    def _post(self, user: User, channel: Channel, body: Doc, files: list[File]) -> Message:
        text = as_sent(self._state, str(body.get("text") or ""))
        draft = Draft(
            channel=channel,
            text=text,
            blocks=composed(text) if text else None,
            user=user.id,
            subtype="file_share",
            thread_ts=str(body.get("thread_ts") or ""),
            files=tuple(file.id for file in files),
        )
        return file_store.share(self._office, draft)

    def look(self, user: User, id_: str) -> Doc:
        """`GET /local/file`: a file as Slack draws it, for who may see it."""
        file = self._state.files.get(id_)
        if file is None or not file.completed or not self._may_look(user, file):
            raise Refused("file_not_found", "There is no such file.")
        return {"file": render.file_doc(self._state, file)}

    def _may_look(self, user: User, file: File) -> bool:
        """An app's file that was shared nowhere is there to be shown in blocks, so everybody may see it."""
        if file.user == user.id or (self._state.users[file.user].is_bot and not file.channels):
            return True
        return any(may_see(self._state, self._state.channels[c], user.id) for c in file.channels)


def _entries(body: Doc) -> list[Any]:
    given = body.get("files")
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_FILES:
        raise Refused("invalid_arguments", f"One to {MOST_FILES} files can be shared at once.")
    return given
