"""Watches what the program asks the system for while it reads a file that nobody vouches for."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_STARTS = frozenset({"subprocess.Popen", "os.exec", "os.posix_spawn", "os.spawn", "os.system", "os.fork"})
_NETWORK = frozenset({"socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto"})
_CODE = frozenset({"pickle.find_class", "marshal.loads", "ctypes.dlopen"})
_CHANGES = frozenset(
    {
        *("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.chmod", "os.chown"),
        *("os.truncate", "os.utime", "os.mkfifo", "shutil.rmtree", "shutil.move", "shutil.copyfile"),
    }
)
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Watch:
    """Notes what must not happen: programs, connections, code out of files, changes outside of folders.

    Args:
        allowed: folders in which files may be made, changed and deleted.
        secrets: files that nothing may open.
    """

    def __init__(self, allowed: tuple[Path, ...], secrets: tuple[Path, ...] = ()) -> None:
        self._allowed = tuple(os.path.realpath(path) for path in allowed)
        self._secrets = frozenset(os.path.realpath(path) for path in secrets)
        self._is_on = False
        self.faults: list[str] = []

    def install(self) -> None:
        """Have the interpreter tell everything from here on; it cannot be taken back."""
        sys.addaudithook(self.noted)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Note what happens within; `faults` has it afterwards."""
        self.faults = []
        self._is_on = True
        try:
            yield
        finally:
            self._is_on = False

    def noted(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Take one event of the interpreter."""
        if not self._is_on:
            return
        if event in _STARTS or event in _NETWORK:
            self._tell(event, arguments)
        elif event == "open":
            self._opened(*arguments)
        elif event in _CODE and not _imports():
            self._tell(event, arguments)
        elif event in _CHANGES:
            self._changed(event, arguments)

    def _opened(self, path: Any, mode: Any, flags: Any) -> None:
        if not isinstance(path, str | bytes | os.PathLike):
            return
        real = os.path.realpath(os.fsdecode(path))
        writes = any(sign in mode for sign in "wax+") if isinstance(mode, str) else bool(flags & _WRITES)
        if real in self._secrets or (writes and not self._is_allowed(real)):
            self._tell("open", (real, mode))

    def _changed(self, event: str, arguments: tuple[Any, ...]) -> None:
        paths = [one for one in arguments if isinstance(one, str | bytes | os.PathLike)]
        # What a link is to lead to is no file that is changed.
        touched = paths[1:] if event == "os.symlink" else paths
        folders = (os.path.realpath(os.path.dirname(os.fsdecode(path))) for path in touched)
        names = (os.path.basename(os.fsdecode(path)) for path in touched)
        if not all(map(self._is_allowed, map(os.path.join, folders, names))):
            self._tell(event, arguments)

    def _is_allowed(self, real: str) -> bool:
        return any(real == folder or real.startswith(f"{folder}{os.sep}") for folder in self._allowed)

    def _tell(self, event: str, arguments: tuple[Any, ...]) -> None:
        self.faults.append(f"{event} {arguments!r}"[:300])


def _imports() -> bool:
    """Tell whether a module is being imported, which reads code as well."""
    frame = sys._getframe(1)
    while frame.f_back is not None:
        frame = frame.f_back
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
    return False
