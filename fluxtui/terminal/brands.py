"""Which protocol suits which terminal: brands, versions, and what their claims are worth."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from fluxtui.system.dataclass import dataclass
from fluxtui.terminal.environment import is_over_ssh
from fluxtui.terminal.intermediary import Intermediary, is_of_a_multiplexer
from fluxtui.terminal.profile import GraphicsProtocol, Mosaic

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

_SEXTANT_NAMES: Final = ("wezterm", "rio")
"""Brands that draw U+1FB00 to U+1FB3B themselves.

Sources: WezTerm manual, custom_block_glyphs; raphamorim/rio issue 974, both read 2026-12.
"""
_QUADRANT_NAMES: Final = ("kitty", "foot", "vte")
"""Brands that draw U+2580 to U+259F themselves. Source: Notcurses, TERMINALS.md, read 2026-12."""

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


def brand_of(claims: Claims, environ: Mapping[str, str], between: Intermediary = Intermediary.NOTHING) -> str:
    """The terminal's brand in small letters, from its own answer, else from the environment, else empty.

    Variables come along over SSH and into whatever is started from a terminal. They are believed only where
    nothing that draws itself is known to be between, and where the answers fit: every brand that variables
    tell of says in its attributes that it draws pictures, if it does.
    """
    if claims.name:
        return claims.name.casefold()
    if between.draws_itself or is_of_a_multiplexer(environ) or not claims.sixel:
        return ""
    program = environ.get("TERM_PROGRAM", "").casefold()
    if program in _TERM_PROGRAMS:
        return _TERM_PROGRAMS[program]
    if environ.get("LC_TERMINAL", "") == "iTerm2":  # what iTerm2 sends along over SSH
        return "iterm2"
    if "KONSOLE_VERSION" in environ:
        return "konsole"
    return ""


def choose(
    claims: Claims, environ: Mapping[str, str], between: Intermediary = Intermediary.NOTHING
) -> GraphicsProtocol:
    """The best protocol that really works in this terminal."""
    brand = brand_of(claims, environ, between)
    is_passed = not between.draws_itself
    # tmux would hand kitty's pictures on, but not those of iTerm2, and sixel only if it says so itself.
    if claims.kitty and (is_passed or between is Intermediary.TMUX) and has_placeholders(brand):
        return GraphicsProtocol.KITTY
    if is_passed and any(name in brand for name in _ITERM2_NAMES):
        # Without its own word the line may still have something in it that only looks like this brand.
        is_sure = bool(claims.name) or not is_over_ssh(environ)
        return GraphicsProtocol.ITERM2 if is_sure else GraphicsProtocol.SIXEL
    return GraphicsProtocol.SIXEL if claims.sixel else GraphicsProtocol.HALFCELL


def shows_truecolor(
    claims: Claims, environ: Mapping[str, str], between: Intermediary = Intermediary.NOTHING
) -> bool:
    """Whether the brand is known to show 24-bit colour, which SSH does not tell."""
    brand = brand_of(claims, environ, between)
    return not between.draws_itself and any(name in brand for name in _TRUECOLOUR_NAMES)


def mosaic_of(
    claims: Claims, environ: Mapping[str, str], between: Intermediary = Intermediary.NOTHING
) -> Mosaic:
    """The finest characters that the terminal is known to draw itself, whatever its font has.

    tmux hands characters on, and tells of the terminal behind it.
    """
    brand = brand_of(claims, environ, between)
    if between.draws_itself and between is not Intermediary.TMUX:
        return Mosaic.HALF
    if any(brand.startswith(name) for name in _SEXTANT_NAMES):
        return Mosaic.SEXTANT
    return Mosaic.QUADRANT if any(brand.startswith(name) for name in _QUADRANT_NAMES) else Mosaic.HALF


def has_placeholders(brand: str) -> bool:
    """Whether this brand and version of terminal ties kitty's pictures to ordinary cells."""
    brand = brand.casefold()
    if any(name in brand for name in _PLACEHOLDER_NAMES):
        return True
    if "kitty" not in brand:
        return False
    version = _VERSION.search(brand)
    return version is None or (int(version[1]), int(version[2])) >= _KITTY_PLACEHOLDERS_SINCE
