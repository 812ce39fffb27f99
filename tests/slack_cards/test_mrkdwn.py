"""Text on its way to Slack and back."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.slack_cards.fakes import HOSTILE, MANY
from warroom.core.words import Bold, Code, Person, Place, Time
from warroom.slack.mrkdwn import (
    channel,
    clean,
    code_block,
    escape,
    link,
    one_line,
    person,
    quote,
    render,
    unescape,
    unmarked,
)

AT = datetime(2012, 10, 21, 16, 3, tzinfo=timezone(timedelta(hours=2)))


def test_references_become_slacks_own() -> None:
    """People, times, channels and emphasis are the only markup there is."""
    words = (Person("U1"), " at ", Time(AT), " in ", Place("war-room"), ": ", Bold("a"), " ", Code("b"))
    rendered = render(words, {"war-room": "C1"})
    assert rendered == f"<@U1> at <!date^{int(AT.timestamp())}^{{time}}|14:03 UTC> in <#C1>: *a* `b`"


def test_a_place_that_is_not_open_is_named() -> None:
    """Without a channel the place is a word, not a broken link."""
    assert render((Place("war-room"),), {}) == "#war-room"


@pytest.mark.parametrize("id", ["warroom", "alertmanager", "U1|x", "U1>", "<!channel>", "u1", "", "B1 U2"])
def test_only_slacks_own_ids_become_mentions(id: str) -> None:
    """Whatever else stands where a person should is text."""
    assert "<" not in person(id)
    assert "<" not in channel(id)


@MANY
@given(st.lists(st.one_of(HOSTILE, HOSTILE.map(Bold), HOSTILE.map(Code), HOSTILE.map(Person), HOSTILE.map(Place))))
def test_no_text_becomes_a_reference(words: list[str | Bold | Code | Person | Place]) -> None:
    """From strings, and from references that hold no id, comes no `<` at all."""
    assert "<" not in render(tuple(words), {"war-room": "C1"})


@MANY
@given(HOSTILE)
def test_what_is_escaped_reads_as_it_was(text: str) -> None:
    """Unescaping gives back the text, but for what cannot be seen."""
    assert clean(unescape(escape(text))) == clean(text)


@MANY
@given(HOSTILE)
def test_a_line_stays_a_line(text: str) -> None:
    """A title cannot start a line of its own."""
    assert "\n" not in one_line(text)
    assert len(one_line(text).splitlines()) <= 1


@MANY
@given(HOSTILE)
def test_plain_text_holds_no_markup_even_if_it_were_parsed(text: str) -> None:
    """Headers, labels and options show the text; no sequence in them is a mention."""
    assert not re.search("<[!@#a-z]", unmarked(text), re.IGNORECASE)
    assert clean(unmarked(text)) == clean(text)


@MANY
@given(HOSTILE)
def test_commands_are_copied_exactly(text: str) -> None:
    """A code block holds what was written, and is not ended by it."""
    block = code_block(text)
    assert block.count("```") == 2
    assert clean(unescape(block[4:-4])) == clean(text)


@MANY
@given(HOSTILE)
def test_every_line_of_a_quotation_is_quoted(text: str) -> None:
    """Nothing of what somebody said stands outside of the quotation."""
    assert all(line.startswith(">") for line in quote(text).split("\n"))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.example/x?a=1&b=2", "<https://a.example/x?a=1&amp;b=2|a.example>"),
        ("http://A.example:9090/|x>", "<http://A.example:9090/%7Cx%3E|a.example>"),
        ("https://good.example@evil.example/", "<https://good.example@evil.example/|evil.example>"),
        ("javascript:alert(1)", ""),
        ("slack://channel?id=C1", ""),
        ("https://exämple.com/", ""),
        ("https://a.example/\n<!channel>", ""),
        ("https:// a.example", ""),
        ("https://", ""),
        ("http://[::1", ""),
        ("", ""),
        ("https://a.example/" + "x" * 3_000, ""),
    ],
)
def test_a_link_says_where_it_leads(url: str, shown: str) -> None:
    """Only plain http(s) addresses become links, labelled with their host."""
    assert link(url) == shown


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("<@U1> and <@U2|ben>", "@ana and @ben"),
        ("in <#C1> or <#C2|general>", "in #war-room or #general"),
        ("<!here> <!subteam^S1|@oncall> <!subteam^S2>", "@here @oncall @subteam"),
        ("<!date^1^{time}|09:00 UTC>", "09:00 UTC"),
        ("<https://a.example> <https://a.example|a.example>", "https://a.example https://a.example"),
        ("<https://a.example/x?a&amp;b|the graph>", "the graph (https://a.example/x?a&b)"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("1 &lt; 2 &amp;amp; &quot;", "1 < 2 &amp; &quot;"),
        ("a < b, <unclosed", "a < b, <unclosed"),
        ("<>", ""),
    ],
)
def test_text_from_slack_is_read_as_people_see_it(text: str, read: str) -> None:
    """Mentions, channels, links and entities come back as words."""
    assert unescape(text, {"U1": "ana", "C1": "war-room"}) == read


def test_line_ends_of_every_kind_are_line_ends() -> None:
    """Text from files and from other systems keeps its lines."""
    assert clean("a\r\nb\rc\u2028d\x85e\tf") == "a\nb\nc\nd\ne\tf"


def test_dates_are_in_utc_where_they_are_not_drawn() -> None:
    """The fallback of a date does not depend on the zone it came in."""
    assert render((Time(AT),), {}) == render((Time(AT.astimezone(UTC)),), {})
