"""The Gallery place: small pictures in a grid, one of them with everything about it, a filter over all."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from fluxtui.app.state import guarded
from fluxtui.controllers.gallery import filtering, wording
from fluxtui.controllers.gallery.browser import MOST_COMPARED
from fluxtui.controllers.gallery.controller import GalleryController, GalleryDraft
from fluxtui.controllers.navigation import Request, ShowPictures
from fluxtui.domain.gallery import GalleryFilter
from fluxtui.domain.text import shorten

# Its dialog registers itself.
from fluxtui.screens.gallery import questions as questions
from fluxtui.screens.gallery.gallery_panel import GalleryPanel
from fluxtui.screens.gallery.opening import open_compare, open_view, view_item
from fluxtui.screens.gallery.suggesters import FilterSuggester
from fluxtui.screens.place import PlaceScreen
from fluxtui.widgets.filter_line import FilterLine
from fluxtui.widgets.plain import PlainStatic
from fluxtui.widgets.thumbnail_grid import ThumbnailGrid

TYPING_REST = 0.15
"""Seconds for which the typing of a filter must rest until the journal is asked."""
_COPIED_SHOWN = 60
"""Characters of what was copied that are told."""

MARK_KEYS: Final = (
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
)
USE_KEYS: Final = (
    Binding("p", "use_again", "Use again", id="gallery.use"),
    Binding("f12", "use_picture", "Use this picture", id="gallery.use_picture", show=False),
    Binding("U", "upscale", "Upscale", id="gallery.upscale", show=False),
    Binding("V", "vary", "Vary, four at once", id="gallery.vary", show=False),
    Binding("c", "compare", "Compare", id="gallery.compare", show=False),
    Binding("x", "export", "Export", id="gallery.export"),
    Binding("H", "get_home", "Get it home", id="gallery.home", show=False),
    Binding("y", "copy('path')", "Copy path", id="gallery.copy", show=False),
    Binding("Y", "copy('prompt')", "Copy prompt", id="gallery.copy_prompt", show=False),
)


class GalleryScreen(PlaceScreen):
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
        *MARK_KEYS,
        *USE_KEYS,
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
        self.controller = GalleryController(self.app)
        self._shown = self.controller.shown
        self._is_stale = False
        """Whether there are new pictures that were not shown because another place is."""
        self._told = self._shown.wanted
        """The filter that the line tells."""
        self._offered = (False, False)
        """What the footer offers to do with the trash."""

    def compose_place(self) -> ComposeResult:
        """Lay out title, filter, grid and what is said of the picture under the cursor."""
        yield PlainStatic(wording.LOADING[0], id="gallery-title")
        suggester = FilterSuggester(lambda: self._shown.facets)
        yield FilterLine(filtering.PLACEHOLDER, suggester, id="gallery-filter")
        yield PlainStatic("", id="gallery-problem")
        yield GalleryPanel(self.controller)

    @property
    def panel(self) -> GalleryPanel:
        """The pictures, with the cursor on one."""
        return self.query_one(GalleryPanel)

    def on_mount(self) -> None:
        """Follow what is saved, and what the controller has to show."""
        self._shown.changed.connect(self._redraw)
        self.watch(self.app, "pictures_revision", self._note_new, init=False)

    # What is kept

    def restore(self, draft: Mapping[str, Any]) -> None:
        """Filter as before, with the cursor on the same picture."""
        kept = GalleryDraft.from_note(draft)
        self.panel.begin(kept.picture, kept.size)
        self._shown.want(kept.wanted)

    async def restored(self) -> None:
        """Read the pictures."""
        self._read()

    def follow(self, request: Request) -> None:
        """Filter as another place asks."""
        if isinstance(request, ShowPictures):
            wanted, _ = filtering.problem_of(request.filter)
            if wanted is not None:
                self._want(wanted)

    def _keep(self) -> None:
        draft = GalleryDraft(self._shown.wanted, self.panel.cursor_to_keep, self.panel.size_step)
        self.keep_draft(draft.to_note())

    @on(ThumbnailGrid.Highlighted)
    def _keep_cursor(self, event: ThumbnailGrid.Highlighted) -> None:
        event.stop()
        if not self.panel.is_beginning:
            self._keep()

    # Which pictures there are

    def _note_new(self) -> None:
        if self.app.screen is self:
            self._read()
        else:
            self._is_stale = True

    @on(events.ScreenResume)
    def _catch_up(self) -> None:
        if self._is_stale:
            self._read()

    def _read(self, *, rest: float = 0.0) -> None:
        """Ask again which pictures there are, after some seconds of rest."""
        self._is_stale = False
        work = self._shown.read(rest=rest)
        guarded(self, work, doing="reading the pictures", group="numbers", exclusive=True)

    def _want(self, wanted: GalleryFilter, *, rest: float = 0.0) -> None:
        """Show other pictures, and say in the line which."""
        if self._shown.want(wanted):
            self._read(rest=rest)
        else:
            self._show_filter()

    def action_refresh_pictures(self) -> None:
        """Read everything anew."""
        self._read()

    # Drawing

    def _redraw(self) -> None:
        """Show what the controller shows; nothing where the place is being taken down."""
        if not self.is_attached:
            return
        if self._shown.wanted != self._told:
            self._told = self._shown.wanted
            self._show_filter()
            self._keep()
        self._show_title()
        offered = (self.controller.trash.is_shown, self.controller.trash.can_restore)
        if offered != self._offered:
            self._offered = offered
            self.refresh_bindings()

    def _show_filter(self) -> None:
        line = self.query_one(FilterLine)
        if not line.has_focus_within:
            line.show(self._shown.wanted.text())

    def _show_title(self) -> None:
        """Show how many pictures there are, or how far long work is, or why there are none."""
        shown, title = self._shown, self.query_one("#gallery-title", PlainStatic)
        title.set_class(shown.fault is not None, "-fault")
        if shown.fault is not None:
            title.show(" ".join(wording.fault_text(shown.fault.sentence())), layout=False)
            return
        counts = len(shown.listing), shown.total, len(shown.marked)
        title.show(shown.progress or wording.title_text(*counts, shown.wanted), layout=False)

    def show_time(self) -> None:
        """Tell how old the picture is by now."""
        self.panel.show_time(self.app.clock())

    def action_resize(self) -> None:
        """Draw the small pictures larger, and after the largest small again."""
        self.panel.next_size()
        self._keep()

    # The filter line

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

    @on(FilterLine.LeaveRequested)
    def _leave_filter(self, event: FilterLine.LeaveRequested) -> None:
        event.stop()
        self.panel.grid.focus()

    def action_filter(self) -> None:
        """Type a filter, which is completed by what there is."""
        self.query_one(FilterLine).open()
        work = self._shown.read_facets()
        guarded(self, work, doing="reading what to filter by", group="facets", exclusive=True, leads=False)

    def action_back(self) -> None:
        """Stop what takes long; else clear the filter, then the marks, then the news."""
        if self._shown.is_working:
            for group in ("act", "export"):
                self.workers.cancel_group(self, group)
            self.app.tell("Stopped. What was done before stays as it is.")
        elif self.query_one(FilterLine).text:
            self.query_one(FilterLine).action_clear()
        elif self._shown.marked:
            self._shown.forget_marks()
        else:
            self.action_clear_news()

    def action_show_trash(self) -> None:
        """Show the trash, or the gallery again."""
        self._want(GalleryFilter(trashed=not self._shown.wanted.trashed))

    def action_sort(self) -> None:
        """Choose how pictures are sorted."""
        self._act(self.controller.filters.sort(), "sorting")

    def action_choose_filter(self) -> None:
        """Choose what to filter by, or a saved filter."""
        self._act(self.controller.filters.choose(), "filtering")

    # What is done to the marked pictures, or to the one under the cursor

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what the gallery and what the trash allow."""
        if action == "trash":
            return not self.controller.trash.is_shown
        if action == "restore":
            return self.controller.trash.can_restore
        if action == "empty_trash":
            return self.controller.trash.is_shown
        return super().check_action(action, parameters)

    def _act(self, work: Coroutine[Any, Any, None], doing: str, group: str = "act") -> None:
        guarded(self, work, doing=doing, group=group)

    def _chosen(self) -> tuple[int, ...]:
        self.panel.point()
        return self._shown.chosen()

    def _act_on_chosen(
        self, command: Callable[[Sequence[int]], Coroutine[Any, Any, None]], doing: str, group: str = "act"
    ) -> None:
        """Do something to the pictures that are meant now, whatever is meant when its turn comes."""
        if numbers := self._chosen():
            self._act(command(numbers), doing, group)

    def _act_on_current(self, command: Callable[[int], Coroutine[Any, Any, None]], doing: str) -> None:
        if (number := self.panel.point()) is not None:
            self._act(command(number), doing)

    def action_mark(self) -> None:
        """Mark the picture under the cursor, or take the mark away."""
        self.panel.point()
        self._shown.toggle_mark()

    def action_mark_all(self) -> None:
        """Mark all pictures that are shown, or none where some are marked."""
        self._shown.toggle_all_marks()

    def action_star(self) -> None:
        """Give a star, or take it away where all of them have one."""
        self._act_on_chosen(self.controller.marking.star, "giving a star")

    def action_rate(self, by: int) -> None:
        """Rate higher or lower by one, from none to 5."""
        numbers, current = self._chosen(), self._shown.current
        if numbers and current is not None:
            leader = current if current in numbers else numbers[0]
            self._act(self.controller.marking.rate(numbers, leader, by), "rating")

    def action_tag(self) -> None:
        """Change the tags."""
        self._act_on_chosen(self.controller.marking.tag, "tagging")

    def action_note(self) -> None:
        """Write a note about the picture under the cursor."""
        self._act_on_current(self.controller.marking.note, "noting")

    def action_trash(self) -> None:
        """Move pictures to the trash, from where they can be taken back."""
        self._act_on_chosen(self.controller.trash.put, "moving to the trash")

    def action_restore(self) -> None:
        """Take pictures out of the trash; in the gallery, those that were moved there last."""
        self.panel.point()
        if numbers := self.controller.trash.restorable():
            self._act(self.controller.trash.restore(numbers), "restoring")

    def action_empty_trash(self) -> None:
        """Delete what is in the trash for good, after asking."""
        self._act(self.controller.trash.empty(), "emptying the trash")

    def action_export(self) -> None:
        """Export the marked pictures, or the one under the cursor."""
        self._act_on_chosen(self.controller.exporting.export, "exporting", "export")

    def action_use_again(self) -> None:
        """Put the parameters of the picture under the cursor into the form."""
        self._act_on_current(self.controller.use_again, "taking over parameters")

    def action_copy(self, what: str) -> None:
        """Copy the path or the prompt of the picture under the cursor."""
        self.panel.point()
        if (text := self.controller.copyable(what)) is not None:
            self.app.copy_to_clipboard(text)
            self.app.tell(f"Copied the {what}: {shorten(text, _COPIED_SHOWN)}")

    # What else is opened

    @on(ThumbnailGrid.Chosen)
    def _open(self, event: ThumbnailGrid.Chosen) -> None:
        event.stop()
        self._act_on_current(self._view, "showing a picture")

    async def _view(self, number: int) -> None:
        async with self._shown.turn:
            entries = await self._shown.around(number, self.panel.grid.cursor)
            last = await open_view(self.app, entries, number, self.controller.path_of)
        self.panel.grid.select(str(last))

    def action_compare(self) -> None:
        """Show the marked pictures side by side."""
        numbers = self._chosen()
        if 2 <= len(numbers) <= MOST_COMPARED:
            self._act(self._compare(numbers), "comparing")
        else:
            self.app.tell(f"Mark 2 to {MOST_COMPARED} pictures with space; c shows them side by side.")

    async def _compare(self, numbers: Sequence[int]) -> None:
        async with self._shown.turn:
            entries = await self.app.services.gallery.entries(numbers)
            await open_compare(self.app, entries, self.controller.path_of)

    def action_get_home(self) -> None:
        """Offer the ways to get the marked pictures home, or the one under the cursor."""
        self._act_on_chosen(self._get_home, "getting pictures home")

    async def _get_home(self, numbers: Sequence[int]) -> None:
        from fluxtui.screens.home import get_home

        entries = await self.app.services.gallery.entries(numbers)
        path_of, finetunes = self.controller.path_of, self.app.finetunes
        get_home(self.app, [view_item(entry, path_of(entry), finetunes) for entry in entries])

    def action_use_picture(self) -> None:
        """Ask what the picture under the cursor is to be used for, and open Generate with it."""
        self.panel.point()
        if (entry := self._shown.entry) is not None:
            from fluxtui.screens.using_pictures import use_picture

            work = use_picture(self.app, self.controller.path_of(entry))
            guarded(self, work, doing="using a picture", group="use", exclusive=True)

    def action_upscale(self) -> None:
        """Ask where the picture under the cursor is to be made larger."""
        self.panel.point()
        if (entry := self._shown.entry) is not None:
            from fluxtui.screens.using_pictures import upscale_picture

            work = upscale_picture(self.app, self.controller.path_of(entry))
            guarded(self, work, doing="upscaling a picture", group="use", exclusive=True)

    def action_vary(self) -> None:
        """Ask how the picture under the cursor is to be varied."""
        self._act_on_current(self._vary, "varying a picture")

    async def _vary(self, number: int) -> None:
        from fluxtui.screens.using_pictures import vary_picture

        entry = self._shown.entry
        if entry is not None:
            again = await self.controller.again(number)
            await vary_picture(self.app, self.controller.path_of(entry), again)
