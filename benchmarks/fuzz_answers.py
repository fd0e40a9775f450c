"""Tries what answers of services, state files and people can do to the program, far longer than the tests do.

`python benchmarks/fuzz_answers.py` tries every door; name some to try only those. What one case does is fixed
by the door, the seed and the case, so that every fault comes with the command that shows it again.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.fuzz.campaign import run
from tests.fuzz.doors import DOORS


def main() -> int:
    """Try the doors that are named, print what came of each, and return 1 where a fault was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("doors", nargs="*", metavar="DOOR", help=f"of {', '.join(DOORS)}; all by default")
    parser.add_argument("--count", type=int, default=1_000, help="drawn cases for each door")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="for each door")
    parser.add_argument("--only", help="one case, by its number or name")
    options = parser.parse_args()
    unknown = [door for door in options.doors if door not in DOORS]
    if unknown:
        parser.error(f"there is no door {unknown[0]!r}; there is {', '.join(DOORS)}")
    faults = 0
    for name in options.doors or DOORS:
        limits = {"seed": options.seed, "count": options.count, "seconds": options.seconds}
        record = asyncio.run(run(DOORS[name](), only=options.only, **limits))
        print("\n".join(record.lines()), flush=True)
        faults += len(record.faults)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
