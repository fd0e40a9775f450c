"""Prices that services told themselves, as far as they are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from fluxtui.domain.money import UnitPrice
from fluxtui.system.dataclass import dataclass

if TYPE_CHECKING:
    from fluxtui.domain.endpoint import Endpoint


@dataclass(frozen=True)
class Prices:
    """What services charge for a unit, by provider and endpoint; immutable, new prices are a new value."""

    by_endpoint: Mapping[tuple[str, str], UnitPrice] = field(default_factory=dict)

    def of(self, provider_id: str, endpoint: type[Endpoint]) -> UnitPrice | None:
        """Return what the service told of an endpoint, or None where only our own table is known."""
        return self.by_endpoint.get((provider_id, endpoint.info.id))

    def with_told(self, provider_id: str, told: Mapping[str, UnitPrice]) -> Prices:
        """Return these prices with those that a service has told now."""
        return Prices({**self.by_endpoint, **{(provider_id, name): price for name, price in told.items()}})
