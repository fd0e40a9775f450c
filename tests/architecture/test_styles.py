"""The styles of one screen never reach another one, which Textual would let them for as long as it runs."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.app import App
from textual.css.model import SelectorType
from textual.css.stylesheet import Stylesheet
from textual.screen import Screen

import fluxtui.screens
from fluxtui.screens.place import PlaceScreen

SHEETS = sorted(Path(fluxtui.screens.__file__).parent.rglob("*.tcss"))
VARIABLES = App[None]().get_css_variables()


def screens() -> Iterator[type[Screen[object]]]:
    for module in pkgutil.walk_packages(fluxtui.screens.__path__, "fluxtui.screens."):
        for _, found in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if issubclass(found, Screen) and found.__module__ == module.name:
                yield found


def owners(sheet: Path) -> set[str]:
    """Return the names of the screens whose sheet it is."""
    return {
        screen.__name__
        for screen in screens()
        if isinstance(named := screen.__dict__.get("CSS_PATH"), str)
        and (Path(inspect.getfile(screen)).parent / named).resolve() == sheet.resolve()
    }


def test_every_sheet_is_looked_at() -> None:
    assert len(SHEETS) >= 10
    assert "WorkbenchScreen" in {screen.__name__ for screen in screens()}


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: str(sheet.parent.name) + "/" + sheet.name)
def test_every_rule_of_a_screen_begins_with_that_screen(sheet: Path) -> None:
    own = owners(sheet)
    assert own
    stylesheet = Stylesheet(variables=VARIABLES)
    stylesheet.read(sheet)
    stylesheet.parse()
    assert stylesheet.rules
    for rule in stylesheet.rules:
        for selectors in rule.selector_set:
            first = selectors.selectors[0]
            assert first.type is SelectorType.TYPE, f"{rule.selectors} reaches other screens as well"
            assert first.name in own, f"{rule.selectors} is a rule for another screen"


def test_what_all_places_share_stands_in_the_sheet_of_the_application() -> None:
    assert PlaceScreen.__name__ not in {name for sheet in SHEETS for name in owners(sheet)}
