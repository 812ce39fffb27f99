"""Takes the bytes of files and serves them. Nothing a file holds can run in the page: it is a download, or an image."""

import base64
from dataclasses import replace

from aiohttp import web

from warroom.workspace.model import File, FileContent
from warroom.workspace.office import Office
from warroom.workspace.wire import Wire

_SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


class Uploads:
    def __init__(self, office: Office, wire: Wire) -> None:
        self._office, self._wire = office, wire

    async def take(self, request: web.Request) -> web.Response:
        """`POST /upload/v1/<id>-<secret>`: the raw bytes, or a form with one file."""
        file = self._file(request)
        if file is None or file.completed:
            raise web.HTTPNotFound
        content = await _content(request)
        self._wire.note("upload", file=file.id, announced=file.size, came=len(content), encoding=request.content_type)
        if len(content) != file.size:
            return web.Response(status=400, text=f"{file.size} bytes were announced, {len(content)} came")
        self._office.state.keep(FileContent(id=file.id, base64=base64.b64encode(content).decode()))
        self._office.state.keep(replace(file, uploaded=True))
        self._office.state.flush()
        return web.Response(text=f"OK - {len(content)}")

    async def serve(self, request: web.Request) -> web.Response:
        """`GET /files/<id>-<secret>/<name>`."""
        file = self._file(request)
        content = self._office.state.contents.get(file.id) if file is not None else None
        if file is None or content is None:
            raise web.HTTPNotFound
        shown = file.mimetype in _SHOWN
        return web.Response(
            body=base64.b64decode(content.base64),
            content_type=file.mimetype if shown else "application/octet-stream",
            headers={
                "Content-Disposition": "inline" if shown else "attachment",
                "Content-Security-Policy": "default-src 'none'; sandbox",
            },
        )

    def _file(self, request: web.Request) -> File | None:
        id_, _, secret = request.match_info["key"].partition("-")
        file = self._office.state.files.get(id_)
        return file if file is not None and file.secret == secret else None


async def _content(request: web.Request) -> bytes:
    if request.content_type != "multipart/form-data":
        return await request.read()
    form = await request.post()
    part = next((value for value in form.values() if isinstance(value, web.FileField)), None)
    return part.file.read() if part is not None else b""
