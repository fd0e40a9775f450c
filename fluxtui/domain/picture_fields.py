"""The picture fields of endpoints: what each can be used for, and how a form shows them. Pure functions.

Services name the same thing differently: eight fields for eight references or one list, `image` here and
`input_image` there. A form shows one list of references and one source under names of our own, so that what
was entered is kept when another endpoint is chosen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from fluxtui.domain.endpoint import Availability, Control, Endpoint, Field, PictureRole, fields_of
from fluxtui.domain.errors import Problem
from fluxtui.domain.uses import Offer
from fluxtui.system.dataclass import dataclass

REFERENCES = "references"
"""The form's name for all pictures to edit or to take from, as a list."""

SOURCE = "image"
"""The form's name for the picture that an edit works on."""

EDITS = frozenset(
    {
        PictureRole.FILL,
        PictureRole.EXPAND,
        PictureRole.OUTPAINT,
        PictureRole.ERASE,
        PictureRole.DEBLUR,
        PictureRole.VARY,
        PictureRole.UPSCALE,
    }
)
"""The roles of a picture that is itself changed."""

USES: Mapping[PictureRole, str] = {
    PictureRole.REFERENCE: "as a reference, edited by words",
    PictureRole.IMAGE_PROMPT: "as an image prompt",
    PictureRole.FILL: "to fill a part anew",
    PictureRole.EXPAND: "to expand beyond its edges",
    PictureRole.OUTPAINT: "to outpaint on a larger canvas",
    PictureRole.ERASE: "to erase something",
    PictureRole.DEBLUR: "to deblur",
    PictureRole.VARY: "to vary",
    PictureRole.UPSCALE: "to upscale",
    PictureRole.CONTROL: "as a control picture",
}
"""What a picture can be used for, in words, in the order in which it is offered."""

_PICTURES = frozenset({Control.PICTURE, Control.PICTURES})


def field_with(endpoint: type[Endpoint], *roles: PictureRole) -> Field | None:
    """Return the first field of an endpoint whose picture has one of some roles, None where there is none."""
    return next((item for item in fields_of(endpoint) if item.role in roles), None)


def source_field(endpoint: type[Endpoint]) -> Field | None:
    """Return the field of the picture that is itself changed."""
    return field_with(endpoint, *EDITS)


def mask_field(endpoint: type[Endpoint]) -> Field | None:
    """Return the field of the mask."""
    return field_with(endpoint, PictureRole.MASK)


def uses_at(endpoint: type[Endpoint]) -> tuple[PictureRole, ...]:
    """Return what an endpoint can use a picture for, in the order of `USES`.

    What varies a picture fills a part of it where it takes a mask as well.
    """
    roles = {item.role for item in fields_of(endpoint) if item.control in _PICTURES}
    if {PictureRole.VARY, PictureRole.MASK} <= roles:
        roles.add(PictureRole.FILL)
    return tuple(use for use in USES if use in roles)


@dataclass(frozen=True)
class PictureUse:
    """Something that a picture can be used for, at an endpoint of a profile."""

    role: PictureRole
    offer: Offer


def uses_of_picture(offers: Iterable[Offer]) -> tuple[PictureUse, ...]:
    """Return what a picture can be used for at some offers: in the order of `USES`, those that ended last,
    and those that need a finetune after those that need none.
    """
    every = [PictureUse(role, offer) for offer in offers for role in uses_at(offer.endpoint)]
    order = list(USES)

    def rank(use: PictureUse) -> tuple[int, bool, bool]:
        endpoint = use.offer.endpoint
        ended = endpoint.info.availability is Availability.HISTORIC
        return order.index(use.role), ended, endpoint.takes_finetune()

    return tuple(sorted(every, key=rank))


@dataclass(frozen=True)
class FormFields:
    """The fields of an endpoint as a form shows them, and the way between its values and those of a request.

    Attributes:
        fields: in the order of the endpoint; the references are one list.
        references: the endpoint's own names of the references, in order; a single one may be a list itself.
        is_list: whether the endpoint takes the references as a list.
        source: the endpoint's own name of the source, or `''`.
    """

    fields: tuple[Field, ...]
    references: tuple[str, ...] = ()
    is_list: bool = False
    source: str = ""

    def shown_name(self, name: str) -> str:
        """Return the form's name for a field of the endpoint."""
        if name in self.references:
            return REFERENCES
        return SOURCE if name == self.source else name

    def to_request(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of a form under the endpoint's own names; `too_many` names what has no place."""
        rest = {name: value for name, value in values.items() if name not in {REFERENCES, SOURCE}}
        if self.source:
            rest[self.source] = values.get(SOURCE)
        elif SOURCE in values and any(item.name == SOURCE for item in self.fields):
            rest[SOURCE] = values[SOURCE]
        pictures = list(values.get(REFERENCES) or ())
        if self.is_list:
            rest[self.references[0]] = pictures or None
        else:
            rest.update(zip(self.references, [*pictures, *[None] * len(self.references)], strict=False))
        return rest

    def from_request(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of a request or a recipe under the form's names."""
        own = {*self.references, REFERENCES, *((self.source, SOURCE) if self.source else ())}
        shown = {name: value for name, value in values.items() if name not in own}
        if self.source and self.source in values:
            shown[SOURCE] = values[self.source]
        found: list[Any] = []
        for name in self.references:
            value = values.get(name)
            found += value if isinstance(value, list | tuple) else [value] if value else []
        if found:
            shown[REFERENCES] = found
        return shown

    def too_many(self, values: Mapping[str, Any]) -> Problem | None:
        """Return the problem of more references than the endpoint has places for, None where they fit."""
        given, most = len(values.get(REFERENCES) or ()), len(self.references)
        if self.is_list or not self.references or given <= most:
            return None
        taken = "one picture" if most == 1 else f"{most} pictures"
        return Problem(REFERENCES, f"This endpoint takes {taken}, and there are {given}", whole=True)

    def shown(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """Return problems at the fields of the form."""
        return tuple(replace(problem, field=self.shown_name(problem.field)) for problem in problems)


def form_fields(endpoint: type[Endpoint]) -> FormFields:
    """Return the fields of an endpoint as a form shows them."""
    known = _FORM_FIELDS.get(endpoint)
    if known is None:
        known = _FORM_FIELDS[endpoint] = _made(endpoint)
    return known


_FORM_FIELDS: dict[type[Endpoint], FormFields] = {}


def _made(endpoint: type[Endpoint]) -> FormFields:
    own = fields_of(endpoint)
    references = [item for item in own if item.role is PictureRole.REFERENCE]
    source = source_field(endpoint)
    shown: list[Field] = []
    for item in own:
        if item.role is PictureRole.REFERENCE:
            if item is references[0]:
                shown.append(_as_list(references))
        else:
            shown.append(replace(item, name=SOURCE) if item is source else item)
    return FormFields(
        tuple(shown),
        tuple(item.name for item in references),
        is_list=bool(references) and references[0].control is Control.PICTURES,
        source=source.name if source is not None and source.name != SOURCE else "",
    )


def _as_list(references: list[Field]) -> Field:
    first = references[0]
    if first.control is Control.PICTURES:
        return replace(first, name=REFERENCES)
    most = len(references)
    if most == 1:
        return replace(first, name=REFERENCES, control=Control.PICTURES, max_length=1)
    return replace(
        first,
        name=REFERENCES,
        title="Input pictures",
        help=f"Up to {most} pictures to edit or to take from; the prompt can speak of them as picture 1, "
        "picture 2 and so on.",
        control=Control.PICTURES,
        max_length=most,
    )
