"""The official Python clients of fal and Replicate against the simulator; run by `.ci/clients`.

Takes the simulator's ready file as its only argument. Each check prints a line; the first that fails ends it.
"""

from __future__ import annotations

import io
import json
import struct
import sys
import time
import zipfile
import zlib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import fal_client
import httpx
import replicate
from fal_client import client as fal_module
from replicate.exceptions import ModelError, ReplicateError

GENERATOR = "fal-ai/flux-2/klein/4b/base/lora"
TRAINER = "fal-ai/flux-2-klein-4b-base-trainer"
SMALL = {"prompt": "a fox", "image_size": {"width": 256, "height": 256}}


def picture() -> bytes:
    """Return a small picture."""
    width, height = 96, 64

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + bytes((200, 60, 40)) * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def archive() -> bytes:
    """Return a training archive of three pictures with captions."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as opened:
        for number in range(3):
            opened.writestr(f"{number}.png", picture())
            opened.writestr(f"{number}.txt", "a red sheet")
    return buffer.getvalue()


class FalChecks:
    """What fal-client does, its hosts exchanged for the simulator's.

    Not its uploads to the storage behind (`repository="fal"`): it sends the key to their addresses, which the
    simulator refuses, so that a client of ours that did so would be found out.
    """

    def __init__(self, urls: dict[str, str], key: str) -> None:
        fal_module.QUEUE_URL_FORMAT = f"{urls['queue']}/"
        fal_module.REST_URL, fal_module.CDN_URL = urls["rest"], urls["cdn"]
        self.urls = urls
        self.client = fal_client.SyncClient(key=key)
        self.stranger = fal_client.SyncClient(key="no:body")

    def uploads_in_one_piece(self) -> None:
        settings = fal_client.StorageSettings(expires_in="1d")
        address = self.client.upload(
            archive(), "application/zip", "set.zip", fallback_repository=[], lifecycle=settings
        )
        assert address.startswith(self.urls["cdn"]), address
        assert httpx.get(address).content == archive()

    def uploads_in_parts(self) -> None:
        fal_module.MULTIPART_THRESHOLD, fal_module.MULTIPART_CHUNK_SIZE = 100_000, 40_000
        content = bytes(range(256)) * 1000
        address = self.client.upload(content, "application/zip", "large.zip")
        assert httpx.get(address).content == content

    def subscribes(self) -> None:
        told: list[Any] = []
        made = self.client.subscribe(GENERATOR, SMALL, with_logs=True, on_queue_update=told.append)
        assert isinstance(told[-1], fal_client.Completed), told
        assert httpx.get(made["images"][0]["url"]).content

    def trains_and_generates_with_it(self) -> None:
        address = self.client.upload(archive(), "application/zip", "set.zip")
        handle = self.client.submit(TRAINER, {"image_data_url": address, "steps": 100})
        states = [type(event).__name__ for event in handle.iter_events(with_logs=True, interval=0.05)]
        assert states[-1] == "Completed", states
        lora = handle.get()["diffusers_lora_file"]["url"]
        made = self.client.subscribe(GENERATOR, {**SMALL, "loras": [{"path": lora, "scale": 1}]})
        assert made["images"]

    def cancels(self) -> None:
        busy = [self.client.submit(GENERATOR, SMALL) for _ in range(4)]
        busy[-1].cancel()
        self.client.result(GENERATOR, busy[0].request_id)

    def is_refused_by_words(self) -> None:
        for client, body, status in (
            (self.client, {}, 422),
            (self.client, {**SMALL, "loras": [{}]}, 422),
            (self.stranger, SMALL, 401),
        ):
            try:
                client.subscribe(GENERATOR, body)
            except fal_client.FalClientHTTPError as error:
                assert error.status_code == status, error
            else:
                raise AssertionError(f"{body} was not refused")


class ReplicateChecks:
    """What replicate for Python does."""

    def __init__(self, urls: dict[str, str], key: str) -> None:
        self.client = replicate.Client(api_token=key, base_url=urls["api"])
        self.stranger = replicate.Client(api_token="r8_nobody", base_url=urls["api"])
        self.owner = str(self.client.accounts.current().username)

    def tells_account_hardware_and_models(self) -> None:
        assert any(item.sku.startswith("gpu") for item in self.client.hardware.list())
        model = self.client.models.get("black-forest-labs/flux-schnell")
        assert model.latest_version is not None
        assert "Input" in model.latest_version.openapi_schema["components"]["schemas"]
        assert self.client.models.list().results

    def runs_official_models(self) -> None:
        made = self.client.run("black-forest-labs/flux-schnell", {"prompt": "a fox", "megapixels": "0.25"})
        assert isinstance(made, list) and made[0].read().startswith(b"RIFF")
        single = self.client.run(
            "black-forest-labs/flux-2-pro",
            {"prompt": "a fox", "resolution": "0.5 MP", "input_images": [io.BytesIO(picture())]},
        )
        assert not isinstance(single, list) and single.read()

    def trains_and_runs_the_version(self) -> None:
        name = f"fox-{time.time_ns()}"
        model = self.client.models.create(
            owner=self.owner, name=name, visibility="private", hardware="gpu-h100"
        )
        trainer = self.client.models.get("ostris/flux-dev-lora-trainer").latest_version
        assert trainer is not None
        file = self.client.files.create(io.BytesIO(archive()))
        training = self.client.trainings.create(
            model="ostris/flux-dev-lora-trainer",
            version=trainer,
            input={"input_images": file.urls["get"], "steps": 100},
            destination=f"{self.owner}/{name}",
        )
        while training.status not in ("succeeded", "failed", "canceled"):
            time.sleep(0.05)
            training.reload()
        assert training.status == "succeeded", training.error
        assert training.output is not None
        prediction = self.client.predictions.create(
            version=training.output["version"].partition(":")[2],
            input={"prompt": "a fox", "megapixels": "0.25"},
        )
        prediction.wait()
        assert (prediction.status, len(prediction.output)) == ("succeeded", 1), prediction.error
        self.client.files.delete(file.id)
        assert model.name == name

    def waits_and_cancels(self) -> None:
        small = {"prompt": "a fox", "megapixels": "0.25"}
        waited = self.client.models.predictions.create("black-forest-labs/flux-schnell", small, wait=5)
        assert waited.output, waited
        other = self.client.predictions.create(model="black-forest-labs/flux-dev", input=small)
        other.cancel()
        assert self.client.predictions.get(other.id).status in ("canceled", "aborted", "succeeded")
        assert any(item.id == other.id for item in self.client.predictions.list().results)

    def tells_failures(self) -> None:
        try:
            self.client.run("black-forest-labs/flux-schnell", {"prompt": "failme"})
        except ModelError as error:
            assert error.prediction.error
        else:
            raise AssertionError("it did not fail")

    def is_refused_by_words(self) -> None:
        model = "black-forest-labs/flux-schnell"
        for client, values, status in (
            (self.client, {}, 422),
            (self.client, {"prompt": "p", "seed": "x"}, 422),
            (self.stranger, {"prompt": "p"}, 401),
        ):
            try:
                client.predictions.create(model=model, input=values)
            except ReplicateError as error:
                assert error.status == status, error
            else:
                raise AssertionError(f"{values} was not refused")


def main() -> int:
    """Run all checks; return 0, or 1 after the first that failed."""
    ready = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    services, keys = ready["services"], ready["keys"]
    for package, checks in (
        ("fal-client", FalChecks(services["fal"], keys["fal"])),
        ("replicate", ReplicateChecks(services["replicate"], keys["replicate"])),
    ):
        name = f"{package} {version(package)} for Python"
        for method in (method for method in vars(type(checks)) if not method.startswith("_")):
            try:
                getattr(checks, method)()
            except Exception as error:
                print(f"FAILED  {name}: {method}: {error!r}", flush=True)
                return 1
            print(f"ok      {name}: {method}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
