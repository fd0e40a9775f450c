"""What the generate place does about pictures: previews, ways to fill a line, masks, uses of a result."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from textual.binding import Binding, BindingType

from fluxtui.app.state import guarded
from fluxtui.controllers.generation.picture_inputs import LineState, own_pictures, ways
from fluxtui.domain.errors import PictureError
from fluxtui.domain.jobs import JobState
from fluxtui.domain.picture_fields import SOURCE
from fluxtui.domain.text import is_web_address, safe_text
from fluxtui.screens.generate.base import GeneratePlace
from fluxtui.screens.masking import MaskScreen
from fluxtui.screens.using_pictures import use_picture
from fluxtui.screens.view.opening import show_picture
from fluxtui.services.masks import MaskService
from fluxtui.services.picture_inputs import picture_path
from fluxtui.widgets.dialogs import ChoiceDialog, ask
from fluxtui.widgets.dialogs.base import OPENING_SECONDS
from fluxtui.widgets.parameter_form import ParameterForm
from fluxtui.widgets.parameter_form.path_controls import PictureInput, PicturesControl
from fluxtui.widgets.path_picker import PathPicker
from fluxtui.widgets.paths import PathKind

PICTURE_BINDINGS: tuple[BindingType, ...] = (
    Binding("f12", "use_picture", "Use this picture", id="generate.use_picture", show=False),
)
"""The keys of `PictureKeys`; the place puts them behind its own, so that the footer has those first."""

UNSHOWABLE = "The name of that file holds characters that cannot be shown; please rename it."


class PictureKeys(GeneratePlace):
    """Helps with pictures that go into a request."""

    # The picture with the focus is shown where results are

    def on_picture_input_pointed(self, event: PictureInput.Pointed) -> None:
        """Show the picture of the line with the focus."""
        event.stop()
        line, text = event.line, event.line.value.strip()
        title = line.field.title
        if not text:
            words = "No picture yet.\n\nType a path, or press ↓ for other ways to name one."
            self.results.preview(None, title, words)
        elif is_web_address(text):
            self.results.preview(None, title, "An address: the service fetches the picture itself.")
        elif line.found is not None:
            note = line.found.note
            path = _path_in(text) if note.usable else None
            self.results.preview(path, title, note.text if note.usable else f"✗ {note.text}")

    def on_descendant_focus(self) -> None:
        """Show what came of requests again, once the focus is elsewhere."""
        if not isinstance(self.focused, PictureInput):
            self.results.end_preview()

    # Ways to fill a line

    def on_picture_input_ways_asked(self, event: PictureInput.WaysAsked) -> None:
        """Offer what can be done in a line."""
        event.stop()
        line = event.line
        guarded(self, self._follow_way(line), doing="changing a picture", group="ways", exclusive=True)

    async def _follow_way(self, line: PictureInput) -> None:
        state = self._state_of(line)
        answer = await ask(self.app, ChoiceDialog(line.field.title, ways(state)))
        match answer:
            case "file":
                start = _path_in(line.value) or Path.home()
                picked = await ask(self.app, PathPicker(start, PathKind.PICTURE))
                self._put(line, picked)
            case "own":
                await self._take_own(line)
            case "draw":
                await self._draw(line, state)
            case "transparency" | "scale" | "invert":
                await self._made(line, answer, state)
            case "earlier" | "later":
                line.focus()
                _list_of(line).action_shift(-1 if answer == "earlier" else 1)
            case "large":
                self._look(line)
            case "remove":
                await self._remove(line)

    def _state_of(self, line: PictureInput) -> LineState:
        form = self.query_one(ParameterForm)
        known = line.found
        source = str(form.values.get(SOURCE) or "")
        picture = form.found(SOURCE)
        looks = (known.look if known else None, picture.look if picture else None)
        sizes = {(look.width, look.height) for look in looks if look is not None}
        parent = line.parent
        lines = parent.lines if isinstance(parent, PicturesControl) else []
        return LineState(
            line.field,
            line.value.strip(),
            source=source if source and not is_web_address(source) else "",
            misfits=len(sizes) > 1,
            place=lines.index(line) if line in lines else -1,
            filled=sum(bool(item.value.strip()) for item in lines),
        )

    def _put(self, line: PictureInput, path: Path | str | None) -> None:
        """Name a picture in a line, unless the user left or the line is gone."""
        if path is not None and line.is_attached:
            if safe_text(path) != str(path):
                self._say(
                    "The name of that file holds characters that cannot be shown; please rename it.",
                    "warning",
                )
                return
            line.show(str(path))
            line.cursor_position = len(line.value)
            line.focus()

    async def _take_own(self, line: PictureInput) -> None:
        offered = own_pictures(self.app.jobs)
        if not offered:
            self._say("There is no picture of yours yet.", "warning")
            return
        chosen = await ask(self.app, ChoiceDialog("Your pictures", offered))
        if chosen is not None:
            self._put(line, self.app.services.storage.inside(chosen))

    async def _draw(self, line: PictureInput, state: LineState) -> None:
        picture, mask = _path_in(state.source), _path_in(state.value)
        if picture is None:
            return
        self.app.delay_update(OPENING_SECONDS)
        drawn = await self.app.push_screen_wait(MaskScreen(picture, mask))
        self._put(line, drawn)

    async def _made(self, line: PictureInput, way: str, state: LineState) -> None:
        masks = MaskService(self.app.services.storage)
        source, mask = _path_in(state.source), _path_in(state.value)
        work: Callable[[], Path]
        if way == "transparency" and source is not None:
            work, subject = (lambda: masks.from_transparency(source)), source
        elif way == "scale" and source is not None and mask is not None:
            work, subject = (lambda: masks.scaled(mask, source)), mask
        elif way == "invert" and mask is not None:
            work, subject = (lambda: masks.inverted(mask)), mask
        else:
            return
        try:
            self._put(line, await asyncio.to_thread(work))
        except PictureError as error:
            self._say(f"{safe_text(subject.name, limit=80)} {error.message}.", "warning")

    def _look(self, line: PictureInput) -> None:
        path = _path_in(line.value)
        if path is not None:
            show_picture(self.app, path, line.field.title)

    async def _remove(self, line: PictureInput) -> None:
        if isinstance(line.parent, PicturesControl):
            await line.parent.take_out(line)
        else:
            line.show("")

    # Uses of what came of a request

    def action_use_picture(self) -> None:
        """Ask what the picture that is shown is to be used for."""
        job = self.results.shown
        if job is None or job.state is not JobState.DONE or not job.picture:
            self._say("No picture of yours is shown that could be used.", "warning")
            return
        path = self.app.services.storage.inside(job.picture)
        guarded(self, self._use(path), doing="using a picture", group="use", exclusive=True)

    async def _use(self, path: Path) -> None:
        await use_picture(self.app, path, self._stock.offers)


def _list_of(line: PictureInput) -> PicturesControl:
    if not isinstance(line.parent, PicturesControl):
        raise TypeError("the line stands in no list")
    return line.parent


def _path_in(text: str) -> Path | None:
    """Return the path that a text names, None for nothing, an address or a home that cannot be found."""
    if not text.strip() or is_web_address(text):
        return None
    try:
        return picture_path(text)
    except PictureError:
        return None
