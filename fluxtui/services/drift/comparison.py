"""What differs between the description of an endpoint and what its service publishes.

It is compared by what would be sent: the bodies of valid requests, one field after another at its bounds. So
the names and shapes on the wire come from where orders come from, and nothing is said twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from fluxtui.domain.endpoint import Control, Endpoint, Field
from fluxtui.providers.published import (
    PublishedEndpoint,
    PublishedField,
    Schema,
    field_of,
    is_closed,
    items_of,
    properties_of,
)
from fluxtui.services.drift.samples import least_request, samples_of
from fluxtui.system.dataclass import dataclass

Body = Mapping[str, Any]
WireBody = Callable[[Endpoint], Body]
_ABSENT = object()
_LARGEST_SHOWN = 10**60
"""A whole number beyond this is cut as any long value is: what a service publishes may have any length."""


class Kind(StrEnum):
    """What a difference means for the user."""

    REFUSED = "refused"
    """A request that we call valid would be refused, or taken otherwise than meant."""
    UNKNOWN = "unknown"
    """A field is sent that is not published."""
    DEFAULT = "default"
    """Another value is taken where nothing is chosen."""
    NARROWER = "narrower"
    """The service takes more than is offered here."""
    NOT_OFFERED = "not offered"
    """The service has a field that is not offered here."""
    UNPUBLISHED = "unpublished"
    """Nothing is published of the endpoint, or not any more."""


@dataclass(frozen=True, order=True)
class Difference:
    """One difference: where it is, and in words what is here and what is there."""

    endpoint: str
    place: str
    kind: Kind
    words: str

    def sentence(self) -> str:
        """Return it for people."""
        place = f" {self.place}" if self.place else ""
        return f"{self.endpoint}{place}: {self.words}"


def differences(
    endpoint: type[Endpoint], published: PublishedEndpoint, body_of: WireBody
) -> tuple[Difference, ...]:
    """Return what differs, each once, in order.

    Args:
        endpoint: as it is described here.
        published: what its service says of it.
        body_of: makes the body that is sent of a valid request.
    """
    compared = _Comparison(endpoint.info.id, published.schema)
    compared.body(flat(body_of(least_request(endpoint))))
    for sample in samples_of(endpoint):
        body, beside = flat(body_of(sample.request)), flat(body_of(sample.beside))
        changed = tuple(place for place, value in body.items() if beside.get(place, _ABSENT) != value)
        compared.body(body, changed)
        if len(changed) == 1:
            compared.field(sample.field, changed[0])
    compared.rest()
    return tuple(sorted(compared.found))


def flat(body: Any, place: str = "") -> dict[str, Any]:
    """Return the values of a body by where they stand: `size.width`, `loras[].scale`; lists among them."""
    found: dict[str, Any] = {} if isinstance(body, Mapping) else {place: body}
    if isinstance(body, Mapping):
        for name, value in body.items():
            found |= flat(value, f"{place}.{name}" if place else str(name))
    elif isinstance(body, list | tuple):
        for value in body:
            found |= flat(value, f"{place}[]")
    return found


class _Comparison:
    """Collects the differences of one endpoint."""

    def __init__(self, endpoint: str, schema: Schema) -> None:
        self.found: set[Difference] = set()
        self._endpoint, self._schema = endpoint, schema
        self._used: set[str] = set()

    def _tell(self, place: str, kind: Kind, words: str) -> None:
        self.found.add(Difference(self._endpoint, place, kind, words))

    def body(self, body: Mapping[str, Any], changed: tuple[str, ...] = ()) -> None:
        """Compare what is sent; `changed` are the places to look at, all where there are none."""
        self._used |= {place.split(".")[0].partition("[")[0] for place in body}
        for place in changed or body:
            schema = at(self._schema, place)
            if schema is None:
                self._unknown(place)
                continue
            reason = field_of(schema).refuses(body[place])
            if reason:
                self._tell(
                    place, Kind.REFUSED, f"{shown(body[place])} may be chosen here, but {reason} there"
                )
        for name in self._schema.get("required", ()):
            if name not in body:
                self._tell(name, Kind.REFUSED, "is needed there and not always sent")

    def _unknown(self, place: str) -> None:
        if is_closed(self._schema):
            self._tell(place, Kind.REFUSED, "is sent, but the service refuses fields that it does not know")
        else:
            self._tell(place, Kind.UNKNOWN, "is sent, but not published")

    def field(self, ours: Field, place: str) -> None:
        """Compare default, bounds and choices of a field that stands at one place of the body."""
        schema = at(self._schema, place)
        if schema is None or ours.control in (Control.PICTURE, Control.PICTURES, Control.FINETUNE):
            return
        theirs = field_of(schema)
        if ours.default is not None and theirs.default is not None and ours.default != theirs.default:
            self._tell(
                place,
                Kind.DEFAULT,
                f"{shown(ours.default)} unless chosen here, {shown(theirs.default)} there",
            )
        if ours.control in (Control.INTEGER, Control.NUMBER):
            self._bounds(ours, theirs, place)
        if ours.choices and theirs.choices is not None:
            lacking = [value for value in theirs.choices if str(value) not in ours.choices]
            if lacking:
                self._tell(place, Kind.NARROWER, f"{', '.join(map(shown, lacking))} can be chosen only there")

    def _bounds(self, ours: Field, theirs: PublishedField, place: str) -> None:
        low, high = theirs.minimum, theirs.maximum
        if low is None and high is None:
            # Not every source tells bounds; what is refused all the same is seen only at the service.
            return
        narrower = (ours.minimum is not None and (low is None or ours.minimum > low)) or (
            ours.maximum is not None and (high is None or ours.maximum < high)
        )
        if narrower:
            here, there = _range(ours.minimum, ours.maximum), _range(low, high)
            self._tell(place, Kind.NARROWER, f"{here} here, {there} there")

    def rest(self) -> None:
        """Tell the fields that no request of ours ever has."""
        for name in properties_of(self._schema):
            if name not in self._used:
                self._tell(name, Kind.NOT_OFFERED, "can be given only there")


def at(schema: Schema, place: str) -> Schema | None:
    """Return what is published of a place in the body (as in `flat`), None where nothing is."""
    found: Schema | None = schema
    for part in place.split("."):
        name, *lists = part.split("[]")
        found = properties_of(found).get(name) if found is not None else None
        for _ in lists:
            found = items_of(found) if found is not None else None
    return found


def shown(value: Any) -> str:
    """Return a value for people."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float) or (isinstance(value, int) and abs(value) < _LARGEST_SHOWN):
        return f"{value:.10g}"
    return repr(value)[:60]


def _range(low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return "any number"
    if low is None:
        return f"at most {high:.10g}"
    return f"at least {low:.10g}" if high is None else f"{low:.10g} to {high:.10g}"
