"""Handing files to Replicate, which keeps them for a day.

Source: replicate-python (tests/cassettes), read 2026-11.
"""

from __future__ import annotations

import asyncio
import hashlib
import mimetypes
from datetime import timedelta
from pathlib import Path

from fluxtui.api.attachments import Progress
from fluxtui.api.service import APIService
from fluxtui.domain.errors import UnexpectedAnswer
from fluxtui.providers.base import UploadMemory
from fluxtui.providers.files import sha256_of
from fluxtui.providers.reading import as_mapping, as_moment
from fluxtui.system.clock import utc_now

KEPT_FOR = timedelta(hours=24)
"""For how long Replicate keeps an upload that does not say when it expires."""


class ReplicateUploads:
    """Uploads each file once, as long as Replicate keeps it.

    Args:
        api: of the profile.
        memory: knows what was uploaded before.
        progress: told of the bytes of each upload.
    """

    def __init__(self, api: APIService, memory: UploadMemory, progress: Progress | None) -> None:
        self._api, self._memory, self._progress = api, memory, progress

    async def address_of(self, path: Path, *, sha256: str = "", called: str = "") -> str:
        """Return the address at Replicate of a file here, uploading it unless it is there already.

        Args:
            path: the file.
            sha256: of it; reckoned where empty.
            called: what Replicate is told it is called; its own name where empty. Lost trainings are known
                again by it, so under another name a file is uploaded once more.

        Raises:
            StorageError: it cannot be read.
            ServiceError: it cannot be uploaded; nothing was billed.
        """
        digest = sha256 or await asyncio.to_thread(sha256_of, path)
        if called:
            digest = hashlib.sha256(f"{digest} {called}".encode()).hexdigest()
        async with self._memory.turn(digest):
            known = await self._memory.known(digest)
            return known if known is not None else await self._uploaded(path, digest, called)

    async def _uploaded(self, path: Path, digest: str, called: str) -> str:
        answer = await self._api.post_file(
            "/v1/files",
            field="content",
            file=path,
            filename=called or path.name,
            content_type=mimetypes.guess_type(path.name)[0] or "application/octet-stream",
            progress=self._progress,
        )
        told = as_mapping(answer.data)
        address = as_mapping(told.get("urls")).get("get")
        if not isinstance(address, str) or not address:
            raise UnexpectedAnswer("Replicate took the file and named no address for it. Nothing was billed.")
        expires_at = as_moment(told.get("expires_at")) or utc_now() + KEPT_FOR
        await self._memory.remember(digest, address, expires_at)
        return address
