"""PromQL against a real Prometheus where there is one, and against odd answers that it would never give."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.checks.servers import see, serving
from tests.examples import many
from tests.ports import free_port
from warroom.checks import Finding
from warroom.core.values import Filling, Value

READY = "Server is ready to receive web requests"
TWO = 'label_replace(vector(1), "pod", "a", "", "") or label_replace(vector(2), "pod", "b", "", "")'


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Prometheus on loopback, with no targets: PromQL needs none."""
    program = shutil.which("prometheus")
    if program is None:
        pytest.skip("there is no prometheus here; Debian has a package of that name")
    folder: Path = tmp_path_factory.mktemp("prometheus")
    (folder / "prometheus.yml").write_text("global: {}\n")
    there = f"127.0.0.1:{free_port()}"
    options = [f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data"]
    options.append(f"--web.listen-address={there}")
    with subprocess.Popen([program, *options], stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        try:
            assert any(READY in line for line in running.stderr), "prometheus ended before it was ready"
            yield there
        finally:
            running.terminate()


async def ask(there: str, query: str, **more: Any) -> Finding:
    return await see("promql", f"http://{there}", allow={there}, query=query, **more)


@pytest.mark.parametrize(
    ("query", "more", "holds", "detail"),
    [
        ("3", {"value": "== 3"}, True, "It is == 3: 3."),
        ("3", {"value": "< 2.5"}, False, "It is not < 2.5, but 3."),
        ("vector(3)", {"value": ">= 3"}, True, "It is >= 3: 3."),
        (TWO, {"value": "<= 2"}, True, 'Every sample is <= 2: {pod="a"} 1, {pod="b"} 2.'),
        (TWO, {"value": "< 2"}, False, '1 of 2 samples are not < 2: {pod="b"} 2.'),
        (TWO, {"value": "!= 5"}, True, 'Every sample is != 5: {pod="a"} 1, {pod="b"} 2.'),
        (TWO, {}, True, 'The query has a result: {pod="a"} 1, {pod="b"} 2.'),
        (TWO, {"none": True}, False, 'The query should have no result, but has: {pod="a"} 1, {pod="b"} 2.'),
        ("vector(1) > 2", {"none": True}, True, "The query has no result, as it should be."),
        ("vector(1) > 2", {}, False, "The query has no result."),
        ("vector(1) > 2", {"value": "< 5"}, False, "The query has no result."),
        ("absent_metric", {"value": "== 0"}, False, "The query has no result."),
        ("vector(0) / 0", {"value": "< 5"}, False, "It is not < 5, but nan."),
        ("vector(0) / 0", {"value": "!= 5"}, False, "It is not != 5, but nan."),
        ("vector(1) / 0", {"value": "> 1e9"}, True, "It is > 1e+09: inf."),
        ("-vector(1) / 0", {"value": "> 0"}, False, "It is not > 0, but -inf."),
        ("'text'", {}, True, "The query's result is the text 'text'."),
        ("'text'", {"value": "== 1"}, False, "The query's result is the text 'text'."),
        ("vector(7)[3m:1m]", {"value": "== 7"}, True, "Every sample is == 7: 7, 7, 7."),
        ("vector(7)[3m:1m]", {"value": "> 7"}, False, "3 of 3 samples are not > 7: 7, 7, 7."),
    ],
)
async def test_what_prometheus_says(
    prometheus: str, query: str, more: dict[str, Any], holds: bool, detail: str
) -> None:
    """Every kind of result is judged sample by sample; what is no number, and no result at all, does not hold."""
    assert await ask(prometheus, query, **more) == Finding(holds, detail)


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("up{", "refused the query: invalid parameter "),
        ("", "refused the query: invalid parameter "),
        ("rate(up)", "expected type range vector"),
    ],
)
async def test_queries_that_are_none(prometheus: str, query: str, why: str) -> None:
    """A query that Prometheus refuses is a finding with its reason."""
    finding = await ask(prometheus, query)
    assert not finding.holds
    assert why in finding.detail


def test_values_stay_inside_strings(prometheus: str) -> None:
    """Prometheus itself reads a value as it was given, in each of its kinds of quotes."""

    @given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20), st.sampled_from("\"'`"))
    @settings(max_examples=many(60), deadline=None)
    def reads(value: str, mark: str) -> None:
        by = Filling((Value(name="x"),), {"x": value})
        query = by.promql(f"{mark}<x>{mark}")
        if mark == "`" and "`" in value:
            assert query == "`<x>`"
        else:
            assert asyncio.run(_raw(prometheus, query)) == value

    reads()


async def _raw(there: str, query: str) -> str:
    """What Prometheus makes of a string."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"http://{there}/api/v1/query", data={"query": query}) as response,
    ):
        return str((await response.json())["data"]["result"][1])


def success(kind: str, result: object, **more: object) -> dict[str, object]:
    return {"status": "success", "data": {"resultType": kind, "result": result}, **more}


ONE = success("vector", [{"metric": {}, "value": [1, "1"]}])


@pytest.mark.parametrize(
    ("status", "body", "more", "why"),
    [
        (200, "<html>", {}, "answered 200, but not as Prometheus does: '<html>'."),
        (404, "not found", {}, "answered 404, but not as Prometheus does: 'not found'."),
        (302, "", {}, "answered 302, but not as Prometheus does: ''."),
        (200, [], {}, "but not as Prometheus does: '[]'."),
        (503, {"status": "error", "errorType": "timeout", "error": "too slow"}, {}, "refused the query: too slow."),
        (401, {"status": "error"}, {}, "refused the query: status 401."),
        (200, {"status": "success"}, {}, "answered something that cannot be judged: something is missing from it."),
        (200, success("vector", None), {}, "cannot be judged: something is missing from it."),
        (200, success("vector", [7]), {}, "cannot be judged: something is missing from it."),
        (200, success("vector", [{"metric": {}, "value": [1]}]), {}, "a sample that is not a time and a value."),
        (200, success("vector", [{"metric": {}, "value": [1, "x"]}]), {}, "could not convert string to float: 'x'."),
        (200, success("streams", []), {}, "cannot be judged: a result of the kind 'streams'."),
        (200, success("string", []), {}, "cannot be judged"),
        (
            200,
            success("vector", [{"metric": {}, "histogram": [1, {}]}]),
            {},
            "a histogram; ask for a number of it, such as a quantile.",
        ),
        (200, "[" * 50_000, {}, "but not as Prometheus does"),
        (200, " " * 1_100_000, {}, "answered more than 1024 KiB; aggregate the query."),
        (200, {**ONE, "warnings": ["a store is away"]}, {}, "is not relied on: a store is away."),
        (200, {**success("vector", []), "warnings": ["w"]}, {"none": True}, "is not relied on: w."),
        (200, {**ONE, "warnings": "w"}, {}, "cannot be judged"),
    ],
)
async def test_odd_answers(status: int, body: object, more: dict[str, Any], why: str) -> None:
    """Whatever answers in Prometheus's place, the answer is a finding that does not hold."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=status, text=body if isinstance(body, str) else json.dumps(body))

    async with serving(answer) as (url, allow):
        finding = await see("promql", url, allow=allow, query="up", **more)
    assert not finding.holds
    assert why in finding.detail


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["status", "data", "resultType", "result", "metric", "value", "values", "warnings"]),
                inner,
            )
        ),
        max_leaves=10,
    )
)
@settings(max_examples=many(40), deadline=None)
def test_any_answer(body: object) -> None:
    """No shape of an answer raises, and what is not a result does not hold."""

    async def answer(request: web.Request) -> web.Response:
        return web.json_response({"status": "success", "data": body})

    async def looked() -> Finding:
        async with serving(answer) as (url, allow):
            return await see("promql", url, allow=allow, query="up", value="> 0")

    finding = asyncio.run(looked())
    assert not finding.holds
    assert "could not be looked at" not in finding.detail


async def test_where_it_asks() -> None:
    """The query goes to the API below the target's path, as a form, so that no log of addresses holds it."""
    asked: list[tuple[str, str, str]] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append((request.method, request.path_qs, str((await request.post())["query"])))
        return web.json_response(ONE)

    async with serving(answer) as (url, allow):
        assert (await see("promql", f"{url}/prometheus/", allow=allow, query='a{b="c&d"}')).holds
    assert asked == [("POST", "/prometheus/api/v1/query", 'a{b="c&d"}')]


async def test_the_guard_and_the_target() -> None:
    """An address that is not public, and one that is none, are not asked."""
    guarded = await see("promql", "http://127.0.0.1:9090", query="up")
    wrong = await see("promql", "prometheus:9090", query="up")
    assert "was not looked at: it leads to 127.0.0.1" in guarded.detail
    assert wrong == Finding(
        False, "'prometheus:9090' is not an http or https address, so a promql check cannot look at it."
    )
