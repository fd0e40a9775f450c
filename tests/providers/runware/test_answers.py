"""What Runware's answers mean, from recorded shapes: orders, questions and errors."""

from __future__ import annotations

from typing import Any

import pytest

from fluxtui.api.answers import JSONAnswer
from fluxtui.domain.errors import (
    InDoubt,
    Moderated,
    NotAuthenticated,
    NotPermitted,
    OutOfCredits,
    RateLimited,
    Refused,
    ServiceDown,
    ServiceError,
    UnexpectedAnswer,
)
from fluxtui.providers.base import Phase
from fluxtui.providers.runware.ordering import accepted_in
from fluxtui.providers.runware.statuses import status_of
from fluxtui.providers.runware.tasks import Meaning, meaning_of, task_id_of, told_in
from tests.providers.runware.conftest import JOB

ID = task_id_of(JOB)
OTHER = task_id_of("another")


def answer(document: Any, status: int = 200) -> JSONAnswer:
    return JSONAnswer(status, document, {})


def errors(code: str, *, status: int = 200, **more: Any) -> JSONAnswer:
    error = {"code": code, "message": f"About {code}.", "taskUUID": ID, **more}
    return answer({"errors": [error]}, status)


def item(**values: Any) -> dict[str, Any]:
    return {"taskType": "imageInference", "taskUUID": ID, **values}


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("conflictTaskUUID", Meaning.CONFLICT),
        ("insufficientCredits", Meaning.CREDITS),
        ("creditsLimitExceeded", Meaning.CREDITS),
        ("rateLimitExceeded", Meaning.TOO_MANY),
        ("invalidApiKey", Meaning.KEY),
        ("missingApiKey", Meaning.KEY),
        ("unauthorized", Meaning.KEY),
        ("accountSuspended", Meaning.PERMISSION),
        ("contentPolicyViolation", Meaning.SAFETY),
        ("invalidProviderContent", Meaning.SAFETY),
        ("timeoutProvider", Meaning.TIMEOUT),
        ("taskCancelled", Meaning.NOT_FOUND),
        ("modelNotFound", Meaning.NOT_FOUND),
        ("inferenceError", Meaning.PASSING),
        ("providerError", Meaning.PASSING),
        ("invalidPositivePrompt", Meaning.REFUSED),
        ("unsupportedParameter", Meaning.REFUSED),
        ("missingModel", Meaning.REFUSED),
        ("somethingNew", Meaning.UNKNOWN),
        ("", Meaning.UNKNOWN),
    ],
)
def test_errors_are_known_by_their_codes(code: str, meaning: Meaning) -> None:
    assert meaning_of(code) is meaning


@pytest.mark.parametrize(
    "told",
    [
        answer({"data": [item()]}),
        answer({"data": []}),
        answer({"data": [], "errors": []}),
        errors("conflictTaskUUID", status=400),
        errors("conflictTaskUUID", status=409),
        errors("conflictTaskUUID"),
        answer({"data": [item(imageURL="https://im.runware.ai/a.png")]}),
        # Of another task, however that comes here.
        answer({"errors": [{"code": "invalidModel", "message": "No.", "taskUUID": OTHER}]}),
    ],
)
def test_what_accepts_an_order(told: JSONAnswer) -> None:
    assert accepted_in(told, ID).remote_id == ID


@pytest.mark.parametrize(
    ("told", "error"),
    [
        (errors("insufficientCredits", status=402), OutOfCredits),
        (errors("insufficientCredits"), OutOfCredits),
        (errors("invalidApiKey"), NotAuthenticated),
        (errors("forbidden", status=400), NotPermitted),
        (errors("contentPolicyViolation", status=400), Moderated),
        (errors("rateLimitExceeded"), RateLimited),
        (errors("unsupportedParameter", status=400, parameter="acceleration"), Refused),
        (errors("invalidModel"), Refused),
        (answer({"data": []}, 400), Refused),
        (errors("modelNotFound", status=404), ServiceError),
        # After these a task may run.
        (errors("timeoutProvider"), InDoubt),
        (errors("timeoutProvider", status=400), InDoubt),
        (errors("somethingNew"), InDoubt),
        (errors("internalServerError"), InDoubt),
        (answer({"message": "hello"}), InDoubt),
        (answer([]), InDoubt),
    ],
)
def test_what_does_not_accept_it(told: JSONAnswer, error: type[ServiceError]) -> None:
    with pytest.raises(error) as caught:
        accepted_in(told, ID)
    assert type(caught.value) is error or error is ServiceError
    if error is InDoubt:
        assert "by its own id" in str(caught.value.next_step)


def test_a_refusal_says_what_runware_said() -> None:
    with pytest.raises(Refused, match="acceleration: About unsupportedParameter") as caught:
        accepted_in(errors("unsupportedParameter", status=400, parameter="acceleration"), ID)
    assert (caught.value.status, caught.value.kind) == (400, "unsupportedParameter")
    (problem,) = caught.value.problems
    assert problem.field == "acceleration"
    with pytest.raises(Refused, match=r"nothing was billed\. It says: About invalidModel") as refused:
        accepted_in(errors("invalidModel"), ID)
    assert refused.value.detail == "About invalidModel."


def status(document: Any, code: int = 200) -> Any:
    return status_of(told_in(answer(document, code), ID))


def test_a_picture_that_is_done() -> None:
    done = status(
        {"data": [item(status="success", imageURL="https://im.runware.ai/a.png", seed=7, cost=0.0042)]}
    )
    assert (done.phase, done.word, done.result_url) == (Phase.READY, "done", "https://im.runware.ai/a.png")
    assert (done.details, done.cost_credits, done.more_urls) == ({"seed": 7}, 0.42, ())
    assert done.remark == ""


def test_a_picture_without_a_word_for_its_state_is_done_too() -> None:
    assert status({"data": [item(imageURL="https://im.runware.ai/a.png")]}).phase is Phase.READY


def test_several_pictures_and_a_mark() -> None:
    rows = [item(imageURL=f"https://im.runware.ai/{n}.png", cost=0.01, NSFWContent=n == 1) for n in range(2)]
    done = status({"data": rows})
    assert done.more_urls == ("https://im.runware.ai/1.png",)
    assert done.cost_credits == 2.0
    assert "content check" in done.remark


@pytest.mark.parametrize("cost", [None, "free", -1, float("nan"), True])
def test_a_cost_that_is_none_is_not_told(cost: Any) -> None:
    rows = [item(imageURL="https://im.runware.ai/a.png", cost=0.01), item(imageURL="u:b", cost=cost)]
    assert status({"data": rows}).cost_credits is None


@pytest.mark.parametrize(
    ("row", "word", "progress"),
    [
        (item(status="processing"), "running", None),
        (item(status="processing", progress=40), "running", 0.4),
        (item(status="processing", progress=400), "running", None),
        (item(status="rehearsing"), "rehearsing", None),
        (item(), "acknowledged", None),
    ],
)
def test_a_task_that_is_worked_on(row: dict[str, Any], word: str, progress: float | None) -> None:
    running = status({"data": [row]})
    assert (running.phase, running.word, running.progress) == (Phase.RUNNING, word, progress)


@pytest.mark.parametrize("document", [{"data": []}, {"data": [{**item(), "taskUUID": OTHER}]}])
def test_nothing_of_the_task_is_no_status(document: Any) -> None:
    assert status(document) is None


@pytest.mark.parametrize("shape", ["error row", "data row", "nested"])
def test_a_task_that_failed_in_whatever_shape_it_is_told(shape: str) -> None:
    said = {"code": "inferenceError", "message": "The inference failed."}
    document: dict[str, Any] = {
        "error row": {"data": [], "errors": [item(status="error", **said)]},
        "data row": {"data": [item(status="error", **said)]},
        "nested": {"data": [item(status="error", error=said)]},
    }[shape]
    failed = status(document)
    assert (failed.phase, failed.word) == (Phase.FAILED, "inferenceError")
    assert (failed.message, failed.unsure) == ("The inference failed.", False)


def test_a_task_that_was_moderated() -> None:
    said = {"code": "contentPolicyViolation", "message": "No."}
    assert status({"errors": [item(status="error", **said)]}).phase is Phase.MODERATED


def test_a_question_that_is_refused_is_not_the_tasks_end() -> None:
    def question(code: str) -> Any:
        return {"errors": [{"taskType": "getResponse", "taskUUID": ID, "code": code, "message": "?"}]}

    assert status(question("invalidTaskUUID"), 400) is None
    assert status(question("taskFailedOrNotFound"), 404) is None
    for code, error in (
        ("rateLimitExceeded", RateLimited),
        ("invalidApiKey", NotAuthenticated),
        ("serviceUnavailable", ServiceDown),
        ("authTimeout", ServiceError),
    ):
        with pytest.raises(error):
            status(question(code))


def test_an_error_that_could_be_either_ends_a_task_unsurely() -> None:
    failed = status({"errors": [{"taskUUID": ID, "code": "invalidSeed", "message": "Odd."}]})
    assert (failed.phase, failed.unsure) == (Phase.FAILED, True)


@pytest.mark.parametrize("document", [{}, [], {"data": "x"}, {"detail": "no"}])
def test_what_is_none_of_runwares_answers(document: Any) -> None:
    with pytest.raises(UnexpectedAnswer):
        told_in(answer(document), ID)


@pytest.mark.parametrize("rubbish", [[None, 7, "x", [], {}], [{"taskUUID": 7}, {"taskUUID": ID, "error": 7}]])
def test_rubbish_in_lists_breaks_nothing(rubbish: list[Any]) -> None:
    told = told_in(answer({"data": rubbish, "errors": rubbish}), ID)
    assert all(failure.meaning is Meaning.UNKNOWN for failure in told.failures)
