"""The key in use comes in from no service: not in a body, a header, an address or an error."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from fluxtui.api.limits import ANSWER_BYTES
from fluxtui.api.service import APIService
from fluxtui.domain.errors import FluxError, Refused
from fluxtui.domain.keys import REMOVED_KEY
from tests.fakes.written_keys import WRITTEN, traces_of

if TYPE_CHECKING:
    from tests.api.conftest import MakeService, ScriptedServer

KEY = "secret-key-4711"


def _nowhere(told: object, key: str = KEY) -> None:
    text = str(told).lower()
    assert not [trace for trace in traces_of(key) if trace in text]


@pytest.mark.parametrize("written", WRITTEN)
async def test_an_answer_loses_it(server: ScriptedServer, service: APIService, written: str) -> None:
    echo = WRITTEN[written](KEY)
    server.answer(200, {"echo": echo, f"name {echo}": [{"deep": echo}]}, X_Echo=echo)
    answer = await service.get("/x")
    assert answer.data["echo"] != echo
    assert REMOVED_KEY in answer.headers["x-echo"]
    _nowhere((answer.data, answer.headers))


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize(
    "body",
    [
        lambda echo: {"detail": f"You sent {echo}"},
        lambda echo: {"detail": [{"loc": ["body", echo], "msg": f"not {echo}", "type": echo}]},
        lambda echo: {"error": {"type": echo, "message": f"no {echo}"}},
        lambda echo: {"title": echo, "invalid_fields": [{"field": echo, "description": echo}]},
    ],
)
async def test_a_failure_loses_it(
    server: ScriptedServer, service: APIService, written: str, body: Callable[[str], Any]
) -> None:
    echo = WRITTEN[written](KEY)
    server.answer(422, body(echo), X_Fal_Error_Type=echo)
    with pytest.raises(Refused) as raised:
        await service.post("/x", {})
    _nowhere((raised.value.sentence(), raised.value.problems, raised.value.kind, raised.value.detail))


async def test_what_is_salvaged_of_a_huge_refusal_loses_it(
    server: ScriptedServer, service: APIService
) -> None:
    refusal = json.dumps({"detail": [{"loc": ["body", "x"], "msg": f"not {KEY}"}]})
    server.answer(422, (refusal + " " * ANSWER_BYTES).encode())
    with pytest.raises(Refused) as raised:
        await service.post("/x", {})
    assert raised.value.problems[0].reason == f"not {REMOVED_KEY}"


async def test_other_known_keys_are_lost_too(server: ScriptedServer, make_service: MakeService) -> None:
    known: list[SecretStr] = []
    service = make_service(known_keys=lambda: known)
    server.answer(200, {"echo": "OTHERKEY999"}).answer(200, {"echo": "otherkey999"})
    assert (await service.get("/x")).data == {"echo": "OTHERKEY999"}
    known.append(SecretStr("OTHERKEY999"))
    assert (await service.get("/x")).data == {"echo": REMOVED_KEY}


async def test_the_answer_of_a_storage_loses_it(server: ScriptedServer, service: APIService) -> None:
    server.answer(200, {"echo": KEY}, ETag=KEY)
    answer = await service.upload(f"{server.url}/put", b"file", content_type="text/plain")
    _nowhere((answer.data, answer.headers))


async def test_a_delivery_and_its_redirect_tell_it_nowhere(
    server: ScriptedServer, service: APIService, tmp_path: Path
) -> None:
    server.answer(200, b"bytes", Content_Type=f"image/{KEY}")
    saved = await service.download(f"{server.url}/a", tmp_path / "a")
    _nowhere(saved)
    server.answer(302, b"", Location=f"https://{KEY}.example/")
    with pytest.raises(FluxError) as raised:
        await service.download(f"{server.url}/a", tmp_path / "a")
    _nowhere(raised.value.sentence())


async def test_an_address_with_the_key_in_it_still_leads_to_the_result(
    server: ScriptedServer, service: APIService, tmp_path: Path
) -> None:
    server.answer(200, {"polling_url": f"{server.url}/v1/get?id=1&k={KEY}", "own": f"/v1/{KEY}/x"})
    told = (await service.get("/x")).data
    _nowhere(told)
    for _ in range(3):
        server.answer(200, {})
    await service.get(told["polling_url"])
    await service.get(told["own"])
    await service.download(told["polling_url"], tmp_path / "a")
    assert [seen.target for seen in server.seen[1:]] == [
        f"/v1/get?id=1&k={KEY}",
        f"/v1/{KEY}/x",
        f"/v1/get?id=1&k={KEY}",
    ]
    _nowhere(service.trace.exchanges)


async def test_it_is_put_into_no_address_of_another_server(
    server: ScriptedServer, make_service: MakeService, tmp_path: Path
) -> None:
    service = make_service("https://api.service.example")
    with pytest.raises(FluxError):
        await service.get(f"{server.url}/x?k={REMOVED_KEY}")
    with pytest.raises(FluxError):
        await service.download(f"{server.url}/x?k={REMOVED_KEY}", tmp_path / "a")
    assert not server.seen


async def test_a_silly_key_spoils_no_answer(server: ScriptedServer) -> None:
    service = APIService(server.url, SecretStr("COMPLETED"))
    server.answer(200, {"status": "COMPLETED"})
    assert (await service.get("/x")).data == {"status": "COMPLETED"}
    await service.close()
