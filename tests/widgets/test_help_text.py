"""Help is shown in whole paragraphs, without marks, and with every key in one spelling."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re

import pytest

import fluxtui
from fluxtui.domain.shortcuts import shortcut_name
from fluxtui.widgets.help_text import help_content


def all_help() -> dict[str, str]:
    """Return every help text of the program by its class."""
    found = {}
    for module in pkgutil.walk_packages(fluxtui.__path__, "fluxtui."):
        if module.name.startswith(("fluxtui.screens", "fluxtui.widgets")):
            for name, item in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
                if item.__module__ == module.name and vars(item).get("HELP"):
                    found[name] = vars(item)["HELP"]
    return found


HELP = all_help()


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("ctrl+s", "Ctrl+S"),
        ("Ctrl+S", "Ctrl+S"),
        ("f12", "F12"),
        ("F12", "F12"),
        ("escape", "Esc"),
        ("esc", "Esc"),
        ("enter", "Enter"),
        ("pagedown", "Page Down"),
        ("shift+tab", "Shift+Tab"),
        ("question_mark", "?"),
        ("dollar_sign", "$"),
        ("plus", "+"),
        ("+", "+"),
        ("J", "J"),
        ("j", "j"),
    ],
)
def test_a_key_has_one_name(key: str, name: str) -> None:
    assert shortcut_name(key) == name


def test_lines_of_the_source_are_none_of_the_help() -> None:
    shown = help_content("Press `ctrl+s`\nfrom any field.\n\nA *trigger word* calls,\nsuch as `rating>=3`.")
    assert shown.plain == "Press Ctrl+S from any field.\n\nA trigger word calls, such as rating>=3."
    assert [(shown.plain[span.start : span.end], str(span.style)) for span in shown.spans] == [
        ("Ctrl+S", "bold"),
        ("trigger word", "italic"),
        ("rating>=3", "bold"),
    ]


def test_a_star_that_stands_alone_stays() -> None:
    assert help_content("`*` and 2 * 3 * 4").plain == "* and 2 * 3 * 4"


@pytest.mark.parametrize("name", HELP)
def test_no_help_shows_a_mark_or_another_spelling(name: str) -> None:
    shown = help_content(HELP[name]).plain
    assert "`" not in shown
    assert not re.search(r"\*\w", shown)
    assert not re.search(r"(?<!\n)\n(?!\n)", shown)
    assert not re.search(r"\b(?:ctrl|CTRL)\+|\bEscape\b|\bf\d{1,2}\b|\bpage(?:up|down)\b|\^[a-z]\b", shown)
