"""Many captions changed at once: what to do, and what would become of each before it is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from fluxtui.controllers.dataset.bulk_actions import BulkEditQuestion
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.text import plural
from fluxtui.services.datasets.caption_edits import BulkEdit, CaptionChange, EditKind, changes_by
from fluxtui.widgets.chooser import Chooser
from fluxtui.widgets.dialogs import Choice, Dialog
from fluxtui.widgets.line_input import LineInput
from fluxtui.widgets.plain import PlainLabel, PlainStatic, plain, set_title

_SHOWN = 60
_NEEDS_REPLACEMENT = frozenset({EditKind.REPLACE, EditKind.PATTERN})
_TEXT_WORDS = {
    EditKind.PREFIX: "text to put in front; a comma comes behind it, or its own space",
    EditKind.SUFFIX: "text to put behind; a comma comes before it, or its own sign",
    EditKind.FILL: "text for the pictures without a caption",
    EditKind.REPLACE: "text to search for",
    EditKind.PATTERN: "regular expression to search for",
    EditKind.INSERT_TRIGGER: "trigger word",
    EditKind.REMOVE_TRIGGER: "trigger word",
    EditKind.CLEAR: "",
}


class BulkDialog(Dialog[BulkEdit]):
    """Answers with the edit to make; shows all that it would change while one types."""

    HELP = (
        "Left and right choose what is done, then type what to put or to search for. Below is what would "
        "become of each caption. Enter in the last line does it, `u` in the list takes it back."
    )

    DEFAULT_CSS = """
    BulkDialog {
        .dialog { width: 76; height: 90%; }
        #bulk-changes { height: 1fr; margin-top: 1; overflow-y: auto; scrollbar-size-vertical: 1; }
        #bulk-count { margin-top: 1; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "dismiss", "Cancel", id="bulk.cancel"),
        Binding("ctrl+s", "apply", "Do it", id="bulk.apply"),
        Binding("ctrl+t", "toggle_case", "Capitals", id="bulk.case"),
    ]

    def __init__(self, question: BulkEditQuestion) -> None:
        super().__init__()
        self._question = question
        self._changes: tuple[CaptionChange, ...] = ()
        self._ignore_case = False

    def compose(self) -> ComposeResult:
        """Lay out what to do, the two lines, and the changes."""
        with Vertical(classes="dialog") as frame:
            whose = self._question.whose
            set_title(frame, f"Change the captions {whose}" if whose else "Change all captions")
            kinds = [Choice(kind.name, kind.value) for kind in EditKind]
            yield Chooser(kinds, self._question.kind.name, title="What to do", id="bulk-kind")
            yield LineInput(id="bulk-text")
            yield LineInput(placeholder="what takes its place; nothing removes it", id="bulk-replacement")
            yield PlainLabel("", id="bulk-count")
            yield PlainStatic("", id="bulk-changes")
            yield PlainLabel("", classes="dialog-keys")

    def on_mount(self) -> None:
        """Begin with the kind."""
        self._show_kind()
        self.query_one(Chooser).focus()

    @property
    def _edit(self) -> BulkEdit:
        return BulkEdit(
            EditKind[self.query_one(Chooser).value],
            self.query_one("#bulk-text", LineInput).value,
            self.query_one("#bulk-replacement", LineInput).value,
            self._ignore_case,
        )

    def on_chooser_changed(self, event: Chooser.Changed) -> None:
        """Show the lines that this kind needs."""
        event.stop()
        self._show_kind()

    def on_chooser_passed(self, event: Chooser.Passed) -> None:
        """Go on to the text."""
        event.stop()
        self.query_one("#bulk-text", LineInput).focus()

    def _show_kind(self) -> None:
        kind = self._edit.kind
        text = self.query_one("#bulk-text", LineInput)
        text.display = kind is not EditKind.CLEAR
        text.placeholder = _TEXT_WORDS[kind]
        if kind in {EditKind.INSERT_TRIGGER, EditKind.REMOVE_TRIGGER} and not text.value:
            text.show(self._question.trigger_word)
        self.query_one("#bulk-replacement", LineInput).display = kind in _NEEDS_REPLACEMENT
        self._preview()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show what would change."""
        event.stop()
        self._preview()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go on to the replacement, or do it."""
        event.stop()
        replacement = self.query_one("#bulk-replacement", LineInput)
        if event.input.id == "bulk-text" and replacement.display:
            replacement.focus()
        else:
            self.action_apply()

    def action_toggle_case(self) -> None:
        """Let capitals matter in a search, or not."""
        self._ignore_case = not self._ignore_case
        self._preview()

    def action_apply(self) -> None:
        """Answer with the edit, where it changes anything."""
        self._preview()
        if self._changes:
            self.dismiss(self._edit)

    def _preview(self) -> None:
        try:
            self._changes = changes_by(self._edit, self._question.captions)
            count = f"{plural(len(self._changes), 'caption')} of {len(self._question.captions)} would change"
        except InvalidInput as error:
            self._changes = ()
            count = error.message
        self.query_one("#bulk-count", PlainLabel).show(count)
        self.query_one("#bulk-changes", PlainStatic).show(_listed(self._changes))
        capitals = "capitals do not matter" if self._ignore_case else "capitals matter"
        self.query_one(".dialog-keys", PlainLabel).show(f"^S does it · ^T {capitals} · Esc cancels")


def _listed(changes: Sequence[CaptionChange]) -> Content:
    lines: list[Content] = []
    for change in changes[:_SHOWN]:
        lines.append(plain(change.name, "bold"))
        lines.append(Content.assemble("  - ", plain(change.before or "(no caption)", "$text-muted")))
        lines.append(Content.assemble("  + ", plain(change.after or "(no caption)", "$text-success")))
    if len(changes) > _SHOWN:
        lines.append(plain(f"and {len(changes) - _SHOWN} more", "$text-muted"))
    return Content("\n").join(lines)
