"""Uploads and the CDN: who may send a key where, and what may be wrong with a file."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from fluxtui.simulator.core.clock import ManualClock
from fluxtui.simulator.fal.keys import VALID_KEY
from fluxtui.simulator.fal.lifecycle import LIFECYCLE
from fluxtui.simulator.running import ServiceView

from .conftest import GENERATOR, SMALL, TRAINER, WEEK, Finish, Upload

KEY = {"authorization": f"Key {VALID_KEY}"}
FILE = {"file_name": "a b.zip", "content_type": "application/zip"}


@pytest.fixture
def initiate(fal: ServiceView, web: httpx.Client) -> Any:
    """Asks for an upload address."""

    def run(path: str = "initiate", storage: str = "fal-cdn-v3", **headers: str) -> httpx.Response:
        return web.post(
            f"{fal.urls['rest']}/storage/upload/{path}?storage_type={storage}",
            json=FILE,
            headers=KEY | headers,
        )

    return run


@pytest.mark.parametrize("storage", ["fal-cdn-v3", "gcs"])
def test_f10_and_f16_a_file_goes_in_and_comes_out_without_a_key(
    upload: Upload, web: httpx.Client, fal: ServiceView, storage: str
) -> None:
    address = upload(b"some bytes", storage=storage)
    assert address.startswith(f"{fal.urls['cdn']}/files/")
    answer = web.get(address)
    assert (answer.content, answer.headers["content-type"]) == (b"some bytes", "application/zip")
    assert web.head(address).headers["content-length"] == "10"
    assert fal.violations() == []


def test_f10_the_ports_differ(fal: ServiceView) -> None:
    assert len(set(fal.urls.values())) == 5


def test_f10_a_key_at_the_upload_address_is_a_violation(
    initiate: Any, web: httpx.Client, fal: ServiceView
) -> None:
    place = initiate().json()
    assert place["upload_url"].startswith(fal.urls["upload"])
    refused = web.put(place["upload_url"], content=b"x", headers=KEY)
    assert refused.status_code == 400
    assert len(fal.violations()) == 1
    assert VALID_KEY not in str(fal.violations())
    assert web.get(place["file_url"]).status_code == 404
    assert web.put(place["upload_url"], content=b"x").status_code == 200


def test_f10_the_address_is_needed_whole_and_works_once(initiate: Any, web: httpx.Client) -> None:
    place = initiate().json()
    bare = place["upload_url"].partition("?")[0]
    assert web.put(bare, content=b"x").status_code == 403
    assert web.put(place["upload_url"], content=b"x").status_code == 200
    assert web.put(place["upload_url"], content=b"y").status_code == 400


def test_initiating_needs_a_key_a_name_and_a_storage(
    initiate: Any, web: httpx.Client, fal: ServiceView
) -> None:
    url = f"{fal.urls['rest']}/storage/upload/initiate?storage_type=gcs"
    assert web.post(url, json=FILE).status_code == 401
    assert web.post(url, json={"file_name": "x"}, headers=KEY).status_code == 422
    assert initiate(storage="tape").status_code == 400
    assert initiate(**{LIFECYCLE: "forever"}).status_code == 400
    assert initiate(**{LIFECYCLE: '{"expiration_duration_seconds": 0}'}).status_code == 400


def test_f10_an_upload_lives_as_long_as_asked(upload: Upload, web: httpx.Client, clock: ManualClock) -> None:
    short, unlimited = upload(b"a", '{"expiration_duration_seconds": 60}'), upload(b"b", None)
    assert web.get(short).status_code == 200
    clock.advance(60)
    assert web.get(short).status_code == 404
    assert web.get(unlimited).status_code == 200


def test_f10_in_parts(initiate: Any, web: httpx.Client) -> None:
    place = initiate("initiate-multipart", **{LIFECYCLE: WEEK}).json()
    address, _, query = place["upload_url"].partition("?")
    parts = [web.put(f"{address}/{n}?{query}", content=bytes([n]) * 5).json() for n in (1, 2)]
    assert [part["partNumber"] for part in parts] == [1, 2]
    complete = f"{address}/complete?{query}"
    for wrong in ([], parts[1:], [parts[0], {"partNumber": 2, "etag": "x"}], [5], parts[::-1]):
        assert web.post(complete, json={"parts": wrong}).status_code == 400
    assert web.put(place["upload_url"], content=b"x").status_code == 400
    assert web.put(f"{address}/0?{query}", content=b"x").status_code == 400
    assert web.post(complete, json={"parts": parts}).status_code == 200
    assert web.get(place["file_url"]).content == b"\x01" * 5 + b"\x02" * 5


def test_f12_a_key_at_the_cdn_is_a_violation(finish: Finish, web: httpx.Client, fal: ServiceView) -> None:
    url = finish(GENERATOR, SMALL).json()["images"][0]["url"]
    assert web.get(url, headers=KEY).status_code == 400
    assert fal.violations()[0]["job"] == fal.ledger()[0]["id"]
    assert web.get(url).status_code == 200
    assert fal.ledger()[0]["delivered"] == 1


def test_f12_spoilt_files(trained: dict[str, Any], web: httpx.Client, fal: ServiceView) -> None:
    file = trained["diffusers_lora_file"]
    whole = web.get(file["url"]).content
    fal.faults("truncated-weights", count=1)
    assert web.get(file["url"]).content == whole[: len(whole) // 2]
    fal.faults("expired", count=1)
    assert web.get(file["url"]).status_code == 404
    fal.faults("wrong-type", count=1)
    assert web.get(file["url"]).headers["content-type"].startswith("text/html")
    fal.faults("truncated-body", count=1, where="delivery")
    with pytest.raises(httpx.RemoteProtocolError):
        web.get(file["url"])
    assert web.get(file["url"]).content == whole


def test_f12_a_wrong_size_in_the_result(
    upload: Upload, dataset: bytes, finish: Finish, web: httpx.Client, fal: ServiceView
) -> None:
    fal.faults("wrong-size", count=1)
    file = finish(TRAINER, {"image_data_url": upload(dataset)}).json()["diffusers_lora_file"]
    assert len(web.get(file["url"]).content) == file["file_size"] - 1000
    fal.faults("wrong-size", count=1)
    image = finish(GENERATOR, SMALL).json()["images"][0]
    assert len(web.get(image["url"]).content) == image["file_size"] - 1000


def test_files_of_unfinished_failed_and_unknown_jobs(
    finish: Finish, web: httpx.Client, fal: ServiceView
) -> None:
    finish(GENERATOR, {**SMALL, "prompt": "failme"})
    job = fal.ledger()[0]["id"]
    for path in (f"{job}/{job[:8]}_0.png", "none/x.png"):
        assert web.get(f"{fal.urls['cdn']}/files/{path}").status_code == 404


@pytest.fixture
def cdn(fal: ServiceView, web: httpx.Client) -> dict[str, str]:
    """The header with a token for uploads to the CDN."""
    url = f"{fal.urls['rest']}/storage/auth/token?storage_type=fal-cdn-v3"
    assert web.post(url, json={}).status_code == 401
    told = web.post(url, json={}, headers=KEY).json()
    assert (told["token_type"], told["base_url"]) == ("Bearer", fal.urls["cdn"])
    return {"authorization": f"Bearer {told['token']}"}


def test_a_file_goes_straight_to_the_cdn_under_a_token(
    cdn: dict[str, str], web: httpx.Client, fal: ServiceView, clock: ManualClock
) -> None:
    address, headers = f"{fal.urls['cdn']}/files/upload", {"x-fal-file-name": "a/b.zip", LIFECYCLE: WEEK}
    told = web.post(address, content=b"bytes", headers=cdn | headers | {"content-type": "application/zip"})
    place = told.json()["access_url"]
    assert place.endswith("/a_b.zip")
    answer = web.get(place)
    assert (answer.content, answer.headers["content-type"]) == (b"bytes", "application/zip")
    clock.advance(7 * 24 * 3600)
    assert web.get(place).status_code == 404
    # The token has ended long before.
    assert web.post(address, content=b"bytes", headers=cdn).status_code == 401
    assert fal.violations() == []
    assert web.post(address, content=b"bytes", headers=KEY).status_code == 400
    assert len(fal.violations()) == 1


def test_a_file_goes_to_the_cdn_in_parts(cdn: dict[str, str], web: httpx.Client, fal: ServiceView) -> None:
    begun = web.post(f"{fal.urls['cdn']}/files/upload/multipart", headers=cdn).json()
    parts = f"{begun['access_url']}/multipart/{begun['uploadId']}"
    tags = {n: web.put(f"{parts}/{n}", content=f"part {n};".encode(), headers=cdn) for n in (2, 1, 3)}
    named = [{"partNumber": n, "etag": answer.headers["etag"]} for n, answer in tags.items()]
    assert web.get(begun["access_url"]).status_code == 404
    assert web.post(f"{parts}/complete", json={"parts": named}).status_code == 401
    wrong = [{**part, "etag": "x"} for part in named]
    assert web.post(f"{parts}/complete", json={"parts": wrong}, headers=cdn).status_code == 400
    assert web.post(f"{parts}/complete", json={"parts": named}, headers=cdn).status_code == 200
    assert web.get(begun["access_url"]).content == b"part 1;part 2;part 3;"
    assert web.put(f"{parts}/4", content=b"x", headers=cdn).status_code == 404
