"""What a picture that is there can be used for, at which endpoints, and at what price."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from fluxtui.controllers.generation.choices import offer_note
from fluxtui.controllers.generation.price import reported_price
from fluxtui.controllers.generation.supply import Supply, ask_profile
from fluxtui.controllers.navigation import GenerateAgain, UsePicture
from fluxtui.controllers.questions import Choice, Selection
from fluxtui.domain.endpoint import PictureRole
from fluxtui.domain.picture_fields import USES, PictureUse, uses_of_picture
from fluxtui.domain.prices import Prices
from fluxtui.domain.text import safe_text
from fluxtui.domain.uses import Offer

if TYPE_CHECKING:
    from fluxtui.controllers.host import Host

VARIATIONS = 4
"""So many pictures are made at once when one is varied."""
LITTLE = 0.35
"""How strongly the prompt counts where a picture is varied: most of it stays."""
_CHANGE = "prompt_strength"
_SAME = "same"
_VARIED = "Same prompt and parameters, four at once"
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
    return await _chosen(host, picture, "Use", uses)


async def choose_upscaler(host: Host, picture: Path) -> UsePicture | None:
    """Ask at which endpoint a picture is to be made larger; None where at none."""
    uses = [use for use in uses_of_picture(await all_offers(host)) if use.role is PictureRole.UPSCALE]
    if not uses:
        host.tell("None of your services makes a picture larger; fal.ai does.", severity="warning")
        return None
    request = await _chosen(host, picture, "Upscale", uses)
    return request and replace(request, pictures=1)


async def choose_variation(
    host: Host, picture: Path, again: GenerateAgain | None
) -> GenerateAgain | UsePicture | None:
    """Ask how a picture is to be varied, four times at once; None where it is not.

    Args:
        host: asks the user.
        picture: the file.
        again: the request for the same picture, None where its making is not known.
    """
    uses = [use for use in uses_of_picture(await all_offers(host)) if use.role is PictureRole.VARY]
    same = (Choice(_SAME, "Other seeds", "from nothing", _VARIED),) if again else ()
    choices = (*same, *use_choices(uses, host.prices))
    if not choices:
        host.tell("Its making is not known, and none of your services varies it.", severity="warning")
        return None
    answer = await host.ask(Selection(f"Vary {safe_text(picture.name, limit=40)}", choices))
    if answer == _SAME and again is not None:
        values = {name: value for name, value in again.values.items() if name != "seed"}
        return replace(again, values=values, pictures=VARIATIONS)
    request = _request(picture, uses, answer)
    prompt = again.values.get("prompt") if again is not None else None
    told = {"prompt": prompt} if isinstance(prompt, str) else {}
    return request and replace(request, values={**told, _CHANGE: LITTLE}, pictures=VARIATIONS)


async def _chosen(host: Host, picture: Path, doing: str, uses: Sequence[PictureUse]) -> UsePicture | None:
    title = f"{doing} {safe_text(picture.name, limit=40)}"
    return _request(picture, uses, await host.ask(Selection(title, use_choices(uses, host.prices))))


def _request(picture: Path, uses: Sequence[PictureUse], answer: str | None) -> UsePicture | None:
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
