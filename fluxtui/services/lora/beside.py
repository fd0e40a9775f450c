"""What the folder of a LoRA file says of it: PEFT writes the base model into a file of its own.

Source: huggingface/peft, `adapter_config.json` beside `adapter_model.safetensors` (read 2026-11).
"""

from __future__ import annotations

import json
from pathlib import Path

from fluxtui.system.ordinary_files import open_ordinary

_CONFIG = "adapter_config.json"
_WEIGHTS = "adapter_model"
_BASE = "base_model_name_or_path"
_MOST_BYTES = 1_000_000


def told_beside(path: Path) -> dict[str, str]:
    """Return the base model that PEFT's configuration names beside a file, as metadata; else nothing."""
    if not path.name.startswith(_WEIGHTS):
        return {}
    try:
        with open_ordinary(path.with_name(_CONFIG)) as file:
            config = json.loads(file.read(_MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    base = config.get(_BASE) if isinstance(config, dict) else None
    return {_BASE: base} if isinstance(base, str) and base else {}
