"""Values of a parameter as people write them in a row: `1, 2, 4`, `0.6..1.2 step 0.2`, `all`."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from fluxtui.domain.endpoint import Control, Field, number_text
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.late_pattern import late_pattern
from fluxtui.domain.text import safe_text

MOST_PICTURES = 24
"""How many pictures of one prompt can be asked for at once: BFL's limit of active tasks (its documentation,
2026-11)."""

MOST_CELLS = 100
"""How many pictures a batch can have. A bound of our own: a slip of the pen must not cost a fortune."""

ALL = "all"
"""What is written for every value that there is."""

NUMBERS = frozenset({Control.INTEGER, Control.NUMBER, Control.SEED})
VARIED = NUMBERS | {Control.CHOICE, Control.TOGGLE, Control.TEXT}
"""How the parameters are entered that can be varied over values written in a row."""

_NUMBER = r"[-+]?(?:\d+(?:\.\d+)?|\.\d+)"
_ONE = late_pattern(_NUMBER)
_RANGE = late_pattern(rf"({_NUMBER})\s*(?:\.\.+|…|\bto\b)\s*({_NUMBER})(?:\s*(?:step|by)\s*({_NUMBER}))?")
_PART = late_pattern(r'\s*+(?:"([^"]*)"\s*|([^,"][^,]*)?)(?:,|$)')
_POINTS = 5
"""How many values a range has where nothing says how far they are apart."""
_SHOWN = 40
_TOGGLES = {"on": True, "yes": True, "true": True, "off": False, "no": False, "false": False}


def split_values(text: str) -> tuple[str, ...]:
    """Return what stands between commas; in double quotes a value may have commas, or be empty.

    Raises:
        InvalidInput: the quotes do not match.
    """
    plain, found, place = safe_text(text), [], 0
    while place < len(plain):
        match = _PART.match(plain, place)
        if match is None:
            raise InvalidInput("A double quote does not end; values stand between commas.")
        place = match.end()
        quoted, bare = match[1], (match[2] or "").strip()
        if quoted is not None or bare:
            found.append(bare if quoted is None else quoted)
    return tuple(found)


def values_of(field: Field, text: str) -> tuple[Any, ...]:
    """Return the values that a text means for a parameter, each once, in their order.

    Args:
        field: the endpoint's own description; what it does not allow is refused.
        text: as written.

    Raises:
        InvalidInput: with a sentence on the first value that is wrong, or on too many.
    """
    parts = split_values(text)
    if not parts:
        raise InvalidInput(f"{field.title} has no values yet: {example(field)}.")
    found: dict[Any, None] = {}
    for part in parts:
        found.update(dict.fromkeys(_read(field, part.strip())))
        if len(found) > MOST_CELLS:
            raise InvalidInput(f"{field.title} has more than {MOST_CELLS} values, which is the most.")
    return tuple(found)


def value_text(field: Field, value: Any) -> str:
    """Return a value for people: `'0.8'`, `'on'`, the words of a choice."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, int | float):
        return number_text(value)
    return safe_text(field.label_of(str(value)), limit=_SHOWN)


def written(values: Iterable[Any]) -> str:
    """Return values as `values_of` reads them."""
    return ", ".join(_quoted(str(value)) for value in values)


def example(field: Field) -> str:
    """Return in a few words what can be written for a parameter."""
    if field.control in NUMBERS:
        step = _step(field)
        low, high = _around(field, step or Decimal(1))
        range_text = f"{_shown(low)}..{_shown(high)} step {_shown(step or Decimal(1))}"
        allowed = field.range_text()
        return f"{range_text}, or single values between commas" + (f" ({allowed})" if allowed else "")
    if field.control is Control.TOGGLE:
        return "on, off or all"
    if field.choices:
        return f"{ALL}, or {', '.join(_quoted(field.label_of(choice)) for choice in field.choices[:4])}" + (
            " …" if len(field.choices) > 4 else ""
        )
    return "texts between commas"


def sweep_text(field: Field, centre: float | None = None) -> str:
    """Return a range of five values around one, as far as the field allows: `'0.8..1.6 step 0.2'`.

    Args:
        field: of a number, such as the strength of a finetune.
        centre: the middle; the field's default, or 1, where None.
    """
    step = (_step(field) or Decimal("0.1")) * 2
    middle = _decimal(centre if centre is not None else field.default if field.default is not None else 1)
    low, high = middle - 2 * step, middle + 2 * step
    if field.minimum is not None:
        low = max(low, _decimal(field.minimum))
    if field.maximum is not None:
        high = min(high, _decimal(field.maximum))
    return f"{_shown(low)}..{_shown(high)} step {_shown(step)}"


def _read(field: Field, part: str) -> tuple[Any, ...]:
    if field.control in NUMBERS:
        return _numbers(field, part)
    if field.control is Control.TOGGLE:
        return _toggles(field, part)
    if field.choices:
        return _choices(field, part)
    if field.max_length is not None and len(part) > field.max_length:
        raise InvalidInput(f"{field.title} is too long: at most {field.max_length:,}.")
    return (part,)


def _toggles(field: Field, part: str) -> tuple[bool, ...]:
    if part.casefold() == ALL:
        return (False, True)
    if part.casefold() not in _TOGGLES:
        raise InvalidInput(f"{field.title} is on or off, not “{safe_text(part, limit=_SHOWN)}”.")
    return (_TOGGLES[part.casefold()],)


def _choices(field: Field, part: str) -> tuple[str, ...]:
    if part.casefold() == ALL:
        return field.choices
    wanted = part.casefold()
    for choice in field.choices:
        if wanted in (choice.casefold(), field.label_of(choice).casefold()):
            return (choice,)
    offered = ", ".join(field.label_of(choice) for choice in field.choices)
    raise InvalidInput(
        f"{field.title} has no “{safe_text(part, limit=_SHOWN)}”; there is {safe_text(offered, limit=200)}."
    )


def _numbers(field: Field, part: str) -> tuple[int | float, ...]:
    if _ONE.fullmatch(part):
        return (_checked(field, Decimal(part)),)
    found = _RANGE.fullmatch(part.casefold())
    if found is None:
        what = "is no number" if part.casefold() != ALL else "is too many numbers"
        raise InvalidInput(
            f"{field.title}: “{safe_text(part, limit=_SHOWN)}” {what}; write {example(field)}."
        )
    first, last = Decimal(found[1]), Decimal(found[2])
    step = abs(Decimal(found[3])) if found[3] else _step(field) or abs(last - first) / (_POINTS - 1)
    if not step and first != last:
        raise InvalidInput(f"{field.title}: a step of 0 leads nowhere.")
    # Reckoned before anything is made of it: a range may have any number of values.
    if step and abs(last - first) / step >= MOST_CELLS:
        raise InvalidInput(
            f"{field.title}: “{safe_text(part, limit=_SHOWN)}” is more than {MOST_CELLS} values, "
            "which is the most; make the step larger."
        )
    count = int(abs(last - first) / step) + 1 if step else 1
    signed = step if last >= first else -step
    return tuple(_checked(field, first + signed * index) for index in range(count))


def _checked(field: Field, value: Decimal) -> int | float:
    is_whole = value == value.to_integral_value()
    whole_wanted = field.control in {Control.INTEGER, Control.SEED}
    too_small = field.minimum is not None and value < _decimal(field.minimum)
    too_large = field.maximum is not None and value > _decimal(field.maximum)
    off = field.multiple_of is not None and Fraction(value) % Fraction(_decimal(field.multiple_of)) != 0
    if too_small or too_large or off:
        raise InvalidInput(f"{field.title} must be {field.range_text()}, so not {_shown(value)}.")
    if whole_wanted and not is_whole:
        raise InvalidInput(f"{field.title} must be a whole number, so not {_shown(value)}.")
    return int(value) if whole_wanted else float(value)


def _step(field: Field) -> Decimal | None:
    """Return how far values lie apart where nothing is written about it, None where nothing says so."""
    if field.step is not None:
        return _decimal(field.step)
    if field.multiple_of is not None:
        return _decimal(field.multiple_of)
    return Decimal(1) if field.control in {Control.INTEGER, Control.SEED} else None


def _around(field: Field, step: Decimal) -> tuple[Decimal, Decimal]:
    middle = _decimal(field.default if isinstance(field.default, int | float) else field.minimum or 0)
    low = max(middle - step, _decimal(field.minimum)) if field.minimum is not None else middle - step
    high = low + 3 * step
    return low, min(high, _decimal(field.maximum)) if field.maximum is not None else high


def _decimal(value: float) -> Decimal:
    return Decimal(str(value))


def _shown(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _quoted(text: str) -> str:
    return f'"{text}"' if "," in text else text
