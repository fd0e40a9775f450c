from __future__ import annotations

from pathlib import Path

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
