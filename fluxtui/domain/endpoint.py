"""The one description of an endpoint, from which form, validation, request, price and help are made.

An endpoint is one class: its fields are the parameters (type, range and default in the annotation, words
for people in `Parameter`), its `info` says the rest. Adding an endpoint is adding a class.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, ClassVar, Self, TypeGuard

from pydantic import BaseModel, ConfigDict, ValidationError

from fluxtui.domain.advice import Advice, Purpose, StepsRule
from fluxtui.domain.dataset import Dataset, DatasetRules
from fluxtui.domain.errors import InvalidInput, Problem
from fluxtui.domain.loras import LORAS, finetunes_named, stacked
from fluxtui.domain.money import Estimate, UnitPrice
from fluxtui.domain.parameters import (
    NO_LIMITS,
    Control,
    Field,
    Parameter,
    PictureLimits,
    PictureRole,
    StackedLora,
    fields_of,
    is_empty,
    number_text,
    problem_of,
)
from fluxtui.domain.weights import Base
from fluxtui.system.dataclass import dataclass

__all__ = [
    "NO_LIMITS",
    "Availability",
    "Control",
    "Endpoint",
    "EndpointInfo",
    "Field",
    "FinetuneBy",
    "FinetuneUse",
    "GenerationEndpoint",
    "Group",
    "Parameter",
    "PictureLimits",
    "PictureRole",
    "StackedLora",
    "TrainingEndpoint",
    "fields_of",
    "number_text",
]


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
    older_names: ClassVar[Mapping[str, str]] = {}
    """What parameters are called now, by the names that they had in what earlier versions kept."""

    @classmethod
    def checked(cls, values: Mapping[str, Any]) -> Self:
        """Return the validated request made of `values` (None, '' and an empty list mean: not given).

        Raises:
            InvalidInput: with one problem for each field that is wrong; `field` is the parameter's name.
        """
        given = {name: value for name, value in stacked(cls, values).items() if not is_empty(value)}
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            fields = {field.name: field for field in fields_of(cls)}
            problems = tuple(problem_of(fields, detail) for detail in error.errors(include_url=False))
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

    @classmethod
    def estimate_of(cls, values: Mapping[str, Any], live: UnitPrice | None = None) -> Estimate:
        """Return what a job with values that are not checked would cost; LoRAs cost nothing."""
        given = {name: value for name, value in values.items() if value is not None and name != LORAS}
        return cls.model_construct(**given).estimate(live)

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

    def finetunes_named(self) -> tuple[str, ...]:
        """Return what names the finetunes of the request, in order."""
        return tuple(name for _, _, name in finetunes_named(type(self), self.given()))

    def wire(self) -> dict[str, Any]:
        """Return the parameters with a value that the service has a place for."""
        local = {field.name for field in fields_of(type(self)) if field.local}
        return {name: value for name, value in self.given().items() if name not in local}


class GenerationEndpoint(Endpoint):
    """Base of endpoints that make a picture."""

    @classmethod
    def takes_finetune(cls) -> bool:
        """Tell whether it is there to generate with a finetune."""
        return cls.info.group is Group.FINETUNED

    @classmethod
    def needs_finetune(cls) -> bool:
        """Tell whether nothing goes without a finetune."""
        return any(item.control is Control.FINETUNE and item.required for item in fields_of(cls))

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

    def estimate_on(self, dataset: Dataset | None, live: UnitPrice | None = None) -> Estimate:
        """Return what a training on these pictures will probably cost; None for some that are not known yet.

        Args:
            dataset: what is to be learned.
            live: the price that the service told, where it did.
        """
        return self.estimate(live)

    @classmethod
    def advice(cls, values: Mapping[str, Any], pictures: int) -> tuple[Advice, ...]:
        """Return what is worth knowing about the parameters; only what holds for these values and pictures.

        Args:
            values: of the form, which may be wrong or missing.
            pictures: how many there are to learn from, pairs counting as one, 0 where that is not known.
        """
        if cls.steps_rule is None:
            return ()
        rule = cls.steps_rule
        sentence = rule.sentence(pictures, cls.rules.unit)
        return (Advice(cls.steps_field, sentence, rule.suggested(pictures)),)


def _is_side(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
