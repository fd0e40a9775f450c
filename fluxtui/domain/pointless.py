"""Orders that would be paid for and change nothing, as far as request and pictures show it.

What the parameters alone show stands in the description of the endpoint; here is what shows only together
with the pictures. Pure functions: whoever reads the files hands in what they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fluxtui.domain.endpoint import Endpoint, PictureRole
from fluxtui.domain.errors import Problem
from fluxtui.domain.picture_fields import mask_field, source_field


@dataclass(frozen=True)
class PictureFacts:
    """What counts of a picture in a request.

    Attributes:
        width: pixels, upright, as it is sent.
        height: the same.
        marks: whether it says that anything is to be changed: for a mask anything white, for another picture
            anything that can be seen through; None where it was not looked at.
    """

    width: int
    height: int
    marks: bool | None = None


def marking_field(request: Endpoint) -> str | None:
    """Return the field of the picture that says what is changed, whose pixels have to be looked at for that.

    That is the mask, or where it is left out, the picture to be filled. None where neither is asked for.
    """
    mask, source, given = mask_field(type(request)), source_field(type(request)), request.given()
    if mask is None:
        return None
    if given.get(mask.name):
        return mask.name
    filled = source is not None and source.role is PictureRole.FILL and bool(given.get(source.name))
    return source.name if filled and source is not None else None


def pointless(request: Endpoint, pictures: Mapping[str, PictureFacts]) -> tuple[Problem, ...]:
    """Return why an order would change nothing, each reason as a sentence at a field; empty where it does.

    Args:
        request: validated.
        pictures: what its pictures are, by field; those that are not known are left out.
    """
    mask, source = mask_field(type(request)), source_field(type(request))
    named = marking_field(request)
    marking = pictures.get(named) if named is not None else None
    problems = list(request.idle_with({name: (item.width, item.height) for name, item in pictures.items()}))
    if mask is None or source is None or marking is None or marking.marks is not False:
        return tuple(problems)
    if named == mask.name:
        reason = f"{mask.title} is black all over: nothing would be changed; paint white what is meant"
    else:
        reason = f"{mask.title} is needed: without one, nothing of this picture is marked to be changed"
    return (*problems, Problem(mask.name, reason, whole=True))
