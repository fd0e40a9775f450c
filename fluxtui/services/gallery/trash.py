"""The trash: files of pictures that the user may want back."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path

from fluxtui.domain.errors import StorageError
from fluxtui.domain.text import plural, safe_text
from fluxtui.services.journal import Journal
from fluxtui.services.journal.trash import TRASH, Move
from fluxtui.services.storage import StorageService
from fluxtui.services.storage.files import (
    make_private_directory,
    move_to_new_name,
    storage_fault,
    sync_directory,
)
from fluxtui.services.storage.names import numbered
from fluxtui.services.threads import Progress

AT_ONCE = 100
"""How many files are moved between two writes into the journal."""

_Begin = Callable[[Sequence[int]], Awaitable[tuple[Move, ...]]]


class Trash:
    """Moves files into the trash and out of it; the journal knows of each before and after.

    Whoever is cancelled meanwhile leaves no file on the way, and what a dying program leaves is finished by
    `mend`.
    """

    def __init__(self, journal: Journal, storage: StorageService) -> None:
        self._store = journal.trash
        self._storage = storage

    async def put(self, numbers: Sequence[int], progress: Progress | None = None) -> None:
        """Move pictures into the trash. Raises `StorageError`; the other pictures are moved nevertheless."""
        await self._all(
            numbers, lambda asked: self._store.begin_trashing(asked, _names, self._is_free), progress
        )

    async def restore(self, numbers: Sequence[int], progress: Progress | None = None) -> None:
        """Move pictures back to where they were, or to the next free name there. Raises `StorageError`."""
        await self._all(
            numbers, lambda asked: self._store.begin_restoring(asked, _names, self._is_free), progress
        )

    async def empty(self, total: int, progress: Progress | None = None) -> int:
        """Delete everything in the trash, and return how many pictures that were.

        Args:
            total: how many pictures are there, for `progress`.
            progress: is told how many are done and how many there are.

        Raises:
            StorageError: some could not be deleted; they stay in the trash.
        """
        last, done, failures = 0, 0, list[StorageError]()
        while moves := await self._store.begin_deleting(last, AT_ONCE):
            last = moves[-1].number
            failed = await asyncio.shield(self._carry_out(moves))
            failures += [failure for failure in failed.values() if failure is not None]
            done += len(moves) - len(failed)
            if progress is not None:
                progress(done, max(total, done))
        _complain(failures, "could not be deleted")
        return done

    async def mend(self) -> int:
        """Finish what was interrupted, and return how many moves that were. Raises `StorageError`."""
        moves = await self._store.unfinished()
        if moves:
            failed = await self._carry_out(moves)
            _complain([failure for failure in failed.values() if failure is not None], "could not be moved")
        return len(moves)

    async def _all(self, numbers: Sequence[int], begin: _Begin, progress: Progress | None) -> None:
        failures: list[StorageError] = []
        for start in range(0, len(numbers), AT_ONCE):
            part = numbers[start : start + AT_ONCE]
            failures += await asyncio.shield(self._some(part, begin))
            if progress is not None:
                progress(start + len(part), len(numbers))
        _complain(failures, "could not be moved")

    async def _some(self, numbers: Sequence[int], begin: _Begin) -> list[StorageError]:
        failures: list[StorageError] = []
        while numbers and (moves := await begin(numbers)):
            failed = await self._carry_out(moves)
            failures += [failure for failure in failed.values() if failure is not None]
            # Another program took the name in between: the next one is tried.
            numbers = [move.number for move, failure in failed.items() if failure is None]
        return failures

    async def _carry_out(self, moves: Sequence[Move]) -> dict[Move, StorageError | None]:
        """Move files, write that down, and return the moves that failed; None where the name was taken."""
        failed = await asyncio.to_thread(self._move_files, moves)
        await self._store.finish([move for move in moves if move not in failed])
        if failed:
            await self._store.give_up(list(failed))
        return failed

    def _move_files(self, moves: Sequence[Move]) -> dict[Move, StorageError | None]:
        failed: dict[Move, StorageError | None] = {}
        changed: set[Path] = set()
        for move in moves:
            try:
                if not self._move_file(move, changed):
                    failed[move] = None
            except StorageError as error:
                failed[move] = error
        for directory in changed:
            sync_directory(directory)
        return failed

    def _move_file(self, move: Move, changed: set[Path]) -> bool:
        """Bring one file to its target, wherever that was interrupted before; False if the name is taken."""
        source = self._storage.inside(move.source)
        changed.add(source.parent)
        try:
            if not move.target:
                self._check_in_trash(source)
                source.unlink(missing_ok=True)
                return True
            target = self._storage.inside(move.target)
            make_private_directory(target.parent)
            changed.add(target.parent)
            return _moved(source, target)
        except OSError as error:
            raise storage_fault(error, source, "could not be moved") from error

    def _check_in_trash(self, path: Path) -> None:
        if path.parent != self._storage.inside(TRASH):
            raise StorageError(f"{safe_text(path)} is not in the trash, so it was not deleted.")

    def _is_free(self, name: str) -> bool:
        return not os.path.lexists(self._storage.inside(name))


def _names(path: str) -> Iterator[str]:
    return (name.as_posix() for name in numbered(Path(path)))


def _moved(source: Path, target: Path) -> bool:
    """Give a file another name; nothing is to be done where it has it already, or where there is no file."""
    try:
        if os.path.lexists(target) and os.path.samefile(source, target):
            # A crash between the two halves of the move has left both names.
            source.unlink()
            return True
        return move_to_new_name(source, target)
    except FileNotFoundError:
        # It had been moved before, another program was faster, or the user has deleted the file.
        return True


def _complain(failures: Sequence[StorageError], what: str) -> None:
    if len(failures) > 1:
        raise StorageError(
            f"{plural(len(failures), 'picture')} {what}. The first: {failures[0].message}",
            next_step=failures[0].next_step,
        )
    if failures:
        raise failures[0]
