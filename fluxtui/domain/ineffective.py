"""Orders that would be paid for and change nothing, as far as request and pictures show it.

What the parameters alone show stands in the description of the endpoint; here is what shows only together
with the pictures. Pure functions: whoever reads the files hands in what they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fluxtui.domain.endpoint import Endpoint
from fluxtui.domain.errors import Problem
from fluxtui.domain.picture_fields import mask_field


@dataclass(frozen=True)
class RequestPicture:
    """What counts of a picture in a request.

    Attributes:
        width: pixels, upright, as it is sent.
        height: the same.
        is_black: whether it is black all over; None where that was not looked at, as it is only for a mask.
    """

    width: int
    height: int
    is_black: bool | None = None


def ineffective(request: Endpoint, pictures: Mapping[str, RequestPicture]) -> tuple[Problem, ...]:
    """Return why an order would change nothing, each reason as a sentence at a field; empty where it does.

    Args:
        request: validated.
        pictures: what its pictures are, by field; those that are not known are left out.
    """
    problems = request.idle_with({name: (item.width, item.height) for name, item in pictures.items()})
    mask = mask_field(type(request))
    if mask is None or mask.name not in pictures or not pictures[mask.name].is_black:
        return problems
    reason = f"{mask.title} is black all over: nothing would be changed; paint white what is meant"
    return (*problems, Problem(mask.name, reason, whole=True))
