"""The one model behind the finetune place: what is asked for, what is wrong with it, what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fluxtui.domain.dataset import Dataset
from fluxtui.domain.endpoint import Endpoint, Field, TrainingEndpoint, fields_of, number_text
from fluxtui.domain.errors import InvalidInput, Problem
from fluxtui.domain.money import Estimate
from fluxtui.domain.text import plural


@dataclass(frozen=True)
class TrainingOrder:
    """A training as asked for on the screen; immutable, a change is a new order.

    Attributes:
        endpoint: describes the training, or None while there is no service to train with.
        source: the folder or archive as it is typed.
        dataset: what is in the source, or None while that is not known.
        fault: why it is not known, as a sentence, or `''` while it has not been looked at.
        values: the parameters by name, as the form holds them.
    """

    endpoint: type[TrainingEndpoint] | None = None
    source: str = ""
    dataset: Dataset | None = None
    fault: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)

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
            self.endpoint.checked(self.values)
        except InvalidInput as error:
            return error.problems
        return ()

    def request(self) -> TrainingEndpoint:
        """Return the validated request. Raises `InvalidInput` where a parameter is wrong."""
        if self.endpoint is None:
            raise InvalidInput("This profile has nothing to train with.")
        return self.endpoint.checked(self.values)

    def estimate(self) -> Estimate | None:
        """Return the probable cost, also while a required parameter is missing; None where one is wrong."""
        if self.endpoint is None:
            return None
        missing = {
            item.name: _stand_in(item)
            for item in fields_of(self.endpoint)
            if item.required and self.values.get(item.name) in (None, "")
        }
        try:
            return self.endpoint.checked({**self.values, **missing}).estimate()
        except InvalidInput:
            return None


def _stand_in(item: Field) -> object:
    """Return a value that is valid and says nothing, so that a price can be reckoned without it."""
    if item.choices:
        return item.choices[0]
    return "-" if item.minimum is None else item.minimum


def words_for(endpoint: type[Endpoint], values: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return title and value of every parameter that is set, in the endpoint's order and words."""
    words = []
    for item in fields_of(endpoint):
        value = values.get(item.name)
        if value is None or value == "":
            continue
        words.append((item.title, _value_text(item, value)))
    return tuple(words)


def _value_text(item: Field, value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return number_text(value)
    return item.label_of(str(value))
