"""Trainings: R3, R4, R5."""

from __future__ import annotations

import base64
import io
import re
import tarfile
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from fluxtui.simulator.core.clock import ManualClock
from fluxtui.simulator.core.weights import FLUX_1, hidden_size_of
from fluxtui.simulator.replicate.jobs import Job
from fluxtui.simulator.running import Simulator

Train = Callable[..., dict[str, Any]]
Upload = Callable[[bytes], str]
Zip = Callable[[dict[str, bytes]], bytes]

STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.(\d{3}|\d{6}|\d{9})Z")


def now(api: httpx.Client, job: dict[str, Any]) -> dict[str, Any]:
    """Return a training as GET shows it now."""
    document: dict[str, Any] = api.get(f"/trainings/{job['id']}").json()
    return document


def test_the_destination_must_exist(api: httpx.Client, trainings: str, images: str) -> None:
    body = {"destination": "member-1/nothing", "input": {"input_images": images}}
    for destination in ("member-1/nothing", "ostris/flux-dev-lora-trainer", "nonsense"):
        refused = api.post(trainings, json={**body, "destination": destination})
        assert refused.status_code == 404
        assert refused.json() == {
            "detail": "The specified training destination does not exist",
            "status": 404,
        }


def test_only_a_trainer_trains(api: httpx.Client, trainings: str, model: str, images: str) -> None:
    body = {"destination": model, "input": {"input_images": images}}
    assert api.post(trainings.replace("/trainings", "0/trainings"), json=body).status_code == 404
    official = api.get("/models/black-forest-labs/flux-dev-lora").json()["latest_version"]["id"]
    path = f"/models/black-forest-labs/flux-dev-lora/versions/{official}/trainings"
    assert api.post(path, json=body).status_code == 422


def test_a_training_runs_and_both_families_of_addresses_know_it(
    api: httpx.Client, train: Train, clock: ManualClock
) -> None:
    job = train()
    assert (job["status"], job["logs"], job["error"]) == ("starting", "", None)
    assert job["urls"]["get"].endswith(f"/v1/predictions/{job['id']}")
    assert not {"output", "metrics", "completed_at"} & set(job)
    waiting = now(api, job)
    assert (waiting["status"], waiting["logs"], waiting["output"]) == ("starting", None, None)
    assert waiting["urls"]["get"].endswith(f"/v1/trainings/{job['id']}")
    clock.advance(4)
    early = api.get(job["urls"]["get"]).json()
    assert (early["status"], early["metrics"]) == ("processing", {})
    clock.advance(8)
    late = now(api, job)
    assert late["logs"].startswith(early["logs"])
    assert len(late["logs"]) > len(early["logs"])
    assert "flux_train_replicate:" in late["logs"]
    clock.advance(8)
    done = now(api, job)
    assert done["status"] == "succeeded"
    assert done["metrics"]["predict_time"] == 30 + 100 * 1.1
    stamps = [done[name] for name in ("created_at", "started_at", "completed_at")]
    assert all(STAMP.fullmatch(stamp) for stamp in stamps)


def test_moments_differ_in_their_digits(api: httpx.Client, train: Train, clock: ManualClock) -> None:
    jobs = [train(steps=3) for _ in range(40)]
    clock.advance(20.123456)
    found = [STAMP.fullmatch(now(api, job)["completed_at"]) for job in jobs]
    assert {len(match[1]) for match in found if match} == {3, 6, 9}


def test_a_success_is_a_new_version_that_tells_how_to_use_it(
    api: httpx.Client, train: Train, clock: ManualClock, model: str
) -> None:
    first = train()
    assert api.get(f"/models/{model}").json()["latest_version"] is None
    clock.advance(20)
    second = train()
    clock.advance(20)
    made = [now(api, job)["output"]["version"] for job in (first, second)]
    versions = api.get(f"/models/{model}/versions").json()["results"]
    assert [f"{model}:{version['id']}" for version in versions] == made[::-1]
    latest = api.get(f"/models/{model}").json()["latest_version"]
    assert latest == versions[0]
    schemas = latest["openapi_schema"]["components"]["schemas"]
    assert schemas["Input"]["required"] == ["prompt"]
    assert schemas["Input"]["properties"]["lora_scale"]["maximum"] == 3
    assert schemas["model"]["enum"] == ["dev", "schnell"]


def test_the_weights_are_a_tar_for_everybody(trained: dict[str, Any]) -> None:
    answer = httpx.get(trained["output"]["weights"])
    assert answer.headers["content-type"] == "application/x-tar"
    with tarfile.open(fileobj=io.BytesIO(answer.content)) as archive:
        folder = "output/flux_train_replicate"
        assert archive.getnames() == [
            f"{folder}/config.yaml",
            f"{folder}/lora.safetensors",
            f"{folder}/captions",
            f"{folder}/captions/000.txt",
        ]
        weights = archive.extractfile(f"{folder}/lora.safetensors")
        caption = archive.extractfile(f"{folder}/captions/000.txt")
        assert weights is not None
        assert caption is not None
        assert hidden_size_of(weights.read()) == FLUX_1.hidden
        assert caption.read() == b"a red sheet"


def test_a_key_sent_to_the_delivery_host_is_a_violation(
    trained: dict[str, Any], simulator: Simulator
) -> None:
    headers = {"authorization": "Bearer r8_sim_valid"}
    assert httpx.get(trained["output"]["weights"], headers=headers).status_code == 400
    (violation,) = simulator.replicate.violations()
    assert (violation["service"], violation["job"]) == ("replicate", trained["id"])
    assert simulator.replicate.ledger()[0]["violations"] == [violation["what"]]


def test_the_weights_vanish_after_an_hour_but_not_the_training(
    api: httpx.Client, trained: dict[str, Any], clock: ManualClock
) -> None:
    clock.advance(3599)
    assert httpx.get(trained["output"]["weights"]).status_code == 200
    clock.advance(1)
    assert httpx.get(trained["output"]["weights"]).status_code == 404
    assert now(api, trained)["output"] == trained["output"]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"no zip", "input_images must be a zip file"),
        ({"a.txt": b"words"}, "No images found in input_images"),
        ({"deep/b.jpg": b"no picture"}, "cannot identify image file 'input_images/deep/b.jpg'"),
    ],
)
def test_a_useless_zip_is_accepted_and_fails(
    api: httpx.Client,
    train: Train,
    upload: Upload,
    zipped: Zip,
    clock: ManualClock,
    model: str,
    content: bytes | dict[str, bytes],
    error: str,
) -> None:
    job = train(input_images=upload(zipped(content) if isinstance(content, dict) else content))
    clock.advance(4)
    failed = now(api, job)
    assert (failed["status"], failed["error"], failed["output"]) == ("failed", error, None)
    assert error in failed["logs"]
    clock.advance(20)
    assert api.get(f"/models/{model}").json()["latest_version"] is None


def test_without_a_zip_it_fails(
    api: httpx.Client, train: Train, trainings: str, model: str, clock: ManualClock
) -> None:
    missing = api.post(trainings, json={"destination": model, "input": {"steps": 10}}).json()
    away = train(input_images="https://elsewhere.test/images.zip")
    clock.advance(20)
    assert now(api, missing)["error"] == "input_images must be provided"
    assert now(api, away)["error"] == "Failed to download the file at /images.zip: 404 Not Found"


def test_folders_and_data_addresses_are_fine(
    api: httpx.Client, train: Train, zipped: Zip, picture: Callable[..., bytes], clock: ManualClock
) -> None:
    content = base64.b64encode(zipped({"in/a.png": picture(), "in/a.txt": b"x"})).decode()
    job = train(input_images=f"data:application/zip;base64,{content}")
    broken = train(input_images="data:application/zip;base64,=")
    clock.advance(20)
    assert now(api, job)["status"] == "succeeded"
    assert now(api, broken)["error"] == "Failed to read the data URL: it is not base64"


def test_a_zip_deleted_before_the_start_is_missed(
    api: httpx.Client, train: Train, images: str, clock: ManualClock
) -> None:
    waiting = train()
    clock.advance(4)
    late = train()
    assert api.delete(images).status_code == 204
    clock.advance(20)
    assert now(api, waiting)["status"] == "succeeded"
    assert now(api, late)["error"].endswith("404 Not Found")


def test_the_input_is_checked(api: httpx.Client, trainings: str, model: str, images: str) -> None:
    def refusal(**changes: Any) -> dict[str, Any]:
        given = {"input_images": images, **changes}
        answer = api.post(trainings, json={"destination": model, "input": given})
        assert answer.status_code == 422
        document: dict[str, Any] = answer.json()
        return document

    assert refusal(steps=2)["invalid_fields"] == [
        {
            "type": "number_gte",
            "field": "input.steps",
            "description": "Must be greater than or equal to 3",
        }
    ]
    assert refusal(seed=5)["invalid_fields"][0]["type"] == "additional_property_not_allowed"
    assert refusal(autocaption_prefix=None)["detail"] == (
        "- input.autocaption_prefix: Invalid type. Expected: string, given: null\n"
    )
    assert refusal(input_images="nowhere")["invalid_fields"][0]["type"] == "format"


def test_the_fast_trainer_has_its_own_words(
    api: httpx.Client, model: str, images: str, clock: ManualClock
) -> None:
    path = "/models/replicate/fast-flux-trainer"
    version = api.get(path).json()["latest_version"]["id"]
    path = f"{path}/versions/{version}/trainings"
    given = {"input_images": images, "trigger_word": "SHEET", "lora_type": "style", "training_steps": 1000}
    assert api.post(path, json={"destination": model, "input": {**given, "steps": 1}}).status_code == 422
    job = api.post(path, json={"destination": model, "input": given}).json()
    clock.advance(20)
    assert now(api, job)["metrics"]["predict_time"] == 120


@pytest.mark.parametrize("after", [1, 10])
def test_a_cancelled_training_makes_no_version(
    api: httpx.Client, train: Train, clock: ManualClock, model: str, simulator: Simulator, after: int
) -> None:
    job = train()
    clock.advance(after)
    answer = api.post(f"/trainings/{job['id']}/cancel")
    assert answer.status_code == 200
    cancelled = answer.json()
    assert (cancelled["status"], cancelled["urls"]["get"]) == ("canceled", job["urls"]["get"])
    whole = 30 + 100 * 1.1
    assert cancelled["metrics"]["predict_time"] == pytest.approx(whole * max(0, after - 3) / 17, abs=1e-6)
    clock.advance(60)
    assert api.get(f"/models/{model}").json()["latest_version"] is None
    assert simulator.replicate.ledger()[0]["status"] == "canceled"
    assert api.post(f"/predictions/{job['id']}/cancel").json()["completed_at"] == cancelled["completed_at"]


def test_cancelling_what_has_ended_changes_nothing(api: httpx.Client, trained: dict[str, Any]) -> None:
    answer = api.post(trained["urls"]["cancel"])
    assert (answer.status_code, answer.json()["status"]) == (200, "succeeded")


def test_a_deadline_aborts_or_cancels(
    api: httpx.Client, trainings: str, model: str, images: str, clock: ManualClock
) -> None:
    body = {"destination": model, "input": {"input_images": images}}
    before_start = api.post(trainings, json=body, headers={"cancel-after": "2s"}).json()
    in_the_run = api.post(trainings, json=body, headers={"cancel-after": "15"}).json()
    assert "deadline" in before_start
    clock.advance(60)
    aborted, cancelled = now(api, before_start), now(api, in_the_run)
    assert (aborted["status"], aborted["metrics"], aborted["logs"]) == ("aborted", {}, None)
    assert cancelled["status"] == "canceled"
    assert cancelled["metrics"]["predict_time"] > 0
    assert api.post(trainings, json=body, headers={"cancel-after": "soon"}).status_code == 400


@pytest.mark.parametrize(("kind", "status"), [("aborted", "aborted"), ("failed", "failed")])
def test_trainings_that_end_badly(
    api: httpx.Client, train: Train, simulator: Simulator, clock: ManualClock, kind: str, status: str
) -> None:
    simulator.replicate.faults(kind, count=1)
    jobs = [train(), train(trigger_word=f"{kind[:5]}me".replace("failemme", "failme")), train()]
    clock.advance(20)
    found = [now(api, job) for job in jobs]
    assert found[0]["status"] == status
    assert found[2]["status"] == "succeeded"
    assert (found[0]["error"] is not None) == (status == "failed")


def test_secrets_are_hidden_and_publishing_is_a_violation(
    api: httpx.Client, train: Train, simulator: Simulator
) -> None:
    job = train(hf_token="hf_secret", hf_repo_id="me/mine")
    assert job["input"]["hf_token"] == "[REDACTED]"
    assert "hf_secret" not in str(api.get("/trainings").json())
    (violation,) = simulator.replicate.violations()
    assert "Hugging Face" in violation["what"]


def test_a_public_destination_is_a_violation(
    api: httpx.Client, trainings: str, images: str, simulator: Simulator
) -> None:
    api.post("/models", json={"owner": "member-1", "name": "all", "visibility": "public", "hardware": "cpu"})
    job = api.post(trainings, json={"destination": "member-1/all", "input": {"input_images": images}}).json()
    (violation,) = simulator.replicate.violations()
    assert violation["job"] == job["id"]


def test_a_job_of_no_length_is_done_at_once() -> None:
    job = Job("j", "valid", "training", "m", "v", {}, {}, 10, 100.0, 0.0, 60.0, 0.001)
    assert (job.status(100.0), job.predict_time(100.0), job.cost(100.0)) == ("succeeded", 60.0, 6.0)
    assert Job.from_document(job.document()) == job
