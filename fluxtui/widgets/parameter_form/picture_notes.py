"""What is said beside a picture that a form names: what it is, or why it cannot be sent. For threads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluxtui.domain.endpoint import Field
from fluxtui.domain.errors import PictureError
from fluxtui.domain.text import is_web_address
from fluxtui.system.dataclass import dataclass
from fluxtui.widgets.paths import PathNote

if TYPE_CHECKING:
    from fluxtui.services.picture_inputs import InputPicture

SCALED_BY_KEY = "↓ scales it"
TRANSPARENT_ONLY = "the picture has no transparency: ↓ draws a mask"


@dataclass(frozen=True)
class PictureNote:
    """Words about a picture, whether it can be used, and what it is where that is known.

    Attributes:
        note: what is shown.
        look: what the file is; None for an address and for what cannot be used.
    """

    note: PathNote
    look: InputPicture | None = None


def note_input(text: str, field: Field) -> PictureNote:
    """Look at the picture that a text names and return what is to be said about it; reads the file."""
    if is_web_address(text):
        if not field.urls:
            return PictureNote(PathNote("is an address; this endpoint takes only files", False))
        return PictureNote(PathNote("an address that the service fetches itself", True))
    from fluxtui.services.picture_inputs import look_at, picture_path

    try:
        look = look_at(picture_path(text), field.max_pixels, field.limits)
    except PictureError as error:
        return PictureNote(PathNote(error.message, False))
    return PictureNote(PathNote(look.words(), True), look)


def note_mask(mask: PictureNote | None, source: PictureNote | None, field: Field) -> PathNote | None:
    """Return what is to be said about a mask beside the picture that it is for.

    Args:
        mask: what is known of it, None where none is named.
        source: what is known of the picture, None where none is named.
        field: of the mask.
    """
    look = source.look if source is not None else None
    if mask is None:
        needed = look is not None and not look.transparent and not field.required
        return PathNote(TRANSPARENT_ONLY, True) if needed else None
    if mask.look is None or look is None:
        return mask.note
    from fluxtui.services.validation import mask_misfit

    reason = mask_misfit(mask.look, look)
    return PathNote(f"{reason} · {SCALED_BY_KEY}", False) if reason else mask.note


def note_list(notes: list[PictureNote | None], current: int) -> PathNote | None:
    """Return what is to be said about a list of pictures: faults first, else what the current one is.

    Args:
        notes: by place, None where a line is empty.
        current: the place of the line with the focus; -1 for none.
    """
    given = [(number, note) for number, note in enumerate(notes) if note is not None]
    faults = [f"{number + 1}: {note.note.text}" for number, note in given if not note.note.usable]
    if faults:
        return PathNote(" · ".join(faults), False)
    if not given:
        return None
    number, note = next((item for item in given if item[0] == current), given[-1])
    return PathNote(f"{number + 1} of {len(given)}: {note.note.text}", True)
