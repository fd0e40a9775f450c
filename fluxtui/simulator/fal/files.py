"""Files that clients upload: their bytes on disk, what is known of them in the state."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from starlette.requests import Request

from fluxtui.simulator.core.bodies import body_to_file
from fluxtui.simulator.core.private_files import HeldDirectory, create, make_directory
from fluxtui.simulator.core.state import Record, StateStore

_KIND = "fal-upload"
_FOLDER = "fal-uploads"


class PartsError(Exception):
    """The parts of an upload do not make up a file; the text says why."""


@dataclass(slots=True)
class Upload:
    """One upload: its public name, who may write it (`token`), and how long it lives, in seconds.

    `lifetime` is None where the client set no expiry; `uploaded_at` is None until the bytes are there.
    `parts` holds the tags of a multipart upload by number.
    """

    id: str
    name: str
    content_type: str
    token: str
    lifetime: float | None
    multipart: bool = False
    uploaded_at: float | None = None
    size: int = 0
    parts: dict[str, str] = field(default_factory=dict)

    @property
    def expires_at(self) -> float | None:
        """When the file goes, None for no time set or not yet uploaded."""
        if self.lifetime is None or self.uploaded_at is None:
            return None
        return self.uploaded_at + self.lifetime

    def there(self, now: float) -> bool:
        """Say whether the file can be read."""
        return self.uploaded_at is not None and (self.expires_at is None or now < self.expires_at)

    def record(self) -> Record:
        """Return what to write into the state."""
        return (_KIND, self.id, asdict(self))


class Uploads:
    """All uploads of one simulator. Its methods run on one event loop; bytes move in threads."""

    def __init__(self, store: StateStore, state_directory: Path | None) -> None:
        """Use a folder in `state_directory`, or a temporary one that `close` deletes."""
        self._store = store
        self._temporary = HeldDirectory() if state_directory is None else None
        lasting = (state_directory or Path()) / _FOLDER
        self._folder = lasting if self._temporary is None else self._temporary.path
        make_directory(self._folder)
        self._known: dict[str, Upload] = {}
        for document in store.records(_KIND):
            upload = Upload(**document)
            self._known[upload.id] = upload

    async def begin(
        self, name: str, content_type: str, lifetime: float | None, *, multipart: bool = False
    ) -> Upload:
        """Make room for a file whose bytes will follow."""
        upload = Upload(
            secrets.token_hex(12), name, content_type, secrets.token_urlsafe(16), lifetime, multipart
        )
        self._known[upload.id] = upload
        await self._write(upload)
        return upload

    def known(self, upload_id: str) -> Upload | None:
        """Return an upload, whether its bytes are there or not."""
        return self._known.get(upload_id)

    async def take(self, upload: Upload, request: Request, now: float) -> None:
        """Read the body of `request` as the whole file. Raises AnswerError (413)."""
        await body_to_file(request, self._path(upload))
        await self._finish(upload, now)

    async def take_part(self, upload: Upload, number: int, request: Request) -> str:
        """Read the body of `request` as one part; return its tag. Raises AnswerError (413)."""
        path = self._path(upload, number)
        await body_to_file(request, path)
        upload.parts[str(number)] = tag = await asyncio.to_thread(_tag, path)
        await self._write(upload)
        return tag

    async def join(self, upload: Upload, parts: Sequence[Any], now: float) -> None:
        """Make the file of its parts, given as `partNumber` and `etag`. Raises PartsError."""
        numbers = []
        for part in parts:
            number = part.get("partNumber") if isinstance(part, dict) else None
            if upload.parts.get(str(number)) is None or upload.parts[str(number)] != part.get("etag"):
                raise PartsError(f"Part {number} was not uploaded as named")
            numbers.append(int(str(number)))
        if not numbers or numbers != list(range(1, len(numbers) + 1)):
            raise PartsError("The parts must be numbered from 1 and in order")
        await asyncio.to_thread(self._joined, upload, numbers)
        await self._finish(upload, now)

    def _joined(self, upload: Upload, numbers: list[int]) -> None:
        with create(self._path(upload)) as whole:
            for number in numbers:
                with self._path(upload, number).open("rb") as part:
                    shutil.copyfileobj(part, whole)
                self._path(upload, number).unlink()

    async def _finish(self, upload: Upload, now: float) -> None:
        upload.uploaded_at = now
        upload.size = (await asyncio.to_thread(self._path(upload).stat)).st_size
        await self._write(upload)

    async def content(self, upload: Upload) -> bytes:
        """Return the bytes of an upload that is there."""
        return await asyncio.to_thread(self._path(upload).read_bytes)

    async def sweep(self, now: float) -> None:
        """Delete what has expired."""
        for upload in list(self._known.values()):
            if upload.expires_at is not None and now >= upload.expires_at:
                del self._known[upload.id]
                await asyncio.to_thread(self._store.forget, _KIND, upload.id)
                await asyncio.to_thread(self._path(upload).unlink, missing_ok=True)

    async def clear(self) -> None:
        """Forget all uploads; the store is empty already."""
        self._known.clear()
        await asyncio.to_thread(self._empty)

    def _empty(self) -> None:
        for path in self._folder.iterdir():
            path.unlink()

    def close(self) -> None:
        """Delete the folder if it is a temporary one."""
        if self._temporary is not None:
            self._temporary.close()

    async def _write(self, upload: Upload) -> None:
        await asyncio.to_thread(self._store.save, [upload.record()])

    def _path(self, upload: Upload, part: int | None = None) -> Path:
        return self._folder / (upload.id if part is None else f"{upload.id}.{part}")


def _tag(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:32]
