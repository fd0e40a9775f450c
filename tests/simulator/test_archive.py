"""The ZIP of a training request: what is found in it and what is refused."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from fluxtui.simulator.core import archive as module
from fluxtui.simulator.core.archive import (
    RefusedArchiveError,
    UnreadableBodyError,
    examine,
    read_training_body,
)
from fluxtui.simulator.core.field_checks import LONGEST_ECHO


def zipped(path: Path, files: dict[str, bytes], **attributes: int) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = attributes.get("external_attr", 0o100644 << 16)
            opened.writestr(entry, content)
    return path


def test_pictures_and_captions_are_counted(tmp_path: Path, picture: Any) -> None:
    large = picture(size=(1600, 1200))
    found = examine(zipped(tmp_path / "a.zip", {"a.png": large, "b.PNG": picture(), "a.txt": b"caption"}))
    assert (found.images, found.captions, len(found.pieces)) == (2, 1, 2)
    with Image.open(io.BytesIO(found.pieces[0])) as piece:
        assert piece.format == "JPEG"
        assert piece.width * piece.height <= module.PIECE_PIXELS * 1.01
        assert piece.width / piece.height == pytest.approx(4 / 3, abs=0.01)


@pytest.mark.parametrize(
    ("name", "attributes"),
    [
        ("__MACOSX/a.png", 0o100644 << 16),
        (".DS_Store", 0o100644 << 16),
        ("._a.png", 0o100644 << 16),
        ("folder/a.png", 0o100644 << 16),
        ("001.jpg", 0o120777 << 16),
        ("001.jpg", 0o100755 << 16),
        ("001.jpg", 0o104644 << 16),
        ("001.jpg", 0x02),
    ],
)
def test_suspicious_entries_are_named(tmp_path: Path, picture: Any, name: str, attributes: int) -> None:
    path = zipped(tmp_path / "a.zip", {name: picture()}, external_attr=attributes)
    with pytest.raises(RefusedArchiveError, match=f"Suspicious file attributes detected: {name}"):
        examine(path)


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({}, "No images"),
        ({"a.txt": b"x"}, "No images"),
        ({"a.jpg": b"not a picture"}, "Invalid image: a.jpg"),
        ({"a.exe": b"MZ"}, "Unsupported file type: a.exe"),
        ({f"{number}.txt": b"" for number in range(501)}, "more than 500"),
    ],
)
def test_other_refusals(tmp_path: Path, files: dict[str, bytes], reason: str) -> None:
    with pytest.raises(RefusedArchiveError, match=reason):
        examine(zipped(tmp_path / "a.zip", files))


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_FILE_BYTES", 1000)
    with pytest.raises(RefusedArchiveError, match=r"File too large: a\.png"):
        examine(zipped(tmp_path / "a.zip", {"a.png": b"\0" * 100_000}))
    monkeypatch.setattr(module, "MOST_TOTAL_BYTES", 1000)
    with pytest.raises(RefusedArchiveError, match="too large when unpacked"):
        examine(zipped(tmp_path / "b.zip", {"a.png": b"\0" * 100_000}))


def test_what_is_no_zip(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(b"not a zip at all")
    with pytest.raises(RefusedArchiveError, match="not a valid zip"):
        examine(path)


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("escaped", [True, False])
def test_file_data_is_decoded_wherever_it_stands(tmp_path: Path, first: bool, escaped: bool) -> None:
    content = bytes(range(256)) * 20_000
    data = {"file_data": base64.b64encode(content).decode()}
    rest = {"finetune_comment": 'say "file_data" or \\"file_data\\": "x"', "mode": "style"}
    text = json.dumps({**data, **rest} if first else {**rest, **data})
    body, archive = tmp_path / "body", tmp_path / "archive"
    body.write_text(text.replace("/", "\\/") if escaped else text)
    document = read_training_body(body, archive)
    assert archive.read_bytes() == content
    assert document["finetune_comment"] == rest["finetune_comment"]
    assert document["mode"] == "style"
    assert document["file_data"].startswith("AAEC")


def test_a_long_echo_is_cut(tmp_path: Path) -> None:
    body = tmp_path / "body"
    body.write_text(json.dumps({"file_data": "A" * (LONGEST_ECHO + 4)}))
    assert len(read_training_body(body, tmp_path / "archive")["file_data"]) == LONGEST_ECHO


@pytest.mark.parametrize("text", ["", "[1]", "{", '{"file_data": "AAAA', '{"file_data": "AAAA" oops}'])
def test_a_body_that_is_no_object(tmp_path: Path, text: str) -> None:
    body = tmp_path / "body"
    body.write_text(text)
    with pytest.raises(UnreadableBodyError):
        read_training_body(body, tmp_path / "archive")


@pytest.mark.parametrize("data", ["AAA", "AA*A", "A" * 2_000_001])
def test_file_data_that_is_no_base64(tmp_path: Path, data: str) -> None:
    body = tmp_path / "body"
    body.write_text(json.dumps({"file_data": data}))
    with pytest.raises(RefusedArchiveError, match="base64"):
        read_training_body(body, tmp_path / "archive")


def test_without_file_data_the_rest_is_read(tmp_path: Path) -> None:
    body = tmp_path / "body"
    body.write_text('{"mode": "style"}')
    assert read_training_body(body, tmp_path / "archive") == {"mode": "style"}
