"""The kinds of inject, one file each, listed by hand."""

from warroom.core.injects.actor import Speak
from warroom.core.injects.alert import AlertInject
from warroom.core.injects.announce import Announce
from warroom.core.injects.fault import Silent
from warroom.core.injects.hint import Hint
from warroom.core.injects.move import Move
from warroom.core.injects.sideline import Sideline

__all__ = ["KINDS", "AlertInject", "Announce", "Hint", "InjectKind", "Move", "Sideline", "Silent", "Speak"]

InjectKind = Announce | Speak | Hint | AlertInject | Silent | Sideline | Move
KINDS: dict[
    str,
    type[Announce] | type[Speak] | type[Hint] | type[AlertInject] | type[Silent] | type[Sideline] | type[Move],
] = {kind.word: kind for kind in (Announce, Speak, Hint, AlertInject, Silent, Sideline, Move)}
