"""The private models that trainings end in. Source: Replicate HTTP API reference, read 2026-11."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fluxtui.api.service import APIService
from fluxtui.domain.errors import NotPermitted, Refused, UnexpectedAnswer
from fluxtui.domain.text import safe_text
from fluxtui.providers.reading import as_identifier, as_mapping, as_text
from fluxtui.providers.replicate.names import destination_name

MADE_BY_US = " (trained with FluxTUI)"
"""Ends the description of the models that are made here; the name of the finetune stands in front of it."""

_TAKEN = 409
_MOST_ATTEMPTS = 5
# What FLUX.1 runs on, then whatever is nearest; the models of this trainer run on shared hardware anyway.
_WANTED_HARDWARE = ("h100", "a100", "l40s", "gpu")
_NAME_LENGTH = 80


async def username(api: APIService) -> str:
    """Return the name of the account, which stands in front of its models."""
    owner = as_identifier(as_mapping((await api.get("/v1/account")).data).get("username"))
    if owner is None or "/" in owner:
        raise UnexpectedAnswer("Replicate's answer about the account names no user.")
    return owner


async def destination(api: APIService, finetune_name: str, archive_sha256: str) -> str:
    """Return the `owner/name` of a private model of the account, made now unless it is there.

    Costs nothing. Called again for the same finetune and archive, it returns the same model.

    Raises:
        NotPermitted: every name that was tried is that of a public model or of somebody else's.
    """
    owner = await username(api)
    hardware = await _hardware(api)
    for attempt in range(1, _MOST_ATTEMPTS + 1):
        name = destination_name(finetune_name, archive_sha256, attempt)
        model = await _made_or_found(api, owner, name, hardware, finetune_name)
        if model.get("visibility") == "private" and model.get("owner") == owner:
            return f"{owner}/{name}"
    raise NotPermitted(
        f"Replicate has no private model for the finetune: {owner}/"
        f"{destination_name(finetune_name, archive_sha256)} and its like are public. Nothing was trained.",
        next_step="Give the finetune another name, or make those models private at replicate.com.",
    )


async def _made_or_found(
    api: APIService, owner: str, name: str, hardware: str, finetune_name: str
) -> Mapping[str, Any]:
    body = {
        "owner": owner,
        "name": name,
        "visibility": "private",
        "hardware": hardware,
        "description": safe_text(finetune_name, limit=_NAME_LENGTH) + MADE_BY_US,
    }
    try:
        return as_mapping((await api.post("/v1/models", body, paid=False)).data)
    except Refused as error:
        if error.status != _TAKEN:
            raise
    return as_mapping((await api.get(f"/v1/models/{owner}/{name}")).data)


async def _hardware(api: APIService) -> str:
    """Return the SKU of hardware to name for a model, which must name one."""
    listed = (await api.get("/v1/hardware")).data
    skus = [as_identifier(as_mapping(item).get("sku")) for item in listed] if isinstance(listed, list) else []
    known = [sku for sku in skus if sku]
    if not known:
        raise UnexpectedAnswer("Replicate names no hardware that a model could run on.")
    return _nearest(known)


def _nearest(skus: Sequence[str]) -> str:
    for wanted in _WANTED_HARDWARE:
        found = sorted((sku for sku in skus if wanted in sku), key=len)
        if found:
            return found[0]
    return skus[0]


def finetune_name_in(model: Mapping[str, Any]) -> str | None:
    """Return the name of the finetune that a model was made for here, or None for any other model."""
    description = as_text(model.get("description"))
    if description is None or not description.endswith(MADE_BY_US):
        return None
    return description.removesuffix(MADE_BY_US) or None
