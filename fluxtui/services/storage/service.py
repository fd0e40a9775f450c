"""The one room that knows where in the data directory things are, and that nothing leaves it."""

from __future__ import annotations

import hashlib
import logging
import os
import re
import threading
import time
from datetime import datetime
from pathlib import Path

from fluxtui.domain.errors import StorageError
from fluxtui.domain.text import file_slug, safe_text, slug
from fluxtui.services.storage.claiming import claim
from fluxtui.services.storage.files import (
    make_private_directory,
    move_to_new_name,
    storage_fault,
    sync_directory,
    sync_file,
    write_atomic,
)
from fluxtui.services.storage.names import hash_mark, lora_stem, numbered, picture_stem, safe_extension
from fluxtui.system.private_files import create_anew, new_temporary, set_mode

_SHA256 = re.compile(r"[0-9a-f]{64}")
_DIRECTORIES = ("pictures", "inputs", "datasets", "loras", "workspaces", "trash", "tmp")
_EFFECTIVE = os.access in os.supports_effective_ids
_PROBE_BYTES = 256 * 1024
_STALE_SECONDS = 24 * 3600.0

_log = logging.getLogger(__name__)


class StorageService:
    """Files under one root. Its methods wait for the disk: call them in a thread where that matters.

    Every method raises `StorageError` when the disk does not do what it should.

    Args:
        root: the data directory; nothing is touched before `prepare`.
    """

    def __init__(self, root: Path) -> None:
        self.root = Path(os.path.abspath(root.expanduser()))
        self._reserved: set[Path] = set()
        self._lock = threading.Lock()

    @property
    def journal_path(self) -> Path:
        """Where the journal is."""
        return self.root / "journal.sqlite3"

    def prepare(self) -> None:
        """Create the directories that are missing, see that they are ours alone and can be written, and sweep
        out leftovers.

        Raises:
            UntrustedFile: others could have put something there that decides what is sent.
            StorageError: the disk does not do what it should.
        """
        for told in claim(self.root):
            _log.warning("%s", told)
        for name in _DIRECTORIES:
            make_private_directory(self.inside(name))
        self._sweep()
        self.temporary(".probe").unlink()

    def unusable(self) -> str | None:
        """Return a sentence that says why `prepare` would not do, apart from whose it is; changes nothing."""
        existing = next(
            (path for path in (self.root, *self.root.parents) if os.path.lexists(path)), self.root
        )
        try:
            inner = [self.inside(name) for name in _DIRECTORIES]
        except StorageError as error:
            return error.sentence()
        for place in (existing, *(path for path in inner if existing == self.root and path.exists())):
            if not place.is_dir():
                return f"{safe_text(place)} is not a directory."
            if not os.access(place, os.R_OK | os.W_OK | os.X_OK, effective_ids=_EFFECTIVE):
                return f"You may not write in {safe_text(place)}, or its disk is read-only."
        return None

    def check_keeping(self) -> None:
        """See that a picture could be kept now, before one is paid for; writes a little and takes it away
        again.

        Raises:
            StorageError: the directory of the pictures cannot be written, or its disk is full.
        """
        directory = self.inside("pictures")
        make_private_directory(directory)
        probe = directory / f".probe-{os.getpid()}-{threading.get_ident()}"
        try:
            try:
                with create_anew(probe) as file:
                    file.write(bytes(_PROBE_BYTES))
            finally:
                probe.unlink(missing_ok=True)
        except OSError as error:
            raise storage_fault(error, directory, "could not be written") from error

    def inside(self, relative: str | Path) -> Path:
        """Return the absolute path of something in the data directory.

        Raises:
            StorageError: the path leads out of it, by `..`, by being absolute, or by a symbolic link.
        """
        path = Path(os.path.normpath(self.root / relative))
        try:
            real, root = path.resolve(), self.root.resolve()
        except (OSError, RuntimeError, ValueError) as error:
            raise StorageError(f"{safe_text(relative, limit=200)} is not a usable path.") from error
        if not path.is_relative_to(self.root) or not real.is_relative_to(root):
            raise StorageError(
                f"{safe_text(relative, limit=200)} is outside of the data directory {safe_text(self.root)}."
            )
        return path

    def relative(self, path: Path) -> str:
        """Return a path of the data directory as it is kept in the journal: relative, with `/`."""
        return self.inside(path).relative_to(self.root).as_posix()

    def picture_path(
        self,
        *,
        finetune: str | None,
        endpoint: str,
        prompt: str,
        seed: int | None,
        extension: str,
        when: datetime,
    ) -> Path:
        """Return a new name for a picture, in the directory of its local day, and create that directory.

        The name is free, and is not given to another picture by this service; `keep` settles it with
        other programs.
        """
        directory = self.inside(Path("pictures", when.astimezone().date().isoformat()))
        make_private_directory(directory)
        stem = picture_stem(finetune=finetune, endpoint=endpoint, prompt=prompt, seed=seed)
        with self._lock:
            for path in numbered(directory / f"{stem}.{safe_extension(extension)}"):
                if path not in self._reserved and not os.path.lexists(path):
                    self._reserved.add(path)
                    return path
        raise AssertionError("unreachable")

    def temporary(self, suffix: str) -> Path:
        """Create an empty file with a new name, on the same disk as the pictures, and return its path."""
        directory = self.inside("tmp")
        try:
            return new_temporary(directory, suffix=f".{safe_extension(suffix)}")
        except OSError as error:
            raise storage_fault(error, directory, "could not be written") from error

    def keep(self, temporary: Path, final: Path) -> Path:
        """Move a finished file to its place for good, once its content is on the disk.

        A file that is there already is never overwritten: should another program have taken the name
        meanwhile, the next free one (`-2`, `-3`) is used.

        Returns:
            The path that the file has now.
        """
        wanted = self.inside(final)
        try:
            set_mode(temporary, 0o600)
            sync_file(temporary)
            for path in numbered(wanted):
                if move_to_new_name(temporary, path):
                    sync_directory(path.parent)
                    break
        except OSError as error:
            raise storage_fault(error, wanted, "could not be written") from error
        finally:
            with self._lock:
                self._reserved.discard(wanted)
        return path

    def keep_input(self, data: bytes, extension: str) -> Path:
        """Keep the bytes of an input picture, once for each content, and return where."""
        name = f"{hashlib.sha256(data).hexdigest()}.{safe_extension(extension)}"
        path = self.inside(Path("inputs", name))
        if not (path.is_file() and path.stat().st_size == len(data)):
            make_private_directory(path.parent)
            write_atomic(path, data)
        return path

    def dataset_path(self, sha256: str) -> Path:
        """Return where the training archive with a hash belongs."""
        return self.inside(Path("datasets", f"{_checked_hash(sha256)}.zip"))

    def lora_path(self, name: str, sha256: str) -> Path:
        """Return where the LoRA with a hash belongs, under a name for people."""
        return self.inside(Path("loras", f"{lora_stem(name, _checked_hash(sha256))}.safetensors"))

    def loras_like(self, sha256: str) -> tuple[Path, ...]:
        """Return the kept LoRAs whose names have the mark of a hash: one with its content is among them."""
        directory = self.inside("loras")
        end = re.compile(rf".+-{hash_mark(_checked_hash(sha256))}(-\d+)?\.safetensors")
        try:
            with os.scandir(directory) as entries:
                names = sorted(
                    entry.name
                    for entry in entries
                    if end.fullmatch(entry.name) and entry.is_file(follow_symlinks=False)
                )
        except OSError as error:
            raise storage_fault(error, directory, "could not be read") from error
        return tuple(directory / name for name in names)

    def remove_lora(self, relative: str) -> None:
        """Delete a kept LoRA, by its path in the data directory; nothing happens if it is gone."""
        path = self.inside(relative)
        if path.parent != self.inside("loras"):
            raise StorageError(f"{safe_text(relative, limit=200)} is not a LoRA that is kept.")
        try:
            path.unlink(missing_ok=True)
            sync_directory(path.parent)
        except OSError as error:
            raise storage_fault(error, path, "could not be deleted") from error

    def export_directory(self) -> Path:
        """Return the directory for files that the user takes elsewhere, and create it if it is missing."""
        directory = self.inside("export")
        make_private_directory(directory)
        return directory

    def sheet_path(self, title: str, mark: str, when: datetime, number: int = 1) -> Path:
        """Return where a contact sheet belongs: always the same for the same batch, so that it is replaced.

        Args:
            title: of the batch.
            mark: what tells it from other batches: its id.
            when: it was ordered, aware.
            number: of its sheets, from 1 on.
        """
        day = when.astimezone().date().isoformat()
        name = "-".join(part for part in (day, file_slug(title, 40), slug(mark, 12), str(number)) if part)
        return self.inside(Path("sheets", f"{name}.jpg"))

    def cache_directory(self, name: str) -> Path:
        """Return a directory for what can be made again; it may be missing, or be deleted at any time."""
        return self.inside(Path("cache", name))

    def workspace_path(self, source: str) -> Path:
        """Return where the edits of a source of training pictures belong; `source` is as it was asked for."""
        name = hashlib.sha256(os.fsencode(source)).hexdigest()
        return self.inside(Path("workspaces", f"{name}.json"))

    def write_atomic(self, path: Path, data: bytes) -> None:
        """Write a whole file in the data directory, in the place of any other, or leave that as it was."""
        write_atomic(self.inside(path), data)

    def _sweep(self) -> None:
        """Delete temporary files that a program left behind a day ago or more."""
        directory = self.inside("tmp")
        oldest = time.time() - _STALE_SECONDS
        try:
            with os.scandir(directory) as entries:
                for entry in entries:
                    if entry.is_file(follow_symlinks=False) and _written(entry) < oldest:
                        Path(entry.path).unlink(missing_ok=True)
        except OSError as error:
            raise storage_fault(error, directory, "could not be swept") from error


def _checked_hash(sha256: str) -> str:
    if not _SHA256.fullmatch(sha256):
        raise StorageError(f"{safe_text(sha256, limit=80)} is not the hash of a file.")
    return sha256


def _written(entry: os.DirEntry[str]) -> float:
    try:
        return entry.stat(follow_symlinks=False).st_mtime
    except FileNotFoundError:
        # Another program was faster.
        return time.time()
