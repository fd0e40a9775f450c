"""The variables in which people keep the keys of the services."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fluxtui.services.config import ConfigService, KeyPlace

Configured = Callable[..., ConfigService]
VARIABLES = {"bfl": "BFL_API_KEY", "fal": "FAL_KEY", "replicate": "REPLICATE_API_TOKEN"}


@pytest.mark.parametrize("provider", VARIABLES)
def test_a_variable_alone_makes_a_profile(configured: Configured, provider: str) -> None:
    service = configured(environ={VARIABLES[provider]: "a-key:b"})
    profile = service.load().profiles[provider]
    assert profile.provider == provider
    assert profile.has_key
    assert service.usable_profiles() == (provider,)
    assert service.key_place(provider) is KeyPlace.VARIABLE
    assert VARIABLES[provider] in service.key_source(provider)


def test_each_goes_to_the_profiles_of_its_service_only(configured: Configured) -> None:
    text = '[profiles.a]\nprovider = "fal"\n[profiles.b]\nprovider = "replicate"\n[profiles.c]\n'
    service = configured(text, {"FAL_KEY": "x:y", "REPLICATE_API_TOKEN": "r8_z"})
    keys = {name: profile.api_key for name, profile in service.load().profiles.items()}
    said = {name: key.get_secret_value() if key else None for name, key in keys.items()}
    assert said == {"a": "x:y", "b": "r8_z", "c": None}
