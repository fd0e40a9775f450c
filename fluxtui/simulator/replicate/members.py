"""Who asks, how often they did, and what is left of what they paid in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fluxtui.simulator.core.accounts import Accounts
from fluxtui.simulator.replicate import problems
from fluxtui.simulator.replicate.keys import MemberKey
from fluxtui.simulator.replicate.limits import Limits

_SCHEMES = ("bearer", "token")


@dataclass(frozen=True, slots=True)
class Member:
    """One account: its key and its count of requests."""

    key: MemberKey
    limits: Limits

    @property
    def name(self) -> str:
        """The name by which records call the account; never the key itself."""
        return self.key.name

    @property
    def username(self) -> str:
        """The first part of the names of its models."""
        return self.key.username

    def owns(self, username: str) -> bool:
        """Say whether models whose names begin so are its own."""
        return username in (self.key.username, self.key.former_username)


class Members(Accounts):
    """The accounts of one simulated Replicate, which bills when a job ends.

    `used` tells what an account's jobs have cost by now, in credits; the accounts themselves hold what was
    paid in.
    """

    def __init__(self, keys: tuple[MemberKey, ...], used: Callable[[str], float]) -> None:
        self._members = keys
        self._used = used
        self._by_key: dict[str, Member] = {}
        super().__init__(keys)

    def restart(self) -> None:
        """Begin anew with the first balances and full limits."""
        super().restart()
        self._by_key = {key.secret: Member(key, Limits(few_creates=key.few_creates)) for key in self._members}

    def paid_in(self) -> dict[str, float]:
        """Return what was paid in, by account name."""
        return super().balances()

    def restore_paid_in(self, paid_in: dict[str, float]) -> None:
        """Set what `paid_in` gave in an earlier run."""
        super().restore(paid_in)

    def balances(self) -> dict[str, float]:
        """Return what is left to each account, by its name."""
        return {name: round(paid - self._used(name), 6) for name, paid in self.paid_in().items()}

    def restore(self, balances: dict[str, float]) -> None:
        """Give accounts another balance, by name."""
        self.restore_paid_in({name: left + self._used(name) for name, left in balances.items()})

    def member(self, header: str | None) -> Member:
        """Return the account of an `Authorization` header. Raises ProblemError (401)."""
        scheme, _, secret = (header or "").partition(" ")
        member = self._by_key.get(secret.strip())
        if member is None or scheme.lower() not in _SCHEMES:
            raise problems.unauthenticated()
        return member
