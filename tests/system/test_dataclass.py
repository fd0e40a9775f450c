"""The program's frozen dataclasses are those of the standard library in all that anybody can tell."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, field
from functools import partial
from typing import Any, ClassVar

import pytest

from fluxtui.system.dataclass import dataclass

Make = Callable[..., Any]


def classes(make: Make) -> dict[str, Any]:
    """Make the same classes by a decorator."""

    @make(frozen=True)
    class Plain:
        """Said of it."""

        number: int
        text: str = "x"
        kind: ClassVar[int] = 3

        @property
        def twice(self) -> int:
            return self.number * 2

    @make(frozen=True, slots=True)
    class Slotted:
        number: int
        many: tuple[int, ...] = ()
        made: list[int] = field(default_factory=list)
        hidden: int = field(default=5, repr=False, compare=False)

    @make(frozen=True, slots=True, kw_only=True)
    class Named:
        number: int = 1
        text: str

    @make(frozen=True)
    class Heir(Plain):
        more: float = 1.5

        def __post_init__(self) -> None:
            if self.more < 0:
                raise ValueError("less than nothing")

    @make(frozen=True)
    class Derived:
        number: int
        half: float = field(init=False, default=0.0)
        found: list[int] = field(init=False, default_factory=list)

        def __post_init__(self) -> None:
            object.__setattr__(self, "half", self.number / 2)

    @make(frozen=True, eq=False)
    class Unlike:
        number: int = 1

    @make(frozen=True)
    class Own:
        number: int

        def __eq__(self, other: object) -> bool:
            return True

        def __repr__(self) -> str:
            return "own"

    @make(frozen=True)
    class OwnHash:
        number: int

        def __hash__(self) -> int:
            return 7

    @make(frozen=True)
    class Empty:
        pass

    return {name: value for name, value in locals().items() if name != "make"}


OURS, THEIRS = classes(dataclass), classes(dataclasses.dataclass)
CALLS: tuple[tuple[str, tuple[Any, ...], dict[str, Any]], ...] = (
    ("Plain", (1,), {}),
    ("Plain", (1, "y"), {}),
    ("Plain", (), {"text": "z", "number": 4}),
    ("Plain", (), {}),
    ("Plain", (1, 2, 3), {}),
    ("Plain", (1,), {"other": 2}),
    ("Slotted", (1,), {}),
    ("Slotted", (1, (2,), [3]), {"hidden": 9}),
    ("Named", (), {"text": "a"}),
    ("Named", ("a",), {}),
    ("Named", (), {}),
    ("Heir", (1,), {"more": 2.5}),
    ("Heir", (1,), {"more": -1}),
    ("Derived", (3,), {}),
    ("Derived", (3, 4), {}),
    ("Unlike", (), {}),
    ("Own", (1,), {}),
    ("OwnHash", (1,), {}),
    ("Empty", (), {}),
)


def outcome(act: Callable[[], Any]) -> Any:
    """What comes of something: a value, or the kind of fault."""
    try:
        return act()
    except Exception as error:
        return type(error)


@pytest.mark.parametrize(("name", "given", "named"), CALLS)
def test_an_instance_is_made_shown_and_compared_as_theirs(
    name: str, given: tuple[Any, ...], named: dict[str, Any]
) -> None:
    ours, theirs = (outcome(partial(made[name], *given, **named)) for made in (OURS, THEIRS))
    if isinstance(theirs, type):
        assert ours is theirs
        return
    assert repr(ours).split(".")[-1] == repr(theirs).split(".")[-1]
    assert dataclasses.asdict(ours) == dataclasses.asdict(theirs)
    again = OURS[name](*given, **named), THEIRS[name](*given, **named)
    assert (ours == again[0]) is (theirs == again[1])
    assert ours != theirs or name == "Own"
    hashed = outcome(lambda: hash(ours) == hash(again[0])), outcome(lambda: hash(theirs) == hash(again[1]))
    assert hashed[0] == hashed[1]


@pytest.mark.parametrize("name", OURS)
def test_a_class_tells_of_itself_as_theirs(name: str) -> None:
    ours, theirs = OURS[name], THEIRS[name]
    assert ours.__match_args__ == theirs.__match_args__
    told = [[(one.name, one.type, one.init) for one in dataclasses.fields(made)] for made in (ours, theirs)]
    assert told[0] == told[1]
    assert hasattr(ours, "__slots__") is hasattr(theirs, "__slots__")
    assert ours.__doc__


def test_nothing_of_an_instance_can_be_changed() -> None:
    for name in ("Plain", "Slotted", "Heir"):
        one = OURS[name](1)
        with pytest.raises(FrozenInstanceError, match="number"):
            one.number = 2
        with pytest.raises(FrozenInstanceError, match="number"):
            del one.number
        assert dataclasses.replace(one, number=2).number == 2
        assert one.number == 1


def test_a_factory_makes_a_value_for_each_instance() -> None:
    first, second = OURS["Slotted"](1), OURS["Slotted"](1)
    assert first.made == second.made
    assert first.made is not second.made


def test_a_class_without_a_class_of_its_own_inherits_the_initialiser() -> None:
    @dataclass(frozen=True)
    class Parent:
        number: int

    class Child(Parent):
        pass

    assert Child(3).number == 3
    assert Parent(3) == Parent(3)
    assert Child(3) != Parent(3)


@dataclass(frozen=True, slots=True)
class Kept:
    """One that can be found by its name."""

    number: int
    text: str = ""


@dataclass(frozen=True)
class KeptToo:
    """One without slots."""

    number: int


@pytest.mark.parametrize("one", [Kept(3, "x"), KeptToo(4)])
def test_instances_are_copied_and_kept(one: Any) -> None:
    assert copy.copy(one) == copy.deepcopy(one) == pickle.loads(pickle.dumps(one)) == one  # noqa: S301


def test_those_that_are_not_frozen_are_theirs() -> None:
    @dataclass(slots=True)
    class Changing:
        number: int

    one = Changing(1)
    one.number = 2
    assert one == Changing(2)
    with pytest.raises(TypeError):
        hash(one)
