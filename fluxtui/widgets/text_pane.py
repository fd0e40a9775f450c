"""A text that scrolls in a place of fixed size, for what changes with every step of a cursor."""

from __future__ import annotations

from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget


class TextPane(ScrollView, can_focus=True):
    """Shows a text, wrapped at its width; another text is one repaint of the pane.

    A `Static` in a `VerticalScroll` costs two layouts of the whole screen for each text: one for its height,
    and one for a scrollbar that comes or goes. Here the place of the scrollbar is always kept.
    """

    DEFAULT_CSS = """
    TextPane {
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        scrollbar-background: $background;
        scrollbar-background-hover: $background;
        scrollbar-background-active: $background;
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._content = Content()
        self._lines: list[Strip] = []

    @property
    def content(self) -> Content:
        """The text that is shown."""
        return self._content

    def show(self, content: Content, *, stay: bool = False) -> None:
        """Show a text from its beginning, or from where the last one stood if it is to stay there."""
        if not stay:
            self.scroll_to(y=0, animate=False, immediate=True)
        if not content.is_same(self._content):
            self._content = content
            self._wrap()

    def on_resize(self, event: events.Resize) -> None:
        """Wrap at the new width."""
        self._wrap()

    def _wrap(self) -> None:
        width = self.scrollable_content_region.width
        if not width:
            return
        self._lines = Visual.to_strips(self, self._content, width, None, self.visual_style)
        # The reactive itself would lay out the whole screen.
        self.set_reactive(Widget.virtual_size, Size(width, len(self._lines)))
        self.vertical_scrollbar.window_virtual_size = len(self._lines)
        self.refresh()

    def render(self) -> Content:
        """Return the text, for what is selected of it with the mouse."""
        return self._content

    def render_line(self, y: int) -> Strip:
        """Return a line of what is in sight."""
        line, width = y + round(self.scroll_y), self.scrollable_content_region.width
        blank = self.visual_style.rich_style
        if not 0 <= line < len(self._lines):
            return Strip.blank(width, blank)
        return self._lines[line].adjust_cell_length(width, blank)

    def selection_updated(self, selection: Selection | None) -> None:
        """Show what is selected."""
        self._wrap()

    def notify_style_update(self) -> None:
        """Draw the text with the styles as they are now."""
        super().notify_style_update()
        self._wrap()
