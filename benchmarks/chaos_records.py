"""What a simulated service had accepted, out of its own database and ledger once it has ended."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chaos_venues import Venue

from fluxtui.domain.jobs import JobKind
from fluxtui.simulator.fal.painting import WEIGHTS_FILE
from fluxtui.simulator.replicate.outputs import trained_lora

Document = Mapping[str, Any]
Blob = Callable[[str, str], bytes | None]


@dataclass(frozen=True)
class Accepted:
    """A job as the service remembers it.

    Attributes:
        id: that it was given.
        kind: as in the journal.
        marker: of its order.
        status: in the service's words.
        cost: in credits.
        content: the picture, or the file of weights, that the service made; None where it made none.
    """

    id: str
    kind: str
    marker: str
    status: str
    cost: float
    content: bytes | None


def accepted_jobs(venue: Venue, state: Path, ledger: list[dict[str, Any]]) -> list[Accepted]:
    """Return everything that the venue's service had accepted."""
    listed = {str(entry["id"]): entry for entry in ledger if entry["service"] == venue.id}
    record, content_of = _RECORDS[venue.id]
    with closing(sqlite3.connect(state)) as connection:
        rows = connection.execute("SELECT document FROM records WHERE kind = ?", (record,))
        documents = [json.loads(row[0]) for row in rows]

        def blob(owner: str, name: str) -> bytes | None:
            sql = "SELECT content FROM blobs WHERE owner = ? AND name = ?"
            found = connection.execute(sql, (owner, name)).fetchone()
            return found[0] if found else None

        return [_accepted(venue, document, listed, content_of(document, blob)) for document in documents]


def _accepted(
    venue: Venue, document: Document, listed: Mapping[str, dict[str, Any]], content: bytes | None
) -> Accepted:
    kind = JobKind.TRAINING if document["kind"] == "training" else JobKind.GENERATION
    entry = listed.get(document["id"], {"status": "not in the ledger", "cost": 0.0})
    return Accepted(
        document["id"],
        kind.value,
        venue.marker_of(kind, document["parameters"]),
        str(entry["status"]),
        float(entry["cost"]),
        content,
    )


def _of_bfl(document: Document, blob: Blob) -> bytes | None:
    return blob(document["id"], "picture")


def _of_fal(document: Document, blob: Blob) -> bytes | None:
    if document["kind"] == "training":
        return blob(document["id"], WEIGHTS_FILE)
    return blob(f"{document['id']}-0", "picture")


def _of_replicate(document: Document, blob: Blob) -> bytes | None:
    if document["kind"] == "training":
        return trained_lora(document["id"], document["parameters"].get("lora_rank"))
    return blob(f"{document['id']}-0", "picture")


_RECORDS: Mapping[str, tuple[str, Callable[[Document, Blob], bytes | None]]] = {
    "bfl": ("task", _of_bfl),
    "fal": ("fal-job", _of_fal),
    "replicate": ("replicate-job", _of_replicate),
}
"""The kind of a service's records of jobs, and what finds what a job has made."""
