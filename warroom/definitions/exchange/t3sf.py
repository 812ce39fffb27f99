"""T3SF's list of events in JSON: the rows of a table, each with its headings, and read as one."""

from pathlib import Path
from typing import Any

from warroom.definitions.exchange import msel
from warroom.definitions.exchange.brought import Brought, Given, NotBrought
from warroom.definitions.exchange.documents import clean
from warroom.definitions.exchange.sheets import MOST_ROWS, Row, Table

_MARKS = ("Real Time", "Script", "Player")


def recognises(document: Any) -> bool:
    """Whether this could be meant as such a list: objects with a real time, a script or a player."""
    if not isinstance(document, list) or not document or not isinstance(document[0], dict):
        return False
    return sum(mark in document[0] for mark in _MARKS) >= 2


def bring(document: Any, path: Path, given: Given) -> Brought:
    """The scenario of the list; its rows are numbered from 1. Raises NotBrought with a sentence for every row that is wrong."""
    if not isinstance(document, list) or not document:
        raise NotBrought(f"{path}: this is no list of events; T3SF's begins with `[`.")
    if len(document) > MOST_ROWS:
        raise NotBrought(f"{path}: there are more than {MOST_ROWS:,} events; that is no plan for a game day.")
    for at, each in enumerate(document, start=1):
        if not isinstance(each, dict):
            raise NotBrought(f"{path}: event {at} is not an object with `Real Time`, `Player` and `Script`.")
    headings = tuple(dict.fromkeys(str(key) for each in document for key in each))
    rows = [Row(at, tuple(clean(each.get(key)) for key in headings)) for at, each in enumerate(document, start=1)]
    return msel.bring_table(Table((Row(0, headings), *rows)), path, given)
