"""`promql`: one query of Prometheus's API; holds when every sample compares as wanted.

What is not certain does not hold: no result where one is compared, a sample that is not a number, and a result with
warnings, which may be a part of the truth.
"""

import json
import operator
from collections.abc import Callable, Iterator
from typing import Any

import aiohttp
from yarl import URL

from warroom.checks.finding import Finding, World, brief, listed
from warroom.checks.web import asked
from warroom.core.probes import Promql
from warroom.outside import client
from warroom.outside.client import Seen

MOST = 1024 * 1024  # bytes of the answer that are read
_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_Sample = tuple[str, float]  # which series, and its value


class _Odd(Exception):
    """The answer is not what Prometheus answers; half a sentence says how."""


async def look(probe: Promql, address: str, world: World) -> Finding:
    """Ask this server. All that may go wrong out there becomes a sentence."""

    async def ask(session: aiohttp.ClientSession, url: URL, seen: Seen) -> Finding:
        there = url.with_path(f"{url.path.rstrip('/')}/api/v1/query")
        form = {"query": probe.query}
        async with session.post(there, data=form, headers=client.AGENT, allow_redirects=False) as response:
            body, cut = await client.read_some(response, MOST)
        shown = client.shown(url)
        if cut:
            return Finding(False, f"{shown} answered more than {MOST // 1024} KiB; aggregate the query.")
        return _answered(probe, shown, response.status, body)

    return await asked(probe, address, world.guard, ask)


def _answered(probe: Promql, shown: str, status: int, body: str) -> Finding:
    try:
        answer = _object(json.loads(body))
    except (ValueError, RecursionError, _Odd):
        return Finding(False, f"{shown} answered {status}, but not as Prometheus does: {brief(body, 40)!r}.")
    if answer.get("status") != "success":
        reason = brief(str(answer.get("error") or f"status {status}"), 200)
        return Finding(False, f"{shown} refused the query: {reason}.")
    try:
        finding = _judged(probe, _object(answer.get("data")))
        warnings = [brief(str(each), 200) for each in _list(answer.get("warnings") or [])]
    except (_Odd, ValueError, OverflowError) as odd:
        return Finding(False, f"{shown} answered something that cannot be judged: {brief(str(odd), 200)}.")
    if warnings:
        return Finding(False, f"{finding.detail} It comes with a warning and is not relied on: {listed(warnings, 1)}.")
    return finding


def _judged(probe: Promql, data: dict[str, Any]) -> Finding:
    kind, result = data.get("resultType"), data.get("result")
    if kind == "string":
        return _text(probe, result)
    samples = list(_samples(kind, _list(result)))
    if probe.none:
        return _none(samples)
    if not samples:
        return Finding(False, "The query has no result.")
    wanted = probe.comparison()
    if wanted is None:
        return Finding(True, f"The query has a result: {listed([_written(each) for each in samples])}.")
    return _compared(samples, *wanted)


def _text(probe: Promql, result: object) -> Finding:
    match result:
        case [_, str(text)]:
            holds = not probe.none and not probe.value
            return Finding(holds, f"The query's result is the text {brief(text)!r}.")
    raise _Odd("a text that is none")


def _none(samples: list[_Sample]) -> Finding:
    if not samples:
        return Finding(True, "The query has no result, as it should be.")
    return Finding(False, f"The query should have no result, but has: {listed([_written(each) for each in samples])}.")


def _compared(samples: list[_Sample], sign: str, bound: float) -> Finding:
    wanted = f"{sign} {bound:g}"
    wrong = [each for each in samples if each[1] != each[1] or not _OPERATORS[sign](each[1], bound)]
    if not wrong:
        shown = listed([_written(each) for each in samples])
        return Finding(True, f"{'Every sample is' if len(samples) > 1 else 'It is'} {wanted}: {shown}.")
    shown = listed([_written(each) for each in wrong])
    if len(samples) == 1:
        return Finding(False, f"It is not {wanted}, but {shown}.")
    return Finding(False, f"{len(wrong)} of {len(samples)} samples are not {wanted}: {shown}.")


def _samples(kind: object, result: list[Any]) -> Iterator[_Sample]:
    if kind == "scalar":
        yield "", _number(result)
    elif kind in ("vector", "matrix"):
        for series in map(_object, result):
            name = _labels(_object(series.get("metric") or {}))
            if "histogram" in series or "histograms" in series:
                raise _Odd("a histogram; ask for a number of it, such as a quantile")
            pairs = [series.get("value")] if kind == "vector" else _list(series.get("values"))
            for pair in pairs:
                yield name, _number(pair)
    else:
        raise _Odd(f"a result of the kind {brief(str(kind))!r}")


def _number(pair: object) -> float:
    """The value of a sample, which is a time and a number written as a text: also `NaN`, `+Inf` and `-Inf`."""
    match pair:
        case [_, str(value)]:
            return float(value)
    raise _Odd("a sample that is not a time and a value")


def _labels(metric: dict[str, Any]) -> str:
    name = str(metric.get("__name__", ""))
    labels = [f'{key}="{value}"' for key, value in sorted(metric.items()) if key != "__name__"]
    return brief(name + (f"{{{', '.join(labels)}}}" if labels else ""))


def _written(sample: _Sample) -> str:
    name, value = sample
    return f"{name} {value:g}" if name else f"{value:g}"


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _Odd("something is missing from it")
    return value


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise _Odd("something is missing from it")
    return value
