"""Whether a program that needs the simulator still lives: it holds a shared lock on a file while it does."""

from __future__ import annotations

from pathlib import Path


def is_unlocked(path: Path) -> bool:
    """Try for an exclusive lock on `path`, giving it back at once. True when it was free or is gone."""
    import fcntl

    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return True
    except BlockingIOError:
        return False
    return True
