"""The provider against the simulated fal, from order to result."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from fluxtui.api.limits import WEIGHTS_LIMITS
from fluxtui.api.service import APIService
from fluxtui.domain.endpoint import GenerationEndpoint
from fluxtui.domain.errors import (
    InDoubt,
    InvalidInput,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    OutOfCredits,
    Refused,
    ServiceDown,
    TrainingDiscontinued,
    UnexpectedAnswer,
)
from fluxtui.domain.jobs import JobKind
from fluxtui.providers.base import (
    CancelAnswer,
    LoraSource,
    Materials,
    Packing,
    Phase,
    RemoteStatus,
    RemoteTask,
)
from fluxtui.providers.fal.generation import Flux1Lora, Klein9BBaseLora, Klein9BLora
from fluxtui.providers.fal.provider import FalProvider
from fluxtui.providers.fal.training import FastTrainer, Flux3KleinTrainer, Klein4BTrainer, Klein9BTrainer
from fluxtui.simulator.core.clock import ManualClock
from fluxtui.simulator.fal.keys import FORBIDDEN_KEY, POOR_KEY, SCOPED_KEY
from fluxtui.simulator.running import ServiceView
from tests.providers.fal.conftest import LORA, SMALL, TRAINING, Memory, Order, Prepare, nothing, task_of

Lora = Mapping[str, LoraSource]
TRAINER = "fal-ai/flux-2-klein-9b-base-trainer"


def picture(prompt: str = "a red SHEET", **values: object) -> GenerationEndpoint:
    return Klein9BBaseLora.checked({**SMALL, "prompt": prompt, "finetune_id": LORA, **values})


def training(**values: object) -> Klein9BTrainer:
    return Klein9BTrainer.checked({**TRAINING, **values})


async def test_training_from_the_queue_to_the_weights(
    provider: FalProvider, order: Order, api: APIService, clock: ManualClock, tmp_path: Path, fal: ServiceView
) -> None:
    task = await order(training())
    waiting = await provider.status(task)
    assert (waiting.phase, waiting.queue_position, waiting.log) == (Phase.QUEUED, 2, None)
    clock.advance(10)
    running = await provider.status(task)
    assert running.phase is Phase.RUNNING
    assert "step " in str(running.log)
    assert 0 < (running.progress or 0) < 1
    clock.advance(20)
    ready = await provider.status(task)
    assert (ready.phase, ready.progress, ready.weights_packing) == (Phase.READY, 1.0, Packing.FILE)
    assert ready.cost_credits == pytest.approx(43.0)
    assert not ready.weights_lasting
    assert "Saving the LoRA" in str(ready.log)
    assert ready.details["duration"] > 0
    await api.download(str(ready.weights_url), tmp_path / "red.safetensors", limits=WEIGHTS_LIMITS)
    assert b"__metadata__" in (tmp_path / "red.safetensors").read_bytes()[:200]
    assert fal.violations() == []


async def test_picture_with_a_lora(
    provider: FalProvider, order: Order, lora: Lora, api: APIService, clock: ManualClock, tmp_path: Path
) -> None:
    task = await order(picture(), lora)
    clock.advance(3)
    ready = await provider.status(task)
    assert (ready.phase, ready.details["seed"], ready.cost_credits, ready.remark) == (Phase.READY, 7, 2.0, "")
    await api.download(str(ready.result_url), tmp_path / "picture")
    assert (tmp_path / "picture").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "kind", ["submit-202", "null-logs", "no-billable-units", "absurd-cost", "unknown-status"]
)
async def test_every_way_of_answering_is_understood(
    kind: str, provider: FalProvider, order: Order, lora: Lora, clock: ManualClock, fal: ServiceView
) -> None:
    fal.faults(kind)
    task = await order(picture(), lora)
    clock.advance(1.5)
    status = await provider.status(task)
    assert status.phase is Phase.RUNNING
    clock.advance(3)
    if kind != "unknown-status":
        ready = await provider.status(task)
        assert ready.phase is Phase.READY
        assert ready.cost_credits == (None if kind in ("no-billable-units", "absurd-cost") else 2.0)


async def test_task_without_addresses_is_asked_for_by_owner_and_application(
    provider: FalProvider, order: Order, lora: Lora, clock: ManualClock
) -> None:
    task = replace(await order(picture(), lora), polling_url=None, addresses={})
    clock.advance(3)
    assert (await provider.status(task)).phase is Phase.READY


@pytest.mark.parametrize(
    ("prompt", "phase", "words", "cost"),
    [
        ("moderateme", Phase.MODERATED, "flagged", None),
        ("fail422me", Phase.FAILED, "No media was generated", None),
        ("failtextme", Phase.FAILED, "cannot work with this input", None),
        ("fail503me", Phase.FAILED, "The runner disconnected", 0.0),
        ("fail504me", Phase.FAILED, "Generation timed out", 0.0),
        ("failme", Phase.FAILED, "Internal server error", 0.0),
    ],
)
async def test_completed_is_not_success(
    prompt: str,
    phase: Phase,
    words: str,
    cost: float | None,
    provider: FalProvider,
    order: Order,
    lora: Lora,
    clock: ManualClock,
) -> None:
    task = await order(picture(prompt), lora)
    clock.advance(3)
    status = await provider.status(task)
    assert (status.phase, status.cost_credits) == (phase, cost)
    assert words in status.message


async def test_training_without_captions_fails_with_the_trainers_words(
    provider: FalProvider, order: Order, clock: ManualClock
) -> None:
    task = await order(training(default_caption=None))
    clock.advance(20)
    status = await provider.status(task)
    assert status.phase is Phase.FAILED
    assert "No caption for 000" in status.message


async def test_passing_fault_of_the_host_does_not_lose_a_paid_result(
    provider: FalProvider, order: Order, lora: Lora, clock: ManualClock, fal: ServiceView
) -> None:
    task = await order(picture(), lora)
    clock.advance(3)
    fal.faults("ingress-502", count=2, where="poll")
    with pytest.raises(ServiceDown):
        await provider.status(task)
    assert (await provider.status(task)).phase is Phase.READY


async def test_picture_with_a_warning(
    provider: FalProvider, order: Order, lora: Lora, clock: ManualClock
) -> None:
    task = await order(picture("nsfwme"), lora)
    clock.advance(3)
    ready = await provider.status(task)
    assert ready.phase is Phase.READY
    assert "black" in ready.remark


async def test_unknown_task_has_vanished(provider: FalProvider) -> None:
    with pytest.raises(NotFound):
        await provider.status(RemoteTask(JobKind.TRAINING, TRAINER, "no-such-task", None))


async def test_addresses_elsewhere_do_not_get_the_key(provider: FalProvider, fal: ServiceView) -> None:
    task = RemoteTask(JobKind.TRAINING, TRAINER, "x", f"{fal.urls['cdn']}/requests/x/status")
    with pytest.raises(UnexpectedAnswer, match="may not have the key"):
        await provider.status(task)
    assert fal.violations() == []


@pytest.mark.parametrize("kind", ["drop-after", "truncated-body", "garbled-body", "500", "ingress-503"])
async def test_lost_answer_leaves_doubt_and_no_second_order(
    kind: str, provider: FalProvider, prepare: Prepare, fal: ServiceView
) -> None:
    prepared = await prepare(training())
    fal.faults(kind, count=1, where="submit")
    with pytest.raises(InDoubt):
        await provider.order(prepared, nothing)
    assert len(fal.ledger()) == (0 if kind in ("500", "ingress-503") else 1)


async def test_order_is_refused_at_once(
    provider: FalProvider, prepare: Prepare, lora: Lora, fal: ServiceView
) -> None:
    before = len(fal.ledger())
    with pytest.raises(Refused, match="refused"):
        await provider.order(await prepare(picture("refuseme"), lora), nothing)
    assert len(fal.ledger()) == before


@pytest.mark.parametrize(
    ("key", "error"),
    [(POOR_KEY, OutOfCredits), (FORBIDDEN_KEY, NotPermitted), ("nonsense:key", NotAuthenticated)],
)
async def test_keys_that_cannot_order(
    key: str,
    error: type[Exception],
    with_key: Callable[[str], FalProvider],
    prepare: Prepare,
    fal: ServiceView,
) -> None:
    prepared = await prepare(training(steps=10_000))
    with pytest.raises(error):
        await with_key(key).order(prepared, nothing)
    assert fal.ledger() == []


async def test_retired_trainer_is_told_before_anything_is_uploaded(
    provider: FalProvider, archive: Path, memory: Memory
) -> None:
    materials = Materials(uploads=memory, archive=archive)
    with pytest.raises(TrainingDiscontinued, match="no longer offers"):
        await provider.prepare(Klein4BTrainer.checked(TRAINING), materials)
    assert memory.kept == {}


async def test_trainer_that_has_its_weights_under_another_name(
    train: Callable[..., Awaitable[RemoteStatus]],
) -> None:
    status = await train(Flux3KleinTrainer)
    assert (status.phase, bool(status.weights_url)) == (Phase.READY, True)


async def test_cancelling_in_the_queue_costs_nothing(
    provider: FalProvider, order: Order, fal: ServiceView
) -> None:
    before = fal.credits()
    task = await order(training())
    assert await provider.cancel(task) is CancelAnswer.GONE
    assert (await provider.status(task)).phase is Phase.CANCELLED
    assert fal.credits() == before


async def test_cancelling_while_it_runs_is_a_wish(
    provider: FalProvider, order: Order, clock: ManualClock, fal: ServiceView
) -> None:
    task = await order(training())
    clock.advance(5)
    fal.faults("cancel-ignored", count=1)
    assert await provider.cancel(task) is CancelAnswer.ASKED
    assert (await provider.status(task)).phase is Phase.RUNNING
    assert await provider.cancel(task) is CancelAnswer.ASKED
    clock.advance(10)
    assert (await provider.status(task)).phase is Phase.CANCELLED
    assert await provider.cancel(task) is CancelAnswer.TOO_LATE


async def test_cancelling_answered_in_another_shape(
    provider: FalProvider, order: Order, fal: ServiceView
) -> None:
    fal.faults("cancel-success")
    assert await provider.cancel(await order(training())) is CancelAnswer.ASKED


async def test_cancelling_what_fal_does_not_know(provider: FalProvider) -> None:
    task = RemoteTask(JobKind.TRAINING, TRAINER, "no-such-task", None)
    assert await provider.cancel(task) is CancelAnswer.UNKNOWN


async def test_accounts_and_keys(
    provider: FalProvider, with_key: Callable[[str], FalProvider], fal: ServiceView
) -> None:
    account = await provider.check_key()
    assert account.balance == pytest.approx(fal.credits())
    assert account.name == "valid"
    assert (await with_key(SCOPED_KEY).check_key()).balance is None
    with pytest.raises(NotAuthenticated):
        await with_key("nonsense:key").check_key()
    with pytest.raises(NotPermitted):
        await with_key(FORBIDDEN_KEY).check_key()


async def test_live_prices_come_before_our_table(provider: FalProvider) -> None:
    told = await provider.prices()
    served = {*provider.generation_endpoints(), *provider.training_endpoints()}
    assert told.keys() == {endpoint.info.id for endpoint in served}
    price = told[TRAINER]
    assert (price.usd, price.unit, price.live) == (0.0043, "steps", True)
    ours, live = training(steps=500).estimate(), training(steps=500).estimate(price)
    assert ours.credits == live.credits == pytest.approx(215)
    assert (ours.exact, live.exact) == (True, True)


async def test_what_is_offered_now(provider: FalProvider) -> None:
    names = [TRAINER, Klein4BTrainer.info.id, "fal-ai/never-heard-of"]
    assert await provider.serving(names) == dict(zip(names, (True, False, False), strict=True))


async def test_what_fal_cannot_do_is_told(provider: FalProvider) -> None:
    assert await provider.finetune_ids() == ()
    with pytest.raises(NotFound, match="no list of finetunes"):
        await provider.finetune("x")
    with pytest.raises(InvalidInput, match="no list of finetunes"):
        await provider.delete_finetune("x")
    with pytest.raises(InvalidInput, match="no endpoint"):
        provider.endpoint("fal-ai/never-heard-of")


async def test_two_pictures_are_two_orders(provider: FalProvider, prepare: Prepare, fal: ServiceView) -> None:
    prepared = await prepare(FastTrainer.checked({"name": "Red"}))
    first, second = [await provider.order(prepared, nothing) for _ in range(2)]
    assert first.remote_id != second.remote_id
    assert task_of(prepared.request, first).addresses.keys() == {"result", "cancel"}
    assert len(fal.ledger()) == 2


def test_estimates_of_pictures() -> None:
    values = {"prompt": "p", "finetune_id": LORA}
    assert Klein9BLora.checked(values).estimate().credits == pytest.approx(1.1)
    exact = Klein9BBaseLora.checked(values).estimate()
    assert (exact.credits, exact.exact) == (2.0, True)
    large = Flux1Lora.checked({**values, "image_size": "custom", "width": 2048, "height": 1024}).estimate()
    assert (large.credits, large.exact) == (7.0, False)
