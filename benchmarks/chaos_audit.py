"""Compares what the service recorded with what the journal and the disk hold, job by job."""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chaos_plan import PROFILE, Order, marker_of
from PIL import Image

from fluxtui.domain.finetune import Finetune
from fluxtui.domain.jobs import Job, JobKind, JobState
from fluxtui.domain.picture import Picture
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from fluxtui.simulator.keys import VALID_KEY

_EVERYTHING = 1_000_000
_SERVICE_SAYS = {
    JobState.FAILED: {"Error"},
    JobState.MODERATED: {"Request Moderated", "Content Moderated"},
    # Its address may expire, or be said to, though the picture was ready.
    JobState.EXPIRED: {"Ready"},
}
_ROUNDING = 1e-6
_PLACES = ("pictures", "inputs", "datasets", "tmp")


@dataclass
class Accepted:
    """A job as the service remembers it: `status` in its words, `cost` in credits, a generation's picture."""

    id: str
    kind: str
    marker: str
    status: str
    cost: float
    picture: bytes | None


@dataclass
class Record:
    """The journal, read at the end; `found_again` counts trainings that were in doubt."""

    jobs: tuple[Job, ...]
    pictures: tuple[Picture, ...]
    finetunes: tuple[Finetune, ...]
    found_again: int


@dataclass
class Audit:
    """What was found: counts for the table, and a sentence for each violation."""

    counts: dict[str, int] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)

    def check(self, condition: bool, sentence: str) -> None:
        """Note a violation unless a condition holds."""
        if not condition:
            self.violations.append(sentence)


def accepted_jobs(state: Path, ledger: list[dict[str, Any]]) -> list[Accepted]:
    """Return what a service that has ended had accepted, out of its own database and ledger."""
    status = {str(entry["id"]): str(entry["status"]) for entry in ledger}
    kinds = {"image": JobKind.GENERATION.value, "training": JobKind.TRAINING.value}
    with closing(sqlite3.connect(state)) as connection:
        tasks = [
            json.loads(row[0])
            for row in connection.execute("SELECT document FROM records WHERE kind = 'task'")
        ]
        pictures = dict(connection.execute("SELECT owner, content FROM blobs WHERE name = 'picture'"))
    return [
        Accepted(
            task["id"],
            kinds[task["kind"]],
            marker_of(kinds[task["kind"]], task["parameters"]),
            status.get(task["id"], "not in the ledger"),
            task["cost"],
            pictures.get(task["id"]),
        )
        for task in tasks
    ]


async def read_journal(data: Path) -> Record:
    """Return everything that the journal of a data directory holds. Raises `StorageError`."""
    journal = Journal(StorageService(data).journal_path)
    await journal.open()
    try:
        jobs = await journal.jobs.recent(_EVERYTHING)
        stories = [await journal.jobs.story(job.id) for job in jobs if job.kind is JobKind.TRAINING]
        return Record(
            jobs,
            await journal.pictures.recent(_EVERYTHING),
            await journal.finetunes.all(PROFILE),
            sum(any(event.note.startswith("found at") for event in story) for story in stories),
        )
    finally:
        await journal.close()


def audit(folder: Path, orders: list[Order], accepted: list[Accepted], record: Record) -> Audit:
    """Compare everything. `folder` holds the data directory, the log and the words of the drivers."""
    result = Audit()
    _check_orders(result, orders, record)
    _check_sent_once(result, accepted, record)
    _check_ends(result, accepted, record)
    _check_finetunes(result, accepted, record)
    _check_pictures(result, folder / "data", accepted, record)
    _check_files(result, folder)
    states = Counter(job.state for job in record.jobs)
    result.counts |= {f"jobs {state}": states[state] for state in JobState if states[state]}
    return result


def _check_orders(result: Audit, orders: list[Order], record: Record) -> None:
    wanted = Counter(order.marker for order in orders)
    written = Counter(marker_of(job.kind, job.parameters) for job in record.jobs)
    result.counts |= {"orders": len(orders), "jobs in the journal": len(record.jobs)}
    for marker in wanted.keys() | written.keys():
        result.check(
            wanted[marker] == written[marker],
            f"{marker} was ordered {wanted[marker]} times and is in the journal {written[marker]} times.",
        )


def _check_sent_once(result: Audit, accepted: list[Accepted], record: Record) -> None:
    """Match the service's record to the journal: by id, the rest one to one to jobs in doubt."""
    known = Counter(job.remote_id for job in record.jobs if job.remote_id)
    result.counts |= {"accepted by the service": len(accepted), "accepted and known by id": len(known)}
    for remote_id, times in known.items():
        result.check(times == 1, f"{times} jobs have the id {remote_id}.")
    unknown = known.keys() - {entry.id for entry in accepted}
    result.check(not unknown, f"Ids in the journal that the service never gave: {sorted(unknown)}.")
    jobs = _by_marker(record.jobs)
    sent = Counter(entry.marker for entry in accepted)
    unmatched = Counter(entry.marker for entry in accepted if entry.id not in known)
    for marker, times in sent.items():
        result.check(times <= len(jobs[marker]), f"{marker} was accepted {times} times: sent twice.")
    for marker, times in unmatched.items():
        doubtful = [job for job in jobs[marker] if job.state is JobState.IN_DOUBT]
        result.check(
            times <= len(doubtful),
            f"{marker}: {times} accepted without an id here, but {len(doubtful)} jobs in doubt.",
        )
    result.counts["accepted and in doubt"] = unmatched.total()
    for entry in accepted:
        own = [job for job in jobs[entry.marker] if job.remote_id == entry.id]
        result.check(entry.id not in known or len(own) == 1, f"{entry.marker} has the id of another job.")
        for job in own:
            result.check(
                abs(job.credits - entry.cost) < _ROUNDING,
                f"{entry.marker} cost {entry.cost} credits; the journal says {job.credits}.",
            )


def _by_marker(jobs: Iterable[Job]) -> dict[str, list[Job]]:
    found: dict[str, list[Job]] = defaultdict(list)
    for job in jobs:
        found[marker_of(job.kind, job.parameters)].append(job)
    return found


def _check_ends(result: Audit, accepted: list[Accepted], record: Record) -> None:
    """See that each job has ended as the service says, or is in doubt, with its reason."""
    status = {entry.id: entry.status for entry in accepted}
    for job in record.jobs:
        name = f"{marker_of(job.kind, job.parameters)} ({job.state})"
        told = status.get(job.remote_id or "", "")
        result.check(not job.is_active, f"{name} has not ended: {job.remote_status}, {job.error}")
        result.check(job.state is not JobState.CANCELLED, f"{name}: nobody cancelled it.")
        if job.state is JobState.DONE:
            result.check(told == "Ready", f"{name}, but the service says {told!r}.")
            continue
        result.check(bool(job.error) and bool(job.error_title), f"{name} does not say why.")
        if job.state in (JobState.IN_DOUBT, JobState.REFUSED):
            result.check(job.remote_id is None, f"{name} has the id {job.remote_id}.")
        if job.state in _SERVICE_SAYS:
            result.check(told in _SERVICE_SAYS[job.state], f"{name}: {job.error} The service says {told!r}.")
        if job.state is JobState.EXPIRED:
            result.check("cost" in (job.error or ""), f"{name} does not say what it cost.")
        if job.state is JobState.IN_DOUBT:
            result.check(job.maybe_billed, f"{name} does not count as maybe billed.")


def _check_finetunes(result: Audit, accepted: list[Accepted], record: Record) -> None:
    """See that every finished training left its finetune, and that those that could be found were."""
    known = {finetune.id: finetune for finetune in record.finetunes}
    jobs = _by_marker(record.jobs)
    done = [job for job in record.jobs if job.kind is JobKind.TRAINING and job.state is JobState.DONE]
    result.counts["finetunes in the journal"] = len(known)
    for job in done:
        finetune = known.get(job.remote_id or "")
        result.check(
            finetune is not None and finetune.job_id == job.id and finetune.name == job.finetune_name,
            f"{job.title} is done, but its finetune is not in the journal as it should be.",
        )
    ids = {job.remote_id for job in record.jobs}
    for entry in accepted:
        if entry.kind == JobKind.TRAINING and entry.status == "Ready" and len(jobs[entry.marker]) == 1:
            result.check(entry.id in ids, f"{entry.marker} was accepted and ready, but not found again.")
    result.counts["trainings found again out of doubt"] = record.found_again


def _check_pictures(result: Audit, data: Path, accepted: list[Accepted], record: Record) -> None:
    """See that each finished generation has one whole picture, its own, and that no other file is there."""
    painted = {entry.id: entry.picture for entry in accepted}
    rows = {picture.job_id: picture for picture in record.pictures}
    result.check(len(rows) == len(record.pictures), "A job has more than one picture.")
    paths = Counter(picture.path for picture in record.pictures)
    result.check(all(times == 1 for times in paths.values()), "Two jobs share a picture.")
    done = [job for job in record.jobs if job.kind is JobKind.GENERATION and job.state is JobState.DONE]
    result.check(rows.keys() == {job.id for job in done}, "Pictures and finished generations do not match.")
    for job in done:
        complaint = _complaint(data, job, rows.get(job.id), painted.get(job.remote_id or ""))
        result.check(complaint is None, f"{marker_of(job.kind, job.parameters)}: {complaint}.")
    on_disk = {path.relative_to(data).as_posix() for path in (data / "pictures").rglob("*") if path.is_file()}
    for orphan in sorted(on_disk - paths.keys()):
        result.check(False, f"{orphan} belongs to no job.")
    result.counts |= {"pictures whole and of their job": len(done), "pictures on disk": len(on_disk)}


def _complaint(data: Path, job: Job, row: Picture | None, painted: bytes | None) -> str | None:
    if row is None or row.path != job.picture:
        return f"the job names {job.picture}, the picture's row {row.path if row else 'does not exist'}"
    try:
        content = (data / row.path).read_bytes()
        pixels = _pixels(content)
    except (OSError, SyntaxError, ValueError) as error:
        return f"{row.path} is not a whole picture ({error})"
    if hashlib.sha256(content).hexdigest() != row.sha256 or len(content) != row.size:
        return f"{row.path} is not the file whose hash and size the journal has"
    if painted is not None and pixels != _pixels(painted):
        return f"{row.path} is not the picture that the service made for it"
    return None


def _pixels(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content)) as picture:
        return picture.tobytes()


def _check_files(result: Audit, folder: Path) -> None:
    """Look for the key and for signed addresses in every file, and for files where none belong."""
    places = (folder / "data", folder / "log", folder / "words")
    files = [path for place in places for path in place.rglob("*") if path.is_file()]
    for path in files:
        content = path.read_bytes()
        name = path.relative_to(folder)
        result.check(VALID_KEY.encode() not in content, f"The key is in {name}.")
        result.check(b"signature=" not in content, f"A signed address is in {name}.")
        result.check(path.stat().st_mode & 0o077 == 0 or "words" in name.parts, f"{name} is not private.")
    for path in (folder / "data").iterdir():
        result.check(
            path.name in _PLACES or path.name.startswith("journal.sqlite3"), f"{path.name}: what is it?"
        )
    for path in (folder / "words").iterdir():
        result.check(path.stat().st_size == 0, f"A driver complained, see {path.name}: {_tail(path)}")
    leftovers = [path for place in ("inputs", "datasets") for path in (folder / "data" / place).glob(".*")]
    result.counts |= {
        "files looked through for secrets": len(files),
        "temporary files left (swept after a day)": len(list((folder / "data" / "tmp").iterdir())),
        "half-written inputs and archives left": len(leftovers),
    }


def _tail(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")[-400:]
