"""Filling a picture of which nothing is masked: asked about before it is paid for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from fluxtui.app.state import StatefulApp
from fluxtui.domain.endpoint import GenerationEndpoint, PictureRole
from fluxtui.domain.errors import PictureError
from fluxtui.domain.picture_fields import mask_field, source_field
from fluxtui.domain.text import is_web_address, safe_text
from fluxtui.services.picture_inputs import has_holes, picture_path
from fluxtui.widgets.dialogs import ConfirmDialog, ask

Request = tuple[type[GenerationEndpoint], Mapping[str, Any]]
"""An endpoint and the values of a request to it."""


async def fills_something(app: StatefulApp, requests: Iterable[Request]) -> bool:
    """Tell whether requests can go, after asking where one of them fills a picture without a mask.

    To be called in a worker.
    """
    sources = {path for endpoint, values in requests if (path := _unmasked(endpoint, values)) is not None}
    opaque = await asyncio.to_thread(lambda: [path for path in sorted(sources) if _is_opaque(path)])
    if not opaque:
        return True
    name = safe_text(opaque[0].name, limit=60)
    sentences = (
        f"There is no mask, and {name} has no transparency either, so nothing says what is to be filled.",
        "In the field of the mask ↓ draws one. What the service makes without is charged all the same.",
    )
    dialog = ConfirmDialog("Fill without a mask?", sentences, confirm_label="Send anyway", danger=True)
    answer = await ask(app, dialog)
    return answer is True


def _unmasked(endpoint: type[GenerationEndpoint], values: Mapping[str, Any]) -> Path | None:
    """Return the file that a request fills by its transparency alone, None where it does nothing such."""
    source, mask = source_field(endpoint), mask_field(endpoint)
    if source is None or mask is None or source.role is not PictureRole.FILL or values.get(mask.name):
        return None
    text = str(values.get(source.name) or "")
    if not text or is_web_address(text):
        return None
    try:
        return picture_path(text)
    except PictureError:
        # The check of the request says so in its own words.
        return None


def _is_opaque(path: Path) -> bool:
    try:
        return not has_holes(path)
    except PictureError:
        return False
