"""A member of the simulated Replicate with a model to train, and the ways to work with it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from PIL import Image

from fluxtui.simulator.core.clock import ManualClock
from fluxtui.simulator.replicate.keys import VALID_KEY
from fluxtui.simulator.running import Simulator

TRAINER = "ostris/flux-dev-lora-trainer"
MODEL = "member-1/red-sheets"
SMALL = {"prompt": "a red sheet", "aspect_ratio": "custom", "width": 256, "height": 256}

Zip = Callable[[dict[str, bytes]], bytes]
Upload = Callable[[bytes], str]
Train = Callable[..., dict[str, Any]]
Predict = Callable[..., dict[str, Any]]


def client_of(simulator: Simulator, key: str) -> httpx.Client:
    """Return a client of the API host with a key."""
    headers = {"authorization": f"Bearer {key}"}
    return httpx.Client(base_url=f"{simulator.replicate.urls['api']}/v1", headers=headers, timeout=20)


@pytest.fixture
def api(simulator: Simulator) -> Iterator[httpx.Client]:
    """The API host for the valid key; paths without /v1."""
    with client_of(simulator, VALID_KEY) as opened:
        yield opened


@pytest.fixture
def zipped() -> Zip:
    """Makes a ZIP from names and contents."""

    def make(files: dict[str, bytes]) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as opened:
            for name, content in files.items():
                opened.writestr(name, content)
        return buffer.getvalue()

    return make


@pytest.fixture
def upload(api: httpx.Client) -> Upload:
    """Uploads bytes and returns the address for inputs."""

    def send(content: bytes) -> str:
        answer = api.post("/files", files={"content": ("images.zip", content, "application/zip")})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["urls"]["get"])

    return send


@pytest.fixture
def images(upload: Upload, zipped: Zip, picture: Callable[..., bytes]) -> str:
    """The address of an uploaded ZIP: three red pictures, one with a caption."""
    files = {f"{number:03}.png": picture() for number in range(3)}
    return upload(zipped({**files, "000.txt": b"a red sheet", "__MACOSX/._000.png": b"Apple's"}))


@pytest.fixture
def model(api: httpx.Client) -> str:
    """The full name of a private model without versions."""
    owner, name = MODEL.split("/")
    body = {"owner": owner, "name": name, "visibility": "private", "hardware": "gpu-t4"}
    answer = api.post("/models", json=body)
    assert answer.status_code == 201, answer.text
    return MODEL


@pytest.fixture
def trainings(api: httpx.Client) -> str:
    """The path of the trainings of the first trainer's newest version."""
    version = api.get(f"/models/{TRAINER}").json()["latest_version"]["id"]
    return f"/models/{TRAINER}/versions/{version}/trainings"


@pytest.fixture
def train(api: httpx.Client, trainings: str, model: str, images: str) -> Train:
    """Starts a training of the uploaded pictures and returns the answer; words change its input."""

    def start(**changes: Any) -> dict[str, Any]:
        given = {"input_images": images, "trigger_word": "SHEET", "steps": 100, **changes}
        answer = api.post(trainings, json={"destination": model, "input": given})
        assert answer.status_code == 201, answer.text
        document: dict[str, Any] = answer.json()
        return document

    return start


@pytest.fixture
def trained(api: httpx.Client, train: Train, clock: ManualClock) -> dict[str, Any]:
    """A training that has succeeded, as GET shows it."""
    job = train()
    clock.advance(20)
    document: dict[str, Any] = api.get(f"/trainings/{job['id']}").json()
    assert document["status"] == "succeeded", document
    return document


@pytest.fixture
def predict(api: httpx.Client, trained: dict[str, Any]) -> Predict:
    """Starts a small prediction with the trained version and returns the answer; words change its input."""

    def start(**changes: Any) -> dict[str, Any]:
        version = trained["output"]["version"].split(":")[1]
        answer = api.post("/predictions", json={"version": version, "input": {**SMALL, **changes}})
        assert answer.status_code == 201, answer.text
        document: dict[str, Any] = answer.json()
        return document

    return start


@pytest.fixture
def finish(api: httpx.Client, predict: Predict, clock: ManualClock) -> Predict:
    """Starts a prediction, lets its time pass, and returns it as GET shows it."""

    def run(**changes: Any) -> dict[str, Any]:
        job = predict(**changes)
        clock.advance(2)
        document: dict[str, Any] = api.get(f"/predictions/{job['id']}").json()
        return document

    return run


def picture_at(url: str) -> Image.Image:
    """Return the picture at an address, fetched without a key."""
    answer = httpx.get(url, timeout=20)
    assert answer.status_code == 200, answer.text
    return Image.open(io.BytesIO(answer.content))


@pytest.fixture
def fetched() -> Callable[[str], Image.Image]:
    """Fetches a picture without a key."""
    return picture_at
