"""Text from outside, shown as the plain text it is: never markup, never escape sequences.

Textual and Rich read square brackets as markup in nearly every widget, so a prompt could vanish or end the
program. Whatever the program did not write itself goes through `plain`, or through `cell` in a table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from textual.content import Content
from textual.widgets import Label, Static

from fluxtui.domain.text import shown_text

if TYPE_CHECKING:
    from rich.text import Text
    from textual.widget import Widget


def plain(text: object, style: str = "", *, newlines: bool = False, limit: int | None = None) -> Content:
    """Return `text` as content without markup, escape sequences and direction marks.

    Args:
        text: anything; it is turned into a string first.
        style: a Textual style for all of it, such as `'$text-muted'` or `'bold $error'`.
        newlines: keep line breaks.
        limit: greatest number of characters.
    """
    safe = shown_text(text, newlines=newlines, limit=limit)
    return Content.styled(safe, style) if style else Content(safe)


def cell(text: object, style: str = "", *, align: Literal["left", "right"] = "left") -> Text:
    """Return `text` as a table cell: one line, no markup, cut with an ellipsis; `align` is left or right."""
    from rich.text import Text

    return Text(shown_text(text), style=style, justify=align, no_wrap=True, overflow="ellipsis")


class PlainStatic(Static):
    """A `Static` for text from outside; line breaks are kept."""

    def __init__(
        self,
        text: object = "",
        *,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(_content(text), markup=False, name=name, id=id, classes=classes)

    def show(self, text: object, *, layout: bool = True) -> None:
        """Replace a text that is another one; `layout=False` saves a layout where the size cannot change."""
        _show(self, text, layout=layout)


class PlainLabel(Label):
    """A `Label` for text from outside: as wide as its text unless styled otherwise."""

    def __init__(
        self,
        text: object = "",
        *,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(_content(text), markup=False, name=name, id=id, classes=classes)

    def show(self, text: object, *, layout: bool = True) -> None:
        """Replace a text that is another one; `layout=False` saves a layout where the size cannot change."""
        _show(self, text, layout=layout)


def _show(widget: Static, text: object, *, layout: bool) -> None:
    content, shown = _content(text), widget.content
    if not (isinstance(shown, Content) and shown.is_same(content)):
        widget.update(content, layout=layout)


def _content(text: object) -> Content:
    return text if isinstance(text, Content) else plain(text, newlines=True)


def set_title(widget: Widget, title: object, subtitle: object = "") -> None:
    """Put plain text into the border of a widget, above and below."""
    widget.border_title = plain(title).markup
    widget.border_subtitle = plain(subtitle).markup
