"""What really happened as a scenario: the same offsets, what is expected as it was, and nobody's name."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import many
from tests.exchange.corpus import files, needs
from tests.report import stories
from warroom.core.events import (
    AlertFired,
    Entry,
    Event,
    IncidentAcknowledged,
    IncidentDeclared,
    IncidentResolved,
    Mode,
    NoteTaken,
    RoleTaken,
    RoomOpened,
    StatusPosted,
)
from warroom.core.injects import AlertInject, Announce, Speak
from warroom.core.when import Condition
from warroom.definitions.exchange import Brought, Given, NotBrought, documents, facts, pages, rooms
from warroom.definitions.exchange.roles import Roles
from warroom.definitions.lint import lint
from warroom.definitions.writing_scenarios import write

BEGAN = datetime(2026, 3, 1, 23, 50, tzinfo=UTC)
NAMES = {"U0ADA1234": "Ada Lovelace", "U0BEN1234": "Ben O'Neill-Roe", "U0WIL1234": "Will"}
ADA, BEN, WILL = NAMES


def room(*events: tuple[float, str, Event]) -> list[Entry]:
    """A timeline: minutes after the beginning, by whom, and what."""
    opened = RoomOpened(key="INC-7", workspace="T1", mode=Mode.REAL, title="Checkout fails")
    every = [(0.0, "warroom", opened), *events]
    return [
        Entry(seq=seq, at=BEGAN + timedelta(minutes=minutes), by=by, event=event)
        for seq, (minutes, by, event) in enumerate(every, start=1)
    ]


def outage(note: str = "nothing") -> list[Entry]:
    fired = AlertFired(
        alert="a", source="prometheus", name="ErrorsHigh", summary=f"2 % fail, ask {note}", labels={"owner": note}
    )
    declared = IncidentDeclared(
        incident="I1", title="Checkout fails", severity="SEV1", services=("web",), failure_modes=("errors",)
    )
    return room(
        (1, "prometheus", fired),
        (1, "warroom", declared),
        (3, ADA, IncidentAcknowledged(incident="I1")),
        (4.5, BEN, RoleTaken(role="commander", person=BEN)),
        (9, BEN, StatusPosted(text=f"We are on it. {note}")),
        (12, WILL, NoteTaken(text=note)),
        (31, ADA, IncidentResolved(incident="I1", note=note)),
    )


def text(found: Brought) -> str:
    return write(found.scenario, map(str, found.lasting))


def lints_clean(found: Brought, folder: Path) -> bool:
    (folder / "s.yaml").write_text(text(found))
    return lint([folder / "s.yaml"]) == ()


# --- rooms


def test_a_room_becomes_a_skeleton(tmp_path: Path) -> None:
    """The alert opens the incident at T+0m; what people did is hidden, by role, at the time it happened."""
    found = rooms.bring(outage(), NAMES, "INC-7", Given())
    (inject,) = found.scenario.injects
    assert isinstance(inject.what, AlertInject)
    assert inject.timing.at == timedelta(0)
    assert inject.incident
    assert (inject.incident.title, inject.incident.severity) == ("Checkout fails", "SEV1")
    assert inject.notes.split("\n")[:2] == ["T+2m, responder-1: acknowledged it", "T+3m 30s, commander: is in command"]
    assert lints_clean(found, tmp_path)


def test_what_is_expected_is_what_happened() -> None:
    """Acknowledged after two minutes, command after four (rounded up), an update after eight, resolved after thirty."""
    found = rooms.bring(outage(), NAMES, "INC-7", Given())
    name = found.scenario.injects[0].id
    expected = {each.met_by: each.within for each in found.scenario.expectations}
    assert expected == {
        Condition(word="acknowledged", ref=name): timedelta(minutes=2),
        Condition(word="commander_named", ref="yes"): timedelta(minutes=4),
        Condition(word="update_posted", ref="yes"): timedelta(minutes=8),
        Condition(word="resolved", ref=name): timedelta(minutes=30),
    }


@pytest.mark.parametrize("story", [stories.exercise, stories.incident])
def test_whole_stories_become_skeletons(story: object, tmp_path: Path) -> None:
    """A whole game day, and a real incident that was reopened, lint clean, and no name or id is left in them."""
    assert callable(story)
    found = rooms.bring(story().entries, stories.NAMES, "GD-1", Given())
    said = text(found)
    assert lints_clean(found, tmp_path)
    assert [word for word in (*stories.NAMES, *stories.NAMES.values()) if re.search(rf"\b{word}\b", said)] == []


def test_what_was_opened_again_was_not_over() -> None:
    """The time until it was resolved for good is what is expected, not the first false all-clear."""
    found = rooms.bring(stories.incident().entries, stories.NAMES, "INC-7", Given())
    (resolved,) = [
        each for each in found.scenario.expectations if each.met_by and each.met_by.shown.startswith("resolved")
    ]
    assert resolved.within == timedelta(minutes=32)


def test_a_room_without_news_is_refused() -> None:
    """Where no alert fired and nothing was declared there is nothing to play."""
    with pytest.raises(NotBrought, match="INC-7: no alert fired"):
        rooms.bring(room((1, ADA, NoteTaken(text="hello"))), NAMES, "INC-7", Given())


# --- names

spoken = st.sampled_from(
    [
        *(f"<@{each}>" for each in NAMES), *(f"<@{each}|someone>" for each in NAMES), *NAMES.values(), *NAMES,
        "@ada", "ada lovelace", "LOVELACE", "Ada's", "O'Neill-Roe", "ada.lovelace@example.com", "<#C0SECRET1|ops>", "<!subteam^S0TEAM1234>",
        "https://chat.example.com/archives/C0SECRET1/p1?who=ada", "<https://example.com/ada|the page>", "+44 20 7946 0958",
    ]
)  # fmt: skip
GONE = (
    *("ada", "lovelace", "ben", "neill", "roe", "U0ADA1234", "U0BEN1234", "U0WIL1234", "C0SECRET1", "S0TEAM1234"),
    *("example.com", "7946"),
)


@settings(max_examples=many(80), deadline=None)
@given(
    st.lists(
        st.one_of(spoken, st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=8)), max_size=6
    )
)
def test_no_name_and_no_id_survives(parts: list[str]) -> None:
    """Whatever people typed around them: no id, name, part of a name, address, link or telephone number is in the scenario."""
    said = text(rooms.bring(outage(" ".join(parts)), NAMES, "INC-7", Given()))
    assert [
        each
        for each in GONE
        if each in " ".join(parts) and re.search(rf"(?<!\w){re.escape(each)}(?!\w)", said, re.IGNORECASE)
    ] == []
    assert not re.search(r"<(?:@[\w.-]+|#\w+|!\w+[^<>]*)(?:\|[^<>]*)?>", said, re.ASCII)


def test_names_that_are_words() -> None:
    """Will is replaced, and what will be is not."""
    roles = Roles(people=NAMES)
    assert roles.scrub("Will says it will take an hour") == "responder-1 says it will take an hour"


# --- incident facts


@needs("postmortems")
def test_facts_of_the_corpus(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All eleven become scenarios that lint clean, and every news of theirs is an inject at the same offset."""
    counted = {"files": 0, "injects": 0, "expectations": 0}
    for file in files("postmortems", "*.yaml"):
        document = documents.document(file)
        found = facts.bring(document, file, Given())
        assert lints_clean(found, tmp_path), file.name
        at = {each.timing.at for each in found.scenario.injects}
        for event in document["events"]:
            if event["kind"] in ("alert", "report") and event["t"] and not event["t"].startswith("-"):
                hours, minutes, seconds = map(int, event["t"].lstrip("+").split(":"))
                assert timedelta(hours=hours, minutes=minutes, seconds=seconds) in at, (file.name, event)
        counted["files"] += 1
        counted["injects"] += len(found.scenario.injects)
        counted["expectations"] += len(found.scenario.expectations)
    with capsys.disabled():
        print(f"\nincident facts: {counted}")
    assert counted["files"] == 11


def test_nothing_of_the_facts_is_lost(tmp_path: Path) -> None:
    """What happened before the start, at no known time, and what nobody verified, is in the notes of somebody."""
    document = {
        "schema": "incident-facts/1",
        "title": "Lost",
        "services": ["databases (primary)"],
        "events": [
            {"t": None, "kind": "change", "actor": "operator", "what": "A flag is set."},
            {"t": "-00:10:00", "kind": "alert", "actor": "mail", "what": "A mail nobody reads."},
            {"t": "+00:00:00", "kind": "fault", "actor": "disk", "what": "The disk fails."},
            {"t": "+00:02:00", "kind": "report", "actor": "users", "what": "Users report errors."},
            {"t": "+00:30:00", "kind": "recovery", "actor": "responders", "what": "All is well."},
        ],
        "not_verified": ["the cause"],
    }
    found = facts.bring(document, Path("lost.yaml"), Given())
    said = text(found)
    for each in (*(event["what"] for event in document["events"]), "the cause"):  # type: ignore[attr-defined]
        assert str(each) in said
    (inject,) = found.scenario.injects
    assert inject.what == Speak(actor="users", text="Users report errors.")
    assert inject.timing.at == timedelta(minutes=2)
    assert inject.incident
    assert inject.incident.services == ("databases",)
    assert [each.within for each in found.scenario.expectations] == [timedelta(minutes=28)]
    assert lints_clean(found, tmp_path)


def test_a_time_that_cannot_be_read_is_said() -> None:
    """The number of the event, what it says, and what to write."""
    document = {"events": [{"t": "later", "what": "x", "kind": "alert"}]}
    with pytest.raises(NotBrought, match="event 1 has `t: later`; write hours"):
        facts.bring(document, Path("f.yaml"), Given())


# --- reports in Markdown

REPORT = """\
# 2026-03-01, The shop was slow

## Timeline

All times in UTC

### 2026-03-01 23:50

Grafana is red. [Graph](https://example.com/g?u=tim).

### 23:58 - Users say so

A user reported errors. Tim signs off, Yuvi and Carol discuss.

```
23:59 secret@example.com
```

### 0:20 - 0:30

Rolled back by @yuvi. Service resumes.

## Action items

### 10:00

Not part of it.
"""


def report(tmp_path: Path, said: str, people: tuple[str, ...] = ()) -> Brought:
    (tmp_path / "report.md").write_text(said)
    return pages.bring(tmp_path / "report.md", Given(people=people))


def test_a_report_becomes_a_skeleton(tmp_path: Path) -> None:
    """Headings with times are moments, over midnight too; code, links and names are left out; the rest of the page is not read."""
    found = report(tmp_path, REPORT)
    first, second = found.scenario.injects
    assert found.scenario.title == "The shop was slow"
    assert (first.what, second.timing.at) == (Announce(text="Grafana is red. Graph."), timedelta(minutes=8))
    assert [each.within for each in found.scenario.expectations] == [timedelta(minutes=30)]
    assert any("taken for people, and replaced: Tim, Yuvi, Carol" in note.text for note in found.notes)
    said = text(found)
    assert not re.search(r"\b(tim|yuvi|carol|secret|example|Not part)\b", said, re.IGNORECASE)
    assert "responder-" in said
    assert lints_clean(found, tmp_path)


@pytest.mark.parametrize(
    "line",
    [
        "- 14:05 It is slow",
        "* **14:05** - It is slow",
        "| 14:05 | It is slow |",
        "14:05 UTC: It is slow",
        "1. 2026-03-01 14:05 It is slow",
    ],
)
def test_other_ways_of_writing_a_timeline(line: str, tmp_path: Path) -> None:
    """Lists, tables and plain lines that begin with a time are moments as well."""
    found = report(
        tmp_path, f"# Slow\n\n## Timeline\n\n{line}\n{line.replace('14:05', '14:25').replace('slow', 'resolved')}\n"
    )
    assert found.scenario.injects[0].what == Announce(text="It is slow")
    assert [each.within for each in found.scenario.expectations] == [timedelta(minutes=20)]


def test_people_that_are_given_are_left_out(tmp_path: Path) -> None:
    """A name that is used as no other is can be named."""
    said = "# Slow\n\n## Timeline\n\n- 14:05 Slow, according to Zaphod\n"
    assert "Zaphod" in text(report(tmp_path, said))
    assert "Zaphod" not in text(report(tmp_path, said, ("Zaphod",)))


@pytest.mark.parametrize(
    ("said", "sentence"),
    [("# A\n\nNothing.\n", "there is no heading `Timeline`"), ("# A\n\n## Timeline\n\nSoon.\n", "no entry has a time")],
)
def test_a_report_without_a_timeline_is_refused(said: str, sentence: str, tmp_path: Path) -> None:
    """It is said what is missing and how to write it."""
    with pytest.raises(NotBrought, match=sentence):
        report(tmp_path, said)


def test_a_verb_is_nobodys_name(tmp_path: Path) -> None:
    """A participle at the beginning of a sentence is used as a name would be; it stays, wherever it stands."""
    found = report(tmp_path, "# Failed deploy\n\n## Timeline\n\n- 14:05 It failed. Ted deploys again\n")
    assert found.scenario.title == "Failed deploy"
    assert found.scenario.injects[0].what.words() == "It failed. responder-1 deploys again"


def test_a_name_that_is_given_is_left_out_of_every_source() -> None:
    """Somebody who was never in the room, and somebody whom incident facts name, are left out when they are named."""
    given = Given(people=("Zaphod",))
    events = [{"t": "+00:00:00", "kind": "alert", "actor": "Zaphod", "what": "Zaphod says it is slow."}]
    for found in (
        rooms.bring(outage("Ask Zaphod about it"), NAMES, "INC-7", given),
        facts.bring({"events": events}, Path("f.yaml"), given),
    ):
        assert "zaphod" not in text(found).lower()


@needs("incident_reports")
def test_reports_of_the_corpus(tmp_path: Path) -> None:
    """All twelve become scenarios that lint clean; the template, which has no times, is refused; no name found by hand is left."""
    refused = 0
    for file in files("incident_reports", "*.md"):
        try:
            found = pages.bring(file, Given())
        except NotBrought:
            refused += 1
            assert file.name.startswith("template")
            continue
        assert lints_clean(found, tmp_path), file.name
        said = text(found)
        assert not re.search(r"\b(Tim|Carol|Yuvi|Min|willingc)\b|@googlegroups|https?:|<iframe", said), file.name
    assert refused == 1
    assert len(files("incident_reports", "*.md")) == 13
