"""The export for programs, and its verification: a file that was changed anywhere does not verify."""

import ast
import contextlib
import io
import json
import sys
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tests.examples import many
from tests.exporters.kept import database, exported, keep, summary, written
from tests.report.gameday import gameday
from tests.report.stories import STILL_HIDDEN, exercise, incident
from warroom.core import events as e
from warroom.core.chain import START, canonical, entry_hash, text_digest
from warroom.core.events import Entry
from warroom.core.roomfold import fold
from warroom.errors import NotFound, VerificationFailed
from warroom.exporters import EXPORTERS, USUAL, Profile, export, file_name, write
from warroom.exporters import verify as verifier
from warroom.exporters.source import TOLD, source
from warroom.exporters.verify import BadEntry, Verified, verify
from warroom.store import redacting, rooms

Export = dict[str, Any]


def text(profile: Profile = Profile.PLAYERS) -> str:
    return _text(profile)


@cache
def _text(profile: Profile) -> str:
    return exported(exercise().entries, "json", profile)


def parsed(profile: Profile = Profile.PLAYERS) -> Export:
    """A fresh copy, to be tampered with."""
    found: Export = json.loads(text(profile))
    return found


def check(changed: Export) -> Verified:
    return verify(io.StringIO(json.dumps(changed)))


COUNT = len(exercise().entries)


# --- what is in it


def test_an_export_verifies() -> None:
    """What is written verifies, and says how many entries there are and what the head is."""
    found = verify(io.StringIO(text()))
    assert found.entries == COUNT
    assert found.head == parsed()["head"] == parsed()["entries"][-1]["hash"]
    secrets = [field for each in parsed()["entries"] for field, kept in each["texts"].items() if "withheld" in kept]
    plan = {"scenario", "seed", "history", "graph", "breakable"}
    assert {*plan, "title", "inject", "reason"} >= set(secrets) > plan
    assert (found.withheld, found.redacted, found.unread) == (len(secrets), 0, 0)


def test_the_players_file_holds_nothing_hidden() -> None:
    """No hidden text is in the entries of the players' export, nor its salt; the controllers' has all of it."""
    played = e.InjectPlayed.__name__
    public = [each for each in text().splitlines() if f'"type":"{played}"' not in each and '"report":' not in each]
    assert "CANARY" not in "\n".join(public)
    assert not STILL_HIDDEN.search(text())
    [planned] = [each for each in parsed()["entries"] if each["type"] == "GamePlanned"]
    assert set(planned["texts"]) == {"scenario", "seed", "history", "graph", "breakable"}
    assert all(each == {"withheld": True} for each in planned["texts"].values())
    assert "CANARY-SCENARIO" in text(Profile.CONTROLLERS)
    assert verify(io.StringIO(text(Profile.CONTROLLERS))).withheld == 0


def test_the_seal_can_be_computed_anew_from_the_file_alone() -> None:
    """With the salt and the sheets of the report, and what docs/exports.md says, anybody gets the published digest."""
    told = json.loads(exported(gameday().entries, "json"))["report"]["game"]["revealed"]
    sheets: dict[str, list[dict[str, str]]] = {}
    for each in told["predictions"]:
        said = {name: str(each["said"][name]) for name in ("detects", "alert", "heals", "customers", "restored")}
        sheets.setdefault(each["inject"], []).append({"by": each["by"], **said})
    seal = told["seal"]
    assert sha256(f"{seal['salt']}\n{canonical(sheets)}".encode()).hexdigest() == seal["digest"]


def test_both_profiles_have_the_same_chain() -> None:
    """What is withheld does not change the hashes."""
    assert parsed()["head"] != START
    with database() as opened:
        room = opened.tx_sync(keep, exercise().entries)
        heads = {json.loads(opened.read_sync(written, room, "json", profile))["head"] for profile in Profile}
    assert len(heads) == 1


@pytest.mark.parametrize("end", range(3, COUNT, 7))
def test_before_the_end_of_a_game_its_plan_is_withheld(end: int) -> None:
    """Of a running game players get no expectation and no breakage, and the file verifies all the same."""
    entries = exercise().entries[:end]
    over = any(isinstance(entry.event, e.GameEnded) for entry in entries)
    changed = exported(entries, "json")
    found = verify(io.StringIO(changed))
    assert found.entries == end
    if over:
        assert found.unread == 0
    else:
        assert "Writes work again" not in changed
        assert 'databases/east","type"' not in changed
        assert not [each for each in json.loads(changed)["entries"] if "Expectation" in each.get("type", "")]


def test_a_restart_changes_no_byte(tmp_path: Path) -> None:
    """Exported before and after the database was closed and opened again, the files are the same."""
    url = f"sqlite:///{tmp_path / 'warroom.db'}"
    with database(url) as opened:
        room = opened.tx_sync(keep, exercise().entries)
        before = opened.read_sync(export, room)
    with database(url) as opened:
        assert opened.read_sync(export, room) == before


def test_a_redacted_text_is_gone_and_the_rest_verifies() -> None:
    """A redaction takes out the text and its salt, and is counted, not blamed; unless no entry tells of it."""
    with database() as opened:
        room = opened.tx_sync(keep, exercise().entries)
        heard = next(each for each in exercise().entries if isinstance(each.event, e.MessageHeard))
        opened.tx_sync(redacting.redact, room, heard.seq, "text")
        silent = opened.read_sync(written, room, "json")
        opened.tx_sync(tell_of_it, room, e.TextRedacted(seq=heard.seq, field="text"), len(exercise().entries))
        changed = opened.read_sync(written, room, "json")
        report = opened.read_sync(written, room, "markdown")
    with pytest.raises(BadEntry, match="no entry says so") as caught:
        verify(io.StringIO(silent))
    assert caught.value.seq == heard.seq
    assert "looks" not in changed
    assert json.loads(changed)["entries"][heard.seq - 1]["texts"] == {"text": {"redacted": True}}
    assert verify(io.StringIO(changed)).redacted == 1
    assert "Player 1 said: “\\[removed\\]”" in report


def tell_of_it(conn: Any, room: int, event: e.TextRedacted, after: int) -> None:
    last = exercise().entries[-1]
    entry = Entry(seq=after + 1, at=last.at, by="warroom", event=event)
    rooms.append(conn, rooms.lock(conn, room), [entry], summary(fold([*exercise().entries, entry])))


def test_what_comes_later_is_not_in_it() -> None:
    """The file and its head are of one moment, also when the room goes on meanwhile."""
    entries = incident().entries
    with database() as opened:
        room = opened.tx_sync(keep, entries[:-1])
        row = opened.read_sync(rooms.find, None, str(room))
        assert row is not None

        def while_reading(conn: Any) -> str:
            here = source(conn, room, Profile.PLAYERS)
            rooms.append(conn, rooms.lock(conn, room), entries[-1:], summary(fold(entries)))
            out = io.StringIO()
            EXPORTERS["json"].write(here, out)
            return out.getvalue()

        assert verify(io.StringIO(opened.tx_sync(while_reading))).head == row.head_hash


def test_the_files_are_named_and_marked() -> None:
    """Files of an exercise say so in their name and title."""
    with database() as opened:
        game, real = opened.tx_sync(keep, exercise().entries), opened.tx_sync(keep, incident().entries)
        files = [*opened.read_sync(export, game), *opened.read_sync(export, real)]
    assert [each.name for each in files] == ["exercise-gd-1.md", "exercise-gd-1.json", "inc-7.md", "inc-7.json"]
    assert [each.title.split(":")[0] for each in files] == ["EXERCISE GD-1"] * 2 + ["INC-7"] * 2
    assert file_name("GD-1", "drill", EXPORTERS["json"]) == "exercise-gd-1.json"


def test_a_room_that_is_not_there_is_said_so() -> None:
    """Exporting nothing is an error with a sentence."""
    with database() as opened, pytest.raises(NotFound, match="no room 7"):
        opened.read_sync(export, 7)


# --- what is noticed


def _edit_body(entry: Export) -> None:
    entry["body"]["added"] = "x"


def _edit_time(entry: Export) -> None:
    entry["at"] = entry["at"].replace("2012", "2013")


def _edit_when(entry: Export) -> None:
    entry["occurred_at"] = "2012-10-21T08:00:00.000Z"


def _edit_author(entry: Export) -> None:
    entry["by"] += "x"


def _edit_type(entry: Export) -> None:
    entry["type"] = "NoteTaken" if entry["type"] != "NoteTaken" else "StatusPosted"


def _edit_hash(entry: Export) -> None:
    entry["hash"] = entry["hash"][:-1] + ("0" if entry["hash"][-1] != "0" else "1")


def _add_text(entry: Export) -> None:
    entry["texts"]["more"] = {"salt": "00", "text": "x"}


def _drop_member(entry: Export) -> None:
    del entry["occurred_at"]


def _add_member(entry: Export) -> None:
    entry["remark"] = "genuine"


def _edit_seq(entry: Export) -> None:
    entry["seq"] += 1_000


def _seq_as_text(entry: Export) -> None:
    entry["seq"] = str(entry["seq"])


EDITS = (
    *(_edit_body, _edit_time, _edit_when, _edit_author, _edit_type, _edit_hash),
    *(_add_text, _drop_member, _add_member, _edit_seq, _seq_as_text),
)


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__.strip("_"))
def test_a_changed_entry_is_named(edit: Callable[[Export], None]) -> None:
    """Whatever is changed in whichever entry, exactly that entry is named."""
    for place in range(COUNT):
        changed = parsed()
        edit(changed["entries"][place])
        with pytest.raises(BadEntry) as caught:
            check(changed)
        assert caught.value.seq == place + 1


TEXTS = [
    (place, field)
    for place, each in enumerate(parsed()["entries"])
    for field, kept in each["texts"].items()
    if "text" in kept
]


@pytest.mark.parametrize("what", ["text", "salt", "dropped", "replaced", "both gone"])
def test_a_changed_text_is_named(what: str) -> None:
    """A person's words cannot be changed, exchanged or dropped; the entry and the field are named."""
    assert len(TEXTS) > 8
    for place, field in TEXTS:
        changed = parsed()
        texts = changed["entries"][place]["texts"]
        match what:
            case "dropped":
                del texts[field]
            case "replaced":
                texts[field] = "words"
            case "both gone":
                texts[field] = {}
            case _:
                texts[field][what] += "0"
        with pytest.raises(BadEntry, match=field) as caught:
            check(changed)
        assert caught.value.seq == place + 1


@pytest.mark.parametrize("numbered", [False, True], ids=["as it was", "numbered anew"])
@pytest.mark.parametrize("place", range(0, COUNT - 1, 3))
def test_a_missing_entry_is_named(place: int, numbered: bool) -> None:
    """Taking an entry out is noticed where it stood, also when the others are numbered anew."""
    changed = parsed()
    del changed["entries"][place]
    if numbered:
        for seq, each in enumerate(changed["entries"], start=1):
            each["seq"] = seq
    with pytest.raises(BadEntry) as caught:
        check(changed)
    assert caught.value.seq == place + 1


@pytest.mark.parametrize("place", range(0, COUNT - 1, 3))
def test_a_moved_entry_is_named(place: int) -> None:
    """Exchanging two neighbours is noticed at the first of them."""
    changed = parsed()
    entries = changed["entries"]
    entries[place], entries[place + 1] = entries[place + 1], entries[place]
    with pytest.raises(BadEntry, match="moved") as caught:
        check(changed)
    assert caught.value.seq == place + 1


@pytest.mark.parametrize("place", range(0, COUNT, 3))
def test_an_added_entry_is_named(place: int) -> None:
    """A copy of an entry is noticed where it stands a second time."""
    changed = parsed()
    changed["entries"].insert(place + 1, changed["entries"][place])
    with pytest.raises(BadEntry, match="again") as caught:
        check(changed)
    assert caught.value.seq == place + 1


def forged(after: str, seq: int) -> Export:
    """An entry whose hash does follow from the one before."""
    entry = {"seq": seq, "at": "x", "occurred_at": None, "by": "U2", "type": "RoomClosed", "body": {}}
    return {**entry, "hash": entry_hash(after, canonical(entry)), "texts": {}}


@pytest.mark.parametrize("place", range(1, COUNT - 1, 5))
def test_a_forged_entry_breaks_the_chain_behind_it(place: int) -> None:
    """Replacing an entry by one with a fitting hash is noticed at the next one, which says why."""
    changed = parsed()
    changed["entries"][place] = forged(changed["entries"][place - 1]["hash"], place + 1)
    with pytest.raises(BadEntry, match="the entry before it was replaced") as caught:
        check(changed)
    assert caught.value.seq == place + 2


@pytest.mark.parametrize("left", range(0, COUNT, 5))
def test_a_cut_off_timeline_is_noticed(left: int) -> None:
    """Without its last entries a timeline does not end in its head."""
    changed = parsed()
    del changed["entries"][left:]
    with pytest.raises(VerificationFailed, match=f"cut off after entry {left}" if left else "no entries"):
        check(changed)


def test_what_was_computed_anew_is_noticed_by_the_head() -> None:
    """Against somebody who computes all hashes again, the head that was written down elsewhere helps."""
    changed = parsed()
    entry = changed["entries"][-1]
    entry["by"] = "U4"
    hashed = {name: entry[name] for name in ("seq", "at", "occurred_at", "by", "type", "body")}
    entry["hash"] = changed["head"] = entry_hash(changed["entries"][-2]["hash"], canonical(hashed))
    around = {name: changed[name] for name in ("format", "room", "profile", "names", "head", "report")}
    changed["seal"] = sha256(canonical(around).encode()).hexdigest()
    check(changed)
    with pytest.raises(VerificationFailed, match="computed anew"):
        verify(io.StringIO(json.dumps(changed)), head=parsed()["head"])
    assert verify(io.StringIO(text()), head=f" {parsed()['head'].upper()}\n").entries == COUNT


@pytest.mark.parametrize("member", ["room", "profile", "names", "report", "head", "seal"])
def test_what_stands_around_the_entries_is_sealed(member: str) -> None:
    """An edited report, name or head is noticed although every entry is genuine."""
    changed = parsed()
    if isinstance(changed[member], dict):
        changed[member]["title"] = "x"
    else:
        changed[member] += "x"
    with pytest.raises(VerificationFailed):
        check(changed)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "not JSON: .* line 1, column 1"),
        (text()[: len(text()) // 2], r"not JSON: .* line \d\d"),
        ("[]", "not an export of warroom"),
        ('{"format": "grafana"}', "not an export of warroom"),
        ('{"format": "warroom-export/2"}', "format warroom-export/2; this release of warroom knows only"),
        ('{"format": "warroom-export/1"}', "lacks, or should not have, entries, head"),
        (text().replace('"entries":[', '"entries":[],"entries":[', 1), "a name stands twice"),
        (text().replace('"seq":3,', '"seq":NaN,', 1), "NaN is not a number"),
        (text().replace('"seq":3,', f'"seq":{"9" * 5000},', 1), "no JSON that warroom wrote"),
        ("[" * 100_000, "no JSON that warroom wrote"),
        (json.dumps({**parsed(), "entries": [None]}), "Entry 1: it has no number"),
        (json.dumps({**parsed(), "entries": {}}), "entries"),
    ],
)
def test_what_is_no_export_gets_a_sentence(content: str, sentence: str) -> None:
    """Broken JSON is named with its line, other files and formats by what they are."""
    with pytest.raises(VerificationFailed, match=sentence):
        verify(io.StringIO(content))


def test_a_file_of_other_bytes_gets_a_sentence(tmp_path: Path) -> None:
    """A file that is no text is named as such."""
    path = tmp_path / "x.json"
    path.write_bytes(b'{"format": "\xff"}')
    with pytest.raises(VerificationFailed, match="not a text in UTF-8"):
        verify(path)


def test_a_printed_export_still_verifies(tmp_path: Path) -> None:
    """White space, the order of names and the way letters are escaped are no changes."""
    path = tmp_path / "x.json"
    path.write_text(json.dumps(parsed(), indent=2, sort_keys=True, ensure_ascii=False), encoding="utf-8")
    assert verify(path) == verify(io.StringIO(text()))


LINES = text().splitlines()
ENTRY_LINES = [place for place, each in enumerate(LINES) if each.startswith('{"at"')]


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same in JSON: 1 and 1.0 and true are not."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


@given(data=st.data())
@settings(max_examples=many(400), deadline=None)
def test_any_changed_byte_of_an_entry_is_noticed(data: st.DataObject) -> None:
    """No byte of an entry can be changed, added or taken out unnoticed, unless the JSON still says the same."""
    number = data.draw(st.integers(0, len(ENTRY_LINES) - 1), label="entry")
    line = LINES[ENTRY_LINES[number]]
    at = data.draw(st.integers(0, len(line.rstrip(",")) - 1), label="at")
    byte = data.draw(
        st.one_of(st.sampled_from('0123456789abcdefE+-."\\,:{}[]untrls '), st.characters(max_codepoint=255))
    )
    how = data.draw(st.sampled_from(["change", "add", "take out"]))
    edited = line[:at] + ("" if how == "take out" else byte) + line[at + (how != "add") :]
    with contextlib.suppress(ValueError):
        assume(not same(json.loads(edited.rstrip(",")), json.loads(line.rstrip(","))))
    lines = [*LINES]
    lines[ENTRY_LINES[number]] = edited
    with pytest.raises(VerificationFailed) as caught:
        verify(io.StringIO("\n".join(lines)))
    if isinstance(caught.value, BadEntry):
        assert caught.value.seq == number + 1


@given(salt=st.text(max_size=8), words=st.text())
@example(salt="00", words="\ud800")
@settings(max_examples=many(100), deadline=None)
def test_odd_texts_verify(salt: str, words: str) -> None:
    """Any text a person can send, lone surrogates and all, is kept, exported and verified."""
    entry = {
        "seq": 1,
        "at": "x",
        "occurred_at": None,
        "by": words,
        "type": "NoteTaken",
        "body": {"text": {"$text": text_digest(salt, words)}, "labels": {"$$text": words}},
    }
    hash_ = entry_hash(START, canonical(entry))
    made = {**parsed(), "head": hash_}
    made["entries"] = [{**entry, "hash": hash_, "texts": {"text": {"salt": salt, "text": words}}}]
    with pytest.raises(VerificationFailed, match="around them"):
        check(made)


def test_the_verifier_needs_no_database() -> None:
    """It uses the standard library, the definition of the chain and the errors; nothing else of warroom."""
    imports = [
        node
        for node in ast.walk(ast.parse(Path(verifier.__file__).read_text("utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    names = {node.module if isinstance(node, ast.ImportFrom) else node.names[0].name for node in imports}
    ours = {name for name in names if name and name.split(".")[0] not in sys.stdlib_module_names}
    assert ours == {"warroom.core.chain", "warroom.core.redactions", "warroom.errors"}


def test_an_export_tells_how_far_it_is() -> None:
    """The share that is done grows from nothing to the whole, in every usual format, and once for every few hundred entries."""
    first = exercise().entries[0]
    notes = [
        Entry(seq=seq, at=first.at, by="U1", event=e.NoteTaken(text=f"Note {seq}")) for seq in range(2, 2 * TOLD + 1)
    ]
    with database() as db:
        room = db.tx_sync(keep, [first, *notes])
        for exporter in USUAL:
            told: list[float] = []
            db.read_sync(write, room, exporter, io.StringIO(), tell=told.append)
            assert told == sorted(told)
            assert len(told) == 2 * exporter.readings
            assert told[-1] == 1.0
