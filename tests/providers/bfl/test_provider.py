from __future__ import annotations

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fluxtui.domain.endpoint import GenerationEndpoint, TrainingEndpoint
from fluxtui.domain.errors import (
    InDoubt,
    InvalidInput,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    OutOfCredits,
    RateLimited,
    Refused,
    ResultExpired,
    ServiceDown,
    ServiceError,
    StorageError,
    TrainingDiscontinued,
    UnexpectedAnswer,
)
from fluxtui.domain.jobs import JobKind
from fluxtui.providers.base import Accepted, Account, Phase, Provider, RemoteTask
from fluxtui.providers.bfl.finetuned import DepthFinetuned, UltraFinetuned
from fluxtui.providers.bfl.flux1 import FluxPro11
from fluxtui.providers.bfl.flux3 import Flux3Image
from fluxtui.providers.bfl.klein import Klein4B
from fluxtui.providers.bfl.kontext import KontextMax
from fluxtui.providers.bfl.tools import Outpainting
from fluxtui.providers.bfl.training import BFLTraining
from fluxtui.simulator.core.keys import FORBIDDEN_KEY, POOR_KEY
from fluxtui.simulator.core.settings import Settings
from fluxtui.simulator.running import Simulator, running_simulator

if TYPE_CHECKING:
    from fluxtui.api.service import APIService
    from fluxtui.providers.bfl.provider import BFLProvider
    from fluxtui.simulator.core.clock import ManualClock
    from tests.providers.bfl.conftest import MakeProvider

FOX = FluxPro11.checked({"prompt": "a fox", "seed": 7})
TRAINING = BFLTraining.checked({"finetune_comment": "reds", "mode": "style", "trigger_word": "RED"})


def _nothing(_done: int, _total: int) -> None:
    return None


def _task(accepted: Accepted, kind: JobKind = JobKind.GENERATION) -> RemoteTask:
    return RemoteTask(kind, "any", accepted.remote_id, accepted.polling_url)


def test_it_is_a_provider(provider: BFLProvider) -> None:
    asked: Provider = provider
    assert asked.active_limit == 24
    assert asked.training_endpoints()[0].rules.max_pictures == 20
    for kinds, base in (
        (asked.generation_endpoints(), GenerationEndpoint),
        (asked.training_endpoints(), TrainingEndpoint),
    ):
        assert all(issubclass(endpoint, base) for endpoint in kinds)
        assert all(asked.endpoint(endpoint.info.id) is endpoint for endpoint in kinds)


def test_unknown_endpoints_are_told(provider: BFLProvider) -> None:
    with pytest.raises(InvalidInput, match="no endpoint 'flux-9'"):
        provider.endpoint("flux-9")


async def test_a_generation_from_request_to_file(
    provider: BFLProvider, api: APIService, simulator: Simulator, clock: ManualClock, tmp_path: Path
) -> None:
    accepted = await provider.generate(FOX)
    assert accepted.cost_credits is None, "FLUX.1 tells it with the result alone"
    assert accepted.polling_url is not None
    assert accepted.polling_url.startswith(simulator.polling_base_url)
    waiting = await provider.status(_task(accepted))
    assert waiting.phase is Phase.QUEUED
    clock.advance(1)
    running = await provider.status(_task(accepted))
    assert (running.phase, running.word) == (Phase.QUEUED, "Pending")
    assert running.progress is not None
    assert 0 < running.progress < 1
    clock.advance(1)
    ready = await provider.status(_task(accepted))
    assert (ready.phase, ready.word, ready.progress) == (Phase.READY, "Ready", 1)
    assert (ready.details["seed"], ready.cost_credits) == (7, 4)
    assert ready.result_url is not None
    done = await api.download(ready.result_url, tmp_path / "part")
    assert done.content_type == "image/jpeg"
    assert done.size == (tmp_path / "part").stat().st_size > 1000
    assert simulator.violations() == []
    assert [entry["delivered"] for entry in simulator.ledger()] == [1]


async def test_without_a_polling_url_the_submit_host_is_asked(provider: BFLProvider) -> None:
    accepted = await provider.generate(FOX)
    status = await provider.status(RemoteTask(JobKind.GENERATION, "any", accepted.remote_id, None))
    assert status.phase is Phase.QUEUED


async def test_a_result_that_aged_has_expired(
    provider: BFLProvider, api: APIService, clock: ManualClock, tmp_path: Path
) -> None:
    accepted = await provider.generate(FOX)
    clock.advance(2)
    url = (await provider.status(_task(accepted))).result_url
    assert url is not None
    clock.advance(601)
    with pytest.raises(ResultExpired):
        await api.download(url, tmp_path / "part")


async def test_an_unknown_task_is_missing(provider: BFLProvider) -> None:
    status = await provider.status(RemoteTask(JobKind.GENERATION, "any", "no-such-task", None))
    assert status.phase is Phase.MISSING


async def test_a_training_from_archive_to_finetune(
    provider: BFLProvider, simulator: Simulator, clock: ManualClock, archive: Path
) -> None:
    told: list[tuple[int, int]] = []
    accepted = await provider.train(TRAINING, archive, lambda done, total: told.append((done, total)))
    assert accepted.polling_url is None
    assert told[-1][0] == told[-1][1] > archive.stat().st_size
    task = _task(accepted, JobKind.TRAINING)
    assert (await provider.status(task)).phase is Phase.QUEUED
    clock.advance(20)
    assert (await provider.status(task)).phase is Phase.READY
    assert accepted.remote_id in await provider.finetune_ids()
    finetune = await provider.finetune(accepted.remote_id)
    assert (finetune.name, finetune.trigger_word, finetune.lora_rank) == ("reds", "RED", 32)
    assert finetune.created_at is not None
    assert simulator.ledger()[0]["cost"] == TRAINING.estimate().credits
    request = UltraFinetuned.checked({"prompt": "RED", "finetune_id": accepted.remote_id})
    picture = await provider.generate(request)
    clock.advance(2)
    assert (await provider.status(_task(picture))).cost_credits == request.estimate().credits


async def test_outpainting_is_taken_without_a_seed(
    provider: BFLProvider, simulator: Simulator, picture: Path
) -> None:
    values = {"input_image": str(picture), "width": 512, "height": 512, "seed": 7}
    accepted = await provider.generate(Outpainting.checked(values))
    assert accepted.cost_credits == simulator.ledger()[0]["cost"] == 20


@pytest.mark.parametrize("where", ["submit", "poll"])
async def test_cost_that_cannot_be_one_is_not_told(
    provider: BFLProvider, simulator: Simulator, clock: ManualClock, where: str
) -> None:
    simulator.faults("absurd-cost", where=where)
    request = FOX if where == "poll" else Klein4B.checked({"prompt": "a fox"})
    accepted = await provider.generate(request)
    clock.advance(2)
    ready = await provider.status(_task(accepted))
    assert (ready.phase, accepted.cost_credits, ready.cost_credits) == (Phase.READY, None, None)


async def test_numbers_of_a_finetune_that_cannot_be_are_left_out(
    provider: BFLProvider, simulator: Simulator, archive: Path, clock: ManualClock
) -> None:
    accepted = await provider.train(TRAINING, archive, lambda done, total: None)
    clock.advance(20)
    simulator.faults("absurd-details", where="manage")
    finetune = await provider.finetune(accepted.remote_id)
    assert finetune.name == "reds"
    assert (finetune.lora_rank, finetune.iterations, finetune.learning_rate) == (None, None, None)


async def test_a_training_whose_record_is_gone_is_finished_if_its_finetune_is_known(
    provider: BFLProvider, clock: ManualClock, trained: str
) -> None:
    task = RemoteTask(JobKind.TRAINING, "finetune", trained, None)
    clock.advance(10_000)
    status = await provider.status(task)
    assert (status.phase, status.progress) == (Phase.READY, 1)
    await provider.delete_finetune(trained)
    assert (await provider.status(task)).phase is Phase.MISSING


async def test_a_finetune_can_be_deleted_once(provider: BFLProvider, trained: str) -> None:
    assert trained in await provider.delete_finetune(trained)
    assert trained not in await provider.finetune_ids()
    for attempt in (provider.finetune(trained), provider.delete_finetune(trained)):
        with pytest.raises(NotFound, match="region"):
            await attempt


async def test_an_unknown_finetune_is_explained(provider: BFLProvider) -> None:
    request = UltraFinetuned.checked({"prompt": "p", "finetune_id": "no\x1b[31mne"})
    with pytest.raises(NotFound, match=r"The finetune none is not known here.*region.*api\.us\.bfl\.ai"):
        await provider.generate(request)


async def test_a_service_that_trains_no_more_says_so(
    make_provider: MakeProvider, archive: Path, picture: Path
) -> None:
    with running_simulator(Settings(mode="current")) as current:
        provider = make_provider(base_url=current.base_url)
        with pytest.raises(TrainingDiscontinued) as raised:
            await provider.train(TRAINING, archive, _nothing)
        for words in ("no longer trains", "2025-10-31", "Ultra", "klein", "dashboard", "Nothing was billed"):
            assert words in raised.value.sentence()
        values = {"prompt": "p", "finetune_id": "x", "control_image": str(picture)}
        with pytest.raises(NotFound, match="no longer offered"):
            await provider.generate(DepthFinetuned.checked(values))
        assert current.ledger() == []


async def test_a_service_without_an_endpoint_is_told(
    make_provider: MakeProvider, simulator: Simulator
) -> None:
    provider = make_provider(base_url=f"{simulator.base_url}/elsewhere")
    with pytest.raises(NotFound, match=r"does not offer FLUX 1\.1 \[pro\]"):
        await provider.generate(FOX)


async def test_balance_and_free_check_of_the_key(provider: BFLProvider, simulator: Simulator) -> None:
    assert await provider.account() == await provider.check_key() == Account(simulator.credits())
    assert simulator.ledger() == []


@pytest.mark.parametrize(
    ("key", "kind"), [("wrong", NotAuthenticated), (FORBIDDEN_KEY, NotPermitted), ("", NotAuthenticated)]
)
async def test_keys_that_do_not_work(make_provider: MakeProvider, key: str, kind: type[ServiceError]) -> None:
    provider = make_provider(key)
    for attempt in (provider.check_key(), provider.finetune_ids(), provider.generate(FOX)):
        with pytest.raises(kind) as raised:
            await attempt
        assert not key or key not in raised.value.sentence()


async def test_an_empty_account(make_provider: MakeProvider) -> None:
    with pytest.raises(OutOfCredits, match="nothing was billed"):
        await make_provider(POOR_KEY).generate(FOX)


async def test_too_many_at_once(provider: BFLProvider, simulator: Simulator) -> None:
    request = KontextMax.checked({"prompt": "p"})
    assert request.info.active_limit is not None
    for _ in range(request.info.active_limit):
        await provider.generate(request)
    with pytest.raises(RateLimited, match="at most 6"):
        await provider.generate(request)
    assert len(simulator.ledger()) == request.info.active_limit


@pytest.mark.parametrize("kind", ["drop-after", "truncated-body", "garbled-body", "500", "502", "503", "504"])
async def test_a_lost_answer_leaves_doubt_and_one_bill_at_most(
    provider: BFLProvider, simulator: Simulator, kind: str
) -> None:
    simulator.faults(kind, where="submit", count=1)
    with pytest.raises(InDoubt):
        await provider.generate(FOX)
    assert len(simulator.ledger()) <= 1


async def test_a_connection_lost_before_acceptance_leaves_doubt_too(
    provider: BFLProvider, simulator: Simulator, archive: Path
) -> None:
    simulator.faults("drop-before", where="submit", count=2)
    with pytest.raises(InDoubt):
        await provider.generate(FOX)
    with pytest.raises(InDoubt):
        await provider.train(TRAINING, archive, _nothing)
    assert simulator.ledger() == []


async def test_the_services_wish_to_wait_is_handed_on(provider: BFLProvider, simulator: Simulator) -> None:
    simulator.faults("429-retry-after", where="submit", count=1, seconds=17)
    with pytest.raises(RateLimited) as raised:
        await provider.generate(FOX)
    assert raised.value.retry_after == 17
    assert simulator.ledger() == []


@pytest.mark.parametrize(
    "kind", ["429", "500", "503", "drop-before", "drop-after", "truncated-body", "garbled-body"]
)
async def test_polls_survive_one_fault(provider: BFLProvider, simulator: Simulator, kind: str) -> None:
    accepted = await provider.generate(FOX)
    simulator.faults(kind, where="poll", count=1)
    assert (await provider.status(_task(accepted))).phase is Phase.QUEUED


async def test_a_poll_that_keeps_failing_is_told(provider: BFLProvider, simulator: Simulator) -> None:
    accepted = await provider.generate(FOX)
    simulator.faults("503", where="poll")
    with pytest.raises(ServiceDown):
        await provider.status(_task(accepted))


async def test_an_unknown_status_is_not_the_end(provider: BFLProvider, simulator: Simulator) -> None:
    accepted = await provider.generate(FOX)
    simulator.faults("unknown-status", where="poll", count=1)
    status = await provider.status(_task(accepted))
    assert (status.phase, status.word) == (Phase.RUNNING, "Rehearsing")


@pytest.mark.parametrize(
    ("prompt", "phase"),
    [
        ("failme", Phase.FAILED),
        ("fail422me", Phase.FAILED),
        ("fail503me", Phase.FAILED),
        ("moderateme", Phase.MODERATED),
        ("contentmoderated", Phase.MODERATED),
    ],
)
async def test_tasks_that_end_badly(
    provider: BFLProvider, clock: ManualClock, prompt: str, phase: Phase
) -> None:
    accepted = await provider.generate(FluxPro11.checked({"prompt": prompt}))
    clock.advance(2)
    status = await provider.status(_task(accepted))
    assert status.phase is phase
    assert status.message


async def test_too_many_training_pictures_are_moderated(
    provider: BFLProvider, clock: ManualClock, archive: Path, tmp_path: Path
) -> None:
    large = tmp_path / "large.zip"
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(large, "w") as target:
        for number in range(21):
            target.writestr(f"{number:03}.png", source.read("000.png"))
    accepted = await provider.train(TRAINING, large, _nothing)
    clock.advance(20)
    assert (await provider.status(_task(accepted, JobKind.TRAINING))).phase is Phase.MODERATED


async def test_a_bad_archive_is_refused_with_the_services_words(
    provider: BFLProvider, simulator: Simulator, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK nonsense")
    with pytest.raises(Refused) as raised:
        await provider.train(TRAINING, broken, _nothing)
    assert "It says:" in raised.value.sentence()
    with pytest.raises(StorageError):
        await provider.train(TRAINING, tmp_path / "none.zip", _nothing)
    assert simulator.ledger() == []


async def test_a_polling_url_on_a_foreign_host_is_not_asked(provider: BFLProvider) -> None:
    task = RemoteTask(JobKind.GENERATION, "any", "1", "https://api.bfl.ai.evil.example/v1/get_result?id=1")
    with pytest.raises(UnexpectedAnswer, match="may not have the key"):
        await provider.status(task)


async def test_flux_3_reasons_first(provider: BFLProvider, clock: ManualClock) -> None:
    accepted = await provider.generate(Flux3Image.checked({"prompt": "p"}))
    clock.advance(0.5)
    status = await provider.status(_task(accepted))
    assert (status.phase, status.word) == (Phase.RUNNING, "Reasoning")


@pytest.mark.parametrize(
    "address", ["https://evil.example/v1/get_result?id=1", "data:x", "https://[::1", "\ud800"]
)
async def test_a_task_whose_address_cannot_be_asked_is_asked_for_by_its_id(
    provider: BFLProvider, clock: ManualClock, address: str
) -> None:
    accepted = await provider.generate(FOX)
    clock.advance(60)
    task = RemoteTask(JobKind.GENERATION, FOX.info.id, accepted.remote_id, address)
    assert (await provider.status(task)).phase is Phase.READY
