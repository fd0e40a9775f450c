"""Handing files to fal: the key goes to the host that names an address, the file goes there without it.

Source: fal's JavaScript client, `storage.ts` (2026-08). For the headers of the lifetime fal-client 1.0.3,
which sends both, and @fal-ai/client 1.10.1, which sends only the first; which of them counts here is not
documented, so both go (read 2026-11). Whoever has the address of an upload can read it, so each is told when
to vanish, and none has a name from here.
"""

from __future__ import annotations

import asyncio
import json
import mimetypes
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from fluxtui.api.attachments import Progress
from fluxtui.api.options import RequestOptions
from fluxtui.api.service import APIService
from fluxtui.domain.errors import UnexpectedAnswer
from fluxtui.providers.base import UploadMemory
from fluxtui.providers.files import sha256_of, unreadable
from fluxtui.providers.reading import as_mapping
from fluxtui.system.clock import utc_now
from fluxtui.system.dataclass import dataclass
from fluxtui.system.ordinary_files import open_ordinary

DATASET_LIFETIME = timedelta(days=7)
"""Of training archives and input pictures: longer than any queue and training take."""
LORA_LIFETIME = timedelta(days=30)
"""Of LoRAs that are generated with."""

_LIFECYCLE_HEADERS = ("X-Fal-Object-Lifecycle", "X-Fal-Object-Lifecycle-Preference")
_WHOLE_BYTES = 90 * 1024 * 1024
_PART_BYTES = 10 * 1024 * 1024
_STORAGE = {"storage_type": "fal-cdn-v3"}
_ZIP, _SAFETENSORS = "application/zip", "application/octet-stream"
_TYPES = {".zip": _ZIP, ".safetensors": _SAFETENSORS}


@dataclass(frozen=True)
class UploadTarget:
    """Where fal wants a file put, which is a secret, and where it can be fetched from then."""

    upload_url: str
    file_url: str

    def __repr__(self) -> str:
        return "UploadTarget(...)"

    def below(self, name: str) -> str:
        """Return the address of a part of the upload, its signature kept. Raises `UnexpectedAnswer`."""
        try:
            parts = urlsplit(self.upload_url)
        except ValueError:
            raise _no_place() from None
        return urlunsplit(parts._replace(path=f"{parts.path}/{name}"))


class FalUploads:
    """Uploads each file once, as long as fal keeps it.

    Args:
        api: of the profile.
        memory: knows what was uploaded before.
        progress: told of the bytes of each upload.
        whole_bytes: a file with more than so many bytes goes in parts.
        part_bytes: of each part but the last.
    """

    def __init__(
        self,
        api: APIService,
        memory: UploadMemory,
        progress: Progress | None,
        *,
        whole_bytes: int = _WHOLE_BYTES,
        part_bytes: int = _PART_BYTES,
    ) -> None:
        self._api, self._memory, self._progress = api, memory, progress
        self._whole_bytes, self._part_bytes = whole_bytes, part_bytes

    async def address_of(self, path: Path, lifetime: timedelta, *, sha256: str = "") -> str:
        """Return the address at fal of a file here, uploading it unless it is there for a while yet.

        Args:
            path: the file.
            lifetime: for how long fal keeps it.
            sha256: of it; reckoned where empty.

        Raises:
            StorageError: it cannot be read.
            ServiceError: it cannot be uploaded; nothing was billed.
        """
        digest = sha256 or await asyncio.to_thread(sha256_of, path)
        async with self._memory.turn(digest):
            known = await self._memory.known(digest)
            return known if known is not None else await self._uploaded(path, lifetime, digest)

    async def _uploaded(self, path: Path, lifetime: timedelta, digest: str) -> str:
        expires_at = utc_now() + lifetime
        suffix = path.suffix.lower()
        content_type = _TYPES.get(suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        size = await asyncio.to_thread(_size_of, path)
        in_parts = size > self._whole_bytes
        place = await self._place(f"{digest[:16]}{suffix}", content_type, lifetime, in_parts=in_parts)
        if in_parts:
            await self._put_parts(place, path, size, content_type)
        else:
            await self._api.upload(place.upload_url, path, content_type=content_type, progress=self._progress)
        await self._memory.remember(digest, place.file_url, expires_at)
        return place.file_url

    async def _place(
        self, name: str, content_type: str, lifetime: timedelta, *, in_parts: bool
    ) -> UploadTarget:
        answer = await self._api.post(
            f"/storage/upload/initiate{'-multipart' if in_parts else ''}",
            {"file_name": name, "content_type": content_type},
            RequestOptions("rest", _STORAGE, dict.fromkeys(_LIFECYCLE_HEADERS, _lifecycle(lifetime))),
            paid=False,
        )
        told = as_mapping(answer.data)
        upload_url, file_url = told.get("upload_url"), told.get("file_url")
        if not (isinstance(upload_url, str) and upload_url and isinstance(file_url, str) and file_url):
            raise _no_place()
        return UploadTarget(upload_url, file_url)

    async def _put_parts(self, place: UploadTarget, path: Path, size: int, content_type: str) -> None:
        parts: list[dict[str, Any]] = []
        for number, offset in enumerate(range(0, size, self._part_bytes), start=1):
            piece = await asyncio.to_thread(_piece, path, offset, self._part_bytes)
            answer = await self._api.upload(
                place.below(str(number)),
                piece,
                content_type=content_type,
                progress=self._shifted(offset, size),
            )
            tag = as_mapping(answer.data).get("etag") or answer.headers.get("etag")
            if not isinstance(tag, str) or not tag:
                raise UnexpectedAnswer("fal.ai did not confirm a part of the upload. Nothing was billed.")
            parts.append({"partNumber": number, "etag": tag})
        await self._api.upload(
            place.below("complete"),
            json.dumps({"parts": parts}).encode(),
            content_type="application/json",
            method="POST",
        )

    def _shifted(self, offset: int, size: int) -> Progress | None:
        progress = self._progress
        return None if progress is None else lambda done, _part: progress(offset + done, size)


def _no_place() -> UnexpectedAnswer:
    return UnexpectedAnswer("fal.ai named no place for the upload. Nothing was billed.")


def _lifecycle(lifetime: timedelta) -> str:
    return json.dumps({"expiration_duration_seconds": int(lifetime.total_seconds())})


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise unreadable(path, error) from None


def _piece(path: Path, offset: int, size: int) -> bytes:
    try:
        with open_ordinary(path) as file:
            file.seek(offset)
            return file.read(size)
    except OSError as error:
        raise unreadable(path, error) from None
