"""What holds for every answer: its headers, JSON for every error, and logs without queries, which may hold tokens."""

import logging
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger

log = logging.getLogger(__name__)

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Server": "warroom",
    "X-Content-Type-Options": "nosniff",
}

_SENTENCES = {
    404: "There is nothing here. Webhooks go to /hooks/<source>.",
    405: "That method is not for this address.",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Problem(Exception):
    """An answer that is not the wanted one, raised from where that is found out."""

    def __init__(self, status: int, sentence: str, **headers: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.headers = status, sentence, headers


@web.middleware
async def errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Problem as problem:
        return _json(problem.status, problem.sentence, problem.headers)
    except web.HTTPException as known:
        kept = {name: known.headers[name] for name in ("Allow",) if name in known.headers}
        return _json(known.status, _SENTENCES.get(known.status, known.reason), kept)
    except Exception:
        # Nobody foresaw this. The sender may try again; the log has the rest, and the answer says nothing of it.
        log.exception("%s %s failed", request.method, request.path)
        return _json(503, "That could not be done just now; try again.", {"Retry-After": "5"})


def _json(status: int, sentence: str, headers: dict[str, str]) -> web.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return web.json_response({"ok": False, "error": sentence}, status=status, headers=named)


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(_HEADERS)


class AccessLog(AbstractAccessLogger):
    """One line for each request: method, path without its query, status, time taken."""

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        self.logger.info("%s %r %s %.0f ms", request.method, request.path, response.status, time * 1000)
