"""Captions in the workbench: typed beside the picture, changed together, and what is done seldom."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import events, on

from fluxtui.app.state import guarded
from fluxtui.domain.text import plural
from fluxtui.domain.workspace import Workspace
from fluxtui.screens.workbench import bulk_actions
from fluxtui.screens.workbench.caption_area import CaptionArea
from fluxtui.screens.workbench.editing import EditingPart
from fluxtui.widgets.table import RowTable
from fluxtui.widgets.thumbnail_grid import ThumbnailGrid

if TYPE_CHECKING:
    from fluxtui.domain.dataset_scan import DatasetScan


class CaptioningPart(EditingPart):
    """Takes over what is typed at once, and gives the chores what they need.

    Args:
        source: of the pictures, as typed.
        trigger_word: of the training, `''` for none; None where there is no training to be ordered.
    """

    def __init__(self, source: Path, trigger_word: str | None = None) -> None:
        super().__init__(source)
        self.trigger_word = trigger_word
        # Known also while the screen is taken apart, when what was typed last is saved.
        self._area = CaptionArea(id="bench-caption")

    @abstractmethod
    def action_look(self) -> None:
        """Look through the source, again if need be."""

    @abstractmethod
    def go_on(self, by: int) -> None:
        """Go to another picture of those that are listed."""

    @abstractmethod
    def listed_names(self) -> tuple[str, ...]:
        """Return the names of the pictures that are listed, after all filters."""

    @abstractmethod
    def show_tag(self, tag: str) -> None:
        """List only the pictures whose captions have a tag."""

    @abstractmethod
    def focus_many(self) -> None:
        """Put the focus into the list or the grid."""

    @property
    def found(self) -> DatasetScan | None:
        """What is in the source, or None while that is not known."""
        return self._found

    @property
    def source(self) -> Path:
        """Of the pictures, as typed."""
        return self._path

    def captions(self) -> dict[str, str]:
        """Return the captions of all pictures that are used, `''` for none."""
        if self._found is None:
            return {}
        return dict(self.app.services.datasets.captions(self._found, self._history.present))

    @on(RowTable.Chosen, "#bench-list")
    @on(ThumbnailGrid.Chosen, "#bench-grid")
    def _edit_caption(self, event: RowTable.Chosen | ThumbnailGrid.Chosen) -> None:
        event.stop()
        self._area.focus()

    @on(CaptionArea.Typed)
    def _take_caption(self, event: CaptionArea.Typed) -> None:
        event.stop()
        self._area.know(event.name, event.text)
        self.change(*self._typed(event.name, event.text), going_on=True)

    def _typed(self, name: str, text: str) -> tuple[Workspace, str]:
        return self._history.present.edited(name, caption=text.strip()), f"caption of {name}"

    def record_untold(self) -> None:
        """Take over what was typed and has not been told yet."""
        if (typed := self._area.take_typed()) is not None:
            self.record(*self._typed(*typed), going_on=True)

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """Save a caption as soon as it is left."""
        if event.widget is self._area:
            self.record_untold()
            self.save_soon()

    @on(CaptionArea.Go)
    def _go_on(self, event: CaptionArea.Go) -> None:
        event.stop()
        self.go_on(event.by)

    @on(CaptionArea.Left)
    def _leave_caption(self, event: CaptionArea.Left) -> None:
        event.stop()
        self.focus_many()
        self.follow_edits()

    def action_bulk(self) -> None:
        """Change all captions together."""
        self._chore(bulk_actions.bulk(self), "changing the captions")

    def action_outdated(self) -> None:
        """Ask what becomes of edits that were made on other pictures or captions."""
        self._chore(bulk_actions.decide_outdated(self), "deciding on edits")

    def action_more(self) -> None:
        """Offer what is done seldom: files of captions, writing back, discarding."""
        self._chore(bulk_actions.more(self), "doing that")

    def _chore(self, chore: Coroutine[Any, Any, None], doing: str) -> None:
        guarded(self, chore, doing=doing, group="chore")

    def discard(self) -> None:
        """Forget all edits, in one change that can be undone."""
        self.change(Workspace(source=self._history.present.source), "discarding all edits")
        self.app.tell(f"{plural(len(self._history.past), 'change')} kept for undo.")
