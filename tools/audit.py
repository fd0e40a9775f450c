"""Asks pip-audit whether locked packages have known vulnerabilities, and decides what follows.

    python tools/audit.py --pip-audit PROGRAM --accepted .ci/accepted-vulnerabilities FILE...

A vulnerability for which there is a mended release fails (exit code 1), unless it is accepted. One without is
told. So is a database that does not answer within bounds: what was not audited is never called clean.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

SERVICES = ("pypi", "osv")
"""The databases that pip-audit can ask, in the order in which they are tried."""
SECONDS_PER_SERVICE = 120.0
SECONDS_PER_REQUEST = 15


class AuditError(Exception):
    """An answer or a list that cannot be read, in a sentence."""


@dataclass(frozen=True)
class Vulnerability:
    """A known vulnerability of a locked release, with all names it goes by and the releases that mend it."""

    package: str
    version: str
    names: tuple[str, ...]
    fixes: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Return what is wrong with what, and what mends it."""
        mended = f"mended in {', '.join(self.fixes)}" if self.fixes else "no release mends it yet"
        return f"{self.package} {self.version}: {', '.join(self.names)}; {mended}."


@dataclass(frozen=True)
class Report:
    """What an audit found, and what it could not look at (why, by package)."""

    found: tuple[Vulnerability, ...] = ()
    unseen: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """What fails, and what is only told."""

    failures: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read_report(text: str) -> Report:
    """Return what pip-audit 2 told with `--format json`. Raises `AuditError`."""
    try:
        entries = json.loads(text)["dependencies"]
        found = [
            Vulnerability(
                entry["name"],
                entry["version"],
                tuple(dict.fromkeys((item["id"], *item.get("aliases", ())))),
                tuple(item["fix_versions"]),
            )
            for entry in entries
            for item in entry.get("vulns", ())
        ]
        unseen = {entry["name"]: entry["skip_reason"] for entry in entries if "skip_reason" in entry}
    except (ValueError, KeyError, TypeError) as error:
        raise AuditError("pip-audit told something that is not its report.") from error
    return Report(tuple(found), unseen)


def read_accepted(text: str) -> dict[str, date]:
    """Return the accepted vulnerabilities, each with the day on which that ends.

    Each line has a name, a day (2026-12-31) and a reason; `#` begins a comment. Raises `AuditError`.
    """
    accepted: dict[str, date] = {}
    for line in text.splitlines():
        words = line.partition("#")[0].split(maxsplit=2)
        if not words:
            continue
        try:
            name, day, _reason = words
            accepted[name] = date.fromisoformat(day)
        except ValueError as error:
            raise AuditError(f"Not a name, a day and a reason: {line.strip()}") from error
    return accepted


def verdict(report: Report, accepted: Mapping[str, date], today: date) -> Verdict:
    """Return what fails and what is told of a report."""
    failures, notes = [], []
    for item in report.found:
        until = max((accepted[name] for name in item.names if name in accepted), default=None)
        if until is not None and today <= until:
            notes.append(f"Accepted until {until}: {item.sentence()}")
        elif until is not None and item.fixes:
            failures.append(f"Accepted no longer than {until}: {item.sentence()}")
        elif item.fixes:
            failures.append(item.sentence())
        else:
            notes.append(item.sentence())
    return Verdict(tuple(failures), tuple(notes))


def ask(pip_audit: str, service: str, files: Iterable[Path], seconds: float) -> Report | str:
    """Return a database's report on some files, or why there is none.

    Args:
        pip_audit: the program.
        service: the database.
        files: requirements with hashes.
        seconds: how long it may take.
    """
    given = [word for file in files for word in ("--requirement", str(file))]
    command = [
        pip_audit,
        "--disable-pip",
        "--require-hashes",
        "--progress-spinner",
        "off",
        "--format",
        "json",
    ]
    command += ["--vulnerability-service", service, "--timeout", str(SECONDS_PER_REQUEST), *given]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return f"no answer within {seconds:.0f} seconds"
    except OSError as error:
        return f"pip-audit cannot be run ({error.strerror})"
    try:
        report = read_report(done.stdout)
    except AuditError:
        words = [line for line in done.stderr.splitlines() if line.strip()]
        return words[-1][:120] if words else f"exit code {done.returncode}"
    if report.unseen:
        package, reason = next(iter(report.unseen.items()))
        return f"{len(report.unseen)} packages not looked at, such as {package} ({reason})"
    return report


def first_report(answers: Iterable[tuple[str, Report | str]]) -> tuple[Report | None, list[str]]:
    """Return the first whole report among what databases answered, and why those before gave none."""
    reasons: list[str] = []
    for service, answer in answers:
        if isinstance(answer, Report):
            return answer, reasons
        reasons.append(f"{service}: {answer}")
    return None, reasons


def main(arguments: Sequence[str] | None = None) -> int:
    """Audit and say what was found; returns 1 where that fails, 2 where a list cannot be read, else 0."""
    options = _parser().parse_args(arguments)
    try:
        accepted = read_accepted(options.accepted.read_text(encoding="utf-8"))
    except (AuditError, OSError) as error:
        print(f"{options.accepted}: {error}")
        return 2
    answers = ((name, ask(options.pip_audit, name, options.files, options.seconds)) for name in SERVICES)
    report, reasons = first_report(answers)
    if report is None:
        print(f"Not audited, no database of vulnerabilities answers here: {'; '.join(reasons)}.")
        return 0
    found = verdict(report, accepted, datetime.now(UTC).date())
    for sentence in (*found.notes, *found.failures):
        print(sentence)
    if found.failures:
        print("A newer release mends what was found: DAYS=0 .ci/lock takes it; else see SECURITY.md.")
        return 1
    print("Audited: no known vulnerability that a newer release mends.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Audit files of locked requirements.")
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="requirements with hashes")
    parser.add_argument("--pip-audit", required=True, metavar="PROGRAM", help="pip-audit's program")
    parser.add_argument("--accepted", type=Path, required=True, metavar="FILE", help="what is accepted")
    parser.add_argument("--seconds", type=float, default=SECONDS_PER_SERVICE, help="bound for each database")
    return parser


if __name__ == "__main__":
    sys.exit(main())
