"""One detached collector for each data directory is enough: it holds a lock on a file there."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from fluxtui.services.storage.files import make_private_directory, storage_fault
from fluxtui.system.private_files import open_lasting

LOCK_NAME = "collector.lock"


class SoleLock:
    """The lock of the detached collector; the system gives it back whenever its process ends.

    Args:
        data_dir: where the journal is; made if it does not exist.

    Raises:
        StorageError: the file cannot be made.
    """

    def __init__(self, data_dir: Path) -> None:
        make_private_directory(data_dir)
        path = data_dir / LOCK_NAME
        try:
            self._descriptor = open_lasting(path)
        except OSError as error:
            raise storage_fault(error, path, "cannot be written") from error

    def take(self) -> bool:
        """Take the lock; False while another process has it."""
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def give_back(self) -> None:
        """Let another process take the lock."""
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._descriptor)
