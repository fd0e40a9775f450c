"""A delivery that is no LoRA as it should be, kept as it came, since it was paid for."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

from fluxtui.services.lora.copying import has_content
from fluxtui.services.storage import StorageService
from fluxtui.services.storage.files import make_private_directory, storage_fault
from fluxtui.services.storage.names import lora_stem, safe_extension
from fluxtui.system.ordinary_files import open_ordinary

FOLDER = "unreadable"
"""Where such files are, below the data directory."""

_BLOCK_BYTES = 4 << 20


async def keep_unreadable(storage: StorageService, part: Path, name: str, extension: str) -> str:
    """Move a finished download to a place for good and return that, relative to the data directory.

    The same content under the same name is kept once, so that fetching it again takes no more room.

    Args:
        storage: prepared.
        part: a temporary file of the data directory; it is gone afterwards.
        name: of the finetune, for people.
        extension: that the file should have; `bin` is taken for one that is not plain.

    Raises:
        StorageError: it could not be moved.
    """
    return await asyncio.to_thread(_kept, storage, part, name, extension)


def _kept(storage: StorageService, part: Path, name: str, extension: str) -> str:
    digest = hashlib.sha256()
    try:
        size = part.stat().st_size
        with open_ordinary(part) as file:
            while block := file.read(_BLOCK_BYTES):
                digest.update(block)
    except OSError as error:
        raise storage_fault(error, part, "could not be read") from error
    sha256 = digest.hexdigest()
    plain = extension.lower().removeprefix(".")
    kind = plain if plain == "safetensors" else safe_extension(plain)
    place = storage.inside(Path(FOLDER, f"{lora_stem(name, sha256)}.{kind}"))
    if has_content(place, size, sha256):
        part.unlink(missing_ok=True)
        return storage.relative(place)
    make_private_directory(place.parent)
    return storage.relative(storage.keep(part, place))
