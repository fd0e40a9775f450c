"""Fetches the picture of a job and holds it until it is safe, whatever the data directory does meanwhile."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fluxtui.domain.errors import PictureError, StorageError, UnexpectedAnswer
from fluxtui.domain.jobs import Job
from fluxtui.services.jobs.context import JobContext
from fluxtui.services.storage.files import storage_fault
from fluxtui.services.threads import new_file

if TYPE_CHECKING:
    from fluxtui.services.pictures import Recipe

_log = logging.getLogger(__name__)

EXTENSIONS: Mapping[str, str] = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
"""Extensions by Pillow's names of the formats that services deliver."""


@dataclass(frozen=True)
class PictureFacts:
    """What a file is that was decoded completely: Pillow's format, pixels, bytes, hash."""

    format: str
    width: int
    height: int
    size: int
    sha256: str


class Delivery:
    """The picture of one job, from the service to its place.

    Each step is done once: what was fetched and checked is held, in the data directory or, if that takes
    nothing, in the system's directory for temporary files, until it is in its place.

    Attributes:
        facts: of the picture, once it is here.
        placed: where it is for good, once it is there.
        seed: that it was made with, where known.
        remark: why the recipe could not be written into it, or an empty string.
        told: what the service said of it that the user should know, or an empty string.
    """

    def __init__(self, context: JobContext) -> None:
        self._context = context
        self._path: Path | None = None
        self.facts: PictureFacts | None = None
        self.placed: Path | None = None
        self.seed: int | None = None
        self.remark = ""
        self.told = ""
        self._tells_recipe = False

    async def fetch(self, job: Job, url: str) -> PictureFacts:
        """Fetch and check the picture, unless it is here already.

        Raises:
            ResultExpired: and other `ServiceError`s, if it cannot be fetched.
            UnexpectedAnswer: what came is not a complete picture.
            StorageError: there is no room for it anywhere.
        """
        if self.facts is None:
            path = await self._downloaded(job, url)
            try:
                self.facts = await asyncio.to_thread(facts_of, path)
            except BaseException:
                _remove(path)
                raise
            self._path = path
        return self.facts

    def checked(self) -> PictureFacts:
        """Return what the picture is that was fetched."""
        if self.facts is None:
            raise RuntimeError("there is no picture yet")
        return self.facts

    async def tell_recipe(self, recipe: Recipe) -> None:
        """Write the recipe into the picture; where that fails it stays as it came, and `remark` says why."""
        if self._tells_recipe or self._path is None:
            return
        self.remark = ""
        try:
            await asyncio.to_thread(self._tell_recipe, self._path, recipe)
        except (PictureError, UnexpectedAnswer, StorageError) as error:
            self.remark = error.message
            _log.warning("a picture is saved without its recipe: %s", error.message)
            # A disk may be usable at the next try, the picture is always the same.
            self._tells_recipe = not isinstance(error, StorageError)
        else:
            self._tells_recipe = True

    async def put(self, final: Path) -> Path:
        """Bring the picture to its place and return where that is. Raises `StorageError`."""
        if self.placed is None:
            self.placed = await asyncio.to_thread(self._put, final)
        return self.placed

    async def drop(self) -> None:
        """Delete the picture that was fetched: it is in its place already."""
        if self._path is not None:
            await asyncio.to_thread(_remove, self._path)
            self._path = None

    def leave(self, job: Job) -> None:
        """Note where a picture is that could not be brought to its place, before the program ends."""
        if self._path is not None:
            _log.warning("job %s: its picture could not be saved; it is kept as %s", job.id, self._path)

    def _tell_recipe(self, held: Path, recipe: Recipe) -> None:
        from fluxtui.services.pictures import embed

        storage, came = self._context.storage, self.checked()
        told = storage.temporary(".part") if held.is_relative_to(storage.root) else _elsewhere()
        try:
            embed(held, told, recipe)
            facts = facts_of(told)
            if (facts.format, facts.width, facts.height) != (came.format, came.width, came.height):
                raise PictureError("The picture would no longer be what it was.")
        except BaseException:
            _remove(told)
            raise
        self._path, self.facts = told, facts
        _remove(held)

    def _put(self, final: Path) -> Path:
        storage, held = self._context.storage, self._path
        if held is None:
            raise RuntimeError("there is no picture to put in its place")
        if held.is_relative_to(storage.root):
            placed = storage.keep(held, final)
        else:
            copied = storage.temporary(".part")
            try:
                shutil.copyfile(held, copied)
                placed = storage.keep(copied, final)
            except OSError as error:
                raise storage_fault(error, final, "could not be written") from error
            finally:
                copied.unlink(missing_ok=True)
            held.unlink(missing_ok=True)
        self._path = None
        return placed

    async def _downloaded(self, job: Job, url: str) -> Path:
        try:
            return await self._download(job, url, await new_file(self._context.storage.temporary, ".part"))
        except StorageError as error:
            # The address dies within minutes: better anywhere than not at all.
            _log.warning("job %s: %s Fetching to the system's temporary directory.", job.id, error.message)
            return await self._download(job, url, await new_file(_elsewhere, ".part"))

    async def _download(self, job: Job, url: str, path: Path) -> Path:
        api = await self._context.gateway.api(job.profile)
        try:
            await api.download(url, path)
        except BaseException:
            _remove(path)
            raise
        return path


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


def _elsewhere(suffix: str = ".part") -> Path:
    try:
        handle, name = tempfile.mkstemp(prefix="fluxtui-", suffix=suffix)
    except OSError as error:
        raise storage_fault(error, Path(tempfile.gettempdir()), "could not be written") from error
    os.close(handle)
    return Path(name)


def facts_of(path: Path) -> PictureFacts:
    """Return what a file is, decoded completely.

    Raises:
        UnexpectedAnswer: it is no picture of a known format.
        StorageError: it cannot be read.
    """
    from fluxtui.services.datasets.pictures import examine

    try:
        content = path.read_bytes()
        seen = examine(content)
    except OSError as error:
        raise storage_fault(error, path, "could not be read") from error
    except PictureError as error:
        raise UnexpectedAnswer(f"The picture that was delivered {error.message}.") from None
    if seen.format not in EXTENSIONS:
        raise UnexpectedAnswer(f"The service delivered a {seen.format}, not a picture of a known format.")
    digest = hashlib.sha256(content).hexdigest()
    return PictureFacts(seen.format, seen.width, seen.height, len(content), digest)
