"""Recipes in pictures of every kind: readable by all, and not one pixel or coded byte changed."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import stat
import struct
import subprocess
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageSequence

from fluxtui.domain.errors import PictureError, StorageError
from fluxtui.services.recipes import Recipe, embed, read_parameters, read_recipe
from fluxtui.services.recipes.a1111 import parameters_text

MakePicture = Callable[[str], Path]

KINDS = (
    "rgb.png",
    "palette.png",
    "deep.png",
    "alpha.png",
    "animated.png",
    "plain.jpg",
    "progressive.jpg",
    "grey.jpg",
    "cmyk.jpg",
    "lossy.webp",
    "lossless.webp",
    "alpha.webp",
    "lossless-alpha.webp",
    "animated.webp",
)
ONE_OF_EACH = ("rgb.png", "progressive.jpg", "lossy.webp", "alpha.webp")
EXIFTOOL = shutil.which("exiftool")
FOREIGN_XMP = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:Description r:about="uuid:7" '
    b'xmlns:dc="http://purl.org/dc/elements/1.1/" dc:format="image/x-theirs"/></r:RDF></x:xmpmeta>'
    b'<?xpacket end="w"?>'
)


def frames(path: Path) -> list[tuple[str, bytes, bytes]]:
    """Return the decoded frames: mode, palette and pixels, with the time that each is shown."""
    with Image.open(path) as image:
        decoded = []
        for frame in ImageSequence.Iterator(image):
            frame.load()
            shown = str(frame.info.get("duration")).encode()
            palette = bytes(frame.getpalette() or ()) + repr(frame.info.get("transparency")).encode()
            decoded.append((frame.mode, palette + shown, frame.tobytes()))
        return decoded


def png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    while at < len(content):
        size, kind = struct.unpack(">I4s", content[at : at + 8])
        body = content[at + 8 : at + 8 + size]
        assert zlib.crc32(kind + body) == int.from_bytes(content[at + 8 + size : at + 12 + size])
        yield kind, body
        at += size + 12


def webp_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    assert int.from_bytes(content[4:8], "little") + 8 == len(content)
    at = 12
    while at < len(content):
        kind, size = struct.unpack("<4sI", content[at : at + 8])
        yield kind, content[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    assert at == len(content)


def jpeg_segments(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 2
    while content[at : at + 2] != b"\xff\xda":
        size = int.from_bytes(content[at + 2 : at + 4])
        yield content[at : at + 2], content[at + 4 : at + 2 + size]
        at += 2 + size
    yield b"scans", content[at:]


def coded(path: Path) -> list[tuple[bytes, bytes]]:
    """Return the parts of a file that are not for metadata, byte for byte."""
    content = path.read_bytes()
    if path.suffix == ".png":
        return [part for part in png_chunks(content) if part[0] not in {b"tEXt", b"iTXt", b"zTXt"}]
    if path.suffix == ".webp":
        return [part for part in webp_chunks(content) if part[0] not in {b"VP8X", b"EXIF", b"XMP "}]
    return [part for part in jpeg_segments(content) if part[0] != b"\xff\xe1"]


def saved_again(path: Path, **options: Any) -> None:
    """Write the picture anew with what Pillow's `save` takes."""
    with Image.open(path) as image:
        image.load()
    content = io.BytesIO()
    image.save(content, path.suffix.strip(".").replace("jpg", "jpeg"), **options)
    path.write_bytes(content.getvalue())


@pytest.mark.parametrize("kind", KINDS)
def test_recipe_is_written_without_touching_the_picture(
    make_picture: MakePicture, recipe: Recipe, kind: str
) -> None:
    source = make_picture(kind)
    target = source.with_name(f"with-{kind}")
    before = hashlib.sha256(source.read_bytes()).digest()
    embed(source, target, recipe)
    assert hashlib.sha256(source.read_bytes()).digest() == before
    assert frames(target) == frames(source)
    assert coded(target) == coded(source)
    assert read_recipe(target) == recipe
    told = read_parameters(target)
    assert told is not None
    assert (told.prompt, told.seed, told.size) == (recipe.prompt, 42, (37, 23))
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert sorted(path.name for path in source.parent.iterdir()) == sorted([kind, target.name])


@pytest.mark.parametrize("kind", KINDS)
def test_pillow_reads_what_was_written(make_picture: MakePicture, recipe: Recipe, kind: str) -> None:
    source = make_picture(kind)
    target = source.with_name(f"with-{kind}")
    embed(source, target, recipe)
    with Image.open(target) as image:
        if kind.endswith(".png"):
            assert image.info["parameters"] == parameters_text(recipe)
            assert json.loads(image.info["fluxtui"])["seed"] == 42
            return
        comment = image.getexif().get_ifd(0x8769)[0x9286]
        packet = image.info["xmp"]
    assert comment.startswith(b"UNICODE\0")
    assert comment[8:].decode("utf-16-be") == parameters_text(recipe)
    assert b"<fluxtui:recipe>" in packet


@pytest.mark.skipif(EXIFTOOL is None, reason="exiftool is not installed")
@pytest.mark.parametrize("kind", [*ONE_OF_EACH, "lossless.webp", "palette.png"])
def test_exiftool_reads_it_and_finds_no_fault(make_picture: MakePicture, recipe: Recipe, kind: str) -> None:
    source = make_picture(kind)
    target = source.with_name(f"with-{kind}")
    embed(source, target, recipe)
    command = [str(EXIFTOOL), "-json", "-G3:1", "-a", "-all", "-validate", "-warning", "-error", str(target)]
    output = subprocess.run(command, capture_output=True, check=True, timeout=30).stdout
    told = {name.removeprefix("Main:"): value for name, value in json.loads(output)[0].items()}
    faults = [str(told[name]) for name in told if name.endswith((":Warning", ":Error"))]
    # Of the tags that EXIF wants in a camera's JPEG we know nothing.
    assert [fault for fault in faults if not fault.startswith("Missing required JPEG")] == []
    if kind.endswith(".png"):
        assert told["PNG:Parameters"] == parameters_text(recipe)
        held = told["PNG:Fluxtui"]
    else:
        assert told["ExifIFD:UserComment"] == parameters_text(recipe)
        held = told["XMP-fluxtui:Recipe"]
    assert Recipe.model_validate(held if isinstance(held, dict) else json.loads(held)) == recipe


@pytest.mark.parametrize("kind", KINDS)
def test_writing_again_replaces_what_we_wrote(make_picture: MakePicture, recipe: Recipe, kind: str) -> None:
    source = make_picture(kind)
    once, twice = source.with_name(f"once-{kind}"), source.with_name(f"twice-{kind}")
    other = recipe.model_copy(update={"seed": 43})
    embed(source, once, other)
    embed(once, twice, recipe)
    embed(source, once, recipe)
    assert twice.read_bytes() == once.read_bytes()


@pytest.mark.parametrize("kind", ["plain.jpg", "lossy.webp", "lossless-alpha.webp"])
def test_exif_and_xmp_of_others_are_kept(make_picture: MakePicture, recipe: Recipe, kind: str) -> None:
    source = make_picture(kind)
    theirs = Image.Exif()
    theirs[0x010E] = "a description of some length"
    theirs[0x0112] = 6
    theirs.get_ifd(0x8769)[0x829D] = 2.8
    saved_again(source, exif=theirs.tobytes(), xmp=FOREIGN_XMP, quality=80)
    target, again = source.with_name(f"with-{kind}"), source.with_name(f"again-{kind}")
    embed(source, target, recipe.model_copy(update={"seed": 1}))
    embed(target, again, recipe)
    assert frames(again) == frames(source)
    assert coded(again) == coded(source)
    assert read_recipe(again) == recipe
    with Image.open(again) as image:
        held = image.getexif()
        assert (held[0x010E], held[0x0112]) == ("a description of some length", 6)
        assert held.get_ifd(0x8769)[0x829D] == pytest.approx(2.8)
        packet = image.info["xmp"]
    assert packet.count(b"<fluxtui:recipe>") == 1
    assert packet.count(b'r:about="uuid:7"') == 2
    assert b'dc:format="image/x-theirs"' in packet
    told = read_parameters(again)
    assert told is not None
    assert told.seed == 42


@pytest.mark.parametrize("kind", ["plain.jpg", "lossy.webp"])
def test_comment_of_another_program_stays(make_picture: MakePicture, recipe: Recipe, kind: str) -> None:
    source = make_picture(kind)
    theirs = Image.Exif()
    theirs.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0their own words"
    saved_again(source, exif=theirs.tobytes())
    target = source.with_name(f"with-{kind}")
    embed(source, target, recipe)
    assert read_recipe(target) == recipe
    told = read_parameters(target)
    assert told is not None
    assert told.prompt == "their own words"


@pytest.mark.parametrize("kind", ["plain.jpg", "lossy.webp"])
def test_exif_that_makes_no_sense_stays(make_picture: MakePicture, recipe: Recipe, kind: str) -> None:
    nonsense = b"Exif\0\0MM\0*\0\0\0\x08\xff\xff\x87\x69"
    source = make_picture(kind)
    saved_again(source, exif=nonsense)
    target = source.with_name(f"with-{kind}")
    embed(source, target, recipe)
    assert read_recipe(target) == recipe
    assert nonsense.removeprefix(b"Exif\0\0") in target.read_bytes()


def test_text_chunks_of_others_are_kept(make_picture: MakePicture, recipe: Recipe) -> None:
    from PIL.PngImagePlugin import PngInfo

    source = make_picture("rgb.png")
    texts = PngInfo()
    texts.add_text("Author", "somebody")
    texts.add_text("parameters", "their prompt\nSteps: 20, Seed: 7, Size: 8x8", zip=True)
    saved_again(source, pnginfo=texts)
    target = source.with_name("with.png")
    embed(source, target, recipe)
    with Image.open(target) as image:
        assert image.info["Author"] == "somebody"
    told = read_parameters(target)
    assert told is not None
    assert (told.prompt, told.seed) == ("their prompt", 7)
    assert read_recipe(target) == recipe


@pytest.mark.parametrize("kind", ONE_OF_EACH)
def test_what_follows_the_picture_is_kept(make_picture: MakePicture, recipe: Recipe, kind: str) -> None:
    source = make_picture(kind)
    rubbish = b"\xff\xd9 not of the picture IEND \xff"
    before = frames(source)
    source.write_bytes(source.read_bytes() + rubbish)
    target = source.with_name(f"with-{kind}")
    embed(source, target, recipe)
    assert target.read_bytes().endswith(rubbish)
    assert frames(target) == before
    assert read_recipe(target) == recipe


@pytest.mark.parametrize("kind", KINDS)
def test_picture_cut_off_anywhere_is_refused(make_picture: MakePicture, recipe: Recipe, kind: str) -> None:
    source = make_picture(kind)
    content = source.read_bytes()
    target = source.with_name("target")
    for length in {*range(0, len(content), 97), *range(40), *range(len(content) - 20, len(content))}:
        source.write_bytes(content[:length])
        with pytest.raises(PictureError, match=r"\.$"):
            embed(source, target, recipe)
    assert list(source.parent.iterdir()) == [source]


def test_last_chunk_without_its_pad_is_taken(make_picture: MakePicture, recipe: Recipe) -> None:
    source = make_picture("lossy.webp")
    content = source.read_bytes()
    (body,) = (body for kind, body in webp_chunks(content) if kind == b"VP8 ")
    if len(body) % 2 == 0:
        body += b"\0"
    chunk = b"VP8 " + struct.pack("<I", len(body)) + body
    source.write_bytes(b"RIFF" + struct.pack("<I", len(chunk) + 4) + b"WEBP" + chunk)
    target = source.with_name("with.webp")
    embed(source, target, recipe)
    assert [kind for kind, _ in webp_chunks(target.read_bytes())] == [b"VP8X", b"VP8 ", b"EXIF", b"XMP "]
    assert read_recipe(target) == recipe
    with Image.open(target) as image:
        image.load()


def test_large_picture_is_copied_in_little_memory(make_picture: MakePicture, recipe: Recipe) -> None:
    import tracemalloc

    source = make_picture("rgb.png")
    content = source.read_bytes()
    filler = b"\x02\x62\x5a\x00prVt" + bytes(40_000_000)
    chunk = filler + zlib.crc32(filler[4:]).to_bytes(4)
    source.write_bytes(content[:33] + chunk + content[33:])
    target = source.with_name("with.png")
    tracemalloc.start()
    try:
        embed(source, target, recipe)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 5_000_000
    assert read_recipe(target) == recipe


def test_long_prompt_leaves_out_what_does_not_fit(make_picture: MakePicture, recipe: Recipe) -> None:
    long = recipe.model_copy(update={"parameters": {"prompt": "fox " * 12_000}})
    source = make_picture("plain.jpg")
    target = source.with_name("with.jpg")
    embed(source, target, long)
    assert read_recipe(target) == long
    assert read_parameters(target) is None
    with pytest.raises(PictureError, match="too long for a JPEG"):
        embed(source, target, recipe.model_copy(update={"parameters": {"prompt": "fox " * 17_000}}))
    assert read_recipe(target) == long


def test_too_large_a_recipe_is_refused(make_picture: MakePicture, recipe: Recipe) -> None:
    source = make_picture("rgb.png")
    huge = recipe.model_copy(update={"parameters": {"prompt": "x" * 1_000_001}})
    with pytest.raises(PictureError, match="too long"):
        embed(source, source.with_name("with.png"), huge)


def test_other_files_are_refused(tmp_path: Path, recipe: Recipe) -> None:
    import os

    target = tmp_path / "target"
    gif, missing, pipe = tmp_path / "a.gif", tmp_path / "missing.png", tmp_path / "pipe.png"
    Image.new("L", (4, 4)).save(gif)
    os.mkfifo(pipe)
    for path, reason in ((gif, "not a PNG"), (missing, "cannot be read"), (pipe, "not a file")):
        with pytest.raises(PictureError, match=reason):
            embed(path, target, recipe)
    with pytest.raises(PictureError, match="not a file"):
        read_recipe(tmp_path)
    assert read_recipe(gif) is None
    assert not target.exists()


def test_target_is_written_whole_or_not_at_all(make_picture: MakePicture, recipe: Recipe) -> None:
    source = make_picture("rgb.png")
    with pytest.raises(ValueError, match="in its place"):
        embed(source, source, recipe)
    with pytest.raises(StorageError, match="could not be written"):
        embed(source, source.parent / "no such directory" / "with.png", recipe)
