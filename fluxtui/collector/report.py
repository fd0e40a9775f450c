"""What a collector tells while it works: lines for people, or JSON lines for programs."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from queue import SimpleQueue

from fluxtui.domain.jobs import UNBILLED_STATES, Job, JobKind, JobState
from fluxtui.domain.money import show_credits, usd
from fluxtui.domain.text import safe_text
from fluxtui.system.clock import utc_now

LAST_LINES_SECONDS = 2.0
"""How long the end waits for a reader that takes the last lines slowly."""

_NOT_CHARGED_YET = UNBILLED_STATES | {JobState.SUBMITTING, JobState.IN_DOUBT}
_TITLE_CHARACTERS = 60
_WORDS = {JobState.DRAFT: "queued", JobState.SUBMITTING: "sending"}


class LineWriter:
    """Writes lines to a file descriptor from a thread; one that blocks or is gone never holds up the jobs.

    Args:
        descriptor: such as 1, standard output.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lines: SimpleQueue[str | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._write_all, name="lines", daemon=True)
        self._thread.start()
        self.broken = False

    def write(self, line: str) -> None:
        """Write a line soon, unless the reader is gone."""
        if not self.broken:
            self._lines.put(line)

    def close(self) -> None:
        """Write what is left, within bounds."""
        self._lines.put(None)
        self._thread.join(LAST_LINES_SECONDS)

    def _write_all(self) -> None:
        while (line := self._lines.get()) is not None:
            rest = (line + "\n").encode("utf-8", "replace")
            try:
                while rest:
                    rest = rest[os.write(self._descriptor, rest) :]
            except OSError:
                self.broken = True
                return


class Report:
    """Tells nobody: what a collector without a reader uses. The log has the story of every job anyway."""

    @property
    def has_reader(self) -> bool:
        """Whether somebody can still be told."""
        return True

    def tell(self, job: Job) -> None:
        """Tell that a job is now as it is."""

    def say(self, sentence: str) -> None:
        """Tell something that is about no job."""

    def alarm(self, sentence: str) -> None:
        """Tell something about no job that a program should hear of as well as people."""

    def close(self) -> None:
        """Finish telling."""


class LineReport(Report):
    """Tells in lines.

    Args:
        writer: takes them.
        show: makes a line of a job.
        with_sentences: whether what is about no job is told too.
    """

    def __init__(self, writer: LineWriter, show: Callable[[Job], str], *, with_sentences: bool) -> None:
        self._writer = writer
        self._show = show
        self._with_sentences = with_sentences

    @property
    def has_reader(self) -> bool:
        """Whether the reader still takes lines."""
        return not self._writer.broken

    def tell(self, job: Job) -> None:
        """Write the line of a job."""
        self._writer.write(self._show(job))

    def say(self, sentence: str) -> None:
        """Write a sentence, where there is room for some."""
        if self._with_sentences:
            self._writer.write(safe_text(sentence))

    def alarm(self, sentence: str) -> None:
        """Write a sentence, as an object where objects are written."""
        if self._with_sentences:
            self.say(sentence)
            return
        now = utc_now().isoformat(timespec="milliseconds")
        self._writer.write(json.dumps({"time": now, "warning": safe_text(sentence)}))

    def close(self) -> None:
        """Write what is left, within bounds."""
        self._writer.close()


def report_to(descriptor: int, data_dir: Path, *, as_json: bool) -> Report:
    """Return the report of a collector in the foreground; paths of pictures are made absolute."""
    writer = LineWriter(descriptor)
    if as_json:
        return LineReport(writer, lambda job: json_line(job, data_dir), with_sentences=False)
    return LineReport(writer, lambda job: people_line(job, data_dir), with_sentences=True)


def json_line(job: Job, data_dir: Path) -> str:
    """Return one JSON object about a job as it is.

    `time` is that of the change, in UTC. `cost_usd` is null unless the service has accepted the job;
    `estimate_usd` is what it costs if it does. `picture` is an absolute path, or null. `tries_until` is until
    when a result that is not where it should be is looked for, or null.
    """
    facts = {
        "time": job.updated_at.isoformat(timespec="milliseconds"),
        "job": job.id,
        "kind": job.kind,
        "state": job.state,
        "title": job.title,
        "finetune": job.finetune_name,
        "picture": _picture(job, data_dir),
        "cost_usd": None if job.state in _NOT_CHARGED_YET else round(usd(job.credits), 6),
        "estimate_usd": round(usd(job.estimate_credits), 6),
        "error": job.error,
        "tries_until": job.tries_until and job.tries_until.isoformat(timespec="seconds"),
    }
    return json.dumps(facts)


def people_line(job: Job, data_dir: Path) -> str:
    """Return one line about a job as it is, without anything that could disturb a terminal."""
    what = "training" if job.kind is JobKind.TRAINING else "picture"
    title = safe_text(job.title, limit=_TITLE_CHARACTERS)
    state = "waits" if job.waits else _WORDS.get(job.state, job.state.value)
    line = f"{_local(job.updated_at)}  {state:<10}  {what:<8}  {title}"
    if job.state not in _NOT_CHARGED_YET and not job.is_active:
        line += f"  {show_credits(job.credits)}"
    if picture := _picture(job, data_dir):
        line += f"  {safe_text(picture)}"
    if job.is_looked_for and job.tries_until is not None:
        line += f"  (looked for until {_local(job.tries_until)})"
    return f"{line}  {safe_text(job.error)}" if job.error else line


def _picture(job: Job, data_dir: Path) -> str | None:
    # While it is being collected, the path is only where the picture will be.
    return str(data_dir / job.picture) if job.picture and job.state is JobState.DONE else None


def _local(moment: datetime) -> str:
    with suppress(OSError, OverflowError):
        moment = moment.astimezone()
    return moment.strftime("%H:%M:%S")
