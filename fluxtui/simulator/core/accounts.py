"""Who asks, and what is left on the account."""

from __future__ import annotations

from dataclasses import dataclass

from fluxtui.simulator.core import answers
from fluxtui.simulator.core.keys import AccessKey


@dataclass(slots=True)
class Account:
    """One key and its balance in credits."""

    key: AccessKey
    credits: float

    @property
    def name(self) -> str:
        """The name by which records call the account; never the key itself."""
        return self.key.name

    def covers(self, cost: float) -> bool:
        """Say whether the balance suffices for `cost` credits."""
        return cost <= self.credits

    def give_back(self, cost: float) -> None:
        """Add `cost` credits that were charged for nothing."""
        self.credits = round(self.credits + cost, 6)

    def charge(self, cost: float) -> None:
        """Take `cost` credits. Raises AnswerError (402) when the balance does not cover it."""
        if not self.covers(cost):
            raise answers.out_of_credits()
        self.credits = round(self.credits - cost, 6)


class Accounts:
    """All accounts of one simulator."""

    def __init__(self, keys: tuple[AccessKey, ...]) -> None:
        self._keys = keys
        self._by_secret: dict[str, Account] = {}
        self.restart()

    def restart(self) -> None:
        """Give every account its first balance."""
        self._by_secret = {key.secret: Account(key, key.credits) for key in self._keys}

    def restore(self, balances: dict[str, float]) -> None:
        """Set the balances saved by an earlier run, by account name."""
        for account in self._by_secret.values():
            account.credits = balances.get(account.name, account.credits)

    def balances(self) -> dict[str, float]:
        """Return the credits of each account by its name."""
        return {account.name: account.credits for account in self._by_secret.values()}

    def named(self, name: str) -> Account:
        """Return the account that records call `name`. Raises KeyError."""
        return {account.name: account for account in self._by_secret.values()}[name]

    def with_secret(self, secret: str) -> Account | None:
        """Return the account of a key, or None for an unknown one."""
        return self._by_secret.get(secret)

    def authenticated(self, secret: str | None) -> Account:
        """Return the account of a key. Raises AnswerError (403) for an unknown or powerless one."""
        account = self._by_secret.get(secret or "")
        if account is None:
            raise answers.not_authenticated()
        if not account.key.permitted:
            raise answers.not_permitted()
        return account
