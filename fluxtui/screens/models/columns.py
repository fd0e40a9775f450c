"""The table of finetunes: its rows, its columns, and which of them fit into a width."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from rich.text import Text
from textual import events

from fluxtui.controllers.models.facts import profile_text
from fluxtui.domain.endpoint import number_text
from fluxtui.domain.finetune import Finetune, FinetuneState
from fluxtui.domain.text import file_size, safe_text
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


def rows_of(finetunes: Sequence[Finetune]) -> list[Row]:
    """Return the finetunes as rows, the newest first; favourites stay before all others."""
    newest = sorted(finetunes, key=lambda item: (item.created_at or _LONG_AGO, item.id), reverse=True)
    return [_row(item) for item in newest]


_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def _row(finetune: Finetune) -> Row:
    return Row(
        finetune.ref,
        {
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
            "anything else": _searched_text(finetune),
        },
        {
            "name": finetune.name.casefold(),
            "size": finetune.weights.size if finetune.weights else None,
            "rank": _rank(finetune),
            "iterations": finetune.iterations,
            "rate": finetune.learning_rate,
            "date": finetune.created_at,
        },
        first=finetune.favourite,
    )


def _rank(finetune: Finetune) -> int | None:
    return finetune.weights.rank if finetune.weights and finetune.weights.rank else finetune.lora_rank


def _number(value: float | None) -> str:
    return "" if value is None else number_text(value)


def _searched_text(finetune: Finetune) -> str:
    """Return what has no column of its own and shall be found by the filter all the same."""
    told = [*finetune.raw.items(), *(finetune.dataset.known().items() if finetune.dataset else ())]
    if finetune.weights is not None:
        told += [("file", finetune.weights.path), *finetune.weights.metadata.items()]
    if finetune.base is not None:
        told.append(("base", finetune.base.title))
    words = [safe_text(part) for pair in told for part in pair]
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

    def show(self, finetunes: Sequence[Finetune]) -> None:
        """Show finetunes, and whose they are where they are of several profiles."""
        several = len({finetune.profile for finetune in finetunes}) > 1
        if several != self._several:
            self._several = several
            self._fit(self.size.width)
        self.set_rows(rows_of(finetunes))

    def on_resize(self, event: events.Resize) -> None:
        """Choose the columns; the base class then draws them."""
        self._fit(event.size.width)

    def _fit(self, width: int) -> None:
        self.set_columns(fitting(width - 1, several=self._several))
