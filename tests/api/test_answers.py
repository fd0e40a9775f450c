from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxtui.api.answers import Body, JSONAnswer, NotJSON, error_for, error_of, parse
from fluxtui.api.shapes import detail_of, problems_of, salvaged_problems
from fluxtui.domain.errors import (
    FluxError,
    Moderated,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    OutOfCredits,
    Problem,
    RateLimited,
    Refused,
    ServiceDown,
    ServiceError,
    TimedOut,
)
from fluxtui.domain.keys import KeyFilter

SECRET = "aGVsbG8gd29ybGQgc2VjcmV0IGlucHV0"

NAMES = ("detail", "loc", "msg", "type", "ctx", "message", "error", "x")
MORE_NAMES = ("title", "error_type", "retry_after", "invalid_fields", "field", "description")
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda children: (
        st.lists(children, max_size=4)
        | st.dictionaries(st.sampled_from(NAMES + MORE_NAMES), children, max_size=4)
    ),
    max_leaves=12,
)


def _error(status: int, document: object, **headers: str) -> ServiceError:
    return error_for(status, headers, Body(json.dumps(document).encode()), "api.example")


@pytest.mark.parametrize(
    ("status", "document", "kind"),
    [
        (400, {"detail": "bad"}, Refused),
        (401, {}, NotAuthenticated),
        (402, {"detail": "Insufficient credits"}, OutOfCredits),
        (403, {"detail": "Not authenticated - Invalid Authentication"}, NotAuthenticated),
        (403, {}, NotAuthenticated),
        (403, {"detail": "Not authorized for this resource"}, NotPermitted),
        (404, {"detail": "Not Found"}, NotFound),
        (408, {}, TimedOut),
        (409, {"detail": "conflict"}, Refused),
        (413, {"detail": "too large"}, Refused),
        (422, {"detail": [{"loc": ["body", "seed"], "msg": "no"}]}, Refused),
        (429, {}, RateLimited),
        (500, {"detail": "oops"}, ServiceDown),
        (500, {"detail": [{"loc": ["body", "seed"], "msg": "no"}]}, Refused),
        (502, None, ServiceDown),
        (503, [], ServiceDown),
        (400, {"errors": [{"parameter": "seed", "message": "no"}]}, Refused),
        (503, {"errors": [{"parameter": "seed", "message": "no"}]}, ServiceDown),
        (504, "x", ServiceDown),
        (302, {}, Refused),
        (304, {}, Refused),
        (401, {"detail": "No user found for Key ID and Secret"}, NotAuthenticated),
        (401, {"title": "Unauthenticated", "detail": "You did not pass a token"}, NotAuthenticated),
        (403, {"title": "Unauthenticated"}, NotAuthenticated),
        (403, {"detail": "Invalid Key Authorization header format."}, NotAuthenticated),
        (403, {"detail": "User is locked. Reason: Exhausted balance."}, OutOfCredits),
        (402, {"title": "Insufficient credit", "detail": "You have insufficient credit"}, OutOfCredits),
        (422, {"detail": [{"msg": "no", "type": "content_policy_violation"}]}, Moderated),
        (400, {"detail": [{"msg": "no", "type": "content_policy_violation"}]}, Refused),
        (422, {"detail": "no such file", "error_type": "file_download_error"}, Refused),
        (499, {"detail": "cancelled", "error_type": "client_cancelled"}, Refused),
        (500, {"detail": [{"loc": ["body"], "msg": "oops", "type": "internal_server_error"}]}, ServiceDown),
        (504, {"detail": [{"loc": ["body"], "msg": "slow", "type": "generation_timeout"}]}, ServiceDown),
        (503, {"detail": "gone", "error_type": "runner_disconnected"}, ServiceDown),
    ],
)
def test_each_status_has_its_error(status: int, document: object, kind: type[ServiceError]) -> None:
    error = _error(status, document)
    assert type(error) is kind
    assert error.detail == detail_of(document)
    assert "api.example" in error.message


def test_what_the_service_says_is_told() -> None:
    assert "It says: Insufficient credits" in _error(402, {"detail": "Insufficient credits"}).sentence()


def test_retry_after_is_read() -> None:
    error = _error(429, {}, **{"retry-after": "7"})
    assert isinstance(error, RateLimited)
    assert error.retry_after == 7


@pytest.mark.parametrize(
    ("wish", "seconds"),
    [(10, 10), (2.5, 2.5), (0, 0), (-1, None), (True, None), ("10", None), (10**400, None), (None, None)],
)
def test_retry_after_in_the_body_is_read_where_there_is_no_header(
    wish: object, seconds: float | None
) -> None:
    error = _error(429, {"detail": "Request was throttled.", "status": 429, "retry_after": wish})
    assert isinstance(error, RateLimited)
    assert error.retry_after == seconds


def test_the_header_counts_more_than_the_body() -> None:
    error = _error(429, {"retry_after": 10}, **{"retry-after": "7"})
    assert isinstance(error, RateLimited)
    assert error.retry_after == 7


def test_an_error_tells_its_status_and_kind() -> None:
    error = _error(503, {"detail": "gone", "error_type": "runner_disconnected"})
    assert (error.status, error.kind) == (503, "runner_disconnected")


def test_what_was_cancelled_is_not_said_to_be_free() -> None:
    error = _error(499, {"detail": "cancelled", "error_type": "client_cancelled"})
    assert (error.kind, error.billed) == ("client_cancelled", None)
    assert "nothing was billed" not in error.sentence()


def test_moderation_tells_its_reason() -> None:
    detail = [
        {"loc": ["body", "prompt"], "msg": "The prompt was flagged", "type": "content_policy_violation"}
    ]
    error = _error(422, {"detail": detail})
    assert "prompt: The prompt was flagged" in error.sentence()
    assert error.billed is None


def test_a_failure_taken_for_an_answer_is_the_same_error() -> None:
    document = {"detail": [{"loc": ["body", "steps"], "msg": "too many", "type": "less_than_equal"}]}
    error = error_of(JSONAnswer(422, document, {}), "fal.ai")
    assert isinstance(error, Refused)
    assert error.problems == (Problem("steps", "too many"),)
    assert (error.status, error.kind) == (422, "less_than_equal")
    assert error.sentence() == error_for(422, {}, Body(json.dumps(document).encode()), "fal.ai").sentence()


def test_a_refusal_names_fields_and_never_the_echoed_input() -> None:
    detail = [
        {
            "type": "less_than_equal",
            "loc": ["body", "steps"],
            "msg": "Input should be less than or equal to 50",
            "input": {"image": SECRET},
            "ctx": {"le": 50, "error": SECRET},
            "url": SECRET,
        },
        {"loc": ["query", "images", 3], "msg": "Value error, Image must be base64", "input": SECRET},
    ]
    error = _error(422, {"detail": detail, "input": SECRET, "body": SECRET})
    assert isinstance(error, Refused)
    assert error.problems == (
        Problem("steps", "Input should be less than or equal to 50"),
        Problem("images.3", "Image must be base64"),
    )
    assert SECRET not in error.sentence()
    assert SECRET not in repr(error)


def test_a_refusal_too_large_to_read_still_names_its_first_field() -> None:
    document = {
        "detail": [{"type": "x", "loc": ["body", "mask"], "msg": 'not "base64"', "input": SECRET * 4000}]
    }
    whole = json.dumps(document).encode()
    error = error_for(422, {}, Body(whole[:100_000], complete=False), "api.example")
    assert isinstance(error, Refused)
    assert error.problems == (Problem("mask", 'not "base64"'),)
    assert SECRET not in error.sentence()


def test_hostile_text_is_made_harmless() -> None:
    detail = [{"loc": ["body", "a\x1b[31mb" * 90], "msg": "x\u202ey\n[/red]" + "z" * 9000}]
    error = _error(422, {"detail": detail})
    assert isinstance(error, Refused)
    problem = error.problems[0]
    assert len(problem.field) <= 60
    assert len(problem.reason) <= 200
    assert "\x1b" not in problem.field
    assert not set("\u202e\n") & set(problem.reason)


def test_many_problems_are_cut() -> None:
    assert len(problems_of({"detail": [{"loc": [], "msg": "m"}] * 500})) == 20


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"<html>", b"1" * 5000])
def test_what_is_not_json_is_unreadable(content: bytes) -> None:
    with pytest.raises(NotJSON):
        parse(Body(content))


def test_an_incomplete_body_is_unreadable_even_if_it_parses() -> None:
    with pytest.raises(NotJSON):
        parse(Body(b"1", complete=False))


@given(status=st.integers(300, 599), document=JSON)
def test_any_json_becomes_an_error(status: int, document: Any) -> None:
    error = _error(status, document)
    assert isinstance(error, FluxError)
    assert error.sentence()
    assert "\x1b" not in error.sentence()


@given(status=st.integers(300, 599), content=st.binary(max_size=300), complete=st.booleans())
def test_any_bytes_become_an_error(status: int, content: bytes, complete: bool) -> None:
    assert error_for(status, {}, Body(content, complete), "api.example").sentence()


@given(prefix=st.binary(max_size=60), suffix=st.binary(max_size=60))
def test_salvaging_never_fails(prefix: bytes, suffix: bytes) -> None:
    content = prefix + b'"loc": ["body", "a"], "msg": "b"' + suffix
    assert all(isinstance(problem, Problem) for problem in salvaged_problems(content, KeyFilter(())))


@given(st.lists(st.text(min_size=1), max_size=5), JSON)
def test_the_input_is_never_echoed(loc: list[str], other: Any) -> None:
    document = {
        "detail": [{"loc": loc, "msg": "wrong", "input": SECRET, "ctx": [SECRET, other]}],
        "input": SECRET,
    }
    error = _error(422, document)
    assert SECRET not in error.sentence()
    assert SECRET not in error.detail
