"""Stable Diffusion 1, 2 and XL told apart by the layers of their U-Net.

Sources: kohya-ss/sd-scripts (`networks/lora.py`, read 2026-11), whose names for SDXL are those of the
original model and for the older ones those of diffusers, and the widths in the U-Nets' configurations.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from fluxtui.domain.weights import Base

_PLACE = re.compile(
    r"(?P<own>input_blocks_[0-9]+_|middle_block_|output_blocks_[0-9]+_)"
    r"|(?:down_blocks_[0-9]+_|mid_block_|up_blocks_[0-9]+_)"
)
_DEEPER = re.compile(r"transformer_blocks_[1-9]")
_FROM_TEXT = re.compile(r"attn2_to_[kv]$")
_BY_TEXT_WIDTH = {768: Base.SD1, 1024: Base.SD2, 2048: Base.SDXL}
_ALL = frozenset(_BY_TEXT_WIDTH.values())


def unet_bases(layers: Iterable[tuple[str, int | None]]) -> frozenset[Base] | None:
    """Return the models with a U-Net that have all of some layers, or None where there is none of a U-Net.

    Args:
        layers: the name of each with `_` for `.`, and the numbers that go into it, or None if unknown. The
            keys and values of `attn2` take what comes from the text encoder, which has a width of its own.
    """
    found: frozenset[Base] | None = None
    for name, width in layers:
        place = _PLACE.match(name)
        if place is None:
            continue
        found = _ALL if found is None else found
        if place["own"] or _DEEPER.search(name):
            found &= {Base.SDXL}
        if width is not None and _FROM_TEXT.search(name):
            base = _BY_TEXT_WIDTH.get(width)
            found &= {base} if base is not None else frozenset()
    return found
