"""A task of which the service names any number of pictures."""

from __future__ import annotations

from typing import cast

import pytest

from fluxtui.domain.jobs import Job
from fluxtui.services.jobs.context import JobContext
from fluxtui.services.jobs.delivery import MOST_MORE, DeliveredPicture, Delivery, Held


async def test_no_more_than_a_task_can_make_are_fetched_and_that_is_told_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fetched: list[str] = []

    async def fetch(_delivery: Delivery, _job: Job, url: str) -> Held:
        fetched.append(url)
        return Held(None, DeliveredPicture("PNG", 1, 1, 1, ""))

    monkeypatch.setattr(Delivery, "_fetched", fetch)
    delivery = Delivery(cast(JobContext, None))
    urls = [f"https://h/{number}" for number in range(100_000)]
    for _again in range(2):
        await delivery.fetch_more(cast(Job, None), urls)
    assert fetched == urls[:MOST_MORE]
    assert delivery.told == f"(the service named 100,001 pictures; the first {MOST_MORE + 1} were taken)"
