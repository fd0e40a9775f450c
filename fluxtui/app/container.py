"""Wires the services; the one place that names concrete classes."""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from fluxtui.api.limits import Timeouts
from fluxtui.api.service import APIService
from fluxtui.api.trace import Trace
from fluxtui.domain.errors import FluxError, InvalidInput, NotAuthenticated
from fluxtui.providers.registry import create_provider, provider_hosts
from fluxtui.services.bundle import Services
from fluxtui.services.jobs import Pacing
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService

if TYPE_CHECKING:
    from PIL.Image import Image

    from fluxtui.api.trace import Exchange
    from fluxtui.providers.base import Provider
    from fluxtui.services.config import ConfigService, Profile

_log = logging.getLogger(__name__)


class Connections:
    """One API and one provider for each profile, made when first needed."""

    def __init__(self, config: ConfigService, trace: Trace) -> None:
        self._config = config
        self._trace = trace
        self._open: dict[str, tuple[APIService, Provider]] = {}
        self.on_connection: Callable[[str, bool], None] | None = None

    async def provider(self, profile: str) -> Provider:
        """Return the provider of a profile. Raises `NotAuthenticated` where it has no key."""
        return (await self._connect(profile))[1]

    async def api(self, profile: str) -> APIService:
        """Return the API of a profile, for downloads."""
        return (await self._connect(profile))[0]

    @asynccontextmanager
    async def trial(self, profile: str | Profile, key: SecretStr) -> AsyncIterator[Provider]:
        """Yield the provider of a profile, kept or not, with a key that is not kept yet."""
        made = self._profile(profile) if isinstance(profile, str) else profile
        api, provider = self._make(made, key)
        try:
            yield provider
        finally:
            await api.close()

    async def _connect(self, name: str) -> tuple[APIService, Provider]:
        if name not in self._open:
            key = await self._config.key(name)
            if key is None:
                raise NotAuthenticated(
                    f"The profile {name} has no key, so nothing was sent.", next_step="F7 Settings takes one."
                )
            # Another task may have connected while a command was asked for the key.
            if name not in self._open:
                api, provider = self._make(self._profile(name), key)
                api.on_connection = partial(self._tell_connection, name)
                self._open[name] = api, provider
        return self._open[name]

    def _profile(self, name: str) -> Profile:
        profile = self._config.config.profiles.get(name)
        if profile is None:
            raise InvalidInput(f"There is no profile called {name} any more.")
        return profile

    def _make(self, profile: Profile, key: SecretStr) -> tuple[APIService, Provider]:
        hosts = provider_hosts(profile.provider)
        self._config.remember(key)
        network = self._config.config.network
        api = APIService(
            profile.base_url,
            key,
            hosts.key_policy(profile.bases),
            timeouts=Timeouts(network.connect_seconds, network.read_seconds, network.total_seconds),
            trace=self._trace,
            known_keys=self._config.known_keys,
            tokens=profile.tokens,
        )
        return api, create_provider(profile.provider, api)

    def _tell_connection(self, profile: str, up: bool) -> None:
        if self.on_connection is not None:
            self.on_connection(profile, up)

    async def close(self) -> None:
        """Close every connection; the next request opens a new one with the configuration of then."""
        connections, self._open = self._open, {}
        for api, _ in connections.values():
            await api.close()


class Container:
    """Opens and closes everything that the program is made of.

    Args:
        config: loaded already, so that its faults are told before a screen is drawn.
        data_dir: where journal and pictures live; from the configuration where None.
        pacing: how often the services are asked about jobs.
        first_notes: written to the journal's notes where they are not there yet.
    """

    def __init__(
        self,
        config: ConfigService,
        data_dir: Path,
        *,
        pacing: Pacing | None = None,
        first_notes: Mapping[str, Any] | None = None,
    ) -> None:
        self.config = config
        self._storage = StorageService(data_dir)
        self._pacing = pacing or Pacing()
        self._first_notes = first_notes or {}
        self._journal: Journal | None = None
        self._connections: Connections | None = None
        self._services: Services | None = None

    async def open(self) -> Services:
        """Create the directories, open the journal and return the services. Raises `StorageError`."""
        self._storage.prepare()
        journal = self._journal = Journal(self._storage.journal_path)
        await journal.open()
        for key, value in self._first_notes.items():
            if await journal.notes.get(key, None) is None:
                await journal.notes.set(key, value)
        trace = Trace()
        trace.listener = _log_exchange
        connections = self._connections = Connections(self.config, trace)
        services = self._services = Services(
            config=self.config,
            storage=self._storage,
            journal=journal,
            connections=connections,
            trace=trace,
            pacing=self._pacing,
            owner=f"{os.getpid()}-{secrets.token_hex(4)}",
            reduce=_small,
        )
        await _mend(services)
        return services

    def on_connection(self, listener: Callable[[str, bool], None]) -> None:
        """Tell `listener` of which profile the network goes away (False) and comes back (True)."""
        if self._connections is not None:
            self._connections.on_connection = listener

    async def reconnect(self) -> None:
        """Take over a changed configuration: the next request goes to the server and with the key of now."""
        if self._connections is not None:
            await self._connections.close()

    async def close(self) -> None:
        """Close the page, connections and journal."""
        if self._services is not None and self._services.made("page"):
            await self._services.page.stop()
        if self._connections is not None:
            await self._connections.close()
        if self._journal is not None:
            await self._journal.close()


async def _mend(services: Services) -> None:
    """Finish interrupted moves of pictures; a disk that does not take them keeps nobody from starting."""
    try:
        if await services.journal.trash.unfinished():
            await services.gallery.mend()
    except FluxError as error:
        _log.warning("pictures on their way to or from the trash: %s", error)


def _small(path: Path) -> Image:
    from fluxtui.services.thumbnails import SIDE
    from fluxtui.terminal.scaling import load_bitmap

    return load_bitmap(path, side=SIDE).image


def _log_exchange(exchange: Exchange) -> None:
    outcome = exchange.error or exchange.status
    where = f"{exchange.host}{exchange.path}"
    _log.debug("%s %s: %s, %.0f ms", exchange.method, where, outcome, exchange.milliseconds)
