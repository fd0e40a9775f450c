"""LoRAs as a list, with a weight and a switch for each: in forms, and in requests of before it was one.

Endpoints named up to three LoRAs by parameters of their own (`finetune_id`, `finetune_strength`,
`finetune_id_2` ...). These names still lead to the first, second and third of the list, so that recipes,
drafts and grids of that time stay good, and so that the one finetune of an order can be named apart.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from fluxtui.domain.parameters import Control, Field, Parameter, fields_of
from fluxtui.system.dataclass import dataclass

LORAS = "loras"
"""What the list is called at every endpoint that takes one."""

FIRST, STRENGTH = "finetune_id", "finetune_strength"
"""What names the first finetune of a request, and how strongly it shows, at every endpoint that takes one."""

USUAL_WEIGHT = 1.0
"""As trained."""

MOST_READ = 20
"""More LoRAs than this are not read from anything that was kept."""

_NAME_LIMIT = 2000


@dataclass(frozen=True)
class LoraRow:
    """One LoRA of a form's list.

    Attributes:
        finetune: the ref of a finetune, or an id or address as typed.
        weight: how strongly it shows.
        on: whether it counts; one that is off keeps its place and weight, and is not sent.
    """

    finetune: str
    weight: float = USUAL_WEIGHT
    on: bool = True

    def as_value(self) -> dict[str, Any]:
        """Return the row as plain values, to be kept."""
        return {"finetune": self.finetune, "weight": self.weight, "on": self.on}


def stack_field(endpoint: type[BaseModel]) -> Field | None:
    """Return the parameter that takes LoRAs as a list, None where there is none."""
    return next((item for item in fields_of(endpoint) if item.control is Control.LORA_STACK), None)


def rows_in(value: Any) -> tuple[LoraRow, ...]:
    """Return the LoRAs of a list as it was kept or sent; what is none of them is left out."""
    found = []
    for item in value if isinstance(value, list | tuple) else ():
        given = item if isinstance(item, Mapping) else getattr(item, "__dict__", {})
        name, weight, on = given.get("finetune"), given.get("weight", USUAL_WEIGHT), given.get("on", True)
        if isinstance(name, str) and 0 < len(name) <= _NAME_LIMIT:
            found.append(LoraRow(name, _weight(weight), on is not False))
    return tuple(found[:MOST_READ])


def row_values(rows: Iterable[LoraRow]) -> list[dict[str, Any]]:
    """Return rows as plain values, to be kept."""
    return [row.as_value() for row in rows]


def requested(rows: Iterable[LoraRow]) -> list[dict[str, Any]]:
    """Return the rows that count, as they stand in a request."""
    return [{"finetune": row.finetune, "weight": row.weight} for row in rows if row.on]


def name_field(place: int) -> str:
    """Return what named the LoRA at a place, counted from 1."""
    return FIRST if place == 1 else f"{FIRST}_{place}"


def weight_field(place: int) -> str:
    """Return what said how strongly the LoRA at a place shows, counted from 1."""
    return STRENGTH if place == 1 else f"{STRENGTH}_{place}"


def place_of(weight_name: str) -> int:
    """Return the place, counted from 1, of the LoRA whose weight a name means, 0 where it means none."""
    return next((place for place in range(1, MOST_READ) if weight_field(place) == weight_name), 0)


def weight_fields(endpoint: type[BaseModel]) -> tuple[Field, ...]:
    """Return the weights of a list as parameters that can be varied one by one; none without a list."""
    stack = stack_field(endpoint)
    if stack is None:
        return ()
    return tuple(
        Field(
            name=weight_field(place),
            title="Finetune strength" if place == 1 else f"Strength of LoRA {place}",
            help="How strongly the LoRA shows: 1 is as trained, lower where the picture breaks up.",
            control=Control.NUMBER,
            required=False,
            nullable=False,
            default=USUAL_WEIGHT,
            step=stack.step,
            minimum=stack.minimum,
            maximum=stack.maximum,
        )
        for place in range(1, (stack.max_length or MOST_READ) + 1)
    )


def is_slot(name: str) -> bool:
    """Tell whether a name means a LoRA of the list by its place, or its weight."""
    return name in _SLOTS


def rows_of_slots(values: Mapping[str, Any], rows: Iterable[LoraRow] = ()) -> tuple[LoraRow, ...]:
    """Return a list in which LoRAs and weights that are named by their places have been put."""
    made = list(rows)
    for place in range(1, MOST_READ):
        name, weight = values.get(name_field(place)), values.get(weight_field(place))
        has_name = isinstance(name, str) and bool(name)
        if place <= len(made):
            row = made[place - 1]
            named = str(name) if has_name else row.finetune
            made[place - 1] = LoraRow(named, _weight(weight, row.weight), row.on)
        elif has_name:
            made.append(LoraRow(str(name), _weight(weight)))
    return tuple(made)


def stacked(endpoint: type[BaseModel], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a request with its LoRAs in the list, where the endpoint takes one.

    LoRAs that are off are left out. What is no such list stays, so that the check of the endpoint says so.
    """
    stack, values = stack_field(endpoint), renamed(endpoint, values)
    if stack is None:
        return dict(values)
    given = values.get(stack.name)
    rest = {name: value for name, value in values.items() if not is_slot(name)}
    slots = {name: value for name, value in values.items() if is_slot(name)}
    if given is not None and not _is_readable(given):
        return rest
    if not slots and not given:
        return rest
    on = (row for row in rows_in(given) if row.on)
    made = requested(rows_of_slots(slots, on))
    return {**rest, stack.name: made} if made else {n: v for n, v in rest.items() if n != stack.name}


def renamed(endpoint: type[BaseModel], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values under the names that the parameters of an endpoint have now (`Endpoint.older_names`)."""
    older: Mapping[str, str] = getattr(endpoint, "older_names", {})
    return {older.get(name, name): value for name, value in values.items()}


def spread(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values in which each LoRA of the list is named by its place, as texts and older versions do."""
    rest = {key: value for key, value in values.items() if key != LORAS}
    for place, row in enumerate(rows_in(values.get(LORAS)), start=1):
        if row.on:
            rest |= {name_field(place): row.finetune, weight_field(place): row.weight}
    return rest


def finetune_parameter(endpoint: type[BaseModel]) -> str:
    """Return the name of the parameter that names the first finetune, alone or in the list."""
    return FIRST if stack_field(endpoint) is None else LORAS


def first_named(endpoint: type[BaseModel], values: Mapping[str, Any]) -> str | None:
    """Return what names the first finetune of a request, or None where there is none."""
    stack = stack_field(endpoint)
    named: Any = values.get(FIRST)
    if stack is not None and not named:
        named = next((row.finetune for row in rows_in(values.get(stack.name)) if row.on), None)
    return str(named) if named else None


def without_first(endpoint: type[BaseModel], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a request without the first finetune, for another one to take its place."""
    rest = {name: value for name, value in values.items() if name != FIRST}
    stack = stack_field(endpoint)
    if stack is None or not rest.get(stack.name):
        return rest
    left = requested(rows_in(rest[stack.name])[1:])
    return {**rest, stack.name: left} if left else {n: v for n, v in rest.items() if n != stack.name}


def finetunes_named(
    endpoint: type[BaseModel], values: Mapping[str, Any]
) -> tuple[tuple[Parameter, str, str], ...]:
    """Return all finetunes of a request: the parameter's words, its name, and what names the finetune."""
    found: list[tuple[Parameter, str, str]] = []
    for item in fields_of(endpoint):
        value = values.get(item.name)
        if item.control is Control.FINETUNE and value:
            found.append((item, item.name, str(value)))
        elif item.control is Control.LORA_STACK:
            found += [(item, item.name, row.finetune) for row in rows_in(value) if row.on]
    return tuple(found)


def _is_readable(value: Any) -> bool:
    """Tell whether a list is one of LoRAs alone, each with a name and a weight."""
    if not isinstance(value, list | tuple) or len(value) > MOST_READ:
        return False
    rows = rows_in(value)
    weights = [item.get("weight", USUAL_WEIGHT) for item in value if isinstance(item, Mapping)]
    known = {"finetune", "weight", "on"}
    plain = all(set(item) <= known for item in value if isinstance(item, Mapping))
    return len(rows) == len(value) and plain and all(map(_is_number, weights))


def _weight(value: Any, usual: float = USUAL_WEIGHT) -> float:
    return float(value) if _is_number(value) else usual


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


_SLOTS = frozenset(name for place in range(1, MOST_READ) for name in (name_field(place), weight_field(place)))
