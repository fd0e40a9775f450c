"""Pictures for tests that look at no picture of the simulator: of the ordered size, and no two alike."""

from __future__ import annotations

import io
import random
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from fluxtui.simulator.painter.order import Order

_CELLS = 16


def painted_plainly(order: Order) -> bytes:
    """Return a picture of an order in its format: large cells in colours of chance, told by prompt and seed.

    The simulator's painter takes a second for a megapixel, this a hundredth of that.
    """
    chance = random.Random(f"{order.prompt}\n{order.seed}")
    cells = Image.frombytes("RGB", (_CELLS, _CELLS), chance.randbytes(_CELLS * _CELLS * 3))
    written = io.BytesIO()
    picture = cells.resize(order.size, Image.Resampling.NEAREST)
    picture.save(written, order.format_name.upper())
    return written.getvalue()
