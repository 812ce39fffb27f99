"""The kinds of inject, one file each, listed by hand."""

from warroom.core.injects.actor import Speak
from warroom.core.injects.announce import Announce
from warroom.core.injects.hint import Hint

InjectKind = Announce | Speak | Hint
KINDS: dict[str, type[Announce] | type[Speak] | type[Hint]] = {kind.word: kind for kind in (Announce, Speak, Hint)}
