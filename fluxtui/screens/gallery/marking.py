"""Marks of pictures: chosen, starred, rated, tagged, noted; to the trash and back."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from textual.binding import Binding, BindingType

from fluxtui.domain.gallery import BEST_RATING
from fluxtui.domain.text import plural
from fluxtui.screens.gallery.base import GalleryBase
from fluxtui.screens.gallery.filtering import TagSuggester, read_tags
from fluxtui.widgets.dialogs import ConfirmDialog, LineDialog, ask

COMPARED = 1_000
"""Of how many pictures the tags are compared; the entries of more would fill the memory."""


class MarkKeys(GalleryBase):
    """The keys that note something about the marked pictures, or about the one under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "Mark", id="gallery.mark", key_display="␣"),
        Binding("a", "mark_all", "Mark all or none", id="gallery.mark_all", show=False),
        Binding("s", "star", "Star", id="gallery.star"),
        Binding("plus,equals_sign", "rate(1)", "Rate higher", id="gallery.rate_up", show=False),
        Binding("minus", "rate(-1)", "Rate lower", id="gallery.rate_down", show=False),
        Binding("t", "tag", "Tags", id="gallery.tag", show=False),
        Binding("e", "note", "Note", id="gallery.note", show=False),
        Binding("d,delete", "trash", "Trash", id="gallery.trash"),
        Binding("u", "restore", "Restore", id="gallery.restore"),
        Binding("D", "empty_trash", "Empty the trash", id="gallery.empty_trash"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._trashed_last: tuple[int, ...] = ()

    # Marking

    def action_mark(self) -> None:
        """Mark the picture under the cursor, or take the mark away."""
        if self.current is not None:
            self.marked ^= {self.current}
            self.grid.refresh_tiles((self.grid.cursor,))
            self._marked_changed()

    def action_mark_all(self) -> None:
        """Mark all pictures that are shown, or none where some are marked."""
        if self.marked:
            self.marked.clear()
        else:
            self.marked.update(self.tiles.numbers)
        self.grid.refresh()
        self._marked_changed()

    def _marked_changed(self) -> None:
        self.show_title()
        self.refresh_bindings()

    # Stars, ratings, tags, notes

    def action_star(self) -> None:
        """Give a star, or take it away where all of them have one."""
        numbers = self.chosen()
        if numbers:
            self.act(partial(self._star, numbers), "giving a star")

    async def _star(self, numbers: Sequence[int]) -> None:
        known = [self.entries.get(number) for number in numbers]
        all_have = all(entry is not None and entry.marks.starred for entry in known)
        await self.change(numbers, lambda chosen: self.gallery.star(chosen, not all_have))
        if len(numbers) > 1:
            gone = "lost their star" if all_have else "have a star"
            self.app.tell(f"{plural(len(numbers), 'picture')} {gone}.")

    def action_rate(self, by: int) -> None:
        """Rate higher or lower by one, from none to 5."""
        numbers, current = self.chosen(), self.current
        if numbers and current is not None:
            leader = current if current in numbers else numbers[0]
            self.act(partial(self._rate, numbers, leader, by), "rating")

    async def _rate(self, numbers: Sequence[int], leader: int, by: int) -> None:
        entry = self.entries.get(leader) or next(iter(await self.entries.read([leader])), None)
        if entry is None:
            return
        rating = min(max(entry.marks.rating + by, 0), BEST_RATING)
        await self.change(numbers, lambda chosen: self.gallery.rate(chosen, rating))
        words = f"rated {rating} of {BEST_RATING}" if rating else "not rated any more"
        verb = "is" if len(numbers) == 1 else "are"
        self.app.tell(f"{self.what(numbers).capitalize()} {verb} {words}.")

    def action_tag(self) -> None:
        """Change the tags."""
        numbers = self.chosen()
        if numbers:
            self.act(partial(self._tag, numbers), "tagging")

    async def _tag(self, numbers: Sequence[int]) -> None:
        facets = await self.gallery.facets()
        shared = await self._shared_tags(numbers)
        several = "" if len(numbers) == 1 else " Those that all of them have are shown."
        dialog = LineDialog(
            f"Tags of {self.what(numbers)}",
            f"Tags, with commas between them; remove one to take it away.{several}",
            ", ".join(shared) + (", " if shared else ""),
            placeholder="night, blue hour, best",
            may_be_empty=True,
            suggester=TagSuggester([facet.value for facet in facets.tags]),
        )
        answer = await ask(self.app, dialog)
        if answer is None:
            return
        tags = read_tags(answer)
        for tag in shared:
            if tag not in tags:
                await self.gallery.untag(numbers, tag)
        for tag in tags:
            if tag not in shared:
                await self.gallery.tag(numbers, tag)
        await self.change(numbers, self._nothing_more)

    async def _shared_tags(self, numbers: Sequence[int]) -> list[str]:
        """Return the tags that all of some pictures have; of very many, none are looked for."""
        found = await self.gallery.entries(numbers) if len(numbers) <= COMPARED else ()
        first = found[0].marks.tags if found else ()
        return [tag for tag in first if all(tag in each.marks.tags for each in found)]

    async def _nothing_more(self, numbers: Sequence[int]) -> None:
        """Change nothing: it is changed already."""

    def action_note(self) -> None:
        """Write a note about the picture under the cursor."""
        if self.current is not None:
            self.act(partial(self._note, self.current), "noting")

    async def _note(self, number: int) -> None:
        found = await self.gallery.entries((number,))
        if not found:
            return
        dialog = LineDialog(
            "Note", "What is to be remembered about this picture.", found[0].marks.note, may_be_empty=True
        )
        text = await ask(self.app, dialog)
        if text is not None:
            await self.change((number,), lambda _: self.gallery.note(number, text))

    # The trash

    def action_trash(self) -> None:
        """Move pictures to the trash, from where they can be taken back."""
        numbers = self.chosen()
        if numbers:
            self.act(partial(self._trash, numbers), "moving to the trash")

    async def _trash(self, numbers: Sequence[int]) -> None:
        self._trashed_last = tuple(numbers)
        try:
            with self.long_work("Moving") as progress:
                await self.gallery.trash(numbers, progress)
        finally:
            self._moved(numbers)
        where = "in the trash; u takes it back, T shows the trash"
        words = where if len(numbers) == 1 else where.replace("it back", "them back")
        verb = "is" if len(numbers) == 1 else "are"
        self.app.tell(f"{self.what(numbers).capitalize()} {verb} {words}.")

    def action_restore(self) -> None:
        """Take pictures out of the trash; in the gallery, those that were moved there last."""
        numbers = self.chosen() if self.wanted.trashed else self._trashed_last
        if numbers:
            self.act(partial(self._restore_pictures, numbers), "restoring")

    async def _restore_pictures(self, numbers: Sequence[int]) -> None:
        try:
            with self.long_work("Restoring") as progress:
                await self.gallery.restore(numbers, progress)
        finally:
            self._moved(numbers)
        self._trashed_last = ()
        self.app.tell(f"Back in the gallery: {self.what(numbers)}.", severity="success")

    def _moved(self, numbers: Sequence[int]) -> None:
        self.marked.difference_update(numbers)
        self.entries.forget(numbers)
        self.reload()
        self.refresh_bindings()

    def action_empty_trash(self) -> None:
        """Delete what is in the trash for good, after asking."""
        self.act(self._empty_trash, "emptying the trash")

    async def _empty_trash(self) -> None:
        count = (await self.gallery.facets()).trashed
        if not count:
            self.app.tell("The trash is empty.")
            return
        dialog = ConfirmDialog(
            "Delete for good?",
            [
                f"{plural(count, 'picture')} in the trash, with the files, cannot be taken back then.",
                "The jobs that made them, and what they cost, stay in the journal.",
            ],
            confirm_label="Delete",
            danger=True,
        )
        if await ask(self.app, dialog):
            try:
                with self.long_work("Deleting") as progress:
                    gone = await self.gallery.empty_trash(progress)
            finally:
                self.reload()
            self.app.tell(f"Deleted {plural(gone, 'picture')}.", severity="success")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what the gallery and what the trash allow."""
        if action == "trash":
            return not self.wanted.trashed
        if action == "restore":
            return self.wanted.trashed or bool(self._trashed_last)
        if action == "empty_trash":
            return self.wanted.trashed
        return super().check_action(action, parameters)
