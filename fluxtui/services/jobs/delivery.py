"""Fetches the picture of a job and holds it until it is safe, whatever the data directory does meanwhile."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from fluxtui.domain.errors import PictureError, StorageError, UnexpectedAnswer, UnreadableResult
from fluxtui.domain.jobs import Job
from fluxtui.domain.text import slug
from fluxtui.imaging.kinds import HEAD_BYTES, kind_of
from fluxtui.services.jobs.context import JobContext
from fluxtui.services.storage.files import make_private_directory, storage_fault
from fluxtui.services.threads import new_file
from fluxtui.system.dataclass import dataclass
from fluxtui.system.ordinary_files import read_ordinary
from fluxtui.system.private_files import new_temporary

if TYPE_CHECKING:
    from fluxtui.services.recipes import Recipe

_log = logging.getLogger(__name__)

EXTENSIONS: Mapping[str, str] = {
    "JPEG": "jpg",
    "PNG": "png",
    "WEBP": "webp",
    "AVIF": "avif",
    "GIF": "gif",
    "TIFF": "tif",
    "BMP": "bmp",
    "HEIF": "heic",
}
"""Extensions by Pillow's names of the formats that are saved as pictures, whatever was asked for."""

UNREADABLE = "unreadable"
"""Directory, in the data directory, of results that came completely and are nothing that is understood."""

_PAGE_HEADS = (b"<", b"{", b"[")
_LOOKED_AT = 64
MOST_MORE = 63
"""Further pictures of one task that are fetched: no endpoint makes more than a few (2026-11)."""


@dataclass(frozen=True)
class DeliveredPicture:
    """What a file is that was decoded completely: Pillow's format, pixels, bytes, hash."""

    format: str
    width: int
    height: int
    size: int
    sha256: str


@dataclass
class Held:
    """A picture that was fetched and checked: where and what it is, and its place once it is there."""

    path: Path | None
    facts: DeliveredPicture
    placed: Path | None = None


class Delivery:
    """The picture of one job, from the service to its place, and any further ones that come with it.

    Each step is done once: what was fetched and checked is held, in the data directory or, if that takes
    nothing, in the system's directory for temporary files, until it is in its place.

    Attributes:
        facts: of the picture, once it is here.
        placed: where it is for good, once it is there.
        seed: that it was made with, where known.
        remark: why the recipe could not be written into it, or an empty string.
        told: what the service said of it that the user should know, or an empty string.
        more: further pictures of the same task, by the place in which they were named.
    """

    def __init__(self, context: JobContext) -> None:
        self._context = context
        self._path: Path | None = None
        self.facts: DeliveredPicture | None = None
        self.placed: Path | None = None
        self.seed: int | None = None
        self.remark = ""
        self.told = ""
        self.more: dict[int, Held] = {}
        self._tells_recipe = False
        self._named = 0
        self._unreadable: set[Path] = set()

    async def fetch(self, job: Job, url: str) -> DeliveredPicture:
        """Fetch and check the picture, unless it is here already.

        Raises:
            ResultExpired: and other `ServiceError`s, if it cannot be fetched.
            UnreadableResult: what came is kept, and is no picture that can be read.
            UnexpectedAnswer: what came is no picture at all.
            StorageError: there is no room for it anywhere.
        """
        if self.facts is None:
            held = await self._fetched(job, url)
            self._path, self.facts = held.path, held.facts
        return self.facts

    @property
    def is_complete(self) -> bool:
        """Whether all that was named is here."""
        return self.facts is not None and len(self.more) >= self._named

    def give_up_more(self, reason: str) -> None:
        """Go without the further pictures that are not here, and say so."""
        self._named = len(self.more)
        self.told = f"{self.told} (a further picture of the same task could not be had: {reason})".strip()

    async def fetch_more(self, job: Job, urls: Sequence[str]) -> None:
        """Fetch and check those of the further pictures that are not here, `MOST_MORE` at most.

        Raises like `fetch`.
        """
        wanted = urls[:MOST_MORE]
        self._named = len(wanted)
        too_many = f"(the service named {len(urls) + 1:,} pictures; the first {MOST_MORE + 1} were taken)"
        if len(urls) > MOST_MORE and too_many not in self.told:
            self.told = f"{self.told} {too_many}".strip()
        for number, url in enumerate(wanted):
            if number not in self.more:
                self.more[number] = await self._fetched(job, url)

    async def put_more(self, finals: Sequence[Path]) -> None:
        """Bring the further pictures that are not there yet to their places, one for each.

        Raises `StorageError`.
        """
        new = [held for held in self.more.values() if held.placed is None]
        for held, final in zip(new, finals, strict=True):
            if held.path is not None:
                held.placed = await asyncio.to_thread(self._moved, held.path, final)
                held.path = None

    async def forget_unreadable(self) -> None:
        """Delete what came before and could not be read: the picture is in its place now."""
        for path in tuple(self._unreadable):
            await asyncio.to_thread(_remove, path)
            self._unreadable.discard(path)

    async def _fetched(self, job: Job, url: str) -> Held:
        path = await self._downloaded(job, url)
        try:
            return Held(path, await asyncio.to_thread(facts_of, path))
        except UnexpectedAnswer as error:
            failure = await asyncio.to_thread(self._unread, job, path, error.message)
        except BaseException:
            _remove(path)
            raise
        raise failure

    def _unread(self, job: Job, path: Path, reason: str) -> UnexpectedAnswer:
        """Keep what came and cannot be read, unless it is a page or an answer in the picture's place."""
        content = read_ordinary(path)
        if content[:_LOOKED_AT].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"", *_PAGE_HEADS):
            _remove(path)
            return UnexpectedAnswer(
                "Something else came in place of the picture, such as the page of a proxy."
            )
        digest = hashlib.sha256(content).hexdigest()
        storage = self._context.storage
        try:
            directory = storage.inside(UNREADABLE)
            make_private_directory(directory)
            kept = directory / f"{slug(job.id, 40)}-{digest[:12]}.{extension_in(content)}"
            if kept.exists():
                _remove(path)
            else:
                kept = self._moved(path, kept)
        except StorageError:
            # Better anywhere than not at all.
            kept = path
        self._unreadable.add(kept)
        return UnreadableResult(f"{reason} It is kept as it came: {kept}.", sha256=digest, kept=str(kept))

    def checked(self) -> DeliveredPicture:
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
            what = f"The picture “{job.title}” is paid for and could not be brought to its place"
            self._context.changes.warn("Kept elsewhere", f"{what}; it is kept as {self._path}.")

    def _tell_recipe(self, held: Path, recipe: Recipe) -> None:
        from fluxtui.services.recipes import embed

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
        held = self._path
        if held is None:
            raise RuntimeError("there is no picture to put in its place")
        placed = self._moved(held, final)
        self._path = None
        return placed

    def _moved(self, held: Path, final: Path) -> Path:
        storage = self._context.storage
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
        return new_temporary(suffix=suffix)
    except OSError as error:
        raise storage_fault(error, Path(tempfile.gettempdir()), "could not be written") from error


def facts_of(path: Path) -> DeliveredPicture:
    """Return what a file is, decoded completely.

    Raises:
        UnexpectedAnswer: it is no picture of a known format.
        StorageError: it cannot be read.
    """
    from fluxtui.imaging.pictures import CONVERTED, a_format, examine, looked_at

    try:
        content = read_ordinary(path)
        seen = examine(content)
        if seen.format in CONVERTED:
            look = looked_at(content)
            seen = replace(seen, format=look.format, width=look.width, height=look.height)
    except OSError as error:
        raise storage_fault(error, path, "could not be read") from error
    except PictureError as error:
        raise UnexpectedAnswer(f"The picture that was delivered {error.message}.") from None
    if seen.format not in EXTENSIONS:
        raise UnexpectedAnswer(f"The service delivered {a_format(seen.format)}, which is not understood.")
    digest = hashlib.sha256(content).hexdigest()
    return DeliveredPicture(seen.format, seen.width, seen.height, len(content), digest)


_OTHER_HEADS: tuple[tuple[bytes, str], ...] = (
    (b"\x00\x00\x01\x00", "ico"),
    (b"\x1f\x8b", "gz"),
    (b"PK\x03\x04", "zip"),
    (b"%PDF", "pdf"),
)


def extension_in(content: bytes) -> str:
    """Return the usual extension for some bytes by their beginning, `bin` where that says nothing."""
    kind = kind_of(content[:HEAD_BYTES])
    if kind in EXTENSIONS:
        return EXTENSIONS[kind]
    if content[4:8] == b"ftyp":
        return "mp4"
    return next((extension for head, extension in _OTHER_HEADS if content.startswith(head)), "bin")
