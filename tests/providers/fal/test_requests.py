"""What goes over the wire, header by header, and answers that the simulator does not give."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from fluxtui.domain.errors import InDoubt, UnexpectedAnswer
from fluxtui.domain.jobs import JobKind
from fluxtui.providers.base import CancelAnswer, Materials, Phase, RemoteTask
from fluxtui.providers.fal.provider import FalProvider
from fluxtui.providers.fal.training import FastTrainer
from fluxtui.providers.fal.uploads import DATASET_LIFETIME, FalUploads
from tests.api.conftest import ScriptedServer
from tests.providers.fal.conftest import MakeApi, Memory, nothing

KEY = "some-id:some-secret"
TASK = RemoteTask(JobKind.GENERATION, "fal-ai/flux-2/klein/9b/lora", "id-1", None)
GATEWAY_FAULT = {"detail": "The runner disconnected.", "error_type": "runner_disconnected"}


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    """A server whose answers a test scripts."""
    scripted = ScriptedServer()
    listening = await asyncio.start_server(scripted.serve, "127.0.0.1", 0)
    scripted.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    yield scripted
    listening.close()


@pytest.fixture
def scripted(make_api: MakeApi, server: ScriptedServer) -> FalProvider:
    """The provider at that server."""
    return FalProvider(make_api(dict.fromkeys(("queue", "rest", "platform"), server.url), KEY))


async def test_a_training_from_upload_to_order(
    scripted: FalProvider, server: ScriptedServer, archive: Path, memory: Memory
) -> None:
    place = {"upload_url": f"{server.url}/put?signature=s", "file_url": "https://v3.fal.media/files/a.zip"}
    server.answer(200, place).answer(200)
    urls = {"response_url": "https://r", "status_url": "https://s", "cancel_url": "https://c"}
    server.answer(200, {"request_id": "id-1", **urls})
    request = FastTrainer.checked({"name": "Red"})
    prepared = await scripted.prepare(request, Materials(uploads=memory, archive=archive))
    accepted = await scripted.order(prepared, nothing)
    initiate, put, order = server.seen
    assert initiate.target == "/storage/upload/initiate?storage_type=fal-cdn-v3"
    assert initiate.headers["authorization"] == f"Key {KEY}"
    assert initiate.headers["x-fal-object-lifecycle-preference"] == '{"expiration_duration_seconds": 604800}'
    assert (put.method, put.target, put.body) == ("PUT", "/put?signature=s", archive.read_bytes())
    assert "authorization" not in put.headers
    assert (order.method, order.target) == ("POST", "/fal-ai/flux-lora-fast-training")
    assert order.headers["authorization"] == f"Key {KEY}"
    assert order.headers["x-fal-no-retry"] == "1"
    assert accepted.polling_url == "https://s"
    assert accepted.addresses == {"result": "https://r", "cancel": "https://c"}


async def test_order_whose_answer_names_no_task_is_in_doubt(
    scripted: FalProvider, server: ScriptedServer, archive: Path, memory: Memory
) -> None:
    await memory.remember("known", "https://v3.fal.media/files/a.zip", None)  # type: ignore[arg-type]
    server.answer(200, {"status": "IN_QUEUE"})
    materials = Materials(uploads=memory, archive=archive, archive_sha256="known")
    prepared = await scripted.prepare(FastTrainer.checked({"name": "Red"}), materials)
    with pytest.raises(InDoubt, match="names no task"):
        await scripted.order(prepared, nothing)
    assert len(server.seen) == 1


async def test_status_asks_for_logs_below_owner_and_application(
    scripted: FalProvider, server: ScriptedServer
) -> None:
    server.answer(202, {"status": "IN_QUEUE", "queue_position": 3})
    assert (await scripted.status(TASK)).queue_position == 3
    assert server.seen[0].target == "/fal-ai/flux-2/requests/id-1/status?logs=1"


async def test_fault_that_the_status_knows_nothing_of_may_pass_however_often_it_comes(
    scripted: FalProvider, server: ScriptedServer
) -> None:
    for _ in range(9):
        server.answer(200, {"status": "COMPLETED"}).answer(503, GATEWAY_FAULT)
        status = await scripted.status(TASK)
        assert (status.phase, status.cost_credits, status.unsure) == (Phase.FAILED, 0.0, True)


async def test_result_that_lags_behind_the_status_is_waited_for(
    scripted: FalProvider, server: ScriptedServer
) -> None:
    server.answer(200, {"status": "COMPLETED"}).answer(400, {"detail": "Request is still in progress"})
    status = await scripted.status(TASK)
    assert (status.phase, status.unsure) == (Phase.FAILED, True)


async def test_refused_input_that_the_status_knows_nothing_of_is_believed_at_once(
    scripted: FalProvider, server: ScriptedServer
) -> None:
    detail = [{"loc": ["body", "steps"], "msg": "too many", "type": "less_than_equal", "input": "secret"}]
    server.answer(200, {"status": "COMPLETED"}).answer(422, {"detail": detail})
    status = await scripted.status(TASK)
    assert (status.phase, status.unsure) == (Phase.FAILED, False)
    assert "too many" in status.message
    assert "secret" not in status.message


async def test_result_that_has_gone_with_a_told_failure_is_a_failure(
    scripted: FalProvider, server: ScriptedServer
) -> None:
    server.answer(200, {"status": "COMPLETED", "error": "it broke", "error_type": "x"})
    server.answer(404, {"detail": "Request not found"})
    status = await scripted.status(TASK)
    assert (status.phase, "it broke" in status.message) == (Phase.FAILED, True)


async def test_prices_are_asked_for_one_by_one_where_the_list_is_refused(
    scripted: FalProvider, server: ScriptedServer
) -> None:
    server.answer(404, {"error": {"type": "not_found", "message": "Unknown endpoint"}})
    server.answer(200, {"models": [{"endpoint_id": "a", "metadata": {"status": "active"}}]})
    server.answer(404, {"error": {"type": "not_found", "message": "Unknown endpoint"}})
    assert await scripted.serving(["a", "b"]) == {"a": True, "b": False}
    assert server.seen[0].target == "/v1/models?endpoint_id=a&endpoint_id=b"
    assert [seen.target for seen in server.seen[1:]] == [f"/v1/models?endpoint_id={name}" for name in "ab"]


@pytest.mark.parametrize("cursor", ["\ud800", "a b", 7])
async def test_list_that_goes_on_nowhere_ends(
    scripted: FalProvider, server: ScriptedServer, cursor: object
) -> None:
    for _ in range(9):
        server.answer(200, {"prices": [], "has_more": True, "next_cursor": cursor})
    await scripted.prices()
    assert all("cursor" not in asked.target for asked in server.seen)


async def test_place_for_an_upload_that_is_none_is_told(
    scripted: FalProvider, server: ScriptedServer, make_api: MakeApi, archive: Path, memory: Memory
) -> None:
    server.answer(200, {"upload_url": "https://[::1", "file_url": "https://v3.fal.media/files/a.zip"})
    api = make_api(dict.fromkeys(("queue", "rest", "platform"), server.url), KEY)
    uploads = FalUploads(api, memory, None, whole_bytes=1)
    with pytest.raises(UnexpectedAnswer, match="no place for the upload"):
        await uploads.address_of(archive, DATASET_LIFETIME)


@pytest.mark.parametrize("address", ["https://evil.example/status", "data:x", "https://[::1"])
async def test_task_whose_addresses_cannot_be_asked_is_asked_for_by_its_id(
    scripted: FalProvider, server: ScriptedServer, address: str
) -> None:
    server.answer(200, {"status": "CANCELLATION_REQUESTED"}).answer(200, {"status": "COMPLETED"})
    server.answer(200, {"images": [{"url": "https://x/a.png"}]})
    task = replace(TASK, polling_url=address, addresses={"result": address, "cancel": address})
    assert await scripted.cancel(task) is CancelAnswer.ASKED
    assert (await scripted.status(task)).result_url == "https://x/a.png"
    below = "/fal-ai/flux-2/requests/id-1"
    assert [asked.target for asked in server.seen][:3] == [f"{below}/cancel", f"{below}/status?logs=1", below]


async def test_task_that_is_not_known_by_its_id_either_tells_of_its_address(
    scripted: FalProvider, server: ScriptedServer
) -> None:
    server.answer(404, {"detail": "Request not found"})
    with pytest.raises(UnexpectedAnswer, match="may not have the key"):
        await scripted.status(replace(TASK, polling_url="https://evil.example/status"))
