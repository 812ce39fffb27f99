"""Output of programs as plain text: what is not UTF-8 is replaced, colours, cursor movements and control signs are gone.

A lone carriage return, with which progress bars go back to the beginning of their line, begins a new line.
"""

import codecs
import re

_LONGEST = 4_096  # characters of a sequence that is not finished; more is no sequence
_CSI = r"\[[0-?]*[ -/]*[@-~]"
_STRING = r"[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)"
_SEQUENCE = re.compile(rf"\x1b(?:{_CSI}|{_STRING}|[ -/]*[0-Z\\`-~])")
_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]*\x1b?|[ -/]*)\Z|\r\Z")
_NEW_LINE = re.compile(r"\r\n?")
# Control signs but tab and newline, marks that turn the direction of writing, and halves of characters.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")


class Cleaner:
    """Takes output piece by piece; what comes out does not depend on where the pieces were cut."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._held = ""

    def feed(self, piece: bytes, *, last: bool = False) -> str:
        """The text of this piece, as far as it is sure; all that is left when it is the `last`."""
        text = self._held + self._decoder.decode(piece, last)
        unfinished = None if last else _UNFINISHED.search(text, max(0, len(text) - _LONGEST))
        ready = text[: unfinished.start()] if unfinished else text
        self._held = text[len(ready) :]
        return _cleaned(ready)


def clean(output: bytes) -> str:
    """All of it at once."""
    return Cleaner().feed(output, last=True)


def _cleaned(text: str) -> str:
    return _UNSEEN.sub("", _NEW_LINE.sub("\n", _SEQUENCE.sub("", text)))
