"""The values of a form: what is entered, what the user chose himself, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fluxtui.domain.endpoint import Control, Endpoint, Field
from fluxtui.domain.errors import InvalidInput, Problem

FindProblems = Callable[[Mapping[str, Any]], tuple[Problem, ...]]


def problem_finder(endpoint: type[Endpoint]) -> FindProblems:
    """Return a function that names the problems of values, by the endpoint's own check."""

    def find(values: Mapping[str, Any]) -> tuple[Problem, ...]:
        try:
            endpoint.checked(values)
        except InvalidInput as error:
            return error.problems
        return ()

    return find


Suggest = Callable[[Mapping[str, Any]], Mapping[str, Any]]


class FormValues:
    """Values by field name. Suggested values follow the others until the user edits that field himself."""

    def __init__(
        self, fields: tuple[Field, ...], given: Mapping[str, Any], suggest: Suggest | None = None
    ) -> None:
        """Args:
        fields: the parameters.
        given: values to start with, over the defaults.
        suggest: returns the values that follow from others, by field name.
        """
        self.fields = {field.name: field for field in fields}
        self.suggest = suggest
        self.edited: set[str] = set()
        self._values: dict[str, Any] = {name: field.default for name, field in self.fields.items()}
        for name in self.fields.keys() & given.keys():
            self._values[name] = given[name]
        suggested = self._suggested()
        self.edited.update(
            name
            for name in suggested.keys() & given.keys()
            if given[name] is not None and given[name] != suggested[name]
        )
        self.follow()

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def as_dict(self) -> dict[str, Any]:
        """Return a copy of all values."""
        return dict(self._values)

    def edit(self, name: str, value: Any) -> set[str]:
        """Take over what the user entered; return the names of other values that followed."""
        self._values[name] = value
        self.edited.add(name)
        return self.follow()

    def reset(self, name: str) -> set[str]:
        """Return a field to its default, or to what is suggested; return the names that changed."""
        before = self.as_dict()
        self._values[name] = self.fields[name].default
        self.edited.discard(name)
        self.follow()
        return {key for key, value in self._values.items() if value != before[key]}

    def differs(self, name: str) -> bool:
        """Tell whether a value is neither the default, nor what is suggested, nor empty for the default."""
        value, usual = self._values[name], self.fields[name].default
        if value in (None, "") and usual in (None, ""):
            return False
        return bool(value != usual) and (name in self.edited or name not in self._suggested())

    def follow(self) -> set[str]:
        """Take over the suggested values of fields that the user did not edit; return their names."""
        changed = set()
        for name, value in self._suggested().items():
            if name not in self.edited and self._values[name] != value:
                self._values[name] = value
                changed.add(name)
        return changed

    def carried_to(
        self, fields: tuple[Field, ...], given: Mapping[str, Any], suggest: Suggest | None
    ) -> FormValues:
        """Return the values for other fields: what is given, then what was edited here and fits there."""
        kept = {
            field.name: self._values[field.name]
            for field in fields
            if field.name in self.edited and self._fits(field)
        }
        other = FormValues(fields, {**kept, **given}, suggest)
        other.edited.update(kept.keys() - given.keys())
        return other

    def _fits(self, field: Field) -> bool:
        own = self.fields.get(field.name)
        if own is None or own.control is not field.control:
            return False
        value = self._values[field.name]
        return field.control is not Control.CHOICE or value is None or value in field.choices

    def _suggested(self) -> Mapping[str, Any]:
        if self.suggest is None:
            return {}
        return {name: value for name, value in self.suggest(self.as_dict()).items() if name in self.fields}
