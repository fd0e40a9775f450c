"""Whose the connections to a port of this machine are, where the kernel tells."""

from __future__ import annotations

from pathlib import Path

_TABLE = Path("/proc/net/tcp")
_MOST_BYTES = 4_000_000
_COLUMNS = 8


def owners_of_peers(port: int) -> dict[int, int]:
    """Return the user id of each client connected to a loopback port, by the client's own port.

    Linux tells it (proc(5), `/proc/net/tcp`); elsewhere, and for what cannot be read, nothing is known. It
    takes a millisecond or two, with thousands of connections on the machine some ten.
    """
    try:
        with _TABLE.open("rb") as table:
            return owners_in(table.read(_MOST_BYTES).decode("ascii", "replace"), port)
    except OSError:
        return {}


def owners_in(table: str, port: int) -> dict[int, int]:
    """Return what `owners_of_peers` does, from the text of the table: the rows of the clients' own ends."""
    owners: dict[int, int] = {}
    wanted = f":{port:04X}"
    for line in table.splitlines():
        columns = line.split(maxsplit=_COLUMNS)
        if len(columns) < _COLUMNS or not columns[2].endswith(wanted):
            continue
        client, uid = columns[1].rpartition(":")[2], columns[7]
        try:
            owners[int(client, 16)] = int(uid)
        except ValueError:
            continue
    return owners
