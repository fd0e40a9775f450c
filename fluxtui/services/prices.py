"""What the services charge: asked once a day where they tell it, else our own dated tables."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from fluxtui.domain.money import UnitPrice, as_unit_price
from fluxtui.domain.prices import Prices
from fluxtui.system.clock import utc_now

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from fluxtui.services.jobs.gateway import Gateway
    from fluxtui.services.journal import Journal

_log = logging.getLogger(__name__)

FRESH = timedelta(hours=24)
"""For how long prices that a service told are not asked for again."""

_NOTE = "prices: "


@cache
def _reader() -> TypeAdapter[dict[str, UnitPrice]]:
    from pydantic import TypeAdapter

    return TypeAdapter(dict[str, UnitPrice])


class PriceService:
    """Knows what the services charge. What was told is kept in the journal for the next start.

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
        self._prices = Prices()
        self._is_loaded = False

    async def known(self) -> Prices:
        """Return what was told so far, also before the last start. Raises `StorageError`."""
        if not self._is_loaded:
            self._is_loaded = True
            for provider_id, note in (await self._journal.notes.beginning(_NOTE)).items():
                self._prices = self._prices.with_told(provider_id, _read(note))
        return self._prices

    async def refresh(self, profile: str, *, at_once: bool = False) -> Prices:
        """Ask the service of a profile what it charges, unless it was asked lately, and return all prices.

        Args:
            profile: whose service is asked.
            at_once: ask however fresh the known ones are.

        Raises:
            ServiceError: it could not be asked; what is known stays.
        """
        known = await self.known()
        provider = await self._gateway.provider(profile)
        note = await self._journal.notes.get(_NOTE + provider.id, None)
        if not at_once and self._is_fresh(note):
            return known
        told = await provider.prices()
        if told:
            await self._journal.notes.set(_NOTE + provider.id, self._note(told))
            self._prices = known.with_told(provider.id, told)
        return self._prices

    def _note(self, told: Mapping[str, UnitPrice]) -> dict[str, Any]:
        return {"at": self._clock().isoformat(), "prices": _reader().dump_python(dict(told), mode="json")}

    def _is_fresh(self, note: Any) -> bool:
        try:
            return self._clock() - datetime.fromisoformat(note["at"]) < FRESH
        except (KeyError, TypeError, ValueError):
            return False


def _read(note: Any) -> Mapping[str, UnitPrice]:
    try:
        kept = _reader().validate_python(note["prices"])
    except (KeyError, TypeError, ValidationError):
        _log.warning("what the journal holds of prices is not understood")
        return {}
    return {name: price for name, price in kept.items() if as_unit_price(price.usd) is not None}
