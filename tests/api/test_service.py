from __future__ import annotations

import asyncio
import gc
import json
import logging
import socket
import subprocess
import sys
import traceback
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from fluxtui.api.limits import ANSWER_BYTES, Timeouts
from fluxtui.api.options import KeyPolicy
from fluxtui.api.retries import RetryPolicy
from fluxtui.api.service import APIService
from fluxtui.domain.errors import (
    ConfigError,
    FluxError,
    InDoubt,
    NetworkDown,
    NotAuthenticated,
    NotFound,
    OutOfCredits,
    RateLimited,
    Refused,
    ServiceDown,
    TimedOut,
    UnexpectedAnswer,
)

if TYPE_CHECKING:
    from tests.api.conftest import MakeService, ScriptedServer

KEY = "secret-key-4711"
CLOSED = "http://127.0.0.1:1"
DETAIL = {"detail": [{"loc": ["body", "seed"], "msg": "wrong", "input": "x" * 100}]}


async def test_a_read_carries_the_key_and_the_query(server: ScriptedServer, service: APIService) -> None:
    server.answer(200, {"credits": 5})
    answer = await service.get("/v1/x", {"id": "a b&c"})
    assert (answer.status, answer.data) == (200, {"credits": 5})
    assert server.seen[0].headers["x-key"] == KEY
    assert server.seen[0].target == "/v1/x?id=a+b%26c"
    assert server.seen[0].headers["user-agent"].startswith("fluxtui/")


async def test_no_proxy_sees_the_key_of_a_loopback_profile(
    server: ScriptedServer, make_service: MakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, CLOSED)
    server.answer(200, {})
    await make_service().get("/v1/x")
    assert server.seen[0].target == "/v1/x"


async def test_an_absolute_address_is_asked_exactly(server: ScriptedServer, service: APIService) -> None:
    server.answer(200, {})
    await service.get(f"{server.url}/v1/get_result?id=1%2F2&sig=a%3Db&empty=")
    assert server.seen[0].target == "/v1/get_result?id=1%2F2&sig=a%3Db&empty="


async def test_without_a_key_no_header_is_sent(server: ScriptedServer) -> None:
    server.answer(200, {})
    service = APIService(server.url, None)
    await service.get("/x")
    await service.close()
    assert "x-key" not in server.seen[0].headers


@pytest.mark.parametrize("key", ["a b", "a\nb", "schlüssel", "a\x00"])
async def test_an_impossible_key_is_told_without_showing_it(server: ScriptedServer, key: str) -> None:
    service = APIService(server.url, SecretStr(key))
    with pytest.raises(NotAuthenticated) as raised:
        await service.get("/x")
    await service.close()
    assert key not in "".join(traceback.format_exception(raised.value))
    assert not server.seen


async def test_connections_are_kept(server: ScriptedServer, service: APIService) -> None:
    for _ in range(3):
        server.answer(200, {})
        await service.get("/x")
    assert server.connections == 1


async def test_a_closed_service_opens_again(server: ScriptedServer, service: APIService) -> None:
    server.answer(200, {}).answer(200, {})
    await service.get("/x")
    await service.close()
    await service.get("/x")
    assert server.connections == 2


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
async def test_reads_are_made_again(server: ScriptedServer, service: APIService, status: int) -> None:
    server.answer(status).answer(status).answer(200, {"fine": True})
    assert (await service.get("/x")).data == {"fine": True}
    assert len(server.seen) == 3


async def test_reads_survive_drops_and_garbage(server: ScriptedServer, service: APIService) -> None:
    server.drop().answer(200, b'{"half').answer(200, {"fine": True})
    assert (await service.get("/x")).data == {"fine": True}


async def test_reads_survive_a_truncated_body(server: ScriptedServer, service: APIService) -> None:
    server.answer(200, b'{"id": ', Content_Length="50").answer(200, {"fine": True})
    assert (await service.get("/x")).data == {"fine": True}


async def test_reads_give_up_in_the_end(server: ScriptedServer, service: APIService) -> None:
    for _ in range(9):
        server.answer(503, {"detail": "maintenance"})
    with pytest.raises(ServiceDown, match="maintenance"):
        await service.get("/x")
    assert len(server.seen) == 3


async def test_a_long_retry_after_is_handed_on(server: ScriptedServer, service: APIService) -> None:
    server.answer(429, {}, Retry_After="999")
    with pytest.raises(RateLimited) as raised:
        await service.get("/x")
    assert raised.value.retry_after == 999
    assert len(server.seen) == 1


async def test_a_short_retry_after_is_waited_for(server: ScriptedServer, make_service: MakeService) -> None:
    server.answer(429, {}, Retry_After="1").answer(200, {})
    service = make_service(retries=RetryPolicy(first_wait=0, longest_wait=2))
    started = asyncio.get_running_loop().time()
    await service.get("/x")
    assert asyncio.get_running_loop().time() - started >= 0.99


@pytest.mark.parametrize(("status", "kind"), [(403, NotAuthenticated), (404, NotFound), (422, Refused)])
async def test_lasting_refusals_are_not_repeated(
    server: ScriptedServer, service: APIService, status: int, kind: type[FluxError]
) -> None:
    server.answer(status, DETAIL if status == 422 else {})
    with pytest.raises(kind):
        await service.get("/x")
    assert len(server.seen) == 1


async def test_redirects_are_not_followed(server: ScriptedServer, service: APIService) -> None:
    server.answer(302, b"", Location=f"{server.url}/elsewhere")
    with pytest.raises(Refused, match="redirected"):
        await service.get("/x")
    assert len(server.seen) == 1


async def test_an_error_status_can_be_an_answer(server: ScriptedServer, service: APIService) -> None:
    server.answer(503, {"status": "Error"})
    answer = await service.get("/x", accept_statuses=frozenset({503}))
    assert (answer.status, answer.data) == (503, {"status": "Error"})


async def test_an_accepted_status_without_status_word_stays_an_error(
    server: ScriptedServer, service: APIService
) -> None:
    server.answer(503, {"detail": "down"}).answer(503, b"<html>").answer(503, {"status": 4})
    with pytest.raises(ServiceDown):
        await service.get("/x", accept_statuses=frozenset({503}))
    assert len(server.seen) == 3


async def test_a_huge_answer_is_not_read_to_its_end(server: ScriptedServer, service: APIService) -> None:
    for _ in range(3):
        server.answer(200, b'"' + b"x" * (2 * ANSWER_BYTES) + b'"')
    with pytest.raises(UnexpectedAnswer):
        await service.get("/x")
    assert service.trace.exchanges[0].received < 2 * ANSWER_BYTES


async def test_a_large_answer_is_read(server: ScriptedServer, service: APIService) -> None:
    server.answer(200, ["x" * 300_000])
    assert len((await service.get("/x")).data[0]) == 300_000


async def test_a_compressed_answer_is_not_unfolded(server: ScriptedServer, service: APIService) -> None:
    assert server.answer(200, b"\x1f\x8b\x08\x00", Content_Encoding="gzip") is server
    with pytest.raises(UnexpectedAnswer):
        await service.get("/x")
    assert server.seen[0].headers["accept-encoding"] == "identity"


async def test_a_post_sends_json(server: ScriptedServer, service: APIService) -> None:
    server.answer(200, {"id": "1"})
    answer = await service.post("/v1/flux", {"prompt": "grün", "seed": 1})
    assert answer.data == {"id": "1"}
    assert json.loads(server.seen[0].body) == {"prompt": "grün", "seed": 1}
    assert server.seen[0].headers["content-type"] == "application/json"


async def test_a_post_sends_lists_and_takes_any_json_for_an_answer(
    server: ScriptedServer, service: APIService
) -> None:
    server.answer(200, [7])
    answer = await service.post("/v1", [{"taskType": "ping"}, {"seed": 1}])
    assert answer.data == [7]
    assert json.loads(server.seen[0].body) == [{"taskType": "ping"}, {"seed": 1}]


async def test_an_error_status_can_be_a_posts_answer(server: ScriptedServer, service: APIService) -> None:
    accepted = frozenset({400, 404})
    server.answer(400, {"errors": []}).answer(404, b"<html>").answer(402, {"errors": []})
    answer = await service.post("/v1", [{}], accept_statuses=accepted)
    assert (answer.status, answer.data) == (400, {"errors": []})
    with pytest.raises(NotFound):
        await service.post("/v1", [{}], accept_statuses=accepted)
    with pytest.raises(OutOfCredits):
        await service.post("/v1", [{}], accept_statuses=accepted)
    assert len(server.seen) == 3


@pytest.mark.parametrize("status", [200, 201, 408, 500, 502, 503, 504])
async def test_an_unclear_answer_to_a_post_leaves_doubt(
    server: ScriptedServer, service: APIService, status: int
) -> None:
    server.answer(status, b"<html>").answer(200, {"id": "twice"})
    with pytest.raises(InDoubt) as raised:
        await service.post("/x", {})
    assert "billed" in raised.value.sentence()
    assert len(server.seen) == 1


async def test_a_lost_answer_to_a_post_leaves_doubt(server: ScriptedServer, service: APIService) -> None:
    server.drop().answer(200, {"id": "twice"})
    with pytest.raises(InDoubt):
        await service.post("/x", {"prompt": "p"})
    assert len(server.seen) == 1


async def test_a_truncated_answer_to_a_post_leaves_doubt(server: ScriptedServer, service: APIService) -> None:
    server.answer(200, b'{"id": "4', Content_Length="90")
    with pytest.raises(InDoubt):
        await service.post("/x", {})
    assert len(server.seen) == 1


async def test_a_slow_answer_to_a_post_leaves_doubt(
    server: ScriptedServer, make_service: MakeService
) -> None:
    until = asyncio.Event()
    server.hang(until)
    service = make_service(timeouts=Timeouts(connect=2, read=0.1, total=5))
    with pytest.raises(InDoubt, match=r"within 0\.1 seconds"):
        await service.post("/x", {})
    until.set()
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("status", "document", "kind"),
    [
        (302, {}, Refused),
        (402, {}, OutOfCredits),
        (403, {}, NotAuthenticated),
        (404, {}, NotFound),
        (422, DETAIL, Refused),
        (429, {}, RateLimited),
        (500, DETAIL, Refused),
    ],
)
async def test_a_clear_refusal_of_a_post_leaves_no_doubt(
    server: ScriptedServer, service: APIService, status: int, document: object, kind: type[FluxError]
) -> None:
    server.answer(status, document).answer(200, {"id": "twice"})
    with pytest.raises(kind):
        await service.post("/x", {})
    assert len(server.seen) == 1


@pytest.mark.parametrize(("status", "kind"), [(200, UnexpectedAnswer), (503, ServiceDown)])
async def test_an_unpaid_post_leaves_no_doubt_and_is_not_repeated(
    server: ScriptedServer, service: APIService, status: int, kind: type[FluxError]
) -> None:
    server.answer(status, b"<html>").answer(200, {})
    with pytest.raises(kind):
        await service.post("/x", {}, paid=False)
    assert len(server.seen) == 1


async def test_an_unpaid_post_that_is_dropped_is_not_repeated(
    server: ScriptedServer, service: APIService
) -> None:
    server.drop().answer(200, {})
    with pytest.raises((NetworkDown, UnexpectedAnswer)):
        await service.post("/x", {}, paid=False)
    assert len(server.seen) == 1


async def test_a_refused_connection_is_tried_again_even_for_a_post(
    make_service: MakeService,
) -> None:
    service = make_service(CLOSED)
    with pytest.raises(NetworkDown, match="nothing was sent"):
        await service.post("/x", {})
    assert [exchange.method for exchange in service.trace.exchanges] == ["POST"] * 3


async def test_a_server_that_never_takes_the_connection_leaves_no_doubt(make_service: MakeService) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for other in waiting:
            other.setblocking(False)
            other.connect_ex(full.getsockname())
        service = make_service(
            f"http://127.0.0.1:{full.getsockname()[1]}",
            timeouts=Timeouts(connect=0.1, read=1, total=2),
            retries=RetryPolicy(attempts=1),
        )
        with pytest.raises(NetworkDown, match="in time; nothing was sent"):
            await service.post("/x", {})
        for other in waiting:
            other.close()


async def test_total_time_is_limited_even_while_bytes_trickle(
    server: ScriptedServer, make_service: MakeService
) -> None:
    async def trickle(_seen: object, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.01)

    server.then(trickle)
    service = make_service(timeouts=Timeouts(connect=2, read=1, total=2), retries=RetryPolicy(attempts=1))
    with pytest.raises(TimedOut):
        await service.get("/x")


async def test_a_foreign_address_never_sees_the_key(
    server: ScriptedServer, make_service: MakeService
) -> None:
    service = make_service("https://api.bfl.ai", policy=KeyPolicy(trusted_hosts=(".bfl.ai",)))
    with pytest.raises(UnexpectedAnswer, match="may not have the key"):
        await service.get(f"{server.url}/v1/get_result?id=1")
    assert server.connections == 0
    assert service.trace.exchanges == ()


async def test_the_trace_tells_of_a_missing_answer(server: ScriptedServer, service: APIService) -> None:
    server.drop().answer(200, {})
    await service.get("/x")
    first, _second = service.trace.exchanges
    assert (first.status, first.error) == (None, "Unexpected answer")


async def test_the_network_going_and_coming_is_told_once_each(
    server: ScriptedServer, make_service: MakeService
) -> None:
    before = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    port = before.sockets[0].getsockname()[1]
    before.close()
    await before.wait_closed()
    service = make_service(f"http://127.0.0.1:{port}")
    told: list[bool] = []
    service.on_connection = told.append
    for _ in range(2):
        with pytest.raises(NetworkDown):
            await service.get("/x")
    assert told == [False]
    after = await asyncio.start_server(server.serve, "127.0.0.1", port)
    for _ in range(2):
        server.answer(200, {})
        await service.get("/x")
    after.close()
    assert told == [False, True]


async def test_nothing_secret_is_left_anywhere(
    server: ScriptedServer, service: APIService, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.answer(200, {}).answer(403, {"detail": "no"}).drop()
    await service.get(f"{server.url}/poll?signature=s1gn")
    failures: list[BaseException] = []
    for attempt in (service.get("/x", {"signature": "s1gn"}), service.post("/x", {"prompt": "pr0mpt"})):
        with pytest.raises(FluxError) as raised:
            await attempt
        failures.append(raised.value)
    shown = [caplog.text, repr(service), repr(service.trace.exchanges), repr(vars(service))]
    shown += ["".join(traceback.format_exception(failure)) for failure in failures]
    for secret in (KEY, "s1gn", "pr0mpt"):
        assert not [text for text in shown if secret in text]


async def test_failures_do_not_drag_the_request_along(server: ScriptedServer, service: APIService) -> None:
    for _ in range(3):
        server.drop()
    with pytest.raises(FluxError) as raised:
        await service.get("/x")
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None


async def test_the_trace_tells_what_happened(server: ScriptedServer, service: APIService) -> None:
    server.answer(503).answer(200, {"ok": 1})
    await service.get("/v1/credits", {"a": "b"})
    first, second = service.trace.exchanges
    assert (first.method, first.path, first.status, first.error) == ("GET", "/v1/credits", 503, "")
    assert (second.status, second.received, second.error) == (200, 9, "")
    assert second.milliseconds > 0


async def test_cancelling_a_request_cancels_it(server: ScriptedServer, service: APIService) -> None:
    until = asyncio.Event()
    server.hang(until)
    request = asyncio.create_task(service.get("/x"))
    await server.arrived.wait()
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    until.set()
    gc.collect()


def test_an_unsafe_base_url_is_refused() -> None:
    with pytest.raises(ConfigError):
        APIService("http://api.bfl.ai", SecretStr(KEY))


def test_nothing_heavy_is_imported_before_the_first_request() -> None:
    code = (
        "import sys; from fluxtui.api.service import APIService; from fluxtui.providers import registry;"
        "APIService('https://api.bfl.ai', None);"
        "print([name for name in ('httpx', 'httpcore', 'PIL', 'textual') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


async def test_how_far_the_clock_here_is_ahead_is_known_from_the_last_answer(
    server: ScriptedServer, service: APIService
) -> None:
    assert service.clock_ahead == 0.0
    hour_ago = format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True)
    server.answer(200, {}, Date=hour_ago)
    await service.get("/v1/credits")
    assert service.clock_ahead == pytest.approx(3600, abs=60)
    server.answer(200, {}, Date="nonsense")
    await service.get("/v1/credits")
    assert service.clock_ahead == pytest.approx(3600, abs=60)


async def test_what_a_content_network_kept_says_nothing_of_the_time(
    server: ScriptedServer, service: APIService, tmp_path: Path
) -> None:
    days_ago = format_datetime(datetime.now(UTC) - timedelta(days=3), usegmt=True)
    server.answer(200, b"\x89PNG", Date=days_ago)
    await service.download(f"{server.url.replace('127.0.0.1', 'localhost')}/1.png", tmp_path / "part")
    assert service.clock_ahead == 0.0


@pytest.mark.parametrize("cursor", ["a" * 100_000, "\ud800"], ids=["too long", "half a letter"])
async def test_what_no_request_can_hold_is_not_asked_for(
    server: ScriptedServer, service: APIService, cursor: str
) -> None:
    with pytest.raises(UnexpectedAnswer, match="nothing was sent") as caught:
        await service.get("/v1/list", {"cursor": cursor})
    assert not caught.value.retryable
    assert server.seen == []


async def test_answer_that_nests_without_end_is_no_answer(
    server: ScriptedServer, service: APIService
) -> None:
    # Long ones are parsed in a thread, whose stack is all but empty, and looked at elsewhere.
    deep = b'{"a": ' + b"[" * 900 + b"]" * 900 + b"}"
    for content in (deep, deep + b" " * 300_000):
        for _ in range(9):
            server.answer(200, content)
        with pytest.raises(UnexpectedAnswer, match="cannot be read"):
            await service.get("/v1/x")
