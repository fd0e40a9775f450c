"""The account at a service: its balance, its key, and what was spent from here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import SecretStr

from fluxtui.domain.spending import Period
from fluxtui.system.clock import utc_now
from fluxtui.system.dataclass import dataclass

if TYPE_CHECKING:
    from fluxtui.providers.base import Abilities, Account
    from fluxtui.services.config import Profile
    from fluxtui.services.jobs.gateway import Gateway
    from fluxtui.services.journal import Journal


@dataclass(frozen=True)
class KnownBalance:
    """Credits left at a service, and when it said so."""

    credits: float
    at: datetime


class AccountService:
    """Money and keys of the profiles.

    Args:
        journal: open.
        gateway: gives the service of each profile.
        clock: tells the time, as an aware UTC datetime.
    """

    def __init__(
        self, journal: Journal, gateway: Gateway, *, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._journal = journal
        self._gateway = gateway
        self._clock = clock
        self._known: dict[str, KnownBalance] = {}

    async def balance(self, profile: str) -> float | None:
        """Ask the service for the credits left; None where it does not tell. Raises `ServiceError`."""
        provider = await self._gateway.provider(profile)
        if not provider.abilities.tells_balance:
            return None
        return self._remember(profile, await provider.account()).balance

    def known_balance(self, profile: str) -> KnownBalance | None:
        """Return the balance as it was last told, without asking."""
        return self._known.get(profile)

    async def check_key(self, profile: str, key: SecretStr | None = None) -> Account:
        """Check a key at the service of a profile, without cost, and return what it tells of the account.

        Args:
            profile: whose service is asked.
            key: a key that may not be kept yet; the profile's own where None.

        Raises:
            NotAuthenticated: the service does not accept it.
            ServiceError: the service could not be asked.
        """
        if key is None:
            provider = await self._gateway.provider(profile)
            return self._remember(profile, await provider.check_key())
        async with self._gateway.trial(profile, key) as provider:
            return self._remember(profile, await provider.check_key())

    async def try_key(self, profile: Profile, key: SecretStr) -> Account:
        """Check a key for a profile that is not kept yet; like `check_key`."""
        async with self._gateway.trial(profile, key) as provider:
            return await provider.check_key()

    async def abilities(self, profile: str) -> Abilities:
        """Return what the service of a profile can do at all. Raises `FluxError` if it cannot be used."""
        return (await self._gateway.provider(profile)).abilities

    async def spent_today(self) -> float:
        """Return the credits spent from here since local midnight, in all profiles."""
        return await self._journal.spending.since(Period.DAY.start(self._clock()))

    def _remember(self, profile: str, account: Account) -> Account:
        if account.balance is not None:
            self._known[profile] = KnownBalance(account.balance, self._clock())
        return account
