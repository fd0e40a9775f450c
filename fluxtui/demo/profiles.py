"""The profiles of a demo: one for each service that its simulator hosts."""

from __future__ import annotations

from fluxtui.demo.simulation import Addresses
from fluxtui.simulator.core.roles import BFL

_PLACES = {
    "fal": {"base_url": "queue", "rest_url": "rest", "platform_url": "platform"},
    "replicate": {"base_url": "api"},
    "runware": {"base_url": "api"},
}
"""Which of a service's addresses, by their roles in the simulator, a profile has under which key."""


def demo_profiles(bfl_name: str, addresses: Addresses) -> dict[str, dict[str, str]]:
    """Return the values of each profile by its name, with the key that this simulator gave for its service.

    Args:
        bfl_name: what the profile for BFL is called; those of the other services have the providers' ids.
        addresses: of the simulator; what it does not host has no profile.
    """
    keys = addresses.keys
    profiles = {bfl_name: {"provider": "bfl", "base_url": addresses.bfl, "api_key": keys[BFL]}}
    for service, places in _PLACES.items():
        urls = addresses.services.get(service, {})
        if set(places.values()) <= urls.keys():
            values = {key: urls[role] for key, role in places.items()}
            profiles[service] = {"provider": service, **values, "api_key": keys[service]}
    return profiles
