"""One door: the first bytes decide, extra data spoil nothing, and nothing is decoded that must not be."""

from __future__ import annotations

import ast
import io
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image, ImageCms

import fluxtui
from fluxtui.domain.errors import PictureError
from fluxtui.imaging import opening
from fluxtui.imaging.kinds import KINDS, kind_of
from fluxtui.imaging.opening import MOST_PIXELS, opened
from fluxtui.imaging.pictures import MOST_FRAMES, Preparation, examine, looked_at, prepared
from fluxtui.imaging.png_chunks import without_ballast
from fluxtui.services.masks import MaskService
from fluxtui.services.storage import StorageService
from tests.fakes.pictures import UPRIGHT, encoded, png_chunk, png_with, quartered, seen, seen_in

ROOT = Path(fluxtui.__file__).parent
DOORS = {"imaging/opening.py", "imaging/jpeg_data.py"}
"""Where Pillow may open a file; the simulator stands for itself."""

POSTSCRIPT = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\n%%EndComments\nshowpage\n%%EOF\n"


def opens_in(source: Path) -> list[int]:
    """Return the lines in which Pillow is told to open something, by whatever name it has there."""
    tree = ast.parse(source.read_text(encoding="utf-8"))
    imported = [
        (node.lineno, alias)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "PIL"
        for alias in node.names
    ]
    names = {alias.asname or alias.name for _, alias in imported}
    lone = [line for line, alias in imported if alias.name in {"open", "Parser"}]
    return lone + [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in {"open", "Parser"}
        and isinstance(node.value, ast.Name)
        and node.value.id in names
    ]


def test_no_other_place_opens_pictures() -> None:
    found = {
        str(path.relative_to(ROOT)): lines
        for path in sorted(ROOT.rglob("*.py"))
        if "simulator" not in path.parts and (lines := opens_in(path))
    }
    assert set(found) == DOORS, found


@pytest.mark.parametrize("door", sorted(DOORS))
def test_every_door_names_the_decoder(door: str) -> None:
    tree = ast.parse((ROOT / door).read_text(encoding="utf-8"))
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "open"
        and isinstance(node.func.value, ast.Name)
    ]
    assert calls
    assert all(any(keyword.arg == "formats" for keyword in call.keywords) for call in calls)


def test_no_other_program_is_ever_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a program was run")

    monkeypatch.setattr("subprocess.Popen", refuse)
    path = tmp_path / "innocent.png"
    path.write_bytes(POSTSCRIPT)
    storage = StorageService(tmp_path / "data")
    storage.prepare()
    masks = MaskService(storage)
    for work in (masks.inverted, masks.drawing_of, masks.from_transparency):
        with pytest.raises(PictureError, match="EPS"):
            work(path)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_first_bytes_tell_the_kind(kind: str) -> None:
    assert kind_of(encoded(quartered(), kind)[:64]) == kind


def test_large_texts_and_profiles_of_a_png_spoil_nothing() -> None:
    plain = encoded(quartered(), "PNG")
    packed = zlib.compress(b"0123456789abcdef\n" * 80_000)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    large = bytearray(profile + bytes(1_300_000))
    struct.pack_into(">I", large, 0, len(large))
    for chunk in (
        png_chunk(b"zTXt", b"Raw profile type xmp\0\0" + packed),
        png_chunk(b"iTXt", b"prompt\0\1\0\0\0" + packed),
        png_chunk(b"tEXt", b"workflow\0" + b"x" * 70_000_000),
        png_chunk(b"zTXt", b"broken\0\0" + packed[:50]),
        png_chunk(b"iCCP", b"scanner\0\0" + zlib.compress(bytes(large))),
        png_chunk(b"iCCP", b"broken\0\0" + b"x" * 300),
        png_chunk(b"tEXt", b"spoilt\0words")[:-1] + b"?",
        png_chunk(b"tIME", b"no time at all"),
    ):
        content = png_with(plain, chunk)
        assert looked_at(content).width == 96
        assert seen_in(prepared(content, Preparation(10**6))[0]) == UPRIGHT


def test_the_profile_of_a_png_is_applied_however_large(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    content = encoded(quartered(), "PNG", icc_profile=profile)
    with opened(content) as image:
        assert image.info["icc_profile"] == profile


@pytest.mark.parametrize("number", [1, 2, 13])
def test_odd_segments_of_a_jpeg_spoil_nothing(number: int) -> None:
    plain = encoded(quartered(), "JPEG", quality=95)
    for words in (
        b"ICC_PROFILE\0\2\5" + b"x" * 99,
        b"Exif\0\0" + b"x" * 60_000,
        b"Photoshop 3.0\08BIM\xff\xff\xff",
    ):
        segment = b"\xff" + bytes([0xE0 + number]) + struct.pack(">H", len(words) + 2) + words
        content = plain[:2] + segment + plain[2:]
        assert seen_in(prepared(content, Preparation(10**6))[0]) == UPRIGHT


def noisy() -> Image.Image:
    image = Image.effect_noise((640, 960), 90).convert("RGB")
    image.paste("white", (0, 880, 640, 960))
    return image


@pytest.mark.parametrize(
    "options", [{}, {"optimize": True}, {"restart_marker_blocks": 8}, {"progressive": True}]
)
@pytest.mark.parametrize("damage", ["other data", "cut and closed", "zeros"])
def test_a_jpeg_that_is_broken_in_its_middle_is_refused(options: dict[str, object], damage: str) -> None:
    content = encoded(noisy(), "JPEG", quality=90, **options)
    assert looked_at(content).width == 640
    half = len(content) // 2
    if damage == "other data":
        spoilt = content[:half] + bytes(range(256)) * 16 + content[half + 4_096 :]
    elif damage == "zeros":
        # A file whose end was never written.
        spoilt = content[:half] + bytes(len(content) - half)
    else:
        spoilt = content[:half] + b"\xff\xd9"
    with pytest.raises(PictureError, match=r"damaged|upper part|cut short"):
        looked_at(spoilt)
    with pytest.raises(PictureError):
        prepared(spoilt, Preparation(10**6))
    if damage == "cut and closed":
        # Delivered like that, it was paid for, and is kept.
        assert examine(spoilt).width == 640


@pytest.mark.parametrize("colour", ["white", "black", "grey"])
def test_a_jpeg_with_a_plain_lower_part_is_sound(colour: str) -> None:
    image = noisy()
    image.paste(colour, (0, 300, 640, 960))
    for options in ({}, {"optimize": True}, {"progressive": True}):
        looked_at(encoded(image, "JPEG", **options))


def test_more_pixels_than_can_be_worked_on_are_told_with_what_helps() -> None:
    side = int(MOST_PIXELS**0.5) + 1
    content = bytearray(encoded(quartered(), "BMP"))
    struct.pack_into("<ii", content, 18, side, side)
    with pytest.raises(PictureError, match="250 megapixels") as caught:
        looked_at(bytes(content))
    assert "smaller" in caught.value.next_step


def test_a_picture_of_a_hundred_megapixels_is_taken() -> None:
    large = quartered(96, 64).resize((12_000, 8_400), Image.Resampling.NEAREST)
    content = encoded(large, "JPEG", quality=30)
    look = looked_at(content)
    assert (look.width, look.height) == (12_000, 8_400)
    made = prepared(content, Preparation(100_000))[0]
    with Image.open(io.BytesIO(made)) as image:
        assert image.size == (377, 264)
        assert seen(image) == UPRIGHT


@pytest.mark.parametrize(
    ("kind", "options", "is_alone"),
    [("JPEG", {}, False), ("JPEG", {"progressive": True}, True), ("PNG", {}, True)],
)
def test_a_large_picture_is_worked_on_alone_unless_little_of_it_is_in_memory(
    monkeypatch: pytest.MonkeyPatch, kind: str, options: dict[str, object], is_alone: bool
) -> None:
    begun = []

    @contextmanager
    def turn() -> Iterator[None]:
        begun.append(True)
        yield

    monkeypatch.setattr(opening, "LARGE_PIXELS", 100_000)
    monkeypatch.setattr(opening, "_one_large_picture", turn())
    prepared(encoded(quartered(1200, 900), kind, **options), Preparation(100 * 100))
    assert bool(begun) == is_alone


def test_libtiff_writes_nothing_across_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    content = bytearray(encoded(quartered(), "TIFF", compression="tiff_lzw"))
    at = struct.unpack_from("<I", content, 4)[0]
    for entry in range(at + 2, at + 2 + 12 * struct.unpack_from("<H", content, at)[0], 12):
        if struct.unpack_from("<H", content, entry)[0] == 0x0111:
            place = struct.unpack_from("<I", content, entry + 8)[0]
    content[place : place + 40] = b"\xff" * 40
    with pytest.raises(PictureError, match="is damaged"), opened(bytes(content)) as image:
        image.load()
    assert capfd.readouterr() == ("", "")


def test_texts_that_are_large_together_are_left_out_and_the_picture_is_taken() -> None:
    text = png_chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(900_000)))
    content = png_with(encoded(quartered(), "PNG"), *[text] * 200)
    assert seen_in_opened(content) == UPRIGHT
    assert len(without_ballast(content)[0]) < len(content) // 10


def test_of_several_profiles_the_first_counts_and_no_other_is_unpacked() -> None:
    wanted = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    first = png_chunk(b"iCCP", b"a\0\0" + zlib.compress(wanted))
    bomb = png_chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(17_000_000)))
    plain = encoded(quartered(), "PNG")
    assert without_ballast(png_with(plain, first, bomb)) == (plain, wanted)
    began = time.process_time()
    assert without_ballast(png_with(plain, bomb, *[bomb] * 2_000, first)) == (plain, None)
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"P6\n#" + b"x" * 3_000_000 + b"\n1 1\n255\n\0\0\0", "its header has no end"),
        (b"P6\n" + b" " * 3_000_000, "its header has no end"),
        (b"P3\n1000 2000\n255\n" + b"1 " * 3_000_000, "takes too long"),
        (b"P1\n3000 2000\n" + b"1 " * 6_000_000, "takes too long"),
        (b"P6\n1500 1000\n254\n" + bytes(4_500_000), "takes too long"),
    ],
)
def test_portable_bitmap_that_pillow_reads_sign_by_sign_is_refused(content: bytes, reason: str) -> None:
    began = time.process_time()
    with pytest.raises(PictureError, match=reason), opened(content) as image:
        image.load()
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "content",
    [
        b"P6\n# a comment\n1 1\n255\n\xff\0\0",
        b"P3\n1 1\n255\n255 0 0\n",
        b"P1 1 1 1",
        b"P5 1 1 254 \x09",
        b"P6\n1500 1000\n255\n" + bytes(4_500_000),
    ],
)
def test_portable_bitmap_is_decoded(content: bytes) -> None:
    with opened(content) as image:
        image.load()
    assert image.size in {(1, 1), (1500, 1000)}


def seen_in_opened(content: bytes) -> list[int]:
    with opened(content) as image:
        return seen(image)


def tagged(content: bytes, tag: int, value: int) -> bytes:
    """Return a TIFF in which an entry of its first directory has another value."""
    changed = bytearray(content)
    at = struct.unpack_from("<I", content, 4)[0]
    for entry in range(at + 2, at + 2 + 12 * struct.unpack_from("<H", content, at)[0], 12):
        if struct.unpack_from("<H", content, entry)[0] == tag:
            struct.pack_into("<HII", changed, entry + 2, 3, 1, value)
    return bytes(changed)


def test_what_pillow_logs_is_not_written_across_the_terminal() -> None:
    script = """
import sys
from fluxtui.domain.errors import PictureError
from fluxtui.imaging.opening import opened
try:
    opened(sys.stdin.buffer.read()).__enter__()
except PictureError as error:
    print(error)
"""
    content = tagged(encoded(quartered(), "TIFF"), 0x0115, 131)
    ended = subprocess.run([sys.executable, "-c", script], input=content, capture_output=True, check=True)
    assert b"is damaged" in ended.stdout
    assert ended.stderr == b""


@pytest.mark.parametrize("fault", [AssertionError(), zlib.error("x"), BufferError("x")])
def test_every_fault_of_a_decoder_is_damage(fault: Exception) -> None:
    with pytest.raises(PictureError, match="is damaged"), opened(encoded(quartered(), "PNG")):
        raise fault


def test_palette_without_its_colours_is_damage() -> None:
    whole = encoded(Image.new("P", (8, 8)), "PNG")
    begin = whole.index(b"PLTE") - 4
    length = int.from_bytes(whole[begin : begin + 4], "big")
    with pytest.raises(PictureError, match="is damaged"):
        looked_at(whole[:begin] + whole[begin + 12 + length :])


def test_pages_of_a_tiff_are_counted_in_a_moment() -> None:
    content = bytearray(encoded(Image.new("L", (4, 4), 200), "TIFF"))
    start = struct.unpack_from("<I", content, 4)[0]
    end = start + 2 + 12 * struct.unpack_from("<H", content, start)[0]
    page = bytes(content[start:end])
    struct.pack_into("<I", content, end, len(content))
    for number in range(30_000):
        content += page + struct.pack("<I", (len(content) + len(page) + 4) * (number < 29_999))
    began = time.process_time()
    assert looked_at(bytes(content)).frames == MOST_FRAMES
    assert time.process_time() - began < 2


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("kind", ["TIFF", "GIF", "PNG", "WEBP"])
def test_every_frame_counts(kind: str, count: int) -> None:
    pictures = [Image.new("RGB", (8, 8), (number * 40, 90, 0)) for number in range(count)]
    content = encoded(pictures[0], kind, save_all=True, append_images=pictures[1:])
    assert looked_at(content).frames == count
