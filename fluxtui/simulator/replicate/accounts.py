"""Who asks, and how often they did."""

from __future__ import annotations

from fluxtui.simulator.replicate import problems
from fluxtui.simulator.replicate.keys import AccessKey
from fluxtui.simulator.replicate.limits import Limits

_SCHEMES = ("bearer", "token")


class Account:
    """One key's account. `granted` is what was paid in, in credits; the jobs say what was used of it."""

    def __init__(self, key: AccessKey) -> None:
        self.key = key
        self.granted = key.credits
        self.limits = Limits(few_creates=key.few_creates)

    @property
    def name(self) -> str:
        """The name by which records call the account; never the key itself."""
        return self.key.name

    @property
    def username(self) -> str:
        """The first part of the names of its models."""
        return self.key.username


class Accounts:
    """All accounts of one simulated Replicate."""

    def __init__(self, keys: tuple[AccessKey, ...]) -> None:
        self._keys = keys
        self._by_secret: dict[str, Account] = {}
        self.restart()

    def restart(self) -> None:
        """Begin anew with the first balances and full limits."""
        self._by_secret = {key.secret: Account(key) for key in self._keys}

    def named(self, name: str) -> Account:
        """Return the account that records call `name`. Raises KeyError."""
        return {account.name: account for account in self._by_secret.values()}[name]

    def granted(self) -> dict[str, float]:
        """Return what was paid in, by account name."""
        return {account.name: account.granted for account in self._by_secret.values()}

    def restore(self, granted: dict[str, float]) -> None:
        """Set what `granted` gave in an earlier run."""
        for account in self._by_secret.values():
            account.granted = granted.get(account.name, account.granted)

    def authenticated(self, header: str | None) -> Account:
        """Return the account of an `Authorization` header. Raises ProblemError (401)."""
        scheme, _, secret = (header or "").partition(" ")
        account = self._by_secret.get(secret.strip())
        if account is None or scheme.lower() not in _SCHEMES:
            raise problems.unauthenticated()
        return account
