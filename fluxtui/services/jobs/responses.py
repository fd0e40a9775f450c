"""What a service answered about a job, as the journal keeps it: complete but for secrets and bulk."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from fluxtui.domain.jobs import Job
from fluxtui.domain.keys import without_keys
from fluxtui.domain.signatures import hosts_only
from fluxtui.domain.text import safe_text

_SECRET_NAME = re.compile(
    r"key|secret|token|passw|credential|authori[sz]ation|signature|cookie|webhook", re.IGNORECASE
)
_ENCODED = re.compile(r"[A-Za-z0-9+/_-]{200,}={0,2}")
_LONGEST_TEXT = 4_000
_BULK = 100_000
"""Characters of what nobody reads, such as a picture within an answer, and no search should go through."""
_MOST_MEMBERS = 200
_DEEPEST = 8

REMOVED = "(removed)"


def kept_response(job: Job, part: str, answer: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the response of a job with another part of it, or as it is if there is nothing to add.

    Args:
        job: whose response is known so far.
        part: `submission` or `result`.
        answer: what the service said, of any shape.
    """
    if not answer:
        return job.response
    return (job.response or {}) | {part: without_secrets(answer)}


def without_secrets(value: Any, depth: int = 0) -> Any:
    """Return a value out of JSON without keys, tokens and addresses, and without anything endless.

    Of an address only the host is kept: the rest of it may be signed. Texts and lists are cut.
    """
    if depth > _DEEPEST:
        return "(deeper)"
    if isinstance(value, Mapping):
        members = list(value.items())[:_MOST_MEMBERS]
        return {safe_text(str(name), limit=100): _member(str(name), item, depth) for name, item in members}
    if isinstance(value, list | tuple):
        return [without_secrets(item, depth + 1) for item in value[:_MOST_MEMBERS]]
    return _harmless(value) if isinstance(value, str) else value


def _member(name: str, value: Any, depth: int) -> Any:
    return REMOVED if _SECRET_NAME.search(name) and value is not None else without_secrets(value, depth + 1)


def _harmless(text: str) -> str:
    if len(text) > _BULK:
        return f"({len(text)} characters)"
    # Made harmless first: what is dropped then would hide a key or an address from the patterns.
    shown = without_keys(hosts_only(safe_text(text, newlines=True), _told), REMOVED)
    shown = _ENCODED.sub(lambda match: f"({len(match[0])} characters)", shown)
    if len(shown) > _LONGEST_TEXT:
        shown = f"{shown[:_LONGEST_TEXT]} … ({len(shown)} characters)"
    return shown


def _told(host: str | None) -> str:
    return f"(address at {host} removed)" if host else "(address removed)"
