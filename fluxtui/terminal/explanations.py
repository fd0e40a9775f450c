"""Sentences for people: what a terminal answered, and why pictures are drawn as they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from fluxtui.domain.text import safe_text
from fluxtui.terminal.brands import Claims, brand_of
from fluxtui.terminal.intermediary import Intermediary, is_of_a_multiplexer
from fluxtui.terminal.profile import GraphicsProtocol
from fluxtui.terminal.replies import Replies

_HINTS: Final = ("TERM_PROGRAM", "LC_TERMINAL", "KITTY_WINDOW_ID", "WEZTERM_PANE", "KONSOLE_VERSION")
"""Variables that tell of a terminal, though not surely of the one in front of the user."""


def explanations(
    claims: Claims,
    environ: Mapping[str, str],
    between: Intermediary,
    replies: Replies,
    wanted: GraphicsProtocol | None,
) -> Iterator[str]:
    """Yield what was found, the surest first."""
    if between.draws_itself:
        yield f"{between.value} draws on the terminal itself, so it decides about colours and pictures."
    elif between:
        yield f"{between.value} hands everything on."
    yield _name(claims, between)
    yield _attributes(replies)
    if replies.kitty:
        yield "It understands kitty's pictures."
    given = [name for name in _HINTS if environ.get(name)]
    if given:
        told = ", ".join(f"{name}={safe_text(environ[name], limit=40)}" for name in given)
        yield f"{told}: {_worth(claims, environ, between)}."
    if wanted is not None:
        yield f"Pictures are drawn with {wanted.value} because that is set."


def _name(claims: Claims, between: Intermediary) -> str:
    who = "tmux says that the terminal" if between is Intermediary.TMUX else "The terminal"
    return f"{who} calls itself {claims.name}." if claims.name else f"{who} does not tell its name."


def _attributes(replies: Replies) -> str:
    if replies.attributes is None:
        return "It was not asked for its attributes, or did not answer."
    sixel = "with 4, so it draws sixel" if replies.sixel else "without 4, so it draws no sixel"
    return f"Its attributes (DA1) are {replies.attributes}, {sixel}."


def _worth(claims: Claims, environ: Mapping[str, str], between: Intermediary) -> str:
    if claims.name:
        return "not needed, it has told its name"
    if between.draws_itself or is_of_a_multiplexer(environ):
        return "not believed, that is not what we draw on"
    if brand_of(claims, environ, between):
        return "believed, its attributes fit"
    return "not believed, its attributes do not fit"
