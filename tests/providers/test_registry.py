from __future__ import annotations

import pytest

from fluxtui.api.options import KeyPolicy
from fluxtui.api.service import APIService
from fluxtui.domain.errors import InvalidInput
from fluxtui.providers.registry import create_provider, provider_hosts, provider_ids


@pytest.mark.parametrize("provider_id", provider_ids())
def test_every_provider_can_be_made(provider_id: str) -> None:
    hosts = provider_hosts(provider_id)
    api = APIService(hosts.default_base_url, None, KeyPolicy(trusted_hosts=hosts.trusted_hosts))
    provider = create_provider(provider_id, api)
    assert provider.id == provider_id
    assert provider.generation_endpoints()
    assert hosts.default_base_url.startswith("https://")
    assert hosts.key_variable.isupper()


def test_unknown_providers_are_told() -> None:
    with pytest.raises(InvalidInput, match="bfl"):
        provider_hosts("nobody")
    with pytest.raises(InvalidInput, match="nobody"):
        create_provider("nobody", APIService("https://api.bfl.ai", None))
