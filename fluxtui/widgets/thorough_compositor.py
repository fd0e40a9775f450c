"""A compositor that never forgets to draw what has moved."""

from __future__ import annotations

from textual._compositor import Compositor, CompositorMap, ReflowResult
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.widget import Widget

Places = dict[Widget, tuple[Region, Region]]
"""Where each widget in sight lies, and to what it is clipped; the topmost first."""


class ThoroughCompositor(Compositor):
    """Compares with what was drawn and told, whoever has worked out since where things lie.

    Textual 8.2 compares two layouts when it lays out anew. But whoever asks for the region of a widget that
    has just been mounted also lays out everything, silently, and so does scrolling: the next comparison is
    with that, and finds nothing. The terminal keeps showing what was there before, and a widget that is shown
    now is never told its size, so that a picture, for one, stays blank.
    """

    def __init__(self) -> None:
        super().__init__()
        self._marked: Places = {}
        """The places that the terminal shows, or will with what is marked as dirty."""
        self._told: CompositorMap = {}
        """The last layout of which the widgets were told."""

    def clear(self) -> None:
        """Forget all widgets."""
        super().clear()
        self._marked, self._told = {}, {}

    def reflow(self, parent: Widget, size: Size) -> ReflowResult:
        """Lay out everything, mark what lies elsewhere now, and return who has to be told."""
        self._full_map = self._told
        result = super().reflow(parent, size)
        self._told = self._full_map
        self._mark_moved()
        self._tell_sizes()
        return result

    def reflow_visible(self, parent: Widget, size: Size) -> set[Widget]:
        """Lay out what is in sight, and mark what lies elsewhere now."""
        exposed = super().reflow_visible(parent, size)
        self._mark_moved()
        return exposed

    @property
    def full_map(self) -> CompositorMap:
        """The place of every widget; it is worked out where it is not known, and marked."""
        was_known = not self._full_map_invalidated
        full_map = super().full_map
        if not was_known and self.root is not None:
            # What was derived from the places before holds no longer.
            self._cuts = self._layers = self._layers_visible = None
            self._mark_moved()
        return full_map

    def _tell_sizes(self) -> None:
        """Tell the widgets their new sizes, none of which asks for another layout.

        Textual's screen tells them right afterwards, and each that has another size would have everything
        laid out and itself drawn once more, though that is what this layout is and does. Scroll bars that
        appear still ask, and so does the screen: its classes and those behind it follow from its size.
        """
        for widget, place in self.layers:
            if widget is not self.root and not isinstance(widget, ScrollView):
                widget._size_updated(
                    place.region.size, place.virtual_size, place.container_size, layout=False
                )

    def _mark_moved(self) -> None:
        before, now = self._marked, self.visible_widgets
        self._marked = dict(now)
        moved = {place for _, place in before.items() ^ now.items()}
        moved.update(now[widget] for widget in _restacked(before, now))
        screen = self.size.region
        for region, clip in moved:
            if seen := clip.intersection(region).intersection(screen):
                self._dirty_regions.add(seen)


def _restacked(before: Places, now: Places) -> list[Widget]:
    """Return widgets that stay in place but lie over or under others than before."""
    order_before = [widget for widget in before if widget in now]
    order_now = [widget for widget in now if widget in before]
    return [widget for was, widget in zip(order_before, order_now, strict=True) if was is not widget]
