"""Computing time for a thumbnail, beside Pillow's bare draft and resize.

python benchmarks/thumbnails.py [--pictures 200] [--threads 2]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from gallery_scroll import photograph
from PIL import Image

from fluxtui.services.thumbnails import SIDE, ThumbnailCache
from fluxtui.terminal.halfcell import half_cells
from fluxtui.terminal.scaling import load_bitmap


def bare(path: Path) -> Image.Image:
    """Return a small picture with nothing but Pillow."""
    with Image.open(path) as image:
        image.draft("RGB", (SIDE, SIDE))
        image.thumbnail((SIDE, SIDE), reducing_gap=2.0)
        # A draft that has the size already is not decoded by `thumbnail`.
        image.load()
        return image


def cost(work: Callable[[int], object], count: int, threads: int) -> float:
    """Return the computing time of one of many, in milliseconds."""
    begun = time.process_time()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, range(count)))
    return (time.process_time() - begun) / count * 1_000


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=200, help="of 1024x1024 pixels")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        paths = []
        for number in range(options.pictures):
            paths.append(root / f"{number}.jpg")
            photograph(number).save(paths[-1], "JPEG", quality=90)
        cache = ThumbnailCache(root / "thumbnails")

        def ours(number: int) -> Image.Image:
            return cache.get(f"{number:064x}", lambda: load_bitmap(paths[number], side=SIDE).image)

        ways: dict[str, Callable[[int], object]] = {
            "Pillow, draft and resize": lambda number: bare(paths[number]),
            "made, and kept": ours,
            "kept already": ours,
            "kept already, as half cells": lambda number: half_cells(ours(number), 16, 8, None),
        }
        costs = {name: cost(work, options.pictures, options.threads) for name, work in ways.items()}
    first = next(iter(costs.values()))
    print(f"{options.pictures} JPEGs of 1024x1024, {options.threads} threads")
    for name, found in costs.items():
        print(f"{name:<30}{found:>8.2f} ms{found / first:>8.2f}x")


if __name__ == "__main__":
    main()
