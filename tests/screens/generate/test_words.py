"""What the place says about jobs, and how it fits into the room that there is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from fluxtui.controllers.generation.cost import cost_note
from fluxtui.controllers.generation.price import Funds
from fluxtui.domain.jobs import Job, JobState
from fluxtui.domain.money import Estimate, UnitPrice
from fluxtui.screens.generate.picture_panel import facts, job_sentence, tail
from fluxtui.screens.generate.prompt_editor import trigger_chip
from fluxtui.screens.generate.queue_rows import followed, queue_row, queued_generations, state_text
from fluxtui.screens.generate.submit_bar import fitted


def test_parts_of_the_note_without_room_are_left_out() -> None:
    told = UnitPrice(0.05, "megapixels", "2026-11-23", live=True)
    note, _ = cost_note(Estimate(5, "1 MP out"), 1, Funds(is_told=False), told)
    dated = "$0.05 a picture, told 2026-11-23"
    assert [fitted(note, cells) for cells in (70, 45, 40, 5)] == [
        f"{dated} · 1 MP out · balance not told",
        f"{dated} · 1 MP out",
        dated,
        dated,
    ]


@pytest.mark.parametrize(
    ("inserted", "in_prompt", "words"),
    [(True, False, "put in front"), (True, True, "stands in"), (False, False, "left out")],
)
def test_the_chip_tells_what_becomes_of_the_word(inserted: bool, in_prompt: bool, words: str) -> None:
    chip = trigger_chip("[/x]LUMI", inserted=inserted, in_prompt=in_prompt)
    assert chip.plain.startswith("⟨[/x]LUMI⟩")
    assert words in chip.plain
    assert not trigger_chip("", inserted=True, in_prompt=False).plain


def test_the_queue_has_generations_of_all_profiles_newest_first(make_job: Callable[..., Job]) -> None:
    old = make_job("old")
    new = make_job("new", created_at=old.created_at + timedelta(seconds=5))
    elsewhere = make_job("elsewhere", profile="other", created_at=old.created_at + timedelta(seconds=2))
    training = make_job("training", kind="training")
    shown = queued_generations((old, elsewhere, training, new))
    assert [job.id for job in shown] == ["new", "elsewhere", "old"]


def test_a_long_queue_keeps_what_is_active(make_job: Callable[..., Job]) -> None:
    start = make_job().created_at
    jobs = [make_job(f"{n}", created_at=start + timedelta(seconds=n)) for n in range(1, 150)]
    waiting = make_job("waiting", JobState.WAITING)
    shown = queued_generations((*jobs, waiting))
    assert len(shown) == 101
    assert shown[-1] is waiting


def test_the_picture_that_came_in_last_is_followed(make_job: Callable[..., Job]) -> None:
    start = make_job().created_at
    slow = make_job("slow", picture="a.png", finished_at=start + timedelta(seconds=9))
    quick = make_job("quick", picture="b.png", finished_at=start + timedelta(seconds=3))
    failed = make_job("failed", JobState.FAILED, finished_at=start + timedelta(seconds=12))
    waiting = make_job("waiting", JobState.WAITING)
    assert followed((waiting, failed, quick, slow)) is slow
    assert followed((make_job("later", JobState.DRAFT), waiting, failed)) is waiting
    assert followed((failed,)) is failed
    assert followed(()) is None


def test_a_line_tells_state_time_and_seed(make_job: Callable[..., Job]) -> None:
    start = make_job().created_at
    running = make_job(state=JobState.RUNNING, progress=0.6, submitted_at=start)
    row = queue_row(running, start + timedelta(seconds=12))
    assert str(row.cells["state"]).endswith(" 60%")
    assert [str(row.cells[key]) for key in ("elapsed", "seed", "title")] == ["12 s", "7", "a lamp"]
    assert state_text(make_job(state=JobState.DRAFT)).endswith("queued")
    assert str(queue_row(make_job(seed=None), start).cells["seed"]) == ""


def test_a_job_without_picture_is_explained(make_job: Callable[..., Job]) -> None:
    failed = make_job(state=JobState.FAILED, error_title="Failed at the service", error="It broke.")
    assert job_sentence(failed).startswith("✗ Failed at the service\n\nIt broke.")
    assert "F6" in job_sentence(make_job(state=JobState.EXPIRED))
    assert job_sentence(make_job(state=JobState.WAITING)).endswith("waiting")
    assert job_sentence(make_job(state=JobState.CANCELLED)).startswith("Cancelled.")


def test_facts_and_path_fit(make_job: Callable[..., Job]) -> None:
    assert facts(make_job(finetune_name="Lumi"), None) == "$0.025 · Lumi"
    assert facts(make_job(), None, shared=True) == "$0.025 · demo"
    assert tail("/home/me/pictures/lamp.png", 10) == "…/lamp.png"
    assert tail("lamp.png", 10) == "lamp.png"
    assert tail("\x1b[31m/a/b.png", 40) == "/a/b.png"
