"""Pictures of people and apps, which have none here: a square in their colour, so that what shows a picture has one to show."""

import re
import struct
import zlib

from aiohttp import web

from warroom.workspace.office import Office

_NAME = re.compile(r"(?P<user>\w+)-(?P<size>24|32|36|48|72|192|512)\.png")


class Avatars:
    def __init__(self, office: Office) -> None:
        self._office = office

    async def serve(self, request: web.Request) -> web.Response:
        """`GET /avatars/<user>-<size>.png`."""
        found = _NAME.fullmatch(request.match_info["name"])
        user = self._office.state.users.get(found["user"]) if found else None
        if found is None or user is None:
            raise web.HTTPNotFound
        picture = square(int(found["size"]), bytes.fromhex(user.color))
        return web.Response(body=picture, content_type="image/png", headers={"Cache-Control": "max-age=3600"})


def square(side: int, color: bytes) -> bytes:
    """A PNG of one colour (three bytes)."""
    rows = (b"\x00" + color * side) * side
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
