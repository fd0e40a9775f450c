"""Readable file names for pictures and LoRAs; those of LoRAs hold ASCII only, as services want them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from fluxtui.domain.text import file_slug, slug

_EXTENSION = re.compile(r"[a-z0-9]{1,8}")
# Names that Windows keeps for devices, whatever their extension: the disk may be shared.
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
)


def picture_stem(*, finetune: str | None, endpoint: str, prompt: str, seed: int | None) -> str:
    """Return a file name without extension, from what the picture is: `anna-a-walk-in-the-rain-42`.

    It holds small letters of any script, digits and `-` only, and at most 140 bytes of UTF-8.
    """
    parts = (
        file_slug(finetune or "", 30) or slug(endpoint, 30),
        file_slug(prompt, 50),
        "" if seed is None else slug(str(seed), 20),
    )
    stem = "-".join(part for part in parts if part) or "picture"
    return f"picture-{stem}" if stem in _DEVICES else stem


def export_name(path: str) -> str:
    """Return a plain file name for a picture that is taken elsewhere, from its path in the data directory."""
    name = PurePosixPath(path)
    stem = file_slug(name.stem, 140) or "picture"
    return f"{f'picture-{stem}' if stem in _DEVICES else stem}.{safe_extension(name.suffix)}"


def lora_stem(name: str, sha256: str) -> str:
    """Return a file name without extension for a LoRA: its name and the mark of its content."""
    return f"{slug(name, 60) or 'lora'}-{hash_mark(sha256)}"


def hash_mark(sha256: str) -> str:
    """Return the start of a hash that stands for it in a file name."""
    return sha256[:8]


def safe_extension(extension: str) -> str:
    """Return an extension without its dot, lowercase; `bin` for one that is not plain."""
    plain = extension.lower().removeprefix(".")
    return plain if _EXTENSION.fullmatch(plain) else "bin"


def numbered(path: Path) -> Iterator[Path]:
    """Yield `a.png`, `a-2.png`, `a-3.png` and so on."""
    yield path
    count = 2
    while True:
        yield path.with_name(f"{path.stem}-{count}{path.suffix}")
        count += 1
