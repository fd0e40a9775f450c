"""What the comparison of pictures sees and what it passes over."""

from __future__ import annotations

import pytest

from tests.piloting.snapshots import CellsExtension

LINE = (
    '<rect fill="#121212" x="0" y="1.5" width="24.4" height="24.65" shape-rendering="crispEdges"/>'
    '<rect fill="#0178d4" x="24.4" y="1.5" width="12.2" height="24.65" shape-rendering="crispEdges"/>'
    '<text class="a-r1" x="0" y="20" textLength="36.6" clip-path="url(#a-line-0)">yes&#160;</text>'
)
PIECES = (
    '<rect fill="#121212" x="0" y="1.5" width="12.2" height="24.65" shape-rendering="crispEdges"/>'
    '<rect fill="#121212" x="12.2" y="1.5" width="12.2" height="24.65" shape-rendering="crispEdges"/>'
    '<rect fill="#0178d4" x="24.4" y="1.5" width="12.2" height="24.65" shape-rendering="crispEdges"/>'
    '<text class="a-r1" x="0" y="20" textLength="24.4" clip-path="url(#a-line-0)">yes</text>'
)


def are_alike(one: str, other: str) -> bool:
    return CellsExtension().matches(serialized_data=one, snapshot_data=other)


def test_the_same_cells_in_other_pieces_are_alike() -> None:
    assert are_alike(LINE, LINE)
    assert are_alike(LINE, PIECES)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("yes", "yet"),
        ("#0178d4", "#121212"),
        ("a-r1", "a-r2"),
        ('x="24.4"', 'x="36.6"'),
        ('y="20"', 'y="44"'),
    ],
    ids=["letter", "background", "style", "place", "line"],
)
def test_any_other_difference_is_seen(old: str, new: str) -> None:
    assert not are_alike(LINE, LINE.replace(old, new))
    assert not are_alike(PIECES, LINE.replace(old, new))
