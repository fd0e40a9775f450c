"""From what is asked for to jobs: checked, priced, agreed to, sent once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.controllers.generation.form_fields import prompt_field
from fluxtui.controllers.generation.matching import misfits
from fluxtui.controllers.generation.price import Price, available_funds, reported_price, source_of
from fluxtui.controllers.host import Host
from fluxtui.controllers.questions import Confirmation
from fluxtui.domain.endpoint import Control, GenerationEndpoint, PictureRole, fields_of
from fluxtui.domain.errors import InvalidInput, PictureError
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.jobs import Job
from fluxtui.domain.picture_fields import form_fields, mask_field, source_field
from fluxtui.domain.text import is_web_address, safe_text
from fluxtui.domain.uses import Offer
from fluxtui.services.inference import Shot
from fluxtui.services.jobs.requests import picture_parameters
from fluxtui.services.picture_inputs import has_holes, picture_path
from fluxtui.services.storage import StorageService
from fluxtui.system.dataclass import dataclass


@dataclass(frozen=True)
class GenerationOrder:
    """What is to be generated: endpoint, values of the request, how many pictures, the finetune if known.

    `prompts` has the prompt of each picture where they differ; then `values` has the first of them.
    """

    offer: Offer
    values: Mapping[str, Any]
    count: int
    finetune: Finetune | None = None
    prompts: tuple[str, ...] = ()

    @classmethod
    def from_form(cls, form: GenerateForm, offer: Offer, finetune: Finetune | None) -> GenerationOrder:
        """Return the order of a form. Raises `InvalidInput` for a wrong number of pictures, in or out.

        Args:
            form: what is asked for.
            offer: its endpoint.
            finetune: the one that it names, None where it is not known here.
        """
        used = finetune if form.finetune_for(offer, finetune) is not None else None
        check_references(form, offer)
        return cls(offer, form.request_values(offer, finetune), form.pictures(), used)

    def with_prompts(self, prompts: Sequence[str]) -> GenerationOrder:
        """Return the order of a picture for each prompt, as it is sent."""
        field = prompt_field(self.offer.endpoint)
        if field is None or not prompts:
            return self
        values = {**self.values, field.name: prompts[0]}
        return replace(self, values=values, count=len(prompts), prompts=tuple(prompts))

    def shots(self) -> tuple[Shot, ...]:
        """Return the pictures one by one; a seed that is given is that of the first, and counts up."""
        field = prompt_field(self.offer.endpoint)
        name = field.name if field is not None else ""
        return tuple(
            Shot(
                self.offer.profile,
                self.offer.endpoint.info.id,
                {**self.values, name: prompt, **self._seed(number)},
                self.finetune,
            )
            for number, prompt in enumerate(self.prompts)
        )

    def _seed(self, number: int) -> dict[str, int]:
        item = next((item for item in fields_of(self.offer.endpoint) if item.control is Control.SEED), None)
        given = self.values.get(item.name) if item is not None else None
        if item is None or not isinstance(given, int):
            return {}
        following = given + number
        return {item.name: following if item.maximum is None else following % (int(item.maximum) + 1)}

    @classmethod
    def another_seed(
        cls, offer: Offer, recipe: Mapping[str, Any], finetune: Finetune | None
    ) -> GenerationOrder:
        """Return the order of one more picture of a recipe, with a seed that is drawn anew."""
        return cls(offer, {name: value for name, value in recipe.items() if name != "seed"}, 1, finetune)


def check_references(form: GenerateForm, offer: Offer) -> None:
    """Raise `InvalidInput` where a form has more references than an endpoint takes."""
    too_many = form_fields(offer.endpoint).too_many(form.values)
    if too_many is not None:
        raise InvalidInput("Nothing was sent.", (too_many,))


def repeatable(
    endpoint: type[GenerationEndpoint], recipe: Mapping[str, Any], storage: StorageService
) -> dict[str, Any]:
    """Return a job's parameters as values of a form: pictures that were kept, by their whole path."""
    kept = picture_parameters(endpoint)
    return {name: _whole(value, storage) if name in kept else value for name, value in recipe.items()}


def _whole(value: Any, storage: StorageService) -> Any:
    if isinstance(value, list | tuple):
        return [_whole(item, storage) for item in value]
    if value is None or is_web_address(str(value)) or Path(str(value)).is_absolute():
        return value
    return str(storage.inside(str(value)))


async def send(host: Host, order: GenerationOrder) -> tuple[Job, ...]:
    """Check an order, ask the user where it is dear, and hand it to the services.

    Returns the jobs, none where the user said no.

    Raises:
        InvalidInput: with a problem for each parameter that is wrong; nothing was sent.
        FluxError: the profile cannot be used; nothing was sent.
    """
    services, offer = host.services, order.offer
    request = offer.endpoint.checked(order.values)
    wrong = misfits(offer, order.values, host.finetunes)
    if wrong:
        raise InvalidInput("Nothing was sent.", wrong)
    abilities = await services.account.abilities(offer.profile)
    told = reported_price(host.prices, offer)
    price = Price(
        request.estimate(told),
        order.count,
        available_funds(host, offer.profile, is_told=abilities.tells_balance),
        services.config.config.generation.confirm_above_usd,
        source_of(told, abilities.price_source),
    )
    if not await fills_something(host, [(offer.endpoint, order.values)]):
        return ()
    if price.needs_a_yes and not await host.ask(price.question()):
        return ()
    if order.prompts:
        return await services.inference.generate_shots(order.shots())
    return await services.inference.generate(
        offer.profile, offer.endpoint.info.id, order.values, count=order.count, finetune=order.finetune
    )


Request = tuple[type[GenerationEndpoint], Mapping[str, Any]]
"""An endpoint and the values of a request to it."""


async def fills_something(host: Host, requests: Iterable[Request]) -> bool:
    """Tell whether requests can go, after asking where one of them fills a picture without a mask."""
    sources = {path for endpoint, values in requests if (path := _unmasked(endpoint, values)) is not None}
    opaque = await asyncio.to_thread(lambda: [path for path in sorted(sources) if _is_opaque(path)])
    if not opaque:
        return True
    name = safe_text(opaque[0].name, limit=60)
    sentences = (
        f"There is no mask, and {name} has no transparency either, so nothing says what is to be filled.",
        "In the field of the mask ↓ draws one. What the service makes without is charged all the same.",
    )
    question = Confirmation("Fill without a mask?", sentences, confirm_label="Send anyway", danger=True)
    return await host.ask(question) is True


def _unmasked(endpoint: type[GenerationEndpoint], values: Mapping[str, Any]) -> Path | None:
    """Return the file that a request fills by its transparency alone, None where it does nothing such."""
    source, mask = source_field(endpoint), mask_field(endpoint)
    if source is None or mask is None or source.role is not PictureRole.FILL or values.get(mask.name):
        return None
    text = str(values.get(source.name) or "")
    if not text or is_web_address(text):
        return None
    try:
        return picture_path(text)
    except PictureError:
        # The check of the request says so in its own words.
        return None


def _is_opaque(path: Path) -> bool:
    try:
        return not has_holes(path)
    except PictureError:
        return False
