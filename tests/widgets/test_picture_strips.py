"""Rows of half cells that know their escape sequences, and strips that tell when they are drawn."""

from __future__ import annotations

import gc
from itertools import pairwise

import pyte
import pytest
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from fluxtui.terminal.halfcell import CellRow
from fluxtui.widgets.pictures.lazy_strips import JoinedStrip, WatchedStrip, laid_over
from fluxtui.widgets.pictures.strips import HalfCellStrip, half_cell_strips

ROW = CellRow(
    bytes((255, 0, 0) * 3 + (0, 255, 0) * 2 + (9, 9, 9) * 2),
    bytes((0, 0, 255) * 3 + (0, 255, 0) * 2 + (0, 0, 255) * 2),
)
BLANK = Style(bgcolor="rgb(1,2,3)")


def read_cells(sequence: str) -> list[tuple[str, str, str]]:
    """What a terminal shows of a line, up to the cursor: character, colour, background of each cell."""
    screen = pyte.Screen(40, 1)
    pyte.Stream(screen).feed(sequence)
    cells = (screen.buffer[0][column] for column in range(screen.cursor.x))
    return [(cell.data, "" if cell.data == " " else cell.fg, cell.bg) for cell in cells]


def console(colours: str) -> Console:
    return Console(force_terminal=True, color_system=colours)  # type: ignore[arg-type]


@pytest.mark.parametrize("colours", ["truecolor", "256", "standard"])
def test_a_row_draws_what_its_segments_say(colours: str) -> None:
    plain = half_cell_strips([ROW])[0]
    strip = HalfCellStrip(ROW, colours)
    assert strip.cell_length == plain.cell_length == 7
    assert list(strip) == list(plain)
    drawn = strip.render(console(colours))
    assert read_cells(drawn) == read_cells(plain.render(console(colours)))
    assert len(drawn) < len(plain.render(console(colours)))


def test_a_row_can_be_cut_where_something_lies_over_it() -> None:
    line = laid_over(Strip([Segment(" " * 12, BLANK)], 12), 2, HalfCellStrip(ROW))
    whole = read_cells(line.render(console("truecolor")))
    assert len(whole) == line.cell_length == 12
    for cuts in ([12], [1, 2, 9, 12], [4, 5, 11, 12]):
        parts = line.divide(cuts)
        assert [part.cell_length for part in parts] == [end - start for start, end in pairwise([0, *cuts])]
        assert [cell for part in parts for cell in read_cells(part.render(console("truecolor")))] == whole
        assert "".join(part.text for part in parts) == line.text
    assert read_cells(line.crop(3, 10).crop(1, 5).render(console("truecolor"))) == whole[4:8]
    assert line.crop(12).cell_length == 0


def test_a_row_drawn_whole_makes_no_segments() -> None:
    of_others = half_cell_segments()
    line = JoinedStrip([Strip.blank(2, BLANK), HalfCellStrip(ROW)])
    line.divide([9])[0].render(console("truecolor"))
    assert len(half_cell_segments()) == len(of_others)
    assert line.text == "  ▀▀▀  ▀▀"
    assert len(half_cell_segments()) == len(of_others) + 1


def half_cell_segments() -> list[Segment]:
    """Return every segment of three half cells that anything in this process still has."""
    return [item for item in gc.get_objects() if isinstance(item, Segment) and item.text == "▀▀▀"]


def test_a_watched_strip_tells_only_of_what_is_painted() -> None:
    painted: list[int] = []
    text = Strip([Segment("abcdef", Style(color="red"))], 6)
    strip = WatchedStrip(text, lambda: painted.append(1), lambda: None)
    left, right = strip.divide([2, 6])
    assert painted == []
    assert "cdef" in right.render(console("truecolor"))
    assert painted == [1]
    assert "a" in left.crop(0, 1).render(console("truecolor"))
    assert painted == [1, 1]
