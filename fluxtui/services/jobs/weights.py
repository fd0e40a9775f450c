"""Fetches the weights of a trained LoRA, checks them completely, and puts them into their place."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Protocol

from fluxtui.api.limits import WEIGHTS_LIMITS
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.weights import Weights
from fluxtui.providers.base import Packing, Progress
from fluxtui.services.jobs.gateway import Gateway
from fluxtui.services.lora import LoraService, extract_weights
from fluxtui.services.storage import StorageService
from fluxtui.services.threads import new_file


class Depot(Protocol):
    """What fetching weights needs; the context of the jobs is one."""

    @property
    def storage(self) -> StorageService:
        """Where files are kept."""
        ...

    @property
    def gateway(self) -> Gateway:
        """Gives the downloads of a profile."""
        ...

    @property
    def loras(self) -> LoraService:
        """Checks and keeps LoRAs."""
        ...


async def fetch_weights(
    context: Depot, profile: str, finetune: Finetune, url: str, packing: Packing, progress: Progress
) -> Weights:
    """Return the weights of a finetune once their file is in its place in the data directory.

    Args:
        context: where they are kept.
        profile: whose connection fetches them, without the key.
        finetune: names the file.
        url: where they are; never logged or shown.
        packing: how they come.
        progress: told of the bytes, done and in all.

    Raises:
        ResultExpired: and other `ServiceError`s, if they cannot be fetched.
        WeightsError: what came is not the complete file of a LoRA.
        StorageError: there is no room for them.
    """
    storage = context.storage
    came = await new_file(storage.temporary, ".part")
    unpacked: Path | None = None
    try:
        api = await context.gateway.api(profile)
        await api.download(
            url, came, limits=WEIGHTS_LIMITS, progress=lambda done, total: progress(done, total or 0)
        )
        kept = came
        if packing is Packing.TAR:
            unpacked = kept = await new_file(storage.temporary, ".part")
            await asyncio.to_thread(extract_weights, came, unpacked, max_bytes=WEIGHTS_LIMITS.max_bytes)
        return await context.loras.keep(kept, name=finetune.name, source=profile)
    finally:
        for path in (came, unpacked):
            if path is not None:
                await asyncio.to_thread(path.unlink, missing_ok=True)
