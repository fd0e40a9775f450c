"""Keys in one spelling however people write them, their names, and where two actions meet on one key."""

from __future__ import annotations

import pytest

from fluxtui.domain.shortcuts import Shortcut, ShortcutScope, checked_keys, clashes, short_name, shortcut_name


@pytest.mark.parametrize(
    ("written", "keys"),
    [
        ("x", ("x",)),
        ("X", ("X",)),
        ("Ctrl+S, F8", ("ctrl+s", "f8")),
        ("^s", ("ctrl+s",)),
        ("esc", ("escape",)),
        ("?", ("question_mark",)),
        ("/", ("slash",)),
        ("+", ("plus",)),
        ("ctrl++", ("ctrl+plus",)),
        (",", ("comma",)),
        ("Page Down", ("pagedown",)),
        ("Shift+Tab", ("shift+tab",)),
        ("shift+ctrl+A", ("ctrl+shift+A",)),
        ("é", ("é",)),
        ("x, x", ("x",)),
    ],
)
def test_one_spelling(written: str, keys: tuple[str, ...]) -> None:
    assert checked_keys(written) == keys
    assert checked_keys(",".join(keys)) == keys


@pytest.mark.parametrize(
    "written", ["", "foo", "f25", "x,,y", "bel", "hyper+x", "ctrl+foo", "\x1b", "ctrl+m", "^h", "^["]
)
def test_what_is_no_key(written: str) -> None:
    with pytest.raises(ValueError, match=r"must be keys|cannot be Ctrl"):
        checked_keys(written)


@pytest.mark.parametrize(
    ("key", "name", "short"),
    [
        ("ctrl+s", "Ctrl+S", "^S"),
        ("f8", "F8", "F8"),
        ("escape", "Esc", "Esc"),
        ("pagedown", "Page Down", "Page Down"),
        ("question_mark", "?", "?"),
        ("shift+tab", "Shift+Tab", "Shift+Tab"),
        ("ctrl+underscore", "Ctrl+_", "^_"),
        ("x", "x", "x"),
        ("ctrl+home", "Ctrl+Home", "Ctrl+Home"),
    ],
)
def test_names_for_people(key: str, name: str, short: str) -> None:
    assert (shortcut_name(key), short_name(key)) == (name, short)


CANCEL = Shortcut("jobs.cancel", "Cancel", "Jobs", ("x",), ShortcutScope.PLACE)
DOWN = Shortcut("table.down", "Down", "Lists", ("j",), ShortcutScope.LIST)
COPY = Shortcut("jobs.copy", "Copy", "Jobs", ("y",))
STAR = Shortcut("gallery.star", "Star", "Gallery", ("s",))
MODELS = Shortcut("place.models", "Models", "Everywhere", ("f3",), ShortcutScope.EVERYWHERE)
ALL = (CANCEL, COPY, STAR, MODELS, DOWN)


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ({}, []),
        ({"jobs.copy": "x"}, [("x", "jobs.copy", "jobs.cancel")]),
        ({"jobs.copy": "x", "jobs.cancel": "y"}, []),
        ({"jobs.copy": "c,x", "jobs.cancel": "c"}, [("c", "jobs.cancel", "jobs.copy")]),
        ({"gallery.star": "x"}, []),
        ({"gallery.star": "f3"}, [("f3", "gallery.star", "place.models")]),
        ({"jobs.cancel": "j"}, [("j", "jobs.cancel", "table.down")]),
        ({"gallery.star": "j"}, []),
        ({"place.models": "s"}, [("s", "place.models", "gallery.star")]),
    ],
)
def test_where_two_actions_meet(keys: dict[str, str], found: list[tuple[str, str, str]]) -> None:
    met = [(clash.key, clash.first.id, clash.second.id) for clash in clashes(ALL, keys)]
    assert met == found


def test_a_clash_names_both() -> None:
    (clash,) = clashes(ALL, {"jobs.copy": "x"})
    assert clash.sentence() == "x is both “Copy” (jobs.copy) and “Cancel” (jobs.cancel)."
