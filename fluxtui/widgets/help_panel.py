"""What can be done here, made from the keys and help texts of what is on the screen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from textual.app import App, ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.dom import DOMNode
from textual.screen import Screen

from fluxtui.domain.shortcuts import shortcut_name
from fluxtui.widgets.dialogs import Dialog
from fluxtui.widgets.help_text import help_content
from fluxtui.widgets.plain import PlainLabel, PlainStatic, plain, set_title

HERE, PLACE, EVERYWHERE = "The focused part", "This place", "Everywhere"


class HelpPanel(Dialog[None]):
    """Shows help texts and keys, grouped by how far they reach; any of several keys closes it."""

    DEFAULT_CSS = """
    HelpPanel {
        .dialog {
            width: 100;
            max-width: 95%;
            padding: 0 1;
            scrollbar-gutter: stable;
            scrollbar-size-vertical: 1;
        }
        .help-heading { width: 1fr; margin-top: 1; text-style: bold; color: $text-accent; }
        .help-text { color: $text-muted; margin-bottom: 1; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,f1,question_mark", "dismiss", "Close", id="help.close"),
        Binding("j,down", "scroll(1)", "Down", id="help.down", show=False),
        Binding("k,up", "scroll(-1)", "Up", id="help.up", show=False),
        Binding("pagedown,space", "scroll(10)", "Page down", id="help.page_down", show=False),
        Binding("pageup,b", "scroll(-10)", "Page up", id="help.page_up", show=False),
        Binding("g,home", "scroll(-1000)", "Top", id="help.top", show=False),
        Binding("G,end", "scroll(1000)", "Bottom", id="help.bottom", show=False),
    ]

    def __init__(self, title: str, parts: Iterable[tuple[str, str, tuple[tuple[str, str], ...]]]) -> None:
        """Args:
        title: stands in the border.
        parts: heading, help text and pairs of keys and words, for each part that has anything to say.
        """
        super().__init__()
        self._title = title
        self._parts = tuple(parts)

    @classmethod
    def for_screen(cls, screen: Screen[Any]) -> HelpPanel:
        """Return help for a screen as it is now: for its focused widget, itself, and the application."""
        chain = [] if screen.focused is None else screen.focused.ancestors_with_self
        here = [node for node in chain if node is not screen and not isinstance(node, App)]
        keys: dict[str, dict[str, list[str]]] = {HERE: {}, PLACE: {}, EVERYWHERE: {}}
        for active in screen.active_bindings.values():
            if active.binding.id and active.binding.description:
                part = keys[_reach(active, screen)]
                part.setdefault(active.binding.description, []).append(shortcut_name(active.binding.key))
        texts = {HERE: _help(here), PLACE: _help([screen]), EVERYWHERE: ""}
        title = screen.title or type(screen).__name__.removesuffix("Screen")
        return cls(f"Help: {title}", [(part, texts[part], _pairs(keys[part])) for part in keys])

    def compose(self) -> ComposeResult:
        """Lay out the parts that have anything to say."""
        with VerticalScroll(classes="dialog", can_focus=False) as frame:
            set_title(frame, self._title, "q or Esc closes")
            for heading, text, pairs in self._parts:
                if text or pairs:
                    yield PlainLabel(heading, classes="help-heading")
                if text:
                    yield PlainStatic(help_content(text), classes="help-text")
                if pairs:
                    yield PlainStatic(_table(pairs))

    def action_scroll(self, lines: int) -> None:
        """Scroll by some lines."""
        self.query_one(".dialog").scroll_relative(y=lines, animate=False)


def _reach(active: ActiveBinding, screen: Screen[Any]) -> str:
    if isinstance(active.node, App):
        return EVERYWHERE
    return PLACE if active.node is screen else HERE


def _help(nodes: Iterable[DOMNode]) -> str:
    return "\n\n".join(help_text for node in nodes if (help_text := getattr(node, "HELP", None)))


def _pairs(keys: dict[str, list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((", ".join(dict.fromkeys(names)), words) for words, names in keys.items())


def _table(pairs: tuple[tuple[str, str], ...]) -> Content:
    width = max(len(names) for names, _ in pairs) + 2
    lines = [Content.assemble((names.ljust(width), "bold"), plain(words)) for names, words in pairs]
    return Content("\n").join(lines)
