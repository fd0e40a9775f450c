"""Pictures to the trash and back, and out of it for good."""

from __future__ import annotations

from collections.abc import Sequence

from fluxtui.controllers.gallery.browser import PictureBrowser
from fluxtui.controllers.gallery.wording import pictures_text
from fluxtui.controllers.host import Host
from fluxtui.controllers.questions import Confirmation
from fluxtui.domain.text import plural


class TrashCommands:
    """Remembers what was moved last. Every command raises `FluxError`, and what was done before stays done.

    Args:
        host: asks and tells the user.
        shown: the pictures that are shown.
    """

    def __init__(self, host: Host, shown: PictureBrowser) -> None:
        self._host = host
        self._shown = shown
        self._last: tuple[int, ...] = ()

    @property
    def is_shown(self) -> bool:
        """Whether the pictures in it are the ones that are shown."""
        return self._shown.wanted.trashed

    @property
    def can_restore(self) -> bool:
        """Whether there is something that `restorable` may return."""
        return self.is_shown or bool(self._last)

    def restorable(self) -> tuple[int, ...]:
        """Return the chosen pictures of the trash; in the gallery, those that were moved to it last."""
        return self._shown.chosen() if self.is_shown else self._last

    async def put(self, numbers: Sequence[int]) -> None:
        """Move pictures to the trash, from where they can be taken back."""
        async with self._shown.turn:
            self._last = tuple(numbers)
            try:
                with self._shown.long_work("Moving") as progress:
                    await self._host.services.gallery.trash(numbers, progress)
            finally:
                await self._shown.moved(numbers)
        where = "in the trash; u takes it back, T shows the trash"
        words = where if len(numbers) == 1 else where.replace("it back", "them back")
        verb = "is" if len(numbers) == 1 else "are"
        self._host.tell(f"{pictures_text(numbers).capitalize()} {verb} {words}.")

    async def restore(self, numbers: Sequence[int]) -> None:
        """Take pictures out of the trash."""
        async with self._shown.turn:
            try:
                with self._shown.long_work("Restoring") as progress:
                    await self._host.services.gallery.restore(numbers, progress)
                self._last = ()
            finally:
                await self._shown.moved(numbers)
        self._host.tell(f"Back in the gallery: {pictures_text(numbers)}.", severity="success")

    async def empty(self) -> None:
        """Delete what is in the trash for good, after asking."""
        async with self._shown.turn:
            count = (await self._host.services.gallery.facets()).trashed
            if not count:
                self._host.tell("The trash is empty.")
            elif await self._host.ask(_before_deleting(count)):
                await self._delete()

    async def _delete(self) -> None:
        try:
            with self._shown.long_work("Deleting") as progress:
                gone = await self._host.services.gallery.empty_trash(progress)
        finally:
            await self._shown.read()
        self._host.tell(f"Deleted {plural(gone, 'picture')}.", severity="success")


def _before_deleting(count: int) -> Confirmation:
    return Confirmation(
        "Delete for good?",
        [
            f"{plural(count, 'picture')} in the trash, with the files, cannot be taken back then.",
            "The jobs that made them, and what they cost, stay in the journal.",
        ],
        confirm_label="Delete",
        danger=True,
    )
