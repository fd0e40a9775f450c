"""How many bytes a picture costs over SSH, half cells and all."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from PIL import Image
from rich.console import Console
from rich.style import Style
from textual.geometry import Region, Size
from textual.strip import Strip

from fluxtui.terminal.encoder import Encoder
from fluxtui.terminal.profile import SSH_PREVIEW_BYTES, GraphicsProtocol, TerminalProfile
from fluxtui.terminal.scaling import Bitmap, PictureFileInfo
from fluxtui.widgets.pictures.drawing import draw_half_cells, encode_picture
from fluxtui.widgets.pictures.lazy_strips import laid_over
from fluxtui.widgets.pictures.strips import placeholder_strips

HARD = Bitmap(
    Image.merge("RGB", [Image.effect_noise((1024, 1024), 60) for _ in range(3)]),
    PictureFileInfo(1024, 1024, "PNG", 3_000_000, 0),
)
"""Noise: no picture is harder to make small."""


def drawn_bytes(strips: Iterable[Strip], place: Region, size: Size) -> int:
    """Bytes that draw strips at their place, with where they go and the blanks beside them."""
    console = Console(color_system="truecolor", force_terminal=True)
    blank = Strip.blank(size.width, Style(color="rgb(160,160,160)", bgcolor="rgb(18,18,18)"))
    return sum(
        len(f"\x1b[100;100H{laid_over(blank, place.x, strip).render(console)}\x1b[100;100H\r\n".encode())
        for strip in strips
    )


@pytest.mark.parametrize("protocol", [item for item in GraphicsProtocol if item is not GraphicsProtocol.NONE])
@pytest.mark.parametrize("size", [Size(80, 30), Size(40, 15), Size(180, 55)], ids=str)
def test_preview_keeps_within_its_bytes(protocol: GraphicsProtocol, size: Size) -> None:
    profile = TerminalProfile(protocol, over_ssh=True)
    drawing = draw_half_cells(HARD, size, profile)
    sent = drawn_bytes(drawing.strips, drawing.place, size)
    if protocol.draws_pixels:
        encoded = encode_picture(Encoder(("/nowhere",)), HARD, size, profile)
        if isinstance(encoded, bytes):
            marks = placeholder_strips((1, 2, 3), drawing.place.width, drawing.place.height)
            sent += len(encoded) * 4 // 3 + drawn_bytes(marks, drawing.place, size)
        else:
            # A picture that sixel shows smaller has its half cells drawn anew.
            sent = sent * (2 if protocol is GraphicsProtocol.SIXEL else 1) + encoded.size
    assert sent <= SSH_PREVIEW_BYTES
