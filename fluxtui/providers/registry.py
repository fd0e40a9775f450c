"""The providers there are, by the id that a profile names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fluxtui.domain.errors import InvalidInput

if TYPE_CHECKING:
    from fluxtui.api.service import APIService
    from fluxtui.providers.base import Provider


@dataclass(frozen=True)
class ProviderHosts:
    """Where a provider is and how it is told the key.

    Attributes:
        default_base_url: for a profile that names none.
        trusted_hosts: hosts, or domains with a leading dot, that may get the key besides the base URL's.
        key_header: the header that carries the key.
        key_variable: the environment variable in which people keep it.
    """

    default_base_url: str
    trusted_hosts: tuple[str, ...]
    key_header: str
    key_variable: str


_HOSTS = {
    # Source: BFL API reference, read 2026-10.
    "bfl": ProviderHosts("https://api.bfl.ai", (".bfl.ai",), "x-key", "BFL_API_KEY"),
}

PROVIDERS: tuple[str, ...] = tuple(_HOSTS)
"""Ids of all providers."""


def provider_hosts(provider_id: str) -> ProviderHosts:
    """Return where a provider is. Raises `InvalidInput` for an unknown one."""
    if provider_id not in _HOSTS:
        raise InvalidInput(f"There is no provider {provider_id!r}; there is {', '.join(PROVIDERS)}.")
    return _HOSTS[provider_id]


def create_provider(provider_id: str, api: APIService) -> Provider:
    """Return a provider that speaks through `api`. Raises `InvalidInput` for an unknown one."""
    provider_hosts(provider_id)
    # Imported here because the descriptions of all endpoints take time, and a start does not need them.
    from fluxtui.providers.bfl.provider import BFLProvider

    return BFLProvider(api)
