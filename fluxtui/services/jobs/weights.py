"""Fetches the weights of a trained LoRA, checks them completely, and puts them into their place.

What came whole and is no LoRA as it should be was paid for all the same: it is kept as it came.
"""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path, PurePosixPath
from typing import Protocol
from urllib.parse import urlsplit

from fluxtui.api.limits import WEIGHTS_LIMITS
from fluxtui.domain.errors import WeightsError
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.text import safe_text
from fluxtui.domain.weights import Weights
from fluxtui.providers.base import Packing, Progress
from fluxtui.services.jobs.gateway import Gateway
from fluxtui.services.lora import ForeignFile, LoraService, archived, extract_from_archive, keep_unreadable
from fluxtui.services.storage import StorageService
from fluxtui.services.threads import Advance, in_thread, new_file


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
        packing: how the service says that they come; what has come tells it better.
        progress: told of the bytes, done and in all.

    Raises:
        ResultExpired: and other `ServiceError`s, if they cannot be fetched.
        WeightsError: what came is not the complete file of a LoRA; it is kept as it came, and the message
            says where, unless it is only a note in place of the file.
        StorageError: there is no room for them.
    """
    came = await new_file(context.storage.temporary, ".part")
    try:
        api = await context.gateway.api(profile)
        await api.download(
            url, came, limits=WEIGHTS_LIMITS, progress=lambda done, total: progress(done, total or 0)
        )
        try:
            return await _kept(context, profile, finetune, came)
        except WeightsError as error:
            if isinstance(error, ForeignFile) and error.is_note:
                raise
            place = await keep_unreadable(context.storage, came, finetune.name, _extension(url, packing))
            raise WeightsError(
                f"{error.message} It is kept as it came: {place}, in the data directory.",
                next_step=error.next_step,
            ) from error
    finally:
        await asyncio.to_thread(came.unlink, missing_ok=True)


async def _kept(context: Depot, profile: str, finetune: Finetune, came: Path) -> Weights:
    """Put the LoRA in what came to its place. Raises `WeightsError`; then `came` is as it was."""
    shown = f"“{safe_text(finetune.name, limit=80)}” as delivered"
    if not await asyncio.to_thread(archived, came):
        return await context.loras.keep(came, name=finetune.name, source=profile, shown=shown)
    unpacked = await new_file(context.storage.temporary, ".part")

    def unpack(_advance: Advance, stop: threading.Event) -> None:
        extract_from_archive(came, unpacked, max_bytes=WEIGHTS_LIMITS.max_bytes, shown=shown, stop=stop)

    try:
        await in_thread(unpack)
        return await context.loras.keep(unpacked, name=finetune.name, source=profile, shown=shown)
    finally:
        await asyncio.to_thread(unpacked.unlink, missing_ok=True)


def _extension(url: str, packing: Packing) -> str:
    """Return the extension of the file that an address names, or what it should be."""
    told = PurePosixPath(urlsplit(url).path).suffix
    return told or (".tar" if packing is Packing.TAR else ".safetensors")
