"""`http`: one GET, without following redirects; holds when everything that is wanted of the answer is so."""

import asyncio
import json
from datetime import datetime, timedelta

import aiohttp
from yarl import URL

from warroom.checks import jsonpath
from warroom.checks.finding import Finding, World, brief, length, listed, seconds_since, took
from warroom.checks.web import asked
from warroom.core.probes import Http
from warroom.outside import client
from warroom.outside.client import Seen
from warroom.outside.redacting import redact
from warroom.runtime.clock import SystemClock

MOST = 64 * 1024  # bytes of a body that are read
_DAY = timedelta(days=1)


async def look(probe: Http, address: str, world: World) -> Finding:
    """GET this address. All that may go wrong out there becomes a sentence."""

    async def ask(session: aiohttp.ClientSession, url: URL, seen: Seen) -> Finding:
        began = asyncio.get_running_loop().time()
        async with session.get(url, headers=client.AGENT, allow_redirects=False) as response:
            first = seconds_since(began)
            if response.status != probe.status:
                moved = " A redirect is not followed." if 300 <= response.status < 400 else ""
                said = f"{client.shown(url)} answered {response.status} in {took(first)}"
                return Finding(False, f"{said}; expected {probe.status}.{moved}")
            body, cut = "", False
            if probe.contains or probe.json or probe.faster_than:
                body, cut = await client.read_some(response, MOST)
        spent = seconds_since(began)
        said = f"{client.shown(url)} answered {probe.status} in {took(spent if probe.faster_than else first)}"
        return _judged(said, await _verdicts(probe, body, cut, spent, seen))

    return await asked(probe, address, world.guard, ask)


async def _verdicts(probe: Http, body: str, cut: bool, spent: float, seen: Seen) -> list[Finding]:
    """About each thing that is wanted: whether it is so, and half a sentence."""
    verdicts = []
    if probe.faster_than is not None:
        verdicts.append(_speed(probe.faster_than, spent, cut))
    if probe.contains:
        verdicts.append(_contains(probe.contains, body, cut))
    if probe.json:
        verdicts.append(await _json(probe, body, cut))
    if probe.certificate_days:
        verdicts.append(_certificate(probe.certificate_days, seen.expires()))
    return verdicts


def _judged(said: str, verdicts: list[Finding]) -> Finding:
    wrong = [each.detail for each in verdicts if not each.holds]
    if wrong:
        return Finding(False, f"{said}, but {', and '.join(wrong)}.")
    right = [each.detail for each in verdicts if each.detail]
    return Finding(True, f"{said}{' with ' if right else ''}{', and '.join(right)}.")


def _speed(limit: timedelta, spent: float, cut: bool) -> Finding:
    if spent <= limit.total_seconds():
        return Finding(True, "")
    what = f"the first {MOST // 1024} KiB had" if cut else "it had"
    return Finding(False, f"{what} to be there within {length(limit)}")


def _contains(wanted: str, body: str, cut: bool) -> Finding:
    if wanted in body:
        return Finding(True, f"{wanted!r} in it")
    where = f"the first {MOST // 1024} KiB do not" if cut else "the body does not"
    return Finding(False, f"{where} contain {wanted!r}")


async def _json(probe: Http, body: str, cut: bool) -> Finding:
    if cut:
        return Finding(False, f"the body is longer than {MOST // 1024} KiB, too long to be read as JSON")
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return Finding(False, f"the body is not JSON: {brief(redact(body), 40)!r}")
    try:
        # Beside the loop: a path may take its time, within the bounds that are set to paths.
        found = await asyncio.to_thread(jsonpath.find, probe.json, document)
    except jsonpath.Unusable as error:
        return Finding(False, str(error))
    return _found(probe, found)


def _found(probe: Http, found: list[object]) -> Finding:
    if not found:
        return Finding(False, f"there is nothing at {probe.json}")
    wrong = [each for each in found if probe.equals and not jsonpath.equal(each, probe.equals)]
    if wrong:
        shown = listed([brief(redact(jsonpath.written(each))) for each in wrong])
        return Finding(False, f"{probe.json} is {shown}; expected {probe.equals}")
    return Finding(True, f"{probe.json} = {listed([brief(redact(jsonpath.written(each))) for each in found], 1)}")


def _certificate(days: int, expires: datetime | None) -> Finding:
    if expires is None:
        return Finding(False, "it has no certificate: the address is not https")
    left = expires - SystemClock().now()
    shown = f"a certificate that is good for {_days(left // _DAY)}, until {expires:%-d %B %Y}"
    if left >= days * _DAY:
        return Finding(True, shown)
    return Finding(False, f"it has {shown}; expected {_days(days)} or more")


def _days(number: int) -> str:
    return f"{number} day{'' if number == 1 else 's'}"
