"""The journal's file, before SQLite has it: made for us alone, or judged whose it is."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from fluxtui.domain.errors import StorageError, UntrustedFile
from fluxtui.domain.text import safe_text
from fluxtui.services.storage.claiming import UNUSED
from fluxtui.services.storage.ownership import Role, finding_in, findings_at, refuse
from fluxtui.system.private_files import open_lasting

Identity = tuple[int, int]
"""Device and number of a file."""

_COMPANIONS = ("-wal", "-shm", "-journal")
_OPEN_FILES = Path("/dev/fd")


def settled(path: Path) -> Identity:
    """Make the journal if it is missing, see that it is ours alone, and return which file it is.

    The file that is open is judged, and not its name. A link to a journal of ours elsewhere is followed,
    since SQLite keeps its log beside the file it leads to; one that leads nowhere is refused.

    Raises:
        UntrustedFile: it, its log or the directory it is linked from is somebody else's, or can be changed
            by others.
        StorageError: it cannot be made or opened.
    """
    real = Path(os.path.realpath(path))
    if path.is_symlink():
        if not real.exists():
            raise StorageError(
                f"The journal {safe_text(path)} is a link that leads nowhere; nothing was made there.",
                next_step="Delete the link, or mend it.",
            )
        refuse(findings_at(real.parent, Role.OWN), UNUSED)
    try:
        # SQLite gives its log the mode of the file, so it is made with the right one before.
        descriptor = open_lasting(real)
    except OSError as error:
        raise StorageError(
            f"The journal {safe_text(path)} cannot be opened: {error.strerror}.",
            next_step="Check that its directory exists and that you may write there.",
        ) from error
    try:
        found = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    if not stat.S_ISREG(found.st_mode):
        raise StorageError(f"The journal {safe_text(path)} is no file, and was left alone.")
    check(found, real)
    return found.st_dev, found.st_ino


def check(found: os.stat_result, path: Path) -> None:
    """Judge the journal by what `fstat` says of it, and the files that SQLite keeps beside it.

    Raises:
        UntrustedFile: one of them is somebody else's, or can be changed by others.
    """
    findings = [finding_in(found, path, Role.OWN)]
    for companion in _COMPANIONS:
        beside = path.with_name(f"{path.name}{companion}")
        try:
            findings.append(finding_in(os.lstat(beside), beside, Role.OWN))
        except FileNotFoundError:
            continue
    refuse([finding for finding in findings if finding is not None], UNUSED)


def check_opened(identity: Identity, path: Path) -> None:
    """See that the file that was judged is the one that SQLite has opened since.

    Raises:
        UntrustedFile: it is not among the files that this process has open.
    """
    try:
        numbers = [int(name) for name in os.listdir(_OPEN_FILES)]
    except OSError:
        # Without a list of what is open there is only the name.
        is_same = identity == _identity(os.stat(path))
    else:
        is_same = any(identity == _identity_of(number) for number in numbers)
    if not is_same:
        raise UntrustedFile(
            f"{safe_text(path)} was exchanged by another program while it was opened: {UNUSED}.",
            next_step="Find out which program does that, then try again.",
        )


def _identity(found: os.stat_result) -> Identity:
    return found.st_dev, found.st_ino


def _identity_of(descriptor: int) -> Identity | None:
    try:
        return _identity(os.fstat(descriptor))
    except OSError:
        # Closed meanwhile, as the list's own.
        return None
