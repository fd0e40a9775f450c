"""Choosing a file or folder by walking through the disk with the keyboard."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.worker import get_current_worker

from fluxtui.domain.text import file_size, plural, safe_text
from fluxtui.services.typed_paths import meant
from fluxtui.widgets.dialogs import Dialog
from fluxtui.widgets.paths import Entry, FolderListing, PathKind, count_pictures, list_folder, os_reason
from fluxtui.widgets.plain import PlainLabel, cell, set_title
from fluxtui.widgets.table.grid import Cells, RowGrid
from fluxtui.widgets.table.rows import Column, Sorting

COUNT_DELAY_SECONDS = 0.25
"""How long the cursor must rest on a folder before its pictures are counted."""

_COLUMNS = (Column("name", "Name"), Column("size", "Size", 9, "right"))


class EntryGrid(RowGrid, inherit_bindings=False):
    """Entries of a folder; all letters are left for finding, left and right for walking."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "cursor_up", "Up", id="picker.cursor_up", show=False),
        Binding("down", "cursor_down", "Down", id="picker.cursor_down", show=False),
        Binding("pageup", "page_up", "Page up", id="picker.page_up", show=False),
        Binding("pagedown", "page_down", "Page down", id="picker.page_down", show=False),
        Binding("home", "scroll_top", "First", id="picker.first", show=False),
        Binding("end", "scroll_bottom", "Last", id="picker.last", show=False),
    ]


class PathPicker(Dialog[Path]):
    """Answers with a path of the wanted kind, or with None.

    Typing narrows the folder down to names that contain the letters; that is why the keys that do something
    are arrows, Enter, Backspace, Escape, function keys, and a dot. A slash opens the folder that the letters
    name, so a whole path can be typed or pasted. What is typed while a folder is being read waits for it.
    """

    HELP = (
        "Enter opens a folder or takes a file, Space or F2 takes the marked folder, left or Backspace "
        "goes up. Typing narrows down, Backspace takes letters back, a dot as the first letter shows "
        "hidden files. A path can be typed or pasted: / begins at the root, ~/ at home, and / after letters "
        "opens the folder of that name."
    )

    DEFAULT_CSS = """
    PathPicker {
        .dialog { width: 78; height: 90%; padding: 0 1; }
        .picker-folder { width: 1fr; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
        .picker-note { width: 1fr; height: 1; color: $text-muted; }
        .picker-note.-problem { color: $text-error; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "leave", "Cancel", id="picker.leave"),
        Binding("enter,right", "open", "Open", id="picker.open"),
        Binding("space,f2", "take", "Take", id="picker.take"),
        Binding("left", "go_up", "Folder above", id="picker.up"),
        Binding("backspace", "take_back", "Up, or a letter back", id="picker.back", show=False),
    ]

    def __init__(self, start: str | Path = "~", kind: PathKind = PathKind.ANY, *, title: str = "") -> None:
        """Args:
        start: the folder to begin in; a file begins in its folder, what does not exist in the home folder.
        kind: what may be chosen.
        title: stands in the border.
        """
        super().__init__()
        self._kind = kind
        self._title = title or f"Choose a {kind.value}"
        self._folder = meant(start)
        self._listing = FolderListing(self._folder, ())
        self._shown: list[Entry] = []
        self._letters = ""
        self._hidden = False
        self._return_to: str | None = None
        self._is_reading = False
        self._types_path = False
        self._waiting: list[Callable[[], None]] = []

    def compose(self) -> ComposeResult:
        """Lay out the folder's path, its entries and a line about the marked one."""
        with Vertical(classes="dialog") as frame:
            set_title(frame, self._title)
            yield PlainLabel("", classes="picker-folder")
            grid = EntryGrid()
            grid.show_header = False
            yield grid
            yield PlainLabel("", classes="picker-note")
            yield PlainLabel(
                "Enter open · Space take · ← up · type to find · . hidden · Esc leave", classes="dialog-keys"
            )

    def on_mount(self) -> None:
        """Start in the folder that was asked for."""
        self._grid.focus()
        self._go_to(self._folder)

    @property
    def _grid(self) -> EntryGrid:
        return self.query_one(EntryGrid)

    @property
    def _marked(self) -> Entry | None:
        row = self._grid.cursor_row
        return self._shown[row] if 0 <= row < len(self._shown) else None

    def _go_to(self, folder: Path, return_to: str | None = None, *, typed: bool = False) -> None:
        self._letters = ""
        self._types_path = typed
        self._return_to = return_to
        self._is_reading = True
        self._note("reading the folder")
        self._read(folder)

    @work(exclusive=True, group="list-folder", exit_on_error=False)
    async def _read(self, folder: Path) -> None:
        worker = get_current_worker()
        folder = await asyncio.to_thread(_nearest_folder, folder)
        listing = await asyncio.to_thread(list_folder, folder, self._kind, lambda: worker.is_cancelled)
        self._folder = listing.folder
        self._listing = listing
        self.query_one(".picker-folder", PlainLabel).show(str(folder))
        self._is_reading = False
        self._fill()
        while self._waiting and not self._is_reading:
            self._waiting.pop(0)()

    def _once_read(self, action: Callable[[], None]) -> None:
        if self._is_reading:
            self._waiting.append(action)
        else:
            action()

    def _fill(self) -> None:
        letters = self._letters.casefold()
        self._shown = [
            entry
            for entry in self._listing.entries
            if letters in safe_text(entry.name).casefold()
            and (self._hidden or letters.startswith(".") or not entry.is_hidden)
        ]
        grid = self._grid
        width = grid.size.width - grid.styles.scrollbar_size_vertical
        grid.set_columns(_COLUMNS, Sorting(), width)
        names = [entry.name for entry in self._shown]
        row = names.index(self._return_to) if self._return_to in names else 0
        grid.set_rows(len(self._shown), self._cells, row)
        self._describe()

    def _cells(self, row: int) -> Cells:
        entry = self._shown[row]
        size = "" if entry.is_folder else file_size(entry.size)
        return cell(entry.name + "/" if entry.is_folder else entry.name), cell(size, align="right")

    def on_resize(self, event: events.Resize) -> None:
        """Fit the columns to the new width."""
        if self._shown:
            self._return_to = self._marked.name if self._marked else None
            self._fill()

    def on_row_grid_highlighted(self, event: RowGrid.Highlighted) -> None:
        """Describe the marked entry."""
        event.stop()
        self._describe()

    def on_row_grid_selected(self, event: RowGrid.Selected) -> None:
        """Open what was clicked."""
        event.stop()
        self.action_open()

    def _describe(self) -> None:
        self._stop_counting()
        marked = self._marked
        if self._listing.problem:
            self._note(f"✗ {self._listing.problem}", problem=True)
        elif marked is None:
            self._note(
                f"nothing here contains “{self._letters}”" if self._letters else "nothing to choose here"
            )
        else:
            more = f" of {len(self._shown):,}{'+' if self._listing.cut else ''}"
            found = f" · find: {self._letters}" if self._letters else ""
            self._note(f"{self._grid.cursor_row + 1:,}{more}{found}")
            if marked.is_folder and self._kind is not PathKind.LORA:
                self._count(self._folder / marked.name)

    def _stop_counting(self) -> None:
        self.workers.cancel_group(self, "count-pictures")

    @work(exclusive=True, group="count-pictures", exit_on_error=False)
    async def _count(self, folder: Path) -> None:
        await asyncio.sleep(COUNT_DELAY_SECONDS)
        worker = get_current_worker()
        try:
            count, more = await asyncio.to_thread(count_pictures, folder, lambda: worker.is_cancelled)
        except OSError as error:
            self._note(f"✗ {folder.name}: {os_reason(error)}", problem=True)
            return
        self._note(f"{folder.name}: {plural(count, 'picture')}{' or more' if more else ''}")

    def _note(self, text: str, *, problem: bool = False) -> None:
        note = self.query_one(".picker-note", PlainLabel)
        note.set_class(problem, "-problem")
        note.show(text, layout=False)

    async def _on_key(self, event: events.Key) -> None:
        character = event.character or ""
        if not event.is_printable or character == " ":
            return
        event.stop()
        event.prevent_default()
        self._once_read(lambda: self._type(character))

    def on_paste(self, event: events.Paste) -> None:
        """Go where a pasted path leads; other text narrows down like typed letters."""
        event.stop()
        text = next(iter(event.text.splitlines()), "").strip()
        path = meant(text)
        if text.startswith("~") or path.is_absolute():
            self._hidden = self._hidden or path.name.startswith(".")
            self._once_read(lambda: self._go_to(path.parent, path.name, typed=True))
        else:
            for character in text:
                self._once_read(lambda letter=character: self._type(letter))  # type: ignore[misc]

    def _type(self, character: str) -> None:
        if character == "/":
            self._open_named()
            return
        if character == "." and not self._letters and not self._types_path:
            self._hidden = not self._hidden
        else:
            self._letters += character
        self._return_to = None
        self._fill()

    def _open_named(self) -> None:
        if self._letters in ("", "~"):
            self._go_to(Path("/") if not self._letters else Path.home(), typed=True)
            return
        folders = [entry.name for entry in self._listing.entries if entry.is_folder]
        same = [name for name in folders if name == self._letters]
        alike = [name for name in folders if name.casefold() == self._letters.casefold()]
        found = [entry.name for entry in self._shown if entry.is_folder]
        if name := next(iter(same or alike or found), ""):
            self._go_to(self._folder / name, typed=True)
        else:
            self._note(f"✗ no folder here is called “{self._letters}”", problem=True)

    def action_take_back(self) -> None:
        """Take back the last letter of the search, or go to the folder above."""
        if not self._letters:
            self.action_go_up()
            return
        self._letters = self._letters[:-1]
        self._fill()

    def action_go_up(self) -> None:
        """Go to the folder above, with the mark on where we were."""
        if self._folder.parent != self._folder:
            self._go_to(self._folder.parent, self._folder.name)

    def action_open(self) -> None:
        """Open the marked folder, or take the marked file."""
        self._once_read(self._open_marked)

    def _open_marked(self) -> None:
        marked = self._marked
        if marked is None:
            return
        if marked.is_folder:
            self._go_to(self._folder / marked.name)
        else:
            self._answer(self._folder / marked.name)

    def action_take(self) -> None:
        """Take what is marked, or the folder itself where it has nothing to mark."""
        self._once_read(self._take_marked)

    def _take_marked(self) -> None:
        marked = self._marked
        if marked is not None and self._kind.takes(marked.name, marked.is_folder):
            self._answer(self._folder / marked.name)
        elif marked is None and not self._letters and self._kind.takes("", True):
            self._answer(self._folder)
        elif marked is not None:
            self._stop_counting()
            self._note("Enter opens this folder; take a file in it", problem=True)

    def _answer(self, path: Path) -> None:
        self._waiting.clear()
        self.dismiss(path)

    def action_leave(self) -> None:
        """Show the whole folder again; where it is whole already, leave without an answer."""
        if self._letters:
            self._letters = ""
            self._fill()
        else:
            self.dismiss(None)


def _nearest_folder(path: Path) -> Path:
    absolute = meant(path).absolute()
    for candidate in (absolute, *absolute.parents):
        if candidate.is_dir():
            return candidate
    return Path.home()
