"""A data directory made ours: what others could have put there is refused, what is only loose is closed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from fluxtui.domain.text import safe_text
from fluxtui.services.storage.files import make_private_directory, storage_fault
from fluxtui.services.storage.ownership import (
    Finding,
    OwnershipFault,
    Role,
    Us,
    finding_in,
    findings_on_way,
    refuse,
    we,
)
from fluxtui.system.dataclass import dataclass
from fluxtui.system.private_files import knows_owners, set_mode

UNUSED = "nothing of it was read, run or sent"
"""What is said of a place that was refused."""

_DECIDING = frozenset(
    {"config.toml", "inputs", "datasets", "loras", "pictures", "trash", "wildcards", "workspaces"}
)
"""What of a data directory, or of the demo's in it, decides what is sent or is shown as the user's own."""

_OURS = _DECIDING | {
    *("demo", "sample-dataset", "simulator", "log", "tmp", "cache", "export", "sheets", "unreadable"),
    *("collector.lock", "config.toml.bak", *(f"fluxtui.log{end}" for end in ("", ".1", ".2", ".3"))),
}
"""All names right below a data directory that holds no journal (yet), or the log."""

_JOURNAL = "journal"
_JOURNAL_FILE = "journal.sqlite3"
_DEMO = "demo"


@dataclass(frozen=True)
class Inspection:
    """What is found of a data directory, with nothing changed.

    Attributes:
        refused: for what it must not be used.
        loose: what is ours and open to others, the directory itself first; nothing of others is in it.
        is_certain: False where its file system keeps no owners and permissions, so that nothing can be told.
    """

    refused: tuple[Finding, ...]
    loose: tuple[Path, ...] = ()
    is_certain: bool = True


def claim(root: Path) -> tuple[str, ...]:
    """Make a data directory if it is missing, and see that it is ours alone before anything in it is used.

    One that an older version left open to others, and in which everything is ours, is closed to them; a
    directory that is not known as one of this program is refused and never changed.

    Args:
        root: the data directory, absolute.

    Returns:
        A sentence if it was closed.

    Raises:
        UntrustedFile: it, or what is in it, is somebody else's, or others could have changed what decides
            what is sent.
        StorageError: it cannot be made or looked through.
    """
    refuse(findings_on_way(root), UNUSED)
    make_private_directory(root)
    try:
        found = inspected(root)
        refuse(found.refused, UNUSED)
        if not found.loose:
            return ()
        _close(root, found.loose)
    except OSError as error:
        raise storage_fault(error, root, "cannot be used") from error
    told = f"Closed to others on this machine, since all in it is yours: {safe_text(root)}"
    return (told,)


def _close(root: Path, loose: tuple[Path, ...]) -> None:
    before = stat.S_IMODE(root.stat().st_mode)
    for path in loose:
        set_mode(path, 0o700 if path.is_dir() else 0o600)
    late = inspected(root, thorough=True).refused
    if late:
        # As it was, so that the next start looks through all of it again.
        set_mode(root, before)
    refuse(late, UNUSED)


def inspected(root: Path, us: Us | None = None, *, thorough: bool = False) -> Inspection:
    """Look whose a data directory is, and the way to it; it need not exist.

    Args:
        root: the data directory.
        us: who we are; this process if None.
        thorough: whether to look at everything in it. Else only it and what is right below is looked at,
            and the rest where one of these is open to others: then somebody could have put something there.

    Raises:
        OSError: it cannot be looked through.
    """
    us = us or we()
    on_way = findings_on_way(root, us)
    real = Path(os.path.realpath(root))
    if not real.exists():
        return Inspection(on_way)
    findings = _findings((real, *sorted(real.iterdir())), us)
    if findings and not knows_owners(real):
        return Inspection(on_way, is_certain=False)
    if thorough or any(finding.fault is not OwnershipFault.FOREIGN for finding in findings):
        findings = _findings((real, *_below(real)), us)
    foreign = [finding for finding in findings if finding.fault is OwnershipFault.FOREIGN]
    loose = [finding for finding in findings if finding.fault is not OwnershipFault.FOREIGN]
    deciding = [finding for finding in loose if _decides(finding.path, real)]
    if not _is_data_directory(real) or any(finding.is_shared for finding in loose):
        # Not ours to close: /tmp, a home or whatever else was named.
        return Inspection((*on_way, *foreign, *loose))
    return Inspection((*on_way, *foreign, *deciding), tuple(finding.path for finding in loose))


def _is_data_directory(root: Path) -> bool:
    """Whether a directory is one that this program has made or filled, or an empty one."""
    names = {path.name for path in root.iterdir()}
    return _JOURNAL_FILE in names or names <= _OURS


def _findings(paths: tuple[Path, ...], us: Us) -> list[Finding]:
    found = []
    for path in paths:
        # What root has left there is harmless; the directory and the journal have to be ours.
        role = Role.OWN if path == paths[0] or path.name.startswith(_JOURNAL) else Role.GIVEN
        try:
            found.append(finding_in(os.lstat(path), path, role, us, is_certain=True))
        except FileNotFoundError:
            # Another program has taken it away.
            continue
    return [finding for finding in found if finding is not None]


def _below(root: Path) -> Iterator[Path]:
    for directory, folders, files in os.walk(root):
        yield from (Path(directory, name) for name in (*folders, *files))


def _decides(path: Path, root: Path) -> bool:
    """Whether something is a file that decides what is sent, so that it matters who changed it."""
    if path.is_dir():
        return False
    parts = path.relative_to(root).parts
    first = parts[1] if parts[0] == _DEMO and len(parts) > 1 else parts[0]
    return first in _DECIDING or first.startswith(_JOURNAL)
