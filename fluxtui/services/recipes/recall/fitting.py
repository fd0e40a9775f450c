"""What is recalled, as values for the parameters of one endpoint. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

from fluxtui.domain.endpoint import Control, Field, GenerationEndpoint, fields_of, number_text
from fluxtui.domain.loras import is_slot, spread, weight_fields
from fluxtui.domain.text import safe_text
from fluxtui.services.recipes.recall.recalled import Recalled, clean_prompt, number, whole
from fluxtui.system.dataclass import dataclass

_CUSTOM = "custom"
"""The choice of a shape that lets width and height count."""
_SIDES = ("width", "height")
_SHAPES = ("aspect_ratio", "image_size")
_PICTURES = frozenset({Control.PICTURE, Control.PICTURES})
_ELSEWHERE = frozenset({"finetune_id"})
"""What is looked up among the user's own finetunes, and never taken as it stands."""
_NAMES = {"negative_prompt": "negative prompt"}
_TEXT_LIMIT = 2000


@dataclass(frozen=True)
class Fitted:
    """Values for an endpoint, and a sentence for each that had to be changed or left out."""

    values: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def fit(recalled: Recalled, endpoint: type[GenerationEndpoint]) -> Fitted:
    """Return what is recalled as values that `endpoint` takes.

    A number outside of the range becomes the nearest within; a seed never does, since another seed is another
    picture. Pictures and finetunes are never taken from a file: what it names could be anything on this
    machine.
    """
    weights = weight_fields(endpoint)
    fields = {item.name: item for item in (*weights[:1], *fields_of(endpoint))}
    values: dict[str, Any] = {}
    notes: list[str] = []
    told = spread(recalled.values)
    sizes = {name: told[name] for name in _SIDES if name in told}
    rest = {name: value for name, value in told.items() if name not in {*_SIDES, *_ELSEWHERE}}
    for name, value in rest.items():
        item = fields.get(name)
        if item is None and weights and is_slot(name):
            # Whoever takes the values looks for further finetunes among the user's own.
            continue
        if item is None:
            notes.append(_no_place(name, endpoint))
        elif item.control in _PICTURES:
            notes.append(
                f"{item.title} was given, but the picture itself is not in the file: choose it again."
            )
        elif item.control not in {Control.FINETUNE, Control.LORA_STACK, Control.HIDDEN}:
            fitted, note = _fitted(item, value)
            if fitted is not None:
                values[name] = fitted
            if note:
                notes.append(note)
    if sizes:
        taken, said = _sizes(fields, sizes, endpoint)
        values = {**taken, **values} if recalled.endpoint else {**values, **taken}
        notes += said
    return Fitted(values, tuple(notes))


def _no_place(name: str, endpoint: type[GenerationEndpoint]) -> str:
    shown = _NAMES.get(name) or safe_text(name, limit=40).replace("_", " ")
    return f"{endpoint.info.title} takes no {shown}: it is left out."


def _fitted(item: Field, value: Any) -> tuple[Any, str]:
    """Return the value for a field, None for none, and what is to be said of it."""
    wrong = f"{item.title} {safe_text(value, limit=40)} is not possible here: it is left out."
    match item.control:
        case Control.PROMPT:
            return clean_prompt(value), ""
        case Control.TOGGLE:
            return (value, "") if isinstance(value, bool) else (None, wrong)
        case Control.CHOICE:
            return (value, "") if isinstance(value, str) and value in item.choices else (None, wrong)
        case Control.SEED:
            seed = whole(value)
            fits = seed is not None and seed == _within(item, seed)
            return (seed, "") if fits else (None, wrong)
        case Control.INTEGER | Control.NUMBER:
            return _fitted_number(item, value, wrong)
        case _:
            text = clean_prompt(value) if isinstance(value, str) else ""
            return (text, "") if 0 < len(text) <= (item.max_length or _TEXT_LIMIT) else (None, wrong)


def _fitted_number(item: Field, value: Any, wrong: str) -> tuple[Any, str]:
    found = number(value)
    if found is None:
        return None, wrong
    nearest = _within(item, found)
    fitted = round(nearest) if item.control is Control.INTEGER else nearest
    if fitted == found:
        return fitted, ""
    title, asked, taken = item.title, number_text(found), number_text(fitted)
    return fitted, f"{title} {asked} became {taken}: {item.range_text() or 'whole numbers'} is possible here."


def _within(item: Field, value: float) -> float:
    """Return the nearest number that a field takes."""
    if item.multiple_of:
        value = round(value / item.multiple_of) * item.multiple_of
    if item.minimum is not None:
        value = max(item.minimum, value)
    return min(item.maximum, value) if item.maximum is not None else value


def _sizes(
    fields: Mapping[str, Field], sizes: Mapping[str, Any], endpoint: type[GenerationEndpoint]
) -> tuple[dict[str, Any], list[str]]:
    """Return width and height as an endpoint takes them, in pixels or as the nearest shape."""
    width, height = (whole(sizes.get(name)) for name in _SIDES)
    if not width or not height:
        return {}, ["The size is not given as two whole numbers: it is left out."]
    shape = next((fields[name] for name in _SHAPES if name in fields), None)
    if all(name in fields for name in _SIDES) and (shape is None or _CUSTOM in shape.choices):
        pairs = [_fitted(fields[name], value) for name, value in zip(_SIDES, (width, height), strict=True)]
        taken = dict(zip(_SIDES, (value for value, _ in pairs), strict=True))
        chosen = {shape.name: _CUSTOM} if shape is not None else {}
        return {**chosen, **taken}, [note for _, note in pairs if note]
    nearest = nearest_shape(width, height, shape.choices) if shape is not None else None
    if shape is None or nearest is None:
        return {}, [f"{endpoint.info.title} takes no size: {width}×{height} is left out."]
    exact = _ratio(nearest) == width / height
    note = f"{width}×{height} became the {shape.title.casefold()} {nearest}."
    return {shape.name: nearest}, [] if exact else [note]


def nearest_shape(width: int, height: int, choices: Sequence[str]) -> str | None:
    """Return the choice `W:H` that is nearest to a size, None where there is none."""
    ratios = [choice for choice in choices if _ratio(choice)]
    wanted = width / height
    return min(ratios, key=lambda choice: max(_ratio(choice) / wanted, wanted / _ratio(choice)), default=None)


def _ratio(choice: str) -> float:
    wide, _, high = choice.partition(":")
    return int(wide) / int(high) if wide.isdigit() and high.isdigit() and int(high) else 0.0
