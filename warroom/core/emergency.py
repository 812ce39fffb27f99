"""NO DUFF: the words with which anybody says, in the middle of an exercise, that something is real.

"No duff" is what is said on exercises of the armed forces and emergency services for exactly this. A false alarm costs
the game a few minutes; one that is not heard can cost everything. So a message counts when the words are in it at all,
however they are written. Other sentences count only when they open a message, since players talk about what would be
different "if this were real".
"""

import re
import unicodedata

_ANYWHERE = re.compile(r"\bno[\W_]*duff\b", re.IGNORECASE)
_OPENING = re.compile(
    r"^\W*(this is (a )?real( incident| emergency)?\b|real (incident|emergency)\b|not an? (exercise|drill)\b|"
    r"this is not an? (exercise|drill)\b|real(\W+real)+\b)",
    re.IGNORECASE,
)
_NEGATED = re.compile(r"(\bnot|\bisn['’]t|(\bis|\bwas|['’]s) no) (a )?no[\W_]*duff\b", re.IGNORECASE)


def calls_no_duff(text: str) -> bool:
    """Whether this message says that something real is happening. Wide letters count as narrow ones."""
    plain = unicodedata.normalize("NFKC", text)
    return bool(_OPENING.match(plain)) or bool(_ANYWHERE.search(_NEGATED.sub(" ", plain)))
