"""files.getUploadURLExternal, completeUploadExternal, info, list, delete. `uploads` takes and serves the bytes themselves."""

import mimetypes
from dataclasses import replace

from warroom.workspace import files, render
from warroom.workspace.channels import app_home, may_see, posting_problem
from warroom.workspace.messages import Draft
from warroom.workspace.methods.content import PERSONA_ARGS, read_blocks, read_persona, read_text
from warroom.workspace.methods.method import ApiError, Arg, Call, ChannelRule, Method, numbers, required, texts
from warroom.workspace.model import Channel, Doc, File
from warroom.workspace.office import new_secret
from warroom.workspace.state import new_id

_LONGEST_ALT = 1000
_SNIPPET_BYTES = 1024 * 1024
_FREE_STORAGE = 5 * 1024**3
_MOST_CHANNELS = 100
_SNIPPETS = frozenset(
    [
        "apex",
        "applescript",
        "atom",
        "bash",
        "basic",
        "boxnote",
        "c",
        "clojure",
        "coffeescript",
        "cpp",
        "csharp",
        "css",
        "csv",
        "d",
        "dart",
        "diff",
        "dockerfile",
        "email",
        "erb",
        "erlang",
        "fortran",
        "fsharp",
        "go",
        "graphql",
        "groovy",
        "haml",
        "handlebars",
        "haskell",
        "haxe",
        "html",
        "java",
        "javascript",
        "javascript_coffee",
        "jsx",
        "json",
        "julia",
        "kotlin",
        "latex",
        "lisp",
        "lua",
        "markdown",
        "matlab",
        "mumps",
        "nsis",
        "objc",
        "ocaml",
        "pascal",
        "perl",
        "php",
        "pig",
        "post",
        "powershell",
        "puppet",
        "python",
        "qtz",
        "r",
        "ruby",
        "rust",
        "sass",
        "scala",
        "scheme",
        "shell",
        "smalltalk",
        "sql",
        "swift",
        "tcl",
        "text",
        "toml",
        "tsv",
        "tsx",
        "typescript",
        "vb",
        "vbscript",
        "vcard",
        "velocity",
        "verilog",
        "xml",
        "yaml",
    ]
)
"""File types a snippet can have (docs.slack.dev: file object, file types that are text)."""


def _get_upload_url(call: Call) -> Doc:
    if len(call.text("alt_txt")) > _LONGEST_ALT:
        raise ApiError("alt_txt_too_large")
    length = call.number("length", 0)
    if length < 1:
        raise ApiError("missing_argument")
    snippet = call.text("snippet_type")
    if snippet and snippet not in _SNIPPETS:
        raise ApiError("unknown_snippet_type")
    if snippet and length > _SNIPPET_BYTES:
        raise ApiError("snippet_too_large")
    _need_storage(call, length)
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


def _need_storage(call: Call, length: int) -> None:
    """A free workspace holds five gigabytes."""
    state = call.office.state
    held = sum(file.size for file in state.files.values() if file.uploaded and not file.deleted)
    if state.the_team.plan == "free" and held + length > _FREE_STORAGE:
        raise ApiError("storage_limit_reached")


def _complete(call: Call) -> Doc:
    state = call.office.state
    uploaded = [_uploaded(call, entry) for entry in call.json("files") or ()]
    if not uploaded:
        raise ApiError("invalid_arguments", messages=("[ERROR] no fewer than 1 items allowed [json-pointer:/files]",))
    channels = _channels(call)
    for channel in channels:
        if posting_problem(state, channel, call.bot, reply=bool(call.text("thread_ts"))):
            raise ApiError("posting_to_channel_denied")
    drafts = [_draft(call, channel, uploaded) for channel in channels]
    done = files.complete(call.office, uploaded)
    for draft in drafts:
        files.share(call.office, draft)
    return {"ok": True, "files": [render.file_doc(state, state.files[file.id]) for file in done]}


def _uploaded(call: Call, entry: object) -> File:
    if not isinstance(entry, dict):
        raise ApiError("invalid_arguments", messages=("[ERROR] must provide an object [json-pointer:/files/0]",))
    file = call.office.state.files.get(str(entry.get("id")))
    if file is None or not file.uploaded or file.deleted:
        raise ApiError("file_not_found")
    if file.user != call.bot:
        raise ApiError("access_denied")
    return replace(file, title=str(entry.get("title") or file.title))


def _channels(call: Call) -> list[Channel]:
    """Where the files go: `channel_id`, or `channels`, which may be people."""
    names = call.names("channels")
    if len(names) > _MOST_CHANNELS:
        raise ApiError("channels_limit_exceeded")
    several = [_shared_in(call, name) for name in names]
    return [call.named_channel] if call.named_channel is not None else list({c.id: c for c in several}.values())


def _shared_in(call: Call, name: str) -> Channel:
    state = call.office.state
    user = state.users.get(name)
    if user is not None and not user.is_bot:
        return app_home(call.office, call.app, user.id)
    channel = state.channels.get(name)
    if channel is None or not may_see(state, channel, call.bot):
        raise ApiError("invalid_channel")
    if call.bot not in channel.members:
        raise ApiError("not_in_channel")
    return channel


def _draft(call: Call, channel: Channel, uploaded: list[File]) -> Draft:
    """`blocks` are not looked at beside an initial comment."""
    username, icons = read_persona(call)
    comment = read_text(call, arg="initial_comment")
    return Draft(
        channel=channel,
        text=comment,
        app=call.app,
        subtype="" if username or icons else "file_share",
        thread_ts=call.text("thread_ts"),
        username=username,
        icons=icons,
        blocks=None if comment else read_blocks(call),
        files=tuple(file.id for file in uploaded),
    )


# -- looking, deleting ---------------------------------------------------------------------------------------------------


def _info(call: Call) -> Doc:
    """With no comments: nobody can comment on files any more."""
    file = call.office.state.files.get(call.text("file"))
    if file is None or not file.completed:
        raise ApiError("file_not_found")
    if file.deleted:
        raise ApiError("file_deleted")
    if not _is_visible(call, file):
        raise ApiError("not_visible")
    shown = render.whole_file_doc(call.office.state, file)
    return {"ok": True, "file": shown, "comments": [], "response_metadata": {"next_cursor": ""}}


def _is_visible(call: Call, file: File) -> bool:
    state = call.office.state
    shared = (state.channels[c] for c in file.channels if c in state.channels)
    return file.user == call.bot or any(may_see(state, channel, call.bot) for channel in shared)


def _list(call: Call) -> Doc:
    """What the app may see, newest first, in numbered pages."""
    channel, user, kinds = call.text("channel"), call.text("user"), call.names("types")
    found = [
        file
        for file in reversed(call.office.state.files.values())
        if file.completed
        and not file.deleted
        and _is_visible(call, file)
        and (not channel or channel in file.channels)
        and (not user or file.user == user)
        and _is_kind(file, kinds)
        and _time(call, "ts_from", 0) <= file.created <= _time(call, "ts_to", float("inf"))
    ]
    count, number = max(1, call.number("count", 100)), max(1, call.number("page", 1))
    chosen = found[(number - 1) * count : number * count]
    pages = -(-len(found) // count)
    paging = {"count": count, "total": len(found), "page": number, "pages": pages}
    return {"ok": True, "files": [render.file_doc(call.office.state, f) for f in chosen], "paging": paging}


def _is_kind(file: File, kinds: list[str]) -> bool:
    kind = file.mimetype.partition("/")[0]
    words = {"all", {"image": "images", "text": "snippets"}.get(kind, kind)}
    words |= {"zips"} if file.mimetype == "application/zip" else set()
    words |= {"pdfs"} if file.mimetype == "application/pdf" else set()
    return not kinds or bool(words & set(kinds))


def _time(call: Call, name: str, default: float) -> float:
    try:
        return float(call.text(name) or default)
    except ValueError:
        message = f"[ERROR] must be a valid number [json-pointer:/{name}]"
        raise ApiError("invalid_arguments", messages=(message,)) from None


def _delete(call: Call) -> Doc:
    file = call.office.state.files.get(call.text("file"))
    if file is None or not file.uploaded or not _is_visible(call, file):
        raise ApiError("file_not_found")
    if file.deleted:
        raise ApiError("file_deleted")
    if file.user != call.bot:
        raise ApiError("cant_delete_file")
    files.delete(call.office, file)
    return {"ok": True}


METHODS = (
    Method(
        name="files.getUploadURLExternal",
        handler=_get_upload_url,
        tier=4,
        scopes=("files:write",),
        takes_json=False,
        args=(required("filename"), required("length", "int"), *texts("snippet_type", "alt_txt")),
        restricted="file_uploads_disabled",
    ),
    Method(
        name="files.completeUploadExternal",
        handler=_complete,
        tier=4,
        scopes=("files:write",),
        args=(
            required("files", "json"),
            *texts("channel_id", "thread_ts", "initial_comment"),
            Arg(name="channels", kind="list"),
            *PERSONA_ARGS,
            Arg(name="blocks", kind="json", invalid="invalid_blocks"),
        ),
        channel=ChannelRule(
            arg="channel_id", access="member", optional=True, live=True, archived_code="invalid_channel"
        ),
        restricted="posting_to_channel_denied",
    ),
    Method(
        name="files.info",
        handler=_info,
        tier=4,
        scopes=("files:read",),
        takes_json=False,
        args=(required("file", missing="file_not_found"), *texts("cursor"), *numbers("count", "limit", "page")),
    ),
    Method(
        name="files.list",
        handler=_list,
        tier=3,
        scopes=("files:read",),
        takes_json=False,
        args=(
            *texts("channel", "user", "ts_from", "ts_to", "team_id"),
            Arg(name="types", kind="list"),
            *numbers("count", "page"),
        ),
    ),
    Method(
        name="files.delete",
        handler=_delete,
        tier=3,
        scopes=("files:write",),
        args=(required("file", missing="file_not_found"),),
        restricted="file_deleting_disabled",
    ),
)
