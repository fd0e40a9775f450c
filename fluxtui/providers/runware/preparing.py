"""The task that is ordered, under Runware's names; its pictures are in it. Nothing is uploaded before.

Source: the official client's generated types (runware-sdk 1.8.0), read 2026-12: a picture is given as an
address, an id, or base64, whose format Runware finds out by itself.
"""

from __future__ import annotations

import asyncio
import base64
import re
from pathlib import Path
from typing import Any

from fluxtui.domain.endpoint import Endpoint, Field, fields_of
from fluxtui.domain.errors import InvalidInput, PictureError
from fluxtui.providers.base import PreparedRequest
from fluxtui.providers.published import EXAMPLE_ADDRESS
from fluxtui.providers.runware.generation import LORA_SLOTS, RunwareGeneration
from fluxtui.providers.runware.tasks import TASK_ID, TASK_TYPE, task_id_of
from fluxtui.system.ordinary_files import read_ordinary

_WEB_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_WIRE_NAMES = {
    "prompt": "positivePrompt",
    "negative_prompt": "negativePrompt",
    "guidance": "CFGScale",
    "output_format": "outputFormat",
}


async def prepared_generation(request: RunwareGeneration, job_id: str) -> PreparedRequest:
    """Return a generation as the task that is ordered, under the id that follows from its job's.

    Raises:
        PictureError: a picture is gone or cannot be read.
        InvalidInput: the job has no id.
    """
    if not job_id:
        raise InvalidInput("The job has no id that its task could be found by; nothing was sent.")
    pictures = await asyncio.to_thread(_pictures, request)
    return PreparedRequest(request, body=_task(request, task_id_of(job_id), pictures))


def example_body(request: Endpoint) -> dict[str, Any]:
    """Return the task that an order would be, with `EXAMPLE_ADDRESS` in the place of pictures.

    Raises:
        InvalidInput: it does not generate here.
    """
    if not isinstance(request, RunwareGeneration):
        raise InvalidInput(f"{request.info.title} does not generate here.")
    pictures = [EXAMPLE_ADDRESS for name in request.input_fields() if request.given().get(name)]
    return _task(request, task_id_of(EXAMPLE_ADDRESS), pictures)


def _task(request: RunwareGeneration, task_id: str, pictures: list[str]) -> dict[str, Any]:
    values = request.wire()
    left_out = {*LORA_SLOTS, *LORA_SLOTS.values(), *request.input_fields()}
    named = {_WIRE_NAMES.get(name, name): value for name, value in values.items() if name not in left_out}
    loras = [
        {"model": values[name], "weight": values[weight]}
        for name, weight in LORA_SLOTS.items()
        if values.get(name)
    ]
    return {
        TASK_TYPE: "imageInference",
        TASK_ID: task_id,
        "model": request.model,
        **named,
        **({"lora": loras} if loras else {}),
        **({"inputs": {"referenceImages": pictures}} if pictures else {}),
        "numberResults": 1,
        "outputType": "URL",
        "deliveryMethod": "async",
        "includeCost": True,
    }


def _pictures(request: RunwareGeneration) -> list[str]:
    values = request.given()
    fields = {field.name: field for field in fields_of(type(request))}
    named = [fields[name] for name in request.input_fields() if values.get(name)]
    return [_picture(field, str(values[field.name])) for field in named]


def _picture(field: Field, value: str) -> str:
    if _WEB_ADDRESS.fullmatch(value):
        return value
    path = Path(value)
    if not path.is_file():
        raise PictureError(f"{field.title}: there is no file {path.name!r} any more. Nothing was sent.")
    try:
        return base64.b64encode(read_ordinary(path)).decode("ascii")
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise PictureError(
            f"{field.title}: {path.name!r} cannot be read: {reason}. Nothing was sent."
        ) from None
