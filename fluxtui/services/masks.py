"""Masks: drawn, taken from a picture's transparency, scaled, inverted; kept as PNG among the inputs.

White is changed and black stays, at every service that takes one. Everything here decodes pictures: call it
in a thread.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from fluxtui.domain.errors import PictureError
from fluxtui.domain.masks import MaskDrawing
from fluxtui.services.picture_inputs import read_picture
from fluxtui.services.storage import StorageService

if TYPE_CHECKING:
    from PIL import Image

_DRAWING = "FluxTUI mask"
"""The text chunk of a PNG that holds the drawing, so that it can be changed later."""
_MOST_TEXT = 200_000


class MaskService:
    """Makes masks and keeps them, once for each content.

    Every method raises `PictureError` where a picture cannot be used, with a reason to stand after its name,
    and `StorageError` where the mask cannot be kept.
    """

    def __init__(self, storage: StorageService) -> None:
        self._storage = storage

    def draw(self, drawing: MaskDrawing, picture: Path) -> Path:
        """Return the mask of a drawing over a picture, as large as that."""
        return self._keep(drawn(drawing, _size_of(picture)), drawing)

    def from_transparency(self, picture: Path) -> Path:
        """Return a mask of what is transparent in a picture."""
        from PIL import ImageChops

        from fluxtui.imaging.colours import alpha_of

        with _upright(picture) as image:
            if not image.has_transparency_data:
                raise PictureError("has no transparency that a mask could be made of")
            alpha = alpha_of(image)
        if alpha.getextrema()[0] == 255:
            raise PictureError("has no transparent part, so that nothing would be changed")
        return self._keep(ImageChops.invert(alpha))

    def scaled(self, mask: Path, picture: Path) -> Path:
        """Return a mask scaled to the size of a picture."""
        from PIL import Image

        size = _size_of(picture)
        with _upright(mask) as grey:
            return self._keep(grey.convert("L").resize(size, Image.Resampling.BILINEAR))

    def inverted(self, mask: Path) -> Path:
        """Return a mask whose white is black; a drawing stays one."""
        from PIL import ImageChops

        drawing = self.drawing_of(mask)
        other = drawing.model_copy(update={"inverted": not drawing.inverted}) if drawing is not None else None
        with _upright(mask) as image:
            return self._keep(ImageChops.invert(image.convert("L")), other)

    def drawing_of(self, mask: Path) -> MaskDrawing | None:
        """Return the drawing that a mask was made of, None where it comes from elsewhere."""
        with _upright(mask) as image:
            text = image.info.get(_DRAWING)
        if not isinstance(text, str) or len(text) > _MOST_TEXT:
            return None
        try:
            return MaskDrawing.model_validate_json(text)
        except ValidationError:
            return None

    def _keep(self, mask: Image.Image, drawing: MaskDrawing | None = None) -> Path:
        from PIL.PngImagePlugin import PngInfo

        notes = PngInfo()
        if drawing is not None:
            notes.add_text(_DRAWING, drawing.model_dump_json())
        target = io.BytesIO()
        mask.info.clear()
        mask.save(target, "PNG", pnginfo=notes, optimize=True)
        return self._storage.keep_input(target.getvalue(), "png")


def drawn(drawing: MaskDrawing, size: tuple[int, int]) -> Image.Image:
    """Return a drawing as a grey picture of a size in pixels."""
    from PIL import Image, ImageChops, ImageFilter

    mask = Image.new("L", size, 0)
    for box in drawing.boxes:
        mask.paste(255, box.box(*size))
    if drawing.feather:
        mask = mask.filter(ImageFilter.GaussianBlur(drawing.feather / 2))
    return ImageChops.invert(mask) if drawing.inverted else mask


def _size_of(path: Path) -> tuple[int, int]:
    """Return width and height of a picture as it is seen. Raises `PictureError`."""
    from fluxtui.imaging.opening import opened
    from fluxtui.imaging.orientation import upright_size

    with opened(read_picture(path)) as image:
        return upright_size(image)


def _upright(path: Path) -> Image.Image:
    """Return a decoded picture as it is seen. Raises `PictureError`."""
    from fluxtui.imaging.opening import opened
    from fluxtui.imaging.orientation import orientation_of, transposed

    with opened(read_picture(path)) as image:
        image.load()
        upright = transposed(image, orientation_of(image))
        # The file behind an open picture is closed soon.
        return upright.copy() if upright is image else upright
