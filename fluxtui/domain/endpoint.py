"""The one description of an endpoint, from which form, validation, request, price and help are made.

An endpoint is one class: its fields are the parameters (type, range and default in the annotation, words
for people in `Parameter`), its `info` says the rest. Adding an endpoint is adding a class.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Literal, Self, TypeGuard, get_args, get_origin

import annotated_types
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo

from fluxtui.domain.advice import Advice, StepsRule
from fluxtui.domain.dataset import DatasetRules
from fluxtui.domain.errors import InvalidInput, Problem
from fluxtui.domain.money import Estimate, UnitPrice
from fluxtui.domain.presets import Purpose
from fluxtui.domain.text import safe_text
from fluxtui.domain.weights import Base


class Control(StrEnum):
    """How a parameter is entered."""

    TEXT = "text"
    PROMPT = "prompt"
    INTEGER = "integer"
    NUMBER = "number"
    TOGGLE = "toggle"
    CHOICE = "choice"
    SEED = "seed"
    PICTURE = "picture"
    PICTURES = "pictures"
    FINETUNE = "finetune"
    HIDDEN = "hidden"


class PictureRole(StrEnum):
    """What a service does with the picture of a field; those that name an edit are words of a wish."""

    IMAGE_PROMPT = "image_prompt"
    """Its look is remixed into the result."""
    REFERENCE = "reference"
    """It is edited, or subjects and style are taken from it, as the prompt says."""
    CONTROL = "control"
    """Its composition is kept."""
    FILL = "fill"
    """What a mask covers is painted anew."""
    EXPAND = "expand"
    """It is continued beyond its edges by so many pixels."""
    OUTPAINT = "outpaint"
    """It is placed on a larger canvas, and the rest is painted."""
    ERASE = "erase"
    """What a mask covers is removed."""
    DEBLUR = "deblur"
    """It is made sharp."""
    VARY = "vary"
    """The result begins from it instead of from noise."""
    MASK = "mask"
    """It says what of the source is changed (white) and what stays (black); of the same size."""


@dataclass(frozen=True)
class PictureLimits:
    """What a service takes of a picture, as far as it says so; None where it does not.

    Attributes:
        max_bytes: of the file as it is sent.
        least_side: pixels that width and height have at least.
    """

    max_bytes: int | None = None
    least_side: int | None = None


NO_LIMITS = PictureLimits()
"""Of a picture about which the service says nothing."""


@dataclass(frozen=True)
class Parameter:
    """What people need to know of a parameter; stands in the annotation of an endpoint's field.

    Attributes:
        title: the label.
        help: one or two sentences.
        unit: unit of a number (`px`, `steps`), or None.
        control: how it is entered; derived from the type where None.
        advanced: folded away at first.
        step: by how much a key changes a number.
        labels: words for choices, by value.
        max_pixels: a picture larger than this number of pixels is scaled down before it is sent.
        empty: what an empty field means (`random`, `automatic`), shown in its place.
        urls: whether a picture can also be given as an http(s) address that the service fetches itself.
        local: whether it is for us alone, such as a name that the service has no place for; never sent.
        role: what becomes of a picture; every field that takes one names it.
        limits: what the service takes of a picture, besides `max_pixels`.
        needs: another parameter without which this one counts for nothing, as its name or `'name=value'`;
            `''` where it always counts.
    """

    title: str
    help: str
    unit: str | None = None
    control: Control | None = None
    advanced: bool = False
    step: float | None = None
    labels: Mapping[str, str] | None = None
    max_pixels: int | None = None
    empty: str = ""
    urls: bool = False
    local: bool = False
    role: PictureRole | None = None
    limits: PictureLimits = NO_LIMITS
    needs: str = ""


class Group(StrEnum):
    """Where an endpoint stands in a list."""

    FINETUNED = "with a finetune"
    BASE = "base models"
    TOOL = "tools"
    TRAINING = "training"


class Availability(StrEnum):
    """Whether the service still offers an endpoint."""

    SERVING = "serving"
    BETA = "beta"
    HISTORIC = "historic"


class FinetuneBy(StrEnum):
    """How an endpoint is told the finetune."""

    ID = "id"
    """By the id that it has in the account at this very service."""
    WEIGHTS = "weights"
    """By an address of the LoRA's file, so that one trained anywhere will do."""


@dataclass(frozen=True)
class FinetuneUse:
    """What finetunes an endpoint generates with.

    Attributes:
        by: how it is told them.
        bases: base models of the finetunes that fit.
        most: how many it takes at once.
    """

    by: FinetuneBy
    bases: frozenset[Base]
    most: int = 1


@dataclass(frozen=True)
class EndpointInfo:
    """An endpoint apart from its parameters.

    Attributes:
        id: the service's name for it, as it stands in its address.
        title: its name for people.
        summary: one sentence: what it is for.
        group: where it stands in a list.
        price: reckons the estimate of one job from validated parameters.
        availability: whether the service still offers it.
        active_limit: the service's limit of tasks in flight for this endpoint alone, or None.
        finetunes: what finetunes it generates with, or None.
        trains: the base model of the finetunes that it trains, or None.
        live_price: reckons the estimate from a price that the service told, or None where it tells none.
    """

    id: str
    title: str
    summary: str
    group: Group
    price: Callable[[Any], Estimate]
    availability: Availability = Availability.SERVING
    active_limit: int | None = None
    finetunes: FinetuneUse | None = None
    trains: Base | None = None
    live_price: Callable[[Any, UnitPrice], Estimate] | None = None


class Endpoint(BaseModel):
    """Base of every endpoint description; an instance is a validated request."""

    # Built when first used: a session uses few of the endpoints, and a start should not wait for all.
    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True, defer_build=True
    )

    info: ClassVar[EndpointInfo]

    @classmethod
    def checked(cls, values: Mapping[str, Any]) -> Self:
        """Return the validated request made of `values` (None, '' and an empty list mean: not given).

        Raises:
            InvalidInput: with one problem for each field that is wrong; `field` is the parameter's name.
        """
        given = {name: value for name, value in values.items() if not _is_empty(value)}
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            fields = {field.name: field for field in fields_of(cls)}
            problems = tuple(_problem(fields, detail) for detail in error.errors(include_url=False))
            raise InvalidInput("Nothing was sent.", problems) from None

    @classmethod
    def suggested(cls, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the values of parameters that follow from `values` as long as nobody edits them."""
        return {}

    def estimate(self, live: UnitPrice | None = None) -> Estimate:
        """Return what one job with these parameters will probably cost.

        Args:
            live: the price that the service told, where it did; else our own dated table counts.
        """
        if live is not None and self.info.live_price is not None:
            return self.info.live_price(self, live)
        return self.info.price(self)

    def idle_with(self, sizes: Mapping[str, tuple[int, int]]) -> tuple[Problem, ...]:
        """Return why the order would change nothing, or be refused, with pictures of these sizes.

        What the parameters show by themselves is refused by validators of the fields.

        Args:
            sizes: width and height in pixels of the pictures, by field; unknown ones are left out.
        """
        return ()

    def given(self) -> dict[str, Any]:
        """Return all parameters that have a value: the request apart from picture bytes."""
        return self.model_dump(mode="json", exclude_none=True)

    def used(self) -> dict[str, Any]:
        """Return the parameters that count for something: the recipe, of which the same request is made."""
        given = self.given()
        unused = {field.name for field in fields_of(type(self)) if not field.counts_in(given)}
        return {name: value for name, value in given.items() if name not in unused}

    def wire(self) -> dict[str, Any]:
        """Return the parameters with a value that the service has a place for."""
        local = {field.name for field in fields_of(type(self)) if field.local}
        return {name: value for name, value in self.given().items() if name not in local}


class GenerationEndpoint(Endpoint):
    """Base of endpoints that make a picture."""

    @classmethod
    def takes_finetune(cls) -> bool:
        """Tell whether it generates with a finetune."""
        return cls.info.group is Group.FINETUNED

    @classmethod
    def size_of(cls, values: Mapping[str, Any]) -> tuple[int, int] | None:
        """Return the pixels of the picture that values ask for, None where they leave them open."""
        width, height = values.get("width"), values.get("height")
        return (width, height) if _is_side(width) and _is_side(height) else None

    @classmethod
    def sized(cls, width: int, height: int) -> Mapping[str, Any]:
        """Return the values that ask for a size in pixels, where the endpoint has parameters for it."""
        return {"width": width, "height": height}

    @classmethod
    def takes_seed(cls) -> bool:
        """Tell whether a seed can be chosen."""
        return "seed" in cls.model_fields


class TrainingEndpoint(Endpoint):
    """Base of endpoints that train a finetune from an archive of pictures, which is not among the fields.

    Every one has a parameter that names the finetune, `name_field`, one that says how long it learns,
    `steps_field`, and `rules` for its pictures. `steps_rule` says how long is advised, and `purposes` what
    else is to be set for a purpose, where something is.
    """

    rules: ClassVar[DatasetRules]
    name_field: ClassVar[str] = "name"
    steps_field: ClassVar[str] = "iterations"
    steps_rule: ClassVar[StepsRule | None] = None
    purposes: ClassVar[Mapping[Purpose, Mapping[str, Any]]] = {}

    @classmethod
    def advice(cls, values: Mapping[str, Any], pictures: int) -> tuple[Advice, ...]:
        """Return what is worth knowing about the parameters; only what holds for these values and pictures.

        Args:
            values: of the form, which may be wrong or missing.
            pictures: how many there are to learn from, 0 where that is not known.
        """
        if cls.steps_rule is None:
            return ()
        rule = cls.steps_rule
        return (Advice(cls.steps_field, rule.sentence(pictures), rule.suggested(pictures)),)


@dataclass(frozen=True)
class Field:
    """One parameter as read from an endpoint's class: everything a form or a help text needs.

    `minimum` and `maximum` are inclusive; `choices` are the values on offer; `max_length` counts characters
    of a text or members of a list; the other attributes are those of `Parameter`.
    """

    name: str
    title: str
    help: str
    control: Control
    required: bool
    nullable: bool
    default: Any
    unit: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    multiple_of: float | None = None
    step: float | None = None
    choices: tuple[str, ...] = ()
    labels: Mapping[str, str] | None = None
    max_length: int | None = None
    max_pixels: int | None = None
    advanced: bool = False
    empty: str = ""
    urls: bool = False
    local: bool = False
    role: PictureRole | None = None
    limits: PictureLimits = NO_LIMITS
    needs: str = ""

    def counts_in(self, values: Mapping[str, Any]) -> bool:
        """Tell whether what this parameter says counts for anything beside other values."""
        name, has_value, wanted = self.needs.partition("=")
        if not name:
            return True
        present = values.get(name)
        return str(present) == wanted if has_value else not _is_empty(present)

    def label_of(self, choice: str) -> str:
        """Return the words for one of the choices."""
        return (self.labels or {}).get(choice, choice)

    def range_text(self) -> str:
        """Return the allowed values for people: `'0 to 2'`, `'256 to 1440 px, multiples of 32'`, or `''`."""
        unit = f" {self.unit}" if self.unit else ""
        parts = []
        if self.minimum is not None and self.maximum is not None:
            parts.append(f"{number_text(self.minimum)} to {number_text(self.maximum)}{unit}")
        elif self.minimum is not None:
            parts.append(f"at least {number_text(self.minimum)}{unit}")
        elif self.maximum is not None:
            parts.append(f"at most {number_text(self.maximum)}{unit}")
        if self.multiple_of is not None:
            parts.append(f"multiples of {number_text(self.multiple_of)}")
        return ", ".join(parts)


def number_text(value: float) -> str:
    """Return a finite number without exponent and needless zeros: `0.00001`, `2`, `1.2`."""
    return f"{value:.10f}".rstrip("0").rstrip(".")


def fields_of(endpoint: type[Endpoint]) -> tuple[Field, ...]:
    """Return the parameters of an endpoint in their order."""
    cached = _FIELDS.get(endpoint)
    if cached is None:
        cached = tuple(_field(name, info) for name, info in endpoint.model_fields.items())
        _FIELDS[endpoint] = cached
    return cached


_FIELDS: dict[type[Endpoint], tuple[Field, ...]] = {}


def _field(name: str, info: FieldInfo) -> Field:
    kind, nullable = _without_none(info.annotation)
    words = next((item for item in info.metadata if isinstance(item, Parameter)), None)
    if words is None:
        raise TypeError(f"the field {name!r} has no Parameter in its annotation")
    choices = tuple(str(value) for value in get_args(kind)) if get_origin(kind) is Literal else ()
    return Field(
        name=name,
        title=words.title,
        help=words.help,
        control=words.control or _control_for(kind),
        required=info.is_required(),
        nullable=nullable,
        default=None if info.is_required() else info.default,
        unit=words.unit,
        choices=choices,
        labels=words.labels,
        step=words.step,
        max_pixels=words.max_pixels,
        advanced=words.advanced,
        empty=words.empty,
        urls=words.urls,
        local=words.local,
        role=words.role,
        limits=words.limits,
        needs=words.needs,
        **_limits(info),
    )


def _without_none(annotation: Any) -> tuple[Any, bool]:
    if get_origin(annotation) in (typing.Union, types.UnionType):
        members = [member for member in get_args(annotation) if member is not type(None)]
        if len(members) == 1:
            return members[0], True
    return annotation, False


def _control_for(kind: Any) -> Control:
    if get_origin(kind) is Literal:
        return Control.CHOICE
    return {bool: Control.TOGGLE, int: Control.INTEGER, float: Control.NUMBER}.get(kind, Control.TEXT)


def _limits(info: FieldInfo) -> dict[str, Any]:
    limits: dict[str, Any] = {}
    for item in info.metadata:
        if isinstance(item, annotated_types.Ge):
            limits["minimum"] = item.ge
        elif isinstance(item, annotated_types.Le):
            limits["maximum"] = item.le
        elif isinstance(item, annotated_types.MultipleOf):
            limits["multiple_of"] = item.multiple_of
        elif isinstance(item, annotated_types.MaxLen):
            limits["max_length"] = item.max_length
    return limits


def _is_side(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | list | tuple) and not value)


def _problem(fields: Mapping[str, Field], detail: Mapping[str, Any]) -> Problem:
    name = str(detail["loc"][0]) if detail["loc"] else ""
    field = fields.get(name)
    if field is None:
        unknown = detail["type"] == "extra_forbidden"
        reason = "is not a parameter of this endpoint" if unknown else _plain(detail)
        return Problem(safe_text(name, limit=60), reason)
    return Problem(name, f"{field.title} {_reason(field, detail)}", whole=True)


_EXPECTED = {"bool_": "must be on or off", "string_": "must be text", "tuple_": "must be a list"}


def _reason(field: Field, detail: Mapping[str, Any]) -> str:
    kind = str(detail["type"])
    allowed = field.range_text()
    if kind == "missing":
        return "is needed"
    if kind == "literal_error":
        return "must be one of " + ", ".join(field.label_of(choice) for choice in field.choices)
    if kind in {"greater_than_equal", "less_than_equal", "multiple_of"}:
        return f"must be {allowed}"
    if kind.startswith(("int_", "float_", "finite_")):
        return (
            "must be a "
            + ("whole number" if kind.startswith("int_") else "number")
            + (f", {allowed}" if allowed else "")
        )
    if kind in {"string_too_long", "too_long"}:
        return f"is too long: at most {field.max_length:,}"
    for beginning, words in _EXPECTED.items():
        if kind.startswith(beginning):
            return words
    return _plain(detail)


def _plain(detail: Mapping[str, Any]) -> str:
    return safe_text(str(detail["msg"]).removeprefix("Value error, "), limit=200)
