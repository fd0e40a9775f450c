"""From requests to results at the simulated Replicate."""

from __future__ import annotations

import asyncio
import tarfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from fluxtui.api.limits import WEIGHTS_LIMITS
from fluxtui.domain.errors import (
    InDoubt,
    InvalidInput,
    NotAuthenticated,
    NotFound,
    OutOfCredits,
    RateLimited,
    Refused,
    ResultExpired,
    UnexpectedAnswer,
)
from fluxtui.domain.jobs import JobKind
from fluxtui.domain.weights import Base
from fluxtui.providers.base import (
    Account,
    CancelAnswer,
    LoraSource,
    Phase,
    Provider,
    RemoteStatus,
    RemoteTask,
)
from fluxtui.providers.replicate.generation import FluxDevLora, TrainedVersion
from fluxtui.providers.replicate.preparing import PATH
from fluxtui.providers.replicate.training import FastFluxTrainer, FluxDevLoraTrainer
from fluxtui.simulator.replicate.keys import POOR_KEY, THROTTLED_KEY
from fluxtui.simulator.running import Simulator
from tests.api.conftest import ScriptedServer
from tests.providers.replicate.conftest import SMALL, TRAINING, nothing

if TYPE_CHECKING:
    from fluxtui.api.service import APIService
    from fluxtui.providers.replicate.provider import ReplicateProvider
    from fluxtui.simulator.core.clock import ManualClock
    from tests.providers.replicate.conftest import MakeProvider, Order, Prepare

Train = Callable[..., Awaitable[RemoteStatus]]


def official(**values: Any) -> FluxDevLora:
    return FluxDevLora.checked(
        {"prompt": "a fox", "megapixels": "0.25", "seed": 7, "finetune_id": "x/y"} | values
    )


HERE = {"x/y": LoraSource("Fox", url="https://huggingface.co/someone/fox.safetensors")}


def test_it_is_a_provider(provider: ReplicateProvider) -> None:
    asked: Provider = provider
    assert asked.active_limit == 20
    assert asked.abilities.finds == {JobKind.TRAINING, JobKind.GENERATION}
    assert asked.abilities.cancels
    assert not asked.abilities.tells_balance
    for endpoint in (*asked.generation_endpoints(), *asked.training_endpoints()):
        assert asked.endpoint(endpoint.info.id) is endpoint
    with pytest.raises(InvalidInput, match="no endpoint 'flux-9'"):
        asked.endpoint("flux-9")


async def test_a_training_from_archive_to_weights(
    provider: ReplicateProvider,
    order: Order,
    api: APIService,
    simulator: Simulator,
    clock: ManualClock,
    tmp_path: Path,
) -> None:
    task = await order(FluxDevLoraTrainer.checked(TRAINING))
    assert (task.kind, task.polling_url, dict(task.addresses)) == (JobKind.TRAINING, None, {})
    assert (await provider.status(task)).phase is Phase.QUEUED
    clock.advance(10)
    running = await provider.status(task)
    assert running.phase is Phase.RUNNING
    assert running.progress == pytest.approx(0.41, abs=0.02)
    assert running.log is not None
    assert "Starting train job" in running.log
    clock.advance(10)
    done = await provider.status(task)
    assert done.phase is Phase.READY
    assert done.finetune_id is not None
    assert done.finetune_id.startswith("member-1/red-sheets-")
    assert done.weights_url is not None
    assert done.weights_url.startswith(simulator.replicate.urls["delivery"])
    tar = tmp_path / "weights.tar"
    await api.download(done.weights_url, tar, limits=WEIGHTS_LIMITS)
    with tarfile.open(tar) as opened:
        assert "output/flux_train_replicate/lora.safetensors" in opened.getnames()
    (entry,) = simulator.replicate.ledger()
    assert entry["cost"] == pytest.approx(done.cost_credits)
    assert simulator.replicate.violations() == []


async def test_the_fast_trainer_trains_as_well(
    provider: ReplicateProvider, order: Order, clock: ManualClock
) -> None:
    task = await order(FastFluxTrainer.checked({"name": "fox", "steps": 600}))
    clock.advance(20)
    done = await provider.status(task)
    assert done.phase is Phase.READY
    assert done.cost_credits == pytest.approx((10 + 0.11 * 600) * 1.22, abs=0.01)


async def test_a_picture_with_a_trained_version(
    provider: ReplicateProvider,
    order: Order,
    trained: RemoteStatus,
    api: APIService,
    simulator: Simulator,
    clock: ManualClock,
    tmp_path: Path,
) -> None:
    task = await order(TrainedVersion.checked({**SMALL, "finetune_id": trained.finetune_id}))
    clock.advance(2)
    done = await provider.status(task)
    assert (done.phase, done.details["seed"]) == (Phase.READY, 7)
    assert done.result_url is not None
    target = tmp_path / "picture"
    await api.download(done.result_url, target)
    with Image.open(target) as picture:
        assert (picture.format, picture.size) == ("WEBP", (256, 256))
    assert done.cost_credits == pytest.approx(simulator.replicate.ledger()[-1]["cost"], abs=0.001)
    assert simulator.replicate.violations() == []


async def test_a_picture_with_loras_by_address_and_by_name(
    provider: ReplicateProvider, order: Order, trained: RemoteStatus, clock: ManualClock, simulator: Simulator
) -> None:
    here = f"replicate/{trained.finetune_id}"
    loras = {here: LoraSource("Sheets", path=Path("/data/sheets.safetensors")), **HERE}
    task = await order(official(finetune_id=here, extra_lora="x/y", extra_lora_scale=0.5), loras)
    clock.advance(2)
    done = await provider.status(task)
    assert done.phase is Phase.READY
    assert done.cost_credits == pytest.approx(3.2)
    assert simulator.replicate.ledger()[-1]["endpoint"] == "black-forest-labs/flux-dev-lora"


async def test_pictures_of_the_user_are_fetched_by_replicate(
    provider: ReplicateProvider,
    order: Order,
    trained: RemoteStatus,
    picture: Path,
    clock: ManualClock,
) -> None:
    values = {**SMALL, "finetune_id": trained.finetune_id, "image": str(picture), "mask": str(picture)}
    task = await order(TrainedVersion.checked(values))
    clock.advance(2)
    assert (await provider.status(task)).phase is Phase.READY


async def test_an_hour_later_a_picture_is_erased_and_its_address_expired(
    provider: ReplicateProvider, order: Order, api: APIService, clock: ManualClock, tmp_path: Path
) -> None:
    task = await order(official(), HERE)
    clock.advance(2)
    address = str((await provider.status(task)).result_url)
    clock.advance(3600)
    assert (await provider.status(task)).phase is Phase.ERASED
    with pytest.raises(ResultExpired):
        await api.download(address, tmp_path / "late")


@pytest.mark.parametrize(
    ("prompt", "phase"),
    [("failme", Phase.FAILED), ("moderateme", Phase.MODERATED), ("abortme", Phase.CANCELLED)],
)
async def test_jobs_that_end_badly(
    prompt: str, phase: Phase, provider: ReplicateProvider, order: Order, clock: ManualClock
) -> None:
    task = await order(official(prompt=prompt), HERE)
    clock.advance(2)
    status = await provider.status(task)
    assert status.phase is phase
    assert status.unbilled is (phase is Phase.CANCELLED)
    assert status.result_url is None


async def test_a_training_that_fails_or_is_aborted(
    train: Train, simulator: Simulator, clock: ManualClock
) -> None:
    failed = await train(trigger_word="failme")
    assert (failed.phase, failed.finetune_id) == (Phase.FAILED, None)
    assert "CUDA out of memory" in failed.message
    simulator.replicate.faults("aborted", count=1, where="submit")
    aborted = await train()
    assert (aborted.phase, aborted.word, aborted.unbilled) == (Phase.CANCELLED, "aborted", True)


async def test_seconds_that_cannot_be_tell_no_cost(train: Train, simulator: Simulator) -> None:
    simulator.replicate.faults("absurd-cost", where="poll")
    ready = await train()
    assert (ready.phase, ready.cost_credits) == (Phase.READY, None)


async def test_a_word_that_is_new_passes_by(
    provider: ReplicateProvider, order: Order, simulator: Simulator, clock: ManualClock
) -> None:
    task = await order(official(), HERE)
    simulator.replicate.faults("unknown-status", count=1, where="poll")
    assert (await provider.status(task)).phase is Phase.RUNNING
    assert (await provider.status(task)).phase is Phase.QUEUED


async def test_tasks_that_are_unknown(provider: ReplicateProvider) -> None:
    for kind in JobKind:
        for remote_id in ("nothing", "../account", "a?b=c"):
            task = RemoteTask(kind, "any", remote_id, None)
            with pytest.raises(NotFound):
                await provider.status(task)
            assert await provider.cancel(task) is CancelAnswer.UNKNOWN


async def test_a_training_can_be_known_by_its_version_alone(
    provider: ReplicateProvider, trained: RemoteStatus
) -> None:
    def task(remote_id: str) -> RemoteTask:
        return RemoteTask(JobKind.TRAINING, "ostris/flux-dev-lora-trainer", remote_id, None)

    status = await provider.status(task(str(trained.finetune_id)))
    assert (status.phase, status.finetune_id) == (Phase.READY, trained.finetune_id)
    with pytest.raises(NotFound, match="does not know the finetune"):
        await provider.status(task(f"member-1/nothing:{'0' * 64}"))


async def test_waiting_and_running_tasks_are_cancelled(
    provider: ReplicateProvider, order: Order, clock: ManualClock, simulator: Simulator
) -> None:
    waiting = await order(FluxDevLoraTrainer.checked(TRAINING))
    assert await provider.cancel(waiting) is CancelAnswer.GONE
    status = await provider.status(waiting)
    assert (status.phase, status.unbilled) == (Phase.CANCELLED, True)
    running = await order(FluxDevLoraTrainer.checked(TRAINING))
    clock.advance(10)
    assert await provider.cancel(running) is CancelAnswer.ASKED
    status = await provider.status(running)
    assert (status.phase, status.unbilled) == (Phase.CANCELLED, False)
    assert status.cost_credits == pytest.approx(simulator.replicate.ledger()[-1]["cost"], abs=0.001)
    done = await order(official(), HERE)
    clock.advance(2)
    assert await provider.cancel(done) is CancelAnswer.TOO_LATE


async def test_without_credit_nothing_is_accepted(
    make_provider: MakeProvider, prepare: Prepare, simulator: Simulator
) -> None:
    prepared = await prepare(official(), HERE)
    with pytest.raises(OutOfCredits, match="nothing was billed"):
        await make_provider(POOR_KEY).order(prepared, nothing)
    assert simulator.replicate.ledger() == []


async def test_little_credit_means_one_after_the_other(
    make_provider: MakeProvider, prepare: Prepare, simulator: Simulator
) -> None:
    prepared, provider = await prepare(official(), HERE), make_provider(THROTTLED_KEY)
    await provider.order(prepared, nothing)
    with pytest.raises(RateLimited) as refused:
        await provider.order(prepared, nothing)
    assert refused.value.retry_after == 10
    assert len(simulator.replicate.ledger()) == 1


@pytest.mark.parametrize(("fault", "wait"), [("429", None), ("429-retry-after", 9.0)])
async def test_too_many_requests(
    fault: str, wait: float | None, provider: ReplicateProvider, prepare: Prepare, simulator: Simulator
) -> None:
    prepared = await prepare(official(), HERE)
    simulator.replicate.faults(fault, count=1, where="submit", seconds=9)
    with pytest.raises(RateLimited) as refused:
        await provider.order(prepared, nothing)
    assert refused.value.retry_after == wait


async def test_a_version_or_model_that_is_gone_is_told_in_words(
    provider: ReplicateProvider, prepare: Prepare, trained: RemoteStatus, api: APIService
) -> None:
    unknown = await prepare(TrainedVersion.checked({**SMALL, "finetune_id": f"me/fox:{'0' * 64}"}))
    with pytest.raises(NotFound, match=r"does not know the finetune me/fox:0+") as told:
        await provider.order(unknown, nothing)
    assert told.value.status == 422
    training = await prepare(FluxDevLoraTrainer.checked({**TRAINING, "name": "New"}))
    await api.delete(f"/v1/models/{training.body['destination']}")
    with pytest.raises(NotFound, match="was to end in") as told:
        await provider.order(training, nothing)
    assert told.value.status == 404


async def test_a_refusal_names_the_field(provider: ReplicateProvider, prepare: Prepare) -> None:
    prepared = await prepare(official(), HERE)
    wrong = prepared.__class__(
        prepared.request, {"input": {**prepared.body["input"], "guidance": 99}}, prepared.details
    )
    with pytest.raises(Refused) as refused:
        await provider.order(wrong, nothing)
    assert [(problem.field, problem.reason) for problem in refused.value.problems] == [
        ("guidance", "Must be less than or equal to 10")
    ]


async def test_a_wrong_key_is_told(make_provider: MakeProvider) -> None:
    with pytest.raises(NotAuthenticated):
        await make_provider("r8_sim_wrong_key").check_key()


async def test_the_account_has_a_name_and_no_balance(provider: ReplicateProvider) -> None:
    assert await provider.check_key() == await provider.account() == Account(None, "member-1")
    assert await provider.prices() == {}


async def test_what_is_served(provider: ReplicateProvider) -> None:
    names = ["ostris/flux-dev-lora-trainer", "trained-version", "ostris/nothing"]
    assert await provider.serving(names) == {names[0]: True, names[2]: False}


async def test_an_accepted_order_without_an_id_is_in_doubt(
    provider: ReplicateProvider, prepare: Prepare
) -> None:
    prepared = await prepare(official(), HERE)
    # Creating a model is answered with a document that names no task.
    body = {"owner": "member-1", "name": "x", "visibility": "private", "hardware": "cpu"}
    with pytest.raises(InDoubt, match="names no task"):
        await provider.order(prepared.__class__(prepared.request, body, {PATH: "/v1/models"}), nothing)


async def test_finetunes_are_the_versions_that_trainings_made(
    provider: ReplicateProvider, train: Train, order: Order, api: APIService, make_provider: MakeProvider
) -> None:
    first = str((await train()).finetune_id)
    second = str((await train(steps=120, lora_rank=8)).finetune_id)
    await train(trigger_word="failme")
    await order(official(), HERE)
    assert await provider.finetune_ids() == (second, first)
    assert first.partition(":")[0] == second.partition(":")[0]
    told = await make_provider().finetune(second)
    assert (told.profile, told.id, told.name, told.trigger_word) == ("", second, "Red sheets", "SHEET")
    assert (told.iterations, told.lora_rank, told.learning_rate) == (120, 8, 4e-4)
    assert (told.captioning, told.base) == (True, Base.FLUX1_DEV)
    assert told.endpoint == "ostris/flux-dev-lora-trainer"
    assert told.created_at is not None
    assert told.raw["visibility"] == "private"
    assert await make_provider(POOR_KEY).finetune_ids() == ()


async def test_a_model_can_be_named_without_its_version(
    provider: ReplicateProvider, trained: RemoteStatus
) -> None:
    model = str(trained.finetune_id).partition(":")[0]
    told = await provider.finetune(model)
    assert (told.id, told.name, told.base) == (model, "Red sheets", Base.FLUX1_DEV)
    other = await provider.finetune("black-forest-labs/flux-dev-lora")
    assert (other.name, other.base, other.trigger_word) == ("flux-dev-lora", None, None)
    for unknown in ("member-1/nothing", f"{model}:{'0' * 64}"):
        with pytest.raises(NotFound, match="does not know the finetune"):
            await provider.finetune(unknown)
    with pytest.raises(InvalidInput, match="owner/name"):
        await provider.finetune("nonsense")


async def test_a_deleted_version_goes_and_leaves_the_list(
    provider: ReplicateProvider, train: Train, clock: ManualClock, simulator: Simulator
) -> None:
    first = str((await train()).finetune_id)
    second = str((await train()).finetune_id)
    assert "deletes the version" in await provider.delete_finetune(first)
    clock.advance(6)
    assert await provider.finetune_ids() == (second,)
    with pytest.raises(NotFound):
        await provider.finetune(first)
    with pytest.raises(NotFound, match="does not know the finetune"):
        await provider.delete_finetune(first)
    with pytest.raises(InvalidInput, match="no version; nothing was deleted"):
        await provider.delete_finetune(first.partition(":")[0])


async def test_lists_of_another_shape_are_told(make_provider: MakeProvider, simulator: Simulator) -> None:
    simulator.replicate.faults("garbled-body", where="manage")
    with pytest.raises(UnexpectedAnswer):
        await make_provider().finetune_ids()


async def test_nothing_is_ever_ordered_twice(
    provider: ReplicateProvider, prepare: Prepare, simulator: Simulator
) -> None:
    prepared = await prepare(official(), HERE)
    for fault in ("drop-after", "truncated-body", "garbled-body", "500", "503"):
        simulator.reset()
        simulator.replicate.faults(fault, count=1, where="submit")
        with pytest.raises(InDoubt):
            await provider.order(prepared, nothing)
        assert len(simulator.replicate.ledger()) == (0 if fault.isdecimal() else 1)


async def test_training_whose_trainer_is_no_text_is_passed_over(make_provider: MakeProvider) -> None:
    server = ScriptedServer()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    row = {"status": "succeeded", "model": ["a"], "output": {"version": f"someone/fox:{'a' * 64}"}}
    server.answer(200, {"results": [row], "next": None})
    provider = make_provider(base_url=f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}")
    assert await provider.finetune_ids() == ()
    listening.close()
