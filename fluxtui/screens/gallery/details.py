"""The picture under the cursor, large where there is room, with everything that is known of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from fluxtui.controllers.gallery.wording import PROMPT_LIMIT, rating_text
from fluxtui.domain.durations import exact_time, relative_time
from fluxtui.domain.gallery import GalleryEntry
from fluxtui.domain.money import show_credits
from fluxtui.domain.text import file_size
from fluxtui.services.parameter_words import parameters_in_words
from fluxtui.terminal.profile import TerminalProfile
from fluxtui.widgets.fact_lines import fact_line, value_text
from fluxtui.widgets.pictures.view import PictureView
from fluxtui.widgets.plain import plain
from fluxtui.widgets.text_pane import TextPane


class PictureDetails(Vertical):
    """Shows one picture and its words, or nothing."""

    def __init__(self, terminal: TerminalProfile) -> None:
        super().__init__(id="gallery-details")
        self._terminal = terminal
        self._told: GalleryEntry | None = None

    def compose(self) -> ComposeResult:
        """Lay out picture and words."""
        yield PictureView(self._terminal, placeholder="", id="gallery-picture")
        yield TextPane(id="gallery-story")

    def show(self, entry: GalleryEntry, path: Path, now: datetime) -> None:
        """Show a picture, its file, and what is known of it as at an aware time."""
        self._told = entry
        self.query_one(TextPane).show(details(entry, now))
        self.query_one(PictureView).path = path

    def clear(self) -> None:
        """Show nothing."""
        self._told = None
        self.query_one(PictureView).path = None
        self.query_one(TextPane).show(Content())

    def keep_still(self) -> None:
        """Tell no time until a picture is shown again."""
        self._told = None

    def show_time(self, now: datetime) -> None:
        """Tell how old the picture is by now."""
        if self._told is not None:
            self.query_one(TextPane).show(details(self._told, now), stay=True)


def details(entry: GalleryEntry, now: datetime) -> Content:
    """Return everything about a picture: prompt, note, facts and parameters."""
    parts = [plain(entry.picture.prompt or "(no prompt)", newlines=True, limit=PROMPT_LIMIT), Content("\n")]
    if entry.marks.note:
        parts += [Content("\n"), plain(entry.marks.note, "italic", newlines=True), Content("\n")]
    parts += [Content("\n"), *(fact_line(label, value) for label, value in _facts(entry, now) if value)]
    parts += [Content.styled("\nParameters\n", "bold")]
    told = parameters_in_words(entry.picture.endpoint, entry.picture.parameters, without=("prompt",))
    parts += [fact_line(name, value_text(value)) for name, value in told.items()]
    return Content.assemble(*parts)


def _facts(entry: GalleryEntry, now: datetime) -> Iterator[tuple[str, str]]:
    picture, marks = entry.picture, entry.marks
    if entry.trashed_at is not None:
        yield "in trash", f"since {exact_time(entry.trashed_at)}"
    yield "star", "★ starred" if marks.starred else ""
    yield "rating", rating_text(marks.rating)
    yield "tags", ", ".join(marks.tags)
    yield "finetune", picture.finetune_name or ""
    yield "endpoint", f"{picture.endpoint} · {entry.profile}"
    yield "size", f"{picture.width}×{picture.height} · {file_size(picture.size)}"
    yield "seed", "" if picture.seed is None else str(picture.seed)
    yield "cost", "" if entry.credits is None else show_credits(entry.credits)
    yield "made", exact_time(picture.created_at)
    yield "", relative_time(picture.created_at, now)
    yield "file", picture.path + (" (not there any more)" if entry.missing else "")
