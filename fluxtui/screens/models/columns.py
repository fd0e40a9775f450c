"""The rows and columns of the model table, and which columns fit into a width."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from rich.text import Text

from fluxtui.domain.endpoint import number_text
from fluxtui.domain.finetune import Finetune, FinetuneState
from fluxtui.domain.text import safe_text
from fluxtui.widgets.table import Column, Row

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

COLUMNS: tuple[Column, ...] = (
    Column("name", "  Name"),
    Column("state", "State", 10),
    Column("trigger", "Trigger", 12),
    Column("type", "Type", 6),
    Column("mode", "Mode", 9),
    Column("rank", "Rank", 6, "right"),
    Column("iterations", "Iter.", 7, "right"),
    Column("rate", "Rate", 7, "right"),
    Column("priority", "Priority", 13),
    Column("date", "Date", 10),
    Column("id", "Id", 36),
)
"""Every column, from left to right; a narrow one has room for the mark of its order."""

_KEPT_FIRST = (
    "name",
    "state",
    "trigger",
    "type",
    "date",
    "mode",
    "iterations",
    "rank",
    "rate",
    "priority",
    "id",
)
_NAME_CELLS = 16
_GAP = 2


def fitting(width: int) -> tuple[Column, ...]:
    """Return the columns that fit into `width` cells beside each other; what tells least goes first."""
    by_key = {column.key: column for column in COLUMNS}
    kept: set[str] = set()
    for key in _KEPT_FIRST:
        width -= (by_key[key].width or _NAME_CELLS) + _GAP
        if width < 0 and kept:
            break
        kept.add(key)
    return tuple(column for column in COLUMNS if column.key in kept)


def rows_of(finetunes: Sequence[Finetune]) -> list[Row]:
    """Return the finetunes as rows, favourites first, then the newest."""
    newest = sorted(finetunes, key=lambda item: (item.created_at or _LONG_AGO, item.id), reverse=True)
    return [_row(item) for item in sorted(newest, key=lambda item: not item.favourite)]


_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def _row(finetune: Finetune) -> Row:
    return Row(
        finetune.ref,
        {
            "name": Text.assemble(("★ " if finetune.favourite else "  ", "yellow"), finetune.name),
            "state": Text(STATE_WORDS[finetune.state], STATE_STYLES[finetune.state]),
            "trigger": finetune.trigger_word or "",
            "type": finetune.finetune_type or "",
            "mode": finetune.mode or "",
            "rank": _number(finetune.lora_rank),
            "iterations": _number(finetune.iterations),
            "rate": _number(finetune.learning_rate),
            "priority": (finetune.priority or "").replace("_", " "),
            "date": f"{finetune.created_at.astimezone():%Y-%m-%d}" if finetune.created_at else "",
            "id": finetune.id,
            "anything else": _searched_text(finetune),
        },
        {
            "name": finetune.name.casefold(),
            "rank": finetune.lora_rank,
            "iterations": finetune.iterations,
            "rate": finetune.learning_rate,
            "date": finetune.created_at,
        },
    )


def _number(value: float | None) -> str:
    return "" if value is None else number_text(value)


def _searched_text(finetune: Finetune) -> str:
    """Return what has no column of its own and shall be found by the filter all the same."""
    told = [*finetune.raw.items(), *(finetune.dataset or {}).items()]
    words = [safe_text(part) for pair in told for part in pair]
    return " ".join(["favourite", *words] if finetune.favourite else words)
