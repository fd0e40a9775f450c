"""Files for a storage, and files in forms."""

from __future__ import annotations

import asyncio
import email
import email.policy
import os
import tracemalloc
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fluxtui.api.contents import CHUNK_BYTES
from fluxtui.api.limits import Timeouts
from fluxtui.api.retries import RetryPolicy
from fluxtui.api.service import APIService
from fluxtui.domain.errors import (
    FluxError,
    NetworkDown,
    NotAuthenticated,
    Refused,
    ServiceDown,
    StorageError,
    UnexpectedAnswer,
)

if TYPE_CHECKING:
    from tests.api.conftest import MakeService, ScriptedServer, Seen, Sink

KEY = "secret-key-4711"
ZIP = "application/zip"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A file of a little more than two pieces."""
    path = tmp_path / "archive.zip"
    path.write_bytes(os.urandom(2 * CHUNK_BYTES + 1))
    return path


async def test_a_file_goes_out_as_it_is_and_without_the_key(
    elsewhere: ScriptedServer, service: APIService, archive: Path
) -> None:
    elsewhere.answer(200, b"")
    answer = await service.upload(
        f"{elsewhere.url}/put/1?sig=s1gn", archive, content_type=ZIP, headers={"X-Life": "1d"}
    )
    (seen,) = elsewhere.seen
    assert (seen.method, seen.target, seen.body) == ("PUT", "/put/1?sig=s1gn", archive.read_bytes())
    assert (seen.headers["content-type"], seen.headers["x-life"]) == (ZIP, "1d")
    assert seen.headers["content-length"] == str(len(seen.body))
    assert "transfer-encoding" not in seen.headers
    assert KEY not in repr(seen.headers)
    assert (answer.status, answer.data) == (200, None)
    assert "s1gn" not in repr(service.trace.exchanges)


async def test_not_even_the_services_own_host_gets_the_key(
    server: ScriptedServer, service: APIService
) -> None:
    server.answer(200, {"etag": "1"})
    assert (await service.upload(f"{server.url}/put", b"abc", content_type=ZIP)).data == {"etag": "1"}
    assert server.seen[0].body == b"abc"
    assert KEY not in repr(server.seen[0].headers)


async def test_nothing_is_a_file_too(server: ScriptedServer, service: APIService) -> None:
    server.answer(201, b"<Created/>")
    assert (await service.upload(f"{server.url}/put", b"", content_type=ZIP)).status == 201
    assert server.seen[0].headers["content-length"] == "0"


async def test_progress_grows_to_the_whole(
    server: ScriptedServer, service: APIService, archive: Path
) -> None:
    told: list[tuple[int, int]] = []
    server.answer(200)
    await service.upload(
        f"{server.url}/put",
        archive,
        content_type=ZIP,
        progress=lambda done, total: told.append((done, total)),
    )
    size = archive.stat().st_size
    assert told == [(CHUNK_BYTES, size), (2 * CHUNK_BYTES, size), (size, size)]


async def test_memory_stays_flat(tmp_path: Path, sink: Sink, make_service: MakeService) -> None:
    path = tmp_path / "large.zip"
    with path.open("wb") as file:
        file.truncate(80_000_000)
    service = make_service(sink.url)
    await service._opened()
    tracemalloc.start()
    try:
        await service.upload(f"{sink.url}/put", path, content_type=ZIP)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sink.received == 80_000_000
    assert peak < 8_000_000


async def test_a_lost_upload_is_made_again_from_its_beginning(
    server: ScriptedServer, service: APIService, archive: Path
) -> None:
    server.drop().answer(503).answer(200)
    told: list[int] = []
    await service.upload(
        f"{server.url}/put", archive, content_type=ZIP, progress=lambda done, _total: told.append(done)
    )
    assert [seen.body for seen in server.seen] == [archive.read_bytes()] * 3
    assert told.count(archive.stat().st_size) == 3


async def test_an_upload_that_breaks_in_the_middle_is_made_again(
    server: ScriptedServer, make_service: MakeService, tmp_path: Path
) -> None:
    path = tmp_path / "large.zip"
    with path.open("wb") as file:
        file.truncate(20_000_000)

    async def break_off(_seen: Seen, writer: asyncio.StreamWriter) -> None:
        server.read_bodies = True
        writer.transport.abort()

    server.read_bodies = False
    server.then(break_off).answer(200)
    await make_service().upload(f"{server.url}/put", path, content_type=ZIP)
    assert [len(seen.body) for seen in server.seen] == [0, 20_000_000]


async def test_an_upload_gives_up_in_the_end(server: ScriptedServer, service: APIService) -> None:
    for _ in range(9):
        server.answer(503, b"<html>")
    with pytest.raises(ServiceDown):
        await service.upload(f"{server.url}/put", b"x", content_type=ZIP)
    assert len(server.seen) == 3


@pytest.mark.parametrize(
    ("status", "told"),
    [(400, "did not take"), (401, "run out"), (403, "run out"), (404, "run out"), (413, "too large")],
)
async def test_a_refused_upload_is_told_and_not_repeated(
    server: ScriptedServer, service: APIService, status: int, told: str
) -> None:
    server.answer(status, {"detail": "signature s1gn"})
    with pytest.raises(Refused, match=told) as raised:
        await service.upload(f"{server.url}/put?sig=s1gn", b"x", content_type=ZIP)
    failure = raised.value
    assert failure.status == status
    assert "s1gn" not in repr((failure.sentence(), failure.detail, service.trace.exchanges))
    assert failure.__cause__ is None
    assert failure.__context__ is None
    assert len(server.seen) == 1


async def test_uploads_follow_no_redirects(
    server: ScriptedServer, elsewhere: ScriptedServer, service: APIService
) -> None:
    server.answer(307, b"", Location=f"{elsewhere.url}/x")
    with pytest.raises(Refused, match="redirected"):
        await service.upload(f"{server.url}/put", b"x", content_type=ZIP)
    assert elsewhere.connections == 0


@pytest.mark.parametrize("address", ["ftp://127.0.0.1/x", "http://storage.example/x", "/put", "http://[", ""])
async def test_unsafe_addresses_are_refused(service: APIService, address: str) -> None:
    with pytest.raises(UnexpectedAnswer) as raised:
        await service.upload(address, b"x", content_type=ZIP)
    assert not raised.value.retryable
    assert service.trace.exchanges == ()


async def test_a_profile_elsewhere_sends_no_file_to_this_machine(
    server: ScriptedServer, make_service: MakeService
) -> None:
    service = make_service("https://queue.fal.run")
    with pytest.raises(UnexpectedAnswer, match="without encryption"):
        await service.upload(f"{server.url}/put", b"x", content_type=ZIP)
    assert server.connections == 0


async def test_a_missing_file_is_told_before_anything_is_sent(
    server: ScriptedServer, service: APIService, tmp_path: Path
) -> None:
    missing = tmp_path / "none.zip"
    with pytest.raises(StorageError, match=r"none\.zip cannot be read.*Nothing was sent"):
        await service.upload(f"{server.url}/put", missing, content_type=ZIP)
    with pytest.raises(StorageError, match=r"none\.zip cannot be read.*Nothing was sent"):
        await service.post_file("/files", field="c", file=missing, filename="n", content_type=ZIP)
    assert server.connections == 0


async def test_a_file_that_shrinks_breaks_the_upload_off(
    server: ScriptedServer, service: APIService, archive: Path
) -> None:
    with pytest.raises(StorageError, match="The file changed while it was sent"):
        await service.upload(
            f"{server.url}/put",
            archive,
            content_type=ZIP,
            progress=lambda _done, _total: os.truncate(archive, CHUNK_BYTES),
        )
    assert server.seen == []


async def test_a_large_file_has_more_time(
    server: ScriptedServer, make_service: MakeService, archive: Path
) -> None:
    async def late(_seen: Seen, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(2.0)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    server.then(late).then(late)
    times = Timeouts(connect=5, read=5, total=1.0, slowest_upload=100_000)
    service = make_service(timeouts=times, retries=RetryPolicy(attempts=1))
    await service.upload(f"{server.url}/put", archive, content_type=ZIP)
    with pytest.raises(FluxError, match="gave no answer within"):
        await service.upload(f"{server.url}/put", b"x", content_type=ZIP)


async def test_no_connection_is_told(service: APIService) -> None:
    with pytest.raises(NetworkDown):
        await service.upload("http://127.0.0.1:1/put", b"x", content_type=ZIP)
    assert len(service.trace.exchanges) == 3


def _form(seen: Seen) -> dict[str, EmailMessage]:
    """Return the parts of a form by their names, as the standard library reads them."""
    head = f"Content-Type: {seen.headers['content-type']}\r\n\r\n".encode()
    message = email.message_from_bytes(head + seen.body, _class=EmailMessage, policy=email.policy.HTTP)
    parts = [part for part in message.iter_parts() if isinstance(part, EmailMessage)]
    return {str(part.get_param("name", header="content-disposition")): part for part in parts}


async def test_a_form_has_its_texts_and_its_file(
    server: ScriptedServer, service: APIService, archive: Path
) -> None:
    server.answer(201, {"id": "f1"})
    answer = await service.post_file(
        "/files",
        field="content",
        file=archive,
        filename="my archive.zip",
        content_type=ZIP,
        fields={"metadata": '{"a": "grün"}', "type": "zip"},
    )
    (seen,) = server.seen
    assert (answer.status, answer.data) == (201, {"id": "f1"})
    assert (seen.method, seen.target, seen.headers["x-key"]) == ("POST", "/files", KEY)
    assert seen.headers["content-length"] == str(len(seen.body))
    parts = _form(seen)
    assert list(parts) == ["metadata", "type", "content"]
    assert parts["metadata"].get_payload(decode=True) == '{"a": "grün"}'.encode()
    file = parts["content"]
    assert file.get_payload(decode=True) == archive.read_bytes()
    assert (file.get_filename(), file.get_content_type()) == ("my archive.zip", ZIP)


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ('a"; name="evil', b'filename="a%22; name=%22evil"'),
        ("a\r\nX-Evil: 1\r\n\r\n", b'filename="a%0D%0AX-Evil: 1%0D%0A%0D%0A"'),
        ("back\\slash", b'filename="back%5Cslash"'),
        ("grün.zip", 'filename="grün.zip"'.encode()),
        ("half\udc80", b'filename="half?"'),
    ],
)
async def test_file_names_are_quoted(
    server: ScriptedServer, service: APIService, name: str, sent: bytes
) -> None:
    server.answer(201, {})
    await service.post_file("/files", field="content", file=b"x", filename=name, content_type=ZIP)
    head, _, rest = server.seen[0].body.partition(b"\r\n\r\n")
    assert head.split(b"\r\n")[1] == b'Content-Disposition: form-data; name="content"; ' + sent
    assert rest.startswith(b"x\r\n--")


async def test_each_form_has_its_own_boundary_and_is_made_again(
    server: ScriptedServer, service: APIService
) -> None:
    server.drop().answer(500).answer(201, {"id": "f1"})
    answer = await service.post_file("/f", field="c", file=b"abc", filename="n", content_type=ZIP)
    assert answer.data == {"id": "f1"}
    assert [_form(seen)["c"].get_payload(decode=True) for seen in server.seen] == [b"abc"] * 3
    assert len({seen.headers["content-type"] for seen in server.seen}) == 3


async def test_a_form_without_permission_is_not_repeated(server: ScriptedServer, service: APIService) -> None:
    server.answer(401, {"title": "Unauthenticated", "status": 401})
    with pytest.raises(NotAuthenticated):
        await service.post_file("/f", field="c", file=b"abc", filename="n", content_type=ZIP)
    assert len(server.seen) == 1


async def test_the_memory_of_a_form_stays_flat(tmp_path: Path, sink: Sink, make_service: MakeService) -> None:
    path = tmp_path / "large.zip"
    with path.open("wb") as file:
        file.truncate(80_000_000)
    service = make_service(sink.url)
    await service._opened()
    told: list[tuple[int, int]] = []
    tracemalloc.start()
    try:
        await service.post_file(
            "/files",
            field="content",
            file=path,
            filename="large.zip",
            content_type=ZIP,
            progress=lambda done, total: told.append((done, total)),
        )
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert told[-1] == (sink.received, sink.received)
    assert peak < 8_000_000
