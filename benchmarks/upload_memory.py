"""Memory that the upload of a large training archive costs: run it, read the table.

A sparse file is sent to a server of its own process on loopback, which counts the bytes and throws them away.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from fluxtui.api.attachments import Attachment
from fluxtui.api.service import APIService

LIMIT_MEGABYTES = 30.0

SINK = """
import asyncio

async def sink(reader, writer):
    head = (await reader.readuntil(b"\\r\\n\\r\\n")).lower()
    left = int(head.split(b"content-length: ")[1].split(b"\\r\\n")[0])
    while left:
        left -= len(await reader.read(min(left, 1 << 18)))
    writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\n{}")
    await writer.drain()
    writer.close()

async def main():
    server = await asyncio.start_server(sink, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
"""


def peak_megabytes() -> float:
    """Return the largest resident memory of this process so far, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


async def measure(port: int, megabytes: int) -> tuple[float, float]:
    """Return the extra memory in MB and the seconds of one upload of so many megabytes."""
    service = APIService(f"http://127.0.0.1:{port}", None)
    with tempfile.TemporaryDirectory() as directory:
        small, large = Path(directory, "small.zip"), Path(directory, "large.zip")
        for path, size in ((small, 1000), (large, megabytes * 1_000_000)):
            with path.open("wb") as file:
                file.truncate(size)
        await service.post("/v1/finetune", {}, attachment=Attachment("file_data", small))
        before, started = peak_megabytes(), time.monotonic()
        await service.post("/v1/finetune", {}, attachment=Attachment("file_data", large))
        seconds = time.monotonic() - started
    await service.close()
    return peak_megabytes() - before, seconds


def main() -> int:
    """Measure, print the table, and return 0 if memory stayed below the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=300, help="size of the archive (default 300)")
    megabytes: int = parser.parse_args().megabytes
    with subprocess.Popen([sys.executable, "-c", SINK], stdout=subprocess.PIPE, text=True) as sink:
        assert sink.stdout is not None
        try:
            extra, seconds = asyncio.run(measure(int(sink.stdout.readline()), megabytes))
        finally:
            sink.terminate()
    print(f"{'archive':>10} {'extra memory':>14} {'limit':>8} {'time':>8}")
    print(f"{megabytes:>7} MB {extra:>11.1f} MB {LIMIT_MEGABYTES:>5.0f} MB {seconds:>6.1f} s")
    return 0 if extra < LIMIT_MEGABYTES else 1


if __name__ == "__main__":
    raise SystemExit(main())
