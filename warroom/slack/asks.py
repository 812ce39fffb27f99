"""From a pressed button or a submitted modal to a command: one line per thing that can be asked.

A button's `do` and what it was drawn for (and, behind a modal, what was answered there) are all that counts; who may do
it and whether it still makes sense is decided by the room.
"""

import re
import secrets
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from warroom.core import commands as c
from warroom.core.commands import Command
from warroom.core.durations import read
from warroom.core.readiness import Prediction
from warroom.core.refusals import NotNow, Unknown
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


def _length(said: Said, name: str) -> timedelta:
    length = read(said.get(name, "").strip())
    if length is None:
        raise NotNow(f"“{said.get(name, '')}” is not a length of time; write it as `10m` or `1h 30m`.")
    return length


_ON_THE_CLOCK = re.compile(r"(\d{1,6}):(\d{2}):(\d{2})", re.ASCII)


def _maybe_at(said: Said) -> timedelta | None:
    """A place on the game's clock, `T+25m`, or `T+00:25:00` as the panel shows it; None when nothing was written."""
    text = said.get("at", "").strip()
    if not text:
        return None
    offset = text.upper().removeprefix("T+").lower()
    shown = _ON_THE_CLOCK.fullmatch(offset)
    at = read("{}h {}m {}s".format(*shown.groups()) if shown else offset)
    if at is None:
        raise NotNow(f"“{text}” is not a place on the game's clock; write it as `T+25m`.")
    return at


def _shift(said: Said, by: str) -> Command:
    length = _length(said, "length")
    earlier = said.get("way") == "earlier"
    return c.ShiftPlan(by=by, by_length=-length if earlier else length, reason=said.get("reason", ""))


def _teams(said: Said) -> tuple[str, ...]:
    return tuple(each for each in said.get("teams", "").split(",") if each)


def _improvise(said: Said, by: str) -> Command:
    return c.Improvise(
        by=by,
        text=said.get("text", ""),
        actor=said.get("actor", ""),
        title=said.get("title", "").strip(),
        severity=said.get("severity") or "SEV2",
        teams=_teams(said),
    )


def _predict(said: Said, by: str) -> Command:
    sheet = Prediction(
        detects=said.get("detects", "").strip(),
        alert=said.get("alert", ""),
        heals=said.get("heals", "").strip(),
        customers=said.get("customers", "").strip(),
        restored=_length(said, "restored") if said.get("restored", "").strip() else None,
    )
    return c.Predict(by=by, inject=said.get("inject", ""), sheet=sheet)


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
    "start-game": lambda said, by: c.StartGame(by=by, salt=secrets.token_hex(16)),
    "play": lambda said, by: c.PlayInject(by=by, inject=said.get("inject", "")),
    "skip-inject": lambda said, by: c.SkipInject(by=by, inject=said.get("inject", ""), reason=said.get("reason", "")),
    "speak": lambda said, by: c.SpeakAs(by=by, actor=said["actor"], text=said.get("text", ""), teams=_teams(said)),
    "emergency": lambda said, by: c.CallEmergency(by=by, words=said.get("text", "")),
    "mark": lambda said, by: c.MarkMoment(by=by, incident=said["incident"], what=said["what"]),
    "murphy": lambda said, by: c.AskMurphy(by=by),
    "take-proposed": lambda said, by: c.TakeProposed(by=by, turn=int(said["turn"]), mishap=said["mishap"]),
    "veto": lambda said, by: c.VetoMishap(by=by, mishap=said["mishap"], reason=said.get("reason", "")),
    "improvise": _improvise,
    "play-mishap": lambda said, by: c.PlayMishap(by=by, mishap=said["mishap"]),
    "edit": lambda said, by: c.EditInject(
        by=by, inject=said["inject"], text=said.get("text", ""), title=said.get("title", ""), at=_maybe_at(said)
    ),
    "earlier": lambda said, by: c.SwapInject(by=by, inject=said["inject"]),
    "later": lambda said, by: c.SwapInject(by=by, inject=said["inject"], later=True),
    "shift": _shift,
    "forward": lambda said, by: c.ForwardPlan(by=by),
    "move-on": lambda said, by: c.MoveOn(by=by),
    "sideline": lambda said, by: c.SidelinePerson(
        by=by, person=said["person"], lasts=_length(said, "length"), why=said.get("why", "")
    ),
    "bring-back": lambda said, by: c.BringBack(by=by, person=said["person"]),
    "consent": lambda said, by: c.Consent(by=by),
    "team": lambda said, by: c.JoinTeam(by=by, team=said["team"]),
    "part": lambda said, by: c.GivePart(by=by, person=said["person"], part=said["part"]),
    "approve-fault": lambda said, by: c.ApproveFault(by=by, target=said["target"]),
    "withdraw-approval": lambda said, by: c.WithdrawApproval(by=by, target=said["target"]),
    "preflight": lambda said, by: c.AskPreflight(by=by),
    "go": lambda said, by: c.SayGo(by=by, role=said["role"], go=True),
    "no-go": lambda said, by: c.SayGo(by=by, role=said["role"], go=False, reason=said.get("reason", "")),
    "predict": _predict,
    "rate": lambda said, by: c.RateExpectation(
        by=by, expectation=said["expectation"], rating=said["rating"], note=said.get("note", "")
    ),
    "judge": lambda said, by: c.JudgeExpectation(by=by, expectation=said["expectation"], met=said.get("met") != "no"),
    "observe": lambda said, by: c.Observe(by=by, text=said.get("text", ""), expectation=said.get("expectation", "")),
    "hint": lambda said, by: c.GiveHint(by=by, about=said["about"]),
    "pause": lambda said, by: c.PauseGame(by=by, reason=said.get("reason", "")),
    "resume": lambda said, by: c.ResumeGame(by=by),
    "end": lambda said, by: c.EndGame(by=by, reason=said.get("reason", "")),
}
