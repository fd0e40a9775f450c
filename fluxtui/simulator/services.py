"""The one list of the services that a simulator hosts beside BFL."""

from __future__ import annotations

from fluxtui.simulator.core.hosting import Foundation, HostedService
from fluxtui.simulator.fal.service import FalService
from fluxtui.simulator.replicate.hosted import HostedReplicate


def hosted_services(shared: Foundation) -> list[HostedService]:
    """Build every hosted service on the `shared` foundation, in the order of their ports."""
    return [FalService(shared), HostedReplicate(shared)]
