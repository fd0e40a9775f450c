"""The sizes of the layers that a LoKr changes: each is the Kronecker product of two matrices.

Source: comfyanonymous/ComfyUI, `comfy/weight_adapter/lokr.py` (read 2026-11): either matrix may be the
product of two halves, `_a` with the rows and `_b` with the columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from fluxtui.services.lora.architectures import Layer
from fluxtui.services.lora.layers import LayerChange
from fluxtui.services.lora.safetensors import Tensor

_FACTOR = re.compile(r"lokr_w([12])(?:_([ab]))?$")


def lokr_sizes(changes: Iterable[tuple[Tensor, LayerChange]]) -> dict[Layer, tuple[int, int]]:
    """Return what goes into and comes out of each layer of a LoKr whose two matrices are both there."""
    rows: dict[Layer, dict[str, int]] = {}
    columns: dict[Layer, dict[str, int]] = {}
    for tensor, change in changes:
        factor = _FACTOR.search(tensor.name)
        if factor is None or len(tensor.shape) != 2:
            continue
        if factor[2] != "b":
            rows.setdefault(change.layer, {})[factor[1]] = tensor.shape[0]
        if factor[2] != "a":
            columns.setdefault(change.layer, {})[factor[1]] = tensor.shape[1]
    return {
        layer: (columns[layer]["1"] * columns[layer]["2"], found["1"] * found["2"])
        for layer, found in rows.items()
        if len(found) == len(columns.get(layer, {})) == 2
    }
