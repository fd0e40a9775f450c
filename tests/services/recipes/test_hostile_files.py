"""Files made to do harm: refused or read, but never a crash, a hang or much memory."""

from __future__ import annotations

import contextlib
import random
import struct
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from fluxtui.domain.errors import PictureError
from fluxtui.services.recipes import Recipe, embed, read_parameters, read_recipe
from fluxtui.services.recipes.exif import comment_of, with_comment
from fluxtui.services.recipes.xmp import recipe_of, with_recipe

MakePicture = Callable[[str], Path]

UTF16 = b"UNICODE\0"


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_with(content: bytes, *chunks: bytes) -> bytes:
    return content[:33] + b"".join(chunks) + content[33:]


@pytest.mark.parametrize("kind", ["palette.png", "progressive.jpg", "alpha.webp", "lossless.webp"])
def test_damage_anywhere_is_refused_or_survived(make_picture: MakePicture, recipe: Recipe, kind: str) -> None:
    source = make_picture(kind)
    written, target = source.with_name("written"), source.with_name("target")
    embed(source, written, recipe)
    chance = random.Random(7)
    for content in (source.read_bytes(), written.read_bytes()):
        for _ in range(150):
            damaged = bytearray(content)
            for _ in range(chance.randint(1, 4)):
                damaged[chance.randrange(len(damaged))] = chance.choice((0, 255, 127, chance.randrange(256)))
            source.write_bytes(damaged)
            with contextlib.suppress(PictureError):
                embed(source, target, recipe)
                assert read_recipe(target) == recipe
            with contextlib.suppress(PictureError):
                read_recipe(source)
                read_parameters(source)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    beginning=some.sampled_from(
        [
            b"",
            b"\x89PNG\r\n\x1a\n",
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
            b"\xff\xd8\xff\xe1",
            b"RIFF\x30\0\0\0WEBP",
        ]
    ),
    rest=some.binary(max_size=200),
)
def test_any_bytes_are_refused_in_words(
    tmp_path: Path, recipe: Recipe, beginning: bytes, rest: bytes
) -> None:
    source = tmp_path / "source"
    source.write_bytes(beginning + rest)
    with contextlib.suppress(PictureError):
        assert read_recipe(source) is None
    with contextlib.suppress(PictureError):
        embed(source, tmp_path / "target", recipe)


def test_packed_text_that_would_fill_memory_is_not_unpacked(
    make_picture: MakePicture, recipe: Recipe
) -> None:
    source = make_picture("rgb.png")
    bomb = zlib.compress(bytes(50_000_000), 9)
    packed = chunk(b"zTXt", b"parameters\0\0" + bomb), chunk(b"iTXt", b"fluxtui\0\1\0\0\0" + bomb)
    source.write_bytes(png_with(source.read_bytes(), *packed))
    assert read_recipe(source) is None
    assert read_parameters(source) is None
    target = source.with_name("with.png")
    embed(source, target, recipe)
    assert read_recipe(target) == recipe


def test_many_packed_texts_do_not_hold_up_what_is_written_beside_them(
    make_picture: MakePicture, recipe: Recipe
) -> None:
    source = make_picture("rgb.png")
    packed = chunk(b"zTXt", b"parameters\0\0" + zlib.compress(bytes(3_900_000), 9))
    source.write_bytes(png_with(source.read_bytes(), *[packed] * 3_000))
    target = source.with_name("with.png")
    began = time.process_time()
    embed(source, target, recipe)
    assert time.process_time() - began < 4
    assert read_recipe(target) == recipe


@pytest.mark.parametrize("kind", [b"tEXt", b"zTXt", b"iTXt"])
def test_parameters_are_read_from_every_kind_of_text(make_picture: MakePicture, kind: bytes) -> None:
    text = "a café\nSteps: 4, Seed: 9"
    contents = {
        b"tEXt": b"parameters\0" + text.encode("latin-1"),
        b"zTXt": b"parameters\0\0" + zlib.compress(text.encode("latin-1")),
        b"iTXt": b"parameters\0\1\0fr\0mots\0" + zlib.compress(text.encode()),
    }
    source = make_picture("rgb.png")
    source.write_bytes(png_with(source.read_bytes(), chunk(kind, contents[kind])))
    told = read_parameters(source)
    assert told is not None
    assert (told.prompt, told.seed) == ("a café", 9)


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", bytes(13)) + chunk(b"a", b"") * 100_001,
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", bytes(13)) + chunk(b"IEND", b""),
        b"\x89PNG\r\n\x1a\n" + chunk(b"CgBI", bytes(4)) + chunk(b"IHDR", bytes(13)),
        b"\xff\xd8" + b"\xff" * 200_000,
        b"\xff\xd8" + b"\xff\x01" * 200_000,
        b"\xff\xd8\xff\xda\x00\x02" + b"\xff\x01" * 1000,
        b"\xff\xd8\xff\xe0\x00\x01",
        b"\xff\xd8\xff\xe0\x00\x02xx",
        b"\xff\xd8\xff\xd9",
        b"RIFF\x04\0\0\0WEBP",
        b"RIFF\x0c\0\0\0WEBPEXIF\0\0\0\0",
        b"RIFF\x0c\0\0\0WEBPVP8X\0\0\0\0",
        b"RIFF\x0c\0\0\0WEBPVP8 \xff\xff\xff\xff",
        b"RIFF\x16\0\0\0WEBPVP8 \x0a\0\0\0" + bytes(10),
        b"RIFF\x12\0\0\0WEBPVP8L\x05\0\0\0" + bytes(6),
    ],
)
def test_impossible_structures_are_refused(tmp_path: Path, recipe: Recipe, content: bytes) -> None:
    source = tmp_path / "source"
    source.write_bytes(content)
    with pytest.raises(PictureError, match=r"^The picture is (damaged|incomplete): .*\.$"):
        embed(source, tmp_path / "target", recipe)
    assert list(tmp_path.iterdir()) == [source]


@given(
    some.binary(max_size=300),
    some.sampled_from([b"", b"II*\0", b"MM\0*\0\0\0\x08", b"II*\0\x08\0\0\0\x02\0"]),
)
def test_any_exif_is_extended_or_left(rest: bytes, beginning: bytes) -> None:
    content = beginning + rest
    comment_of(content)
    extended = with_comment(content, "ours, Version: FluxTUI 1")
    if extended is not None:
        assert comment_of(extended) == "ours, Version: FluxTUI 1"


def test_exif_of_little_endian_cameras_is_understood() -> None:
    text = "a fox".encode("utf-16-le")
    exif_at, comment_at = 8 + 2 + 12 + 4, 8 + 2 * (2 + 12 + 4)
    block = (
        b"II*\0\x08\0\0\0"
        + struct.pack("<HHHIII", 1, 0x8769, 4, 1, exif_at, 0)
        + struct.pack("<HHHIII", 1, 0x9286, 7, 8 + len(text), comment_at, 0)
        + UTF16
        + text
    )
    assert comment_of(block) == "a fox"
    assert with_comment(block, "ours") is None
    empty = block.replace(UTF16 + text, UTF16 + bytes(len(text)))
    extended = with_comment(empty, "ours")
    assert extended is not None
    assert comment_of(extended) == "ours"


@pytest.mark.parametrize("packet", [b"", b"<x/>", b"\xff\xfe<\0", b"<rdf:RDF/>", b"</rdf :RDF>"])
def test_xmp_that_is_not_understood_is_refused(packet: bytes) -> None:
    with pytest.raises(PictureError, match="XMP packet"):
        with_recipe(packet, "{}")


@given(some.binary(max_size=200) | some.text("<>/rdf:RDF fluxtui:recipe=\"'&;", max_size=200).map(str.encode))
def test_any_xmp_is_read(packet: bytes) -> None:
    recipe_of(packet)


def test_recipe_written_as_an_attribute_by_another_tool_is_found() -> None:
    assert recipe_of(b"<a fluxtui:recipe='{&quot;a&quot;:1}'/>") == '{"a":1}'
    assert recipe_of(b'<a fluxtui:recipe="&#123;}"/>') == "{}"
