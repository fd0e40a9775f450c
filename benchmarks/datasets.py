"""Looking through and packing training pictures, beside other ways to do it with the same pictures.

Each measurement runs in a process of its own, so that its peak of memory is its own. The photographs are made
here: noise of many sizes, as JPEG of 12 megapixels. Compare the ratios within one run. How near the pictures
are to those of a plain loop, which decodes them whole, is told as PSNR (dB) and SSIM.

    python benchmarks/datasets.py 20 200
    python benchmarks/datasets.py 60 --beside /tmp/other/bin/python

`--beside` names an interpreter that has pyvips, OpenCV and simplejpeg, or some of them.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import math
import os
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from statistics import fmean

from packing_ways import MEGAPIXEL, peak_megabytes, reference
from PIL import Image, ImageChops, ImageMath, ImageStat

from fluxtui.domain.dataset import DatasetRules
from fluxtui.services.datasets import DatasetService
from fluxtui.services.storage import StorageService
from fluxtui.system.memory import keep_memory_together

WIDTH, HEIGHT = 4_000, 3_000
RULES = DatasetRules(1, 5, 5_000, ("JPEG", "PNG", "WEBP"), MEGAPIXEL)
DIFFERENT = 20
"""Pictures that are encoded; a larger set has copies of them with another comment, so other bytes."""
COMPARED = 5
"""Pictures of each way whose quality is measured."""

_NAMES = {
    "plain": "plain loop",
    "draft": "Pillow, half, processes",
    "vips": "pyvips, processes",
    "opencv": "OpenCV, half, processes",
    "turbo": "simplejpeg 3/8, OpenCV",
    "look": "looked through",
    "again": "looked through again",
    "pack": "packed",
}


def photograph(seed: int) -> bytes:
    """Return a JPEG with structure of every size, as a camera would make it."""
    chance = random.Random(seed)
    image = Image.new("RGB", (WIDTH, HEIGHT))
    for edge, share in ((6, 1.0), (24, 0.5), (100, 0.35), (500, 0.25), (2_000, 0.12)):
        rough = Image.frombytes("RGB", (edge, edge), chance.randbytes(edge * edge * 3))
        image = Image.blend(image, rough.resize(image.size, Image.Resampling.BICUBIC), share)
    target = io.BytesIO()
    image.save(target, "JPEG", quality=90)
    return target.getvalue()


def make_folder(folder: Path, count: int) -> None:
    """Write `count` photographs into a folder."""
    contents = [photograph(number) for number in range(min(count, DIFFERENT))]
    for number in range(count):
        content = contents[number % DIFFERENT]
        comment = f"{number:08d}".encode()
        segment = b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment
        (folder / f"{number:05d}.jpg").write_bytes(content[:2] + segment + content[2:])


def measured(what: str, folder: Path, work: Path) -> dict[str, float]:
    """Return seconds, computing time and the peak of memory (MB) of one kind of ours, in this process."""
    keep_memory_together()
    service = DatasetService(work / "looks")
    if what != "pack":
        began, used = time.perf_counter(), time.process_time()
        asyncio.run(service.scan(folder))
    else:
        storage = StorageService(work / "data")
        storage.prepare()
        dataset = service.check(asyncio.run(service.scan(folder)), RULES)
        began, used = time.perf_counter(), time.process_time()
        packed = asyncio.run(service.pack(dataset, storage, RULES))
        with zipfile.ZipFile(packed.path) as archive:
            for name in packed.pictures[:COMPARED]:
                archive.extract(name, work)
    return {
        "seconds": time.perf_counter() - began,
        "computing": time.process_time() - used,
        "megabytes": peak_megabytes(),
    }


def quality(folder: Path, made: Path) -> tuple[float, float]:
    """Return the mean PSNR and SSIM of some pictures that were made of those in a folder."""
    pairs = []
    for original, path in zip(sorted(folder.iterdir())[:COMPARED], sorted(made.glob("*.jpg")), strict=False):
        with Image.open(path) as image:
            pairs.append((reference(original.read_bytes()), image.convert("RGB")))
    return fmean(psnr(*pair) for pair in pairs), fmean(ssim(*pair) for pair in pairs)


def psnr(one: Image.Image, other: Image.Image) -> float:
    """Return how near two pictures are, in decibels."""
    squares = ImageStat.Stat(ImageChops.difference(one, other))
    error = fmean(total / squares.count[0] for total in squares.sum2)
    return 10 * math.log10(255**2 / error) if error else math.inf


def ssim(one: Image.Image, other: Image.Image) -> float:
    """Return how alike the structure of two pictures is: the mean over blocks of 8 pixels of their greys."""
    x, y = one.convert("L").convert("F"), other.convert("L").convert("F")

    def mean_of(a: Image.Image, b: Image.Image) -> Image.Image:
        product: Image.Image = ImageMath.lambda_eval(lambda of: of["a"] * of["b"], a=a, b=b)
        return product.reduce(8)

    greys = {"x": x, "y": y}
    blocks = {name: grey.reduce(8) for name, grey in greys.items()}
    blocks |= {a + b: mean_of(greys[a], greys[b]) for a, b in ("xx", "yy", "xy")}

    def alike(of: dict[str, ImageMath._Operand]) -> ImageMath._Operand:
        middles, squares = of["x"] * of["y"], of["x"] * of["x"] + of["y"] * of["y"]
        shared, spread = of["xy"] - middles, of["xx"] + of["yy"] - squares
        small, smaller = (0.01 * 255) ** 2, (0.03 * 255) ** 2
        return ((middles * 2 + small) * (shared * 2 + smaller)) / ((squares + small) * (spread + smaller))

    everywhere: Image.Image = ImageMath.lambda_eval(alike, **blocks)
    mean = everywhere.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    assert isinstance(mean, float)
    return mean


def compare(count: int, room: Path, beside: str | None) -> None:
    """Print a line for each kind of work on `count` photographs."""
    folder, work = room / f"{count}", room / f"{count}-work"
    folder.mkdir()
    work.mkdir()
    make_folder(folder, count)
    base = 0.0
    others = [(beside, way) for way in ("vips", "opencv", "turbo")] if beside else []
    foreign = [(sys.executable, "plain"), (sys.executable, "draft"), *others]
    ways = str(Path(__file__).with_name("packing_ways.py"))
    for python, way in [*foreign, (None, "look"), (None, "again"), (None, "pack")]:
        made = work / way
        made.mkdir()
        ours = [sys.executable, __file__, "--measure", way, "--folder", str(folder)]
        command = [python, ways, way, str(folder), str(made)] if python else [*ours, "--work", str(work)]
        told = subprocess.run(command, check=False, capture_output=True, text=True)
        if told.returncode:
            print(f"{count:6d} photographs  {told.stderr.splitlines()[-1]}")
            continue
        result = json.loads(told.stdout)
        base = base or result["seconds"]
        line = (
            f"{count:6d} photographs  {_NAMES[way]:24s} {result['seconds']:8.2f} s  "
            f"{result['seconds'] / base:5.2f} of the plain loop  {result['computing']:7.2f} s computing  "
            f"peak {result['megabytes']:5.0f} MB"
        )
        if way not in {"look", "again"}:
            near, alike = quality(folder, made if python else work)
            line += f"  {near:5.1f} dB  {alike:.4f}"
        print(line, flush=True)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("counts", nargs="*", type=int, default=[20, 200])
    parser.add_argument("--beside", help="an interpreter that has other libraries for pictures")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measured(options.measure, options.folder, options.work)))
        return
    print(f"{WIDTH} x {HEIGHT} px, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as room:
        for count in options.counts:
            compare(count, Path(room), options.beside)


if __name__ == "__main__":
    main()
