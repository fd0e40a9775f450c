"""What Replicate's answers mean, in every state and of every shape."""

from __future__ import annotations

from typing import Any

import pytest

from fluxtui.domain.errors import UnexpectedAnswer
from fluxtui.domain.jobs import JobKind
from fluxtui.providers.base import CancelAnswer, Packing, Phase, RemoteStatus, RemoteTask
from fluxtui.providers.logs import progress_in, shown_log
from fluxtui.providers.replicate.logs import seed_in
from fluxtui.providers.replicate.statuses import cancel_answer_of, status_of

VERSION = f"me/fox-123456:{'a' * 64}"
TAR = "https://replicate.delivery/xezq/token/trained_model.tar"
ENDED = {"completed_at": "2026-11-26T00:00:20.123456789Z", "started_at": "2026-11-26T00:00:03.120Z"}


def training(**answer: Any) -> RemoteStatus:
    task = RemoteTask(
        JobKind.TRAINING, "ostris/flux-dev-lora-trainer", "job", None, parameters={"steps": 200}
    )
    return status_of(answer, task)


def picture(endpoint: str = "trained-version", **answer: Any) -> RemoteStatus:
    return status_of(answer, RemoteTask(JobKind.GENERATION, endpoint, "job", None, parameters={"steps": 28}))


def test_a_training_begins_and_runs() -> None:
    waiting = training(status="starting", logs=None, output=None)
    assert (waiting.phase, waiting.progress, waiting.log) == (Phase.QUEUED, None, None)
    log = "Downloading: 100%|##| 3/3\nflux_train_replicate:  24%| 48/200\rflux_train_replicate:  25%| 50/200"
    running = training(status="processing", logs=log)
    assert (running.phase, running.progress) == (Phase.RUNNING, 0.25)
    assert running.log == "Downloading: 100%|##| 3/3\nflux_train_replicate:  25%| 50/200"
    assert running.cost_credits is None


def test_a_training_that_succeeded_names_version_and_weights() -> None:
    output = {"version": VERSION, "weights": TAR}
    status = training(status="succeeded", output=output, metrics={"predict_time": 1000}, **ENDED)
    assert (status.phase, status.finetune_id, status.weights_url) == (Phase.READY, VERSION, TAR)
    assert (status.weights_packing, status.weights_lasting) == (Packing.TAR, False)
    assert status.result_url is None
    assert status.cost_credits == pytest.approx(152.5)
    assert TAR not in repr(status)


def test_a_training_whose_weights_are_gone_still_has_its_version() -> None:
    status = training(status="succeeded", output={"version": VERSION, "weights": None}, **ENDED)
    assert (status.phase, status.finetune_id, status.weights_url) == (Phase.READY, VERSION, None)


@pytest.mark.parametrize("output", [None, {}, [], "text", {"version": "me/fox"}, {"version": 7}])
def test_a_success_without_a_version_is_a_failure(output: Any) -> None:
    status = training(status="succeeded", output=output, **ENDED)
    assert (status.phase, status.finetune_id) == (Phase.FAILED, None)
    assert "no model version" in status.message


@pytest.mark.parametrize("output", [["https://a/1.webp", "https://a/2.webp"], "https://a/1.webp"])
def test_a_picture_is_the_first_address(output: Any) -> None:
    log = "Using seed: 4711\nPrompt: a fox\n100%|##| 28/28"
    metrics = {"predict_time": 8.0, "total_time": 9.5}
    status = picture(status="succeeded", output=output, logs=log, metrics=metrics, **ENDED)
    assert (status.phase, status.result_url) == (Phase.READY, "https://a/1.webp")
    assert status.details == {"seed": 4711, "duration": 8.0}
    assert status.cost_credits == pytest.approx(1.22)


def test_official_models_cost_by_the_megapixel_where_they_count_them() -> None:
    counted = {"image_output_count": 1, "image_output_megapixel_count": 2, "image_input_megapixel_count": 3}
    done = {"status": "succeeded", "output": "https://a/1.webp", **ENDED}
    told = picture("black-forest-labs/flux-2-pro", metrics=counted, **done)
    assert told.cost_credits == pytest.approx(1.5 + 2 * 1.5 + 3 * 1.5)
    assert picture("black-forest-labs/flux-2-pro", metrics={}, **done).cost_credits is None
    failed = picture("black-forest-labs/flux-2-pro", status="failed", error="boom", metrics=counted, **ENDED)
    assert failed.cost_credits is None


@pytest.mark.parametrize("count", [-1, 1e308, "many", None, [2]])
def test_a_count_of_megapixels_that_makes_no_sense_is_not_told(count: Any) -> None:
    metrics = {"image_output_megapixel_count": count}
    told = picture(
        "black-forest-labs/flux-2-flex",
        status="succeeded",
        output="https://a/1.webp",
        metrics=metrics,
        **ENDED,
    )
    assert told.cost_credits is None


def test_official_models_cost_by_the_picture() -> None:
    endpoint, metrics = "black-forest-labs/flux-dev-lora", {"predict_time": 8.0}
    done = picture(endpoint, status="succeeded", output=["https://a/1.webp"], metrics=metrics, **ENDED)
    assert done.cost_credits == pytest.approx(3.2)
    failed = picture(endpoint, status="failed", error="boom", output=None, metrics=metrics, **ENDED)
    assert failed.cost_credits is None


def test_what_was_erased_has_not_failed() -> None:
    erased = picture(status="succeeded", output=None, data_removed=True, logs="", **ENDED)
    assert (erased.phase, erased.log) == (Phase.ERASED, None)
    empty = picture(status="succeeded", output=[], **ENDED)
    assert (empty.phase, empty.message) == (Phase.FAILED, "Replicate finished the task but named no picture.")
    assert empty.unsure


def test_failures_say_why_without_addresses_and_keys() -> None:
    error = "Failed to download https://api.replicate.com/v1/files/abc?signature=geheim with r8_abcdefghijkl"
    failed = training(status="failed", error=error, metrics={"predict_time": 10}, **ENDED)
    assert failed.phase is Phase.FAILED
    assert failed.message == "Failed to download api.replicate.com/… with (key)"
    assert failed.cost_credits == pytest.approx(1.525)


@pytest.mark.parametrize(
    "said",
    [
        "All generated images contained NSFW content. Try running it again with a different prompt.",
        "The input or output was flagged as sensitive. Please try again with different inputs. (E005)",
    ],
)
def test_a_picture_that_the_safety_check_holds_back_is_moderated(said: str) -> None:
    moderated = picture(status="failed", error=said, metrics={"predict_time": 4}, **ENDED)
    assert (moderated.phase, moderated.message) == (Phase.MODERATED, said)
    assert moderated.cost_credits == pytest.approx(0.61)


def test_canceled_and_aborted_tell_what_was_billed() -> None:
    ran = training(status="canceled", metrics={"predict_time": 60}, **ENDED)
    assert (ran.phase, ran.unbilled) == (Phase.CANCELLED, False)
    assert ran.cost_credits == pytest.approx(9.15)
    never_ran = training(status="canceled", started_at=None, completed_at=ENDED["completed_at"])
    assert (never_ran.phase, never_ran.unbilled) == (Phase.CANCELLED, True)
    aborted = picture(status="aborted", started_at=None, metrics={}, logs=None)
    assert (aborted.phase, aborted.unbilled, aborted.cost_credits) == (Phase.CANCELLED, True, None)


def test_a_new_word_goes_on_until_it_is_completed() -> None:
    assert picture(status="rehearsing", completed_at=None).phase is Phase.RUNNING
    assert picture(status="vanished", **ENDED).phase is Phase.MISSING
    broken = picture(status="collapsed", error="boom", **ENDED)
    assert (broken.phase, broken.message) == (Phase.FAILED, "boom")


@pytest.mark.parametrize("answer", [None, [], "processing", {}, {"status": None}, {"status": 7}])
def test_an_answer_without_a_status_is_told(answer: Any) -> None:
    with pytest.raises(UnexpectedAnswer, match="no status"):
        status_of(answer, RemoteTask(JobKind.TRAINING, "any", "job", None))


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        ({"status": "canceled", "started_at": None}, CancelAnswer.GONE),
        ({"status": "aborted"}, CancelAnswer.GONE),
        ({"status": "canceled", "started_at": "2026-11-26T00:00:03Z"}, CancelAnswer.ASKED),
        ({"status": "processing"}, CancelAnswer.ASKED),
        ({"status": "succeeded"}, CancelAnswer.TOO_LATE),
        ({"status": "failed"}, CancelAnswer.TOO_LATE),
        (None, CancelAnswer.ASKED),
    ],
)
def test_answers_to_a_cancellation(answer: Any, meaning: CancelAnswer) -> None:
    assert cancel_answer_of(answer) is meaning


def test_logs_are_harmless_and_end_bounded() -> None:
    assert shown_log(7) is shown_log("") is shown_log(None) is None
    log = shown_log("\x1b[31mred\x1b[0m r8_abcdefghijkl\nhttps://a.b/c?token=1")
    assert log == "red (key)\na.b/…"
    endless = shown_log("x" * 100_000)
    assert endless is not None
    assert len(endless) <= 60_000


@pytest.mark.parametrize(
    ("log", "progress"),
    [
        (None, None),
        ("no bar", None),
        (" 10%|# | 20/200", 0.1),
        ("100%|##| 3/3", None),
        ("40%|# | 2/5", 0.4),
        ("100%| 250/200", 1.0),
    ],
)
def test_progress_is_read_from_the_last_bar(log: Any, progress: float | None) -> None:
    assert progress_in(log, 200) == progress


def test_a_seed_is_a_line_of_its_own() -> None:
    assert seed_in("x\nUsing seed: 12\ny") == 12
    assert seed_in("Prompt: Using seed: 12") is seed_in(None) is None
