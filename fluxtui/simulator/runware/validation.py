"""Checks a task against what its model takes. What is not in the model's schema is refused."""

from __future__ import annotations

import math
import re
import uuid
from collections.abc import Iterator
from typing import Any

from fluxtui.simulator.core.fields import Field
from fluxtui.simulator.pictures import NoPictureError, decoded, is_web_address, reduced
from fluxtui.simulator.runware import problems
from fluxtui.simulator.runware.models import (
    COMMON,
    LEAST_WEIGHT,
    MODELS,
    MOST_LORAS,
    MOST_PICTURES,
    MOST_WEIGHT,
    ImageModel,
)

_AIR = re.compile(r"[A-Za-z0-9_.-]+:[A-Za-z0-9_.-]+@[A-Za-z0-9_.-]+")
_ENVELOPE = ("taskType", "taskUUID", "model", "lora", "inputs")


def task_id_in(task: dict[str, Any]) -> str:
    """Return the id of a task. Raises TaskError where it is no UUID of version 4."""
    value = task.get("taskUUID")
    if value is None:
        raise problems.missing("taskUUID")
    try:
        known = uuid.UUID(value) if isinstance(value, str) else None
    except ValueError:
        known = None
    if known is None or known.version != 4 or str(known) != value:
        raise problems.invalid("taskUUID", "Invalid value for 'taskUUID'. It must be a UUID v4 string.")
    return str(value)


def model_in(task: dict[str, Any]) -> ImageModel:
    """Return the model that a task names. Raises TaskError."""
    if "model" not in task:
        raise problems.missing("model")
    model = MODELS.get(task["model"]) if isinstance(task["model"], str) else None
    if model is None:
        raise problems.invalid("model", "Invalid value for 'model' parameter.")
    return model


def checked(model: ImageModel, task: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a task with the defaults filled in, without its LoRAs and pictures.

    Raises TaskError for the first thing that is wrong.
    """
    fields = {field.name: field for field in (*model.fields, *COMMON)}
    for name in task:
        if name not in fields and name not in _ENVELOPE:
            raise problems.unsupported(name)
    for field in fields.values():
        _check(field, task)
    if model.sized:
        for side in ("width", "height"):
            if side not in task:
                raise problems.missing(side)
    if task.get("numberResults", 1) != 1 and task.get("seed") is not None:
        # Not said; here so that nothing depends on which seed the others get.
        raise problems.unsupported("seed")
    return {name: task.get(name, field.default) for name, field in fields.items()}


def _check(field: Field, task: dict[str, Any]) -> None:
    if field.name not in task:
        if field.required:
            raise problems.missing(field.name)
        return
    found = next(_flaws(field, task[field.name]), None)
    if found is not None:
        raise problems.invalid(field.name, f"Invalid value for '{field.name}' parameter. {found}")


def _flaws(field: Field, value: Any) -> Iterator[str]:
    if field.kind == "boolean":
        if not isinstance(value, bool):
            yield "It must be a boolean."
    elif field.kind == "string":
        yield from _text_flaws(field, value)
    else:
        yield from _number_flaws(field, value)


def _text_flaws(field: Field, value: Any) -> Iterator[str]:
    if not isinstance(value, str):
        yield "It must be a string."
    elif field.choices and value not in field.choices:
        yield f"It must be one of {', '.join(field.choices)}."
    elif field.minimum is not None and not field.minimum <= len(value) <= (field.maximum or math.inf):
        yield f"It must have between {field.minimum:g} and {field.maximum:g} characters."


def _number_flaws(field: Field, value: Any) -> Iterator[str]:
    whole = field.kind == "integer"
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
        yield f"It must be {'an integer' if whole else 'a number'}."
    elif not math.isfinite(value):
        yield "It must be finite."
    elif field.minimum is not None and value < field.minimum:
        yield f"It must be at least {field.minimum:g}."
    elif field.maximum is not None and value > field.maximum:
        yield f"It must be at most {field.maximum:g}."
    elif field.multiple and value % field.multiple:
        yield f"It must be a multiple of {field.multiple}."


def loras_in(task: dict[str, Any]) -> list[tuple[str, float]]:
    """Return the names and weights of a task's LoRAs. Raises TaskError."""
    given = task.get("lora", [])
    if not isinstance(given, list) or len(given) > MOST_LORAS:
        raise problems.invalid("lora", f"Invalid value for 'lora'. It must be at most {MOST_LORAS} objects.")
    return [_lora(entry) for entry in given]


def _lora(entry: Any) -> tuple[str, float]:
    if not isinstance(entry, dict) or set(entry) - {"model", "weight"}:
        raise problems.invalid("lora", "Invalid value for 'lora'. Each has a model and a weight.")
    name, weight = entry.get("model"), entry.get("weight", 1)
    if not isinstance(name, str) or not _AIR.fullmatch(name):
        raise problems.invalid("lora.model", "Invalid value for 'lora.model'. It must be an AIR.")
    if isinstance(weight, bool) or not isinstance(weight, int | float):
        raise problems.invalid("lora.weight", "Invalid value for 'lora.weight'. It must be a number.")
    if not LEAST_WEIGHT <= weight <= MOST_WEIGHT:
        raise problems.invalid("lora.weight", "Invalid value for 'lora.weight'. It goes from -4 to 4.")
    return name, float(weight)


def pictures_in(model: ImageModel, task: dict[str, Any]) -> list[str]:
    """Return what pictures a task brings, as base64 or addresses. Raises TaskError; call it in a thread."""
    inputs = task.get("inputs", {})
    if not isinstance(inputs, dict):
        raise problems.invalid("inputs", "Invalid value for 'inputs'. It must be an object.")
    if inputs and not model.pictures:
        raise problems.unsupported("inputs")
    for name in inputs:
        if name != "referenceImages":
            raise problems.unsupported(f"inputs.{name}")
    given = inputs.get("referenceImages", [])
    if not isinstance(given, list) or len(given) > MOST_PICTURES:
        raise problems.invalid("inputs.referenceImages", "Invalid value for 'inputs.referenceImages'.")
    if model.needs_picture and not given:
        raise problems.missing("inputs.referenceImages")
    for value in given:
        _check_picture(value)
    return given


def _check_picture(value: Any) -> None:
    try:
        if not isinstance(value, str):
            raise NoPictureError("It must be a string.")
        if not is_web_address(value):
            reduced(decoded(value))
    except NoPictureError as error:
        message = f"Invalid value for 'inputs.referenceImages'. {error}"
        raise problems.invalid("inputs.referenceImages", message) from None
