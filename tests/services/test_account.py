"""Balance, keys and spending."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from fluxtui.domain.errors import NotAuthenticated
from fluxtui.domain.jobs import Job
from fluxtui.providers.base import Account
from fluxtui.services.account import AccountService
from fluxtui.services.inference import InferenceService
from fluxtui.services.jobs import Gateway, JobService
from fluxtui.services.journal import Journal

Running = Callable[[JobService], AbstractAsyncContextManager[None]]
Ended = Callable[..., Awaitable[tuple[Job, ...]]]


async def test_balance_is_asked_for_and_remembered_with_its_time(
    open_journal: Journal, gateway: Gateway
) -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    account = AccountService(open_journal, gateway, clock=lambda: now)
    assert account.known_balance("bfl") is None
    assert await account.balance("bfl") == 10_000
    known = account.known_balance("bfl")
    assert known is not None
    assert (known.credits, known.at) == (10_000, now)


async def test_key_is_checked_before_it_is_kept(open_journal: Journal, gateway: Gateway) -> None:
    account = AccountService(open_journal, gateway)
    assert await account.check_key("wrong", SecretStr("sim-valid")) == Account(10_000)
    with pytest.raises(NotAuthenticated) as caught:
        await account.check_key("bfl", SecretStr("a-wrong-secret"))
    assert "a-wrong-secret" not in caught.value.sentence()
    with pytest.raises(NotAuthenticated):
        await account.check_key("wrong")


async def test_spending_counts_from_local_midnight(
    open_journal: Journal,
    gateway: Gateway,
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
) -> None:
    account = AccountService(open_journal, gateway)
    before = await account.balance("bfl") or 0.0
    async with running(jobs):
        await ended(jobs, await inference.generate("bfl", "flux-pro-1.1", {"prompt": "x"}, count=2))
    after = await account.balance("bfl") or 0.0
    assert await account.spent_today() == before - after == 8
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    later = AccountService(open_journal, gateway, clock=lambda: tomorrow)
    assert await later.spent_today() == 0
