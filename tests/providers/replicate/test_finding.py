"""Orders whose answer was lost, found again through the lists."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fluxtui.domain.endpoint import Endpoint
from fluxtui.domain.errors import InDoubt
from fluxtui.providers.base import LoraSource, Sought
from fluxtui.providers.replicate.generation import FluxDevLora, TrainedVersion
from fluxtui.providers.replicate.lists import listed
from fluxtui.providers.replicate.training import FastFluxTrainer, FluxDevLoraTrainer
from fluxtui.simulator.running import Simulator
from tests.providers.replicate.conftest import SMALL, TRAINING, nothing

if TYPE_CHECKING:
    from fluxtui.api.service import APIService
    from fluxtui.providers.base import RemoteStatus
    from fluxtui.providers.replicate.provider import ReplicateProvider
    from fluxtui.simulator.core.clock import ManualClock
    from tests.providers.replicate.conftest import Order, Prepare

Lose = Callable[..., Awaitable[Sought]]
HERE = {"x/y": LoraSource("Fox", url="https://huggingface.co/someone/fox.safetensors")}


@pytest.fixture
def sought(clock: ManualClock) -> Callable[..., Sought]:
    """Makes a job that was sent now."""

    def make(request: Endpoint, name: str = "Red sheets") -> Sought:
        return Sought(request, name, datetime.fromtimestamp(clock(), UTC))

    return make


@pytest.fixture
def lose(
    provider: ReplicateProvider, prepare: Prepare, simulator: Simulator, sought: Callable[..., Sought]
) -> Lose:
    """Orders something and loses the answer."""

    async def run(request: Endpoint, loras: dict[str, LoraSource] | None = None) -> Sought:
        prepared = await prepare(request, loras)
        looked_for = sought(request)
        simulator.replicate.faults("drop-after", count=1, where="submit")
        with pytest.raises(InDoubt):
            await provider.order(prepared, nothing)
        return looked_for

    return run


def training(**values: Any) -> FluxDevLoraTrainer:
    return FluxDevLoraTrainer.checked({**TRAINING, **values})


def official(**values: Any) -> FluxDevLora:
    return FluxDevLora.checked({"prompt": "a fox", "megapixels": "0.25", "finetune_id": "x/y"} | values)


async def test_a_lost_training_is_found_while_it_runs_and_after(
    provider: ReplicateProvider, lose: Lose, clock: ManualClock, simulator: Simulator
) -> None:
    looked_for = await lose(training())
    for _look in range(2):
        (candidate,) = await provider.find(looked_for)
        assert candidate.remote_id == simulator.replicate.ledger()[0]["id"]
        assert candidate.created_at is not None
        assert looked_for.submitted_at is not None
        assert abs(candidate.created_at - looked_for.submitted_at) < timedelta(seconds=1)
        assert candidate.may_be(looked_for)
        clock.advance(20)
    assert len(simulator.replicate.ledger()) == 1


async def test_a_training_that_differs_is_not_taken_for_it(
    provider: ReplicateProvider, order: Order, sought: Callable[..., Sought]
) -> None:
    await order(training(steps=200))
    await order(training(trigger_word="OTHER"))
    await order(FastFluxTrainer.checked(TRAINING))
    assert await provider.find(sought(training())) == ()


async def test_trainings_of_another_name_are_told_apart_by_archive_and_model(
    provider: ReplicateProvider,
    order: Order,
    lose: Lose,
    clock: ManualClock,
    sought: Callable[..., Sought],
) -> None:
    looked_for = await lose(training())
    await order(training(name="Red sheets again"))
    for _look in range(2):
        (candidate,) = await provider.find(looked_for)
        assert not candidate.may_be(sought(training(name="Red sheets again"), "Red sheets again"))
        clock.advance(20)


async def test_a_training_is_known_by_its_model_when_its_archive_is_gone(
    provider: ReplicateProvider, lose: Lose, api: APIService, clock: ManualClock
) -> None:
    looked_for = await lose(training())
    clock.advance(20)
    (file,) = (await api.get("/v1/files")).data["results"]
    await api.delete(f"/v1/files/{file['id']}")
    assert len(await provider.find(looked_for)) == 1
    other = Sought(training(name="Blue"), "Blue", looked_for.submitted_at)
    assert await provider.find(other) == ()


async def test_what_was_there_before_is_not_it(
    provider: ReplicateProvider, order: Order, clock: ManualClock, sought: Callable[..., Sought]
) -> None:
    await order(training())
    await order(official(), HERE)
    clock.advance(700)
    assert await provider.find(sought(training())) == ()
    assert await provider.find(sought(official())) == ()


async def test_the_fast_trainer_is_found_whatever_it_calls_its_steps(
    provider: ReplicateProvider, lose: Lose
) -> None:
    looked_for = await lose(FastFluxTrainer.checked({"name": "Red sheets", "steps": 600}))
    assert len(await provider.find(looked_for)) == 1
    other = FastFluxTrainer.checked({"name": "Red sheets", "steps": 700})
    assert await provider.find(Sought(other, "Red sheets", looked_for.submitted_at)) == ()


async def test_a_lost_picture_of_a_version_is_found_by_its_seed(
    provider: ReplicateProvider, lose: Lose, order: Order, trained: RemoteStatus, simulator: Simulator
) -> None:
    values = {**SMALL, "finetune_id": trained.finetune_id}
    await order(TrainedVersion.checked({**values, "seed": 8}))
    looked_for = await lose(TrainedVersion.checked(values))
    (candidate,) = await provider.find(looked_for)
    assert candidate.remote_id == simulator.replicate.ledger()[-1]["id"]
    by_model = {**values, "finetune_id": str(trained.finetune_id).partition(":")[0]}
    assert candidate.may_be(Sought(TrainedVersion.checked(by_model), "", looked_for.submitted_at))
    for other in (
        TrainedVersion.checked({**values, "seed": 9}),
        TrainedVersion.checked({**values, "image": "https://example.org/a.png"}),
        TrainedVersion.checked({**values, "finetune_id": f"me/fox:{'0' * 64}"}),
        official(),
        training(),
    ):
        assert not candidate.may_be(Sought(other, "", looked_for.submitted_at))


async def test_a_lost_picture_with_pictures_and_loras_is_found(
    provider: ReplicateProvider, lose: Lose, picture: Path
) -> None:
    looked_for = await lose(official(image=str(picture)), HERE)
    (candidate,) = await provider.find(looked_for)
    assert not candidate.may_be(Sought(official(), "", looked_for.submitted_at))
    assert not candidate.may_be(
        Sought(official(image=str(picture), extra_lora="x/y"), "", looked_for.submitted_at)
    )


async def test_an_erased_picture_is_not_recognised(
    provider: ReplicateProvider, lose: Lose, clock: ManualClock
) -> None:
    looked_for = await lose(official(), HERE)
    clock.advance(3700)
    assert await provider.find(looked_for) == ()


async def test_lists_are_read_page_by_page(
    api: APIService,
    provider: ReplicateProvider,
    prepare: Prepare,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("fluxtui.simulator.replicate.paging.PAGE", 3)
    prepared = await prepare(official(prompt="failme"), HERE)
    ids = [(await provider.order(prepared, nothing)).remote_id for _ in range(7)]
    assert [task["id"] async for task in listed(api, "/v1/predictions")] == ids[::-1]
    since = datetime.fromtimestamp(clock() + 1, UTC)
    assert [task async for task in listed(api, "/v1/predictions", since)] == []
