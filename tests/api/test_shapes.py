from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxtui.api.shapes import detail_of, fault_of, kind_of, problems_of
from fluxtui.domain.errors import Problem

FAL_KEY = "01234567-89ab-cdef-0123-456789abcdef:0123456789abcdef0123456789abcdef"
MODEL_ERROR = {
    "detail": [
        {
            "loc": ["body", "steps"],
            "msg": "Input should be greater than or equal to 100",
            "type": "greater_than_equal",
            "url": "https://docs.fal.ai/errors#greater_than_equal",
            "ctx": {"ge": 100},
            "input": 5,
        }
    ]
}
GATEWAY_ERROR = {"detail": "Runner disconnected", "error_type": "runner_disconnected"}
PLATFORM_ERROR = {
    "error": {
        "type": "validation_error",
        "message": "endpoint_id is unknown",
        "docs_url": "https://docs.fal.ai",
        "request_id": "1",
    }
}
REPLICATE_ERROR = {
    "title": "Input validation failed",
    "detail": "- input: prompt is required\n",
    "status": 422,
    "invalid_fields": [
        {"type": "required", "field": "input", "description": "prompt is required"},
        {"type": "number_lte", "field": "input.num_outputs", "description": "Must be at most 4"},
        {"type": "additional_property_not_allowed", "field": "", "description": "extra is not allowed"},
    ],
}
RUNWARE_ERROR = {
    "data": [],
    "errors": [
        {
            "code": "unsupportedParameter",
            "message": "Unsupported use of 'acceleration' parameter.",
            "parameter": "acceleration",
            "taskType": "imageInference",
            "taskUUID": "6dd7f0d1-e8bd-4dfb-b7c4-918569628ba3",
        },
        {"code": "invalidLoraModel", "message": "They clash.", "parameter": ["lora", "model", 7]},
        {"code": "unnamed", "parameter": "seed"},
        "x",
    ],
}


@pytest.mark.parametrize(
    ("body", "detail", "kind", "problems"),
    [
        (
            RUNWARE_ERROR,
            "",
            "unsupportedParameter",
            (
                Problem("acceleration", "Unsupported use of 'acceleration' parameter."),
                Problem("lora, model", "They clash."),
            ),
        ),
        (
            {"errors": [{"code": "insufficientCredits", "message": " Insufficient credits. "}]},
            "Insufficient credits.",
            "insufficientCredits",
            (),
        ),
        (
            MODEL_ERROR,
            "",
            "greater_than_equal",
            (Problem("steps", "Input should be greater than or equal to 100"),),
        ),
        (GATEWAY_ERROR, "Runner disconnected", "runner_disconnected", ()),
        (PLATFORM_ERROR, "endpoint_id is unknown", "validation_error", ()),
        (
            REPLICATE_ERROR,
            "- input: prompt is required",
            "Input validation failed",
            (
                Problem("", "prompt is required"),
                Problem("num_outputs", "Must be at most 4"),
                Problem("", "extra is not allowed"),
            ),
        ),
        ({"title": "Insufficient credit", "status": 402}, "Insufficient credit", "Insufficient credit", ()),
        (
            {"detail": "The destination does not exist", "status": 404},
            "The destination does not exist",
            "",
            (),
        ),
        (None, "", "", ()),
        (["detail"], "", "", ()),
    ],
)
def test_each_service_is_understood(
    body: object, detail: str, kind: str, problems: tuple[Problem, ...]
) -> None:
    fault = fault_of(body, {})
    assert (fault.detail, fault.kind, fault.problems) == (detail, kind, problems)


def test_the_words_are_the_sentence_or_the_first_reason() -> None:
    assert fault_of(GATEWAY_ERROR, {}).words == "Runner disconnected"
    assert fault_of(MODEL_ERROR, {}).words == "steps: Input should be greater than or equal to 100"
    assert fault_of({}, {}).words == ""


def test_the_kind_of_the_body_counts_more_than_the_headers() -> None:
    headers = {"x-fal-error-type": "internal_error"}
    assert kind_of(GATEWAY_ERROR, headers) == "runner_disconnected"
    assert kind_of({"detail": "x"}, headers) == "internal_error"
    assert kind_of(None, headers) == "internal_error"
    assert kind_of(MODEL_ERROR, headers) == "internal_error"


def test_kinds_are_harmless_and_short() -> None:
    kind = kind_of({"error_type": "a\x1b[31m\u202eb" + "c" * 9000}, {})
    assert kind.startswith("abc")
    assert len(kind) == 60


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Cannot fetch https://a.example/b.zip?sig=s1gn now", "Cannot fetch https://a.example/b.zip?… now"),
        (
            "See https://replicate.com/account/billing#billing",
            "See https://replicate.com/account/billing#billing",
        ),
        ("data:image/png;base64,AAAA is no picture", "data:image/… is no picture"),
        (f"Key {FAL_KEY} is unknown", "Key (key) is unknown"),
        ("Token r8_0123456789abcdef is unknown", "Token (key) is unknown"),
    ],
)
def test_no_secret_is_told(said: str, told: str) -> None:
    assert detail_of({"detail": said}) == told
    assert problems_of({"detail": [{"loc": ["body", "x"], "msg": said}]}) == (Problem("x", told),)
    described = {"invalid_fields": [{"field": "input.x", "description": said}]}
    assert problems_of(described) == (Problem("x", told),)
    assert problems_of({"errors": [{"parameter": "x", "message": said}]}) == (Problem("x", told),)
    assert detail_of({"errors": [{"message": said}]}) == told


def test_many_named_problems_are_cut() -> None:
    assert len(problems_of({"invalid_fields": [{"field": "", "description": "d"}] * 500})) == 20


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda children: (
        st.lists(children, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["detail", "error", "type", "title", "retry_after", "invalid_fields", "field", "errors"]
            ),
            children,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(document=JSON, headers=st.dictionaries(st.just("x-fal-error-type"), st.text()))
def test_any_json_is_read(document: Any, headers: dict[str, str]) -> None:
    fault = fault_of(document, headers)
    assert len(fault.kind) <= 60
    assert len(fault.detail) <= 300
    assert fault.retry_after is None or fault.retry_after >= 0


@pytest.mark.parametrize("unseen", ["\u200b", "\u00ad", "\x1b[1m", "\x00"])
def test_what_is_not_seen_hides_neither_key_nor_signed_address(unseen: str) -> None:
    told = detail_of(
        {"detail": f"key bfl_{unseen}0123456789abcdef at https:/{unseen}/cdn.example/a?sig=SECRET1"}
    )
    assert "0123456789" not in told
    assert "SECRET1" not in told
