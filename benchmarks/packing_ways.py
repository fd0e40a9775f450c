"""Ways to pack photographs that others would take, for `datasets.py`; it needs nothing of FluxTUI.

    python packing_ways.py WAY FOLDER TARGET

Photographs become JPEGs of at most a megapixel, of quality 95 and with whole colours, in as many processes as
there are cores (but for the plain loop). Seconds, computing time and the peak of memory of all processes are
printed.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from PIL import Image

MEGAPIXEL = 1024 * 1024
QUALITY = 95


def wanted_size(width: int, height: int) -> tuple[int, int]:
    """Return the size of a photograph with at most a megapixel."""
    scale = min((MEGAPIXEL / (width * height)) ** 0.5, 1.0)
    return int(width * scale), int(height * scale)


def saved(image: Image.Image) -> bytes:
    """Return a picture as the JPEG that all ways make."""
    target = io.BytesIO()
    image.save(target, "JPEG", quality=QUALITY, subsampling=0)
    return target.getvalue()


def reference(content: bytes) -> Image.Image:
    """Return a photograph decoded whole and scaled down with the best filter."""
    with Image.open(io.BytesIO(content)) as image:
        return image.convert("RGB").resize(wanted_size(*image.size), Image.Resampling.LANCZOS)


def plain(content: bytes) -> bytes:
    """As one would write it in a minute."""
    return saved(reference(content))


def draft(content: bytes) -> bytes:
    """With the JPEG decoded at half its size."""
    with Image.open(io.BytesIO(content)) as image:
        size = wanted_size(*image.size)
        image.draft("RGB", size)
        return saved(image.resize(size, Image.Resampling.LANCZOS))


def vips(content: bytes) -> bytes:
    """With libvips, one thread for each process."""
    import pyvips

    pyvips.concurrency_set(1)
    with Image.open(io.BytesIO(content)) as image:
        width, height = wanted_size(*image.size)
    small = pyvips.Image.thumbnail_buffer(content, width, height=height, size="force")
    return bytes(small.jpegsave_buffer(Q=QUALITY, subsample_mode="off", keep="none"))


def opencv(content: bytes) -> bytes:
    """With OpenCV, decoded at half the size."""
    import cv2
    import numpy

    cv2.setNumThreads(1)
    half = cv2.imdecode(numpy.frombuffer(content, numpy.uint8), cv2.IMREAD_REDUCED_COLOR_2)
    with Image.open(io.BytesIO(content)) as image:
        size = wanted_size(*image.size)
    small = cv2.resize(half, size, interpolation=cv2.INTER_AREA)
    whole_colours = (cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444)
    return bytes(cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, QUALITY, *whole_colours])[1])


def turbo(content: bytes) -> bytes:
    """With simplejpeg, which decodes at three eighths as well, and OpenCV's filter."""
    import cv2
    import simplejpeg

    cv2.setNumThreads(1)
    height, width = simplejpeg.decode_jpeg_header(content)[:2]
    size = wanted_size(width, height)
    pixels = simplejpeg.decode_jpeg(content, "RGB", min_width=size[0], min_height=size[1], min_factor=1)
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return bytes(simplejpeg.encode_jpeg(small, quality=QUALITY, colorspace="RGB", colorsubsampling="444"))


WAYS: dict[str, Callable[[bytes], bytes]] = {
    "plain": plain,
    "draft": draft,
    "vips": vips,
    "opencv": opencv,
    "turbo": turbo,
}


def made(way: str, target: Path, path: Path) -> tuple[int, float]:
    """Write one photograph, and return which process it was and the peak of its memory, MB."""
    (target / path.name).write_bytes(WAYS[way](path.read_bytes()))
    return os.getpid(), peak_megabytes()


def peak_megabytes() -> float:
    """Return the peak of this process's memory; that of `getrusage` begins with the parent's."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1_000


def run(way: str, folder: Path, target: Path) -> dict[str, float]:
    """Pack all of a folder, and return seconds, computing time and the peak of memory (MB)."""
    began = time.perf_counter()
    paths = sorted(folder.iterdir())
    work = partial(made, way, target)
    if way == "plain":
        peaks = dict(map(work, paths))
    else:
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            peaks = dict(pool.map(work, paths, chunksize=4))
    seconds = time.perf_counter() - began
    used = sum(os.times()[:4])
    peaks[os.getpid()] = peak_megabytes()
    return {"seconds": seconds, "computing": used, "megabytes": sum(peaks.values())}


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("way", choices=WAYS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("target", type=Path)
    options = parser.parse_args()
    try:
        print(json.dumps(run(options.way, options.folder, options.target)))
    except ImportError as error:
        sys.exit(f"{options.way}: {error}")


if __name__ == "__main__":
    main()
