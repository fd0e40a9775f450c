"""From what is asked for to jobs: checked, priced, agreed to, sent once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fluxtui.domain.endpoint import GenerationEndpoint, fields_of
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.jobs import Job
from fluxtui.screens.generate.form import GenerateForm, finetune_field, prompt_field
from fluxtui.screens.generate.price import Price
from fluxtui.services.jobs.requests import is_web_address, picture_fields
from fluxtui.services.storage import StorageService
from fluxtui.state import StatefulApp
from fluxtui.widgets.dialogs import ask


@dataclass(frozen=True)
class Order:
    """What is to be generated: endpoint, values of the request, how many pictures, the finetune if known."""

    endpoint: type[GenerationEndpoint]
    values: Mapping[str, Any]
    count: int
    finetune: Finetune | None = None

    @classmethod
    def from_form(
        cls, form: GenerateForm, endpoint: type[GenerationEndpoint], finetune: Finetune | None
    ) -> Order:
        """Return the order of a form. Raises `InvalidInput` for a wrong number of pictures."""
        used = finetune if finetune_field(endpoint) is not None else None
        return cls(endpoint, form.request_values(endpoint, used), form.pictures(), used)

    @classmethod
    def another_seed(
        cls, endpoint: type[GenerationEndpoint], recipe: Mapping[str, Any], finetune: Finetune | None
    ) -> Order:
        """Return the order of one more picture of a recipe, with a seed that is drawn anew."""
        return cls(endpoint, {name: value for name, value in recipe.items() if name != "seed"}, 1, finetune)


def repeatable(
    endpoint: type[GenerationEndpoint], recipe: Mapping[str, Any], storage: StorageService
) -> dict[str, Any]:
    """Return a job's parameters as values of a form: pictures that were kept, by their whole path."""
    kept = picture_fields(endpoint)
    return {name: _whole(value, storage) if name in kept else value for name, value in recipe.items()}


def _whole(value: Any, storage: StorageService) -> Any:
    if isinstance(value, list | tuple):
        return [_whole(item, storage) for item in value]
    if value is None or is_web_address(str(value)) or Path(str(value)).is_absolute():
        return value
    return str(storage.inside(str(value)))


async def send(app: StatefulApp, order: Order) -> tuple[Job, ...]:
    """Check an order, ask the user where it is dear, and hand it to the services; to be called in a worker.

    Returns the jobs, none where the user said no.

    Raises:
        InvalidInput: with a problem for each parameter that is wrong; nothing was sent.
    """
    services = app.services
    request = order.endpoint.checked(order.values)
    price = Price(
        request.estimate(),
        order.count,
        app.balance.credits if app.balance is not None else None,
        services.config.config.generation.confirm_above_usd,
    )
    if price.needs_a_yes and not await ask(app, price.question()):
        return ()
    return await services.inference.generate(
        app.profile, order.endpoint.info.id, order.values, count=order.count, finetune=order.finetune
    )


def recipe_text(endpoint: type[GenerationEndpoint], values: Mapping[str, Any]) -> str:
    """Return endpoint and parameters that are no defaults in words: `'FLUX.1 [dev], Steps 20, Seed 7'`."""
    skipped = {item.name for item in (prompt_field(endpoint), finetune_field(endpoint)) if item is not None}
    parts = [
        f"{item.title} {item.label_of(str(values[item.name]))}"
        for item in fields_of(endpoint)
        if item.name not in skipped and values.get(item.name) not in (None, item.default)
    ]
    return ", ".join([endpoint.info.title, *parts])
