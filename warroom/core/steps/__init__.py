"""The kinds of step, one file each, listed by hand."""

from warroom.core.steps.check import Check
from warroom.core.steps.choose import Choose
from warroom.core.steps.do import Do
from warroom.core.steps.wait import Wait

StepKind = Do | Choose | Check | Wait
KINDS: dict[str, type[Do] | type[Choose] | type[Check] | type[Wait]] = {
    kind.word: kind for kind in (Do, Choose, Check, Wait)
}
