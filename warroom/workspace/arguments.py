"""Reads a call's arguments in all the encodings Slack takes: query, form, multipart form, JSON body; nested JSON as text."""

import json
import re
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from warroom.workspace.methods.method import ApiError, Arg, Method

Given = dict[str, Any]
_CHARSETS = ("utf-8", "utf8", "iso-8859-1", "us-ascii")


async def read_given(request: web.Request, method: Method) -> tuple[Given, list[str]]:
    """The arguments as they were sent, unread, and warnings about how they were sent.

    Raises:
        ApiError: The body is not what its type says, or a name is none.
    """
    given, warnings = await _read_body(request, method)
    for name in given:
        if re.fullmatch(r"\w+\[\w*\]", name):
            raise ApiError("invalid_array_arg")
        if not re.fullmatch(r"\w{1,100}", name, re.ASCII):
            raise ApiError("invalid_arg_name")
    return given, warnings


async def _read_body(request: web.Request, method: Method) -> tuple[Given, list[str]]:
    given: Given = dict(request.query)
    content_type = request.headers.get("Content-Type", "")
    if request.method == "GET" and method.post_only:
        raise ApiError("insecure_request")
    if request.method == "GET" or not request.body_exists:
        return given, []
    kind = content_type.partition(";")[0].strip().lower()
    if (request.charset or "utf-8").lower() not in _CHARSETS:
        raise ApiError("invalid_charset")
    if kind == "application/json":
        warnings = [] if "charset" in content_type.lower() else ["missing_charset"]
        body = await _json_body(request)
        return (given | body if method.takes_json else given), warnings
    if kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        try:
            form = await request.post()
        except ValueError:  # aiohttp's word for a body that is not the form its type announces
            raise ApiError("invalid_form_data") from None
        return given | {name: value for name, value in form.items() if isinstance(value, str)}, []
    if await request.read():
        raise ApiError("invalid_post_type" if content_type else "missing_post_type")
    return given, []


async def _json_body(request: web.Request) -> Given:
    text = await request.text()
    try:
        body = json.loads(text or "{}")
    except ValueError:
        raise ApiError("invalid_json") from None
    if not isinstance(body, dict):
        raise ApiError("json_not_object")
    return body


def read_arguments(method: Method, given: Mapping[str, Any]) -> Given:
    """The arguments in their kinds; null counts as not given.

    Raises:
        ApiError: One is missing or of the wrong kind.
    """
    read = {arg.name: _READ[arg.kind](arg, given[arg.name]) for arg in method.args if given.get(arg.name) is not None}
    for arg in method.args:
        empty = (None,) if arg.may_be_empty else (None, "")
        if arg.required and read.get(arg.name) in empty:
            messages = (f"[ERROR] missing required field: {arg.name}",) if arg.missing == "invalid_arguments" else ()
            raise ApiError(arg.missing, messages=messages)
    return read


def _wrong(arg: Arg, what: str) -> ApiError:
    message = f"[ERROR] must be a valid {what} [json-pointer:/{arg.name}]"
    return ApiError(arg.invalid, messages=(message,) if arg.invalid == "invalid_arguments" else ())


def _text(arg: Arg, value: Any) -> str:
    if isinstance(value, bool | dict | list):
        raise _wrong(arg, "string")
    return str(value)


def _bool(arg: Arg, value: Any) -> bool:
    known = {"true": True, "1": True, "false": False, "0": False, "": False}
    word = str(value).lower()
    if word not in known:
        raise _wrong(arg, "boolean")
    return known[word]


def _int(arg: Arg, value: Any) -> int:
    if isinstance(value, bool | float | dict | list):
        raise _wrong(arg, "integer")
    try:
        return int(value or 0)
    except ValueError:
        raise _wrong(arg, "integer") from None


def _list(arg: Arg, value: Any) -> list[str]:
    """Comma-separated text, or a JSON list of text, which may be text itself."""
    if isinstance(value, str) and value.lstrip().startswith("["):
        value = _json(arg, value)
    if isinstance(value, str):
        return [item.strip() for item in value.split(",") if item.strip()]
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
    raise _wrong(arg, "list")


def _json(arg: Arg, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if value == "":
        return None
    try:
        return json.loads(value)
    except ValueError:
        raise _wrong(arg, "JSON text") from None


_READ = {"text": _text, "bool": _bool, "int": _int, "list": _list, "json": _json}
