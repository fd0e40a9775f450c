"""Services that need more than one base, a prefix before the key, and other methods than GET and POST."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from fluxtui.api.limits import Timeouts
from fluxtui.api.options import KeyPolicy, RequestOptions
from fluxtui.api.service import APIService
from fluxtui.domain.errors import (
    ConfigError,
    InDoubt,
    Moderated,
    NotFound,
    RateLimited,
    Refused,
    ServiceDown,
    UnexpectedAnswer,
)

if TYPE_CHECKING:
    from tests.api.conftest import MakeService, ScriptedServer

KEY = "secret-key-4711"
CANCEL_STATUSES = frozenset({400, 404})
ANY_ERROR = frozenset(range(400, 600))


@pytest.fixture
def fal(server: ScriptedServer, elsewhere: ScriptedServer, make_service: MakeService) -> APIService:
    """A service like fal.ai's: the scripted server, and another one as its base `rest`."""
    return make_service(policy=KeyPolicy("Authorization", "Key ", bases={"rest": f"{elsewhere.url}/storage"}))


async def test_the_key_has_its_prefix(server: ScriptedServer, fal: APIService) -> None:
    server.answer(200, {})
    await fal.get("/x")
    assert server.seen[0].headers["authorization"] == f"Key {KEY}"
    assert "x-key" not in server.seen[0].headers


async def test_each_method_can_go_to_another_base(
    server: ScriptedServer, elsewhere: ScriptedServer, fal: APIService
) -> None:
    for _ in range(4):
        elsewhere.answer(200, {"status": "OK"})
    await fal.get("/a", {"b": "c"}, base="rest")
    await fal.post("/a", {}, RequestOptions(base="rest"), paid=False)
    await fal.put("/a", base="rest")
    await fal.delete("/a", base="rest")
    assert [(seen.method, seen.target) for seen in elsewhere.seen] == [
        ("GET", "/storage/a?b=c"),
        ("POST", "/storage/a"),
        ("PUT", "/storage/a"),
        ("DELETE", "/storage/a"),
    ]
    assert {seen.headers["authorization"] for seen in elsewhere.seen} == {f"Key {KEY}"}
    assert server.connections == 0


async def test_addresses_at_any_base_are_asked(
    server: ScriptedServer, elsewhere: ScriptedServer, fal: APIService
) -> None:
    server.answer(200, {"status": "IN_QUEUE"}).answer(200, {})
    elsewhere.answer(200, {})
    await fal.get(f"{server.url}/requests/1/status?sig=a%2Fb", {"logs": "1"})
    await fal.post(f"{server.url}/requests", {}, RequestOptions(params={"a": "b"}))
    await fal.put(f"{elsewhere.url}/requests/1/cancel")
    assert [seen.target for seen in server.seen] == ["/requests/1/status?sig=a%2Fb&logs=1", "/requests?a=b"]
    assert elsewhere.seen[0].target == "/requests/1/cancel"


async def test_another_loopback_port_never_sees_the_key(
    server: ScriptedServer, elsewhere: ScriptedServer, make_service: MakeService
) -> None:
    fal = make_service(policy=KeyPolicy(prefix="Key "))
    address = f"{elsewhere.url}/x"
    for attempt in (fal.get(address), fal.post(address, {}), fal.put(address), fal.delete(address)):
        with pytest.raises(UnexpectedAnswer, match="may not have the key"):
            await attempt
    assert (server.connections, elsewhere.connections) == (0, 0)


async def test_a_provider_with_a_domain_is_polled_at_another_loopback_port(
    elsewhere: ScriptedServer, make_service: MakeService
) -> None:
    elsewhere.answer(200, {"status": "Ready"})
    await make_service(policy=KeyPolicy(trusted_hosts=(".bfl.ai",))).get(
        f"{elsewhere.url}/v1/get_result?id=1"
    )
    assert elsewhere.seen[0].headers["x-key"] == KEY


async def test_redirects_with_the_key_are_refused(
    server: ScriptedServer, elsewhere: ScriptedServer, fal: APIService
) -> None:
    for _ in range(5):
        server.answer(307, b"", Location=f"{elsewhere.url}/x")
    part = {"field": "content", "file": b"x", "filename": "x", "content_type": "text/plain"}
    attempts = (fal.get("/x"), fal.post("/x", {}), fal.put("/x"), fal.delete("/x"))
    for attempt in (*attempts, fal.post_file("/x", **part)):  # type: ignore[arg-type]
        with pytest.raises(Refused, match="redirected"):
            await attempt
    assert elsewhere.connections == 0


def test_a_base_without_encryption_is_refused(make_service: MakeService) -> None:
    for other in ("http://rest.fal.ai", "http://127.0.0.1:1"):
        with pytest.raises(ConfigError):
            make_service("https://queue.fal.run", policy=KeyPolicy(bases={"rest": other}))


async def test_a_post_has_its_headers_and_keeps_its_own(server: ScriptedServer, fal: APIService) -> None:
    server.answer(200, {})
    wishes = {"X-Fal-No-Retry": "1", "authorization": "Key other", "content-type": "text/plain"}
    await fal.post("/x", {"a": 1}, RequestOptions(headers=wishes))
    seen = server.seen[0]
    assert seen.headers["x-fal-no-retry"] == "1"
    assert seen.headers["authorization"] == f"Key {KEY}"
    assert seen.headers["content-type"] == "application/json"
    assert json.loads(seen.body) == {"a": 1}


async def test_a_paid_post_to_another_base_is_left_in_doubt(
    elsewhere: ScriptedServer, fal: APIService
) -> None:
    elsewhere.drop().answer(200, {"request_id": "twice"})
    with pytest.raises(InDoubt):
        await fal.post("/x", {"prompt": "p"}, RequestOptions(base="rest"))
    assert len(elsewhere.seen) == 1


async def test_doubt_tells_status_and_kind(server: ScriptedServer, fal: APIService) -> None:
    server.answer(500, {"detail": "oops", "error_type": "runner_server_error"})
    with pytest.raises(InDoubt) as raised:
        await fal.post("/x", {})
    assert (raised.value.status, raised.value.kind) == (500, "runner_server_error")


async def test_a_post_that_was_moderated_is_not_in_doubt(server: ScriptedServer, fal: APIService) -> None:
    server.answer(422, {"detail": [{"msg": "flagged", "type": "content_policy_violation"}]})
    with pytest.raises(Moderated):
        await fal.post("/x", {})


@pytest.mark.parametrize(
    ("status", "word"),
    [(200, "OK"), (202, "CANCELLATION_REQUESTED"), (400, "ALREADY_COMPLETED"), (404, "NOT_FOUND")],
)
async def test_a_cancellation_is_told(
    server: ScriptedServer, fal: APIService, status: int, word: str
) -> None:
    server.answer(status, {"status": word})
    answer = await fal.put("/requests/1/cancel", accept_statuses=CANCEL_STATUSES)
    assert (answer.status, answer.data) == (status, {"status": word})
    assert (server.seen[0].method, server.seen[0].body) == ("PUT", b"")
    assert server.seen[0].headers["content-length"] == "0"


async def test_a_cancellation_is_made_again(server: ScriptedServer, fal: APIService) -> None:
    server.drop().answer(503).answer(202, {"status": "CANCELLATION_REQUESTED"})
    assert (await fal.put("/requests/1/cancel")).status == 202
    assert len(server.seen) == 3


@pytest.mark.parametrize("status", [202, 204])
async def test_an_empty_answer_to_a_deletion_has_no_data(
    server: ScriptedServer, fal: APIService, status: int
) -> None:
    server.answer(status, b"", Content_Type="text/plain")
    answer = await fal.delete("/files/1")
    assert (answer.status, answer.data) == (status, None)


async def test_a_deletion_is_made_again(server: ScriptedServer, fal: APIService) -> None:
    server.drop().answer(404, {"detail": "gone"})
    with pytest.raises(NotFound, match="gone"):
        await fal.delete("/files/1")
    assert [seen.method for seen in server.seen] == ["DELETE", "DELETE"]


async def test_an_empty_answer_to_a_read_is_none(server: ScriptedServer, fal: APIService) -> None:
    for _ in range(3):
        server.answer(200, b"")
    with pytest.raises(UnexpectedAnswer):
        await fal.get("/x")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (422, {"detail": [{"loc": ["body", "steps"], "msg": "no", "type": "missing"}]}),
        (500, {"detail": "oops", "error_type": "runner_server_error"}),
        (400, {"detail": "Request is still in progress"}),
        (404, []),
    ],
)
async def test_any_json_can_be_an_answer(
    server: ScriptedServer, fal: APIService, status: int, body: object
) -> None:
    server.answer(status, body, X_Fal_Error_Type="x")
    answer = await fal.get("/requests/1", accept_statuses=ANY_ERROR, any_body=True)
    assert (answer.status, answer.data) == (status, body)
    assert answer.headers["x-fal-error-type"] == "x"
    assert len(server.seen) == 1


async def test_what_is_no_json_stays_an_error(server: ScriptedServer, fal: APIService) -> None:
    server.answer(502, b"<html>nginx</html>").answer(503, b"").answer(503, b"null")
    with pytest.raises(ServiceDown):
        await fal.get("/requests/1", accept_statuses=ANY_ERROR, any_body=True)
    assert len(server.seen) == 3


async def test_a_status_that_was_not_asked_for_stays_an_error(
    server: ScriptedServer, make_service: MakeService
) -> None:
    server.answer(429, {"detail": "Request was throttled.", "retry_after": 60})
    service = make_service(timeouts=Timeouts(connect=2, read=5, total=10))
    with pytest.raises(RateLimited) as raised:
        await service.get("/x", accept_statuses=frozenset({422}), any_body=True)
    assert raised.value.retry_after == 60
