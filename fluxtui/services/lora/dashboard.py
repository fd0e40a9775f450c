"""What leads a LoRA into BFL's dashboard, which has no other way in.

Facts: BFL's page on LoRA inference with FLUX.2, read 2026-11.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Collection
from pathlib import Path

from fluxtui.domain.errors import WeightsError
from fluxtui.domain.text import safe_text
from fluxtui.domain.weights import Base, Weights, dashboard_name
from fluxtui.services.lora.copying import has_content
from fluxtui.services.storage.files import (
    check_room,
    move_to_new_name,
    storage_fault,
    sync_directory,
    sync_file,
)
from fluxtui.system.dataclass import dataclass
from fluxtui.system.private_files import new_temporary

ADDRESS = "https://dashboard.bfl.ai"
ACCEPTED = (Base.KLEIN_4B, Base.KLEIN_9B)
"""Models for which the dashboard takes LoRAs."""

_NO_LINK = frozenset({errno.EPERM, errno.EACCES, errno.EXDEV, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})


@dataclass(frozen=True)
class DashboardFile:
    """A LoRA that is ready for BFL's dashboard.

    Attributes:
        path: the file to upload.
        name: what it is to be called there; its id for generating.
        base: the model to choose there.
        steps: what is left to do, in order, as sentences.
    """

    path: Path
    name: str
    base: Base
    steps: tuple[str, ...]


def accepted_base(weights: Weights) -> Base:
    """Return the model of a LoRA that the dashboard takes. Raises `WeightsError` for any other."""
    if weights.base in ACCEPTED:
        return weights.base
    shown = safe_text(Path(weights.path).name, limit=120)
    takes = " and ".join(base.title for base in ACCEPTED)
    if weights.base is None:
        raise WeightsError(
            f"{shown} does not show which model it was trained on. "
            f"BFL's dashboard takes LoRAs for {takes} only.",
            next_step="Generate with it at the service or with the program that trained it.",
        )
    raise WeightsError(
        f"{shown} is a LoRA for {weights.base.title}. BFL's dashboard takes LoRAs for {takes} only.",
        next_step=f"Generate with it at a service that serves {weights.base.title} with LoRAs, such as "
        f"fal.ai, or train your pictures again on {Base.KLEIN_9B.title}.",
    )


def exported(
    source: Path, weights: Weights, folder: Path, name: str, taken: Collection[str], *, link: bool
) -> Path:
    """Put a LoRA into a folder under a name for the dashboard, and return where it is.

    The name is `name` or as near to it as can be. Never another file is replaced; one with the same content
    is used again.

    Args:
        source: the file in the data directory.
        weights: what it is.
        folder: exists.
        name: that it should have.
        taken: names that LoRAs have already in the dashboard.
        link: make a hard link where the disk has them. What is done to the one file is done to both.

    Raises:
        StorageError: it could not be written there.
    """
    unusable = set(taken)
    while True:
        target = folder / f"{dashboard_name(name, unusable)}.safetensors"
        if not os.path.lexists(target):
            if _put(source, target, weights.size, link=link):
                return target
        elif has_content(target, weights.size, weights.sha256):
            return target
        else:
            unusable.add(target.stem)


def steps_for(path: Path, name: str, base: Base) -> tuple[str, ...]:
    """Return what the user does with an exported LoRA, as sentences."""
    other = next(model for model in ACCEPTED if model is not base)
    return (
        f"Open {ADDRESS} in a browser, go to Customization, then Finetunes, and choose Add Finetune.",
        f"Choose the base model {base.title}, or a variant of it such as Base: the LoRA can be used with the "
        "endpoint of what you choose there, and with no other.",
        f"Give it the name {name}, and its trigger word if it has one.",
        f"Upload the file {safe_text(path)}.",
        f"Then add it to your finetunes in FluxTUI by the name {name}. It works with the endpoints of "
        f"{base.title} that take a LoRA; {other.title} cannot load it.",
    )


def _put(source: Path, target: Path, size: int, *, link: bool) -> bool:
    """Bring a file to a new name; return False if that name is taken meanwhile."""
    try:
        if link:
            try:
                os.link(source, target, follow_symlinks=False)
                return True
            except FileExistsError:
                return False
            except OSError as error:
                if error.errno not in _NO_LINK:
                    raise
        return _copy(source, target, size)
    except OSError as error:
        raise storage_fault(error, target, "could not be written") from error


def _copy(source: Path, target: Path, size: int) -> bool:
    check_room(target.parent, size)
    temporary = new_temporary(target.parent, prefix=".fluxtui-", suffix=".tmp")
    try:
        shutil.copyfile(source, temporary)
        sync_file(temporary)
        if not move_to_new_name(temporary, target):
            return False
        sync_directory(target.parent)
    finally:
        temporary.unlink(missing_ok=True)
    return True
