"""The details of the selected finetune, in as many columns as there is room for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from fluxtui.controllers.models.facts import METADATA, Fact
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.text import shown_text
from fluxtui.screens.models.columns import STATE_STYLES, STATE_WORDS

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.table import Table
    from rich.text import Text

PAIRS_FROM = 70
"""Cells from which on two facts stand side by side."""

INLINE_BELOW = 50
"""Cells below which there is no room for a column of titles beside long texts."""

MAX_INLINE_TITLE = 60

MAX_TEXT = 2_000
"""Characters of one fact; services can tell anything."""


class ModelDetails(VerticalScroll):
    """Shows one finetune; scrolls where there is more than fits."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", "Down", id="details.down", show=False),
        Binding("k", "scroll_up", "Up", id="details.up", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(id="details")
        self._finetune: Finetune | None = None
        self._facts: tuple[Fact, ...] = ()
        self._sentence = ""

    def compose(self) -> ComposeResult:
        """Lay out one text."""
        yield Static(markup=False)

    def show(self, finetune: Finetune | None, facts: Sequence[Fact] = (), sentence: str = "") -> None:
        """Show a finetune with its facts and a sentence on what can be done with it, or nothing."""
        if finetune is None or self._finetune is None or finetune.ref != self._finetune.ref:
            self.scroll_home(animate=False)
        told = finetune, tuple(facts), sentence
        if told != (self._finetune, self._facts, self._sentence):
            self._finetune, self._facts, self._sentence = told
            self._draw()

    def _draw(self) -> None:
        finetune = self._finetune
        drawing = "" if finetune is None else DetailsDrawing(finetune, self._facts, self._sentence)
        self.query_one(Static).update(drawing)


class DetailsDrawing:
    """The details as Rich draws them, short facts in two columns where the width allows."""

    def __init__(self, finetune: Finetune, facts: Sequence[Fact], sentence: str = "") -> None:
        self._finetune = finetune
        self._facts = facts
        self._sentence = sentence

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.text import Text

        yield from self._heading()
        pairs = 2 if options.max_width >= PAIRS_FROM else 1
        for section, facts in groupby(self._facts, key=lambda fact: fact.section):
            if section:
                yield Text(section, "bold underline")
            # The keys of a file's metadata are longer than our own titles.
            inline = options.max_width < INLINE_BELOW or section == METADATA
            yield from _section(tuple(facts), pairs, inline=inline)

    def _heading(self) -> Iterable[Text]:
        from rich.text import Text

        state = self._finetune.state
        star = "★ " if self._finetune.favourite else ""
        name = shown_text(self._finetune.name)
        yield Text.assemble((star, "yellow"), (name, "bold"), "  ", (STATE_WORDS[state], STATE_STYLES[state]))
        if self._sentence:
            yield Text(shown_text(self._sentence, limit=MAX_TEXT), "dim")


def _section(facts: Sequence[Fact], pairs: int, *, inline: bool) -> Iterable[Table | Text]:
    """Return the facts of a section: short ones beside each other, then each long one on its own.

    Args:
        facts: of one section.
        pairs: how many short facts stand side by side.
        inline: whether a long text starts right after its title and goes on under it.
    """
    from rich.text import Text

    short = [fact for fact in facts if not fact.is_long]
    if short:
        grid = _grid(pairs)
        for start in range(0, len(short), pairs):
            grid.add_row(*(cell for fact in short[start : start + pairs] for cell in _cells(fact)))
        yield grid
    long = [fact for fact in facts if fact.is_long]
    if inline:
        for fact in long:
            title, (_, text) = shown_text(fact.title, limit=MAX_INLINE_TITLE), _cells(fact)
            yield Text.assemble((f"{title}  ", "dim"), text, overflow="fold")
    elif long:
        grid = _grid(1)
        for fact in long:
            grid.add_row(*_cells(fact))
        yield grid


def _grid(pairs: int) -> Table:
    from rich.table import Table

    grid = Table.grid(padding=(0, 1), expand=True)
    for _ in range(pairs):
        grid.add_column(style="dim", no_wrap=True, width=14)
        grid.add_column(overflow="fold", ratio=1)
    return grid


def _cells(fact: Fact) -> tuple[Text, Text]:
    from rich.text import Text

    return Text(shown_text(fact.title, limit=14)), Text(shown_text(fact.text, limit=MAX_TEXT))
