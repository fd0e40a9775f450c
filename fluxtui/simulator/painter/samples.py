"""Training pictures for the LoRAs that come with the simulator, which nobody trained on photographs."""

from __future__ import annotations

from functools import lru_cache

from fluxtui.simulator.painter.composition import composed
from fluxtui.simulator.painter.palette import invented
from fluxtui.simulator.painter.randomness import seeded
from fluxtui.simulator.pictures import encoded

_COUNT = 3
_SIDE = 512


@lru_cache(maxsize=16)
def sample_pieces(name: str) -> tuple[bytes, ...]:
    """Return a few JPEGs in one style, always the same for a `name`."""
    palette = invented(seeded("sample", name))
    return tuple(
        encoded(composed(seeded("sample", name, number), (_SIDE, _SIDE), palette), "JPEG", quality=90)
        for number in range(_COUNT)
    )
