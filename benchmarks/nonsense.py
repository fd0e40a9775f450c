"""Types nonsense into the demo in a real terminal: does it go on, and is nothing sent by accident?

python benchmarks/nonsense.py [--seed 1] [--keys 300] [--seconds 600]

Every round is a new demo that asks before anything is paid, and so many keys and answers of terminals by
chance, without those that leave the program or say yes. After them the program must follow keys, and the
simulator must have been sent nothing. Ends with 1 at the first round that fails, and prints its seed.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.program.demos import Demo
from tests.program.nonsense import nonsense, still_works
from tests.program.terminal import Terminal


def main() -> int:
    """Go through rounds for as long as was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seed", type=int, default=1, help="of the first round")
    parser.add_argument("--keys", type=int, default=300, help="in each round")
    parser.add_argument("--seconds", type=float, default=600.0)
    options = parser.parse_args()
    end, seed = time.monotonic() + options.seconds, options.seed
    while time.monotonic() < end:
        with tempfile.TemporaryDirectory(prefix="nonsense-") as folder:
            try:
                _round(Path(folder), seed, options.keys)
            except AssertionError as fault:
                print(f"FAULT with --seed {seed} --keys {options.keys}:\n{fault}")
                return 1
        seed += 1
    print(f"{seed - options.seed} rounds of {options.keys} keys, no fault.")
    return 0


def _round(folder: Path, seed: int, keys: int) -> None:
    os.environ |= {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    terminals: list[Terminal] = []

    def start(*arguments: object, **options: object) -> Terminal:
        terminals.append(Terminal([str(argument) for argument in arguments]))
        return terminals[-1]

    demo = Demo(folder / "demo", start)
    demo.ask_before_everything()
    try:
        terminal = demo.start()
        terminal.wait_for("✓ 12 pictures")
        terminal.write(b"".join(nonsense(seed, keys)))
        still_works(terminal)
        assert demo.simulated("ledger") == [], "something was sent"
    finally:
        for terminal in terminals:
            terminal.close()
        demo.kill_simulator()


if __name__ == "__main__":
    raise SystemExit(main())
