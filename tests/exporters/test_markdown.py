"""The report that people read."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.examples import many
from tests.exporters.kept import exported
from tests.report.gameday import NAMES as DAY_NAMES
from tests.report.gameday import gameday
from tests.report.stories import NAMES, STILL_HIDDEN, exercise, incident
from warroom.core import commands as c
from warroom.core import events as e
from warroom.core.events import Entry
from warroom.core.readiness import Finding, Prediction
from warroom.exporters.escaping import inline
from warroom.exporters.markdown import export_markdown
from warroom.exporters.markdown.game import glance
from warroom.exporters.markdown.told import Aside, Told, timeline, told
from warroom.report.account import Account
from warroom.report.after_action import report
from warroom.testing import Table

GOLDEN = Path(__file__).parent / "golden"
REWRITE = os.environ.get("WARROOM_REWRITE") == "1"
# As forgiving as renderers are: HTML passes, addresses and strikethrough count.
PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def without_hash(text: str) -> str:
    """Salts are drawn anew for every room, so the head differs each time."""
    return re.sub(r"\b[0-9a-f]{64}\b", "0" * 64, text)


@pytest.mark.parametrize("story", [exercise, incident, gameday], ids=lambda story: story.__name__)
def test_the_report_reads_as_agreed_on(story: Callable[[], Table]) -> None:
    """The same timeline gives the same report, word for word."""
    golden = GOLDEN / f"{story.__name__}.md"
    now = without_hash(exported(story().entries, "markdown"))
    if REWRITE:
        golden.write_text(now, encoding="utf-8")
    assert now == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("end", [1, 5, 20, 40, 60, 77])
def test_the_report_gives_nothing_hidden_away(end: int) -> None:
    """At whatever moment it is written, no note and nothing unplayed is in it; reasons only when it is over."""
    entries = exercise().entries[:end]
    text = export_markdown(entries, NAMES, "")
    assert not STILL_HIDDEN.search(text)
    if "not over yet" in text:
        assert "CANARY" not in text


def test_a_running_game_keeps_its_expectations_to_itself() -> None:
    """Before the end nobody reads what is expected or what is broken on purpose."""
    table = exercise()
    acknowledged = next(at for at, each in enumerate(table.entries) if "Acknowledged" in type(each.event).__name__)
    text = export_markdown(table.entries[: acknowledged + 3], NAMES, "")
    assert "not over yet" in text
    assert not re.search("expected|Writes work again|databases/east", text, re.IGNORECASE)


@pytest.mark.parametrize("end", [16, 31, 45, 63, 75, 87, 90])
def test_a_game_day_is_revealed_when_it_is_over_and_not_before(end: int) -> None:
    """Predictions, ratings, notes, approvals, draws and changes of the plan are in no export of a game that goes on."""
    entries = gameday().entries[:end]
    over = any(isinstance(each.event, e.GameEnded) for each in entries)
    text, data = export_markdown(entries, DAY_NAMES, ""), exported(entries, "json")
    for each in (text, data):
        assert not re.search(r"CANARY-(NOTES|SCENARIO|TEXT|TITLE-OF-FLOOD)", each)
        if not over:
            assert not BEHIND.search(each)
    assert bool(BEHIND.search(text)) is over


BEHIND = re.compile(
    "until a customer calls|wrong region first|CANARY-TITLE|until a customer|backup is still running|rated|Rated|"
    "Murphy|dashboard|allowed that orders-db|What was predicted|began a runbook|must stay true, and was|later:"
)


# --- other people's words


HOSTILE = (
    "# heading",
    "a\n\n# heading\n\n- item",
    "| a | b |\n| --- | --- |\n| c | d |",
    "a | b || c",
    "a \\| b \\",
    "<script>alert(1)</script>",
    "<!-- hidden",
    "&lt;b&gt;bold&lt;/b&gt;",
    "![image](https://evil.example/x.png) [link](javascript:alert(1)) <https://evil.example>",
    "[ref]: https://evil.example",
    "`code` ``` fence",
    "```\nfence",
    "**bold** __bold__ *it* _it_ ~~gone~~",
    "1. one",
    "- one",
    "> quote",
    "---",
    "===",
    "\u202egnp.exe\u2066",
    "a\u0000b\x1b[31mred\x07",
    "\ud800 lone",
    "$x$ {% raw %} {{ x }}",
)


def played_with(text: str) -> Sequence[Entry]:
    """A real incident in which everybody says the same: its title, its alert, its notes, its messages."""
    table = Table([], exercise().runbooks.values())
    table.give(c.OpenIncident(by="U2", key="INC-1", workspace="T1", title=text, services=(text,)))
    table.give(c.RecordChannel(place="war-room", channel="C1", name="inc-1"))
    loud = c.Alert(key="k", name=text, firing=True, summary=text, severity=text)
    table.give(c.RaiseAlerts(by=text, source=text, group="g", alerts=(loud,)))
    table.give(c.HearMessage(by="U3", channel="C1", ts="1.1", text=text))
    table.give(c.TakeRole(by="U2", role=text))
    table.say("U2: walk I1 lost")
    table.give(c.RecordCheck(run="R1", step="really", attempt=1, holds=False, detail=text))
    for command in (
        c.TakeNote(by="U3", text=text),
        c.PostStatus(by="U3", text=text),
        c.AnswerStep(by="U3", run="R1", step="tell", answer="done", note=text),
        c.SkipStep(by="U3", run="R1", step="old", reason=text),
        c.AbandonRun(by="U3", run="R1", reason=text),
        c.Resolve(by="U3", incident="I1", note=text),
        c.RecordFailure(what=text, reason=text),
    ):
        table.give(command)
    return table.entries


def shape(text: str) -> Iterator[tuple[str, str]]:
    """What the text is made of: its blocks and marks, without its words."""
    for token in PARSER.parse(text):
        yield from _shape(token)


def _shape(token: Token) -> Iterator[tuple[str, str]]:
    if token.type == "inline":
        for child in token.children or []:
            if child.type != "text" and child.type != "text_special":
                yield child.type, child.markup
    else:
        yield token.type, token.tag


BENIGN = list(shape(export_markdown(played_with("words"), {"U2": "words", "U3": "words"}, "00")))


@pytest.mark.parametrize("text", HOSTILE)
def test_no_words_change_the_shape_of_the_report(text: str) -> None:
    """Whatever people, alerts and display names say, no heading, cell, link, image, mark or HTML comes of it."""
    report = export_markdown(played_with(text), {"U2": text, "U3": text}, "00")
    assert list(shape(report)) == BENIGN
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", report)
    report.encode("utf-8")


def day_with(text: str) -> Sequence[Entry]:
    """The game day, in which everybody who wrote or said something wrote and said this."""
    said = {
        e.Observed: {"text": text},
        e.ExpectationRated: {"note": text},
        e.EmergencyCalled: {"words": text},
        e.RealRoomOpened: {"key": text},
        e.GoSaid: {"reason": text},
        e.PlanShifted: {"reason": text},
        e.InjectSkipped: {"reason": text},
        e.MurphyVetoed: {"reason": text},
        e.Predicted: {"sheet": Prediction(detects=text, customers=text)},
        e.PreflightReported: {"findings": (Finding(what=text, holds=False, detail=text),)},
        e.StopConditionChanged: {"detail": text},
        e.OutsideChanged: {"frozen": text},
        e.Sidelined: {"why": text, "role": text},
        e.StepFlagged: {"comment": text},
        e.FaultRolledBack: {"detail": text},
        e.InjectPlayed: {"title": text},
    }
    return [replace(each, event=replace(each.event, **said.get(type(each.event), {}))) for each in gameday().entries]


BENIGN_DAY = list(shape(export_markdown(day_with("words"), dict.fromkeys(DAY_NAMES, "words"), "00")))


@pytest.mark.parametrize("text", HOSTILE)
def test_no_words_change_the_shape_of_a_drills_report(text: str) -> None:
    """What is revealed of a drill is as harmless: no note, prediction, reason or finding becomes markup."""
    report = export_markdown(day_with(text), dict.fromkeys(DAY_NAMES, text), "00")
    assert list(shape(report)) == BENIGN_DAY
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", report)


@given(st.text(alphabet=st.characters() | st.sampled_from("#|`<>&*_[]()!\\-+=~\n\r\t 1.:"), min_size=1))
@settings(max_examples=many(400), deadline=None)
def test_an_escaped_text_renders_as_its_own_words(text: str) -> None:
    """Alone on its line, in a list or in a table, any text is shown as it is and means nothing."""
    safe = inline(f"x{text}x")
    for line in (safe, f"- {safe}", f"# {safe}"):
        tokens = PARSER.parse(line)
        [inlined] = [token for token in tokens if token.type == "inline"]
        assert {child.type for child in inlined.children or []} <= {"text", "text_special"}
    cells = [token for token in PARSER.parse(f"| a | b |\n| --- | --- |\n| {safe} | z |") if token.type == "inline"]
    assert [token.content for token in cells[:2]] == ["a", "b"]
    assert len(cells) == 4


@given(st.text(alphabet="-+=#>1.) :!\\*_a", max_size=12))
@settings(max_examples=many(300), deadline=None)
def test_an_escaped_text_begins_no_block(text: str) -> None:
    """At the start of a line nothing becomes a list, a quotation, a rule or a heading."""
    kinds = {token.type for token in PARSER.parse(inline(text))}
    assert kinds <= {"paragraph_open", "inline", "paragraph_close"}


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("plain words, 5 % of it: (yes)", "plain words, 5 % of it: (yes)"),
        ("a|b <c> & `d`", "a\\|b &lt;c&gt; &amp; \\`d\\`"),
        ("two\nlines", "two lines"),
        ("1. one", "1\\. one"),
        ("\u202eabc", "abc"),
        ("👩\u200d🚒 می\u200cخواهم", "👩\u200d🚒 می\u200cخواهم"),
    ],
)
def test_escaping_leaves_ordinary_words_alone(text: str, safe: str) -> None:
    """Only what means something in Markdown is escaped; emoji and Persian keep their joiners."""
    assert inline(text) == safe


def test_a_very_long_message_is_shortened_and_says_so() -> None:
    """One pasted log does not bury the report."""
    assert inline("a" * 5000, 100) == "a" * 100 + " … (shortened here; the JSON export has all of it)"


def test_a_story_that_went_nowhere_has_one_time() -> None:
    """A game that ended within a minute of its story says when that was, once."""
    account = Account(DAY_NAMES)
    for entry in gameday().entries:
        account.add(entry)
    after = report(account)
    assert after.game is not None
    short = replace(after, game=replace(after.game, story=("Sunday, 18:00", "Sunday, 18:00")))
    assert dict(glance(short))["**In the story**"] == "Sunday, 18:00"


@pytest.mark.parametrize("all_of_them", [True, False])
def test_a_timeline_too_long_for_memory_reads_the_same(all_of_them: bool) -> None:
    """Rows that were put into a file meanwhile come back in their order, with every character."""
    account, rows = Account(DAY_NAMES), list[Told]()
    for entry in gameday().entries:
        account.add(entry)
        rows.append(told(entry, DAY_NAMES, account.room, account.part))
    odd = "two\nlines \u2028 \x85 \r | \ud800"
    rows.append(replace(rows[-1], phase=odd, line=replace(rows[-1].line, text=odd)))

    def written(aside: Aside) -> list[str]:
        with aside:
            for each in rows:
                aside.add(each)
            return list(timeline(report(account), aside, all_of_them=all_of_them))

    assert written(Aside(in_memory=1)) == written(Aside())
