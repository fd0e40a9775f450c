"""Bytes and time for a 1024x1024 picture in 80x30 cells by each protocol, beside textual-image used plainly.

python benchmarks/pictures.py [--picture FILE] [--rate 200000] [--rounds 3]

Each is shown on a line without limits (bytes, milliseconds from the key to the last byte) and on one that
carries `--rate` bytes a second (how long, and the longest time for which the event loop was held). All ways
take turns in each round, and the table has their medians. Its first line shows nothing: for how long this
machine holds a loop that has nothing to do.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from pseudo_terminal import PseudoTerminal

PROGRAM = Path(__file__).with_name("picture_program.py")
QUIET_SECONDS = 1.5
"""A picture is complete when its program says so, and nothing has come for so long."""
LEAST_BYTES = 30_000
"""Fewer are no picture yet: one that is encoded in the event loop says nothing for longer than that."""
COLUMNS, ROWS, CELL = 100, 40, (10, 20)
WAYS = (
    ("nothing", "-"),
    ("ours", "kitty"),
    ("ours", "iterm2"),
    ("ours", "sixel"),
    ("ours", "halfcell"),
    ("ours over SSH", "kitty"),
    ("ours over SSH", "iterm2"),
    ("ours over SSH", "sixel"),
    ("ours over SSH", "halfcell"),
    ("textual-image", "kitty"),
    ("textual-image", "sixel"),
    ("textual-image", "halfcell"),
)


@dataclass(frozen=True)
class Shown:
    """Bytes, milliseconds to the last of them, and the longest milliseconds the event loop was held."""

    size: int
    last: float
    held: float


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--picture", type=Path, help="a picture of your own")
    parser.add_argument("--rate", type=float, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        picture = options.picture or photograph(Path(folder) / "photograph.png")
        shown: dict[tuple[str, str], list[tuple[Shown, Shown]]] = {way: [] for way in WAYS}
        for _ in range(options.rounds):
            for way, rounds in shown.items():
                rounds.append((show(*way, picture, None), show(*way, picture, options.rate)))
        _print(shown, options.rate)


def _print(shown: dict[tuple[str, str], list[tuple[Shown, Shown]]], rate: float) -> None:
    at_rate = f"at {rate / 1000:.0f} kB/s"
    print(
        f"{'':<16}{'protocol':<10}{'bytes':>10}{'last byte':>12}{at_rate:>16}{'loop held':>12}{'at most':>10}"
    )
    for (way, protocol), rounds in shown.items():
        quick, slow = (_median([round_[at] for round_ in rounds]) for at in (0, 1))
        most = max(item.held for _, item in rounds)
        print(
            f"{way:<16}{protocol:<10}{quick.size / 1000:>7.1f} kB{quick.last:>9.0f} ms"
            f"{slow.last:>13.0f} ms{slow.held:>9.0f} ms{most:>7.0f} ms"
        )


def _median(shown: list[Shown]) -> Shown:
    return Shown(
        round(statistics.median(item.size for item in shown)),
        statistics.median(item.last for item in shown),
        statistics.median(item.held for item in shown),
    )


def show(way: str, protocol: str, picture: Path, rate: float | None) -> Shown:
    """Show a picture in one of the ways at so many bytes a second, None for no limit."""
    kind, *over_ssh = way.replace(" over SSH", " ssh").split()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        shown = Path(folder) / "shown"
        command = [
            sys.executable,
            str(PROGRAM),
            kind,
            protocol,
            str(picture),
            str(report),
            str(shown),
            *over_ssh,
        ]
        with PseudoTerminal(command, columns=COLUMNS, rows=ROWS, cell=CELL) as terminal:
            terminal.until("ready to go")
            terminal.listen(0.5, 5)
            terminal.rate = rate
            before = len(terminal.written)
            least = 0 if kind == "nothing" else LEAST_BYTES
            output = terminal.press(
                b"s",
                QUIET_SECONDS,
                60,
                also=lambda: len(terminal.written) >= before + least and (kind != "ours" or shown.exists()),
            )
            told = terminal.until_written(report, b"q")
        return Shown(output.size, output.last, json.loads(told)["longest_ms"])


def photograph(path: Path) -> Path:
    """Write a picture with soft gradients, edges and grain, as hard to compress as a photograph."""
    size = (1024, 1024)
    parts = []
    for turn, scale in ((0, 90), (120, 130), (240, 60)):
        soft = Image.radial_gradient("L").resize(size).rotate(turn)
        coarse = Image.effect_noise((32, 32), scale).resize(size, Image.Resampling.BICUBIC)
        grain = Image.effect_noise(size, 36)
        parts.append(Image.blend(Image.blend(soft, coarse, 0.55), grain, 0.25))
    Image.merge("RGB", parts).save(path)
    return path


if __name__ == "__main__":
    main()
