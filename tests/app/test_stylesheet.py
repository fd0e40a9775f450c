"""The sheet of styles is parsed once, and anew where its variables are others."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.css.parse import parse
from textual.css.styles import RulesMap
from textual.css.stylesheet import Stylesheet, StylesheetParseError
from textual.dom import DOMNode
from textual.widgets import Button, DataTable, Input, Label, TextArea

from fluxtui.app.stylesheet import SwiftStylesheet


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list of what Textual is asked to parse."""
    told: list[str] = []

    def parse_and_tell(scope: str, css: str, *args: Any, **options: Any) -> Any:
        told.append(css)
        return parse(scope, css, *args, **options)

    monkeypatch.setattr("textual.css.stylesheet.parse", parse_and_tell)
    return told


def colours(sheet: Stylesheet) -> list[str]:
    return [rule.styles.color.hex for rule in sheet.rules]


def test_what_is_parsed_stays(parsed: list[str]) -> None:
    sheet = SwiftStylesheet(variables={"ink": "#ff0000"})
    sheet.add_source("Label { color: $ink; }", read_from=("a", ""))
    assert colours(sheet) == ["#FF0000"]
    sheet.set_variables({"ink": "#ff0000"})
    sheet.add_source("Button { color: #00ff00; }", read_from=("b", ""))
    sheet.reparse()
    sheet.reparse()
    assert colours(sheet) == ["#FF0000", "#00FF00"]
    assert len(parsed) == 2


def test_other_variables_count_at_once(parsed: list[str]) -> None:
    sheet = SwiftStylesheet(variables={"ink": "#ff0000"})
    sheet.add_source("Label { color: $ink; }", read_from=("other", ""))
    sheet.reparse()
    sheet.set_variables({"ink": "#0000ff"})
    sheet.reparse()
    assert colours(sheet) == ["#0000FF"]
    assert len(parsed) == 2


def test_a_sheet_with_a_fault_leaves_the_rules_as_they_were() -> None:
    sheet = SwiftStylesheet()
    sheet.add_source("Label { color: #ff0000; }", read_from=("a", ""))
    sheet.reparse()
    sheet.add_source("Label { colour-of-all: #ff0000; }", read_from=("b", ""))
    with pytest.raises(StylesheetParseError):
        sheet.reparse()
    assert [rule.styles.color.hex for rule in sheet._rules] == ["#FF0000"]


class Styled(App[None]):
    """Widgets with rules of all kinds: nested, of components, of states, important, put back, equal."""

    CSS = """
    Vertical { background: $panel; &:focus-within { background: $surface; } }
    Vertical > .loud, #last Label { color: red; text-style: bold; }
    .loud.quiet { color: green !important; }
    Label { color: blue; width: initial; &:last-child { color: initial; } }
    #last { Label.loud { color: yellow; } DataTable:focus > .datatable--cursor { color: lime; } }
    Input { link-background: red; border: initial; }
    Button:hover, Button:focus { text-style: reverse; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.stylesheet = SwiftStylesheet(variables=self.get_css_variables())

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Label("a", classes="loud")
            yield Label("b", classes="loud quiet")
            yield Input(compact=True)
        with Vertical(id="last"):
            yield Label("c", classes="loud")
            yield Button("d", variant="primary", compact=True)
            yield Button("e", disabled=True)
            yield DataTable[str]()
            yield TextArea("f")


class Told(SwiftStylesheet):
    """Tells what it gives to nodes, and gives nothing to their components by itself."""

    given: ClassVar[list[RulesMap]] = []

    @classmethod
    def replace_rules(cls, node: DOMNode, rules: RulesMap, animate: bool = False) -> None:
        cls.given.append(rules)

    def _process_component_classes(self, node: DOMNode) -> None:
        pass


def applied(sheet: Told, apply: Any, node: DOMNode) -> list[RulesMap]:
    """Return the styles that are given to a node and to its components."""
    sheet.given.clear()
    apply(sheet, node)
    for name in sorted(node._get_component_classes()):
        component = DOMNode(classes=name)
        component._attach(node)
        apply(sheet, component)
    return list(sheet.given)


async def test_what_is_applied_is_what_textual_applies() -> None:
    app = Styled()
    async with app.run_test() as pilot:
        sheet = Told(variables=app.stylesheet._variables)
        sheet.source = app.stylesheet.source
        sheet.parse()
        for focused in ("Input", "DataTable", "Button", "TextArea"):
            app.query(focused).first().focus()
            await pilot.pause()
            for node in (app.screen, *app.screen.walk_children(DOMNode)):
                swift = applied(sheet, SwiftStylesheet.apply, node)
                assert swift == applied(sheet, Stylesheet.apply, node)
                assert swift


async def test_what_decides_between_rules_is_what_textual_lets_decide() -> None:
    app = Styled()
    async with app.run_test():
        textual = Stylesheet(variables=app.stylesheet._variables)
        textual.source = app.stylesheet.source
        textual.parse()

        def weights(sheet: Stylesheet) -> list[tuple[str, bool, int]]:
            return [(rule.selectors, rule.is_default_rules, rule.tie_breaker) for rule in sheet.rules]

        assert weights(app.stylesheet) == weights(textual)


async def test_a_component_that_was_asked_for_follows_its_widget() -> None:
    app = Styled()
    async with app.run_test() as pilot:
        table = app.query_one(DataTable)
        cursor = table.get_component_styles("datatable--cursor").color
        assert list(table._component_styles) == ["datatable--cursor"]
        with pytest.raises(KeyError):
            table.get_component_styles("datatable--none")
        table.focus()
        await pilot.pause()
        assert table.get_component_styles("datatable--cursor").color.hex == "#00FF00"
        app.query_one(Input).focus()
        await pilot.pause()
        assert table.get_component_styles("datatable--cursor").color == cursor
