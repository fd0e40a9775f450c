"""What a finetune begins with, as the user kept it: into the form, and in words. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fluxtui.controllers.generation.changes import Change
from fluxtui.controllers.generation.choices import NAME_CELLS
from fluxtui.controllers.generation.form import GenerateForm, fits, parameters_of
from fluxtui.controllers.generation.stock import Stock
from fluxtui.domain.axes import STRENGTH
from fluxtui.domain.axis_values import value_text
from fluxtui.domain.endpoint import fields_of
from fluxtui.domain.text import shorten
from fluxtui.domain.uses import Offer

_VALUES_SHOWN = 3


def with_kept(change: Change, kept: Mapping[str, Any], stock: Stock) -> Change:
    """Return a change that chose a finetune, with the values that were kept for that."""
    form = change.form
    offer, finetune = stock.offer_of(form), stock.finetune_of(form)
    if offer is None or finetune is None:
        return change
    made, used = defaulted(form, offer, kept, stock)
    if not used:
        return change
    name = shorten(finetune.name, NAME_CELLS)
    news = f"{name} begins with {values_words(offer, used)}, as you kept it."
    return Change(made, " ".join(part for part in (change.news, news) if part), change.severity)


def defaulted(
    form: GenerateForm, offer: Offer, kept: Mapping[str, Any], stock: Stock
) -> tuple[GenerateForm, dict[str, Any]]:
    """Return a form with the defaults of its finetune, and those that its endpoint takes."""
    fields = {item.name: item for item in parameters_of(offer.endpoint)}
    used = {name: value for name, value in kept.items() if name in fields and fits(fields[name], value)}
    if not used:
        return form, {}
    values = {**form.values_for(offer, stock.finetunes), **used}
    return form.with_values(offer.endpoint, values), used


def values_words(offer: Offer, values: Mapping[str, Any]) -> str:
    """Return parameters that are no defaults in words: `'Finetune strength 1.2, Steps 20'`."""
    fields = {item.name: item for item in fields_of(offer.endpoint)}
    told = [name for name in values if name in fields and values[name] != fields[name].default]
    # The strength is what most people look for, also where it is the service's own default.
    names = [STRENGTH, *(name for name in told if name != STRENGTH)] if STRENGTH in values else told
    shown = [f"{fields[name].title} {value_text(fields[name], values[name])}" for name in names]
    more = f" and {len(shown) - _VALUES_SHOWN} more" if len(shown) > _VALUES_SHOWN else ""
    return ", ".join(shown[:_VALUES_SHOWN]) + more
