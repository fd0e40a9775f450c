"""The curve of a training, from logs as trainers print them."""

from __future__ import annotations

import pytest

from fluxtui.domain.training_curve import CurvePoint, TrainingCurve, curve_of
from fluxtui.providers.logs import shown_log

TQDM = "train: {percent}%|##   | {step}/1000 [01:23<12:20,  1.22it/s, lr: 4.0e-04 loss: {loss}]"


def test_lines_of_steps() -> None:
    log = "Downloading the archive\nstep 25/1000, loss 0.4511\nstep 50/1000, loss 0.3\nSaving"
    assert curve_of(log) == TrainingCurve((CurvePoint(25, 0.4511), CurvePoint(50, 0.3)), 1000)


def test_bars_with_a_learning_rate() -> None:
    log = "\n".join(TQDM.format(percent=step // 10, step=step, loss=f"{4 / step:.2e}") for step in (100, 200))
    assert curve_of(log) == TrainingCurve((CurvePoint(100, 0.04), CurvePoint(200, 0.02)), 1000, 0.0004)


def test_a_training_that_begins_again_writes_over_what_it_was() -> None:
    log = "step 25/100, loss 0.5\nstep 50/100, loss 0.4\nstep 25/100, loss 0.6"
    assert curve_of(log).points == (CurvePoint(25, 0.6),)


@pytest.mark.parametrize(
    "log",
    [
        "",
        "loss 0.3",
        "step 3/10",
        "epoch 1/2/3 loss 0.3",
        "step 3/10, loss nan",
        "step 3/10, loss 1e999",
    ],
)
def test_what_tells_nothing(log: str) -> None:
    assert curve_of(log).points == ()


def test_a_bar_that_was_written_over_itself_keeps_its_curve() -> None:
    bar = "\r".join(TQDM.format(percent=step // 10, step=step, loss=1 / step) for step in range(1, 1001))
    log = shown_log(f"begun\n{bar}\ndone")
    assert log is not None
    points = curve_of(log).points
    assert len(points) == 201
    assert points[-1].step == 1000
