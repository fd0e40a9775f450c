"""The line that shows the places with their keys."""

from __future__ import annotations

from textual.content import Content

from fluxtui.app.tabs import PLACES


def places_line(here: str = "") -> Content:
    """Return the places with their keys, the one named `here` marked."""
    parts: list[tuple[str, str]] = []
    for place in PLACES:
        parts.append((f"  {place.function_key.upper()} ", "$foreground-muted"))
        parts.append((place.title, "bold $text-accent" if place.name == here else "$foreground-muted"))
    return Content.assemble(*parts)
