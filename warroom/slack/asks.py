"""From a pressed button or a submitted modal to a command: one line per thing that can be asked.

A button's `do` and what it was drawn for (and, behind a modal, what was answered there) are all that counts; who may do
it and whether it still makes sense is decided by the room.
"""

from collections.abc import Callable, Mapping

from warroom.core import commands as c
from warroom.core.commands import Command
from warroom.core.refusals import Unknown
from warroom.core.roster import COMMANDER

Said = Mapping[str, str]


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


COMMANDS: dict[str, Callable[[Said, str], Command]] = {
    "acknowledge": lambda said, by: c.Acknowledge(by=by, incident=said["incident"]),
    "mitigate": lambda said, by: c.Mitigate(by=by, incident=said["incident"]),
    "resolve": lambda said, by: c.Resolve(by=by, incident=said["incident"], note=said.get("note", "")),
    "reopen": lambda said, by: c.Reopen(by=by, incident=said["incident"], reason=said.get("reason", "")),
    "command": lambda said, by: c.TakeRole(by=by, role=COMMANDER, instead_of=said.get("instead")),
    "update": lambda said, by: c.PostStatus(by=by, text=said.get("text", "")),
    "note": lambda said, by: c.TakeNote(by=by, text=said.get("text", "")),
    "close": lambda said, by: c.CloseRoom(by=by),
    "take": lambda said, by: c.TakeStep(by=by, run=said["run"], step=said["step"], leg=_leg(said)),
    "answer": lambda said, by: c.AnswerStep(
        by=by, run=said["run"], step=said["step"], answer=said["answer"], leg=_leg(said)
    ),
    "skip": lambda said, by: c.SkipStep(
        by=by, run=said["run"], step=said["step"], reason=said.get("reason", ""), leg=_leg(said)
    ),
    "look": lambda said, by: c.LookAgain(by=by, run=said["run"], step=said["step"], leg=_leg(said)),
    "start-game": lambda said, by: c.StartGame(by=by),
    "play": lambda said, by: c.PlayInject(by=by, inject=said.get("inject", "")),
    "skip-inject": lambda said, by: c.SkipInject(by=by, inject=said.get("inject", ""), reason=said.get("reason", "")),
    "speak": lambda said, by: c.SpeakAs(by=by, actor=said["actor"], text=said.get("text", "")),
    "hint": lambda said, by: c.GiveHint(by=by, about=said["about"]),
    "pause": lambda said, by: c.PauseGame(by=by, reason=said.get("reason", "")),
    "resume": lambda said, by: c.ResumeGame(by=by),
    "end": lambda said, by: c.EndGame(by=by, reason=said.get("reason", "")),
}
