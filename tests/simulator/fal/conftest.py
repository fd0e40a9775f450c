"""A client for each port of the simulated fal, uploaded archives, and jobs that are finished."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from PIL import Image

from fluxtui.simulator.core.clock import ManualClock
from fluxtui.simulator.fal.keys import VALID_KEY
from fluxtui.simulator.fal.lifecycle import LIFECYCLE
from fluxtui.simulator.running import ServiceView, Simulator

WEEK = '{"expiration_duration_seconds": 604800}'
TRAINER = "fal-ai/flux-2-klein-4b-base-trainer"
GENERATOR = "fal-ai/flux-2/klein/4b/base/lora"
SMALL = {"prompt": "p", "image_size": {"width": 256, "height": 256}, "seed": 5}

Upload = Callable[..., str]
Submit = Callable[..., dict[str, Any]]
Finish = Callable[..., httpx.Response]


def make_zip(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as opened:
        for name, content in files.items():
            opened.writestr(name, content)
    return buffer.getvalue()


@pytest.fixture
def fal(simulator: Simulator) -> ServiceView:
    """The simulated fal, in which nothing has happened yet."""
    return simulator.fal


@pytest.fixture
def web() -> Iterator[httpx.Client]:
    """A client without any key."""
    with httpx.Client(timeout=20, follow_redirects=False) as opened:
        yield opened


@pytest.fixture
def queue(fal: ServiceView) -> Iterator[httpx.Client]:
    """A client for the queue with the valid key."""
    headers = {"authorization": f"Key {VALID_KEY}"}
    with httpx.Client(base_url=fal.urls["queue"], headers=headers, timeout=20) as opened:
        yield opened


@pytest.fixture
def upload(fal: ServiceView, web: httpx.Client) -> Upload:
    """Uploads bytes as fal's JavaScript client does, living for a week, and returns their address."""

    def run(
        content: bytes, lifecycle: str | None = WEEK, storage: str = "fal-cdn-v3", name: str = "set.zip"
    ) -> str:
        headers = {"authorization": f"Key {VALID_KEY}"} | ({LIFECYCLE: lifecycle} if lifecycle else {})
        answer = web.post(
            f"{fal.urls['rest']}/storage/upload/initiate",
            params={"storage_type": storage},
            json={"file_name": name, "content_type": "application/zip"},
            headers=headers,
        )
        assert answer.status_code == 200, answer.text
        place = answer.json()
        stored = web.put(place["upload_url"], content=content, headers={"content-type": "application/zip"})
        assert stored.status_code == 200, stored.text
        return str(place["file_url"])

    return run


@pytest.fixture
def dataset(picture: Callable[..., bytes]) -> bytes:
    """A ZIP of three red pictures with captions."""
    files = {f"{number}.png": picture() for number in range(3)}
    return make_zip(files | {f"{number}.txt": b"a red sheet" for number in range(3)})


@pytest.fixture
def submit(queue: httpx.Client) -> Submit:
    """Submits a job that must be accepted, and returns the answer."""

    def run(endpoint: str, body: dict[str, Any], **headers: str) -> dict[str, Any]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = queue.post(f"/{endpoint}", json=body, headers=named)
        assert answer.is_success, answer.text
        document: dict[str, Any] = answer.json()
        return document

    return run


@pytest.fixture
def finish(submit: Submit, queue: httpx.Client, clock: ManualClock) -> Finish:
    """Submits a job, lets its time pass and returns the answer to asking for its result."""

    def run(endpoint: str, body: dict[str, Any], **headers: str) -> httpx.Response:
        job = submit(endpoint, body, **headers)
        clock.advance(20)
        status = queue.get(job["status_url"])
        assert (status.status_code, status.json()["status"]) == (200, "COMPLETED"), status.text
        return queue.get(job["response_url"])

    return run


@pytest.fixture
def trained(upload: Upload, dataset: bytes, finish: Finish) -> dict[str, Any]:
    """The outputs of a training on red pictures."""
    answer = finish(TRAINER, {"image_data_url": upload(dataset)})
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


def colour_of(content: bytes) -> tuple[float, ...]:
    """Return the mean colour of a picture."""
    with Image.open(io.BytesIO(content)) as opened:
        small = opened.convert("RGB").resize((1, 1), Image.Resampling.BOX)
        return tuple(small.getpixel((0, 0)))  # type: ignore[arg-type]
