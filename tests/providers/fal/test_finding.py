"""Which past requests at fal may be a job whose answer was lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fluxtui.domain.jobs import JobKind
from fluxtui.providers.base import LoraSource, Sought
from fluxtui.providers.fal.generation import Klein9BLora
from fluxtui.providers.fal.provider import FalProvider
from fluxtui.providers.fal.training import Klein9BTrainer
from fluxtui.simulator.core.clock import ManualClock
from fluxtui.simulator.running import ServiceView
from tests.providers.fal.conftest import LORA, SMALL, TRAINING, Memory, Order

MINUTE = timedelta(minutes=1)


def picture(**values: Any) -> Klein9BLora:
    return Klein9BLora.checked({**SMALL, "finetune_id": LORA, **values})


@pytest.fixture
def sent(clock: ManualClock) -> datetime:
    """When the jobs of these tests are sent."""
    return datetime.fromtimestamp(clock(), UTC)


@pytest.fixture
def address(memory: Memory) -> Any:
    """Returns where the archive was uploaded to."""
    return lambda: next(url for url, _ in memory.kept.values())


class TestTrainings:
    """Told apart by the address of their archive."""

    async def test_one_that_has_ended_is_found(
        self, provider: FalProvider, order: Order, clock: ManualClock, sent: datetime, address: Any
    ) -> None:
        request = Klein9BTrainer.checked(TRAINING)
        task = await order(request)
        sought = Sought(request, "Red sheets", sent, address())
        assert await provider.find(sought) == (), "what runs is not listed"
        clock.advance(20)
        (found,) = await provider.find(sought)
        assert (found.remote_id, found.exact, found.created_at) == (task.remote_id, True, sent)

    async def test_no_other_is_taken_for_it(
        self, provider: FalProvider, order: Order, clock: ManualClock, sent: datetime, address: Any
    ) -> None:
        request = Klein9BTrainer.checked(TRAINING)
        await order(request)
        clock.advance(20)
        longer = Klein9BTrainer.checked({**TRAINING, "steps": 101})
        for other in (
            Sought(longer, "Red sheets", sent, address()),
            Sought(request, "Red sheets", sent, "https://v3.fal.media/files/other.zip"),
            Sought(request, "Red sheets", sent, None),
            Sought(request, "Red sheets", sent + 11 * MINUTE, address()),
        ):
            assert await provider.find(other) == ()
        ahead = Sought(request, "Red sheets", sent + 9 * MINUTE, address())
        assert len(await provider.find(ahead)) == 1, "clocks may differ"


class TestPictures:
    """Told apart by their seed and everything else that was sent."""

    async def test_every_value_counts(
        self,
        provider: FalProvider,
        order: Order,
        clock: ManualClock,
        lora: Mapping[str, LoraSource],
    ) -> None:
        sent = datetime.fromtimestamp(clock(), UTC)
        request = picture()
        task = await order(request, lora)
        clock.advance(2)
        known = {LORA: str(lora[LORA].url)}
        (found,) = await provider.find(Sought(request, "", sent, addresses=known))
        assert (found.remote_id, found.exact) == (task.remote_id, True)
        for changed in ({"seed": 8}, {"prompt": "a red sheet"}, {"finetune_strength": 0.9}, {"steps": 5}):
            assert await provider.find(Sought(picture(**changed), "", sent, addresses=known)) == ()
        elsewhere = {LORA: "https://v3.fal.media/files/other.safetensors"}
        assert not found.may_be(Sought(request, "", sent, addresses=elsewhere))
        forgotten = Sought(request, "", sent)
        assert found.may_be(forgotten), "an address that is forgotten may be any"
        assert [item.exact for item in await provider.find(forgotten)] == [False]


async def test_what_is_promised(provider: FalProvider) -> None:
    assert provider.abilities.finds == frozenset(JobKind)
    assert provider.abilities.found_within == timedelta(days=7)


async def test_a_scoped_key_may_ask(with_key: Any, fal: ServiceView, sent: datetime) -> None:
    from fluxtui.simulator.fal.keys import SCOPED_KEY

    sought = Sought(Klein9BTrainer.checked(TRAINING), "", sent, "https://v3.fal.media/files/a.zip")
    assert await with_key(SCOPED_KEY).find(sought) == ()
