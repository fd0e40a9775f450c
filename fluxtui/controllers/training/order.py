"""The one model behind the finetune place: what is asked for, what is wrong with it, what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any

from fluxtui.domain.endpoint import Control, fields_of, number_text
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.presets import valid_values
from fluxtui.domain.text import plural
from fluxtui.services.finetuning import caption_problem
from fluxtui.system.dataclass import dataclass

if TYPE_CHECKING:
    from fluxtui.domain.dataset import Dataset
    from fluxtui.domain.endpoint import Endpoint, Field, TrainingEndpoint
    from fluxtui.domain.errors import Problem
    from fluxtui.domain.money import Estimate, UnitPrice
    from fluxtui.domain.uses import Trainer


@dataclass(frozen=True)
class TrainingOrder:
    """A training as asked for on the screen; immutable, a change is a new order.

    Attributes:
        trainer: what to train with, or None while there is none.
        source: the folder or archive as it is typed.
        dataset: what is in the source, or None while that is not known.
        fault: why it is not known, as a sentence, or `''` while it has not been looked at.
        values: the parameters by name, as the form holds them.
    """

    trainer: Trainer | None = None
    source: str = ""
    dataset: Dataset | None = None
    fault: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def endpoint(self) -> type[TrainingEndpoint] | None:
        """What describes the training."""
        return None if self.trainer is None else self.trainer.endpoint

    @property
    def trigger_word(self) -> str:
        """The word that stands for what is learned, `''` where there is none."""
        return str(self.values.get("trigger_word") or "").strip()

    @property
    def misses_captions(self) -> bool:
        """Whether some of the pictures have no caption, as far as it is known."""
        return self.dataset is not None and self.dataset.captioned < len(self.dataset.pictures)

    @property
    def undescribed(self) -> int:
        """How many pictures nobody describes: they have no caption, and automatic captions are off."""
        if self.dataset is None or self.endpoint is None:
            return 0
        is_on = self.values.get(self.endpoint.rules.automatic_captions or "", True)
        return 0 if is_on else len(self.dataset.pictures) - self.dataset.captioned

    def fields(self) -> tuple[Field, ...]:
        """Return the parameters to ask for: the one for missing captions only where some are missing."""
        if self.endpoint is None:
            return ()
        rules = self.endpoint.rules
        is_asked = self.misses_captions or rules.default_counts
        unasked = None if is_asked else rules.default_caption
        return tuple(item for item in fields_of(self.endpoint) if item.name != unasked)

    def given(self) -> dict[str, Any]:
        """Return the values of the parameters that are asked for."""
        asked = {item.name for item in self.fields()}
        return {name: value for name, value in self.values.items() if name in asked}

    def dataset_fault(self) -> str:
        """Return why the dataset cannot be trained with, as a sentence, or `''` where it can."""
        if not self.source.strip():
            return "Choose the pictures to train on."
        if self.dataset is None:
            return self.fault or "The pictures have not been looked at yet."
        blocking = self.dataset.blocking
        if blocking:
            first = blocking[0].sentence().rstrip(".")
            more = len(blocking) - 1
            return f"{first}, and {plural(more, 'more problem')}." if more else f"{first}."
        return ""

    def problems(self) -> tuple[Problem, ...]:
        """Return what is wrong with the parameters, one problem for each field."""
        if self.endpoint is None:
            return ()
        try:
            self.endpoint.checked(self.given())
        except InvalidInput as error:
            return error.problems
        missing = caption_problem(self.endpoint, self.dataset, self.given()) if self.dataset else None
        return (missing,) if missing else ()

    def request(self) -> TrainingEndpoint:
        """Return the validated request. Raises `InvalidInput` where a parameter is wrong."""
        if self.endpoint is None:
            raise InvalidInput("There is nothing to train with.")
        return self.endpoint.checked(self.given())

    def estimate(self, live: UnitPrice | None = None) -> Estimate | None:
        """Return the probable cost, also while a required parameter is missing; None where one is wrong.

        Args:
            live: the price that the service told, where it did.
        """
        if self.endpoint is None:
            return None
        missing = {
            item.name: _stand_in(item)
            for item in fields_of(self.endpoint)
            if item.required and self.values.get(item.name) in (None, "")
        }
        try:
            return self.endpoint.checked({**self.given(), **missing}).estimate_on(self.dataset, live)
        except InvalidInput:
            return None


@dataclass(frozen=True)
class CostChange:
    """What a training cost before one of its values was changed, as far as that is known.

    Attributes:
        field: the parameter whose value is being changed.
        before: the cost before the first of these changes.
    """

    field: str = ""
    before: Estimate | None = None

    def following(self, field: str, before: Estimate | None) -> CostChange:
        """Return what to compare with after a change of a parameter."""
        return self if field == self.field else CostChange(field, before)

    def show(self, now: Estimate | None) -> str:
        """Return the cost before and now, `'$2.00 → $4.00'`, or `''` where it is the same or not known."""
        if self.before is None or now is None or self.before.credits == now.credits:
            return ""
        return f"{self.before.show()} → {now.show()}"


@dataclass(frozen=True)
class Filling:
    """Values for the form that come from elsewhere, such as a preset or an earlier training.

    Attributes:
        trainer: ref of the trainer that they are for.
        values: by the names of its parameters.
        source: the pictures, or `''` for those that are chosen.
        is_whole: whether values that are not named go back to their defaults, or stay; the same goes for
            samples.
        samples: prompts of sample pictures.
    """

    trainer: str
    values: Mapping[str, Any]
    source: str = ""
    is_whole: bool = False
    samples: tuple[str, ...] = ()

    def values_for(
        self, trainer: Trainer, remembered: Mapping[str, Any] | None, before: TrainingOrder
    ) -> dict[str, Any]:
        """Return what stands in the form of a trainer afterwards; values out of range are left out."""
        kept = dict(before.values) if trainer == before.trainer else values_at(trainer, remembered, before)
        return {**({} if self.is_whole else kept), **valid_values(trainer.endpoint, self.values)}


def completed(order: TrainingOrder) -> dict[str, Any]:
    """Return the values of an order with those that were left open: what is suggested, else the default."""
    endpoint = order.endpoint
    if endpoint is None:
        return dict(order.values)
    defaults = {item.name: item.default for item in order.fields()}
    given = {name: value for name, value in order.given().items() if value is not None}
    values = {**defaults, **given}
    suggested = endpoint.suggested(values)
    followed = {name: suggested[name] for name in suggested.keys() & defaults.keys() if values[name] is None}
    return {**order.values, **values, **followed}


def values_at(
    trainer: Trainer, remembered: Mapping[str, Any] | None, before: TrainingOrder
) -> dict[str, Any]:
    """Return the values to begin with when another trainer is chosen.

    Numbers and choices are each trainer's own, for what is much for one is little for another. Names and
    words go along.

    Args:
        trainer: the one that is chosen.
        remembered: what was entered for it earlier, or None.
        before: the order with the trainer of before.
    """
    own = dict(remembered or {})
    if before.endpoint is None or before.trainer == trainer:
        return own
    earlier = {item.name: item for item in fields_of(before.endpoint)}
    named = before.values.get(before.endpoint.name_field)
    for item in fields_of(trainer.endpoint):
        same = earlier.get(item.name)
        value = before.values.get(item.name)
        if item.name == trainer.endpoint.name_field:
            own.update({item.name: named} if named else {})
        elif same is not None and _is_words(item) and _is_words(same) and value not in (None, same.default):
            own[item.name] = value
    return own


def _is_words(item: Field) -> bool:
    return not item.advanced and item.control in (Control.TEXT, Control.PROMPT)


def _stand_in(item: Field) -> object:
    """Return a value that is valid and says nothing, so that a price can be reckoned without it."""
    if item.choices:
        return item.choices[0]
    return "-" if item.minimum is None else item.minimum


def text_for(
    endpoint: type[Endpoint], values: Mapping[str, Any], names: Mapping[str, str] | None = None
) -> tuple[tuple[str, str], ...]:
    """Return title and value of the parameters that are set, in the endpoint's order and words.

    Those folded away are left out where they are as the trainer has them. `names` are those of finetunes for
    people, by what stands in a request.
    """
    words = []
    suggested = endpoint.suggested(values)
    for item in fields_of(endpoint):
        value = values.get(item.name)
        if value is None or value == "":
            continue
        if item.advanced and value == suggested.get(item.name, item.default):
            continue
        known = (names or {}).get(str(value)) if item.control is Control.FINETUNE else None
        words.append((item.title, known or _value_text(item, value)))
    return tuple(words)


def values_line(endpoint: type[Endpoint], values: Mapping[str, Any]) -> str:
    """Return some values in a line, in the endpoint's order and words: `'Iterations 140, Priority speed'`."""
    items = [item for item in fields_of(endpoint) if values.get(item.name) not in (None, "")]
    return ", ".join(f"{item.title} {_value_text(item, values[item.name])}" for item in items)


def _value_text(item: Field, value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return number_text(value)
    return item.label_of(str(value))
