"""What other programs write behind, before and instead of the usual text, and in which letters."""

from __future__ import annotations

import json
import struct
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, features

from fluxtui.domain.errors import PictureError
from fluxtui.services.recipes import Recipe, embed
from fluxtui.services.recipes.recall import recall

SETTINGS = "Steps: 20, Sampler: Euler, CFG scale: 1, Distilled CFG Scale: 3.5, Seed: 42, Size: 896x1152"
VALUES = {"seed": 42, "steps": 20, "guidance": 3.5, "width": 896, "height": 1152}


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_of(path: Path, content: bytes, kind: bytes = b"tEXt", keyword: bytes = b"parameters") -> Path:
    Image.new("RGB", (4, 4)).save(path / "plain.png")
    plain = (path / "plain.png").read_bytes()
    (path / "a.png").write_bytes(plain[:33] + chunk(kind, keyword + b"\0" + content) + plain[33:])
    return path / "a.png"


def comment_block(content: bytes, order: str = ">") -> bytes:
    head = (b"MM\0*" if order == ">" else b"II*\0") + struct.pack(f"{order}I", 8)
    first = struct.pack(f"{order}HHHIII", 1, 0x8769, 4, 1, 26, 0)
    second = struct.pack(f"{order}HHHIII", 1, 0x9286, 7, len(content), 44, 0)
    return head + first + second + content


def jpeg_of(path: Path, content: bytes, order: str = ">") -> Path:
    Image.new("RGB", (16, 16)).save(path / "a.jpg", exif=b"Exif\0\0" + comment_block(content, order))
    return path / "a.jpg"


@pytest.mark.parametrize(
    ("text", "prompt", "negative"),
    [
        (f"a fox\n{SETTINGS}\nTemplate: a {{fox|owl}}", "a fox", None),
        (
            f"a fox\nNeon\nNegative prompt: blurry\n{SETTINGS}\nTemplate: a {{fox|owl}}\n"
            "Neon, Light: low, Mood: dark\nNegative Template: blurry",
            "a fox\nNeon",
            "blurry",
        ),
        (f"{{masterpiece}}, a fox\nNegative prompt: blurry\n{SETTINGS}", "{masterpiece}, a fox", "blurry"),
        (f'{{"scene": "a fox"}}\n{SETTINGS}', '{"scene": "a fox"}', None),
        (f'a fox\n{SETTINGS}, Hashes: {{"seed: 5": "1", "size": "2x2"}}, Version: 1', "a fox", None),
    ],
)
def test_settings_are_never_part_of_the_prompt(
    tmp_path: Path, text: str, prompt: str, negative: str | None
) -> None:
    expected = {"prompt": prompt, **VALUES, **({"negative_prompt": negative} if negative else {})}
    assert dict(recall(png_of(tmp_path, text.encode())).values) == expected


def test_a_line_that_begins_like_a_template_is_a_prompt_without_settings(tmp_path: Path) -> None:
    text = "a fox\nTemplate: none"
    assert dict(recall(png_of(tmp_path, text.encode())).values) == {"prompt": text}


@pytest.mark.parametrize("prompt", ["Straße, 猫", "Straße", "Ã©", "naïve", "plain"])
@pytest.mark.parametrize("kind", [b"tEXt", b"zTXt", b"iTXt", b"packed"])
def test_texts_of_png_are_read_in_the_letters_that_they_are_in(
    tmp_path: Path, prompt: str, kind: bytes
) -> None:
    content = f"{prompt}\n{SETTINGS}".encode()
    framed = {
        b"tEXt": content,
        b"zTXt": b"\0" + zlib.compress(content),
        b"iTXt": b"\0\0\0\0" + content,
        b"packed": b"\1\0\0\0" + zlib.compress(content),
    }
    told = recall(png_of(tmp_path, framed[kind], b"iTXt" if kind == b"packed" else kind))
    assert told.prompt == prompt


def test_latin_1_is_still_read(tmp_path: Path) -> None:
    assert recall(png_of(tmp_path, f"Straße\n{SETTINGS}".encode("latin-1"))).prompt == "Straße"


@pytest.mark.parametrize(
    ("code", "encoding", "order"),
    [
        (b"UNICODE\0", "utf-16-be", ">"),
        (b"UNICODE\0", "utf-16-le", "<"),
        (b"UNICODE\0", "utf-16-le", ">"),
        (b"UNICODE\0", "utf-16", ">"),
        (b"UNICODE\0", "utf-8", ">"),
        (b"ASCII\0\0\0", "utf-8", "<"),
        (b"JIS\0\0\0\0\0", "utf-8", ">"),
        (b"JIS\0\0\0\0\0", "iso2022_jp", ">"),
        (b"JIS\0\0\0\0\0", "shift_jis", ">"),
        (b"\0" * 8, "utf-8", ">"),
        (b"", "utf-8", ">"),
    ],
)
def test_the_comment_of_exif_is_read_whatever_its_code(
    tmp_path: Path, code: bytes, encoding: str, order: str
) -> None:
    content = code + f"雪の中の狐\n{SETTINGS}".encode(encoding)
    assert dict(recall(jpeg_of(tmp_path, content, order)).values) == {"prompt": "雪の中の狐", **VALUES}


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_comment_without_a_latin_letter_is_in_the_order_of_its_block(tmp_path: Path, order: str) -> None:
    encoding = "utf-16-le" if order == "<" else "utf-16-be"
    told = recall(jpeg_of(tmp_path, b"UNICODE\0" + ("雪の中の狐" * 9).encode(encoding), order))
    assert told.prompt == "雪の中の狐" * 9


def test_avif_tells_by_the_comment_of_exif(tmp_path: Path) -> None:
    assert features.check("avif")
    block = comment_block(b"UNICODE\0" + f"a fox\n{SETTINGS}".encode("utf-16-be"))
    Image.new("RGB", (16, 16)).save(tmp_path / "a.avif", exif=block)
    assert dict(recall(tmp_path / "a.avif").values) == {"prompt": "a fox", **VALUES}


@pytest.mark.parametrize(
    ("told", "source"),
    [
        (
            {
                "prompt": "a fox",
                "seed": "42",
                "steps": 20,
                "guidance_scale": 3.5,
                "resolution": "(896, 1152)",
                "version": "Fooocus v2.5",
            },
            "Fooocus v2.5",
        ),
        ({"c": "a fox", "seed": 42, "steps": 20, "scale": 3.5, "size": "896x1152"}, "Draw Things"),
    ],
)
def test_one_object_of_json_is_read_by_its_program(tmp_path: Path, told: dict[str, Any], source: str) -> None:
    found = recall(png_of(tmp_path, json.dumps(told).encode()))
    assert found.source == source
    assert dict(found.values) == {"prompt": "a fox", **VALUES}


def test_novelai_has_its_own_comment(tmp_path: Path) -> None:
    told = {"prompt": "a fox", "seed": 42, "steps": 20, "scale": 3.5, "width": 896, "height": 1152}
    found = recall(png_of(tmp_path, json.dumps(told).encode(), keyword=b"Comment"))
    assert found.source == "NovelAI"
    assert dict(found.values) == {"prompt": "a fox", **VALUES}


def own(tmp_path: Path, prompt: str) -> Path:
    Image.new("RGB", (16, 16)).save(tmp_path / "plain.png")
    recipe = Recipe(
        job_id="j",
        provider="bfl",
        endpoint="flux-dev",
        parameters={"prompt": prompt},
        created_at=datetime(2026, 11, 23, tzinfo=UTC),
    )
    embed(tmp_path / "plain.png", tmp_path / "a.png", recipe)
    return tmp_path / "a.png"


def test_an_own_recipe_keeps_a_long_prompt(tmp_path: Path) -> None:
    prompt = "a very long prompt, " * 1_400
    told = recall(own(tmp_path, prompt))
    assert told.prompt == prompt.strip()
    assert told.notes == ()


def test_what_is_changed_in_a_prompt_is_told(tmp_path: Path) -> None:
    told = recall(own(tmp_path, "one\u2028two\u2029three \u202e!"))
    assert told.prompt == "one\ntwo\nthree !"
    assert told.notes == (
        "Its prompt has characters that cannot be shown: line breaks take their place, or nothing.",
    )
    cut = recall(own(tmp_path, "x" * 100_001))
    assert cut.notes == ("Its prompt is longer than 100,000 characters; what is behind them is left out.",)


@pytest.mark.parametrize("prompt", ["Ã©, Â·", "naïve café", "猫"])
def test_own_texts_are_read_back_as_they_were(tmp_path: Path, prompt: str) -> None:
    path = own(tmp_path, prompt)
    assert recall(path).prompt == prompt
    with Image.open(path) as image:
        assert image.text["parameters"].startswith(prompt)  # type: ignore[attr-defined]


def packet(inner: str, attribute: str = "") -> str:
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" {attribute}>{inner}</rdf:Description></rdf:RDF></x:xmpmeta>'
    )


TEXT_IN_XML = f"a &lt;fox&gt; &amp; 雪\n{SETTINGS}"
LIST = f'<rdf:Alt><rdf:li xml:lang="x-default">{TEXT_IN_XML}</rdf:li></rdf:Alt>'


@pytest.mark.parametrize(
    "told",
    [
        packet(f"<exif:UserComment>{LIST}</exif:UserComment>"),
        packet(f"<exif:UserComment>{TEXT_IN_XML}</exif:UserComment>"),
        packet(f"<dc:description>{LIST}</dc:description>"),
        packet("", f'exif:UserComment="{TEXT_IN_XML}"'),
    ],
)
@pytest.mark.parametrize("kind", ["jpg", "webp", "png", "avif"])
def test_xmp_is_read_where_nothing_else_tells(tmp_path: Path, told: str, kind: str) -> None:
    if kind == "png":
        path = png_of(tmp_path, b"\0\0\0\0" + told.encode(), b"iTXt", b"XML:com.adobe.xmp")
    else:
        path = tmp_path / f"a.{kind}"
        Image.new("RGB", (16, 16)).save(path, xmp=told.encode())
    assert dict(recall(path).values) == {"prompt": "a <fox> & 雪", **VALUES}


def test_xmp_in_utf_16_is_read(tmp_path: Path) -> None:
    told = packet(f"<exif:UserComment>{LIST}</exif:UserComment>").encode("utf-16")
    Image.new("RGB", (16, 16)).save(tmp_path / "a.webp", xmp=told)
    assert recall(tmp_path / "a.webp").prompt == "a <fox> & 雪"


def test_a_description_that_is_no_recipe_is_taken_for_none(tmp_path: Path) -> None:
    told = packet("<dc:description><rdf:Alt><rdf:li>On the beach</rdf:li></rdf:Alt></dc:description>")
    Image.new("RGB", (16, 16)).save(tmp_path / "a.webp", xmp=told.encode())
    with pytest.raises(PictureError, match="does not say how it was made"):
        recall(tmp_path / "a.webp")
