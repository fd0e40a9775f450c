"""The LoRAs of an account, by their names at Runware. Searching them costs nothing.

Source: types of the official clients (runware-sdk 1.8.0; Runware/runware-cli, 2026), read 2026-12. The words
of `architecture` for FLUX.2 were not seen in anything published: where a word tells no model that is known
here, the LoRA may fit any, and Runware refuses what does not fit before it costs anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from fluxtui.api.service import APIService
from fluxtui.domain.errors import NotFound
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.text import safe_text
from fluxtui.domain.weights import Base
from fluxtui.providers.base import PartOfList
from fluxtui.providers.reading import as_identifier, as_mapping, as_text
from fluxtui.providers.runware.parameters import AIR
from fluxtui.providers.runware.tasks import answered

_AT_ONCE, _MOST = 100, 1_000
_AIR = re.compile(AIR)
_FOREIGN = "civitai:"
"""Names of LoRAs that Runware fetches itself when they are first asked for, listed by it or not."""

_TOLD = ("architecture", "version")
"""What is kept of a row as it is told, for people."""

_BASES: Mapping[str, Base] = {
    "klein9b": Base.KLEIN_9B,
    "klein4b": Base.KLEIN_4B,
    "flux2dev": Base.FLUX2_DEV,
    "flux2d": Base.FLUX2_DEV,
    "kontext": Base.FLUX1_KONTEXT,
    "krea2": Base.KREA_2,
    "krea": Base.FLUX1_KREA,
    "flux1s": Base.FLUX1_SCHNELL,
    "flux1d": Base.FLUX1_DEV,
    "zimage": Base.Z_IMAGE,
    "qwenimage": Base.QWEN_IMAGE,
    "sdxl": Base.SDXL,
    "pony": Base.SDXL,
    "illustrious": Base.SDXL,
    "noobai": Base.SDXL,
    "sd15": Base.SD1,
    "sd1x": Base.SD1,
}
"""Models by a part of Runware's word for an architecture, without anything but letters and digits."""


async def own_ids(api: APIService) -> tuple[str, ...]:
    """Return the names of the account's LoRAs; `PartOfList` where there are more. Raises `ServiceError`."""
    rows, whole = await _own(api)
    ids = [name for row in rows if (name := _name(row)) is not None]
    return tuple(ids) if whole else PartOfList(ids)


async def finetune_named(api: APIService, air: str) -> Finetune:
    """Return what Runware tells of a LoRA, its `profile` left empty.

    One of Civitai's that Runware does not list yet is known by its name alone.

    Raises:
        NotFound: it is nobody's.
        ServiceError: Runware cannot be asked.
    """
    rows, _ = await _own(api)
    row = next((row for row in rows if _name(row) == air), None)
    if row is None:
        row = next((row for row in (await _searched(api, search=air))[0] if _name(row) == air), None)
    if row is not None:
        return _finetune(air, row)
    if air.startswith(_FOREIGN) and _AIR.fullmatch(air):
        return Finetune(profile="", id=air, name=air)
    raise NotFound(f"Runware knows no LoRA {safe_text(air, limit=80)}.")


async def _own(api: APIService) -> tuple[list[Mapping[str, Any]], bool]:
    """Return the rows of the account's own LoRAs, and whether these are all."""
    found: list[Mapping[str, Any]] = []
    while len(found) < _MOST:
        rows, total = await _searched(api, visibility="owned", offset=len(found))
        found += rows
        if not rows or len(found) >= total:
            return found, True
    return found[:_MOST], False


async def _searched(api: APIService, **wanted: Any) -> tuple[list[Mapping[str, Any]], int]:
    told = await answered(api, "modelSearch", category="lora", limit=_AT_ONCE, **wanted)
    results, total = told.get("results"), told.get("totalResults")
    rows = [as_mapping(row) for row in results] if isinstance(results, list) else []
    return rows, total if isinstance(total, int) else len(rows)


def _name(row: Mapping[str, Any]) -> str | None:
    return as_identifier(row.get("air"))


def _finetune(air: str, row: Mapping[str, Any]) -> Finetune:
    name, version = as_text(row.get("name"), limit=120), as_text(row.get("version"), limit=40)
    shown = f"{name} {version}" if name and version else name or air
    return Finetune(
        profile="",
        id=air,
        name=shown,
        trigger_word=as_text(row.get("positiveTriggerWords"), limit=200),
        base=base_of(row.get("architecture")),
        raw={word: told for word in _TOLD if (told := as_text(row.get(word), limit=120))},
    )


def base_of(architecture: Any) -> Base | None:
    """Return the model that a word of Runware's for an architecture names, or None."""
    word = re.sub(r"[^a-z0-9]", "", architecture.casefold()) if isinstance(architecture, str) else ""
    return next((base for part, base in _BASES.items() if part in word), None)
