"""How a picture lies in its file, and what makes it upright."""

from __future__ import annotations

from PIL import Image

from fluxtui.imaging.opening import DECODER_FAULTS

_ORIENTATION_TAG = 0x0112
_GPS_TAG = 0x8825
_ON_ITS_SIDE = frozenset({5, 6, 7, 8})
_TRANSPOSITIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes a picture upright, by the EXIF orientation."""

_XMP_KEYS = ("xmp", "XML:com.adobe.xmp")


def orientation_of(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 to 8, by which an open picture's pixels are still to be turned.

    Pillow turns a TIFF itself when it decodes it, and libheif a HEIC by its own boxes, which alone count
    there; metadata then says what was done already. Metadata that cannot be read turns nothing.
    """
    return 1 if image.format in {"TIFF", "HEIF"} else _told(image)


def is_turned(image: Image.Image) -> bool:
    """Tell whether a picture that is not decoded yet lies otherwise in its file than it is seen."""
    return _told(image) != 1


def upright_size(image: Image.Image) -> tuple[int, int]:
    """Return width and height of an open picture as it is seen."""
    width, height = image.size
    return (height, width) if is_on_its_side(orientation_of(image)) else (width, height)


def is_on_its_side(orientation: int) -> bool:
    """Tell whether an EXIF orientation changes width and height."""
    return orientation in _ON_ITS_SIDE


def transposed(image: Image.Image, orientation: int) -> Image.Image:
    """Return a picture turned and mirrored by an EXIF orientation; itself where that does nothing."""
    how = _TRANSPOSITIONS.get(orientation)
    return image if how is None else image.transpose(how)


def tells_place(image: Image.Image) -> bool:
    """Tell whether the metadata of a picture say where it was taken, or cannot be read so that they may."""
    told = [image.info.get(key) for key in _XMP_KEYS]
    if any(b"GPS" in (text.encode() if isinstance(text, str) else bytes(text or b"")) for text in told):
        return True
    try:
        return _GPS_TAG in image.getexif()
    except DECODER_FAULTS:
        return True


def _told(image: Image.Image) -> int:
    try:
        told = image.getexif().get(_ORIENTATION_TAG, 1)
    except DECODER_FAULTS:
        return 1
    return told if isinstance(told, int) and 1 <= told <= 8 else 1
