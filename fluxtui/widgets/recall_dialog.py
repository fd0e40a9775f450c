"""Asks for a picture file and shows what it says of its making."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input

from fluxtui.domain.errors import FluxError
from fluxtui.domain.text import shorten
from fluxtui.services.recipes.recall import Recalled, recall
from fluxtui.widgets.dialogs import Dialog
from fluxtui.widgets.path_input import PathInput
from fluxtui.widgets.paths import PathKind, expanded
from fluxtui.widgets.plain import PlainLabel, PlainStatic, set_title

REST_SECONDS = 0.2
"""How long typing must rest until the file is looked at."""
WORDS = "Type the path of a PNG, JPEG or WebP: what it says of how it was made is shown here."
PROMPT_SHOWN = 600
VALUE_SHOWN = 60


class RecallDialog(Dialog[Recalled]):
    """Answers with what a picture file says of its making."""

    HELP = (
        "Type the path; right completes it. What the file says is shown below; Enter takes it into the form "
        "of Generate, Escape or `ctrl+c` leaves."
    )

    DEFAULT_CSS = """
    RecallDialog {
        .dialog { width: 78; padding: 0 1; }
        VerticalScroll { height: auto; max-height: 14; margin-top: 1; scrollbar-size-vertical: 1; }
        .said { width: 1fr; height: auto; min-height: 5; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "dismiss", "Cancel", id="recall.cancel"),
        Binding("pagedown", "scroll_said(1)", "Read on", id="recall.down", show=False),
        Binding("pageup", "scroll_said(-1)", "Read back", id="recall.up", show=False),
    ]

    def __init__(self, path: str = "") -> None:
        """Args:
        path: stands in the line at first.
        """
        super().__init__()
        self._path = path

    def compose(self) -> ComposeResult:
        """Lay out the line for the path and what the file says."""
        with Vertical(classes="dialog") as frame:
            set_title(frame, "Recall parameters from a picture file")
            yield PathInput(self._path, kind=PathKind.PICTURE, placeholder="path of a picture file")
            with VerticalScroll(can_focus=False):
                yield PlainStatic(WORDS, classes="said")
            yield PlainLabel(
                "→ completes · Enter takes it into Generate · Esc or ctrl+c leaves", classes="dialog-keys"
            )

    def on_mount(self) -> None:
        """Let the path be typed at once."""
        self.query_one(PathInput).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Look at the file soon."""
        event.stop()
        self._look(event.value, take=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take what the file says."""
        event.stop()
        self._look(event.value, take=True)

    @work(group="recall", exclusive=True, exit_on_error=False)
    async def _look(self, text: str, *, take: bool) -> None:
        if not text.strip():
            self._say(Content(WORDS))
            return
        if not take:
            await asyncio.sleep(REST_SECONDS)
        try:
            recalled = await asyncio.to_thread(recall, expanded(text))
        except FluxError as error:
            self._say(Content.styled(error.sentence(), "$text-error" if take else "$text-muted"))
            return
        if take:
            self.dismiss(recalled)
        else:
            self._say(recipe_text(recalled))

    def _say(self, content: Content) -> None:
        self.query_one(".said", PlainStatic).show(content)
        self.query_one(VerticalScroll).scroll_home(animate=False)

    def action_scroll_said(self, pages: int) -> None:
        """Read on in what the file says, or back."""
        pane = self.query_one(VerticalScroll)
        pane.scroll_relative(y=pages * max(1, pane.size.height - 1), animate=False)


def recipe_text(recalled: Recalled) -> Content:
    """Return what a file says of a picture's making, for people."""
    from fluxtui.services.recipes.recall.summary import rows

    lines: list[tuple[str, str]] = [(f"{recalled.source}\n", "bold")]
    for name, value in rows(recalled):
        limit = PROMPT_SHOWN if name in ("Prompt", "Negative prompt") else VALUE_SHOWN
        lines += [(f"{name}  ", "$text-muted"), (f"{shorten(value, limit)}\n", "")]
    lines += [(f"! {note}\n", "$text-warning") for note in recalled.notes]
    return Content.assemble(*lines)
