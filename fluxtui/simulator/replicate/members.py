"""Who asks, how often they did, and what is left of what they paid in."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from fluxtui.simulator.core.accounts import Accounts
from fluxtui.simulator.replicate import problems
from fluxtui.simulator.replicate.keys import MemberKey

CREATES_PER_MINUTE, OTHERS_PER_MINUTE, FEW_CREATES_PER_MINUTE = 600, 3000, 6
_WINDOW_SECONDS = 60.0


@dataclass(slots=True)
class _Window:
    limit: int
    began: float
    used: int = 0


class Limits:
    """Counts the requests of one account."""

    def __init__(self, *, few_creates: bool) -> None:
        self._few_creates = few_creates
        self._windows: dict[str, _Window] = {}
        self._next_create = -math.inf

    def count(self, kind: str, now: float) -> dict[str, str]:
        """Count a request of `kind` "create" or "other" at `now`; return the headers that tell what is left.

        Raises ProblemError (429), without the wait in its body, when nothing is left.
        """
        window = self._windows.get(kind)
        if window is None or now >= window.began + _WINDOW_SECONDS:
            limit = CREATES_PER_MINUTE if kind == "create" else OTHERS_PER_MINUTE
            window = self._windows[kind] = _Window(limit, now)
        reset = max(1, math.ceil(window.began + _WINDOW_SECONDS - now))
        if window.used >= window.limit:
            raise problems.throttled(reset, told=False)
        window.used += 1
        return {"ratelimit-remaining": str(window.limit - window.used), "ratelimit-reset": str(reset)}

    def check_create(self, now: float) -> None:
        """Let paid work through. Raises ProblemError (429), with the wait in its body, for few credits."""
        if not self._few_creates:
            return
        if now < self._next_create:
            raise problems.throttled(max(1, math.ceil(self._next_create - now)), told=True)
        self._next_create = now + _WINDOW_SECONDS / FEW_CREATES_PER_MINUTE


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
