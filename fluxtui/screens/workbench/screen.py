"""The workbench: all training pictures in a list or a grid, one of them large with caption and problems."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Footer

from fluxtui.app.state import guarded
from fluxtui.controllers.dataset import rows as bench
from fluxtui.controllers.dataset.rows import BenchPicture, Show
from fluxtui.domain.dataset import Dataset, DatasetRules, ProblemKind
from fluxtui.domain.errors import FluxError
from fluxtui.domain.text import safe_text
from fluxtui.domain.workspace import History
from fluxtui.screens.place import WIDE_COLUMNS
from fluxtui.screens.workbench import rows
from fluxtui.screens.workbench.crop_pad import CropPad
from fluxtui.screens.workbench.crop_part import CropPart
from fluxtui.screens.workbench.picture_pane import PicturePane
from fluxtui.services.datasets.previewing import Previews
from fluxtui.services.datasets.tracking import marks_of
from fluxtui.widgets.flash import Flash
from fluxtui.widgets.plain import PlainStatic, plain
from fluxtui.widgets.table import RowTable
from fluxtui.widgets.thumbnail_grid import ThumbnailGrid, Tile

if TYPE_CHECKING:
    from PIL.Image import Image


class WorkbenchScreen(CropPart):
    """Edits a dataset, and answers with what it found in the source, or None where that is not known.

    The edits are one `History`, saved as it changes; the widgets show it.

    Args:
        source: of the pictures, as typed.
        rules: of the trainer.
        trigger_word: of the training, `''` for none; None where there is no training to be ordered.
        name: the picture to begin with.
    """

    CSS_PATH = "workbench.tcss"
    AUTO_FOCUS = "#bench-list RowGrid"
    HELP = (
        "Every picture with what is wrong with it and its caption. Your files are never changed: edits are "
        "kept beside them until you discard them. Enter edits the caption, space leaves a picture out or "
        "takes it back, `v` shows small pictures, `p` only some of them, `f` mends all that can be mended, "
        "`b` changes all captions together, `u` takes the last change back. Where a picture has become "
        "another one since you edited it, `e` asks whether the edits are kept or dropped."
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "back", "Back", id="bench.back", key_display="Esc"),
        Binding("space,x", "include", "Out", id="bench.toggle", key_display="␣"),
        Binding("v", "view", "Grid", id="bench.view"),
        Binding("p", "show_next", "Show", id="bench.show"),
        Binding("f", "fix", "Mend", id="bench.fix"),
        Binding("u", "undo", "Undo", id="bench.undo"),
        Binding("U", "redo", "Redo", id="bench.redo", show=False),
        Binding("c", "crop", "Crop", id="bench.crop"),
        Binding("t", "turn(1)", "Turn", id="bench.turn"),
        Binding("T", "turn(3)", "Turn left", id="bench.turn_left", show=False),
        Binding("b", "bulk", "Bulk", id="bench.bulk"),
        Binding("e", "outdated", "Edits?", id="bench.outdated"),
        Binding("m", "more", "More", id="bench.more"),
        Binding("o", "open", "Large", id="bench.open", show=False),
        Binding("r", "look", "Look again", id="bench.look", show=False),
    ]

    def __init__(
        self, source: Path, rules: DatasetRules, trigger_word: str | None = None, name: str = ""
    ) -> None:
        super().__init__(source, trigger_word)
        self._begin_with = name
        self._rules = rules
        self._dataset: Dataset | None = None
        self._judged_of: History | None = None
        """The edits with which the dataset was judged."""
        self._judging = asyncio.Lock()
        self._pictures: tuple[BenchPicture, ...] = ()
        self._rows: rows.Ready = {}
        self._listed: tuple[BenchPicture, ...] = ()
        self._previews: Previews | None = None
        self._filter = Show.ALL
        self._tag = ""
        """Only pictures whose captions have it are listed, `''` for all."""

    def compose(self) -> ComposeResult:
        """Lay out the list or grid beside the one picture."""
        terminal = self.app.terminal
        yield PlainStatic("", id="bench-title")
        yield PlainStatic("", id="bench-set")
        with Horizontal(id="bench-body"):
            with Vertical(id="bench-many"):
                yield RowTable(rows.columns(), id="bench-list")
                yield ThumbnailGrid(terminal, self._thumbnail, id="bench-grid")
            with Vertical(id="bench-one"):
                yield PicturePane(terminal, id="bench-picture")
                yield CropPad(id="bench-crop")
                yield PlainStatic("", id="bench-problems")
                yield PlainStatic("", id="bench-caption-line")
                yield self._area
        yield Flash(plain(""))
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Look through the pictures, and follow what is to be told."""
        self.watch(self.app, "notices", self._flash, init=False)
        self._say_of_set(())
        self.action_look()

    def on_resize(self, event: events.Resize) -> None:
        """Tell the styles how much room there is."""
        is_wide = event.size.width >= WIDE_COLUMNS
        self.set_class(is_wide, "-wide")
        self.query_one(RowTable).set_columns(rows.columns(is_wide=is_wide))

    def _flash(self) -> None:
        notices = self.app.notices
        if notices and self.is_active:
            self.query_one(Flash).show(notices[0].text, notices[0].severity)

    # Looking through

    def action_look(self) -> None:
        """Look through the source, again if need be."""
        guarded(self, self._look(), doing="looking at the pictures", group="look", exclusive=True)

    async def _look(self) -> None:
        def progress(done: int, total: int) -> None:
            self._title(f"Looking at picture {done} of {total} · Esc stops")

        self._title("Looking · Esc stops")
        services = self.app.services
        try:
            self._found = found = await services.datasets.scan(self._path, progress)
            self._marks = await asyncio.to_thread(marks_of, found)
            if self._saved is None:
                self._history = self._saved = await services.workspaces.of(found)
        except FluxError as error:
            self._title(safe_text(self._path, limit=200))
            self._say_of_set((f"✗ {error.sentence()}",))
            return
        self._close_previews()
        self._previews = Previews(self._found, services.thumbnails)
        self.query_one(PicturePane).forget()
        self._judged_of = None
        await self.judged()
        if any(item.name == self._begin_with for item in self._listed):
            self._put_cursor(self._begin_with)
        self._begin_with = ""

    def _title(self, text: str) -> None:
        self.query_one("#bench-title", PlainStatic).show(text, layout=False)

    def _say_of_set(self, lines: tuple[str, ...]) -> None:
        line = self.query_one("#bench-set", PlainStatic)
        line.display = bool(lines)
        line.show("\n".join(lines))

    # Judging: in a thread, for there may be thousands of pictures

    def follow_edits(self, *, after: float = 0.0) -> None:
        """Judge the pictures with the present edits and show them, after seconds without another edit."""
        work = self._judge_soon(after)
        guarded(self, work, doing="judging the pictures", group="judge", exclusive=True)

    async def _judge_soon(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        if self._judged_of is self._history:
            self._show_pictures()
        else:
            await self.judged()

    async def judged(self) -> Dataset | None:
        """Return the dataset with the present edits, or None while nothing was looked through."""
        async with self._judging:
            while self._found is not None and self._judged_of is not self._history:
                found, history = self._found, self._history
                self._dataset = await self.app.services.datasets.checked(found, self._rules, history.present)
                self._pictures, self._rows = await asyncio.to_thread(
                    rows.ready, found, self._dataset, history.present, self._rows
                )
                self._judged_of = history
                self._show_pictures()
                self.refresh_bindings()
            return self._dataset

    # Showing

    def _show_pictures(self) -> None:
        """Show what was judged: list, grid, counts, and the picture under the cursor."""
        is_editing = self.focused is self._area
        names = {item.name for item in bench.shown(self._pictures, self._filter, self._tag)}
        # A picture whose caption is typed stays, also where the filter is for those without one.
        names |= {self._current} if is_editing else set()
        listed = self._listed = tuple(item for item in self._pictures if item.name in names)
        table = self.query_one(RowTable)
        table.set_empty("No picture here; p shows others." if self._pictures else "There are no pictures.")
        table.set_rows([self._rows[item.name][1] for item in listed])
        self.query_one(ThumbnailGrid).set_tiles([self._tile(item) for item in listed])
        if self._dataset is not None:
            words = bench.shown_words(self._filter, self._tag)
            shown = f" · {words}: {len(listed)}" if words else ""
            source = safe_text(self._path, limit=60)
            self._title(f"{bench.summary(self._dataset, self._pictures)}{shown} · {source}")
            self._say_of_set(bench.set_problems(self._dataset, self._rules, self.trigger_word))
        self.show_picture(self._current if is_editing else self._selected())

    def _tile(self, item: BenchPicture) -> Tile:
        edit = self._history.present.of(item.name)
        mark = f"{edit.turns}{edit.crop.model_dump_json() if edit.crop else ''}"
        label = item.name.rpartition("/")[2]
        return Tile(
            item.name, label, mark, bench.SIGNS[item.state], rows.STYLES[item.state], item.state == "out"
        )

    def _thumbnail(self, tile: Tile) -> Image:
        """Return the small picture of a tile; called in a thread."""
        previews = self._previews
        if previews is None:
            raise FluxError("is not looked at yet")
        return previews.thumbnail(tile.key, self._history.present.of(tile.key))

    def _selected(self) -> str:
        if self.has_class("-grid"):
            return self.query_one(ThumbnailGrid).selected_key or ""
        return self.query_one(RowTable).selected_key or ""

    @on(RowTable.Highlighted, "#bench-list")
    @on(ThumbnailGrid.Highlighted, "#bench-grid")
    def _follow_cursor(self, event: RowTable.Highlighted | ThumbnailGrid.Highlighted) -> None:
        event.stop()
        in_grid = isinstance(event, ThumbnailGrid.Highlighted)
        # A table that is laid out anew has no row for a moment; the caption that is edited must not go then.
        is_empty = not (self._listed if in_grid else self.query_one(RowTable).shown_keys)
        if in_grid is self.has_class("-grid") and (event.key is not None or is_empty):
            self.show_picture(event.key or "")

    def show_picture(self, name: str) -> None:
        """Show one picture large, with its problems and its caption."""
        self._current = name
        picture = next((item for item in self._pictures if item.name == name), None)
        edit = self._history.present.of(name)
        if self._draft_crop is not None:
            edit = edit.model_copy(update={"crop": self._draft_crop})
        previews = self._previews if picture is not None and picture.state != "fault" else None
        self.query_one(PicturePane).show(previews, name, edit)
        lines = bench.problem_lines(picture) if picture is not None else ()
        self.query_one("#bench-problems", PlainStatic).show("\n".join(lines))
        caption = picture.caption if picture is not None else ""
        if edit.caption is not None:
            # It may be newer than what was judged.
            caption = edit.caption
        words = bench.caption_line(name, caption) if picture is not None else ""
        self.query_one("#bench-caption-line", PlainStatic).show(words, layout=False)
        self._area.show(name if picture is not None else "", caption)

    def go_on(self, by: int) -> None:
        """Go to another picture of those that are listed, without leaving the caption."""
        names = [item.name for item in self._listed]
        if self._current in names:
            self._put_cursor(names[min(max(names.index(self._current) + by, 0), len(names) - 1)])

    def focus_many(self) -> None:
        """Put the focus into the list or the grid."""
        self.set_focus(self.query_one("#bench-grid" if self.has_class("-grid") else "#bench-list RowGrid"))

    def _put_cursor(self, name: str) -> None:
        self.query_one(RowTable).select(name)
        self.query_one(ThumbnailGrid).select(name)
        self.show_picture(name)

    def action_view(self) -> None:
        """Show the list or the grid."""
        name = self._current
        self.toggle_class("-grid")
        self._put_cursor(name)
        self.call_after_refresh(self.focus_many)

    def action_show_next(self) -> None:
        """List other pictures: all, or only some."""
        self._filter = Show.ALL if self._tag else bench.next_show(self._filter)
        self._tag = ""
        self._show_pictures()
        self.app.tell(f"Shown: {self._filter.value}.")

    def show_tag(self, tag: str) -> None:
        """List only the pictures whose captions have a tag; `p` lists all again."""
        self._filter, self._tag = Show.ALL, tag
        self._show_pictures()
        self.app.tell(f"Shown: {bench.shown_words(self._filter, tag)}; p shows all.")

    def listed_names(self) -> tuple[str, ...]:
        """Return the names of the pictures that are listed, after all filters."""
        if self.has_class("-grid"):
            return tuple(item.name for item in self._listed)
        return self.query_one(RowTable).shown_keys

    def action_open(self) -> None:
        """Show the picture in the whole terminal."""
        view = self.query_one(PicturePane).path
        if view is not None:
            from fluxtui.screens.view import ViewItem, ViewScreen

            self.app.push_screen(ViewScreen((ViewItem(view, self._current),)))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to decide on edits only where there is something to decide."""
        if action == "outdated" and not self._has_outdated():
            return False
        return super().check_action(action, parameters)

    def _has_outdated(self) -> bool:
        problems = self._dataset.problems if self._dataset is not None else ()
        return any(problem.kind is ProblemKind.EDIT for problem in problems)

    # Leaving

    def action_back(self) -> None:
        """Go back to the training, once everything is on the disk."""
        guarded(self, self._leave(), doing="saving the edits", group="leave", exclusive=True)

    async def _leave(self) -> None:
        # A save that was asked for may not have begun, and would end with this screen.
        self.record_untold()
        await self.save()
        self._close_previews()
        self.dismiss(self._found)

    async def on_unmount(self) -> None:
        """Put on the disk what was typed last, also when the program is left in the midst of it."""
        self.record_untold()
        await self.save()

    def _close_previews(self) -> None:
        if self._previews is not None:
            self._previews.close()
            self._previews = None

    @property
    def dataset(self) -> Dataset | None:
        """The dataset as it was judged last."""
        return self._dataset
