"""Compares all endpoints of a provider with what its service publishes."""

from __future__ import annotations

from collections.abc import Mapping

from fluxtui.domain.endpoint import Endpoint
from fluxtui.providers.base import Provider
from fluxtui.providers.published import PublishedEndpoint, stored_endpoints
from fluxtui.services.drift.accepted import reason_for
from fluxtui.services.drift.comparison import Difference, Kind, differences
from fluxtui.system.dataclass import dataclass


@dataclass(frozen=True)
class DriftReport:
    """What was compared and what differs.

    Attributes:
        compared: endpoints of which something is published, each with where that was read.
        found: differences that nobody has accepted.
        accepted: those that are meant, each with its reason.
    """

    compared: Mapping[str, PublishedEndpoint]
    found: tuple[Difference, ...]
    accepted: tuple[tuple[Difference, str], ...]


class DriftService:
    """Tells where the program and a service have drifted apart."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def stored(self) -> DriftReport:
        """Compare with the published files that came with the program; needs no network."""
        return self._report(stored_endpoints(self._provider.id))

    async def live(self) -> DriftReport:
        """Compare with what the service publishes today; costs nothing. Raises `ServiceError`s only."""
        return self._report(await self._provider.published([each.info.id for each in self._endpoints()]))

    def _endpoints(self) -> tuple[type[Endpoint], ...]:
        return (*self._provider.generation_endpoints(), *self._provider.training_endpoints())

    def _report(self, published: Mapping[str, PublishedEndpoint]) -> DriftReport:
        found: list[Difference] = []
        accepted: list[tuple[Difference, str]] = []
        for endpoint in self._endpoints():
            for difference in self._of(endpoint, published.get(endpoint.info.id)):
                reason = reason_for(self._provider.id, difference)
                if reason is None:
                    found.append(difference)
                else:
                    accepted.append((difference, reason))
        names = {endpoint.info.id for endpoint in self._endpoints()}
        return DriftReport(
            {name: each for name, each in published.items() if name in names}, tuple(found), tuple(accepted)
        )

    def _of(self, endpoint: type[Endpoint], published: PublishedEndpoint | None) -> tuple[Difference, ...]:
        if published is None:
            return (
                Difference(endpoint.info.id, "", Kind.UNPUBLISHED, "nothing is published to compare with"),
            )
        return differences(endpoint, published, self._provider.example_body)
