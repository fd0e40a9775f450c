"""Frozen dataclasses as those of the standard library, made in an eighth of the time.

The standard library writes and compiles six methods for each class, 0.3 ms altogether, before anybody uses
it; the program has some 350 classes, half of which are there at the first place. Here only the initialiser is
written, when the first instance is made; the other methods are the same for all classes.
"""

from __future__ import annotations

import dataclasses
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls: type | None = None, /, *, frozen: bool = False, **options: Any) -> Any:
        """Make a class a dataclass; see `dataclasses.dataclass`, which makes those that are not frozen."""
        if cls is None:
            return partial(dataclass, frozen=frozen, **options)
        if not frozen or options.keys() - _KNOWN:
            return dataclasses.dataclass(cls, frozen=frozen, **options)
        return _frozen(cls, **options)


_KNOWN: Final = frozenset(("slots", "kw_only", "eq"))
_ABSENT: Final = object()
_set: Final = object.__setattr__


def _frozen(cls: type, *, slots: bool = False, kw_only: bool = False, eq: bool = True) -> type:
    own = cls.__dict__
    has_own_hash = own.get("__hash__", None) is not None
    has = {name: name in own for name in ("__init__", "__repr__", "__eq__")}
    # Else the standard library works out a signature for it.
    cls.__doc__ = cls.__doc__ or cls.__name__
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots, kw_only=kw_only)(cls)
    fields = dataclasses.fields(made)
    if not has["__init__"]:
        made.__init__ = _first_initialiser(made)
    if not has["__repr__"]:
        made._dataclass_shown = tuple(field.name for field in fields if field.repr)
        made.__repr__ = _repr
    if eq:
        made._dataclass_compared = _getter([field.name for field in fields if field.compare])
        if not has["__eq__"]:
            made.__eq__ = _eq
        if not has_own_hash:
            made.__hash__ = _hash
    made.__setattr__, made.__delattr__ = _refuse_to_set, _refuse_to_delete
    if slots:
        made.__getstate__, made.__setstate__ = _state, _set_state
    return made  # type: ignore[no-any-return]


def _getter(names: list[str]) -> Any:
    """Return what gets the values of fields; a class without any is like all of its instances."""
    return attrgetter(*(names or ["__class__"]))


def _first_initialiser(cls: Any) -> Any:
    """Return an initialiser that puts the true one in its place when it is first called."""

    def __init__(self: Any, *args: Any, **values: Any) -> None:  # noqa: N807
        cls.__init__ = initialiser = _initialiser(cls)
        initialiser(self, *args, **values)

    __init__.__qualname__ = f"{cls.__qualname__}.__init__"
    return __init__


def _initialiser(cls: Any) -> Any:
    """Write the initialiser of a class: it takes the fields, sets them, and calls `__post_init__`."""
    known: dict[str, Any] = {"_set": _set, "_absent": _ABSENT}
    in_order: list[str] = []
    by_name: list[str] = []
    lines: list[str] = []
    for field in dataclasses.fields(cls):
        name, value = field.name, field.name
        if field.default is not dataclasses.MISSING:
            known[f"_default_{name}"] = field.default
        if field.default_factory is not dataclasses.MISSING:
            known[f"_make_{name}"] = field.default_factory
            value = f"_make_{name}() if {name} is _absent else {name}" if field.init else f"_make_{name}()"
        elif not field.init:
            if field.default is dataclasses.MISSING:
                continue
            value = f"_default_{name}"
        if field.init:
            given = f"={_default_of(field)}" if _default_of(field) else ""
            (by_name if field.kw_only else in_order).append(f"{name}{given}")
        lines.append(f" _set(self, {name!r}, {value})")
    if hasattr(cls, "__post_init__"):
        lines.append(" self.__post_init__()")
    parameters = ", ".join(["self", *in_order, *(["*", *by_name] if by_name else [])])
    source = f"def __init__({parameters}):\n" + "\n".join(lines or [" pass"])
    exec(source, known)  # noqa: S102  of nothing but the names of fields
    known["__init__"].__qualname__ = f"{cls.__qualname__}.__init__"
    return known["__init__"]


def _default_of(field: dataclasses.Field[Any]) -> str:
    if field.default is not dataclasses.MISSING:
        return f"_default_{field.name}"
    return "_absent" if field.default_factory is not dataclasses.MISSING else ""


def _repr(self: Any) -> str:
    shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._dataclass_shown)
    return f"{self.__class__.__qualname__}({shown})"


def _eq(self: Any, other: Any) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    values = self._dataclass_compared
    return values(self) == values(other)


def _hash(self: Any) -> int:
    return hash(self._dataclass_compared(self))


def _refuse_to_set(self: Any, name: str, value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: Any, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _set_state(self: Any, state: list[Any]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        _set(self, field.name, value)
