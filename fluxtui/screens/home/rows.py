"""What the dialog shows for each of its keys."""

from __future__ import annotations

from textual.content import Content

from fluxtui.controllers.pictures.copies import COPIES
from fluxtui.domain.text import plural, safe_text
from fluxtui.widgets.plain import plain

NAME_CELLS = 21


def row(key: str, name: str, note: str) -> Content:
    """Return a line with a key, what it does, and a word on it."""
    return Content.assemble(
        (f" {key} ", "bold $text-accent"), f"{name:<{NAME_CELLS}}", plain(safe_text(note), "$text-muted")
    )


def copy_rows() -> Content:
    """Return what is copied by which key; nothing is made of the pictures yet."""
    rows = [row(one.key, one.name, one.note) for one in COPIES]
    rows.append(row("c", "scp line", "to type on your own machine"))
    return Content("\n").join(rows)


def page_rows(url: str, line: str, browsers: int) -> Content:
    """Return what is to be said of the page: how to start it, or the way to it where it runs (`url`).

    `browsers` is how many have been let in.
    """
    if not url:
        return row("w", "page in a browser", "starts it: the gallery, read only")
    opened = f"stops the page ({plural(browsers, 'browser')} let in)." if browsers else "stops the page."
    lines = [("w", f"{opened} On your own machine:"), ("l", f"type {line}"), ("u", f"open {url}")]
    styled = [Content.assemble((f" {key} ", "bold $text-accent"), plain(text)) for key, text in lines]
    return Content("\n").join(styled)
