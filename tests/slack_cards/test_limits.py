"""Cutting text to size."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.slack_cards.fakes import HOSTILE, LONG, MANY
from warroom.slack.blocks import paragraphs
from warroom.slack.limits import channel_name, clamp, clamp_mrkdwn, size, topic
from warroom.slack.mrkdwn import bold, code_block, escape, person

MOST = st.integers(10, 200)
PIECES = st.lists(st.one_of(HOSTILE.map(escape), st.just(person("U1")), HOSTILE.map(code_block), HOSTILE.map(bold)))


@MANY
@given(st.one_of(HOSTILE, LONG), MOST)
def test_a_clamped_text_fits(text: str, most: int) -> None:
    """It has at most so many units, and begins as it began."""
    cut = clamp(text, most)
    assert size(cut) <= most
    assert cut == text or text.startswith(cut.removesuffix("…"))


@MANY
@given(PIECES.map("".join), MOST)
def test_clamped_mrkdwn_holds_nothing_half(text: str, most: int) -> None:
    """No entity, reference or fence of a code block is cut; a code block that was open is closed."""
    cut = clamp_mrkdwn(text, most)
    assert size(cut) <= most
    assert re.sub(r"<@U1>|&(amp|lt|gt);", "", cut).count("<") == 0
    assert re.sub(r"&(amp|lt|gt);", "", cut).count("&") == 0
    assert cut.count("```") % 2 == 0 or text.count("```") % 2


def test_what_fits_is_left_alone() -> None:
    """A text of exactly the size has no ellipsis."""
    assert clamp("x" * 150, 150) == "x" * 150
    assert clamp_mrkdwn("&amp;" * 2, 10) == "&amp;&amp;"


def test_signs_beyond_the_basic_plane_count_as_javascript_counts_them() -> None:
    """A square emoji is two units."""
    assert size("🟥") == 2
    assert clamp("🟥" * 10, 10) == "🟥" * 4 + "…"


@MANY
@given(HOSTILE)
def test_a_topic_is_one_short_line_without_markup(text: str) -> None:
    """250 units, escaped."""
    cut = topic(text * 100)
    assert size(cut) <= 250
    assert not re.search("[<\n]", cut)


@MANY
@given(st.text(max_size=120), st.integers(1, 120))
def test_a_channel_name_is_always_one_slack_takes(name: str, attempt: int) -> None:
    """Lowercase letters, digits, hyphens and underscores, at most 80 of them."""
    assert re.fullmatch("[a-z0-9_-]{1,80}", channel_name(name, attempt))


@pytest.mark.parametrize("attempt", [2, 3, 10])
def test_a_name_that_is_taken_gets_a_number(attempt: int) -> None:
    """The number stays even when the name has the full length."""
    assert channel_name("x" * 80, attempt).endswith(f"x-{attempt}")


@MANY
@given(st.lists(st.text(alphabet="ab &", min_size=1, max_size=900), max_size=20).map("\n".join))
def test_a_long_text_is_cut_between_lines(text: str) -> None:
    """The sections of a text are its lines in order; only the last may be cut short."""
    parts = [block["text"]["text"] for block in paragraphs(escape(text), 3)]
    assert len(parts) <= 3
    lines = [line for line in escape(text).split("\n") if line.strip()]
    whole = [line for part in parts[:-1] for line in part.split("\n") if line.strip()]
    assert whole == lines[: len(whole)]
