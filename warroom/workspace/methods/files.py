"""files.getUploadURLExternal, completeUploadExternal, info. The bytes themselves are taken and served by `uploads`."""

import mimetypes
from dataclasses import replace

from warroom.workspace import messages, render
from warroom.workspace.channels import may_see
from warroom.workspace.messages import Draft
from warroom.workspace.methods.content import PERSONA_ARGS, read_blocks, read_persona
from warroom.workspace.methods.method import ApiError, Arg, Call, ChannelRule, Method, numbers, required, texts
from warroom.workspace.model import Doc, File
from warroom.workspace.office import new_secret
from warroom.workspace.state import new_id

_LONGEST_ALT = 1000
_SNIPPET_BYTES = 1024 * 1024


def _get_upload_url(call: Call) -> Doc:
    if len(call.text("alt_txt")) > _LONGEST_ALT:
        raise ApiError("alt_txt_too_large")
    length = call.number("length", 0)
    if length < 1:
        raise ApiError("invalid_arguments", messages=("[ERROR] must be greater than 0 [json-pointer:/length]",))
    if call.text("snippet_type") and length > _SNIPPET_BYTES:
        raise ApiError("snippet_too_large")
    name = call.text("filename").replace("/", "_")
    file = File(
        id=new_id("F"),
        secret=new_secret(),
        name=name,
        title=name,
        mimetype=mimetypes.guess_type(name)[0] or "application/octet-stream",
        size=length,
        user=call.bot,
        created=int(call.office.state.now()),
        alt_txt=call.text("alt_txt"),
    )
    call.office.state.keep(file)
    url = f"{call.office.base_url}/upload/v1/{file.id}-{file.secret}"
    return {"ok": True, "upload_url": url, "file_id": file.id}


def _complete(call: Call) -> Doc:
    state = call.office.state
    files = [_uploaded(call, entry) for entry in call.json("files") or ()]
    if not files:
        raise ApiError("invalid_arguments", messages=("[ERROR] no fewer than 1 items allowed [json-pointer:/files]",))
    channel = call.named_channel
    shared = (channel.id,) if channel is not None else ()
    done = [replace(file, completed=True, channels=(*file.channels, *shared)) for file in files]
    for file in done:
        state.keep(file)
    if channel is not None:
        _share(call, done)
    return {"ok": True, "files": [render.file_doc(state, file) for file in done]}


def _uploaded(call: Call, entry: object) -> File:
    if not isinstance(entry, dict):
        raise ApiError("invalid_arguments", messages=("[ERROR] must provide an object [json-pointer:/files/0]",))
    file = call.office.state.files.get(str(entry.get("id")))
    if file is None or not file.uploaded or file.user != call.bot:
        raise ApiError("file_not_found")
    return replace(file, title=str(entry.get("title") or file.title))


def _share(call: Call, files: list[File]) -> None:
    username, icons = read_persona(call)
    draft = Draft(
        channel=call.channel,
        text=call.text("initial_comment"),
        app=call.app,
        subtype="" if username or icons else "file_share",
        thread_ts=call.text("thread_ts"),
        username=username,
        icons=icons,
        blocks=read_blocks(call),
        files=tuple(file.id for file in files),
    )
    messages.post(call.office, draft)


def _info(call: Call) -> Doc:
    state = call.office.state
    file = state.files.get(call.text("file"))
    if file is None or not file.completed:
        raise ApiError("file_not_found")
    visible = file.user == call.bot or any(may_see(state, state.channels[c], call.bot) for c in file.channels)
    if not visible:
        raise ApiError("file_not_found")
    shown = render.file_doc(state, file)
    return {"ok": True, "file": shown, "comments": [], "response_metadata": {"next_cursor": ""}}


METHODS = (
    Method(
        name="files.getUploadURLExternal",
        handler=_get_upload_url,
        tier=4,
        scopes=("files:write",),
        takes_json=False,
        args=(required("filename"), required("length", "int"), *texts("snippet_type", "alt_txt")),
    ),
    Method(
        name="files.completeUploadExternal",
        handler=_complete,
        tier=4,
        scopes=("files:write",),
        args=(
            required("files", "json"),
            *texts("channel_id", "channels", "thread_ts", "initial_comment"),
            *PERSONA_ARGS,
            Arg(name="blocks", kind="json", invalid="invalid_blocks"),
        ),
        channel=ChannelRule(arg="channel_id", access="member", optional=True, live=True),
    ),
    Method(
        name="files.info",
        handler=_info,
        tier=4,
        scopes=("files:read",),
        takes_json=False,
        args=(required("file", missing="file_not_found"), *texts("cursor"), *numbers("count", "limit", "page")),
    ),
)
