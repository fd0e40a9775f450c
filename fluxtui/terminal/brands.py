"""Which protocol suits which terminal: brands, versions, and what their claims are worth."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fluxtui.terminal.profile import GraphicsProtocol

_VERSION: Final = re.compile(r"(\d+)\.(\d+)")

_KITTY_PLACEHOLDERS_SINCE: Final = (0, 28)
"""Source: kitty changelog, read 2026-11."""

_ITERM2_NAMES: Final = ("iterm2", "wezterm", "mintty", "konsole", "vscode", "warp", "tabby", "rio")
"""Brands that draw OSC 1337 pictures; some also claim kitty's protocol, but lack its placeholders."""

_PLACEHOLDER_NAMES: Final = ("ghostty",)

_TRUECOLOUR_NAMES: Final = (
    *_ITERM2_NAMES,
    *_PLACEHOLDER_NAMES,
    "kitty",
    "foot",
    "alacritty",
    "contour",
    "xterm(",
)
"""Brands that show 24-bit colour. An xterm that cannot takes the nearest of its own.

Source: xterm manual, directColor, read 2026-11.
"""

_TERM_PROGRAMS: Final = {
    "iterm.app": "iterm2",
    "wezterm": "wezterm",
    "vscode": "vscode",
    "mintty": "mintty",
    "warpterminal": "warp",
    "tabby": "tabby",
    "rio": "rio",
    "ghostty": "ghostty",
}


@dataclass(frozen=True)
class Claims:
    """What the terminal answered: its name and version, kitty graphics, sixel."""

    name: str = ""
    kitty: bool = False
    sixel: bool = False


def brand_of(claims: Claims, environ: Mapping[str, str]) -> str:
    """The terminal's brand in small letters, from its own answer, else from the environment, else empty.

    Within tmux the environment speaks of the terminal that tmux was started from, so it is not asked.
    """
    if claims.name:
        return claims.name.casefold()
    if "TMUX" in environ:
        return ""
    program = environ.get("TERM_PROGRAM", "").casefold()
    if program in _TERM_PROGRAMS:
        return _TERM_PROGRAMS[program]
    if environ.get("LC_TERMINAL", "") == "iTerm2":  # what iTerm2 sends along over SSH
        return "iterm2"
    if "KONSOLE_VERSION" in environ:
        return "konsole"
    return ""


def choose(claims: Claims, environ: Mapping[str, str]) -> GraphicsProtocol:
    """The best protocol that really works in this terminal."""
    brand = brand_of(claims, environ)
    if claims.kitty and has_placeholders(brand):
        return GraphicsProtocol.KITTY
    # tmux would not hand on the pictures of iTerm2, and sixel only if it says so itself.
    if "TMUX" not in environ and any(name in brand for name in _ITERM2_NAMES):
        return GraphicsProtocol.ITERM2
    return GraphicsProtocol.SIXEL if claims.sixel else GraphicsProtocol.HALFCELL


def shows_truecolor(claims: Claims, environ: Mapping[str, str]) -> bool:
    """Whether the brand is known to show 24-bit colour, which SSH does not tell."""
    brand = brand_of(claims, environ)
    return "TMUX" not in environ and any(name in brand for name in _TRUECOLOUR_NAMES)


def has_placeholders(brand: str) -> bool:
    """Whether this brand and version of terminal ties kitty's pictures to ordinary cells."""
    brand = brand.casefold()
    if any(name in brand for name in _PLACEHOLDER_NAMES):
        return True
    if "kitty" not in brand:
        return False
    version = _VERSION.search(brand)
    return version is None or (int(version[1]), int(version[2])) >= _KITTY_PLACEHOLDERS_SINCE
