"""Links in a folder of training pictures that lead out of it: which are followed, and why.

Caches and annexes keep files elsewhere and fill folders with links. A folder from somebody else can also hold
links to what is nobody's business, and a caption is sent as it is read. So a link is followed to what is a
picture by its first bytes; to other files only where such pictures are kept.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from fluxtui.domain.errors import DatasetError
from fluxtui.imaging.kinds import kind_of
from fluxtui.services.datasets.sources import read_head
from fluxtui.system.dataclass import dataclass

OUTSIDE = "is a link that leads out of the folder; not followed"
_LEAST_DEPTH = 3
"""Parts of a path that a store has at least: no disk and no home directory is one."""


@dataclass(frozen=True)
class Followed:
    """Links that lead out of a folder.

    Attributes:
        targets: where those lead that are followed, by the names of the links.
        refused: the names of the others, with the reason.
        store: the folder in which the targets are, None where they have none in common.
    """

    targets: Mapping[str, Path]
    refused: Mapping[str, str]
    store: Path | None


def followed(links: Iterable[tuple[str, Path]]) -> Followed:
    """Return which links, by name and path, are followed. Asks the disk."""
    refused: dict[str, str] = {}
    targets: dict[str, Path] = {}
    for name, path in links:
        try:
            target = path.resolve(strict=True)
        except (OSError, RuntimeError):
            refused[name] = "is a link to nothing that is there"
            continue
        if target.is_file():
            targets[name] = target
        else:
            refused[name] = "is a link that leads out of the folder, to no file; not followed"
    pictures = {name for name, target in targets.items() if _is_picture(target)}
    store = _store(targets[name].parent for name in pictures)
    for name in sorted(targets.keys() - pictures):
        if store is None or not targets[name].is_relative_to(store):
            del targets[name]
            refused[name] = OUTSIDE
    return Followed(targets, refused, store)


def _is_picture(path: Path) -> bool:
    try:
        return bool(kind_of(read_head(path)))
    except DatasetError:
        return False


def _store(folders: Iterable[Path]) -> Path | None:
    """Return the folder that all have in common, if it is deep enough to be only for them."""
    found = sorted(set(folders))
    if not found:
        return None
    common = Path(os.path.commonpath(found))
    is_deep = len(common.parts) >= _LEAST_DEPTH
    return common if is_deep and not _home().is_relative_to(common) else None


def _home() -> Path:
    return Path(os.path.realpath(os.path.expanduser("~")))
