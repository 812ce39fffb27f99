"""The tokens that senders of webhooks must show, kept as digests and compared in constant time."""

import hashlib
import hmac
from collections.abc import Collection, Mapping

from aiohttp import web
from pydantic import SecretStr

from warroom.errors import SettingsError

SHORTEST = 16  # characters


class Tokens:
    """Of one source. More than one is valid at once, so that a token can be replaced without a gap."""

    def __init__(self, source: str, tokens: Collection[SecretStr]) -> None:
        """Raises SettingsError for a token that is too short to be one."""
        if any(len(token.get_secret_value()) < SHORTEST for token in tokens):
            raise SettingsError(f"A webhook token of {source} is shorter than {SHORTEST} characters.")
        self._digests = tuple(_digest(token.get_secret_value()) for token in tokens)

    def admit(self, request: web.Request) -> bool:
        """Whether the request shows a valid one, as `Authorization: Bearer` or as `?token=`."""
        matches = [
            hmac.compare_digest(_digest(each), valid) for each in _shown(request) for valid in self._digests
        ]  # all of them, always: how long it takes says nothing
        return any(matches)


def per_source(tokens: Mapping[str, Collection[SecretStr]], sources: Collection[str]) -> dict[str, Tokens]:
    """For each source its tokens; one without any admits nobody."""
    return {source: Tokens(source, tokens.get(source, ())) for source in sources}


def _shown(request: web.Request) -> list[str]:
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    return [*([bearer.strip()] if scheme.casefold() == "bearer" else []), *request.query.getall("token", [])[:2]]


def _digest(token: str) -> bytes:
    # Whatever bytes a header holds arrive as surrogates; they are no token, but must not be an error either.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
