"""From a pressed button or a submitted modal to a command: one line per thing that can be asked.

A button's `do` and what it was drawn for (and, behind a modal, what was answered there) are all that counts; who may do
it and whether it still makes sense is decided by the room.
"""

from collections.abc import Callable, Mapping
from typing import Any

from warroom.core import commands as c
from warroom.core.commands import Command
from warroom.core.refusals import Unknown
from warroom.core.roster import COMMANDER
from warroom.core.steps.confirm import DECLINED

Said = Mapping[str, str]
VALUE = "value-"  # what the name of an answer begins with that is a value of the runbook


def command(do: str, said: Said, by: str) -> Command:
    """Raises Unknown for a button this version does not know, or one that was tampered with."""
    make = COMMANDS.get(do)
    if make is None:
        raise Unknown("This button is from another version of warroom. Look at the newest card.")
    try:
        return make(said, by)
    except (KeyError, ValueError):
        raise Unknown("This button does not say what it is for. Look at the newest card.") from None


def _leg(said: Said) -> int | None:
    return int(said["leg"]) if "leg" in said else None


def _place(said: Said) -> dict[str, Any]:
    """The step that is meant, and the leg of the way for which its button was drawn."""
    return {"run": said["run"], "step": said["step"], "leg": _leg(said)}


def _values(said: Said, by: str) -> Command:
    given = {name.removeprefix(VALUE): value for name, value in said.items() if name.startswith(VALUE)}
    return c.GiveValues(by=by, run=said["run"], values=given, step=said.get("step", ""), leg=_leg(said))


def _halt(said: Said, by: str) -> Command:
    make = {"pause": c.PauseRun, "stop": c.AbandonRun}[said["how"]]
    return make(by=by, run=said["run"], reason=said.get("reason", ""))


def _give_to(said: Said, by: str) -> Command:
    if said["what"] == "walk":
        return c.HandOverRun(by=by, run=said["run"], person=said["person"])
    return c.TakeStep(by=by, **_place(said), person=said["person"])


def _add(said: Said, by: str) -> Command:
    text = said.get("text", "")
    if said["kind"] == "beside":
        title, _, further = text.partition("\n")
        return c.WriteStep(by=by, run=said["run"], title=title, text=further, done=True)
    link = said.get("link", "")
    kind = "link" if link else "text"
    return c.GiveEvidence(by=by, run=said["run"], step=said["step"], kind=kind, text=text, link=link)


COMMANDS: dict[str, Callable[[Said, str], Command]] = {
    "acknowledge": lambda said, by: c.Acknowledge(by=by, incident=said["incident"]),
    "mitigate": lambda said, by: c.Mitigate(by=by, incident=said["incident"]),
    "resolve": lambda said, by: c.Resolve(by=by, incident=said["incident"], note=said.get("note", "")),
    "reopen": lambda said, by: c.Reopen(by=by, incident=said["incident"], reason=said.get("reason", "")),
    "command": lambda said, by: c.TakeRole(by=by, role=COMMANDER, instead_of=said.get("instead")),
    "update": lambda said, by: c.PostStatus(by=by, text=said.get("text", "")),
    "note": lambda said, by: c.TakeNote(by=by, text=said.get("text", "")),
    "close": lambda said, by: c.CloseRoom(by=by),
    "blank": lambda said, by: c.StartBlankRun(by=by, incident=said["incident"], title=said.get("title", "")),
    "write-step": lambda said, by: c.WriteStep(by=by, run=said["run"], title=said["title"], text=said.get("text", "")),
    "finish-run": lambda said, by: c.FinishRun(by=by, run=said["run"]),
    "resume-run": lambda said, by: c.ResumeRun(by=by, run=said["run"]),
    "halt": _halt,
    "give-to": _give_to,
    "add": _add,
    "values": _values,
    "flag": lambda said, by: c.FlagStep(
        by=by, run=said["run"], step=said["step"], verdict=said["verdict"], comment=said.get("comment", "")
    ),
    "take": lambda said, by: c.TakeStep(by=by, **_place(said)),
    "return": lambda said, by: c.ReturnStep(by=by, **_place(said)),
    "answer": lambda said, by: c.AnswerStep(by=by, **_place(said), answer=said["answer"], note=said.get("note", "")),
    "answer-with": lambda said, by: c.AnswerStep(
        by=by, **_place(said), answer=said["answer"], evidence=said.get("evidence", "")
    ),
    "decline": lambda said, by: c.AnswerStep(by=by, **_place(said), answer=DECLINED, note=said.get("reason", "")),
    "skip": lambda said, by: c.SkipStep(by=by, **_place(said), reason=said.get("reason", "")),
    "fail": lambda said, by: c.FailStep(by=by, **_place(said), reason=said.get("reason", "")),
    "retry": lambda said, by: c.RetryStep(by=by, **_place(said)),
    "look": lambda said, by: c.LookAgain(by=by, **_place(said)),
    "approve": lambda said, by: c.ApproveAct(by=by, **_place(said), shown=said["shown"]),
    "cancel-act": lambda said, by: c.CancelAct(by=by, run=said["run"], act=int(said["act"])),
    "undo": lambda said, by: c.UndoAct(by=by, run=said["run"], act=int(said["act"]), shown=said["shown"]),
    "start-game": lambda said, by: c.StartGame(by=by),
    "play": lambda said, by: c.PlayInject(by=by, inject=said.get("inject", "")),
    "skip-inject": lambda said, by: c.SkipInject(by=by, inject=said.get("inject", ""), reason=said.get("reason", "")),
    "speak": lambda said, by: c.SpeakAs(by=by, actor=said["actor"], text=said.get("text", "")),
    "hint": lambda said, by: c.GiveHint(by=by, about=said["about"]),
    "pause": lambda said, by: c.PauseGame(by=by, reason=said.get("reason", "")),
    "resume": lambda said, by: c.ResumeGame(by=by),
    "end": lambda said, by: c.EndGame(by=by, reason=said.get("reason", "")),
}
