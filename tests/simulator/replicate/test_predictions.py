"""Predictions: R6, R12, and what they paint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from PIL import Image, ImageChops

from fluxtui.simulator.core.clock import ManualClock
from fluxtui.simulator.running import Simulator

Predict = Callable[..., dict[str, Any]]
Fetched = Callable[[str], Image.Image]
OFFICIAL = "black-forest-labs/flux-dev-lora"
QUARTER = {"prompt": "a red sheet", "megapixels": "0.25", "seed": 5}
UNSAFE = "All generated images contained NSFW content."


def posted(api: httpx.Client, version: str, **more: Any) -> httpx.Response:
    return api.post("/predictions", json={"version": version, "input": QUARTER, **more})


def redness(picture: Image.Image) -> float:
    """Return how much more red than blue a picture is, from -255 to 255."""
    small = picture.convert("RGB").resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    assert isinstance(small, tuple)
    return small[0] - small[2]


@pytest.mark.parametrize(
    ("changes", "flaw"),
    [
        ({"prompt": None}, ("invalid_type", "input.prompt")),
        ({"num_outputs": 5}, ("number_lte", "input.num_outputs")),
        ({"num_outputs": 1.5}, ("invalid_type", "input.num_outputs")),
        ({"lora_scale": -2}, ("number_gte", "input.lora_scale")),
        ({"lora_scale": True}, ("invalid_type", "input.lora_scale")),
        ({"output_format": "jpeg"}, ("enum", "input.output_format")),
        ({"colour": "red"}, ("additional_property_not_allowed", "input")),
        ({"seed": None}, ("invalid_type", "input.seed")),
        ({"image": "picture.png"}, ("format", "input.image")),
    ],
)
def test_wrong_inputs(api: httpx.Client, changes: dict[str, Any], flaw: tuple[str, str]) -> None:
    answer = api.post(f"/models/{OFFICIAL}/predictions", json={"input": {**QUARTER, **changes}})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert (document["title"], document["status"]) == ("Input validation failed", 422)
    assert [(found["type"], found["field"]) for found in document["invalid_fields"]] == [flaw]


def test_a_missing_prompt_reads_as_recorded(api: httpx.Client) -> None:
    answer = api.post(f"/models/{OFFICIAL}/predictions", json={"input": {}})
    assert answer.json() == {
        "title": "Input validation failed",
        "detail": "- input: prompt is required\n",
        "status": 422,
        "invalid_fields": [
            {"type": "required", "field": "input", "description": "prompt is required"},
        ],
    }


def test_wrong_envelopes(api: httpx.Client) -> None:
    extra = posted(api, OFFICIAL, colour="red")
    assert extra.status_code == 422
    assert extra.json()["invalid_fields"][0]["field"] == ""
    by_name = api.post(f"/models/{OFFICIAL}/predictions", json={"input": QUARTER, "version": "x"})
    assert by_name.status_code == 422
    assert api.post("/predictions", json={"input": QUARTER}).status_code == 422
    assert api.post("/predictions", json={"version": OFFICIAL, "input": []}).status_code == 422
    assert posted(api, OFFICIAL, webhook="http://plain.test").status_code == 422
    assert posted(api, OFFICIAL, webhook="https://fine.test", stream=False).status_code == 201


@pytest.mark.parametrize(
    "version",
    ["0" * 64, "ostris/flux-dev-lora-trainer", "member-1/nothing", "", f"{OFFICIAL}:{'0' * 64}"],
)
def test_unknown_versions_are_422_and_not_404(api: httpx.Client, version: str) -> None:
    answer = posted(api, version)
    assert answer.status_code == 422
    assert answer.json()["title"] == "Invalid version or not permitted"


def test_a_trainer_makes_no_pictures_and_only_official_models_run_by_name(
    api: httpx.Client, trained: dict[str, Any]
) -> None:
    trainer = api.get("/models/ostris/flux-dev-lora-trainer").json()["latest_version"]["id"]
    assert posted(api, trainer).status_code == 422
    model = trained["output"]["version"].split(":")[0]
    assert posted(api, model).status_code == 422
    assert api.post(f"/models/{model}/predictions", json={"input": QUARTER}).status_code == 404


def test_every_way_to_name_a_version(
    api: httpx.Client, trained: dict[str, Any], simulator: Simulator
) -> None:
    full = trained["output"]["version"]
    by_digits, by_both = posted(api, full.split(":")[1]).json(), posted(api, full).json()
    assert by_digits["version"] == by_both["version"] == full.split(":")[1]
    assert by_digits["model"] == full.split(":")[0]
    official = posted(api, OFFICIAL).json()
    assert (official["model"], official["version"]) == (OFFICIAL, "hidden")
    assert len({job["id"] for job in simulator.replicate.ledger()}) == 4


def test_a_prediction_runs(api: httpx.Client, predict: Predict, clock: ManualClock, fetched: Fetched) -> None:
    job = predict(seed=7)
    assert (job["status"], job["logs"], job["data_removed"]) == ("starting", "", False)
    assert job["input"] == {
        "prompt": "a red sheet",
        "aspect_ratio": "custom",
        "width": 256,
        "height": 256,
        "seed": 7,
    }
    assert job["urls"]["get"].endswith(f"/v1/predictions/{job['id']}")
    assert not {"output", "metrics", "completed_at"} & set(job)
    clock.advance(1)
    running = api.get(job["urls"]["get"]).json()
    assert (running["status"], running["output"], running["metrics"]) == ("processing", None, {})
    assert "Using seed: 7\n" in running["logs"]
    clock.advance(1)
    done = api.get(job["urls"]["get"]).json()
    assert (done["status"], done["error"]) == ("succeeded", None)
    assert done["logs"].startswith(running["logs"])
    assert 1 <= done["metrics"]["predict_time"] <= 3
    (url,) = done["output"]
    assert url.endswith("/out-0.webp")
    picture = fetched(url)
    assert (picture.size, picture.format) == ((256, 256), "WEBP")
    assert api.get(f"/trainings/{job['id']}").status_code == 404


@pytest.mark.parametrize(("name", "kind"), [("jpg", "JPEG"), ("png", "PNG")])
def test_other_formats(finish: Predict, fetched: Fetched, name: str, kind: str) -> None:
    (url,) = finish(output_format=name)["output"]
    assert url.endswith(f".{name}")
    assert fetched(url).format == kind
    assert httpx.get(url).headers["content-type"] == f"image/{kind.lower()}"


def test_several_pictures_have_seeds_in_a_row(finish: Predict, fetched: Fetched) -> None:
    first, second = (fetched(url) for url in finish(num_outputs=2, seed=7, output_format="png")["output"])
    (alone,) = finish(seed=8, output_format="png")["output"]
    assert ImageChops.difference(first, second).getbbox() is not None
    assert second.size == fetched(alone).size


def test_a_seed_is_found_and_told(finish: Predict) -> None:
    seeds = [finish(**given)["logs"].splitlines()[0] for given in ({}, {"seed": -1}, {})]
    assert all(line.startswith("Using seed: ") for line in seeds)
    assert len(set(seeds)) == 3


def test_the_training_shows_in_the_picture(
    api: httpx.Client, finish: Predict, fetched: Fetched, trained: dict[str, Any], clock: ManualClock
) -> None:
    """A trained version, and its weights by name or address, paint in the colours of its training."""
    weights, model = trained["output"]["weights"], trained["output"]["version"]
    (with_version,) = finish(seed=5, lora_scale=1.5)["output"]
    assert redness(fetched(with_version)) > 60
    (without,) = finish(seed=5, lora_scale=0)["output"]
    assert redness(fetched(without)) < redness(fetched(with_version))
    for name in (weights, model.split(":")[0], model.replace(":", "/")):
        given = {**QUARTER, "lora_weights": name, "lora_scale": 1.5}
        job = api.post(f"/models/{OFFICIAL}/predictions", json={"input": given}).json()
        clock.advance(2)
        done = api.get(job["urls"]["get"]).json()
        assert done["status"] == "succeeded", done["error"]
        assert redness(fetched(done["output"][0])) > 60


@pytest.mark.parametrize(
    ("reference", "error"),
    [
        ("nonsense", "Failed to parse URL. Expected either:"),
        ("member-1/nothing", "Weights not found at the supplied URL."),
        ("https://elsewhere.test/a.safetensors", "Weights not found at the supplied URL."),
        ("huggingface.co/somebody/a-lora", None),
        ("https://huggingface.co/somebody/a-lora/resolve/main/fox.safetensors?download=true", None),
        ("https://civitai.com/models/12345/words", None),
    ],
)
def test_loras_from_elsewhere(finish: Predict, reference: str, error: str | None) -> None:
    done = finish(extra_lora=reference)
    if error is None:
        assert done["status"] == "succeeded"
    else:
        assert done["status"] == "failed"
        assert done["error"].startswith(error)


def test_a_picture_can_be_given(
    upload: Callable[[bytes], str], picture: Callable[..., bytes], finish: Predict, fetched: Fetched
) -> None:
    blue = upload(picture((10, 20, 240), (400, 300)))
    (url,) = finish(image=blue, seed=5)["output"]
    assert fetched(url).size == (400, 304)
    mask = upload(picture((0, 0, 0), (400, 300)))
    (kept,) = finish(image=blue, mask=mask, seed=5, output_format="png")["output"]
    assert redness(fetched(kept)) < -150
    failed = finish(image="https://elsewhere.test/a.png")
    assert failed["error"] == "Failed to download the file at /a.png: 404 Not Found"
    assert finish(image=upload(b"no picture"))["status"] == "failed"


def test_sizes(finish: Predict, fetched: Fetched) -> None:
    (wide,) = finish(aspect_ratio="21:9", megapixels="0.25")["output"]
    assert fetched(wide).size == (768, 320)
    (odd,) = finish(width=257, height=300)["output"]
    assert fetched(odd).size == (272, 304)


def test_a_custom_size_needs_both_sides(
    api: httpx.Client, trained: dict[str, Any], clock: ManualClock
) -> None:
    version = trained["output"]["version"]
    given = {"prompt": "p", "aspect_ratio": "custom", "width": 256}
    job = api.post("/predictions", json={"version": version, "input": given}).json()
    clock.advance(2)
    done = api.get(job["urls"]["get"]).json()
    assert (done["status"], done["error"]) == (
        "failed",
        "width and height must be defined if aspect ratio is 'custom'",
    )


def test_an_unsafe_picture_is_dropped(finish: Predict, fetched: Fetched) -> None:
    done = finish(prompt="contentmoderated", num_outputs=3)
    assert done["status"] == "succeeded"
    assert [url.rpartition("/")[2] for url in done["output"]] == ["out-0.webp", "out-1.webp"]
    assert "NSFW content detected in image 0\n" in done["logs"]
    assert "Total safe images: 2 out of 3\n" in done["logs"]
    assert fetched(done["output"][1]).size == (256, 256)


@pytest.mark.parametrize("words", ["moderateme", "contentmoderated"])
def test_all_unsafe_is_a_failure(finish: Predict, words: str) -> None:
    done = finish(prompt=words)
    assert (done["status"], done["output"]) == ("failed", None)
    assert done["error"].startswith(UNSAFE)
    assert done["metrics"]["predict_time"] > 0
    assert finish(prompt=words, disable_safety_checker=True)["status"] == "succeeded"


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("failed", "failed"),
        ("moderated", "failed"),
        ("content-moderated", "succeeded"),
        ("aborted", "aborted"),
    ],
)
def test_faults_decide_the_end(finish: Predict, simulator: Simulator, kind: str, status: str) -> None:
    simulator.replicate.faults(kind, count=1)
    done = finish(num_outputs=2)
    assert done["status"] == status
    assert len(done["output"] or []) == (1 if status == "succeeded" else 0)
    assert finish()["status"] == "succeeded"


def test_an_official_model_is_paid_by_the_picture(
    api: httpx.Client, simulator: Simulator, clock: ManualClock
) -> None:
    for prompt, count, cost in (("p", 2, 6.4), ("contentmoderated", 3, 6.4), ("failme", 2, 0.0)):
        body = {"input": {**QUARTER, "prompt": prompt, "num_outputs": count}}
        assert api.post(f"/models/{OFFICIAL}/predictions", json=body).status_code == 201
        assert simulator.replicate.ledger()[-1]["cost"] == 0
        clock.advance(20)
        assert simulator.replicate.ledger()[-1]["cost"] == pytest.approx(cost)


def test_a_word_aborts(finish: Predict, simulator: Simulator) -> None:
    done = finish(prompt="abortme")
    assert (done["status"], done["logs"], done["metrics"]) == ("aborted", None, {})
    assert simulator.replicate.ledger()[-1]["cost"] == 0


def test_a_prediction_is_cancelled(api: httpx.Client, predict: Predict, clock: ManualClock) -> None:
    job = predict()
    clock.advance(1)
    answer = api.post(job["urls"]["cancel"])
    assert (answer.status_code, answer.json()["status"]) == (200, "canceled")
    clock.advance(5)
    done = api.get(job["urls"]["get"]).json()
    assert (done["status"], done["output"]) == ("canceled", None)
    assert 0 < done["metrics"]["predict_time"] < 1.5


def test_others_do_not_see_it(api: httpx.Client, predict: Predict) -> None:
    job = predict()
    headers = {"authorization": "Bearer r8_sim_throttled"}
    assert api.get(job["urls"]["get"], headers=headers).status_code == 404
    assert api.get("/predictions", headers=headers).json()["results"] == []


FLUX_3 = "replicate/flux-3-klein-image-lora"


@pytest.fixture
def klein(api: httpx.Client, clock: ManualClock) -> Callable[..., dict[str, Any]]:
    """Runs FLUX 3 [klein] with an input, to its end."""
    version = api.get(f"/models/{FLUX_3}").json()["latest_version"]["id"]

    def run(**values: Any) -> dict[str, Any]:
        given = {"prompt": "a red sheet", "width": 256, "height": 192, "seed": 5, **values}
        job = api.post("/predictions", json={"version": version, "input": given})
        assert job.status_code == 201, job.text
        clock.advance(20)
        done: dict[str, Any] = api.get(f"/predictions/{job.json()['id']}").json()
        return done

    return run


def test_flux_3_shows_the_loras_at_its_addresses(
    klein: Callable[..., dict[str, Any]], fetched: Fetched, simulator: Simulator
) -> None:
    base = "https://huggingface.co/someone/lora/resolve/main"
    one, two = f"{base}/one.safetensors", f"{base}/two.safetensors"
    plain, with_one = klein(), klein(lora_url=one)
    both = [klein(lora_url=text) for text in (f'["{one}", "{two}"]', f"{one},{two}", f"{one}\n {two}\n")]
    assert {job["status"] for job in (plain, with_one, *both)} == {"succeeded"}
    first, second, *last = (fetched(job["output"]) for job in (plain, with_one, *both))
    assert first.size == (256, 192)
    assert ImageChops.difference(first.convert("RGB"), second.convert("RGB")).getbbox()
    for picture in last:
        assert ImageChops.difference(second.convert("RGB"), picture.convert("RGB")).getbbox()
    wrong = klein(lora_url="someone/lora")
    assert (wrong["status"], wrong["output"]) == ("failed", None)
    assert "Not a direct HTTP(S) download URL" in wrong["error"]


def test_flux_3_runs_by_its_version_alone(api: httpx.Client) -> None:
    assert api.post(f"/models/{FLUX_3}/predictions", json={"input": {"prompt": "p"}}).status_code == 404


@pytest.mark.parametrize(
    ("name", "given", "size", "counted"),
    [
        ("flux-2-pro", {"aspect_ratio": "16:9", "resolution": "2 MP"}, (1936, 1088), True),
        ("flux-2-flex", {"aspect_ratio": "custom", "width": 512, "height": 256}, (512, 256), True),
        ("flux-2-klein-4b", {"output_megapixels": "0.25"}, (512, 512), True),
        ("flux-1.1-pro-ultra", {"aspect_ratio": "1:1"}, (2048, 2048), False),
        ("flux-schnell", {"aspect_ratio": "3:2", "megapixels": "0.25"}, (608, 416), False),
    ],
)
def test_official_models_paint_in_their_sizes_and_tell_what_they_count(
    name: str,
    given: dict[str, Any],
    size: tuple[int, int],
    counted: bool,
    api: httpx.Client,
    clock: ManualClock,
    fetched: Fetched,
    simulator: Simulator,
) -> None:
    body = {"input": {"prompt": "a fox", "seed": 1, **given}}
    job = api.post(f"/models/black-forest-labs/{name}/predictions", json=body).json()
    clock.advance(20)
    done = api.get(f"/predictions/{job['id']}").json()
    assert (done["status"], done["error"]) == ("succeeded", None)
    address = done["output"] if isinstance(done["output"], str) else done["output"][0]
    assert isinstance(done["output"], list) == (name in ("flux-schnell", "flux-2-klein-4b"))
    assert fetched(address).size == size
    metrics = done["metrics"]
    assert metrics["image_output_count"] == 1
    megapixels = size[0] * size[1] / 2**20
    assert metrics["image_output_megapixel_count"] == pytest.approx(megapixels, abs=0.001)
    (entry,) = simulator.replicate.ledger()
    assert entry["cost"] > 0


def test_more_pictures_than_a_model_takes_fail_it(api: httpx.Client, clock: ManualClock) -> None:
    images = ["https://example.org/a.png"] * 9
    body = {"input": {"prompt": "a fox", "input_images": images}}
    job = api.post("/models/black-forest-labs/flux-2-pro/predictions", json=body).json()
    clock.advance(20)
    done = api.get(f"/predictions/{job['id']}").json()
    assert (done["status"], done["error"]) == ("failed", "input_images takes at most 8 images")
    wrong = {"input": {"prompt": "a fox", "input_images": ["a.png", 3]}}
    answer = api.post("/models/black-forest-labs/flux-2-pro/predictions", json=wrong)
    fields = [flaw["field"] for flaw in answer.json()["invalid_fields"]]
    assert (answer.status_code, fields) == (422, ["input.input_images.0", "input.input_images.1"])
