"""The line of a picture: what is known of it, and how it is changed."""

from __future__ import annotations

from fluxtui.app.state import StatefulApp
from fluxtui.controllers.generation.picture_inputs import (
    LineChange,
    LineState,
    MovePicture,
    NamePicture,
    ShowPicture,
    TakeOutPicture,
)
from fluxtui.domain.picture_fields import SOURCE
from fluxtui.domain.text import is_web_address
from fluxtui.screens.view.screen import show_picture
from fluxtui.widgets.parameter_form import ParameterForm
from fluxtui.widgets.parameter_form.path_controls import PictureInput, PicturesControl


def state_of(line: PictureInput, form: ParameterForm) -> LineState:
    """Return what is known of a line of a form."""
    known = line.found
    source = str(form.values.get(SOURCE) or "")
    picture = form.picture_note(SOURCE)
    looks = (known.look if known else None, picture.look if picture else None)
    sizes = {(look.width, look.height) for look in looks if look is not None}
    lines = line.parent.lines if isinstance(line.parent, PicturesControl) else []
    return LineState(
        line.field,
        line.value.strip(),
        source=source if source and not is_web_address(source) else "",
        misfits=len(sizes) > 1,
        place=lines.index(line) if line in lines else -1,
        filled=sum(bool(item.value.strip()) for item in lines),
    )


async def change_line(app: StatefulApp, line: PictureInput, change: LineChange) -> None:
    """Change a line, unless the user left or the line is gone."""
    if not line.is_attached:
        return
    match change:
        case NamePicture(path):
            line.show(path)
            line.cursor_position = len(line.value)
            line.focus()
        case MovePicture(by):
            line.focus()
            if isinstance(line.parent, PicturesControl):
                line.parent.action_shift(by)
        case ShowPicture(path):
            show_picture(app, path, line.field.title)
        case TakeOutPicture() if isinstance(line.parent, PicturesControl):
            await line.parent.take_out(line)
        case TakeOutPicture():
            line.show("")
