"""The profiles as the user sees and changes them: their keys, their queues, new ones, deleting."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

from fluxtui.domain.errors import ConfigError, FluxError, InvalidInput
from fluxtui.domain.jobs import JobState
from fluxtui.domain.text import plural
from fluxtui.providers.base import Account
from fluxtui.providers.registry import provider_hosts
from fluxtui.services.account import AccountService
from fluxtui.services.config import ConfigService, KeyPlace, Profile
from fluxtui.services.config.making import free_name, made_profile, written
from fluxtui.services.jobs import JobService, QueueState
from fluxtui.services.journal import Journal
from fluxtui.system.dataclass import dataclass


@dataclass(frozen=True)
class ProfileState:
    """A profile as it stands.

    Attributes:
        name: of the profile.
        profile: its service, addresses and key.
        title: the name of its service for people.
        key_place: what kind of place its key comes from.
        key_source: that place in words, or `none`.
        queue: what flies and waits for it.
    """

    name: str
    profile: Profile
    title: str
    key_place: KeyPlace
    key_source: str
    queue: QueueState


@dataclass(frozen=True)
class KeptKey:
    """A key that was kept: what its service told of the account, and what of the old one is left, or `''`."""

    account: Account
    left: str = ""


@dataclass(frozen=True)
class Leftovers:
    """What stays here of a profile that is deleted: how many finetunes, and jobs that are in doubt."""

    finetunes: int
    in_doubt: int


class ProfileService:
    """Reads and changes the profiles of the configuration. What is typed is checked before it is kept.

    Args:
        config: where the profiles are.
        journal: open.
        jobs: knows the queues.
        account: asks the services.
    """

    def __init__(
        self, config: ConfigService, journal: Journal, jobs: JobService, account: AccountService
    ) -> None:
        self._config = config
        self._journal = journal
        self._jobs = jobs
        self._account = account

    async def all(self) -> tuple[ProfileState, ...]:
        """Return how all profiles stand, in the order of the file. Raises `StorageError`."""
        names = tuple(self._config.config.profiles)
        return tuple([await self.state(name) for name in names])

    async def state(self, name: str) -> ProfileState:
        """Return how a profile stands. Raises `StorageError`."""
        profile = self._config.config.profiles[name]
        return ProfileState(
            name,
            profile,
            provider_hosts(profile.provider).title,
            self._config.key_place(name),
            self._config.key_source(name),
            await self._jobs.queue_state(name),
        )

    def free_name(self, provider: str) -> str:
        """Return a name that a new profile of a provider can have."""
        return free_name(provider, self._config.config.profiles)

    async def add(
        self,
        name: str,
        values: Mapping[str, Any],
        key: SecretStr | None,
        place: KeyPlace = KeyPlace.FILE,
    ) -> Account | None:
        """Make a profile, with a key that is checked first without cost, or without one.

        Args:
            name: what it is called.
            values: `provider` and addresses, as typed; what is empty is left to the provider.
            key: not kept yet.
            place: the file or the keyring.

        Returns:
            What the service tells of the account; None where there was no key to ask with.

        Raises:
            InvalidInput: with every fault of name and values; the service was not asked.
            NotAuthenticated: the service does not accept the key. Nothing was kept then.
            ServiceError: the service could not be asked. Nothing was kept then either.
            ConfigError: the file cannot be changed like this, or the keyring not be used.
            StorageError: the file cannot be written.
        """
        profile = made_profile(name, values, self._config.config.profiles)
        account = None if key is None else await self._account.try_key(profile, key)
        if key is not None and place is KeyPlace.KEYRING:
            kept = profile.model_copy(update={"api_key_keyring": True})
            await self._save_with_keyring(name, profile, key, written(name, kept))
            return account
        await self._save(written(name, profile.model_copy(update={"api_key": key})))
        return account

    async def give_key(self, name: str, key: SecretStr, place: KeyPlace = KeyPlace.FILE) -> KeptKey:
        """Check a key without cost and keep it for a profile, in the file or the keyring; the other loses it.

        Raises like `add`.
        """
        profile = self._config.config.profiles[name]
        account = await self._account.check_key(name, key)
        if place is KeyPlace.KEYRING:
            await self._save_with_keyring(name, profile, key, _key_changes(name, key_in_keyring=True))
            return KeptKey(account)
        await self._save(_key_changes(name, key))
        return KeptKey(account, await self._forgotten(name, profile))

    async def remove_key(self, name: str) -> str:
        """Take the key of a profile out of file and keyring, and return what of it is left, or `''`.

        Raises:
            InvalidInput: neither has one.
            StorageError: the file cannot be written.
        """
        if self._config.key_place(name) not in {KeyPlace.FILE, KeyPlace.KEYRING}:
            source = self._config.key_source(name)
            where = "There is none" if source == "none" else f"It comes from {source}"
            raise InvalidInput(f"The key of {name} cannot be removed here. {where}.")
        profile = self._config.config.profiles[name]
        await self._save(_key_changes(name))
        return await self._forgotten(name, profile)

    async def activate(self, name: str) -> None:
        """Make a profile the active one. Raises `InvalidInput` where it has no key, and like `add`."""
        if not self._config.config.profiles[name].has_key:
            raise InvalidInput(f"The profile {name} has no key, so it cannot be the active one.")
        await self._save({"profile": name})
        if self._config.config.profile != name:
            raise FluxError(
                f"The file says now that {name} is active, but this run was told another profile "
                "by the command line or a variable."
            )

    async def leftovers(self, name: str) -> Leftovers:
        """Return what would stay of a profile.

        Raises:
            InvalidInput: it cannot be deleted: it has active jobs, is not in the file, or is the only one.
        """
        active = [job for job in await self._journal.jobs.active() if job.profile == name]
        if active:
            raise InvalidInput(
                f"The profile {name} has {plural(len(active), 'job')} not finished, so it is not deleted.",
                next_step="Let them end, or take them back in F6 Jobs.",
            )
        kept = self._config.kept_profiles()
        if name not in kept:
            maker = "the program itself"
            if self._config.key_place(name) is KeyPlace.VARIABLE:
                maker = self._config.key_source(name)
            raise InvalidInput(f"The profile {name} is not in the file: {maker} makes it.")
        if kept == {name}:
            raise InvalidInput(f"The profile {name} is the only one in the file, so it stays.")
        doubtful = await self._journal.jobs.in_states({JobState.IN_DOUBT})
        return Leftovers(
            finetunes=len(await self._journal.finetunes.all(name)),
            in_doubt=sum(job.profile == name for job in doubtful),
        )

    async def delete(self, name: str) -> str:
        """Take a profile out of the file, its key with it; jobs, finetunes and pictures stay.

        Returns what of its key is left, or `''`. Raises like `leftovers` and `add`.
        """
        await self.leftovers(name)
        profile = self._config.config.profiles[name]
        await self._save({f"profiles.{name}": None})
        await self._jobs.resume(name)
        return await self._forgotten(name, profile)

    async def _forgotten(self, name: str, profile: Profile) -> str:
        """Delete the key of a profile, as it was, from the keyring; return why it is left there, or `''`."""
        if not profile.api_key_keyring:
            return ""
        try:
            await self._config.forget_in_keyring(name, profile)
        except ConfigError as error:
            return f"The old key is still in the keyring. {error.message}"
        return ""

    async def _save_with_keyring(
        self, name: str, profile: Profile, key: SecretStr, changes: Mapping[str, Any]
    ) -> None:
        """Put a key into the keyring and say so in the file; where that cannot be said, take it out again."""
        await self._config.keep_in_keyring(name, profile, key)
        try:
            await self._save(changes)
        except FluxError:
            if not profile.api_key_keyring:
                await self._config.forget_in_keyring(name, profile)
            raise

    async def _save(self, changes: Mapping[str, Any]) -> None:
        await asyncio.to_thread(self._config.save, changes)


def _key_changes(name: str, key: SecretStr | None = None, *, key_in_keyring: bool = False) -> dict[str, Any]:
    return {
        f"profiles.{name}.api_key": key,
        f"profiles.{name}.api_key_keyring": True if key_in_keyring else None,
    }
