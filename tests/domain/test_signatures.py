"""What is signed leaves every text that is shown or kept, in whatever form an address stands there."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fluxtui.api.shapes import detail_of
from fluxtui.cli.logs import redacted
from fluxtui.domain.signatures import hosts_only, without_signatures
from fluxtui.providers.logs import shown_log
from fluxtui.services.jobs.responses import without_secrets

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
SECRETS = st.text(LETTERS, min_size=24, max_size=60).map(lambda text: f"sEcReT{text}")
QUERIES = {
    "s3": "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA%2F20261130%2Fus-east-1%2Fs3%2Faws4_request"
    "&X-Amz-Date=20261130T100000Z&X-Amz-Expires=600&X-Amz-SignedHeaders=host&X-Amz-Signature={}",
    "s3 token": "X-Amz-Security-Token={}%2F%2B%3D%3D&X-Amz-Expires=600",
    "gcs": "X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Expires=900&X-Goog-Signature={}",
    "gcs old": "GoogleAccessId=a@b.iam.gserviceaccount.com&Expires=1700000000&Signature={}%2B%2F%3D",
    "azure": "sv=2022-11-02&st=2026-11-30T10%3A00%3A00Z&se=2026-11-30T10%3A10%3A00Z&sr=b&sp=r&sig={}%3D",
    "bfl": "se=2026-11-30T10%3A10%3A00Z&sp=r&sv=2024-11-04&sr=b&rsct=image/jpeg&sig={}%2B%3D",
    "cloudfront": "Expires=1700000000&Signature={}~-_&Key-Pair-Id=APKAEXAMPLE",
    "token": "token={}",
}
FORMS: dict[str, Callable[[str], str]] = {
    "whole": lambda query: f"https://delivery-eu1.example/results/a%20b/sample.jpeg?{query}",
    "fragment": lambda query: f"https://a.example/r#x?{query}",
    "no scheme": lambda query: f"delivery.example/p/sample.jpeg?{query}",
    "path": lambda query: f"GET /r?{query} HTTP/1.1",
    "encoded": lambda query: f"next={quote(f'https://a.example/p?{query}', safe='')}",
    "twice encoded": lambda query: quote(quote(f"https://a.example/p?{query}", safe=""), safe=""),
    "json": lambda query: json.dumps({"url": f"https://a.example/p?{query}"}).replace("/", "\\/"),
    "json of go": lambda query: f"https://a.example/p?{query}".replace("&", "\\u0026"),
    "html": lambda query: html.escape(f"<a href='https://a.example/p?{query}'>"),
    "pairs": lambda query: query,
    "encoded pairs": lambda query: quote(query, safe=""),
    "quoted": lambda query: f'"https://a.example/p?{query}", and more',
}
KEPT: dict[str, Callable[[str], object]] = {
    "one function": without_signatures,
    "hosts": lambda text: hosts_only(text, str),
    "error": lambda text: detail_of({"detail": text}),
    "response": lambda text: without_secrets({"note": text}),
    "log of a service": shown_log,
    "our log": redacted,
}


@pytest.mark.parametrize("kept", KEPT)
@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=30)
@given(secret=SECRETS, kind=st.sampled_from(sorted(QUERIES)), before=st.sampled_from(["", "see ", "(", "\n"]))
def test_no_signature_is_kept(kept: str, form: str, secret: str, kind: str, before: str) -> None:
    text = before + FORMS[form](QUERIES[kind].format(secret)) + " end"
    assert secret in text
    assert secret not in str(KEPT[kept](text))


@pytest.mark.parametrize(
    "text",
    [
        "https://replicate.com/account/billing#billing",
        "Is a token needed? Yes: see /docs.",
        "lr=0.0004, loss=0.12, tokens=77 at 50%|█████     | 5/10",
        "steps must be >= 100; is 5 = 5?",
        "key: value, policy of the moderation",
        "a/b/c.png and C:\\x",
    ],
)
def test_what_is_no_signature_stays(text: str) -> None:
    assert without_signatures(text) == text


def test_names_and_passwords_before_a_host_go() -> None:
    assert without_signatures("https://me:pass@a.example/p") == "https://a.example/p"


@given(text=st.text() | st.text("a:/?=&%3D\\.-@ ", max_size=400))
def test_any_text_is_taken_and_once_is_enough(text: str) -> None:
    once = without_signatures(text)
    assert without_signatures(once) == once


@pytest.mark.parametrize(
    "piece", ["a.", "http://", "?", "?a=", "token=", "%25", "\\", "x-amz-", "&amp;", "a"]
)
def test_long_repetitions_take_no_time(piece: str) -> None:
    # Quadratic work on this much would run into the limit of the tests.
    text = piece * (200_000 // len(piece))
    assert isinstance(without_signatures(text), str)


@pytest.mark.parametrize("unseen", ["\u200b", "\u00ad", "\x1b[1m", "\x00"])
def test_a_log_hides_neither_key_nor_address_behind_what_is_not_seen(unseen: str) -> None:
    told = shown_log(f"bfl_{unseen}0123456789abcdef\nhttps:/{unseen}/cdn.example/a?sig=SECRET1")
    assert told is not None
    assert "0123456789" not in told
    assert "SECRET1" not in told
