"""What a picture that is there can be used for, at which endpoints, and at what price."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fluxtui.controllers.generation.choices import offer_note
from fluxtui.controllers.generation.price import reported_price
from fluxtui.controllers.generation.supply import Supply, ask_profile
from fluxtui.controllers.navigation import UsePicture
from fluxtui.controllers.questions import Choice, Selection
from fluxtui.domain.picture_fields import USES, PictureUse, uses_of_picture
from fluxtui.domain.prices import Prices
from fluxtui.domain.text import safe_text
from fluxtui.domain.uses import Offer

if TYPE_CHECKING:
    from fluxtui.controllers.host import Host

_BETWEEN = "\n"
"""Stands in no role and in no ref."""


async def choose_use(host: Host, picture: Path, offers: Sequence[Offer] | None = None) -> UsePicture | None:
    """Ask what a picture is to be used for, and return the request for that; None where it is for nothing.

    Args:
        host: asks the user.
        picture: the file.
        offers: of all profiles; they are asked where None.
    """
    uses = uses_of_picture(tuple(offers) if offers else await all_offers(host))
    if not uses:
        host.tell("None of your services takes a picture; F7 Settings takes a key.", severity="warning")
        return None
    title = f"Use {safe_text(picture.name, limit=40)}"
    answer = await host.ask(Selection(title, use_choices(uses, host.prices)))
    chosen = next((use for use in uses if _value(use) == answer), None)
    if chosen is None:
        return None
    offer = chosen.offer
    return UsePicture(str(picture), chosen.role.value, offer.profile, offer.endpoint.info.id)


def use_choices(uses: Sequence[PictureUse], prices: Prices) -> tuple[Choice, ...]:
    """Return what can be done with a picture, together by use, with the price and whose endpoint it is."""
    shared = len({use.offer.profile for use in uses}) > 1
    return tuple(
        Choice(
            _value(use),
            use.offer.endpoint.info.title,
            _note(use.offer, prices, shared=shared),
            f"Use it {USES[use.role]}",
        )
        for use in uses
    )


def _value(use: PictureUse) -> str:
    return f"{use.role.value}{_BETWEEN}{use.offer.ref}"


def _note(offer: Offer, prices: Prices, *, shared: bool) -> str:
    note = offer_note(offer, reported_price(prices, offer))
    return f"{note} · {offer.profile}" if shared else note


async def all_offers(host: Host) -> tuple[Offer, ...]:
    """Return what all profiles offer that can be used, those of the active one first."""
    profiles = tuple(dict.fromkeys((host.profile, *host.usable_profiles)))
    supply = Supply(profiles)
    for answer in await asyncio.gather(*(ask_profile(host.services, profile) for profile in profiles)):
        supply = supply.with_answer(answer)
    return supply.offers
