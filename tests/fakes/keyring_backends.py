"""Back-ends of the package keyring for tests, chosen by PYTHON_KEYRING_BACKEND; each behaves in one way.

They run in the program's child process. What they keep is in the file that FAKE_KEYRING names.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import InitError, KeyringLocked


class Working(KeyringBackend):
    """Keeps all in a file."""

    priority = 5.0

    def _read(self) -> dict[str, str]:
        path = Path(os.environ["FAKE_KEYRING"])
        kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        return kept

    def _write(self, kept: dict[str, str]) -> None:
        Path(os.environ["FAKE_KEYRING"]).write_text(json.dumps(kept))

    def get_password(self, service: str, username: str) -> str | None:
        """Return what is kept."""
        print("a back-end may print anything")
        return self._read().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep it, and note how the program was called."""
        self._write({**self._read(), f"{service}/{username}": password, "words": " ".join(sys.argv)})

    def delete_password(self, service: str, username: str) -> None:
        """Forget it."""
        self._write({name: key for name, key in self._read().items() if name != f"{service}/{username}"})


class Locked(Working):
    """Is locked, and says so with a key in its words."""

    def get_password(self, service: str, username: str) -> str | None:
        """Refuse."""
        raise KeyringLocked("Failed to unlock the collection! bfl_LockedKey12345")

    set_password = delete_password = get_password  # type: ignore[assignment]


class Denied(Locked):
    """Was denied by whoever was asked."""

    def get_password(self, service: str, username: str) -> str | None:
        """Refuse."""
        raise InitError("Prompt dismissed.")

    set_password = delete_password = get_password


class Broken(Working):
    """Fails in a way of its own."""

    def get_password(self, service: str, username: str) -> str | None:
        """Fail."""
        raise ZeroDivisionError("bfl_BrokenKey12345")

    set_password = delete_password = get_password  # type: ignore[assignment]


class Forgetful(Working):
    """Takes everything and keeps nothing."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep nothing."""


class Slow(Working):
    """Waits for somebody who never comes."""

    def get_password(self, service: str, username: str) -> str | None:
        """Tell that it waits, and wait."""
        Path(os.environ["FAKE_KEYRING"]).write_text(str(os.getpid()))
        while True:
            os.read(os.pipe()[0], 1)


class Flooding(Working):
    """Has far more than a key."""

    def get_password(self, service: str, username: str) -> str | None:
        """Return it."""
        return "x" * 1_000_000


class Counting(Working):
    """Has one key for everything, and notes how often it was asked."""

    def get_password(self, service: str, username: str) -> str | None:
        """Note it."""
        with Path(os.environ["FAKE_KEYRING"]).open("a") as file:
            file.write("x")
        return "bfl_KeyringKey12345"


class PlaintextKeyring(Working):
    """Says in its name that it is not safe."""


class Unrecommended(Working):
    """Is no back-end that the package recommends."""

    priority = 0.5
