"""The queue: keys, submitting, the way to the result, logs, cancelling."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from fluxtui.simulator.core.clock import ManualClock
from fluxtui.simulator.core.settings import Settings
from fluxtui.simulator.fal import keys
from fluxtui.simulator.running import ServiceView, Simulator, running_simulator

from .conftest import GENERATOR, SMALL, TRAINER, Finish, Submit, Upload


@pytest.mark.parametrize("header", [None, "Bearer x", "Key x", "Key a:b:c", "x", "key sim-id:sim-valid"])
def test_f1_a_key_of_another_form_is_refused(web: httpx.Client, fal: ServiceView, header: str | None) -> None:
    headers = {"authorization": header} if header else {}
    answer = web.post(f"{fal.urls['queue']}/{GENERATOR}", json=SMALL, headers=headers)
    assert (answer.status_code, answer.json()) == (401, {"detail": keys.MALFORMED})


@pytest.mark.parametrize(
    ("key", "status", "detail"),
    [
        ("sim-id:other", 401, "No user found for Key ID and Secret"),
        (keys.POOR_KEY, 403, keys.LOCKED),
        (keys.FORBIDDEN_KEY, 403, keys.NOT_PERMITTED),
    ],
)
def test_f1_unknown_locked_and_powerless_keys(
    web: httpx.Client, fal: ServiceView, key: str, status: int, detail: str
) -> None:
    answer = web.post(f"{fal.urls['queue']}/{GENERATOR}", json=SMALL, headers={"authorization": f"Key {key}"})
    assert (answer.status_code, answer.json()) == (status, {"detail": detail})
    assert fal.ledger() == []


def test_f1_a_locked_key_works_once_it_has_money(web: httpx.Client, fal: ServiceView) -> None:
    fal.refill(3.0)
    headers = {"authorization": f"Key {keys.POOR_KEY}"}
    for expected in (200, 403):
        answer = web.post(f"{fal.urls['queue']}/{GENERATOR}", json=SMALL, headers=headers)
        assert answer.status_code == expected
    assert fal.credits("poor") == 1.4


def test_f2_and_f16_the_answer_to_a_submit(submit: Submit, queue: httpx.Client, fal: ServiceView) -> None:
    job = submit(GENERATOR, SMALL)
    own = f"{fal.urls['queue']}/fal-ai/flux-2/requests/{job['request_id']}"
    assert job == {
        "status": "IN_QUEUE",
        "queue_position": 2,
        "request_id": job["request_id"],
        "response_url": own,
        "status_url": f"{own}/status",
        "cancel_url": f"{own}/cancel",
    }
    wrong = queue.get(f"/fal-ai/flux-lora/requests/{job['request_id']}/status")
    assert wrong.status_code == 404
    assert queue.get(f"/{GENERATOR}/requests/{job['request_id']}/status").status_code in (404, 405)


def test_f2_submit_answers_202_or_200(queue: httpx.Client, fal: ServiceView) -> None:
    assert queue.post(f"/{GENERATOR}", json=SMALL).status_code == 200
    fal.faults("submit-202")
    parameters = {"fal_webhook": "http://example.org/", "fal_max_queue_length": "1"}
    answer = queue.post(f"/{GENERATOR}", json=SMALL, params=parameters)
    assert answer.status_code == 202
    assert answer.json()["gateway_request_id"] == answer.json()["request_id"]


def test_f3_f4_f6_the_way_of_a_job(submit: Submit, queue: httpx.Client, clock: ManualClock) -> None:
    job = submit(GENERATOR, SMALL)
    seen = []
    for _ in range(12):
        answer = queue.get(job["status_url"], params={"logs": "1"})
        body = answer.json()
        seen.append((answer.status_code, body["status"], body.get("queue_position")))
        if body["status"] != "COMPLETED":
            early = queue.get(job["response_url"])
            assert (early.status_code, early.json()) == (400, {"detail": "Request is still in progress"})
        clock.advance(0.15)
    assert list(dict.fromkeys(seen)) == [
        (202, "IN_QUEUE", 2),
        (202, "IN_QUEUE", 1),
        (202, "IN_PROGRESS", None),
    ]
    clock.advance(2)
    done = queue.get(job["status_url"])
    assert (done.status_code, done.json()["status"]) == (200, "COMPLETED")
    assert done.json()["metrics"] == {"inference_time": 1.7}
    assert "error" not in done.json()
    assert queue.get(f"{job['response_url']}/response").json() == queue.get(job["response_url"]).json()


def test_f3_only_so_many_run_at_once(submit: Submit, queue: httpx.Client, clock: ManualClock) -> None:
    jobs = [submit(GENERATOR, SMALL) for _ in range(4)]

    def states() -> list[str]:
        return [queue.get(job["status_url"]).json()["status"] for job in jobs]

    clock.advance(0.4)
    assert states() == ["IN_PROGRESS", "IN_PROGRESS", "IN_QUEUE", "IN_QUEUE"]
    assert queue.get(jobs[3]["status_url"]).json()["queue_position"] == 1
    clock.advance(1.7)
    assert states() == ["COMPLETED", "COMPLETED", "IN_PROGRESS", "IN_PROGRESS"]
    clock.advance(1.7)
    assert states() == ["COMPLETED"] * 4


def test_f15_the_queue_is_never_too_long(clock: ManualClock, submit: Submit) -> None:
    jobs = [submit(GENERATOR, {**SMALL, "prompt": "failme"}) for _ in range(30)]
    assert len({job["request_id"] for job in jobs}) == 30


@pytest.mark.parametrize("asked", ["1", "true"])
def test_f4_logs_grow_when_asked_for(
    submit: Submit, queue: httpx.Client, clock: ManualClock, upload: Upload, dataset: bytes, asked: str
) -> None:
    job = submit(TRAINER, {"image_data_url": upload(dataset)})
    lengths = []
    for _ in range(3):
        clock.advance(6)
        assert queue.get(job["status_url"]).json()["logs"] is None
        lines = queue.get(job["status_url"], params={"logs": asked}).json()["logs"]
        lengths.append(len(lines))
    assert 0 < lengths[0] < lengths[1] < lengths[2]
    assert set(lines[0]) == {"message", "level", "timestamp", "source"}
    assert re.fullmatch(r"step \d+/1000, loss 0\.\d{4}", lines[-1]["message"])


def test_f4_logs_may_stay_null(
    submit: Submit, queue: httpx.Client, clock: ManualClock, fal: ServiceView
) -> None:
    fal.faults("null-logs")
    job = submit(GENERATOR, SMALL)
    clock.advance(1)
    assert queue.get(job["status_url"], params={"logs": "1"}).json()["logs"] is None


def test_f6_a_result_is_forgotten_in_time(submit: Submit, queue: httpx.Client, clock: ManualClock) -> None:
    kept, bare = submit(GENERATOR, SMALL), submit(GENERATOR, SMALL, X_Fal_Store_IO="0")
    clock.advance(2 + 3600)
    assert queue.get(kept["response_url"]).status_code == 200
    assert queue.get(bare["response_url"]).status_code == 404
    clock.advance(30 * 86400)
    assert queue.get(kept["response_url"]).status_code == 404


def test_f7_cancelling_in_the_queue_costs_nothing(
    submit: Submit, queue: httpx.Client, fal: ServiceView
) -> None:
    job = submit(GENERATOR, SMALL)
    answer = queue.put(job["cancel_url"])
    assert (answer.status_code, answer.json()) == (200, {"status": "OK"})
    status = queue.get(job["status_url"])
    assert (status.status_code, status.json()["status"]) == (200, "COMPLETED")
    assert status.json()["error_type"] == "client_cancelled"
    result = queue.get(job["response_url"])
    assert (result.status_code, result.headers["x-fal-error-type"]) == (499, "client_cancelled")
    assert (fal.credits(), fal.ledger()[0]["cost"]) == (10_000, 0)
    assert fal.ledger()[0]["status"] == "client_cancelled"
    again = queue.put(job["cancel_url"])
    assert (again.status_code, again.json()) == (400, {"status": "ALREADY_COMPLETED"})
    unknown = queue.put("/fal-ai/flux-2/requests/unknown/cancel")
    assert (unknown.status_code, unknown.json()) == (404, {"status": "NOT_FOUND"})


def test_f7_a_running_job_ends_soon_and_is_billed_in_part(
    submit: Submit, queue: httpx.Client, clock: ManualClock, fal: ServiceView
) -> None:
    job = submit(GENERATOR, SMALL)
    clock.advance(1)
    answer = queue.put(job["cancel_url"])
    assert (answer.status_code, answer.json()) == (202, {"status": "CANCELLATION_REQUESTED"})
    assert queue.get(job["status_url"]).json()["status"] == "IN_PROGRESS"
    clock.advance(0.1)
    assert queue.get(job["response_url"]).status_code == 499
    assert 0 < fal.ledger()[0]["cost"] < 1.6
    assert fal.credits() == pytest.approx(10_000 - fal.ledger()[0]["cost"])


def test_f7_a_running_job_may_ignore_it(
    submit: Submit, queue: httpx.Client, clock: ManualClock, fal: ServiceView
) -> None:
    fal.faults("cancel-ignored")
    fal.faults("cancel-success")
    job = submit(GENERATOR, SMALL)
    clock.advance(1)
    assert queue.put(job["cancel_url"]).json() == {"success": True}
    clock.advance(1)
    assert queue.get(job["response_url"]).status_code == 200
    assert (fal.credits(), fal.ledger()[0]["status"]) == (10_000 - 1.6, "COMPLETED")


def test_f8_headers(submit: Submit, queue: httpx.Client, finish: Finish, fal: ServiceView) -> None:
    job = submit(GENERATOR, SMALL)
    for answer in (queue.get(job["status_url"]), queue.get(job["response_url"])):
        assert answer.headers["x-fal-request-id"] == job["request_id"]
    assert "x-fal-request-id" in queue.post("/fal-ai/unknown", json={}).headers
    answer = finish(GENERATOR, {**SMALL, "num_images": 2})
    assert answer.headers["x-fal-billable-units"] == "2"
    fal.faults("no-billable-units")
    assert "x-fal-billable-units" not in finish(GENERATOR, SMALL).headers


def test_f9_each_submit_is_a_job(submit: Submit, queue: httpx.Client, fal: ServiceView) -> None:
    first, second = submit(GENERATOR, SMALL), submit(GENERATOR, SMALL)
    assert first["request_id"] != second["request_id"]
    fal.faults("drop-after", count=1, where="submit")
    with pytest.raises(httpx.RemoteProtocolError):
        queue.post(f"/{GENERATOR}", json=SMALL)
    assert [entry["cost"] for entry in fal.ledger()] == [1.6] * 3
    assert fal.credits() == pytest.approx(10_000 - 3 * 1.6)


@pytest.mark.parametrize("kind", ["ingress-502", "ingress-503", "ingress-504"])
def test_f14_a_proxy_fails_without_fals_header(queue: httpx.Client, fal: ServiceView, kind: str) -> None:
    fal.faults(kind, count=1)
    answer = queue.post(f"/{GENERATOR}", json=SMALL)
    assert str(answer.status_code) == kind[-3:]
    assert "nginx" in answer.text
    assert "x-fal-request-id" not in answer.headers
    assert fal.ledger() == []


def test_faults_of_fal_have_its_shape_and_spare_the_others(
    queue: httpx.Client, fal: ServiceView, client: httpx.Client
) -> None:
    fal.faults("503", count=1)
    assert client.get("/v1/credits").status_code == 200
    answer = queue.post(f"/{GENERATOR}", json=SMALL)
    assert answer.status_code == 503
    assert answer.json()["error_type"] == answer.headers["x-fal-error-type"] == "runner_scheduling_failure"
    fal.faults("429-retry-after", count=1, seconds=4)
    answer = queue.post(f"/{GENERATOR}", json=SMALL)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "4")


def test_a_job_that_may_not_wait_so_long(
    submit: Submit, queue: httpx.Client, clock: ManualClock, fal: ServiceView
) -> None:
    job = submit(GENERATOR, SMALL, X_Fal_Request_Start_Timeout="0.2")
    clock.advance(1)
    answer = queue.get(job["response_url"])
    assert (answer.status_code, answer.headers["x-fal-request-timeout-type"]) == (504, "user")
    assert (fal.ledger()[0]["status"], fal.credits()) == ("startup_timeout", 10_000)


def test_an_unknown_status(submit: Submit, queue: httpx.Client, fal: ServiceView) -> None:
    job = submit(GENERATOR, SMALL)
    fal.faults("unknown-status", count=1)
    assert queue.get(job["status_url"]).json()["status"] == "REHEARSING"


def test_unknown_paths_and_bodies(queue: httpx.Client) -> None:
    unknown = queue.post("/fal-ai/no-such-app", json={})
    assert (unknown.status_code, unknown.json()) == (404, {"detail": "Application 'no-such-app' not found"})
    below = queue.post("/fal-ai/flux-2/no/such", json={})
    assert (below.status_code, below.json()) == (404, {"detail": "Path /no/such not found"})
    for content in (b"{", b"[]", b""):
        assert queue.post(f"/{GENERATOR}", content=content).status_code == 400


def test_another_account_sees_nothing(submit: Submit, web: httpx.Client) -> None:
    job = submit(GENERATOR, SMALL)
    headers = {"authorization": f"Key {keys.SCOPED_KEY}"}
    assert web.get(job["status_url"], headers=headers).status_code == 404
    assert web.get(job["status_url"]).status_code == 401


def test_everything_survives_a_restart(
    tmp_path: Any, clock: ManualClock, dataset: bytes, eventually: Callable[..., None]
) -> None:
    settings = Settings(state_directory=tmp_path, seconds_per_image=2, seconds_per_training=20)
    headers = {"authorization": f"Key {keys.VALID_KEY}"}

    def uploaded(running: Simulator, client: httpx.Client) -> str:
        place = client.post(
            f"{running.fal.urls['rest']}/storage/upload/initiate?storage_type=gcs",
            json={"file_name": "set.zip", "content_type": "application/zip"},
            headers={"X-Fal-Object-Lifecycle-Preference": '{"expiration_duration_seconds": 9000}'},
        ).json()
        httpx.put(place["upload_url"], content=dataset)
        return str(place["file_url"]).partition("/files/")[2]

    def here(running: Simulator, job: dict[str, Any], end: str = "") -> str:
        app = "flux-2" if job["app"] == "image" else "flux-2-klein-4b-base-trainer"
        return f"{running.fal.urls['queue']}/fal-ai/{app}/requests/{job['request_id']}{end}"

    with running_simulator(settings, clock) as running, httpx.Client(headers=headers) as client:
        archive = uploaded(running, client)
    with running_simulator(settings, clock) as running, httpx.Client(headers=headers) as client:
        urls = running.fal.urls
        body = {"image_data_url": f"{urls['cdn']}/files/{archive}"}
        training = client.post(f"{urls['queue']}/{TRAINER}", json=body).json() | {"app": "training"}
        image = client.post(f"{urls['queue']}/{GENERATOR}", json=SMALL).json() | {"app": "image"}
        clock.advance(2)
        assert client.get(here(running, image, "/status")).json()["status"] == "COMPLETED"
        before = client.get(here(running, image)).json()
        picture = httpx.get(before["images"][0]["url"]).content
        balance = running.fal.credits()
    with running_simulator(settings, clock) as running, httpx.Client(headers=headers, timeout=20) as client:
        assert running.fal.credits() == balance == pytest.approx(10_000 - 500 - 1.6)
        assert client.get(here(running, training, "/status")).json()["status"] == "IN_QUEUE"
        clock.advance(20)
        after = client.get(here(running, image)).json()
        assert httpx.get(after["images"][0]["url"]).content == picture
        outputs = client.get(here(running, training)).json()
        assert httpx.get(outputs["diffusers_lora_file"]["url"]).status_code == 200
        assert [entry["delivered"] for entry in running.fal.ledger()] == [1, 2]


def test_the_status_is_streamed_until_the_job_is_done(
    queue: httpx.Client, submit: Submit, clock: ManualClock
) -> None:
    job, told = submit(GENERATOR, SMALL), []
    with queue.stream("GET", f"{job['status_url']}/stream", params={"logs": "1"}) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        for line in answer.iter_lines():
            if line:
                told.append(json.loads(line.removeprefix("data: ")))
                clock.advance(20)
    assert told[-1]["status"] == "COMPLETED"
    assert told[-1]["logs"]
    assert {one["request_id"] for one in told} == {job["request_id"]}
    assert queue.get("/fal-ai/flux-2/requests/nothing/status/stream").status_code == 404
