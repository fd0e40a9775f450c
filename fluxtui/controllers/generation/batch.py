"""From a form with a batch to its pictures: what each is made with, and what all cost. Pure functions."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.controllers.generation.stock import Stock
from fluxtui.domain.axes import FINETUNE, OFFER, PROMPT, SHAPE, Scope, size_fields
from fluxtui.domain.batches import Cell, Grid, SeedMode, grid_of, seeds_for
from fluxtui.domain.endpoint import fields_of
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.loras import STRENGTH, place_of, stack_field
from fluxtui.domain.money import Estimate
from fluxtui.domain.seeds import SEED_LIMIT
from fluxtui.domain.text import shorten
from fluxtui.domain.uses import Offer, why_not
from fluxtui.services.batch_records import Layout
from fluxtui.services.inference import Shot
from fluxtui.system.dataclass import dataclass

_PIXELS = 1024.0 * 1024.0
_NAME_CELLS = 40


@dataclass(frozen=True)
class BatchPicture:
    """One picture of a batch: the form that it is made of, and with what."""

    form: GenerateForm
    offer: Offer
    finetune: Finetune | None
    label: str

    @property
    def values(self) -> dict[str, Any]:
        """The values of its request."""
        return self.form.request_values(self.offer, self.finetune)

    @property
    def shot(self) -> Shot:
        """The picture as it is ordered."""
        used = self.finetune if self.form.finetune_for(self.offer, self.finetune) is not None else None
        return Shot(self.offer.profile, self.offer.endpoint.info.id, self.values, used, self.label)


@dataclass(frozen=True)
class Batch:
    """All pictures of a batch, with its title and how they stand on a contact sheet."""

    pictures: tuple[BatchPicture, ...]
    title: str = ""
    layout: Layout = field(default_factory=Layout)

    @property
    def counts(self) -> Mapping[tuple[str, str], int]:
        """How many pictures, by profile and endpoint id."""
        return Counter((item.offer.profile, item.offer.endpoint.info.id) for item in self.pictures)

    @property
    def size_text(self) -> str:
        """How it comes to its number: `'4 × 3'`, or `''` where it is no grid."""
        layout = self.layout
        sizes = [str(len(labels)) for labels in (layout.columns, layout.rows, layout.sheets) if labels]
        return " × ".join(sizes)


def scope_of(form: GenerateForm, stock: Stock, offer: Offer) -> Scope:
    """Return what the axes of a form's batch are judged by."""
    chosen = stock.finetune_of(form)
    return Scope(
        stock.offers, offer, stock.ready(), chosen.ref if chosen is not None else form.finetune, form.prompt
    )


def batch_of(form: GenerateForm, stock: Stock, offer: Offer, prompts: Sequence[str] = ()) -> Batch:
    """Return the pictures that a form with a batch asks for.

    Args:
        form: whose set-up is on.
        stock: what there is to choose from.
        offer: the form's endpoint.
        prompts: what a template was worked out as: one for all of a grid, else one for each picture.

    Raises:
        InvalidInput: with a sentence on what cannot be so.
    """
    setup = form.setup
    makes_all = form.makes_all
    if makes_all and setup.is_grid:
        raise InvalidInput(
            "All combinations of a template cannot go with a grid. Draw at random instead (F10), or clear "
            "the grid (F11)."
        )
    if makes_all and not prompts:
        raise InvalidInput("How many pictures these are is known once the template is worked out.")
    if prompts:
        form = form.worked_out(prompts[0])
    grid = grid_of(setup, scope_of(form, stock, offer))
    count = len(prompts) if makes_all else form.pictures() if not setup.is_grid else 0
    cells = grid.cells() if setup.is_grid else (Cell({}, ""),) * count
    over_seeds = any(axis.parameter == "seed" for axis in grid.axes)
    mode = SeedMode.FIXED if setup.seeds is SeedMode.USUAL else setup.seeds
    given = form.values.get("seed")
    first = given if isinstance(given, int) else _drawn_seed(grid, offer)
    seeds = [None] * len(cells) if over_seeds else seeds_for(mode, first, len(cells))
    pictures = []
    for index, (cell, seed) in enumerate(zip(cells, seeds, strict=True)):
        seeded = cell if over_seeds else Cell({**cell.values, "seed": seed}, cell.label)
        made = form if len(prompts) < len(cells) else form.worked_out(prompts[index])
        pictures.append(_picture(made, stock, offer, seeded))
    return Batch(tuple(pictures), grid.title, _layout(grid))


def batch_estimate(batch: Batch, stock: Stock) -> Estimate | None:
    """Return what a batch will probably cost, each picture by itself; None where one cannot be reckoned."""
    known: dict[str, Estimate | None] = {}
    found = []
    for item in batch.pictures:
        values = {name: value for name, value in item.form.values.items() if name != "seed"}
        # Prompt, finetune and seed cost nothing, so most pictures of a grid have a price in common.
        key = f"{item.offer.ref} {sorted(values.items(), key=lambda pair: pair[0])!r}"
        if key not in known:
            known[key] = item.form.estimate(item.offer, stock.price_of(item.offer))
        found.append(known[key])
    priced = [one for one in found if one is not None]
    if len(priced) < len(found):
        return None
    return Estimate(
        sum(one.credits for one in priced), basis_of(priced), exact=all(one.exact for one in priced)
    )


def basis_of(each: list[Estimate]) -> str:
    """Return how much the pictures of a batch cost each: `'$0.03 each'`, or from the least to the most."""
    least, most = min(each, key=lambda one: one.credits), max(each, key=lambda one: one.credits)
    if least.show() == most.show():
        return f"{least.show()} each"
    return f"{least.show()} to {most.show()} each"


def _drawn_seed(grid: Grid, present: Offer) -> int:
    """Return a seed that every endpoint of a grid takes, as far as they take seeds."""
    over = next((axis for axis in grid.axes if axis.parameter == OFFER), None)
    offers = [present] if over is None else [point.value for point in over.points]
    most = [
        int(item.maximum) + 1
        for offer in offers
        for item in fields_of(offer.endpoint)
        if item.name == "seed" and item.maximum is not None
    ]
    # Not a secret: the seed is shown and kept with the picture.
    return random.randrange(1, min([SEED_LIMIT, *most]))  # noqa: S311


def _layout(grid: Grid) -> Layout:
    labels = [axis.labels for axis in grid.axes] + [()] * 3
    return Layout(columns=labels[0], rows=labels[1], sheets=labels[2])


def _picture(form: GenerateForm, stock: Stock, present: Offer, cell: Cell) -> BatchPicture:
    values = dict(cell.values)
    offer = values.pop(OFFER, present)
    made = form
    if offer != present:
        # What was entered for the form's own endpoint stands only where the other one takes it.
        kept = {name: value for name, value in form.values.items() if name == STRENGTH}
        made = replace(form.at(offer), values={**kept, **form.values_for(offer, stock.finetunes)})
    over_finetunes = FINETUNE in values
    if over_finetunes:
        chosen = values.pop(FINETUNE)
        made = made.with_finetune(chosen.ref) if chosen is not None else made.without(made.finetune)
    if PROMPT in values:
        change = values.pop(PROMPT)
        made = replace(made, prompt=made.prompt.replace(change.words, change.by))
    sizes = size_fields(offer.endpoint)
    if SHAPE in values and sizes is not None:
        wide, high = (made.values.get(item.name) or item.default for item in sizes)
        pixels = float(wide * high) if isinstance(wide, int) and isinstance(high, int) else _PIXELS
        width, height = values.pop(SHAPE).sized(*sizes, pixels)
        values |= {"width": width, "height": height}
    made = _with_weights(made, offer, values)
    made = replace(made, values={**made.values, **values})
    finetune = stock.finetune_of(made)
    _check_finetune(made, offer, finetune, is_wanted=over_finetunes)
    return BatchPicture(made, offer, finetune, cell.label)


def _with_weights(form: GenerateForm, offer: Offer, values: dict[str, Any]) -> GenerateForm:
    """Return a form with the weights of its LoRAs as a cell has them, and take these out of its values.

    Raises:
        InvalidInput: a weight of a LoRA that is not there, which would change nothing and be paid.
    """
    if stack_field(offer.endpoint) is None:
        return form
    rows, weights = list(form.stack), {name: value for name, value in values.items() if place_of(name)}
    on = [number for number, row in enumerate(rows) if row.on]
    for name, weight in weights.items():
        if place_of(name) > len(on):
            which = f"no LoRA {place_of(name)}" if on else "no LoRA"
            raise InvalidInput(
                f"There is {which} whose strength could be varied; the pictures would be the same."
            )
        place = on[place_of(name) - 1]
        rows[place] = replace(rows[place], weight=weight)
        del values[name]
    return form.with_stack(rows) if weights else form


def _check_finetune(form: GenerateForm, offer: Offer, finetune: Finetune | None, *, is_wanted: bool) -> None:
    """Refuse a finetune that would silently be left out; an endpoint that takes none is compared as such."""
    takes_none = offer.endpoint.info.finetunes is None
    if form.finetune is None or (takes_none and not is_wanted):
        return
    if form.finetune_for(offer, finetune) is None:
        name = shorten(finetune.name if finetune is not None else form.finetune, _NAME_CELLS)
        reason = why_not(offer, finetune) if finetune is not None else ""
        raise InvalidInput(f"{name} {reason or f'does not go with {offer.endpoint.info.title}'}.")
