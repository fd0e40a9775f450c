"""From requests to results at the simulated Runware."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from fluxtui.domain.endpoint import GenerationEndpoint
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
    UnexpectedAnswer,
)
from fluxtui.domain.jobs import JobKind
from fluxtui.domain.weights import Base
from fluxtui.providers.base import Account, PartOfList, Phase, Provider, RemoteTask
from fluxtui.providers.runware.finetunes import base_of
from fluxtui.providers.runware.generation import (
    RunwareFlux1DevLora,
    RunwareKlein9B,
    RunwareKlein9BBaseLora,
    RunwareKontext,
)
from fluxtui.providers.runware.provider import SILENCE, STUCK
from fluxtui.simulator.running import Simulator
from fluxtui.simulator.runware.keys import FORBIDDEN_KEY, POOR_KEY
from fluxtui.simulator.runware.tasks import ANSWER_SECONDS, PICTURE_SECONDS
from tests.api.conftest import ScriptedServer
from tests.providers.runware.conftest import SECONDS, nothing, task_of

if TYPE_CHECKING:
    from fluxtui.api.service import APIService
    from fluxtui.providers.runware.provider import RunwareProvider
    from fluxtui.simulator.core.clock import ManualClock
    from tests.providers.runware.conftest import MakeProvider, Order, Prepare

OWN = "simstudio:red-sheets@1"


def klein(**values: Any) -> RunwareKlein9B:
    return RunwareKlein9B.checked({"prompt": "a fox", "width": 512, "height": 512, **values})


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    """A server that answers what a test tells it to."""
    scripted = ScriptedServer()
    listening = await asyncio.start_server(scripted.serve, "127.0.0.1", 0)
    scripted.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    yield scripted
    listening.close()


@pytest.fixture
def scripted(make_provider: MakeProvider, server: ScriptedServer) -> RunwareProvider:
    """The provider before that server."""
    return make_provider(base_url=server.url)


def test_it_is_a_provider(provider: RunwareProvider) -> None:
    asked: Provider = provider
    assert asked.abilities.finds == {JobKind.GENERATION}
    assert not asked.abilities.cancels
    assert asked.abilities.tells_balance
    assert asked.training_endpoints() == ()
    for endpoint in asked.generation_endpoints():
        assert asked.endpoint(endpoint.info.id) is endpoint
    with pytest.raises(InvalidInput, match="no endpoint 'flux-9'"):
        asked.endpoint("flux-9")


async def test_from_request_to_picture(
    provider: RunwareProvider,
    order: Order,
    api: APIService,
    simulator: Simulator,
    clock: ManualClock,
    tmp_path: Path,
) -> None:
    task = await order(klein(seed=7))
    first = await provider.status(task)
    assert (first.phase, first.word) == (Phase.RUNNING, "no word of it yet")
    clock.advance(SECONDS / 2)
    assert (await provider.status(task)).word == "running"
    clock.advance(SECONDS / 2)
    done = await provider.status(task)
    assert (done.phase, dict(done.details), done.remark) == (Phase.READY, {"seed": 7}, "")
    assert str(done.result_url).startswith(simulator.runware.urls["delivery"])
    await api.download(str(done.result_url), tmp_path / "fox.png")
    with Image.open(tmp_path / "fox.png") as opened:
        assert (opened.size, opened.format) == ((512, 512), "PNG")
    (entry,) = simulator.runware.ledger()
    assert done.cost_credits == pytest.approx(entry["cost"])
    assert simulator.violations() == []


async def test_a_picture_with_loras(
    provider: RunwareProvider, order: Order, simulator: Simulator, clock: ManualClock
) -> None:
    values = {"prompt": "a SHEET", "finetune_id": OWN, "finetune_id_2": "civitai:1@2", "seed": 7}
    task = await order(RunwareKlein9BBaseLora.checked(values))
    clock.advance(SECONDS)
    assert (await provider.status(task)).phase is Phase.READY
    assert simulator.violations() == []


@pytest.mark.parametrize("lora", ["simstudio:ink@2", "nobody:lora@1"])
async def test_a_lora_that_does_not_fit_or_is_nobodys_is_refused(
    lora: str, order: Order, simulator: Simulator
) -> None:
    with pytest.raises(Refused, match="lora"):
        await order(RunwareKlein9BBaseLora.checked({"prompt": "a fox", "finetune_id": lora}))
    assert simulator.runware.ledger() == []


async def test_a_picture_is_edited(
    provider: RunwareProvider, order: Order, picture: Path, clock: ManualClock
) -> None:
    task = await order(RunwareKontext.checked({"prompt": "in snow", "input_image": str(picture)}))
    clock.advance(SECONDS)
    assert (await provider.status(task)).phase is Phase.READY


@pytest.mark.parametrize(("word", "phase"), [("failme", Phase.FAILED), ("moderateme", Phase.MODERATED)])
async def test_jobs_that_end_badly(
    word: str, phase: Phase, provider: RunwareProvider, order: Order, clock: ManualClock, simulator: Simulator
) -> None:
    task = await order(klein(prompt=f"a fox, {word}"))
    clock.advance(SECONDS)
    ended = await provider.status(task)
    assert (ended.phase, ended.unsure) == (phase, False)
    assert ended.message
    assert simulator.runware.ledger()[0]["cost"] == 0


async def test_a_marked_picture_says_so(provider: RunwareProvider, order: Order, clock: ManualClock) -> None:
    task = await order(klein(prompt="a fox, contentmoderated"))
    clock.advance(SECONDS)
    done = await provider.status(task)
    assert done.phase is Phase.READY
    assert "content check" in done.remark


async def test_a_word_that_is_new_passes_by(
    provider: RunwareProvider, order: Order, simulator: Simulator, clock: ManualClock
) -> None:
    task = await order(klein())
    simulator.runware.faults("unknown-status", count=1, where="poll")
    clock.advance(SECONDS / 2)
    assert (await provider.status(task)).word == "rehearsing"
    clock.advance(SECONDS / 2)
    assert (await provider.status(task)).phase is Phase.READY


async def test_a_forgotten_answer_comes_out_of_the_archive(
    provider: RunwareProvider, order: Order, clock: ManualClock, api: APIService, tmp_path: Path
) -> None:
    task = await order(klein())
    clock.advance(ANSWER_SECONDS + SECONDS)
    done = await provider.status(task)
    assert done.phase is Phase.READY
    assert done.cost_credits is not None
    await api.download(str(done.result_url), tmp_path / "fox.png")
    clock.advance(PICTURE_SECONDS)
    again = await provider.status(task)
    with pytest.raises((ResultExpired, NotFound)):
        await api.download(str(again.result_url), tmp_path / "late.png")


async def test_a_task_that_nobody_knows_is_missing_after_a_while(
    provider: RunwareProvider, clock: ManualClock, simulator: Simulator
) -> None:
    task = task_of(klein(), "6dd7f0d1-e8bd-4dfb-b7c4-918569628ba3")
    assert (await provider.status(task)).phase is Phase.RUNNING
    clock.advance(SILENCE - 1)
    assert (await provider.status(task)).phase is Phase.RUNNING
    clock.advance(1)
    assert (await provider.status(task)).phase is Phase.MISSING
    assert simulator.violations() == []


async def test_a_task_that_is_worked_on_for_ever_is_missing_in_the_end(
    scripted: RunwareProvider, server: ScriptedServer, clock: ManualClock
) -> None:
    task = task_of(klein(), "6dd7f0d1-e8bd-4dfb-b7c4-918569628ba3")
    row = {"taskType": "imageInference", "taskUUID": task.remote_id, "status": "processing"}
    for _ in range(2):
        server.answer(200, {"data": [row]})
        assert (await scripted.status(task)).phase is Phase.RUNNING
        clock.advance(STUCK / 2)
    server.answer(200, {"data": [row]}).answer(200, {"data": []})
    assert (await scripted.status(task)).phase is Phase.MISSING


async def test_what_the_archive_says_of_trouble_is_not_the_answer(
    scripted: RunwareProvider, server: ScriptedServer
) -> None:
    task = task_of(klein(), "6dd7f0d1-e8bd-4dfb-b7c4-918569628ba3")
    server.answer(200, {"data": []}).answer(404, {"detail": "no"})
    assert (await scripted.status(task)).word == "no word of it yet"


async def test_questions_that_are_refused_are_trouble_and_not_the_end(
    provider: RunwareProvider, order: Order, simulator: Simulator
) -> None:
    task = await order(klein())
    for fault, error in (("429", RateLimited), ("503", ServiceDown), ("garbled-body", UnexpectedAnswer)):
        simulator.runware.faults(fault, count=2, where="poll")
        with pytest.raises(error):
            await provider.status(task)
        simulator.clear_faults()


async def test_without_credit_nothing_is_accepted(
    make_provider: MakeProvider, prepare: Prepare, simulator: Simulator
) -> None:
    with pytest.raises(OutOfCredits, match="nothing was billed"):
        await make_provider(POOR_KEY).order(await prepare(klein()), nothing)
    assert simulator.runware.ledger() == []


async def test_a_wrong_key_and_one_that_may_nothing_are_told(make_provider: MakeProvider) -> None:
    with pytest.raises(NotAuthenticated):
        await make_provider("RwSimNobody").check_key()
    forbidden = make_provider(FORBIDDEN_KEY)
    assert await forbidden.check_key() == Account()
    with pytest.raises(NotPermitted):
        await forbidden.finetune_ids()


async def test_the_account_has_a_name_and_a_balance(provider: RunwareProvider) -> None:
    account = await provider.account()
    assert account.balance == pytest.approx(10_000)
    assert account.name == "Simulated studio valid"
    assert await provider.prices() == {}
    assert await provider.serving(["runware:400@3"]) == {}


@pytest.mark.parametrize(
    ("balance", "told"),
    [
        (12.5, 1250.0),
        ({"amount": 12.5, "currency": "USD"}, 1250.0),
        ({"available": 0, "total": 7}, 0.0),
        ({"left": 3}, None),
        ("12", None),
        (None, None),
        (-1, -100.0),
    ],
)
async def test_balances_of_whatever_shape(
    balance: Any, told: float | None, scripted: RunwareProvider, server: ScriptedServer
) -> None:
    await _answering(server, lambda sent: {"data": [{"taskUUID": sent["taskUUID"], "balance": balance}]})
    assert (await scripted.account()).balance == told


async def _answering(server: ScriptedServer, make: Callable[[dict[str, Any]], Any], times: int = 1) -> None:
    """Let a server answer with what `make` makes of the question's one task."""

    async def step(seen: Any, writer: asyncio.StreamWriter) -> None:
        content = json.dumps(make(json.loads(seen.body)[0])).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(content) + content)
        await writer.drain()

    for _ in range(times):
        server.then(step)


async def test_nothing_is_ever_ordered_twice(
    provider: RunwareProvider, prepare: Prepare, simulator: Simulator
) -> None:
    prepared = await prepare(klein())
    for fault in ("drop-after", "truncated-body", "garbled-body", "500", "503"):
        simulator.reset()
        simulator.runware.faults(fault, count=1, where="submit")
        with pytest.raises(InDoubt):
            await provider.order(prepared, nothing)
        assert len(simulator.runware.ledger()) == (0 if fault.isdecimal() else 1)
        assert simulator.violations() == []


async def test_an_error_of_the_services_own_leaves_doubt_even_if_it_names_a_parameter(
    scripted: RunwareProvider, prepare: Prepare, server: ScriptedServer
) -> None:
    said = {"code": "timeoutProvider", "message": "Too slow.", "parameter": "positivePrompt"}
    server.answer(504, {"errors": [said]})
    with pytest.raises(InDoubt):
        await scripted.order(await prepare(klein()), nothing)
    assert len(server.seen) == 1


async def test_nothing_can_be_called_back_or_deleted(provider: RunwareProvider) -> None:
    task = RemoteTask(JobKind.GENERATION, "runware:400@2", "x", None, {}, {})
    with pytest.raises(InvalidInput, match="no way to call a task back"):
        await provider.cancel(task)
    with pytest.raises(InvalidInput, match=r"my\.runware\.ai"):
        await provider.delete_finetune(OWN)


async def test_loras_are_those_of_the_account(provider: RunwareProvider, make_provider: MakeProvider) -> None:
    assert await provider.finetune_ids() == (OWN, "simstudio:ink@2", "simstudio:unsorted@1")
    assert await make_provider(POOR_KEY).finetune_ids() == ()
    told = await provider.finetune(OWN)
    assert (told.profile, told.id, told.name) == ("", OWN, "Red sheets 1")
    assert (told.trigger_word, told.base) == ("SHEET", Base.KLEIN_9B)
    assert told.raw == {"architecture": "flux_2_klein_9b", "version": "1"}
    assert (await provider.finetune("simstudio:unsorted@1")).base is None


async def test_loras_of_civitai_are_known_listed_or_not(provider: RunwareProvider) -> None:
    listed = await provider.finetune("civitai:618692@691639")
    assert (listed.name, listed.base) == ("Flux Realism v1", Base.FLUX1_DEV)
    other = await provider.finetune("civitai:1@2")
    assert (other.name, other.base) == ("civitai:1@2", None)
    for unknown in ("simstudio:gone@1", "civitai:1", "civitai: 1@2"):
        with pytest.raises(NotFound, match="knows no LoRA"):
            await provider.finetune(unknown)


async def test_many_loras_are_read_page_by_page_and_not_for_ever(
    scripted: RunwareProvider, server: ScriptedServer
) -> None:
    def page(sent: dict[str, Any]) -> Any:
        rows = [{"air": f"me:lora-{sent['offset'] + number}@1"} for number in range(sent["limit"])]
        return {"data": [{"taskUUID": sent["taskUUID"], "results": rows, "totalResults": 5000}]}

    await _answering(server, page, times=10)
    ids = await scripted.finetune_ids()
    assert isinstance(ids, PartOfList)
    assert (len(ids), ids[0], ids[-1]) == (1000, "me:lora-0@1", "me:lora-999@1")


@pytest.mark.parametrize("results", [None, "x", [None, 7, {"air": 7}, {}]])
async def test_lists_of_another_shape_hold_nothing(
    results: Any, scripted: RunwareProvider, server: ScriptedServer
) -> None:
    await _answering(server, lambda sent: {"data": [{"taskUUID": sent["taskUUID"], "results": results}]}, 2)
    assert await scripted.finetune_ids() == ()


@pytest.mark.parametrize(
    ("word", "base"),
    [
        ("flux_2_klein_9b", Base.KLEIN_9B),
        ("FLUX.2 [klein] 4B", Base.KLEIN_4B),
        ("flux2dev", Base.FLUX2_DEV),
        ("flux1d", Base.FLUX1_DEV),
        ("flux1s", Base.FLUX1_SCHNELL),
        ("fluxkontextdev", Base.FLUX1_KONTEXT),
        ("sdxl", Base.SDXL),
        ("something", None),
        (None, None),
        (7, None),
    ],
)
def test_words_for_architectures(word: Any, base: Base | None) -> None:
    assert base_of(word) is base


async def test_the_key_goes_to_runware_alone(
    scripted: RunwareProvider, order: Order, server: ScriptedServer
) -> None:
    await _answering(server, lambda sent: {"data": [{"taskUUID": sent["taskUUID"], "balance": 1}]})
    await scripted.account()
    assert server.seen[0].target == "/v1"
    assert server.seen[0].headers["authorization"].startswith("Bearer ")
    sent = json.loads(server.seen[0].body)
    assert [sorted(task) for task in sent] == [["operation", "taskType", "taskUUID"]]


async def test_a_foreign_lora_goes_with_the_model_it_names(
    provider: RunwareProvider, order: Order, clock: ManualClock
) -> None:
    request = RunwareFlux1DevLora.checked({"prompt": "a fox", "finetune_id": "civitai:618692@691639"})
    assert isinstance(request, GenerationEndpoint)
    task = await order(request)
    clock.advance(SECONDS)
    assert (await provider.status(task)).phase is Phase.READY
