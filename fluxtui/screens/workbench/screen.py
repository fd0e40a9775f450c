"""The workbench: all training pictures in a list or a grid, one of them large with caption and problems."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Footer

from fluxtui.domain.dataset import Crop, Dataset, DatasetRules
from fluxtui.domain.errors import FluxError
from fluxtui.domain.text import plural, safe_text
from fluxtui.domain.workspace import History, Workspace
from fluxtui.screens.place import WIDE_COLUMNS
from fluxtui.screens.workbench import bench, chores, rows
from fluxtui.screens.workbench.bench import BenchPicture, Show
from fluxtui.screens.workbench.caption_area import CaptionArea
from fluxtui.screens.workbench.crop_pad import CropPad
from fluxtui.screens.workbench.picture_pane import PicturePane
from fluxtui.services.datasets.previewing import Previews
from fluxtui.state import StatefulApp, guarded
from fluxtui.widgets.flash import Flash
from fluxtui.widgets.plain import PlainStatic, plain
from fluxtui.widgets.quiet_screen import QuietScreen
from fluxtui.widgets.table import RowTable
from fluxtui.widgets.thumbnail_grid import ThumbnailGrid, Tile

if TYPE_CHECKING:
    from PIL.Image import Image

    from fluxtui.domain.found import Found


_NOT_WHILE_CROPPING = frozenset(
    {"back", "include", "view", "show_next", "fix", "undo", "redo", "crop", "turn", "bulk", "more", "look"}
)


class WorkbenchScreen(QuietScreen["Found"]):
    """Edits a dataset, and answers with what it found in the source, or None where that is not known.

    The edits are one `History`, saved at each change; the widgets show it.

    Args:
        source: of the pictures, as typed.
        rules: of the trainer.
        trigger_word: offered where captions are changed together.
        name: the picture to begin with.
    """

    CSS_PATH = "workbench.tcss"
    AUTO_FOCUS = "#bench-list RowGrid"
    HELP = (
        "Every picture with what is wrong with it and its caption. Your files are never changed: edits are "
        "kept beside them until you discard them. Enter edits the caption, space leaves a picture out or "
        "takes it back, `v` shows small pictures, `f` mends all that can be mended."
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "back", "Back", id="bench.back", key_display="Esc"),
        Binding("space,x", "include", "In/out", id="bench.toggle", key_display="␣"),
        Binding("v", "view", "Grid", id="bench.view"),
        Binding("p", "show_next", "Show", id="bench.show"),
        Binding("f", "fix", "Mend all", id="bench.fix"),
        Binding("u", "undo", "Undo", id="bench.undo"),
        Binding("U", "redo", "Redo", id="bench.redo", show=False),
        Binding("c", "crop", "Crop", id="bench.crop"),
        Binding("t", "turn(1)", "Turn", id="bench.turn"),
        Binding("T", "turn(3)", "Turn left", id="bench.turn_left", show=False),
        Binding("b", "bulk", "All captions", id="bench.bulk"),
        Binding("m", "more", "More", id="bench.more"),
        Binding("o", "open", "Large", id="bench.open", show=False),
        Binding("r", "look", "Look again", id="bench.look", show=False),
    ]

    app = getters.app(StatefulApp)

    def __init__(self, source: Path, rules: DatasetRules, trigger_word: str = "", name: str = "") -> None:
        super().__init__()
        self._begin_with = name
        self._path = source
        self._rules = rules
        self._trigger_word = trigger_word
        self._found: Found | None = None
        self._history = History(present=Workspace(source=str(source)))
        self._dataset: Dataset | None = None
        self._pictures: tuple[BenchPicture, ...] = ()
        self._listed: tuple[BenchPicture, ...] = ()
        self._previews: Previews | None = None
        self._filter = Show.ALL
        self._current = ""
        self._draft_crop: Crop | None = None
        self._saving = asyncio.Lock()
        self._saved: History | None = None
        """What is on the disk, as far as it is known."""

    def compose(self) -> ComposeResult:
        """Lay out the list or grid beside the one picture."""
        terminal = self.app.terminal
        yield PlainStatic("", id="bench-title")
        yield PlainStatic("", id="bench-set")
        with Horizontal(id="bench-body"):
            with Vertical(id="bench-many"):
                yield RowTable(rows.COLUMNS, empty="No picture here; p shows others.", id="bench-list")
                yield ThumbnailGrid(terminal, self._thumbnail, id="bench-grid")
            with Vertical(id="bench-one"):
                yield PicturePane(terminal, id="bench-picture")
                yield CropPad(id="bench-crop")
                yield PlainStatic("", id="bench-problems")
                yield PlainStatic("", id="bench-caption-line")
                yield CaptionArea(id="bench-caption")
        yield Flash(plain(""))
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Look through the pictures, and follow what is to be told."""
        self.watch(self.app, "notices", self._flash, init=False)
        self.action_look()

    def on_resize(self, event: events.Resize) -> None:
        """Tell the styles how much room there is."""
        self.set_class(event.size.width >= WIDE_COLUMNS, "-wide")

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
            if self._saved is None:
                self._history = self._saved = await services.workspaces.load(self._path)
            self._found = await services.datasets.look(self._path, progress)
        except FluxError as error:
            self._title(f"✗ {error.sentence()}")
            raise
        self._close_previews()
        self._previews = Previews(self._found, services.thumbnails)
        self.query_one(PicturePane).forget()
        self._refresh()
        if any(item.name == self._begin_with for item in self._listed):
            self._put_cursor(self._begin_with)
        self._begin_with = ""

    def _title(self, text: str) -> None:
        self.query_one("#bench-title", PlainStatic).show(text, layout=False)

    # Showing

    def _refresh(self, *, is_editing: bool | None = None) -> None:
        """Judge the pictures with the present edits and show everything anew.

        Args:
            is_editing: whether a caption is being typed; None to see where the focus is.
        """
        found = self._found
        if found is None:
            return
        workspace = self._history.present
        self._dataset = self.app.services.datasets.judge(found, self._rules, workspace)
        self._pictures = bench.bench_pictures(found, self._dataset, workspace)
        if is_editing is None:
            is_editing = self.query_one(CaptionArea).has_focus
        names = {item.name for item in bench.shown(self._pictures, self._filter)}
        # A picture whose caption is typed stays, also where the filter is for those without one.
        names |= {self._current} if is_editing else set()
        listed = self._listed = tuple(item for item in self._pictures if item.name in names)
        self.query_one(RowTable).set_rows([rows.row_of(item) for item in listed])
        self.query_one(ThumbnailGrid).set_tiles([self._tile(item) for item in listed])
        shown = "" if self._filter is Show.ALL else f" · {self._filter.value}: {len(listed)}"
        source = safe_text(self._path, limit=60)
        self._title(f"{bench.summary(self._dataset, self._pictures)}{shown} · {source}")
        lines = bench.set_problems(self._dataset)
        line = self.query_one("#bench-set", PlainStatic)
        line.display = bool(lines)
        line.show("\n".join(lines))
        self._select(self._current if is_editing else self._selected())

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

    @property
    def _picture(self) -> BenchPicture | None:
        return next((item for item in self._pictures if item.name == self._current), None)

    @on(RowTable.Highlighted, "#bench-list")
    @on(ThumbnailGrid.Highlighted, "#bench-grid")
    def _follow_cursor(self, event: RowTable.Highlighted | ThumbnailGrid.Highlighted) -> None:
        event.stop()
        in_grid = isinstance(event, ThumbnailGrid.Highlighted)
        # A table that is laid out anew has no row for a moment; the caption that is edited must not go then.
        if in_grid is self.has_class("-grid") and (event.key is not None or not self._listed):
            self._select(event.key or "")

    def _select(self, name: str) -> None:
        """Show one picture large, with its problems and its caption."""
        self._current = name
        picture = self._picture
        edit = self._history.present.of(name)
        if self._draft_crop is not None:
            edit = edit.model_copy(update={"crop": self._draft_crop})
        previews = self._previews if picture is not None and picture.state != "fault" else None
        self.query_one(PicturePane).show(previews, name, edit)
        lines = bench.problem_lines(picture) if picture is not None else ()
        self.query_one("#bench-problems", PlainStatic).show("\n".join(lines))
        caption = picture.caption if picture is not None else ""
        words = f"Caption · {bench.caption_words(caption)} · Enter edits" if picture is not None else ""
        self.query_one("#bench-caption-line", PlainStatic).show(words, layout=False)
        self.query_one(CaptionArea).show(name if picture is not None else "", caption)

    # Changing

    def change(self, workspace: Workspace, done: str, *, going_on: bool = False) -> None:
        """Take over a changed workspace, save it and show it.

        Args:
            workspace: after the change.
            done: what was done, in words that fit after "Undone: ".
            going_on: it is one with the change before, such as typing.
        """
        history = self._history.changed(workspace, done, going_on=going_on)
        if history is not self._history:
            self._take(history)

    def _take(self, history: History) -> None:
        self._history = history
        guarded(self, self._save(), doing="saving the edits", group="save")
        self._refresh()

    async def _save(self) -> None:
        async with self._saving:
            history = self._history
            if history is not self._saved:
                await self.app.services.workspaces.save(history)
                self._saved = history

    def _edit_one(self, done: str, edit: Callable[[Workspace, str], Workspace]) -> None:
        picture = self._picture
        if picture is None or picture.state == "fault":
            self.app.tell("There is no picture here that can be edited.", severity="warning")
            return
        self.change(edit(self._history.present, picture.name), f"{done} {picture.name}")

    def action_include(self) -> None:
        """Leave a picture out, or take it back."""
        excluded = self._history.present.of(self._current).excluded
        self._edit_one(
            "taking back" if excluded else "leaving out",
            lambda workspace, name: workspace.edited(name, excluded=not excluded),
        )

    def action_turn(self, quarters: int) -> None:
        """Turn a picture clockwise by some quarters."""
        self._edit_one("turning", lambda workspace, name: workspace.turned(name, quarters))

    def action_fix(self) -> None:
        """Mend all that the program can mend, in the workspace."""
        if self._found is None or self._dataset is None:
            return
        before = self._history.present
        after = self.app.services.datasets.fixed(self._dataset, self._found, before)
        if after == before:
            self.app.tell("There is nothing left that can be mended by itself.")
            return
        self.change(after, "mending")
        self.app.tell("Mended what could be mended; u takes it back.", severity="success")

    def action_undo(self) -> None:
        """Take the last change back."""
        self._step(self._history.undone(), "Undone", self._history.past[-1:])

    def action_redo(self) -> None:
        """Do the last undone change again."""
        self._step(self._history.redone(), "Done again", self._history.future[:1])

    def _step(self, history: History, word: str, steps: tuple[object, ...]) -> None:
        if history is self._history:
            self.app.tell("There is nothing to go back to." if word == "Undone" else "Nothing was undone.")
            return
        done = "; ".join(getattr(step, "done", "") for step in steps)
        self._take(history)
        self.app.tell(f"{word}: {done}.")

    # Captions

    @on(RowTable.Chosen, "#bench-list")
    @on(ThumbnailGrid.Chosen, "#bench-grid")
    def _edit_caption(self, event: RowTable.Chosen | ThumbnailGrid.Chosen) -> None:
        event.stop()
        self.query_one(CaptionArea).focus()

    @on(CaptionArea.Typed)
    def _take_caption(self, event: CaptionArea.Typed) -> None:
        event.stop()
        present = self._history.present
        self.change(
            present.edited(event.name, caption=event.text.strip()), f"caption of {event.name}", going_on=True
        )

    @on(CaptionArea.Go)
    def _go_on(self, event: CaptionArea.Go) -> None:
        event.stop()
        names = [item.name for item in self._listed]
        if self._current in names:
            index = min(max(names.index(self._current) + event.by, 0), len(names) - 1)
            self._put_cursor(names[index])
            self._refresh()

    @on(CaptionArea.Left)
    def _leave_caption(self, event: CaptionArea.Left) -> None:
        event.stop()
        self._focus_many()
        self._refresh(is_editing=False)

    def _focus_many(self) -> None:
        (self.query_one(ThumbnailGrid) if self.has_class("-grid") else self.query_one(RowTable)).focus()

    def _put_cursor(self, name: str) -> None:
        self.query_one(RowTable).select(name)
        self.query_one(ThumbnailGrid).select(name)
        self._select(name)

    def action_bulk(self) -> None:
        """Change all captions together."""
        self._chore(chores.bulk(self), "changing the captions")

    def action_more(self) -> None:
        """Offer what is done seldom: files of captions, writing back, discarding."""
        self._chore(chores.more(self), "doing that")

    def _chore(self, chore: Coroutine[Any, Any, None], doing: str) -> None:
        guarded(self, chore, doing=doing, group="chore")

    # Crops

    def action_crop(self) -> None:
        """Crop the picture under the cursor."""
        found = self._found
        item = next((one for one in found.pictures if one.name == self._current), None) if found else None
        if item is None or item.look is None:
            self.app.tell("There is no picture here that can be cropped.", severity="warning")
            return
        edit = self._history.present.of(self._current)
        width, height = item.look.width, item.look.height
        if edit.turns % 2:
            width, height = height, width
        self.add_class("-cropping")
        self.refresh_bindings()
        pad = self.query_one(CropPad)
        pad.begin(edit.crop, width, height)
        pad.focus()

    @on(CropPad.Changed)
    def _show_crop(self, event: CropPad.Changed) -> None:
        event.stop()
        self._draft_crop = event.crop
        self._select(self._current)

    @on(CropPad.Done)
    def _end_crop(self, event: CropPad.Done) -> None:
        event.stop()
        self._draft_crop = None
        self.remove_class("-cropping")
        self.refresh_bindings()
        self._focus_many()
        if event.kept:
            self._edit_one("cropping", lambda workspace, name: workspace.edited(name, crop=event.crop))
        self._select(self._current)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the keys to the crop while there is one."""
        if self.has_class("-cropping") and action in _NOT_WHILE_CROPPING:
            return False
        return super().check_action(action, parameters)

    # Views

    def action_view(self) -> None:
        """Show the list or the grid."""
        name = self._current
        self.toggle_class("-grid")
        self._put_cursor(name)
        self.call_after_refresh(self._focus_many)

    def action_show_next(self) -> None:
        """List other pictures: all, or only some."""
        self._filter = bench.next_show(self._filter)
        self._refresh()
        self.app.tell(f"Shown: {self._filter.value}.")

    def action_open(self) -> None:
        """Show the picture in the whole terminal."""
        view = self.query_one(PicturePane).path
        if view is not None:
            from fluxtui.screens.view import ViewItem, ViewScreen

            self.app.push_screen(ViewScreen((ViewItem(view, self._current),)))

    def action_back(self) -> None:
        """Go back to the training, once everything is on the disk."""
        guarded(self, self._leave(), doing="saving the edits", group="leave", exclusive=True)

    async def _leave(self) -> None:
        # A save that was asked for may not have begun, and would end with this screen.
        if self._saved is not None:
            await self._save()
        self._close_previews()
        self.dismiss(self._found)

    def _close_previews(self) -> None:
        if self._previews is not None:
            self._previews.close()
            self._previews = None

    # What the chores need

    @property
    def history(self) -> History:
        """The edits as they are now."""
        return self._history

    @property
    def found(self) -> Found | None:
        """What is in the source, or None while that is not known."""
        return self._found

    @property
    def dataset(self) -> Dataset | None:
        """The dataset with the edits applied."""
        return self._dataset

    @property
    def source(self) -> Path:
        """Of the pictures, as typed."""
        return self._path

    @property
    def trigger_word(self) -> str:
        """Offered where captions are changed together."""
        return self._trigger_word

    def captions(self) -> dict[str, str]:
        """Return the captions of all pictures that are used, `''` for none."""
        return {item.name: item.caption for item in self._pictures if item.state not in {"out", "fault"}}

    def discard(self) -> None:
        """Forget all edits, in one change that can be undone."""
        self.change(Workspace(source=self._history.present.source), "discarding all edits")
        self.app.tell(f"{plural(len(self._history.past), 'change')} kept for undo.")
