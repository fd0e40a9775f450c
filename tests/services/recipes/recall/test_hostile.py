"""Files made to do harm: bounded, neutralised, and refused in words."""

from __future__ import annotations

import contextlib
import json
import struct
import time
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from PIL import Image

from fluxtui.domain.errors import PictureError
from fluxtui.domain.text import safe_text
from fluxtui.providers.bfl.catalogue import GENERATION
from fluxtui.services.recipes import Recipe
from fluxtui.services.recipes.recall import Recalled, fit, recall
from fluxtui.services.recipes.recall.a1111 import from_text
from fluxtui.services.recipes.recall.invokeai import from_command, from_metadata, from_old_metadata
from fluxtui.services.recipes.recall.summary import rows

MEAN = "\x1b]52;c;aGk=\x07\x1b[2J[/red][@click=app.quit]x[/] \u202egnp\r\0"
READERS = (from_text, from_metadata, from_old_metadata, from_command)


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def write_png(path: Path, *chunks: bytes) -> Path:
    Image.new("RGB", (8, 8)).save(path, "PNG")
    content = path.read_bytes()
    path.write_bytes(content[:33] + b"".join(chunks) + content[33:])
    return path


def check_harmless(recalled: Recalled) -> None:
    """See that everything that can come onto the screen is safe and short, at every endpoint."""
    texts = [recalled.source, recalled.endpoint, recalled.provider, *recalled.notes]
    texts += [str(recalled.finetune_id), str(recalled.finetune_name)]
    texts += [text for row in rows(recalled) for text in row]
    for endpoint in GENERATION:
        fitted = fit(recalled, endpoint)
        texts += fitted.notes
        texts += [value for value in fitted.values.values() if isinstance(value, str)]
    for text in texts:
        assert text == safe_text(text, newlines=True)
        assert len(text) <= 100_100


BOMBS: dict[str, Callable[[], bytes]] = {
    "packed": lambda: chunk(b"zTXt", b"parameters\0\0" + zlib.compress(bytes(60_000_000), 9)),
    "packed brackets": lambda: chunk(
        b"iTXt", b"invokeai_metadata\0\1\0\0\0" + zlib.compress(b"[" * 60_000_000, 9)
    ),
    "many packed": lambda: chunk(b"zTXt", b"parameters\0\0" + zlib.compress(bytes(6_000_000), 9)) * 3000,
    "long": lambda: chunk(b"tEXt", b"parameters\0" + b"a:" * 10_000_000),
    "deep": lambda: chunk(b"tEXt", b"invokeai_metadata\0" + b'{"a":' * 190_000),
    "long number": lambda: chunk(b"tEXt", b"invokeai_metadata\0" + b'{"seed":' + b"9" * 900_000 + b"}"),
    "quotes": lambda: chunk(b"tEXt", b"Dream\0" + b'"' + b' " ' * 1_000_000),
    "brackets": lambda: chunk(b"tEXt", b'sd-metadata\0{"image":{"prompt":"' + b"[" * 900_000 + b'"}}'),
}


@pytest.mark.parametrize("name", BOMBS)
def test_what_is_made_to_keep_us_busy_is_refused_quickly(tmp_path: Path, name: str) -> None:
    path = write_png(tmp_path / "bomb.png", BOMBS[name]())
    began, told = time.perf_counter(), None
    with contextlib.suppress(PictureError):
        told = recall(path)
    assert time.perf_counter() - began < 4
    if told is not None:
        check_harmless(told)


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (from_text, f"a fox {MEAN} <lora:{MEAN}:{MEAN}>\nSteps: 4, Seed: 1, {MEAN}: 5, Sampler: {MEAN}"),
        (from_text, json.dumps({"sui_image_params": {"prompt": MEAN, "loras": [MEAN, {}], MEAN: MEAN}})),
        (from_metadata, json.dumps({"positive_prompt": MEAN, "app_version": MEAN, MEAN: {MEAN: MEAN}})),
        (from_metadata, json.dumps({"positive_prompt": "x", "loras": [{"model": {"name": MEAN}}, 5, None]})),
        (
            from_old_metadata,
            json.dumps({"app_version": MEAN, "image": {"prompt": [{"prompt": MEAN}, 7, {}]}}),
        ),
        (from_command, f'"{MEAN}" -s {MEAN} -A {MEAN}'),
    ],
    ids=["text", "swarmui", "invokeai", "loras", "older invokeai", "command"],
)
def test_escape_sequences_and_markup_stay_text(read: Any, text: str) -> None:
    recalled = read(text)
    assert recalled is not None
    check_harmless(recalled)


def test_hostile_recipe_neither_names_files_nor_breaks_out() -> None:
    parameters: dict[str, Any] = {
        "prompt": MEAN,
        MEAN: MEAN,
        "steps": {"a": [1]},
        "guidance": "1e999",
        "width": -5,
        "height": 10**40,
        "seed": True,
        "output_format": "exe",
        "prompt_upsampling": "yes",
        "image_prompt": "/etc/passwd",
        "control_image": "/etc/passwd",
        "finetune_id": "https://example.org/evil.safetensors",
    }
    recipe = Recipe(
        job_id="1", provider=MEAN, endpoint=MEAN, parameters=parameters, created_at=datetime.now(UTC)
    )
    recalled = Recalled(source="x", values=recipe.parameters)
    check_harmless(recalled)
    for endpoint in GENERATION:
        values = fit(recalled, endpoint).values
        assert not {"image_prompt", "control_image", "finetune_id", "steps", "output_format"} & set(values)


_json = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=20),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
_names = some.sampled_from(
    ["positive_prompt", "seed", "steps", "loras", "image", "width", "height", "model", "guidance", "prompt"]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(some.dictionaries(_names, _json), some.text(max_size=200))
def test_anything_is_read_without_a_crash(values: dict[str, Any], text: str) -> None:
    written = json.dumps(values)
    texts = (
        written,
        json.dumps({"image": values}),
        json.dumps({"sui_image_params": values}),
        text,
        f'"{text}" -s {text}',
        f"{text}\nSteps: 4, Seed: {text}, Size: {text}",
    )
    for read in READERS:
        for one in texts:
            recalled = read(one)
            if recalled is not None:
                check_harmless(recalled)
    check_harmless(
        Recalled(source="x", values={**values, **{str(key): item for key, item in values.items()}})
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    keyword=some.sampled_from([b"parameters", b"invokeai_metadata", b"sd-metadata", b"Dream", b"fluxtui"]),
    kind=some.sampled_from([b"tEXt", b"zTXt", b"iTXt"]),
    rest=some.binary(max_size=300),
)
def test_any_bytes_in_a_text_are_survived(tmp_path: Path, keyword: bytes, kind: bytes, rest: bytes) -> None:
    path = write_png(tmp_path / "picture.png", chunk(kind, keyword + b"\0" + rest))
    with contextlib.suppress(PictureError):
        check_harmless(recall(path))
