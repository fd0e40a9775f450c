"""Programs that write one JSON object for a picture: Fooocus, Draw Things, NovelAI.

Source: pictures of theirs, and Fooocus, "Metadata" (read 2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from fluxtui.services.recipes import read_object
from fluxtui.services.recipes.recall.recalled import (
    Recalled,
    changed_note,
    clean_name,
    clean_prompt,
    known,
    number,
    unused_note,
    whole,
)

COMMENT = "Comment"

_SIZE = re.compile(r"\(?\s*([0-9]{1,6})\s*[x,]\s*([0-9]{1,6})\s*\)?")


def from_fooocus(told: Mapping[str, Any]) -> Recalled | None:
    """Return what Fooocus says, or None if it is not its object."""
    version = str(told.get("version") or "")
    if not version.startswith("Fooocus") or "prompt" not in told:
        return None
    used = {"prompt", "negative_prompt", "seed", "steps", "guidance_scale", "resolution", "version"}
    return _recalled(
        clean_name(version),
        told,
        used,
        prompt=told.get("prompt"),
        negative=told.get("negative_prompt"),
        guidance=told.get("guidance_scale"),
        size=told.get("resolution"),
    )


def from_draw_things(told: Mapping[str, Any]) -> Recalled | None:
    """Return what Draw Things says, or None if it is not its object."""
    if not isinstance(told.get("c"), str) or not {"seed", "steps"} <= told.keys():
        return None
    return _recalled(
        "Draw Things",
        told,
        {"c", "uc", "seed", "steps", "scale", "size"},
        prompt=told["c"],
        negative=told.get("uc"),
        guidance=told.get("scale"),
        size=told.get("size"),
    )


def from_novelai(text: str) -> Recalled | None:
    """Return what NovelAI says in the text `Comment`, or None if it is none of its."""
    told = read_object(text)
    if told is None or not isinstance(told.get("prompt"), str) or "steps" not in told:
        return None
    return _recalled(
        "NovelAI",
        told,
        {"prompt", "uc", "seed", "steps", "scale", "width", "height"},
        prompt=told["prompt"],
        negative=told.get("uc"),
        guidance=told.get("scale"),
        size=f"{told.get('width')}x{told.get('height')}",
    )


def _recalled(
    source: str,
    told: Mapping[str, Any],
    used: set[str],
    *,
    prompt: object,
    negative: object,
    guidance: object,
    size: object,
) -> Recalled:
    found = _SIZE.fullmatch(str(size or ""))
    width, height = (int(found[1]), int(found[2])) if found else (None, None)
    others = (name for name, value in told.items() if name not in used and value not in (None, "", [], False))
    return Recalled(
        source=source,
        values=known(
            {
                "prompt": clean_prompt(prompt),
                "negative_prompt": clean_prompt(negative),
                "seed": whole(told.get("seed")),
                "steps": whole(told.get("steps")),
                "guidance": number(guidance),
                "width": width or None,
                "height": height or None,
            }
        ),
        notes=(*changed_note(prompt), *unused_note(others)),
    )
