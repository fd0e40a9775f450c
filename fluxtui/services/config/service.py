"""Reads and writes the configuration."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError

from fluxtui.domain.errors import ConfigError, Problem
from fluxtui.domain.text import plural, safe_text
from fluxtui.services.config.checks import command_words
from fluxtui.services.config.copies import copy_of, remove_left_temporaries, without_keys_of
from fluxtui.services.config.keyring import SystemKeyring, entry_name
from fluxtui.services.config.layers import COMMAND_LINE, Layers, merge, plain, remove_value, set_value
from fluxtui.services.config.model import DEFAULT_PROFILE, Config, Profile
from fluxtui.services.config.reading import parse, permission_warning, read_text
from fluxtui.services.storage.files import make_private_directory, write_atomic
from fluxtui.services.storage.ownership import Role, findings_at, refuse
from fluxtui.services.typed_paths import homeless
from fluxtui.system.directories import default_config_path

_KEYRING = "the keyring"
"""Stands before the name of an entry where a command has its words."""


class KeyPlace(Enum):
    """Where a key can come from: what this run was told, a variable, the file, the keyring, a command."""

    RUN = "run"
    VARIABLE = "variable"
    FILE = "file"
    KEYRING = "keyring"
    COMMAND = "command"
    NONE = "none"

    @property
    def comes_before_file(self) -> bool:
        """Whether a key from here is used in place of one in the file."""
        return self in {KeyPlace.RUN, KeyPlace.VARIABLE}


class ConfigService:
    """The configuration of one run of the program.

    Args:
        path: the file; from FLUXTUI_CONFIG, else where the platform wants it, if None. It need not exist.
        environ: the variables; those of the process if None.
        overrides: values by dotted key that come before all others and are never written to the file.
        first_profile: the active profile where nothing says another; the usual rule where None.
        keyring: that of the system; it is asked only for profiles that say so.

    Attributes:
        copied_to: where the last `save` kept what was written by hand, without keys; None where it did not.
    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        environ: Mapping[str, str] | None = None,
        overrides: Mapping[str, Any] | None = None,
        first_profile: str | None = None,
        keyring: SystemKeyring | None = None,
    ) -> None:
        self._environ = os.environ if environ is None else environ
        self._overrides = dict(overrides or {})
        self._first_profile = first_profile
        named = path or self._environ.get("FLUXTUI_CONFIG") or default_config_path()
        path = Path(os.path.expanduser(named))
        if reason := homeless(path):
            raise ConfigError(f"{safe_text(path, limit=200)} {reason}.", next_step="Name another file.")
        self.path = path.absolute()
        self.warnings: tuple[str, ...] = ()
        self._config: Config | None = None
        self._layers = Layers({})
        self._asked: dict[tuple[str, ...], SecretStr] = {}
        self._asking = asyncio.Lock()
        self._seen: dict[str, SecretStr] = {}
        self.keyring = keyring or SystemKeyring()
        self.copied_to: Path | None = None

    @property
    def config(self) -> Config:
        """The configuration, read when first asked for. Raises `ConfigError` like `load`."""
        return self.load() if self._config is None else self._config

    def load(self) -> Config:
        """Read the file and the environment.

        Raises:
            ConfigError: with every fault found; what was loaded before stays in force.
        """
        remove_left_temporaries(self._real_path())
        text = read_text(self.path)
        return self._adopt(*self._evaluate(text, parse(text, self.path)))

    def reload(self) -> Config:
        """Read everything again, and forget keys that commands gave. Raises `ConfigError` like `load`."""
        config = self.load()
        self._asked.clear()
        return config

    def save(self, changes: Mapping[str, Any]) -> Config:
        """Change values in the file, by dotted key, and return the configuration that follows.

        None removes a value, so that its default holds again; a profile that goes is no longer the chosen
        one. The file is written anew for the user alone; comments in it are lost, so a file that was
        written by hand is first copied, without keys, to one with `.bak` added to its name.

        Raises:
            ConfigError: the result would not be valid; nothing was written.
            StorageError: the file could not be written.
        """
        import tomli_w

        text = read_text(self.path)
        tree = parse(text, self.path)
        written = tomli_w.dumps(tree)
        if any(key.startswith("profiles.") for key in changes) and DEFAULT_PROFILE in self.config.profiles:
            # The profile that is there without a file must not go because another comes.
            tree.setdefault("profiles", {DEFAULT_PROFILE: {}})
        for key, value in changes.items():
            if value is None:
                remove_value(tree, key)
            elif not set_value(tree, key, plain(value)):
                raise ConfigError(f"{safe_text(key, limit=120)} cannot be set: a part of it is no table.")
        if changes.get(f"profiles.{tree.get('profile')}", tree) is None:
            del tree["profile"]
        if tree.get("profiles") == {}:
            del tree["profiles"]
        result = self._evaluate(text, tree)
        self._write(text, tomli_w.dumps(tree), by_hand=text != written)
        return self._adopt(*result)

    def active(self) -> tuple[str, Profile]:
        """Return the active profile and its name."""
        return self.config.profile, self.config.profiles[self.config.profile]

    def usable_profiles(self) -> tuple[str, ...]:
        """Return the names of the profiles that have a key, wherever it is; the active one first."""
        usable = [name for name, profile in self.config.profiles.items() if profile.has_key]
        return tuple(sorted(usable, key=lambda name: name != self.config.profile))

    def kept_profiles(self) -> frozenset[str]:
        """Return the names of the profiles that have a table in the file."""
        return self._layers.kept

    async def key(self, profile_name: str | None = None) -> SecretStr | None:
        """Return the key of a profile, of the active one if None, or None where there is none.

        The keyring and a command are asked once, until `reload`. A keyring without the key leads on to the
        command, one that cannot be asked does not.

        Raises:
            ConfigError: there is no such profile, the keyring cannot be used, or the command gave no key.
        """
        name = profile_name or self.config.profile
        profile = self._profile(name)
        if profile.api_key is not None:
            return profile.api_key
        key = await self._key_in_keyring(name, profile) if profile.api_key_keyring else None
        if key is not None or profile.api_key_command is None:
            return key
        words = command_words(profile.api_key_command)
        if words not in self._asked:
            from fluxtui.services.config.command import key_from_command

            self._asked[words] = await key_from_command(words)
            self.remember(self._asked[words])
        return self._asked[words]

    async def keep_in_keyring(self, name: str, profile: Profile, key: SecretStr) -> None:
        """Put the key of a profile, in the file or not yet, into the keyring. Raises `ConfigError`."""
        entry = entry_name(name, profile.base_url)
        await self.keyring.keep(entry, key)
        self.remember(key)
        self._asked[_KEYRING, entry] = key

    async def forget_in_keyring(self, name: str, profile: Profile) -> None:
        """Delete the key of a profile from the keyring, if it is there. Raises `ConfigError`."""
        entry = entry_name(name, profile.base_url)
        self._asked.pop((_KEYRING, entry), None)
        await self.keyring.forget(entry)

    def remember(self, key: SecretStr) -> None:
        """Keep a key in mind as one that is told nowhere, also when it is kept or valid no more."""
        self._seen[key.get_secret_value()] = key

    def known_keys(self) -> tuple[SecretStr, ...]:
        """Return every key that this run has known, of whatever profile, so that it is told nowhere."""
        return tuple(self._seen.values())

    def key_source(self, profile_name: str | None = None) -> str:
        """Return where the key of a profile comes from, in words, or `none`."""
        name = profile_name or self.config.profile
        place = self.key_place(name)
        if place is KeyPlace.VARIABLE:
            return f"the variable {self._layers.places[f'profiles.{name}.api_key']}"
        if place is KeyPlace.FILE:
            return f"the file {safe_text(self.path)}"
        if place is KeyPlace.KEYRING:
            return "the keyring of this system"
        command = self._profile(name).api_key_command
        if place is KeyPlace.COMMAND and command is not None:
            return f"the command {safe_text(command_words(command)[0], limit=60)}"
        return "this run of the program" if place is KeyPlace.RUN else "none"

    def key_place(self, profile_name: str) -> KeyPlace:
        """Return what kind of place the key of a profile comes from."""
        profile = self._profile(profile_name)
        if profile.api_key is None and profile.api_key_keyring:
            return KeyPlace.KEYRING
        if profile.api_key is None:
            return KeyPlace.NONE if profile.api_key_command is None else KeyPlace.COMMAND
        given_by = self._layers.places.get(f"profiles.{profile_name}.api_key")
        if given_by is None:
            return KeyPlace.FILE
        return KeyPlace.RUN if given_by == COMMAND_LINE else KeyPlace.VARIABLE

    def _profile(self, name: str | None) -> Profile:
        profile = self.config.profiles.get(name or self.config.profile)
        if profile is None:
            raise ConfigError(f"There is no profile called {safe_text(name, limit=60)}.")
        return profile

    async def _key_in_keyring(self, name: str, profile: Profile) -> SecretStr | None:
        entry = entry_name(name, profile.base_url)
        # Two questions at once would be two windows that ask for a password.
        async with self._asking:
            if (_KEYRING, entry) not in self._asked:
                key = await self.keyring.key(entry)
                if key is None:
                    return None
                self.remember(key)
                self._asked[_KEYRING, entry] = key
            return self._asked[_KEYRING, entry]

    def _evaluate(self, text: str, tree: Mapping[str, Any]) -> tuple[Config, Layers]:
        layers = merge(tree, self._environ, self._overrides, self._first_profile)
        config, problems = _validated(layers, text)
        if config is None:
            raise ConfigError(
                f"The configuration {safe_text(self.path)} has {plural(len(problems), 'fault')}.", problems
            )
        return _with_usable_profile(config, layers), layers

    def _adopt(self, config: Config, layers: Layers) -> Config:
        warning = permission_warning(self.path)
        self.warnings = (*((warning,) if warning else ()), *layers.warnings)
        self._config, self._layers = config, layers
        for profile in config.profiles.values():
            for secret in (profile.api_key, *profile.tokens.values()):
                if secret is not None:
                    self.remember(secret)
        return config

    def _real_path(self) -> Path:
        # Of links that lead to each other, reading tells; `Path.resolve` raises RuntimeError for them.
        return Path(os.path.realpath(self.path))

    def _write(self, old_text: str, new_text: str, *, by_hand: bool) -> None:
        # A link, as those who keep their configuration elsewhere use, stays a link.
        target = self._real_path()
        make_private_directory(target.parent)
        refuse(findings_at(target.parent, Role.GIVEN), "nothing was written there")
        remove_left_temporaries(target)
        known, copy = self.known_keys(), copy_of(target)
        if by_hand:
            write_atomic(copy, without_keys_of(old_text, known).encode())
        elif copy.exists():
            _clean_copy(copy, known)
        self.copied_to = copy if by_hand else None
        write_atomic(target, new_text.encode())


def _clean_copy(copy: Path, known: tuple[SecretStr, ...]) -> None:
    """Take keys out of a copy that an earlier version made."""
    try:
        text = read_text(copy)
    except ConfigError:
        return
    clean = without_keys_of(text, known)
    if clean != text:
        write_atomic(copy, clean.encode())


def _with_usable_profile(config: Config, layers: Layers) -> Config:
    """Make a profile with a key the active one where the active one has none.

    Not where the command line or a variable chose the active one, or says something about it: that is meant.
    """
    active = config.profile
    meant = layers.is_given("profile") or layers.is_given(f"profiles.{active}")
    if config.profiles[active].has_key or meant:
        return config
    usable = next((name for name, profile in config.profiles.items() if profile.has_key), active)
    return config.model_copy(update={"profile": usable})


def _validated(layers: Layers, text: str) -> tuple[Config | None, tuple[Problem, ...]]:
    try:
        config = Config.model_validate(layers.tree)
    except ValidationError as error:
        from fluxtui.services.config.problems import problems_of

        return None, problems_of(error, text, layers.places)
    if config.profile in config.profiles:
        return config, ()
    known = ", ".join(config.profiles)
    place = layers.places.get("profile", "profile")
    field = place if place.isupper() else "profile"
    return None, (Problem(field, f"there is no profile of this name; there is {known}"),)
