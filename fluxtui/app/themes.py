"""The program's own colours, dark and light, what names of colours mean in each theme, and the choice."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from rich.terminal_theme import TerminalTheme
from textual.color import Color
from textual.theme import Theme

if TYPE_CHECKING:
    from fluxtui.app.state import StatefulApp

DARK: Final = Theme(
    name="fluxtui-dark",
    primary="#6aa1f0",
    secondary="#a68fe6",
    accent="#f2b05e",
    success="#7fc98f",
    warning="#e8c463",
    error="#ef7f7f",
    foreground="#d7dae0",
    background="#14161b",
    surface="#1c1f26",
    panel="#242933",
    variables={
        "block-cursor-background": "#2f3d58",
        "block-cursor-foreground": "#f3f5f9",
        "block-cursor-blurred-background": "#262b36",
        "border-blurred": "#39404d",
        "button-focus-text-style": "bold",
        "footer-background": "#1c1f26",
        "input-selection-background": "#6aa1f066",
        "scrollbar": "#39404d",
        "scrollbar-active": "#6aa1f0",
        "scrollbar-background": "#1c1f26",
        "scrollbar-hover": "#4a5362",
    },
)
LIGHT: Final = Theme(
    name="fluxtui-light",
    dark=False,
    primary="#2c62b4",
    secondary="#6a4db3",
    accent="#944f00",
    success="#23703f",
    warning="#7d5900",
    error="#b02f3a",
    foreground="#272a31",
    background="#f8f7f4",
    surface="#eeece7",
    panel="#e3e0d9",
    variables={
        "block-cursor-background": "#c9d9f2",
        "block-cursor-foreground": "#14161b",
        "block-cursor-blurred-background": "#e3e0d9",
        "border-blurred": "#c9c5bb",
        "button-focus-text-style": "bold",
        "footer-background": "#eeece7",
        "input-selection-background": "#2c62b44d",
        "scrollbar": "#c9c5bb",
        "scrollbar-active": "#2c62b4",
        "scrollbar-background": "#eeece7",
        "scrollbar-hover": "#b5b0a4",
    },
)
OWN_THEMES: Final = (DARK, LIGHT)

_NAMES: Final = ("background", "error", "success", "warning", "primary", "secondary", "accent", "foreground")
"""What black, red, green, yellow, blue, magenta, cyan and white mean."""


_known: Final[dict[str, TerminalTheme]] = {}


def named_colours(theme: Theme) -> TerminalTheme:
    """Return the sixteen colours that a name such as `green` stands for: those by which a theme tells states.

    Cells of tables and lines of text name their colours by these words.
    """
    if theme.name not in _known:
        found = theme.to_color_system().generate()
        colours = [Color.parse(found[name]).rgb for name in _NAMES]
        background, foreground = colours[0], colours[-1]
        _known[theme.name] = TerminalTheme(background, foreground, colours, colours)
    return _known[theme.name]


async def choose_theme(app: StatefulApp) -> None:
    """Ask for a theme, and keep it in the configuration. Raises `FluxError` where that cannot be written."""
    from fluxtui.controllers.questions import Choice, Selection

    choices = [Choice(name, name, "dark" if theme.dark else "light") for name, theme in _sorted(app)]
    name = await app.ask(Selection("Colours", choices, app.theme))
    if name is not None:
        await asyncio.to_thread(app.services.config.save, {"interface.theme": name})
        app.follow_config()


def _sorted(app: StatefulApp) -> list[tuple[str, Theme]]:
    """Return all themes, our own first."""
    own = [theme.name for theme in OWN_THEMES]
    return sorted(app.available_themes.items(), key=lambda item: (item[0] not in own, item[0]))
