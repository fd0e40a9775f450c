"""What can be chosen: endpoints with group, price and availability, and the finetunes that are ready."""

from __future__ import annotations

from collections.abc import Sequence

from fluxtui.domain.endpoint import Availability, GenerationEndpoint, Group
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.text import shorten
from fluxtui.screens.generate.form import GenerateForm
from fluxtui.widgets.dialogs import Choice

Endpoints = Sequence[type[GenerationEndpoint]]

NO_FINETUNE = ""
"""The value of the choice that generates without a finetune."""

_AVAILABILITY = {Availability.SERVING: "", Availability.BETA: "beta", Availability.HISTORIC: "ended"}
_GROUPS = {Group.FINETUNED: "", Group.BASE: "base", Group.TOOL: "tool", Group.TRAINING: ""}
"""Words for groups; the titles of finetuned endpoints say it themselves."""


def endpoint_choices(endpoints: Endpoints) -> tuple[Choice, ...]:
    """Return the endpoints with price of a picture, group and availability beside the title."""
    return tuple(
        Choice(endpoint.info.id, endpoint.info.title, endpoint_note(endpoint)) for endpoint in endpoints
    )


def short_title(title: str, cells: int) -> str:
    """Return the title of an endpoint, without `with a finetune` where it would not fit into `cells`."""
    return title if len(title) <= cells else title.partition(" with a ")[0]


def endpoint_note(endpoint: type[GenerationEndpoint]) -> str:
    """Return `'$0.07 · beta'`: price, group where the title does not tell it, availability."""
    estimate = GenerateForm().estimate(endpoint)
    parts = (
        estimate.show() if estimate is not None else "",
        _GROUPS[endpoint.info.group],
        _AVAILABILITY[endpoint.info.availability],
    )
    return " · ".join(part for part in parts if part)


def finetune_choices(finetunes: Sequence[Finetune]) -> tuple[Choice, ...]:
    """Return `none` and every finetune that can be generated with, favourites first."""
    offered = (
        Choice(item.id, shorten(item.name, 40), item.trigger_word or item.id) for item in _ready(finetunes)
    )
    return (Choice(NO_FINETUNE, "none", "a base model or a tool"), *offered)


def first_ready(finetunes: Sequence[Finetune]) -> str | None:
    """Return the id of the finetune to begin with, or None where none is ready."""
    return next((item.id for item in _ready(finetunes)), None)


def _ready(finetunes: Sequence[Finetune]) -> list[Finetune]:
    return sorted((item for item in finetunes if item.is_usable), key=lambda item: not item.favourite)


def find_endpoint(endpoints: Endpoints, endpoint_id: str) -> type[GenerationEndpoint] | None:
    """Return the endpoint with an id, or None."""
    return next((endpoint for endpoint in endpoints if endpoint.info.id == endpoint_id), None)


def first_endpoint(endpoints: Endpoints, *, with_finetune: bool) -> type[GenerationEndpoint] | None:
    """Return the first endpoint that the service still offers, with or without a finetune."""
    matching = [endpoint for endpoint in endpoints if endpoint.takes_finetune() == with_finetune]
    serving = [item for item in matching if item.info.availability is Availability.SERVING]
    return next(iter(serving or matching), None)


def endpoint_for(
    endpoints: Endpoints, form: GenerateForm, *, with_finetune: bool
) -> type[GenerationEndpoint] | None:
    """Return the endpoint to use with or without a finetune: the present one where it will do."""
    present = find_endpoint(endpoints, form.endpoint_id)
    if present is not None and present.takes_finetune() == with_finetune:
        return present
    return first_endpoint(endpoints, with_finetune=with_finetune)
