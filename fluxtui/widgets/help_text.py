"""Help texts as they are shown: whole paragraphs, and every key in one spelling."""

from __future__ import annotations

import re

from textual.content import Content
from textual.keys import format_key

from fluxtui.widgets.plain import plain

_PARTS = re.compile(r"`(?P<code>[^`]+)`|\*(?P<stressed>\w[^*]*\w)\*")
_KEY = re.compile(
    r"(?:(?:ctrl|shift|alt)\+)*(?:f\d{1,2}|esc|escape|enter|tab|space|up|down|left|right|home|end"
    r"|pageup|pagedown|delete|backspace)|(?:(?:ctrl|shift|alt)\+)+\S",
    re.IGNORECASE,
)
_NAMES = {"escape": "Esc", "esc": "Esc", "pageup": "Page Up", "pagedown": "Page Down"}
_BLANK_LINES = re.compile(r"\n\s*\n")


def key_name(key: str) -> str:
    """Return a key as people call it: `'Ctrl+S'`, `'F8'`, `'Esc'`, `'Page Down'`, `'?'`.

    Args:
        key: as bindings name it (`'ctrl+s'`, `'question_mark'`), or as people do already.
    """
    *modifiers, last = key.split("+") if len(key) > 1 else [key]
    if len(last) == 1:
        name = last.upper() if modifiers else last
    else:
        shown = format_key(last.lower()) if last.lower() not in _NAMES else last
        name = shown if len(shown) == 1 and shown.isascii() else _NAMES.get(last.lower(), last.capitalize())
    return "+".join([*(modifier.capitalize() for modifier in modifiers), name])


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
            parts.append(plain(key_name(code) if _KEY.fullmatch(code) else code, "bold"))
        end = mark.end()
    parts.append(plain(_spelled(paragraph[end:])))
    return Content("").join(parts)


def _spelled(words: str) -> str:
    return re.sub(r"\bEscape\b", "Esc", words)
