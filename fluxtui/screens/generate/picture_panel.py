"""The picture of one job with its path, or what is to be said while there is none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Vertical

from fluxtui.domain.durations import next_try_text
from fluxtui.domain.jobs import Job, JobState
from fluxtui.domain.money import show_credits
from fluxtui.domain.picture import Picture
from fluxtui.domain.text import shown_text
from fluxtui.screens.generate.queue_rows import state_text
from fluxtui.terminal.profile import TerminalProfile
from fluxtui.widgets.pictures.view import PictureView
from fluxtui.widgets.plain import PlainStatic, set_title

FIRST_STEPS = (
    "No picture yet.\n\nWrite what it should show, choose a finetune or another endpoint, and press Ctrl+S. "
    "The price stands on the button; the picture appears here and is kept on disk."
)
AGAIN = "In the queue: s tries again with another seed, u puts it back into the form."


class PicturePanel(Vertical):
    """Shows a picture, its path and what it is; or a sentence."""

    def __init__(self, terminal: TerminalProfile) -> None:
        super().__init__(id="result")
        self._terminal = terminal
        self._path = ""

    def compose(self) -> ComposeResult:
        """Lay out picture, sentence and the two lines under them."""
        set_title(self, "Picture")
        yield PictureView(self._terminal, placeholder="")
        yield PlainStatic(FIRST_STEPS, classes="sentence")
        yield PlainStatic("", classes="path")
        yield PlainStatic("", classes="facts")

    def show_picture(self, job: Job, path: Path, picture: Picture | None, *, shared: bool) -> None:
        """Show the picture at `path`, with what the journal knows of it.

        Args:
            job: that made it.
            path: absolute.
            picture: its row in the journal.
            shared: whether several profiles are in use, so that it is said whose it is.
        """
        self._say("", job.title)
        self.query_one(PictureView).path = path
        self._path = str(path)
        self._under(tail(self._path, self.content_size.width), facts(job, picture, shared=shared))

    def show_input(self, path: Path | None, title: str, words: str) -> None:
        """Show a picture that goes into a request, or else words about it.

        Args:
            path: absolute; None where there is nothing to be seen.
            title: which one it is.
            words: what it is, or why it cannot be shown.
        """
        self._say("" if path is not None else words, title)
        if path is not None:
            self.query_one(PictureView).path = path
            self._path = str(path)
            self._under(tail(self._path, self.content_size.width), words)

    def on_resize(self) -> None:
        """Show as much of the path as fits."""
        self.query_one(".path", PlainStatic).show(tail(self._path, self.content_size.width), layout=False)

    def show_job(self, job: Job, *, shared: bool) -> None:
        """Say how things stand with a job that has no picture, and whose it is where it may be another's."""
        self._say(job_sentence(job, shared=shared), job.title)

    def show_nothing(self, fault: str = "") -> None:
        """Say why nothing can be generated, or else what to do first."""
        self._say(f"✗ {fault}" if fault else FIRST_STEPS)

    def _say(self, sentence: str, title: str = "Picture") -> None:
        set_title(self, title)
        self.set_class(not sentence, "-with-picture")
        self.query_one(".sentence", PlainStatic).show(sentence)
        if sentence:
            self._path = ""
            self._under("", "")
            self.query_one(PictureView).path = None

    def _under(self, path: str, about: str) -> None:
        self.query_one(".path", PlainStatic).show(path, layout=False)
        self.query_one(".facts", PlainStatic).show(about, layout=False)


def job_sentence(job: Job, *, shared: bool = False) -> str:
    """Return what is to be said about a job without a picture, and whose it is where `shared`."""
    if job.is_active:
        return "\n\n".join(_progress_of(job, shared=shared))
    if job.state is JobState.CANCELLED:
        return f"Cancelled.\n\n{AGAIN}"
    if job.state is JobState.DONE:
        return f"The picture of this job was deleted.\n\n{AGAIN}"
    reason = job.error or "F6 Jobs has its story."
    return f"✗ {job.error_title or job.state.value.capitalize()}\n\n{reason}\n\n{AGAIN}"


def _progress_of(job: Job, *, shared: bool) -> Iterator[str]:
    """Yield the state of an active job, what its service says, and what became of a wish to cancel it."""
    yield state_text(job) + (f" · {job.profile}" if shared else "")
    if job.remote_status and job.remote_status.casefold() != job.state:
        yield job.remote_status
    if job.error:
        yield job.error
    if again := next_try_text(job, job.updated_at):
        yield again[0].upper() + again[1:] + "."
    if job.cancel_asked_at is not None:
        yield f"To be cancelled: {job.cancel_answer or 'the service is being asked'}."


def facts(job: Job, picture: Picture | None, *, shared: bool = False) -> str:
    """Return `'1024×768 · $0.07 · Lumi'`, and the profile where `shared`; the seed stands in the queue."""
    size = f"{picture.width}×{picture.height}" if picture is not None else ""
    parts = (size, show_credits(job.credits), job.finetune_name, job.profile if shared else "")
    return " · ".join(part for part in parts if part)


def tail(text: str, cells: int) -> str:
    """Return the end of a path that fits into some cells, with an ellipsis where something is left out."""
    safe = shown_text(text)
    return safe if len(safe) <= cells or cells < 2 else "…" + safe[-(cells - 1) :]
