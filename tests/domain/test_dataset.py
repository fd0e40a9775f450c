from __future__ import annotations

from pathlib import Path

import pytest

from fluxtui.domain.boxes import largest, moved
from fluxtui.domain.dataset import Dataset, DatasetProblem, TrainingPicture


def test_a_dataset_counts_what_is_in_it() -> None:
    pictures = tuple(
        TrainingPicture(name=f"{n}.png", width=8, height=8, format="PNG", size=100, caption=caption)
        for n, caption in enumerate(["a fox", None, ""])
    )
    problems = (
        DatasetProblem(name="x.gif", reason="is no picture"),
        DatasetProblem(name="", reason="Too many pictures", blocking=True),
    )
    dataset = Dataset(source=Path("set"), pictures=pictures, problems=problems)
    assert (dataset.captioned, dataset.size) == (2, 300)
    assert dataset.blocking == problems[1:]
    assert [problem.sentence() for problem in problems] == ["x.gif: is no picture", "Too many pictures"]


@pytest.mark.parametrize(
    ("shape", "size", "expected"),
    [
        (16 / 9, (2560, 1600), (2560, 1440)),
        (4 / 3, (2560, 1600), (2133, 1600)),
        (1.0, (641, 480), (480, 480)),
        (9 / 16, (3, 2), (1, 2)),
    ],
)
def test_a_crop_has_the_pixels_of_its_shape_wherever_it_is(
    shape: float, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    crop = largest(*size, shape)
    for across in (0, -9, 9):
        left, top, right, bottom = moved(crop, across, across, *size).box(*size)
        assert (right - left, bottom - top) == expected
        assert left >= 0 <= top
        assert right <= size[0]
        assert bottom <= size[1]
