"""Files made to do harm: each is refused or used, within bounds, and nothing else is touched."""

from __future__ import annotations

import io
import resource
import struct
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from fluxtui.domain.dataset import DatasetRules
from fluxtui.domain.errors import DatasetError
from fluxtui.domain.text import safe_text
from fluxtui.services.datasets import DatasetService
from fluxtui.services.storage import StorageService

MOST_SECONDS = 20
"""Generous: without its bound, each of these would take minutes or all memory."""

MOST_BYTES = 700_000_000


def png(*chunks: tuple[bytes, bytes], width: int = 8, height: int = 8) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + bytes(8 * 3) for _ in range(8)))
    parts = [(b"IHDR", header), *chunks, (b"IDAT", pixels), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )


def encoded(format_name: str, image: Image.Image | None = None, **options: object) -> bytes:
    target = io.BytesIO()
    (image or Image.new("RGB", (64, 64), "teal")).save(target, format_name, **options)
    return target.getvalue()


def text_bomb() -> bytes:
    return png((b"zTXt", b"a\0\0" + zlib.compress(bytes(200_000_000))))


def profile_bomb() -> bytes:
    return png((b"iCCP", b"a\0\0" + zlib.compress(bytes(200_000_000))))


def many_frames() -> bytes:
    frames = [Image.new("P", (16, 16), number % 256) for number in range(400)]
    return encoded("GIF", frames[0], save_all=True, append_images=frames[1:], disposal=2)


def tiff_loop() -> bytes:
    """One directory of a TIFF that says the next one is itself."""
    content = bytearray(encoded("TIFF"))
    start = struct.unpack_from("<I", content, 4)[0]
    count = struct.unpack_from("<H", content, start)[0]
    struct.pack_into("<I", content, start + 2 + 12 * count, start)
    return bytes(content)


def talking_png() -> bytes:
    words = PngImagePlugin.PngInfo()
    words.add_text("prompt\x1b]0;owned\x07", "[red]\x1b[2J" * 1000)
    return encoded("PNG", pnginfo=words)


def lying_jpeg() -> bytes:
    """A JPEG that says it is 65,500 pixels wide and high, with the data of a small one."""
    content = bytearray(encoded("JPEG"))
    at = content.index(b"\xff\xc0")
    struct.pack_into(">HH", content, at + 5, 65_500, 65_500)
    return bytes(content)


def zip_of(*members: tuple[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return target.getvalue()


PICTURES: dict[str, Callable[[], bytes]] = {
    "text-bomb.png": text_bomb,
    "profile-bomb.png": profile_bomb,
    "frames.gif": many_frames,
    "loop.tif": tiff_loop,
    "talking.png": talking_png,
    "lying.jpg": lying_jpeg,
    "endless.png": lambda: png(width=2**31 - 1, height=1),
    "nothing.png": lambda: png(width=0, height=0),
    "script.png": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(w) (a) file\n",
    "page.jpg": lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>",
    "film.webp": lambda: b"RIFF\xff\xff\xff\xffWEBPVP8X" + bytes(40),
    "heic.heic": lambda: struct.pack(">I", 24) + b"ftypheic\0\0\0\0mif1heic" + bytes(5_000),
}


@pytest.fixture(params=sorted(PICTURES))
def hostile(request: pytest.FixtureRequest, folder: Path) -> Path:
    path = folder / str(request.param)
    path.write_bytes(PICTURES[path.name]())
    return path


async def test_hostile_picture_harms_nothing_and_leaves_the_others_usable(
    datasets: DatasetService, hostile: Path, folder: Path, rules: DatasetRules, storage: StorageService
) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.monotonic()
    dataset = await datasets.inspect(folder, rules)
    told = [problem.sentence() for problem in dataset.problems]
    assert {"a.jpg", "b.png", "c.webp"} <= {item.name for item in dataset.pictures}
    assert hostile.name in {item.name for item in dataset.pictures} or any(
        sentence.startswith(hostile.name) for sentence in told
    )
    assert all(sentence.isprintable() for sentence in told)
    packed = await datasets.pack(dataset, storage, rules)
    with zipfile.ZipFile(packed.path) as archive:
        assert b"owned" not in b"".join(archive.read(name) for name in archive.namelist())
    assert time.monotonic() - begun < MOST_SECONDS
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) * 1024 < MOST_BYTES
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


ARCHIVES: dict[str, Callable[[], bytes]] = {
    "bombs": lambda: zip_of(*((f"{number}.png", bytes(60_000_000)) for number in range(4))),
    "nested": lambda: zip_of(("inner.zip", zip_of(("a.png", b"x"))), ("inner.tar.gz", b"\x1f\x8b")),
    "up": lambda: zip_of(("../../escaped.png", b"x"), ("ok/../../../escaped.png", b"x")),
    "names": lambda: zip_of(("\u202egnp.exe.png", b"x"), ("a\n\rb.png", b"x"), ("[b]x[/b].png", b"x")),
    "devices": lambda: zip_of(("CON.png", b"x"), ("nul.txt", b"x"), ("a" * 300 + ".png", b"x")),
    "same": lambda: zip_of(("a.png", encoded("PNG")), ("A.PNG", encoded("PNG")), ("a.png", b"x")),
    "tail": lambda: zip_of(("a.png", encoded("PNG"))) + b"PK\x05\x06" + b"\xff" * 18,
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", sorted(ARCHIVES))
async def test_hostile_archive_is_refused_or_read_within_its_bounds(
    datasets: DatasetService, tmp_path: Path, rules: DatasetRules, name: str
) -> None:
    place = tmp_path / "in" / "here"
    place.mkdir(parents=True)
    path = place / f"{name}.zip"
    path.write_bytes(ARCHIVES[name]())
    begun = time.monotonic()
    sentences: list[str] = []
    try:
        dataset = await datasets.inspect(path, rules)
        sentences = [problem.sentence() for problem in dataset.problems]
        assert dataset.blocking or dataset.pictures
    except DatasetError as error:
        sentences = [error.sentence()]
    assert sentences
    assert all(sentence.isprintable() for sentence in sentences)
    assert time.monotonic() - begun < MOST_SECONDS
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == [path]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300), name=st.text(min_size=1, max_size=20))
async def test_caption_of_any_bytes_and_archive_member_of_any_name(
    datasets: DatasetService, tmp_path: Path, rules: DatasetRules, content: bytes, name: str
) -> None:
    path = tmp_path / "any.zip"
    if not name.partition("\0")[0]:
        # Python's writer cuts names there, and cannot write one of nothing.
        return
    try:
        path.write_bytes(zip_of(("a.png", encoded("PNG")), ("a.txt", content), (name, content)))
    except (UnicodeEncodeError, ValueError, IndexError):
        return
    try:
        told = [problem.sentence() for problem in (await datasets.inspect(path, rules)).problems]
    except DatasetError as error:
        told = [error.sentence()]
    assert all(sentence == safe_text(sentence, limit=1_000) for sentence in told)
    assert list(tmp_path.iterdir()) == [path]
