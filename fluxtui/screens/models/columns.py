"""The table of finetunes: its rows, its columns, and which of them fit into a width."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import Any

from rich.text import Text
from textual import events

from fluxtui.controllers.models.facts import profile_text
from fluxtui.domain.endpoint import number_text
from fluxtui.domain.finetune import Finetune, FinetuneState
from fluxtui.domain.text import file_size
from fluxtui.domain.weights import Base
from fluxtui.widgets.table import Column, Row, RowTable

STATE_WORDS: dict[FinetuneState, str] = {
    FinetuneState.READY: "● ready",
    FinetuneState.TRAINING: "◐ training",
    FinetuneState.MISSING: "? missing",
    FinetuneState.DELETED: "✗ deleted",
}
"""A sign and a word for each state, so that colour is never the only difference."""

STATE_STYLES: dict[FinetuneState, str] = {
    FinetuneState.READY: "green",
    FinetuneState.TRAINING: "yellow",
    FinetuneState.MISSING: "red",
    FinetuneState.DELETED: "dim",
}

PROFILE = "profile"
"""The key of the column that says whose a finetune is; it is left out where that is the same of all."""

COLUMNS: tuple[Column, ...] = (
    Column("name", "  Name"),
    Column(PROFILE, "Profile", 9),
    Column("state", "State", 10),
    Column("base", "Base model", 15),
    Column("trigger", "Trigger", 9),
    Column("size", "Size", 8, "right"),
    Column("rank", "Rank", 6, "right"),
    Column("date", "Date", 10),
    Column("type", "Type", 6),
    Column("mode", "Mode", 9),
    Column("iterations", "Iter.", 7, "right"),
    Column("rate", "Rate", 7, "right"),
    Column("priority", "Priority", 13),
    Column("id", "Id", 36),
)
"""Every column, from left to right; a narrow one has room for the mark of its order."""

_KEPT_FIRST = (
    "name",
    "state",
    "base",
    PROFILE,
    "trigger",
    "size",
    "rank",
    "date",
    "type",
    "mode",
    "iterations",
    "rate",
    "priority",
    "id",
)
_NAME_CELLS = 16
_GAP = 2


def fitting(width: int, *, several: bool = True) -> tuple[Column, ...]:
    """Return the columns that fit into `width` cells beside each other; what tells least goes first.

    Args:
        width: cells of the table.
        several: whether the finetunes are of several profiles.
    """
    by_key = {column.key: column for column in COLUMNS if several or column.key != PROFILE}
    kept: set[str] = set()
    for key in (key for key in _KEPT_FIRST if key in by_key):
        width -= (by_key[key].width or _NAME_CELLS) + _GAP
        if width < 0 and kept:
            break
        kept.add(key)
    return tuple(column for column in COLUMNS if column.key in kept)


def base_text(base: Base | None) -> str:
    """Return the base model without the brackets of its name, which cost room: `FLUX.2 klein 9B`."""
    return "" if base is None else base.title.replace("[", "").replace("]", "")


_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class ModelRow(Row):
    """The row of a finetune, whose cells are made when it comes into sight: most of ten thousand never do."""

    finetune: Finetune
    age: tuple[datetime, str]
    """What the given order is by."""

    def __init__(self, finetune: Finetune) -> None:
        told = {"key": finetune.ref, "first": finetune.favourite, "finetune": finetune}
        for name, value in told.items():
            object.__setattr__(self, name, value)
        object.__setattr__(self, "age", (finetune.created_at or _LONG_AGO, finetune.id))

    @cached_property
    def cells(self) -> Mapping[str, str | Text]:
        """What stands in each column."""
        return _cells(self.finetune)

    @property
    def searched(self) -> Callable[[], str]:
        """Returns what the filter looks in."""
        return partial(_searched_text, self.finetune)

    def sort_value(self, column: str) -> tuple[bool, Any]:
        """Return what to sort by: finetunes without a value come last."""
        value = _SORTED_BY[column](self.finetune)
        return value is None or value == "", value


class ModelRows:
    """The rows of finetunes; a finetune that is the same as before has the same row."""

    def __init__(self) -> None:
        self._rows: list[ModelRow] = []

    def of(self, finetunes: Sequence[Finetune]) -> list[ModelRow]:
        """Return the finetunes as rows, the newest first; favourites stay before all others."""
        given = {id(finetune): finetune for finetune in finetunes}
        rows = [row for row in self._rows if given.pop(id(row.finetune), None) is not None]
        # What is in order already is sorted in no time.
        self._rows = [*rows, *map(ModelRow, given.values())]
        self._rows.sort(key=_age, reverse=True)
        return self._rows


def _age(row: ModelRow) -> tuple[datetime, str]:
    return row.age


def _cells(finetune: Finetune) -> Mapping[str, str | Text]:
    return {
        "name": Text.assemble(("★ " if finetune.favourite else "  ", "yellow"), finetune.name),
        PROFILE: profile_text(finetune.profile),
        "state": Text(STATE_WORDS[finetune.state], STATE_STYLES[finetune.state]),
        "trigger": finetune.trigger_word or "",
        "base": base_text(finetune.base),
        "size": file_size(finetune.weights.size) if finetune.weights else "",
        "type": finetune.finetune_type or "",
        "mode": finetune.mode or "",
        "rank": _number(_rank(finetune)),
        "iterations": _number(finetune.iterations),
        "rate": _number(finetune.learning_rate),
        "priority": (finetune.priority or "").replace("_", " "),
        "date": f"{finetune.created_at.astimezone():%Y-%m-%d}" if finetune.created_at else "",
        "id": finetune.id,
    }


def _rank(finetune: Finetune) -> int | None:
    return finetune.weights.rank if finetune.weights and finetune.weights.rank else finetune.lora_rank


_SORTED_BY: Mapping[str, Callable[[Finetune], Any]] = {
    "name": lambda finetune: finetune.name.casefold(),
    PROFILE: lambda finetune: finetune.profile.casefold(),
    "state": lambda finetune: STATE_WORDS[finetune.state],
    "trigger": lambda finetune: (finetune.trigger_word or "").casefold(),
    "base": lambda finetune: base_text(finetune.base).casefold(),
    "size": lambda finetune: finetune.weights.size if finetune.weights else None,
    "type": lambda finetune: (finetune.finetune_type or "").casefold(),
    "mode": lambda finetune: (finetune.mode or "").casefold(),
    "rank": _rank,
    "iterations": lambda finetune: finetune.iterations,
    "rate": lambda finetune: finetune.learning_rate,
    "priority": lambda finetune: (finetune.priority or "").casefold(),
    "date": lambda finetune: finetune.created_at,
    "id": lambda finetune: finetune.id.casefold(),
}


def _number(value: float | None) -> str:
    return "" if value is None else number_text(value)


def _searched_text(finetune: Finetune) -> str:
    """Return what the filter finds a finetune by: what stands in its cells, and what has no column."""
    told = [*finetune.raw.items(), *(finetune.dataset.known().items() if finetune.dataset else ())]
    if finetune.weights is not None:
        told += [("file", finetune.weights.path), *finetune.weights.metadata.items()]
    if finetune.base is not None:
        told.append(("base", finetune.base.title))
    cells = _cells(finetune).values()
    words = [*map(str, cells), *(str(part) for pair in told for part in pair)]
    return " ".join(["favourite", *words] if finetune.favourite else words)


NOTHING_YET = (
    "No finetunes yet: F2 trains one, r asks the services for theirs, n adds one by its id, and o takes in a "
    "LoRA file of yours."
)


class ModelTable(RowTable):
    """One row a finetune; what tells least is left out where there is no room."""

    def __init__(self) -> None:
        super().__init__(COLUMNS, empty=NOTHING_YET, id="models")
        self._several = False
        self._known = ModelRows()

    def show(self, finetunes: Sequence[Finetune]) -> None:
        """Show finetunes, and whose they are where they are of several profiles."""
        several = len({finetune.profile for finetune in finetunes}) > 1
        if several != self._several:
            self._several = several
            self._fit(self.size.width)
        self.set_rows(self._known.of(finetunes))

    def on_resize(self, event: events.Resize) -> None:
        """Choose the columns; the base class then draws them."""
        self._fit(event.size.width)

    def _fit(self, width: int) -> None:
        self.set_columns(fitting(width - 1, several=self._several))
