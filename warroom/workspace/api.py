"""`/api/<method>`: from an HTTP request to a handler of the table and back.

What is checked, in this order: the token, the rate limit, the scopes, the arguments, the channel. A handler runs without
waiting for anything, so a call is done completely or not at all; its changes are written before it is answered.
"""

import asyncio
from collections.abc import Mapping
from email.utils import formatdate
from typing import Any

from aiohttp import web

from warroom.workspace.arguments import Given, read_arguments, read_given
from warroom.workspace.channels import app_home, archive
from warroom.workspace.faults import Fault, Faults
from warroom.workspace.methods import METHODS
from warroom.workspace.methods.method import ApiError, Call, ChannelRule, Method
from warroom.workspace.model import App, Channel, Doc
from warroom.workspace.office import Office
from warroom.workspace.ratelimits import RateLimits
from warroom.workspace.wire import Wire


class _RateLimited(Exception):
    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Api:
    def __init__(self, office: Office, wire: Wire, faults: Faults, limits: RateLimits) -> None:
        self._office, self._wire, self._faults, self._limits = office, wire, faults, limits

    async def serve(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        fault = self._faults.take(name)
        return await (self._answer(request, name) if fault is None else self._go_wrong(request, name, fault))

    async def _answer(self, request: web.Request, name: str, *, pretended: bool = False) -> web.Response:
        given: Given = {}
        app: App | None = None
        headers = {"Date": formatdate(self._office.state.now(), usegmt=True)}  # by the clock that its timestamps are of
        status = 200
        try:
            method = METHODS.get(name)
            if method is None:
                raise ApiError("unknown_method", req_method=name)
            given, warnings = await read_given(request, method)
            app = self._app(request, method, given)
            doc = (self._pretend if pretended else self._carry_out)(method, app, given, warnings)
        except ApiError as refused:
            doc = _refusal(refused)
        except _RateLimited as limited:
            doc, status = {"ok": False, "error": "ratelimited"}, 429
            headers["Retry-After"] = str(limited.seconds)
        self._office.flush()
        if app is not None:
            headers |= _scope_headers(method, app)
        self._wire.record(
            "in",
            "call",
            app_id=app.id if app else "",
            method=name,
            request=given,
            response=doc,
            status=status,
            how=_how(request, given, headers) | ({"fault": "pretend"} if pretended else {}),
        )
        return web.json_response(doc, status=status, headers=headers)

    # -- who calls -------------------------------------------------------------------------------------------------------

    def _app(self, request: web.Request, method: Method, given: Given) -> App | None:
        header = request.headers.get("Authorization", "")
        token = header.removeprefix("Bearer ").strip() if header.startswith("Bearer ") else ""
        if not token and method.caller != "app":
            token = str(given.get("token") or "")
        if method.caller == "anybody" and not token:
            return None
        if not token:
            raise ApiError("not_authed")
        owner = self._office.state.app_of_token(token)
        if owner is None:
            raise ApiError("invalid_auth")
        app, kind = owner
        if app.revoked:
            raise ApiError("token_revoked")
        if self._office.state.users[app.bot_user_id].deleted:
            raise ApiError("account_inactive")
        if method.caller in ("bot", "app") and method.caller != kind:
            raise ApiError("not_allowed_token_type")
        return app

    # -- carrying it out -------------------------------------------------------------------------------------------------

    def _pretend(self, method: Method, app: App | None, given: Given, warnings: list[str]) -> Doc:
        with self._office.rehearsal() as office:
            return self._carry_out(method, app, given, warnings, office)

    def _carry_out(
        self, method: Method, app: App | None, given: Given, warnings: list[str], office: Office | None = None
    ) -> Doc:
        wait = self._limits.wait(method.tier, method.name, app.id if app else "", str(given.get("channel", "")))
        if wait:
            raise _RateLimited(wait)
        if app is not None and method.caller == "bot":
            _need_scope(app, method.any_scope())
        if method.name == "apps.connections.open" and self._faults.refuse_ticket():
            raise ApiError("internal_error")
        args = given if method.name == "api.test" else read_arguments(method, given)
        call = Call(office=office or self._office, app=app or _NOBODY, args=args, method=method.name, warnings=warnings)
        if method.channel is not None:
            call.named_channel = self._channel(call, method, method.channel)
        if call.is_restricted and method.restricted is not None:
            raise ApiError(method.restricted)
        return _with_warnings(method.handler(call), call.warnings)

    def _channel(self, call: Call, method: Method, rule: ChannelRule) -> Channel | None:
        name = call.text(rule.arg)
        if not name and rule.optional:
            return None
        channel = self._named(call, name, rule)
        member = channel is not None and call.bot in channel.members
        if channel is None or (channel.type != "public" and not member):
            raise ApiError(rule.unknown)
        if channel.type not in rule.kinds:
            raise ApiError(rule.wrong_kind)
        _need_scope(call.app, method.scopes_for(channel.type))
        if rule.live and channel.is_archived:
            raise ApiError(rule.archived_code)
        if rule.access == "member" and not member:
            raise ApiError(rule.outside_code)
        if rule.access == "post" and not member and not call.has_scope("chat:write.public"):
            raise ApiError(rule.outside_code)
        return channel

    def _named(self, call: Call, name: str, rule: ChannelRule) -> Channel | None:
        """By id; for posting also by name, or by a person's id, which stands for the app's direct message."""
        state = self._office.state
        if name in state.channels or not rule.by_name:
            return state.channels.get(name)
        user = state.users.get(name)
        if user is not None and not user.is_bot:
            return app_home(call.office, call.app, user.id)
        return state.channel_named(name.removeprefix("#"))

    # -- faults ----------------------------------------------------------------------------------------------------------

    async def _go_wrong(self, request: web.Request, name: str, fault: Fault) -> web.StreamResponse:
        match fault.kind:
            case "hang":
                await self._faults.hanging()
            case "delay":
                await asyncio.sleep(fault.seconds)
            case "answer":
                return self._faulty(request, name, fault, await _peek(request, name))
            case "answer_after":
                await self._answer(request, name)
                return self._faulty(request, name, fault, await _peek(request, name))
            case "drop_before":
                return self._dropped(request, name, await _peek(request, name))
            case "drop_after":
                await self._answer(request, name)
                return self._dropped(request, name, {})
            case "pretend":
                return await self._answer(request, name, pretended=True)
            case "archive":
                self._archive_under(await _peek(request, name))
        return await self._answer(request, name)

    def _archive_under(self, given: Given) -> None:
        channel = self._office.state.channels.get(str(given.get("channel") or given.get("channel_id")))
        if channel is not None and not channel.is_archived and not channel.is_direct:
            archive(self._office, channel, by=channel.creator)

    def _faulty(self, request: web.Request, name: str, fault: Fault, given: Given) -> web.Response:
        headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after is not None else {}
        how = _how(request, given, headers) | {"fault": fault.kind}
        self._wire.record("in", "call", method=name, request=given, response=fault.body, status=fault.status, how=how)
        return web.Response(status=fault.status, text=fault.body, content_type=fault.content_type, headers=headers)

    def _dropped(self, request: web.Request, name: str, given: Given) -> web.StreamResponse:
        how = _how(request, given, {}) | {"fault": "drop"}
        self._wire.record("in", "call", method=name, request=given, response="connection dropped", how=how)
        if request.transport is not None:
            request.transport.abort()
        return web.Response()


_NOBODY = App(
    id="",
    name="",
    bot_user_id="",
    bot_id="",
    bot_token="",
    app_token="",
    signing_secret="",
    verification_token="",
    manifest={"display_information": {"name": "-"}, "features": {"bot_user": {"display_name": "-"}}},
    installed=0,
)
"""Who calls a method that needs no token."""


def _scope_headers(method: Method | None, app: App) -> dict[str, str]:
    """Lower case, as Slack sends them: there are clients that look no further."""
    headers = {"x-oauth-scopes": ",".join(sorted(app.features.scopes))}
    accepted = method.any_scope() if method is not None else ()
    return headers | ({"x-accepted-oauth-scopes": ",".join(accepted)} if accepted else {})


async def _peek(request: web.Request, name: str) -> Given:
    """What a call that is not going to be carried out would have said, for the wire."""
    try:
        return (await read_given(request, METHODS[name]))[0]
    except (KeyError, ApiError):
        return {}


def _how(request: web.Request, given: Given, headers: Mapping[str, str]) -> Doc:
    """By what means a call was made and answered, for the recording: of the token only the kind."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ") or str(given.get("token") or "")
    return {
        "http": request.method,
        "encoding": request.content_type if request.body_exists else "query",
        "kind_of_token": token.partition("-")[0][:5],
        "retry_after": headers.get("Retry-After", ""),
    }


def _need_scope(app: App, any_of: tuple[str, ...]) -> None:
    if any_of and not app.features.scopes & set(any_of):
        provided = ",".join(sorted(app.features.scopes))
        raise ApiError("missing_scope", needed=",".join(any_of), provided=provided)


def _refusal(refused: ApiError) -> Doc:
    doc: Doc = {"ok": False, "error": refused.code} | refused.fields
    return doc | ({"response_metadata": {"messages": list(refused.messages)}} if refused.messages else {})


def _with_warnings(doc: Doc, warnings: list[str]) -> Doc:
    if not warnings:
        return doc
    metadata: dict[str, Any] = doc.get("response_metadata", {})
    return doc | {"warning": ",".join(warnings), "response_metadata": metadata | {"warnings": warnings}}
