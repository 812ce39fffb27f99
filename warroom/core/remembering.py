"""Answers that are kept for as long as the same question is asked.

Rooms and their parts are never changed, only made anew, so what was found out about one stays true. Rules ask the same
of the same part again and again; most events leave most parts as they are. Only the last answer is kept, with the parts
it was about, and it is recognised by their being the very same objects.
"""

from collections.abc import Callable
from operator import is_
from typing import TypeVar, TypeVarTuple

Part = TypeVar("Part")
Parts = TypeVarTuple("Parts")
Answer = TypeVar("Answer")


def remembered(find: Callable[[*Parts], Answer]) -> Callable[[*Parts], Answer]:
    """A function of unchangeable things that keeps its last answer. Whoever gets it must not change it either."""
    last: tuple[tuple[*Parts], Answer] | None = None

    def found(*parts: *Parts) -> Answer:
        nonlocal last
        kept = last  # one look: another thread may put another answer there
        if kept is not None and all(map(is_, kept[0], parts)):
            return kept[1]
        answer = find(*parts)
        last = (parts, answer)
        return answer

    return found


def remembered_of(find: Callable[[Part], Answer]) -> Callable[[Part], Answer]:
    """The same for a function of one thing, which is asked most."""
    last: tuple[Part, Answer] | None = None

    def found(part: Part) -> Answer:
        nonlocal last
        kept = last
        if kept is not None and kept[0] is part:
            return kept[1]
        answer = find(part)
        last = (part, answer)
        return answer

    return found


def remembered_of_two(find: Callable[[Part], Answer]) -> Callable[[Part], Answer]:
    """The same where what was is compared with what is now: the last two answers are kept."""
    last: tuple[tuple[Part, Answer], ...] = ()

    def found(part: Part) -> Answer:
        nonlocal last
        kept = last
        for pair in kept:
            if pair[0] is part:
                last = (pair, *(each for each in kept if each is not pair))
                return pair[1]
        answer = find(part)
        last = ((part, answer), *kept[:1])
        return answer

    return found
