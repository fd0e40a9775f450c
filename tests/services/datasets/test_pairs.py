"""Pairs of pictures before and after: which belong together, what is wrong, and how they are sent."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from fluxtui.domain.dataset import Crop, Dataset, DatasetProblem, DatasetRules, Fix, PairRules
from fluxtui.domain.errors import DatasetError
from fluxtui.domain.workspace import Workspace
from fluxtui.services.datasets import DatasetService
from fluxtui.services.datasets.pairs import pairing_of
from fluxtui.services.datasets.tracking import marked, outdated
from fluxtui.services.datasets.workspaces import WorkspaceService
from fluxtui.services.storage import StorageService

PictureMaker = Callable[..., bytes]
Put = Callable[..., None]


@pytest.fixture
def edits(rules: DatasetRules) -> DatasetRules:
    """Rules of a trainer that takes up to two pictures before each result."""
    return replace(rules, advised_pictures=1, pairs=PairRules(most_inputs=2))


@pytest.fixture
def put(tmp_path: Path, picture: PictureMaker) -> Put:
    """Put pictures into the folder `set`, each another one, with a text beside them where there is one."""
    made = iter(range(1000))

    def write(
        *names: str, text: str = "", size: tuple[int, int] = (280, 280), seed: int | None = None
    ) -> None:
        for name in names:
            path = tmp_path / "set" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix == ".txt":
                path.write_text(text)
            else:
                content = picture(*size, seed=next(made) if seed is None else seed)
                path.write_bytes(content)

    return write


def pairs_of(dataset: Dataset) -> dict[str, list[str]]:
    return {picture.name: [item.name for item in picture.inputs] for picture in dataset.pictures}


def told(dataset: Dataset, name: str) -> DatasetProblem:
    return next(problem for problem in dataset.problems if problem.name == name)


@pytest.mark.parametrize(
    ("names", "pairs"),
    [
        (("a_start.jpg", "a_end.png"), [(("a_start.jpg",), "a_end.png")]),
        (("a_end.png", "a_start2.jpg", "A_Start.JPG"), [(("A_Start.JPG", "a_start2.jpg"), "a_end.png")]),
        (("a-before.jpg", "a-after.jpg"), [(("a-before.jpg",), "a-after.jpg")]),
        (("a before.jpg", "a after.jpg"), [(("a before.jpg",), "a after.jpg")]),
        (("a_input.jpg", "a_output.jpg"), [(("a_input.jpg",), "a_output.jpg")]),
        (("before/a.jpg", "after/a.png"), [(("before/a.jpg",), "after/a.png")]),
        (("x/Source/a.jpg", "x/Target/a.png"), [(("x/Source/a.jpg",), "x/Target/a.png")]),
        (("before/a_before.jpg", "after/a_after.jpg"), [(("before/a_before.jpg",), "after/a_after.jpg")]),
        (
            ("input/a.jpg", "input2/a.jpg", "output/a.jpg"),
            [(("input/a.jpg", "input2/a.jpg"), "output/a.jpg")],
        ),
        (("a_start.jpg", "b_end.jpg"), []),
        (("a_start.jpg", "a_after.jpg"), []),
        (("start.jpg", "end.jpg"), []),
        (("x/before/a.jpg", "y/after/a.jpg"), []),
        (("the_end2.jpg", "the_start.jpg"), []),
        (("weekend.jpg", "weekstart.jpg"), []),
    ],
)
def test_pairs_are_those_whose_names_say_so(
    names: tuple[str, ...], pairs: list[tuple[tuple[str, ...], str]]
) -> None:
    found = pairing_of(names)
    assert [(pair.inputs, pair.result) for pair in found.pairs] == pairs


def test_a_side_without_the_other_one_says_what_is_missing() -> None:
    found = pairing_of(["a_start.jpg", "b_end.jpg", "before/c.jpg", "d.jpg"])
    assert found.lonely == {"a_start.jpg": "a_end", "b_end.jpg": "b_start", "before/c.jpg": "after/c"}
    assert found.single == ("d.jpg",)


async def test_pairs_are_sent_as_the_trainers_want_them(
    datasets: DatasetService, storage: StorageService, tmp_path: Path, put: Put, edits: DatasetRules
) -> None:
    edits = replace(edits, pairs=PairRules(2, mixed=True))
    put("b_before.jpg", "b_after.jpg")
    put("a_start.jpg", "a_end.jpg")
    put("a_start2.jpg", size=(200, 100))
    put("a.txt", text="make it night")
    put("b_after.txt", text="take the hat off")
    dataset = await datasets.inspect(tmp_path / "set", edits)
    assert not dataset.blocking
    assert dataset.pairs
    assert (len(dataset.pictures), dataset.captioned, dataset.most_inputs) == (2, 2, 2)
    packed = await datasets.pack(dataset, storage, edits)
    with zipfile.ZipFile(packed.path) as archive:
        assert archive.namelist() == [
            "001_start.jpg",
            "001_start2.jpg",
            "001_end.jpg",
            "001.txt",
            "002_start.jpg",
            "002_end.jpg",
            "002.txt",
        ]
        assert archive.read("001.txt") == b"make it night"
        assert archive.read("002.txt") == b"take the hat off"
        assert Image.open(io.BytesIO(archive.read("001_start2.jpg"))).size == (200, 100)
    assert packed.pictures == ("001_end.jpg", "002_end.jpg")
    # Read back, it is the same set: trained again from the archive, nothing is lost.
    again = await datasets.inspect(packed.path, edits)
    assert pairs_of(again) == {
        "001_end.jpg": ["001_start.jpg", "001_start2.jpg"],
        "002_end.jpg": ["002_start.jpg"],
    }
    assert [picture.caption for picture in again.pictures] == ["make it night", "take the hat off"]


async def test_two_folders_are_pairs_with_captions_of_either_side(
    datasets: DatasetService, tmp_path: Path, put: Put, edits: DatasetRules
) -> None:
    put("before/a.jpg", "after/a.jpg", "before/b.jpg", "after/b.jpg")
    put("after/a.txt", text="of the result")
    put("before/b.txt", text="of the input")
    dataset = await datasets.inspect(tmp_path / "set" / "**", edits)
    assert pairs_of(dataset) == {"after/a.jpg": ["before/a.jpg"], "after/b.jpg": ["before/b.jpg"]}
    assert [picture.caption for picture in dataset.pictures] == ["of the result", "of the input"]


async def test_the_caption_of_both_goes_before_that_of_one_side(
    datasets: DatasetService, tmp_path: Path, put: Put, edits: DatasetRules
) -> None:
    put("a_start.jpg", "a_end.jpg")
    put("a_end.txt", text="a house at night")
    put("a.txt", text="make it night")
    dataset = await datasets.inspect(tmp_path / "set", edits)
    assert dataset.pictures[0].caption == "make it night"
    assert "not used" in told(dataset, "a_end.txt").reason
    single = replace(edits, pairs=None)
    alone = await datasets.inspect(tmp_path / "set", single)
    assert [picture.caption for picture in alone.pictures] == ["a house at night", None]


@pytest.mark.parametrize(
    ("names", "stops", "reason"),
    [
        (("a_start.jpg", "a_end.jpg", "b_end.jpg"), "b_end.jpg", "there is no b_start"),
        (("a_start.jpg", "a_end.jpg", "b_start.jpg"), "b_start.jpg", "there is no b_end"),
        (("a_start.jpg", "a_end.jpg", "cover.jpg"), "cover.jpg", "no half of a pair"),
    ],
)
async def test_what_lacks_its_other_half_stops_until_it_is_left_out(
    datasets: DatasetService,
    storage: StorageService,
    tmp_path: Path,
    put: Put,
    edits: DatasetRules,
    names: tuple[str, ...],
    stops: str,
    reason: str,
) -> None:
    put(*names)
    scan = await datasets.scan(tmp_path / "set")
    dataset = datasets.check(scan, edits)
    assert [problem.name for problem in dataset.blocking] == [stops]
    assert reason in told(dataset, stops).reason
    with pytest.raises(DatasetError, match=reason):
        await datasets.pack(dataset, storage, edits)
    mended = datasets.fixed(dataset, scan, Workspace(source=str(scan.source)))
    after = datasets.check(scan, edits, mended)
    assert (after.blocking, after.excluded, len(after.pictures)) == ((), (stops,), 1)


async def test_a_half_that_cannot_be_read_or_is_left_out_stops_the_other_one(
    datasets: DatasetService, tmp_path: Path, put: Put, edits: DatasetRules
) -> None:
    put("a_start.jpg", "a_end.jpg", "b_start.jpg", "b_end.jpg", "c_start.jpg", "c_end.jpg")
    (tmp_path / "set" / "b_start.jpg").write_bytes(b"\xff\xd8\xff nothing")
    scan = await datasets.scan(tmp_path / "set")
    workspace = Workspace(source=str(scan.source)).edited("c_start.jpg", excluded=True)
    dataset = datasets.check(scan, edits, workspace)
    assert pairs_of(dataset) == {"a_end.jpg": ["a_start.jpg"]}
    assert "b_start.jpg cannot be used" in told(dataset, "b_end.jpg").reason
    assert "c_start.jpg is left out" in told(dataset, "c_end.jpg").reason
    assert {problem.name for problem in dataset.blocking} == {"b_end.jpg", "c_end.jpg"}


async def test_a_pair_is_left_out_as_one(
    datasets: DatasetService, tmp_path: Path, put: Put, edits: DatasetRules
) -> None:
    put("a_start.jpg", "a_end.jpg", "b_start.jpg", "b_end.jpg")
    scan = await datasets.scan(tmp_path / "set")
    dataset = datasets.check(
        scan, edits, Workspace(source=str(scan.source)).edited("a_end.jpg", excluded=True)
    )
    assert (dataset.blocking, dataset.excluded) == ((), ("a_end.jpg",))
    assert pairs_of(dataset) == {"b_end.jpg": ["b_start.jpg"]}


async def test_single_pictures_are_no_set_of_pairs(
    datasets: DatasetService, folder: Path, edits: DatasetRules
) -> None:
    dataset = await datasets.inspect(folder, edits)
    assert [problem.name for problem in dataset.blocking] == [""]
    assert "There is no pair in it" in dataset.blocking[0].reason
    assert "two folders" in dataset.blocking[0].mend


async def test_pairs_are_said_to_be_learned_one_by_one_where_no_edits_are_learned(
    datasets: DatasetService, tmp_path: Path, put: Put, rules: DatasetRules
) -> None:
    put("a_start.jpg", "a_end.jpg")
    put("a.txt", text="make it night")
    dataset = await datasets.inspect(tmp_path / "set", rules)
    reasons = [problem.reason for problem in dataset.problems if not problem.name]
    assert any("1 pair of before and after" in reason for reason in reasons)
    assert "caption of a pair" in told(dataset, "a.txt").reason
    assert [picture.caption for picture in dataset.pictures] == [None, None]


async def test_more_pictures_before_a_result_than_the_trainer_takes_stop(
    datasets: DatasetService, tmp_path: Path, put: Put, edits: DatasetRules
) -> None:
    put("a_start.jpg", "a_start2.jpg", "a_start3.jpg", "a_end.jpg")
    dataset = await datasets.inspect(tmp_path / "set", edits)
    assert "made of 3 pictures, but this trainer takes 2" in dataset.blocking[0].reason


async def test_pairs_with_other_numbers_of_inputs_stop_where_that_is_not_known_to_be_taken(
    datasets: DatasetService, tmp_path: Path, put: Put, edits: DatasetRules
) -> None:
    put("a_start.jpg", "a_start2.jpg", "a_end.jpg", "b_start.jpg", "b_end.jpg")
    strict = await datasets.inspect(tmp_path / "set", edits)
    assert "up to 2 pictures before the result" in strict.blocking[0].reason
    mixed = await datasets.inspect(tmp_path / "set", replace(edits, pairs=PairRules(2, mixed=True)))
    assert not any("before the result" in problem.reason for problem in mixed.problems)


async def test_other_shapes_sizes_and_the_same_picture_twice_are_told(
    datasets: DatasetService, tmp_path: Path, put: Put, edits: DatasetRules
) -> None:
    put("shape_start.jpg", size=(300, 200))
    put("shape_end.jpg", size=(200, 200))
    put("scale_start.jpg", size=(100, 100))
    put("scale_end.jpg", size=(260, 260))
    put("same_start.jpg", "same_end.jpg", seed=77)
    dataset = await datasets.inspect(tmp_path / "set", replace(edits, max_pixels=10**6))
    reasons: dict[str, list[str]] = {problem.name: [] for problem in dataset.problems}
    for problem in dataset.problems:
        reasons[problem.name].append(problem.reason)
    assert any("another shape than shape_start.jpg: 300 x 200" in text for text in reasons["shape_end.jpg"])
    assert any("another size than scale_start.jpg: 100 x 100" in text for text in reasons["scale_end.jpg"])
    same = next(problem for problem in dataset.problems if "change nothing" in problem.reason)
    assert (same.name, same.fix, same.blocking) == ("same_end.jpg", Fix.EXCLUDE, False)


async def test_halves_that_look_alike_are_no_copies_but_a_pair_that_is_there_twice_is(
    datasets: DatasetService, tmp_path: Path, put: Put, edits: DatasetRules
) -> None:
    put("a_start.jpg", "b_start.jpg", seed=1)
    put("a_end.jpg", "b_end.jpg", seed=2)
    put("c_start.jpg", seed=1)
    put("c_end.jpg", seed=3)
    dataset = await datasets.inspect(tmp_path / "set", edits)
    copies = {problem.name: problem.reason for problem in dataset.problems if problem.fix is Fix.EXCLUDE}
    assert list(copies) == ["b_end.jpg"]
    assert "the same pair as a_end.jpg" in copies["b_end.jpg"]


async def test_a_turn_and_a_crop_are_of_all_pictures_of_a_pair(
    datasets: DatasetService, storage: StorageService, tmp_path: Path, put: Put, edits: DatasetRules
) -> None:
    put("a_start.jpg", "a_end.jpg", size=(280, 140))
    scan = await datasets.scan(tmp_path / "set")
    workspace = (
        Workspace(source=str(scan.source)).edited("a_end.jpg", crop=Crop(right=0.5)).turned("a_end.jpg", 1)
    )
    dataset = datasets.check(scan, edits, workspace)
    packed = await datasets.pack(dataset, storage, edits)
    with zipfile.ZipFile(packed.path) as archive:
        sizes = [Image.open(io.BytesIO(archive.read(name))).size for name in archive.namelist()]
    assert sizes == [(140, 140), (140, 140)]


async def test_the_print_of_single_pictures_is_as_before_and_that_of_pairs_has_their_inputs(
    datasets: DatasetService, tmp_path: Path, put: Put, edits: DatasetRules, rules: DatasetRules
) -> None:
    put("a_start.jpg", "a_end.jpg")
    pairs = await datasets.inspect(tmp_path / "set", edits)
    before = (pairs.print, pairs.content)
    put("a_start.jpg", size=(200, 200))
    after = await datasets.inspect(tmp_path / "set", edits)
    assert after.print != before[0]
    assert after.content != before[1]
    single = await datasets.inspect(tmp_path / "set", rules)
    assert single.print not in {after.print, before[0]}


async def test_a_picture_that_changed_before_packing_stops_whichever_half_it_is(
    datasets: DatasetService, storage: StorageService, tmp_path: Path, put: Put, edits: DatasetRules
) -> None:
    put("a_start.jpg", "a_end.jpg")
    dataset = await datasets.inspect(tmp_path / "set", edits)
    put("a_start.jpg")
    with pytest.raises(DatasetError, match=r"a_start\.jpg has changed"):
        await datasets.pack(dataset, storage, edits)


async def test_captions_of_pairs_are_edited_followed_and_written_back_under_their_common_name(
    datasets: DatasetService, storage: StorageService, tmp_path: Path, put: Put, edits: DatasetRules
) -> None:
    put("a_start.jpg", "a_end.jpg", "b_start.jpg", "b_end.jpg")
    put("a.txt", text="make it night")
    folder = tmp_path / "set"
    scan = await datasets.scan(folder)
    workspace = Workspace(source=str(folder))
    assert datasets.captions(scan, workspace, edits) == {"a_end.jpg": "make it night", "b_end.jpg": ""}
    mine = marked(workspace.with_captions({"a_end.jpg": "at noon", "b_end.jpg": "no hat"}), scan, workspace)
    put("a.txt", text="somebody else's words")
    later = await datasets.scan(folder)
    assert outdated(mine, later).captions == ("a_end.jpg",)
    captions = datasets.captions(later, mine, edits)
    count = await WorkspaceService(storage).write_captions(later, captions, datetime.now(UTC), pairs=True)
    assert count == 2
    assert (folder / "a.txt").read_text() == "at noon\n"
    assert (folder / "b.txt").read_text() == "no hat\n"
    again = datasets.check(await datasets.scan(folder), edits)
    assert [picture.caption for picture in again.pictures] == ["at noon", "no hat"]
