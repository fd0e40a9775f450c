"""Takes every door for files through inputs made to do harm, each door in a process of its own with bounds.

    python benchmarks/fuzz.py                                   all doors, all named cases, 500 inputs each
    python benchmarks/fuzz.py pictures tars --seconds 3600      two doors for an hour each
    python benchmarks/fuzz.py pictures --replay 1234            one input once more
    python benchmarks/fuzz.py pictures --case 'pixel bomb'

An input that fails is written into a folder, with the line that tries it again.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from tests.fuzz.file_doors import NAMES  # noqa: E402
from tests.fuzz.running import Input  # noqa: E402
from tests.fuzz.within import Order, Report, replay_line, run_within  # noqa: E402


def main() -> int:
    """Run what the command line asks for; 0 where no input failed."""
    arguments = _arguments()
    if arguments.within:
        run_within(Order.from_json(arguments.within))
        return 0
    reports = [_door(name, arguments) for name in arguments.doors or NAMES]
    return 1 if any(report.failures for report in reports) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("doors", nargs="*", metavar="DOOR", help=f"of {', '.join(NAMES)}; all if none")
    parser.add_argument("--count", type=int, default=500, help="inputs by chance for each door")
    parser.add_argument("--seed", type=int, default=0, help="of the first of them")
    parser.add_argument("--seconds", type=float, default=0, help="go on for so long, whatever the count")
    parser.add_argument("--replay", type=int, help="try the one input of this seed")
    parser.add_argument("--case", help="try the one case of this name")
    parser.add_argument("--no-cases", action="store_true", help="leave the named cases out")
    parser.add_argument("--light", action="store_true", help="leave those out that take a second or more")
    parser.add_argument("--keep", type=Path, help="folder for inputs that fail")
    parser.add_argument("--within", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    unknown = set(arguments.doors) - set(NAMES)
    if unknown:
        parser.error(f"there is no door {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    return arguments


def _door(name: str, arguments: argparse.Namespace) -> Report:
    """Take one door through its inputs, beginning anew behind an input that has ended the process."""
    keep = arguments.keep or Path(tempfile.mkdtemp(prefix="fuzz-"))
    single = Input(arguments.replay or 0, arguments.case or "")
    is_single = arguments.replay is not None or bool(arguments.case)
    order = Order(
        door=name,
        seed=arguments.seed,
        count=arguments.count,
        seconds=arguments.seconds,
        cases=not arguments.no_cases,
        light=arguments.light,
        single=single if is_single else None,
        keep=str(keep),
    )
    report = Report(door=name)
    while True:
        part, last = _in_process(order)
        report = report.joined(part)
        if last is None:
            break
        report.failures.append((replay_line(name, last), ("the process has died",)))
        if is_single:
            break
        following = order.behind(last, report)
        if following is None:
            break
        order = following
    print(report.words(), flush=True)
    if not report.failures and not arguments.keep:
        keep.rmdir()
    return report


def _in_process(order: Order) -> tuple[Report, Input | None]:
    """Return the report of a process, and the input that it died of, if it did."""
    with tempfile.TemporaryDirectory(prefix="fuzz-room-") as room:
        environment = {**os.environ, "TMPDIR": room, "PYTHONDONTWRITEBYTECODE": "1", "HOME": room}
        command = [sys.executable, str(Path(__file__).resolve()), "--within", order.in_room(room).to_json()]
        place = Path(room)
        with (place / "terminal.txt").open("wb") as terminal:
            ended = subprocess.run(
                command, env=environment, check=False, cwd=room, stdout=terminal, stderr=terminal
            )
        written = place / "report.json"
        if ended.returncode == 0 and written.exists():
            return Report.from_json(json.loads(written.read_text())), None
        print((place / "terminal.txt").read_text(errors="replace")[-4000:], file=sys.stderr)
        last = json.loads((place / "last.json").read_text()) if (place / "last.json").exists() else {}
        return Report(door=order.door), Input(last.get("seed", 0), last.get("case", ""))


if __name__ == "__main__":
    sys.exit(main())
