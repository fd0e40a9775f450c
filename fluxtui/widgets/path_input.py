"""A one-line input for a path, completed from the disk while one types."""

from __future__ import annotations

import asyncio

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
    """A path; the right arrow takes the completion, Tab goes on. Typing replaces the path of before."""

    HELP = "Right takes the completion, `~` is your home directory. Typing replaces what stands there."

    def __init__(
        self,
        value: str = "",
        *,
        kind: PathKind = PathKind.ANY,
        placeholder: str = "",
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(value, placeholder=placeholder, select_on_focus=True, id=id, classes=classes)
        self.kind = kind
        self.suggester = PathSuggester(kind)
