"""The first step: choose the pictures to train on, and see what is in the folder or archive."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input

from fluxtui.app.state import StatefulApp, guarded
from fluxtui.controllers.training import wording
from fluxtui.controllers.training.controller import TrainingController
from fluxtui.terminal.profile import TerminalProfile
from fluxtui.widgets.dialogs import open_dialog
from fluxtui.widgets.dialogs.base import OPENING_SECONDS
from fluxtui.widgets.path_input import PathInput
from fluxtui.widgets.paths import PathKind, expanded
from fluxtui.widgets.plain import PlainStatic, plain, set_title
from fluxtui.widgets.table import Column, Row, RowTable

if TYPE_CHECKING:
    from fluxtui.domain.dataset_scan import DatasetScan
    from fluxtui.widgets.pictures.view import PictureView

SIGNS = {"stops": "✗", "hint": "!", "mended": "·", "ignored": "–", "": ""}
"""A sign for each kind of row, so that colour is never the only difference."""

_STYLES = {"stops": "bold red", "hint": "yellow", "mended": "dim", "ignored": "dim", "": ""}
_TONES = {"": "$foreground-muted", "good": "$text-success", "fault": "$text-error"}
_COLUMNS = (Column("kind", "", 1), Column("name", "Picture", 16), Column("text", "Caption"))


MENDS = "F8 mends"
"""The key to the workbench, told where there is something to be mended in it."""


class DatasetPanel(Vertical):
    """Shows the source and what was found in it; reports the source as it is typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "look", "Look again", id="dataset.look"),
    ]

    app = getters.app(StatefulApp)

    def __init__(self, training: TrainingController, terminal: TerminalProfile) -> None:
        super().__init__()
        self._training = training
        self._controller = training.pictures
        self._terminal = terminal
        self._reported = ""
        """The source that this and the controller last agreed on."""
        self._listed: tuple[wording.DatasetRow, ...] = ()
        self._rows: dict[str, wording.DatasetRow] = {}
        self._filled = 0
        self._row_text = PlainStatic("", id="row-text")
        self._preview_view: PictureView | None = None

    def compose(self) -> ComposeResult:
        """Lay out the path, the summary, and what is in it; the picture under the cursor comes with that."""
        with Horizontal(id="source-line"):
            yield PathInput(kind=PathKind.DATASET, placeholder="path of a folder or a ZIP", id="source")
            yield Button(Content.assemble(" Choose ", ("^L ", "dim")), id="choose", compact=True)
        yield PlainStatic("", id="summary")
        table = RowTable(_COLUMNS, header=False, bare=True, id="contents")
        table.display = False
        yield table

    def on_mount(self) -> None:
        """Say which step this is, and follow the pictures."""
        set_title(self, "1 Pictures")
        self._disconnect = self._controller.changed.connect(self._show)
        self._fill(())
        self._show()

    def on_unmount(self) -> None:
        """Leave alone what is no longer there."""
        self._disconnect()

    @property
    def source_input(self) -> PathInput:
        """Where the path is typed."""
        return self.query_one("#source", PathInput)

    @property
    def source(self) -> str:
        """The path as it is typed."""
        return self.source_input.value

    def report(self) -> None:
        """Tell the path as it is typed, where that is another one."""
        if self.source != self._reported:
            self._reported = self.source
            self._controller.type_source(self.source)

    def action_look(self) -> None:
        """Look through the source, again if need be."""
        self.report()
        work = self._controller.look()
        guarded(self, work, doing="looking at the pictures", group="look", exclusive=True)

    def choose(self) -> None:
        """Let a folder or archive be picked from the disk."""
        from fluxtui.widgets.path_picker import PathPicker

        # Beside the present source rather than in it, where there are only pictures.
        start = expanded(self.source).parent if self.source.strip() else "~"
        picker = PathPicker(start, PathKind.DATASET, title="Choose the pictures: a folder or a ZIP")
        open_dialog(self.app, picker, self._take_chosen)

    def _take_chosen(self, chosen: Path | None) -> None:
        if chosen is not None:
            work = self._controller.choose(str(chosen))
            guarded(self, work, doing="looking at the pictures", group="look", exclusive=True)

    def open_workbench(self, name: str = "") -> None:
        """Show all pictures with their captions and problems, to be edited; `name` is where to begin."""
        found, rules = self._controller.scan, self._controller.rules
        if found is None or rules is None:
            self.app.tell("Choose the pictures first; then they can be edited.", severity="warning")
            return
        from fluxtui.screens.workbench import WorkbenchScreen

        self.app.delay_update(OPENING_SECONDS)
        trigger_word = self._training.order.trigger_word
        self.app.push_screen(WorkbenchScreen(found.source, rules, trigger_word, name), self._take_edits)

    def _take_edits(self, found: DatasetScan | None) -> None:
        work = self._controller.take_edits(found)
        guarded(self, work, doing="judging the pictures", group="look", exclusive=True)

    def _show(self) -> None:
        self._show_source()
        dataset = self._controller.shown
        rows = wording.dataset_rows(dataset, self._controller.rules) if dataset is not None else ()
        if rows != self._listed:
            self._fill(rows)
        status = self._controller.status
        mends = f" · {MENDS}" if status.mends else ""
        words = plain(status.text, _TONES[status.tone]) + plain(mends, "$text-accent")
        self.query_one("#summary", PlainStatic).show(words)

    def _show_source(self) -> None:
        """Show a source that was not typed here; what is typed and not reported yet stays."""
        source = self._controller.state.source
        if source != self._reported == self.source:
            self._reported = source
            self.source_input.show(source)

    def _fill(self, rows: tuple[wording.DatasetRow, ...]) -> None:
        self._listed = rows
        # Keys that were never used before, so that the table tells of the cursor on the first new row.
        self._filled += 1
        self._rows = {f"{self._filled}.{number}": row for number, row in enumerate(rows)}
        table = self.query_one("#contents", RowTable)
        table.display = bool(rows)
        table.set_rows([_row(key, row) for key, row in self._rows.items()])

    @on(RowTable.Highlighted, "#contents")
    def _preview(self, event: RowTable.Highlighted) -> None:
        event.stop()
        row = self._rows.get(event.key or "")
        if row is not None:
            self._mount_preview()
        if self._preview_view is not None:
            self._row_text.show(f"{row.name}: {row.text.strip()}" if row else "")
            self._preview_view.path = wording.preview_path(self._controller.shown, row)

    def _mount_preview(self) -> None:
        """Make room for the picture under the cursor, the first time that there is one."""
        if self._preview_view is None:
            from fluxtui.widgets.pictures.view import PictureView

            self._preview_view = PictureView(self._terminal, placeholder="", id="preview")
            self.mount(self._row_text, self._preview_view)

    @on(RowTable.Chosen, "#contents")
    def _open_picture(self, event: RowTable.Chosen) -> None:
        event.stop()
        row = self._rows.get(event.key)
        self.open_workbench(row.name if row is not None else "")

    @on(Input.Changed, "#source")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.report()

    @on(Input.Submitted, "#source")
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_look()

    @on(Input.Blurred, "#source")
    def _left(self, event: Input.Blurred) -> None:
        event.stop()
        self.report()
        if not self._controller.is_looked_at:
            self.action_look()

    @on(Button.Pressed, "#choose")
    def _choose_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.choose()


def _row(key: str, row: wording.DatasetRow) -> Row:
    sign = Text(SIGNS[row.kind], _STYLES[row.kind])
    text = Text(row.text, "dim" if row.is_quiet else "")
    return Row(key, {"kind": sign, "name": row.name, "text": text})
