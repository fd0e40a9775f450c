"""Soft random fields as greyscale pictures, made by enlarging a few random pixels."""

from __future__ import annotations

from random import Random

from PIL import Image, ImageChops, ImageOps

Size = tuple[int, int]


def soft_noise(random: Random, size: Size, columns: int, rows: int | None = None) -> Image.Image:
    """Return one octave of smooth noise, about `columns` waves across and `rows` down (square if None)."""
    down = rows or max(2, round(columns * size[1] / size[0]))
    across = max(2, columns)
    small = Image.frombytes("L", (across, down), random.randbytes(across * down))
    return small.resize(size, Image.Resampling.BICUBIC)


def cloud(random: Random, size: Size, columns: int = 3, octaves: int = 4) -> Image.Image:
    """Return several octaves of noise over each other, using the whole range from black to white."""
    total = soft_noise(random, size, columns)
    for octave in range(1, octaves):
        finer = soft_noise(random, size, columns * 2**octave + octave)
        total = Image.blend(total, finer, 1 / (octave + 2) ** 1.35)
    return ImageOps.autocontrast(total, cutoff=0.5)


def grain(random: Random, picture: Image.Image, amount: float = 0.05) -> Image.Image:
    """Return `picture` with film grain, `amount` from 0 to 1."""
    side = 256
    tile = Image.frombytes("L", (side, side), random.randbytes(side * side))
    tile = tile.point([round(128 + (value - 128) * amount) for value in range(256)])
    film = Image.new("L", picture.size)
    for left in range(0, picture.width, side):
        for top in range(0, picture.height, side):
            film.paste(tile, (left, top))
    return ImageChops.soft_light(picture, Image.merge("RGB", (film, film, film)))


def shifted(mask: Image.Image, across: int, down: int) -> Image.Image:
    """Return `mask` moved by some pixels; what would come in from outside repeats what was there."""
    moved = mask.copy()
    moved.paste(mask, (across, down))
    return moved


def warped(
    random: Random, picture: Image.Image, strength: float, waves: int = 3, cells: int = 20
) -> Image.Image:
    """Return `picture` pushed about by noise, at most `strength` (a share of its width) far."""
    grid = (cells + 1, cells + 1)
    reach = strength * picture.width
    across, down = (soft_noise(random, grid, waves, waves).tobytes() for _ in range(2))

    def corner(column: int, row: int) -> tuple[float, float]:
        at = row * (cells + 1) + column
        x = picture.width * column / cells + (across[at] / 127.5 - 1) * reach
        y = picture.height * row / cells + (down[at] / 127.5 - 1) * reach
        return (min(max(x, 0.0), picture.width - 1.0), min(max(y, 0.0), picture.height - 1.0))

    mesh = []
    for row in range(cells):
        for column in range(cells):
            box = (
                picture.width * column // cells,
                picture.height * row // cells,
                picture.width * (column + 1) // cells,
                picture.height * (row + 1) // cells,
            )
            places = ((column, row), (column, row + 1), (column + 1, row + 1), (column + 1, row))
            mesh.append((box, tuple(value for place in places for value in corner(*place))))
    return picture.transform(picture.size, Image.Transform.MESH, mesh, Image.Resampling.BILINEAR)
