"""The keyring of the system as a place for keys; asked in a child process, within bounds."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from fluxtui.domain.errors import ConfigError
from fluxtui.domain.text import safe_text
from fluxtui.services.config.checks import checked_key
from fluxtui.system.dataclass import dataclass

SERVICE = "fluxtui"
"""Under this name the keyring shows our keys."""
LOOK_SECONDS = 8.0
"""How long it may take to tell whether there is a keyring."""
ASK_SECONDS = 40.0
"""How long the keyring may take for a key: it can ask its user for a password."""

_NEXT_STEP = "Unlock the keyring and try again, or give the key by a variable, the file or a command."
_REASONS = {
    "none": "no program of this session offers one, as is usual over SSH",
    "unsafe": "what is set up in its place keeps keys in plain text, or does not say that it is safe",
    "locked": "it is locked, and could not be unlocked from here",
    "denied": "it did not permit it",
    "broken": "the Python package keyring does not work here",
    "not kept": "it did not keep what it was given",
    "failed": "it failed",
}


@dataclass(frozen=True)
class KeyringState:
    """Whether there is a keyring that keeps keys safely.

    Attributes:
        name: of the keyring for people, such as `Secret Service`; empty where there is none.
        reason: why it cannot be used, as a part of a sentence; empty where it can.
    """

    name: str
    reason: str

    @property
    def usable(self) -> bool:
        """Whether a key can be kept there, as far as that can be told without asking its user."""
        return not self.reason


def entry_name(profile: str, base_url: str) -> str:
    """Return what the key of a profile is called in the keyring: another server never gets the key of one."""
    return f"{profile} at {urlsplit(base_url).netloc}"


class SystemKeyring:
    """Reads, keeps and deletes keys in the keyring of the system.

    Args:
        environ: variables of the child process; those of this process if None.
        look_seconds: how long it may take to tell whether there is one.
        ask_seconds: how long it may take for a key.
    """

    def __init__(
        self,
        environ: Mapping[str, str] | None = None,
        *,
        look_seconds: float = LOOK_SECONDS,
        ask_seconds: float = ASK_SECONDS,
    ) -> None:
        self._environ = os.environ if environ is None else environ
        self._look_seconds, self._ask_seconds = look_seconds, ask_seconds

    async def state(self) -> KeyringState:
        """Return whether there is a keyring; asks nobody for a password."""
        try:
            answer = await self._asked("state", "", self._look_seconds)
        except ConfigError as error:
            return KeyringState("", error.message.removeprefix(_HEAD).rstrip("."))
        return KeyringState(safe_text(answer.get("name") or "keyring", limit=40), "")

    async def key(self, entry: str) -> SecretStr | None:
        """Return the key of an entry, or None where the keyring has none. Raises `ConfigError`."""
        answer = await self._asked("get", entry, self._ask_seconds)
        if answer["outcome"] == "missing":
            return None
        try:
            return checked_key(str(answer.get("key", "")))
        except ValueError:
            reason = "what it has is no key"
        # Not chained: the first error may hold what it has.
        raise _failure(reason)

    async def keep(self, entry: str, key: SecretStr) -> None:
        """Keep a key under an entry, in the place of any other. Raises `ConfigError`."""
        await self._asked("set", entry, self._ask_seconds, key.get_secret_value().encode())

    async def forget(self, entry: str) -> bool:
        """Delete an entry, and tell whether there was one. Raises `ConfigError`."""
        return bool((await self._asked("delete", entry, self._ask_seconds))["outcome"] == "done")

    async def _asked(
        self, what: str, entry: str, seconds: float, given: bytes | None = None
    ) -> Mapping[str, Any]:
        """Return the answer of the child process. Raises `ConfigError` where it is not what was wished."""
        from fluxtui.services.config.environment import environ_without_keys
        from fluxtui.system.interpreter import module_command, module_environ
        from fluxtui.system.programs import TooMuchOutput, run_program

        words = module_command("fluxtui.system.keyring_child", what, SERVICE, entry)
        try:
            environ = module_environ(environ_without_keys(self._environ))
            run = await run_program(words, seconds=seconds, environ=environ, given=given)
            answer = json.loads(run.output)
            outcome = str(answer["outcome"])
        except TimeoutError:
            raise _failure(
                f"it did not answer within {seconds:g} seconds: it may be waiting for its password in a "
                "window that is not seen here"
            ) from None
        except OSError as error:
            raise _failure(f"it could not be asked: {error.strerror}") from error
        except (TooMuchOutput, ValueError, LookupError, TypeError):
            raise _failure(_REASONS["broken"]) from None
        if outcome not in _REASONS:
            return answer if isinstance(answer, dict) else {}
        kind = safe_text(answer.get("kind", ""), limit=60)
        raise _failure(f"{_REASONS[outcome]}{f' ({kind})' if kind and outcome in _NAMED else ''}")


_HEAD = "The keyring of this system cannot be used: "
_NAMED = frozenset({"broken", "failed"})


def _failure(reason: str) -> ConfigError:
    return ConfigError(f"{_HEAD}{reason}.", next_step=_NEXT_STEP)
