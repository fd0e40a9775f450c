"""A simulator on loopback whose clock is moved by hand, a client for it, and small pictures and archives."""

from __future__ import annotations

import base64
import io
import time
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from PIL import Image

from fluxtui.simulator.core.clock import ManualClock
from fluxtui.simulator.core.keys import VALID_KEY
from fluxtui.simulator.core.settings import Settings
from fluxtui.simulator.running import Simulator, running_simulator

Colour = tuple[int, int, int]
MakePicture = Callable[..., bytes]
MakeArchive = Callable[[dict[str, bytes]], str]
Fetch = Callable[[str, dict[str, Any]], httpx.Response]
Train = Callable[..., str]


LOOKS_AT_PICTURES = {"deliver", "fetched"}
"""Fixtures of tests that look at what is painted."""


@pytest.fixture(autouse=True)
def quick_painter(request: pytest.FixtureRequest) -> None:
    """Let the simulator paint plainly where nobody looks."""
    if not LOOKS_AT_PICTURES.intersection(request.fixturenames):
        request.getfixturevalue("painted_plainly")


@pytest.fixture(scope="session")
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(scope="session")
def shared_simulator(clock: ManualClock) -> Iterator[Simulator]:
    with running_simulator(Settings(seconds_per_image=2, seconds_per_training=20), clock) as running:
        yield running


@pytest.fixture
def simulator(shared_simulator: Simulator) -> Simulator:
    """A simulator in which nothing has happened yet."""
    shared_simulator.reset()
    return shared_simulator


@pytest.fixture
def client(simulator: Simulator) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=simulator.base_url, headers={"x-key": VALID_KEY}, timeout=20) as opened:
        yield opened


def make_picture(
    colour: Colour = (200, 60, 40), size: tuple[int, int] = (96, 64), kind: str = "PNG"
) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, kind)
    return buffer.getvalue()


@pytest.fixture
def picture() -> MakePicture:
    """Makes the bytes of a picture in one colour."""
    return make_picture


@pytest.fixture
def picture_text() -> str:
    """A small picture as base64, as requests carry it."""
    return base64.b64encode(make_picture()).decode()


@pytest.fixture
def archive() -> MakeArchive:
    """Makes the base64 text of a ZIP from names and contents."""

    def make(files: dict[str, bytes]) -> str:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as opened:
            for name, content in files.items():
                opened.writestr(name, content)
        return base64.b64encode(buffer.getvalue()).decode()

    return make


@pytest.fixture
def training(archive: MakeArchive) -> dict[str, Any]:
    """A training request that is in order: three red pictures, one with a caption."""
    files = {f"{number:03}.png": make_picture() for number in range(3)}
    return {
        "file_data": archive({**files, "000.txt": b"a red sheet"}),
        "finetune_comment": "red sheets",
        "mode": "style",
    }


@pytest.fixture
def trained(client: httpx.Client, clock: ManualClock, training: dict[str, Any]) -> str:
    """The id of a finetune that is ready."""
    answer = client.post("/v1/finetune", json=training)
    assert answer.status_code == 200, answer.text
    clock.advance(20)
    return str(answer.json()["finetune_id"])


@pytest.fixture
def finish(client: httpx.Client, clock: ManualClock) -> Fetch:
    """Submits a request, lets its time pass and returns the answer of the last poll."""

    def run(path: str, body: dict[str, Any]) -> httpx.Response:
        submitted = client.post(f"/v1/{path}", json=body)
        assert submitted.status_code == 200, submitted.text
        clock.advance(2)
        return client.get(submitted.json()["polling_url"])

    return run


@pytest.fixture
def deliver(finish: Fetch) -> Callable[[str, dict[str, Any]], Image.Image]:
    """Submits a request and returns the picture that comes of it, fetched without the key."""

    def run(path: str, body: dict[str, Any]) -> Image.Image:
        sample = finish(path, body).json()["result"]["sample"]
        answer = httpx.get(sample, timeout=20)
        assert answer.status_code == 200, answer.text
        return Image.open(io.BytesIO(answer.content))

    return run


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], None]:
    """Waits, within bounds, until something that another process does has happened."""

    def wait(happened: Callable[[], bool]) -> None:
        end = time.monotonic() + 40
        while not happened():
            assert time.monotonic() < end, "It did not happen in time."
            time.sleep(0.02)

    return wait
