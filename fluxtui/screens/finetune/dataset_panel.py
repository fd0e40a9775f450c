"""The first step: choose the pictures to train on, and see what is in the folder or archive."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Input
from textual.worker import Worker, WorkerCancelled

from fluxtui.app.state import StatefulApp, guarded
from fluxtui.controllers.training import wording
from fluxtui.domain.dataset import Dataset, DatasetRules
from fluxtui.domain.dataset_scan import DatasetScan
from fluxtui.domain.errors import DatasetError, StorageError
from fluxtui.domain.text import safe_text
from fluxtui.domain.workspace import Workspace
from fluxtui.terminal.profile import TerminalProfile
from fluxtui.widgets.dialogs import open_dialog
from fluxtui.widgets.dialogs.base import OPENING_SECONDS
from fluxtui.widgets.path_input import PathInput
from fluxtui.widgets.paths import PathKind, expanded
from fluxtui.widgets.pictures.view import PictureView
from fluxtui.widgets.plain import PlainStatic, plain, set_title
from fluxtui.widgets.table import Column, Row, RowTable

SIGNS = {"stops": "✗", "hint": "!", "mended": "·", "ignored": "–", "": ""}
"""A sign for each kind of row, so that colour is never the only difference."""

_STYLES = {"stops": "bold red", "hint": "yellow", "mended": "dim", "ignored": "dim", "": ""}
_COLUMNS = (Column("kind", "", 1), Column("name", "Picture", 16), Column("text", "Caption"))


MENDS = "F8 mends"
"""The key to the workbench, told where there is something to be mended in it."""


class DatasetPanel(Vertical):
    """Holds the source as typed and shows what was found in it; looks into it by itself."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "look", "Look again", id="dataset.look"),
    ]

    app = getters.app(StatefulApp)

    class Changed(Message):
        """The source was changed, or looked through: it is a dataset, or none for the reason `fault`."""

        def __init__(self, source: str, dataset: Dataset | None = None, fault: str = "") -> None:
            super().__init__()
            self.source = source
            self.dataset = dataset
            self.fault = fault

    def __init__(self, terminal: TerminalProfile) -> None:
        super().__init__()
        self._terminal = terminal
        self._rules: DatasetRules | None = None
        self._found: DatasetScan | None = None
        self._workspace: Workspace | None = None
        self._dataset: Dataset | None = None
        self._rows: dict[str, wording.DatasetRow] = {}
        self._looking: Worker[None] | None = None
        self._weighing: Worker[None] | None = None
        self._looked_at = ""
        self._filled = 0
        self.trigger_word = ""
        """Of the training; offered where captions are changed."""

    def compose(self) -> ComposeResult:
        """Lay out the path, the summary, what is in it, and the picture under the cursor."""
        with Horizontal(id="source-line"):
            yield PathInput(kind=PathKind.DATASET, placeholder="path of a folder or a ZIP", id="source")
            yield Button(Content.assemble(" Choose ", ("^L ", "dim")), id="choose", compact=True)
        yield PlainStatic("", id="summary")
        yield RowTable(_COLUMNS, header=False, id="contents")
        yield PlainStatic("", id="row-text")
        yield PictureView(self._terminal, placeholder="", id="preview")

    def on_mount(self) -> None:
        """Say which step this is."""
        set_title(self, "1 Pictures")
        self._forget()

    @property
    def source_input(self) -> PathInput:
        """Where the path is typed."""
        return self.query_one("#source", PathInput)

    @property
    def source(self) -> str:
        """The path as it is typed."""
        return self.source_input.value

    @property
    def is_looking(self) -> bool:
        """Whether the pictures are being looked through."""
        return self._looking is not None and not self._looking.is_finished

    def use(self, source: str, rules: DatasetRules) -> None:
        """Show a source and look through it; what was looked at already is only judged by these rules."""
        is_known = source == self._looked_at == self.source
        if is_known and rules == self._rules:
            return
        self._rules = rules
        if is_known and self._found is not None:
            self._judge_soon()
            return
        self.source_input.show(source)
        self.action_look()

    def action_look(self) -> None:
        """Look through the source, again if need be."""
        self.stop_looking()
        self._forget()
        source = self._looked_at = self.source
        if self._rules is not None and source.strip():
            work = self._look(source)
            self._looking = guarded(self, work, doing="looking at the pictures", group="look", exclusive=True)

    async def looked(self) -> Dataset | None:
        """Return what is in the source as it is typed, looked through if need be and its archive estimated.

        None where that fails.
        """
        if (self._dataset is None and not self.is_looking) or self._looked_at != self.source:
            self.action_look()
        await _finished(self._looking)
        # Begun at the end of looking.
        await _finished(self._weighing)
        return self._dataset if self._looked_at == self.source else None

    async def is_as_shown(self) -> bool:
        """Tell whether pictures, captions and edits are those that are shown; if not, show those of now.

        What is not shown yet, or cannot be looked at any more, is looked at by `looked`.
        """
        if self._found is None or self._rules is None or self.is_looking or self._looked_at != self.source:
            return True
        try:
            found = await self.app.services.datasets.scan(self._found.source)
            workspace = (await self.app.services.workspaces.of(found)).present
        except (DatasetError, StorageError):
            self._dataset = None
            return True
        if found == self._found and workspace == self._workspace:
            return True
        self._found, self._workspace = found, workspace
        await self._judge()
        return False

    def stop_looking(self) -> bool:
        """Stop looking through the source; return whether there was something to stop."""
        if self._looking is None or not self.is_looking:
            return False
        self._looking.cancel()
        self._looking = None
        self._say("Stopped. Enter in the path looks again.")
        return True

    def choose(self) -> None:
        """Let a folder or archive be picked from the disk."""
        from fluxtui.widgets.path_picker import PathPicker

        # Beside the present source rather than in it, where there are only pictures.
        start = expanded(self.source).parent if self.source.strip() else "~"
        picker = PathPicker(start, PathKind.DATASET, title="Choose the pictures: a folder or a ZIP")
        open_dialog(self.app, picker, self._take_chosen)

    def _take_chosen(self, chosen: Path | None) -> None:
        if chosen is not None:
            self.source_input.show(str(chosen))
            self.action_look()

    async def _look(self, source: str) -> None:
        def progress(done: int, total: int) -> None:
            self._say(f"Looking at picture {done} of {total} · Esc stops")

        self._say("Looking · Esc stops")
        try:
            source = await self._spelled(source)
            found = await self.app.services.datasets.scan(Path(source), progress)
            await self._read_edits(found)
        except (DatasetError, StorageError) as error:
            self._say(f"✗ {error.sentence()}", "$text-error")
            self.post_message(self.Changed(source, fault=error.sentence()))
            return
        self._found = found
        await self._judge()

    async def _spelled(self, source: str) -> str:
        """Show a source by its absolute path, which means the same wherever the program is started."""
        spelling = await self.app.services.datasets.spelled(source)
        shown = safe_text(spelling.shown)
        if spelling.shown != shown or self.source != source:
            # A name that cannot be shown as it is would be another one afterwards.
            return spelling.shown
        self._looked_at = shown
        self.source_input.show(shown)
        return shown

    async def _read_edits(self, found: DatasetScan) -> None:
        self._workspace = (await self.app.services.workspaces.of(found)).present

    def _judge_soon(self, *, read_edits: bool = False) -> None:
        # What was judged before must not be trained on.
        self._dataset = None
        work = self._judge(read_edits=read_edits)
        self._looking = guarded(self, work, doing="judging the pictures", group="look", exclusive=True)

    async def _judge(self, *, read_edits: bool = False) -> None:
        """Judge what was found by the rules of the trainer, with the edits of the workbench."""
        if self._found is not None and read_edits:
            await self._read_edits(self._found)
        if self._found is not None and self._rules is not None:
            dataset = await self.app.services.datasets.checked(self._found, self._rules, self._workspace)
            self._show(dataset)
            self.post_message(self.Changed(self._looked_at, dataset))
            work = self._weigh(dataset, self._rules)
            doing = "estimating the size of the archive"
            self._weighing = guarded(self, work, doing=doing, group="weigh", exclusive=True)

    async def _weigh(self, dataset: Dataset, rules: DatasetRules) -> None:
        """Tell how much would be sent. Where that cannot be told, packing says why."""
        if dataset.blocking:
            return
        with suppress(DatasetError):
            size = await self.app.services.datasets.archive_size(dataset, rules)
            if dataset is self._dataset:
                self._dataset = dataset.model_copy(update={"archive": size})
                self._summarise(self._dataset)
                self.post_message(self.Changed(self._looked_at, self._dataset))

    def open_workbench(self, name: str = "") -> None:
        """Show all pictures with their captions and problems, to be edited; `name` is where to begin."""
        found, rules = self._found, self._rules
        if found is None or rules is None:
            self.app.tell("Choose the pictures first; then they can be edited.", severity="warning")
            return
        from fluxtui.screens.workbench import WorkbenchScreen

        self.app.delay_update(OPENING_SECONDS)
        self.app.push_screen(WorkbenchScreen(found.source, rules, self.trigger_word, name), self._edited)

    def _edited(self, found: DatasetScan | None) -> None:
        if found is not None:
            self._found = found
        self._judge_soon(read_edits=True)

    def _forget(self) -> None:
        self._found = None
        self._dataset = None
        self._fill(())
        self._say(wording.needs_text(self._rules) if self._rules is not None else "")

    def _show(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._fill(wording.dataset_rows(dataset, self._rules))
        self._summarise(dataset)

    def _summarise(self, dataset: Dataset) -> None:
        sign, style = ("✗", "$text-error") if dataset.blocking else ("✓", "$text-success")
        mends = f" · {MENDS}" if wording.has_complaints(dataset) else ""
        self._say(f"{sign} {wording.summary_text(dataset)}", style, mends)

    def _fill(self, rows: tuple[wording.DatasetRow, ...]) -> None:
        # Keys that were never used before, so that the table tells of the cursor on the first new row.
        self._filled += 1
        self._rows = {f"{self._filled}.{number}": row for number, row in enumerate(rows)}
        table = self.query_one("#contents", RowTable)
        table.display = bool(rows)
        table.set_rows([_row(key, row) for key, row in self._rows.items()])

    def _say(self, text: str, style: str = "$foreground-muted", key: str = "") -> None:
        self.query_one("#summary", PlainStatic).show(plain(text, style) + plain(key, "$text-accent"))

    @on(RowTable.Highlighted, "#contents")
    def _preview(self, event: RowTable.Highlighted) -> None:
        event.stop()
        row = self._rows.get(event.key or "")
        self.query_one("#row-text", PlainStatic).show(f"{row.name}: {row.text.strip()}" if row else "")
        self.query_one("#preview", PictureView).path = wording.preview_path(self._dataset, row)

    @on(RowTable.Chosen, "#contents")
    def _open_picture(self, event: RowTable.Chosen) -> None:
        event.stop()
        row = self._rows.get(event.key)
        self.open_workbench(row.name if row is not None else "")

    @on(Input.Changed, "#source")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if event.value != self._looked_at:
            self.stop_looking()
            self._looked_at = ""
            self._forget()
            self.post_message(self.Changed(event.value))

    @on(Input.Submitted, "#source")
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_look()

    @on(Input.Blurred, "#source")
    def _left(self, event: Input.Blurred) -> None:
        event.stop()
        if event.value != self._looked_at:
            self.action_look()

    @on(Button.Pressed, "#choose")
    def _choose_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.choose()


async def _finished(work: Worker[None] | None) -> None:
    if work is not None:
        with suppress(WorkerCancelled):
            await work.wait()


def _row(key: str, row: wording.DatasetRow) -> Row:
    sign = Text(SIGNS[row.kind], _STYLES[row.kind])
    text = Text(row.text, "dim" if row.is_quiet else "")
    return Row(key, {"kind": sign, "name": row.name, "text": text})
