"""Help texts as they are shown: whole paragraphs, and every key in one spelling."""

from __future__ import annotations

import re

from textual.content import Content

from fluxtui.domain.shortcuts import shortcut_name
from fluxtui.widgets.plain import plain

_PARTS = re.compile(r"`(?P<code>[^`]+)`|\*(?P<stressed>\w[^*]*\w)\*")
_KEY = re.compile(
    r"(?:(?:ctrl|shift|alt)\+)*(?:f\d{1,2}|esc|escape|enter|tab|space|up|down|left|right|home|end"
    r"|pageup|pagedown|delete|backspace)|(?:(?:ctrl|shift|alt)\+)+\S",
    re.IGNORECASE,
)
_BLANK_LINES = re.compile(r"\n\s*\n")


def help_content(text: str) -> Content:
    """Return a help text with its marks as styles and its lines as paragraphs.

    A blank line parts paragraphs; other line breaks are those of the source. Keys and code stand between
    backticks, what is stressed between asterisks.
    """
    paragraphs = (" ".join(part.split()) for part in _BLANK_LINES.split(text))
    return Content("\n\n").join([_styled(paragraph) for paragraph in paragraphs if paragraph])


def _styled(paragraph: str) -> Content:
    parts: list[Content] = []
    end = 0
    for mark in _PARTS.finditer(paragraph):
        parts.append(plain(_spelled(paragraph[end : mark.start()])))
        code = mark["code"]
        if code is None:
            parts.append(plain(mark["stressed"], "italic"))
        else:
            parts.append(plain(shortcut_name(code) if _KEY.fullmatch(code) else code, "bold"))
        end = mark.end()
    parts.append(plain(_spelled(paragraph[end:])))
    return Content("").join(parts)


def _spelled(words: str) -> str:
    return re.sub(r"\bEscape\b", "Esc", words)
