"""What fal says, in our words: shapes that the simulator does not show."""

from __future__ import annotations

from typing import Any

import pytest

from fluxtui.api.answers import JSONAnswer
from fluxtui.domain.errors import UnexpectedAnswer
from fluxtui.domain.jobs import JobKind
from fluxtui.domain.money import UnitPrice
from fluxtui.providers.base import CancelAnswer, Phase, RemoteTask
from fluxtui.providers.fal.prices import billed, told_prices
from fluxtui.providers.fal.statuses import (
    cancel_answer_of,
    failed,
    is_told_failure,
    succeeded,
    unfinished,
    word_of,
)
from fluxtui.providers.fal.training import FastTrainer, Flux3KleinTrainer

TRAINING = RemoteTask(JobKind.TRAINING, "fal-ai/flux-2-trainer", "id", None, parameters={"steps": 200})
PICTURE = RemoteTask(JobKind.GENERATION, "fal-ai/flux-2/lora", "id", None)
DONE = {"status": "COMPLETED"}


@pytest.mark.parametrize("data", [None, [], {}, {"status": 3}, {"status": ""}])
def test_answer_without_a_status_is_no_answer(data: Any) -> None:
    with pytest.raises(UnexpectedAnswer):
        word_of(data)


def test_queue_without_position() -> None:
    status = unfinished({"status": "IN_QUEUE", "queue_position": "x"}, TRAINING)
    assert (status.phase, status.queue_position) == (Phase.QUEUED, None)


def test_logs_are_safe_and_tell_the_progress() -> None:
    lines = [
        {"message": "\x1b[31mstep 50/200"},
        {"message": None},
        "x",
        {"message": "https://h.org/a?sig=s3cret"},
    ]
    status = unfinished({"status": "IN_PROGRESS", "logs": lines}, TRAINING)
    assert status.progress == 0.25
    assert status.log is not None
    assert "\x1b" not in status.log
    assert "s3cret" not in status.log


@pytest.mark.parametrize("result", [{}, {"images": []}, {"images": [{"url": None}]}, [], {"images": "x"}])
def test_completed_without_a_picture_has_failed(result: Any) -> None:
    assert succeeded(DONE, JSONAnswer(200, result, {}), PICTURE, None).phase is Phase.FAILED


@pytest.mark.parametrize("name", ["diffusers_lora_file", "lora_file"])
def test_weights_have_two_names(name: str) -> None:
    answer = JSONAnswer(200, {name: {"url": "https://v3.fal.media/x"}}, {"x-fal-billable-units": "200"})
    status = succeeded(DONE, answer, TRAINING, None)
    assert (status.phase, status.weights_url) == (Phase.READY, "https://v3.fal.media/x")
    assert status.cost_credits == pytest.approx(128)
    assert "fal.media" not in repr(status)


@pytest.mark.parametrize(
    ("status", "body", "phase"),
    [
        (499, {"detail": "gone", "error_type": "client_cancelled"}, Phase.CANCELLED),
        (499, {"detail": "gone"}, Phase.CANCELLED),
        (422, {"detail": [{"msg": "no", "type": "content_policy_violation"}]}, Phase.MODERATED),
        (422, {"detail": "no"}, Phase.FAILED),
        (500, {"detail": "no", "error_type": "runner_server_error"}, Phase.FAILED),
    ],
)
def test_results_that_are_failures(status: int, body: Any, phase: Phase) -> None:
    assert failed(DONE, JSONAnswer(status, body, {})).phase is phase


def test_failure_without_a_result_is_told_by_the_status() -> None:
    status = failed({**DONE, "error": "it broke", "error_type": "invalid_archive"}, None)
    assert (status.phase, status.cost_credits) == (Phase.FAILED, None)
    assert "it broke" in status.message


@pytest.mark.parametrize(
    ("told", "status", "body", "is_its_own"),
    [
        ("content_policy_violation", 422, {"detail": [{"type": "content_policy_violation"}]}, True),
        ("content_policy_violation", 503, {"detail": "no", "error_type": "runner_scheduling_failure"}, False),
        ("content_policy_violation", 502, None, False),
        ("runner_disconnected", 503, {"detail": "no", "error_type": "runner_disconnected"}, True),
        ("generation_timeout", 504, {"detail": [{"msg": "no", "type": "generation_timeout"}]}, True),
        (None, 500, {"detail": "no"}, False),
    ],
)
def test_a_fault_of_the_gateway_is_not_taken_for_the_failure_of_a_task(
    told: str | None, status: int, body: Any, is_its_own: bool
) -> None:
    said = {**DONE, "error": "no", "error_type": told} if told else DONE
    assert is_told_failure(said, JSONAnswer(status, body, {})) is is_its_own


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        ({"status": "OK"}, CancelAnswer.GONE),
        ({"status": "CANCELLATION_REQUESTED"}, CancelAnswer.ASKED),
        ({"status": "ALREADY_COMPLETED"}, CancelAnswer.TOO_LATE),
        ({"status": "NOT_FOUND"}, CancelAnswer.UNKNOWN),
        ({"success": True}, CancelAnswer.ASKED),
        (None, CancelAnswer.ASKED),
    ],
)
def test_cancel_answers(data: Any, answer: CancelAnswer) -> None:
    assert cancel_answer_of(data) is answer


def test_prices_that_cannot_be_read_are_left_out() -> None:
    rows = [
        {"endpoint_id": "a", "unit_price": 0.5, "unit": "steps", "currency": "USD"},
        {"endpoint_id": "b", "unit_price": "x", "unit": "steps"},
        {"endpoint_id": "c", "unit_price": 1, "unit": "steps", "currency": "EUR"},
        {"endpoint_id": "d", "unit_price": -1, "unit": "steps"},
        "nonsense",
    ]
    price = UnitPrice(0.5, "steps", "2026-11-26", live=True)
    assert told_prices({"prices": rows}, "2026-11-26") == {"a": price}
    assert told_prices([], "2026-11-26") == {}


def test_price_in_a_strange_unit_is_not_reckoned_with() -> None:
    request = FastTrainer.checked({"name": "Red", "steps": 500})
    estimate = request.estimate(UnitPrice(9.0, "moons", "2026-11-26", live=True))
    assert (estimate.credits, estimate.exact) == (request.estimate().credits, False)
    assert request.estimate(UnitPrice(0.01, "steps", "2026-11-26", live=True)).credits == pytest.approx(500)
    assert Flux3KleinTrainer.checked({"name": "Red"}).estimate().credits == pytest.approx(430)


def test_billed_only_with_a_certain_price() -> None:
    assert billed("fal-ai/flux-2-trainer", 100, None) == pytest.approx(64)
    assert billed("fal-ai/flux-krea-lora", 1, None) is None
    assert billed("fal-ai/flux-lora", 2, UnitPrice(0.03, "megapixels", "2026-11-26")) == pytest.approx(6)
    assert billed("fal-ai/flux-2-trainer", None, None) is None
