"""Requests as BFL wants them: only what is set, pictures as base64."""

from __future__ import annotations

import asyncio
import base64
import re
from pathlib import Path
from typing import Any

from fluxtui.domain.endpoint import Control, Endpoint, Field, fields_of
from fluxtui.domain.errors import PictureError
from fluxtui.system.ordinary_files import read_ordinary

_WEB_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)


async def body_of(request: Endpoint) -> dict[str, Any]:
    """Return the JSON body of a request; pictures are read and encoded in a thread.

    Parameters without a value are left out: the service refuses some of them as null or 0.

    Raises:
        PictureError: a picture cannot be read; nothing was sent.
    """
    values = request.given()
    pictures = [field for field in fields_of(type(request)) if field.name in values and _is_picture(field)]
    if pictures:
        values |= await asyncio.to_thread(_encoded_fields, pictures, values)
    return values


def example_body(request: Endpoint) -> dict[str, Any]:
    """Return the same body with the name of a picture in the place of what is in it; nothing is read."""
    return request.given()


def _is_picture(field: Field) -> bool:
    return field.control in (Control.PICTURE, Control.PICTURES)


def _encoded_fields(pictures: list[Field], values: dict[str, Any]) -> dict[str, Any]:
    return {field.name: _encoded_value(field, values[field.name]) for field in pictures}


def _encoded_value(field: Field, value: Any) -> Any:
    if isinstance(value, list):
        return [_encoded_picture(field, str(item)) for item in value]
    return _encoded_picture(field, str(value))


def _encoded_picture(field: Field, value: str) -> str:
    if _WEB_ADDRESS.fullmatch(value):
        if field.urls:
            return value
        raise PictureError(f"{field.title} must be a file here; this endpoint takes no addresses.")
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
