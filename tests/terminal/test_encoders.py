"""Encoders: what a terminal would make of their output."""

from __future__ import annotations

import re
from base64 import standard_b64decode
from io import BytesIO

import pytest
from PIL import Image, ImageChops, ImageStat

from fluxtui.terminal import iterm2, kitty, sixel
from fluxtui.terminal.cache import ByteCache
from fluxtui.terminal.halfcell import half_cells
from fluxtui.terminal.multiplexer import through_tmux
from fluxtui.terminal.pieces import PIECE_BYTES, PaintedPicture, cut

CELL = (10, 20)


def difference(first: Image.Image, second: Image.Image) -> float:
    """Mean difference of two pictures, 0 to 255."""
    return sum(ImageStat.Stat(ImageChops.difference(first, second)).mean) / 3


def on_canvas(picture: PaintedPicture, decoded: list[Image.Image]) -> Image.Image:
    """The pieces laid out as a terminal would, without checking that they are complete."""
    canvas = Image.new("RGB", (picture.columns * CELL[0], picture.rows * CELL[1]))
    for piece, image in zip(picture.pieces, decoded, strict=True):
        size = (piece.box.columns * CELL[0], piece.box.rows * CELL[1])
        canvas.paste(image.resize(size), (piece.box.column * CELL[0], piece.box.row * CELL[1]))
    return canvas


def covered(picture: PaintedPicture) -> int:
    """Cells covered by the pieces."""
    return sum(piece.box.columns * piece.box.rows for piece in picture.pieces)


def decode_sixel(data: str) -> Image.Image:
    """A sixel picture as a terminal draws it, every pixel of which must have been set."""
    head = re.match(r'\x1bP0;1;0q"1;1;(\d+);(\d+)', data)
    assert head is not None
    assert data.endswith("\x1b\\")
    image = Image.new("RGBA", (int(head[1]), int(head[2])))
    palette: dict[int, tuple[int, int, int, int]] = {}
    x = y = colour = 0
    tokens = re.compile(r"#(\d+)(?:;2;(\d+);(\d+);(\d+))?|(?:!(\d+))?([?-~])|([$-])")
    for token in tokens.finditer(data, head.end(), len(data) - 2):
        if token[1]:
            colour = int(token[1])
            if token[2]:
                red, green, blue = (round(int(token[part]) * 2.55) for part in (2, 3, 4))
                palette[colour] = (red, green, blue, 255)
        elif token[7]:
            x, y = 0, y + 6 * (token[7] == "-")
        else:
            count = int(token[5] or 1)
            for bit in range(6):
                if ord(token[6]) - 63 >> bit & 1:
                    image.paste(palette[colour], (x, y + bit, x + count, y + bit + 1))
            x += count
    assert image.getchannel("A").getextrema() == (255, 255)
    return image.convert("RGB")


def decode_iterm2(data: str) -> Image.Image:
    match = re.fullmatch(r"\x1b\]1337;File=([^:]*):([A-Za-z0-9+/=]*)\x07", data)
    assert match is not None
    options = dict(option.split("=") for option in match[1].split(";"))
    raw = standard_b64decode(match[2])
    assert options["inline"] == "1"
    assert int(options["size"]) == len(raw)
    return Image.open(BytesIO(raw)).convert("RGB")


def kitty_commands(data: str) -> list[tuple[dict[str, str], str]]:
    found = re.findall(r"\x1b_G([^;\x1b]*)(?:;([^\x1b]*))?\x1b\\", data)
    return [(dict(pair.split("=") for pair in control.split(",")), payload) for control, payload in found]


def test_sixel_pieces_make_up_the_picture(photo: Image.Image) -> None:
    picture = sixel.encode(photo, 40, 15, *CELL, 10_000_000)
    assert (picture.columns, picture.rows, covered(picture)) == (40, 15, 600)
    assert len(picture.pieces) > 1
    drawn = on_canvas(picture, [decode_sixel(piece.data) for piece in picture.pieces])
    assert difference(drawn, photo.resize(drawn.size)) < 14


def test_sixel_gives_every_piece_the_same_registers(photo: Image.Image) -> None:
    picture = sixel.encode(photo, 40, 15, *CELL, 10_000_000)
    defined: dict[str, str] = {}
    for piece in picture.pieces:
        for register, colour in re.findall(r"#(\d+);2;(\d+;\d+;\d+)", piece.data):
            assert defined.setdefault(register, colour) == colour


def test_sixel_covers_fewer_cells_to_keep_within_its_budget(photo: Image.Image) -> None:
    picture = sixel.encode(photo, 80, 30, *CELL, 60_000)
    assert picture.size <= 60_000
    assert picture.columns < 80
    assert picture.columns / picture.rows == pytest.approx(80 / 30, rel=0.1)


def test_iterm2_pieces_make_up_the_picture(photo: Image.Image) -> None:
    picture = iterm2.encode(photo, 60, 22, *CELL, 1_000_000)
    assert covered(picture) == 60 * 22
    drawn = on_canvas(picture, [decode_iterm2(piece.data) for piece in picture.pieces])
    assert difference(drawn, photo.resize(drawn.size)) < 8


def test_iterm2_sends_fewer_pixels_to_keep_within_its_budget(photo: Image.Image) -> None:
    picture = iterm2.encode(photo, 80, 30, *CELL, 20_000)
    assert picture.size <= 20_000
    assert (picture.columns, picture.rows, covered(picture)) == (80, 30, 80 * 30)


def test_no_piece_is_large(photo: Image.Image) -> None:
    for picture in (
        sixel.encode(photo, 200, 3, *CELL, 10_000_000),
        iterm2.encode(photo, 200, 60, *CELL, 10_000_000),
    ):
        assert max(len(piece.data) for piece in picture.pieces) <= PIECE_BYTES
        assert covered(picture) == picture.columns * picture.rows


def test_kitty_png_is_reduced_to_the_budget(photo: Image.Image) -> None:
    png = kitty.reduced_png(photo, 400, 40_000)
    image = Image.open(BytesIO(png))
    assert image.mode == "P"
    assert len(png) * 4 / 3 <= 40_000
    assert image.width / image.height == pytest.approx(4 / 3, rel=0.05)
    assert Image.open(BytesIO(kitty.reduced_png(photo, 400, 1_000_000))).size == (400, 300)


def test_kitty_transmission_is_put_together_again(photo: Image.Image) -> None:
    png = kitty.reduced_png(photo, 400, 1_000_000)
    pieces = kitty.transmission(0x2AFE01, png, 40, 15)
    commands = kitty_commands("".join(pieces))
    assert standard_b64decode("".join(payload for _, payload in commands)) == png
    first = commands[0][0]
    assert (first["a"], first["U"], first["f"]) == ("T", "1", "100")
    assert (first["i"], first["c"], first["r"]) == (str(0x2AFE01), "40", "15")
    assert [control["m"] for control, _ in commands] == ["1"] * (len(commands) - 1) + ["0"]
    assert all(control["q"] == "2" for control, _ in commands)
    assert all(len(payload) <= 4096 for _, payload in commands)
    assert all(len(piece) <= PIECE_BYTES for piece in pieces)


def test_kitty_interruption_ends_the_transmission_and_frees_it() -> None:
    (end, _), (delete, _) = kitty_commands(kitty.interruption(7))
    assert end["m"] == "0"
    assert (delete["a"], delete["d"], delete["i"]) == ("d", "I", "7")


def test_kitty_in_tmux_wraps_every_command(photo: Image.Image) -> None:
    png = kitty.reduced_png(photo, 100, 1_000_000)
    plain = "".join(kitty.transmission(9, png, 4, 4))
    wrapped = "".join(kitty.transmission(9, png, 4, 4, in_tmux=True))
    parts = re.findall(r"\x1bPtmux;((?:[^\x1b]|\x1b\x1b)*)\x1b\\", wrapped)
    assert "".join(parts).replace("\x1b\x1b", "\x1b") == plain
    assert through_tmux("\x1b[c") == "\x1bPtmux;\x1b\x1b[c\x1b\\"


def test_kitty_placeholders_number_their_cells() -> None:
    row = kitty.placeholders(2, 3)
    assert row == "".join("\U0010eeee\u030e" + column for column in "\u0305\u030d\u030e")
    assert len(kitty.placeholders(0, kitty.MAX_CELLS)) == 3 * kitty.MAX_CELLS


def test_half_cells_have_two_pixels_each() -> None:
    image = Image.new("RGB", (2, 4))
    image.putdata(
        [(255, 0, 0), (0, 255, 0), (0, 0, 255), (9, 9, 9), (1, 1, 1), (1, 1, 1), (1, 1, 1), (1, 1, 1)]
    )
    first, second = half_cells(image, 2, 2)
    assert [(run.upper, run.lower, run.text) for run in first.runs()] == [
        ((255, 0, 0), (0, 0, 255), "▀"),
        ((0, 255, 0), (9, 9, 9), "▀"),
    ]
    assert [(run.upper, run.text) for run in second.runs()] == [((1, 1, 1), "  ")]


def test_half_cells_can_be_made_cheaper(photo: Image.Image) -> None:
    fine = [list(row.runs()) for row in half_cells(photo, 60, 20)]
    coarse = [list(row.runs()) for row in half_cells(photo, 60, 20, colours=16, grain=2)]
    assert all(sum(len(run.text) for run in row) == 60 for row in (*fine, *coarse))
    assert sum(map(len, coarse)) < sum(map(len, fine)) / 2
    assert len({colour for row in coarse for run in row for colour in (run.upper, run.lower)}) <= 16


def test_the_cache_drops_what_was_used_longest_ago() -> None:
    cache: ByteCache[str] = ByteCache(100)
    cache.put("a", "A", 40)
    cache.put("b", "B", 40)
    assert cache.get("a") == "A"
    cache.put("c", "C", 40)
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == ("A", None, "C")
    cache.put("huge", "H", 101)
    assert cache.get("huge") is None
    cache.put("a", "A2", 10)
    assert cache.size == 50


def test_pieces_too_large_for_a_row_are_cut_across() -> None:
    pieces = list(cut(8, 3, 2, lambda box: "x" * box.columns * box.rows * 4096))
    assert all(len(piece.data) <= PIECE_BYTES for piece in pieces)
    cells = [
        (piece.box.column + column, piece.box.row + row)
        for piece in pieces
        for column in range(piece.box.columns)
        for row in range(piece.box.rows)
    ]
    assert sorted(cells) == [(column, row) for column in range(8) for row in range(3)]


def test_no_sixel_is_wider_than_xterm_takes(photo: Image.Image) -> None:
    picture = sixel.encode(photo, 240, 12, 10, 20, 10_000_000)
    assert max(piece.box.columns * 10 for piece in picture.pieces) <= sixel.MOST_WIDTH
    assert covered(picture) == 240 * 12
