"""What lint says about one runbook and its steps, apart from where they lead (`paths`)."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from warroom.core import durations
from warroom.core.runbook import Runbook, Step
from warroom.core.steps.act import Act
from warroom.core.steps.check import Check
from warroom.core.steps.choose import Choose
from warroom.core.steps.do import Do
from warroom.core.steps.kind import END
from warroom.core.steps.wait import Wait
from warroom.definitions.importing.commands import danger
from warroom.definitions.lint.remark import Remark, Remarks
from warroom.definitions.reader import MappingFields

LONG = timedelta(hours=1)  # a check that is looked at for longer than this is a monitoring system


def remarks(runbook: Runbook, fields: MappingFields, *, strict: bool = False) -> Remarks:
    """Everything about the runbook itself, then about each of its steps."""
    if not runbook.owner:
        yield Remark(
            fields=fields,
            sentence=f"nobody owns the runbook {runbook.id!r}",
            suggestion="add `owner:` with the team that keeps it true",
        )
    if runbook.leftovers:
        pieces = "one piece" if len(runbook.leftovers) == 1 else f"{len(runbook.leftovers)} pieces"
        yield Remark(
            fields=fields,
            key="leftovers",
            sentence=f"{pieces} of the source could not be placed by the import",
            suggestion="put what matters into a step or into `context`, and delete it here",
        )
    nobodys = sum(not step.who for step in runbook.steps)
    if runbook.source and nobodys:  # a page hardly ever says who; to say so of every step would hide the rest
        yield Remark(
            fields=fields,
            key="steps",
            sentence=f"{nobodys} of {len(runbook.steps)} imported steps are nobody's",
            suggestion="add `who:` with a role to those that are not the commander's",
        )
    titles = Counter(_plain(step.title) for step in runbook.steps)
    for step, part in zip(runbook.steps, fields.parts("steps"), strict=True):
        for rule in _RULES:
            if rule is not _who or not runbook.source:
                yield from rule(step, part)
        if titles[_plain(step.title)] > 1:
            yield _same_title(runbook, step, part)
        if strict:
            yield from _expected(step, part)


def _plain(title: str) -> str:
    return " ".join(title.lower().split())


def _same_title(runbook: Runbook, step: Step, part: MappingFields) -> Remark:
    others = [each.id for each in runbook.steps if _plain(each.title) == _plain(step.title) and each.id != step.id]
    return Remark(
        fields=part,
        key="title",
        sentence=f"steps {step.id!r} and {others[0]!r} have the same title",
        suggestion="say what is different about them; people see the title alone",
    )


def _name(step: Step, part: MappingFields) -> Remarks:
    if step.id == END:
        yield Remark(
            fields=part,
            key="id",
            level="error",
            sentence=f"a step may not be called `{END}`: a `goto` of that name finishes the runbook",
            suggestion="give it another name",
        )


def _who(step: Step, part: MappingFields) -> Remarks:
    if not step.who:
        yield Remark(fields=part, sentence=f"step {step.id!r} is nobody's", suggestion="add `who:` with a role")


def _one_answer(step: Step, part: MappingFields) -> Remarks:
    if isinstance(step.what, Choose) and len(step.what.options) == 1:
        yield Remark(
            fields=part,
            key="answers",
            sentence=f"step {step.id!r} asks a question that has only one answer",
            suggestion="a `do` says it better",
        )


def _overdue(step: Step, part: MappingFields) -> Remarks:
    if step.expected and step.overdue and step.overdue < step.expected:
        yield Remark(
            fields=part,
            key="overdue",
            sentence=f"step {step.id!r} is overdue before it is expected to be done",
            suggestion="make `overdue` the longer of the two",
        )


def _look(step: Step, part: MappingFields) -> Remarks:
    if not isinstance(step.what, Check):
        return
    how = step.what.probe.word
    look = part.part("check")
    probe = look.part(how) if look else None
    if probe is not None and not probe.has("within"):
        yield Remark(
            fields=probe,
            sentence=f"step {step.id!r} does not say how long its look may take",
            suggestion=f"add `within: {step.what.probe.within.seconds}s`, or what suits it",
        )
    if step.what.until and step.what.until.at_most > LONG:
        yield Remark(
            fields=part,
            key="until_it_holds",
            sentence=f"step {step.id!r} looks again and again for {durations.write(step.what.until.at_most)}",
            suggestion="stop within the hour and let a person decide: give it `fails`",
        )


def _act(step: Step, part: MappingFields) -> Remarks:
    if not isinstance(step.what, Act):
        return
    if step.what.undo is None and not step.danger:
        yield Remark(
            fields=part,
            key="act",
            sentence=f"what step {step.id!r} does cannot be taken back",
            suggestion="add `undo:`, or say in `danger:` what is lost for good",
        )
    if not step.what.approved_by:
        yield Remark(
            fields=part,
            key="act",
            sentence=f"anybody who plays may approve what step {step.id!r} does",
            suggestion="add `approved_by:` with the roles that may",
        )


def _danger(step: Step, part: MappingFields) -> Remarks:
    if not isinstance(step.what, Do) or step.danger:
        return
    found = danger((*step.what.commands, *(code.text for code in step.code)))
    if found:
        yield Remark(
            fields=part,
            key="commands" if step.what.commands else "code",
            sentence=f"step {step.id!r} does not warn of what its commands do: {found.removesuffix('.')}",
            suggestion="add `danger:` with what may be lost",
        )


def _expected(step: Step, part: MappingFields) -> Remarks:
    if step.expected is None and not isinstance(step.what, Wait):
        yield Remark(
            fields=part,
            sentence=f"step {step.id!r} does not say how long it should take",
            suggestion="add `expected:`, such as `5m`; then somebody is reminded when it is late",
        )


_RULES: tuple[Callable[[Step, MappingFields], Remarks], ...] = (
    _name,
    _who,
    _one_answer,
    _overdue,
    _look,
    _act,
    _danger,
)
