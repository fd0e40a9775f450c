"""Models into rows and back: times as UTC texts, enumerations as their values, objects as JSON."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import BaseModel

from fluxtui.domain.durations import can_be
from fluxtui.domain.errors import JournalDamaged
from fluxtui.domain.jobs import Job
from fluxtui.domain.json_text import read_json
from fluxtui.domain.text import safe_text
from fluxtui.domain.training_set import TrainingSet
from fluxtui.services.journal.faults import repair_command

Model = TypeVar("Model", bound=BaseModel)

_JSON_COLUMNS = frozenset({"parameters", "dataset", "raw", "response", "addresses", "weights"})


_FIELDS_SET: dict[frozenset[str], set[str]] = {}
"""Which fields rows set; one set for all rows that set the same, since models here are immutable."""


class UnreadableRow(JournalDamaged):
    """A row holds what this program never wrote.

    Attributes:
        kind: what it would be, such as `job`.
        key: its id, or the first of its columns; safe to show.
        row: its columns, as they are.
    """

    def __init__(self, kind: str, row: Mapping[str, Any]) -> None:
        known = row.get("id") if row.get("id") is not None else next(iter(row.values()), "")
        self.kind, self.key, self.row = kind, safe_text(str(known), limit=60), row
        super().__init__(
            f"The journal holds something that cannot be understood: {kind} {self.key}. Nothing was changed.",
            next_step=f"Close FluxTUI everywhere and run {repair_command()} : it keeps the file.",
        )


def utc_text(moment: datetime) -> str:
    """Return an aware time as ISO text in UTC, of constant width, so that texts sort as times do.

    Raises:
        ValueError: the time does not say its zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a time without a zone cannot go into the journal")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def json_text(value: Any) -> str:
    """Return a value as JSON; ASCII only, since a lone surrogate is no UTF-8. Paths become texts."""
    return json.dumps(value, default=str, separators=(",", ":"))


def to_row(model: BaseModel) -> dict[str, Any]:
    """Return the columns of a model by name."""
    values = model.values() if isinstance(model, Job) else dict(model)
    return {name: to_column(name, value) for name, value in values.items()}


def columns_of(model: type[BaseModel]) -> Iterable[str]:
    """Return the names of the columns that a model is made of."""
    return Job.columns() if issubclass(model, Job) else model.model_fields


def to_column(name: str, value: Any) -> Any:
    """Return what SQLite stores for one value."""
    if value is None:
        return None
    if isinstance(value, TrainingSet):
        value = value.known()
    elif isinstance(value, BaseModel):
        value = value.model_dump(mode="json")
    if name in _JSON_COLUMNS:
        return json_text(value)
    if isinstance(value, datetime):
        return utc_text(value)
    if isinstance(value, str):
        return str(value).encode("utf-8", "replace").decode()
    return value


def from_row(model: type[Model], row: sqlite3.Row | Mapping[str, Any]) -> Model:
    """Return the model that a row holds; columns that are not its fields are left out.

    Raises:
        UnreadableRow: what is in the row is no such thing; somebody else has written there.
    """
    try:
        values = {name: row[name] for name in columns_of(model)}
        _check(values)
        for name in _JSON_COLUMNS & values.keys():
            if values[name] is not None:
                values[name] = read_json(values[name])
        found = model.model_validate(values)
        _check_times(found)
        # Every row of a table sets the same fields: a set for each of 10,000 finetunes takes 20 MB.
        own = frozenset(found.__pydantic_fields_set__)
        object.__setattr__(found, "__pydantic_fields_set__", _FIELDS_SET.setdefault(own, set(own)))
    except (ValueError, TypeError, IndexError, KeyError, RecursionError):
        # Not chained: the error may hold what is in the row.
        raise UnreadableRow(model.__name__.strip("_").lower(), dict(row)) from None
    return found


def _check(values: Mapping[str, Any]) -> None:
    """Raise `ValueError` for bytes, which we never store, and a text that was no UTF-8 (see `Database`)."""
    for value in values.values():
        if isinstance(value, bytes):
            raise ValueError("bytes")
        if isinstance(value, str):
            value.encode()


def _check_times(model: BaseModel) -> None:
    """Raise `ValueError` for a time that no clock shows, or that does not say its zone."""
    for value in model.__dict__.values():
        if isinstance(value, datetime) and not can_be(value):
            raise ValueError("a time that cannot be")


def insert(connection: sqlite3.Connection, table: str, model: BaseModel, *, replace: bool = False) -> None:
    """Insert a model into a table whose columns have the names of its fields."""
    row = to_row(model)
    verb = "REPLACE" if replace else "INSERT"
    # Names come from our own classes, values are bound.
    marks = ", ".join("?" for _ in row)
    sql = f"{verb} INTO {table} ({', '.join(row)}) VALUES ({marks})"
    connection.execute(sql, tuple(row.values()))
