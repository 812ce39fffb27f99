"""Who may talk to the server at all: this machine, and in a browser only the workspace's own page."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from warroom.workspace.control import refusal
from warroom.workspace.refusals import Refused

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuses other hosts' names (DNS rebinding) everywhere, and other origins' pages under /local/."""
    if urlsplit(f"//{request.host}").hostname not in _LOOPBACK:
        return refusal(Refused("foreign_host", "The workspace answers on this machine only."))
    if request.path.startswith("/local/") and (problem := _local_problem(request)):
        return refusal(problem)
    response = await handler(request)
    if not response.prepared:
        response.headers.setdefault("Content-Security-Policy", CSP)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "no-referrer")
    return response


def _local_problem(request: web.Request) -> Refused | None:
    origin = request.headers.get(hdrs.ORIGIN)
    if origin is not None and origin != f"http://{request.host}":
        return Refused("foreign_origin", "Only the workspace's own page may ask this.")
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return Refused("foreign_origin", "Only the workspace's own page may ask this.")
    if request.method == "POST" and request.content_type != "application/json":
        return Refused("not_json", "The request must be application/json.")
    return None
