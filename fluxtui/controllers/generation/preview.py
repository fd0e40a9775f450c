"""What a form would send, prompt by prompt, and what that costs in words. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fluxtui.controllers.generation.batch import batch_estimate, batch_of
from fluxtui.controllers.generation.form import GenerateForm, prompt_field
from fluxtui.controllers.generation.stock import Stock
from fluxtui.domain.endpoint import Control, fields_of
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.money import show_credits
from fluxtui.domain.text import plural
from fluxtui.domain.uses import Offer


@dataclass(frozen=True)
class Shown:
    """What would be sent.

    Attributes:
        prompts: of each picture, as it is sent.
        cost: how many and for how much, or why nothing can be sent.
        is_wrong: whether nothing can be sent.
    """

    prompts: tuple[str, ...]
    cost: str
    is_wrong: bool = False


def preview_of(stock: Stock, offer: Offer, form: GenerateForm, prompts: Sequence[str]) -> Shown:
    """Return what a form sends.

    Args:
        stock: what there is to choose from.
        offer: the form's endpoint.
        form: what is asked for.
        prompts: what its prompt was worked out as, before the trigger word.
    """
    finetune = stock.finetune_of(form)
    sent = tuple(form.prompt_for(offer, finetune, text) for text in prompts)
    try:
        if form.setup.is_on:
            return _of_batch(stock, offer, form, prompts)
        form.pictures()
    except InvalidInput as error:
        return Shown(sent, f"✗ {error.sentence()}", is_wrong=True)
    estimate = form.estimate(offer, stock.price_of(offer))
    price = f" for about {show_credits(estimate.times(len(sent)).credits)}" if estimate is not None else ""
    seeds = _seeds(offer, form, len(sent))
    return Shown(sent, f"{plural(len(sent), 'picture')}{price}.{seeds}")


def _seeds(offer: Offer, form: GenerateForm, count: int) -> str:
    """Return which seeds the pictures have, where one is given and they are several."""
    seed = form.values.get("seed")
    takes = any(item.control is Control.SEED for item in fields_of(offer.endpoint))
    if count < 2 or not takes or not isinstance(seed, int):
        return ""
    return f" Their seeds count up from {seed}; F11 can keep one for all."


def _of_batch(stock: Stock, offer: Offer, form: GenerateForm, prompts: Sequence[str]) -> Shown:
    batch = batch_of(form, stock, offer, prompts if form.is_template else ())
    total = batch_estimate(batch, stock)
    fields = [(item, prompt_field(item.offer.endpoint)) for item in batch.pictures]
    sent = tuple(str(item.values.get(field.name) or "") if field else "" for item, field in fields)
    price = f" for about {show_credits(total.credits)}" if total is not None else ""
    title = f" over {batch.title}" if batch.title else ""
    return Shown(sent, f"{plural(len(sent), 'picture')}{title}{price}.")
