"""Questions to the user as values: a screen shows them as dialogs, a script answers them by its options.

A question that only one subject has is a `Question` beside the controller that asks it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import cached_property
from typing import Generic, TypeVar, overload

from fluxtui.domain.narrowing import rank
from fluxtui.system.dataclass import dataclass

Answer = TypeVar("Answer", covariant=True)
Item = TypeVar("Item")


class Question(Generic[Answer]):
    """Something only the user can answer; `Answer` is the type of that, None where there was none."""


@dataclass(frozen=True)
class Choice:
    """A value on offer.

    Attributes:
        value: what is answered.
        label: its words for people.
        note: what else tells it apart, dimmed beside them.
        group: heads those that stand together in a list, or `''`.
        more: what it is found by as well, without being shown.
    """

    value: str
    label: str
    note: str = ""
    group: str = ""
    more: str = ""

    def rank(self, words: str) -> int | None:
        """Return how well words name it, see `narrowing.rank`; the heading of its group does not count."""
        return rank(words, self.label, f"{self.note} {self.value} {self.more}")


class LateChoices(Sequence[Choice]):
    """Choices that are made when they are looked at: of ten thousand, few ever are.

    Args:
        items: what is on offer.
        value: returns the value of an item, at once.
        make: returns its choice.
        first: stand before them.
    """

    def __init__(
        self,
        items: Sequence[Item],
        value: Callable[[Item], str],
        make: Callable[[Item], Choice],
        first: Sequence[Choice] = (),
    ) -> None:
        self._first = [choice.value for choice in first]
        self._made: list[Choice | None] = [*first, *([None] * len(items))]
        self._make: Callable[[int], Choice] = lambda place: make(items[place - len(first)])
        self._list_values: Callable[[], list[str]] = lambda: [value(item) for item in items]

    @cached_property
    def _values(self) -> list[str]:
        return [*self._first, *self._list_values()]

    @overload
    def __getitem__(self, index: int) -> Choice: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Choice, ...]: ...

    def __getitem__(self, index: int | slice) -> Choice | tuple[Choice, ...]:
        if isinstance(index, slice):
            return tuple(self[place] for place in range(*index.indices(len(self))))
        place = range(len(self))[index]
        if (made := self._made[place]) is None:
            made = self._made[place] = self._make(place)
        return made

    def __len__(self) -> int:
        return len(self._made)

    def place_of(self, value: str) -> int | None:
        """Return the place of a value, None where it is not on offer."""
        values = self._first if value in self._first else self._values
        return values.index(value) if value in values else None

    def without(self, values: Collection[str]) -> LateChoices:
        """Return those that have none of some values."""
        left = [place for place, value in enumerate(self._values) if value not in values]
        return LateChoices(left, self._value_at, self.__getitem__)

    def after(self, first: Choice) -> LateChoices:
        """Return the same ones with another one before them."""
        return LateChoices(range(len(self)), self._value_at, self.__getitem__, (first,))

    def _value_at(self, place: int) -> str:
        return self._values[place]


def late(choices: Sequence[Choice]) -> LateChoices:
    """Return choices as ones that are made when they are looked at, those that are made already as well."""
    if isinstance(choices, LateChoices):
        return choices
    return LateChoices(choices, lambda choice: choice.value, lambda choice: choice)


@dataclass(frozen=True)
class Confirmation(Question[bool]):
    """A yes or a no before something that costs or destroys; every way out but a yes is a no.

    Attributes:
        title: what is asked about.
        sentences: what will happen, one line each.
        price: what it costs, or `''`.
        confirm_label: the word for yes.
        cancel_label: the word for no.
        danger: whether something is lost by a yes.
    """

    title: str
    sentences: Sequence[str]
    price: str = ""
    confirm_label: str = "Yes"
    cancel_label: str = "Cancel"
    danger: bool = False


@dataclass(frozen=True)
class Selection(Question[str]):
    """One of many; the answer is the value of a `Choice`.

    Attributes:
        title: what is chosen.
        choices: what is on offer.
        value: the value that is marked at first.
        free_text: the words that invite any other value, or None where only the choices count.
    """

    title: str
    choices: Sequence[Choice]
    value: str = ""
    free_text: str | None = None


@dataclass(frozen=True)
class LineQuestion(Question[str]):
    """One line of text.

    Attributes:
        title: what is asked for.
        words: the same in a sentence.
        value: what stands in the line at first.
        placeholder: what stands in it while it is empty.
        may_be_empty: whether nothing is an answer, too.
    """

    title: str
    words: str
    value: str = ""
    placeholder: str = ""
    may_be_empty: bool = False


@dataclass(frozen=True)
class PathQuestion(Question[str]):
    """Which file; the answer is the path as it was typed.

    Attributes:
        title: what is asked for.
        words: what the file is, in a sentence.
        value: what stands in the line at first.
    """

    title: str
    words: str
    value: str = ""


@dataclass(frozen=True)
class NameQuestion(Question[str]):
    """Under which name something is kept.

    Attributes:
        kind: what is kept, such as `'preset'`.
        words: what is in it.
        taken: names that are in use; whoever answers with one replaces what has it.
        limit: characters of a name.
    """

    kind: str
    words: str
    taken: frozenset[str]
    limit: int


@dataclass(frozen=True)
class DeletionQuestion(Question[bool]):
    """Whether something is deleted for good; a word must be typed for it.

    Attributes:
        title: what is asked about.
        sentences: what will be lost, one line each.
        name: what it is that will be lost.
    """

    title: str
    sentences: Sequence[str]
    name: str
