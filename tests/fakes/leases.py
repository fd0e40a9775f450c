"""The time after a driver of jobs was killed, which nobody has to wait for."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path


def leases_run_out(journal: Path) -> None:
    """Let the time of every lease be over, as it is some seconds after its driver was killed."""
    with closing(sqlite3.connect(journal, timeout=30)) as connection, connection:
        (held,) = connection.execute("SELECT count(*) FROM jobs WHERE lease_owner IS NOT NULL").fetchone()
        assert held, "a driver that is killed gives nothing back"
        connection.execute("UPDATE jobs SET lease_until = updated_at WHERE lease_owner IS NOT NULL")
