"""Making a request ready to be ordered: uploads, and the body under fal's names. It all costs nothing.

Source: fal.ai API reference and the types of fal's JavaScript client, read 2026-11.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

from fluxtui.api.service import APIService
from fluxtui.domain.endpoint import Endpoint, Field, fields_of
from fluxtui.domain.errors import InvalidInput, PictureError, Problem
from fluxtui.domain.loras import LORAS
from fluxtui.providers.base import LoraSource, Materials, PreparedRequest
from fluxtui.providers.fal.generation import FalGeneration
from fluxtui.providers.fal.training import FalTraining
from fluxtui.providers.fal.uploads import DATASET_LIFETIME, LORA_LIFETIME, FalUploads
from fluxtui.providers.published import EXAMPLE_ADDRESS

_WEB_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)


async def prepared_training(api: APIService, request: FalTraining, materials: Materials) -> PreparedRequest:
    """Return a training whose archive is uploaded, to vanish after a week.

    Raises:
        InvalidInput: there is no archive.
        ServiceError: it cannot be uploaded.
    """
    if materials.archive is None:
        raise InvalidInput(f"{request.info.title} needs an archive of pictures; nothing was sent.")
    uploads = FalUploads(api, materials.uploads, materials.progress)
    address = await uploads.address_of(materials.archive, DATASET_LIFETIME, sha256=materials.archive_sha256)
    named, checkpoint = request.checkpoint, None
    if named is not None:
        source = materials.loras.get(named, LoraSource(name="The LoRA to go on with"))
        checkpoint = await _lora(uploads, request.checkpoint_field or "", source)
    body = request.with_files(address, checkpoint)
    return PreparedRequest(request, body=body, archive=materials.archive)


async def prepared_generation(
    api: APIService, request: FalGeneration, materials: Materials
) -> PreparedRequest:
    """Return a generation whose pictures and LoRAs are where fal can fetch them.

    Raises:
        PictureError: a picture is gone.
        InvalidInput: a LoRA is neither here nor at an address.
        ServiceError: something cannot be uploaded.
    """
    uploads = FalUploads(api, materials.uploads, materials.progress)
    pictures = await _pictures(uploads, request)
    loras = await _loras(uploads, request, materials)
    return PreparedRequest(request, body=request.with_files(pictures, loras))


def example_body(request: Endpoint) -> dict[str, Any]:
    """Return the body that an order would have, with `EXAMPLE_ADDRESS` where addresses would be.

    Raises:
        InvalidInput: it neither trains nor generates here.
    """
    if isinstance(request, FalTraining):
        return request.with_files(EXAMPLE_ADDRESS, EXAMPLE_ADDRESS if request.checkpoint else None)
    if not isinstance(request, FalGeneration):
        raise InvalidInput(f"{request.info.title} neither trains nor generates here.")
    pictures = dict.fromkeys(
        (name for name in request.input_fields() if request.given().get(name)), EXAMPLE_ADDRESS
    )
    finetunes = request.finetunes_named()
    return request.with_files(
        dict.fromkeys(pictures, EXAMPLE_ADDRESS), dict.fromkeys(finetunes, EXAMPLE_ADDRESS)
    )


async def _pictures(uploads: FalUploads, request: FalGeneration) -> dict[str, str]:
    values = request.given()
    fields = {field.name: field for field in fields_of(type(request))}
    named = [fields[name] for name in request.input_fields() if values.get(name)]
    return {field.name: await _picture(uploads, field, str(values[field.name])) for field in named}


async def _picture(uploads: FalUploads, field: Field, value: str) -> str:
    if _WEB_ADDRESS.fullmatch(value):
        return value
    path = Path(value)
    if not await asyncio.to_thread(path.is_file):
        raise PictureError(f"{field.title}: there is no file {path.name!r} any more. Nothing was sent.")
    return await uploads.address_of(path, DATASET_LIFETIME)


async def _loras(uploads: FalUploads, request: FalGeneration, materials: Materials) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in request.finetunes_named():
        if name not in found:
            source = materials.loras.get(name, LoraSource(name="The LoRA"))
            found[name] = await _lora(uploads, LORAS, source)
    return found


async def _lora(uploads: FalUploads, field: str, source: LoraSource) -> str:
    """Return where fal can fetch a LoRA: the file here goes before an address, which may have died."""
    if source.path is not None:
        return await uploads.address_of(source.path, LORA_LIFETIME, sha256=source.sha256)
    if source.url is not None:
        return source.url
    reason = f"{source.name} is neither here nor at an address that fal.ai could fetch it from"
    raise InvalidInput("Nothing was sent.", (Problem(field, reason, whole=True),))
