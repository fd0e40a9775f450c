"""Ways to name a picture in its line: a file, a result, a mask that is drawn or made."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from fluxtui.controllers.generation.news import News
from fluxtui.controllers.host import Host
from fluxtui.controllers.questions import Choice, Question, Selection
from fluxtui.domain.endpoint import Field, PictureRole
from fluxtui.domain.errors import PictureError
from fluxtui.domain.jobs import Job, JobKind
from fluxtui.domain.text import is_web_address, safe_text, shorten
from fluxtui.services.masks import MaskService
from fluxtui.services.picture_inputs import picture_path
from fluxtui.system.dataclass import dataclass

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


@dataclass(frozen=True)
class PictureFileQuestion(Question[Path]):
    """Which file holds the picture; `start` is where to begin looking."""

    start: Path


@dataclass(frozen=True)
class MaskQuestion(Question[Path | None]):
    """A mask over a picture; `mask` is one to go on with, where there is one. The answer is its file."""

    picture: Path
    mask: Path | None = None


@dataclass(frozen=True)
class NamePicture:
    """The line is to name this picture."""

    path: str


@dataclass(frozen=True)
class MovePicture:
    """The picture is to go up or down in its list."""

    by: int


@dataclass(frozen=True)
class ShowPicture:
    """The picture is to be shown in the whole terminal."""

    path: Path


@dataclass(frozen=True)
class TakeOutPicture:
    """The line is to name no picture."""


LineChange = NamePicture | MovePicture | ShowPicture | TakeOutPicture

UNSHOWABLE = "The name of that file holds characters that cannot be shown; please rename it."


class PictureInputs:
    """Asks how a line is to be filled, and finds or makes what it is to name."""

    def __init__(self, host: Host, news: News) -> None:
        """Args:
        host: is asked, and has the pictures that were made.
        news: where it is said why something cannot be had.
        """
        self._host = host
        self._news = news

    async def fill(self, state: LineState) -> LineChange | None:
        """Ask what is to be done in a line, and return what is to become of it, None for nothing."""
        way = await self._host.ask(Selection(state.field.title, ways(state)))
        match way:
            case "earlier" | "later":
                return MovePicture(-1 if way == "earlier" else 1)
            case "large":
                path = path_in(state.value)
                return ShowPicture(path) if path is not None else None
            case "remove":
                return TakeOutPicture()
            case None:
                return None
        return self._named(await self._found(way, state))

    async def _found(self, way: str, state: LineState) -> Path | None:
        source, present = path_in(state.source), path_in(state.value)
        match way:
            case "file":
                return await self._host.ask(PictureFileQuestion(present or Path.home()))
            case "own":
                return await self._own()
            case "draw" if source is not None:
                return await self._host.ask(MaskQuestion(source, present))
            case "transparency" | "scale" | "invert":
                return await self._made(way, source, present)
        return None

    async def _own(self) -> Path | None:
        offered = own_pictures(self._host.jobs)
        if not offered:
            self._news.say("There is no picture of yours yet.", "warning")
            return None
        chosen = await self._host.ask(Selection("Your pictures", offered))
        return self._host.services.storage.inside(chosen) if chosen is not None else None

    async def _made(self, way: str, source: Path | None, mask: Path | None) -> Path | None:
        """Return a mask that is made of a picture or of another mask."""
        masks = MaskService(self._host.services.storage)
        work: Callable[[], Path]
        if way == "transparency" and source is not None:
            work, subject = (lambda: masks.from_transparency(source)), source
        elif way == "scale" and source is not None and mask is not None:
            work, subject = (lambda: masks.scaled(mask, source)), mask
        elif way == "invert" and mask is not None:
            work, subject = (lambda: masks.inverted(mask)), mask
        else:
            return None
        try:
            return await asyncio.to_thread(work)
        except PictureError as error:
            self._news.say(f"{safe_text(subject.name, limit=80)} {error.message}.", "warning")
            return None

    def _named(self, path: Path | None) -> NamePicture | None:
        if path is not None and safe_text(path) != str(path):
            self._news.say(UNSHOWABLE, "warning")
            return None
        return NamePicture(str(path)) if path is not None else None


def path_in(text: str) -> Path | None:
    """Return the path that a text names, None for nothing, an address or a home that cannot be found."""
    if not text.strip() or is_web_address(text):
        return None
    try:
        return picture_path(text)
    except PictureError:
        return None
