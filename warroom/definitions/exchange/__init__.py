"""Scenarios in and out: what other programs and planners write becomes a scenario, and a scenario becomes their list.

    msel  msel_out  columns  times  sheets      master scenario events lists: CSV and XLSX, in and out
    chaostoolkit  experiment  rollbacks         experiments of the Chaos Toolkit, judged without running anything
    t3sf  wheel  openaev                        JSON of other programs for exercises
    incident  facts  pages  rooms  roles        what really happened, as a scenario for next time
    brought  documents                          what comes of it, and how files are read

Nothing is dropped silently: what a scenario cannot say is in the notes, and so is what had to be made up.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from warroom.core.declaring import dataclass
from warroom.definitions.exchange import chaostoolkit, documents, msel, openaev, sheets, t3sf, wheel
from warroom.definitions.exchange.brought import Brought, Given, Machine, NotBrought, Note

__all__ = ["FORMATS", "Brought", "Format", "Given", "Machine", "NotBrought", "Note", "bring"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Format:
    """A format of JSON or YAML. `recognises` looks at a document's keys, `bring` makes a scenario of it."""

    name: str
    title: str
    recognises: Callable[[Any], bool]
    bring: Callable[[Any, Path, Given], Brought]


MSEL = "msel"
FORMATS = {
    each.name: each
    for each in (
        Format(
            name="chaostoolkit",
            title="an experiment of the Chaos Toolkit",
            recognises=chaostoolkit.recognises,
            bring=chaostoolkit.bring,
        ),
        Format(name="openaev", title="an export of OpenAEV", recognises=openaev.recognises, bring=openaev.bring),
        Format(name="t3sf", title="a list of events of T3SF", recognises=t3sf.recognises, bring=t3sf.bring),
        Format(
            name="wheel",
            title="a list of incidents of the Wheel of Misfortune",
            recognises=wheel.recognises,
            bring=wheel.bring,
        ),
    )
}


def bring(path: Path, given: Given, format: str = "") -> Brought:
    """The scenario that a file describes, in any format that is known; `format` says which, when it is not to be guessed.

    Raises NotBrought with what is wrong, where, and what to do.
    """
    if format and format not in (MSEL, *FORMATS):
        raise NotBrought(f"--format {format}: there is no such format; there is {', '.join((MSEL, *FORMATS))}.")
    if format == MSEL or (not format and path.suffix.lower() in sheets.ENDINGS):
        return msel.bring(path, given)
    document = documents.unpacked(path) if path.suffix.lower() == ".zip" else documents.document(path)
    if format:
        return FORMATS[format].bring(document, path, given)
    found = next((each for each in FORMATS.values() if each.recognises(document)), None)
    if found is None:
        known = "; ".join(each.title for each in FORMATS.values())
        raise NotBrought(
            f"{path}: this is nothing that is known here. There is: a list of events in {', '.join(sheets.ENDINGS)}; {known}. "
            "Say which it is with --format."
        )
    return found.bring(document, path, given)
