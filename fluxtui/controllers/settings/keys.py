"""Giving a profile its key: it is checked without cost, kept, and what came of that is told in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

from fluxtui.domain.money import show_credits
from fluxtui.providers.base import Account
from fluxtui.services.bundle import Services
from fluxtui.services.config import ConfigService, KeyPlace
from fluxtui.services.profiles import ProfileState


async def give_key(services: Services, name: str, key: SecretStr, place: KeyPlace) -> str:
    """Keep a new key of a profile once its service has taken it, and return what is to be told.

    Raises `FluxError`; the key was not kept then.
    """
    given = await services.profiles.give_key(name, key, place)
    kept = f"{account_text(given.account)} It is kept for {name}."
    parts = (kept, given.left, unused_text(await services.profiles.state(name)))
    return " ".join(part for part in parts if part)


async def add_profile(
    services: Services, name: str, values: Mapping[str, Any], key: SecretStr | None, place: KeyPlace
) -> str:
    """Keep a new profile once its service has taken the key, if there is one; return what is to be told.

    Args:
        services: of the program.
        name: of the profile.
        values: its provider and addresses.
        key: or None for a profile without one.
        place: where the key is kept.

    Raises `FluxError`; nothing was kept then.
    """
    account = await services.profiles.add(name, values, key, place)
    if account is None:
        return f"The profile {name} is kept. It has no key yet: k takes one."
    unused = unused_text(await services.profiles.state(name))
    return f"{account_text(account)} The profile {name} is kept. {unused}".strip()


async def give_first_key(services: Services, provider: str, key: SecretStr, place: KeyPlace) -> str:
    """Keep a key for the profile of a service, which then is the active one; return what is to be told.

    Where there is no profile of the service yet, one is made. Raises `FluxError`; the key was not kept then.
    """
    name, left = profile_of(services.config, provider), ""
    account: Account | None
    if name is not None:
        kept = await services.profiles.give_key(name, key, place)
        account, left = kept.account, kept.left
    else:
        name = services.profiles.free_name(provider)
        account = await services.profiles.add(name, {"provider": provider}, key, place)
    # Said now: the next save finds a file that the program has written.
    left = f"{copy_text(services.config)} {left}".strip()
    config = services.config.config
    if config.profile == name and len(config.profiles) > 1:
        await services.profiles.activate(name)
    return f"{account_text(account)} It is kept. {left}".strip()


def profile_of(config: ConfigService, provider: str) -> str | None:
    """Return the name of a service's profile, the active one before others; None where it has none."""
    profiles = config.config.profiles
    names = (config.config.profile, *profiles)
    return next((name for name in names if profiles[name].provider == provider), None)


def account_text(account: Account | None) -> str:
    """Return what a good key opens: `The key is good: $9.10 left.`"""
    told = []
    if account is not None and account.balance is not None:
        told.append(f"{show_credits(account.balance)} left")
    if account is not None and account.name:
        told.append(f"the account is {account.name}")
    return f"The key is good: {', '.join(told)}." if told else "The key is good."


def copy_text(config: ConfigService) -> str:
    """Return where the last save left what the user wrote by hand, or `''` where it did not copy it."""
    copy = config.copied_to
    return f"What you wrote by hand is in {copy}, without keys." if copy else ""


def present_text(state: ProfileState) -> str:
    """Return which key a profile has, for whoever is about to give it another."""
    if state.key_place is KeyPlace.NONE:
        return "It has no key yet."
    return unused_text(state) or f"It has a key ({state.key_source}); the new one takes its place."


def unused_text(state: ProfileState) -> str:
    """Return that a key of the file is not used, where another comes before it, or `''`."""
    if not state.key_place.comes_before_file:
        return ""
    return f"The key of {state.key_source} comes before one in the file, as long as it is there."
