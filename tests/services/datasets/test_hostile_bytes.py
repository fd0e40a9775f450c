"""Bytes that nobody meant: whatever a file holds, the answer is a result or a sentence."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pillow_heif import register_heif_opener

from fluxtui.domain.dataset import Dataset, DatasetRules
from fluxtui.domain.errors import FluxError
from fluxtui.domain.workspace import Workspace
from fluxtui.imaging.pictures import Preparation, examine, looked_at, prepared
from fluxtui.services.datasets.checks import check_dataset
from fluxtui.services.datasets.scan import scan_source
from fluxtui.services.datasets.scan_memory import ScanMemory

RULES = DatasetRules(1, 1, 20, ("JPEG", "PNG", "WEBP"), 10_000)

Changes = list[tuple[int, int]]
changes = st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=8)
few = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def encoded(format_name: str) -> bytes:
    target = io.BytesIO()
    Image.effect_mandelbrot((40, 40), (-2, -1, 1, 1), 20).convert("RGB").save(target, format_name)
    return target.getvalue()


def spoilt(content: bytes, changes: Changes) -> bytes:
    changed = bytearray(content)
    for at, value in changes:
        changed[at % len(changed)] = value
    return bytes(changed)


def complaint_of(work: Callable[[], object]) -> str:
    """Return what the sentence says that a work ends with, or nothing; any other error fails the test."""
    try:
        work()
    except FluxError as error:
        return error.message
    return ""


def inspected(path: Path) -> Dataset:
    """Look through a source and check it, as the service does."""
    found = scan_source(path, ScanMemory(None), lambda done, total: None, threading.Event())
    return check_dataset(found, Workspace(source=str(path)), RULES)


register_heif_opener()
ORIGINALS = {name: encoded(name) for name in ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF", "HEIF")}


@pytest.mark.parametrize("format_name", sorted(ORIGINALS))
@few
@given(changes=changes, length=st.integers(0, 10_000))
def test_spoilt_picture_is_taken_or_refused_with_a_sentence(
    format_name: str, changes: Changes, length: int
) -> None:
    content = spoilt(ORIGINALS[format_name], changes)[: max(length, 1)]
    how = Preparation(400)
    for work in (lambda: examine(content), lambda: looked_at(content), lambda: prepared(content, how)):
        assert complaint_of(work).isprintable()


@few
@given(changes=changes)
def test_spoilt_archive_is_taken_or_refused_with_a_sentence(tmp_path: Path, changes: Changes) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.png", ORIGINALS["PNG"])
        archive.writestr("a.txt", "a caption")
    path = tmp_path / "spoilt.zip"
    path.write_bytes(spoilt(target.getvalue(), changes))
    found: list[Dataset] = []
    complaint = complaint_of(lambda: found.append(inspected(path)))
    assert complaint.isprintable()
    assert bool(found) is not bool(complaint)
    assert all(problem.sentence().isprintable() for dataset in found for problem in dataset.problems)


def test_camera_jpeg_with_a_preview_is_a_jpeg(picture: Callable[..., bytes]) -> None:
    target = io.BytesIO()
    preview = Image.new("RGB", (20, 20))
    with Image.open(io.BytesIO(picture())) as image:
        image.save(target, "MPO", save_all=True, append_images=[preview])
    facts = examine(target.getvalue())
    assert (facts.format, facts.frames) == ("JPEG", 1)
    assert prepared(target.getvalue(), Preparation(10_000))[1] == "jpg"
