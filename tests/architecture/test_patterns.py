"""What looks for addresses and keys in texts of any length takes a time that grows with the length only."""

from __future__ import annotations

import re
import time

import pytest

from fluxtui import logs as own_logs
from fluxtui.api import shapes
from fluxtui.providers import logs as task_logs
from fluxtui.services.jobs import responses

# The log of a task, an answer, or a traceback may be as long.
LENGTH = 200_000
SECONDS = 5.0
"""Many times what it takes; looking from each letter took minutes."""
PATTERNS: dict[str, re.Pattern[str]] = {
    "address in a task's log": task_logs._ADDRESS,
    "address in an answer": responses._ADDRESS,
    "signed address in an error": shapes._SIGNED,
    "data in an error": shapes._EMBEDDED,
    "address in our log": own_logs._QUERY,
    "signature in our log": own_logs._SIGNATURE,
    "key in our log": own_logs._NAMED,
    "data in our log": own_logs._BASE64,
}
UNITS = ("a.", "a+", "x-amz-", "http://", "https://a", "data:a/", "sig", "x-key ", "A/", " ", "://", "1-")


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS)
def test_no_text_takes_long(pattern: re.Pattern[str]) -> None:
    for unit in UNITS:
        text = unit * (LENGTH // len(unit))
        begin = time.process_time()
        pattern.sub("", text)
        assert time.process_time() - begin < SECONDS, unit


@pytest.mark.parametrize(
    "text", ["x.http://h/p?sig=1", "1http://h/p?sig=1", f"{'a' * 99}http://h/p?sig=1", "_s3://h/p?sig=1"]
)
def test_an_address_is_found_wherever_it_begins(text: str) -> None:
    assert "sig" not in task_logs._ADDRESS.sub(r"\1", text)
    assert "sig" not in responses._ADDRESS.sub("", text)


def test_a_signed_address_is_found_behind_another() -> None:
    text = "http://a/http://b/c?sig=1"
    assert "sig" not in shapes._SIGNED.sub(r"\1", text)
    assert "sig" not in own_logs._QUERY.sub(r"\1", text)
    assert "secret" not in own_logs._SIGNATURE.sub("", "x-amz-x-amz-signature=secret")
