"""A file that is written step by step, and has its name only once it is whole."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from fluxtui.services.storage.files import make_private_directory, move_to_new_name, sync_directory
from fluxtui.system.private_files import open_temporary


class Emerging:
    """A temporary file beside its target, for the user alone; `with` deletes it if it was not kept.

    Args:
        target: the name it is to have; directories that are missing are made.

    Attributes:
        file: open for writing.

    Raises:
        StorageError: the directory cannot be made.
        OSError: no file can be made there.
    """

    def __init__(self, target: Path) -> None:
        make_private_directory(target.parent)
        self.target = target
        self.file, self.path = open_temporary(target.parent, prefix=".", suffix=".part")

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Delete what was not kept."""
        self.discard()

    def keep(self, *, replace: bool = False) -> bool:
        """Give the file its name once its content is on the disk, or `target` as it is now.

        Args:
            replace: whether a file of that name may be replaced.

        Returns:
            False if the name is taken and not to be replaced; another `target` can be tried.

        Raises:
            OSError: it could not be written or moved.
        """
        if not self.file.closed:
            self.file.flush()
            os.fsync(self.file.fileno())
            self.file.close()
        if replace:
            self.path.replace(self.target)
        elif not move_to_new_name(self.path, self.target):
            return False
        sync_directory(self.target.parent)
        return True

    def discard(self) -> None:
        """Delete the file if it was not kept."""
        with contextlib.suppress(OSError):
            self.file.close()
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)
