"""Sizes on offer for a form, each with its shape and price, and how one of them is chosen."""

from __future__ import annotations

from collections.abc import Iterator

from fluxtui.controllers.background import Work, nothing_to_do
from fluxtui.controllers.generation.changes import FormChange
from fluxtui.controllers.generation.editor import FormEditor, PendingChange
from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.controllers.generation.form_fields import parameters_of
from fluxtui.controllers.generation.news import News
from fluxtui.controllers.host import Host
from fluxtui.controllers.questions import Choice, Selection
from fluxtui.domain.endpoint import Control, Field
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.money import Estimate, UnitPrice
from fluxtui.domain.sizes import common_sizes, megapixels_text, shape_text
from fluxtui.domain.uses import Offer

NO_SIDES = "There are no width and height to swap: the service chooses them."
_BETWEEN = "×"
_OTHER = (512, 2048)
"""Sides of two squares that cost the same where the price does not depend on the size."""


def has_sides(offer: Offer) -> bool:
    """Tell whether an endpoint can be asked for a size in pixels."""
    return {"width", "height"} <= {item.name for item in parameters_of(offer.endpoint)}


def size_field(offer: Offer) -> str:
    """Return the parameter beside which the size is told: its choice where there is one, else the height."""
    known = {item.name: item for item in parameters_of(offer.endpoint)}
    named = offer.endpoint.sized(1, 1)
    chosen = (name for name in named if name in known and known[name].control is Control.CHOICE)
    return next(chosen, "height")


def size_now(offer: Offer, form: GenerateForm) -> tuple[int, int] | None:
    """Return the pixels that a form asks for, None where it leaves them open."""
    return offer.endpoint.size_of(form.values_for(offer))


def with_size(offer: Offer, form: GenerateForm, size: tuple[int, int]) -> GenerateForm:
    """Return the form that asks for a size in pixels."""
    return form.with_values(offer.endpoint, {**form.values_for(offer), **offer.endpoint.sized(*size)})


def size_note(offer: Offer, form: GenerateForm, live: UnitPrice | None = None) -> str:
    """Return `'0.75 MP · 4:3'`, and the price where it depends on the size; `''` where the size is open."""
    size = size_now(offer, form)
    if size is None:
        return ""
    parts = [megapixels_text(*size), shape_text(*size)]
    if depends_on_size(offer, form, live) and (estimate := form.estimate(offer, live)) is not None:
        parts.append(f"{estimate.show()} a picture")
    return " · ".join(parts)


def depends_on_size(offer: Offer, form: GenerateForm, live: UnitPrice | None = None) -> bool:
    """Tell whether the price of an endpoint depends on the size of the picture."""
    prices = {
        estimate.credits
        for side in _OTHER
        if (estimate := _estimate_at(offer, form, (side, side), live)) is not None
    }
    return len(prices) > 1


def _estimate_at(
    offer: Offer, form: GenerateForm, size: tuple[int, int], live: UnitPrice | None
) -> Estimate | None:
    """Return the price at a size, also one that is not made there; None where none can be reckoned."""
    values = with_size(offer, form, size).request_values(offer)
    stand_in = {item.name: item.default for item in parameters_of(offer.endpoint)}
    given = {**stand_in, **{name: value for name, value in values.items() if value is not None}}
    try:
        return offer.endpoint.estimate_of(given, live)
    except (KeyError, TypeError, ValueError):
        return None


def size_choices(offer: Offer, form: GenerateForm, live: UnitPrice | None = None) -> tuple[Choice, ...]:
    """Return the sizes to choose from: the present one turned, then the common ones, with their prices."""
    return tuple(_choices(offer, form, live))


def _choices(offer: Offer, form: GenerateForm, live: UnitPrice | None) -> Iterator[Choice]:
    priced = depends_on_size(offer, form, live)
    now = size_now(offer, form)
    if now is not None and now[0] != now[1]:
        yield Choice("swap", f"Swap to {now[1]}{_BETWEEN}{now[0]}", "width becomes height")
    for size in common_sizes(*_sides(offer)):
        asked = with_size(offer, form, size)
        if _is_taken(offer, asked, size):
            estimate = asked.estimate(offer, live) if priced else None
            price = f" · {estimate.show()}" if estimate is not None else ""
            yield Choice(
                f"{size[0]}{_BETWEEN}{size[1]}",
                f"{size[0]}{_BETWEEN}{size[1]}",
                f"{shape_text(*size)} · {megapixels_text(*size)}{price}",
            )


def _sides(offer: Offer) -> tuple[Field, Field]:
    known = {item.name: item for item in parameters_of(offer.endpoint)}
    return known["width"], known["height"]


def _is_taken(offer: Offer, form: GenerateForm, size: tuple[int, int]) -> bool:
    """Tell whether the endpoint's own check has nothing against a size."""
    try:
        offer.endpoint.checked(form.request_values(offer))
    except InvalidInput as error:
        return not {problem.field for problem in error.problems} & offer.endpoint.sized(*size).keys()
    return True


def chosen_size(answer: str, now: tuple[int, int] | None) -> tuple[int, int] | None:
    """Return the size that an answer names; `swap` turns the present one."""
    if answer == "swap":
        return (now[1], now[0]) if now is not None else None
    width, _, height = answer.partition(_BETWEEN)
    return int(width), int(height)


def turned(offer: Offer, form: GenerateForm) -> GenerateForm | None:
    """Return the form with width and height swapped, None where it asks for no size in pixels."""
    now = size_now(offer, form)
    return with_size(offer, form, (now[1], now[0])) if now is not None else None


class SizeCommands:
    """Changes both sides of the picture at once."""

    def __init__(self, host: Host, editor: FormEditor, news: News) -> None:
        """Args:
        host: is asked.
        editor: holds the form.
        news: where it is said why a size cannot be changed.
        """
        self._host = host
        self._editor = editor
        self._news = news

    def swap(self) -> Work:
        """Let width become height, where both are known."""
        offer, form = self._editor.offer, self._editor.form
        if offer is None or turned(offer, form) is None:
            self._news.say(NO_SIDES, "warning")
            return nothing_to_do()
        return self._editor.alter(PendingChange(lambda form: FormChange(turned(offer, form) or form)))

    async def choose(self) -> None:
        """Offer common sizes with their shapes and prices."""
        offer, form = self._editor.offer, self._editor.form
        if offer is None or not has_sides(offer):
            self._news.say("This endpoint takes no width and height.", "warning")
            return
        now = size_now(offer, form)
        present = f"{now[0]}{_BETWEEN}{now[1]}" if now is not None else ""
        choices = size_choices(offer, form, self._editor.stock.price_of(offer))
        answer = await self._host.ask(Selection("Size in pixels", choices, present))
        size = chosen_size(answer, now) if answer else None
        if size is not None:
            await self._editor.alter(PendingChange(lambda form: FormChange(with_size(offer, form, size))))
