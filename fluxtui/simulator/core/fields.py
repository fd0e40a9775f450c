"""What one parameter of a request may hold, as data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

Kind = Literal[
    "string", "integer", "number", "boolean", "image", "images", "archive", "address", "size", "loras"
]


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter: its JSON kind, bounds (inclusive), choices, and whether it may be absent or null."""

    name: str
    kind: Kind
    default: Any = None
    required: bool = False
    nullable: bool = False
    minimum: float | None = None
    maximum: float | None = None
    multiple: int | None = None
    choices: tuple[str, ...] = ()
    pattern: str | None = None
    url_allowed: bool = False

    def but(self, **changes: Any) -> Field:
        """Return the same field with some properties changed."""
        return replace(self, **changes)


def text(name: str, default: str | None = None, **more: Any) -> Field:
    """A string parameter."""
    return Field(name, "string", default, **more)


def integer(name: str, default: int | None, low: float, high: float | None, **more: Any) -> Field:
    """A whole number from `low` to `high`."""
    return Field(name, "integer", default, minimum=low, maximum=high, **more)


def number(name: str, default: float | None, low: float, high: float, **more: Any) -> Field:
    """A number from `low` to `high`."""
    return Field(name, "number", default, minimum=low, maximum=high, **more)


def switch(name: str, default: bool) -> Field:
    """A parameter that is true or false."""
    return Field(name, "boolean", default)


def choice(name: str, default: str | None, *choices: str, **more: Any) -> Field:
    """One of a few words."""
    return Field(name, "string", default, choices=choices, **more)


def image(name: str, **more: Any) -> Field:
    """A picture as base64 (or, where `url_allowed`, an address)."""
    return Field(name, "image", nullable=not more.get("required", False), **more)
