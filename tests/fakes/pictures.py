"""Pictures with a colour in each quarter, so that turning and mirroring show; and odd files of them."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image

Colour = tuple[int, int, int]
QUARTERS: tuple[Colour, ...] = ((220, 30, 30), (30, 170, 30), (30, 30, 220), (230, 210, 20))
"""Top left, top right, bottom left, bottom right."""

UPRIGHT = [0, 1, 2, 3]
ORIENTATION = 0x0112
BACK = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How pixels lie in a file that are seen upright by an EXIF orientation."""


def quartered(width: int = 96, height: int = 64) -> Image.Image:
    """Paint a picture with a colour in each quarter."""
    image = Image.new("RGB", (width, height))
    for number, colour in enumerate(QUARTERS):
        left, top = number % 2 * width // 2, number // 2 * height // 2
        image.paste(colour, (left, top, left + width // 2, top + height // 2))
    return image


def lying(orientation: int, image: Image.Image | None = None) -> Image.Image:
    """Return the pixels that are seen as a picture when an EXIF orientation is obeyed."""
    image = image or quartered()
    return image.transpose(BACK[orientation]) if orientation in BACK else image


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    """Return the file of a picture."""
    if kind == "HEIF":
        from pillow_heif import register_heif_opener

        register_heif_opener()
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def exif_of(orientation: int) -> Image.Exif:
    """Return metadata that turn a picture."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return exif


def seen(image: Image.Image) -> list[int]:
    """Return for each corner which of the quarters' colours is there, -1 for none."""
    plain = image.convert("RGB")
    across, down = plain.width // 8, plain.height // 8
    rows, columns = (down, plain.height - 1 - down), (across, plain.width - 1 - across)
    return [_nearest(plain.getpixel((x, y))) for y in rows for x in columns]


def seen_in(content: bytes) -> list[int]:
    """Return the same of the pixels in a file, whatever its metadata say."""
    with Image.open(io.BytesIO(content)) as image:
        return seen(image)


def _nearest(pixel: Any) -> int:
    far = [sum(abs(a - b) for a, b in zip(pixel, colour, strict=True)) for colour in QUARTERS]
    return far.index(min(far)) if min(far) < 90 else -1


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """Return a chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_with(content: bytes, *chunks: bytes) -> bytes:
    """Return a PNG with chunks behind its header."""
    return content[:33] + b"".join(chunks) + content[33:]


def png_of(width: int, height: int, bits: int, colours: int, rows: bytes, *chunks: bytes) -> bytes:
    """Return a PNG of raw rows, each with its filter in front."""
    header = struct.pack(">IIBBBBB", width, height, bits, colours, 0, 0, 0)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            png_chunk(b"IHDR", header),
            *chunks,
            png_chunk(b"IDAT", zlib.compress(rows)),
            png_chunk(b"IEND", b""),
        )
    )
