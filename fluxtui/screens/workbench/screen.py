"""The workbench: all training pictures in a list or a grid, one of them large with caption and problems."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from textual import events, getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from fluxtui.app.state import StatefulApp, guarded, guarded_in
from fluxtui.controllers.dataset.bulk_actions import BulkActions
from fluxtui.controllers.dataset.controller import DatasetController
from fluxtui.domain.dataset import DatasetRules
from fluxtui.domain.dataset_scan import DatasetScan
from fluxtui.domain.errors import StorageError
from fluxtui.domain.text import safe_text
from fluxtui.screens.place import WIDE_COLUMNS
from fluxtui.screens.workbench import questions as questions
from fluxtui.screens.workbench.caption_area import CaptionArea
from fluxtui.screens.workbench.dataset_list import DatasetList, TableRows
from fluxtui.screens.workbench.detail_panel import DetailPanel
from fluxtui.widgets.flash import Flash
from fluxtui.widgets.key_line import KeyLine
from fluxtui.widgets.plain import PlainStatic, plain
from fluxtui.widgets.quiet_screen import QuietScreen

WHILE_CROPPING = frozenset({"open"})
"""What can be done beside cropping."""


class WorkbenchScreen(QuietScreen[DatasetScan]):
    """Edits a dataset, and answers with what is in the source, or None where that is not known.

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
        "another one since you edited it, `e` asks whether the edits are kept or dropped. For a trainer of "
        "edits a pair is one picture of the list: what it begins with is shown on the left of its result, "
        "and is left out, turned, cropped and described together with it."
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

    app = getters.app(StatefulApp)

    def __init__(
        self, source: Path, rules: DatasetRules, trigger_word: str | None = None, name: str = ""
    ) -> None:
        super().__init__()
        self._rows = TableRows()
        self._source = source
        self._rules = rules
        self._trigger_word = trigger_word
        self._begin_with = name
        self._stop_following: Callable[[], None] = lambda: None
        self._offered: tuple[bool, bool] = (False, False)

    @cached_property
    def controller(self) -> DatasetController:
        """Owns what is edited; there is an application by the time that it is asked for."""
        return DatasetController(
            self.app,
            guarded_in(self),
            self._source,
            self._rules,
            trigger_word=self._trigger_word,
            begin_with=self._begin_with,
            rows_made=self._rows.prepare,
        )

    @cached_property
    def bulk(self) -> BulkActions:
        """Changes many pictures at once."""
        return BulkActions(self.app, self.controller)

    @cached_property
    def _pictures(self) -> DatasetList:
        return DatasetList(self.controller, self.app.terminal, self._rows)

    @cached_property
    def detail(self) -> DetailPanel:
        """The current picture."""
        return DetailPanel(self.controller, self.app.terminal)

    def compose(self) -> ComposeResult:
        """Lay out the list or grid beside the one picture."""
        yield PlainStatic("", id="bench-title")
        yield PlainStatic("", id="bench-set")
        with Horizontal(id="bench-body"):
            yield self._pictures
            yield self.detail
        yield Flash(plain(""))
        yield KeyLine()

    def on_mount(self) -> None:
        """Look through the pictures, and follow what is to be told."""
        self.watch(self.app, "notices", self._flash, init=False)
        self._stop_following = self.controller.changed.connect(self._redraw)
        self.action_look()

    def on_resize(self, event: events.Resize) -> None:
        """Tell the styles how much room there is."""
        is_wide = event.size.width >= WIDE_COLUMNS
        self.set_class(is_wide, "-wide")
        self._pictures.fit(is_wide=is_wide)

    def _flash(self) -> None:
        notices = self.app.notices
        if notices and self.is_active:
            self.query_one(Flash).show(notices[0].text, notices[0].severity)

    def _redraw(self) -> None:
        self.query_one("#bench-title", PlainStatic).show(self.controller.title, layout=False)
        problems = self.query_one("#bench-set", PlainStatic)
        problems.display = bool(self.controller.problems)
        problems.show("\n".join(self.controller.problems))
        self._pictures.redraw()
        self.detail.redraw()
        self._offer_keys()

    def _offer_keys(self) -> None:
        """Offer the keys that there is something to do for, and lead into a crop and out of it."""
        was_cropping, is_cropping = self._offered[0], self.controller.crop.draft is not None
        offered = (is_cropping, self.controller.review.has_outdated)
        if offered == self._offered:
            return
        self._offered = offered
        self.set_class(is_cropping, "-cropping")
        self.refresh_bindings()
        if is_cropping and not was_cropping:
            self.detail.crop_pad.focus()
        elif was_cropping and not is_cropping:
            self._pictures.focus_pictures()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the keys to the crop while there is one; decide on edits only where that is to be done."""
        if self.controller.crop.draft is not None and _is_own(action) and action not in WHILE_CROPPING:
            return False
        if action == "outdated" and not self.controller.review.has_outdated:
            return False
        return super().check_action(action, parameters)

    # Keys

    def action_look(self) -> None:
        """Look through the source, again if need be."""
        self.controller.look_again()

    def action_view(self) -> None:
        """Show the list or the grid."""
        self._pictures.toggle_grid()

    def action_show_next(self) -> None:
        """List other pictures: all, or only some."""
        self.controller.list_next()

    def action_include(self) -> None:
        """Leave a picture out, or take it back."""
        self.controller.toggle_excluded()

    def action_turn(self, quarters: int) -> None:
        """Turn a picture clockwise by some quarters."""
        self.controller.turn(quarters)

    def action_crop(self) -> None:
        """Crop the picture under the cursor."""
        self.controller.begin_crop()

    def action_fix(self) -> None:
        """Mend all that the program can mend, in the workspace."""
        guarded(self, self.controller.mend(), doing="mending", group="fix", exclusive=True)

    def action_undo(self) -> None:
        """Take the last change back."""
        self.controller.undo()

    def action_redo(self) -> None:
        """Do the last undone change again."""
        self.controller.redo()

    def action_bulk(self) -> None:
        """Change the captions of the pictures that are listed and used."""
        work = self.bulk.change_captions(self._pictures.names)
        guarded(self, work, doing="changing the captions", group="bulk")

    def action_outdated(self) -> None:
        """Ask what becomes of edits that were made on other pictures or captions."""
        guarded(self, self.bulk.decide_outdated(), doing="deciding on edits", group="bulk")

    def action_more(self) -> None:
        """Offer what is done seldom: files of captions, writing back, discarding."""
        guarded(self, self.bulk.choose(), doing="doing that", group="bulk")

    def action_open(self) -> None:
        """Show the picture in the whole terminal."""
        if (path := self.detail.path) is not None:
            from fluxtui.screens.view import ViewItem, ViewScreen

            self.app.push_screen(ViewScreen((ViewItem(path, self.controller.current),)))

    @on(DatasetList.Chosen)
    def _edit_caption(self, event: DatasetList.Chosen) -> None:
        event.stop()
        self.detail.caption.focus()

    @on(CaptionArea.LeaveRequested)
    def _leave_caption(self, event: CaptionArea.LeaveRequested) -> None:
        event.stop()
        self._pictures.focus_pictures()

    # Leaving

    def action_back(self) -> None:
        """Go back to the training, once everything is on the disk."""
        guarded(self, self._leave(), doing="saving the edits", group="leave", exclusive=True)

    async def _leave(self) -> None:
        # A save that was asked for may not have begun, and would end with this screen.
        await self.controller.close(self.detail.caption.untold)
        self._stop_following()
        self.dismiss(self.controller.review.scan)

    async def on_unmount(self) -> None:
        """Put on the disk what was typed last, also when the program is left; say so where that fails."""
        self._stop_following()
        try:
            await self.controller.close(self.detail.caption.untold)
        except StorageError as error:
            name = safe_text(self._source.name, limit=60)
            self.app.say_at_the_end(f"The last edits of {name} are not kept: {error.sentence()}")


def _is_own(action: str) -> bool:
    """Whether an action is one of the workbench's own keys, and none of what every screen has."""
    return f"action_{action}" in vars(WorkbenchScreen)
