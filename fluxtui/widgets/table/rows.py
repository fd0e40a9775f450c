"""What a table shows: columns, rows, and the rows in the order and selection that the user wants."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from functools import cached_property
from typing import Any, Literal

from rich.text import Text

from fluxtui.domain.text import safe_text, shown_text
from fluxtui.system.dataclass import dataclass
from fluxtui.widgets.plain import cell

MOST_CELL_CHARACTERS = 500
"""Of a cell, more than any terminal shows; the rest would only be measured."""


@dataclass(frozen=True)
class Column:
    """A column; `width` in cells without the gap, None for what the others leave."""

    key: str
    title: str
    width: int | None = None
    align: Literal["left", "right"] = "left"


@dataclass(frozen=True)
class Row:
    """A row under a key of its own.

    Attributes:
        key: tells it apart; the cursor stays on it whatever happens around it.
        cells: text by column key; a rich `Text` keeps its style, a string is made safe.
        sort: values to sort by, where the text of a cell would sort wrongly.
        first: whether it stands before those that are not, however rows are sorted.
        searched: returns what the filter looks in, where that is not what stands in the cells.
    """

    key: str
    cells: Mapping[str, str | Text]
    sort: Mapping[str, Any] = field(default_factory=dict)
    first: bool = False
    searched: Callable[[], str] | None = field(default=None, compare=False, repr=False)

    def drawn(self, columns: Sequence[Column]) -> tuple[Text, ...]:
        """Return the cells as the table draws them."""
        return tuple(_drawn(self.cells.get(column.key, ""), column) for column in columns)

    def redrawn(self, columns: Sequence[Column], before: Row, drawn: tuple[Text, ...]) -> tuple[Text, ...]:
        """Return the cells as the table draws them, those of `drawn` where they are the same as `before`."""
        old, new = ([row.cells.get(column.key, "") for column in columns] for row in (before, self))
        same = [_is_same(one, other) for one, other in zip(old, new, strict=True)]
        if all(same):
            return drawn
        cells = zip(columns, new, drawn, same, strict=True)
        return tuple(kept if stays else _drawn(value, column) for column, value, kept, stays in cells)

    def matches(self, words: str) -> bool:
        """Tell whether every word stands in one of the cells, whatever its case."""
        text = self.words
        return all(word in text for word in words.casefold().split())

    @cached_property
    def words(self) -> str:
        """What the filter looks in, in small letters."""
        text = self.searched() if self.searched else " ".join(str(value) for value in self.cells.values())
        return safe_text(text).casefold()

    def sort_value(self, column: str) -> tuple[bool, Any]:
        """Return what to sort by: rows without a value come last."""
        value = self.sort.get(column)
        if value is None and column not in self.sort:
            value = str(self.cells.get(column, "")).casefold()
        return value is None or value == "", value


class LateRow(Row):
    """A row whose cells are made when it comes into sight, is filtered or is sorted by."""

    make: Callable[[], Mapping[str, str | Text]]

    def __init__(self, key: str, make: Callable[[], Mapping[str, str | Text]]) -> None:
        for name, value in {"key": key, "make": make, "sort": {}}.items():
            object.__setattr__(self, name, value)

    @cached_property
    def cells(self) -> Mapping[str, str | Text]:
        """What stands in each column."""
        return self.make()


def _is_same(one: str | Text, other: str | Text) -> bool:
    if isinstance(one, str) or isinstance(other, str):
        return type(one) is type(other) and one == other
    return one == other and one.style == other.style


def _drawn(value: str | Text, column: Column) -> Text:
    if isinstance(value, str):
        return cell(value[:MOST_CELL_CHARACTERS], align=column.align)
    text = value[:MOST_CELL_CHARACTERS] if len(value) > MOST_CELL_CHARACTERS else value.copy()
    text.plain = shown_text(text.plain)
    text.justify = column.align
    text.no_wrap = True
    text.overflow = "ellipsis"
    return text


@dataclass(frozen=True)
class Sorting:
    """By which column rows are sorted; no column means: in the order in which they were given."""

    column: str = ""
    descending: bool = False

    def next(self, columns: Sequence[Column]) -> Sorting:
        """Return the sorting by the next column, after the last one the given order again."""
        keys = ["", *(column.key for column in columns)]
        return Sorting(keys[(keys.index(self.column) + 1) % len(keys)])

    def reversed(self) -> Sorting:
        """Return the same sorting in the other direction."""
        return Sorting(self.column, not self.descending)

    def apply(self, rows: Sequence[Row]) -> list[Row]:
        """Return the rows in order; those without a value stay last in both directions.

        Rows that are to be first stand before all others, in that order among themselves.
        """
        in_order = self._in_order(rows)
        first = [row for row in in_order if row.first]
        return [*first, *(row for row in in_order if not row.first)] if first else in_order

    def _in_order(self, rows: Sequence[Row]) -> list[Row]:
        if not self.column:
            return list(reversed(rows)) if self.descending else list(rows)
        keyed = [(row.sort_value(self.column), row) for row in rows]
        filled = sorted((item for item in keyed if not item[0][0]), key=_value, reverse=self.descending)
        return [row for _, row in filled] + [row for value, row in keyed if value[0]]

    def title_of(self, column: Column) -> str:
        """Return the column's title, marked if rows are sorted by it."""
        if column.key != self.column:
            return column.title
        return f"{column.title} {'▼' if self.descending else '▲'}"


def _value(item: tuple[tuple[bool, Any], Row]) -> Any:
    return item[0][1]
