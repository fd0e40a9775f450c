"""Uploads: R2."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from fluxtui.simulator.core.clock import ManualClock
from fluxtui.simulator.replicate import multipart
from fluxtui.simulator.replicate.uploads import download_signature
from fluxtui.simulator.running import Simulator

CONTENT = b"PK \r\n--not-the-boundary\r\n" * 20_000


def sent(api: httpx.Client, content: bytes = CONTENT, **fields: str) -> httpx.Response:
    return api.post("/files", files={"content": ("a.zip", content, "application/zip")}, data=fields)


def test_a_file_is_described_listed_and_deleted(api: httpx.Client) -> None:
    answer = sent(api, metadata='{"for": "tests"}')
    assert answer.status_code == 201
    file = answer.json()
    assert (file["name"], file["content_type"], file["size"]) == ("a.zip", "application/zip", len(CONTENT))
    assert file["checksums"]["sha256"] == hashlib.sha256(CONTENT).hexdigest()
    assert file["metadata"] == {"for": "tests"}
    lives = datetime.fromisoformat(file["expires_at"]) - datetime.fromisoformat(file["created_at"])
    assert abs(lives - timedelta(hours=24)) < timedelta(milliseconds=1)
    assert api.get(file["urls"]["get"]).json() == file
    assert api.get("/files").json() == {"previous": None, "next": None, "results": [file]}
    gone = api.delete(f"/files/{file['id']}")
    assert (gone.status_code, gone.content) == (204, b"")
    assert gone.headers["content-type"].startswith("text/plain")
    assert api.get(file["urls"]["get"]).status_code == 404
    assert api.delete(f"/files/{file['id']}").status_code == 404


def test_a_file_expires_after_a_day(api: httpx.Client, clock: ManualClock) -> None:
    file = sent(api).json()
    clock.advance(24 * 3600 - 1)
    assert api.get(f"/files/{file['id']}").status_code == 200
    clock.advance(1)
    assert api.get(f"/files/{file['id']}").status_code == 404
    assert api.get("/files").json()["results"] == []
    assert [kept["name"] for kept in [sent(api).json()]] == ["a.zip"]


def test_names_and_kinds_can_be_given_apart(api: httpx.Client) -> None:
    file = sent(api, filename="other.tar", type="application/x-tar").json()
    assert (file["name"], file["content_type"]) == ("other.tar", "application/x-tar")
    assert sent(api, filename="ü" * 128).status_code == 400


def test_files_need_the_key_and_a_download_its_signature(simulator: Simulator, api: httpx.Client) -> None:
    file = sent(api).json()
    assert httpx.get(file["urls"]["get"]).status_code == 401
    assert httpx.get(f"{simulator.replicate.urls['api']}/v1/files").status_code == 401
    expiry = "1900000000"
    query = {"owner": "member-1", "expiry": expiry}
    right = download_signature("member-1", file["id"], expiry)
    url = f"{file['urls']['get']}/download?"
    assert httpx.get(url + urlencode({**query, "signature": right})).content == CONTENT
    assert httpx.get(url + urlencode({**query, "signature": "wrong"})).status_code == 404


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", b"--b--\r\n"),
        ("multipart/form-data; boundary=b", b"no boundary at all"),
        (
            "multipart/form-data; boundary=b",
            b"--b\r\nContent-Disposition: form-data; name=content\r\n\r\nhalf",
        ),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n--b--',
        ),
    ],
)
def test_what_is_no_form_with_a_file_is_refused(api: httpx.Client, kind: str, body: bytes) -> None:
    answer = api.post("/files", content=body, headers={"content-type": kind})
    assert answer.status_code == 400
    assert api.get("/files").json()["results"] == []


def test_too_large_is_refused_and_leaves_nothing(api: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multipart, "MOST_FILE_BYTES", len(CONTENT) - 1)
    assert sent(api).status_code == 413
    assert sent(api, CONTENT[1:]).status_code == 201


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
async def test_a_form_can_arrive_in_any_pieces(size: int, tmp_path: Any) -> None:
    content = b"\r\n--b\r\n--bo\r\r\n"
    body = (
        b'preamble\r\n--bound\r\nContent-Disposition: form-data; name="metadata"\r\n\r\n{}\r\n--bound\r\n'
        b'Content-Disposition: form-data; name="content"; filename="f.bin"\r\nContent-Type: x/y\r\n\r\n'
        + content
        + b"\r\n--bound--\r\n"
    )

    async def pieces() -> Any:
        for start in range(0, len(body), size):
            yield body[start : start + size]

    form = await multipart.read_form("multipart/form-data; boundary=bound", pieces(), tmp_path / "f")
    assert (form.filename, form.content_type, form.texts) == ("f.bin", "x/y", {"metadata": "{}"})
    assert (tmp_path / "f").read_bytes() == content
