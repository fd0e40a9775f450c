"""A new profile, made of what somebody typed: checked, named, and as it is written to the file."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from pydantic import ValidationError

from fluxtui.domain.errors import InvalidInput, Problem
from fluxtui.providers.registry import provider_hosts
from fluxtui.services.config.checks import checked_profile_name
from fluxtui.services.config.model import Profile
from fluxtui.services.config.problems import problems_of


def made_profile(name: str, values: Mapping[str, Any], taken: Collection[str]) -> Profile:
    """Return a profile of values by key; those that are empty are left to the provider.

    Args:
        name: what it will be called.
        values: of `Profile`, as typed.
        taken: names of the profiles that there are.

    Raises:
        InvalidInput: with every fault, that of the name under `name`. No fault repeats a value.
    """
    problems = _name_problems(name, taken)
    try:
        profile = Profile.model_validate({key: value for key, value in values.items() if value})
    except ValidationError as error:
        problems = (*problems, *problems_of(error, "", {}))
        profile = Profile()
    if problems:
        raise InvalidInput("The profile cannot be made like this.", problems)
    return profile


def _name_problems(name: str, taken: Collection[str]) -> tuple[Problem, ...]:
    try:
        checked_profile_name(name)
    except ValueError as error:
        return (Problem("name", str(error)),)
    return (Problem("name", "is the name of another profile"),) if name in taken else ()


def free_name(provider: str, taken: Collection[str]) -> str:
    """Return a name for a profile that none has yet: the provider's id, or that with a number."""
    number, name = 1, provider
    while name in taken:
        number += 1
        name = f"{provider}-{number}"
    return name


def written(name: str, profile: Profile) -> dict[str, Any]:
    """Return what the file says of a profile, by dotted key: addresses only where they are not the usual."""
    usual = provider_hosts(profile.provider).default_base_url
    said = {
        "provider": profile.provider,
        "base_url": None if profile.base_url == usual else profile.base_url,
        "rest_url": profile.rest_url,
        "platform_url": profile.platform_url,
        "api_key": profile.api_key,
        "api_key_keyring": profile.api_key_keyring or None,
        "api_key_command": profile.api_key_command,
        "huggingface_token": profile.huggingface_token,
        "civitai_token": profile.civitai_token,
    }
    return {f"profiles.{name}.{key}": value for key, value in said.items() if value is not None}
