"""The one LoRA out of a tar that nobody vouches for: no path in it is ever used, nothing else is written."""

from __future__ import annotations

import bz2
import gzip
import os
import threading
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from fluxtui.domain.errors import WeightsError
from fluxtui.domain.text import file_size, plural, safe_text
from fluxtui.services.lora.copying import write_all
from fluxtui.services.lora.safetensors import open_weights
from fluxtui.services.lora.tar_entries import DamagedTar, Position, TarEntry, tar_entries
from fluxtui.services.storage.files import check_room, storage_fault
from fluxtui.system.private_files import create_anew

USUAL_NAME = "lora.safetensors"
"""What Replicate's trainer calls its result (ostris/flux-dev-lora-trainer, read 2026-11)."""

_SUFFIX = ".safetensors"
_BLOCK_BYTES = 1 << 20
_OTHER_BYTES = 1_000_000_000
"""How much a packed tar may hold beside the LoRA, such as samples and captions."""

_DAMAGED = (DamagedTar, OSError, EOFError, zlib.error, ValueError)


def extract_weights(
    archive: Path, target: Path, *, max_bytes: int, shown: str = "", stop: threading.Event | None = None
) -> None:
    """Write the LoRA in a tar, plain or packed by gzip or bzip2, to `target`, for the user alone (mode 0600).

    It is the one ordinary file in it whose name ends in `.safetensors`; of several the one that is called
    `lora.safetensors`. Links, devices, hidden files and paths that lead upwards are passed over.

    Args:
        archive: the tar.
        target: a file that exists or not, but no link; it is overwritten, and deleted where this fails.
        max_bytes: the size that the LoRA may have.
        shown: what a message calls the archive; if empty, its name.
        stop: ends the work.

    Raises:
        WeightsError: there is no such file in it, or more than one, or it is too large, or damaged.
        StorageError: `target` cannot be written.
        Stopped: `stop` was set.
    """
    shown = shown or safe_text(archive.name, limit=120)
    with open_weights(archive) as file:
        try:
            with _opened(file, max_bytes, stop) as position:
                chosen = _chosen(tar_entries(position), shown)
                position.finish()
            if chosen.size > max_bytes:
                raise WeightsError(
                    f"The LoRA in {shown} has {file_size(chosen.size)}; "
                    f"at most {file_size(max_bytes)} are taken."
                )
            with _opened(file, max_bytes, stop) as position:
                position.go_to(chosen.start)
                blocks_written(_blocks(position, chosen.size), target, chosen.size)
        except _DAMAGED as error:
            why = f": {error}" if isinstance(error, DamagedTar) else ""
            raise WeightsError(f"{shown} is no whole tar{why}.", next_step="Fetch the file again.") from error


@contextmanager
def _opened(file: BinaryIO, max_bytes: int, stop: threading.Event | None) -> Iterator[Position]:
    file.seek(0)
    start = file.read(3)
    file.seek(0)
    limit = max_bytes + _OTHER_BYTES
    if start.startswith(b"\x1f\x8b"):
        with gzip.open(file) as unpacked:
            yield Position(unpacked, limit, seeks=False, stop=stop)
    elif start == b"BZh":
        with bz2.open(file) as unpacked:
            yield Position(unpacked, limit, seeks=False, stop=stop)
    else:
        yield Position(file, os.fstat(file.fileno()).st_size, seeks=True, stop=stop)


def _chosen(entries: Iterator[TarEntry], shown: str) -> TarEntry:
    files = [entry for entry in entries if entry.is_file and entry.size > 0]
    name = chosen_name([entry.name for entry in files], shown)
    # The same name twice: the later one is what unpacking leaves.
    return next(entry for entry in reversed(files) if entry.name == name)


def chosen_name(names: Sequence[str], shown: str) -> str:
    """Return which of the files in an archive is the LoRA.

    Args:
        names: of its ordinary files that are not empty.
        shown: what a message calls the archive.

    Raises:
        WeightsError: there is none, or more than one.
    """
    found = [name for name in names if _is_candidate(name)]
    chosen = [name for name in found if _parts(name)[-1] == USUAL_NAME] or found
    if len(chosen) == 1:
        return chosen[0]
    if not chosen:
        raise WeightsError(f"There is no LoRA in {shown}: no file in it ends in {_SUFFIX}.")
    told = ", ".join(safe_text(name, limit=60) for name in chosen[:3])
    raise WeightsError(
        f"There are {plural(len(chosen), 'file')} in {shown} that could be the LoRA: {told}"
        f"{' and others' if len(chosen) > 3 else ''}.",
        next_step="Unpack the one you want, and add that.",
    )


def _is_candidate(name: str) -> bool:
    parts = _parts(name)
    return (
        name.endswith(_SUFFIX)
        and not name.startswith("/")
        and ".." not in parts
        and not parts[-1].startswith(".")
    )


def _parts(name: str) -> list[str]:
    return name.replace("\\", "/").split("/")


def _blocks(position: Position, size: int) -> Iterator[bytes]:
    for start in range(0, size, _BLOCK_BYTES):
        yield position.read(min(_BLOCK_BYTES, size - start))


def blocks_written(blocks: Iterator[bytes], target: Path, size: int) -> None:
    """Write blocks, `size` bytes together, to a file for the user alone; where this fails it is deleted.

    Raises:
        StorageError: it cannot be written, or does not fit on the disk.
        Exception: whatever `blocks` raises.
    """
    check_room(target.parent, size)
    try:
        opened = create_anew(target, buffering=0)
    except OSError as error:
        raise storage_fault(error, target, "could not be written") from error
    try:
        with opened as file:
            for block in blocks:
                write_all(file.write, block, target)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
