"""Two programs that are killed again and again while their service misbehaves: is any paid job lost?

python benchmarks/chaos.py [--provider bfl] [--generations 500] [--trainings 20] [--kills 100] [--programs 2]
                           [--fault-rate 30] [--late 45]

A simulator in a process of its own strikes so many percent of all requests with faults of every kind:
addresses and tasks that are not there for a while, wishes to wait for an hour, pictures within the answer.
Drivers on one data directory (the journal and the services, no screen) order the work, drive it, each with a
clock that may be wrong by hours where libfaketime is installed, and are killed with
SIGKILL at random moments and at the moments of `chaos_points.py`. At the end the service's own record, the
journal and the disk are compared job by job. Exit code 1 where anything is wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections import Counter
from pathlib import Path

from chaos_audit import Audit, audit, read_journal
from chaos_crowd import RANDOM_MOMENT, STARTING, TOGETHER, Crowd, Scale
from chaos_plan import make_dataset, plan
from chaos_points import points
from chaos_records import accepted_jobs
from chaos_service import asked, configuration, database, misbehave, running_service
from chaos_venues import VENUES, Venue


def main() -> int:
    """Run the chaos, print the counts, and return 0 if nothing was lost, sent twice or broken."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--provider", choices=VENUES, default="bfl", help="where everything is ordered")
    parser.add_argument("--generations", type=int, default=500)
    parser.add_argument("--trainings", type=int, default=20)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--programs", type=int, default=2)
    parser.add_argument("--fault-rate", type=float, default=30.0, help="percent of requests")
    parser.add_argument("--true-clocks", action="store_true", help="no clock is wrong")
    parser.add_argument("--late", type=float, default=45.0, help="seconds for which things are not there yet")
    parser.add_argument("--seconds", type=float, default=900.0, help="the most that all of it may take")
    parser.add_argument("--seed", type=int, default=0, help="of faults, moments and points")
    parser.add_argument("--keep", type=Path, help="an empty or new directory that is not deleted afterwards")
    options = parser.parse_args()
    if options.trainings < 1:
        parser.error("One training is needed at least: others generate with what it makes.")
    if options.keep:
        options.keep.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _run(options, options.keep.absolute())
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        return _run(options, Path(folder))


def _run(options: argparse.Namespace, folder: Path) -> int:
    begun = time.monotonic()
    venue = VENUES[options.provider]
    scale = Scale(options.generations, options.trainings, options.programs, options.kills)
    make_dataset(folder)
    for name in ("log", "words", "state"):
        (folder / name).mkdir(mode=0o700)
    with running_service(folder, venue, options.seed) as service:
        (folder / "config.toml").write_text(configuration(service, venue), encoding="utf-8")
        (folder / "config.toml").chmod(0o600)
        crowd = Crowd(folder, venue, scale, options.seed, begun + options.seconds)
        crowd.clocks_are_true = options.true_clocks
        if not crowd.train_first():
            print(f"The first training did not end well; see {folder / 'log'} and {folder / 'words'}.")
            return 1
        misbehave(service, venue, options.fault_rate, options.late)
        try:
            crowd.kill_and_restart()
            settled = crowd.settle(service)
        finally:
            codes = crowd.end()
        ledger, misdeeds = asked(service, "ledger"), asked(service, "violations")
    orders = plan(scale.generations, scale.trainings, scale.programs)
    accepted = accepted_jobs(venue, database(folder), ledger)
    result = audit(folder, venue, orders, accepted, asyncio.run(read_journal(folder / "data")))
    result.check(settled, f"Not all jobs had ended within {options.seconds:.0f} s.")
    result.check(crowd.deaths.total() >= scale.kills, f"Only {crowd.deaths.total()} kills.")
    result.check(not misdeeds, f"The service complains: {misdeeds}")
    result.check(not any(codes), f"Drivers that were asked to end returned {codes}.")
    result.violations += crowd.complaints
    result.counts["lives with a clock that was wrong by hours"] = crowd.wrong_clocks
    _print(venue, result, crowd.deaths, time.monotonic() - begun)
    return 1 if result.violations else 0


def _print(venue: Venue, result: Audit, deaths: Counter[str], seconds: float) -> None:
    print(f"{'killed':<44}{deaths.total():>7}")
    for name in (*points(venue), RANDOM_MOMENT, STARTING, TOGETHER):
        print(f"  {name:<42}{deaths[name]:>7}")
    print()
    for name, count in result.counts.items():
        print(f"{name:<44}{count:>7}")
    print(f"{'seconds':<44}{seconds:>7.0f}\n")
    for violation in result.violations:
        print(f"VIOLATION  {violation}")
    print(
        f"{len(result.violations)} violations" if result.violations else "Nothing lost, nothing sent twice."
    )


if __name__ == "__main__":
    raise SystemExit(main())
