"""What stands on the button and beside it while a batch is set up. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fluxtui.controllers.generation.batch import batch_estimate, batch_of
from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.controllers.generation.price import Funds
from fluxtui.controllers.generation.stock import Stock
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.money import show_credits
from fluxtui.domain.uses import Offer


@dataclass(frozen=True)
class BatchWords:
    """Words of the submit bar: the button's, the line under it, and whether something is wrong."""

    label: str
    note: str
    is_wrong: bool
    is_grid: bool


def batch_words(
    form: GenerateForm, stock: Stock, offer: Offer, funds: Funds, prompts: Sequence[str] = ()
) -> BatchWords:
    """Return what to say about a form whose batch is on.

    Args:
        form: what is asked for.
        stock: what there is to choose from, with the prices.
        offer: the form's endpoint.
        funds: of its profile.
        prompts: what a template was worked out as, as far as it is.
    """
    is_grid = form.setup.is_grid
    try:
        batch = batch_of(form, stock, offer, prompts)
        cost = batch_estimate(batch, stock)
    except InvalidInput as error:
        return BatchWords("Generate  ^S", f"✗ {error.sentence()}", True, is_grid)
    count = len(batch.pictures)
    if cost is None:
        return BatchWords(f"Generate {count}  ^S", "The cost is known once the form is right", False, is_grid)
    label = f"Generate {count} · {cost.show()}  ^S"
    elsewhere = any(item.offer.profile != offer.profile for item in batch.pictures)
    if not elsewhere and not funds.covers(cost.credits):
        left = show_credits(funds.balance or 0)
        return BatchWords(label, f"✗ Only {left} are left{funds.place}", True, is_grid)
    parts = (batch.title, batch.size_words if " × " in batch.size_words else "", cost.basis, "F11 changes it")
    return BatchWords(label, " · ".join(part for part in parts if part), False, is_grid)
