"""Looking through and packing training pictures, beside a plain Pillow loop over the same pictures.

Each measurement runs in a process of its own, so that its peak of memory is its own. The photographs are made
here: noise of many sizes, as JPEG of 12 megapixels. Compare the ratios within one run.

    python benchmarks/datasets.py 20 200
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

from fluxtui.domain.dataset import DatasetRules
from fluxtui.services.datasets import DatasetService
from fluxtui.services.storage import StorageService

WIDTH, HEIGHT = 4_000, 3_000
MEGAPIXEL = 1024 * 1024
RULES = DatasetRules(1, 5, 5_000, ("JPEG", "PNG", "WEBP"), MEGAPIXEL)
DIFFERENT = 20
"""Pictures that are encoded; a larger set has copies of them with another comment, so other bytes."""


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


def plain_loop(folder: Path, target: Path) -> None:
    """Decode, resize and encode every picture one after the other, as one would write it in a minute."""
    for path in sorted(folder.iterdir()):
        with Image.open(path) as image:
            scale = (MEGAPIXEL / (image.width * image.height)) ** 0.5
            size = int(image.width * scale), int(image.height * scale)
            image.convert("RGB").resize(size, Image.Resampling.LANCZOS).save(
                target / path.name, "JPEG", quality=95, subsampling=0, optimize=True
            )


def measured(what: str, folder: Path, work: Path) -> dict[str, float]:
    """Return seconds and the peak of memory (MB) of one kind of work, in this process."""
    service = DatasetService(work / "looks")
    began = time.perf_counter()
    if what == "plain":
        plain_loop(folder, Path(tempfile.mkdtemp(dir=work)))
    elif what in {"look", "again"}:
        asyncio.run(service.scan(folder))
    else:
        storage = StorageService(work / "data")
        storage.prepare()
        dataset = service.check(asyncio.run(service.scan(folder)), RULES)
        began = time.perf_counter()
        asyncio.run(service.pack(dataset, storage, RULES))
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "megabytes": peak_megabytes()}


def peak_megabytes() -> float:
    """Return the peak of this process's memory; that of `getrusage` begins with the parent's."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1_000


def compare(count: int, room: Path) -> None:
    """Print a line for each kind of work on `count` photographs."""
    folder, work = room / f"{count}", room / f"{count}-work"
    folder.mkdir()
    work.mkdir()
    make_folder(folder, count)
    base = 0.0
    for what in ("plain", "look", "again", "pack"):
        command = [sys.executable, __file__, "--measure", what, "--folder", str(folder), "--work", str(work)]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        result = json.loads(told)
        base = base or result["seconds"]
        print(
            f"{count:6d} photographs  {what:6s} {result['seconds']:8.2f} s  "
            f"{result['seconds'] / base:5.2f} of the plain loop  peak {result['megabytes']:6.0f} MB",
            flush=True,
        )


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("counts", nargs="*", type=int, default=[20, 200])
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
            compare(count, Path(room))


if __name__ == "__main__":
    main()
