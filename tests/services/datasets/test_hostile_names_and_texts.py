"""Captions that no encoding holds, links to themselves and to elsewhere, and names without an end."""

from __future__ import annotations

import json
import os
import shlex
import time
from pathlib import Path

import pytest

from fluxtui.domain.dataset import DatasetRules
from fluxtui.domain.errors import DatasetError
from fluxtui.services.datasets import DatasetService, encodings
from fluxtui.services.datasets.caption_files import read_captions
from fluxtui.services.datasets.encodings import guessed
from fluxtui.services.datasets.opening import open_source
from fluxtui.services.datasets.scan_memory import ScanMemory
from fluxtui.services.storage import StorageService
from tests.services.datasets.test_hostile_corpus import encoded, zip_of

HALF = "\ud83d"
"""Half of a letter, as JSON can name it."""


def names_in(text: Path | str) -> list[str]:
    with open_source(text) as source:
        return [entry.name for entry in source.listing().entries]


@pytest.mark.parametrize("text", [f"a {HALF} dog", "a \0 dog"])
@pytest.mark.parametrize("name", ["a.json", "metadata.jsonl"])
async def test_caption_that_no_encoding_holds_is_left_out_and_told(
    datasets: DatasetService, folder: Path, rules: DatasetRules, storage: StorageService, name: str, text: str
) -> None:
    (folder / "a.txt").unlink()
    record = {"caption": text} if name == "a.json" else {"file_name": "a.jpg", "text": text}
    (folder / name).write_text(json.dumps(record))
    dataset = await datasets.inspect(folder, rules)
    assert [picture.caption for picture in dataset.pictures] == [None, None, None]
    assert any("is not text" in problem.sentence() for problem in dataset.problems)
    assert (await datasets.pack(dataset, storage, rules)).path.exists()


async def test_half_a_letter_in_the_name_of_a_picture_is_no_picture(
    datasets: DatasetService, folder: Path, rules: DatasetRules
) -> None:
    (folder / "metadata.jsonl").write_text(json.dumps({"file_name": HALF, "text": "a dog"}))
    dataset = await datasets.inspect(folder, rules)
    assert len(dataset.pictures) == 3


def test_file_of_captions_with_half_a_letter_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "captions.jsonl"
    path.write_text(json.dumps({"file_name": "a.png", "text": HALF}))
    with pytest.raises(DatasetError, match=r"captions\.jsonl has what is no text as the caption of a\.png"):
        read_captions(path, ["a.png"])


def test_link_to_itself_among_what_a_pattern_finds_is_one_bad_entry(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(encoded("PNG"))
    (tmp_path / "b.png").symlink_to("b.png")
    with open_source(tmp_path / "*.png") as source:
        listing = source.listing()
    assert [entry.name for entry in listing.entries] == ["a.png"]
    assert [problem.name for problem in listing.problems] == ["b.png"]


def test_caption_that_nobody_named_is_not_read_from_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("nobody else's business")
    given = tmp_path / "given"
    given.mkdir()
    (given / "a.png").write_bytes(encoded("PNG"))
    (given / "a.txt").symlink_to(tmp_path / "secret")
    (given / "b.png").write_bytes(encoded("PNG"))
    (given / "b.txt").write_text("a dog")
    with open_source(given / "*.png") as source:
        listing = source.listing()
    assert [entry.name for entry in listing.entries] == ["a.png", "b.png", "b.txt"]
    assert [(problem.name, problem.mend) for problem in listing.problems] == [
        ("a.txt", "name it as well to follow it")
    ]
    assert "a.txt" in names_in(given / "*")


def test_captions_are_followed_to_where_their_pictures_are_kept(tmp_path: Path) -> None:
    store, given = tmp_path / "cache" / "blobs", tmp_path / "given"
    store.mkdir(parents=True)
    given.mkdir()
    for name, content in (("a.png", encoded("PNG")), ("a.txt", b"a dog")):
        (store / name).write_bytes(content)
        (given / name).symlink_to(store / name)
    assert names_in(given / "*.png") == ["a.png", "a.txt"]


def test_picture_with_the_longest_of_names_has_no_false_problem(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 251 + ".png")
    path.write_bytes(encoded("PNG"))
    with open_source(tmp_path / "*.png") as source:
        listing = source.listing()
    assert [entry.name for entry in listing.entries] == [path.name]
    assert listing.problems == ()


def test_more_files_than_a_path_has_room_for_are_taken_as_for_a_shell(tmp_path: Path) -> None:
    paths = [tmp_path / f"{'x' * 100}{number}.png" for number in range(60)]
    for path in paths:
        path.write_bytes(encoded("PNG"))
    text = " ".join(shlex.quote(str(path)) for path in paths)
    assert len(text) > 4_096
    assert len(names_in(text)) == 60


def test_name_that_is_too_long_for_any_path_is_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="There is nothing at"):
        open_source(tmp_path / ("x" * 5_000))


async def test_member_of_an_archive_without_an_end_to_its_name_is_told_in_a_short_sentence(
    datasets: DatasetService, tmp_path: Path, rules: DatasetRules
) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zip_of(("x" * 60_000 + ".png", encoded("PNG")), ("b.png", encoded("PNG"))))
    dataset = await datasets.inspect(path, rules)
    assert [picture.name for picture in dataset.pictures] == ["b.png"]
    told = [problem.sentence() for problem in dataset.problems]
    assert any("its name is far too long" in sentence for sentence in told)
    assert max(map(len, told)) < 1_000


def test_looks_that_somebody_nested_too_deep_are_forgotten(tmp_path: Path) -> None:
    memory = ScanMemory(tmp_path / "looks")
    memory.remember(tmp_path, ())
    (kept,) = os.scandir(tmp_path / "looks")
    Path(kept.path).write_bytes(b"[" * 400_000)
    assert memory.recall(tmp_path) == {}


@pytest.mark.parametrize("name", ["metadata.csv", "metadata.jsonl"])
async def test_captions_without_number_are_not_used(
    datasets: DatasetService, folder: Path, rules: DatasetRules, name: str
) -> None:
    first, line = (
        ("file_name,text\n", "a.jpg,b\n") if name.endswith("csv") else ("", '{"name":"a","text":"b"}\n')
    )
    (folder / name).write_text(first + line * 400_000)
    began = time.process_time()
    dataset = await datasets.inspect(folder, rules)
    assert time.process_time() - began < 5
    assert any("has more than 50,000 captions" in problem.sentence() for problem in dataset.problems)
    assert dataset.pictures[0].caption == "a dog, ünder a tree"
    with pytest.raises(DatasetError, match="has more than 50,000 captions"):
        read_captions(folder / name, ["a.jpg"])


def test_letters_are_guessed_of_a_bounded_amount_of_text(monkeypatch: pytest.MonkeyPatch) -> None:
    assert encodings.MOST_GUESSED_BYTES <= 1_000_000
    monkeypatch.setattr(encodings, "MOST_GUESSED_BYTES", 200_000)
    texts = ["schöne Straße über dem See ".encode("cp1252") * 2_000] * 200
    began = time.process_time()
    readings = guessed(texts)
    assert time.process_time() - began < 15
    told = [reading.encoding if reading is not None else None for reading in readings]
    many = encodings.MOST_GUESSED_BYTES // len(texts[0])
    assert told == ["Windows-1252"] * many + [None] * (200 - many)
