"""Whatever is drawn, a terminal shows the same by the difference as by all of it, and gets fewer bytes."""

from __future__ import annotations

import random

import pyte
import pytest

from fluxtui.terminal.cells import PLAIN, DrawnCells, UnreadableText, restyled, transition
from fluxtui.terminal.screen_buffer import PixelMark, ScreenBuffer

COLUMNS, ROWS = 24, 6
CODES = ("", "1", "31", "42", "1;3;38;2;9;8;7;48;2;1;2;3", "4;48;5;17", "7", "9;97", "38;5;200", "48;2;1;2;3")
CHARACTERS = "abc   ▀▄─…é漢字🙂"
LINK = "\x1b]8;id=1;https://example.com\x1b\\link\x1b]8;;\x1b\\"


class Line:
    """A terminal that is drawn on by frames, and one on which everything is drawn as it comes."""

    def __init__(self, columns: int = COLUMNS, rows: int = ROWS) -> None:
        self.buffer = ScreenBuffer()
        self.buffer.resize(columns, rows)
        self.screens = (pyte.Screen(columns, rows), pyte.Screen(columns, rows))
        self._streams = tuple(pyte.Stream(screen) for screen in self.screens)
        self._cursor: tuple[int, int] | None = None

    def frame(self, *pieces: tuple[int, int, str], cursor: tuple[int, int] = (0, 0)) -> str:
        """Draw pieces in both ways, and return what was sent in one of them."""
        frame = self.buffer.frame(self._cursor)
        for column, row, text in pieces:
            frame.draw(column, row, text)
            self._streams[1].feed(f"\x1b[{row + 1};{column + 1}H{text}\x1b[0m")
        sent = frame.end(*cursor)
        self._cursor = cursor
        self._streams[0].feed(sent)
        self._streams[1].feed(f"\x1b[{cursor[1] + 1};{cursor[0] + 1}H")
        return sent

    def write(self, text: str) -> None:
        """Somebody else writes."""
        for stream in self._streams:
            stream.feed(text)

    def agrees(self) -> None:
        """Both terminals show the same."""
        assert seen(self.screens[0]) == seen(self.screens[1])
        assert (self.screens[0].cursor.x, self.screens[0].cursor.y) == (
            self.screens[1].cursor.x,
            self.screens[1].cursor.y,
        )


def seen(screen: pyte.Screen) -> list[list[object]]:
    """What can be seen of each cell: nothing of the text's colour or weight where there is no text."""
    return [
        [
            cell
            if cell.data != " " or cell.underscore or cell.reverse or cell.strikethrough
            else cell._replace(fg="default", bold=False, italics=False)
            for cell in (screen.buffer[row][column] for column in range(screen.columns))
        ]
        for row in range(screen.lines)
    ]


def some_text(chance: random.Random, most: int) -> str:
    """Characters in styles by chance, no wider than so many cells."""
    text, width = "", 0
    while width < most and chance.random() < 0.9:
        codes = chance.choice(CODES)
        text += f"\x1b[{codes}m" if codes else ""
        for character in chance.choices(CHARACTERS, k=chance.randrange(1, 5)):
            wide = 2 if character in "漢字🙂" else 1
            if width + wide <= most:
                text += character
                width += wide
        text += "\x1b[0m" if codes else ""
    return text


@pytest.mark.parametrize("seed", range(20))
def test_frames_by_chance_show_the_same_as_everything_drawn(seed: int) -> None:
    chance, line = random.Random(seed), Line()
    for _ in range(60):
        pieces = []
        for _ in range(chance.randrange(5)):
            column = chance.randrange(COLUMNS)
            pieces.append((column, chance.randrange(ROWS), some_text(chance, COLUMNS - column)))
        line.frame(*pieces, cursor=(chance.randrange(COLUMNS), chance.randrange(ROWS)))
        line.agrees()


def test_nothing_is_sent_where_nothing_has_changed() -> None:
    line = Line()
    assert line.frame((0, 0, "\x1b[1mabc\x1b[0m"), cursor=(3, 3))
    assert line.frame((0, 0, "\x1b[1mabc\x1b[0m"), cursor=(3, 3)) == ""
    assert line.frame(cursor=(3, 2)) == "\x1b[A"


@pytest.mark.parametrize(
    ("before", "after", "sent"),
    [
        ("hello", "hellO", "\x1b[4CO\r"),
        ("a b c", "a b d", "\x1b[4Cd\r"),
        ("aXbX", "aYbY", "\x1b[CYbY\r"),
        ("a.......b", "x.......y", "x\x1b[7Cy\r"),
        ("\x1b[31mred\x1b[0m", "\x1b[31mrid\x1b[0m", "\x1b[C\x1b[31mi\x1b[m\r"),
        ("\x1b[31;44m a \x1b[0m", "\x1b[32;44m a \x1b[0m", "\x1b[C\x1b[32;44ma\x1b[m\r"),
    ],
)
def test_few_bytes_are_sent(before: str, after: str, sent: str) -> None:
    line = Line()
    line.frame((0, 0, before))
    assert line.frame((0, 0, after)) == sent
    line.agrees()


def test_all_of_a_piece_is_sent_whose_width_terminals_differ_about() -> None:
    line = Line()
    line.frame((2, 1, "a🙂b"))
    assert line.frame((2, 1, "a🙂c")) == "\x1b[2;3Ha🙂c\x1b[H"
    assert "abc" in line.frame((2, 1, "abcd"))


def test_half_a_wide_character_is_not_taken_for_a_whole_one() -> None:
    line = Line()
    line.frame((0, 0, "漢字"))
    line.frame((1, 0, "ab"))
    line.frame((0, 0, "漢"), (3, 0, "x"))
    line.agrees()


def test_what_is_not_understood_is_sent_as_it_is() -> None:
    line = Line()
    line.frame((0, 0, "abcdefgh"))
    assert "\x1b[5Xz" in line.frame((1, 0, "\x1b[5Xz"))
    line.frame((0, 0, "abcdefgh"))
    line.agrees()


def test_what_was_forgotten_is_sent_again() -> None:
    line = Line()
    line.frame((0, 0, "abc"))
    line.write("\x1b[2J")
    line.buffer.forget()
    line.frame((0, 0, "abc"))
    line.agrees()
    assert line.screens[0].display[0].startswith("abc")


def test_links_begin_and_end() -> None:
    line = Line()
    assert line.frame((0, 0, f"a{LINK}b")).count("\x1b]8;") == 2


def test_text_over_pixels_is_sent_even_where_the_text_below_was_the_same() -> None:
    line, mark = Line(), PixelMark(object(), 2, 0, 4, 2)
    line.frame((0, 0, "........"), (0, 1, "........"))
    line.buffer.cover(mark, range(2, 6), range(2))
    assert line.buffer.is_covered(mark, 0, range(8))
    # The picture's own text below its pixels leaves them alone.
    frame = line.buffer.frame((0, 0))
    frame.draw_cells(0, 0, line.buffer.read("........"), mark)
    assert frame.end(0, 0) == ""
    assert line.buffer.is_covered(mark, 0, range(8))
    assert line.frame((0, 0, "........")).count(".") == 4
    assert not line.buffer.is_covered(mark, 0, range(8))
    assert line.buffer.is_covered(mark, 1, range(8))


def test_pixels_are_gone_where_a_picture_lies_elsewhere_or_its_text_is_another() -> None:
    line, mark = Line(), PixelMark(object(), 2, 0, 4, 2)
    line.frame((0, 0, "........"), (0, 1, "........"))
    line.buffer.cover(mark, range(2, 6), range(2))
    frame = line.buffer.frame((0, 0))
    frame.draw_cells(0, 0, line.buffer.read("...x...."), mark)
    frame.draw_cells(0, 1, line.buffer.read("........"), mark._replace(row=1))
    assert frame.end(0, 0).count(".") == 4
    assert not line.buffer.is_covered(mark, 0, range(8))
    assert not line.buffer.is_covered(mark, 1, range(8))


def test_a_style_leads_to_another_in_the_fewest_bytes() -> None:
    red_on_blue = restyled(PLAIN, "31;44")
    assert transition(red_on_blue, restyled(red_on_blue, "32")) == "\x1b[32m"
    assert transition(restyled(PLAIN, "1;2"), restyled(PLAIN, "1")) in ("\x1b[;1m", "\x1b[22;1m")
    assert transition(red_on_blue, PLAIN) == "\x1b[m"
    assert transition(PLAIN, PLAIN) == ""
    assert restyled(restyled(red_on_blue, "1;38;5;9;48;2;1;2;3"), "0") == PLAIN


def test_control_characters_are_no_cells() -> None:
    for text in ("a\nb", "\x1b[2J", "\x1b[200m", "\x9b1m", "\x1b]8;;\x07"):
        with pytest.raises(UnreadableText):
            DrawnCells.of(text)
