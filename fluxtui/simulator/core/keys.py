"""The keys that the simulated services know: those of everybody, or a simulator's own."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, replace
from typing import TypeVar

from fluxtui.simulator.core.state import StateStore

VALID_KEY = "sim-valid"
POOR_KEY = "sim-poor"
FORBIDDEN_KEY = "sim-forbidden"

POOR_CREDITS = 0.5


@dataclass(frozen=True, slots=True)
class AccessKey:
    """One API key: its secret text, the name by which records call it, and what it may do."""

    secret: str
    name: str
    credits: float
    permitted: bool = True
    admin: bool = True
    """Whether it may ask about the account, where a service tells keys apart that way."""


def default_keys(credits_of_valid: float) -> tuple[AccessKey, ...]:
    """Return the three keys of every simulator; `credits_of_valid` is the balance of the valid one."""
    return (
        AccessKey(VALID_KEY, "valid", credits_of_valid),
        AccessKey(POOR_KEY, "poor", POOR_CREDITS),
        AccessKey(FORBIDDEN_KEY, "forbidden", 0.0, permitted=False),
    )


_RECORD, _NAME = "keyring", "secret"
_MARK_LENGTH = 40

Key = TypeVar("Key", bound=AccessKey)


class Keyring:
    """Makes a simulator's own keys of those that anybody can read in the source; or leaves them as they are.

    Own ones live as long as the state: who was given one can go on after a restart.
    """

    def __init__(self, store: StateStore, *, private: bool) -> None:
        """Args:
        store: where the secret is kept.
        private: whether the keys are its own.
        """
        self._secret: bytes | None = None
        if private:
            known = [bytes.fromhex(document["key"]) for document in store.records(_RECORD)]
            self._secret = known[0] if known else secrets.token_bytes(32)
        self.keep(store)

    def keep(self, store: StateStore) -> None:
        """Write the secret into a state that was emptied."""
        if self._secret is not None:
            store.save([(_RECORD, _NAME, {"key": self._secret.hex()})])

    def own(self, public: str) -> str:
        """Return what stands for a public key or secret here."""
        if self._secret is None:
            return public
        return f"{public}-{hmac.new(self._secret, public.encode(), 'sha256').hexdigest()[:_MARK_LENGTH]}"

    def own_keys(self, keys: tuple[Key, ...]) -> tuple[Key, ...]:
        """Return keys with the secrets that they have here."""
        return tuple(replace(key, secret=self.own(key.secret)) for key in keys)

    @property
    def admin_key(self) -> str:
        """What the paths under /simulator want; empty where they want nothing."""
        return "" if self._secret is None else self.own("admin")
