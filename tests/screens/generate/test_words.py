"""What the place says about endpoints, finetunes, money and jobs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fluxtui.controllers.generation.choices import NO_FINETUNE, finetune_choices, offer_choices
from fluxtui.controllers.generation.cost import button_label, cost_note
from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.controllers.generation.ordering import Order, repeatable
from fluxtui.controllers.generation.price import Funds, Price
from fluxtui.controllers.generation.stock import Stock
from fluxtui.domain.finetune import Finetune, FinetuneState
from fluxtui.domain.jobs import Job, JobState
from fluxtui.domain.money import Estimate, UnitPrice
from fluxtui.domain.uses import Offer
from fluxtui.providers.bfl.catalogue import GENERATION
from fluxtui.providers.bfl.finetuned import FillFinetuned
from fluxtui.providers.bfl.flux1 import FluxDev
from fluxtui.screens.generate.picture_panel import facts, job_sentence, tail
from fluxtui.screens.generate.prompt_editor import trigger_chip
from fluxtui.screens.generate.queue_rows import followed, queue_row, queued_generations, state_text
from fluxtui.screens.generate.submit_bar import fitted
from fluxtui.services.storage import StorageService

OWN = tuple(Offer("demo", "bfl", endpoint) for endpoint in GENERATION)
SEVEN_CENTS = Estimate(7, "a picture")


def test_endpoints_tell_price_and_availability() -> None:
    choices = offer_choices(Stock(OWN), GenerateForm())
    notes = {choice.value: choice.note for choice in choices}
    assert notes["demo/flux-pro-1.1-ultra-finetuned"] == "$0.07"
    assert notes["demo/flux-pro-finetuned"] == "$0.06 · ended"
    assert notes["demo/flux-2-klein-4b-finetuned"].endswith("· beta")
    assert notes["demo/flux-tools/erase-v1"].endswith("· tool")
    assert all("demo" not in choice.label for choice in choices)


def test_only_ready_finetunes_are_offered_favourites_first(make_finetune: Callable[..., Finetune]) -> None:
    finetunes = [
        make_finetune("training", state=FinetuneState.TRAINING),
        make_finetune("plain"),
        make_finetune("favourite", favourite=True),
        make_finetune("deleted", state=FinetuneState.DELETED),
    ]
    values = [choice.value for choice in finetune_choices(Stock(OWN, tuple(finetunes)))]
    assert values == [NO_FINETUNE, "demo/favourite", "demo/plain"]


@pytest.mark.parametrize(
    ("estimate", "count", "label"),
    [
        (SEVEN_CENTS, 4, "Generate 4 · $0.28  ^S"),
        (replace(SEVEN_CENTS, exact=False), 1, "Generate 1 · ~$0.07  ^S"),
        (None, 2, "Generate 2  ^S"),
        (SEVEN_CENTS, 25, "Generate  ^S"),
        (SEVEN_CENTS, "x", "Generate  ^S"),
    ],
)
def test_the_button_names_number_and_price(estimate: Estimate | None, count: Any, label: str) -> None:
    assert button_label(estimate, count) == label


def test_the_note_warns_where_the_balance_is_too_small() -> None:
    assert cost_note(SEVEN_CENTS, 4, Funds(27.0)) == ("✗ Only $0.27 are left", True)
    assert cost_note(SEVEN_CENTS, 4, Funds(27.0, owner="fal")) == ("✗ Only $0.27 are left at fal", True)
    assert cost_note(SEVEN_CENTS, 4, Funds(28.0)) == ("$0.07 a picture", False)
    assert cost_note(Estimate(3, "1 MP out"), 1, Funds()) == ("$0.03 a picture: 1 MP out", False)
    assert cost_note(None, 1, Funds())[1] is False
    assert cost_note(SEVEN_CENTS, 0, Funds())[1] is True


def test_price_that_is_doubted_is_said() -> None:
    doubted = Estimate(20, "1 MP out; a, b", exact=False, doubt="a, b")
    told = UnitPrice(0.2, "megapixels", "2026-11-23", live=True)
    assert cost_note(doubted, 1, Funds(100.0), told) == ("a, b", False)


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


def test_a_balance_that_is_never_told_is_no_reason_to_warn() -> None:
    note, wrong = cost_note(SEVEN_CENTS, 24, Funds(None, is_told=False, owner="studio"))
    assert (note, wrong) == ("$0.07 a picture · balance not told", False)
    question = Price(SEVEN_CENTS, 24, Funds(None, is_told=False, owner="studio"), 1.0)
    assert question.needs_a_yes
    assert question.is_covered


def test_a_dear_order_and_an_uncovered_one_need_a_yes() -> None:
    assert not Price(SEVEN_CENTS, 4, Funds(100.0), 0.28).needs_a_yes
    assert Price(SEVEN_CENTS, 5, Funds(100.0), 0.28).needs_a_yes
    assert Price(SEVEN_CENTS, 1, Funds(6.0), 5.0).needs_a_yes
    assert not Price(SEVEN_CENTS, 1, Funds(), 5.0).needs_a_yes


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


def test_another_seed_is_the_same_recipe_without_its_seed(make_job: Callable[..., Job]) -> None:
    order = Order.another_seed(Offer("demo", "bfl", FluxDev), make_job().parameters, None)
    assert order.values == {"prompt": "a lamp", "steps": 20}
    assert order.count == 1


def test_kept_inputs_are_named_by_their_whole_path(tmp_path: Path) -> None:
    storage = StorageService(tmp_path)
    recipe = {"prompt": "inputs/x.png", "image": "inputs/x.png", "mask": "https://example.org/m.png"}
    assert repeatable(FillFinetuned, recipe, storage) == {
        "prompt": "inputs/x.png",
        "image": str(tmp_path / "inputs/x.png"),
        "mask": "https://example.org/m.png",
    }
