"""What Runware charges for pictures, as far as it says so.

These models are billed by computing time: every step, pixel and input picture more costs more, and what was
charged is told with the result (Runware's page on prices, read 2026-12). Its model pages name what one
picture of 1024 x 1024 pixels cost; for the models whose page could not be read the row is what others report,
or that of the nearest relative, rather too high. So no estimate is exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fluxtui.domain.endpoint import Endpoint
from fluxtui.domain.money import Estimate, credits
from fluxtui.system.dataclass import dataclass

READ_ON = "2026-12"
"""Month in which the table was read."""

_MEGAPIXEL = 1024 * 1024
_EACH_INPUT = 1.0
"""What an input picture costs beside the result, as a share of it: our guess, from BFL's and fal's prices."""
_EACH_LORA = 0.1
"""What a LoRA costs beside: our guess; nothing is published (2026-12)."""


@dataclass(frozen=True)
class PictureCost:
    """USD for a picture of 1024 x 1024 pixels in so many steps.

    Attributes:
        published: whether the model's own page names it.
        inputs: how many input pictures are in the price.
    """

    usd: float
    steps: int
    published: bool = True
    inputs: int = 0


TABLE: Mapping[str, PictureCost] = {
    # Its page says $0.00416; users were charged $0.0084 to $0.0108 (third-party lists, 2026).
    "runware:400@3": PictureCost(0.0108, 28, published=False),
    "runware:400@2": PictureCost(0.0108, 4, published=False),
    # Its page says $0.0019; for its quick sibling $0.0038 to $0.0045 were charged (third-party lists, 2026).
    "runware:400@5": PictureCost(0.0045, 28, published=False),
    "runware:400@4": PictureCost(0.0045, 4, published=False),
    "runware:400@1": PictureCost(0.009, 28, published=False),
    "runware:101@1": PictureCost(0.005, 28, published=False),
    "runware:107@1": PictureCost(0.005, 28, published=False),
    "runware:100@1": PictureCost(0.0013, 4, published=False),
    "runware:106@1": PictureCost(0.0105, 28, inputs=1),
}
"""By model. Sources: Runware's model pages and their schemas, third-party lists, read 2026-12."""


def picture_price(model: str, request: Endpoint) -> Estimate:
    """Return about what a picture will cost: by its pixels, steps, input pictures and LoRAs.

    Args:
        model: the model that makes it, as in `TABLE`.
        request: validated.
    """
    row, values = TABLE[model], request.given()
    pixels = _pixels(values)
    inputs = sum(name.startswith("input_image") for name in values)
    loras = sum(name.startswith("finetune_id") for name in values)
    share = max(1.0, pixels / _MEGAPIXEL) * max(1.0, int(values.get("steps") or row.steps) / row.steps)
    share *= 1 + max(0, inputs - row.inputs) * _EACH_INPUT + loras * _EACH_LORA
    source = "" if row.published else ", as others were charged"
    with_inputs = f", {inputs} input" if inputs else ""
    basis = f"{pixels / _MEGAPIXEL:.1f} MP{with_inputs}, billed by computing time{source}"
    return Estimate(round(credits(row.usd) * share, 4), basis, exact=False)


def _pixels(values: Mapping[str, Any]) -> int:
    width, height = values.get("width"), values.get("height")
    return int(width) * int(height) if width and height else _MEGAPIXEL
