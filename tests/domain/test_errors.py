from __future__ import annotations

from typing import Any

import pytest

from fluxtui.domain import errors
from fluxtui.domain.errors import (
    ConfigError,
    FluxError,
    InvalidInput,
    Problem,
    RateLimited,
    Refused,
    ServiceError,
    UnexpectedAnswer,
)


def _all_errors() -> list[type[FluxError]]:
    found: list[Any] = [value for value in vars(errors).values() if isinstance(value, type)]
    return [kind for kind in found if issubclass(kind, FluxError) and not kind.__name__.startswith("_")]


@pytest.mark.parametrize("kind", _all_errors())
def test_every_error_is_a_sentence_with_a_title(kind: type[FluxError]) -> None:
    error = kind("It happened.", next_step="Do this.")
    assert error.title
    assert error.sentence() == str(error) == "It happened. Do this."
    assert kind("It happened.").sentence().startswith("It happened.")


def test_problems_stand_between_what_happened_and_what_to_do() -> None:
    problems = (
        Problem("a.b", "is wrong."),
        Problem("", "Nothing fits"),
        Problem("c", "C is odd", whole=True),
    )
    for kind in (ConfigError, InvalidInput, Refused):
        error = kind("No.", problems, next_step="Mend it.")
        assert error.sentence() == "No. a.b: is wrong. Nothing fits. C is odd. Mend it."


def test_what_services_answer_can_be_told_apart() -> None:
    retryable = {kind.__name__ for kind in _all_errors() if issubclass(kind, ServiceError) and kind.retryable}
    assert retryable == {"RateLimited", "ServiceDown", "NetworkDown", "TimedOut", "NotThere"}
    assert UnexpectedAnswer("x").retryable
    assert not UnexpectedAnswer("x", retryable=False).retryable
    assert RateLimited("x", retry_after=3).retry_after == 3
    unsure = {
        kind.__name__ for kind in _all_errors() if issubclass(kind, ServiceError) and kind.billed is None
    }
    assert unsure == {"Moderated", "JobFailed", "InDoubt"}
