"""What stands on the button and beside it: how many pictures, and what they cost. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fluxtui.controllers.generation.batch import batch_estimate, batch_of
from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.controllers.generation.price import Funds
from fluxtui.controllers.generation.prompt_plan import Plan
from fluxtui.controllers.generation.stock import Stock
from fluxtui.domain.axis_values import MOST_PICTURES
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.money import Estimate, UnitPrice, show_credits
from fluxtui.domain.prompts import MOST_COMBINATIONS
from fluxtui.domain.uses import Offer
from fluxtui.system.dataclass import dataclass

SEPARATOR = " · "
"""Stands between the parts of a note, of which the last may be left out."""


@dataclass(frozen=True)
class CostText:
    """What is to be said about the cost.

    Attributes:
        label: of the button.
        note: the line under it.
        is_wrong: whether it cannot be sent so.
        is_grid: whether the pictures are those of a grid, which says their number itself.
    """

    label: str
    note: str
    is_wrong: bool = False
    is_grid: bool = False


def cost_text(form: GenerateForm, stock: Stock, offer: Offer, funds: Funds, plan: Plan | None) -> CostText:
    """Return what to say about the cost of a form.

    Args:
        form: what is asked for.
        stock: what there is to choose from, with the prices.
        offer: the form's endpoint.
        funds: of its profile.
        plan: what its prompt was worked out as, None where it is not yet.
    """
    prompts = plan.prompts if plan is not None and form.is_template else ()
    setup = form.setup
    if setup.is_on and (prompts or setup.is_grid or not form.makes_all):
        return batch_text(form, stock, offer, funds, prompts)
    told = stock.price_of(offer)
    estimate = form.estimate(offer, told)
    combines = form.makes_all and form.has_count
    most = MOST_COMBINATIONS if combines else MOST_PICTURES
    count = form.count
    if combines:
        count = len(plan.prompts) if plan is not None and not plan.problem else None
    label = button_label(estimate, count, most)
    if count is None and form.has_count:
        return CostText(label, "The cost is known once the template is worked out")
    note, is_wrong = cost_note(estimate, count, funds, told, most)
    return CostText(label, note, is_wrong)


def batch_text(
    form: GenerateForm, stock: Stock, offer: Offer, funds: Funds, prompts: Sequence[str] = ()
) -> CostText:
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
        return CostText("Generate  ^S", f"✗ {error.sentence()}", True, is_grid)
    count = len(batch.pictures)
    if cost is None:
        return CostText(f"Generate {count}  ^S", "The cost is known once the form is right", False, is_grid)
    label = f"Generate {count} · {cost.show()}  ^S"
    elsewhere = any(item.offer.profile != offer.profile for item in batch.pictures)
    if not elsewhere and not funds.covers(cost.credits):
        left = show_credits(funds.balance or 0)
        return CostText(label, f"✗ Only {left} are left{funds.place}", True, is_grid)
    parts = (batch.title, batch.size_text if " × " in batch.size_text else "", cost.basis, "F11 changes it")
    return CostText(label, " · ".join(part for part in parts if part), False, is_grid)


def button_label(estimate: Estimate | None, count: Any, most: int = MOST_PICTURES) -> str:
    """Return `'Generate 4 · $0.28'`, as far as it is known; `most` is how many pictures there may be."""
    if not isinstance(count, int) or not 1 <= count <= most:
        return "Generate  ^S"
    price = f" · {estimate.times(count).show()}" if estimate is not None else ""
    return f"Generate {count}{price}  ^S"


def cost_note(
    estimate: Estimate | None,
    count: Any,
    funds: Funds,
    told: UnitPrice | None = None,
    most: int = MOST_PICTURES,
) -> tuple[str, bool]:
    """Return what to say about the cost, and whether the funds are too small for it.

    Args:
        estimate: of one picture, None while it cannot be reckoned.
        count: as entered.
        funds: of the profile that pays.
        told: the price that the service told, where the estimate comes of it.
        most: how many pictures there may be.
    """
    if not isinstance(count, int) or not 1 <= count <= most:
        return f"✗ Pictures must be 1 to {MOST_PICTURES}", True
    if estimate is None:
        return "The cost is known once the form is right", False
    if funds.balance is not None and not funds.covers(estimate.times(count).credits):
        return f"✗ Only {show_credits(funds.balance)} are left{funds.place}", True
    basis = "" if estimate.basis.startswith("a picture") else estimate.basis
    if estimate.doubt:
        parts = [estimate.doubt]
    elif told is not None:
        parts = [f"{estimate.show()} a picture, told {told.read_on}", basis]
    else:
        parts = [f"{estimate.show()} a picture: {basis}" if basis else f"{estimate.show()} {estimate.basis}"]
    untold = "" if funds.is_told else "balance not told"
    return SEPARATOR.join(part for part in (*parts, untold) if part), False
