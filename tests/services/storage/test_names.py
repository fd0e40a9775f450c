from __future__ import annotations

import itertools
import re
import unicodedata
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from fluxtui.services.storage.names import numbered, picture_stem, safe_extension

DEVICES = {"con", "prn", "aux", "nul", "com1", "lpt1"}


def test_a_name_says_what_the_picture_is() -> None:
    stem = picture_stem(finetune="Anna (v2)", endpoint="flux-dev", prompt="TOK, a walk in Zürich", seed=42)
    assert stem == "anna-v2-tok-a-walk-in-zurich-42"


def test_without_a_finetune_the_endpoint_stands_in() -> None:
    assert picture_stem(finetune=None, endpoint="flux-dev", prompt="…", seed=None) == "flux-dev"
    assert picture_stem(finetune="🦊", endpoint="flux-dev", prompt="", seed=0) == "flux-dev-0"


def test_letters_of_every_script_stay() -> None:
    stem = picture_stem(finetune="狐", endpoint="flux-dev", prompt="猫が雪の中を歩く ... flag", seed=7)
    assert stem == "狐-猫が雪の中を歩く-flag-7"
    assert picture_stem(finetune=None, endpoint="e", prompt="Straße, Cafe\u0301 한국어", seed=None) == (
        "e-straße-cafe-한국어"
    )
    long = picture_stem(finetune="狐" * 99, endpoint="e", prompt="雪の中" * 99, seed=2**32)
    assert long == f"{'狐' * 13}-{('雪の中' * 8)[:22]}-{2**32}"


def test_there_is_always_a_name() -> None:
    assert picture_stem(finetune=None, endpoint="", prompt="", seed=None) == "picture"
    assert picture_stem(finetune="con", endpoint="", prompt="", seed=None) == "picture-con"


@settings(deadline=None)
@given(st.none() | st.text(), st.text(), st.text(), st.none() | st.integers())
def test_every_name_is_portable(finetune: str | None, endpoint: str, prompt: str, seed: int | None) -> None:
    stem = picture_stem(finetune=finetune, endpoint=endpoint, prompt=prompt, seed=seed)
    assert re.fullmatch(r"[^\s/\\:*?\"<>|.]+", stem)
    assert not any(unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"} for character in stem)
    assert not stem.startswith("-")
    assert not stem.endswith("-")
    assert stem == unicodedata.normalize("NFC", stem)
    assert len(stem.encode()) <= 140
    assert stem not in DEVICES


@settings(deadline=None)
@given(st.text())
def test_every_extension_is_plain(extension: str) -> None:
    assert re.fullmatch(r"[a-z0-9]{1,8}", safe_extension(extension))


def test_known_extensions_are_kept() -> None:
    assert [safe_extension(text) for text in (".PNG", "jpg", "webp", "../sh", "")] == [
        "png",
        "jpg",
        "webp",
        "bin",
        "bin",
    ]


def test_numbers_follow_the_stem() -> None:
    names = [path.name for path in itertools.islice(numbered(Path("/x/a.b-1.png")), 3)]
    assert names == ["a.b-1.png", "a.b-1-2.png", "a.b-1-3.png"]
