from __future__ import annotations

import asyncio
import base64
import json
import os
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fluxtui.api.attachments import CHUNK_BYTES, Attachment, StreamedBody
from fluxtui.api.attempt import Attempt
from fluxtui.api.limits import Timeouts
from fluxtui.api.retries import RetryPolicy
from fluxtui.api.service import APIService
from fluxtui.domain.errors import InDoubt, NetworkDown, Refused, StorageError

if TYPE_CHECKING:
    from tests.api.conftest import MakeService, ScriptedServer, Sink


async def _all(streamed: StreamedBody) -> bytes:
    return b"".join([piece async for piece in streamed.chunks()])


@pytest.mark.parametrize(
    "size", [0, 1, 2, 3, 4, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES + 2]
)
async def test_the_body_is_the_json_it_should_be(tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    path = tmp_path / "archive.zip"
    path.write_bytes(content)
    sending = Attempt()
    streamed = await StreamedBody.open({"mode": 'a"b', "n": 1}, Attachment("file_data", path), sending)
    body = await _all(streamed)
    await streamed.close()
    assert len(body) == sending.size == sending.sent
    assert json.loads(body) == {"mode": 'a"b', "n": 1, "file_data": base64.b64encode(content).decode()}


async def test_a_body_of_nothing_but_the_file(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"abc")
    streamed = await StreamedBody.open({"file_data": "replaced"}, Attachment("file_data", path), Attempt())
    assert json.loads(await _all(streamed)) == {"file_data": "YWJj"}
    await streamed.close()


async def test_a_missing_file_is_told_before_anything_is_sent(
    tmp_path: Path, server: ScriptedServer, service: APIService
) -> None:
    with pytest.raises(StorageError, match="Nothing was sent"):
        await service.post("/x", {}, attachment=Attachment("file_data", tmp_path / "none.zip"))
    assert server.connections == 0


async def test_an_archive_that_shrinks_breaks_the_upload_off(
    tmp_path: Path, server: ScriptedServer, service: APIService
) -> None:
    path = tmp_path / "archive.zip"
    path.write_bytes(b"x" * (4 * CHUNK_BYTES))

    def shrink(_sent: int, _total: int) -> None:
        os.truncate(path, CHUNK_BYTES)

    with pytest.raises(StorageError, match="changed while it was sent"):
        await service.post("/x", {}, attachment=Attachment("file_data", path), progress=shrink)
    assert server.seen == []


async def test_progress_grows_to_the_whole(
    tmp_path: Path, server: ScriptedServer, service: APIService
) -> None:
    path = tmp_path / "archive.zip"
    path.write_bytes(b"x" * (3 * CHUNK_BYTES))
    told: list[tuple[int, int]] = []
    server.answer(200, {"finetune_id": "1"})
    await service.post(
        "/v1/finetune",
        {"mode": "style"},
        attachment=Attachment("file_data", path),
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == sorted(told)
    assert told[-1] == (len(server.seen[0].body), len(server.seen[0].body))
    assert "transfer-encoding" not in server.seen[0].headers
    assert json.loads(server.seen[0].body)["file_data"] == base64.b64encode(path.read_bytes()).decode()


async def test_memory_stays_flat(tmp_path: Path, sink: Sink, make_service: MakeService) -> None:
    path = tmp_path / "large.zip"
    with path.open("wb") as file:
        file.truncate(60_000_000)
    service = make_service(sink.url)
    await service._opened()
    tracemalloc.start()
    try:
        await service.post("/x", {}, attachment=Attachment("file_data", path))
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sink.received > 80_000_000
    assert peak < 8_000_000


async def test_an_upload_cut_off_tells_how_far_it_came(
    tmp_path: Path, server: ScriptedServer, make_service: MakeService
) -> None:
    path = tmp_path / "large.zip"
    with path.open("wb") as file:
        file.truncate(40_000_000)
    server.read_bodies = False
    server.drop()
    with pytest.raises(InDoubt, match="a part is not accepted"):
        await make_service().post("/x", {}, attachment=Attachment("file_data", path))
    assert len(server.seen) == 1


async def test_an_early_refusal_is_understood(
    tmp_path: Path, server: ScriptedServer, service: APIService
) -> None:
    path = tmp_path / "large.zip"
    path.write_bytes(b"x" * CHUNK_BYTES)
    server.answer(413, {"detail": "Request body too large"})
    with pytest.raises(Refused, match="too large"):
        await service.post("/x", {}, attachment=Attachment("file_data", path))


async def test_a_stalled_upload_times_out_in_doubt(
    tmp_path: Path, server: ScriptedServer, make_service: MakeService
) -> None:
    path = tmp_path / "large.zip"
    with path.open("wb") as file:
        file.truncate(60_000_000)
    server.read_bodies = False
    until = asyncio.Event()
    server.hang(until)
    service = make_service(timeouts=Timeouts(connect=2, read=0.2, total=10))
    with pytest.raises(InDoubt, match="had left"):
        await service.post("/x", {}, attachment=Attachment("file_data", path))
    until.set()


async def test_each_attempt_reads_the_file_anew(tmp_path: Path, make_service: MakeService) -> None:
    path = tmp_path / "archive.zip"
    path.write_bytes(b"x" * 10)
    service = make_service("http://127.0.0.1:1", retries=RetryPolicy(attempts=2, first_wait=0))
    with pytest.raises(NetworkDown):
        await service.post("/x", {}, attachment=Attachment("file_data", path))
    assert len(service.trace.exchanges) == 2
