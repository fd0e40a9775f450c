"""Captions in other encodings than UTF-8: read by their mark, or guessed and shown before that is taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from fluxtui.domain.dataset import DatasetRules, Fix
from fluxtui.domain.workspace import Workspace
from fluxtui.services.datasets import DatasetService
from fluxtui.services.datasets.encodings import DecodedText, decoded, guessed

SHORT = {
    "cp1251": "красный кот на столе",
    "koi8_r": "красный кот на столе",
    "gbk": "一只红色的猫",
    "big5": "紅色的貓",
    "shift_jis": "赤い猫がテーブルの上に",
    "euc_kr": "빨간 고양이",
    "mac_roman": "a red café",
    "cp1252": "a red café – “nice”",
}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "utf-8"])
@pytest.mark.parametrize("text", ["a red café", "一只红色的猫坐在桌子上", "красный кот"])
def test_marked_text_is_read(text: str, encoding: str) -> None:
    assert decoded(text.encode(encoding)) == text


def test_big_endian_text_is_read_by_its_mark() -> None:
    for encoding in ("utf-16-be", "utf-32-be"):
        assert decoded("\ufeffdéjà".encode(encoding)) == "déjà"


@pytest.mark.parametrize("encoding", SHORT)
def test_a_short_text_is_guessed(encoding: str) -> None:
    (reading,) = guessed([SHORT[encoding].encode(encoding)])
    assert reading is not None
    assert reading.text == SHORT[encoding]


def test_texts_of_several_encodings_are_each_guessed() -> None:
    found = guessed([text.encode(encoding) for encoding, text in SHORT.items() if encoding != "koi8_r"])
    expected = [text for encoding, text in SHORT.items() if encoding != "koi8_r"]
    assert [reading and reading.text for reading in found] == expected


def test_what_lies_together_decides() -> None:
    texts = [
        "TOK, 一只猫, 1girl, solo, a long english caption",
        "窗外是花园，柔和的光线",
        "一只红色的猫坐在桌子上",
    ]
    found = guessed([text.encode("gbk") for text in texts])
    assert [reading and reading.text for reading in found] == texts


def test_what_reads_as_no_script_is_not_guessed() -> None:
    assert guessed([bytes(range(0x80, 0xC8)), b"\xff\xfe\xfd\x81" * 3, b"cat\0"]) == (None,) * 3


async def test_a_guess_is_shown_before_it_is_taken(
    datasets: DatasetService, folder: Path, rules: DatasetRules
) -> None:
    (folder / "a.txt").write_bytes(SHORT["cp1251"].encode("cp1251"))
    (folder / "b.txt").write_bytes("\ufeffвыше".encode("utf-16-le"))
    found = await datasets.scan(folder)
    workspace = Workspace(source=str(folder))
    dataset = datasets.check(found, rules, workspace)
    assert [picture.caption for picture in dataset.pictures] == [None, "выше", None]
    (problem,) = [problem for problem in dataset.problems if problem.fix is Fix.REREAD]
    assert problem.mend == "read it as Windows-1251: “красный кот на столе”"
    after = datasets.fixed(dataset, found, workspace)
    assert datasets.captions(found, after)["a.jpg"] == SHORT["cp1251"]


@pytest.mark.parametrize(
    ("text", "encoding", "shown"),
    [
        ("żółty kot", "cp1250", "Windows-1250"),
        ("a red cat sitting in łąka", "cp1250", "Windows-1250"),
        ("žluťoučký kůň", "cp1250", "Windows-1250"),
        ("árvíztűrő tükörfúrógép", "cp1250", "Windows-1250"),
        ("a cat in Łódź", "cp1250", "Windows-1250"),
        ("pes běží", "cp1250", "Windows-1250"),
        ("дом у леса зимой", "cp1251", "Windows-1251"),
        ("sarı kedi", "cp1254", "Windows-1254"),
        ("חתול אדום יושב על השולחן ליד החלון", "cp1255", "Windows-1255"),
        ("γάτα", "cp1253", "Windows-1253"),
        ("é", "cp1252", "Windows-1252"),
        ("señor", "cp1252", "Windows-1252"),
        ("25°C café", "cp1252", "Windows-1252"),
        ("穿T恤的女孩", "gbk", "GB 18030"),
        ("T셔츠를 입은 고양이", "cp949", "Korean (CP949)"),
    ],
)
def test_letters_of_one_language_decide(text: str, encoding: str, shown: str) -> None:
    assert guessed([text.encode(encoding)]) == (DecodedText(text, shown),)


@pytest.mark.parametrize(("text", "encoding"), [("חתול אדום", "cp1255"), ("猫", "gbk")])
def test_what_may_be_several_things_is_not_guessed(text: str, encoding: str) -> None:
    assert guessed([text.encode(encoding)]) == (None,)


def test_a_single_letter_is_read_as_what_lies_beside_it() -> None:
    texts = ["и", "красный кот на столе"]
    found = guessed([text.encode("cp1251") for text in texts])
    assert [reading and reading.text for reading in found] == texts
