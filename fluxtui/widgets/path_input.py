"""A one-line input for a path, completed from the disk while one types."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.suggester import Suggester

from fluxtui.widgets.line_input import LineInput
from fluxtui.widgets.paths import PathKind, completion


class PathSuggester(Suggester):
    """Completes paths; folders are read in a thread."""

    def __init__(self, kind: PathKind) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self.kind = kind

    async def get_suggestion(self, value: str) -> str | None:
        """Return the path that `value` is probably going to be."""
        return await asyncio.to_thread(completion, value, self.kind)


class PathInput(LineInput):
    """A path; Tab or the right arrow takes the completion, `~` is the home directory."""

    HELP = "Tab or right takes the completion, `~` is your home directory."

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "Complete", id="path.complete", show=False),
    ]

    def __init__(
        self,
        value: str = "",
        *,
        kind: PathKind = PathKind.ANY,
        placeholder: str = "",
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(value, placeholder=placeholder, id=id, classes=classes)
        self.kind = kind
        self.suggester = PathSuggester(kind)

    def action_complete(self) -> None:
        """Take the completion; without one, go on to the next widget."""
        before = self.value
        if self.cursor_at_end:
            self.action_cursor_right()
        if self.value == before:
            self.screen.focus_next()
