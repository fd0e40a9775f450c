"""What the EXIF block and the XMP packet of a picture say together, whatever file they stand in."""

from __future__ import annotations

from fluxtui.services.recipes import exif, xmp
from fluxtui.services.recipes.file_segments import Metadata


def metadata_of(block: bytes | None, packet: bytes | None) -> Metadata:
    """Return what both say; the user comment of EXIF counts before that of XMP.

    Args:
        block: of EXIF, None where there is none.
        packet: of XMP, None where there is none.
    """
    comment = None if block is None else exif.comment_of(block)
    if not comment and packet is not None:
        comment = xmp.comment_of(packet)
    return Metadata(
        comment,
        None if packet is None else xmp.recipe_of(packet),
        {} if block is None else exif.others_of(block),
    )
