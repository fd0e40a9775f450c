"""`fluxtui recall`: tells how pictures were made, as their files say it."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fluxtui.domain.errors import PictureError
from fluxtui.domain.text import safe_text

if TYPE_CHECKING:
    from fluxtui.services.recipes.recall import Recalled


def run_recall(options: argparse.Namespace) -> int:
    """Print what the files say; returns 0, or 1 where one of them says nothing that is understood."""
    from fluxtui.cli.config import complain
    from fluxtui.services.recipes.recall import recall
    from fluxtui.services.typed_paths import homeless, meant

    failed = False
    for typed in options.paths:
        path = meant(typed)
        try:
            if reason := homeless(path):
                raise PictureError(f"{safe_text(path, limit=200)} {reason}.")
            recalled = recall(path)
        except PictureError as error:
            complain(error.sentence())
            failed = True
            continue
        print(_as_json(path, recalled) if options.json else _as_text(path, recalled))  # noqa: T201
    return int(failed)


def _as_json(path: Path, recalled: Recalled) -> str:
    told: dict[str, Any] = {
        "file": str(path),
        "source": recalled.source,
        "provider": recalled.provider,
        "endpoint": recalled.endpoint,
        "finetune": {"id": recalled.finetune_id, "name": recalled.finetune_name},
        "values": dict(recalled.values),
        "loras": [{"name": lora.name, "weight": lora.weight} for lora in recalled.loras],
        "notes": list(recalled.notes),
    }
    # Only ASCII: no escape sequence of a file can reach the terminal.
    return json.dumps(told)


def _as_text(path: Path, recalled: Recalled) -> str:
    from fluxtui.services.recipes.recall.summary import rows

    lines = [f"{safe_text(path)}: {recalled.source}"]
    lines += [f"  {name}: {value}".replace("\n", "\n    ") for name, value in rows(recalled)]
    return "\n".join([*lines, *(f"  ! {note}" for note in recalled.notes)])
