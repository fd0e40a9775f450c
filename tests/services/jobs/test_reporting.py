"""How far a transfer has come stands on its job while it lasts."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from fluxtui.domain.jobs import Job
from fluxtui.services.jobs.reporting import transfer_reported


@dataclass
class Noted:
    """The part of the jobs' context that notes something on a job."""

    told: list[str] = field(default_factory=list)
    pacing: Any = field(default_factory=lambda: SimpleNamespace(watch=0.001))

    async def update(self, _job: Job, **fields: str) -> None:
        """Take notice."""
        self.told.append(fields["remote_status"])


@pytest.mark.parametrize(
    ("done", "total", "text"),
    [
        (4_500_000, 10_000_000, "collecting the weights, 45 %"),
        (4_500_000, 0, "collecting the weights, 4.5 MB"),
        (0, 10_000_000, "collecting the weights, 0 %"),
    ],
)
async def test_how_far_it_is_is_told_also_where_nobody_knows_how_much_will_come(
    done: int, total: int, text: str
) -> None:
    noted = Noted()
    async with transfer_reported(cast(Any, noted), cast(Job, None), "collecting the weights") as progress:
        progress(done, total)
        async with asyncio.timeout(40):
            while not noted.told:
                await asyncio.sleep(0.001)
    assert noted.told[0] == text
