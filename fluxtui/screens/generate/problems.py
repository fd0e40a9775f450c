"""What is wrong with an order, and which control of the panel it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fluxtui.controllers.generation.form_fields import finetune_field, prompt_field
from fluxtui.controllers.generation.matching import misfits
from fluxtui.domain.errors import Problem
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.picture_fields import form_fields
from fluxtui.domain.uses import Offer
from fluxtui.widgets.parameter_form import problem_finder


def separate_fields(offer: Offer) -> tuple[str, str]:
    """Return the names of prompt and finetune, which have controls of their own; `''` where there is none."""
    prompt, finetune = prompt_field(offer.endpoint), finetune_field(offer.endpoint)
    return (prompt.name if prompt else "", finetune.name if finetune else "")


def parameter_problems(
    offer: Offer, values: Mapping[str, Any], finetunes: Sequence[Finetune]
) -> tuple[Problem, ...]:
    """Return what is wrong with the parameters beside prompt and finetune.

    Args:
        offer: the endpoint.
        values: as they stand in the form.
        finetunes: all that are known; further ones of the form are looked up among them.
    """
    own, shown = separate_fields(offer), form_fields(offer.endpoint)
    found = problem_finder(offer.endpoint)(shown.to_request(values))
    too_many = shown.too_many(values)
    named = (*misfits(offer, values, finetunes), *((too_many,) if too_many else ()), *shown.shown(found))
    return tuple(problem for problem in named if problem.field not in own)
