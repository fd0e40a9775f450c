"""Compares what the service recorded with what the journal and the disk hold, job by job."""

from __future__ import annotations

import hashlib
import io
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from chaos_plan import PROFILE, Order
from chaos_records import Accepted
from chaos_venues import Venue
from PIL import Image

from fluxtui.domain.finetune import Finetune
from fluxtui.domain.jobs import Job, JobKind, JobState
from fluxtui.domain.picture import Picture
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService

_EVERYTHING = 1_000_000
_ROUNDING = 1e-3
_PLACES = (
    "pictures",
    "inputs",
    "datasets",
    "loras",
    "workspaces",
    "trash",
    "sheets",
    "cache",
    "tmp",
    "unreadable",
)
_MAY_COUNT_MORE = (JobState.FAILED, JobState.MODERATED)
_LATER = "its weights are not here"
"""What the journal says where a finetune is kept without its file."""


@dataclass
class Record:
    """The journal, read at the end.

    `found_again` are the ids of the jobs that had been in doubt, `without_file` those of the trainings whose
    finetune is said to be without its weights.
    """

    jobs: tuple[Job, ...]
    pictures: tuple[Picture, ...]
    finetunes: tuple[Finetune, ...]
    found_again: frozenset[str]
    without_file: frozenset[str]


@dataclass
class Audit:
    """What was found: counts for the table, and a sentence for each violation."""

    counts: dict[str, int] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    credits_too_many: float = 0.0

    def check(self, condition: bool, sentence: str) -> None:
        """Note a violation unless a condition holds."""
        if not condition:
            self.violations.append(sentence)


async def read_journal(data: Path) -> Record:
    """Return everything that the journal of a data directory holds. Raises `StorageError`."""
    journal = Journal(StorageService(data).journal_path)
    await journal.open()
    try:
        jobs = await journal.jobs.recent(_EVERYTHING)
        notes = {job.id: [event.note for event in await journal.jobs.story(job.id)] for job in jobs}
        return Record(
            jobs,
            await journal.pictures.recent(_EVERYTHING),
            await journal.finetunes.all(PROFILE),
            frozenset(name for name, said in notes.items() if any(n.startswith("found at") for n in said)),
            frozenset(name for name, said in notes.items() if any(_LATER in note for note in said)),
        )
    finally:
        await journal.close()


def audit(folder: Path, venue: Venue, orders: list[Order], accepted: list[Accepted], record: Record) -> Audit:
    """Compare everything. `folder` holds the data directory, the log and the words of the drivers."""
    result = Audit()
    _check_orders(result, venue, orders, record)
    _check_sent_once(result, venue, accepted, record)
    _check_ends(result, venue, accepted, record)
    _check_found(result, venue, accepted, record)
    _check_finetunes(result, venue, record)
    _check_weights(result, folder / "data", accepted, record)
    _check_pictures(result, venue, folder / "data", accepted, record)
    _check_files(result, venue, folder)
    states = Counter(job.state for job in record.jobs)
    result.counts |= {f"jobs {state}": states[state] for state in JobState if states[state]}
    return result


def _check_orders(result: Audit, venue: Venue, orders: list[Order], record: Record) -> None:
    wanted = Counter(order.marker for order in orders)
    written = Counter(venue.marker_of(job.kind, job.parameters) for job in record.jobs)
    result.counts |= {"orders": len(orders), "jobs in the journal": len(record.jobs)}
    for marker in wanted.keys() | written.keys():
        result.check(
            wanted[marker] == written[marker],
            f"{marker} was ordered {wanted[marker]} times and is in the journal {written[marker]} times.",
        )


def _check_sent_once(result: Audit, venue: Venue, accepted: list[Accepted], record: Record) -> None:
    """Match the service's record to the journal: by id, the rest one to one to jobs in doubt."""
    known = Counter(job.remote_id for job in record.jobs if job.remote_id)
    result.counts |= {"accepted by the service": len(accepted), "accepted and known by id": len(known)}
    for remote_id, times in known.items():
        result.check(times == 1, f"{times} jobs have the id {remote_id}.")
    unknown = known.keys() - {entry.id for entry in accepted}
    result.check(not unknown, f"Ids in the journal that the service never gave: {sorted(unknown)}.")
    jobs = _by_marker(venue, record.jobs)
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
    charged = sum(entry.cost for entry in accepted if entry.id not in known)
    result.counts |= {"accepted and in doubt": unmatched.total(), "credits charged in doubt": round(charged)}
    result.counts["credits charged in all"] = round(sum(entry.cost for entry in accepted))
    for entry in accepted:
        own = [job for job in jobs[entry.marker] if job.remote_id == entry.id]
        result.check(entry.id not in known or len(own) == 1, f"{entry.marker} has the id of another job.")
        for job in own:
            counted = _counted(job)
            # What a failed job has cost is not always told: better to count too much than too little.
            fits = entry.cost - _ROUNDING < counted
            fits = fits and (job.state in _MAY_COUNT_MORE or counted < entry.cost + _ROUNDING)
            result.check(fits, f"{entry.marker} cost {entry.cost} credits; the journal says {counted}.")
            result.credits_too_many += counted - entry.cost
    result.counts["credits counted and not charged"] = round(result.credits_too_many)


def _counted(job: Job) -> float:
    """Return what counts as spent on an accepted job."""
    free = job.state is JobState.CANCELLED and not job.maybe_billed and job.cost_credits is None
    return 0.0 if free else job.credits


def _by_marker(venue: Venue, jobs: Iterable[Job]) -> dict[str, list[Job]]:
    found: dict[str, list[Job]] = defaultdict(list)
    for job in jobs:
        found[venue.marker_of(job.kind, job.parameters)].append(job)
    return found


def _check_ends(result: Audit, venue: Venue, accepted: list[Accepted], record: Record) -> None:
    """See that each job has ended as the service says, or is in doubt, with its reason."""
    status = {entry.id: entry.status for entry in accepted}
    for job in record.jobs:
        name = f"{venue.marker_of(job.kind, job.parameters)} ({job.state})"
        told = status.get(job.remote_id or "", "")
        result.check(not job.is_active, f"{name} has not ended: {job.remote_status}, {job.error}")
        if job.state is JobState.CANCELLED:
            result.check(told in venue.says.get(job.state, ()), f"{name}: nobody cancelled it; {told!r}.")
            continue
        if job.state is JobState.DONE:
            result.check(told == venue.ready, f"{name}, but the service says {told!r}.")
            continue
        result.check(bool(job.error) and bool(job.error_title), f"{name} does not say why.")
        if job.state in (JobState.IN_DOUBT, JobState.REFUSED):
            result.check(job.remote_id is None, f"{name} has the id {job.remote_id}.")
        if job.state in venue.says:
            result.check(told in venue.says[job.state], f"{name}: {job.error} The service says {told!r}.")
        if job.state is JobState.EXPIRED:
            # Nothing lives so long here that the service could have dropped it.
            result.check(False, f"{name}: {job.error} The service says {told!r}, and has it still.")
        if job.state is JobState.IN_DOUBT:
            result.check(job.maybe_billed, f"{name} does not count as maybe billed.")


def _check_found(result: Audit, venue: Venue, accepted: list[Accepted], record: Record) -> None:
    """See that those that went well and could be found again were."""
    jobs = _by_marker(venue, record.jobs)
    ids = {job.remote_id for job in record.jobs}
    for entry in accepted:
        can_be = entry.kind in venue.abilities.finds and entry.status == venue.ready
        if can_be and len(jobs[entry.marker]) == 1:
            result.check(entry.id in ids, f"{entry.marker} was accepted and ready, but not found again.")
    result.counts["found again out of doubt"] = len(record.found_again)


def _check_finetunes(result: Audit, venue: Venue, record: Record) -> None:
    """See that every finished training left its finetune."""
    known = {finetune.id: finetune for finetune in record.finetunes}
    done = [job for job in record.jobs if job.kind is JobKind.TRAINING and job.state is JobState.DONE]
    result.counts["finetunes in the journal"] = len(known)
    for job in done:
        finetune = known.get(job.finetune_id or "")
        result.check(
            finetune is not None and finetune.job_id == job.id and finetune.name == job.finetune_name,
            f"{job.title} is done, but its finetune is not in the journal as it should be.",
        )
        if finetune is not None and venue.sends_files and finetune.weights is None:
            result.check(job.id in record.without_file, f"Nobody says that {job.title} has no weights here.")
            result.counts["finetunes without their file"] = (
                result.counts.get("finetunes without their file", 0) + 1
            )


def _check_weights(result: Audit, data: Path, accepted: list[Accepted], record: Record) -> None:
    """See that the weights of each finetune are what the service made, and that no other file is there."""
    made = {entry.id: entry.content for entry in accepted}
    jobs = {job.id: job for job in record.jobs}
    named = {finetune.weights.path for finetune in record.finetunes if finetune.weights}
    for finetune in record.finetunes:
        job = jobs.get(finetune.job_id or "")
        if finetune.weights is None or job is None:
            continue
        content = (data / finetune.weights.path).read_bytes()
        own = content == made.get(job.remote_id or "")
        whole = hashlib.sha256(content).hexdigest() == finetune.weights.sha256
        result.check(
            own and whole, f"{finetune.weights.path} is not what the service made for {finetune.name}."
        )
    on_disk = {path.relative_to(data).as_posix() for path in (data / "loras").rglob("*") if path.is_file()}
    for orphan in sorted(on_disk - named):
        result.check(False, f"{orphan} belongs to no finetune.")
    result.counts["files of weights, whole and their own"] = len(named)


def _check_pictures(
    result: Audit, venue: Venue, data: Path, accepted: list[Accepted], record: Record
) -> None:
    """See that each finished generation has one whole picture, its own, and that no other file is there."""
    painted = {entry.id: entry.content for entry in accepted}
    rows = {picture.job_id: picture for picture in record.pictures}
    result.check(len(rows) == len(record.pictures), "A job has more than one picture.")
    paths = Counter(picture.path for picture in record.pictures)
    result.check(all(times == 1 for times in paths.values()), "Two jobs share a picture.")
    done = [job for job in record.jobs if job.kind is JobKind.GENERATION and job.state is JobState.DONE]
    result.check(rows.keys() == {job.id for job in done}, "Pictures and finished generations do not match.")
    for job in done:
        complaint = _complaint(data, job, rows.get(job.id), painted.get(job.remote_id or ""))
        result.check(complaint is None, f"{venue.marker_of(job.kind, job.parameters)}: {complaint}.")
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


def _check_files(result: Audit, venue: Venue, folder: Path) -> None:
    """Look for the key and for signed addresses in every file, and for files where none belong."""
    places = (folder / "data", folder / "log", folder / "words")
    files = [path for place in places for path in place.rglob("*") if path.is_file()]
    for path in files:
        content = path.read_bytes()
        name = path.relative_to(folder)
        result.check(venue.key.encode() not in content, f"The key is in {name}.")
        result.check(b"signature=" not in content, f"A signed address is in {name}.")
        unseen = path.parent != folder / "log" or not any(part.encode() in content for part in venue.public)
        result.check(unseen, f"The address of a file that anybody can fetch is in {name}.")
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
