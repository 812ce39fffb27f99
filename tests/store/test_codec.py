"""Events and effects to JSON and back: what is kept is what was, in this release and in later ones."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import many
from tests.store import values
from tests.store.building import unhurried
from warroom.core import chain, effects, events
from warroom.core.events import AlertFired, ExpectationArmed, GamePlanned, InjectSkipped, NoteTaken, StepDone
from warroom.core.scenario import Scenario
from warroom.core.texts import REMOVED, WITHHELD, Hidden, Kept, Typed
from warroom.store import codec
from warroom.store.errors import Unreadable

EVENTS, EFFECTS = events.vocabulary(), effects.vocabulary()
SCENARIO = Scenario(id="gone", title="Gone", briefing="Listen.", injects=())
PLANNED = GamePlanned(scenario_id="gone", title="Gone", scenario=SCENARIO, controllers=("harriet",), players=())


def through_text(data: codec.Json) -> codec.Json:
    return json.loads(chain.canonical(data))


# The shapes of fields are shared by all of them: seventy events make each shape work thousands of times.
each_of_many = settings(unhurried, max_examples=many(40))


@pytest.mark.parametrize("name", EVENTS)
@each_of_many
@given(data=st.data())
def test_every_event(name: str, data: st.DataObject) -> None:
    """Every event comes back from its canonical JSON and its texts as it was."""
    event = data.draw(values.of(EVENTS[name]))
    body, texts = codec.split(event)
    assert codec.join(EVENTS[name], through_text(body), texts) == event
    assert codec.matches(body, texts)


@pytest.mark.parametrize("name", EFFECTS)
@each_of_many
@given(data=st.data())
def test_every_effect(name: str, data: st.DataObject) -> None:
    """Every effect comes back from its canonical JSON as it was."""
    effect = data.draw(values.of(EFFECTS[name]))
    assert codec.decode(EFFECTS[name], through_text(codec.encode(effect))) == effect


@dataclass(frozen=True)
class Inner:
    said: Typed
    by: str = "ana"


@dataclass(frozen=True)
class Other:
    where: str


@dataclass(frozen=True)
class Outer:
    first: Inner
    several: tuple[Inner, ...] = ()
    named: Mapping[str, Inner] | None = None
    either: Inner | Other = Other(where="")
    maybe: Inner | None = None
    notes: Hidden[tuple[str, ...]] = ()


@unhurried
@given(values.of(Outer))
def test_marks_inside(outer: Outer) -> None:
    """Marked fields are set aside wherever they are, and find their way back."""
    body, texts = codec.split(outer)
    assert codec.join(Outer, through_text(body), texts) == outer
    assert codec.matches(body, texts)


def test_nothing_marked_in_the_body() -> None:
    """What is marked is not in the body, only its digest, and each text says where it belongs."""
    said = Inner(said="CANARY")
    outer = Outer(first=said, several=(said, said), named={"a/b": said}, either=said, maybe=said, notes=("CANARY",))
    body, texts = codec.split(outer)
    assert "CANARY" not in chain.canonical(body)
    places = ["either/said", "first/said", "maybe/said", "named/a~1b/said", "notes", "several/0/said", "several/1/said"]
    assert sorted(text.field for text in texts) == places
    assert {text.field for text in texts if text.kind is Kept.HIDDEN} == {"notes"}


def test_salts() -> None:
    """Two splits of one event share no salt and no digest, so equal texts cannot be told to be equal."""
    (one,), (other,) = codec.split(NoteTaken(text="yes"))[1], codec.split(NoteTaken(text="yes"))[1]
    assert one.salt != other.salt
    assert one.digest != other.digest
    assert len(one.salt) == 32


def test_empty() -> None:
    """An empty typed text stays where it is; an empty hidden one is set aside, for its emptiness may tell something."""
    assert codec.split(NoteTaken(text="")) == ({"text": ""}, [])
    assert [text.text for text in codec.split(InjectSkipped(inject="gone"))[1]] == ['"gone"', '""']


def test_redacted() -> None:
    """A redacted text reads as removed, and its place still counts as filled."""
    body, (text,) = codec.split(NoteTaken(text="my password is hunter2"))
    redacted = replace(text, text=None)
    assert codec.join(NoteTaken, body, [redacted]) == NoteTaken(text=REMOVED)
    assert codec.matches(body, [redacted])


def test_withheld() -> None:
    """A hidden string that was left out reads as withheld; anything else hidden makes the event unreadable."""
    body, _ = codec.split(InjectSkipped(inject="gone", reason="they are lost already"))
    assert codec.join(InjectSkipped, body, []) == InjectSkipped(inject=WITHHELD, reason=WITHHELD)
    with pytest.raises(Unreadable, match=r"GamePlanned\.scenario"):
        codec.join(GamePlanned, codec.split(PLANNED)[0], [])


@pytest.mark.parametrize(
    "tampered",
    [
        pytest.param(lambda text: [], id="left out"),
        pytest.param(lambda text: [replace(text, text="no")], id="another text"),
        pytest.param(lambda text: [replace(text, salt="0" * 32)], id="another salt"),
        pytest.param(lambda text: [replace(text, field="elsewhere")], id="another place"),
        pytest.param(lambda text: [text, replace(text, field="elsewhere")], id="one more"),
    ],
)
def test_tampered_texts(tampered: Any) -> None:
    """A text that is changed, moved, added or left out is noticed."""
    body, (text,) = codec.split(NoteTaken(text="yes"))
    assert codec.matches(body, [text])
    assert not codec.matches(body, tampered(text))


def test_labels_cannot_pass_for_texts() -> None:
    """An alert whose labels look like the codec's own signs is kept as it is, and reads as it is."""
    labels = {"$text": "0" * 64, "$kind": "Say", "$$text": "x", "text": "y"}
    event = AlertFired(alert="a", source="s", name="n", summary="", labels=labels)
    body, texts = codec.split(event)
    assert texts == []
    assert codec.matches(body, [])
    assert codec.join(AlertFired, body, texts) == event


# --- other releases


def test_before_a_field() -> None:
    """A body from before a field existed takes the field's default."""
    assert codec.decode(StepDone, {"run": "R1", "step": "a", "answer": "b"}).note == ""


def test_after_a_field() -> None:
    """A field that this release does not know is left out."""
    assert codec.decode(NoteTaken, {"text": "yes", "mood": {"of": "a later release"}}) == NoteTaken(text="yes")


def test_before_a_mark() -> None:
    """A text that was kept in the body before its field was marked is read from there."""
    assert codec.join(NoteTaken, {"text": "yes"}, []) == NoteTaken(text="yes")


def test_after_a_mark() -> None:
    """A text that was set aside before its field lost the mark is read from beside."""
    body, texts = codec.split(Inner(said="yes"))
    assert codec.join(Other, {"where": body["said"]}, [replace(texts[0], field="where")]) == Other(where="yes")


def test_before_a_union() -> None:
    """A field that became a union reads what was kept before as the union's first member."""
    assert codec.decode(Outer, {"first": {"said": ""}, "either": {"said": "yes"}}).either == Inner(said="yes")


# --- what does not fit


@pytest.mark.parametrize(
    ("type_", "data", "complaint"),
    [
        (NoteTaken, {}, "NoteTaken lacks text"),
        (NoteTaken, [], "not of type NoteTaken"),
        (NoteTaken, {"text": 1}, r"NoteTaken\.text: 1 is not of type str"),
        (ExpectationArmed, {"expectation": "e", "what": "w", "deadline": "soon"}, r"deadline: 'soon'"),
        (ExpectationArmed, {"expectation": "e", "what": "w", "deadline": 1e300}, "deadline: 1e"),
        (effects.Say, {"place": "p", "tone": "loud"}, "tone: 'loud'"),
        (effects.Say, {"place": "p", "tone": "plain", "body": [{"$kind": "Shout", "text": "x"}]}, "'Shout' is none of"),
        (effects.Ask, {"do": "d", "label": "l", "args": [["a"]]}, "1 items where 2 belong"),
        (effects.Ask, {"do": "d", "label": "l", "style": "loud"}, "'loud' is not one of"),
        (effects.InjectFault, {"fault": "F", "driver": "d", "target": "t", "mode": "m", "deadline": "2026"}, "2026"),
        (events.AlertsCutShort, {"source": "s", "missing": True}, "True is not of type int"),
    ],
)
def test_unreadable(type_: type[Any], data: Any, complaint: str) -> None:
    """What is not of the type is refused, and the complaint says where and what."""
    with pytest.raises(Unreadable, match=complaint):
        codec.decode(type_, data)


@pytest.mark.parametrize("event", [NoteTaken(text=1), NoteTaken(text=None), StepDone(run=("R1",), step="", answer="")])  # type: ignore[arg-type]  # what is tested
def test_unwritable(event: events.Event) -> None:
    """A value that is not of its field's type is refused when it is written, not years later when it is read."""
    with pytest.raises(TypeError, match="is not of type str"):
        codec.split(event)


def test_look_alikes() -> None:
    """A union whose members could not be told apart in JSON is refused."""

    @dataclass(frozen=True)
    class Unclear:
        when: str | datetime

    with pytest.raises(TypeError, match="look alike"):
        codec.encode(Unclear(when=""))


def test_unknown_annotation() -> None:
    """An annotation that the codec does not know is refused, so that a vocabulary cannot use it unnoticed."""

    @dataclass(frozen=True)
    class Odd:
        what: set[str]

    with pytest.raises(TypeError, match=r"no shape for set\[str\]"):
        codec.encode(Odd(what=set()))


# --- times


def test_instants() -> None:
    """An instant is in UTC with milliseconds, or more if there is more; a naive time is refused."""
    in_rome = datetime(2026, 3, 1, 13, 0, tzinfo=timezone(timedelta(hours=1)))
    assert codec.encode(in_rome) == "2026-03-01T12:00:00.000Z"
    assert codec.encode(datetime(2026, 3, 1, 12, 0, 0, 1, tzinfo=UTC)) == "2026-03-01T12:00:00.000001Z"
    assert codec.decode(datetime, "2026-03-01T12:00:00.000Z") == in_rome
    with pytest.raises(ValueError, match="no time zone"):
        codec.encode(datetime(2026, 3, 1, 12, 0))  # noqa: DTZ001 (what is tested)


def test_lengths() -> None:
    """A length is whole milliseconds, exactly: 1.001 s, which is 1000.9999... in floats, is 1001."""
    assert codec.encode(timedelta(seconds=1.001)) == 1001
    assert codec.encode(timedelta(microseconds=1500)) == 1.5


def test_entry_is_as_ever() -> None:
    """The bytes that are hashed, and their hash, are those of the first release: old timelines verify for ever."""
    # Both were computed with sha256sum, not with this code.
    at = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    body = {"text": {"$text": chain.text_digest("00" * 16, "Überall \ud800")}}
    written = codec.entry_json(7, at, at - timedelta(minutes=5), "änne", "NoteTaken", body)
    assert written == (
        '{"at":"2026-03-01T12:00:00.000Z",'
        '"body":{"text":{"$text":"35a1332d1b6dcdad6f760e41c501e980969b234a3e95575b0451a5875c26ece2"}},'
        '"by":"\\u00e4nne","occurred_at":"2026-03-01T11:55:00.000Z","seq":7,"type":"NoteTaken"}'
    )
    assert chain.entry_hash(chain.START, written) == "b28141f747555bb9a6282367bf345b85c9f4851abaf688ed87f2b667f33c9d30"
