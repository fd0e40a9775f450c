"""The Gallery place: small pictures in a grid, one of them with everything about it, a filter over all."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content

from fluxtui.app.state import guarded
from fluxtui.controllers.navigation import Request, ShowPictures
from fluxtui.domain.errors import FluxError
from fluxtui.domain.gallery import GalleryEntry, GalleryFilter, GalleryOrder
from fluxtui.screens.gallery import filtering, wording
from fluxtui.screens.gallery.marking import MarkKeys
from fluxtui.screens.gallery.tiles import PictureTile
from fluxtui.screens.gallery.using import UseKeys
from fluxtui.services.thumbnails import SIDE
from fluxtui.terminal.scaling import load_bitmap
from fluxtui.widgets.dialogs import Choice, ChoiceDialog, LineDialog, ask
from fluxtui.widgets.filter_line import FilterLine
from fluxtui.widgets.pictures.view import PictureView
from fluxtui.widgets.plain import PlainStatic
from fluxtui.widgets.text_pane import TextPane
from fluxtui.widgets.thumbnail_grid import ThumbnailGrid, Tile

if TYPE_CHECKING:
    from PIL.Image import Image

TYPING_REST = 0.15
"""Seconds for which the typing of a filter must rest until the journal is asked."""
CURSOR_REST = 0.1
"""Seconds for which the cursor must rest until the picture under it is shown large."""
PLAIN_CELLS = 37
"""Cells of a tile without pictures: two of them stand beside each other in 80 columns."""
TILE_SIZES = ((18, 8), (24, 11), (37, 17))
"""Cells of a tile and rows of its picture: small, middle, large."""


class GalleryScreen(UseKeys, MarkKeys):
    """All pictures that were made, with what the user thinks of them."""

    PLACE = "gallery"
    CSS_PATH = "gallery.tcss"
    AUTO_FOCUS = "#gallery-grid"
    HELP = """Every picture that was made. `/` filters: words of prompts, `star`, `rating>=3`,
`finetune:luna`, `endpoint:flux-2`, `tag:best`, `since:2026-11-01`, `seed:42`, `cost<5`, `size>=1mp`,
`is:trash`, `sort:rating`, in any number; `f` offers all of it to choose from, and keeps filters under a name.

Space marks pictures; what is done next is done to all that are marked, else to the one under the cursor.
`s` gives a star, `+` and `-` rate, `t` tags, `e` notes, `x` exports, `c` compares 2 to 4 that are marked.
`p` takes the parameters into the form of Generate; `f12` uses the picture itself for another one.

`d` moves to the trash, `u` takes that back; `T` shows the trash, where `D` deletes for good."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", id="gallery.filter", key_display="/"),
        Binding("escape", "back", "Clear filter or marks", id="gallery.back", show=False),
        Binding("f", "choose_filter", "Choose a filter", id="gallery.filters", show=False),
        Binding("o", "sort", "Sort", id="gallery.sort", show=False),
        Binding("T", "show_trash", "The trash, or the gallery", id="gallery.show_trash", show=False),
        Binding("z", "resize", "Size of the small pictures", id="gallery.size", show=False),
        Binding("r", "refresh_pictures", "Read again", id="gallery.refresh", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._suggester = filtering.FilterSuggester()
        self._total = 0
        self._tile_size = 0
        self._told: GalleryEntry | None = None
        """What the details tell of."""
        self._begin_at: int | None = None
        """The picture to begin with, until the pictures are there."""
        self._is_stale = False
        """Whether there are new pictures that were not shown because another place is."""

    def compose_place(self) -> ComposeResult:
        """Lay out title, filter, grid and what is said of the picture under the cursor."""
        terminal = self.app.terminal
        yield PlainStatic(wording.LOADING[0], id="gallery-title")
        yield FilterLine(filtering.PLACEHOLDER, self._suggester, id="gallery-filter")
        yield PlainStatic("", id="gallery-problem")
        with Horizontal(id="gallery"):
            with Vertical(id="gallery-many"):
                width, height = TILE_SIZES[self._tile_size]
                yield ThumbnailGrid(
                    terminal,
                    self._thumbnail,
                    tile_width=width,
                    tile_height=height,
                    plain_width=PLAIN_CELLS,
                    id="gallery-grid",
                )
                yield PlainStatic("", id="gallery-prompt")
                yield PlainStatic("", id="gallery-facts")
            with Vertical(id="gallery-details"):
                yield PictureView(terminal, placeholder="", id="gallery-picture")
                yield TextPane(id="gallery-story")

    def on_mount(self) -> None:
        """Follow what is saved."""
        self.grid.show_empty(*wording.LOADING)
        self.watch(self.app, "pictures_revision", self._note_new, init=False)

    def restore(self, draft: Mapping[str, Any]) -> None:
        """Filter as before, with the cursor on the same picture."""
        wanted, _ = filtering.problem_of(str(draft.get("filter") or ""))
        number, size = draft.get("picture"), draft.get("size")
        self._begin_at = number if isinstance(number, int) else None
        self._tile_size = size if isinstance(size, int) and 0 <= size < len(TILE_SIZES) else 0
        self.grid.set_tile_size(*TILE_SIZES[self._tile_size])
        if wanted is not None:
            self._want(wanted)

    async def restored(self) -> None:
        """Read the pictures."""
        self.reload()

    def follow(self, request: Request) -> None:
        """Filter as another place asks."""
        if isinstance(request, ShowPictures):
            wanted, _ = filtering.problem_of(request.filter)
            if wanted is not None:
                self._want(wanted)

    def _keep(self) -> None:
        picture = self.current if self._begin_at is None else self._begin_at
        self.keep_draft({"filter": self.wanted.text(), "picture": picture, "size": self._tile_size})

    # Which pictures there are

    def _note_new(self) -> None:
        if self.app.screen is self:
            self.reload()
        else:
            self._is_stale = True

    @on(events.ScreenResume)
    def _catch_up(self) -> None:
        if self._is_stale:
            self.reload()

    def reload(self, *, rest: float = 0.0) -> None:
        """Ask the journal again which pictures there are, after some seconds of rest."""
        self._is_stale = False
        guarded(self, self._reload(rest), doing="reading the pictures", group="numbers", exclusive=True)

    async def _reload(self, rest: float) -> None:
        await asyncio.sleep(rest)
        wanted = self.wanted
        try:
            numbers = await self.gallery.numbers(wanted)
            alone = GalleryFilter(trashed=wanted.trashed)
            shows_all = wanted.model_copy(update={"order": alone.order}) == alone
            total = len(numbers if shows_all else await self.gallery.numbers(alone))
        except FluxError as error:
            self.show_fault(error)
            raise
        self._show_numbers(numbers, total)
        self._suggester.facets = await self.gallery.facets()

    def _show_numbers(self, numbers: Sequence[int], total: int) -> None:
        self._total = total
        self.entries.doubt()
        self.tiles = self._tiles_of(numbers)
        grid = self.grid
        grid.show_empty(*wording.empty_words(self.wanted))
        grid.set_tiles(self.tiles)
        if self._begin_at is not None:
            grid.select(str(self._begin_at))
            self._begin_at = None
        self.show_title()
        self.show_current()

    def show_fault(self, error: FluxError) -> None:
        """Say in place that pictures could not be read."""
        self.grid.show_empty(*wording.fault_words(error.sentence()))
        title = self.query_one("#gallery-title", PlainStatic)
        title.add_class("-fault")
        title.show(" ".join(wording.fault_words(error.sentence())), layout=False)

    def show_title(self) -> None:
        """Show how many pictures there are, how they are sorted, and how many are marked."""
        title = self.query_one("#gallery-title", PlainStatic)
        title.remove_class("-fault")
        counts = len(self.tiles), self._total, len(self.marked)
        title.show(wording.title_words(*counts, self.wanted), layout=False)

    def show_progress(self, doing: str, done: int, total: int) -> None:
        """Show how far long work is, in the title."""
        words = f"{doing}: {done:,} of {total:,} · Esc stops it"
        self.query_one("#gallery-title", PlainStatic).show(words, layout=False)

    def action_refresh_pictures(self) -> None:
        """Read everything anew."""
        self.reload()

    # The picture under the cursor

    @on(ThumbnailGrid.Highlighted)
    def _follow_cursor(self, event: ThumbnailGrid.Highlighted) -> None:
        event.stop()
        self.show_current()
        if self._begin_at is None:
            self._keep()

    def show_current(self) -> None:
        """Show the picture under the cursor with everything about it; large after a moment's rest."""
        guarded(self, self._show_current(), doing="showing a picture", group="current", exclusive=True)

    async def _show_current(self) -> None:
        number = self.current
        if number is not None and number not in self.entries:
            index = self.grid.cursor
            await self.tiles.fetch(range(index, index + 1))
        entry = self.entries.get(number)
        self.query_one("#gallery-prompt", PlainStatic).show(
            wording.prompt_line(entry) if entry else "", layout=False
        )
        self.query_one("#gallery-facts", PlainStatic).show(
            wording.facts_line(entry) if entry else "", layout=False
        )
        view = self.query_one("#gallery-picture", PictureView)
        self._told = None
        if entry is None:
            view.path = None
            self.query_one(TextPane).show(Content())
        elif self.has_class("-wide"):
            # The words follow every step of the cursor only where they are one line.
            await asyncio.sleep(CURSOR_REST)
            self._told = entry
            self.query_one(TextPane).show(wording.details(entry, self.app.clock()))
            view.path = self.path_of(entry)

    def show_time(self) -> None:
        """Tell how old the picture is by now."""
        if self._told is not None:
            self.query_one(TextPane).show(wording.details(self._told, self.app.clock()), stay=True)

    def on_resize(self, event: events.Resize) -> None:
        """Show the picture large where there is room now."""
        self.call_after_refresh(self.show_current)

    def _thumbnail(self, tile: Tile) -> Image:
        """Return the small picture of a tile; called in a thread."""
        entry = tile.entry if isinstance(tile, PictureTile) else None
        if entry is None or entry.missing:
            raise FluxError("The file is not there any more.")
        path = self.path_of(entry)
        return self.app.services.thumbnails.get(
            entry.picture.sha256, lambda: load_bitmap(path, side=SIDE).image
        )

    def action_resize(self) -> None:
        """Draw the small pictures larger, and after the largest small again."""
        self._tile_size = (self._tile_size + 1) % len(TILE_SIZES)
        self.grid.set_tile_size(*TILE_SIZES[self._tile_size])
        self._keep()

    # Filter and order

    def _want(self, wanted: GalleryFilter, *, rest: float = 0.0) -> None:
        """Show other pictures, and say in the line which."""
        if wanted != self.wanted:
            if wanted.trashed != self.wanted.trashed:
                self.marked.clear()
            self.wanted = wanted
            self.reload(rest=rest)
            self._keep()
            self.refresh_bindings()
        line = self.query_one(FilterLine)
        if not line.has_focus_within:
            line.show(wanted.text())

    @on(FilterLine.Changed)
    def _take_filter(self, event: FilterLine.Changed) -> None:
        event.stop()
        wanted, problem = filtering.problem_of(event.text)
        line = self.query_one("#gallery-problem", PlainStatic)
        if bool(problem) != line.has_class("-wrong") or problem:
            line.set_class(bool(problem), "-wrong")
            line.show(problem)
        if wanted is not None:
            self._want(wanted, rest=TYPING_REST)

    @on(FilterLine.Left)
    def _leave_filter(self, event: FilterLine.Left) -> None:
        event.stop()
        self.grid.focus()

    def action_filter(self) -> None:
        """Type a filter."""
        self.query_one(FilterLine).open()

    def action_back(self) -> None:
        """Stop what takes long; else clear the filter, then the marks, then the news."""
        if self.is_working:
            self.stop_working()
        elif self.query_one(FilterLine).text:
            self.query_one(FilterLine).action_clear()
        elif self.marked:
            self.forget_marked()
        else:
            self.action_clear_news()

    def action_show_trash(self) -> None:
        """Show the trash, or the gallery again."""
        self._want(GalleryFilter(trashed=not self.wanted.trashed))

    def action_sort(self) -> None:
        """Choose how pictures are sorted."""
        self.act(self._sort, "sorting")

    async def _sort(self) -> None:
        dialog = ChoiceDialog("Sort pictures", filtering.order_choices(), self.wanted.order.value)
        answer = await ask(self.app, dialog)
        if answer is not None:
            self._want(self.wanted.model_copy(update={"order": GalleryOrder(answer)}))

    def action_choose_filter(self) -> None:
        """Choose what to filter by, or a saved filter."""
        self.act(self._choose_filter, "filtering")

    async def _choose_filter(self) -> None:
        facets, saved = await self.gallery.facets(), await self.gallery.saved()
        dialog = ChoiceDialog("Show only …", filtering.filter_choices(facets, saved, self.wanted))
        answer = await ask(self.app, dialog) or ""
        if answer.startswith(filtering.SAVED):
            self._want(saved[answer.removeprefix(filtering.SAVED)])
        elif answer.startswith(filtering.ADD):
            self._want(filtering.with_condition(self.wanted, answer.removeprefix(filtering.ADD)))
        elif answer == filtering.CLEAR:
            self._want(GalleryFilter())
        elif answer == filtering.KEEP:
            await self._keep_filter(saved)
        elif answer == filtering.FORGET:
            await self._forget_filter(saved)

    async def _keep_filter(self, saved: Mapping[str, GalleryFilter]) -> None:
        names = ", ".join(saved)
        about = f" There are: {names}." if names else ""
        dialog = LineDialog(
            "Save this filter",
            f"{self.wanted.text()}\nA name that is taken is replaced.{about}",
            placeholder="name",
        )
        name = await ask(self.app, dialog)
        if name:
            await self.gallery.save(name, self.wanted)
            self.app.tell(f"Saved the filter {name}; f offers it.", severity="success")

    async def _forget_filter(self, saved: Mapping[str, GalleryFilter]) -> None:
        choices = [Choice(name, name, each.text()) for name, each in saved.items()]
        name = await ask(self.app, ChoiceDialog("Forget a saved filter", choices))
        if name:
            await self.gallery.forget(name)
            self.app.tell(f"Forgot the filter {name}.")
