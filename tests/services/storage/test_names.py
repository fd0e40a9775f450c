from __future__ import annotations

import itertools
import re
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from fluxtui.services.storage.names import numbered, picture_stem, safe_extension

PORTABLE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
DEVICES = {"con", "prn", "aux", "nul", "com1", "lpt1"}


def test_a_name_says_what_the_picture_is() -> None:
    stem = picture_stem(finetune="Anna (v2)", endpoint="flux-dev", prompt="TOK, a walk in Zürich", seed=42)
    assert stem == "anna-v2-tok-a-walk-in-zurich-42"


def test_without_a_finetune_the_endpoint_stands_in() -> None:
    assert picture_stem(finetune=None, endpoint="flux-dev", prompt="狐", seed=None) == "flux-dev"
    assert picture_stem(finetune="狐", endpoint="flux-dev", prompt="", seed=0) == "flux-dev-0"


def test_there_is_always_a_name() -> None:
    assert picture_stem(finetune=None, endpoint="", prompt="", seed=None) == "picture"
    assert picture_stem(finetune="con", endpoint="", prompt="", seed=None) == "picture-con"


@settings(deadline=None)
@given(st.none() | st.text(), st.text(), st.text(), st.none() | st.integers())
def test_every_name_is_portable(finetune: str | None, endpoint: str, prompt: str, seed: int | None) -> None:
    stem = picture_stem(finetune=finetune, endpoint=endpoint, prompt=prompt, seed=seed)
    assert PORTABLE.fullmatch(stem)
    assert len(stem) <= 120
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
