"""Paid requests over HTTP: keys, acceptance, price, limits."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from PIL import Image

from fluxtui.simulator.bfl.endpoints import endpoints
from fluxtui.simulator.bfl.finetunes import OWN_LORA, SHARED_LORA
from fluxtui.simulator.core.clock import ManualClock
from fluxtui.simulator.core.keys import FORBIDDEN_KEY, POOR_KEY, VALID_KEY
from fluxtui.simulator.core.settings import Settings
from fluxtui.simulator.running import Simulator, running_simulator

Deliver = Callable[[str, dict[str, Any]], Image.Image]
REQUIRED = {
    "prompt": "a harbour",
    "image": None,
    "mask": None,
    "input_image": None,
    "width": 256,
    "height": 256,
}


def submitted_to(simulator: Simulator) -> httpx.Response:
    """Order a small picture of a simulator and return its answer."""
    url, body = f"{simulator.base_url}/v1/flux-dev", {"width": 256, "height": 256}
    return httpx.post(url, json=body, headers={"x-key": VALID_KEY})


@pytest.mark.parametrize("path", sorted(endpoints()))
def test_every_endpoint_makes_a_picture(
    path: str, deliver: Deliver, trained: str, picture_text: str, simulator: Simulator, painted_plainly: None
) -> None:
    endpoint = endpoints()[path]
    body: dict[str, Any] = {}
    for field in endpoint.fields:
        if field.name == "finetune_id":
            body["finetune_id"] = trained if endpoint.finetuned == "flux-1" else OWN_LORA
        elif field.name == "resolution":
            body["resolution"] = "768sq"
        elif field.kind == "image" and not field.name[-1].isdigit():
            body[field.name] = picture_text
        elif field.name in ("prompt", "width", "height"):
            body[field.name] = REQUIRED[field.name]
    made = deliver(path, body)
    made.load()
    assert made.format == endpoint.default_format.upper()
    entry = simulator.ledger()[-1]
    assert (entry["endpoint"], entry["kind"], entry["delivered"]) == (path, "image", 1)


def test_the_answer_names_id_polling_url_on_another_port_and_cost(
    client: httpx.Client, simulator: Simulator
) -> None:
    answer = client.post("/v1/flux-2-pro", json={"prompt": "p", "width": 1024, "height": 1024}).json()
    assert answer["polling_url"] == f"{simulator.polling_base_url}/v1/get_result?id={answer['id']}"
    assert simulator.polling_base_url != simulator.base_url
    assert (answer["cost"], answer["input_mp"], answer["output_mp"]) == (3.0, 0, 1.05)
    assert simulator.credits() == 10_000 - 3.0
    assert simulator.ledger()[0]["cost"] == 3.0


def test_a_webhook_leaves_out_the_polling_url(client: httpx.Client) -> None:
    answer = client.post("/v1/flux-dev", json={"webhook_url": "https://example.org/hook"}).json()
    assert answer["status"] == "Pending"
    assert answer["webhook_url"] == "https://example.org/hook"
    assert "polling_url" not in answer


@pytest.mark.parametrize(
    ("key", "status", "detail"),
    [
        ("wrong", 403, "Not authenticated - Invalid Authentication"),
        (FORBIDDEN_KEY, 403, "Not authorized"),
        (POOR_KEY, 402, "Insufficient credits"),
    ],
)
def test_keys(client: httpx.Client, simulator: Simulator, key: str, status: int, detail: str) -> None:
    answer = client.post("/v1/flux-dev", json={}, headers={"x-key": key})
    assert answer.status_code == status
    assert answer.json()["detail"].startswith(detail)
    assert simulator.ledger() == []


def test_an_empty_body_checks_a_key_for_free(client: httpx.Client, simulator: Simulator) -> None:
    assert client.post("/v1/flux-2-pro", json={}).status_code == 422
    assert client.post("/v1/flux-2-pro", json={}, headers={"x-key": POOR_KEY}).status_code == 422
    assert client.post("/v1/flux-2-pro", json={}, headers={"x-key": "no"}).status_code == 403
    assert simulator.credits() == 10_000


def test_what_is_no_json_object(client: httpx.Client) -> None:
    assert client.post("/v1/flux-dev", content=b"{").json()["detail"][0]["type"] == "json_invalid"
    assert client.post("/v1/flux-dev", json=[1]).json()["detail"][0]["type"] == "model_attributes_type"


def test_an_unknown_path(client: httpx.Client) -> None:
    for answer in (client.post("/v1/flux-9", json={}), client.get("/v2/credits")):
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not Found"})


def test_24_tasks_may_run(client: httpx.Client, clock: ManualClock, simulator: Simulator) -> None:
    answers = [client.post("/v1/flux-dev", json={"width": 256, "height": 256}) for _ in range(25)]
    assert [answer.status_code for answer in answers] == [200] * 24 + [429]
    assert len(simulator.ledger()) == 24
    clock.advance(2)
    assert client.post("/v1/flux-dev", json={}).status_code == 200


def test_6_tasks_of_kontext_max_may_run(client: httpx.Client) -> None:
    body = {"prompt": "p", "aspect_ratio": "1:1"}
    codes = [client.post("/v1/flux-kontext-max", json=body).status_code for _ in range(7)]
    assert codes == [200] * 6 + [429]
    assert client.post("/v1/flux-kontext-pro", json=body).status_code == 200


def test_credits_run_out(clock: ManualClock) -> None:
    with running_simulator(Settings(credits=5), clock) as small:
        answers = [submitted_to(small) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 402]
        assert small.credits() == 0


@pytest.mark.parametrize(
    ("path", "body", "size"),
    [
        ("flux-pro-1.1", {"width": 320, "height": 256}, (320, 256)),
        ("flux-2-pro", {"prompt": "p", "width": 320}, (320, 320)),
        ("flux-kontext-pro", {"prompt": "p", "aspect_ratio": "2:1"}, (1440, 736)),
        ("flux-3-image", {"prompt": "p", "resolution": "768sq"}, (768, 768)),
    ],
)
def test_sizes(deliver: Deliver, path: str, body: dict[str, Any], size: tuple[int, int]) -> None:
    assert deliver(path, body).size == size


def test_sizes_that_follow_the_input(deliver: Deliver, picture: Any) -> None:
    image = base64.b64encode(picture(size=(200, 120))).decode()
    assert deliver("flux-pro-1.0-fill", {"image": image}).size == (200, 120)
    assert deliver("flux-pro-1.0-expand", {"image": image, "left": 50, "top": 8}).size == (250, 128)
    outpainted = {"input_image": image, "width": 300, "height": 200}
    assert deliver("flux-tools/outpainting-v1", outpainted).size == (300, 200)
    assert deliver("flux-2-klein-4b", {"prompt": "p", "input_image": image}).size == (1312, 800)


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_formats(deliver: Deliver, kind: str) -> None:
    assert deliver("flux-dev", {"width": 256, "height": 256, "output_format": kind}).format == kind.upper()


def test_klein_takes_loras_and_no_trained_finetunes(client: httpx.Client, trained: str) -> None:
    path, body = "/v1/flux-2-klein-4b-finetuned", {"prompt": "p", "width": 256, "height": 256}
    assert client.post(path, json={**body, "finetune_id": SHARED_LORA}).status_code == 200
    refused = client.post(path, json={**body, "finetune_id": trained})
    assert refused.json() == {"detail": "Finetune not found or not ready"}


def test_null_seeds_repeat_from_run_to_run(clock: ManualClock) -> None:
    def seeds(start: int) -> list[int]:
        with running_simulator(Settings(seed=start, seconds_per_image=0), clock) as running:
            urls = [submitted_to(running).json()["polling_url"] for _ in range(2)]
            return [httpx.get(url, headers={"x-key": VALID_KEY}).json()["result"]["seed"] for url in urls]

    first = seeds(1)
    assert first[0] != first[1]
    assert seeds(1) == first
    assert seeds(2) != first


@pytest.mark.parametrize("size", [(255, 400), (400, 255), (4096, 4096)])
def test_flux_3_refuses_inputs_that_are_too_small_or_too_large(
    size: tuple[int, int], client: httpx.Client, picture: Callable[..., bytes], simulator: Simulator
) -> None:
    images = [base64.b64encode(picture(size=one)).decode() for one in ((256, 256), size)]
    answer = client.post("/v1/flux-3-image", json={"prompt": "p", "images": images})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", "images"]
    taken = client.post("/v1/flux-3-image", json={"prompt": "p", "images": images[:1]})
    assert (taken.status_code, len(simulator.ledger())) == (200, 1)


def test_a_tool_takes_the_address_of_its_picture(deliver: Deliver, picture_text: str) -> None:
    made = deliver("flux-tools/erase-v1", {"image": "https://example.org/a.png", "mask": picture_text})
    assert made.size == (1024, 1024)
