"""How many pictures are in one file."""

from __future__ import annotations

from typing import Final

from PIL import Image

MOST_FRAMES: Final = 1_000
"""More pages of a TIFF are not counted: Pillow looks through all that it knows for each further one."""


def frames_of(image: Image.Image) -> int:
    """Return how many pictures are in an open file, 1 where the others are previews.

    A TIFF is at its first page afterwards. Raises whatever Pillow raises for pages that are damaged.
    """
    if image.format == "MPO":
        return 1
    if image.format != "TIFF":
        return int(getattr(image, "n_frames", 1))
    count = 1
    try:
        while count < MOST_FRAMES:
            image.seek(count)
            count += 1
    except EOFError:
        pass
    image.seek(0)
    return count
