"""What looks for addresses and keys in texts of any length takes a time that grows with the length only."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from fluxtui.api import shapes
from fluxtui.cli import logs as own_logs
from fluxtui.domain.keys import key_filter, searched_for, without_keys
from fluxtui.domain.signatures import hosts_only, without_signatures
from fluxtui.services.jobs.responses import without_secrets

# The log of a task, an answer, or a traceback may be as long.
LENGTH = 200_000
SECONDS = 5.0
"""Many times what it takes; looking from each letter took minutes."""
KEYS = key_filter(
    searched_for(["bfl_0123456789abcdef", "0a1b2c3d-0000-4000-8000-0123456789ab:abcdef0123456789"])
)
WAYS: dict[str, Callable[[str], object]] = {
    "signatures": without_signatures,
    "addresses": lambda text: hosts_only(text, lambda host: host or "data"),
    "keys by their form": lambda text: without_keys(text, "(key)"),
    "keys in use": KEYS.without,
    "answers": lambda text: without_secrets(text),
    "data in an error": lambda text: shapes._EMBEDDED.sub("", text),
    "keys in our log": lambda text: own_logs._NAMED.sub("", text),
    "data in our log": lambda text: own_logs._BASE64.sub("", text),
}
UNITS = (
    *("a.", "a+", "x-amz-", "http://", "https://a", "data:a/", "sig", "x-key ", "A/", " ", "://", "1-"),
    *("token=", "?sig", "%3F", "&amp;", "a@", "\\/", "bfl_", "%25"),
)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_no_text_takes_long(way: Callable[[str], object]) -> None:
    for unit in UNITS:
        text = unit * (LENGTH // len(unit))
        begin = time.process_time()
        way(text)
        assert time.process_time() - begin < SECONDS, unit


@pytest.mark.parametrize(
    "text",
    [
        *("x.http://h/p?sig=1", "1http://h/p?sig=1", "_s3://h/p?sig=1", "http://a/http://b/c?sig=1"),
        *(
            "ähttps://h/p?sig=1",
            f"{'a' * 99}http://h/p?sig=1",
            "https://user:1@host/p",
            "x-amz-x-amz-signature=1",
        ),
    ],
)
def test_an_address_is_found_wherever_it_begins(text: str) -> None:
    assert "1" not in without_signatures(text).removeprefix("1http")
    assert "sig=1" not in hosts_only(text, lambda host: host or "")
