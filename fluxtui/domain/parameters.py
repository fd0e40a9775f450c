"""The parameters of endpoints: what people need to know of each, read from the annotations of a class."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Literal, get_args, get_origin

import annotated_types
from pydantic import BaseModel, ConfigDict
from pydantic import Field as PydanticField
from pydantic.fields import FieldInfo

from fluxtui.domain.errors import Problem
from fluxtui.domain.text import safe_text
from fluxtui.system.dataclass import dataclass


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
    LORA_STACK = "lora_stack"
    HIDDEN = "hidden"


class StackedLora(BaseModel):
    """A LoRA of a stack, as it stands in a request; an heir says what weights its service takes.

    Attributes:
        finetune: what names it: the ref of a finetune, or the https address of a file.
        weight: how strongly it shows; 1 is as trained.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)

    finetune: str = PydanticField(min_length=1, max_length=2000)
    weight: float = 1.0


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
    UPSCALE = "upscale"
    """It is made larger."""
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


@dataclass(frozen=True, kw_only=True)
class Field(Parameter):
    """One parameter as read from an endpoint's class: everything a form or a help text needs.

    Attributes:
        name: in a request.
        control: how it is entered.
        required: whether nothing goes without it.
        nullable: whether it may be left open.
        default: None where there is none.
        minimum: of a number, or of the weight of each LoRA of a stack, inclusive.
        maximum: the same.
        multiple_of: what a number has to be divisible by.
        choices: the values on offer.
        max_length: characters of a text, or members of a list.
    """

    name: str
    control: Control
    required: bool
    nullable: bool
    default: Any
    minimum: float | None = None
    maximum: float | None = None
    multiple_of: float | None = None
    choices: tuple[str, ...] = ()
    max_length: int | None = None

    def counts_in(self, values: Mapping[str, Any]) -> bool:
        """Tell whether what this parameter says counts for anything beside other values."""
        name, has_value, wanted = self.needs.partition("=")
        if not name:
            return True
        present = values.get(name)
        return str(present) == wanted if has_value else not is_empty(present)

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


def fields_of(endpoint: type[BaseModel]) -> tuple[Field, ...]:
    """Return the parameters of an endpoint in their order."""
    cached = _FIELDS.get(endpoint)
    if cached is None:
        cached = tuple(_field(name, info) for name, info in endpoint.model_fields.items())
        _FIELDS[endpoint] = cached
    return cached


_FIELDS: dict[type[BaseModel], tuple[Field, ...]] = {}


def _field(name: str, info: FieldInfo) -> Field:
    kind, nullable = _without_none(info.annotation)
    member = _member_of(kind)
    words = next((item for item in info.metadata if isinstance(item, Parameter)), None)
    if words is None:
        raise TypeError(f"the field {name!r} has no Parameter in its annotation")
    choices = tuple(str(value) for value in get_args(kind)) if get_origin(kind) is Literal else ()
    return Field(
        **_attributes(words),
        name=name,
        control=words.control or _control_for(kind),
        required=info.is_required(),
        nullable=nullable,
        default=None if info.is_required() else info.default,
        choices=choices,
        **(_limits(member.model_fields["weight"]) if member is not None else {}),
        **_limits(info),
    )


def _member_of(kind: Any) -> type[StackedLora] | None:
    """Return what a stack of LoRAs is a tuple of, None for any other parameter."""
    member = next(iter(get_args(kind)), None) if get_origin(kind) is tuple else None
    return member if isinstance(member, type) and issubclass(member, StackedLora) else None


def _attributes(words: Parameter) -> dict[str, Any]:
    return {
        each.name: getattr(words, each.name) for each in dataclasses.fields(words) if each.name != "control"
    }


def _without_none(annotation: Any) -> tuple[Any, bool]:
    if get_origin(annotation) in (typing.Union, types.UnionType):
        members = [member for member in get_args(annotation) if member is not type(None)]
        if len(members) == 1:
            return members[0], True
    return annotation, False


def _control_for(kind: Any) -> Control:
    if get_origin(kind) is Literal:
        return Control.CHOICE
    if _member_of(kind) is not None:
        return Control.LORA_STACK
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


def is_empty(value: Any) -> bool:
    """Tell whether a value means that nothing is given."""
    return value is None or (isinstance(value, str | list | tuple) and not value)


def problem_of(fields: Mapping[str, Field], detail: Mapping[str, Any]) -> Problem:
    """Return in words for people what pydantic found wrong.

    Args:
        fields: by name.
        detail: one of `ValidationError.errors()`.
    """
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
    if field.control is Control.LORA_STACK:
        return _stack_reason(field, detail, allowed)
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


def _stack_reason(field: Field, detail: Mapping[str, Any], allowed: str) -> str:
    kind = str(detail["type"])
    if kind == "value_error":
        return _plain(detail)
    if kind == "too_long":
        return f"are too many: at most {field.max_length}"
    if kind in {"greater_than_equal", "less_than_equal"}:
        return f"have a weight out of range: each must be {allowed}"
    return "must be a list, each with what names it and a number as its weight"


def _plain(detail: Mapping[str, Any]) -> str:
    return safe_text(str(detail["msg"]).removeprefix("Value error, "), limit=200)
