"""The versions that trainings have made, as finetunes. Source: Replicate HTTP API reference, read 2026-11.

Replicate lists no private models: which ones there are follows from the trainings of the account.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from fluxtui.api.service import APIService
from fluxtui.domain.errors import NotFound
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.weights import Base
from fluxtui.providers.reading import (
    as_flag,
    as_identifier,
    as_mapping,
    as_moment,
    as_number,
    as_text,
    as_whole,
)
from fluxtui.providers.replicate.catalogue import TRAINERS
from fluxtui.providers.replicate.destinations import finetune_name_in
from fluxtui.providers.replicate.lists import TRAININGS, listed
from fluxtui.providers.replicate.names import Reference, reference, unknown_finetune
from fluxtui.providers.replicate.statuses import SUCCEEDED
from fluxtui.providers.replicate.training import told_steps

_AT_ONCE = 6


async def trained_versions(
    api: APIService, *, cut: Callable[[], None] | None = None
) -> dict[str, Mapping[str, Any]]:
    """Return the trainings that made a version, by that version as `owner/name:version`, newest first.

    Versions that were deleted since are among them. `cut` is called where there are more trainings than are
    read. Raises `ServiceError`.
    """
    made: dict[str, Mapping[str, Any]] = {}
    async for training in listed(api, TRAININGS, cut=cut):
        named = reference(str(as_mapping(training.get("output")).get("version") or ""))
        if training.get("status") != SUCCEEDED or as_identifier(training.get("model")) not in TRAINERS:
            continue
        if named is not None and named.version is not None:
            made.setdefault(str(named), training)
    return made


async def still_there(api: APIService, versions: Mapping[str, Any]) -> tuple[str, ...]:
    """Return those of some versions, in their order, that their models still have.

    Where a model has more than are read, none of its versions counts as gone. Raises `ServiceError`.
    """
    models = dict.fromkeys(version.partition(":")[0] for version in versions)
    room = asyncio.Semaphore(_AT_ONCE)
    unread: set[str] = set()

    async def ids_in(model: str) -> list[str]:
        async with room:
            path = f"/v1/models/{model}/versions"
            try:
                return [
                    f"{model}:{as_identifier(version.get('id'))}"
                    async for version in listed(api, path, cut=lambda: unread.add(model))
                ]
            except NotFound:
                return []

    found = {version for ids in await asyncio.gather(*map(ids_in, models)) for version in ids}
    return tuple(version for version in versions if version in found or version.partition(":")[0] in unread)


async def finetune_at(api: APIService, named: Reference, training: Mapping[str, Any]) -> Finetune:
    """Return what Replicate knows of a version, or of a model's newest one; the `profile` is left empty.

    Args:
        api: of the profile.
        named: the model, with or without a version.
        training: that made it, or an empty object.

    Raises:
        NotFound: there is no such model or version.
    """
    try:
        model = as_mapping((await api.get(f"/v1/models/{named.model}")).data)
        version = as_mapping((await api.get(named.path)).data) if named.version else _newest(model, named)
    except NotFound:
        raise unknown_finetune(str(named)) from None
    given = as_mapping(training.get("input"))
    return Finetune(
        profile="",
        id=str(named),
        name=finetune_name_in(model) or named.model.partition("/")[2],
        trigger_word=as_text(given.get("trigger_word"), limit=200),
        finetune_type="lora" if training else None,
        lora_rank=as_whole(given.get("lora_rank")),
        iterations=as_whole(told_steps(given)),
        learning_rate=as_number(given.get("learning_rate")),
        captioning=as_flag(given.get("autocaption")),
        created_at=as_moment(version.get("created_at")),
        base=Base.FLUX1_DEV if training or finetune_name_in(model) else None,
        endpoint=as_identifier(training.get("model")),
        raw=_kept(model),
    )


def _newest(model: Mapping[str, Any], named: Reference) -> Mapping[str, Any]:
    newest = as_mapping(model.get("latest_version"))
    if not newest:
        raise NotFound(f"The model {named.model} at Replicate has no version yet.")
    return newest


def _kept(model: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: as_text(model.get(name)) for name in ("owner", "name", "description", "visibility")}
    return {name: value for name, value in told.items() if value is not None}
