"""Trainers: what they take, how they fail, what comes of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from fluxtui.simulator.core.clock import ManualClock
from fluxtui.simulator.core.weights import FLUX_1, KLEIN_9B, header_of, hidden_size_of, lora_file
from fluxtui.simulator.fal.catalogue import endpoints
from fluxtui.simulator.fal.endpoints import Generator, Trainer
from fluxtui.simulator.running import ServiceView

from .conftest import GENERATOR, SMALL, TRAINER, Finish, Submit, Upload, colour_of, make_zip

TRAINERS = [endpoint for endpoint in endpoints().values() if isinstance(endpoint, Trainer)]


@pytest.fixture
def pairs(picture: Callable[..., bytes]) -> bytes:
    """A ZIP of two pairs with one picture before each result."""
    names = ("a_start.png", "a_end.png", "b_start.png", "b_end.png")
    return make_zip({name: picture() for name in names} | {"a.txt": b"red", "b.txt": b"redder"})


@pytest.mark.parametrize("trainer", TRAINERS, ids=lambda trainer: trainer.id)
def test_every_trainer_makes_a_lora_of_its_model(
    trainer: Trainer,
    upload: Upload,
    dataset: bytes,
    pairs: bytes,
    finish: Finish,
    web: httpx.Client,
    fal: ServiceView,
) -> None:
    archive = upload(pairs if trainer.pairs else dataset)
    body = {trainer.archive: archive, "steps": 100}
    answer = finish(trainer.id, body)
    assert answer.status_code == 200, answer.text
    outputs = answer.json()
    for key in (trainer.weights, "config_file"):
        file = outputs[key]
        assert set(file) == {"url", "content_type", "file_name", "file_size"}
        content = web.get(file["url"])
        assert (content.status_code, len(content.content)) == (200, file["file_size"])
    weights = web.get(outputs[trainer.weights]["url"]).content
    assert hidden_size_of(weights) == trainer.base.hidden
    assert fal.violations() == []
    units = max(100, trainer.least_steps) * (2.11 if trainer.factored else 1)
    assert answer.headers["x-fal-billable-units"] == f"{units:g}"
    assert fal.ledger()[0]["cost"] == pytest.approx(units * trainer.unit_price * 100)


def test_a_lora_in_comfys_names(upload: Upload, dataset: bytes, finish: Finish, web: httpx.Client) -> None:
    body = {"image_data_url": upload(dataset), "output_lora_format": "comfy"}
    outputs = finish(TRAINER, body).json()
    header = header_of(web.get(outputs["diffusers_lora_file"]["url"]).content)
    assert all(name.startswith(("diffusion_model.", "__")) for name in header)


def test_f11_the_wrong_name_of_the_archive(finish: Finish, fal: ServiceView) -> None:
    answer = finish(TRAINER, {"images_data_url": "https://example.org/x.zip"})
    assert answer.status_code == 422
    found = answer.json()["detail"][0]
    assert (found["loc"], found["type"]) == (["body", "image_data_url"], "missing")
    assert found["url"] == "https://docs.fal.ai/errors#missing"
    assert fal.credits() == 10_000


@pytest.mark.parametrize(
    ("field", "value", "kind", "context"),
    [
        ("steps", 99, "greater_than_equal", {"ge": 100}),
        ("steps", 10_001, "less_than_equal", {"le": 10_000}),
        ("steps", "many", "int_type", None),
        ("output_lora_format", "kohya", "enum", {"expected": "'fal' or 'comfy'"}),
        ("image_data_url", 5, "string_type", None),
    ],
)
def test_f5_and_f11_wrong_values_show_in_the_result_or_at_once(
    finish: Finish,
    queue: httpx.Client,
    fal: ServiceView,
    field: str,
    value: Any,
    kind: str,
    context: dict[str, Any] | None,
) -> None:
    body = {"image_data_url": "https://example.org/x.zip", field: value}
    late = finish(TRAINER, body)
    assert late.status_code == 422
    found = late.json()["detail"][0]
    assert (found["loc"], found["type"], found["input"]) == (["body", field], kind, value)
    assert found.get("ctx") == context
    fal.faults("early-validation", count=1)
    early = queue.post(f"/{TRAINER}", json=body)
    assert (early.status_code, early.json()) == (422, late.json())
    assert len(fal.ledger()) == 1


def test_f5_the_status_of_a_failed_job(submit: Submit, queue: httpx.Client, clock: ManualClock) -> None:
    job = submit(TRAINER, {})
    clock.advance(20)
    status = queue.get(job["status_url"]).json()
    assert (status["status"], status["error"], status["error_type"]) == (
        "COMPLETED",
        "Field required",
        "missing",
    )


@pytest.mark.parametrize(
    ("word", "status", "error_type", "header", "cost"),
    [
        ("failme", 500, "internal_server_error", None, 0),
        ("fail422me", 422, "no_media_generated", None, 0),
        ("failtextme", 422, "", None, 0),
        ("fail503me", 503, "runner_disconnected", "runner_disconnected", 0),
        ("fail504me", 504, "generation_timeout", None, 0),
        ("moderateme", 422, "content_policy_violation", None, 500),
        ("nsfwme", 422, "content_policy_violation", None, 500),
    ],
)
def test_f5_words_decide_the_ending(
    upload: Upload,
    dataset: bytes,
    finish: Finish,
    fal: ServiceView,
    word: str,
    status: int,
    error_type: str,
    header: str | None,
    cost: float,
) -> None:
    answer = finish(TRAINER, {"image_data_url": upload(dataset), "default_caption": f"a {word} b"})
    assert answer.status_code == status
    assert answer.headers.get("x-fal-error-type") == header
    assert fal.ledger()[0]["status"] == (error_type or "error")
    assert (fal.ledger()[0]["cost"], fal.credits()) == (cost, 10_000 - cost)
    detail = answer.json()["detail"]
    assert isinstance(detail, str) if word in ("failtextme", "fail503me") else detail[0]["type"] == error_type


def test_f5_refused_at_once(queue: httpx.Client, fal: ServiceView) -> None:
    answer = queue.post(f"/{GENERATOR}", json={**SMALL, "prompt": "refuseme"})
    assert (answer.status_code, answer.json()["error_type"]) == (400, "bad_request")
    assert fal.ledger() == []


@pytest.mark.parametrize(
    ("kind", "status"), [("failed", 500), ("moderated", 422), ("content-moderated", 422)]
)
def test_f5_faults_decide_the_ending(
    upload: Upload, dataset: bytes, finish: Finish, fal: ServiceView, kind: str, status: int
) -> None:
    fal.faults(kind, count=1)
    body = {"image_data_url": upload(dataset)}
    assert finish(TRAINER, body).status_code == status
    assert finish(TRAINER, body).status_code == 200


def test_f11_a_missing_caption_fails_while_it_runs(
    upload: Upload, picture: Callable[..., bytes], finish: Finish
) -> None:
    archive = upload(make_zip({"a.png": picture(), "b.png": picture(), "a.txt": b"red"}))
    answer = finish(TRAINER, {"image_data_url": archive})
    assert answer.status_code == 422
    assert "b.txt" in answer.json()["detail"][0]["msg"]
    assert finish(TRAINER, {"image_data_url": archive, "default_caption": "red"}).status_code == 200
    assert finish("fal-ai/turbo-flux-trainer", {"images_data_url": archive}).status_code == 200


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"no zip", "invalid_archive"), (make_zip({"a.txt": b"x"}), "invalid_archive")],
    ids=["no archive", "no picture"],
)
def test_f11_what_is_no_dataset(upload: Upload, finish: Finish, content: bytes, kind: str) -> None:
    answer = finish(TRAINER, {"image_data_url": upload(content)})
    assert (answer.status_code, answer.json()["detail"][0]["type"]) == (422, kind)


def test_f11_an_archive_out_of_reach(finish: Finish, fal: ServiceView) -> None:
    for url in ("https://example.org/x.zip", f"{fal.urls['cdn']}/files/none/x.zip", "no address"):
        answer = finish(TRAINER, {"image_data_url": url})
        assert (answer.status_code, answer.json()["detail"][0]["type"]) == (422, "file_download_error")


@pytest.mark.parametrize("missing", ["a_end.png", "a_start.png"])
def test_f11_pairs_must_be_whole(
    upload: Upload, picture: Callable[..., bytes], finish: Finish, missing: str
) -> None:
    names = {"a_start.png", "a_end.png", "b_start.png", "b_end.png"} - {missing}
    archive = upload(make_zip({name: picture() for name in names}))
    answer = finish(f"{TRAINER}/edit", {"image_data_url": archive, "default_caption": "x"})
    assert (answer.status_code, answer.json()["detail"][0]["type"]) == (422, "invalid_archive")


PAIR = ("a_start.png", "a_end.png")


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ((*PAIR, "cover.png"), "neither the start nor the end"),
        ((*PAIR, "a_start3.png"), "without a gap"),
        ((*PAIR, "a_start1.png"), "neither the start nor the end"),
        ((*PAIR, "b.txt"), "caption of nothing"),
        ((*PAIR, "a_start2.png", "b_start.png", "b_end.png"), "same number"),
        ((*PAIR, *(f"a_start{place}.png" for place in range(2, 6))), "more than 4"),
    ],
)
def test_f11_archives_of_pairs_are_read_strictly(
    upload: Upload, picture: Callable[..., bytes], finish: Finish, names: tuple[str, ...], message: str
) -> None:
    archive = upload(make_zip({name: b"x" if name.endswith("txt") else picture() for name in names}))
    answer = finish(f"{TRAINER}/edit", {"image_data_url": archive, "default_caption": "x"})
    assert answer.status_code == 422
    assert message in answer.json()["detail"][0]["msg"]


def test_flux_3_takes_pairs_with_other_numbers_of_inputs_and_bills_the_most(
    upload: Upload, picture: Callable[..., bytes], finish: Finish
) -> None:
    names = (*PAIR, "a_start2.png", "a_start3.png", "b_start.png", "b_end.png")
    archive = upload(make_zip({name: picture() for name in names}))
    trainer = "blackforestlabs/flux-3/klein/base/trainer/edit"
    unsaid = finish(trainer, {"images_data_url": archive})
    assert "trigger_phrase" in unsaid.json()["detail"][0]["msg"]
    answer = finish(trainer, {"images_data_url": archive, "trigger_phrase": "make it red", "steps": 100})
    assert answer.headers["x-fal-billable-units"] == "509"


def test_krea_wants_a_caption_or_the_phrase(
    upload: Upload, picture: Callable[..., bytes], finish: Finish
) -> None:
    archive = upload(make_zip({"a.png": picture()}))
    assert finish("fal-ai/krea-2-trainer", {"images_data_url": archive}).status_code == 422
    body = {"images_data_url": archive, "trigger_phrase": "ohwx"}
    assert finish("fal-ai/krea-2-trainer", body).status_code == 200


@pytest.mark.parametrize(("kind", "status"), [("own", 200), ("other", 422), ("gone", 422)])
def test_a_training_goes_on_with_a_lora_of_its_model(
    upload: Upload, dataset: bytes, finish: Finish, fal: ServiceView, kind: str, status: int
) -> None:
    addresses = {
        "own": upload(lora_file(FLUX_1, "mine", rank=1), name="mine.safetensors"),
        "other": upload(lora_file(KLEIN_9B, "mine", rank=1), name="other.safetensors"),
        "gone": f"{fal.urls['cdn']}/files/none/x.safetensors",
    }
    body = {"images_data_url": upload(dataset), "resume_from_checkpoint": addresses[kind]}
    assert finish("fal-ai/flux-lora-portrait-trainer", body).status_code == status


def test_f10_an_archive_that_expires_before_the_start(
    upload: Upload, dataset: bytes, finish: Finish, fal: ServiceView
) -> None:
    archive = upload(dataset, '{"expiration_duration_seconds": 2}')
    answer = finish(TRAINER, {"image_data_url": archive})
    assert (answer.status_code, answer.json()["detail"][0]["type"]) == (422, "file_download_error")
    assert (fal.ledger()[0]["cost"], fal.credits()) == (0, 10_000)


def test_f10_an_archive_without_expiry_is_a_violation(
    upload: Upload, dataset: bytes, finish: Finish, fal: ServiceView
) -> None:
    assert finish(TRAINER, {"image_data_url": upload(dataset, None)}).status_code == 200
    assert [found["service"] for found in fal.violations()] == ["fal"]
    assert "expiry" in fal.ledger()[0]["violations"][0]


@pytest.mark.usefixtures("really_painted")
def test_the_lora_shows_in_pictures(trained: dict[str, Any], finish: Finish, web: httpx.Client) -> None:
    def mean(**more: Any) -> tuple[float, ...]:
        return colour_of(web.get(finish(GENERATOR, SMALL | more).json()["images"][0]["url"]).content)

    path = trained["diffusers_lora_file"]["url"]
    plain, full = mean(), mean(loras=[{"path": path, "scale": 2}])
    half = mean(loras=[{"path": path, "scale": 0.5}])
    red = (200.0, 60.0, 40.0)

    def distance(colour: tuple[float, ...]) -> float:
        return sum(abs(one - other) for one, other in zip(colour, red, strict=True))

    assert distance(full) < distance(half) < distance(plain)
    assert distance(full) < 45


@pytest.mark.usefixtures("really_painted")
def test_the_lora_shows_when_given_back_as_an_upload(
    trained: dict[str, Any], finish: Finish, web: httpx.Client, upload: Upload
) -> None:
    def painted(path: str) -> bytes:
        body = SMALL | {"loras": [{"path": path, "scale": 1}]}
        return web.get(finish(GENERATOR, body).json()["images"][0]["url"]).content

    original = trained["diffusers_lora_file"]["url"]
    again = upload(web.get(original).content, name="my lora.safetensors")
    assert "my%20lora" in again
    assert painted(again) == painted(original)
    assert painted("someone/elses-lora") != painted(original)


@pytest.mark.usefixtures("really_painted")
def test_loras_mix(
    trained: dict[str, Any], finish: Finish, upload: Upload, picture: Callable[..., bytes], web: httpx.Client
) -> None:
    blue = make_zip({f"{number}.png": picture((20, 40, 200)) for number in range(3)})
    body = {"image_data_url": upload(blue), "default_caption": "blue"}
    other = finish(TRAINER, body).json()["diffusers_lora_file"]["url"]
    first = trained["diffusers_lora_file"]["url"]

    def mean(one: float, two: float) -> tuple[float, ...]:
        loras = [{"path": first, "scale": one}, {"path": other, "scale": two}]
        answer = finish(GENERATOR, SMALL | {"loras": loras})
        return colour_of(web.get(answer.json()["images"][0]["url"]).content)

    assert mean(2, 0)[2] < mean(0, 2)[2]
    assert mean(0, 2)[0] < mean(1, 1)[0] + mean(1, 1)[2]


@pytest.mark.parametrize(
    ("endpoint", "path"), [("fal-ai/flux-2/lora", "trained"), (GENERATOR, "dataset"), (GENERATOR, "gone")]
)
def test_a_lora_that_does_not_fit(
    trained: dict[str, Any],
    finish: Finish,
    upload: Upload,
    dataset: bytes,
    fal: ServiceView,
    endpoint: str,
    path: str,
) -> None:
    paths = {
        "trained": trained["diffusers_lora_file"]["url"],
        "dataset": upload(dataset),
        "gone": f"{fal.urls['cdn']}/files/none/x.safetensors",
    }
    body = {"prompt": "p", "loras": [{"path": paths[path]}]}
    answer = finish(endpoint, body)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", "loras", 0, "path"]


def test_outputs_of_a_lora_run_out(
    upload: Upload, dataset: bytes, finish: Finish, web: httpx.Client, clock: ManualClock
) -> None:
    lifetime = {"X_Fal_Object_Lifecycle_Preference": '{"expiration_duration_seconds": 60}'}
    outputs = finish(TRAINER, {"image_data_url": upload(dataset)}, **lifetime).json()
    url = outputs["diffusers_lora_file"]["url"]
    assert web.get(url).status_code == 200
    clock.advance(60)
    assert web.get(url).status_code == 404


def test_every_endpoint_is_one_or_the_other() -> None:
    assert all(isinstance(endpoint, Trainer | Generator) for endpoint in endpoints().values())
    assert len(TRAINERS) == 18
