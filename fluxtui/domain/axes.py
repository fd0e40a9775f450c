"""What a grid can go over: parameters of endpoints and whatever else tells pictures apart. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any

from pydantic import BaseModel, ConfigDict

from fluxtui.domain.axis_values import ALL, VARIED, example, split_values, value_text, values_of
from fluxtui.domain.endpoint import Field, GenerationEndpoint, fields_of
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.loras import STRENGTH, weight_fields
from fluxtui.domain.text import safe_text
from fluxtui.domain.uses import Offer, fits
from fluxtui.system.dataclass import dataclass

OFFER, FINETUNE, PROMPT, SHAPE = "@endpoint", "@finetune", "@prompt", "@shape"
"""What a grid can go over beside the parameters of an endpoint; a parameter is named by its own name."""

TITLES: Mapping[str, str] = {
    OFFER: "Endpoint",
    FINETUNE: "Finetune",
    PROMPT: "Prompt words",
    SHAPE: "Aspect ratio",
}
_SHOWN = 40
_SHAPE = re.compile(r"(\d{1,5})\s*(?::|x|×)\s*(\d{1,5})")
_NONE = "none"


class TypedAxis(BaseModel):
    """One parameter and its values as they were written; both are `''` where there is none."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    parameter: str = ""
    values: str = ""

    @property
    def is_used(self) -> bool:
        """Whether a parameter is chosen."""
        return bool(self.parameter)


@dataclass(frozen=True)
class Replacement:
    """Words of a prompt that are replaced by others."""

    words: str
    by: str


@dataclass(frozen=True)
class Shape:
    """The relation of width and height of a picture, with its size in pixels where that was given."""

    width: int
    height: int
    is_size: bool = False

    def sized(self, wide: Field, high: Field, pixels: float) -> tuple[int, int]:
        """Return width and height in pixels: as given, or of about as many pixels, as the fields allow.

        Raises:
            InvalidInput: a size was given that the fields do not allow.
        """
        if self.is_size:
            return (
                int(values_of(wide, str(self.width))[0]),
                int(values_of(high, str(self.height))[0]),
            )
        ratio = self.width / self.height
        return _near(wide, sqrt(pixels * ratio)), _near(high, sqrt(pixels / ratio))


@dataclass(frozen=True)
class Point:
    """One value of an axis, with its words for people."""

    value: Any
    label: str


@dataclass(frozen=True)
class Axis:
    """A parameter with the values that a grid goes over."""

    parameter: str
    title: str
    points: tuple[Point, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """A label for each value that also names the parameter."""
        return tuple(self.label(point) for point in self.points)

    def label(self, point: Point) -> str:
        """Return the words for one value with those of the parameter."""
        alone = self.parameter in (OFFER, FINETUNE, PROMPT)
        return point.label if alone else f"{self.title} {point.label}"


@dataclass(frozen=True)
class Scope:
    """What an axis is judged by.

    Attributes:
        offers: all endpoints that can be chosen.
        present: the chosen one.
        finetunes: those that can be used now.
        finetune: the ref of the chosen one, or None.
        prompt: as typed.
    """

    offers: Sequence[Offer]
    present: Offer
    finetunes: Sequence[Finetune] = ()
    finetune: str | None = None
    prompt: str = ""


def axis_fields(endpoint: type[GenerationEndpoint]) -> tuple[Field, ...]:
    """Return the parameters of an endpoint that a grid can go over."""
    varied = tuple(item for item in fields_of(endpoint) if item.control in VARIED and not item.local)
    first, *further = weight_fields(endpoint) or (None,)
    return (*((first,) if first is not None else ()), *varied, *further)


def axis_titles(endpoint: type[GenerationEndpoint]) -> dict[str, str]:
    """Return what a grid can go over at an endpoint, with titles, the most usual first."""
    fields = {item.name: item.title for item in axis_fields(endpoint)}
    first = {name: fields.pop(name) for name in (STRENGTH, "guidance", "steps", "seed") if name in fields}
    special = dict(TITLES)
    if size_fields(endpoint) is None:
        del special[SHAPE]
    return {**first, **special, **fields}


def size_fields(endpoint: type[GenerationEndpoint]) -> tuple[Field, Field] | None:
    """Return the fields of width and height where these alone make the shape, else None."""
    fields = {item.name: item for item in fields_of(endpoint)}
    if "aspect_ratio" in fields or "image_size" in fields or not {"width", "height"} <= fields.keys():
        return None
    return fields["width"], fields["height"]


def strength_field(endpoint: type[GenerationEndpoint]) -> Field | None:
    """Return the parameter that says how much a finetune shows, or None."""
    return next((item for item in axis_fields(endpoint) if item.name == STRENGTH), None)


def axis_help(parameter: str, scope: Scope) -> str:
    """Return in a few words what can be written as the values of an axis, or `''` for no axis."""
    match parameter:
        case "":
            return ""
        case _ if parameter == OFFER:
            return f"titles or ids of endpoints between commas, or {ALL}: those for the chosen finetune"
        case _ if parameter == FINETUNE:
            return f"names of finetunes between commas, {ALL}, or {_NONE}"
        case _ if parameter == PROMPT:
            return "words of the prompt, then what takes their place: fox, hare, a red owl"
        case _ if parameter == SHAPE:
            return "1:1, 16:9, or sizes such as 1024x768"
        case "seed":
            return "single seeds between commas, or 100..103"
    field = next((item for item in axis_fields(scope.present.endpoint) if item.name == parameter), None)
    return example(field) if field is not None else "the chosen endpoint has no such parameter"


def read_axis(typed: TypedAxis, scope: Scope, offers: Sequence[Offer]) -> Axis:
    """Return the axis that was written.

    Args:
        typed: parameter and values.
        scope: what they are judged by.
        offers: the endpoints that the grid uses; each of them must allow the values.

    Raises:
        InvalidInput: with a sentence on the first thing that is wrong.
    """
    readers = {
        OFFER: lambda: offer_points(typed.values, scope),
        FINETUNE: lambda: _finetune_points(typed.values, scope),
        PROMPT: lambda: _prompt_points(typed.values, scope.prompt),
        SHAPE: lambda: _shape_points(typed.values, offers),
    }
    if typed.parameter in readers:
        points = readers[typed.parameter]()
        if not points:
            raise InvalidInput(f"{TITLES[typed.parameter]}: there is nothing for “{typed.values.strip()}”.")
        return Axis(typed.parameter, TITLES[typed.parameter], points)
    fields = [_field(offer, typed.parameter) for offer in offers]
    # Every endpoint of the grid judges the values by its own description.
    rows = [values_of(field, typed.values) for field in fields]
    points = tuple(Point(value, value_text(fields[0], value)) for value in rows[0])
    return Axis(typed.parameter, fields[0].title, points)


def _field(offer: Offer, name: str) -> Field:
    for field in axis_fields(offer.endpoint):
        if field.name == name:
            return field
    raise InvalidInput(f"{offer.endpoint.info.title} has no {_words(name)} that could be varied.")


def title_of(offer: Offer, name: str) -> str:
    """Return the title of what a grid goes over, by its name."""
    titles = {item.name: item.title for item in (*weight_fields(offer.endpoint), *fields_of(offer.endpoint))}
    return TITLES.get(name) or titles.get(name) or _words(name)


def _words(name: str) -> str:
    return safe_text(name.replace("_", " "), limit=_SHOWN)


def offer_points(text: str, scope: Scope) -> tuple[Point, ...]:
    """Return the endpoints that a text names, as points of an axis. Raises `InvalidInput`."""
    several = len({offer.profile for offer in scope.offers}) > 1
    found: dict[str, Offer] = {}
    for part in _needed(text, "Endpoint", f"titles between commas, or {ALL}"):
        found.update({offer.ref: offer for offer in _offers_called(part, scope)})
    return tuple(
        Point(
            offer, f"{offer.endpoint.info.title} · {offer.profile}" if several else offer.endpoint.info.title
        )
        for offer in found.values()
    )


def _offers_called(part: str, scope: Scope) -> list[Offer]:
    if part.casefold() == ALL:
        chosen = next((item for item in scope.finetunes if item.ref == scope.finetune), None)
        if chosen is None:
            return [offer for offer in scope.offers if not offer.endpoint.takes_finetune()]
        return [offer for offer in scope.offers if fits(offer, chosen)]
    wanted = part.casefold()
    called = [
        offer
        for offer in scope.offers
        if wanted in (offer.ref.casefold(), offer.endpoint.info.id.casefold())
        or wanted == offer.endpoint.info.title.casefold()
    ]
    if not called:
        raise InvalidInput(f"There is no endpoint “{safe_text(part, limit=_SHOWN)}”.")
    own = [offer for offer in called if offer.profile == scope.present.profile]
    return (own or called)[:1]


def _finetune_points(text: str, scope: Scope) -> tuple[Point, ...]:
    found: dict[str, Point] = {}
    for part in _needed(text, "Finetune", f"names between commas, {ALL}, or {_NONE}"):
        if part.casefold() == _NONE:
            found[""] = Point(None, "no finetune")
            continue
        for item in _finetunes_called(part, scope):
            found[item.ref] = Point(item, safe_text(item.name, limit=_SHOWN))
    return tuple(found.values())


def _finetunes_called(part: str, scope: Scope) -> list[Finetune]:
    if part.casefold() == ALL:
        return [item for item in scope.finetunes if fits(scope.present, item)]
    wanted = part.casefold()
    for item in scope.finetunes:
        if wanted in (item.ref.casefold(), item.id.casefold(), item.name.casefold()):
            return [item]
    raise InvalidInput(f"There is no finetune “{safe_text(part, limit=_SHOWN)}” that can be used now.")


def _prompt_points(text: str, prompt: str) -> tuple[Point, ...]:
    parts = _needed(text, "Prompt words", "words of the prompt, then what takes their place")
    words = parts[0]
    if not words or words not in prompt:
        raise InvalidInput(f"The prompt has no “{safe_text(words, limit=_SHOWN)}” that could be replaced.")
    return tuple(
        Point(Replacement(words, by), safe_text(by, limit=_SHOWN) or "(nothing)")
        for by in dict.fromkeys(parts)
    )


def _shape_points(text: str, offers: Sequence[Offer]) -> tuple[Point, ...]:
    found: dict[Shape, Point] = {}
    for part in _needed(text, "Aspect ratio", "1:1, 16:9"):
        match = _SHAPE.fullmatch(part)
        if match is None or not int(match[1]) or not int(match[2]):
            raise InvalidInput(f"Aspect ratio: “{safe_text(part, limit=_SHOWN)}” is none; write 16:9.")
        shape = Shape(int(match[1]), int(match[2]), ":" not in part)
        found[shape] = Point(shape, part)
    for offer in offers:
        sizes = size_fields(offer.endpoint)
        if sizes is None:
            raise InvalidInput(f"{offer.endpoint.info.title} has no width and height that could be varied.")
        for shape in found:
            shape.sized(*sizes, 1)
    return tuple(found.values())


def _needed(text: str, title: str, how: str) -> tuple[str, ...]:
    parts = split_values(text)
    if not parts:
        raise InvalidInput(f"{title} has no values yet: {how}.")
    return parts


def _near(field: Field, wanted: float) -> int:
    """Return the allowed number of pixels that is nearest."""
    unit = int(field.multiple_of or field.step or 1)
    value = max(round(wanted / unit), 1) * unit
    if field.maximum is not None:
        value = min(value, int(field.maximum) // unit * unit)
    return max(value, int(-(-(field.minimum or 0) // unit) * unit))
