"""Using a picture for another one: what can be done with it at which endpoints, and the way there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from fluxtui.app.state import StatefulApp
from fluxtui.controllers.generation.choices import offer_note
from fluxtui.controllers.generation.price import told_price
from fluxtui.controllers.generation.supply import Supply, ask_profile
from fluxtui.controllers.navigation import UsePicture
from fluxtui.domain.picture_fields import USES, PictureUse, uses_of_picture
from fluxtui.domain.prices import Prices
from fluxtui.domain.text import safe_text
from fluxtui.domain.uses import Offer
from fluxtui.screens.view.looking import leave_pictures
from fluxtui.widgets.dialogs import Choice, ChoiceDialog, ask

_BETWEEN = "\n"
"""Stands in no role and in no ref."""


def use_choices(uses: Sequence[PictureUse], prices: Prices) -> tuple[Choice, ...]:
    """Return what can be done with a picture, together by use, with the price and whose endpoint it is."""
    shared = len({use.offer.profile for use in uses}) > 1
    return tuple(
        Choice(
            f"{use.role.value}{_BETWEEN}{use.offer.ref}",
            use.offer.endpoint.info.title,
            _note(use.offer, prices, shared=shared),
            f"Use it {USES[use.role]}",
        )
        for use in uses
    )


def _note(offer: Offer, prices: Prices, *, shared: bool) -> str:
    note = offer_note(offer, told_price(prices, offer))
    return f"{note} · {offer.profile}" if shared else note


async def use_picture(app: StatefulApp, picture: Path, offers: Sequence[Offer] | None = None) -> None:
    """Ask what a picture is to be used for and open Generate with it in its place; nothing is sent.

    To be called in a worker.

    Args:
        app: the application.
        picture: the file.
        offers: of all profiles; they are asked where None.
    """
    known = tuple(offers) if offers else await all_offers(app)
    uses = uses_of_picture(known)
    if not uses:
        app.tell("None of your services takes a picture; F7 Settings takes a key.", severity="warning")
        return
    title = f"Use {safe_text(picture.name, limit=40)}"
    answer = await ask(app, ChoiceDialog(title, use_choices(uses, app.prices)))
    chosen = next((use for use in uses if f"{use.role.value}{_BETWEEN}{use.offer.ref}" == answer), None)
    if chosen is None:
        return
    await leave_pictures(app)
    offer = chosen.offer
    await app.go(UsePicture(str(picture), chosen.role.value, offer.profile, offer.endpoint.info.id))


async def all_offers(app: StatefulApp) -> tuple[Offer, ...]:
    """Return what all profiles offer that can be used, those of the active one first."""
    profiles = tuple(dict.fromkeys((app.profile, *app.usable_profiles)))
    supply = Supply(profiles)
    for answer in await asyncio.gather(*(ask_profile(app.services, profile) for profile in profiles)):
        supply = supply.with_answer(answer)
    return supply.offers
