"""What can be done in the line of a picture, in words. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fluxtui.domain.endpoint import Field, PictureRole
from fluxtui.domain.jobs import Job, JobKind
from fluxtui.domain.text import shorten
from fluxtui.widgets.dialogs import Choice

TITLE_CELLS = 40
MOST_OFFERED = 500


@dataclass(frozen=True)
class LineState:
    """What is known of a line when its ways are asked for.

    Attributes:
        field: the field of the form.
        value: what stands in the line.
        source: the picture that a mask is for, `''` where there is none.
        misfits: whether the mask is not as large as its picture.
        place: of the line in its list, -1 where it stands alone.
        filled: how many lines of the list hold something.
    """

    field: Field
    value: str
    source: str = ""
    misfits: bool = False
    place: int = -1
    filled: int = 0


def ways(state: LineState) -> tuple[Choice, ...]:
    """Return what can be done in a line, what is most likely first."""
    return tuple(_ways(state))


def _ways(state: LineState) -> Iterator[Choice]:
    if state.field.role is PictureRole.MASK:
        yield from _ways_of_mask(state)
    yield Choice("file", "Choose a file", "walk through the disk")
    yield Choice("own", "Take one of your pictures", "from all that you made")
    if state.place >= 0 and state.value:
        if state.place > 0:
            yield Choice("earlier", "Move it up", "shift+up")
        if state.place < state.filled - 1:
            yield Choice("later", "Move it down", "shift+down")
    if state.value:
        yield Choice("large", "Look at it", "in the whole terminal")
        yield Choice("remove", "Take it out")


def _ways_of_mask(state: LineState) -> Iterator[Choice]:
    if state.value and state.misfits:
        yield Choice("scale", "Scale it to the size of the picture")
    if state.source:
        again = "go on with this mask, if it was drawn here" if state.value else "by keys, over the picture"
        yield Choice("draw", "Draw rectangles", again)
        yield Choice("transparency", "Take what is transparent in the picture")
    if state.value:
        yield Choice("invert", "Invert it", "white becomes black")


def own_pictures(jobs: Sequence[Job]) -> tuple[Choice, ...]:
    """Return the pictures that were made, newest first, by their paths in the data directory."""
    made = [job for job in jobs if job.kind is JobKind.GENERATION and job.picture]
    made.sort(key=lambda job: job.finished_at or job.updated_at, reverse=True)
    return tuple(
        Choice(str(job.picture), shorten(job.title, TITLE_CELLS), _about(job)) for job in made[:MOST_OFFERED]
    )


def _about(job: Job) -> str:
    when = (job.finished_at or job.updated_at).astimezone().strftime("%b %d %H:%M")
    seed = f"seed {job.seed}" if job.seed is not None else ""
    return " · ".join(part for part in (when, seed) if part)
