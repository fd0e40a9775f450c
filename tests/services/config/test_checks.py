"""Values that look right and are put into the wrong place."""

from __future__ import annotations

import pytest

from fluxtui.services.config.checks import checked_key


@pytest.mark.parametrize("text", ["https://api.replicate.com", " https://fal.ai/dashboard/keys\n"])
def test_an_address_is_no_key(text: str) -> None:
    with pytest.raises(ValueError, match="not an address"):
        checked_key(text)


@pytest.mark.parametrize("key", ["sim-id:sim-valid", "r8_0123456789", "a/b+c==", "0a1b:c//d"])
def test_signs_that_keys_have_are_taken(key: str) -> None:
    assert checked_key(f" {key}\n").get_secret_value() == key
