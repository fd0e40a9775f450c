"""Uploaded files: kept for a day, and found again when a job's input names them."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import io
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from fluxtui.simulator.core.clock import Clock
from fluxtui.simulator.core.private_files import HeldDirectory, make_directory
from fluxtui.simulator.core.state import StateStore
from fluxtui.simulator.replicate import problems
from fluxtui.simulator.replicate.keys import FILES_SECRET
from fluxtui.simulator.replicate.members import Member

_DIRECTORY = "replicate-files"
_CHUNK = 2**20


class FileStore:
    """Files by id, below the state directory or in a temporary one of its own."""

    def __init__(self, state_directory: Path | None) -> None:
        self._temporary = HeldDirectory() if state_directory is None else None
        self._directory = (
            self._temporary.path if self._temporary else (state_directory or Path()) / _DIRECTORY
        )
        make_directory(self._directory)

    def place(self, file_id: str) -> Path:
        """Return where the content of a file lies or will lie."""
        return self._directory / file_id

    def digests(self, file_id: str) -> tuple[int, str, str]:
        """Return the size in bytes, the SHA-256 and the MD5 of a file, both in hexadecimal."""
        sha256, md5, size = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
        with self.place(file_id).open("rb") as file:
            while chunk := file.read(_CHUNK):
                size += len(chunk)
                sha256.update(chunk)
                md5.update(chunk)
        return size, sha256.hexdigest(), md5.hexdigest()

    def forget(self, file_id: str) -> None:
        """Delete a file's content where there is any."""
        self.place(file_id).unlink(missing_ok=True)

    def clear(self) -> None:
        """Delete everything."""
        shutil.rmtree(self._directory, ignore_errors=True)
        make_directory(self._directory)

    def close(self) -> None:
        """Delete the contents that are not to survive."""
        if self._temporary is not None:
            self._temporary.close()


LIFE_SECONDS = 24 * 3600.0
_KIND = "replicate-file"

Elsewhere = Callable[[str], Awaitable[bytes | None]]
"""Looks an address up on the simulator's other ports; None where nothing is."""


class MissingInputError(Exception):
    """A file cannot be had; the job fails with the text as its `error`."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One upload: its facts, and whose it is. Times are seconds since the epoch, `size` is bytes."""

    id: str
    key_name: str
    name: str
    content_type: str
    size: int
    sha256: str
    md5: str
    metadata: dict[str, Any]
    created_at: float
    number: int = 0

    @property
    def expires_at(self) -> float:
        """When the file is gone."""
        return self.created_at + LIFE_SECONDS

    def document(self) -> dict[str, Any]:
        """Return the file's facts as JSON-ready data."""
        return asdict(self)


class Uploads:
    """All uploads: what is known of each in the state, their contents on disk. `secret` signs addresses."""

    def __init__(
        self, store: StateStore, contents: FileStore, clock: Clock, secret: str = FILES_SECRET
    ) -> None:
        self.contents = contents
        self._secret = secret
        self._store, self._clock = store, clock
        self._files: dict[str, StoredFile] = {}
        self.load()

    def load(self) -> None:
        """Read the state anew."""
        files = [StoredFile(**document) for document in self._store.records(_KIND)]
        self._files = {file.id: file for file in files}

    def next_number(self) -> int:
        """Return the place of the next file in the order in which they came."""
        return max((file.number for file in self._files.values()), default=0) + 1

    def alive(self, file: StoredFile) -> bool:
        """Say whether a file still exists."""
        return file.id in self._files and self._clock() < file.expires_at

    def of(self, member: Member) -> list[StoredFile]:
        """Return a member's files, oldest first."""
        return [file for file in self._files.values() if file.key_name == member.name and self.alive(file)]

    def file(self, member: Member, file_id: str) -> StoredFile:
        """Return a file of the member. Raises ProblemError (404)."""
        found = self._files.get(file_id)
        if found is None or found.key_name != member.name or not self.alive(found):
            raise problems.not_found()
        return found

    def signed(self, file_id: str, owner: str, expiry: str, signature: str) -> StoredFile:
        """Return the file that a signed address gives to anybody. Raises ProblemError (404)."""
        found = self._files.get(file_id)
        right = download_signature(owner, file_id, expiry, self._secret)
        if found is None or not hmac.compare_digest(right.encode(), signature.encode()):
            raise problems.not_found()
        if not self.alive(found) or not expiry.isdecimal() or self._clock() >= int(expiry):
            raise problems.not_found()
        return found

    async def add(self, file: StoredFile) -> None:
        """Keep a file whose content lies at its place, and let go of those that have expired."""
        self._files[file.id] = file
        await asyncio.to_thread(self._store.save, [(_KIND, file.id, file.document())])
        for old in [kept for kept in self._files.values() if not self.alive(kept)]:
            await self.delete(old)

    async def delete(self, file: StoredFile) -> None:
        """Delete a file."""
        del self._files[file.id]
        await asyncio.to_thread(self.contents.forget, file.id)
        await asyncio.to_thread(self._store.forget, _KIND, file.id)

    def named(self, member: Member, url: str, api: str) -> StoredFile | None:
        """Return the member's file that `url` on the host `api` names, if it still exists."""
        parts = urlsplit(url)
        steps = parts.path.strip("/").split("/")
        if f"{parts.scheme}://{parts.netloc}" != api or steps[:2] != ["v1", "files"] or len(steps) < 3:
            return None
        found = self._files.get(steps[2])
        mine = found is not None and found.key_name == member.name and self.alive(found)
        return found if mine else None

    async def opened(self, member: Member, url: str, api: str, elsewhere: Elsewhere) -> BinaryIO:
        """Open what an input names for reading: an upload, a data address, or what the simulator serves.

        Raises MissingInputError.
        """
        if url.startswith("data:"):
            return io.BytesIO(_decoded(url))
        found = self.named(member, url, api)
        if found is not None:
            return _opened(self.contents.place(found.id))
        content = await elsewhere(url)
        if content is None:
            raise not_downloaded(urlsplit(url).path)
        return io.BytesIO(content)


def not_downloaded(path: str) -> MissingInputError:
    """Say that nothing is at the `path` of an address."""
    return MissingInputError(f"Failed to download the file at {path}: 404 Not Found")


def download_signature(owner: str, file_id: str, expiry: str, secret: str = FILES_SECRET) -> str:
    """Return the `signature` that a keyless download needs: base64 of an HMAC-SHA256."""
    text = f"{owner} {file_id} {expiry}".encode()
    return base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest()).decode()


def _opened(place: Path) -> BinaryIO:
    return place.open("rb")


def _decoded(url: str) -> bytes:
    head, _, text = url.partition(",")
    try:
        if not head.endswith(";base64"):
            raise ValueError("no base64")
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise MissingInputError("Failed to read the data URL: it is not base64") from None
