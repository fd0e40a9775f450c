"""What a door is given: a few files, links and pipes, written into a folder of their own."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path


class Kind(Enum):
    """What an item is on the disk."""

    FILE = auto()
    LINK = auto()
    PIPE = auto()


@dataclass(frozen=True)
class Item:
    """One of them: its path below the folder, in bytes, and its content, or where a link leads."""

    name: bytes
    content: bytes = b""
    kind: Kind = Kind.FILE


Sample = tuple[Item, ...]
Cases = Mapping[str, Callable[[], Sample]]
"""Named samples; they are made when they are needed, as some are large."""


def one_file(name: str, content: bytes) -> Sample:
    """Return a sample of a single file."""
    return (Item(os.fsencode(name), content),)


def written(sample: Sample, folder: Path) -> None:
    """Write a sample into a folder; what the disk does not take is not in it."""
    top = os.fsencode(folder)
    for item in sample:
        parts = [part for part in item.name.split(b"/") if part not in {b"", b".", b".."}]
        if not parts or b"\0" in item.name:
            continue
        path = os.path.join(top, *parts)
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            _write(item, path)
        except (FileExistsError, IsADirectoryError, NotADirectoryError):
            continue
        except OSError as error:
            # Names that are too long or in letters that the disk does not know.
            if len(path) < 200 and item.name.isascii():
                raise error


def _write(item: Item, path: bytes) -> None:
    if item.kind is Kind.LINK:
        os.symlink(item.content, path)
    elif item.kind is Kind.PIPE:
        os.mkfifo(path)
    else:
        # Never through a link or into a pipe that an item before it has put there.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with open(descriptor, "wb") as file:
            file.write(item.content)
