"""Output as plain text, however it comes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.outside.cleaning import Cleaner, clean

PARTS = st.sampled_from(
    [
        b"\x1b[31m",
        b"\x1b[0m",
        b"\x1b]0;title\x07",
        b"\x1b]8;;x\x1b\\",
        b"\x1b(B",
        b"\x1b",
        b"\r\n",
        b"\r",
        b"\n",
        b"a",
        b"\xc3\xbc",
        b"\xc3",
        b"\xff",
        b"\x00",
        b"\x9b",
        b"\x1bP1$r\x1b\\",
        b"\xe2\x80\xae",
        b"\xf0\x9f\x98\x80",
        b"[",
    ]
)


@given(st.lists(st.one_of(PARTS, st.binary(max_size=4)), max_size=20), st.lists(st.integers(0, 200), max_size=20))
def test_cuts_do_not_matter(parts: list[bytes], cuts: list[int]) -> None:
    """Piece by piece the same comes out as at once: no sign and no sequence is lost at a cut."""
    whole = b"".join(parts)
    places = sorted({cut % (len(whole) + 1) for cut in cuts})
    cleaner = Cleaner()
    fed = [cleaner.feed(whole[a:b]) for a, b in zip([0, *places], [*places, len(whole)], strict=True)]
    assert "".join([*fed, cleaner.feed(b"", last=True)]) == clean(whole)


@given(st.binary())
def test_nothing_controls_anything(output: bytes) -> None:
    """Only signs that print, tabs and new lines come out."""
    assert all(sign in "\t\n" or ord(sign) >= 0x20 for sign in clean(output))
    assert not set(clean(output)) & {"\x1b", "\x7f", "\x9b", "\u202e", "\r"}


@pytest.mark.parametrize(
    ("output", "shown"),
    [
        (b"\x1b[1;31mred\x1b[0m", "red"),
        (b"10%\r20%\r\nend", "10%\n20%\nend"),
        (b"\x1b]0;a title\x07text", "text"),
        (b"\x1b]8;;https://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("größe 日本 \N{GRINNING FACE}".encode(), "größe 日本 \N{GRINNING FACE}"),
        (b"caf\xe9", "caf\N{REPLACEMENT CHARACTER}"),
        (b"a\x00\x08b\tc", "ab\tc"),
        ("\u202eevil".encode(), "evil"),
        (b"\x1b[", "["),
    ],
)
def test_what_becomes_of_it(output: bytes, shown: str) -> None:
    """Colours, titles and links of terminals are gone, texts in any language stay."""
    assert clean(output) == shown


def test_a_sequence_that_never_ends() -> None:
    """What begins like a sequence and goes on for ever is not waited for."""
    cleaner = Cleaner()
    assert sum(len(cleaner.feed(b"\x1b]0;" if n == 0 else b"x" * 1_000)) for n in range(20)) > 10_000
