"""Takes request bodies in, bounded: small ones to memory, trainings to a file."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from starlette.requests import Request

from fluxtui.simulator.core.answers import AnswerError
from fluxtui.simulator.core.field_checks import RefusedError, problem, refusal
from fluxtui.simulator.core.private_files import create

MOST_BODY_BYTES = 128 * 2**20
MOST_TRAINING_BYTES = 1024 * 2**20
_WRITE_BYTES = 2 * 2**20


def _too_large() -> AnswerError:
    return AnswerError(413, "Request body too large")


def refused(problems: list[dict[str, Any]], body: Any) -> AnswerError:
    """Return the 422 for `problems`, which echoes the whole body."""
    return AnswerError(422, refusal(problems, body)["detail"])


async def json_object(request: Request) -> dict[str, Any]:
    """Read the body as a JSON object of at most 128 MiB. Raises AnswerError (413, 422)."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MOST_BODY_BYTES:
            raise _too_large()
    try:
        document = await asyncio.to_thread(json.loads, bytes(content))
    except (ValueError, RecursionError):
        found = problem("body", "json_invalid", "JSON decode error", error="Expecting value")
        raise refused([found], {}) from None
    if not isinstance(document, dict):
        message = "Input should be a valid dictionary or object to extract fields from"
        raise refused([problem("body", "model_attributes_type", message)], document)
    return document


async def body_to_file(request: Request, path: Path) -> None:
    """Write the body to `path` with flat memory. Raises AnswerError (413)."""
    waiting, total = bytearray(), 0
    with create(path) as file:
        async for chunk in request.stream():
            waiting += chunk
            total += len(chunk)
            if total > MOST_TRAINING_BYTES:
                raise _too_large()
            if len(waiting) >= _WRITE_BYTES:
                await asyncio.to_thread(file.write, bytes(waiting))
                waiting.clear()
        await asyncio.to_thread(file.write, bytes(waiting))


def as_answer(error: RefusedError, body: dict[str, Any]) -> AnswerError:
    """Return the 422 for what validation found."""
    return refused(error.problems, body)
