"""The kinds of step, one file each, listed by hand."""

from warroom.core.steps.act import Act
from warroom.core.steps.announce import Announce
from warroom.core.steps.ask import Ask
from warroom.core.steps.check import Check
from warroom.core.steps.choose import Choose
from warroom.core.steps.confirm import Confirm
from warroom.core.steps.do import Do
from warroom.core.steps.parallel import Parallel
from warroom.core.steps.runbook import SubRunbook
from warroom.core.steps.wait import Wait

StepKind = Do | Choose | Check | Wait | Ask | Confirm | Act | Announce | SubRunbook | Parallel
KINDS: dict[
    str,
    type[Do]
    | type[Choose]
    | type[Check]
    | type[Wait]
    | type[Ask]
    | type[Confirm]
    | type[Act]
    | type[Announce]
    | type[SubRunbook]
    | type[Parallel],
] = {kind.word: kind for kind in (Do, Choose, Check, Ask, Wait, Confirm, Act, Announce, SubRunbook, Parallel)}
