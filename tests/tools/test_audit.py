"""What follows from an audit of the locked packages: what fails, what is told, what was no audit at all."""

from __future__ import annotations

import json
import os
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tools.audit import (
    AuditError,
    Report,
    Verdict,
    Vulnerability,
    ask,
    first_report,
    main,
    read_accepted,
    read_report,
    verdict,
)

TODAY = date(2026, 11, 30)
MENDED = Vulnerability("pillow", "11.0.0", ("PYSEC-2026-1", "CVE-2026-1"), ("11.3.0",))
OPEN = Vulnerability("regex", "2025.1", ("CVE-2026-2",))


def told(vulns: list[dict[str, Any]] | None = None, *others: dict[str, Any]) -> str:
    entry = {"name": "pillow", "version": "11.0.0", "vulns": vulns or []}
    return json.dumps({"dependencies": [entry, *others], "fixes": []})


def pip_audit(folder: Path, script: str) -> str:
    """Return a program that stands for pip-audit."""
    path = folder / "pip-audit"
    path.write_text(f"#!{sys.executable}\nimport sys, time\n{script}\n", encoding="utf-8")
    path.chmod(0o700)
    return str(path)


def test_a_report_is_read_with_all_names_and_fixes() -> None:
    vulnerability = {"id": "PYSEC-2026-1", "fix_versions": ["11.3.0"], "aliases": ["CVE-2026-1"]}
    assert read_report(told([vulnerability])) == Report((MENDED,))


def test_what_was_skipped_is_not_called_clean() -> None:
    skipped = {"name": "rich", "skip_reason": "Dependency not found on PyPI"}
    assert read_report(told(None, skipped)).unseen == {"rich": "Dependency not found on PyPI"}


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"dependencies": [{"vulns": [{}]}]}', '{"dependencies": 3}']
)
def test_what_is_no_report_is_not_read_as_one(text: str) -> None:
    with pytest.raises(AuditError):
        read_report(text)


def test_only_what_a_release_mends_fails() -> None:
    found = verdict(Report((MENDED, OPEN)), {}, TODAY)
    assert found == Verdict((MENDED.sentence(),), (OPEN.sentence(),))
    assert MENDED.sentence() == "pillow 11.0.0: PYSEC-2026-1, CVE-2026-1; mended in 11.3.0."


def test_what_is_accepted_passes_by_any_of_its_names_until_its_day() -> None:
    accepted = read_accepted("# a comment\nCVE-2026-1 2026-11-30  its server only\n\n")
    assert verdict(Report((MENDED,)), accepted, TODAY).failures == ()
    assert "Accepted until 2026-11-30" in verdict(Report((MENDED,)), accepted, TODAY).notes[0]
    (failure,) = verdict(Report((MENDED,)), accepted, date(2026, 12, 1)).failures
    assert failure.startswith("Accepted no longer than 2026-11-30: pillow 11.0.0")


@pytest.mark.parametrize("line", ["CVE-2026-1", "CVE-2026-1 2026-11-30", "CVE-2026-1 soon because"])
def test_an_acceptance_without_day_or_reason_is_refused(line: str) -> None:
    with pytest.raises(AuditError, match="Not a name, a day and a reason"):
        read_accepted(line)


def test_the_next_database_is_asked_where_one_has_no_whole_answer() -> None:
    answers: list[tuple[str, Report | str]] = [("pypi", "no answer"), ("osv", Report((OPEN,)))]
    report, reasons = first_report(answers)
    assert (report, reasons) == (Report((OPEN,)), ["pypi: no answer"])
    assert first_report([("pypi", "no answer")]) == (None, ["pypi: no answer"])


def test_a_database_that_hangs_is_given_up(tmp_path: Path) -> None:
    assert ask(pip_audit(tmp_path, "time.sleep(60)"), "pypi", [], 0.2) == "no answer within 0 seconds"


def test_a_database_that_knows_nothing_has_given_no_report(tmp_path: Path) -> None:
    skipped = {"name": "rich", "skip_reason": "not found"}
    program = pip_audit(tmp_path, f"print({told(None, skipped)!r})")
    answer = ask(program, "pypi", [], 30)
    assert answer == "1 packages not looked at, such as rich (not found)"


def test_the_words_of_a_failure_are_told(tmp_path: Path) -> None:
    program = pip_audit(tmp_path, "print('first\\nno such host\\n', file=sys.stderr); sys.exit(1)")
    assert ask(program, "osv", [], 30) == "no such host"
    assert "cannot be run" in str(ask(str(tmp_path / "absent"), "osv", [], 30))


@pytest.mark.parametrize(
    ("report", "accepted", "code", "words"),
    [
        (told(), "", 0, "Audited: no known"),
        (told([{"id": "CVE-2026-1", "fix_versions": ["12.0"], "aliases": []}]), "", 1, "mended in 12.0"),
        (told([{"id": "CVE-2026-1", "fix_versions": [], "aliases": []}]), "", 0, "no release mends it yet"),
        ("no report", "", 0, "Not audited"),
        (told(), "nonsense", 2, "Not a name, a day and a reason"),
    ],
)
def test_the_whole_says_what_it_found(
    report: str, accepted: str, code: int, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = tmp_path / "accepted"
    listed.write_text(accepted, encoding="utf-8")
    program = pip_audit(tmp_path, f"print({report!r})")
    assert main(["--pip-audit", program, "--accepted", str(listed), os.devnull]) == code
    assert words in capsys.readouterr().out
