"""`warroom slack validate`: everything the bot can show, through the local workspace's check or Slack's own."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import aiohttp

from warroom.cli.playing import plays
from warroom.core.room import Room
from warroom.definitions.library import Library, load_library, shipped
from warroom.slack import limits, samples
from warroom.slack.samples import Sample
from warroom.slack.validate import Objection, Validator
from warroom.workspace.blockkit.check import check_message, check_view

_OFTEN = 70  # after every so many moments of a play the forms of its room are looked at


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something shown that Slack would refuse: of which kind, on which surface, where in it, and why."""

    kind: str
    surface: str
    pointer: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How many of each kind were looked at, and what is wrong. Equal ones count once."""

    counts: dict[str, int]
    problems: tuple[Problem, ...]

    def doc(self) -> dict[str, object]:
        problems = [asdict(problem) for problem in self.problems]
        return {"ok": not problems, "shown": dict(sorted(self.counts.items())), "problems": problems}

    def summary(self) -> str:
        found = f"{len(self.problems)} problems" if self.problems else "nothing that would be refused"
        return f"{sum(self.counts.values())} looked at, {found}."

    def lines(self) -> Iterator[str]:
        bad = Counter(problem.kind for problem in self.problems)
        width = max(map(len, self.counts), default=0)
        for kind, count in sorted(self.counts.items()):
            yield f"{kind:<{width}}  {count:>5}  {f'{bad[kind]} problems' if bad[kind] else 'ok'}"
        for each in self.problems:
            yield f"{each.kind} ({each.surface}) at {each.pointer or '/'}: {each.sentence}"


def validate(paths: Sequence[Path] = ()) -> Verdict:
    """Check everything that playing these definitions, or the shipped ones, can show."""
    return judged(everything(load_library(paths or [shipped()])))


def judged(shown: Iterable[Sample]) -> Verdict:
    """What the local workspace's check says of these."""
    return _verdict((sample, _objections(sample)) for sample in shown)


async def validate_live(paths: Sequence[Path] = (), *, url: str) -> Verdict:
    """The same, asked of a server with blocks.validate: one of each build. Raises SlackUnusable when there is none to be reached."""
    async with aiohttp.ClientSession() as session:
        validator = Validator(session, url)
        await validator.objections("message", {"text": "Is anybody there?"})  # before all the work of playing
        asked = [
            (sample, await validator.objections("message" if sample.surface == "message" else "view", sample.doc))
            for sample in different(everything(load_library(paths or [shipped()])))
        ]
    return _verdict(asked)


def everything(library: Library) -> Iterator[Sample]:
    """Every different message, modal and home, each once."""
    seen: set[str] = set()
    for sample in _drawn(library):
        text = f"{sample.kind} {json.dumps(sample.doc, sort_keys=True)}"
        if text not in seen:
            seen.add(text)
            yield sample


def different(shown: Iterable[Sample]) -> list[Sample]:
    """Of those that differ in nothing but their words only the longest: a server takes about one a second."""
    longest: dict[tuple[str, str], Sample] = {}
    for sample in shown:
        key = (sample.kind, repr(_skeleton(sample.doc)))
        if key not in longest or len(json.dumps(sample.doc)) > len(json.dumps(longest[key].doc)):
            longest[key] = sample
    return list(longest.values())


def _skeleton(value: Any, name: str = "") -> Any:
    match value:
        case Mapping():
            return sorted((key, _skeleton(each, key)) for key, each in value.items())
        case list() | tuple():
            return sorted({repr(_skeleton(each)) for each in value})
        case str() if name not in ("type", "style"):
            return ""
    return value


def _drawn(library: Library) -> Iterator[Sample]:
    rooms: list[Room] = []
    for play in plays(library):
        for number, moment in enumerate(play):
            yield from samples.of_effects(moment.effects, moment.room)
            yield from samples.of_refusals((refusal,) for refusal in moment.refusals)
            if number % _OFTEN == _OFTEN - 1:
                rooms.append(moment.room)
    for room in rooms:
        yield from samples.of_modals(room)
    yield from samples.of_homes(rooms, list(library.scenarios.values()))
    yield from samples.of_reports(rooms)
    yield from samples.of_library(library)


def _objections(sample: Sample) -> list[Objection]:
    if sample.surface != "message":
        return [_objection(p.pointer, p.message) for p in check_view(sample.doc, sample.surface, at="")]
    found = [_objection(p.pointer, p.message) for p in check_message(sample.doc)]
    size = limits.size(sample.doc["text"])
    too_long = f"must be less than {limits.TEXT + 1} characters: chat.update refuses more"
    return [*found, *([_objection("/text", too_long)] if size > limits.TEXT else [])]


def _objection(pointer: str, sentence: str) -> Objection:
    return Objection(pointer=pointer, sentence=sentence)


def _verdict(checked: Iterable[tuple[Sample, list[Objection]]]) -> Verdict:
    counts: Counter[str] = Counter()
    problems = []
    for sample, objections in checked:
        counts[sample.kind] += 1
        problems += [Problem(kind=sample.kind, surface=sample.surface, **asdict(each)) for each in objections]
    return Verdict(counts=dict(counts), problems=tuple(problems))


def validate_anywhere(paths: Sequence[Path], *, live: bool, url: str) -> Verdict:
    """Here, or with `live` at the server of this address."""
    return asyncio.run(validate_live(paths, url=url)) if live else validate(paths)
