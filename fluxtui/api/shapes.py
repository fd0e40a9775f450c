"""What services say about a failure, each in its own shape: a sentence, fields with reasons, a kind.

- BFL and fal.ai's models: `{"detail": [{"loc", "msg", "type"}]}`; `input` and `ctx` echo the request,
  megabytes of base64, and are never looked at.
- fal.ai's gateway: `{"detail": "...", "error_type": "..."}`, or the header X-Fal-Error-Type.
- fal.ai's platform: `{"error": {"type", "message"}}`.
- Replicate: `{"title", "detail", "invalid_fields": [{"type", "field", "description"}]}`.
- Runware: `{"errors": [{"code", "message", "parameter", "taskType", "taskUUID"}]}`, where the parameter can
  be a list of names.

Sources: BFL API reference, fal.ai error reference and platform API reference, Replicate HTTP reference, read
2026-11; Runware's page on errors and runware-sdk 1.8.0, read 2026-12. Whatever text is taken over is made
safe and short, and loses keys and the signatures of addresses.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from fluxtui.api.retries import retry_after, told_now
from fluxtui.domain.errors import Problem
from fluxtui.domain.keys import REMOVED_KEY, KeyFilter, without_keys
from fluxtui.domain.signatures import without_signatures
from fluxtui.domain.text import safe_text, shorten
from fluxtui.system.dataclass import dataclass

MOST_PROBLEMS = 20
_FIELD_LENGTH, _REASON_LENGTH, _DETAIL_LENGTH, _KIND_LENGTH = 60, 200, 300, 60
_LOOKED_AT = 2_000
_LONGEST_WISH = 1e9
_SALVAGE_BYTES = 64 * 1024
_PLACES = frozenset({"body", "query", "path", "header"})
_LOC_AND_MSG = re.compile(rb'"loc"\s*:\s*(\[[^\[\]]{0,400}\])\s*,\s*"msg"\s*:\s*("(?:[^"\\]|\\.){0,1000}")')
_EMBEDDED = re.compile(r"\b(data:[a-z]+/)[^\s\"'<>]+", re.IGNORECASE)


@dataclass(frozen=True)
class FailureDetails:
    """What a failure's body and headers say.

    Attributes:
        detail: a sentence, or an empty string.
        kind: the service's own machine-readable name of the failure, or an empty string.
        problems: fields and reasons.
        retry_after: the service's wish in seconds.
        faulted: whether a failure with such problems can be a fault of the service's own, by its HTTP status.
    """

    detail: str
    kind: str
    problems: tuple[Problem, ...]
    retry_after: float | None
    faulted: bool = False

    @property
    def words(self) -> str:
        """The sentence, or the first reason where there is none."""
        return self.detail or next((problem.sentence() for problem in self.problems), "")


def fault_of(data: Any, headers: Mapping[str, str]) -> FailureDetails:
    """Return what is said by the parsed body of a failure (None if unreadable) and its lower-case headers."""
    problems, kind = problems_of(data), kind_of(data, headers)
    # Runware names a parameter of whatever went wrong; the others only do of what a check found.
    faulted = not problems or bool(_items(data, "errors"))
    return FailureDetails(detail_of(data), kind, problems, _wish(data, headers), faulted)


def detail_of(data: Any) -> str:
    """Return the sentence in an error's body, safe and short, or an empty string."""
    if not isinstance(data, dict):
        return ""
    for name in ("detail", "message", "error", "title"):
        value = data.get(name)
        if isinstance(value, dict):
            value = value.get("message")
        if isinstance(value, str):
            return _told(value.strip(), _DETAIL_LENGTH)
    messages = (item.get("message") for item in _items(data, "errors") if not item.get("parameter"))
    return next((_told(said.strip(), _DETAIL_LENGTH) for said in messages if isinstance(said, str)), "")


def kind_of(data: Any, headers: Mapping[str, str]) -> str:
    """Return the service's machine-readable name of a failure, safe and short, or an empty string."""
    body = data if isinstance(data, dict) else {}
    error = body.get("error")
    first = next((item for item in _items(body, "detail")), {})
    candidates = (
        body.get("error_type"),
        headers.get("x-fal-error-type"),
        first.get("type"),
        error.get("type") if isinstance(error, dict) else None,
        body.get("title"),
        next((item for item in _items(body, "errors")), {}).get("code"),
    )
    named = next((value.strip() for value in candidates if isinstance(value, str) and value.strip()), "")
    return _told(named, _KIND_LENGTH)


def problems_of(data: Any) -> tuple[Problem, ...]:
    """Return the fields and reasons of a refusal, without what the service echoes of the request."""
    body = data if isinstance(data, dict) else {}
    found = [_problem(item.get("loc"), item.get("msg")) for item in _items(body, "detail")]
    found += [_named_problem(item) for item in _items(body, "invalid_fields")]
    found += [_parameter_problem(item) for item in _items(body, "errors") if item.get("parameter")]
    return tuple(problem for problem in found if problem is not None)[:MOST_PROBLEMS]


def salvaged_problems(content: bytes, keys: KeyFilter) -> tuple[Problem, ...]:
    """Return what can be read of a refusal that was too large to be read whole, without the keys in use."""
    found = []
    for loc, message in _LOC_AND_MSG.findall(content[:_SALVAGE_BYTES])[:MOST_PROBLEMS]:
        try:
            problem = _problem(keys.cleaned(json.loads(loc)), keys.cleaned(json.loads(message)))
        except ValueError:
            continue
        if problem is not None:
            found.append(problem)
    return tuple(found)


def _items(body: Any, name: str) -> list[Mapping[str, Any]]:
    value = body.get(name) if isinstance(body, dict) else None
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _problem(loc: Any, message: Any) -> Problem | None:
    if not isinstance(message, str):
        return None
    parts = [part for part in loc if isinstance(part, str | int)] if isinstance(loc, list) else []
    if parts and parts[0] in _PLACES:
        parts = parts[1:]
    field = ".".join(safe_text(part, limit=_FIELD_LENGTH) for part in parts[:5])
    reason = _told(message.removeprefix("Value error, ").strip(), _REASON_LENGTH)
    return Problem(safe_text(field, limit=_FIELD_LENGTH), reason)


def _named_problem(item: Mapping[str, Any]) -> Problem | None:
    """Return a problem of Replicate, whose fields are called `input` for the whole and `input.steps`."""
    field, description = item.get("field"), item.get("description")
    if not isinstance(description, str):
        return None
    name = field if isinstance(field, str) else ""
    name = "" if name == "input" else name.removeprefix("input.")
    return Problem(safe_text(name, limit=_FIELD_LENGTH), _told(description.strip(), _REASON_LENGTH))


def _parameter_problem(item: Mapping[str, Any]) -> Problem | None:
    """Return a problem of Runware, which names one parameter or, where they clash, several."""
    named, message = item.get("parameter"), item.get("message")
    if not isinstance(message, str):
        return None
    names = [name for name in (named if isinstance(named, list) else [named]) if isinstance(name, str)]
    field = ", ".join(safe_text(name, limit=_FIELD_LENGTH) for name in names[:5])
    return Problem(safe_text(field, limit=_FIELD_LENGTH), _told(message.strip(), _REASON_LENGTH))


def _wish(data: Any, headers: Mapping[str, str]) -> float | None:
    header = retry_after(headers.get("retry-after"), told_now(headers))
    if header is not None:
        return header
    # Replicate names the seconds in the body and sends no header (seen in 2026).
    value = data.get("retry_after") if isinstance(data, dict) else None
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if 0 <= value < _LONGEST_WISH else None


def _told(text: str, limit: int) -> str:
    # Made harmless first: what is dropped then would hide a key or an address from the patterns.
    unsigned = without_signatures(_EMBEDDED.sub(r"\1…", safe_text(text[:_LOOKED_AT])))
    return shorten(without_keys(unsigned, REMOVED_KEY), limit)
