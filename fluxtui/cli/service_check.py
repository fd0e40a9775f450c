"""`fluxtui doctor --services`: whether the services still are as this program describes them."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from pydantic import SecretStr

from fluxtui.domain.errors import FluxError
from fluxtui.domain.text import plural, safe_text
from fluxtui.providers.registry import provider_hosts, provider_ids
from fluxtui.system.event_loop import run_to_end

if TYPE_CHECKING:
    from fluxtui.app.container import Connections
    from fluxtui.services.config import ConfigService
    from fluxtui.services.drift.service import DriftReport

_NO_KEY = SecretStr("no-key-is-needed-offline")


def run_service_check(options: argparse.Namespace) -> int:
    """Compare every endpoint with what its service publishes, print each difference that nobody has accepted.

    Returns 0 where there is none, 1 where there is one or a service could not be asked, 2 where the
    configuration cannot be read.
    """
    from fluxtui.cli.config import complain, load_config

    try:
        config = load_config(options)
    except FluxError as error:
        return complain(error.sentence())
    return run_to_end(_offline(config) if options.offline else _online(config))


async def _offline(config: ConfigService) -> int:
    from fluxtui.services.config import Profile
    from fluxtui.services.drift.service import DriftService

    fine = True
    async with _connections(config) as connections:
        for provider_id in provider_ids():
            async with connections.trial(Profile(provider=provider_id), _NO_KEY) as provider:
                fine = _tell(provider_hosts(provider_id).title, DriftService(provider).stored()) and fine
    return 0 if fine else 1


async def _online(config: ConfigService) -> int:
    from fluxtui.services.drift.service import DriftService

    fine = True
    async with _connections(config) as connections:
        for name, profile in config.config.profiles.items():
            title = f"{name} ({provider_hosts(profile.provider).title})"
            try:
                report = await DriftService(await connections.provider(name)).live()
            except FluxError as error:
                _say(f"{title}: {error.sentence()}")
                fine = False
            else:
                fine = _tell(title, report) and fine
    return 0 if fine else 1


@asynccontextmanager
async def _connections(config: ConfigService) -> AsyncIterator[Connections]:
    from fluxtui.api.trace import Trace
    from fluxtui.app.container import Connections

    connections = Connections(config, Trace())
    try:
        yield connections
    finally:
        await connections.close()


def _tell(title: str, report: DriftReport) -> bool:
    """Print a report; False where something was found."""
    where = sorted({f"{each.source} ({each.read_on})" for each in report.compared.values()})
    _say(
        f"{title}: {plural(len(report.compared), 'endpoint')} compared with {'; '.join(where) or 'nothing'}."
    )
    for difference in report.found:
        _say(f"  {difference.sentence()} [{difference.kind.value}]")
    meant = plural(len(report.accepted), "difference")
    _say(f"  {plural(len(report.found), 'difference')} to look at; {meant} known and meant.")
    return not report.found


def _say(text: str) -> None:
    print(safe_text(text))  # noqa: T201
