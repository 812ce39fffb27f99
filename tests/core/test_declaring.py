"""Values declared quickly are what the standard library's would be: the same class is declared both ways, and compared."""

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, field, fields, is_dataclass
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.core import commands, effects, events
from warroom.core.declaring import dataclass as quick

Declare = Callable[..., Any]


def declared(declare: Declare) -> type[Any]:
    """One class with everything that the vocabularies use: a parent, defaults, what is made, what is not shown or compared."""

    @declare(frozen=True, kw_only=True, slots=True)
    class Parent:
        """A parent."""

        first: int

    @declare(frozen=True, kw_only=True, slots=True)
    class Value(Parent):
        """A value."""

        second: str = "b"
        third: tuple[int, ...] = ()
        made: dict[str, int] = field(default_factory=dict, compare=False)
        secret: str = field(default="s", repr=False)

        def doubled(self) -> int:
            return 2 * self.first

    return Value


OURS, THEIRS = declared(quick), declared(dataclasses.dataclass)


@quick(frozen=True, slots=True)
class Placed:
    """Of this module, so that it can be pickled."""

    one: int
    other: str = ""


@quick(frozen=True, slots=True)
class Empty:
    pass


@quick(frozen=True, slots=True)
class Checked:
    """Looks at itself when it is made, and says itself how it is shown."""

    share: float

    def __post_init__(self) -> None:
        if self.share > 1:
            raise ValueError("too much")

    def __repr__(self) -> str:
        return "a share"


ARGUMENTS = st.fixed_dictionaries(
    {"first": st.integers(0, 2)},
    optional={
        "second": st.sampled_from("abc"),
        "third": st.tuples(st.integers(0, 2)),
        "made": st.dictionaries(st.sampled_from("xy"), st.integers(0, 1)),
        "secret": st.sampled_from("st"),
    },
)


@given(ARGUMENTS, ARGUMENTS)
def test_values_are_shown_compared_and_hashed_alike(one: dict[str, Any], other: dict[str, Any]) -> None:
    """Whatever they are made of, both say the same of themselves and of one another."""
    ours, theirs = (OURS(**one), OURS(**other)), (THEIRS(**one), THEIRS(**other))
    assert repr(ours[0]) == repr(theirs[0])
    assert (ours[0] == ours[1]) is (theirs[0] == theirs[1])
    assert hash(ours[0]) == hash(theirs[0])
    assert ours[0] != theirs[0]
    assert dataclasses.asdict(ours[0]) == dataclasses.asdict(theirs[0])
    assert dataclasses.asdict(dataclasses.replace(ours[0], **other)) == dataclasses.asdict(ours[0]) | other


def test_it_is_a_dataclass_for_everybody_who_asks() -> None:
    """Its fields, its hints, its slots and what it takes are those of the standard library's."""
    assert is_dataclass(OURS)
    assert [(each.name, each.type, each.kw_only) for each in fields(OURS)] == [
        (each.name, each.type, each.kw_only) for each in fields(THEIRS)
    ]
    assert get_type_hints(OURS.__init__) == get_type_hints(THEIRS.__init__)
    assert str(inspect.signature(OURS)) == str(inspect.signature(THEIRS))
    assert OURS.__slots__ == THEIRS.__slots__
    assert OURS.__match_args__ == THEIRS.__match_args__
    assert not hasattr(OURS(first=1), "__dict__")
    assert OURS(first=2).doubled() == 4


@pytest.mark.parametrize("wrong", [{}, {"first": 1, "fourth": 2}])
def test_what_is_missing_or_unknown_is_refused_alike(wrong: dict[str, Any]) -> None:
    """Both refuse the same arguments, in the same words."""
    said = []
    for made in (OURS, THEIRS):
        with pytest.raises(TypeError) as refused:
            made(**wrong)
        said.append(str(refused.value))
    assert said[0] == said[1]


@pytest.mark.parametrize("name", ["first", "second", "unheard_of"])
def test_nothing_of_it_can_be_changed(name: str) -> None:
    """Neither a field nor anything else is set or deleted."""
    value = OURS(first=1)
    with pytest.raises(FrozenInstanceError, match=name):
        setattr(value, name, 2)
    with pytest.raises(FrozenInstanceError, match=name):
        delattr(value, name)


def test_copies_and_pickles_are_equal() -> None:
    """What is frozen can still be copied and sent to another process."""
    value = Placed(1, other="x")
    assert copy.deepcopy(value) == copy.copy(value) == pickle.loads(pickle.dumps(value)) == value


def test_what_a_class_says_of_itself_goes_first() -> None:
    """A class's own methods stay, and it may look at itself when it is made."""
    assert repr(Checked(0.5)) == "a share"
    with pytest.raises(ValueError, match="too much"):
        Checked(2.0)
    assert Empty() == Empty()
    assert repr(Empty()).endswith("Empty()")


def test_what_is_made_by_default_is_made_each_time() -> None:
    """Two values do not share what was made for one."""
    assert OURS(first=1).made is not OURS(first=1).made


def test_other_kinds_are_the_standard_librarys() -> None:
    """A class that is not frozen, or has no slots, is left to the standard library."""

    @quick(kw_only=True)
    class Loose:
        name: str = ""

    loose = Loose()
    loose.name = "changed"
    assert loose == Loose(name="changed")


@pytest.mark.parametrize("root", [events.Event, commands.Command, effects.Effect])
def test_the_vocabularies_are_declared_quickly(root: type[Any]) -> None:
    """No class of them has methods that were compiled for it alone, except the one that makes it."""
    kinds = [each for each in _descendants(root) if is_dataclass(each)]
    slow = [each.__name__ for each in kinds if each.__eq__.__code__.co_filename == "<string>"]
    assert len(kinds) > 10
    assert slow == []


def _descendants(kind: type[Any]) -> list[type[Any]]:
    return [kind, *(below for each in kind.__subclasses__() for below in _descendants(each))]


@pytest.mark.parametrize("declare", [quick, dataclasses.dataclass])
def test_who_inherits_may_be_declared_in_either_way(declare: Declare) -> None:
    """A frozen child of ours is the standard library's or ours; one that could be changed is refused by both."""

    @declare(frozen=True, kw_only=True, slots=True)
    class Child(Placed):
        more: int

    child = Child(one=1, more=2)
    assert (child.one, child.other, child.more) == (1, "", 2)
    assert child == Child(one=1, more=2)
    with pytest.raises(FrozenInstanceError):
        child.one = 3
    with pytest.raises(TypeError, match="cannot inherit non-frozen"):
        dataclasses.dataclass(type("Loose", (Placed,), {"__annotations__": {"more": int}}))


def test_what_is_asked_of_a_class_is_answered_as_it_is() -> None:
    """That it is frozen, is compared, shown and made from its fields: as the standard library would answer."""
    asked = ("init", "repr", "eq", "frozen")
    ours, theirs = OURS.__dataclass_params__, THEIRS.__dataclass_params__
    assert [getattr(ours, each) for each in asked] == [getattr(theirs, each) for each in asked]
