"""Our own colours can be read on everything they stand on, and names of colours are those of the theme."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.color import Color
from textual.theme import Theme

from fluxtui.app.app import FluxApp
from fluxtui.app.themes import OWN_THEMES, named_colours
from fluxtui.services.config.model import InterfaceSettings
from fluxtui.terminal.profile import TerminalProfile

NAMES = ("foreground", "primary", "secondary", "accent", "success", "warning", "error")
READABLE = 4.5
"""The least ratio of contrast for text (WCAG 2.2, level AA)."""


def contrast(first: Color, second: Color) -> float:
    """Return the ratio of contrast of two colours, by their relative luminance (WCAG 2.2)."""
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: Color) -> float:
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.mark.parametrize("theme", OWN_THEMES, ids=lambda theme: theme.name)
@pytest.mark.parametrize("ground", ["background", "surface", "panel"])
@pytest.mark.parametrize("name", NAMES)
def test_everything_can_be_read(theme: Theme, ground: str, name: str) -> None:
    found = theme.to_color_system().generate()
    assert contrast(Color.parse(found[name]), Color.parse(found[ground])) >= READABLE


@pytest.mark.parametrize("theme", OWN_THEMES, ids=lambda theme: theme.name)
def test_the_line_with_the_cursor_can_be_read(theme: Theme) -> None:
    """So can the button with the focus, whose words have the colour of the background."""
    found = theme.to_color_system().generate()
    foreground, ground = (Color.parse(found[f"block-cursor-{name}"]) for name in ("foreground", "background"))
    assert contrast(foreground, ground) >= READABLE
    assert contrast(Color.parse(found["accent"]), Color.parse(found["background"])) >= READABLE


def test_names_of_colours_are_those_of_the_theme(tmp_path: Path) -> None:
    """A state is as green as the theme's success, in each theme but those of the terminal's own colours."""
    app = FluxApp(lambda: None, TerminalProfile(), theme="nord")  # type: ignore[arg-type]
    found = app.get_css_variables()
    assert app.ansi_theme.ansi_colors[2] == Color.parse(found["success"]).rgb
    assert app.ansi_theme.ansi_colors[1] == Color.parse(found["error"]).rgb
    before = app.ansi_theme
    app.theme = "fluxtui-light"
    assert app.ansi_theme is named_colours(app.current_theme)
    assert app.ansi_theme != before
    app.theme = "ansi-dark"
    assert app.ansi_theme.ansi_colors[2] != Color.parse(found["success"]).rgb


def test_the_usual_theme_is_ours() -> None:
    assert InterfaceSettings().theme == OWN_THEMES[0].name
